#include "checker/helpers.h"

#include "model/fiber.h"

#include <string.h>

enum { DEPTH = 6 /* moves between slots that are followed back */ };

typedef struct Origin {
    World *world;
    const Machine *machine;
    const Word *frame; /* NULL: the task has ended */
    uint32_t nframe;
    Word handle;
} Origin;

static bool global_holds(const Origin *origin, uint32_t global) {
    const Global *g = &origin->world->program->globals[global];
    const Word *words = world_global(origin->world, global);
    for (uint32_t i = 0; i < g->type->words; i++)
        if (g->type->word_kinds[i] != WORD_DATA && words[i] == origin->handle) return true;
    return false;
}

static bool frame_holds(const Origin *origin, uint32_t slot, uint32_t n) {
    for (uint32_t i = slot; i < slot + n && origin->frame != NULL && i < origin->nframe; i++)
        if (origin->machine->slot_kinds[i] != WORD_DATA && origin->frame[i] == origin->handle) return true;
    return false;
}

/* Could the slot hold the handle at some place of the code? */
static bool slot_could(const Origin *origin, uint32_t slot, int depth) {
    if (frame_holds(origin, slot, 1)) return true;
    for (uint32_t pc = 0; pc < origin->machine->ncode && depth > 0; pc++) {
        const Instr *instr = &origin->machine->code[pc];
        if (instr->op == INSTR_GLOAD && instr->a == slot && global_holds(origin, instr->b)) return true;
        if (instr->op == INSTR_MOVE && slot >= instr->a && slot < instr->a + (uint32_t)instr->imm &&
            slot_could(origin, instr->b + (slot - instr->a), depth - 1))
            return true;
        if (instr->op == INSTR_LOADX && slot >= instr->a && slot < instr->a + (uint32_t)instr->imm && frame_holds(origin, instr->b, instr->d)) return true;
    }
    return false;
}

static bool arm_is(const Arm *arm, UseKind kind) {
    return (kind == USE_SEND && arm->op == ARM_SEND) || (kind == USE_RECV && arm->op == ARM_RECV);
}

static bool point_could(const Origin *origin, const Point *point, UseKind kind) {
    for (uint32_t i = 0; i < point->narms; i++)
        if (arm_is(&point->arms[i], kind) && slot_could(origin, point->arms[i].obj, DEPTH)) return true;
    return false;
}

static bool instr_could(const Origin *origin, const Instr *instr, UseKind kind) {
    static const InstrOp ops[USE_KINDS] = {INSTR_TRY_SEND, INSTR_TRY_RECV, INSTR_CLOSE, INSTR_RELEASE, INSTR_UNLOCK};
    if (instr->op == ops[kind]) return slot_could(origin, instr->a, DEPTH);
    if (instr->op == INSTR_WAIT || instr->op == INSTR_OP_FUTURE) return point_could(origin, &origin->machine->points[instr->imm], kind);
    return false;
}

static bool machine_could(const Origin *origin, UseKind kind) {
    for (uint32_t pc = 0; pc < origin->machine->ncode; pc++)
        if (instr_could(origin, &origin->machine->code[pc], kind)) return true;
    return false;
}

static bool fiber_could(World *world, uint32_t fiber, uint32_t object, UseKind kind, int depth) {
    uint32_t n;
    const Word *words = world_read(world, fiber, &n);
    if (comp_kind(words) != COMP_FIBER) return false;
    Origin origin = {.world = world, .machine = fiber_machine(world, words), .handle = slot_handle(object)};
    if (!fiber_is_over(words)) {
        origin.frame = words + FIBER_FRAME;
        origin.nframe = n - FIBER_FRAME;
    }
    if (machine_could(&origin, kind)) return true;
    for (uint32_t i = 0; origin.frame != NULL && depth > 0 && i < origin.machine->nslots && i < origin.nframe; i++) {
        Word future = origin.frame[i];
        if (origin.machine->slot_kinds[i] == WORD_FUTURE && future > 0 && future != WORD_UNINIT && fiber_could(world, handle_slot(future), object, kind, depth - 1))
            return true;
    }
    return false;
}

bool helpers_could(World *world, const History *history, uint32_t task, uint32_t object, UseKind kind) {
    return history_used(history, object, task, kind) || fiber_could(world, task, object, kind, DEPTH);
}
