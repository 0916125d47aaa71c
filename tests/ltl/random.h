/* Random formulas and words, the same for the same seed. */
#ifndef UNKNOT_TESTS_LTL_RANDOM_H
#define UNKNOT_TESTS_LTL_RANDOM_H

#include "ltl/automaton.h"
#include "ltl/word.h"

typedef struct Random {
    uint64_t state;
} Random;

enum { RANDOM_PLACES = 12 /* as long a word may be */ };

uint32_t random_below(Random *random, uint32_t bound);
/* As written, of so many operators and atoms together, over the first `natoms` of a, b, c… */
Formula random_formula(Random *random, Formulas *formulas, uint32_t size, uint32_t natoms);
/* Over atoms 0 and 1. */
typedef struct RandomShape {
    uint32_t nstates, nsets;
    bool deterministic;
    bool weak; /* a state's number tells its component, and that whether all its edges have all marks or none */
} RandomShape;
Automaton *random_automaton(Random *random, Bdds *bdds, RandomShape shape);
/* Fills `letters`, of RANDOM_PLACES; some words are sparse. */
LassoWord random_word(Random *random, uint64_t *letters);

#endif
