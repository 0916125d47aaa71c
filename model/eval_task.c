#include "model/scope.h"
#include "model/op.h"
#include "model/wake.h"

#include <assert.h>

/* The number of the next task of this machine when it is observed, else 0. */
static Word next_number(World *world, uint32_t machine) {
    const Program *program = world->program;
    if (!program->numbered[machine]) return 0;
    const Word count = world_read(world, world->history_slot, NULL)[1 + machine];
    if (count >= (Word)program->numbered[machine]) return 0;
    world_write(world, world->history_slot, NULL)[1 + machine] = count + 1;
    return count + 1;
}

static Word executor_of_spawn(Step *step, const Act *act, const Instr *instr) {
    World *world = step->world;
    if (!world->default_executor) return 0;
    if (instr->c != NO_SLOT && act->frame[instr->c]) return act->frame[instr->c];
    if (step->task == NO_SLOT) return world->default_executor;
    return world_read(world, step->task, NULL)[FIBER_EXECUTOR];
}

static Run spawn(Step *step, Act *act, const Instr *instr) {
    World *world = step->world;
    uint32_t machine = (uint32_t)instr->imm;
    FiberSpec spec = {.machine = machine, .args = act->frame + instr->b, .flags = FIBER_IS_TASK | (instr->type & 1 ? FIBER_IS_DAEMON : 0)};
    spec.fault = instr->type >> 1;
    spec.executor = executor_of_spawn(step, act, instr);
    spec.scope = instr->d == NO_SLOT ? 0 : act->frame[instr->d];
    spec.number = next_number(world, machine);
    uint32_t slot = fiber_new(world, spec, step_no_reset(step));
    if (spec.scope) scope_add(world, handle_slot(spec.scope), slot_handle(slot));
    if (instr->a != NO_SLOT) act->frame[instr->a] = slot_handle(slot);
    (void)step_event(step, EVENT_SPAWN, instr->span, slot, NO_SLOT);
    return RUN_ON;
}

static Run take_role(Step *step, Act *act, const Instr *instr) {
    Word index = instr->b == NO_SLOT ? 0 : act->frame[instr->b];
    if (index == WORD_UNINIT) return step_undefined(step, "uninitialised", instr->span);
    if (index < 0 || index >= FIBER_ROLES) return step_undefined(step, "bounds", instr->span);
    world_write(step->world, handle_slot(act->frame[instr->a]), NULL)[FIBER_ROLE] = 1 + instr->imm * FIBER_ROLES + index;
    return RUN_ON;
}

/* all and race stand at their only wait from the beginning. */
static void begin_waiting(World *world, uint32_t fiber, const Point *point) {
    Word *words = world_write(world, fiber, NULL);
    words[FIBER_STATUS] = FIBER_AT_POINT;
    words[FIBER_PC] = point->pc;
    for (uint32_t i = 0; i < point->narms; i++) words[FIBER_FRAME + point->state + i] = ARM_NEW;
}

static Run make_future(Step *step, Act *act, const Instr *instr) {
    FiberSpec spec = {.machine = (uint32_t)instr->imm, .args = act->frame + instr->b, .count = 1};
    uint32_t slot = fiber_new(step->world, spec, step_no_reset(step));
    const Machine *machine = step->program->machines[spec.machine];
    if (machine->is_combinator) begin_waiting(step->world, slot, &machine->points[1]);
    act->frame[instr->a] = slot_handle(slot);
    return RUN_ON;
}

static Run make_op_future(Step *step, Act *act, const Instr *instr) {
    const Arm *arm = &act->machine->points[instr->imm].arms[0];
    Word object = arm->obj == NO_SLOT ? 0 : act->frame[arm->obj];
    const Word *value = arm->value == NO_SLOT ? NULL : act->frame + arm->value;
    uint32_t n = value ? arm->value_n : 0;
    OpFutureSpec spec = {act->machine->id, (uint32_t)instr->imm, object, value, n, arm->dest == NO_SLOT ? 0 : slot_handle(act->fiber)};
    uint32_t slot = opfuture_new(step->world, spec);
    act->frame[instr->a] = slot_handle(slot);
    uint8_t kind = opfuture_object_kind(step->world, world_read(step->world, slot, NULL));
    if (word_is_counted(kind) && object > 0) owned_keep(step->world, kind, object);
    Op op = {.op = arm->op, .arm = arm, .object = object, .holder = slot, .who = {slot_handle(slot), 0, step_task(step)}};
    op_enter(step, &op);
    return RUN_ON;
}

/* ---- waking */

static Run wake(Step *step, Act *act, const Instr *instr) {
    Word task = act->frame[instr->a];
    if (task == WORD_UNINIT) return step_undefined(step, "uninitialised", instr->span);
    bool is_of_use = task && wake_task(step, task);
    Event *event = step_event(step, EVENT_OP, instr->span, act->fiber, task ? handle_slot(task) : NO_SLOT);
    if (!event) return RUN_ON;
    event->op = instr->op;
    event->ok = is_of_use;
    return RUN_ON;
}

/* ---- aborting */

static void request_abort(Step *step, Word task) {
    const Word *words = world_read(step->world, handle_slot(task), NULL);
    if (fiber_is_over(words) || (words[FIBER_FLAGS] & FIBER_ABORT_REQUESTED)) return;
    world_write(step->world, handle_slot(task), NULL)[FIBER_FLAGS] |= FIBER_ABORT_REQUESTED;
}

static Run abort_task(Step *step, Act *act, const Instr *instr) {
    Word task = act->frame[instr->a];
    if (task == WORD_UNINIT) return step_undefined(step, "uninitialised", instr->span);
    if (!task) return step_misuse(step, "abort", instr->span, NO_SLOT, "the handle is `none`");
    Event *event = step_event(step, EVENT_OP, instr->span, act->fiber, handle_slot(task));
    if (event) event->op = instr->op;
    if (instr->op == INSTR_ABORT) request_abort(step, task);
    else act->frame[instr->b] = world_read(step->world, handle_slot(task), NULL)[FIBER_STATUS] ==
                                (instr->op == INSTR_ABORTED ? FIBER_CANCELLED : FIBER_CRASHED);
    return RUN_ON;
}

static Run abort_scope(Step *step, Act *act, const Instr *instr) {
    Word scope = act->frame[instr->a];
    if (!scope) return RUN_ON;
    for (uint32_t i = 0; i < scope_count(step->world, handle_slot(scope)); i++) request_abort(step, scope_task(step->world, handle_slot(scope), i));
    return RUN_ON;
}

Run task_exec(Step *step, Act *act, const Instr *instr) {
    step->contact = true;
    if (step->world->n >= EVAL_COMPS) return step_limit(step, "more than 8,192 tasks, futures and objects at a time");
    switch (instr->op) {
    case INSTR_SPAWN: return spawn(step, act, instr);
    case INSTR_TAKE_ROLE: return take_role(step, act, instr);
    case INSTR_FUTURE: return make_future(step, act, instr);
    case INSTR_OP_FUTURE: return make_op_future(step, act, instr);
    case INSTR_WAKER: act->frame[instr->a] = step_task(step); return RUN_ON;
    case INSTR_WAKE: return wake(step, act, instr);
    case INSTR_ABORT: case INSTR_ABORTED: case INSTR_CRASHED: return abort_task(step, act, instr);
    case INSTR_SCOPE_ABORT: return abort_scope(step, act, instr);
    default: assert(!"no task instruction"); return RUN_FAILED;
    }
}
