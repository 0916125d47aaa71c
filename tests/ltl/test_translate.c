/* Automata against the direct meaning of formulas, and against one another. */
#include "ltl/emptiness.h"
#include "ltl/product.h"
#include "tests/ltl/given.h"
#include "tests/ltl/random.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

static void fail_on(Given *given, Formula f, const char *what) {
    char *text = given_print(given, f);
    fail_msg("%s: %s", what, text);
}

/* The automaton accepts the words of f and no others, on some words. */
static void agrees(Given *given, Random *random, const Automaton *automaton, Formula f, bool negated) {
    for (uint32_t i = 0; i < 20; i++) {
        uint64_t letters[RANDOM_PLACES];
        LassoWord word = random_word(random, letters);
        bool holds = word_satisfies(given->formulas, word, f);
        if (emptiness_accepts(automaton, word) != (holds != negated)) fail_on(given, f, "a word is judged wrongly");
    }
}

/* A run of the automaton is a word of f. */
static void lasso_is_right(Given *given, const Automaton *automaton, Formula f, bool negated) {
    Lasso lasso;
    if (emptiness_check(automaton, &lasso)) return;
    uint64_t *letters = calloc(lasso.edges.n, sizeof *letters);
    assert_non_null(letters);
    LassoWord word = lasso_word(automaton, &lasso, letters);
    if (word_satisfies(given->formulas, word, f) == negated) fail_on(given, f, "a run is no word of it");
    if (!emptiness_accepts(automaton, word)) fail_on(given, f, "its word is not accepted");
    free(letters);
    lasso_fini(&lasso);
}

static void is_well_formed(const Automaton *automaton, LtlKind kind) {
    assert_true(automaton->initial < automaton->nstates);
    assert_int_equal(automaton->is_state_based || kind == LTL_GENERALISED, true);
    for (uint32_t s = 0; automaton->is_state_based && s < automaton->nstates; s++)
        for (const Edge *e = automaton_begin(automaton, s); e < automaton_end(automaton, s); e++)
            assert_int_equal(e->marks, automaton_begin(automaton, s)->marks);
}

static void check_formula(Given *given, Random *random, Formula f, const LtlOptions *options) {
    for (LtlKind kind = LTL_GENERALISED; kind <= LTL_BUCHI; kind++) {
        Automaton *plain = given_automaton(given, f, kind, options);
        Automaton *negated = given_automaton(given, formula_negated(given->formulas, f), kind, options);
        assert_non_null(plain);
        assert_non_null(negated);
        is_well_formed(plain, kind);
        is_well_formed(negated, kind);
        agrees(given, random, plain, f, false);
        agrees(given, random, negated, f, true);
        lasso_is_right(given, plain, f, false);
        lasso_is_right(given, negated, f, true);
        if (!product_is_empty(plain, negated)) fail_on(given, f, "a word is in it and in its negation");
        automaton_free(plain);
        automaton_free(negated);
    }
}

static void check_many(uint32_t count, uint32_t size, uint32_t natoms, const LtlOptions *options) {
    for (uint32_t seed = 0; seed < count; seed++) {
        Given given;
        given_init(&given);
        Random random = {seed * UINT64_C(1000003) + size};
        Formula f = random_formula(&random, given.formulas, size, natoms);
        check_formula(&given, &random, f, options);
        given_fini(&given);
    }
}

static void random_formulas(void **state) {
    (void)state;
    LtlOptions options = ltl_options_all();
    check_many(500, 4, 1, &options);
    check_many(1000, 6, 2, &options);
    check_many(1000, 12, 3, &options);
    check_many(150, 20, 4, &options);
    check_many(60, 30, 11, &options);
}

static void without_reductions(void **state) {
    (void)state;
    LtlOptions options = ltl_options_none();
    check_many(1000, 6, 2, &options);
    check_many(300, 12, 3, &options);
}

/* The automaton is right on words, and disjoint from that of the negation; NULL ones are too large. */
static bool is_right(Given *given, Random *random, const Automaton *plain, const Automaton *negated, Formula f) {
    if (!plain) return false;
    agrees(given, random, plain, f, false);
    lasso_is_right(given, plain, f, false);
    if (negated && !product_is_empty(plain, negated)) fail_on(given, f, "a word is in it and in its negation");
    return negated != NULL;
}

/* 50 operators and more over 12 atoms, with the reductions and without; what is too large for the limits is left out,
   three in four. */
static void long_formulas(void **state) {
    (void)state;
    LtlOptions options = ltl_options_all(), none = ltl_options_none();
    options.max_states = none.max_states = 300;
    options.max_steps = none.max_steps = 10000;
    uint32_t done = 0, done_plainly = 0;
    for (uint32_t seed = 0; seed < 60; seed++) {
        Given given;
        given_init(&given);
        Random random = {seed * UINT64_C(7919)};
        Formula f = random_formula(&random, given.formulas, 80, 12), g = formula_negated(given.formulas, f);
        Automaton *automaton = given_automaton(&given, f, LTL_BUCHI, &options);
        Automaton *negated = given_automaton(&given, g, LTL_GENERALISED, &options);
        Automaton *plain = given_automaton(&given, f, LTL_GENERALISED, &none);
        done += is_right(&given, &random, automaton, negated, f);
        done_plainly += is_right(&given, &random, plain, negated, f);
        automaton_free(plain);
        automaton_free(negated);
        automaton_free(automaton);
        given_fini(&given);
    }
    assert_in_range(done, 10, 60);
    assert_in_range(done_plainly, 5, 60);
}

/* One switch alone, all but one: the language is that of the plain tableau. */
static void each_reduction_keeps_the_language(void **state) {
    (void)state;
#define COUNT_SWITCH(name) +1
    enum { SWITCHES = 0 LTL_SWITCHES(COUNT_SWITCH) };
    LtlOptions none = ltl_options_none();
    for (uint32_t seed = 0; seed < 250; seed++) {
        Given given;
        given_init(&given);
        Random random = {seed * UINT64_C(104729)};
        Formula f = random_formula(&random, given.formulas, 9, 3);
        Automaton *negation = given_automaton(&given, formula_negated(given.formulas, f), LTL_GENERALISED, &none);
        Automaton *tableau = given_automaton(&given, f, LTL_GENERALISED, &none);
        for (uint32_t k = 0; k < 2 * SWITCHES; k++) {
            LtlOptions options = k < SWITCHES ? ltl_options_none() : ltl_options_all();
            bool *switches = (bool *)&options;
            switches[k % SWITCHES] = k < SWITCHES;
            Automaton *automaton = given_automaton(&given, f, LTL_BUCHI, &options);
            if (!product_is_empty(automaton, negation)) fail_on(&given, f, "a reduction adds a word");
            agrees(&given, &random, automaton, f, false);
            automaton_free(automaton);
        }
        Automaton *small = given_automaton(&given, formula_negated(given.formulas, f), LTL_BUCHI, &none);
        if (!product_is_empty(tableau, small)) fail_on(&given, f, "the tableau and its negation meet");
        automaton_free(small);
        automaton_free(tableau);
        automaton_free(negation);
        given_fini(&given);
    }
}

static void sizes_of(const char *text, LtlKind kind, uint32_t nstates, uint32_t nedges) {
    Given given;
    given_init(&given);
    LtlOptions options = ltl_options_all();
    Automaton *automaton = given_automaton(&given, given_formula(&given, text), kind, &options);
    if (automaton->nstates != nstates || automaton->edges.n != nedges)
        fail_msg("%s: %u states and %u edges", text, automaton->nstates, automaton->edges.n);
    automaton_free(automaton);
    given_fini(&given);
}

static void known_sizes(void **state) {
    (void)state;
    sizes_of("true", LTL_BUCHI, 1, 1);
    sizes_of("false", LTL_BUCHI, 1, 0);
    sizes_of("a & !a", LTL_BUCHI, 1, 0);
    sizes_of("GFa & GFb", LTL_GENERALISED, 1, 4);
    sizes_of("GFa & GFb", LTL_BUCHI, 3, 8);
    sizes_of("a U b", LTL_BUCHI, 2, 3);
    sizes_of("FGa", LTL_BUCHI, 2, 3);
    sizes_of("G(a -> Fb)", LTL_BUCHI, 2, 4);
    sizes_of("(Xa U Xb) | !X(a U b)", LTL_BUCHI, 1, 1);
}

static void too_large_is_no_automaton(void **state) {
    (void)state;
    Given given;
    given_init(&given);
    LtlOptions options = ltl_options_all();
    options.max_states = 3;
    assert_null(given_automaton(&given, given_formula(&given, "Fa & Fb & Fc"), LTL_BUCHI, &options));
    given_fini(&given);
}

/* Whatever the work allowed, there is a right automaton or none, and the diagrams are good for the next one. */
static void any_budget_is_safe(void **state) {
    (void)state;
    uint32_t made = 0, refused = 0;
    for (uint32_t seed = 0; seed < 40; seed++) {
        Given given;
        given_init(&given);
        Random random = {seed * UINT64_C(15485863)};
        Formula f = random_formula(&random, given.formulas, 12, 4);
        for (uint64_t work = 1; work < 3000; work += work / 2 + 1) {
            LtlOptions options = ltl_options_all();
            options.max_work = work;
            Automaton *automaton = given_automaton(&given, f, LTL_BUCHI, &options);
            if (automaton) agrees(&given, &random, automaton, f, false);
            made += automaton != NULL;
            refused += automaton == NULL;
            automaton_free(automaton);
        }
        given_fini(&given);
    }
    assert_true(made > 100 && refused > 100);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_formulas),
        cmocka_unit_test(without_reductions),
        cmocka_unit_test(long_formulas),
        cmocka_unit_test(each_reduction_keeps_the_language),
        cmocka_unit_test(known_sizes),
        cmocka_unit_test(too_large_is_no_automaton),
        cmocka_unit_test(any_budget_is_safe),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
