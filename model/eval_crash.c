/* Crashes: the environment kills a fiber. Its places in queues go, with what they were given passed on; no code of it runs; what it held stays
   held. And how often it may: a component with one word for each spawn that says so, how many kills are left. */
#include "model/step.h"

#include "model/op.h"
#include "model/scope.h"
#include "model/wake.h"

#include <assert.h>
#include <string.h>

/* ---- how often */

uint32_t crash_new_budget(World *world) {
    const Program *program = world->program;
    uint32_t slot = world_add(world, (Word[]){COMP_BUDGET}, 1);
    Word *words = world_resize(world, slot, 1 + program->nfault_sites);
    for (uint32_t i = 0; i < program->nfault_sites; i++) words[1 + i] = program->fault_sites[i].count;
    return slot;
}

/* One that would only start anew, and has not begun, is left alone: nothing would change. */
bool crash_is_possible(World *world, uint32_t task) {
    const Word *words = world_read(world, task, NULL);
    if (comp_kind(words) != COMP_FIBER || !words[FIBER_FAULT] || fiber_is_over(words)) return false;
    if (fiber_restarts(world, words) && words[FIBER_STATUS] == FIBER_AT_START) return false;
    return world_read(world, world->budget_slot, NULL)[words[FIBER_FAULT]] > 0;
}

/* ---- what goes */

/* The fiber stands at a point, or in a step of a future that it polls there. */
static bool waits(const Word *words) {
    return words[FIBER_STATUS] == FIBER_AT_POINT || words[FIBER_STATUS] == FIBER_BLOCKED || words[FIBER_INNER];
}

static Run drop_owned(Step *step, uint32_t fiber, Span span) {
    World *world = step->world;
    const Machine *machine = fiber_machine(world, world_read(world, fiber, NULL));
    uint32_t n = world_read(world, fiber, NULL)[FIBER_STATUS] == FIBER_AT_START ? machine->nparams : machine->nslots;
    for (uint32_t i = 0; i < n; i++) {
        if (!word_is_counted(machine->slot_kinds[i])) continue;
        Word owned = world_read(world, fiber, NULL)[FIBER_FRAME + i];
        if (owned <= 0) continue;
        world_write(world, fiber, NULL)[FIBER_FRAME + i] = 0;
        if (owned_drop(step, machine->slot_kinds[i], owned, span) != RUN_ON) return RUN_FAILED;
    }
    return owned_drop_orphans(step, span);
}

/* The scopes it was in have nobody left who waits for their tasks. */
static void leave_scopes(World *world, uint32_t fiber) {
    const Machine *machine = fiber_machine(world, world_read(world, fiber, NULL));
    uint32_t n;
    (void)world_read(world, fiber, &n);
    for (uint32_t i = 0; i < machine->nslots && FIBER_FRAME + i < n; i++) {
        if (machine->slot_kinds[i] != WORD_HANDLE) continue;
        Word handle = world_read(world, fiber, NULL)[FIBER_FRAME + i];
        if (handle > 0 && world_kind(world, handle_slot(handle)) == COMP_SCOPE) scope_dissolve(world, handle_slot(handle));
    }
}

/* At its start again, with the arguments it keeps. */
static void start_anew(World *world, uint32_t fiber, bool no_reset) {
    const Machine *machine = fiber_machine(world, world_read(world, fiber, NULL));
    wake_list_clear(world, fiber);
    Word *words = world_resize(world, fiber, FIBER_FRAME + machine->nslots);
    words[FIBER_FLAGS] &= ~(Word)FIBER_IS_WOKEN;
    words[FIBER_PC] = machine->points[0].pc;
    words[FIBER_STATUS] = FIBER_AT_START;
    words[FIBER_INNER] = 0;
    memset(words + FIBER_FRAME + machine->nparams, 0, sizeof(Word) * (machine->nslots - machine->nparams));
    fiber_reset(world, fiber, machine->points[0].pc, no_reset);
}

Run crash_fiber(Step *step, uint32_t fiber) {
    World *world = step->world;
    const Word *words = world_read(world, fiber, NULL);
    const Machine *machine = fiber_machine(world, words);
    Span span = machine->code[words[FIBER_PC]].span;
    bool was = step->crashes, anew = fiber_restarts(world, words);
    step->crashes = true;
    if (waits(words) && wait_give_up(step, fiber, NO_SLOT) != RUN_ON) return RUN_FAILED;
    if (drop_owned(step, fiber, span) != RUN_ON) return RUN_FAILED;
    leave_scopes(world, fiber);
    step->crashes = was;
    if (anew) start_anew(world, fiber, step_no_reset(step));
    else fiber_finish(world, fiber, FIBER_CRASHED, NO_SLOT);
    return RUN_CANCELLED;
}

Run crash_task(Step *step) {
    World *world = step->world;
    const Word *words = world_read(world, step->task, NULL);
    Word site = words[FIBER_FAULT];
    Span span = fiber_machine(world, words)->code[words[FIBER_PC]].span;
    step_moves(step, step->task, span);
    Event *event = step_event(step, EVENT_CRASH, span, step->task, NO_SLOT);
    if (event) event->ok = fiber_restarts(world, words);
    world_write(world, world->budget_slot, NULL)[site]--;
    step->result.by_fault = true;
    return crash_fiber(step, step->task);
}
