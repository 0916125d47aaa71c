/* Merging by language: two states become one when the automaton then still accepts nothing that it should not. Merging
   only ever adds words, so it is enough that no word of the negation is accepted. */
#ifndef UNKNOT_LTL_CONTAINMENT_H
#define UNKNOT_LTL_CONTAINMENT_H

#include "ltl/automaton.h"

/* `negation` accepts exactly what `automaton` does not. Stops, with what was found, after looking at `effort` edges. */
Automaton *containment_merge(const Automaton *automaton, const Automaton *negation, uint64_t effort);

#endif
