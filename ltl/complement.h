/* Automata that accept just what another one does not: of deterministic ones with any number of sets, of weak ones by
   breakpoints (Miyano and Hayashi, Alternating finite automata on omega-words, TCS 1984), and of others that become one
   of the two when they are reduced. */
#ifndef UNKNOT_LTL_COMPLEMENT_H
#define UNKNOT_LTL_COMPLEMENT_H

#include "ltl/automaton.h"

typedef enum ComplementResult {
    COMPLEMENT_DONE,
    COMPLEMENT_REFUSED, /* neither deterministic nor weak */
    COMPLEMENT_LARGE    /* more than `max_states` would be needed */
} ComplementResult;

/* *complement is NULL unless it is done. It is deterministic if the automaton is weak. */
ComplementResult complement_of(const Automaton *automaton, uint32_t max_states, Automaton **complement);

#endif
