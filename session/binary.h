/* Two binary session types that are compared: what of them stays the same all along. Internal to session/. */
#ifndef UNKNOT_SESSION_BINARY_H
#define UNKNOT_SESSION_BINARY_H

#include "session/cfsm.h"

typedef struct Binary {
    const Cfsm *t, *u;  /* borrowed: T <= U is asked */
    bool *must_receive; /* per state of T: every way on meets a reception */
    bool *must_send;    /* per state of U: every way on meets a sending */
    bool is_fair;       /* whoever can go on to the end does some day: see subtype_fair */
} Binary;

/* A position fails: why, and with which message. */
typedef struct BinaryFault { const char *why; bool has_message; Name message; } BinaryFault; /* why NULL: it does not */

/* Each state sends only or receives only, nothing twice, and one without edges is an end, the others not; one partner. */
bool binary_is_type(const Cfsm *machine);
Binary binary_of(const Cfsm *t, const Cfsm *u, bool is_fair);
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

/* ---- what the game asks of a position: T at t, U at u, and whether U has received messages that T still owes to receive */

/* T has ended. */
BinaryFault binary_end_fault(const Binary *pair, uint32_t u, bool owes);
/* T receives, nothing is owed: U has to receive no more than that. */
BinaryFault binary_receive_fault(const Binary *pair, uint32_t t, uint32_t u);
/* T receives `message`, which is owed. */
BinaryFault binary_owed_fault(const Binary *pair, uint32_t t, Name message);
/* T is about to take its sending `edge`, and U at a state on its way to where it sends that too. */
BinaryFault binary_send_fault(const Binary *pair, uint32_t edge, uint32_t u, bool owes);

#endif
