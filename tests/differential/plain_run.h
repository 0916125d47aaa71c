/* One step of a plain state: operations on objects (plain_objects.c and a file for each family), instructions (plain_run.c), what a task can do
   next (plain_step.c). */
#ifndef UNKNOT_TESTS_PLAIN_RUN_H
#define UNKNOT_TESTS_PLAIN_RUN_H

#include "tests/differential/plain.h"
#include "tests/differential/plain_state.h"

#include <setjmp.h>

typedef enum PEnd { END_STEP, END_CUT, END_VIOLATION, END_LIMIT } PEnd;
typedef enum PStop { STOP_REST, STOP_POINT, STOP_BLOCKED, STOP_BLOCK_ON, STOP_END, STOP_DEFER } PStop;

typedef struct PChoice { int32_t taken, of; } PChoice;
typedef struct PAccess { int32_t cell; bool writes; } PAccess;

/* What happened to an item in the step: SENT or RECEIVED, at an object, through a subscription or 0. */
typedef struct PHap { Builtin kind; int32_t object, via; PCells item; } PHap;
typedef struct PHaps { PHap *at; int32_t n, cap; } PHaps;

typedef struct PRun {
    const PProgram *p;
    const PlainOptions *options;
    Arena *arena;
    PState *s;
    int32_t task;    /* whose step it is */
    int32_t maker;   /* the fiber that runs the initialisers, 0: none */
    bool threaded;
    int32_t still;   /* > 0: no rests */
    int32_t cancelling; /* > 0: defers run because their fiber is cancelled */
    int32_t polling; /* > 0: in a poll on the spot */
    bool fresh;      /* the access at which the fiber rested is not done yet */
    bool dirty;      /* a handle may be gone */
    bool is_fault;   /* the step has a fault in it */
    uint64_t lost, delivered; /* by fair channels: their bits */
    int32_t sure;    /* > 0: a receive that fires on the spot loses nothing */
    bool asks;       /* a property: an end that was given away is none */
    PHaps haps;      /* of the step */
    int32_t rung[64], nrung; /* tasks whose wakers were called, to some use */
    bool progress;   /* it has passed a label `progress:` */
    int32_t crashing; /* > 0: futures that are lost run nothing */
    int32_t mover;   /* the fiber that made the step, 0: none of the task's futures in particular */
    int32_t excused[16], nexcused; /* mutexes of condvar waits that are being cancelled */
    VEC(PChoice) choices;
    uint32_t next_choice;
    VEC(PAccess) accesses; /* of globals, made inside `atomic` */
    jmp_buf out;
    PEnd end;
    const char *kind, *detail;
    uint32_t line;
    uint64_t instructions;
    uint64_t backs, next_mark; /* backward jumps; Brent's mark */
    PWords mark;
} PRun;

static inline PEntity *plain_at(PRun *r, int32_t ref) { return &r->s->at[ref]; }
static inline PFrame *plain_top(PEntity *e) { return &e->frames[e->nframes - 1]; }

/* A fiber that runs; e, f and ins are those of now: entities may move when one is made. */
typedef struct PNow {
    PRun *r;
    int32_t fiber;
    PEntity *e;
    PFrame *f;
    const PIns *ins;
} PNow;

_Noreturn void plain_cut(PRun *r);
_Noreturn void plain_violate(PRun *r, const char *kind, const char *detail, uint32_t line);
_Noreturn void plain_limit(PRun *r, const char *why);
int32_t plain_choose(PRun *r, int32_t n);

/* ---- objects: what a kind of them does with an operation. `arm` is k of a fiber's wait, or loose (try_ forms). */
typedef struct PObjectOps {
    bool (*can_fire)(PRun *r, int32_t fiber, PArmOp op, const PArm *arm, PEntity *e); /* on arrival, and when ready */
    void (*fire)(PRun *r, int32_t fiber, PArmOp op, PArm *arm, PEntity *e);
    void (*place)(PRun *r, PWaiter w, PArmOp op, PArm *arm, PEntity *e);   /* it takes its place */
    void (*leave)(PRun *r, PWaiter w, PArmOp op, PArm *arm, PEntity *e);   /* given up in its place */
    void (*pass_on)(PRun *r, PWaiter w, PArmOp op, PArm *arm, PEntity *e); /* given up after it was served; or NULL */
    void (*go_on)(PRun *r, PWaiter w, PArmOp op, PArm *arm, PEntity *e);   /* its fiber takes it; or NULL */
    void (*close)(PRun *r, PEntity *e);                                    /* `closed` is set; or NULL */
} PObjectOps;
extern const PObjectOps plain_channel_ops, plain_mutex_ops, plain_rwlock_ops, plain_semaphore_ops, plain_condvar_ops,
    plain_notify_ops, plain_barrier_ops, plain_waitgroup_ops, plain_once_ops, plain_broadcast_ops,
    plain_subscriber_ops, plain_watcher_ops;

/* ---- plain_objects.c */
int32_t plain_core(const PRun *r, int32_t ref); /* what an end or a subscription is of, or the object itself */
/* The line of the statement that the fiber is at. */
uint32_t plain_line(const PRun *r, const PEntity *fiber);
PEntity *plain_object(PRun *r, int32_t ref, uint32_t line); /* alive, else the verdict dead object */
PArm *plain_arm(PRun *r, PWaiter w);
PArm *plain_serve(PRun *r, PWaiter w, bool result);
void plain_serve_all(PRun *r, PWaiters *list, bool result);
PWaiter plain_pop_waiter(PWaiters *list, int32_t i);
void plain_remove_waiter(PWaiters *list, PWaiter w);
bool plain_can_fire(PRun *r, int32_t fiber, PArmOp op, const PArm *arm, uint32_t line);
void plain_fire(PRun *r, int32_t fiber, PArmOp op, PArm *arm);
void plain_place_waiter(PRun *r, int32_t fiber, int32_t k, PArmOp op);
void plain_give_up(PRun *r, int32_t fiber, int32_t k, PArmOp op);
void plain_go_on(PRun *r, int32_t fiber, int32_t k, PArmOp op);
void plain_close(PRun *r, int32_t ref, uint32_t line);
void plain_unlock(PRun *r, int32_t ref, uint32_t line);
void plain_kill(PRun *r, int32_t ref, uint32_t line); /* a scoped object's scope has ended */
bool plain_scope_over(const PRun *r, int32_t ref);

/* ---- plain_channel.c */
void plain_make_permit(PRun *r, PArm *arm); /* of a reserve that fired: its value */
bool plain_permit_send(PRun *r, int32_t permit, PCells item, uint32_t line);
int32_t plain_new_end(PRun *r, int32_t ref, PKind kind, uint32_t line); /* of a channel, or like another end */
void plain_check_oneshot(PRun *r, PArmOp op, const PArm *arm, uint32_t line);
void plain_drop_end(PRun *r, int32_t ref); /* a permit or an owned end that nothing refers to any more */
int64_t plain_channel_taken(const PEntity *ch); /* items and kept slots */

/* ---- plain_feed.c */
bool plain_broadcast_send(PRun *r, int32_t ref, PCells item);
bool plain_watch_publish(PRun *r, int32_t watcher, PCells value);
int32_t plain_subscribe(PRun *r, int32_t ref, uint32_t line);
int64_t plain_feed_length(PRun *r, int32_t ref);

/* ---- plain_happen.c: what formulas may ask of a step */
void plain_happen(PRun *r, Builtin kind, int32_t object, int32_t via, PCells item);
void plain_ring(PRun *r, int32_t task);

/* ---- plain_lock.c */
bool plain_mutex_unlock(PRun *r, PEntity *m);  /* false: not held so that this may be */
bool plain_rwlock_unlock(PRun *r, PEntity *rw);
bool plain_mutex_is_own(const PRun *r, const PEntity *m);
void plain_mutex_queue(PRun *r, PEntity *m, PWaiter w);
void plain_mutex_leave(PRun *r, PEntity *m, PWaiter w);
void plain_mutex_pass_on(PRun *r, PEntity *m, PWaiter w);
void plain_mutex_take_over(PRun *r, PEntity *m, PWaiter w);
void plain_mutex_take(PRun *r, PEntity *m, PWaiter w);
void plain_release(PRun *r, int32_t ref, int64_t n, uint32_t line);

/* ---- plain_signal.c */
void plain_signal(PRun *r, int32_t ref, bool all, uint32_t line);
void plain_spurious(PRun *r, PEntity *cv, int32_t i); /* a waiter wakes by itself */
void plain_notify(PRun *r, int32_t ref, bool all, uint32_t line);
void plain_waitgroup_add(PRun *r, int32_t ref, int64_t n, uint32_t line);
void plain_once_leave(PRun *r, int32_t ref, uint32_t line);

/* ---- plain_env.c: what no task does */
typedef enum PEnvKind { ENV_TICK, ENV_CRASH, ENV_SPURIOUS, ENV_SEND, ENV_RECV } PEnvKind;
typedef struct PEnv { PEnvKind kind; int32_t a, b; } PEnv; /* task, object; place in its queue */
typedef struct PEnvs { PEnv *at; int32_t n, cap; } PEnvs;
void plain_env_list(PRun *r, bool somebody_moves, PEnvs *list);
bool plain_env_is_fault(PEnvKind kind);
void plain_env_do(PRun *r, const PEnv *env);

/* ---- plain_value.c: integers */
int64_t plain_wrap(int64_t v, const Type *to);
PCell plain_conv(PRun *r, PCell x, const Type *to, uint8_t bits, uint32_t line);
int64_t plain_binary(PRun *r, Op op, int64_t x, int64_t y, const Type *in, uint32_t line);

/* ---- plain_immediate.c: operations that never wait, and constructors */
void plain_immediate(PNow *x);
void plain_new_object(PNow *x);

/* ---- plain_run.c */
int64_t plain_pop_int(PNow *x);
int32_t plain_pop_ref(PNow *x);
void plain_give_cell(PNow *x, PCell c);
PCells plain_take_cells(PNow *x, int32_t n);
void plain_ask_abort(PRun *r, int32_t task);
PStop plain_run(PRun *r, int32_t fiber);
PCell *plain_cell(PRun *r, PCell place);
bool plain_is_end(const PEntity *e); /* of which one place holds one */
PArmOp plain_arm_op(const PRun *r, const PEntity *fiber, int32_t k);
const PSite *plain_site(const PProgram *p, const PWait *wait); /* NULL: none in the program */
/* The wait is over by arm k: result, the other arms, the place to go on; `value` is a future's or task's. */
void plain_complete(PRun *r, int32_t fiber, int32_t k);
void plain_end_fiber(PRun *r, int32_t fiber);

typedef enum PGoing { GOING_NOT, GOING_BY_TIMERS, GOING_SURE } PGoing;
/* ---- plain_poll.c: wakers, and futures polled by hand */
void plain_wake(PRun *r, int32_t task);
void plain_end_of_step(PRun *r, int32_t task); /* a wake that was kept */
bool plain_poll_noted(PRun *r, int32_t future, uint32_t line); /* on the spot; it wakes the task once it can go on */
PGoing plain_noted_going(PRun *r, int32_t task); /* how sure it is that a noted future can */
bool plain_has_note(PRun *r, int32_t task);     /* one that can go on, and something that it can wake */
void plain_take_notes(PRun *r, int32_t task);

/* ---- plain_step.c */
void plain_cancel(PRun *r, int32_t fiber);
void plain_crash(PRun *r, int32_t fiber); /* nothing of its own runs any more */
void plain_drop_lost(PRun *r);
bool plain_poll(PRun *r, int32_t future, uint32_t line); /* on the spot; true: it has finished */
PGoing plain_going(PRun *r, int32_t task, int32_t fiber); /* whether the future has steps of its own */
/* One step of r->task from r->s, following r->choices; leaves by `end`. */
PEnd plain_step(PRun *r);
PEnd plain_env_step(PRun *r, const PEnv *env);
/* Whether the task has any step. */
typedef enum POwn { OWN_NONE, OWN_LACKS, OWN_ABLE } POwn; /* LACKS: a thread only */
bool plain_able(PRun *r, int32_t task, bool *lacks_thread, uint8_t *own); /* own: per fiber, or NULL */
PGoing plain_task_going(PRun *r, int32_t task); /* whatever was asked of it, and whether there is a thread */
PEnd plain_values(PRun *r, int32_t func, PCells *values);
PEnd plain_call(PRun *r, int32_t func, PCell *value); /* runs a function on the spot: initialisers, invariants */
int64_t plain_atom(PRun *r, const PIns *ins, const PCell *operand);

#endif
