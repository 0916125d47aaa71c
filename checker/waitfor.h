/* Why stuck tasks are stuck: who waits, where, for what, who holds it or could have offered it and why that does not
   happen; and the cycle or knot of it. */
#ifndef UNKNOT_CHECKER_WAITFOR_H
#define UNKNOT_CHECKER_WAITFOR_H

#include "checker/stuck.h"
#include "checker/witness.h"

typedef struct WaitForHead {
    const char *kind;      /* as the message begins */
    bool is_partial;       /* others can go on */
    const StuckTasks *all; /* with those that belong to another finding */
} WaitForHead;

/* Fills waits, message, stuck, consequences and the place of a trace that ends in `world`; `tasks` are stuck there
   (slots of that world). */
void waitfor_explain(Trace *trace, const Witness *witness, World *world, const uint32_t *task_slots,
    const StuckTasks *tasks, WaitForHead head);

#endif
