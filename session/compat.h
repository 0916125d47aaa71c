/* Do communicating machines get along? Exploration with queues of at most k messages, and when that says everything: k-multiparty
   compatibility (Lange, Yoshida, Verifying asynchronous interactions via communicating session automata, CAV 2019). */
#ifndef UNKNOT_SESSION_COMPAT_H
#define UNKNOT_SESSION_COMPAT_H

#include "session/cfsm.h"

typedef enum CompatVerdict { COMPAT_SAFE, COMPAT_UNSAFE, COMPAT_UNKNOWN } CompatVerdict;
typedef enum CompatFault {
    COMPAT_NONE,
    COMPAT_UNREAD,    /* a message at the head of its queue is never received on any way on */
    COMPAT_WAITING    /* a machine that receives never will */
} CompatFault;
typedef enum CompatBasis {
    COMPAT_BY_NOTHING,
    COMPAT_EXACT,      /* no queue ever holds more than `longest` messages: everything was explored */
    COMPAT_DEFINITE,   /* what was found is wrong whatever the capacity */
    COMPAT_EXHAUSTIVE, /* k-exhaustive, and the preconditions hold: what is true with k is true with any capacity */
    COMPAT_BY_SUBTYPING /* two machines, the one an asynchronous subtype of the other's dual: safe with any capacity, while no k tried tells */
} CompatBasis;

typedef struct CompatStep { uint32_t role, edge; } CompatStep; /* edge of the role's machine */

typedef struct Compat {
    CompatVerdict verdict;
    CompatBasis basis;
    uint32_t k;             /* least bound at which the verdict was found; the last one tried when it is unknown */
    bool is_csa;            /* deterministic, and no state both sends and receives */
    bool is_directed;       /* every state sends to one role only, or receives from one only */
    bool outputs_independent, inputs_independent; /* at k: the preconditions of machines that are not directed */
    bool is_exhaustive;     /* at k */
    uint32_t longest;       /* EXACT: of all queues */
    uint32_t reduced, reduced_steps; /* configurations and steps of the reduced graph at k */
    uint32_t configurations; /* of the full graph at k, 0: it was not needed, or is too large */
    bool is_reduced_whole, is_full_whole; /* the graph was explored; full: for each k that it was needed for */
    const char *why;        /* UNKNOWN: in words */
    CompatFault fault;      /* UNSAFE */
    uint32_t role, peer;    /* UNREAD: the message from peer to role; WAITING: role (peer is itself) */
    CompatStep *run;        /* a shortest one to the configuration at fault; owned */
    uint32_t nrun;
} Compat;

typedef struct CompatOptions {
    uint32_t bound;              /* the largest k tried */
    uint32_t max_configurations; /* for each k */
} CompatOptions;
#define COMPAT_DEFAULTS ((CompatOptions){.bound = 6, .max_configurations = 2000000})

Compat compat_check(const CfsmSystem *system, CompatOptions options);
void compat_fini(Compat *compat);

/* The same machines with rendezvous instead of queues (session/sync.c). */
typedef struct CompatSync {
    bool labels_match;  /* whenever a machine can send, its peer, if it is ready to hear from it, knows the message */
    bool deadlock_free; /* whoever is stuck is done */
    bool live;          /* every send that a machine stands before can fire some day, and one of its receptions */
    bool complete;      /* false: too many configurations, nothing is known */
    uint32_t configurations;
} CompatSync;
CompatSync compat_sync(const CfsmSystem *system, CompatOptions options);

#endif
