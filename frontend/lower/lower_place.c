/* Places: variables and their parts, in the frame or global; loading and storing them. */
#include "frontend/lower/lower.h"

#include <assert.h>

/* ---- variables */

Var *lower_var(Builder *b, const Symbol *symbol) {
    for (uint32_t i = b->call->vars.n; i-- > 0;)
        if (b->call->vars.data[i].symbol == symbol) return &b->call->vars.data[i];
    return NULL;
}

Place lower_place_frame(const Type *type, uint32_t slot) {
    return (Place){.base = slot, .index = NO_SLOT, .words = type_words(type), .type = type};
}

void lower_var_at(Builder *b, Call *call, const Symbol *symbol, uint32_t slot) {
    const ValueType *type = lower_type_bits(b->lower, symbol->type, symbol->bits);
    Var var = {
        .symbol = symbol, .kind = VAR_PLACE, .place = lower_place_frame(symbol->type, slot), .local = b->locals.n};
    var.place.bits = symbol->bits;
    vec_push(&call->vars, var);
    vec_push(&b->locals, (Local){.name = lower_name(b->lower, symbol->name),
                             .type = type,
                             .slot = slot,
                             .from = b->code.n,
                             .span = symbol->span});
}

uint32_t lower_var_new(Builder *b, const Symbol *symbol) {
    const ValueType *type = lower_type(b->lower, symbol->type);
    uint32_t slot = lower_slots(b, type->word_kinds, type->words);
    lower_var_at(b, b->call, symbol, slot);
    return slot;
}

/* The variable whose slots hold `slot` keeps them for good. */
void lower_var_pin(Builder *b, uint32_t slot) {
    for (const Call *call = b->call; call; call = call->up)
        for (uint32_t i = 0; i < call->vars.n; i++) {
            Var *var = &call->vars.data[i];
            if (var->local != NO_SLOT && slot - var->place.base < var->place.words) var->pinned = true;
        }
}

void lower_vars_end(Builder *b, uint32_t count) {
    while (b->call->vars.n > count) {
        Var var = vec_pop(&b->call->vars);
        if (var.local == NO_SLOT) continue;
        b->locals.data[var.local].to = b->code.n;
        if (!var.pinned) lower_slots_free(b, var.place.base, var.place.words);
    }
}

/* ---- places */

static Place global_place(Builder *b, const Symbol *symbol) {
    uint32_t index = b->lower->global_of.data[symbol->id];
    assert(index != NO_SLOT);
    return (Place){.is_global = true,
        .base = index,
        .index = NO_SLOT,
        .words = type_words(symbol->type),
        .type = symbol->type,
        .bits = symbol->bits,
        .is_atomic = symbol->is_atomic};
}

static Place temporary_place(Builder *b, const Expr *expr) {
    uint32_t slot = lower_temp(b, expr->type);
    lower_expr_into(b, expr, slot);
    return lower_place_frame(expr->type, slot);
}

Place lower_place_member(Place place, const Type *type, uint32_t offset) {
    place.type = type;
    place.offset += offset;
    place.bits = 0;
    return place;
}

static Place member_place(Builder *b, const Expr *expr) {
    Place place = lower_place(b, expr->a);
    const Field *field = &place.type->fields[expr->field_index];
    place = lower_place_member(place, field->type, lower_field_offset(place.type, expr->field_index));
    place.bits = field->bits;
    place.is_atomic |= field->is_atomic;
    return place;
}

/* Checks the index and adds what it contributes to the offset that is known at run time only. */
static uint32_t dynamic_index(Builder *b, const Expr *index, uint32_t length, uint32_t stride, uint32_t before) {
    uint32_t value = lower_expr(b, index);
    uint32_t offset = lower_temp_word(b, WORD_DATA);
    Span outer = lower_at(b, index->span);
    lower_emit(b, (Instr){.op = INSTR_BOUNDS, .a = offset, .b = value, .c = NO_SLOT, .d = stride, .imm = length});
    if (before != NO_SLOT) lower_emit3(b, INSTR_ADD, ITYPE(64, true), offset, before, offset);
    lower_at(b, outer);
    return offset;
}

static Place index_place(Builder *b, const Expr *expr) {
    Place place = lower_place(b, expr->a);
    assert(place.type->kind == TYPE_ARRAY);
    const Type *of = place.type->of;
    uint32_t length = place.type->length, stride = type_words(of);
    place.type = of;
    place.bits = 0;
    if (expr->b->is_const && expr->b->value >= 0 && expr->b->value < length)
        place.offset += (uint32_t)expr->b->value * stride;
    else place.index = dynamic_index(b, expr->b, length, stride, place.index);
    return place;
}

Place lower_place(Builder *b, const Expr *expr) {
    if (expr->kind == EXPR_INDEX) return index_place(b, expr);
    if (expr->kind == EXPR_MEMBER && expr->a->type && expr->a->type->kind == TYPE_STRUCT) return member_place(b, expr);
    if (expr->kind != EXPR_NAME || !expr->symbol || expr->symbol->kind != SYMBOL_VAR) return temporary_place(b, expr);
    if (expr->symbol->is_global) return global_place(b, expr->symbol);
    Var *var = lower_var(b, expr->symbol);
    assert(var);
    return var->kind == VAR_PLACE ? var->place : temporary_place(b, expr);
}

bool lower_place_is_static(const Place *place) { return !place->is_global && place->index == NO_SLOT; }

/* ---- loading */

static void loadx(Builder *b, const Place *place, uint32_t slot, uint32_t words) {
    lower_emit(b, (Instr){.op = INSTR_LOADX,
                      .a = slot,
                      .b = place->base + place->offset,
                      .c = place->index,
                      .d = place->words - place->offset,
                      .imm = words});
}

static void storex(Builder *b, const Place *place, uint32_t slot) {
    lower_emit(b, (Instr){.op = INSTR_STOREX,
                      .a = place->base + place->offset,
                      .b = slot,
                      .c = place->index,
                      .d = place->words - place->offset,
                      .imm = type_words(place->type)});
}

static void global_access(Builder *b, InstrOp op, const Place *place, uint32_t slot, bool joined) {
    uint32_t words = type_words(place->type);
    uint8_t *heads = arena_alloc(b->lower->arena, words + 1u);
    lower_type_heads(place->type, heads);
    for (uint32_t i = 0; i < words; i++)
        lower_emit(b, (Instr){.op = (uint8_t)op,
                          .a = slot + i,
                          .b = place->base,
                          .c = place->index,
                          .d = NO_SLOT,
                          .imm = place->offset + i,
                          .flags = heads[i] && !joined ? 0 : INSTR_JOINED});
}

/* The words as they are, whatever they count for. */
static void load_raw(Builder *b, const Place *place, uint32_t slot) {
    if (place->is_global) global_access(b, INSTR_GLOAD, place, slot, false);
    else if (place->index == NO_SLOT) lower_copy(b, place->type, slot, place->base + place->offset, true);
    else loadx(b, place, slot, type_words(place->type));
}

static void store_raw(Builder *b, const Place *place, uint32_t slot, bool joined) {
    if (place->is_global) global_access(b, INSTR_GSTORE, place, slot, joined);
    else if (place->index == NO_SLOT) lower_copy(b, place->type, place->base + place->offset, slot, true);
    else storex(b, place, slot);
}

uint32_t lower_place_look(Builder *b, const Place *place) {
    const ValueType *type = lower_type(b->lower, place->type);
    VEC(uint8_t) kinds = {0};
    for (uint32_t i = 0; i < type->words; i++)
        vec_push(&kinds, type->word_kinds[i] == WORD_DATA ? WORD_DATA : WORD_HANDLE);
    uint32_t look = lower_slots(b, kinds.data, kinds.n);
    vec_push(&b->temps, (FreeSlots){look, kinds.n});
    vec_fini(&kinds);
    load_raw(b, place, look);
    return look;
}

/* Counted handles are looked at in slots that count for nothing, then copied; ends are gone from the place. */
static void load_counted(Builder *b, const Place *place, uint32_t slot) {
    uint32_t mark = lower_mark(b), look = lower_place_look(b, place);
    lower_copy(b, place->type, slot, look, false);
    if (convert_holds_end(place->type)) store_raw(b, place, look, true);
    lower_release(b, mark);
}

static void load_frame(Builder *b, const Place *place, uint32_t slot) {
    if (place->index == NO_SLOT) lower_copy(b, place->type, slot, place->base + place->offset, false);
    else loadx(b, place, slot, type_words(place->type));
}

/* Reading an uninitialised scalar is undefined, copying a struct that holds one is not: a conversion looks, a move does not. */
void lower_load(Builder *b, const Place *place, uint32_t slot) {
    uint32_t from = place->base + place->offset;
    if (lower_holds_counted(place->type) && !lower_place_is_static(place)) load_counted(b, place, slot);
    else if (place->is_global) global_access(b, INSTR_GLOAD, place, slot, false);
    else if (!type_is_integer(place->type)) load_frame(b, place, slot);
    else {
        if (place->index != NO_SLOT) loadx(b, place, from = slot, 1);
        lower_emit3(b, INSTR_CONVERT, lower_itype(place->type, 0), slot, from, NO_SLOT);
    }
}

/* ---- storing */

void lower_store(Builder *b, const Place *place, uint32_t slot, bool joined) {
    if (!lower_holds_counted(place->type)) {
        store_raw(b, place, slot, joined);
        return;
    }
    uint32_t mark = lower_mark(b), old = lower_temp(b, place->type);
    load_raw(b, place, old);
    store_raw(b, place, slot, true);
    lower_drop(b, old, type_words(place->type));
    lower_release(b, mark);
}
