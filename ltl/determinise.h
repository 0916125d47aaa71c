/* The subset construction: which states can be reached by a word, without regard to acceptance. */
#ifndef UNKNOT_LTL_DETERMINISE_H
#define UNKNOT_LTL_DETERMINISE_H

#include "ltl/automaton.h"

/* Subsets are the states of `automaton`, which is deterministic, complete and has no sets. */
typedef struct Subsets {
    Automaton *automaton;
    uint32_t nwords; /* of each subset */
    VEC(uint64_t) bits;
} Subsets;

/* What a subset is taken to be when its steps are looked for: `bits` may be changed. */
typedef void SubsetView(const Automaton *automaton, uint64_t *bits);

/* `view`: NULL for itself. False when more than `max_states`, or ten times as many edges, are needed. */
bool subsets_init(Subsets *subsets, const Automaton *automaton, SubsetView *view, uint32_t max_states);
void subsets_fini(Subsets *subsets);
static inline const uint64_t *subsets_at(const Subsets *subsets, uint32_t state) {
    return subsets->bits.data + (size_t)state * subsets->nwords;
}
static inline bool subsets_has(const uint64_t *subset, uint32_t member) {
    return subset[member / 64] >> member % 64 & 1;
}

#endif
