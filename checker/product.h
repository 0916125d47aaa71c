/* The runs of an explored graph that an automaton accepts: the product of both, and whether a fair run is in it.

   A node is a state together with the automaton's state after the letter of that state was read; acceptance is on the
   edges. Where a run may stop it stutters: it repeats the state without events and does not go on any more. What is
   looked for are components (Couvreur, On-the-fly verification of linear temporal logic, FM'99) in which a fair run can
   stay for ever (checker/fair.h) and that see each acceptance set; only those that see each without regard to fairness
   are looked at more closely. */
#ifndef UNKNOT_CHECKER_PRODUCT_H
#define UNKNOT_CHECKER_PRODUCT_H

#include "checker/fair.h"
#include "checker/kripke.h"

typedef struct ProductQuery {
    const Kripke *kripke;
    const FairView *view;
    const Atom *atoms;
    const Property *property;
    const Buchi *wrong; /* accepts the runs that violate it */
    Fairness fairness;
    bool plain; /* whatever the automaton's strength is, it is searched as a general one */
} ProductQuery;

typedef struct ProductStep {
    uint32_t state, label;
} ProductStep; /* where it leads, and the number of its label; of the first one in a run: where that begins */
typedef VEC(ProductStep) ProductSteps;

/* What a search came to. A loop of steps that stutter is left out: the run stops. */
typedef struct ProductAnswer {
    bool found, finished; /* !finished: out of time or room */
    bool stutters;        /* the run stops where the prefix ends */
    ProductSteps prefix, loop; /* neither a loop nor stuttering: whatever run the prefix begins is accepted */
    uint64_t states;      /* of the product */
} ProductAnswer;

void product_check(const ProductQuery *query, ProductAnswer *answer);
void product_answer_fini(ProductAnswer *answer);

#endif
