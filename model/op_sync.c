/* Readers-writer locks, condition variables, notifications, barriers, waitgroups, onces. */
#include "model/barrier.h"
#include "model/condvar.h"
#include "model/notify.h"
#include "model/once.h"
#include "model/op.h"
#include "model/rwlock.h"
#include "model/waitgroup.h"

#include <assert.h>

static Able able_if(bool is_served) { return is_served ? ABLE_YES : ABLE_NO; }

/* ---- read_lock and write_lock */

static bool rwlock_can_fire(World *world, const Op *op) { return rwlock_can_take(world, op_object(op), op->op); }
static Able rwlock_is_able(World *world, const Op *op) { return able_if(rwlock_is_served(world, op_object(op), op->who)); }

static void rwlock_fire(Step *step, const Op *op, OpResult *result) {
    (void)result;
    rwlock_take(step->world, op_object(op), op->op, op->who.task);
    (void)op_log(step, EVENT_FIRE, op, true);
}

static void rwlock_wait(Step *step, const Op *op) { rwlock_queue(step->world, op_object(op), op->op, op->who); }

static bool rwlock_go_on(Step *step, const Op *op, OpResult *result) {
    (void)result;
    step->contact = true;
    rwlock_collect(step->world, op_object(op), op->who);
    (void)op_log(step, EVENT_FIRE, op, true);
    return true;
}

static void rwlock_drop(Step *step, const Op *op) {
    TellLog log = {step, op->arm->span, op_object(op)};
    Tell tell = op_tell(&log);
    rwlock_give_up(step->world, op_object(op), op->who, &tell);
}

const OpRow op_read_lock = {.name = "read_lock", .on_object = true, .can_fire = rwlock_can_fire, .is_able = rwlock_is_able,
                            .fire = rwlock_fire, .queue = rwlock_wait, .collect = rwlock_go_on, .give_up = rwlock_drop};
const OpRow op_write_lock = {.name = "write_lock", .on_object = true, .can_fire = rwlock_can_fire, .is_able = rwlock_is_able,
                             .fire = rwlock_fire, .queue = rwlock_wait, .collect = rwlock_go_on, .give_up = rwlock_drop};

/* ---- wait(cv, m) */

static void log_at(Step *step, const Op *op, EventKind kind, uint8_t what, Word object) {
    Event *event = step_event(step, kind, op->arm->span, op->holder, handle_slot(object));
    if (!event) return;
    event->op = what;
    event->ok = true;
}

/* The point of the arm, NULL for an operation future. */
static const Point *point_of(World *world, const Op *op) {
    const Word *words = world_read(world, op->holder, NULL);
    return comp_kind(words) == COMP_FIBER ? machine_point_at(fiber_machine(world, words), (uint32_t)words[FIBER_PC]) : NULL;
}

/* An arm before this one in the same select waits with the same mutex: then it is that one that releases it. */
static bool is_released_before(Step *step, const Op *op, const Point *point) {
    const Word *words = world_read(step->world, op->holder, NULL);
    for (uint32_t i = 0; i < point->narms && &point->arms[i] != op->arm; i++) {
        const Word *frame = words + FIBER_FRAME;
        if (point->arms[i].op == ARM_WAIT && frame[point->state + i] != ARM_OFF && frame[point->arms[i].value] == op->value[0]) return true;
    }
    return false;
}

static Run condvar_check(Step *step, const Op *op) {
    const Point *point = point_of(step->world, op);
    if (point && point->fallback != NO_SLOT) return RUN_ON; /* a select with default: it does not come to waiting */
    Span span = op->arm->span;
    Word mutex = op->value[0];
    if (!mutex) return step_misuse(step, "unlock", span, NO_SLOT, "the mutex of this wait is `none`");
    uint32_t slot = handle_slot(mutex);
    if (world_kind(step->world, slot) == COMP_DEAD) return step_violation(step, VIOLATION_UNDEFINED, "dead-object", span, slot, NULL);
    if (point && is_released_before(step, op, point)) return step_misuse(step, "unlock", span, slot, "another arm of this select has released it");
    switch (mutex_may_unlock(step->world, slot, step_task(step))) {
    case MUTEX_UNLOCKED: return RUN_ON;
    case MUTEX_NOT_HELD: return step_misuse(step, "unlock", span, slot, "the mutex of this wait is held by nobody");
    case MUTEX_NOT_OWNER: return step_misuse(step, "unlock", span, slot, "the mutex of this wait is held by another task");
    case MUTEX_NOT_YET: break;
    }
    return step_misuse(step, "unlock", span, slot, "the mutex of this wait was handed to a wait of this task that has not gone on yet");
}

static bool condvar_can_fire(World *world, const Op *op) {
    (void)world, (void)op;
    return false;
}

static Able condvar_is_able(World *world, const Op *op) {
    Word mutex = condvar_signalled(world, op_object(op), op->who);
    return able_if(mutex && mutex_is_served(world, handle_slot(mutex), op->who));
}

static void condvar_wait(Step *step, const Op *op) {
    Word mutex = op->value[0];
    Waiter next;
    MutexUnlock outcome = mutex_unlock(step->world, handle_slot(mutex), step_task(step), &next);
    assert(outcome == MUTEX_UNLOCKED);
    (void)outcome;
    log_at(step, op, EVENT_OP, INSTR_UNLOCK, mutex);
    op_log_next(step, op->arm->span, &next, handle_slot(mutex));
    condvar_queue(step->world, op_object(op), op->who, mutex);
}

static bool condvar_go_on(Step *step, const Op *op, OpResult *result) {
    (void)result;
    step->contact = true;
    Word mutex = condvar_signalled(step->world, op_object(op), op->who);
    if (!mutex_collect(step->world, handle_slot(mutex), op->who)) return false;
    condvar_collect(step->world, op_object(op), op->who);
    (void)op_log(step, EVENT_FIRE, op, true);
    log_at(step, op, EVENT_FIRE, ARM_LOCK, mutex);
    return true;
}

void op_signal(Step *step, Span span, uint32_t condvar, uint32_t index, CondvarWake how) {
    TellLog log = {step, span, condvar};
    Tell tell = op_tell(&log);
    Word mutex = condvar_mutex_at(step->world, condvar, index);
    Waiter given = condvar_wake(step->world, condvar, index, how, &tell);
    op_log_next(step, span, &given, handle_slot(mutex));
}

/* A cancelled wait does not hold its mutex; what it was given goes on to others. */
static void condvar_drop(Step *step, const Op *op) {
    World *world = step->world;
    uint32_t slot = op_object(op);
    Word mutex = condvar_mutex(world, slot, op->who);
    if (!mutex) return;
    bool was_signalled = condvar_signalled(world, slot, op->who) != 0;
    bool passes = condvar_give_up(world, slot, op->who);
    if (was_signalled) {
        Waiter next;
        mutex_give_up(world, handle_slot(mutex), op->who, &next);
        op_log_next(step, op->arm->span, &next, handle_slot(mutex));
    }
    if (passes && condvar_waiting(world, slot)) op_signal(step, op->arm->span, slot, 0, CONDVAR_BY_SIGNAL);
    if (step->unwinding) world_spare(world, mutex);
}

const OpRow op_wait = {.name = "wait", .on_object = true, .check = condvar_check, .can_fire = condvar_can_fire, .is_able = condvar_is_able,
                       .queue = condvar_wait, .collect = condvar_go_on, .give_up = condvar_drop};

static bool is_spurious(const Program *program, const Word *words) { return program->sites[words[CONDVAR_SITE]].is_spurious; }
static bool can_wake(World *world, uint32_t slot) { return condvar_waiting(world, slot) > 0; }

/* The environment wakes a waiter, any of them. */
static int wake(Step *step, uint32_t slot) {
    uint32_t index = step_pick(step, condvar_waiting(step->world, slot));
    Span span = step->program->sites[world_read(step->world, slot, NULL)[CONDVAR_SITE]].span;
    uint32_t mutex = handle_slot(condvar_mutex_at(step->world, slot, index));
    step_moves(step, slot, span);
    if (world_kind(step->world, mutex) == COMP_DEAD)
        return (int)step_violation(step, VIOLATION_UNDEFINED, "dead-object", span, mutex, "the waiter that wakes waits with it");
    op_signal(step, span, slot, index, CONDVAR_SPURIOUSLY);
    return (int)RUN_POINT;
}

const KindMoves condvar_moves = {.is_actor = is_spurious, .can_move = can_wake, .move = wake, .is_fault = true};

/* ---- notified */

static bool notified_can_fire(World *world, const Op *op) { return notify_has_permit(world, op_object(op)); }
static Able notified_is_able(World *world, const Op *op) { return able_if(notify_is_served(world, op_object(op), op->who)); }

static void notified_fire(Step *step, const Op *op, OpResult *result) {
    (void)result;
    notify_take(step->world, op_object(op), op->who);
    (void)op_log(step, EVENT_FIRE, op, true);
}

static void notified_enter(Step *step, const Op *op) { notify_enter(step->world, op_object(op), op->who); }
static void notified_queue(Step *step, const Op *op) { notify_queue(step->world, op_object(op), op->who); }

static bool notified_collect(Step *step, const Op *op, OpResult *result) {
    (void)result;
    step->contact = true;
    notify_collect(step->world, op_object(op), op->who);
    (void)op_log(step, EVENT_FIRE, op, true);
    return true;
}

static void notified_give_up(Step *step, const Op *op) {
    TellLog log = {step, op->arm->span, op_object(op)};
    Tell tell = op_tell(&log);
    notify_give_up(step->world, op_object(op), op->who, &tell);
}

const OpRow op_notified = {.name = "notified", .on_object = true, .can_fire = notified_can_fire, .is_able = notified_is_able,
                           .fire = notified_fire, .queue = notified_queue, .collect = notified_collect, .give_up = notified_give_up,
                           .enter = notified_enter};

/* ---- arrive */

static bool arrive_can_fire(World *world, const Op *op) { return barrier_is_full_with(world, op_object(op), op->who); }
static Able arrive_is_able(World *world, const Op *op) { return able_if(barrier_is_served(world, op_object(op), op->who)); }

static void arrive_fire(Step *step, const Op *op, OpResult *result) {
    (void)result;
    TellLog log = {step, op->arm->span, op_object(op)};
    Tell tell = op_tell(&log);
    (void)op_log(step, EVENT_FIRE, op, true);
    barrier_release(step->world, op_object(op), op->who, &tell);
}

static void arrive_queue(Step *step, const Op *op) { barrier_queue(step->world, op_object(op), op->who); }

static bool arrive_collect(Step *step, const Op *op, OpResult *result) {
    (void)result;
    step->contact = true;
    barrier_collect(step->world, op_object(op), op->who);
    (void)op_log(step, EVENT_FIRE, op, true);
    return true;
}

static void arrive_give_up(Step *step, const Op *op) { barrier_give_up(step->world, op_object(op), op->who); }

const OpRow op_arrive = {.name = "arrive", .on_object = true, .can_fire = arrive_can_fire, .is_able = arrive_is_able,
                         .fire = arrive_fire, .queue = arrive_queue, .collect = arrive_collect, .give_up = arrive_give_up};

/* ---- wait(wg) */

static bool group_can_fire(World *world, const Op *op) { return waitgroup_is_zero(world, op_object(op)); }
static Able group_is_able(World *world, const Op *op) { return able_if(waitgroup_is_served(world, op_object(op), op->who)); }
static void group_queue(Step *step, const Op *op) { waitgroup_queue(step->world, op_object(op), op->who); }

static bool group_collect(Step *step, const Op *op, OpResult *result) {
    (void)result;
    step->contact = true;
    waitgroup_collect(step->world, op_object(op), op->who);
    (void)op_log(step, EVENT_FIRE, op, true);
    return true;
}

static void group_give_up(Step *step, const Op *op) { waitgroup_give_up(step->world, op_object(op), op->who); }

const OpRow op_wait_group = {.name = "wait", .on_object = true, .can_fire = group_can_fire, .is_able = group_is_able,
                             .queue = group_queue, .collect = group_collect, .give_up = group_give_up};

/* ---- the beginning of a call_once */

static bool once_can_fire(World *world, const Op *op) { return once_can_enter(world, op_object(op)); }
static Able once_is_able(World *world, const Op *op) { return able_if(once_is_served(world, op_object(op), op->who)); }

static void once_fire(Step *step, const Op *op, OpResult *result) {
    result->ok = once_enter(step->world, op_object(op), op->who.task);
    (void)op_log(step, EVENT_FIRE, op, result->ok);
}

static void once_wait(Step *step, const Op *op) { once_queue(step->world, op_object(op), op->who); }

static bool once_go_on(Step *step, const Op *op, OpResult *result) {
    step->contact = true;
    result->ok = once_collect(step->world, op_object(op), op->who);
    (void)op_log(step, EVENT_FIRE, op, result->ok);
    return true;
}

static void once_drop(Step *step, const Op *op) {
    TellLog log = {step, op->arm->span, op_object(op)};
    Tell tell = op_tell(&log);
    once_give_up(step->world, op_object(op), op->who, &tell);
}

const OpRow op_once = {.name = "call_once", .on_object = true, .can_fire = once_can_fire, .is_able = once_is_able,
                       .fire = once_fire, .queue = once_wait, .collect = once_go_on, .give_up = once_drop};
