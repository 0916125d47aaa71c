/* The result of checking, as text for people and as JSON for programs. */
#ifndef UNKNOT_TOOLS_REPORT_H
#define UNKNOT_TOOLS_REPORT_H

#include "model/support/json.h"
#include "tools/job.h"

/* Findings with their runs, then the table of checks. `saved[i]`: where finding i was written (without its ending),
   or saved is NULL. */
void report_text(const Job *job, const char *const *saved, FILE *out, bool colour);

/* The head, one value a job, the foot. */
void report_json_begin(JsonWriter *json, FILE *out);
void report_json_job(JsonWriter *json, const Job *job);
void report_json_end(JsonWriter *json);

#endif
