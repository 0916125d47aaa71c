/* Brute force on protocols: what roles can do that see nothing but their own messages, run after run. */
#ifndef UNKNOT_TESTS_SESSION_RUNS_H
#define UNKNOT_TESTS_SESSION_RUNS_H

#include "session/global.h"

typedef enum RunsVerdict {
    RUNS_EXPLAINED,   /* every joint history is that of a course of the protocol, and nobody gets stuck: as far as was looked */
    RUNS_UNEXPLAINED, /* a history that no course of the protocol explains */
    RUNS_STUCK,       /* no role can go on, and the protocol is not over */
    RUNS_TOO_LARGE    /* the protocol */
} RunsVerdict;

typedef struct Runs {
    RunsVerdict verdict;
    bool is_all; /* EXPLAINED: the protocol has no longer runs */
    char text[256]; /* the history */
} Runs;

/* Each role does whatever some course of the protocol has after what it has seen; queues are unbounded; all runs of at most `steps` steps. */
Runs runs_search(const GlobalAutomaton *global, uint32_t steps, uint32_t max_histories);

#endif
