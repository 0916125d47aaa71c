/* C's integers: conversions and operators with their undefined behaviour as verdicts. */
#include "tests/differential/plain_run.h"

__extension__ typedef __int128 Wide;
__extension__ typedef unsigned __int128 UWide;

int64_t plain_wrap(int64_t v, const Type *to) {
    if (to->kind == TYPE_BOOL) return v != 0;
    switch (to->bits) {
    case 8: return to->is_signed ? (int64_t)(int8_t)v : (int64_t)(uint8_t)v;
    case 16: return to->is_signed ? (int64_t)(int16_t)v : (int64_t)(uint16_t)v;
    case 32: return to->is_signed ? (int64_t)(int32_t)v : (int64_t)(uint32_t)v;
    default: return v;
    }
}
PCell plain_conv(PRun *r, PCell x, const Type *to, uint8_t bits, uint32_t line) {
    if (x.tag != CELL_INT) return x;
    int64_t before = x.v;
    x.v = plain_wrap(x.v, to);
    if (bits == 0 || to->kind == TYPE_BOOL) return x;
    (void)before;
    bool fits = bits >= 64 ||
                (to->is_signed ? before >= -((int64_t)1 << (bits - 1)) && before < (int64_t)1 << (bits - 1)
                               : (uint64_t)before < (uint64_t)1 << bits);
    if (!fits) plain_violate(r, "undefined", "narrowing", line);
    return x;
}
static int64_t fit(PRun *r, Wide v, const Type *in, uint32_t line) {
    if (!in->is_signed) return plain_wrap((int64_t)(uint64_t)(UWide)v, in);
    Wide limit = (Wide)1 << (in->bits - 1);
    if (v < -limit || v >= limit) plain_violate(r, "undefined", "overflow", line);
    return (int64_t)v;
}
static Wide wide(int64_t v, const Type *in) { return in->is_signed ? (Wide)v : (Wide)(uint64_t)v; }

static int64_t shift(PRun *r, Op op, int64_t x, int64_t y, const Type *in, uint32_t line) {
    if (y < 0 || y >= in->bits) plain_violate(r, "undefined", "shift", line);
    if (op == OP_SHL && in->is_signed && (x < 0 || x > (int64_t)(((uint64_t)1 << (in->bits - 1)) - 1) >> y))
        plain_violate(r, "undefined", "shift", line);
    if (op == OP_SHL) return plain_wrap((int64_t)((uint64_t)x << y), in);
    return in->is_signed ? x >> y : (int64_t)((uint64_t)x >> y);
}
int64_t plain_binary(PRun *r, Op op, int64_t x, int64_t y, const Type *in, uint32_t line) {
    Wide a = wide(x, in), b = wide(y, in);
    switch (op) {
    case OP_ADD: return fit(r, a + b, in, line);
    case OP_SUB: return fit(r, a - b, in, line);
    case OP_MUL: return in->is_signed ? fit(r, a * b, in, line) : plain_wrap((int64_t)((uint64_t)x * (uint64_t)y), in);
    case OP_DIV: case OP_MOD:
        if (b == 0) plain_violate(r, "undefined", "division", line);
        if (op == OP_MOD) fit(r, a / b, in, line);
        return fit(r, op == OP_DIV ? a / b : a % b, in, line);
    case OP_SHL: case OP_SHR: return shift(r, op, x, y, in, line);
    case OP_AND: return x & y;
    case OP_OR: return x | y;
    case OP_XOR: return x ^ y;
    case OP_EQ: return a == b;
    case OP_NE: return a != b;
    case OP_LT: return a < b;
    case OP_GT: return a > b;
    case OP_LE: return a <= b;
    case OP_GE: return a >= b;
    default: plain_limit(r, "an operator it does not know");
    }
}
