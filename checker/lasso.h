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

typedef struct LassoWants {
    uint32_t start; /* the member at which the cycle begins and ends */
    uint32_t mover; /* without fairness: a slot there of which a step must be in the cycle; NO_SLOT */
    bool all_move;  /* else, under weak fairness, who can move may as well come to a state where it cannot */
} LassoWants;

void lasso_make(const FairPart *part, LassoWants wants, LassoSteps *out);
/* A shortest one; false when that would take too long. */
bool lasso_shortest(const FairPart *part, LassoWants wants, LassoSteps *out);

#endif
