/* Who makes no step in the loop of an infinite run, and why fairness allows that. */
#ifndef UNKNOT_CHECKER_IDLE_H
#define UNKNOT_CHECKER_IDLE_H

#include "checker/witness.h"

/* Fills trace->idle. The loop are the moves from `prefix` on; task_slots: per task of the trace. */
void idle_explain(Trace *trace, const Witness *witness, uint32_t prefix, const uint32_t *task_slots);

#endif
