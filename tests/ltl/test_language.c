/* Inclusion and equivalence: what is said agrees with words, and each word that is given tells the two apart. */
#include "ltl/language.h"
#include "tests/ltl/given.h"
#include "tests/ltl/random.h"
#include "tests/unit/unit.h"

static Language language_in(Given *given, Formula f) {
    LtlOptions options = ltl_options_all();
    return language_of_formula(given->formulas, given->bdds, f, &options);
}

/* Every word of g is one of f: as the languages say it; a word against it is one. */
static bool includes(Given *given, Formula f, Formula g) {
    Language outer = language_in(given, f), inner = language_in(given, g);
    OwnWord word = {0};
    LanguageAnswer answer = language_includes(&outer, &inner, &word);
    assert_int_not_equal(answer, LANGUAGE_UNKNOWN);
    if (answer == LANGUAGE_NO) {
        assert_true(word_satisfies(given->formulas, word_of(&word), g));
        assert_false(word_satisfies(given->formulas, word_of(&word), f));
    }
    word_fini(&word);
    language_fini(&outer);
    language_fini(&inner);
    return answer == LANGUAGE_YES;
}

static void known_ones(void **state) {
    (void)state;
    static const struct {
        const char *f, *g;
        bool there, back;
    } rows[] = {
        {"a W b", "a U b", true, false},
        {"!(a U b)", "!a R !b", true, true},
        {"F G a", "!G F !a", true, true},
        {"G F a", "F G a", true, false},
        {"F a & F b", "F(a & F b) | F(b & F a)", true, true},
        {"X a", "a", false, false},
        {"G(a -> X G a)", "G(a -> G a)", true, true},
        {"true", "a", true, false},
    };
    for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Given given;
        given_init(&given);
        Formula f = given_formula(&given, rows[i].f), g = given_formula(&given, rows[i].g);
        assert_int_equal(includes(&given, f, g), rows[i].there);
        assert_int_equal(includes(&given, g, f), rows[i].back);
        given_fini(&given);
    }
}

/* What is included word by word, on some words. */
static bool seems_included(Given *given, Random *random, Formula f, Formula g) {
    for (uint32_t i = 0; i < 40; i++) {
        uint64_t letters[RANDOM_PLACES];
        LassoWord word = random_word(random, letters);
        if (word_satisfies(given->formulas, word, g) && !word_satisfies(given->formulas, word, f)) return false;
    }
    return true;
}

static void random_pairs(void **state) {
    (void)state;
    uint32_t included = 0;
    for (uint32_t seed = 0; seed < 1000; seed++) {
        Given given;
        given_init(&given);
        Random random = {seed * UINT64_C(86028121)};
        Formula f = random_formula(&random, given.formulas, 6, 2), g = random_formula(&random, given.formulas, 6, 2);
        bool says = includes(&given, f, g);
        if (says) assert_true(seems_included(&given, &random, f, g));
        Language a = language_in(&given, f), b = language_in(&given, g);
        bool equal = says && includes(&given, g, f);
        assert_int_equal(language_equals(&a, &b, NULL), equal ? LANGUAGE_YES : LANGUAGE_NO);
        language_fini(&a);
        language_fini(&b);
        included += says;
        given_fini(&given);
    }
    assert_in_range(included, 100, 900);
}

/* The automaton of a formula, without the formula, is still equal to it; where its complement is not to be had, one
   direction is known. */
static void automata_and_formulas(void **state) {
    (void)state;
    LtlOptions options = ltl_options_all();
    uint32_t known = 0;
    for (uint32_t seed = 0; seed < 400; seed++) {
        Given given;
        given_init(&given);
        Random random = {seed * UINT64_C(49979687)};
        Formula f = random_formula(&random, given.formulas, 9, 3);
        Language a = language_of_automaton(given_automaton(&given, f, LTL_BUCHI, &options)), b = language_in(&given, f);
        assert_int_equal(language_includes(&b, &a, NULL), LANGUAGE_YES);
        LanguageAnswer back = language_includes(&a, &b, NULL);
        assert_int_equal(back, a.complement ? LANGUAGE_YES : LANGUAGE_UNKNOWN);
        known += back == LANGUAGE_YES;
        if (known && formula_is(given.formulas, f, FORMULA_IS_STEPLESS) && a.complement)
            assert_int_equal(language_stutters(&a, 1 << 20, NULL, NULL), STUTTER_INVARIANT);
        language_fini(&a);
        language_fini(&b);
        given_fini(&given);
    }
    assert_in_range(known, 395, 400);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_ones),
        cmocka_unit_test(random_pairs),
        cmocka_unit_test(automata_and_formulas),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
