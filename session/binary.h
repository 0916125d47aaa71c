/* Two binary session types that are compared: what of them stays the same all along. Internal to session/. */
#ifndef UNKNOT_SESSION_BINARY_H
#define UNKNOT_SESSION_BINARY_H

#include "session/cfsm.h"

typedef struct Binary {
    const Cfsm *t, *u;  /* borrowed: T <= U is asked */
    bool *must_receive; /* per state of T: every way on meets a reception */
    bool *must_send;    /* per state of U: every way on meets a sending */
} Binary;

/* Each state sends only or receives only, nothing twice, and one without edges is an end, the others not; one partner. */
bool binary_is_type(const Cfsm *machine);
Binary binary_of(const Cfsm *t, const Cfsm *u);
void binary_fini(Binary *binary);

static inline uint32_t binary_degree(const Cfsm *machine, uint32_t state) { return machine->first[state + 1] - machine->first[state]; }
static inline bool binary_sends(const Cfsm *machine, uint32_t state) {
    return binary_degree(machine, state) && machine->edges[machine->first[state]].is_send;
}
static inline bool binary_receives(const Cfsm *machine, uint32_t state) {
    return binary_degree(machine, state) && !machine->edges[machine->first[state]].is_send;
}
/* The edge from the state that sends, or receives, this message; NULL: none. */
const CfsmEdge *binary_find(const Cfsm *machine, uint32_t state, bool is_send, Name message);

#endif
