/* A formula as an automaton: Couvreur's tableau (FM'99), whose states are formulas and whose steps are read off the
   prime products of a decision diagram over atoms, next formulas and promises. */
#ifndef UNKNOT_LTL_TRANSLATE_H
#define UNKNOT_LTL_TRANSLATE_H

#include "ltl/automaton.h"
#include "ltl/rewrite.h"


/* `f` is in negation normal form. NULL when more than `max_states` states or 64 promises are needed. */
Automaton *translate_tableau(Rewriter *rewriter, Formula f, uint32_t max_states);

#endif
