#include "model/fiber.h"

#include "model/eval.h"
#include "model/records.h"
#include "model/scope.h"
#include "model/wake.h"

#include <assert.h>
#include <string.h>

const Machine *fiber_machine(const World *world, const Word *words) {
    assert(comp_kind(words) == COMP_FIBER);
    return world->program->machines[words[FIBER_MACHINE]];
}

const Point *machine_point_at(const Machine *machine, uint32_t pc) {
    if (pc < machine->ncode && machine->code[pc].op == INSTR_WAIT) return &machine->points[machine->code[pc].imm];
    if (pc == machine->points[0].pc) return &machine->points[0];
    return &machine->points[machine->npoints - 1];
}

bool fiber_restarts(const World *world, const Word *words) {
    return words[FIBER_FAULT] && world->program->fault_sites[words[FIBER_FAULT] - 1].restarts;
}

void fiber_reset(World *world, uint32_t slot, uint32_t pc, bool no_reset) {
    Word *words = world_write(world, slot, NULL), *frame = words + FIBER_FRAME;
    const Machine *machine = fiber_machine(world, words);
    uint64_t **masks = no_reset ? machine->in_scope : machine->live;
    if (!masks || !masks[pc]) return;
    for (uint32_t i = fiber_restarts(world, words) ? machine->nparams : 0; i < machine->nslots; i++)
        if (!(masks[pc][i / 64] >> (i % 64) & 1)) frame[i] = 0;
}

uint32_t fiber_new(World *world, FiberSpec spec, bool no_reset) {
    const Machine *machine = world->program->machines[spec.machine];
    assert(machine->nparams <= machine->nslots);
    Word header[FIBER_FRAME] = {COMP_FIBER};
    header[FIBER_MACHINE] = spec.machine;
    header[FIBER_PC] = machine->points[0].pc;
    header[FIBER_STATUS] = FIBER_AT_START;
    header[FIBER_FLAGS] = spec.flags;
    header[FIBER_EXECUTOR] = spec.executor;
    header[FIBER_SCOPE] = spec.scope;
    header[FIBER_NUMBER] = spec.number;
    header[FIBER_FAULT] = spec.fault;
    header[FIBER_COUNT] = spec.count;
    uint32_t slot = world_add(world, header, FIBER_FRAME);
    Word *words = world_resize(world, slot, FIBER_FRAME + machine->nslots);
    if (machine->nparams) memcpy(words + FIBER_FRAME, spec.args, sizeof(Word) * machine->nparams);
    fiber_reset(world, slot, machine->points[0].pc, no_reset);
    return slot;
}

static void note_ended(World *world, uint32_t word, FiberStatus status) {
    if (world_read(world, world->history_slot, NULL)[word] & WORLD_ENDED(status)) return;
    world_write(world, world->history_slot, NULL)[word] |= WORLD_ENDED(status);
}

/* What properties have to know of the task when it is gone. */
static void remember(World *world, uint32_t machine, Word number, FiberStatus status) {
    const Program *program = world->program;
    if (program->is_watched[machine]) note_ended(world, 1 + program->nmachines + machine, status);
    if (number) note_ended(world, world_number_word(program, machine, (uint32_t)number), status);
}

void fiber_finish(World *world, uint32_t slot, FiberStatus status, uint32_t result) {
    wake_list_clear(world, slot);
    wake_forget(world, slot);
    Word *words = world_write(world, slot, NULL);
    const Machine *machine = fiber_machine(world, words);
    bool is_task = (words[FIBER_FLAGS] & FIBER_IS_TASK) != 0;
    Word scope = words[FIBER_SCOPE];
    uint32_t n = status == FIBER_ENDED && result != NO_SLOT ? machine->result->words : 0;
    assert(n <= machine->nslots);
    if (n) memmove(words + FIBER_FRAME, words + FIBER_FRAME + result, sizeof(Word) * n);
    words[FIBER_PC] = machine->points[machine->npoints - 1].pc;
    words[FIBER_STATUS] = status;
    words[FIBER_FLAGS] &= FIBER_IS_TASK;
    words[FIBER_EXECUTOR] = words[FIBER_SCOPE] = words[FIBER_INNER] = words[FIBER_OWNER] = words[FIBER_FAULT] = words[FIBER_ROLE] = 0;
    world_resize(world, slot, FIBER_FRAME + n);
    if (scope) scope_remove(world, handle_slot(scope), slot_handle(slot));
    if (is_task) remember(world, machine->id, world_read(world, slot, NULL)[FIBER_NUMBER], status);
}

/* ---- futures of operations */

uint32_t opfuture_new(World *world, OpFutureSpec spec) {
    Word header[OPFUTURE_VALUE] = {COMP_OPFUTURE};
    header[OPFUTURE_MACHINE] = spec.machine;
    header[OPFUTURE_POINT] = spec.point;
    header[OPFUTURE_STATUS] = ARM_NEW;
    header[OPFUTURE_COUNT] = 1;
    header[OPFUTURE_OBJ] = spec.object;
    header[OPFUTURE_HOME] = spec.home;
    uint32_t slot = world_add(world, header, OPFUTURE_VALUE);
    Word *words = world_resize(world, slot, OPFUTURE_VALUE + spec.n);
    if (spec.n) memcpy(words + OPFUTURE_VALUE, spec.value, sizeof(Word) * spec.n);
    return slot;
}

const Arm *opfuture_arm(const World *world, const Word *words) {
    assert(comp_kind(words) == COMP_OPFUTURE);
    return &world->program->machines[words[OPFUTURE_MACHINE]]->points[words[OPFUTURE_POINT]].arms[0];
}

uint8_t opfuture_object_kind(const World *world, const Word *words) {
    const Arm *arm = opfuture_arm(world, words);
    return arm->obj == NO_SLOT ? WORD_DATA : world->program->machines[words[OPFUTURE_MACHINE]]->slot_kinds[arm->obj];
}

void opfuture_strip(World *world, uint32_t slot) { world_resize(world, slot, OPFUTURE_VALUE); }

/* ---- handles */

static void visit_if_any(const Word *words, uint32_t index, HandleVisitor visit, void *context) {
    if (words[index] > 0) visit(context, index, words[index], true);
}

void fiber_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context) {
    const Machine *machine = program->machines[words[FIBER_MACHINE]];
    visit_if_any(words, FIBER_EXECUTOR, visit, context);
    visit_if_any(words, FIBER_SCOPE, visit, context);
    visit_if_any(words, FIBER_INNER, visit, context);
    visit_if_any(words, FIBER_OWNER, visit, context);
    visit_if_any(words, FIBER_WAKES, visit, context);
    const uint8_t *kinds = fiber_is_over(words) ? machine->result->word_kinds : machine->slot_kinds;
    uint32_t end = fiber_is_over(words) ? n : FIBER_FRAME + machine->nslots;
    for (uint32_t i = FIBER_FRAME; i < end; i++)
        if (kinds[i - FIBER_FRAME] != WORD_DATA) visit_if_any(words, i, visit, context);
    for (uint32_t i = end; i < n; i++) visit(context, i, words[i], false);
}

void fiber_normalise(const Program *program, Word *words, uint32_t n) {
    uint32_t end = FIBER_FRAME + program->machines[words[FIBER_MACHINE]]->nslots;
    if (!fiber_is_over(words) && n > end + 1) records_sort(words, (Records){end, n - end, 1});
}

void opfuture_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context) {
    const Machine *machine = program->machines[words[OPFUTURE_MACHINE]];
    const Arm *arm = &machine->points[words[OPFUTURE_POINT]].arms[0];
    visit_if_any(words, OPFUTURE_OWNER, visit, context);
    visit_if_any(words, OPFUTURE_OBJ, visit, context);
    visit_if_any(words, OPFUTURE_WAKES, visit, context);
    visit_if_any(words, OPFUTURE_HOME, visit, context);
    for (uint32_t i = OPFUTURE_VALUE; i < n; i++)
        if (machine->slot_kinds[arm->value + i - OPFUTURE_VALUE] != WORD_DATA) visit_if_any(words, i, visit, context);
}
