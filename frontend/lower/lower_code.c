/* Instructions, labels and slots of a machine under construction. */
#include "frontend/lower/lower.h"

#include <assert.h>
#include <string.h>

/* ---- instructions */

void lower_emit(Builder *b, Instr instr) {
    if (!b->reachable || b->lower->failed) return;
    instr.span = b->span;
    if (b->is_atomic) instr.flags |= INSTR_ATOMIC;
    vec_push(&b->code, instr);
    if (++b->lower->ncode > LOWER_MAX_CODE)
        lower_limit(b->lower, b->span, "the program has too many instructions once its calls are inlined");
}

void lower_emit3(Builder *b, InstrOp op, uint8_t type, uint32_t a, uint32_t to, uint32_t c) {
    lower_emit(b, (Instr){.op = (uint8_t)op, .type = type, .a = a, .b = to, .c = c, .d = NO_SLOT});
}

void lower_const(Builder *b, uint32_t slot, Word value) {
    lower_emit(b, (Instr){.op = INSTR_CONST, .a = slot, .b = NO_SLOT, .c = NO_SLOT, .d = NO_SLOT, .imm = value});
}

void lower_op1(Builder *b, InstrOp op, uint32_t a) { lower_emit3(b, op, 0, a, NO_SLOT, NO_SLOT); }

Span lower_at(Builder *b, Span span) {
    Span before = b->span;
    if (span.file) b->span = span;
    return before;
}

/* ---- labels */

uint32_t lower_label_new(Builder *b) {
    vec_push(&b->labels, NO_SLOT);
    vec_push(&b->is_used, 0);
    return b->labels.n - 1;
}

void lower_label_place(Builder *b, uint32_t label) {
    assert(b->labels.data[label] == NO_SLOT);
    b->labels.data[label] = b->code.n;
    if (b->is_used.data[label]) b->reachable = true;
}

void lower_label_place_open(Builder *b, uint32_t label) {
    b->is_used.data[label] = 1;
    lower_label_place(b, label);
}

void lower_jump(Builder *b, uint32_t label) {
    if (!b->reachable) return;
    b->is_used.data[label] = 1;
    lower_emit(b, (Instr){.op = INSTR_JUMP, .a = NO_SLOT, .b = NO_SLOT, .c = NO_SLOT, .d = NO_SLOT, .imm = label});
    b->reachable = false;
}

void lower_branch(Builder *b, uint32_t slot, uint32_t label) {
    if (!b->reachable) return;
    b->is_used.data[label] = 1;
    lower_emit(b, (Instr){.op = INSTR_BRANCH, .a = slot, .b = NO_SLOT, .c = NO_SLOT, .d = NO_SLOT, .imm = label});
}

/* ---- slots: a block is reused only by one with the same kinds, so that a slot's kind is fixed */

static bool fits(const Builder *b, const FreeSlots *block, const uint8_t *kinds, uint32_t n) {
    return block->n == n && memcmp(&b->kinds.data[block->slot], kinds, n) == 0;
}

uint32_t lower_slots(Builder *b, const uint8_t *kinds, uint32_t n) {
    for (uint32_t i = b->free.n; i-- > 0;) {
        if (!fits(b, &b->free.data[i], kinds, n)) continue;
        uint32_t slot = b->free.data[i].slot;
        b->free.data[i] = vec_last(&b->free);
        b->free.n--;
        return slot;
    }
    if (b->lower->failed) return 0;
    if (n > LOWER_MAX_SLOTS || b->kinds.n + n > LOWER_MAX_SLOTS) {
        lower_limit(b->lower, b->span, "the variables of one task take too much room");
        return 0;
    }
    uint32_t slot = b->kinds.n;
    for (uint32_t i = 0; i < n; i++) vec_push(&b->kinds, kinds[i]);
    return slot;
}

void lower_slots_free(Builder *b, uint32_t slot, uint32_t n) {
    if (n > 0 && !b->lower->failed) vec_push(&b->free, (FreeSlots){slot, n});
}

uint32_t lower_temp(Builder *b, const Type *type) {
    const ValueType *value = lower_type(b->lower, type);
    uint32_t slot = lower_slots(b, value->word_kinds, value->words);
    vec_push(&b->temps, (FreeSlots){slot, value->words});
    return slot;
}

uint32_t lower_temp_word(Builder *b, WordKind kind) {
    uint8_t kinds[1] = {(uint8_t)kind};
    uint32_t slot = lower_slots(b, kinds, 1);
    vec_push(&b->temps, (FreeSlots){slot, 1});
    return slot;
}

uint32_t lower_temp_const(Builder *b, Word value) {
    uint32_t slot = lower_temp_word(b, WORD_DATA);
    lower_const(b, slot, value);
    return slot;
}

uint32_t lower_mark(const Builder *b) { return b->temps.n; }

void lower_release(Builder *b, uint32_t mark) {
    assert(mark <= b->temps.n);
    while (b->temps.n > mark) {
        FreeSlots block = vec_pop(&b->temps);
        lower_slots_free(b, block.slot, block.n);
    }
}

/* ---- copies */

static void move(Builder *b, uint32_t to, uint32_t from, uint32_t n) {
    lower_emit(b, (Instr){.op = INSTR_MOVE, .a = to, .b = from, .c = NO_SLOT, .d = NO_SLOT, .imm = n});
}

void lower_copy(Builder *b, const Type *type, uint32_t to, uint32_t from, bool is_move) {
    const ValueType *value = lower_type(b->lower, type);
    if (to == from || value->words == 0) return;
    if (is_move || !lower_holds_counted(type)) {
        move(b, to, from, value->words);
        return;
    }
    for (uint32_t i = 0, run = 0; i <= value->words; i++) {
        uint8_t kind = i < value->words ? value->word_kinds[i] : WORD_DATA;
        if (i < value->words && !word_is_counted(kind)) continue;
        if (i > run) move(b, to + run, from + run, i - run);
        if (word_is_counted(kind)) lower_emit3(b, word_is_end(kind) ? INSTR_TAKE : INSTR_COPY, 0, to + i, from + i, NO_SLOT);
        run = i + 1;
    }
}

void lower_drop(Builder *b, uint32_t slot, uint32_t n) {
    if (b->lower->failed) return;
    for (uint32_t i = n; i-- > 0;)
        if (word_is_counted(b->kinds.data[slot + i])) lower_op1(b, INSTR_DROP, slot + i);
}

/* ---- the finished machine */

static uint32_t pc_of(const Builder *b, uint32_t label) {
    assert(b->labels.data[label] != NO_SLOT);
    return b->labels.data[label];
}

static void resolve_point(const Builder *b, Point *point, uint32_t state) {
    if (point->narms) point->state = state;
    for (uint32_t i = 0; i < point->narms; i++)
        if (point->arms[i].target != NO_SLOT) point->arms[i].target = pc_of(b, point->arms[i].target);
    if (point->fallback != NO_SLOT) point->fallback = pc_of(b, point->fallback);
    if (point->cancel != NO_SLOT) point->cancel = pc_of(b, point->cancel);
}

static void resolve(Builder *b) {
    for (uint32_t pc = 0; pc < b->code.n; pc++) {
        Instr *instr = &b->code.data[pc];
        if (instr->op == INSTR_JUMP || instr->op == INSTR_BRANCH) instr->imm = pc_of(b, (uint32_t)instr->imm);
    }
    uint32_t state = b->kinds.n;
    for (uint32_t i = 0; i < b->max_arms; i++) vec_push(&b->kinds, WORD_DATA);
    for (uint32_t i = 0; i < b->points.n; i++) resolve_point(b, &b->points.data[i], state);
}

#define TAKE(arena, vec) arena_copy((arena), (vec).data, sizeof *(vec).data *(vec).n)

void lower_machine_finish(Builder *b, Machine *machine) {
    Arena *arena = b->lower->arena;
    if ((uint64_t)b->kinds.n * b->code.n > LOWER_MAX_AREA)
        lower_limit(b->lower, machine->span, "the code of one task and its variables are too large together");
    if (!b->lower->failed) resolve(b);
    machine->code = TAKE(arena, b->code);
    machine->ncode = b->code.n;
    machine->points = TAKE(arena, b->points);
    machine->npoints = b->points.n;
    machine->slot_kinds = TAKE(arena, b->kinds);
    machine->nslots = b->kinds.n;
    machine->locals = TAKE(arena, b->locals);
    machine->nlocals = b->locals.n;
    machine->ranges = TAKE(arena, b->ranges);
    machine->nranges = b->ranges.n;
    vec_fini(&b->code);
    vec_fini(&b->points);
    vec_fini(&b->kinds);
    vec_fini(&b->free);
    vec_fini(&b->temps);
    vec_fini(&b->borrowed);
    vec_fini(&b->locals);
    vec_fini(&b->ranges);
    vec_fini(&b->labels);
    vec_fini(&b->is_used);
}
