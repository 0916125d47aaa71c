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
    case INSTR_IS_BLOCKED: return !fiber_is_over(words) && !eval_can_step(step->world, slot);
    case INSTR_IS_ENABLED: return eval_can_step(step->world, slot);
    default: assert(!"no atom"); return false;
    }
}

/* What is known of a task that is spawned but no longer there: it has ended. */
static bool holds_of_the_gone(const Step *step, const Instr *instr, Select select) {
    World *world = step->world;
    if (instr->op != INSTR_IS_DONE || select.machine == NO_SLOT || world->counts_slot == NO_SLOT) return false;
    Word count = world_read(world, world->counts_slot, NULL)[1 + select.machine];
    return select.number == 0 || select.number == UINT32_MAX ? count > 0 : count >= (Word)select.number;
}

static bool quantify(Step *step, const Instr *instr, Select select) {
    bool found = false, all = true, some = false;
    for (uint32_t slot = 0; slot < step->world->n; slot++) {
        if (!is_selected(step->world, slot, select)) continue;
        bool holds = atom_holds(step, instr, slot);
        found = true;
        all &= holds;
        some |= holds;
    }
    if (!found) return holds_of_the_gone(step, instr, select) || (instr->op == INSTR_IS_DONE && select.machine == NO_SLOT);
    return select.number == UINT32_MAX ? some : all;
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
