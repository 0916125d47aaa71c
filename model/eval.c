#include "model/clock.h"
#include "model/executor.h"
#include "model/happened.h"
#include "model/kind.h"
#include "model/step.h"
#include "model/wake.h"

#include <assert.h>
#include <string.h>

/* ---- what the parts share */

Run step_violation(Step *step, ViolationKind kind, const char *detail, Span span, uint32_t object, const char *text) {
    step->result.status = STEP_VIOLATION;
    step->result.violation = (Violation){.kind = kind, .detail = detail, .span = span, .task = step->task, .object = object, .text = text};
    return RUN_FAILED;
}

Run step_cut(Step *step) {
    step->result.status = STEP_CUT;
    return RUN_FAILED;
}

Run step_limit(Step *step, const char *why) {
    step->result.status = STEP_LIMIT;
    step->result.limit = why;
    return RUN_FAILED;
}

void step_moves(Step *step, uint32_t fiber, Span at) {
    if (step->has_moved) return;
    step->has_moved = true;
    step->result.fiber = fiber;
    step->result.at = at;
}

void step_leaves(Step *step, uint32_t fiber) {
    if (!step->top) step->result.left = fiber;
}

uint32_t step_pick(Step *step, uint32_t arity) {
    assert(step->choices || arity == 1);
    return arity == 1 ? 0 : choices_pick(step->choices, arity);
}

static Step step_begin(World *world, uint32_t task, const EvalOptions *options, Choices *choices, StepLog *log) {
    Step step = {.world = world, .program = world->program, .options = options, .choices = choices, .log = log, .task = task, .fuel = EVAL_FUEL};
    step.rests = world->program->threaded;
    step.result.status = STEP_DONE;
    world_forget_spared(world); /* a step that failed may have left some */
    step.result.fiber = task;
    step.result.arm = step.result.left = NO_SLOT;
    return step;
}

/* ---- the initial world */

static void add_globals(World *world) {
    const Program *program = world->program;
    for (uint32_t i = 0; i < program->nglobals; i++) {
        const Global *global = &program->globals[i];
        uint32_t n = global->type->words;
        if (world->const_globals[i]) {
            memcpy(world->const_globals[i], global->init, sizeof(Word) * n);
            continue;
        }
        uint32_t slot = world_add(world, (Word[]){COMP_GLOBAL | (Word)(i + 1) << 8}, 1);
        assert(slot == world->global_slot[i]);
        memcpy(world_resize(world, slot, n + 1) + 1, global->init, sizeof(Word) * n);
    }
}

static void add_fixed(World *world) {
    const Program *program = world->program;
    world->history_slot = world->clock_slot = world->budget_slot = NO_SLOT;
    world->default_executor = 0;
    if (program->nnumbered || program->watches) {
        world->history_slot = world_add(world, (Word[]){COMP_GLOBAL}, 1);
        world_resize(world, world->history_slot, 1 + 2 * program->nmachines + program->nnumbered);
    }
    if (program->nfault_sites) world->budget_slot = crash_new_budget(world);
    if (program->is_discrete) world->clock_slot = clock_new(world);
    if (program->threaded || program->has_blocking) world->default_executor = executor_new(world, 0, 1) + 1;
}

static void spawn_main(World *world, bool no_reset) {
    FiberSpec main_task = {.machine = MACHINE_MAIN, .flags = FIBER_IS_TASK, .executor = world->default_executor};
    if (world->program->numbered[MACHINE_MAIN]) {
        main_task.number = 1;
        world_write(world, world->history_slot, NULL)[1 + MACHINE_MAIN] = 1;
    }
    fiber_new(world, main_task, no_reset);
}

StepResult eval_start(World *world, const EvalOptions *options, Choices *choices, StepLog *log) {
    assert(!world->load && (void *)world->const_globals == world->base);
    const Machine *init = world->program->machines[MACHINE_INIT];
    world_reset(world, 0);
    add_globals(world);
    add_fixed(world);
    Step step = step_begin(world, NO_SLOT, options, choices, log);
    Word *frame = world_scratch(world, SCRATCH_FRAME, init->nslots);
    memset(frame, 0, sizeof(Word) * init->nslots);
    uint32_t result;
    Run run = run_frame(&step, init, frame, &result);
    if (run == RUN_FAILED) return step.result;
    assert(run == RUN_ENDED);
    world->nfixed = world->n;
    spawn_main(world, step_no_reset(&step));
    return step.result;
}

/* ---- one step */

static bool has_thread(World *world, const Word *words) { return !words[FIBER_EXECUTOR] || executor_has_thread(world, handle_slot(words[FIBER_EXECUTOR])); }

/* At a start or a point a request to abort is the only step, and needs no thread; what begins needs one; what is under way has one. */
static bool can_step(World *world, const Step *step, uint32_t task) {
    const Word *words = world_read(world, task, NULL);
    if (kind_is_actor(world->program, words)) return kind_row(comp_kind(words))->moves->can_move(world, task);
    if (comp_kind(words) != COMP_FIBER || !(words[FIBER_FLAGS] & FIBER_IS_TASK) || fiber_is_over(words)) return false;
    bool begins = words[FIBER_STATUS] == FIBER_AT_START || words[FIBER_STATUS] == FIBER_AT_POINT;
    if (begins && (words[FIBER_FLAGS] & FIBER_ABORT_REQUESTED)) return true;
    if (begins && !has_thread(world, words)) return false;
    return fiber_able(world, step, task) != ABLE_NO || wake_able(world, step, task) != ABLE_NO;
}

bool eval_can_step(World *world, uint32_t task) {
    Step step = step_begin(world, task, NULL, NULL, NULL);
    return can_step(world, &step, task);
}

bool eval_lacks_thread(World *world, uint32_t task) {
    Step step = step_begin(world, task, NULL, NULL, NULL);
    const Word *words = world_read(world, task, NULL);
    if (comp_kind(words) != COMP_FIBER || !(words[FIBER_FLAGS] & FIBER_IS_TASK) || fiber_is_over(words)) return false;
    bool begins = words[FIBER_STATUS] == FIBER_AT_START || words[FIBER_STATUS] == FIBER_AT_POINT;
    if (!begins || (words[FIBER_FLAGS] & FIBER_ABORT_REQUESTED)) return false;
    return !has_thread(world, words) && fiber_able(world, &step, task) != ABLE_NO;
}

static Run start_task(Step *step) {
    const Machine *machine = fiber_machine(step->world, world_read(step->world, step->task, NULL));
    step_moves(step, step->task, machine->points[0].span);
    (void)step_event(step, EVENT_START, machine->points[0].span, step->task, NO_SLOT);
    step_leaves(step, step->task);
    return run_fiber(step, step->task, machine->points[0].pc, false);
}

static Run cancel_task(Step *step) {
    const Word *words = world_read(step->world, step->task, NULL);
    step_moves(step, step->task, machine_point_at(fiber_machine(step->world, words), (uint32_t)words[FIBER_PC])->span);
    step_leaves(step, step->task);
    return fiber_cancel(step, step->task);
}

static Run make_step(Step *step) {
    const Word *words = world_read(step->world, step->task, NULL);
    bool aborted = (words[FIBER_FLAGS] & FIBER_ABORT_REQUESTED) != 0;
    switch ((FiberStatus)words[FIBER_STATUS]) {
    case FIBER_AT_START: return aborted ? cancel_task(step) : start_task(step);
    case FIBER_AT_POINT: return aborted ? cancel_task(step) : wait_go_on(step, step->task);
    case FIBER_UNDER_WAY: case FIBER_BLOCKED: return wait_resume(step, step->task);
    case FIBER_ENDED: case FIBER_CANCELLED: case FIBER_CRASHED: break;
    }
    assert(!"the task is over");
    return RUN_FAILED;
}

static bool holds_thread(const Word *words) { return words[FIBER_STATUS] == FIBER_UNDER_WAY || words[FIBER_STATUS] == FIBER_BLOCKED; }

static void move_object(Step *step) {
    const KindMoves *moves = kind_row(comp_kind(world_read(step->world, step->task, NULL)))->moves;
    (void)moves->move(step, step->task);
    step->result.by_fault |= moves->is_fault;
    step->result.reached_point = step->result.status == STEP_DONE;
}

static void move_task(Step *step, bool crashes) {
    World *world = step->world;
    const Word *words = world_read(world, step->task, NULL);
    Word executor = words[FIBER_EXECUTOR];
    bool held = holds_thread(words);
    if (!crashes && !(words[FIBER_FLAGS] & FIBER_ABORT_REQUESTED)) wake_deliver(step);
    Run run = crashes ? crash_task(step) : make_step(step);
    step->result.instructions = EVAL_FUEL - step->fuel;
    if (run == RUN_FAILED) return;
    wake_end(step);
    bool holds = holds_thread(world_read(world, step->task, NULL));
    if (executor && holds && !held) executor_take(world, handle_slot(executor));
    if (executor && !holds && held) executor_give(world, handle_slot(executor));
    step->result.inert = run == RUN_POINT && step->arrived_ready && !step->contact && !executor;
    step->result.reached_point = run == RUN_POINT || run == RUN_ENDED || run == RUN_CANCELLED;
}

StepResult eval_step(World *world, uint32_t task, const EvalOptions *options, Choices *choices, StepLog *log) {
    Step step = step_begin(world, task, options, choices, log);
    bool goes_on = can_step(world, &step, task), crashes = crash_is_possible(world, task);
    if (!goes_on && !crashes) {
        step.result.status = STEP_DISABLED;
        return step.result;
    }
    if (goes_on && crashes) crashes = step_pick(&step, 2) == 1;
    if (step.program->nevents) happened_begin(&step);
    if (world_kind(world, task) == COMP_FIBER) move_task(&step, crashes);
    else move_object(&step);
    if (step.program->nevents) happened_end(&step, crashes);
    return step.result;
}

/* ---- predicates */

StepResult eval_operands(World *world, uint32_t machine, const Word **words) {
    const Machine *code = world->program->machines[machine];
    Step step = step_begin(world, NO_SLOT, NULL, NULL, NULL);
    Word *frame = world_scratch(world, SCRATCH_FRAME, code->nslots);
    memset(frame, 0, sizeof(Word) * code->nslots);
    uint32_t result;
    Run run = run_frame(&step, code, frame, &result);
    if (run == RUN_FAILED) return step.result;
    assert(run == RUN_ENDED && result != NO_SLOT);
    *words = frame + result;
    return step.result;
}

StepResult eval_predicate(World *world, uint32_t machine, Word *value) {
    const Word *words;
    StepResult result = eval_operands(world, machine, &words);
    if (result.status == STEP_DONE) *value = words[0];
    return result;
}
