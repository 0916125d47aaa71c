/* Exhaustive checking of a transition system: reachability, both kinds of deadlock, violations, invariants,
   never-yields. */
#ifndef UNKNOT_CHECKER_ENGINE_H
#define UNKNOT_CHECKER_ENGINE_H

#include "model/buchi.h"
#include "model/program.h"
#include "model/trace.h"
#include "model/ts.h"

#include <signal.h>

/* Whether inert steps are explored alone (model/merge.h): AUTO does once a program has more than ENGINE_PLAIN_STATES
   states. */
typedef enum EngineMerge { ENGINE_MERGE_AUTO, ENGINE_MERGE_NEVER, ENGINE_MERGE_ALWAYS } EngineMerge;
#define ENGINE_PLAIN_STATES 100000u

struct RoleJudge;

typedef struct EngineOptions {
    TsOptions ts;         /* ts.merge and ts.labels are set by the engine */
    EngineMerge merge;
    uint64_t max_states;  /* 0: no limit */
    uint64_t memory;      /* bytes, 0: no limit */
    double timeout;       /* seconds, 0: none */
    const volatile sig_atomic_t *interrupt; /* set by a signal handler; may be NULL */
    void (*progress)(void *context, uint64_t states, uint64_t transitions, uint64_t frontier, uint32_t depth,
        uint64_t memory, double seconds);
    void *progress_context; /* progress is called about every 100 ms after the first second, NULL: never */
    Fairness fairness;    /* for verdicts about infinite runs */
    bool termination;     /* --require termination */
    bool races;           /* --races */
    const Buchi *const *wrong; /* per property of the program: an automaton of the runs that violate it (LTL and automata), NULL for CTL and
                                  where there is none (no verdict) */
    const char *const *unmade; /* with `wrong`: why there is none; NULL, or NULL entries: nothing is known of it */
    bool plain_automata;  /* --no-strength: all are searched as general ones */
    const struct RoleJudge *roles; /* model/roles.h: who holds tasks to their roles; NULL: nobody */
    bool witnesses;       /* runs that show why properties of branching time hold, where there are such */
    bool record_graph;    /* keep labelled edges for `unknot graph lts` */
} EngineOptions;

typedef enum Verdict { VERDICT_HOLDS, VERDICT_VIOLATED, VERDICT_UNKNOWN } Verdict;

typedef enum FindingKind { /* texts as in the expectations: finding_kind_text */
    FINDING_DEADLOCK,
    FINDING_PARTIAL_DEADLOCK,
    FINDING_LOST_WAKEUP,
    FINDING_ASSERTION,
    FINDING_UNDEFINED,
    FINDING_MISUSE,
    FINDING_IGNORED_CLOSE,
    FINDING_NEVER_YIELDS,
    FINDING_LIVELOCK,
    FINDING_NONTERMINATION,
    FINDING_UNBOUNDED,
    FINDING_RACE,
    FINDING_INVARIANT,
    FINDING_PROPERTY,
    FINDING_NONCONFORMING,
    FINDING_INCOMPATIBLE, /* of a protocol or machines: found without a search, tools/ adds it */
    FINDING_KINDS
} FindingKind;
const char *fairness_text(Fairness fairness); /* "weak", "none", "strong" */
const char *finding_kind_text(FindingKind kind); /* "deadlock", "partial-deadlock", …, "violated" */

typedef struct Finding {
    FindingKind kind;
    const char *name;    /* invariant's name, violation's detail, or "" */
    Span span;           /* where it shows: the first stuck task's wait, the failing assertion */
    Trace *trace;        /* shortest run to it, replayed; owned by the result. trace->stuck names the tasks */
} Finding;

/* What is known of one property of the program. */
typedef struct PropertyResult {
    Verdict verdict;
    const char *why;       /* UNKNOWN: in words */
    Fairness fairness;     /* assumed */
    bool is_safety;        /* violated by what has happened already: nothing is assumed of the scheduler */
    char *vacuous;         /* HOLDS, but only because this, a part of the formula as written, is never true; NULL. Owned by the result */
    bool runless;          /* HOLDS, but only because no fair run goes on or stops: each is cut, or ends in a violation */
    uint64_t constant;     /* bit a: atom a of the property never changes; constant_true: and is true */
    uint64_t constant_true;
    bool stutters;         /* VIOLATED: by a run that stops, its last state repeated for ever */
    uint64_t states;       /* of the product that was looked at */
    Trace *witness;        /* HOLDS: runs that show it, replayed; NULL. Owned by the result */
} PropertyResult;

typedef struct EngineResult {
    Verdict verdict; /* VIOLATED when there is a finding, also after a limit; UNKNOWN when a limit was hit and nothing
                        was found */
    bool complete;       /* the whole space was explored */
    const char *why;     /* !complete: which limit, in words */
    uint32_t holds;      /* !complete: the kinds of findings that there are none of all the same, bits by FindingKind */
    Finding *findings;   /* in order of run length, then place; one per kind, place and set of stuck tasks */
    uint32_t nfindings;
    PropertyResult *properties; /* per property of the program */
    uint32_t nproperties;
    uint64_t states, transitions; /* transitions: distinct pairs of source and target */
    uint32_t depth;      /* of the breadth-first search */
    double seconds;
    uint64_t memory;     /* bytes at the peak: store, queue, edges, components */
    const char *fairness; /* assumed by verdicts about infinite runs: fairness_text */
    bool merged;         /* inert steps were explored alone: figures are those of the smaller graph, runs may not be the
                            shortest */
    bool fault;          /* a counterexample did not replay: exit 4 */
    const char *fault_text;
    struct Graph *graph; /* record_graph: the explicit LTS, model/graph.h */
} EngineResult;

EngineResult *engine_check(const Program *program, const EngineOptions *options);
void engine_result_free(EngineResult *result);

#endif
