/* Operations that a fiber can wait for: one row each, by ArmOp. Private to eval and the op_*.c files. */
#ifndef UNKNOT_MODEL_OP_H
#define UNKNOT_MODEL_OP_H

#include "model/condvar.h"
#include "model/mutex.h"
#include "model/step.h"

typedef struct Op {
    ArmOp op;
    Waiter who;
    Word object;        /* handle, 0 for none */
    const Word *value;  /* SEND: item; ACQUIRE: count; else NULL */
    const Arm *arm;
    uint32_t holder;    /* slot of the fiber that holds the wait, for the log */
} Op;
typedef struct OpResult {
    bool ok;
    bool waits;         /* nothing came of it after all: it takes its place (only where step->may_wait) */
    Word yields;        /* what is stored in the arm's result: ok, unless the row says otherwise */
    Word *item;         /* what is stored in the arm's dest when ok, NULL: nothing; valid until the next operation */
} OpResult;
typedef enum OpOutcome { OP_FAILED, OP_FIRED, OP_WAITS } OpOutcome;

typedef struct OpRow {
    const char *name;
    bool on_object; /* arriving at it and firing it are accesses to an object that others see */
    bool yields;    /* fire and collect set result->yields themselves */
    Run (*check)(Step *step, const Op *op);     /* operands; may be NULL */
    bool (*can_fire)(World *world, const Op *op); /* coming new */
    Able (*is_able)(World *world, const Op *op);  /* one that waits */
    /* The operation fires; sets result->ok (true before) and logs it (op_log). NULL: nothing but the log. */
    void (*fire)(Step *step, const Op *op, OpResult *result);
    void (*queue)(Step *step, const Op *op);    /* takes its place; may be NULL */
    /* What waited goes on, as fire; false: it waits on after all. NULL: nothing but the log. */
    bool (*collect)(Step *step, const Op *op, OpResult *result);
    void (*give_up)(Step *step, const Op *op);  /* its place or what it was given is gone or passed on; may be NULL */
    /* An item changed hands: of one select this happens to one arm only. NULL: there is no such thing. */
    bool (*is_handed)(World *world, const Op *op);
    bool lapses; /* when that happens to another arm, this one is given up at once */
    /* It exists but waits not: it could fire on arrival, or is a future that is not polled yet. NULL: the object is not told of such ones.
       Where it is, is_able and give_up are asked of them too, and arriving there is never without effect. */
    void (*enter)(Step *step, const Op *op);
} OpRow;

const OpRow *op_row(ArmOp op);
/* The rows, by family: op_channel.c, op_lock.c, op_sync.c, op_task.c. */
extern const OpRow op_send, op_recv, op_reserve, op_changed, op_lock, op_acquire, op_sleep, op_yield, op_join, op_scope_end, op_pending, op_park;
extern const OpRow op_read_lock, op_write_lock, op_wait, op_notified, op_arrive, op_wait_group, op_once;

/* ---- for the rows */
static inline uint32_t op_object(const Op *op) { return op->object ? handle_slot(op->object) : NO_SLOT; }
Event *op_log(Step *step, EventKind kind, const Op *op, bool ok);
/* Says that what `partner` waited for was completed by this operation; nobody when fiber is 0. */
void op_log_hand(Step *step, const Op *op, ArmOp partner, Word fiber, bool ok);
void op_log_served(Step *step, Span span, ArmOp op, Word fiber, uint32_t object, bool ok);
void op_log_next(Step *step, Span span, const Waiter *next, uint32_t object);

/* The object is past its scope, or what it subscribes to is. */
bool op_is_dead(World *world, uint32_t object);
/* RUN_FAILED when nothing may be sent there: a oneshot that was used, a channel without bound that is too long to follow. */
Run op_check_send(Step *step, uint32_t channel, Span span);
/* A slot of the channel has become free: who waits for room gets it (op_channel.c), but for the fiber `self` (0: none), whose
   select made the room. */
void op_fill(Step *step, uint32_t channel, Word self, Span span);

/* Tells the log. */
typedef struct TellLog {
    Step *step;
    Span span;
    uint32_t object;
} TellLog;
Tell op_tell(TellLog *log);
/* A waiter of the condition variable, the one at that place, is woken. */
void op_signal(Step *step, Span span, uint32_t condvar, uint32_t index, CondvarWake how);
/* An immediate operation (eval_object.c). */
Event *object_log(Step *step, const Act *act, const Instr *instr, uint32_t object, bool ok);

/* ---- eval_sync.c: immediate operations on synchronisation objects; slot: NO_SLOT for `none` */
Run sync_try_lock(Step *step, Act *act, const Instr *instr, uint32_t slot);
MutexUnlock sync_unlock(Step *step, const Instr *instr, uint32_t slot);
Run sync_signal(Step *step, Act *act, const Instr *instr, uint32_t slot);
Run sync_notify(Step *step, Act *act, const Instr *instr, uint32_t slot);
Run sync_add(Step *step, Act *act, const Instr *instr, uint32_t slot);
Run sync_leave(Step *step, Act *act, const Instr *instr, uint32_t slot);

/* ---- for eval */
/* What a join yields goes to `arm`'s slots of the waiting fiber's frame. */
void wait_join_value(Step *step, const Op *op, const Arm *arm, uint32_t waiting);
/* The operation of an arm of the point at which the fiber (its `words`) rests. */
Op wait_op(const World *world, uint32_t fiber, const Word *words, const Point *point, uint32_t arm, Word task);
/* RUN_FAILED when the handle or the operands cannot be used. */
Run op_check(Step *step, const Op *op);
/* Could it fire this moment, coming new? Only after op_check. */
bool op_can_fire(World *world, const Op *op);
/* Could a waiting one (ARM_QUEUED) go on? */
Able op_is_able(World *world, const Op *op);
OpOutcome op_fire(Step *step, const Op *op, OpResult *result);
void op_queue(Step *step, const Op *op);
/* READY or NEW: fires, or takes its place if it cannot; QUEUED: goes on. */
/* READY, or the future of one that is not polled yet (NEW). */
void op_enter(Step *step, const Op *op);
OpOutcome op_go(Step *step, const Op *op, ArmState state, OpResult *result);
/* True where op_give_up has something to do for an operation in that state. */
bool op_has_place(const Op *op, ArmState state);
/* One that has a place is given up; what it was given is passed on. */
Run op_give_up(Step *step, const Op *op);

#endif
