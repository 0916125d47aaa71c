#include "ltl/stutter.h"
#include "tests/ltl/given.h"
#include "tests/ltl/random.h"
#include "tests/unit/unit.h"

#include <stdlib.h>

static StutterAnswer check(Given *given, Formula f, OwnWord *in, OwnWord *out) {
    LtlOptions options = ltl_options_all();
    Automaton *plain = given_automaton(given, f, LTL_GENERALISED, &options);
    Automaton *negated = given_automaton(given, formula_negated(given->formulas, f), LTL_GENERALISED, &options);
    StutterAnswer answer = stutter_check(plain, negated, 1 << 20, in, out);
    automaton_free(plain);
    automaton_free(negated);
    return answer;
}

static void known_ones(void **state) {
    (void)state;
    const char *const invariant[] = {"a U b", "G(a -> F b)", "(Xa U Xb) | !X(a U b)", "F(a & X(!a & b))", "true",
        "F(a & X(a U b)) | !F(a & X(a U b))"};
    const char *const sensitive[] = {"X a", "F(a & X a)", "G(a <-> X !a)", "F(a & X(a U b))", "XXXa"};
    for (uint32_t i = 0; i < sizeof invariant / sizeof *invariant; i++) {
        Given given;
        given_init(&given);
        assert_int_equal(check(&given, given_formula(&given, invariant[i]), NULL, NULL), STUTTER_INVARIANT);
        given_fini(&given);
    }
    for (uint32_t i = 0; i < sizeof sensitive / sizeof *sensitive; i++) {
        Given given;
        given_init(&given);
        assert_int_equal(check(&given, given_formula(&given, sensitive[i]), NULL, NULL), STUTTER_SENSITIVE);
        given_fini(&given);
    }
}

/* The letters of a word, each run of equal ones as one; of a loop of equal letters, that letter for ever. */
static uint32_t squeeze(LassoWord word, uint64_t *out, uint32_t room) {
    uint32_t n = 0;
    for (uint32_t i = 0, at = 0; i < 100 && n < room; i++) {
        if (n == 0 || out[n - 1] != word.letters[at]) out[n++] = word.letters[at];
        at = at + 1 < word.length ? at + 1 : word.prefix;
    }
    return n;
}

static bool is_equivalent(LassoWord a, LassoWord b) {
    enum { ROOM = 10 };
    uint64_t x[ROOM], y[ROOM];
    uint32_t n = squeeze(a, x, ROOM);
    if (squeeze(b, y, ROOM) != n) return false;
    for (uint32_t i = 0; i < n; i++)
        if (x[i] != y[i]) return false;
    return true;
}

/* Without X nothing is sensitive; the words of a sensitive formula differ in repetitions, and it tells them apart. */
static void random_ones(void **state) {
    (void)state;
    uint32_t sensitive = 0, invariant = 0;
    for (uint32_t seed = 0; seed < 800; seed++) {
        Given given;
        given_init(&given);
        Random random = {seed * UINT64_C(65537)};
        Formula f = random_formula(&random, given.formulas, 7, 2);
        OwnWord in = {0}, out = {0};
        StutterAnswer answer = check(&given, f, &in, &out);
        assert_int_not_equal(answer, STUTTER_UNKNOWN);
        if (answer == STUTTER_INVARIANT) invariant++;
        if (formula_is(given.formulas, f, FORMULA_IS_STEPLESS)) assert_int_equal(answer, STUTTER_INVARIANT);
        if (answer == STUTTER_SENSITIVE) {
            LassoWord yes = word_of(&in), no = word_of(&out);
            assert_true(word_satisfies(given.formulas, yes, f));
            assert_false(word_satisfies(given.formulas, no, f));
            assert_true(is_equivalent(yes, no));
            sensitive++;
        }
        word_fini(&in);
        word_fini(&out);
        given_fini(&given);
    }
    assert_true(sensitive > 50 && invariant > 300);
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(known_ones), cmocka_unit_test(random_ones)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
