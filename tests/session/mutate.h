/* Machines that differ a little from a given one. */
#ifndef UNKNOT_TESTS_SESSION_MUTATE_H
#define UNKNOT_TESTS_SESSION_MUTATE_H

#include "session/cfsm.h"

/* One edge less, one more, one that leads elsewhere or has another message, or two actions in the other order; deterministic, no state sends and receives,
   or receives from several. False: not this time. */
bool mutate_machine(const Cfsm *machine, uint64_t seed, Cfsm *mutant);
/* The same without such care; a state may become two of which one does less, and two receptions come in either order. */
bool mutate_wildly(const Cfsm *machine, uint64_t seed, Cfsm *mutant);

#endif
