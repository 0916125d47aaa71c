#include "model/flow.h"
#include "model/op.h"
#include "model/wake.h"

#include <assert.h>
#include <string.h>

/* ---- operation futures */

static Op opfuture_op(const World *world, uint32_t slot, const Word *words, uint32_t n, Word task) {
    Op op = {.arm = opfuture_arm(world, words), .object = words[OPFUTURE_OBJ], .holder = slot};
    op.op = op.arm->op;
    op.who = (Waiter){slot_handle(slot), 0, task};
    if (n > OPFUTURE_VALUE) op.value = words + OPFUTURE_VALUE;
    return op;
}

static Able opfuture_able(World *world, const Step *step, uint32_t slot) {
    uint32_t n;
    const Word *words = world_read(world, slot, &n);
    if (words[OPFUTURE_STATUS] == ARM_WOKEN) return wake_arm_able(step, slot, opfuture_arm(world, words)->op, ARM_WOKEN);
    if (words[OPFUTURE_STATUS] != ARM_QUEUED) return ABLE_YES; /* done: polling it again is misuse */
    Op op = opfuture_op(world, slot, words, n, step_task(step));
    if (wake_is_waited_for(op.op)) return wake_arm_able(step, slot, op.op, ARM_QUEUED);
    if (step->fresh_waits && (op.op == ARM_SLEEP || op.op == ARM_YIELD)) return ABLE_NO;
    return op_is_able(world, &op);
}

/* An operation on `none` waits for ever. */
static bool waits_for_ever(const Word *words, const Arm *arm) { return arm->obj != NO_SLOT && !words[OPFUTURE_OBJ]; }

/* ---- polling */

Able future_able(World *world, const Step *step, Word future) {
    uint32_t slot = handle_slot(future);
    const Word *words = world_read(world, slot, NULL);
    bool is_op = comp_kind(words) == COMP_OPFUTURE;
    if (!is_op && comp_kind(words) != COMP_FIBER) return ABLE_NO;
    Word owner = words[is_op ? OPFUTURE_OWNER : FIBER_OWNER];
    if (owner && owner != step_task(step)) return ABLE_YES; /* misuse is a step */
    if (is_op) return waits_for_ever(words, opfuture_arm(world, words)) && words[OPFUTURE_STATUS] != ARM_OFF ? ABLE_NO : opfuture_able(world, step, slot);
    return fiber_is_over(words) ? ABLE_YES : fiber_able(world, step, slot);
}

/* The polling task may poll it; it becomes the owner with the first poll. */
static Run claim(Step *step, uint32_t slot, Span span) {
    const Word *words = world_read(step->world, slot, NULL);
    bool is_op = comp_kind(words) == COMP_OPFUTURE;
    if (is_op ? words[OPFUTURE_STATUS] == ARM_OFF : fiber_is_over(words))
        return step_misuse(step, "poll", span, slot, "a future is polled after it has finished");
    wake_forget(step->world, slot);
    uint32_t field = is_op ? OPFUTURE_OWNER : FIBER_OWNER;
    if (words[field] == step_task(step)) return RUN_ON;
    if (words[field]) return step_misuse(step, "future", span, slot, "two tasks poll one future");
    world_write(step->world, slot, NULL)[field] = step_task(step);
    return RUN_ON;
}

static void set_poller(Step *step, Word future, Word from, Word to);

/* A future that is polled polls what it waits for. */
static void set_inner_pollers(Step *step, uint32_t fiber, Word from, Word to) {
    const Word *words = world_read(step->world, fiber, NULL);
    const Machine *machine = fiber_machine(step->world, words);
    if (words[FIBER_STATUS] != FIBER_AT_POINT) return;
    const Point *point = machine_point_at(machine, (uint32_t)words[FIBER_PC]);
    for (uint32_t i = 0; i < point->narms; i++)
        if (point->arms[i].op == ARM_FUTURE && words[FIBER_FRAME + point->state + i] != ARM_OFF && words[FIBER_FRAME + point->arms[i].obj]) {
            set_poller(step, words[FIBER_FRAME + point->arms[i].obj], from, to);
            words = world_read(step->world, fiber, NULL);
        }
}

static void set_poller(Step *step, Word future, Word from, Word to) {
    World *world = step->world;
    uint32_t slot = handle_slot(future);
    const Word *words = world_read(world, slot, NULL);
    bool is_op = comp_kind(words) == COMP_OPFUTURE;
    if (!is_op && (comp_kind(words) != COMP_FIBER || fiber_is_over(words) || words[FIBER_STATUS] == FIBER_AT_START)) return;
    if (is_op && words[OPFUTURE_STATUS] != ARM_QUEUED && words[OPFUTURE_STATUS] != ARM_WOKEN) return;
    uint32_t field = is_op ? OPFUTURE_OWNER : FIBER_OWNER;
    if (words[field] != from || from == to) return;
    if (to) wake_forget(world, slot);
    world_write(world, slot, NULL)[field] = to;
    if (!is_op) set_inner_pollers(step, slot, from, to);
}

void future_attach(Step *step, Word future) { set_poller(step, future, 0, step_task(step)); }

void future_detach(Step *step, Word future) { set_poller(step, future, step_task(step), 0); }

/* The fiber that made the future is still there. */
static bool is_home(World *world, Word home, Word machine) {
    if (!home || world_kind(world, handle_slot(home)) != COMP_FIBER) return false;
    const Word *fiber = world_read(world, handle_slot(home), NULL);
    return !fiber_is_over(fiber) && fiber[FIBER_MACHINE] == machine;
}

/* A received item goes to the frame of the fiber that made the future, and what lay there goes. */
static void deliver_item(Step *step, uint32_t slot, uint32_t waiting, const Arm *arm, const Word *item) {
    const Word *words = world_read(step->world, slot, NULL);
    Word home = words[OPFUTURE_HOME];
    Word machine = words[OPFUTURE_MACHINE];
    if (arm->dest == NO_SLOT) return;
    const uint8_t *kinds = step->program->machines[machine]->slot_kinds + arm->dest;
    if (!is_home(step->world, home, machine)) {
        world_orphan_words(step->world, kinds, item, arm->dest_n);
        return;
    }
    Word *fiber = world_write(step->world, handle_slot(home), NULL);
    world_orphan_words(step->world, kinds, fiber + FIBER_FRAME + arm->dest, arm->dest_n);
    memcpy(fiber + FIBER_FRAME + arm->dest, item, sizeof(Word) * arm->dest_n);
    if (handle_slot(home) == waiting) return;
    bool rests = fiber[FIBER_STATUS] == FIBER_AT_POINT || fiber[FIBER_STATUS] == FIBER_BLOCKED;
    if (rests) fiber_reset(step->world, handle_slot(home), (uint32_t)fiber[FIBER_PC], step_no_reset(step));
}

static Run opfuture_finish(Step *step, uint32_t waiting, const Arm *arm, uint32_t slot, const Op *op, const OpResult *result) {
    World *world = step->world;
    Word *waiter = world_write(world, waiting, NULL);
    if (op->op == ARM_JOIN) wait_join_value(step, op, arm, waiting);
    else if (arm->result != NO_SLOT && arm->result_n) waiter[FIBER_FRAME + arm->result] = result->yields;
    else if (op->op == ARM_RESERVE) world_orphan(world, WORD_PERMIT, result->yields);
    if (result->item && result->ok) deliver_item(step, slot, waiting, op->arm, result->item);
    Word *words = world_write(world, slot, NULL);
    if (word_is_counted(opfuture_object_kind(world, words))) world_orphan(world, opfuture_object_kind(world, words), words[OPFUTURE_OBJ]);
    words[OPFUTURE_HOME] = 0;
    words[OPFUTURE_STATUS] = ARM_OFF;
    words[OPFUTURE_OWNER] = words[OPFUTURE_OBJ] = 0;
    opfuture_strip(world, slot);
    return owned_drop_orphans(step, arm->span) == RUN_ON ? RUN_ENDED : RUN_FAILED;
}

static Run opfuture_step(Step *step, uint32_t waiting, const Arm *arm, uint32_t slot) {
    World *world = step->world;
    uint32_t n;
    const Word *words = world_read(world, slot, &n);
    step_moves(step, slot, arm->span);
    Op op = opfuture_op(world, slot, words, n, step_task(step));
    OpResult result;
    OpOutcome outcome = op_go(step, &op, (ArmState)words[OPFUTURE_STATUS], &result);
    if (outcome == OP_FAILED) return RUN_FAILED;
    if (!step->top) step->result.arm = 0;
    if (outcome == OP_FIRED) step_leaves(step, slot);
    if (outcome == OP_FIRED) return opfuture_finish(step, waiting, arm, slot, &op, &result);
    Word state = ARM_QUEUED;
    if (wake_is_waited_for(op.op) && wake_arrive(step, slot, &state) != RUN_ON) return RUN_FAILED;
    world_write(world, slot, NULL)[OPFUTURE_STATUS] = state;
    if (op.op != ARM_SLEEP || world->clock_slot != NO_SLOT) opfuture_strip(world, slot); /* in a race shorter timers come first */
    return RUN_POINT;
}

/* Moves the finished future's value to the waiting fiber; a future polled by nobody else any more is dropped by its handles. */
static Run deliver(Step *step, uint32_t waiting, const Arm *arm, uint32_t slot) {
    World *world = step->world;
    Word *waiter = world_write(world, waiting, NULL);
    uint32_t n;
    const Word *words = world_read(world, slot, &n);
    if (arm->result != NO_SLOT && arm->result_n) {
        assert(FIBER_FRAME + arm->result_n <= n);
        memcpy(waiter + FIBER_FRAME + arm->result, words + FIBER_FRAME, sizeof(Word) * arm->result_n);
    } else {
        world_orphan_words(world, fiber_machine(world, words)->result->word_kinds, words + FIBER_FRAME, n - FIBER_FRAME);
    }
    world_resize(world, slot, FIBER_FRAME);
    return owned_drop_orphans(step, arm->span) == RUN_ON ? RUN_ENDED : RUN_FAILED;
}

/* Dropped by its last handle while it was under way: it is given up where it rests. */
static Run drop_late(Step *step, uint32_t slot) {
    const Word *words = world_read(step->world, slot, NULL);
    if (words[FIBER_COUNT] > 0) return RUN_POINT;
    if (fiber_cancel(step, slot) != RUN_CANCELLED) return RUN_FAILED;
    world_set(step->world, slot, (Word[]){COMP_FREE}, 1);
    return RUN_POINT;
}

static const Arm *waiting_arm(Step *step, uint32_t waiting, uint32_t arm) {
    const Word *words = world_read(step->world, waiting, NULL);
    return &machine_point_at(fiber_machine(step->world, words), (uint32_t)words[FIBER_PC])->arms[arm];
}

static Run start_fiber(Step *step, uint32_t slot) {
    const Machine *machine = fiber_machine(step->world, world_read(step->world, slot, NULL));
    step_moves(step, slot, machine->points[0].span);
    (void)step_event(step, EVENT_START, machine->points[0].span, slot, NO_SLOT);
    step_leaves(step, slot);
    return run_fiber(step, slot, machine->points[0].pc, false);
}

Run future_step(Step *step, uint32_t waiting, uint32_t arm_index, Word future) {
    World *world = step->world;
    uint32_t slot = handle_slot(future);
    const Arm *arm = waiting_arm(step, waiting, arm_index);
    if (world_kind(world, slot) == COMP_FREE) return RUN_POINT;
    if (claim(step, slot, arm->span) != RUN_ON) return RUN_FAILED;
    const Word *words = world_read(world, slot, NULL);
    if (comp_kind(words) == COMP_OPFUTURE) return opfuture_step(step, waiting, arm, slot);
    Run run;
    if (words[FIBER_STATUS] == FIBER_AT_START) run = start_fiber(step, slot);
    else if (words[FIBER_STATUS] == FIBER_AT_POINT) run = wait_go_on(step, slot);
    else run = wait_resume(step, slot);
    if (run == RUN_ENDED) return deliver(step, waiting, arm, slot);
    return run == RUN_POINT ? drop_late(step, slot) : run;
}

/* On the spot a timer that ran before may have fired or not. */
static bool goes_on(Step *step, Word future) {
    Able able = future_able(step->world, step, future);
    return able == ABLE_YES || (able == ABLE_MAYBE && step_pick(step, 2) == 1);
}

static Run poll_until_it_waits(Step *step, uint32_t waiting, uint32_t arm, Word future) {
    for (;;) {
        if (!goes_on(step, future)) return RUN_POINT;
        Run run = future_step(step, waiting, arm, future);
        if (run != RUN_POINT) return run;
        step->fresh_waits = true;
    }
}

Run future_poll(Step *step, uint32_t waiting, uint32_t arm, Word future) {
    bool rests = step->rests, on_the_spot = step->on_the_spot, fresh = step->fresh_waits;
    uint32_t nfresh = step->nfresh;
    step->rests = false;
    step->on_the_spot = true;
    step->fresh_waits = false;
    if (!on_the_spot) step->spot_accesses = 0;
    Run run = poll_until_it_waits(step, waiting, arm, future);
    step->rests = rests;
    step->on_the_spot = on_the_spot;
    step->fresh_waits = fresh;
    step->nfresh = nfresh;
    if (run == RUN_BLOCKED || run == RUN_ACCESS) return step_limit(step, "a future that a select with default polls blocks its thread");
    return run;
}

/* ---- handles */

void future_keep(World *world, Word future) {
    Word *words = world_write(world, handle_slot(future), NULL);
    if (comp_kind(words) == COMP_FREE) return;
    words[comp_kind(words) == COMP_OPFUTURE ? OPFUTURE_COUNT : FIBER_COUNT]++;
}

static Run opfuture_cancel(Step *step, uint32_t slot) {
    World *world = step->world;
    uint32_t n;
    const Word *words = world_read(world, slot, &n);
    Op op = opfuture_op(world, slot, words, n, step_task(step));
    if (op.op == ARM_SEND && words[OPFUTURE_STATUS] != ARM_QUEUED)
        world_orphan_words(world, world->program->machines[words[OPFUTURE_MACHINE]]->slot_kinds + op.arm->value, words + OPFUTURE_VALUE, n - OPFUTURE_VALUE);
    uint8_t kind = opfuture_object_kind(world, words);
    Word object = words[OPFUTURE_OBJ];
    if (op_has_place(&op, (ArmState)words[OPFUTURE_STATUS]) && op_give_up(step, &op) != RUN_ON) return RUN_FAILED;
    return word_is_counted(kind) ? owned_drop(step, kind, object, op.arm->span) : RUN_ON;
}

Run future_kill(Step *step, Word future) {
    World *world = step->world;
    uint32_t slot = handle_slot(future);
    const Word *words = world_read(world, slot, NULL);
    if (comp_kind(words) == COMP_OPFUTURE) {
        if (words[OPFUTURE_STATUS] == ARM_OFF || words[OPFUTURE_OWNER]) return RUN_ON;
        if (opfuture_cancel(step, slot) != RUN_ON) return RUN_FAILED;
        wake_forget(world, slot);
        Word *over = world_write(world, slot, NULL);
        over[OPFUTURE_STATUS] = ARM_OFF;
        over[OPFUTURE_OBJ] = over[OPFUTURE_HOME] = 0;
        opfuture_strip(world, slot);
        return RUN_ON;
    }
    if (comp_kind(words) != COMP_FIBER || fiber_is_over(words) || words[FIBER_OWNER]) return RUN_ON;
    if (words[FIBER_STATUS] != FIBER_AT_START && words[FIBER_STATUS] != FIBER_AT_POINT) return RUN_ON;
    return fiber_cancel(step, slot) == RUN_CANCELLED ? RUN_ON : RUN_FAILED;
}

/* The last handle of the future is gone. */
static Run discard(Step *step, uint32_t slot) {
    World *world = step->world;
    uint32_t n;
    const Word *words = world_read(world, slot, &n);
    wake_forget(world, slot);
    if (comp_kind(words) == COMP_OPFUTURE) {
        if (opfuture_cancel(step, slot) != RUN_ON) return RUN_FAILED;
    } else if (fiber_is_over(words)) {
        world_orphan_words(world, fiber_machine(world, words)->result->word_kinds, words + FIBER_FRAME, n - FIBER_FRAME);
    } else if (!step->crashes && (words[FIBER_STATUS] == FIBER_UNDER_WAY || words[FIBER_STATUS] == FIBER_BLOCKED)) {
        return RUN_ON;
    } else if (fiber_cancel(step, slot) != RUN_CANCELLED) {
        return RUN_FAILED;
    }
    world_set(world, slot, (Word[]){COMP_FREE}, 1);
    return RUN_ON;
}

Run future_drop(Step *step, Word future, Span span) {
    if (!future) return RUN_ON;
    uint32_t slot = handle_slot(future);
    Word *words = world_write(step->world, slot, NULL);
    if (comp_kind(words) == COMP_FREE) return RUN_ON;
    Word *count = &words[comp_kind(words) == COMP_OPFUTURE ? OPFUTURE_COUNT : FIBER_COUNT];
    assert(*count > 0);
    if (--*count > 0) return RUN_ON;
    return discard(step, slot) == RUN_ON ? owned_drop_orphans(step, span) : RUN_FAILED;
}

/* ---- cancelling */

static Run cancel_unstarted(Step *step, uint32_t fiber) {
    World *world = step->world;
    const Word *words = world_read(world, fiber, NULL);
    const Machine *machine = fiber_machine(world, words);
    world_orphan_words(world, machine->slot_kinds, words + FIBER_FRAME, machine->nparams);
    (void)step_event(step, EVENT_CANCEL, machine->span, fiber, NO_SLOT);
    fiber_finish(world, fiber, FIBER_CANCELLED, NO_SLOT);
    return owned_drop_orphans(step, machine->span) == RUN_ON ? RUN_CANCELLED : RUN_FAILED;
}

Run fiber_cancel(Step *step, uint32_t fiber) {
    World *world = step->world;
    if (step->crashes) return crash_fiber(step, fiber);
    Word *words = world_write(world, fiber, NULL);
    const Machine *machine = fiber_machine(world, words);
    bool is_new = words[FIBER_STATUS] == FIBER_AT_START;
    if (is_new && !machine->has_drop) return cancel_unstarted(step, fiber);
    const Point *point = is_new ? &machine->points[0] : machine_point_at(machine, (uint32_t)words[FIBER_PC]);
    words[FIBER_FLAGS] |= FIBER_UNWINDING;
    if (step->unwinding++ == 0) step->unwind_accesses = step->accesses ? 1 : 0; /* what came before it in this step counts */
    if (!is_new && wait_give_up(step, fiber, NO_SLOT) != RUN_ON) return RUN_FAILED;
    if (!is_new && flow_is_access(step->program, machine, &machine->code[point->pc])) step->unwind_accesses++; /* its places in queues */
    bool rests = step->rests;
    step->rests = false;
    Run run;
    if (point->cancel == NO_SLOT) {
        (void)step_event(step, EVENT_CANCEL, point->span, fiber, NO_SLOT);
        fiber_finish(world, fiber, FIBER_CANCELLED, NO_SLOT);
        run = RUN_CANCELLED;
    } else {
        run = run_fiber(step, fiber, point->cancel, false);
    }
    step->rests = rests;
    if (--step->unwinding == 0) world_forget_spared(step->world);
    assert(run == RUN_CANCELLED || run == RUN_FAILED);
    return run;
}
