/* Expressions. A value lands in slots; reading a variable's own slots needs no copy unless what follows may change it. */
#include "frontend/lower/lower.h"

#include <assert.h>

/* ---- what an expression may do */

bool lower_expr_is_pure(const Expr *expr) {
    if (!expr || expr->is_const) return true;
    switch (expr->kind) {
    case EXPR_ASSIGN:
    case EXPR_INCDEC:
    case EXPR_AWAIT:
    case EXPR_SPAWN: return false;
    case EXPR_CALL:
        if (!expr->label) return false;
        for (uint32_t i = 0; i < expr->nargs; i++)
            if (!lower_expr_is_pure(expr->args[i])) return false;
        return true;
    case EXPR_INIT:
        for (uint32_t i = 0; i < expr->nitems; i++)
            if (!lower_expr_is_pure(expr->items[i].value)) return false;
        return true;
    default: return lower_expr_is_pure(expr->a) && lower_expr_is_pure(expr->b) && lower_expr_is_pure(expr->c);
    }
}

/* True for a variable of the frame (or a part at a known offset), whose slots can be read where they are. */
static bool is_in_frame(Builder *b, const Expr *expr) {
    switch (expr->kind) {
    case EXPR_NAME: {
        if (!expr->symbol || expr->symbol->kind != SYMBOL_VAR || expr->symbol->is_global) return false;
        const Var *var = lower_var(b, expr->symbol);
        return var && var->kind == VAR_PLACE && lower_place_is_static(&var->place);
    }
    case EXPR_MEMBER: return expr->a->type && expr->a->type->kind == TYPE_STRUCT && is_in_frame(b, expr->a);
    case EXPR_INDEX:
        return expr->b->is_const && expr->b->value >= 0 && expr->b->value < expr->a->type->length &&
               is_in_frame(b, expr->a);
    default: return false;
    }
}

uint32_t lower_expr(Builder *b, const Expr *expr) {
    if (!expr->is_const && is_in_frame(b, expr)) {
        Place place = lower_place(b, expr);
        return place.base + place.offset;
    }
    uint32_t slot = lower_temp(b, expr->type);
    lower_expr_into(b, expr, slot);
    return slot;
}

bool lower_expr_is_place(const Expr *expr) {
    while (expr->kind == EXPR_INDEX || expr->kind == EXPR_MEMBER) expr = expr->a;
    return expr->kind == EXPR_NAME && expr->symbol && expr->symbol->kind == SYMBOL_VAR;
}

/* A counted handle that lies where others may change it. */
bool lower_expr_is_elsewhere(Builder *b, const Expr *expr) {
    return type_is_counted(expr->type) && expr->type->kind != TYPE_FUTURE && !is_in_frame(b, expr) && lower_expr_is_place(expr);
}

uint32_t lower_look(Builder *b, const Expr *expr) {
    if (!lower_expr_is_elsewhere(b, expr)) return lower_expr(b, expr);
    Place place = lower_place(b, expr);
    return lower_place_look(b, &place);
}

uint32_t lower_borrow(Builder *b, const Expr *expr) {
    if (!lower_expr_is_elsewhere(b, expr)) return lower_expr(b, expr);
    uint32_t slot = lower_temp(b, expr->type);
    lower_borrow_into(b, expr, slot);
    return slot;
}

void lower_borrow_into(Builder *b, const Expr *expr, uint32_t slot) {
    if (lower_expr_is_elsewhere(b, expr)) {
        lower_emit3(b, INSTR_COPY, 0, slot, lower_look(b, expr), NO_SLOT);
        lower_cleanup_drop(b, expr->type, slot);
        vec_push(&b->borrowed, slot);
    } else if (type_is_counted(expr->type) && expr->type->kind != TYPE_FUTURE) {
        lower_emit(b, (Instr){.op = INSTR_MOVE, .a = slot, .b = lower_expr(b, expr), .c = NO_SLOT, .d = NO_SLOT, .imm = 1});
    } else {
        lower_expr_into(b, expr, slot);
    }
}

void lower_borrowed_end(Builder *b, uint32_t count) {
    while (b->borrowed.n > count) {
        lower_emit(b, (Instr){.op = INSTR_DROP, .a = vec_pop(&b->borrowed), .b = NO_SLOT, .c = NO_SLOT, .d = NO_SLOT, .flags = INSTR_JOINED});
    }
}

uint32_t lower_given(Builder *b, const Expr *expr, const Type *type) {
    if (!lower_holds_counted(type)) return lower_expr_as(b, expr, type);
    uint32_t slot = lower_temp(b, type);
    lower_expr_to(b, expr, type, 0, slot);
    lower_cleanup_drop(b, type, slot);
    return slot;
}

uint32_t lower_expr_before(Builder *b, const Expr *expr, const Expr *next) {
    uint32_t slot = lower_borrow(b, expr);
    if (!is_in_frame(b, expr) || lower_expr_is_pure(next)) return slot;
    uint32_t copy = lower_temp_word(b, type_is_handle(expr->type) ? WORD_HANDLE : WORD_DATA);
    lower_emit(b, (Instr){.op = INSTR_MOVE, .a = copy, .b = slot, .c = NO_SLOT, .d = NO_SLOT, .imm = 1});
    return copy;
}

uint32_t lower_expr_hold(Builder *b, const Expr *expr, bool *owned) {
    *owned = false;
    if (is_in_frame(b, expr)) return lower_expr(b, expr);
    if (type_is_counted(expr->type) && expr->type->kind != TYPE_FUTURE && lower_expr_is_place(expr)) return lower_look(b, expr);
    *owned = lower_holds_counted(expr->type);
    return lower_expr(b, expr);
}

/* ---- conversions */

static bool fits_in(const Type *from, const Type *to) {
    unsigned from_bits = from->kind == TYPE_BOOL ? 1 : from->bits;
    if (to->kind == TYPE_BOOL) return from->kind == TYPE_BOOL;
    bool from_signed = from->kind != TYPE_BOOL && from->is_signed;
    if (from_signed == to->is_signed) return from_bits <= to->bits;
    return !from_signed && from_bits < to->bits;
}

/* A value of 64 unsigned bits must not pass for a negative one. */
static uint32_t refuse_huge(Builder *b, const Type *from, const Type *type, uint32_t slot) {
    if (from->kind != TYPE_INT || from->is_signed || from->bits < 64 || !type->is_signed) return slot;
    uint32_t checked = lower_temp_word(b, WORD_DATA);
    lower_emit3(b, INSTR_NARROW, ITYPE(63, false), checked, slot, NO_SLOT);
    return checked;
}

void lower_convert(Builder *b, const Type *from, const Type *type, uint8_t bits, uint32_t slot, uint32_t from_slot) {
    if (!type_is_integer(type) || !type_is_integer(from)) {
        lower_copy(b, type, slot, from_slot, true);
    } else if (bits && type->kind != TYPE_BOOL) {
        from_slot = refuse_huge(b, from, type, from_slot);
        lower_emit3(b, INSTR_NARROW, ITYPE(bits, type->is_signed), slot, from_slot, NO_SLOT);
    } else if (fits_in(from, type)) {
        lower_copy(b, type, slot, from_slot, true);
    } else {
        lower_emit3(b, INSTR_CONVERT, lower_itype(type, 0), slot, from_slot, NO_SLOT);
    }
}

static bool needs_no_conversion(const Type *from, const Type *type, uint8_t bits) {
    return !bits && (!type_is_integer(type) || !type_is_integer(from) || fits_in(from, type));
}

void lower_expr_to(Builder *b, const Expr *expr, const Type *type, uint8_t bits, uint32_t slot) {
    if (needs_no_conversion(expr->type, type, bits)) {
        lower_expr_into(b, expr, slot);
    } else if (expr->is_const && convert_fits(expr->value, expr->type, type, bits)) {
        lower_const(b, slot, convert_value(expr->value, type));
    } else {
        uint32_t from = lower_expr(b, expr);
        Span outer = lower_at(b, expr->span);
        lower_convert(b, expr->type, type, bits, slot, from);
        lower_at(b, outer);
    }
}

uint32_t lower_expr_as(Builder *b, const Expr *expr, const Type *type) {
    if (needs_no_conversion(expr->type, type, 0) && expr->type->kind != TYPE_NONE) return lower_expr(b, expr);
    uint32_t slot = lower_temp(b, type);
    lower_expr_to(b, expr, type, 0, slot);
    return slot;
}

/* ---- conditions */

static void condition_or(Builder *b, const Expr *expr, uint32_t label) {
    uint32_t right = lower_label_new(b), end = lower_label_new(b);
    lower_condition(b, expr->a, right);
    lower_jump(b, end);
    lower_label_place(b, right);
    lower_condition(b, expr->b, label);
    lower_label_place(b, end);
}

void lower_condition(Builder *b, const Expr *expr, uint32_t label) {
    if (expr->is_const) {
        if (!expr->value) lower_jump(b, label);
        return;
    }
    Span outer = lower_at(b, expr->span);
    uint32_t mark = lower_mark(b);
    if (expr->kind == EXPR_BINARY && expr->op == OP_LAND) {
        lower_condition(b, expr->a, label);
        lower_condition(b, expr->b, label);
    } else if (expr->kind == EXPR_BINARY && expr->op == OP_LOR) {
        condition_or(b, expr, label);
    } else {
        lower_branch(b, lower_expr(b, expr), label);
    }
    lower_release(b, mark);
    lower_at(b, outer);
}

/* ---- kinds of expressions */

static void into_logical(Builder *b, const Expr *expr, uint32_t slot) {
    uint32_t no = lower_label_new(b), end = lower_label_new(b);
    lower_condition(b, expr, no);
    lower_const(b, slot, 1);
    lower_jump(b, end);
    lower_label_place(b, no);
    lower_const(b, slot, 0);
    lower_label_place(b, end);
}

static void into_cond(Builder *b, const Expr *expr, uint32_t slot) {
    uint32_t no = lower_label_new(b), end = lower_label_new(b);
    lower_condition(b, expr->a, no);
    const Expr *sides[2] = {expr->b, expr->c};
    for (int i = 0; i < 2; i++) {
        uint32_t mark = lower_mark(b);
        if (slot == NO_SLOT || expr->type->kind == TYPE_VOID) lower_expr_discard(b, sides[i]);
        else lower_expr_to(b, sides[i], expr->type, 0, slot);
        lower_release(b, mark);
        if (i == 0) lower_jump(b, end);
        lower_label_place(b, i == 0 ? no : end);
    }
}

/* The part of a value that lies in no variable: what else of it is counted goes. */
static void into_part(Builder *b, const Expr *expr, uint32_t slot) {
    Place place = lower_place(b, expr);
    lower_load(b, &place, slot);
    const Expr *root = expr;
    while (root->kind == EXPR_INDEX || root->kind == EXPR_MEMBER) root = root->a;
    if (root->kind != EXPR_NAME && lower_holds_counted(root->type)) lower_drop(b, place.base, place.words);
}

static void into_name(Builder *b, const Expr *expr, uint32_t slot) {
    const Var *var = expr->symbol && !expr->symbol->is_global ? lower_var(b, expr->symbol) : NULL;
    if (var && var->kind == VAR_CONST) {
        lower_const(b, slot, var->value);
        return;
    }
    Place place = lower_place(b, expr);
    lower_load(b, &place, slot);
}

static void into_cast(Builder *b, const Expr *expr, uint32_t slot) {
    if (expr->type->kind == TYPE_VOID) lower_expr_discard(b, expr->a);
    else lower_expr_to(b, expr->a, expr->type, 0, slot);
}

static void into_any(Builder *b, const Expr *expr, uint32_t slot) {
    uint32_t value;
    switch (expr->kind) {
    case EXPR_NONE: lower_const(b, slot, 0); break;
    case EXPR_NAME: into_name(b, expr, slot); break;
    case EXPR_INDEX: into_part(b, expr, slot); break;
    case EXPR_MEMBER: into_part(b, expr, slot); break;
    case EXPR_UNARY: lower_unary(b, expr, slot); break;
    case EXPR_BINARY:
        if (expr->op == OP_LAND || expr->op == OP_LOR) into_logical(b, expr, slot);
        else lower_binary(b, expr, slot);
        break;
    case EXPR_ASSIGN:
        value = lower_assign(b, expr);
        lower_copy(b, expr->type, slot, value, false);
        break;
    case EXPR_INCDEC:
        value = lower_incdec(b, expr, true);
        lower_copy(b, expr->type, slot, value, false);
        break;
    case EXPR_COND: into_cond(b, expr, slot); break;
    case EXPR_COMMA:
        lower_expr_discard(b, expr->a);
        lower_expr_into(b, expr->b, slot);
        break;
    case EXPR_CALL: lower_call(b, expr, slot); break;
    case EXPR_CAST: into_cast(b, expr, slot); break;
    case EXPR_COMPOUND: lower_init(b, expr->b, expr->type, 0, slot); break;
    case EXPR_INIT: lower_init(b, expr, expr->type, 0, slot); break;
    case EXPR_AWAIT: lower_await(b, expr, slot, false); break;
    case EXPR_SPAWN: lower_spawn(b, expr, slot); break;
    default: assert(!"an expression that has no value"); break;
    }
}

void lower_expr_into(Builder *b, const Expr *expr, uint32_t slot) {
    Span outer = lower_at(b, expr->span);
    if (expr->is_const) lower_const(b, slot, expr->value);
    else if (!lower_atom(b, expr, slot)) into_any(b, expr, slot);
    lower_at(b, outer);
}

/* ---- values nobody wants */

static void discard_value(Builder *b, const Expr *expr) {
    if (expr->type->kind == TYPE_VOID) {
        into_any(b, expr, NO_SLOT);
        return;
    }
    if (type_is_integer(expr->type)) {
        lower_expr_into(b, expr, lower_temp(b, expr->type));
        return;
    }
    bool owned;
    uint32_t slot = lower_expr_hold(b, expr, &owned);
    if (owned) lower_drop(b, slot, type_words(expr->type));
}

void lower_expr_discard(Builder *b, const Expr *expr) {
    if (expr->is_const) return;
    Span outer = lower_at(b, expr->span);
    uint32_t mark = lower_mark(b);
    switch (expr->kind) {
    case EXPR_ASSIGN: lower_assign(b, expr); break;
    case EXPR_INCDEC: lower_incdec(b, expr, false); break;
    case EXPR_COND: into_cond(b, expr, NO_SLOT); break;
    case EXPR_CAST: lower_expr_discard(b, expr->a); break;
    case EXPR_COMMA:
        lower_expr_discard(b, expr->a);
        lower_expr_discard(b, expr->b);
        break;
    default: discard_value(b, expr); break;
    }
    lower_release(b, mark);
    lower_at(b, outer);
}
