/* Automata that accept just what another one does not: of deterministic ones with any number of sets, of weak ones by
   breakpoints (Miyano and Hayashi, Alternating finite automata on omega-words, TCS 1984), of all others by ranks. */
#ifndef UNKNOT_LTL_COMPLEMENT_H
#define UNKNOT_LTL_COMPLEMENT_H

#include "ltl/automaton.h"

/* NULL: more than `max_states` would be needed. It is deterministic if the automaton is weak. */
Automaton *complement_of(const Automaton *automaton, uint32_t max_states);

#endif
