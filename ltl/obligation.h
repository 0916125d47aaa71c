/* The minimal weak deterministic automaton of an obligation (Dax, Eisinger, Klaedtke, ATVA'07; Löding 2001). */
#ifndef UNKNOT_LTL_OBLIGATION_H
#define UNKNOT_LTL_OBLIGATION_H

#include "ltl/automaton.h"

/* A state-based, deterministic, complete and weak automaton: the same language if that is an obligation, else some
   other one. NULL when more than `max_states` subsets are needed. */
Automaton *obligation_minimal(const Automaton *automaton, uint32_t max_states);
/* The complement of a state-based automaton that is deterministic, complete and weak. */
Automaton *obligation_complement(const Automaton *automaton);

#endif
