#include "frontend/check/convert.h"

#include <assert.h>

uint8_t convert_place_bits(const Expr *expr) {
    if (expr->kind == EXPR_NAME) return expr->symbol ? expr->symbol->bits : 0;
    if (expr->kind != EXPR_MEMBER || !expr->a || !expr->a->type || expr->a->type->kind != TYPE_STRUCT) return 0;
    const Type *type = expr->a->type;
    return expr->field_index < type->nfields ? type->fields[expr->field_index].bits : 0;
}

static uint8_t width_of(const Type *type) { return type->kind == TYPE_BOOL ? 1 : type->bits; }

const Type *convert_promote(Types *types, const Expr *expr) {
    const Type *type = expr->type;
    assert(type_is_integer(type));
    uint8_t bits = convert_place_bits(expr);
    uint8_t width = bits ? bits : width_of(type);
    bool is_signed = type->kind == TYPE_BOOL ? false : type->is_signed;
    if (width < 32 || (width == 32 && is_signed)) return types_int(types, 32, true);
    if (width == 32) return types_int(types, 32, false);
    return types_int(types, 64, is_signed);
}

const Type *convert_usual(Types *types, const Type *a, const Type *b) {
    assert(a->kind == TYPE_INT && b->kind == TYPE_INT && a->bits >= 32 && b->bits >= 32);
    if (a->bits != b->bits) return a->bits > b->bits ? a : b;
    return types_int(types, a->bits, a->is_signed && b->is_signed);
}

const Type *convert_operands(Types *types, const Expr *a, const Expr *b) {
    return convert_usual(types, convert_promote(types, a), convert_promote(types, b));
}

int64_t convert_value(int64_t value, const Type *to) {
    assert(type_is_integer(to));
    if (to->kind == TYPE_BOOL) return value != 0;
    switch (to->bits) {
    case 8: return to->is_signed ? (int64_t)(int8_t)value : (int64_t)(uint8_t)value;
    case 16: return to->is_signed ? (int64_t)(int16_t)value : (int64_t)(uint16_t)value;
    case 32: return to->is_signed ? (int64_t)(int32_t)value : (int64_t)(uint32_t)value;
    default: return value;
    }
}

/* Whether the value lies in the range of an integer of that width. */
static bool in_range(int64_t value, bool is_huge, uint8_t width, bool is_signed) {
    if (width == 64) return is_signed ? !is_huge : is_huge || value >= 0;
    if (is_huge) return false;
    int64_t limit = (int64_t)1 << (is_signed ? width - 1 : width);
    return value < limit && value >= (is_signed ? -limit : 0);
}

bool convert_fits(int64_t value, const Type *from, const Type *to, uint8_t bits) {
    assert(type_is_integer(from) && type_is_integer(to));
    if (to->kind == TYPE_BOOL) return true;
    bool is_huge = from->kind == TYPE_INT && from->bits == 64 && !from->is_signed && value < 0;
    return in_range(value, is_huge, bits ? bits : to->bits, to->is_signed);
}

bool convert_allows(const Type *from, const Type *to) {
    if (from == to || from->kind == TYPE_ERROR || to->kind == TYPE_ERROR) return from->kind != TYPE_VOID;
    if (type_is_integer(from) && type_is_integer(to)) return true;
    if (from->kind == TYPE_NONE) return type_is_handle(to);
    return from->kind == TYPE_TASK && to->kind == TYPE_TASK && (!from->of || !to->of || from->of == to->of);
}

static bool fields_hold(const Field *fields, uint32_t nfields, bool (*holds)(const Type *, TypeKind), TypeKind kind) {
    for (uint32_t i = 0; i < nfields; i++)
        if (holds(fields[i].type, kind)) return true;
    return false;
}

static bool holds(const Type *type, TypeKind kind) {
    if (type->kind == kind || (kind == TYPE_KINDS && type_is_handle(type))) return true;
    if (type->kind == TYPE_ARRAY) return holds(type->of, kind);
    if (type->kind == TYPE_STRUCT) return fields_hold(type->fields, type->nfields, holds, kind);
    if (type->kind != TYPE_MESSAGE) return false;
    for (uint32_t i = 0; i < type->nlabels; i++)
        if (fields_hold(type->labels[i].fields, type->labels[i].nfields, holds, kind)) return true;
    return false;
}

bool convert_holds_handle(const Type *type) { return holds(type, TYPE_KINDS); }
bool convert_holds_kind(const Type *type, TypeKind kind) { return holds(type, kind); }

bool convert_holds_end(const Type *type) {
    return holds(type, TYPE_SENDER) || holds(type, TYPE_RECEIVER) || holds(type, TYPE_PERMIT);
}

bool convert_holds_counted(const Type *type) {
    return convert_holds_end(type) || holds(type, TYPE_FUTURE) || holds(type, TYPE_WATCH);
}
