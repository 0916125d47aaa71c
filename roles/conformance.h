/* What checking says of a program's protocols: each can be played, and each task with a role plays it. */
#ifndef UNKNOT_ROLES_CONFORMANCE_H
#define UNKNOT_ROLES_CONFORMANCE_H

#include "checker/engine.h"
#include "model/roles.h"
#include "model/support/vec.h"
#include "roles/protocols.h"

typedef enum ListeningEnd { LISTENING_ALLOW, LISTENING_WARN, LISTENING_REJECT } ListeningEnd;

typedef struct ConformanceRow {
    FindingKind kind;      /* INCOMPATIBLE: of a protocol; NONCONFORMING: of a role */
    const char *label;     /* "protocol Auth", "client as Auth.client" */
    const char *name;      /* Auth, client */
    Verdict verdict;
    const char *note;      /* how it is shown, or why not: in words; "" */
    uint32_t machine;      /* NONCONFORMING: of the graph; NO_SLOT: none */
} ConformanceRow;

/* The machine of a task, as it was seen. */
typedef struct ConformanceMachine {
    const char *label;    /* "client as Auth.client" */
    const HeldProtocol *held;
    uint32_t role;
    Cfsm machine;
} ConformanceMachine;

typedef struct Conformance {
    ProgramProtocols *protocols; /* borrowed; NULL: none */
    ListeningEnd listening_end;
    Diags *diags;          /* warnings go here */
    Arena arena;
    VEC(ConformanceRow) rows;
    RoleJudge judge;       /* for the engine */
    VEC(uint32_t) claimed; /* per claim: its row */
    bool is_judged;        /* the engine came to it */
    bool keeps_machines;   /* for drawing */
    VEC(ConformanceMachine) machines;
} Conformance;

/* Refuses protocols that cannot be played; tasks are judged when the engine asks. */
void conformance_init(Conformance *conformance, ProgramProtocols *protocols, ListeningEnd listening_end, Diags *diags);
/* Every protocol, each of its roles, and each task's machine (keeps_machines), as DOT. */
void conformance_dot(const Conformance *conformance, FILE *out);
void conformance_fini(Conformance *conformance);
/* After the search: adds the findings about protocols, and what was not decided becomes the result's. */
void conformance_conclude(Conformance *conformance, const Sources *sources, EngineResult *result);

#endif
