/* Sound and complete projection: the machines that together do what the protocol says, if there are any (Li, Stutz, Wies, Zufferey,
   Complete multiparty session type projection with automata, CAV 2023: subset construction, then Send Validity, Definition 7, and Receive
   Validity, Definition 8). */
#ifndef UNKNOT_SESSION_PROJECT_H
#define UNKNOT_SESSION_PROJECT_H

#include "session/cfsm.h"
#include "session/global.h"

typedef enum ProjectFault {
    PROJECT_OK,
    PROJECT_SEND,   /* it would send a message without knowing that it may */
    PROJECT_RECEIVE, /* it could take a message for one of another course */
    PROJECT_QUEUE,   /* two parallel branches use one queue, and what the one waits for may stand behind what the other cannot take yet */
    PROJECT_LIMIT   /* there is too much to look at: neither yes nor no */
} ProjectFault;

/* Two courses of the protocol, as sequences of its edges, that look the same to the role so far. */
typedef struct Projection {
    ProjectFault fault;
    uint32_t role;
    const GlobalEdge *edge;  /* the send, or the reception that is mistaken */
    const GlobalEdge *other; /* RECEIVE: the one that was meant; SEND: a message that may be on its way and comes first, or NULL; QUEUE: the one waited for */
    uint32_t *runs[2];       /* edges of the automaton: after the first the message can be sent (received), after the second it must not be */
    uint32_t nruns[2];
    Cfsm machine;            /* what the subset construction yields, minimal; also where there is a fault */
} Projection;

/* The machine of a role. Freed with projection_fini. */
Projection project_role(const GlobalAutomaton *global, uint32_t role);
void projection_fini(Projection *projection);
/* Says what is wrong, with both runs, at the protocol's lines. */
void projection_report(const GlobalAutomaton *global, const Projection *projection, Diags *diags);

#endif
