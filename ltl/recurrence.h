/* G F of what some finite part of a word settles: waits for it, notes that it came, and waits again. */
#ifndef UNKNOT_LTL_RECURRENCE_H
#define UNKNOT_LTL_RECURRENCE_H

#include "ltl/automaton.h"

/* `once` is the minimal automaton (obligation_minimal) of F g for a guarantee g. The result, for G F g, is deterministic
   with one set on edges. */
Automaton *recurrence_of(const Automaton *once);

#endif
