/* Steps that nobody else can tell from not having been made yet: where a state has one, it is explored alone.

   Such a step (StepResult.inert) touches its own task and, if it goes on from a queue, the record of what that task was given; its local code
   reads no variable that is shared; and it ends READY at a lone send, recv, lock or acquire. READY holds no place: had the step been made
   later, the operation would fire or take its place just as READY does then. So the state before and the state after are branching
   bisimilar, and deadlocks, stuck tasks of bottom components and violations are those of the whole graph (after Gerth, Kuiper, Peled and
   Penczek, A partial order approach to branching time logic model checking, 1999: ample sets of one invisible step). No two such steps of
   one task follow each other, so that nothing is put off for ever.
   Runs may become longer by such steps, and states and transitions are those of the smaller graph. */
#ifndef UNKNOT_MODEL_MERGE_H
#define UNKNOT_MODEL_MERGE_H

#include "model/program.h"

/* False for programs in which somebody could tell: threads, blocking operations, aborts, futures, `scoped` objects, atoms about tasks. */
bool merge_applies(const Program *program);

#endif
