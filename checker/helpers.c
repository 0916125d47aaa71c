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

static bool writes(const Instr *instr, uint32_t slot) {
    switch (instr->op) {
    case INSTR_GLOAD:
    case INSTR_CONST:
    case INSTR_NEW:
    case INSTR_TAKE:
    case INSTR_COPY: return instr->a == slot;
    case INSTR_MOVE:
    case INSTR_LOADX: return slot >= instr->a && slot < instr->a + (uint32_t)instr->imm;
    default: return false;
    }
}

/* Could the slot hold the handle before `pc`? The last write in the text before it is what counts: operands are
   computed just before they are used. What a task was given or received is only known while it lives. */
static bool slot_could(const Origin *origin, uint32_t slot, uint32_t pc) {
    for (int depth = DEPTH; depth > 0; depth--) {
        const Instr *instr = NULL;
        if (frame_holds(origin, slot, 1)) return true;
        while (pc > 0 && instr == NULL)
            if (writes(&origin->machine->code[--pc], slot)) instr = &origin->machine->code[pc];
        if (instr == NULL || instr->op == INSTR_CONST || instr->op == INSTR_NEW) return false;
        if (instr->op == INSTR_GLOAD) return global_holds(origin, instr->b);
        if (instr->op == INSTR_LOADX) return frame_holds(origin, instr->b, instr->d);
        slot = instr->op == INSTR_COPY || instr->op == INSTR_TAKE ? instr->b : instr->b + (slot - instr->a);
    }
    return false;
}

static bool arm_is(const Arm *arm, UseKind kind) {
    return (kind == USE_SEND && arm->op == ARM_SEND) || (kind == USE_RECV && arm->op == ARM_RECV) ||
           (kind == USE_ARRIVE && arm->op == ARM_ARRIVE);
}

static bool point_could(const Origin *origin, const Point *point, uint32_t pc, UseKind kind) {
    for (uint32_t i = 0; i < point->narms; i++)
        if (arm_is(&point->arms[i], kind) && slot_could(origin, point->arms[i].obj, pc)) return true;
    return false;
}

static bool instr_could(const Origin *origin, uint32_t pc, UseKind kind) {
    static const uint8_t kinds[INSTR_COUNT] = {
        [INSTR_TRY_SEND] = USE_SEND + 1,
        [INSTR_SEND] = USE_SEND + 1,
        [INSTR_TRY_RECV] = USE_RECV + 1,
        [INSTR_CLOSE] = USE_CLOSE + 1,
        [INSTR_RELEASE] = USE_RELEASE + 1,
        [INSTR_UNLOCK] = USE_UNLOCK + 1,
        [INSTR_PUBLISH] = USE_PUBLISH + 1,
        [INSTR_SIGNAL] = USE_SIGNAL + 1,
        [INSTR_SIGNAL_ALL] = USE_SIGNAL + 1,
        [INSTR_NOTIFY_ONE] = USE_NOTIFY + 1,
        [INSTR_NOTIFY_ALL] = USE_NOTIFY + 1,
        [INSTR_GROUP_ADD] = USE_DONE + 1, /* of a number below 0 */
        [INSTR_GROUP_DONE] = USE_DONE + 1,
    };
    const Instr *instr = &origin->machine->code[pc];
    if (kinds[instr->op] == kind + 1) return slot_could(origin, instr->a, pc);
    if (instr->op == INSTR_WAIT || instr->op == INSTR_OP_FUTURE)
        return point_could(origin, &origin->machine->points[instr->imm], pc, kind);
    return false;
}

static bool machine_could(const Origin *origin, UseKind kind) {
    for (uint32_t pc = 0; pc < origin->machine->ncode; pc++)
        if (instr_could(origin, pc, kind)) return true;
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
        if (origin.machine->slot_kinds[i] == WORD_FUTURE && future > 0 && future != WORD_UNINIT &&
            fiber_could(world, handle_slot(future), object, kind, depth - 1))
            return true;
    }
    return false;
}

bool helpers_could(World *world, const History *history, uint32_t task, uint32_t object, UseKind kind) {
    return history_used(history, object, task, kind) || fiber_could(world, task, object, kind, DEPTH);
}
