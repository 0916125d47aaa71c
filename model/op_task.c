/* What is waited for without an object of its own: timers, yields, tasks, scopes, wakes. */
#include "model/clock.h"
#include "model/fiber.h"
#include "model/op.h"
#include "model/scope.h"

static bool never(World *world, const Op *op) {
    (void)world, (void)op;
    return false;
}

/* ---- sleep and yield */

/* In abstract time a timer is nobody's state: it may fire at any later moment. */
static Able sleep_is_able(World *world, const Op *op) {
    if (world->clock_slot == NO_SLOT) return ABLE_MAYBE;
    return clock_has_fired(world, world->clock_slot, op->who) ? ABLE_YES : ABLE_NO;
}

static void sleep_queue(Step *step, const Op *op) {
    if (step->world->clock_slot != NO_SLOT) clock_start(step->world, step->world->clock_slot, op->who, op->value[0]);
}

static void sleep_give_up(Step *step, const Op *op) {
    if (step->world->clock_slot != NO_SLOT) clock_stop(step->world, step->world->clock_slot, op->who);
}

static bool sleep_collect(Step *step, const Op *op, OpResult *result) {
    (void)result;
    sleep_give_up(step, op);
    (void)op_log(step, EVENT_FIRE, op, true);
    return true;
}

static Able yield_is_able(World *world, const Op *op) {
    (void)world, (void)op;
    return ABLE_YES;
}

const OpRow op_sleep = {.name = "sleep", .can_fire = never, .is_able = sleep_is_able, .queue = sleep_queue, .collect = sleep_collect,
                        .give_up = sleep_give_up, .lapses = true};
const OpRow op_yield = {.name = "yield", .can_fire = never, .is_able = yield_is_able};

/* ---- join */

static bool task_is_over(World *world, const Op *op) {
    const Word *words = world_read(world, op_object(op), NULL);
    return comp_kind(words) == COMP_FIBER && fiber_is_over(words);
}

static Able join_is_able(World *world, const Op *op) { return task_is_over(world, op) ? ABLE_YES : ABLE_NO; }

static bool is_integer(const ValueType *type) { return type->kind <= VALUE_ENUM; }

/* A task of any function may stand here: it must yield what is wanted of it. */
static Run join_check(Step *step, const Op *op) {
    const ValueType *wanted = op->arm->joined;
    const Word *words = op->object ? world_read(step->world, op_object(op), NULL) : NULL;
    if (!wanted || !words || comp_kind(words) != COMP_FIBER) return RUN_ON;
    const ValueType *yields = fiber_machine(step->world, words)->result;
    if (yields == wanted || (is_integer(yields) && is_integer(wanted))) return RUN_ON;
    return step_misuse(step, "future", op->arm->span, op_object(op), "the task yields a value of another type");
}

const OpRow op_join = {.name = "await", .check = join_check, .can_fire = task_is_over, .is_able = join_is_able};

/* ---- the end of a scope */

static bool scope_is_empty(World *world, const Op *op) { return scope_count(world, op_object(op)) == 0; }
static Able scope_is_able(World *world, const Op *op) { return scope_is_empty(world, op) ? ABLE_YES : ABLE_NO; }

static bool scope_collect(Step *step, const Op *op, OpResult *result) {
    (void)result;
    step->contact = true;
    (void)op_log(step, EVENT_FIRE, op, true);
    return true;
}

const OpRow op_scope_end = {.name = "scope end", .can_fire = scope_is_empty, .is_able = scope_is_able, .collect = scope_collect};

/* ---- pending and park: who is woken, model/wake.h says */

static Able wake_is_able(World *world, const Op *op) {
    (void)world, (void)op;
    return ABLE_NO; /* ARM_QUEUED: not woken */
}

const OpRow op_pending = {.name = "pending", .can_fire = never, .is_able = wake_is_able};
const OpRow op_park = {.name = "park", .can_fire = never, .is_able = wake_is_able};
