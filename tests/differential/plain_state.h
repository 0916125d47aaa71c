/* A state of the plain explorer: cells, objects, tasks and futures, all of them plain structs in one arena. */
#ifndef UNKNOT_TESTS_PLAIN_STATE_H
#define UNKNOT_TESTS_PLAIN_STATE_H

#include "tests/differential/plain_code.h"

#include <string.h>

typedef enum PTag { CELL_UNSET, CELL_INT, CELL_REF, CELL_PLACE, CELL_MOVED } PTag;
typedef struct PCell {
    PTag tag;
    int32_t ref;   /* REF: entity, 0 is none. PLACE: the fiber, 0 for globals */
    int32_t frame; /* PLACE */
    int64_t v;     /* INT: value. PLACE: cell */
} PCell;
typedef struct PCells { PCell *at; int32_t n, cap; } PCells;

typedef struct PWaiter { int32_t fiber, arm; } PWaiter;
typedef struct PWaiters { PWaiter *at; int32_t n, cap; } PWaiters;

typedef enum PKind {
    ENTITY_FREE,
    ENTITY_CHANNEL,
    ENTITY_MUTEX,
    ENTITY_RWLOCK,
    ENTITY_SEMAPHORE,
    ENTITY_CONDVAR,
    ENTITY_NOTIFY,
    ENTITY_BARRIER,
    ENTITY_WAITGROUP,
    ENTITY_ONCE,
    ENTITY_PERMIT,
    ENTITY_SENDER,
    ENTITY_RECEIVER,
    ENTITY_BROADCAST,
    ENTITY_SUBSCRIBER,
    ENTITY_WATCH,
    ENTITY_WATCHER,
    ENTITY_EXECUTOR,
    ENTITY_SCOPE,
    ENTITY_TASK,
    ENTITY_FUTURE
} PKind;
typedef enum PStatus { FIBER_AT_START, FIBER_AT_POINT, FIBER_GOING, FIBER_BLOCKED, FIBER_ENDED } PStatus;
typedef enum PArmState { ARM_OFF, ARM_READY, ARM_QUEUED, ARM_SERVED } PArmState;
typedef enum PHold { HOLD_FREE, HOLD_TASK, HOLD_GIVEN } PHold;
typedef enum PPolicy { POLICY_FIFO, POLICY_PHASE_FAIR, POLICY_READERS } PPolicy;

typedef struct PArm {
    PArmState state;
    bool asked;    /* its guard was true: its operands are part of the state, also when their handle is none */
    bool told;     /* barging mutex */
    bool fresh;    /* arrived in this very step */
    bool moved;    /* condvar: signalled, it stands in the mutex's queue */
    bool unwaited; /* it was ready when it was notified */
    bool passes;   /* woken by one who wakes one: whoever is given up passes it on */
    int32_t ref;   /* the object, future, task or scope */
    int32_t other; /* condvar: the mutex */
    int32_t end;   /* the owned end through which the channel is used */
    int64_t n;     /* count, duration */
    int64_t left;  /* timer: ticks */
    PCell place;   /* RECV's destination */
    PCell into;    /* the select arm's */
    PCells value;  /* SEND's item; RECV: what was handed over */
    bool result;   /* SERVED */
    bool missed;   /* RECV: every item that a sender had for it was lost */
} PArm;

typedef enum PWaitKind { WAIT_SITE, WAIT_SCOPE, WAIT_PENDING, WAIT_ALL, WAIT_RACE } PWaitKind;
typedef struct PWait {
    PWaitKind kind;
    bool yields; /* ALL, RACE: values */
    bool never;  /* ALL: one of them is none */
    int32_t site;
    PArm *arms;
    int32_t narms;
    int32_t decided; /* 1 + the arm by which a partner has handed an item over: no other can be taken; 0: none */
} PWait;

typedef enum PItemKind { ITEM_MARK, ITEM_VAR, ITEM_SCOPED, ITEM_DEFER, ITEM_SCOPE, ITEM_ATOMIC } PItemKind;
typedef struct PItem { /* what a block has to clean up */
    PItemKind kind;
    int32_t a, n; /* MARK: block. VAR, SCOPED: cell, count. DEFER: code. SCOPE: cell */
    bool waited;  /* SCOPE: its wait is over */
    bool done;    /* cleaned up; variables keep their scalars until the whole block has ended */
    uint32_t ordinal, line;
} PItem;

typedef struct PFrame {
    int32_t func, pc;
    PCell *vars;
    PCells stack;
    PItem *items;
    int32_t nitems, items_cap;
    int32_t *returns; /* where the running defers go on */
    int32_t nreturns, returns_cap;
    int32_t progress; /* LOAD, STORE: scalars done */
} PFrame;

enum { FUNC_OPERATION = -1, FUNC_COMBINED = -2 }; /* an operation as a future, all or race */

typedef struct PEntity {
    PKind kind;
    bool dead;
    /* objects */
    bool is_fifo, is_unbounded, is_extern, closed, barging, unowned, spurious;
    int64_t kept; /* CHANNEL: slots that permits keep */
    const Type *item; /* CHANNEL */
    PPolicy policy; /* RWLOCK */
    int32_t width;  /* CHANNEL: cells of an item */
    int64_t n;      /* CHANNEL: capacity; SEMAPHORE: permits; NOTIFY: the stored one; BARRIER: parties; WAITGROUP: its
                       counter; ONCE: 1 running, 2 done; EXECUTOR: threads */
    PCells items;
    PWaiters senders, receivers, queue;
    PWaiters readers; /* RWLOCK: tasks that read (arm -1), waiters to whom reading was given */
    int32_t core; /* PERMIT, SENDER, RECEIVER: the channel; SUBSCRIBER: the broadcast; WATCHER: the watch */
    bool duplicates, reorders;   /* CHANNEL */
    uint64_t fair;               /* CHANNEL: a bit of its own if its losses are fair */
    int64_t losses;              /* CHANNEL: how many may still be lost, -1: any number */
    bool is_oneshot, used;       /* used: a send has succeeded */
    bool dropped;                /* CHANNEL: closed because its last sender went: `close` is no error */
    bool unread;                 /* CHANNEL: its last receiver is gone */
    bool lags, lagged, is_new;   /* SUBSCRIBER, WATCHER */
    PHold hold;
    PWaiter owner;  /* TASK: fiber is the task; GIVEN: the waiter */
    PWaiters tasks; /* SCOPE */
    /* fibers */
    int32_t func;     /* FUNC_…: none of the program's */
    int32_t number;
    int32_t executor; /* entity, 0: the default one */
    bool is_daemon, abort_asked, aborted, crashed;
    int32_t fault;       /* 1 + the place that spawned it with a fault, 0: none */
    bool restarts;       /* killed, it is at its start again, with these arguments */
    PCells args;
    bool woken;       /* TASK: a wake has come while its step is under way */
    int32_t noted;    /* FUTURE: the task that polled it on the spot and is to be woken, 0: none */
    bool leaving;     /* FUTURE: being cancelled, what it holds is still held */
    PStatus status;
    int32_t poller;   /* FUTURE, once begun: the task whose wait for it came first and still lasts, 0: none */
    int32_t running;  /* TASK: the fiber that holds its thread, 0: it stands at a point */
    PFrame *frames;
    int32_t nframes, frames_cap;
    PWait *wait;
    PCells value;
    int32_t atomic;   /* depth of atomic blocks */
    bool atomic_used;
} PEntity;

typedef struct PState {
    PCell *globals;
    PEntity *at; /* from 1 */
    int32_t n, cap;
    int32_t *spawned; /* per function */
    bool main_ended;
    int64_t now;
    int64_t *kills; /* per place that spawns with a fault: those left */
} PState;

#define plain_grow(arena, v)                                                                              \
    do {                                                                                                  \
        if ((v)->n == (v)->cap) {                                                                         \
            (v)->cap = (v)->cap * 2 + 4;                                                                  \
            void *grown_ = arena_alloc((arena), (size_t)(v)->cap * sizeof *(v)->at);                      \
            if ((v)->n > 0) memcpy(grown_, (v)->at, (size_t)(v)->n * sizeof *(v)->at);                    \
            (v)->at = grown_;                                                                             \
        }                                                                                                 \
    } while (0)
#define plain_push(arena, v, ...)                \
    do {                                         \
        plain_grow((arena), (v));                \
        (v)->at[(v)->n++] = (__VA_ARGS__);       \
    } while (0)

static inline PCell cell_int(int64_t v) { return (PCell){.tag = CELL_INT, .v = v}; }
static inline PCell cell_ref(int32_t ref) { return (PCell){.tag = CELL_REF, .ref = ref}; }

void plain_waiters_remove(PWaiters *list, int32_t index);
int32_t plain_waiters_find(const PWaiters *list, int32_t fiber, int32_t arm);
int32_t plain_new_entity(PState *s, Arena *arena, PKind kind);
void plain_push_frame(const PProgram *p, PEntity *fiber, Arena *arena, int32_t func, const PCell *args);
/* Entity i becomes map[i] (0: it is dropped); references follow. map == NULL: a plain copy. */
PState *plain_copy(const PProgram *p, const PState *s, Arena *arena, const int32_t *map, int32_t n);

PArmOp plain_wait_op(const PProgram *p, const PWait *wait, int32_t k);
/* The canonical text of a state: words. map[entity] = its number in it, 0 when it is no part of it. */
typedef VEC(int64_t) PWords;
/* False: too many entities that look alike. */
bool plain_canon(const PProgram *p, const PState *s, PWords *out, int32_t *map, int32_t *count);
/* Marks what can be reached from globals and tasks that have not ended. */
void plain_reach(const PProgram *p, const PState *s, bool *reached);
void plain_forget_values(const PProgram *p, PState *s);

#endif
