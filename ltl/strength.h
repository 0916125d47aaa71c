/* How little a search for an accepted run must look for in an automaton. */
#ifndef UNKNOT_LTL_STRENGTH_H
#define UNKNOT_LTL_STRENGTH_H

#include "ltl/automaton.h"

typedef enum Strength {
    STRENGTH_GENERAL,
    STRENGTH_WEAK,    /* inside each component all edges are in all sets, or all in none */
    STRENGTH_TERMINAL /* weak, and a run that came to an accepting component can stay there whatever is read */
} Strength;

/* Of a settled automaton. */
Strength strength_of(const Automaton *automaton);

#endif
