/* Emerson-Lei acceptance as alternatives: each asks that some marks are seen finitely often and others again and
   again. */
#ifndef UNKNOT_LTL_HOA_ACCEPTANCE_H
#define UNKNOT_LTL_HOA_ACCEPTANCE_H

#include "ltl/automaton.h"

/* Sets of marks, and of edges without a mark. */
typedef struct Alternative {
    Marks fin, fin_missing; /* from some time on: no edge with it; no edge without it */
    Marks inf, inf_missing; /* again and again: an edge with it; an edge without it */
} Alternative;

typedef VEC(Alternative) Alternatives;

/* *a becomes either of them, or both; *a keeps its storage. False when there would be too many. */
bool alternatives_or(Alternatives *a, const Alternatives *b);
bool alternatives_and(Alternatives *a, const Alternatives *b);

/* The automaton whose marks are read by the alternatives, as a generalised Büchi automaton. NULL when it is too
   large. */
Automaton *alternatives_convert(const Automaton *automaton, const Alternatives *alternatives);

#endif
