/* Constant folding against the arithmetic of the compiler that compiles this test. */
#include "frontend/check/constant.h"
#include "frontend/check/convert.h"
#include "tests/unit/unit.h"

static Names *names;
static Types *types;

static int setup(void **state) {
    (void)state;
    names = names_new();
    types = types_new(names);
    return 0;
}

static int teardown(void **state) {
    (void)state;
    types_free(types);
    names_free(names);
    return 0;
}

static const int64_t interesting[] = {0, 1, -1, 2, 3, 7, 31, 32, 33, 63, 64, INT32_MAX, INT32_MIN, INT64_MAX, INT64_MIN,
    255, UINT32_MAX, 123456789, -98765, 1 << 30, -(1 << 30)};
enum { INTERESTING = sizeof interesting / sizeof *interesting };

static void folds_to(Op op, const Type *type, int64_t a, int64_t b, int64_t wanted) {
    int64_t value;
    assert_int_equal(constant_binary(op, type, a, b, &value), CONSTANT_OK);
    assert_true(value == wanted);
}

static void faults(Op op, const Type *type, int64_t a, int64_t b, ConstantResult wanted) {
    int64_t value;
    assert_int_equal(constant_binary(op, type, a, b, &value), wanted);
}

/* Signed: what the compiler's overflow check says. */
static void check_int32(int32_t a, int32_t b) {
    const Type *type = types_int(types, 32, true);
    int32_t wanted;
    if (__builtin_add_overflow(a, b, &wanted)) faults(OP_ADD, type, a, b, CONSTANT_OVERFLOW);
    else folds_to(OP_ADD, type, a, b, wanted);
    if (__builtin_sub_overflow(a, b, &wanted)) faults(OP_SUB, type, a, b, CONSTANT_OVERFLOW);
    else folds_to(OP_SUB, type, a, b, wanted);
    if (__builtin_mul_overflow(a, b, &wanted)) faults(OP_MUL, type, a, b, CONSTANT_OVERFLOW);
    else folds_to(OP_MUL, type, a, b, wanted);
    if (b == 0) faults(OP_DIV, type, a, b, CONSTANT_DIVISION);
    else if (a == INT32_MIN && b == -1) faults(OP_MOD, type, a, b, CONSTANT_OVERFLOW);
    else folds_to(OP_DIV, type, a, b, a / b);
    folds_to(OP_LT, type, a, b, a < b);
    folds_to(OP_GE, type, a, b, a >= b);
    folds_to(OP_XOR, type, a, b, a ^ b);
}

static void check_int64(int64_t a, int64_t b) {
    const Type *type = types_int(types, 64, true);
    int64_t wanted;
    if (__builtin_mul_overflow(a, b, &wanted)) faults(OP_MUL, type, a, b, CONSTANT_OVERFLOW);
    else folds_to(OP_MUL, type, a, b, wanted);
    if (b == 0) faults(OP_MOD, type, a, b, CONSTANT_DIVISION);
    else if (a == INT64_MIN && b == -1) faults(OP_DIV, type, a, b, CONSTANT_OVERFLOW);
    else folds_to(OP_MOD, type, a, b, a % b);
    folds_to(OP_LE, type, a, b, a <= b);
}

/* Unsigned: wraps. */
static void check_unsigned(uint32_t a, uint32_t b) {
    const Type *type = types_int(types, 32, false);
    folds_to(OP_ADD, type, a, b, (uint32_t)(a + b));
    folds_to(OP_SUB, type, a, b, (uint32_t)(a - b));
    folds_to(OP_MUL, type, a, b, (uint32_t)(a * b));
    if (b) folds_to(OP_DIV, type, a, b, a / b);
    folds_to(OP_GT, type, a, b, a > b);
}

static void check_uint64(uint64_t a, uint64_t b) {
    const Type *type = types_int(types, 64, false);
    folds_to(OP_SUB, type, (int64_t)a, (int64_t)b, (int64_t)(a - b));
    if (b) folds_to(OP_MOD, type, (int64_t)a, (int64_t)b, (int64_t)(a % b));
    folds_to(OP_LT, type, (int64_t)a, (int64_t)b, a < b);
}

static void check_shift(int64_t a, int64_t count) {
    const Type *i32 = types_int(types, 32, true), *u32 = types_int(types, 32, false);
    if (count < 0 || count >= 32) {
        faults(OP_SHL, u32, (uint32_t)a, count, CONSTANT_SHIFT);
        faults(OP_SHR, i32, (int32_t)a, count, CONSTANT_SHIFT);
        return;
    }
    folds_to(OP_SHL, u32, (uint32_t)a, count, (uint32_t)((uint32_t)a << count));
    folds_to(OP_SHR, u32, (uint32_t)a, count, (uint32_t)a >> count);
    folds_to(OP_SHR, i32, (int32_t)a, count, (int32_t)a >> count);
    int64_t wide = (int64_t)((uint64_t)(int64_t)(int32_t)a << count);
    if ((int32_t)a < 0 || wide > INT32_MAX) faults(OP_SHL, i32, (int32_t)a, count, CONSTANT_SHIFT);
    else folds_to(OP_SHL, i32, (int32_t)a, count, wide);
}

static void folds_as_the_compiler_does(void **state) {
    (void)state;
    for (uint32_t i = 0; i < INTERESTING; i++) {
        for (uint32_t k = 0; k < INTERESTING; k++) {
            int64_t a = interesting[i], b = interesting[k];
            check_int32((int32_t)a, (int32_t)b);
            check_int64(a, b);
            check_unsigned((uint32_t)a, (uint32_t)b);
            check_uint64((uint64_t)a, (uint64_t)b);
            check_shift(a, b);
        }
    }
}

static void unary_operators(void **state) {
    (void)state;
    const Type *i32 = types_int(types, 32, true), *u32 = types_int(types, 32, false);
    int64_t value;
    assert_int_equal(constant_unary(OP_NEG, i32, INT32_MIN, &value), CONSTANT_OVERFLOW);
    assert_int_equal(constant_unary(OP_NEG, i32, 5, &value), CONSTANT_OK);
    assert_int_equal(value, -5);
    assert_int_equal(constant_unary(OP_NEG, u32, 1, &value), CONSTANT_OK);
    assert_true(value == UINT32_MAX);
    assert_int_equal(constant_unary(OP_BITNOT, u32, 0, &value), CONSTANT_OK);
    assert_true(value == UINT32_MAX);
    assert_int_equal(constant_unary(OP_NOT, i32, 3, &value), CONSTANT_OK);
    assert_int_equal(value, 0);
}

static void conversions_wrap_and_fit(void **state) {
    (void)state;
    const Type *i32 = types_int(types, 32, true), *u8 = types_int(types, 8, false), *i8 = types_int(types, 8, true);
    const Type *u64 = types_int(types, 64, false), *i64 = types_int(types, 64, true),
               *boolean = types_basic(types, TYPE_BOOL);
    assert_int_equal(convert_value(300, u8), 44);
    assert_int_equal(convert_value(-1, u8), 255);
    assert_int_equal(convert_value(200, i8), -56);
    assert_int_equal(convert_value(256, boolean), 1);
    assert_true(convert_fits(255, i32, u8, 0) && !convert_fits(256, i32, u8, 0) && !convert_fits(-1, i32, u8, 0));
    assert_true(convert_fits(7, i32, u8, 3) && !convert_fits(8, i32, u8, 3));
    assert_true(convert_fits(-4, i32, i8, 3) && !convert_fits(-5, i32, i8, 3) && !convert_fits(4, i32, i8, 3));
    assert_true(!convert_fits(-1, u64, i64, 0) && convert_fits(-1, u64, u64, 0) && convert_fits(5, u64, i8, 0));
    assert_true(convert_fits(12345, i32, boolean, 0));
}

static Expr operand(const Type *type) { return (Expr){.kind = EXPR_CAST, .type = type}; }

static const Type *common(const Type *a, const Type *b) {
    Expr x = operand(a), y = operand(b);
    return convert_operands(types, &x, &y);
}

static void usual_conversions(void **state) {
    (void)state;
    const Type *i8 = types_int(types, 8, true), *u16 = types_int(types, 16, false), *i32 = types_int(types, 32, true);
    const Type *u32 = types_int(types, 32, false), *i64 = types_int(types, 64, true),
               *u64 = types_int(types, 64, false);
    assert_ptr_equal(common(i8, u16), i32);
    assert_ptr_equal(common(types_basic(types, TYPE_BOOL), types_char(types)), i32);
    assert_ptr_equal(common(i32, u32), u32);
    assert_ptr_equal(common(u32, i64), i64);
    assert_ptr_equal(common(i64, u64), u64);
    assert_ptr_equal(common(i64, i8), i64);
    Symbol narrow = {.kind = SYMBOL_VAR, .bits = 3}, full = {.kind = SYMBOL_VAR, .bits = 32};
    Expr x = {.kind = EXPR_NAME, .symbol = &narrow, .type = u32}, y = {.kind = EXPR_NAME, .symbol = &full, .type = u32};
    assert_ptr_equal(convert_promote(types, &x), i32);
    assert_ptr_equal(convert_promote(types, &y), u32);
}

static void what_may_be_assigned(void **state) {
    (void)state;
    const Type *i32 = types_int(types, 32, true), *none = types_basic(types, TYPE_NONE),
               *mutex = types_basic(types, TYPE_MUTEX);
    const Type *chan = types_handle(types, TYPE_CHAN, i32), *other = types_handle(types, TYPE_CHAN, types_char(types));
    const Type *task = types_basic(types, TYPE_TASK), *int_task = types_handle(types, TYPE_TASK, i32);
    assert_true(
        convert_allows(i32, types_basic(types, TYPE_BOOL)) && convert_allows(none, chan) && convert_allows(chan, chan));
    assert_false(convert_allows(chan, other) || convert_allows(mutex, chan) || convert_allows(i32, chan) ||
                 convert_allows(none, i32));
    assert_true(convert_allows(int_task, task) && convert_allows(task, int_task));
    assert_false(convert_allows(int_task, types_handle(types, TYPE_TASK, mutex)));
    assert_true(
        convert_allows(types_basic(types, TYPE_ERROR), chan) && !convert_allows(types_basic(types, TYPE_VOID), i32));
    assert_true(convert_holds_kind(types_array(types, chan, 2), TYPE_CHAN) && !convert_holds_handle(i32));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(folds_as_the_compiler_does),
        cmocka_unit_test(unary_operators),
        cmocka_unit_test(conversions_wrap_and_fit),
        cmocka_unit_test(usual_conversions),
        cmocka_unit_test(what_may_be_assigned),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
