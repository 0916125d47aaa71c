/* A formula as an automaton: Couvreur's tableau (FM'99), whose states are formulas and whose steps are read off the
   prime products of a decision diagram over atoms, next formulas and promises. */
#ifndef UNKNOT_LTL_TRANSLATE_H
#define UNKNOT_LTL_TRANSLATE_H

#include "ltl/automaton.h"
#include "ltl/rewrite.h"


typedef struct TranslateLimits {
    uint32_t states, steps; /* steps: products of all states together */
} TranslateLimits;

/* `f` is in negation normal form. NULL when the limits, 64 promises, or the budget of the decision diagrams are not enough. */
Automaton *translate_tableau(Rewriter *rewriter, Formula f, TranslateLimits limits);

#endif
