/* The synchronous product of communicating machines: what they do together when every message is taken as it is sent. As the automaton of a
   protocol: its edges are messages, a state is final when every machine may be done. */
#ifndef UNKNOT_SESSION_RENDEZVOUS_H
#define UNKNOT_SESSION_RENDEZVOUS_H

#include "session/cfsm.h"
#include "session/global.h"

typedef struct Rendezvous {
    GlobalAutomaton global;  /* of `roles`, a protocol without a body */
    Protocol roles;
    uint32_t *states;        /* [global.nstates * n]: each machine's */
    uint32_t *found;         /* per state: the edge through which it was found first, UINT32_MAX: the initial one */
    uint32_t n;
    bool complete;           /* not more than `max` states */
} Rendezvous;

/* Breadth first, until there are more than `max` states. `product` stays where it is. */
void rendezvous_explore(Rendezvous *product, const CfsmSystem *system, uint32_t max);
void rendezvous_fini(Rendezvous *product);
static inline uint32_t rendezvous_at(const Rendezvous *product, uint32_t state, uint32_t role) { return product->states[(size_t)state * product->n + role]; }
/* A shortest run to the state, as edges of the automaton, oldest first; owned by the caller. */
uint32_t *rendezvous_run(const Rendezvous *product, uint32_t state, uint32_t *length);

#endif
