/* The complement of any state-based Büchi automaton: runs are ranked, level by level (Friedgut, Kupferman and Vardi, Büchi
   complementation made tighter, IJFCS 2006; with the maximal rankings of Schewe, Büchi complementation made tight, STACS
   2009). */
#ifndef UNKNOT_LTL_RANKS_H
#define UNKNOT_LTL_RANKS_H

#include "ltl/automaton.h"

/* State-based. NULL when more than `max_states`, or twenty times as many edges, are needed. */
Automaton *ranks_complement(const Automaton *automaton, uint32_t max_states);

#endif
