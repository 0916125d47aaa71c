/* Breadth-first exploration of a transition system: what is kept of it for the verdicts. */
#ifndef UNKNOT_CHECKER_SEARCH_H
#define UNKNOT_CHECKER_SEARCH_H

#include "checker/edges.h"
#include "checker/engine.h"
#include "checker/store.h"
#include "model/grow.h"
#include "model/support/vec.h"

typedef struct SearchViolation {
    uint32_t state;     /* the step starts here; STORE_NONE: in the initialisers */
    uint32_t violation; /* index in ts_violation */
} SearchViolation;

typedef struct SearchGrowth {
    uint32_t from,
        to;        /* states: the steps from the one to the other can be repeated for ever, and leave more each time */
    GrowMore more; /* slot in `to` */
} SearchGrowth;

typedef struct Search {
    const Program *program;
    const EngineOptions *options;
    Ts *ts;
    TsWorker *worker;
    Store store;
    Edges edges;
    bool labelled;                   /* edges carry labels */
    uint32_t fixed;                  /* ts_fixed */
    VEC(uint32_t) halted;            /* states without any step in which some task is alive, in order of discovery */
    VEC(SearchViolation) violations; /* the first of each in order of discovery */
    uint32_t invariant_state[64];    /* the first state that violates it, STORE_NONE */
    VEC(SearchGrowth) growths;       /* at most one: what is heavier is not explored after it */
    bool weighs_items;               /* there are unbounded channels */
    uint32_t heaviest;               /* weight of any state yet */
    uint32_t records;                /* how often a state was heavier than all before */
    uint64_t transitions;
    uint32_t depth;
    bool misses_start; /* not all initial states are known */
    bool complete;
    bool stopped;    /* the exploration is not to be gone on with (a step too long to follow leaves only its own run
                            unexplored) */
    bool hurries;    /* nor are the passes after it: out of time or memory, or interrupted */
    const char *why; /* !complete */
    uint64_t memory; /* bytes, the peak */
    double started;  /* seconds of the monotonic clock */
    uint32_t *ids;   /* scratch: room for one state, search_state */
    uint32_t ids_cap;
} Search;

double search_clock(void);
/* `labelled`: edges tell who moved, and how slots moved. */
void search_init(Search *search, const Program *program, const EngineOptions *options, bool labelled);
void search_fini(Search *search);
/* Explores all that can be reached, or until a limit is hit. */
void search_run(Search *search);
/* False, with complete and why set, when there is no more time. For passes after the search. */
bool search_may_go_on(Search *search);
/* No more is to be done, not even by passes over what was explored when it `hurries`; the verdict can no longer be
   `holds`. */
void search_stop(Search *search, const char *why, bool hurries);
/* Notes what a pass holds besides what the search holds. */
void search_note_memory(Search *search, uint64_t bytes);
/* The ids of a state, in search->ids; returns how many. */
uint32_t search_state(Search *search, uint32_t state);
/* The states from the start to `state`, both included; the caller frees it. */
uint32_t *search_path(const Search *search, uint32_t state, uint32_t *n);

#endif
