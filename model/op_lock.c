/* lock and acquire. */
#include "model/mutex.h"
#include "model/op.h"
#include "model/semaphore.h"

/* ---- lock */

static bool lock_can_fire(World *world, const Op *op) { return mutex_is_free(world, op_object(op)); }
static Able lock_is_able(World *world, const Op *op) { return mutex_is_served(world, op_object(op), op->who) ? ABLE_YES : ABLE_NO; }

static void lock_fire(Step *step, const Op *op, OpResult *result) {
    (void)result;
    mutex_take(step->world, op_object(op), op->who.task);
    (void)op_log(step, EVENT_FIRE, op, true);
}

static void lock_queue(Step *step, const Op *op) { mutex_queue(step->world, op_object(op), op->who); }

static bool lock_collect(Step *step, const Op *op, OpResult *result) {
    (void)result;
    step->contact |= !mutex_is_strict(step->world, op_object(op)); /* others may compete for it, or give it back */
    if (!mutex_collect(step->world, op_object(op), op->who)) return false;
    (void)op_log(step, EVENT_FIRE, op, true);
    return true;
}

static void lock_give_up(Step *step, const Op *op) {
    Waiter next = {0};
    mutex_give_up(step->world, op_object(op), op->who, &next);
    op_log_next(step, op->arm->span, &next, op_object(op));
}

const OpRow op_lock = {.name = "lock", .on_object = true, .can_fire = lock_can_fire, .is_able = lock_is_able, .fire = lock_fire,
                       .queue = lock_queue, .collect = lock_collect, .give_up = lock_give_up};

/* ---- acquire */

static Run acquire_check(Step *step, const Op *op) {
    return op->value[0] < 0 ? step_undefined(step, "bounds", op->arm->span) : RUN_ON;
}

static bool acquire_can_fire(World *world, const Op *op) { return semaphore_can_acquire(world, op_object(op), op->value[0]); }
static Able acquire_is_able(World *world, const Op *op) { return semaphore_is_served(world, op_object(op), op->who) ? ABLE_YES : ABLE_NO; }

static void acquire_fire(Step *step, const Op *op, OpResult *result) {
    result->ok = semaphore_acquire(step->world, op_object(op), op->value[0]);
    (void)op_log(step, EVENT_FIRE, op, result->ok);
}

static void acquire_queue(Step *step, const Op *op) { semaphore_queue(step->world, op_object(op), op->who, op->value[0]); }

static bool acquire_collect(Step *step, const Op *op, OpResult *result) {
    result->ok = semaphore_collect(step->world, op_object(op), op->who);
    (void)op_log(step, EVENT_FIRE, op, result->ok);
    return true;
}

static void acquire_give_up(Step *step, const Op *op) { semaphore_give_up(step->world, op_object(op), op->who); }

const OpRow op_acquire = {.name = "acquire", .on_object = true, .check = acquire_check, .can_fire = acquire_can_fire,
                          .is_able = acquire_is_able, .fire = acquire_fire, .queue = acquire_queue, .collect = acquire_collect,
                          .give_up = acquire_give_up};
