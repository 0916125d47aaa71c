#include "tests/ltl/given.h"
#include "ltl/word.h"
#include "tests/unit/unit.h"

#include <string.h>

/* Letters of a and b as digits: 0 none, 1 a, 2 b, 3 both; the loop behind a bar. */
static bool holds(const char *places, const char *text) {
    Given given;
    given_init(&given);
    formulas_atom(given.formulas, "a", 1);
    formulas_atom(given.formulas, "b", 1);
    uint64_t letters[16];
    LassoWord word = {letters, 0, 0};
    for (const char *c = places; *c; c++) {
        if (*c == '|') word.prefix = word.length;
        else letters[word.length++] = (uint64_t)(*c - '0');
    }
    bool result = word_satisfies(given.formulas, word, given_formula(&given, text));
    given_fini(&given);
    return result;
}

static void operators_mean_what_they_should(void **state) {
    (void)state;
    assert_true(holds("11|2", "a U b"));
    assert_false(holds("101|2", "a U b"));
    assert_false(holds("|1", "a U b"));
    assert_true(holds("|1", "a W b"));
    assert_true(holds("|2", "a R b"));
    assert_false(holds("|2", "a M b"));
    assert_true(holds("223|0", "a M b"));
    assert_false(holds("221|0", "a R b"));
    assert_true(holds("001|0", "F a"));
    assert_true(holds("0|01", "G F a"));
    assert_false(holds("0|01", "F G a"));
    assert_true(holds("0|1", "F G a"));
    assert_true(holds("012|3", "X a & X X b & !X X a"));
    assert_true(holds("|102", "G(a -> X X b)"));
    assert_true(holds("|12", "G(a <-> !b)"));
    assert_true(holds("|12", "G(a ^ b)"));
    assert_true(holds("|0", "G(a -> b)"));
}

static void the_loop_is_gone_around(void **state) {
    (void)state;
    assert_true(holds("2|0001", "b & X F a"));
    assert_true(holds("|0010", "G F a"));
    assert_true(holds("|2201", "G(a -> X b)"));
    assert_true(holds("|2201", "G(!b -> X(b | a | X b))"));
    assert_true(holds("|1112", "G(a U b)"));
    assert_false(holds("|1102", "G(a U b)"));
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operators_mean_what_they_should),
        cmocka_unit_test(the_loop_is_gone_around),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
