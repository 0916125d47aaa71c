/* What is said of an automaton's strength, against the definition by plain reachability. */
#include "ltl/strength.h"
#include "tests/ltl/given.h"
#include "tests/ltl/random.h"
#include "tests/unit/unit.h"

#include <string.h>

enum { MOST = 8 };

/* reaches[s][t]: by one edge or more. */
static void close_over(const Automaton *a, bool reaches[MOST][MOST]) {
    memset(reaches, 0, sizeof(bool[MOST][MOST]));
    for (uint32_t i = 0; i < a->edges.n; i++) reaches[a->edges.data[i].from][a->edges.data[i].to] = true;
    for (uint32_t k = 0; k < a->nstates; k++)
        for (uint32_t s = 0; s < a->nstates; s++)
            for (uint32_t t = 0; t < a->nstates; t++) reaches[s][t] |= reaches[s][k] && reaches[k][t];
}

/* The marks of the edges on some way from s back to s. */
static Marks marks_around(const Automaton *a, bool reaches[MOST][MOST], uint32_t s) {
    Marks marks = 0;
    for (uint32_t i = 0; i < a->edges.n; i++) {
        const Edge *e = &a->edges.data[i];
        bool from = s == e->from || reaches[s][e->from], back = s == e->to || reaches[e->to][s];
        if (from && back) marks |= e->marks;
    }
    return marks;
}

static bool accepts_around(const Automaton *a, bool reaches[MOST][MOST], uint32_t s) {
    return reaches[s][s] && marks_around(a, reaches, s) == automaton_all(a);
}

static Strength plain_strength(const Automaton *a) {
    bool reaches[MOST][MOST];
    bool terminal = true;
    close_over(a, reaches);
    for (uint32_t s = 0; s < a->nstates; s++) {
        if (s != a->initial && !reaches[a->initial][s]) continue;
        bool accepts = accepts_around(a, reaches, s);
        Bdd stays = BDD_FALSE;
        for (const Edge *e = automaton_begin(a, s); e < automaton_end(a, s); e++) {
            bool inside = s == e->to || reaches[e->to][s];
            if (inside && e->marks != (accepts ? automaton_all(a) : 0)) return STRENGTH_GENERAL;
            if (inside) stays = bdd_or(a->bdds, stays, e->label);
            if (accepts && !accepts_around(a, reaches, e->to)) terminal = false;
        }
        if (accepts && stays != BDD_TRUE) terminal = false;
    }
    return terminal ? STRENGTH_TERMINAL : STRENGTH_WEAK;
}

static void random_ones(void **state) {
    (void)state;
    uint32_t seen[3] = {0};
    for (uint32_t seed = 0; seed < 3000; seed++) {
        Bdds *bdds = bdds_new();
        Random random = {seed * UINT64_C(67867967)};
        RandomShape shape = {.nstates = 1 + seed % MOST, .nsets = seed % 3};
        shape.weak = random_below(&random, 2) != 0;
        shape.deterministic = random_below(&random, 2) != 0;
        Automaton *automaton = random_automaton(&random, bdds, shape);
        Strength strength = strength_of(automaton);
        assert_int_equal(strength, plain_strength(automaton));
        seen[strength]++;
        automaton_free(automaton);
        bdds_free(bdds);
    }
    for (uint32_t i = 0; i < 3; i++) assert_true(seen[i] > 50);
}

static void known_ones(void **state) {
    (void)state;
    static const struct {
        const char *text;
        Strength strength;
    } rows[] = {{"F a", STRENGTH_TERMINAL}, {"a U b", STRENGTH_TERMINAL}, {"F(a & X b)", STRENGTH_TERMINAL},
        {"true", STRENGTH_TERMINAL}, {"false", STRENGTH_TERMINAL}, {"G a", STRENGTH_WEAK}, {"a W b", STRENGTH_WEAK},
        {"F G a", STRENGTH_WEAK}, {"F a | G b", STRENGTH_WEAK}, {"G F a", STRENGTH_GENERAL}};
    for (uint32_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        Given given;
        given_init(&given);
        LtlOptions options = ltl_options_all();
        Automaton *automaton = given_automaton(&given, given_formula(&given, rows[i].text), LTL_BUCHI, &options);
        if (strength_of(automaton) != rows[i].strength) fail_msg("%s", rows[i].text);
        automaton_free(automaton);
        given_fini(&given);
    }
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_ones), cmocka_unit_test(known_ones)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
