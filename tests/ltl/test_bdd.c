#include "ltl/bdd.h"
#include "tests/ltl/random.h"
#include "tests/unit/unit.h"

enum { VARIABLES = 6, FUNCTIONS = 64 };

/* The truth table of a function of the first six variables. */
static uint64_t table_of(const Bdds *bdds, Bdd f) {
    uint64_t table = 0;
    for (uint64_t assignment = 0; assignment < 64; assignment++)
        if (bdd_value(bdds, f, assignment)) table |= UINT64_C(1) << assignment;
    return table;
}

static void operations_are_those_of_truth_tables(void **state) {
    (void)state;
    Bdds *bdds = bdds_new();
    Random random = {7};
    Bdd f[FUNCTIONS];
    for (uint32_t i = 0; i < VARIABLES; i++) f[i] = bdd_literal(bdds, i, i % 2 == 0);
    for (uint32_t i = VARIABLES; i < FUNCTIONS; i++) {
        Bdd a = f[random_below(&random, i)], b = f[random_below(&random, i)];
        uint64_t s = table_of(bdds, a), t = table_of(bdds, b);
        Bdd results[] = {bdd_and(bdds, a, b), bdd_or(bdds, a, b), bdd_xor(bdds, a, b), bdd_not(bdds, a)};
        uint64_t tables[] = {s & t, s | t, s ^ t, ~s};
        for (uint32_t k = 0; k < 4; k++) assert_true(table_of(bdds, results[k]) == tables[k]);
        assert_int_equal(bdd_implies(bdds, a, b), (s & ~t) == 0);
        assert_int_equal(bdd_meets(bdds, a, b), (s & t) != 0);
        f[i] = results[random_below(&random, 4)];
    }
    for (uint32_t i = 0; i < FUNCTIONS; i++)
        for (uint32_t j = 0; j < FUNCTIONS; j++)
            assert_int_equal(f[i] == f[j], table_of(bdds, f[i]) == table_of(bdds, f[j]));
    bdds_free(bdds);
}

typedef struct Sum {
    Bdds *bdds;
    Bdd value;
    uint32_t count, most;
} Sum;

static bool add_cube(void *context, const BddLiteral *literals, uint32_t count) {
    Sum *sum = context;
    Bdd cube = BDD_TRUE;
    for (uint32_t i = 0; i < count; i++)
        cube = bdd_and(sum->bdds, cube, bdd_literal(sum->bdds, literals[i].variable, literals[i].positive));
    sum->value = bdd_or(sum->bdds, sum->value, cube);
    return ++sum->count < sum->most;
}

static void cubes_sum_up_to_the_function(void **state) {
    (void)state;
    Bdds *bdds = bdds_new();
    Random random = {3};
    for (uint32_t round = 0; round < 200; round++) {
        Bdd f = BDD_FALSE;
        for (uint32_t k = 0; k < 8; k++) {
            Bdd cube = BDD_TRUE;
            for (uint32_t v = 0; v < 10; v++)
                if (random_below(&random, 3) == 0)
                    cube = bdd_and(bdds, cube, bdd_literal(bdds, v, random_below(&random, 2) != 0));
            f = bdd_or(bdds, f, cube);
        }
        Sum sum = {bdds, BDD_FALSE, 0, UINT32_MAX}, one = {bdds, BDD_FALSE, 0, 1};
        bdd_each_cube(bdds, f, add_cube, &sum);
        assert_int_equal(sum.value, f);
        bdd_each_cube(bdds, f, add_cube, &one);
        assert_int_equal(one.count, f == BDD_FALSE ? 0 : 1);
    }
    bdds_free(bdds);
}

static void projection_and_support(void **state) {
    (void)state;
    Bdds *bdds = bdds_new();
    Bdd a = bdd_literal(bdds, 0, true), b = bdd_literal(bdds, 5, true), late = bdd_literal(bdds, 70, true);
    Bdd f = bdd_or(
        bdds, bdd_and(bdds, a, late), bdd_and(bdds, bdd_not(bdds, a), bdd_and(bdds, b, bdd_not(bdds, late))));
    assert_int_equal(bdd_project(bdds, f, 64), bdd_or(bdds, a, b));
    assert_true(bdd_support(bdds, f) == ((UINT64_C(1) << 0) | (UINT64_C(1) << 5)));
    assert_true(bdd_value(bdds, bdd_or(bdds, a, b), bdd_assignment(bdds, bdd_or(bdds, a, b))));
    bdds_free(bdds);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operations_are_those_of_truth_tables),
        cmocka_unit_test(cubes_sum_up_to_the_function),
        cmocka_unit_test(projection_and_support),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
