/* The steps of one task in a state, as writes to slots: evaluated once for all states that look alike to it (model/memo.h). One per thread. */
#ifndef UNKNOT_MODEL_EXPAND_H
#define UNKNOT_MODEL_EXPAND_H

#include "model/comps.h"
#include "model/eval.h"
#include "model/faults.h"
#include "model/memo.h"

typedef struct ExpandWrite {
    uint32_t slot, id; /* in the source; dense there */
} ExpandWrite;

typedef struct ExpandOutcome {
    StepStatus status; /* never DISABLED */
    bool reached_point;
    bool inert;        /* StepResult.inert */
    bool by_fault;     /* StepResult.by_fault */
    bool reorders;     /* makes a component, ends a task or frees a future: the order of slots is open again */
    bool has_refs;     /* some content written holds a handle to a movable slot */
    uint32_t nwrites, nadded;
    const ExpandWrite *writes;
    const uint32_t *added; /* contents of new components, whose slots follow the source's last */
    uint32_t fault;    /* VIOLATION, LIMIT */
    uint32_t fiber, left, arm; /* ExpandOptions.labels: as in StepResult */
    bool progress;
    uint64_t lost, delivered, events;
    FiberStatus status_after; /* ExpandOptions.comms: of the task */
    uint32_t ncomms;
    const uint32_t *comms; /* EXPAND_COMM words each: expand_comm */
} ExpandOutcome;

typedef struct ExpandOptions {
    EvalOptions eval;
    bool memo;
    bool labels; /* outcomes tell who moved */
    bool comms;  /* and what they sent and received */
} ExpandOptions;

typedef struct Expand {
    const Program *program;
    Comps *comps;
    Faults *faults;
    ExpandOptions options;
    Memo steps, checks;      /* roots: slots; invariants, then conditions */
    uint32_t *conditions;    /* machines, by Atom.bit */
    uint32_t nconditions;
    uint64_t undefined;      /* of the conditions, those that met undefined behaviour in some state asked so far */
    VEC(uint32_t) tape;      /* of each look-up: how many outcomes, then each packed (expand_next) */
    uint32_t kept;           /* what lies past this belongs to the last look-up alone */
    CommLog comms_log;
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
/* The outcomes of the task at `slot`, one for each sequence of choices in order: their number, then what expand_next reads. Valid until
   the next call. */
const uint32_t *expand_evaluate(Expand *expand, const uint32_t *state, uint32_t n, uint32_t slot);
/* Bit i: invariant i is false. */
uint64_t expand_check(Expand *expand, const uint32_t *state, uint32_t n);
/* Bit i: condition i is true. */
uint64_t expand_conditions(Expand *expand, const uint32_t *state, uint32_t n);
/* The words of a component, normalised, as a content. */
uint32_t expand_intern(Comps *comps, const Program *program, World *world, uint32_t slot);
uint64_t expand_memory(const Expand *expand);

/* The same through the memo. */
static inline const uint32_t *expand_step(Expand *expand, const uint32_t *state, uint32_t n, uint32_t slot) {
    if (slot < expand->steps.roots.n) {
        uint32_t ref = memo_find(&expand->steps, slot, state[slot], state, n);
        if (ref != MEMO_NONE) return expand->tape.data + (ref & ~MEMO_LEAF);
    }
    return expand_evaluate(expand, state, n, slot);
}

/* First word of an outcome: status in 3 bits, the five flags, 12 bits of nwrites, 12 of nadded; then the writes, the contents added, for
   VIOLATION and LIMIT the fault, and with labels: fiber, left, arm << 1 | progress, lost, delivered and events in two words
   each; with comms those (EXPAND_STATUS). */
enum { EXPAND_REACHED = 8, EXPAND_REORDERS = 16, EXPAND_REFS = 32, EXPAND_INERT = 64, EXPAND_FAULT = 128, EXPAND_WRITES = 8, EXPAND_ADDED = 20,
       EXPAND_MANY = (1 << 12) - 1 };
/* With comms: how many there are, and the task's status above; then each one. */
enum { EXPAND_STATUS = 24, EXPAND_COMM = 5 + 2 * COMM_VALUES };
static inline Comm expand_comm(const uint32_t *words) {
    Comm comm = {.channel = words[0], .label = words[1] >> 5, .is_closed = words[1] >> 4 & 1, .is_send = words[1] & 1, .nvalues = words[1] >> 1 & 7, .span = {words[2], words[3], words[4]}};
    for (uint32_t i = 0; i < COMM_VALUES; i++) comm.values[i] = (Word)(words[5 + 2 * i] | (uint64_t)words[6 + 2 * i] << 32);
    return comm;
}

/* Unpacks the outcome at `at` and returns where the next one is. */
static inline const uint32_t *expand_next(const uint32_t *at, const ExpandOptions *options, ExpandOutcome *outcome) {
    uint32_t head = *at++;
    outcome->status = (StepStatus)(head & 7);
    outcome->reached_point = (head & EXPAND_REACHED) != 0;
    outcome->reorders = (head & EXPAND_REORDERS) != 0;
    outcome->has_refs = (head & EXPAND_REFS) != 0;
    outcome->inert = (head & EXPAND_INERT) != 0;
    outcome->by_fault = (head & EXPAND_FAULT) != 0;
    outcome->nwrites = (head >> EXPAND_WRITES) & EXPAND_MANY;
    outcome->nadded = head >> EXPAND_ADDED;
    outcome->writes = (const ExpandWrite *)at;
    outcome->added = at + 2 * outcome->nwrites;
    outcome->fault = 0;
    at = outcome->added + outcome->nadded;
    if (outcome->status == STEP_VIOLATION || outcome->status == STEP_LIMIT) outcome->fault = *at++;
    if (options->labels) {
        outcome->fiber = *at++;
        outcome->left = *at++;
        outcome->progress = *at & 1;
        outcome->arm = *at >> 1 == NO_SLOT >> 1 ? NO_SLOT : *at >> 1;
        at++;
        outcome->lost = at[0] | (uint64_t)at[1] << 32;
        outcome->delivered = at[2] | (uint64_t)at[3] << 32;
        outcome->events = at[4] | (uint64_t)at[5] << 32;
        at += 6;
    }
    outcome->ncomms = 0;
    if (options->comms) {
        outcome->status_after = (FiberStatus)(*at >> EXPAND_STATUS);
        outcome->ncomms = *at++ & ((1u << EXPAND_STATUS) - 1);
        outcome->comms = at;
        at += outcome->ncomms * EXPAND_COMM;
    }
    return at;
}

/* The outcomes at `at` are a single one, which is inert. */
static inline bool expand_is_inert(const uint32_t *at) { return at[0] == 1 && (at[1] & EXPAND_INERT); }

#endif
