#include "model/step.h"

#include <assert.h>

/* Which tasks an atom speaks of: a spawn number, all, or some of those of a machine (any machine: all but daemons). */
typedef struct Select {
    uint32_t machine; /* NO_SLOT: any */
    uint32_t number;  /* 0: all, UINT32_MAX: some */
} Select;

static bool is_selected(World *world, uint32_t slot, Select select) {
    if (world_kind(world, slot) != COMP_FIBER) return false;
    const Word *words = world_read(world, slot, NULL);
    if (!(words[FIBER_FLAGS] & FIBER_IS_TASK)) return false;
    if (select.machine == NO_SLOT) return !(words[FIBER_FLAGS] & FIBER_IS_DAEMON);
    if (words[FIBER_MACHINE] != (Word)select.machine) return false;
    return select.number == 0 || select.number == UINT32_MAX || words[FIBER_NUMBER] == (Word)select.number;
}

/* A task at its start is at no label, even where its first instruction is a labelled point's. */
static bool is_at_label(const Machine *machine, const Word *words, uint32_t label) {
    if (fiber_is_over(words) || words[FIBER_STATUS] == FIBER_AT_START) return false;
    for (uint32_t i = 0; i < machine->nlabels; i++)
        if (machine->labels[i].name == machine->labels[label].name && words[FIBER_PC] == (Word)machine->labels[i].pc) return true;
    return false;
}

static bool atom_holds(Step *step, const Instr *instr, uint32_t slot) {
    const Word *words = world_read(step->world, slot, NULL);
    switch (instr->op) {
    case INSTR_IS_AT: return is_at_label(fiber_machine(step->world, words), words, instr->c);
    case INSTR_IS_DONE: return fiber_is_over(words);
    case INSTR_IS_ABORTED: return words[FIBER_STATUS] == FIBER_CANCELLED;
    case INSTR_IS_CRASHED: return words[FIBER_STATUS] == FIBER_CRASHED;
    case INSTR_IS_BLOCKED: return !fiber_is_over(words) && !eval_can_step(step->world, slot);
    case INSTR_IS_ENABLED: return eval_can_step(step->world, slot);
    default: assert(!"no atom"); return false;
    }
}

/* What holds of a task that has ended this way, whether it is still there or not. */
static bool holds_of_ended(const Instr *instr, FiberStatus status) {
    return instr->op == INSTR_IS_DONE || (instr->op == INSTR_IS_ABORTED && status == FIBER_CANCELLED) ||
           (instr->op == INSTR_IS_CRASHED && status == FIBER_CRASHED);
}

typedef struct Tally { bool found, all, some; } Tally;

static void count(Tally *tally, bool holds) {
    tally->found = true;
    tally->all &= holds;
    tally->some |= holds;
}

/* How tasks that the atom speaks of have ended, those that are gone included: WORLD_ENDED bits. */
static Word ended_of(const Step *step, Select select) {
    World *world = step->world;
    const Program *program = step->program;
    if (select.machine == NO_SLOT || world->history_slot == NO_SLOT) return 0;
    const Word *history = world_read(world, world->history_slot, NULL);
    if (select.number == 0 || select.number == UINT32_MAX) return history[1 + program->nmachines + select.machine];
    return select.number <= program->numbered[select.machine] ? history[world_number_word(program, select.machine, select.number)] : 0;
}

static bool quantify(Step *step, const Instr *instr, Select select) {
    Tally tally = {.all = true};
    for (uint32_t slot = 0; slot < step->world->n; slot++)
        if (is_selected(step->world, slot, select)) count(&tally, atom_holds(step, instr, slot));
    Word ended = ended_of(step, select);
    for (FiberStatus status = FIBER_ENDED; ended >> (status - FIBER_ENDED); status++)
        if (ended & WORLD_ENDED(status)) count(&tally, holds_of_ended(instr, status));
    if (!tally.found) return instr->op == INSTR_IS_DONE && select.machine == NO_SLOT;
    return select.number == UINT32_MAX ? tally.some : tally.all;
}

Run atom_exec(Step *step, Act *act, const Instr *instr) {
    Select select = {instr->imm < 0 ? NO_SLOT : (uint32_t)instr->imm, instr->b};
    if (instr->op == INSTR_IS_TASK) {
        Word task = act->frame[instr->d];
        act->frame[instr->a] = task && task != WORD_UNINIT && is_selected(step->world, handle_slot(task), select);
        return RUN_ON;
    }
    act->frame[instr->a] = quantify(step, instr, select);
    return RUN_ON;
}
