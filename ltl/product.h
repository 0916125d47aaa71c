/* Intersection of two automata, and whether it is empty. */
#ifndef UNKNOT_LTL_PRODUCT_H
#define UNKNOT_LTL_PRODUCT_H

#include "ltl/automaton.h"

/* The words of both. Only pairs that can be reached are made. */
Automaton *product_of(const Automaton *a, const Automaton *b);
/* No word is accepted by both. */
bool product_is_empty(const Automaton *a, const Automaton *b);

#endif
