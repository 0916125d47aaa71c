#include "checker/circle.h"

#include "model/flow.h"
#include "model/support/vec.h"

#include <string.h>

typedef struct Code {
    const Machine *machine;
    VEC(uint32_t) stack;
    Bitset seen;
} Code;

/* A WAIT without `default:` where others can run; a blocking operation is no point. */
static bool is_rest(const Machine *machine, uint32_t pc) {
    if (machine->code[pc].op != INSTR_WAIT) return false;
    const Point *point = &machine->points[machine->code[pc].imm];
    return point->fallback == NO_SLOT && point->kind != POINT_BLOCK;
}

static void reach(void *context, uint32_t pc) {
    Code *code = context;
    if (pc >= code->machine->ncode || bitset_has(&code->seen, pc)) return;
    bitset_add(&code->seen, pc);
    vec_push(&code->stack, pc);
}

static bool comes_back(Code *code, uint32_t pc) {
    memset(code->seen.words, 0, bitset_bytes(code->seen.n));
    vec_clear(&code->stack);
    flow_next(code->machine, pc, reach, code);
    while (code->stack.n > 0 && !bitset_has(&code->seen, pc)) {
        uint32_t at = vec_pop(&code->stack);
        if (!is_rest(code->machine, at)) flow_next(code->machine, at, reach, code);
    }
    return bitset_has(&code->seen, pc);
}

static bool find_circles(const Machine *machine, Bitset *out) {
    Code code = {.machine = machine, .seen = bitset_new(machine->ncode)};
    bool any = false;
    for (uint32_t pc = 0; pc < machine->ncode; pc++) {
        if (is_rest(machine, pc) || !comes_back(&code, pc)) continue;
        bitset_add(out, pc);
        any = true;
    }
    vec_fini(&code.stack);
    bitset_free(&code.seen);
    return any;
}

Circles circles_new(const Program *program) {
    Circles circles = {.nmachines = program->nmachines};
    circles.on_circle = calloc(program->nmachines + 1u, sizeof *circles.on_circle);
    if (circles.on_circle == NULL) fatal("out of memory");
    for (uint32_t m = 0; m < program->nmachines; m++) {
        circles.on_circle[m] = bitset_new(program->machines[m]->ncode);
        if (m >= MACHINE_MAIN && program->machines[m]->is_async)
            circles.any |= find_circles(program->machines[m], &circles.on_circle[m]);
    }
    return circles;
}

void circles_free(Circles *circles) {
    for (uint32_t m = 0; m < circles->nmachines; m++) bitset_free(&circles->on_circle[m]);
    free(circles->on_circle);
    *circles = (Circles){0};
}
