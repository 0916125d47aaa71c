/* The HOA reader on each liberty of the format, on mistakes, and on what the writer writes. */
#include "ltl/emptiness.h"
#include "ltl/hoa.h"
#include "ltl/hoa_read.h"
#include "tests/ltl/given.h"
#include "tests/ltl/random.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

static Span add_text(Given *given, const char *text) {
    uint32_t file = sources_add(given->sources, "hoa", text, strlen(text));
    return (Span){file, 0, (uint32_t)strlen(text)};
}

static HoaResult read_next(Given *given, Span *span, Automaton **automaton) {
    return hoa_read(given->formulas, given->bdds, given->sources, given->diags, span, automaton);
}

/* The two agree on many words. */
static void same_language(Given *given, const Automaton *automaton, Formula f, const char *what) {
    Random random = {11};
    for (uint32_t i = 0; i < 200; i++) {
        uint64_t letters[RANDOM_PLACES];
        LassoWord word = random_word(&random, letters);
        if (emptiness_accepts(automaton, word) != word_satisfies(given->formulas, word, f))
            fail_msg("a word is judged wrongly: %s", what);
    }
}

/* The only automaton of the text has the language of the formula. */
static void is(const char *text, const char *formula) {
    Given given;
    given_init(&given);
    Formula f = given_formula(&given, formula);
    Span span = add_text(&given, text);
    Automaton *automaton;
    HoaResult result = read_next(&given, &span, &automaton);
    if (result != HOA_AUTOMATON) {
        diags_render(given.diags, stderr, false);
        fail_msg("not read: %s", text);
    }
    same_language(&given, automaton, f, text);
    automaton_free(automaton);
    assert_int_equal(read_next(&given, &span, &automaton), HOA_END);
    given_fini(&given);
}

static void labels_and_headers(void **state) {
    (void)state;
    is("HOA: v1 Start: 0 States: 2 Acceptance: 1 Inf(0) AP: 1 \"a\" --BODY-- State: 0 [!0] 0 [0] 1 State: 1 {0} [t] 1 "
       "--END--",
        "F a");
    is("HOA: v1 AP: 2 \"a\" \"b\" Acceptance: 1 Inf(0) Start: 0 --BODY-- State: 0 {0} [0&!1|1] 0 --END--", "G(a | b)");
    is("HOA: v1 Alias: @c 0 & !1 Alias: @d @c | 1 AP: 2 \"a\" \"b\" Acceptance: 0 t Start: 0 --BODY-- State: 0 [@d] 0 "
       "--END--",
        "G(a | b)");
    is("HOA: v1 AP: 1 \"a\" Acceptance: 0 t Start: 0 --BODY-- State: [0] 0 1 State: [!0] 1 0 --END--",
        "a & G(a <-> X !a)");
    is("HOA: v1 AP: 1 \"a\" Acceptance: 1 Inf(0) Start: 0 --BODY-- State: 0 0 0 {0} --END--", "G F a");
    is("HOA: v1 AP: 2 \"a\" \"b\" Acceptance: 1 Inf(0) Start: 0 --BODY-- State: 0 0 0 {0} 0 0 {0} --END--", "G F a");
    is("HOA: v1 AP: 2 \"a\" \"b\" Acceptance: 0 t Start: 0 Start: 1 --BODY-- State: 0 [0] 0 State: 1 [1] 1 --END--",
        "G a | G b");
    is("HOA: v1 AP: 1 \"a\" Acceptance: 0 t --BODY-- State: 0 [t] 0 --END--", "false");
    is("HOA: v1 States: 0 Acceptance: 0 t --BODY-- --END--", "false");
    is("HOA: v1 name: \"x \\\" --BODY--\" tool: \"t\" \"1\" properties: a b-c /* a /* nested */ one */ unknown: 3 "
       "Acceptance: 0 t AP: 0 Start: 3 --BODY-- State: 3 \"three\" [t] 3 --END--",
        "true");
    is("HOA: v1 AP: 1 \"a\" acc-name: Buchi Acceptance: 1 Inf(0) Start: 1 --BODY-- State: 1 [0] 0 State: 0 \"s\" {0} "
       "[t] 0 --END--",
        "a");
}

/* One state that reads a with set 0 and !a with set 1. */
static void accepts_by(const char *condition, const char *formula) {
    char text[300];
    snprintf(text, sizeof text,
        "HOA: v1 AP: 1 \"a\" Start: 0 Acceptance: 2 %s --BODY-- State: 0 [0] 0 {0} [!0] 0 {1} --END--", condition);
    is(text, formula);
}

static void any_acceptance(void **state) {
    (void)state;
    accepts_by("t", "true");
    accepts_by("f", "false");
    accepts_by("Inf(0)", "G F a");
    accepts_by("Inf(!0)", "G F !a");
    accepts_by("Fin(0)", "F G !a");
    accepts_by("Fin(!0)", "F G a");
    accepts_by("Inf(0) & Inf(1)", "G F a & G F !a");
    accepts_by("Inf(0) & Fin(1)", "F G a");
    accepts_by("Fin(0) | Fin(1)", "F G a | F G !a");
    accepts_by("(Fin(0) | Inf(1)) & Inf(!1)", "G F a & G F !a");
    accepts_by("Fin(0) & Fin(1)", "false");
    accepts_by("Inf(0) | (Fin(0) & Inf(1))", "true");
}

static void streams(void **state) {
    (void)state;
    const char *const one = "HOA: v1 Acceptance: 0 t Start: 0 --BODY-- State: 0 [t] 0 --END--\n";
    char text[600];
    snprintf(text, sizeof text,
        "%s HOA: v1 States: 3 --ABORT-- %s HOA: v1 Acceptance: 0 t --BODY-- State: 0 --ABORT-- HOA: v2 x --END-- %s",
        one, one, one);
    HoaResult expected[] = {
        HOA_AUTOMATON, HOA_ABORTED, HOA_AUTOMATON, HOA_ABORTED, HOA_WRONG, HOA_AUTOMATON, HOA_END, HOA_END};
    Given given;
    given_init(&given);
    Span span = add_text(&given, text);
    for (uint32_t i = 0; i < sizeof expected / sizeof *expected; i++) {
        Automaton *automaton;
        assert_int_equal(read_next(&given, &span, &automaton), expected[i]);
        assert_int_equal(automaton != NULL, expected[i] == HOA_AUTOMATON);
        automaton_free(automaton);
    }
    given_fini(&given);
}

static void complains(const char *text, const char *expected) {
    Given given;
    given_init(&given);
    Span span = add_text(&given, text);
    Automaton *automaton;
    assert_int_equal(read_next(&given, &span, &automaton), HOA_WRONG);
    assert_null(automaton);
    assert_true(diags_count(given.diags) > 0);
    if (!strstr(diags_at(given.diags, 0)->message, expected))
        fail_msg("%s is said, not %s", diags_at(given.diags, 0)->message, expected);
    given_fini(&given);
}

static void mistakes(void **state) {
    (void)state;
    complains("States: 1", "expected HOA: v1");
    complains("HOA: v2", "only version v1");
    complains("HOA: v1 Start: 0", "expected a header");
    complains("HOA: v1 --BODY-- --END--", "no Acceptance");
    complains("HOA: v1 Start: 0&1 Acceptance: 0 t --BODY-- --END--", "alternating");
    complains("HOA: v1 Acceptance: 0 t --BODY-- State: 0 [t] 0&1 --END--", "alternating");
    complains("HOA: v1 Acceptance: 65 t --BODY-- --END--", "more than 64");
    complains("HOA: v1 Acceptance: 1 Inf(1) --BODY-- --END--", "no acceptance set 1");
    complains("HOA: v1 Acceptance: 1 Inf(0 --BODY-- --END--", "expected ')'");
    complains("HOA: v1 Acceptance: 0 t States: 1 --BODY-- State: 1 --END--", "no state 1");
    complains("HOA: v1 Acceptance: 0 t --BODY-- State: 0 State: 0 --END--", "given twice");
    complains("HOA: v1 Acceptance: 0 t --BODY-- State: 0 [0] 0 --END--", "no atom 0");
    complains("HOA: v1 Acceptance: 0 t --BODY-- State: 0 [@x] 0 --END--", "alias is not known");
    complains("HOA: v1 Acceptance: 0 t --BODY-- State: 0 [t] 0 0 --END--", "all edges");
    complains("HOA: v1 Acceptance: 0 t --BODY-- State: 0 0 0 --END--", "more edges than letters");
    complains("HOA: v1 Acceptance: 0 t Matters: 1 --BODY-- --END--", "its capital");
    complains("HOA: v1 Acceptance: 0 t --BODY-- State: 0 [t", "expected ']'");
    complains("HOA: v1 name: \"a", "not closed");
}

static char *written(const Given *given, const Automaton *automaton) {
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    assert_non_null(out);
    hoa_write(automaton, given->formulas, "x", false, out);
    fclose(out);
    return text;
}

static void what_is_written_reads_back(void **state) {
    (void)state;
    LtlOptions options = ltl_options_all();
    for (uint32_t seed = 0; seed < 400; seed++) {
        Given given;
        given_init(&given);
        Random random = {seed * UINT64_C(31337)};
        Formula f = random_formula(&random, given.formulas, 10, 4);
        LtlKind kind = seed % 2 ? LTL_BUCHI : LTL_GENERALISED;
        Automaton *automaton = given_automaton(&given, f, kind, &options), *again;
        char *text = written(&given, automaton);
        Span span = add_text(&given, text);
        assert_int_equal(read_next(&given, &span, &again), HOA_AUTOMATON);
        same_language(&given, again, f, text);
        char *second = written(&given, again);
        if (kind == LTL_BUCHI) assert_string_equal(text, second);
        free(text);
        free(second);
        automaton_free(again);
        automaton_free(automaton);
        given_fini(&given);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(labels_and_headers),
        cmocka_unit_test(any_acceptance),
        cmocka_unit_test(streams),
        cmocka_unit_test(mistakes),
        cmocka_unit_test(what_is_written_reads_back),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
