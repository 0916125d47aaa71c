/* Never-yields where slots are renamed along a cycle: the graph of (state, slot) pairs, each task followed through
   every step. */
#ifndef UNKNOT_CHECKER_LIFTED_H
#define UNKNOT_CHECKER_LIFTED_H

#include "checker/finding.h"
#include "checker/roster.h"

/* Called for each fair component in which the task at `slot` of `state` goes on for ever; the loop begins and ends
   there; `pc` is the first place of the task's code in it. */
typedef void (*LiftedVisitor)(
    void *context, uint32_t state, uint32_t slot, uint32_t pc, const HitStep *loop, uint32_t nloop);

/* Looks at the states that the roster calls unsteady. */
void lifted_find(Search *search, const Roster *roster, LiftedVisitor visit, void *context);

#endif
