/* Makes an automaton smaller where its components show what no accepted run needs. */
#ifndef UNKNOT_LTL_PRUNE_H
#define UNKNOT_LTL_PRUNE_H

#include "ltl/automaton.h"

/* Drops states from which no run is accepted, marks where they do not matter, and acceptance sets that others imply;
   each component keeps the sets it needs, and the automaton as many as the neediest. Keeps it state-based if it is. */
void prune_useless(Automaton *automaton);

#endif
