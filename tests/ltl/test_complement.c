/* Complements against the automaton itself: word by word, and as languages that are disjoint and cover everything. */
#include "ltl/complement.h"
#include "ltl/emptiness.h"
#include "ltl/product.h"
#include "ltl/ranks.h"
#include "tests/ltl/given.h"
#include "tests/ltl/random.h"
#include "tests/unit/unit.h"

#include <stdlib.h>

enum { MOST_STATES = 5000 };

/* Each of some words is accepted by just one of them. */
static void parts_words(Random *random, const Automaton *a, const Automaton *b) {
    for (uint32_t i = 0; i < 30; i++) {
        uint64_t letters[RANDOM_PLACES];
        LassoWord word = random_word(random, letters);
        assert_int_not_equal(emptiness_accepts(a, word), emptiness_accepts(b, word));
    }
}

/* The complement of the complement has the words again. */
static bool is_exact(Random *random, const Automaton *automaton, const Automaton *complement) {
    assert_true(product_is_empty(automaton, complement));
    parts_words(random, automaton, complement);
    Automaton *again = complement_of(complement, MOST_STATES);
    if (!again) return false;
    assert_true(product_is_empty(again, complement));
    parts_words(random, again, complement);
    automaton_free(again);
    return true;
}

/* Of automata of that shape; how many complements could be complemented again. */
static uint32_t check_shape(RandomShape shape, uint32_t count) {
    uint32_t exact = 0;
    for (uint32_t seed = 0; seed < count; seed++) {
        Bdds *bdds = bdds_new();
        Random random = {seed * UINT64_C(15485863) + shape.nstates};
        Automaton *automaton = random_automaton(&random, bdds, shape);
        Automaton *complement = complement_of(automaton, MOST_STATES);
        assert_non_null(complement);
        exact += is_exact(&random, automaton, complement);
        if (shape.weak) assert_true(automaton_is_deterministic(complement));
        automaton_free(complement);
        automaton_free(automaton);
        bdds_free(bdds);
    }
    return exact;
}

static void deterministic_ones(void **state) {
    (void)state;
    check_shape((RandomShape){.nstates = 1, .nsets = 2, .deterministic = true}, 100);
    check_shape((RandomShape){.nstates = 4, .nsets = 0, .deterministic = true}, 100);
    check_shape((RandomShape){.nstates = 4, .nsets = 1, .deterministic = true}, 300);
    check_shape((RandomShape){.nstates = 6, .nsets = 3, .deterministic = true}, 300);
}

static void weak_ones(void **state) {
    (void)state;
    RandomShape shape = {.nstates = 6, .nsets = 1, .weak = true};
    assert_int_equal(check_shape(shape, 400), 400);
    shape.nsets = 2;
    assert_int_equal(check_shape(shape, 200), 200);
    shape.deterministic = true;
    assert_int_equal(check_shape(shape, 200), 200);
}

/* What the automaton of a formula leaves out is what the automaton of its negation accepts. */
static void formulas_and_negations(void **state) {
    (void)state;
    LtlOptions options = ltl_options_all();
    uint32_t done = 0, exact = 0;
    for (uint32_t seed = 0; seed < 1000; seed++) {
        Given given;
        given_init(&given);
        Random random = {seed * UINT64_C(32452843)};
        Formula f = random_formula(&random, given.formulas, 9, 3);
        LtlKind kind = seed % 2 ? LTL_BUCHI : LTL_GENERALISED;
        Automaton *plain = given_automaton(&given, f, kind, &options), *again = NULL;
        Automaton *negated = given_automaton(&given, formula_negated(given.formulas, f), kind, &options);
        Automaton *complement = complement_of(plain, MOST_STATES);
        if (complement) {
            done++;
            assert_true(product_is_empty(plain, complement));
            again = complement_of(complement, MOST_STATES);
        }
        if (again) {
            exact++;
            assert_true(product_is_empty(again, negated));
        }
        automaton_free(again);
        automaton_free(complement);
        automaton_free(negated);
        automaton_free(plain);
        given_fini(&given);
    }
    assert_in_range(done, 990, 1000);
    assert_in_range(exact, 950, 1000);
}

/* States of the complement. */
static uint32_t size_of(const char *text) {
    Given given;
    given_init(&given);
    LtlOptions options = ltl_options_all();
    Automaton *automaton = given_automaton(&given, given_formula(&given, text), LTL_GENERALISED, &options);
    Automaton *complement = complement_of(automaton, MOST_STATES);
    assert_non_null(complement);
    uint32_t size = complement->nstates;
    automaton_free(complement);
    automaton_free(automaton);
    given_fini(&given);
    return size;
}

/* Any automaton, by ranks: beside the words, what the complement leaves out is what the automaton of the negation does. */
static void by_ranks(void **state) {
    (void)state;
    uint32_t done = 0;
    for (uint32_t seed = 0; seed < 1500; seed++) {
        Bdds *bdds = bdds_new();
        Random random = {seed * UINT64_C(179424673)};
        RandomShape shape = {.nstates = 1 + seed % 4, .nsets = 1, .weak = seed % 7 == 0, .deterministic = seed % 5 == 0};
        Automaton *automaton = random_automaton(&random, bdds, shape);
        for (uint32_t i = 0; i < automaton->edges.n; i++) /* on states */
            automaton->edges.data[i].marks = automaton_begin(automaton, automaton->edges.data[i].from)->marks;
        automaton_settle(automaton);
        automaton->is_state_based = true;
        Automaton *complement = ranks_complement(automaton, MOST_STATES);
        if (complement) {
            done++;
            assert_true(product_is_empty(automaton, complement));
            parts_words(&random, automaton, complement);
        }
        automaton_free(complement);
        automaton_free(automaton);
        bdds_free(bdds);
    }
    assert_in_range(done, 1400, 1500);
}

static void formulas_by_ranks(void **state) {
    (void)state;
    LtlOptions options = ltl_options_all();
    uint32_t done = 0, exact = 0;
    for (uint32_t seed = 0; seed < 600; seed++) {
        Given given;
        given_init(&given);
        Random random = {seed * UINT64_C(982451653)};
        Formula f = random_formula(&random, given.formulas, 7, 2);
        Automaton *plain = given_automaton(&given, f, LTL_BUCHI, &options);
        Automaton *negated = given_automaton(&given, formula_negated(given.formulas, f), LTL_GENERALISED, &options);
        Automaton *complement = plain->nstates <= 5 ? ranks_complement(plain, MOST_STATES) : NULL, *again = NULL;
        if (complement) {
            done++;
            assert_true(product_is_empty(plain, complement));
            parts_words(&random, plain, complement);
            complement = ltl_reduce(complement, LTL_GENERALISED, &options);
            again = complement_of(complement, MOST_STATES);
            exact += again != NULL;
            if (again) assert_true(product_is_empty(again, negated));
        }
        automaton_free(again);
        automaton_free(complement);
        automaton_free(negated);
        automaton_free(plain);
        given_fini(&given);
    }
    assert_in_range(done, 550, 600);
    assert_in_range(exact, 400, 600);
}

static void known_ones(void **state) {
    (void)state;
    assert_int_equal(size_of("true"), 1);
    assert_int_equal(size_of("false"), 1);
    assert_int_equal(size_of("G a"), 2);
    assert_int_equal(size_of("F a"), 1);
    assert_int_equal(size_of("a U b"), 2);
    assert_int_equal(size_of("F G a"), 2);
    assert_int_equal(size_of("G F a"), 2);
    assert_in_range(size_of("G F a & F G b"), 3, 20);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(deterministic_ones),
        cmocka_unit_test(weak_ones),
        cmocka_unit_test(formulas_and_negations),
        cmocka_unit_test(by_ranks),
        cmocka_unit_test(formulas_by_ranks),
        cmocka_unit_test(known_ones),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
