/* A protocol as an automaton: its states are the positions in the text, its edges the messages (GAut(G) of Li, Stutz, Wies, Zufferey,
   Complete multiparty session type projection with automata, CAV 2023, Definition 3). */
#ifndef UNKNOT_SESSION_GLOBAL_H
#define UNKNOT_SESSION_GLOBAL_H

#include "session/protocol.h"

typedef struct GlobalEdge {
    uint32_t from, to;        /* states */
    uint32_t sender, receiver; /* roles */
    Name message;
    Span span;                /* of the element in the text */
    const GlobalType *origin; /* the element */
    uint32_t scope;           /* the names of payloads mean the same in one scope: 0, or that of a call */
    uint32_t arm;             /* of the innermost parallel block, GLOBAL_NO_ARM: of none */
    bool leaves;              /* some parallel block is over before it */
    bool is_shared;           /* in a parallel branch the sender has a message for the same receiver: they stand in one queue, in either order */
} GlobalEdge;

/* A branch of a parallel block, and the branch that this block is in. */
typedef struct GlobalArm { uint32_t block, outer; } GlobalArm;
enum { GLOBAL_NO_ARM = UINT32_MAX };

typedef struct GlobalAutomaton {
    const Protocol *protocol; /* borrowed */
    const Names *names;       /* borrowed */
    uint32_t nstates, initial;
    GlobalEdge *edges;        /* by source */
    uint32_t nedges;
    uint32_t *first;          /* [nstates + 1]: the edges of state s are [first[s], first[s + 1]) */
    bool *is_final;           /* the protocol may be over here */
    GlobalArm *arms;
} GlobalAutomaton;

/* What the automaton of a protocol would be larger than: parallel blocks multiply. */
enum { GLOBAL_MAX_STATES = 200000, GLOBAL_MAX_EDGES = 2000000 };

/* The automaton of a checked protocol; calls are expanded. NULL: it has more than GLOBAL_MAX_STATES states, or calls itself other than as
   the last thing it does, or its courses are wrong (session/courses.h); diagnosed. Freed with global_free. */
GlobalAutomaton *global_of(const Protocols *protocols, const Protocol *protocol, Diags *diags);
/* Do they stand in different branches of a parallel block? Then what a role does in one is not ordered against what it does in the other, as long as
   the block is not left in between. */
bool global_are_parallel(const GlobalAutomaton *automaton, const GlobalEdge *a, const GlobalEdge *b);
void global_free(GlobalAutomaton *automaton);
void global_dot(const GlobalAutomaton *automaton, FILE *out);

#endif
