#include "tests/ltl/given.h"
#include "tests/ltl/random.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

static void reads_as(const char *text, const char *expected) {
    Given given;
    given_init(&given);
    char *printed = given_print(&given, given_formula(&given, text));
    assert_string_equal(printed, expected);
    free(printed);
    given_fini(&given);
}

static void operators_have_their_spellings(void **state) {
    (void)state;
    reads_as("GFp0", "GF p0");
    reads_as("[]<>!p", "GF!p");
    reads_as("XXa1 & Fb", "XX a1 && F b");
    reads_as("a /\\ b \\/ c", "(a && b) || c");
    reads_as("~a => b <=> c", "(!a -> b) <-> c");
    reads_as("a xor b ^ c", "(a ^ b) ^ c");
    reads_as("X(0) | 1 | true & false", "(X false || true) || (true && false)");
    reads_as("\"x == 1\" U \"F\"", "\"x == 1\" U \"F\"");
    reads_as("a V b", "a R b");
    reads_as("Ready U Working", "Ready U Working");
}

static void operators_bind_as_they_should(void **state) {
    (void)state;
    reads_as("a U b U c", "a U (b U c)");
    reads_as("a -> b -> c", "a -> (b -> c)");
    reads_as("!a U b & c", "(!a U b) && c");
    reads_as("a & b | c & d", "(a && b) || (c && d)");
    reads_as("a <-> b -> c | d", "a <-> (b -> (c || d))");
    reads_as("a W b M c R d", "a W (b M (c R d))");
    reads_as("G a U b", "G a U b");
    reads_as("(G(a)) U b", "G a U b");
}

static void complains(const char *text, const char *expected) {
    Given given;
    given_init(&given);
    char *said = given_complaints(&given, text);
    if (!strstr(said, expected)) fail_msg("%s\nis said, not %s", said, expected);
    free(said);
    given_fini(&given);
}

static void mistakes_are_located(void **state) {
    (void)state;
    complains("a U", "1:4: error: expected a formula, found the end");
    complains("a b", "1:3: error: expected an operator or the end, found 'b'");
    complains("(a & ) | (b ->)", "1:6: error: expected a formula, found ')'");
    complains("(a & ) | (b ->)", "1:15: error: expected a formula, found ')'");
    complains("(a", "1:3: error: expected an operator or ')', found the end");
    complains("", "1:1: error: expected a formula, found the end");
    complains("a @ b", "1:3: error: a character that no formula holds");
    complains("\"a", "1:1: error: the name is not closed");
    complains("\"\"", "1:1: error: a name is not empty");
    complains("a U 2", "only 0 and 1");
    complains("f\xc3\xbcnf", "go in quotes");
}

static char *repeated(const char *piece, uint32_t count, const char *end) {
    char *text = calloc(strlen(piece) * count + strlen(end) + 1, 1);
    assert_non_null(text);
    for (uint32_t i = 0; i < count; i++) memcpy(text + strlen(piece) * i, piece, strlen(piece));
    return strcat(text, end);
}

static void depth_and_length_are_bounded(void **state) {
    (void)state;
    const char *const pieces[] = {"X", "!", "(", "a U ", "a & ", "(a U (b "};
    for (uint32_t i = 0; i < sizeof pieces / sizeof *pieces; i++) {
        char *text = repeated(pieces[i], 60000, "a");
        Given given;
        given_init(&given);
        char *said = given_complaints(&given, text);
        assert_true(strlen(said) > 0);
        free(said);
        given_fini(&given);
        free(text);
    }
    char *text = repeated("X", FORMULA_DEPTH - 1, "a");
    Given given;
    given_init(&given);
    Formula f = given_formula(&given, text);
    assert_int_equal(formula_size(given.formulas, f), FORMULA_DEPTH);
    assert_int_equal(formula_depth(given.formulas, formula_negated(given.formulas, f)), FORMULA_DEPTH + 1);
    given_fini(&given);
    free(text);
}

static void names_are_at_most_64(void **state) {
    (void)state;
    char text[1000] = "p0";
    for (uint32_t i = 1; i < FORMULA_ATOMS; i++) snprintf(text + strlen(text), 20, " | p%u", i);
    Given given;
    given_init(&given);
    Formula f = given_formula(&given, text);
    assert_true(formula_support(given.formulas, f) == ~UINT64_C(0));
    char *said = given_complaints(&given, "p1 & q");
    assert_non_null(strstr(said, "more than 64 different names"));
    free(said);
    given_fini(&given);
}

static void what_is_printed_reads_back(void **state) {
    (void)state;
    for (uint32_t seed = 0; seed < 2000; seed++) {
        Given given;
        given_init(&given);
        Random random = {seed};
        Formula f = random_formula(&random, given.formulas, 1 + seed % 50, 12);
        char *text = given_print(&given, f);
        assert_int_equal(given_formula(&given, text), f);
        free(text);
        given_fini(&given);
    }
}

static void normal_forms_say_the_same(void **state) {
    (void)state;
    for (uint32_t seed = 0; seed < 3000; seed++) {
        Given given;
        given_init(&given);
        Random random = {seed};
        Formula f = random_formula(&random, given.formulas, 1 + seed % 50, 10);
        Formula same = formula_normal(given.formulas, f), opposite = formula_negated(given.formulas, f);
        assert_true(formula_is(given.formulas, same, FORMULA_IS_NORMAL));
        assert_true(formula_is(given.formulas, opposite, FORMULA_IS_NORMAL));
        for (uint32_t i = 0; i < 10; i++) {
            uint64_t letters[RANDOM_PLACES];
            LassoWord word = random_word(&random, letters);
            bool holds = word_satisfies(given.formulas, word, f);
            assert_int_equal(word_satisfies(given.formulas, word, same), holds);
            assert_int_equal(word_satisfies(given.formulas, word, opposite), !holds);
        }
        given_fini(&given);
    }
}

/* The places of a word from `from` on, as a word. */
static LassoWord suffix_of(LassoWord word, uint32_t from) {
    return (LassoWord){word.letters + from, word.prefix - from, word.length - from};
}

static void traits_are_true(void **state) {
    (void)state;
    for (uint32_t seed = 0; seed < 5000; seed++) {
        Given given;
        given_init(&given);
        Random random = {seed};
        Formula f = formula_normal(given.formulas, random_formula(&random, given.formulas, 2 + seed % 8, 3));
        for (uint32_t i = 0; i < 20; i++) {
            uint64_t letters[RANDOM_PLACES];
            LassoWord word = random_word(&random, letters);
            bool holds = word_satisfies(given.formulas, word, f);
            for (uint32_t from = 1; from <= word.prefix; from++) {
                bool later = word_satisfies(given.formulas, suffix_of(word, from), f);
                if (formula_is(given.formulas, f, FORMULA_IS_EVENTUAL)) assert_true(!later || holds);
                if (formula_is(given.formulas, f, FORMULA_IS_UNIVERSAL)) assert_true(!holds || later);
            }
        }
        given_fini(&given);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(operators_have_their_spellings),
        cmocka_unit_test(operators_bind_as_they_should),
        cmocka_unit_test(mistakes_are_located),
        cmocka_unit_test(depth_and_length_are_bounded),
        cmocka_unit_test(names_are_at_most_64),
        cmocka_unit_test(what_is_printed_reads_back),
        cmocka_unit_test(normal_forms_say_the_same),
        cmocka_unit_test(traits_are_true),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
