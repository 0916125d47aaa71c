/* From several acceptance sets on edges to one on states: copies of the automaton, one a set that is waited for
   (Babiak, Badie, Duret-Lutz, Křetínský, Strejček, SPIN'13). */
#ifndef UNKNOT_LTL_DEGENERALISE_H
#define UNKNOT_LTL_DEGENERALISE_H

#include "ltl/automaton.h"

typedef struct DegeneraliseOptions {
    bool skip;  /* several levels in one step */
    bool reset; /* components are entered at their own first level; those that do not accept have one */
    bool cache; /* a component is entered at a level that is known already */
    bool last_first; /* sets are waited for from the last one on */
} DegeneraliseOptions;

/* A state-based automaton of the same language. */
Automaton *degeneralise_to_states(const Automaton *automaton, DegeneraliseOptions options);

#endif
