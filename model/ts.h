/* The transition system of a program: the only view engines have. A state is a vector of interned component ids;
   wrappers (reduction, property product) will have the same type as what they wrap.

   Canonical form (language §3): slots [0, fixed) are the program's own globals and objects; after them come tasks in the order of their key
   (machine, key parameters), then whatever they reach; unreachable objects and ended tasks nobody refers to are gone; instances that are alike
   are ordered by colour refinement of the reference graph, ties broken by individualisation, so that equal states up to renaming
   are one state (a tie between instances that are not alike up to automorphism may leave two copies: more states, same verdict). */
#ifndef UNKNOT_MODEL_TS_H
#define UNKNOT_MODEL_TS_H

#include "model/eval.h"
#include "model/program.h"
#include "model/world.h"

typedef struct TsOptions {
    bool run_on;     /* --ready run-on */
    bool reset;      /* dead locals are reset (default true; --no-reset) */
    bool symmetry;   /* alike instances are ordered canonically (default true; --no-symmetry leaves them in order of creation) */
    bool merge;      /* inert steps are explored alone (model/merge.h; default false, since it changes counts and may lengthen runs) */
    bool memo;       /* memoised local transitions (default true; --no-memo) */
    bool main_ends_run; /* --main-ends-run */
    bool comms;      /* steps tell what they send and receive (TsEdge.comms; default false) */
    bool labels;     /* steps tell who moved (TsEdge), and ts_moves can be asked (default false) */
} TsOptions;
#define TS_DEFAULTS ((TsOptions){.reset = true, .symmetry = true, .memo = true})

typedef struct Ts Ts;         /* shared, thread-safe to read; interning is internal */
typedef struct TsWorker TsWorker; /* scratch of one thread */

typedef enum TsEdgeKind { TS_EDGE, TS_CUT, TS_VIOLATION, TS_LIMIT } TsEdgeKind;
typedef struct TsEdge {
    TsEdgeKind kind;
    uint32_t actor;     /* slot of the task in the source, or of an object that moves by itself (ts_task: NOT_TASK; it may be a fixed slot) */
    uint32_t choice;    /* index among the actor's choices, from 0: with the source and the actor it identifies the step */
    bool by_fault;      /* a fault: nothing may count on it (language, Faults) */
    bool reached_point; /* the actor ended the step at a point, or ended */
    uint32_t offset, n; /* EDGE: target ids in TsSuccessors.ids */
    uint32_t violation; /* VIOLATION: index in ts_violation; LIMIT: its reason likewise */
    uint32_t fiber, left, arm; /* TsOptions.labels: as in StepResult */
    bool progress;
    uint64_t lost, delivered;
    uint64_t events;    /* of the program's event atoms, those that happened in the step: bits by Atom.bit */
    FiberStatus status_after; /* TsOptions.comms: of the actor */
    uint32_t comms, ncomms; /* TsOptions.comms: in TsSuccessors.comms; their channels are slots of the source */
} TsEdge;
typedef struct TsSuccessors {
    TsEdge *edges;
    uint32_t nedges, edges_cap;
    uint32_t *ids;
    uint32_t nids, ids_cap;
    Comm *comms;
    uint32_t ncomms, comms_cap;
} TsSuccessors;

/* True when options.merge would have an effect on this program. */
bool ts_merges(const Program *program, TsOptions options);
Ts *ts_new(const Program *program, TsOptions options);
void ts_free(Ts *ts);
const Program *ts_program(const Ts *ts);
TsWorker *ts_worker_new(Ts *ts);
void ts_worker_free(TsWorker *worker);

/* Initial states (several when initialisers choose) or violations, as edges with actor 0. */
void ts_initial(TsWorker *worker, TsSuccessors *out);
/* All steps of all tasks of a state (or its one inert step, TsOptions.merge), duplicates of one target included; pure. */
void ts_successors(TsWorker *worker, const uint32_t *state, uint32_t n, TsSuccessors *out);
/* The same, with how slots move (TsOptions.labels: ts_successors does so too): after the call for edge e, ts_moves(worker, e, slot) is
   the slot in the target of what was at `slot` in the source, NO_SLOT when it is gone. Valid until the next call. */
void ts_successors_traced(TsWorker *worker, const uint32_t *state, uint32_t n, TsSuccessors *out);
uint32_t ts_moves(const TsWorker *worker, uint32_t edge, uint32_t slot);
/* The same for all slots of the source at once; NULL when each stays what it is. */
const uint32_t *ts_all_moves(const TsWorker *worker, uint32_t edge);
void ts_successors_fini(TsSuccessors *out);

/* Width in bits that any id at this slot needs now: each slot, movable ones too, numbers its own contents from 0 (so the widths of the slots
   past ts_fixed differ, and the layout of a state follows from its length). 0 while the slot has but one. Grows over time. */
uint32_t ts_fixed(const Ts *ts);
uint32_t ts_width(const Ts *ts, uint32_t slot);
/* Incremented whenever some ts_width grew, so that a store knows when to re-pack. */
uint32_t ts_widths_version(const Ts *ts);

/* A state as a world (complete, no loader); `world` was initialised by world_init. */
void ts_world(TsWorker *worker, const uint32_t *state, uint32_t n, World *world);
/* A world as a canonical state: ids (up to cap) and, when moves is not NULL, moves[slot of world] = slot in the state or NO_SLOT. Returns n. */
uint32_t ts_encode(TsWorker *worker, World *world, uint32_t *ids, uint32_t cap, uint32_t *moves);

/* Task slots of a state. */
typedef enum TsTaskState { TS_TASK_NOT_TASK, TS_TASK_ALIVE, TS_TASK_ENDED } TsTaskState;
TsTaskState ts_task(const TsWorker *worker, const uint32_t *state, uint32_t n, uint32_t slot);
/* True for a task, and for an object that moves by itself and under fairness does so when it stays able to. */
bool ts_is_fair(const TsWorker *worker, const uint32_t *state, uint32_t n, uint32_t slot);
/* True for an unbounded channel; how many items the unbounded channels among the fixed slots hold. */
bool ts_is_unbounded(const TsWorker *worker, const uint32_t *state, uint32_t slot);
uint32_t ts_items(const TsWorker *worker, const uint32_t *state, uint32_t n);
/* True when the task at slot is between two points or holds its thread (UNDER_WAY, BLOCKED). */
bool ts_under_way(const TsWorker *worker, const uint32_t *state, uint32_t n, uint32_t slot);
/* Bit i set: invariant i is false here (memoised; at most 64 invariants a program). STEP_VIOLATION inside one counts as false. */
uint64_t ts_invariants(TsWorker *worker, const uint32_t *state, uint32_t n);

/* The program's conditions that are true here: bits by Atom.bit (memoised). One whose evaluation is undefined behaviour is false, and
   from then on among those that ts_undefined tells: what relies on it gets no verdict. */
uint64_t ts_conditions(TsWorker *worker, const uint32_t *state, uint32_t n);
uint64_t ts_undefined(const TsWorker *worker);

const Violation *ts_violation(const Ts *ts, uint32_t index);
uint32_t ts_violations(const Ts *ts);
/* Bytes held by interned components and memo tables. */
uint64_t ts_memory(const Ts *ts);

#endif
