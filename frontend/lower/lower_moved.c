/* Ends that are used after they were given away on every way there: an error before anything runs. */
#include "frontend/lower/lower.h"

#include "model/flow.h"

#include <assert.h>
#include <string.h>

/* What is known before each instruction: which slots of ends were given away, whichever way led there. */
typedef struct Moves {
    Lower *lower;
    const Machine *machine;
    VEC(uint64_t) known;    /* `width` words per pc, one bit per slot */
    VEC(uint8_t) is_reached; /* per pc */
    VEC(uint32_t) work;
    VEC(uint64_t) now;      /* behind the instruction at hand */
    uint32_t width;
    uint32_t pc;            /* whose uses are looked at */
} Moves;

static uint64_t *known_at(Moves *moves, uint32_t pc) { return moves->known.data + (size_t)pc * moves->width; }

static void forget(void *context, uint32_t slot, uint32_t n) {
    Moves *moves = context;
    for (uint32_t i = slot; i < slot + n; i++) moves->now.data[i / 64] &= ~(UINT64_C(1) << (i % 64));
}

static void transfer(Moves *moves, uint32_t pc) {
    const Instr *instr = &moves->machine->code[pc];
    memcpy(moves->now.data, known_at(moves, pc), moves->width * sizeof(uint64_t));
    flow_writes(moves->lower->program, moves->machine, instr, forget, moves);
    if (instr->op != INSTR_TAKE || !word_is_end(moves->machine->slot_kinds[instr->b])) return;
    moves->now.data[instr->b / 64] |= UINT64_C(1) << (instr->b % 64);
}

static void reach(void *context, uint32_t pc) {
    Moves *moves = context;
    uint64_t *known = known_at(moves, pc);
    bool is_new = !moves->is_reached.data[pc];
    for (uint32_t i = 0; i < moves->width; i++) {
        uint64_t both = is_new ? moves->now.data[i] : known[i] & moves->now.data[i];
        is_new |= both != known[i];
        known[i] = both;
    }
    if (is_new) vec_push(&moves->work, pc);
    moves->is_reached.data[pc] = 1;
}

static void spread(Moves *moves) {
    reach(moves, moves->machine->points[0].pc);
    while (moves->work.n) {
        uint32_t pc = vec_pop(&moves->work);
        transfer(moves, pc);
        flow_next(moves->machine, pc, reach, moves);
    }
}

/* ---- uses */

static const char *name_of(const Moves *moves, uint32_t slot) {
    for (uint32_t i = 0; i < moves->machine->nlocals; i++) {
        const Local *local = &moves->machine->locals[i];
        if (slot - local->slot < local->type->words && local->from <= moves->pc && moves->pc < local->to)
            return arena_printf(moves->lower->arena, local->type->words == 1 ? "'%s'" : "an end in '%s'", local->name);
    }
    return "this end";
}

static void report(Moves *moves, uint32_t slot, Span span) {
    Lower *lower = moves->lower;
    for (uint32_t i = 0; i < lower->moved.n; i++)
        if (lower->moved.data[i].begin == span.begin && lower->moved.data[i].file == span.file) return;
    vec_push(&lower->moved, span);
    diags_add(lower->diags, DIAG_MOVED, span, "%s was given away before: it is not here any more", name_of(moves, slot));
    for (uint32_t pc = moves->pc; pc-- > 0;) {
        const Instr *instr = &moves->machine->code[pc];
        if (instr->op != INSTR_TAKE || instr->b != slot) continue;
        diags_note(lower->diags, instr->span, "it was given away here; clone(...) makes another sender or receiver");
        return;
    }
}

static bool is_gone(Moves *moves, uint32_t slot) { return slot != NO_SLOT && (known_at(moves, moves->pc)[slot / 64] >> (slot % 64) & 1); }

static void look(void *context, uint32_t slot, uint32_t n) {
    Moves *moves = context;
    for (uint32_t i = slot; i < slot + n; i++)
        if (is_gone(moves, i)) report(moves, i, moves->machine->code[moves->pc].span);
}

static void look_at_arms(Moves *moves, const Point *point) {
    for (uint32_t i = 0; i < point->narms; i++)
        if (is_gone(moves, point->arms[i].obj)) report(moves, point->arms[i].obj, point->arms[i].span);
}

/* Words are looked at by these whatever they stand for. */
static bool is_raw(uint8_t op) {
    return op == INSTR_DROP || op == INSTR_MOVE || op == INSTR_LOADX || op == INSTR_STOREX || op == INSTR_GSTORE || op == INSTR_GIVE_UP;
}

static void look_at(Moves *moves, uint32_t pc) {
    const Instr *instr = &moves->machine->code[pc];
    moves->pc = pc;
    if (instr->op == INSTR_WAIT || instr->op == INSTR_OP_FUTURE) look_at_arms(moves, &moves->machine->points[instr->imm]);
    else if (!is_raw(instr->op)) flow_uses(moves->lower->program, moves->machine, instr, look, moves);
}

void lower_moved(Lower *lower, const Machine *machine) {
    bool holds_ends = false;
    for (uint32_t i = 0; i < machine->nslots; i++) holds_ends |= word_is_end(machine->slot_kinds[i]);
    if (!holds_ends || !machine->ncode) return;
    Moves moves = {.lower = lower, .machine = machine, .width = (machine->nslots + 63) / 64};
    vec_resize(&moves.known, machine->ncode * moves.width);
    vec_resize(&moves.is_reached, machine->ncode);
    vec_resize(&moves.now, moves.width);
    spread(&moves);
    for (uint32_t pc = 0; pc < machine->ncode; pc++)
        if (moves.is_reached.data[pc]) look_at(&moves, pc);
    vec_fini(&moves.known);
    vec_fini(&moves.is_reached);
    vec_fini(&moves.work);
    vec_fini(&moves.now);
}
