/* What the passes over an explored graph find, before it becomes a run to show. */
#ifndef UNKNOT_CHECKER_FINDING_H
#define UNKNOT_CHECKER_FINDING_H

#include "checker/branching.h"
#include "checker/engine.h"
#include "checker/search.h"
#include "checker/stuck.h"

/* One step of a loop: to this state, made by the actor at slot `actor` of the state before; NO_SLOT: by any. */
typedef struct HitStep {
    uint32_t state, actor;
    const EdgeLabel *label; /* which step of the actor it is, or NULL: any */
} HitStep;

typedef struct Hit {
    FindingKind kind;
    uint32_t state;   /* where it shows, or the step into it starts; STORE_NONE: in the initialisers */
    uint32_t index;   /* violations: in ts_violation; invariants, properties: which */
    Slots never_move; /* deadlocks: slots in `state` of the tasks that never move again; livelock, nontermination: of
                            those that are named */
    bool is_partial;  /* deadlocks, lost wakeups: others can go on */
    StuckKey key;     /* deadlocks, infinite runs: what makes two of them one */
    uint32_t task; /* never-yields: slot in `state`; unbounded: slot, where the loop ends, of what there is more of */
    const struct RoleClaim *claim; /* nonconforming: the run to it is `loop`, from the initial state `state` */
    VEC(HitStep) loop; /* infinite runs: a cycle that begins and ends in `state` */
    VEC(HitStep) prefix; /* properties: the run to `state`, from an initial state on; else the search's own */
    bool stutters;       /* properties: the run stops in `state` */
    BranchingAnswer *branching; /* properties of branching time: the tree of runs, instead of one; owned */
    bool is_witness;     /* and it shows why the property holds */
} Hit;
typedef VEC(Hit) Hits;

/* The hit of this kind and key, or NULL. The key of deadlocks and never-yields only. */
Hit *hits_find(Hits *hits, FindingKind kind, const StuckKey *key);
void hits_fini(Hits *hits);

/* The violations and false invariants that the search met, each once by kind, detail and place. */
void finding_collect(const Search *search, Hits *hits);
/* Turns hits into findings with replayed runs, in order of run length, then place. False: one did not replay, *fault
   says why. */
bool finding_make(Search *search, Hits *hits, Finding **findings, uint32_t *nfindings, const char **fault);
/* The same for what shows why properties hold: to results[p].witness. */
bool finding_witness(Search *search, Hits *hits, PropertyResult *results, const char **fault);

#endif
