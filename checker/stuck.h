/* Who is stuck in a state: the tasks that never move again, without daemons at their places; those that only wait for
   stuck ones (by a join or at the end of a scope) are consequences. */
#ifndef UNKNOT_CHECKER_STUCK_H
#define UNKNOT_CHECKER_STUCK_H

#include "model/eval.h"
#include "model/support/vec.h"

typedef struct StuckTask {
    uint32_t slot;
    uint32_t machine;
    Word number;         /* spawn number when observed, else 0 */
    bool is_consequence;
    bool is_lost;        /* it waits to be woken (`pending`, `park`); of a consequence: it waits for such a one */
    bool is_other;       /* it is stuck elsewhere; of a consequence likewise */
    Span at;             /* where it waits */
} StuckTask;
typedef VEC(StuckTask) StuckTasks;
typedef VEC(WaitInfo) Waits;

/* The tasks of a world that have not ended. */
typedef VEC(uint32_t) Slots;
void stuck_alive(World *world, Slots *out);
/* A daemon left waiting where it receives, or at a statement labelled `idle:`. */
bool stuck_at_place(World *world, uint32_t task);
/* The same of a future that counts as a task of its own (checker/parts.h). */
bool stuck_part_at_place(World *world, uint32_t task, uint32_t part);
/* What the task waits for, arm by arm. */
void stuck_waits(World *world, uint32_t task, Waits *out);
/* Where the task rests. */
Span stuck_place(World *world, uint32_t task);
/* Of the tasks at `slots` (and futures that count as tasks), which never move again, those that are stuck. */
void stuck_tasks(World *world, const Slots *slots, StuckTasks *out);

/* Leaves those of one finding: the lost wakeup's (`lost`), or the deadlock's beside it, with their consequences. */
void stuck_select(StuckTasks *tasks, bool lost);

/* What makes two findings one: the functions (with observed numbers) of the stuck tasks that are no consequences, and
   where they wait. */
typedef VEC(uint64_t) StuckKey;
void stuck_key(World *world, const StuckTasks *tasks, StuckKey *out);
bool stuck_same_key(const StuckKey *a, const StuckKey *b);

#endif
