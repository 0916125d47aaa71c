/* Quotients by direct simulation: a state is simulated by one that can do all it does, step by step, seeing at least
   its marks (Etessami and Holzmann, CONCUR'00; signatures as decision diagrams: Babiak and others, SPIN'13). */
#ifndef UNKNOT_LTL_SIMULATE_H
#define UNKNOT_LTL_SIMULATE_H

#include "ltl/automaton.h"

/* Merges states that simulate one another, and drops what another edge of the same state does better. A copy when that
   would take too long. */
Automaton *simulate_forward(const Automaton *automaton);
/* The same on the reversed automaton: what leads to a state. */
Automaton *simulate_backward(const Automaton *automaton);

#endif
