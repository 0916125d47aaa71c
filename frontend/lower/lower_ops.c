/* Operators and assignment. Operands are converted as in C; left operands are evaluated first. */
#include "frontend/lower/lower.h"

#include <assert.h>

static const uint8_t instr_of[] = {
    [OP_ADD] = INSTR_ADD,
    [OP_SUB] = INSTR_SUB,
    [OP_MUL] = INSTR_MUL,
    [OP_DIV] = INSTR_DIV,
    [OP_MOD] = INSTR_MOD,
    [OP_SHL] = INSTR_SHL,
    [OP_SHR] = INSTR_SHR,
    [OP_AND] = INSTR_AND,
    [OP_OR] = INSTR_OR,
    [OP_XOR] = INSTR_XOR,
    [OP_EQ] = INSTR_EQ,
    [OP_NE] = INSTR_NE,
    [OP_LT] = INSTR_LT,
    [OP_LE] = INSTR_LE,
    [OP_GT] = INSTR_LT,
    [OP_GE] = INSTR_LE,
};

static bool is_shift(Op op) { return op == OP_SHL || op == OP_SHR; }

/* The type in which `a op b` is computed, NULL for handles. */
static const Type *common_type(Builder *b, Op op, const Expr *left, const Expr *right) {
    Types *types = b->lower->tree->types;
    if (!type_is_integer(left->type) || !type_is_integer(right->type)) return NULL;
    return is_shift(op) ? convert_promote(types, left) : convert_operands(types, left, right);
}

static uint32_t converted(Builder *b, const Type *from, const Type *to, uint32_t slot) {
    if (!to || (from->is_signed == to->is_signed && from->bits <= to->bits)) return slot;
    uint32_t temp = lower_temp(b, to);
    lower_convert(b, from, to, 0, temp, slot);
    return temp;
}

/* An operand in the common type; `stable`: what is evaluated next may change the variable it is read from. */
static uint32_t operand(Builder *b, const Expr *expr, const Type *common, bool stable, bool *owned) {
    if (common && expr->is_const) return lower_temp_const(b, convert_value(expr->value, common));
    uint32_t slot = lower_expr_hold(b, expr, owned);
    if (type_is_end(expr->type)) lower_op1(b, INSTR_USE, slot);
    if (stable && !*owned) {
        uint32_t copy = lower_temp_word(b, type_is_handle(expr->type) ? WORD_HANDLE : WORD_DATA);
        lower_emit(b, (Instr){.op = INSTR_MOVE, .a = copy, .b = slot, .c = NO_SLOT, .d = NO_SLOT, .imm = 1});
        slot = copy;
    }
    return common ? converted(b, convert_promote(b->lower->tree->types, expr), common, slot) : slot;
}

void lower_binary(Builder *b, const Expr *expr, uint32_t slot) {
    const Type *common = common_type(b, expr->op, expr->a, expr->b);
    uint32_t mark = lower_mark(b);
    bool owned[2] = {false, false};
    uint32_t left = operand(b, expr->a, common, !lower_expr_is_pure(expr->b), &owned[0]);
    Cleanup *before = b->cleanups;
    if (owned[0]) lower_cleanup_drop(b, expr->a->type, left);
    const Type *right_type = is_shift(expr->op) && common ? convert_promote(b->lower->tree->types, expr->b) : common;
    uint32_t right = operand(b, expr->b, right_type, false, &owned[1]);
    b->cleanups = before;
    bool swap = expr->op == OP_GT || expr->op == OP_GE;
    lower_emit3(b, (InstrOp)instr_of[expr->op], common ? lower_itype(common, 0) : ITYPE(64, true), slot,
        swap ? right : left, swap ? left : right);
    if (owned[1]) lower_drop(b, right, 1);
    if (owned[0]) lower_drop(b, left, 1);
    lower_release(b, mark);
}

void lower_unary(Builder *b, const Expr *expr, uint32_t slot) {
    uint32_t mark = lower_mark(b);
    if (expr->op == OP_NOT) {
        lower_emit3(b, INSTR_NOT, 0, slot, lower_expr(b, expr->a), NO_SLOT);
    } else {
        const Type *type = convert_promote(b->lower->tree->types, expr->a);
        bool owned;
        uint32_t value = operand(b, expr->a, type, false, &owned);
        if (expr->op == OP_PLUS) lower_copy(b, type, slot, value, true);
        else lower_emit3(b, expr->op == OP_NEG ? INSTR_NEG : INSTR_BITNOT, lower_itype(type, 0), slot, value, NO_SLOT);
    }
    lower_release(b, mark);
}

/* ---- assignment */

static const char *name_of_place(Builder *b, const Expr *expr) {
    while (expr->kind == EXPR_INDEX || expr->kind == EXPR_MEMBER) expr = expr->a;
    return expr->kind == EXPR_NAME ? lower_name(b->lower, expr->name) : "";
}

static uint32_t assign_value(Builder *b, const Expr *expr, const Place *place) {
    bool in_frame = lower_place_is_static(place);
    if (lower_holds_counted(place->type)) {
        uint32_t value = lower_temp(b, place->type);
        lower_expr_into(b, expr->b, value);
        lower_store(b, place, value, false);
        return value;
    }
    if (in_frame && type_is_integer(place->type) && lower_expr_is_pure(expr->b)) {
        uint32_t slot = place->base + place->offset;
        lower_expr_to(b, expr->b, place->type, place->bits, slot);
        return slot;
    }
    uint32_t value;
    if (place->bits) {
        value = lower_temp(b, place->type);
        lower_expr_to(b, expr->b, place->type, place->bits, value);
    } else {
        value = lower_expr_as(b, expr->b, place->type);
    }
    lower_store(b, place, value, false);
    return value;
}

/* What the place holds, to compute with: its own slots when nothing can change them meanwhile. */
static uint32_t old_value(Builder *b, const Place *place, bool may_change) {
    if (lower_place_is_static(place) && !may_change) return place->base + place->offset;
    uint32_t slot = lower_temp(b, place->type);
    lower_load(b, place, slot);
    return slot;
}

typedef struct Update { /* place = place op value */
    Place place;
    Op op;
    const Expr *left;
    const Type *common;
    uint32_t value;
} Update;

/* Computes and stores; returns the new value. */
static uint32_t update(Builder *b, const Update *u, uint32_t old) {
    const Type *promoted = convert_promote(b->lower->tree->types, u->left);
    uint32_t left = converted(b, promoted, u->common, old);
    uint32_t result = lower_temp(b, u->common), stored = lower_temp(b, u->place.type);
    lower_emit3(b, (InstrOp)instr_of[u->op], lower_itype(u->common, 0), result, left, u->value);
    lower_convert(b, u->common, u->place.type, u->place.bits, stored, result);
    lower_store(b, &u->place, stored, u->place.is_global && u->place.is_atomic);
    return stored;
}

static uint32_t assign_update(Builder *b, const Expr *expr, const Place *place) {
    Update u = {.place = *place, .op = expr->op, .left = expr->a, .common = common_type(b, expr->op, expr->a, expr->b)};
    const Type *right = is_shift(expr->op) ? convert_promote(b->lower->tree->types, expr->b) : u.common;
    bool owned, atomic = place->is_global && place->is_atomic;
    if (atomic) u.value = operand(b, expr->b, right, false, &owned);
    uint32_t old = old_value(b, place, !lower_expr_is_pure(expr->b));
    if (!atomic) u.value = operand(b, expr->b, right, false, &owned);
    return update(b, &u, old);
}

uint32_t lower_assign(Builder *b, const Expr *expr) {
    Span outer = lower_at(b, expr->span);
    const char *name = b->object_name;
    b->object_name = name_of_place(b, expr->a);
    Place place = lower_place(b, expr->a);
    uint32_t value = expr->op == OP_NONE ? assign_value(b, expr, &place) : assign_update(b, expr, &place);
    b->object_name = name;
    lower_at(b, outer);
    return value;
}

uint32_t lower_incdec(Builder *b, const Expr *expr, bool value_used) {
    Span outer = lower_at(b, expr->span);
    Types *types = b->lower->tree->types;
    Update u = {.place = lower_place(b, expr->a), .op = expr->op, .left = expr->a};
    u.common = convert_usual(types, convert_promote(types, expr->a), types_int(types, 32, true));
    uint32_t old = old_value(b, &u.place, value_used && !expr->is_prefix);
    u.value = lower_temp_const(b, 1);
    uint32_t new = update(b, &u, old);
    lower_at(b, outer);
    return expr->is_prefix ? new : old;
}
