#include "model/merge.h"

/* Instructions through which a task's progress between two points shows to others. */
static bool tells(const Instr *instr) {
    switch (instr->op) {
    case INSTR_SPAWN: return instr->type > 1; /* of one that may be killed */
    case INSTR_FUTURE: case INSTR_OP_FUTURE: case INSTR_ABORT: case INSTR_SCOPE_ABORT: case INSTR_KILL:
    case INSTR_IS_AT: case INSTR_IS_DONE: case INSTR_IS_BLOCKED: case INSTR_IS_ENABLED: case INSTR_IS_ABORTED: case INSTR_IS_CRASHED: return true;
    default: return false;
    }
}

bool merge_applies(const Program *program) {
    if (program->threaded || program->has_blocking || program->has_wakes) return false;
    for (uint32_t i = 0; i < program->nmachines; i++) {
        const Machine *machine = program->machines[i];
        for (uint32_t pc = 0; pc < machine->ncode; pc++)
            if (tells(&machine->code[pc])) return false;
    }
    return true;
}
