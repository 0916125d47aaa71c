/* The steps of one task in a state, as writes to slots: evaluated once for all states that look alike to it (model/memo.h). One per thread. */
#ifndef UNKNOT_MODEL_EXPAND_H
#define UNKNOT_MODEL_EXPAND_H

#include "model/comps.h"
#include "model/eval.h"
#include "model/faults.h"
#include "model/memo.h"

typedef struct ExpandWrite {
    uint32_t slot;    /* in the source; of a new component NO_SLOT: they come in order after the source's last slot */
    uint32_t id;      /* dense at that slot; new components have none yet */
    uint32_t content;
    uint32_t shape;   /* its CompInfo.shape */
} ExpandWrite;

typedef struct ExpandOutcome {
    StepStatus status; /* never DISABLED */
    bool reached_point;
    bool reorders;     /* makes a component, ends a task or frees a future: the order of slots is open again */
    bool has_refs;     /* some content written holds a handle to a movable slot */
    uint32_t choice;   /* index of the sequence of choices */
    uint32_t first, nwrites, nadded;
    uint32_t fault;    /* VIOLATION, LIMIT */
} ExpandOutcome;

typedef struct ExpandLeaf {
    uint32_t first, n;
} ExpandLeaf;

typedef struct ExpandOptions {
    EvalOptions eval;
    bool memo;
} ExpandOptions;

typedef struct Expand {
    const Program *program;
    Comps *comps;
    Faults *faults;
    ExpandOptions options;
    Memo steps, checks;      /* roots: slots; invariants */
    VEC(ExpandLeaf) leaves;
    VEC(ExpandOutcome) outcomes;
    VEC(ExpandWrite) writes;
    uint32_t kept_outcomes, kept_writes; /* what lies past these belongs to the last look-up alone */
    World world;             /* loads lazily from the state at hand */
    const uint32_t *state;
    VEC(uint32_t) path;      /* slots in the order of first reading */
    VEC(uint32_t) seen;      /* per slot: stamp of the look-up that read it */
    uint32_t stamp;
    Choices choices;
    uint64_t states, checked; /* how often somebody came to look */
    uint64_t evaluations;
} Expand;

void expand_init(Expand *expand, const World *base, Comps *comps, Faults *faults, ExpandOptions options);
void expand_fini(Expand *expand);
/* The outcomes of the task at `slot`, valid until the next call: *n of them; their writes are expand->writes. */
const ExpandOutcome *expand_evaluate(Expand *expand, const uint32_t *state, uint32_t n, uint32_t slot, uint32_t *count);
/* Bit i: invariant i is false. */
uint64_t expand_check(Expand *expand, const uint32_t *state, uint32_t n);
/* The words of a component, normalised, as a content. */
uint32_t expand_intern(Comps *comps, const Program *program, World *world, uint32_t slot);
uint64_t expand_memory(const Expand *expand);

/* The same through the memo. */
static inline const ExpandOutcome *expand_step(Expand *expand, const uint32_t *state, uint32_t n, uint32_t slot, uint32_t *count) {
    if (slot < expand->steps.roots.n) {
        uint32_t ref = memo_find(&expand->steps, slot, state[slot], state, n);
        if (ref != MEMO_NONE) {
            ExpandLeaf leaf = expand->leaves.data[ref & ~MEMO_LEAF];
            *count = leaf.n;
            return expand->outcomes.data + leaf.first;
        }
    }
    return expand_evaluate(expand, state, n, slot, count);
}

#endif
