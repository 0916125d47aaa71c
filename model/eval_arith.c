#include "model/step.h"

#include <assert.h>

/* Operands and result of an arithmetic instruction. */
typedef struct Arith {
    Word b, c, result;
    unsigned bits;
    bool is_signed;
    const char *undefined; /* which behaviour, NULL: none */
} Arith;

static void undefined(Arith *arith, const char *what) {
    if (!arith->undefined) arith->undefined = what;
}

/* The low `bits` of a word, extended by signedness. */
static Word wrap(uint64_t value, unsigned bits, bool is_signed) {
    assert(bits >= 1 && bits <= 64);
    if (bits == 64) return (Word)value;
    uint64_t mask = (UINT64_C(1) << bits) - 1;
    value &= mask;
    if (is_signed && value >> (bits - 1)) value |= ~mask;
    return (Word)value;
}

static bool fits(Word value, unsigned bits, bool is_signed) { return wrap((uint64_t)value, bits, is_signed) == value; }

static void add_sub_mul(Arith *a, InstrOp op) {
    uint64_t b = (uint64_t)a->b, c = (uint64_t)a->c;
    uint64_t wrapped = op == INSTR_ADD ? b + c : op == INSTR_SUB ? b - c : b * c;
    a->result = wrap(wrapped, a->bits, a->is_signed);
    if (!a->is_signed) return;
    Word exact;
    bool overflow = op == INSTR_ADD   ? __builtin_add_overflow(a->b, a->c, &exact)
                    : op == INSTR_SUB ? __builtin_sub_overflow(a->b, a->c, &exact)
                                      : __builtin_mul_overflow(a->b, a->c, &exact);
    if (overflow || !fits(exact, a->bits, true)) undefined(a, "overflow");
}

static void divide(Arith *a, InstrOp op) {
    if (a->c == 0) {
        undefined(a, "division");
        return;
    }
    if (!a->is_signed) {
        uint64_t b = (uint64_t)a->b, c = (uint64_t)a->c;
        a->result = (Word)(op == INSTR_DIV ? b / c : b % c);
        return;
    }
    Word min = wrap(UINT64_C(1) << (a->bits - 1), a->bits, true);
    if (a->b == min && a->c == -1) undefined(a, "overflow");
    else a->result = op == INSTR_DIV ? a->b / a->c : a->b % a->c;
}

static void shift(Arith *a, InstrOp op) {
    if (a->c < 0 || a->c >= (Word)a->bits) {
        undefined(a, "shift");
        return;
    }
    unsigned count = (unsigned)a->c;
    if (op == INSTR_SHR) {
        a->result = a->is_signed ? a->b >> count : (Word)((uint64_t)a->b >> count);
        return;
    }
    a->result = wrap((uint64_t)a->b << count, a->bits, a->is_signed);
    if (a->is_signed && (a->b < 0 || a->result < 0 || a->result >> count != a->b)) undefined(a, "shift");
}

static bool less(const Arith *a) { return a->is_signed ? a->b < a->c : (uint64_t)a->b < (uint64_t)a->c; }

static void negate(Arith *a) {
    Arith zero_minus = {.b = 0, .c = a->b, .bits = a->bits, .is_signed = a->is_signed};
    add_sub_mul(&zero_minus, INSTR_SUB);
    a->result = zero_minus.result;
    if (zero_minus.undefined) undefined(a, zero_minus.undefined);
}

Word arith_convert(const ValueType *type, Word value) {
    return type->kind == VALUE_BOOL ? value != 0 : wrap((uint64_t)value, type->bits, type->is_signed);
}

static void convert(Arith *a) { a->result = a->bits == 1 && !a->is_signed ? a->b != 0 : wrap((uint64_t)a->b, a->bits, a->is_signed); }

static void narrow(Arith *a) {
    a->result = a->b;
    if (!fits(a->b, a->bits, a->is_signed)) undefined(a, "narrowing");
}

static void compute(Arith *a, InstrOp op) {
    switch (op) {
    case INSTR_ADD: case INSTR_SUB: case INSTR_MUL: add_sub_mul(a, op); break;
    case INSTR_DIV: case INSTR_MOD: divide(a, op); break;
    case INSTR_SHL: case INSTR_SHR: shift(a, op); break;
    case INSTR_AND: a->result = a->b & a->c; break;
    case INSTR_OR: a->result = a->b | a->c; break;
    case INSTR_XOR: a->result = a->b ^ a->c; break;
    case INSTR_NEG: negate(a); break;
    case INSTR_BITNOT: a->result = wrap(~(uint64_t)a->b, a->bits, a->is_signed); break;
    case INSTR_NOT: a->result = a->b == 0; break;
    case INSTR_EQ: a->result = a->b == a->c; break;
    case INSTR_NE: a->result = a->b != a->c; break;
    case INSTR_LT: a->result = less(a); break;
    case INSTR_LE: a->result = less(a) || a->b == a->c; break;
    case INSTR_CONVERT: convert(a); break;
    case INSTR_NARROW: narrow(a); break;
    default: assert(!"no arithmetic"); break;
    }
}

static bool is_binary(InstrOp op) {
    return op != INSTR_NEG && op != INSTR_BITNOT && op != INSTR_NOT && op != INSTR_CONVERT && op != INSTR_NARROW;
}

bool arith_compute(InstrOp op, uint8_t type, Word b, Word c, Word *result) {
    Arith arith = {.b = b, .c = c, .bits = itype_bits(type) ? itype_bits(type) : 64, .is_signed = itype_signed(type)};
    compute(&arith, op);
    *result = arith.result;
    return !arith.undefined && arith.result != WORD_UNINIT;
}

bool arith_is_binary(InstrOp op) { return is_binary(op); }

Run arith_exec(Step *step, Act *act, const Instr *instr) {
    InstrOp op = (InstrOp)instr->op;
    Arith arith = {.b = act->frame[instr->b], .bits = itype_bits(instr->type), .is_signed = itype_signed(instr->type)};
    if (arith.bits == 0) arith.bits = 64; /* comparisons of handles and truth values need no type */
    if (is_binary(op)) arith.c = act->frame[instr->c];
    if (arith.b == WORD_UNINIT || arith.c == WORD_UNINIT) return step_undefined(step, "uninitialised", instr->span);
    compute(&arith, op);
    if (arith.undefined) return step_undefined(step, arith.undefined, instr->span);
    if (arith.result == WORD_UNINIT) return step_limit(step, "a computed value stands for `uninitialised`");
    act->frame[instr->a] = arith.result;
    return RUN_ON;
}
