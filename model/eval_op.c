#include "model/op.h"

#include "model/subscription.h"

#include <assert.h>

static const OpRow *const rows[ARM_OPS] = {
    [ARM_SEND] = &op_send,
    [ARM_RECV] = &op_recv,
    [ARM_RESERVE] = &op_reserve,
    [ARM_CHANGED] = &op_changed,
    [ARM_LOCK] = &op_lock,
    [ARM_ACQUIRE] = &op_acquire,
    [ARM_SLEEP] = &op_sleep,
    [ARM_YIELD] = &op_yield,
    [ARM_JOIN] = &op_join,
    [ARM_SCOPE_END] = &op_scope_end,
    [ARM_PENDING] = &op_pending,
    [ARM_PARK] = &op_park,
    [ARM_READ_LOCK] = &op_read_lock,
    [ARM_WRITE_LOCK] = &op_write_lock,
    [ARM_WAIT] = &op_wait,
    [ARM_NOTIFIED] = &op_notified,
    [ARM_ARRIVE] = &op_arrive,
    [ARM_WAIT_GROUP] = &op_wait_group,
    [ARM_ONCE] = &op_once,
};

const OpRow *op_row(ArmOp op) {
    assert(op < ARM_OPS && rows[op]);
    return rows[op];
}

/* ---- the log */

Event *op_log(Step *step, EventKind kind, const Op *op, bool ok) {
    Event *event = step_event(step, kind, op->arm->span, op->holder, op_object(op));
    if (!event) return NULL;
    event->op = (uint8_t)op->op;
    event->ok = ok;
    return event;
}

void op_log_served(Step *step, Span span, ArmOp op, Word fiber, uint32_t object, bool ok) {
    if (!fiber) return;
    Event *event = step_event(step, EVENT_HAND, span, handle_slot(fiber), object);
    if (!event) return;
    event->op = (uint8_t)op;
    event->ok = ok;
}

void op_log_hand(Step *step, const Op *op, ArmOp partner, Word fiber, bool ok) {
    op_log_served(step, op->arm->span, partner, fiber, op_object(op), ok);
}

void op_log_next(Step *step, Span span, const Waiter *next, uint32_t object) {
    op_log_served(step, span, ARM_LOCK, next->fiber, object, true);
}

static void told(void *context, ArmOp op, Word fiber) {
    TellLog *log = context;
    op_log_served(log->step, log->span, op, fiber, log->object, true);
}

Tell op_tell(TellLog *log) { return (Tell){told, log}; }

/* ---- operands */

bool op_is_dead(World *world, uint32_t object) {
    CompKind kind = world_kind(world, object);
    return kind == COMP_DEAD || (kind == COMP_SUBSCRIPTION && world_kind(world, subscription_source(world, object)) == COMP_DEAD);
}

static Run check_object(Step *step, const Op *op) {
    if (!op->object) return RUN_ON;
    if (op->object == WORD_MOVED) return step_moved(step, op->arm->span);
    if (!op_is_dead(step->world, op_object(op))) return RUN_ON;
    return step_violation(step, VIOLATION_UNDEFINED, "dead-object", op->arm->span, op_object(op), NULL);
}

Run op_check(Step *step, const Op *op) {
    const Arm *arm = op->arm;
    if (check_object(step, op) != RUN_ON) return RUN_FAILED;
    for (uint32_t i = 0; op->value && i < arm->value_n; i++)
        if (op->value[i] == WORD_UNINIT) return step_undefined(step, "uninitialised", arm->span);
    const OpRow *row = op_row(op->op);
    return row->check ? row->check(step, op) : RUN_ON;
}

/* ---- enabledness */

bool op_can_fire(World *world, const Op *op) { return op_row(op->op)->can_fire(world, op); }
Able op_is_able(World *world, const Op *op) { return op_row(op->op)->is_able(world, op); }

/* ---- firing */

OpOutcome op_fire(Step *step, const Op *op, OpResult *result) {
    const OpRow *row = op_row(op->op);
    *result = (OpResult){.ok = true};
    step->contact |= op->op != ARM_JOIN;
    step->accesses += row->on_object;
    if (row->fire) row->fire(step, op, result);
    else (void)op_log(step, EVENT_FIRE, op, true);
    if (!row->yields) result->yields = result->ok;
    return result->waits ? OP_WAITS : OP_FIRED;
}

void op_queue(Step *step, const Op *op) {
    const OpRow *row = op_row(op->op);
    step->contact |= op_object(op) != NO_SLOT && op->op != ARM_JOIN;
    if (row->queue) row->queue(step, op);
    (void)op_log(step, EVENT_QUEUE, op, false);
}

/* What waited in a queue goes on. */
static OpOutcome collect(Step *step, const Op *op, OpResult *result) {
    const OpRow *row = op_row(op->op);
    step->accesses += row->on_object;
    *result = (OpResult){.ok = true};
    if (!row->collect) (void)op_log(step, EVENT_FIRE, op, true);
    else if (!row->collect(step, op, result)) return OP_WAITS;
    if (!row->yields) result->yields = result->ok;
    return OP_FIRED;
}

OpOutcome op_go(Step *step, const Op *op, ArmState state, OpResult *result) {
    assert(state != ARM_OFF);
    if (state == ARM_QUEUED || state == ARM_WOKEN) return check_object(step, op) == RUN_ON ? collect(step, op, result) : OP_FAILED;
    if (op_check(step, op) != RUN_ON) return OP_FAILED;
    if (op_row(op->op)->enter && op_is_able(step->world, op) == ABLE_YES) return collect(step, op, result);
    if (op_can_fire(step->world, op)) {
        step->may_wait = true;
        OpOutcome outcome = op_fire(step, op, result);
        step->may_wait = false;
        if (outcome != OP_WAITS) return outcome;
    }
    op_queue(step, op);
    return OP_WAITS;
}

void op_enter(Step *step, const Op *op) {
    const OpRow *row = op_row(op->op);
    uint32_t object = op_object(op);
    if (!row->enter || object == NO_SLOT || world_kind(step->world, object) == COMP_DEAD) return;
    step->contact = true;
    row->enter(step, op);
}

bool op_has_place(const Op *op, ArmState state) {
    return state == ARM_QUEUED || (op_row(op->op)->enter && (state == ARM_READY || state == ARM_NEW));
}

Run op_give_up(Step *step, const Op *op) {
    const OpRow *row = op_row(op->op);
    if (op_object(op) != NO_SLOT && op_is_dead(step->world, op_object(op))) return RUN_ON;
    if (row->give_up) row->give_up(step, op);
    return owned_drop_orphans(step, op->arm->span);
}
