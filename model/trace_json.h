/* A run as a value inside a larger JSON document. */
#ifndef UNKNOT_MODEL_TRACE_JSON_H
#define UNKNOT_MODEL_TRACE_JSON_H

#include "model/support/json.h"
#include "model/trace.h"

enum { TRACE_FORMAT = 2 }; /* raised when a reader of the old form would misread the new one */

void trace_json_value(const Trace *trace, JsonWriter *json);

#endif
