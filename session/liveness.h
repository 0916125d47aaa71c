/* What holds of all runs of communicating machines, on the explicit graph of their configurations: the flavours of liveness of Scalas, Yoshida, Less is
   more: multiparty session types revisited, POPL 2019. They differ in what is assumed of who goes on. */
#ifndef UNKNOT_SESSION_LIVENESS_H
#define UNKNOT_SESSION_LIVENESS_H

#include "session/cfsm.h"

/* LIVENESS(CODE, "name", "in words") */
#define LIVENESS_PROPERTIES(X)                                                                                                        \
    X(DEADLOCK_FREE, "deadlock-free", "where nothing moves everybody is done")                                                      \
    X(LIVE, "live", "what a machine stands before, and every message sent, can still come to pass")                                 \
    X(LIVE_PLUS, "live+", "it does, in every run in which who stays able to act acts some day")                                     \
    X(LIVE_PLUSPLUS, "live++", "it does, in every run")                                                                             \
    X(TERMINATION, "termination", "every run ends, and then everybody is done")

typedef enum LivenessProperty {
#define LIVENESS(code, name, text) LIVENESS_##code,
    LIVENESS_PROPERTIES(LIVENESS)
#undef LIVENESS
    LIVENESS_COUNT
} LivenessProperty;

typedef struct Liveness {
    const char *why;               /* not NULL: nothing is known */
    bool holds[LIVENESS_COUNT];
    uint32_t role[LIVENESS_COUNT]; /* who waits in vain, where it does not; UINT32_MAX: nobody in particular */
    uint32_t configurations;
} Liveness;

typedef struct LivenessOptions {
    bool sync;                   /* rendezvous instead of queues */
    uint32_t bound;              /* queues longer than this are not looked at */
    uint32_t max_configurations;
} LivenessOptions;

Liveness liveness_check(const CfsmSystem *system, LivenessOptions options);
const char *liveness_name(LivenessProperty property);
const char *liveness_text(LivenessProperty property);

#endif
