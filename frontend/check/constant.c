#include "frontend/check/constant.h"

#include "frontend/check/convert.h"

#include <assert.h>

static ConstantResult signed_value(bool overflowed, int64_t wide, const Type *type, int64_t *value) {
    *value = convert_value(wide, type);
    return overflowed || *value != wide ? CONSTANT_OVERFLOW : CONSTANT_OK;
}

static ConstantResult arithmetic(Op op, const Type *type, int64_t a, int64_t b, int64_t *value) {
    int64_t wide = 0;
    bool overflowed = op == OP_ADD   ? __builtin_add_overflow(a, b, &wide)
                      : op == OP_SUB ? __builtin_sub_overflow(a, b, &wide)
                                     : __builtin_mul_overflow(a, b, &wide);
    if (type->is_signed) return signed_value(overflowed, wide, type, value);
    *value = convert_value(wide, type);
    return CONSTANT_OK;
}

static ConstantResult divide(Op op, const Type *type, int64_t a, int64_t b, int64_t *value) {
    if (b == 0) return CONSTANT_DIVISION;
    if (!type->is_signed) {
        uint64_t x = (uint64_t)a, y = (uint64_t)b;
        *value = (int64_t)(op == OP_DIV ? x / y : x % y);
        return CONSTANT_OK;
    }
    if (b == -1) { /* MIN / -1 and MIN % -1 overflow alike */
        ConstantResult result = arithmetic(OP_SUB, type, 0, a, value);
        if (op == OP_MOD) *value = 0;
        return result;
    }
    *value = op == OP_DIV ? a / b : a % b;
    return CONSTANT_OK;
}

static ConstantResult shift(Op op, const Type *type, int64_t a, int64_t count, int64_t *value) {
    if (count < 0 || count >= type->bits) return CONSTANT_SHIFT;
    if (op == OP_SHR) {
        *value = type->is_signed ? a >> count : (int64_t)((uint64_t)a >> count);
        return CONSTANT_OK;
    }
    int64_t wide = (int64_t)((uint64_t)a << count);
    *value = convert_value(wide, type);
    if (!type->is_signed) return CONSTANT_OK;
    return a < 0 || *value < 0 || *value >> count != a ? CONSTANT_SHIFT : CONSTANT_OK;
}

static bool compare(Op op, const Type *type, int64_t a, int64_t b) {
    bool less = type->is_signed || type->kind == TYPE_BOOL ? a < b : (uint64_t)a < (uint64_t)b;
    switch (op) {
    case OP_EQ: return a == b;
    case OP_NE: return a != b;
    case OP_LT: return less;
    case OP_GE: return !less;
    case OP_LE: return less || a == b;
    default: return !less && a != b;
    }
}

ConstantResult constant_binary(Op op, const Type *type, int64_t a, int64_t b, int64_t *value) {
    assert(type_is_integer(type));
    *value = 0;
    switch (op) {
    case OP_ADD:
    case OP_SUB:
    case OP_MUL: return arithmetic(op, type, a, b, value);
    case OP_DIV:
    case OP_MOD: return divide(op, type, a, b, value);
    case OP_SHL:
    case OP_SHR: return shift(op, type, a, b, value);
    case OP_AND: *value = a & b; break;
    case OP_OR: *value = a | b; break;
    case OP_XOR: *value = a ^ b; break;
    default: *value = compare(op, type, a, b); break;
    }
    return CONSTANT_OK;
}

ConstantResult constant_unary(Op op, const Type *type, int64_t a, int64_t *value) {
    assert(type_is_integer(type));
    *value = op == OP_BITNOT ? convert_value(~a, type) : op == OP_NOT ? a == 0 : a;
    return op == OP_NEG ? arithmetic(OP_SUB, type, 0, a, value) : CONSTANT_OK;
}

const char *constant_result_text(ConstantResult result) {
    switch (result) {
    case CONSTANT_OVERFLOW: return "signed overflow";
    case CONSTANT_DIVISION: return "division by zero";
    case CONSTANT_SHIFT: return "a shift out of range";
    default: return "no fault";
    }
}
