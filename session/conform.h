/* Does a machine play a role of a protocol? The product of the machine with the protocol erased to the role (Li, Stutz, Wies, Characterizing
   implementability of global protocols / protocol implementation, ESOP 2024): every state of the machine is decorated with the states that
   the protocol may be in then. The condition that fails is the diagnostic. */
#ifndef UNKNOT_SESSION_CONFORM_H
#define UNKNOT_SESSION_CONFORM_H

#include "session/cfsm.h"
#include "session/global.h"

typedef enum ConformFault {
    CONFORM_OK,
    CONFORM_SEND,    /* sends what the protocol does not allow in some course that looks the same to the role: too early, or never */
    CONFORM_RECEIVE, /* takes what could be a message of another course, or never comes */
    CONFORM_MISSING, /* does not take a message that may come */
    CONFORM_SILENT,  /* must send something, and sends nothing */
    CONFORM_END      /* is done where the protocol is not, or the other way round */
} ConformFault;

/* How it was shown: the product, or that the machine is a subtype of the role's projection. */
typedef enum ConformBasis { CONFORM_BY_PRODUCT, CONFORM_BY_SUBTYPING, CONFORM_BY_ASYNC_SUBTYPING } ConformBasis;
typedef enum ConformVerdict { CONFORM_YES, CONFORM_NO, CONFORM_UNKNOWN } ConformVerdict;

typedef struct Conform {
    ConformVerdict verdict;
    ConformBasis basis;   /* YES */
    ConformFault fault;   /* NO, UNKNOWN: the product's */
    const char *why;      /* in words, static; UNKNOWN too */
    uint32_t state, edge; /* of the machine: where; edge UINT32_MAX when it is about none */
    const GlobalEdge *expected; /* of the protocol: what is violated or missing; NULL: it is over */
    uint32_t *run;        /* edges of the machine from its start to the state; owned */
    uint32_t nrun;
    uint32_t *course;     /* edges of the protocol that explain the run, and after which it fails; owned */
    uint32_t ncourse;
    bool listens;         /* it may still wait for a message where the protocol is over; first in `listening`, with all verdicts */
    uint32_t listening;   /* state */
} Conform;

typedef struct ConformOptions {
    bool by_subtyping; /* when the product says no, the role's projection is tried as a supertype: asynchronously, for a task that reorders */
    uint32_t max_positions; /* of the asynchronous game */
    bool listening_end;     /* waiting for a message where the protocol may be over is no fault (`listens` tells) */
    bool receptions_seen;   /* the machine receives what it was seen to receive: it may know more. Then a missing reception refutes no other order */
    bool final_listens;     /* a final state that receives goes on listening, as a projection's does; else its task may have ended */
} ConformOptions;
#define CONFORM_DEFAULTS ((ConformOptions){.by_subtyping = true, .max_positions = 100000, .listening_end = true})

/* What it says is about a role that can be projected (session/project.h); of another one the answer is no or unknown. */
Conform conform_check(const GlobalAutomaton *global, uint32_t role, const Cfsm *machine, ConformOptions options);
void conform_fini(Conform *conform);

/* Where the machine's edges and states stand in the text; NULL: it has none, then what is said points at the protocol. */
typedef struct ConformPlaces { const Span *edges, *states; } ConformPlaces;
/* Says what is wrong, with the run of the machine and the course of the protocol. `who`: the task, or the machine. Nothing when the verdict is yes. */
void conform_report(const Conform *conform, const GlobalAutomaton *global, uint32_t role, const Cfsm *machine, ConformPlaces places, const char *who,
                    Diags *diags);

#endif
