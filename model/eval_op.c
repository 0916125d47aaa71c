#include "model/executor.h"
#include "model/mutex.h"
#include "model/scope.h"
#include "model/semaphore.h"
#include "model/step.h"

#include <assert.h>

static uint32_t object_of(const Op *op) { return op->object ? handle_slot(op->object) : NO_SLOT; }

static const ValueType *elem_of(World *world, uint32_t slot) {
    return world->program->sites[world_read(world, slot, NULL)[CHANNEL_SITE]].elem;
}

/* ---- operands */

static Run check_words(Step *step, const Word *words, uint32_t n, Span span) {
    for (uint32_t i = 0; i < n; i++)
        if (words[i] == WORD_UNINIT) return step_undefined(step, "uninitialised", span);
    return RUN_ON;
}

Run op_check(Step *step, const Op *op) {
    if (object_of(op) != NO_SLOT && world_kind(step->world, object_of(op)) == COMP_DEAD)
        return step_violation(step, VIOLATION_UNDEFINED, "dead-object", op->arm->span, object_of(op), NULL);
    if (op->value && check_words(step, op->value, op->op == ARM_SEND ? op->arm->value_n : 1, op->arm->span) != RUN_ON) return RUN_FAILED;
    if (op->op == ARM_ACQUIRE && op->value[0] < 0) return step_undefined(step, "bounds", op->arm->span);
    return RUN_ON;
}

/* ---- enabledness */

static bool task_is_over(World *world, uint32_t slot) {
    const Word *words = world_read(world, slot, NULL);
    return comp_kind(words) == COMP_FIBER && fiber_is_over(words);
}

bool op_can_fire(World *world, const Op *op) {
    uint32_t object = object_of(op);
    switch (op->op) {
    case ARM_SEND: return channel_can_send(world, object, op->who.fiber);
    case ARM_RECV: return channel_can_recv(world, object, op->who.fiber);
    case ARM_LOCK: return mutex_is_free(world, object);
    case ARM_ACQUIRE: return semaphore_can_acquire(world, object, op->value[0]);
    case ARM_JOIN: return task_is_over(world, object);
    case ARM_SCOPE_END: return scope_count(world, object) == 0;
    case ARM_SLEEP: case ARM_YIELD: return false;
    case ARM_FUTURE: case ARM_OPS: break;
    }
    assert(!"no operation");
    return false;
}

Able op_is_able(World *world, const Op *op) {
    uint32_t object = object_of(op);
    bool able = true;
    switch (op->op) {
    case ARM_SEND: case ARM_RECV: able = channel_is_served(world, object, op->who); break;
    case ARM_LOCK: able = mutex_is_served(world, object, op->who); break;
    case ARM_ACQUIRE: able = semaphore_is_served(world, object, op->who); break;
    case ARM_SLEEP: return ABLE_MAYBE;
    case ARM_YIELD: break;
    case ARM_JOIN: case ARM_SCOPE_END: able = op_can_fire(world, op); break;
    case ARM_FUTURE: case ARM_OPS: assert(!"no operation"); break;
    }
    return able ? ABLE_YES : ABLE_NO;
}

/* ---- the log */

static Event *log_op(Step *step, EventKind kind, const Op *op, bool ok) {
    Event *event = step_event(step, kind, op->arm->span, op->holder, object_of(op));
    if (!event) return NULL;
    event->op = (uint8_t)op->op;
    event->ok = ok;
    return event;
}

static void log_hand(Step *step, const Op *op, ArmOp partner_op, Word fiber, bool ok) {
    if (!fiber) return;
    Event *event = step_event(step, EVENT_HAND, op->arm->span, handle_slot(fiber), object_of(op));
    if (!event) return;
    event->op = (uint8_t)partner_op;
    event->ok = ok;
}

void op_log_next(Step *step, Span span, const Waiter *next, uint32_t object) {
    if (!next->fiber) return;
    Event *event = step_event(step, EVENT_HAND, span, handle_slot(next->fiber), object);
    if (!event) return;
    event->op = ARM_LOCK;
    event->ok = true;
}

/* ---- firing */

static OpOutcome fire_send(Step *step, const Op *op, OpResult *result) {
    World *world = step->world;
    uint32_t object = object_of(op);
    Served served = {0};
    uint32_t way = step_pick(step, channel_send_ways(world, object, op->who.fiber));
    result->ok = channel_send(world, object, op->who.fiber, op->value, way, &served);
    event_values(log_op(step, EVENT_FIRE, op, result->ok), op->value, op->arm->value_n);
    log_hand(step, op, ARM_RECV, served.fiber, true);
    if (result->ok) return OP_FIRED;
    const ValueType *elem = elem_of(world, object);
    for (uint32_t i = 0; i < elem->words; i++)
        if (elem->word_kinds[i] == WORD_FUTURE) world_orphan(world, op->value[i]);
    return OP_FIRED;
}

static void log_received(Step *step, const Op *op, const OpResult *result, uint32_t width) {
    Event *event = log_op(step, EVENT_FIRE, op, result->ok);
    if (result->ok) event_values(event, result->item, width);
}

static OpOutcome fire_recv(Step *step, const Op *op, OpResult *result) {
    World *world = step->world;
    uint32_t object = object_of(op), width = elem_of(world, object)->words;
    Served served = {0};
    uint32_t way = step_pick(step, channel_recv_ways(world, object, op->who.fiber));
    result->item = world_scratch(world, SCRATCH_ITEM, width);
    result->ok = channel_recv(world, object, op->who.fiber, result->item, way, &served);
    log_received(step, op, result, width);
    log_hand(step, op, ARM_SEND, served.fiber, true);
    return OP_FIRED;
}

OpOutcome op_fire(Step *step, const Op *op, OpResult *result) {
    World *world = step->world;
    uint32_t object = object_of(op);
    *result = (OpResult){.ok = true};
    step->contact |= op->op != ARM_JOIN;
    switch (op->op) {
    case ARM_SEND: return fire_send(step, op, result);
    case ARM_RECV: return fire_recv(step, op, result);
    case ARM_LOCK: mutex_take(world, object, op->who.task); break;
    case ARM_ACQUIRE: result->ok = semaphore_acquire(world, object, op->value[0]); break;
    default: break;
    }
    (void)log_op(step, EVENT_FIRE, op, result->ok);
    return OP_FIRED;
}

void op_queue(Step *step, const Op *op) {
    World *world = step->world;
    uint32_t object = object_of(op);
    step->contact |= object != NO_SLOT && op->op != ARM_JOIN;
    switch (op->op) {
    case ARM_SEND: channel_queue_send(world, object, op->who, op->value); break;
    case ARM_RECV: channel_queue_recv(world, object, op->who); break;
    case ARM_LOCK: mutex_queue(world, object, op->who); break;
    case ARM_ACQUIRE: semaphore_queue(world, object, op->who, op->value[0]); break;
    default: break;
    }
    (void)log_op(step, EVENT_QUEUE, op, false);
}

/* What waited in a queue goes on. */
static OpOutcome collect(Step *step, const Op *op, OpResult *result) {
    World *world = step->world;
    uint32_t object = object_of(op);
    *result = (OpResult){.ok = true};
    switch (op->op) {
    case ARM_SEND: result->ok = channel_collect(world, object, op->who, NULL, false); break;
    case ARM_RECV: {
        uint32_t width = elem_of(world, object)->words;
        result->item = world_scratch(world, SCRATCH_ITEM, width);
        result->ok = channel_collect(world, object, op->who, result->item, true);
        log_received(step, op, result, width);
        return OP_FIRED;
    }
    case ARM_LOCK:
        step->contact |= !mutex_is_strict(world, object); /* others may compete for it, or give it back */
        if (!mutex_collect(world, object, op->who)) return OP_WAITS;
        break;
    case ARM_SCOPE_END: step->contact = true; break;
    case ARM_ACQUIRE: result->ok = semaphore_collect(world, object, op->who); break;
    default: break;
    }
    (void)log_op(step, EVENT_FIRE, op, result->ok);
    return OP_FIRED;
}

OpOutcome op_go(Step *step, const Op *op, ArmState state, OpResult *result) {
    assert(state != ARM_OFF);
    if (state == ARM_QUEUED) return collect(step, op, result);
    if (op_check(step, op) != RUN_ON) return OP_FAILED;
    if (op_can_fire(step->world, op)) return op_fire(step, op, result);
    op_queue(step, op);
    return OP_WAITS;
}

Run op_give_up(Step *step, const Op *op) {
    World *world = step->world;
    uint32_t object = object_of(op);
    if (object == NO_SLOT || world_kind(world, object) == COMP_DEAD) return RUN_ON;
    Waiter next = {0};
    switch (op->op) {
    case ARM_SEND: case ARM_RECV: channel_give_up(world, object, op->who); break;
    case ARM_LOCK:
        mutex_give_up(world, object, op->who, &next);
        op_log_next(step, op->arm->span, &next, object);
        break;
    case ARM_ACQUIRE: semaphore_give_up(world, object, op->who); break;
    default: break;
    }
    return future_drop_orphans(step, op->arm->span);
}
