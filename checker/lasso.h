/* A short cycle in a fair component, to show: each task and future that can move in it makes a step, each other one comes
   to a state where it cannot, no arm of a select stays able to fire while the select goes on waiting, and each set of the
   graph's marks has a step. */
#ifndef UNKNOT_CHECKER_LASSO_H
#define UNKNOT_CHECKER_LASSO_H

#include "checker/fair.h"

typedef struct LassoStep {
    uint32_t node, label;
} LassoStep; /* where it leads; the label's number */
typedef VEC(LassoStep) LassoSteps;

/* The cycle begins and ends at the first member. `mover`: a slot there of which a step must be in the cycle; NO_SLOT. */
void lasso_make(const FairPart *part, uint32_t mover, LassoSteps *out);

#endif
