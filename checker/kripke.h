/* The explored graph as a Kripke structure: which conditions are true in each state, and where a run may stop. */
#ifndef UNKNOT_CHECKER_KRIPKE_H
#define UNKNOT_CHECKER_KRIPKE_H

#include "checker/bitset.h"
#include "checker/crew.h"

#include <string.h>

typedef struct Kripke {
    const Edges *edges; /* of the states explored; what is past them was only found */
    uint32_t nstates;
    uint32_t width; /* bytes of a state's conditions */
    uint8_t *conditions;
    uint64_t ever, always; /* conditions that are true in some state, in each */
    uint64_t events;       /* that happen in some step */
    Bitset rests;     /* nothing but faults and an environment that need not can move: a run may stop here */
    uint32_t stutter; /* number of the label of what happens then: nothing, for ever */
    bool has_far_arms; /* an arm that fairness does not follow can move: of no select more than the first 64 are */
    bool complete;    /* every state that can be reached was explored */
    bool goes_on;     /* from every state some run goes on or stops: no step is cut, none ends in a violation */
} Kripke;

/* False: there was no time or room. In either case kripke_fini. */
bool kripke_init(Kripke *kripke, Search *search, const FairView *view);
void kripke_fini(Kripke *kripke);
uint64_t kripke_memory(const Kripke *kripke);
static inline uint64_t kripke_conditions(const Kripke *kripke, uint32_t state) {
    uint64_t conditions = 0;
    for (uint32_t i = kripke->width; i-- > 0;)
        conditions = conditions << 8 | kripke->conditions[(size_t)state * kripke->width + i];
    return conditions;
}

#endif
