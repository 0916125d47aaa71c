#include "tests/unit/unit.h"

#include "model/eval.h"

#include <string.h>

/* One instruction run as a predicate: r = b op c. Slots: 0 result, 1 and 2 the operands. */
static const uint8_t data_kind[] = {WORD_DATA};
static const ValueType word_type = {.kind = VALUE_INT, .name = "int", .bits = 64, .is_signed = true, .words = 1, .word_kinds = data_kind};

typedef struct Outcome {
    StepStatus status;
    const char *detail;
    Word value;
} Outcome;

static Outcome run(InstrOp op, uint8_t type, Word b, Word c) {
    Instr code[] = {
        {.op = INSTR_CONST, .a = 1, .imm = b},
        {.op = INSTR_CONST, .a = 2, .imm = c},
        {.op = (uint8_t)op, .type = type, .a = 0, .b = 1, .c = 2},
        {.op = INSTR_END, .a = 0},
    };
    Point points[] = {{.kind = POINT_START, .pc = 0, .cancel = NO_SLOT}, {.kind = POINT_END, .pc = 3, .cancel = NO_SLOT}};
    Machine machine = {.name = "p", .code = code, .ncode = 4, .points = points, .npoints = 2, .nslots = 3, .result = &word_type};
    Machine *machines[] = {&machine};
    Program program = {.machines = machines, .nmachines = 1};
    World world;
    world_init(&world, &program);
    Outcome outcome = {.value = 0};
    StepResult result = eval_predicate(&world, 0, &outcome.value);
    outcome.status = result.status;
    outcome.detail = result.status == STEP_VIOLATION ? result.violation.detail : "";
    world_fini(&world);
    return outcome;
}

#define S8 ITYPE(8, true)
#define U8 ITYPE(8, false)
#define S32 ITYPE(32, true)
#define S64 ITYPE(64, true)
#define U64 ITYPE(64, false)
#define YIELDS(op, type, b, c, value_)                                                       \
    do {                                                                                     \
        Outcome outcome_ = run(INSTR_##op, (type), (b), (c));                                \
        assert_int_equal(outcome_.status, STEP_DONE);                                        \
        assert_true(outcome_.value == (Word)(value_));                                       \
    } while (0)
#define UNDEFINED(op, type, b, c, what) assert_string_equal(run(INSTR_##op, (type), (b), (c)).detail, (what))

static void test_add_sub_mul(void **state) {
    (void)state;
    YIELDS(ADD, S32, 2, 3, 5);
    YIELDS(ADD, U8, 250, 10, 4);
    YIELDS(SUB, U8, 3, 5, 254);
    YIELDS(SUB, U64, 0, 1, UINT64_MAX);
    YIELDS(MUL, U64, INT64_MIN, 2, 0);
    UNDEFINED(ADD, S32, INT32_MAX, 1, "overflow");
    UNDEFINED(SUB, S8, -128, 1, "overflow");
    UNDEFINED(MUL, S32, 65536, 65536, "overflow");
    UNDEFINED(ADD, S64, INT64_MAX, 1, "overflow");
    UNDEFINED(MUL, S64, INT64_MIN, -1, "overflow");
}

static void test_division(void **state) {
    (void)state;
    YIELDS(DIV, S32, -7, 2, -3);
    YIELDS(MOD, S32, -7, 2, -1);
    YIELDS(DIV, U64, -1, 2, INT64_MAX);
    UNDEFINED(DIV, S32, 1, 0, "division");
    UNDEFINED(MOD, U8, 1, 0, "division");
    UNDEFINED(DIV, S32, INT32_MIN, -1, "overflow");
    UNDEFINED(MOD, S64, INT64_MIN, -1, "overflow");
}

static void test_shifts(void **state) {
    (void)state;
    YIELDS(SHL, S32, 1, 30, 1 << 30);
    YIELDS(SHL, U8, 0xff, 4, 0xf0);
    YIELDS(SHR, S32, -8, 1, -4);
    YIELDS(SHR, U64, -1, 63, 1);
    YIELDS(SHL, U64, 1, 63, INT64_MIN);
    UNDEFINED(SHL, S32, 1, 31, "shift");
    UNDEFINED(SHL, S32, 1, 32, "shift");
    UNDEFINED(SHR, S32, 1, -1, "shift");
    UNDEFINED(SHL, S32, -1, 1, "shift");
    UNDEFINED(SHL, S64, 1, 63, "shift");
}

static void test_bits_and_unary(void **state) {
    (void)state;
    YIELDS(AND, S32, 12, 10, 8);
    YIELDS(XOR, S32, 12, 10, 6);
    YIELDS(BITNOT, U8, 1, 0, 254);
    YIELDS(BITNOT, S8, 1, 0, -2);
    YIELDS(NEG, S32, 5, 0, -5);
    YIELDS(NEG, U8, 1, 0, 255);
    UNDEFINED(NEG, S32, INT32_MIN, 0, "overflow");
    YIELDS(NOT, S32, 5, 0, 0);
    YIELDS(NOT, S32, 0, 0, 1);
}

static void test_comparisons(void **state) {
    (void)state;
    YIELDS(LT, S32, -1, 1, 1);
    YIELDS(LT, U64, -1, 1, 0);
    YIELDS(LE, S32, 1, 1, 1);
    YIELDS(EQ, 0, 3, 3, 1);
    YIELDS(NE, S32, 3, 3, 0);
}

static void test_conversions(void **state) {
    (void)state;
    YIELDS(CONVERT, U8, 257, 0, 1);
    YIELDS(CONVERT, S8, 255, 0, -1);
    YIELDS(CONVERT, ITYPE(1, false), 256, 0, 1);
    YIELDS(NARROW, ITYPE(3, false), 7, 0, 7);
    UNDEFINED(NARROW, ITYPE(3, false), 8, 0, "narrowing");
    UNDEFINED(NARROW, ITYPE(3, false), -1, 0, "narrowing");
    UNDEFINED(NARROW, ITYPE(3, true), 4, 0, "narrowing");
}

static void test_the_word_for_uninitialised(void **state) {
    (void)state;
    assert_int_equal(run(INSTR_ADD, U64, WORD_UNINIT - 1, 1).status, STEP_LIMIT);
    assert_int_equal(run(INSTR_ADD, U64, WORD_UNINIT, 1).status, STEP_LIMIT); /* no constant either */
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_add_sub_mul), cmocka_unit_test(test_division), cmocka_unit_test(test_shifts), cmocka_unit_test(test_bits_and_unary),
        cmocka_unit_test(test_comparisons), cmocka_unit_test(test_conversions), cmocka_unit_test(test_the_word_for_uninitialised),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
