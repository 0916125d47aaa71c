/* Asynchronous subtyping of machines with several partners, free of orphans: outputs may come before inputs, and before outputs to others; inputs
   before inputs from others (Ghilezan, Pantović, Prokić, Scalas, Yoshida, Precise subtyping for asynchronous multiparty sessions, POPL 2021). Decided
   as far as a search over a state of the subtype, a state of the supertype and what the supertype has done ahead of it closes (in the manner of
   Cutner, Yoshida, Vassor, Deadlock-free asynchronous message reordering in Rust with multiparty session types, PPoPP 2022); undecidable in general. */
#ifndef UNKNOT_SESSION_SUBTYPE_MULTI_H
#define UNKNOT_SESSION_SUBTYPE_MULTI_H

#include "session/subtype.h"

typedef struct MultiOptions {
    uint32_t max_visits; /* then it gives up */
    bool outputs_wait;   /* outputs never come before inputs: somebody who could hear from several roles might hear them in another order */
} MultiOptions;
#define MULTI_DEFAULTS ((MultiOptions){.max_visits = 200000})

/* T <= U. Of U: where it sends and receives in one state, only what it sends is looked at, for it may always send first;
   a final state that receives may wait in vain, so that T does nothing there that counts on the message. */
Subtype subtype_multi(const Cfsm *t, const Cfsm *u, MultiOptions options);

#endif
