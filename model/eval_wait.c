#include "model/op.h"
#include "model/wake.h"

#include <assert.h>
#include <string.h>

/* ---- reading a point */

static const Point *point_of(const World *world, const Word *words) {
    return machine_point_at(fiber_machine(world, words), (uint32_t)words[FIBER_PC]);
}

static ArmState arm_state(const Word *words, const Point *point, uint32_t arm) {
    return (ArmState)words[FIBER_FRAME + point->state + arm];
}

static Word arm_object(const Word *words, const Arm *arm) { return arm->obj == NO_SLOT ? 0 : words[FIBER_FRAME + arm->obj]; }

Op wait_op(const World *world, uint32_t fiber, const Word *words, const Point *point, uint32_t arm, Word task) {
    (void)world;
    const Arm *which = &point->arms[arm];
    Op op = {.op = which->op, .arm = which, .object = arm_object(words, which), .holder = fiber};
    op.who = (Waiter){slot_handle(fiber), arm, task};
    if (which->value != NO_SLOT) op.value = words + FIBER_FRAME + which->value;
    return op;
}

static Op op_at(Step *step, uint32_t fiber, const Point *point, uint32_t arm) {
    return wait_op(step->world, fiber, world_read(step->world, fiber, NULL), point, arm, step_task(step));
}

/* ---- who can go on */

/* An arm that takes part has had to wait: an operation has its place, a future has started and rests where all of its own arms wait. */
static bool arm_has_waited(World *world, const Word *words, const Point *point, uint32_t arm) {
    if (point->arms[arm].op == ARM_FUTURE && !arm_object(words, &point->arms[arm])) return true; /* `none`, for ever */
    if (point->arms[arm].op == ARM_FUTURE) return wait_has_waited(world, handle_slot(arm_object(words, &point->arms[arm])));
    return arm_state(words, point, arm) == ARM_QUEUED || arm_state(words, point, arm) == ARM_WOKEN;
}

bool wait_has_waited(World *world, uint32_t future) {
    const Word *words = world_read(world, future, NULL);
    if (comp_kind(words) == COMP_OPFUTURE) return words[OPFUTURE_STATUS] == ARM_QUEUED || words[OPFUTURE_STATUS] == ARM_WOKEN;
    if (comp_kind(words) != COMP_FIBER) return true;
    if (words[FIBER_STATUS] != FIBER_AT_POINT && words[FIBER_STATUS] != FIBER_BLOCKED) return false;
    const Point *point = point_of(world, words);
    for (uint32_t i = 0; i < point->narms; i++)
        if (arm_state(words, point, i) != ARM_OFF && !arm_has_waited(world, words, point, i)) return false;
    return true;
}

/* An arm's timer that runs: its own, or of a race a sleep that it polls. */
static bool timer_of(World *world, const Word *words, const Point *point, uint32_t arm, Word *duration) {
    const Arm *which = &point->arms[arm];
    if (which->op == ARM_SLEEP) *duration = words[FIBER_FRAME + which->value];
    if (which->op == ARM_SLEEP) return true;
    Word future = which->op == ARM_FUTURE && point->combine == COMBINE_RACE ? arm_object(words, which) : 0;
    if (!future) return false;
    const Word *timer = world_read(world, handle_slot(future), NULL);
    if (comp_kind(timer) != COMP_OPFUTURE || timer[OPFUTURE_STATUS] != ARM_QUEUED || opfuture_arm(world, timer)->op != ARM_SLEEP) return false;
    *duration = timer[OPFUTURE_VALUE];
    return true;
}

/* A timer of a select or a race fires before no shorter one of it (without a clock that tells), and not before each other arm has had to wait once. */
static bool timer_may_fire(World *world, const Word *words, const Point *point, uint32_t timer) {
    Word own = 0, duration = 0;
    if (!timer_of(world, words, point, timer, &own)) return true;
    for (uint32_t i = 0; i < point->narms; i++) {
        if (i == timer || arm_state(words, point, i) == ARM_OFF) continue;
        if (!arm_has_waited(world, words, point, i)) return false;
        if (world->clock_slot == NO_SLOT && timer_of(world, words, point, i, &duration) && duration < own) return false;
    }
    return true;
}

static Able arm_able(World *world, const Step *step, uint32_t fiber, const Point *point, uint32_t arm) {
    const Word *words = world_read(world, fiber, NULL);
    const Arm *which = &point->arms[arm];
    ArmState state = arm_state(words, point, arm);
    if (state == ARM_OFF) return ABLE_NO;
    if (which->op == ARM_FUTURE) {
        if (!arm_object(words, which) || !timer_may_fire(world, words, point, arm)) return ABLE_NO;
        return future_able(world, step, arm_object(words, which));
    }
    if (wake_is_waited_for(which->op)) return wake_arm_able(step, fiber, which->op, state);
    if (state == ARM_READY) return ABLE_YES;
    if (step->fresh_waits && (which->op == ARM_SLEEP || which->op == ARM_YIELD)) return ABLE_NO;
    if (which->op == ARM_SLEEP && !timer_may_fire(world, words, point, arm)) return ABLE_NO;
    Op op = wait_op(world, fiber, words, point, arm, step_task(step));
    return op_is_able(world, &op);
}

Able wait_able(World *world, const Step *step, uint32_t fiber) {
    const Point *point = point_of(world, world_read(world, fiber, NULL));
    Able most = ABLE_NO;
    for (uint32_t i = 0; i < point->narms && most != ABLE_YES; i++) {
        Able able = arm_able(world, step, fiber, point, i);
        if (able > most) most = able;
    }
    return most;
}

Able fiber_able(World *world, const Step *step, uint32_t fiber) {
    const Word *words = world_read(world, fiber, NULL);
    switch ((FiberStatus)words[FIBER_STATUS]) {
    case FIBER_AT_START: return ABLE_YES;
    case FIBER_AT_POINT: return wait_able(world, step, fiber);
    case FIBER_UNDER_WAY: case FIBER_BLOCKED: break;
    case FIBER_ENDED: case FIBER_CANCELLED: case FIBER_CRASHED: return ABLE_NO;
    }
    Word inner = words[FIBER_INNER];
    if (inner && world_kind(world, handle_slot(inner)) == COMP_FIBER) return fiber_able(world, step, handle_slot(inner));
    return inner || words[FIBER_STATUS] == FIBER_UNDER_WAY ? ABLE_YES : wait_able(world, step, fiber);
}

/* ---- leaving a point */

/* What an arm would send: in its slots until it is sent or queued. */
static bool holds_value(const Machine *machine, const Arm *arm) {
    for (uint32_t i = 0; arm->op == ARM_SEND && i < arm->value_n; i++)
        if (word_is_counted(machine->slot_kinds[arm->value + i])) return true;
    return false;
}

static void forget_value(Step *step, uint32_t fiber, const Arm *arm) {
    Word *words = world_write(step->world, fiber, NULL);
    if (holds_value(fiber_machine(step->world, words), arm)) memset(words + FIBER_FRAME + arm->value, 0, sizeof(Word) * arm->value_n);
}

/* It was not sent: what it holds is dropped. */
static Run drop_value(Step *step, uint32_t fiber, const Arm *arm) {
    const Word *words = world_read(step->world, fiber, NULL);
    const Machine *machine = fiber_machine(step->world, words);
    if (!holds_value(machine, arm)) return RUN_ON;
    world_orphan_words(step->world, machine->slot_kinds + arm->value, words + FIBER_FRAME + arm->value, arm->value_n);
    forget_value(step, fiber, arm);
    return owned_drop_orphans(step, arm->span);
}

/* The end or subscription that the wait has kept. */
static Run drop_object(Step *step, uint32_t fiber, const Arm *arm) {
    Word *words = world_write(step->world, fiber, NULL);
    uint8_t kind = fiber_machine(step->world, words)->slot_kinds[arm->obj];
    Word object = words[FIBER_FRAME + arm->obj];
    words[FIBER_FRAME + arm->obj] = 0;
    return owned_drop(step, kind, object, arm->span) == RUN_ON ? owned_drop_orphans(step, arm->span) : RUN_FAILED;
}

static Run give_up(Step *step, uint32_t fiber, const Point *point, uint32_t but) {
    World *world = step->world;
    Word *words = world_write(world, fiber, NULL);
    for (uint32_t i = 0; i < point->narms; i++) {
        const Arm *arm = &point->arms[i];
        ArmState state = arm_state(words, point, i);
        words[FIBER_FRAME + point->state + i] = ARM_OFF;
        if (drop_value(step, fiber, arm) != RUN_ON) return RUN_FAILED;
        if (i == but && (arm->op == ARM_FUTURE || !arm->owned)) continue;
        if (arm->op == ARM_FUTURE && arm->owned) {
            Word future = arm_object(words, arm);
            words[FIBER_FRAME + arm->obj] = 0;
            if (future && state != ARM_OFF) future_detach(step, future); /* somebody else may hold it */
            if (future && point->combine == COMBINE_RACE && but != NO_SLOT && future_kill(step, future) != RUN_ON) return RUN_FAILED;
            if (future && future_drop(step, future, arm->span) != RUN_ON) return RUN_FAILED;
            words = world_write(world, fiber, NULL);
        } else if (arm->op == ARM_FUTURE) {
            Word future = arm_object(words, arm);
            if (state != ARM_OFF && future) future_detach(step, future);
        } else {
            Op op = op_at(step, fiber, point, i);
            if (i != but && op_has_place(&op, state) && op_give_up(step, &op) != RUN_ON) return RUN_FAILED;
            if (arm->owned && drop_object(step, fiber, arm) != RUN_ON) return RUN_FAILED;
            words = world_write(world, fiber, NULL);
        }
    }
    return RUN_ON;
}

Run wait_give_up(Step *step, uint32_t fiber, uint32_t but) {
    return give_up(step, fiber, point_of(step->world, world_read(step->world, fiber, NULL)), but);
}

/* One of several arms was taken: what it yields is stored before the others are given up (INSTR_GIVE_UP). */
static Run leave(Step *step, uint32_t fiber, const Point *point, uint32_t arm) {
    return arm != NO_SLOT && point->narms > 1 ? RUN_ON : give_up(step, fiber, point, arm);
}

Run wait_settle(Step *step, Act *act, const Instr *instr) {
    return give_up(step, act->fiber, &act->machine->points[instr->imm], instr->a);
}

/* ---- results */

/* The value of a task that was aborted, or of a function that yields none, is uninitialised; handles are `none`. */
void wait_join_value(Step *step, const Op *op, const Arm *arm, uint32_t waiting) {
    if (arm->result == NO_SLOT) return;
    Word *fiber = world_write(step->world, waiting, NULL), *frame = fiber + FIBER_FRAME;
    const Machine *machine = fiber_machine(step->world, fiber);
    uint32_t n;
    const Word *words = world_read(step->world, handle_slot(op->object), &n);
    for (uint32_t i = 0; i < arm->result_n; i++) {
        uint8_t kind = machine->slot_kinds[arm->result + i];
        Word *to = &frame[arm->result + i];
        *to = FIBER_FRAME + i < n ? words[FIBER_FRAME + i] : kind == WORD_DATA ? WORD_UNINIT : 0;
        if (word_is_counted(kind) && *to > 0) owned_keep(step->world, kind, *to);
    }
    bool is_whole = arm->joined && arm->joined->kind <= VALUE_ENUM && frame[arm->result] != WORD_UNINIT;
    if (is_whole) frame[arm->result] = arith_convert(arm->joined, frame[arm->result]);
}

/* Stores what the operation of an arm yields. */
static Run store_result(Step *step, uint32_t fiber, const Op *op, const OpResult *result) {
    const Arm *arm = op->arm;
    if (op->op == ARM_SEND && !result->ok && !arm->result_used)
        return step_violation(step, VIOLATION_IGNORED_CLOSE, "", arm->span, handle_slot(op->object), NULL);
    Word *words = world_write(step->world, fiber, NULL), *frame = words + FIBER_FRAME;
    if (result->item && result->ok && arm->dest != NO_SLOT) memcpy(frame + arm->dest, result->item, sizeof(Word) * arm->dest_n);
    if (op->op == ARM_JOIN) wait_join_value(step, op, arm, fiber);
    else if (arm->result != NO_SLOT) frame[arm->result] = result->yields;
    return owned_drop_orphans(step, arm->span);
}

/* ---- going on */

static Run won(Step *step, uint32_t fiber, const Point *point, uint32_t arm) {
    step_leaves(step, fiber);
    if (leave(step, fiber, point, arm) != RUN_ON) return RUN_FAILED;
    return run_fiber(step, fiber, point->arms[arm].target, false);
}

static Run rest_at(Step *step, uint32_t fiber, const Point *point) {
    bool blocks = point->kind == POINT_BLOCK;
    Word *words = world_write(step->world, fiber, NULL);
    words[FIBER_STATUS] = blocks ? FIBER_BLOCKED : FIBER_AT_POINT;
    words[FIBER_INNER] = 0;
    return blocks ? RUN_BLOCKED : RUN_POINT;
}

static void log_finished(Step *step, uint32_t fiber, const Arm *arm, Word future) {
    Event *event = step_event(step, EVENT_FIRE, arm->span, fiber, handle_slot(future));
    if (event) event->op = ARM_FUTURE;
}

/* One of the futures of `all` is finished. */
static Run part_finished(Step *step, uint32_t fiber, const Point *point, uint32_t arm) {
    Word *words = world_write(step->world, fiber, NULL);
    Word future = arm_object(words, &point->arms[arm]);
    words[FIBER_FRAME + point->state + arm] = ARM_OFF;
    words[FIBER_FRAME + point->arms[arm].obj] = 0;
    if (future_drop(step, future, point->arms[arm].span) != RUN_ON) return RUN_FAILED;
    words = world_write(step->world, fiber, NULL);
    for (uint32_t i = 0; i < point->narms; i++)
        if (arm_state(words, point, i) != ARM_OFF) return rest_at(step, fiber, point);
    return won(step, fiber, point, arm);
}

/* The future that the arm polls has made a step. */
static Run after_future(Step *step, uint32_t fiber, const Point *point, uint32_t arm, Word future, Run run) {
    World *world = step->world;
    if (run == RUN_FAILED) return RUN_FAILED;
    if (run == RUN_ENDED) {
        world_write(world, fiber, NULL)[FIBER_INNER] = 0;
        log_finished(step, fiber, &point->arms[arm], future);
        return point->combine == COMBINE_ALL ? part_finished(step, fiber, point, arm) : won(step, fiber, point, arm);
    }
    if (run == RUN_ACCESS || run == RUN_BLOCKED) {
        Word *words = world_write(world, fiber, NULL);
        words[FIBER_STATUS] = point->kind == POINT_BLOCK ? FIBER_BLOCKED : FIBER_UNDER_WAY;
        words[FIBER_INNER] = future;
        return RUN_ACCESS;
    }
    assert(run == RUN_POINT);
    return rest_at(step, fiber, point);
}

static Run take_arm(Step *step, uint32_t fiber, const Point *point, uint32_t arm) {
    const Word *words = world_read(step->world, fiber, NULL);
    if (point->arms[arm].op == ARM_FUTURE) {
        Word future = arm_object(words, &point->arms[arm]);
        return after_future(step, fiber, point, arm, future, future_step(step, fiber, arm, future));
    }
    step_moves(step, fiber, point->arms[arm].span);
    Op op = op_at(step, fiber, point, arm);
    OpResult result;
    if (!step->top) step->result.arm = arm;
    OpOutcome outcome = op_go(step, &op, arm_state(words, point, arm), &result);
    if (outcome == OP_FAILED) return RUN_FAILED;
    forget_value(step, fiber, &point->arms[arm]);
    if (outcome == OP_WAITS) {
        world_write(step->world, fiber, NULL)[FIBER_FRAME + point->state + arm] = ARM_QUEUED;
        return rest_at(step, fiber, point);
    }
    if (store_result(step, fiber, &op, &result) != RUN_ON) return RUN_FAILED;
    return won(step, fiber, point, arm);
}

/* The arm of a select that a partner has handed an item to, or taken one from, NO_SLOT when there is none: no other can win any more. */
static uint32_t decided_arm(Step *step, uint32_t fiber, const Point *point) {
    const Word *words = world_read(step->world, fiber, NULL);
    for (uint32_t i = 0; point->narms > 1 && i < point->narms; i++) {
        if (arm_state(words, point, i) != ARM_QUEUED || point->arms[i].op == ARM_FUTURE || !op_row(point->arms[i].op)->is_handed) continue;
        Op op = op_at(step, fiber, point, i);
        if (op_row(op.op)->is_handed(step->world, &op)) return i;
    }
    return NO_SLOT;
}

void wait_decide(Step *step, Word fiber, uint32_t arm) {
    World *world = step->world;
    if (!fiber || world_kind(world, handle_slot(fiber)) != COMP_FIBER) return;
    const Point *point = point_of(world, world_read(world, handle_slot(fiber), NULL));
    for (uint32_t i = 0; i < point->narms; i++) {
        const Word *words = world_read(world, handle_slot(fiber), NULL);
        ArmState state = arm_state(words, point, i);
        if (i == arm || state == ARM_OFF || point->arms[i].op == ARM_FUTURE || !op_row(point->arms[i].op)->lapses) continue;
        Op op = wait_op(world, handle_slot(fiber), words, point, i, 0);
        bool is_dead = op.object && world_kind(world, op_object(&op)) == COMP_DEAD;
        if (state == ARM_QUEUED && !is_dead) op_row(op.op)->give_up(step, &op);
        world_write(world, handle_slot(fiber), NULL)[FIBER_FRAME + point->state + i] = ARM_OFF;
    }
}

/* Counts the arms that may be taken; the `which`-th of them is *arm. In a biased select none stands after one that certainly can go on. */
static uint32_t count_options(Step *step, uint32_t fiber, const Point *point, uint32_t which, uint32_t *arm) {
    uint32_t count = 0, decided = decided_arm(step, fiber, point);
    if (decided != NO_SLOT) {
        *arm = decided;
        return 1;
    }
    for (uint32_t i = 0; i < point->narms; i++) {
        Able able = arm_able(step->world, step, fiber, point, i);
        if (able == ABLE_NO) continue;
        if (count++ == which) *arm = i;
        if (point->is_biased && able == ABLE_YES) break;
    }
    return count;
}

Run wait_go_on(Step *step, uint32_t fiber) {
    const Point *point = point_of(step->world, world_read(step->world, fiber, NULL));
    uint32_t arm = NO_SLOT;
    uint32_t options = count_options(step, fiber, point, 0, &arm);
    assert(options > 0);
    step->contact |= point->narms != 1 || fiber != step->task;
    uint32_t pick = step_pick(step, options);
    if (pick) (void)count_options(step, fiber, point, pick, &arm);
    return take_arm(step, fiber, point, arm);
}

static uint32_t arm_of_inner(const Word *words, const Point *point) {
    for (uint32_t i = 0; i < point->narms; i++)
        if (point->arms[i].op == ARM_FUTURE && arm_state(words, point, i) != ARM_OFF && arm_object(words, &point->arms[i]) == words[FIBER_INNER]) return i;
    assert(!"the inner future stands in no arm");
    return 0;
}

Run wait_resume(Step *step, uint32_t fiber) {
    World *world = step->world;
    const Word *words = world_read(world, fiber, NULL);
    const Point *point = point_of(world, words);
    Word inner = words[FIBER_INNER];
    if (inner) {
        uint32_t arm = arm_of_inner(words, point);
        return after_future(step, fiber, point, arm, inner, future_step(step, fiber, arm, inner));
    }
    if (words[FIBER_STATUS] == FIBER_BLOCKED) return wait_go_on(step, fiber);
    uint32_t pc = (uint32_t)words[FIBER_PC];
    step_moves(step, fiber, fiber_machine(world, words)->code[pc].span);
    return run_fiber(step, fiber, pc, true);
}

/* ---- arriving */

static Run is_enabled(Step *step, const Act *act, const Arm *arm, bool *enabled) {
    Word guard = arm->guard == NO_SLOT ? 1 : act->frame[arm->guard];
    if (guard == WORD_UNINIT) return step_undefined(step, "uninitialised", arm->span);
    *enabled = guard && (arm->obj == NO_SLOT || act->frame[arm->obj]);
    return RUN_ON;
}

/* Marks the arms that take part with ARM_NEW, the others with ARM_OFF; their operands are checked. */
static Run enable_arms(Step *step, Act *act, const Point *point) {
    for (uint32_t i = 0; i < point->narms; i++) {
        bool enabled = false;
        if (is_enabled(step, act, &point->arms[i], &enabled) != RUN_ON) return RUN_FAILED;
        act->frame[point->state + i] = enabled ? ARM_NEW : ARM_OFF;
        if (!enabled || point->arms[i].op == ARM_FUTURE) continue;
        Op op = op_at(step, act->fiber, point, i);
        if (op_check(step, &op) != RUN_ON) return RUN_FAILED;
    }
    return RUN_ON;
}

/* Which arms may fire on arrival: in a biased select only the first, and none after a future that could make a step. */
static uint32_t count_ready(Step *step, Act *act, const Point *point, uint32_t which, uint32_t *arm) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < point->narms; i++) {
        if (act->frame[point->state + i] == ARM_OFF) continue;
        if (point->arms[i].op == ARM_FUTURE) {
            if (point->is_biased && future_able(step->world, step, act->frame[point->arms[i].obj]) == ABLE_YES) break;
            continue;
        }
        if (point->arms[i].op == ARM_SCOPE_END && !step->on_the_spot) continue; /* no operation: the closing brace is always a point */
        Op op = op_at(step, act->fiber, point, i);
        if (!op_can_fire(step->world, &op)) continue;
        if (count++ == which) *arm = i;
        if (point->is_biased) break;
    }
    return count;
}

/* Polled on the spot, a select may also let its futures make steps first: one more way than its ready operations. */
static bool may_poll_first(Step *step, const Act *act, const Point *point) {
    if (!step->on_the_spot || point->is_biased) return false;
    for (uint32_t i = 0; i < point->narms; i++)
        if (point->arms[i].op == ARM_FUTURE && act->frame[point->state + i] != ARM_OFF &&
            future_able(step->world, step, act->frame[point->arms[i].obj]) != ABLE_NO)
            return true;
    return false;
}

static Run fire_here(Step *step, Act *act, const Point *point, uint32_t arm) {
    Op op = op_at(step, act->fiber, point, arm);
    OpResult result;
    if (op_fire(step, &op, &result) == OP_FAILED) return RUN_FAILED;
    forget_value(step, act->fiber, &point->arms[arm]);
    if (store_result(step, act->fiber, &op, &result) != RUN_ON) return RUN_FAILED;
    act->pc = point->arms[arm].target;
    return RUN_ON;
}

static Run take_places(Step *step, Act *act, const Point *point) {
    for (uint32_t i = 0; i < point->narms; i++) {
        Word *state = &act->frame[point->state + i];
        if (*state == ARM_OFF) continue;
        if (point->arms[i].op == ARM_FUTURE) {
            future_attach(step, act->frame[point->arms[i].obj]);
            continue;
        }
        Op op = op_at(step, act->fiber, point, i);
        *state = op_can_fire(step->world, &op) ? ARM_READY : ARM_QUEUED;
        if (*state == ARM_QUEUED) {
            op_queue(step, &op);
            forget_value(step, act->fiber, &point->arms[i]);
        } else {
            op_enter(step, &op);
        }
        if (wake_is_waited_for(op.op) && wake_arrive(step, act->fiber, state) != RUN_ON) return RUN_FAILED;
        step->arrived_ready = point->narms == 1 && *state == ARM_READY && op_row(op.op)->on_object && act->fiber == step->task;
    }
    return RUN_ON;
}

/* Goes on from a place in the code that the jump leads back to: a loop that never rests is noticed. */
static Run go_to_target(Step *step, Act *act, const Point *point, uint32_t from) {
    return act->pc < from ? loop_jump(step, act, point->span) : RUN_ON;
}

static Run leave_here(Step *step, Act *act, const Point *point, uint32_t arm, uint32_t from) {
    if (leave(step, act->fiber, point, arm) != RUN_ON) return RUN_FAILED;
    return go_to_target(step, act, point, from);
}

/* ---- a select with default */

/* Arms that are still to be polled on the spot: an operation when it can fire, a future in any case. */
static uint32_t count_candidates(Step *step, Act *act, const Point *point, uint32_t which, uint32_t *arm) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < point->narms; i++) {
        if (act->frame[point->state + i] == ARM_OFF) continue;
        if (point->arms[i].op != ARM_FUTURE) {
            Op op = op_at(step, act->fiber, point, i);
            if (!op_can_fire(step->world, &op)) continue;
        }
        if (count++ == which) *arm = i;
        if (point->is_biased) break;
    }
    return count;
}

/* An operation that cannot fire on arrival is no choice any more, even if a future that is polled before it changes that. */
static void switch_off_unready(Step *step, Act *act, const Point *point) {
    for (uint32_t i = 0; i < point->narms; i++) {
        Word *state = &act->frame[point->state + i];
        if (*state == ARM_OFF || point->arms[i].op == ARM_FUTURE) continue;
        Op op = op_at(step, act->fiber, point, i);
        if (!op_can_fire(step->world, &op)) *state = ARM_OFF;
    }
}

/* The arms are polled one after the other, in any order (a biased one: in order), until one is ready; if none is, default is taken. */
static Run select_now(Step *step, Act *act, const Point *point, uint32_t from) {
    switch_off_unready(step, act, point);
    for (;;) {
        uint32_t arm = NO_SLOT, count = count_candidates(step, act, point, 0, &arm);
        if (!count) break;
        uint32_t pick = step_pick(step, count);
        if (pick) (void)count_candidates(step, act, point, pick, &arm);
        if (point->arms[arm].op != ARM_FUTURE) {
            if (fire_here(step, act, point, arm) != RUN_ON) return RUN_FAILED;
            return leave_here(step, act, point, arm, from);
        }
        Run run = future_poll(step, act->fiber, arm, act->frame[point->arms[arm].obj]);
        if (run == RUN_FAILED) return RUN_FAILED;
        if (run == RUN_POINT) {
            future_detach(step, act->frame[point->arms[arm].obj]);
            wake_remember(step, act->frame[point->arms[arm].obj]);
        }
        if (run == RUN_ENDED) {
            log_finished(step, act->fiber, &point->arms[arm], act->frame[point->arms[arm].obj]);
            act->pc = point->arms[arm].target;
            return leave_here(step, act, point, arm, from);
        }
        act->frame[point->state + arm] = ARM_OFF;
    }
    act->pc = point->fallback;
    return leave_here(step, act, point, NO_SLOT, from);
}

/* ---- block_on */

/* Blocking is no point: a future that was not started makes its first step on the spot (and misuse shows there). */
static bool begins_here(World *world, const Step *step, const Act *act, const Point *point) {
    if (point->kind != POINT_BLOCK || point->arms[0].op != ARM_FUTURE || act->frame[point->state] == ARM_OFF) return false;
    const Word *words = world_read(world, handle_slot(act->frame[point->arms[0].obj]), NULL);
    if (comp_kind(words) == COMP_OPFUTURE) return words[OPFUTURE_STATUS] != ARM_QUEUED || words[OPFUTURE_OWNER] != step_task(step);
    if (comp_kind(words) != COMP_FIBER) return false;
    return words[FIBER_STATUS] == FIBER_AT_START || fiber_is_over(words) || words[FIBER_OWNER] != step_task(step);
}

static Run begin_future(Step *step, Act *act, const Point *point, uint32_t from) {
    Word future = act->frame[point->arms[0].obj];
    Run run = future_step(step, act->fiber, 0, future);
    if (run != RUN_ENDED) return after_future(step, act->fiber, point, 0, future, run);
    log_finished(step, act->fiber, &point->arms[0], future);
    act->pc = point->arms[0].target;
    return leave_here(step, act, point, 0, from);
}

/* One arm could fire and another one has to queue at the same lock or semaphore: had that one queued first, it would hold the other back. */
static bool order_matters(Step *step, const Act *act, const Point *point) {
    for (uint32_t i = 0; i < point->narms; i++)
        for (uint32_t j = 0; j < point->narms; j++) {
            const Arm *a = &point->arms[i], *b = &point->arms[j];
            bool shares = a->op != ARM_FUTURE && b->op != ARM_FUTURE && a->obj != NO_SLOT && b->obj != NO_SLOT && act->frame[a->obj] == act->frame[b->obj];
            bool holds_back = b->op == ARM_READ_LOCK || b->op == ARM_WRITE_LOCK || b->op == ARM_ACQUIRE;
            bool takes_part = act->frame[point->state + i] != ARM_OFF && act->frame[point->state + j] != ARM_OFF;
            if (i == j || !shares || !holds_back || !takes_part) continue;
            Op first = op_at(step, act->fiber, point, i), second = op_at(step, act->fiber, point, j);
            if (op_can_fire(step->world, &first) && !op_can_fire(step->world, &second)) return true;
        }
    return false;
}

Run wait_arrive(Step *step, Act *act, const Instr *instr) {
    assert(act->fiber != NO_SLOT);
    const Point *point = &act->machine->points[instr->imm];
    uint32_t from = act->pc;
    Word *words = world_write(step->world, act->fiber, NULL);
    words[FIBER_PC] = from - 1;
    if (enable_arms(step, act, point) != RUN_ON) return RUN_FAILED;
    if (point->fallback != NO_SLOT) return select_now(step, act, point, from);
    bool at_once = point->kind == POINT_BLOCK || step->on_the_spot || (step->options && step->options->run_on);
    uint32_t arm = NO_SLOT, ready = at_once ? count_ready(step, act, point, 0, &arm) : 0;
    if (ready && point->narms > 1 && order_matters(step, act, point))
        return step_limit(step, "a select whose arms queue at one lock or semaphore and could fire on arrival (--ready run-on): the order is not explored");
    uint32_t pick = ready ? step_pick(step, ready + (may_poll_first(step, act, point) ? 1 : 0)) : 0;
    if (pick < ready) {
        if (pick) (void)count_ready(step, act, point, pick, &arm);
        if (fire_here(step, act, point, arm) != RUN_ON) return RUN_FAILED;
        return leave_here(step, act, point, arm, from);
    }
    if (take_places(step, act, point) != RUN_ON) return RUN_FAILED;
    fiber_reset(step->world, act->fiber, from - 1, step_no_reset(step));
    Run rests = rest_at(step, act->fiber, point);
    return begins_here(step->world, step, act, point) ? begin_future(step, act, point, from) : rests;
}
