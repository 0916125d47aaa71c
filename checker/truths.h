/* The truth of a property's atoms along a run that is shown: where one changes, and which events happen. */
#ifndef UNKNOT_CHECKER_TRUTHS_H
#define UNKNOT_CHECKER_TRUTHS_H

#include "checker/witness.h"
#include "model/trace.h"

/* Adds changes and notes to the trace's steps, and what is true at the start to trace->initially. */
void truths_tell(Trace *trace, const Witness *witness, const Property *property);

#endif
