/* Formulas of properties decided on words, and their automata as tables: against the library's own words and automata. */
#include "ltl/word.h"
#include "model/support/hash.h"
#include "model/temporal.h"
#include "tests/unit/unit.h"
#include "tools/automata.h"

#include <stdlib.h>

enum { ATOMS = 3, MOST_NODES = 14, WORDS = 12, MOST_LETTERS = 6 };

/* No automata are given here. */
const Automaton *extras_automaton(const Extras *extras, const char *name) {
    (void)extras, (void)name;
    return NULL;
}

typedef struct Random {
    TemporalNode nodes[MOST_NODES];
    Formula formulas[MOST_NODES];
    Property property;
} Random;

static uint32_t pick(uint64_t *seed, uint32_t below) {
    return (uint32_t)(hash_mix(++*seed * 0x9e3779b97f4a7c15u) % below);
}

typedef struct OpRow {
    TemporalOp op;
    FormulaOp formula;
    bool unary;
} OpRow;
static const OpRow rows[] = {
    {TEMPORAL_NOT, FORMULA_NOT, true},
    {TEMPORAL_AND, FORMULA_AND, false},
    {TEMPORAL_OR, FORMULA_OR, false},
    {TEMPORAL_IMPLIES, FORMULA_IMPLIES, false},
    {TEMPORAL_IFF, FORMULA_IFF, false},
    {TEMPORAL_X, FORMULA_NEXT, true},
    {TEMPORAL_F, FORMULA_EVENTUALLY, true},
    {TEMPORAL_G, FORMULA_ALWAYS, true},
    {TEMPORAL_U, FORMULA_UNTIL, false},
    {TEMPORAL_R, FORMULA_RELEASE, false},
    {TEMPORAL_W, FORMULA_WEAK, false},
    {TEMPORAL_M, FORMULA_STRONG, false},
};

/* Each node has operands among those before it, mostly the last ones; the first ones are atoms and constants. */
static void make_formula(Random *random, Formulas *formulas, uint64_t *seed) {
    uint32_t n = ATOMS + 1 + pick(seed, MOST_NODES - ATOMS);
    for (uint32_t i = 0; i < n; i++) {
        if (i < ATOMS) {
            bool constant = pick(seed, 12) == 0;
            random->nodes[i] = (TemporalNode){.op = constant ? TEMPORAL_TRUE : TEMPORAL_ATOM, .a = i};
            random->formulas[i] = constant ? FORMULA_TRUE : formula_of_atom(formulas, i);
            continue;
        }
        const OpRow *row = &rows[pick(seed, sizeof rows / sizeof *rows)];
        uint32_t a = pick(seed, 2) ? i - 1 : pick(seed, i), b = pick(seed, i);
        random->nodes[i] = (TemporalNode){.op = row->op, .a = a, .b = row->unary ? 0 : b};
        random->formulas[i] = formula_written(
            formulas, row->formula, random->formulas[a], random->formulas[row->unary ? a : b]);
    }
    random->property = (Property){.logic = LOGIC_LTL, .natoms = ATOMS, .nodes = random->nodes, .nnodes = n};
}

static void compare(Random *random, const Formulas *formulas, const Buchi *wrong, uint64_t *seed, uint32_t *holding) {
    uint64_t letters[MOST_LETTERS];
    uint32_t n = 1 + pick(seed, MOST_LETTERS), prefix = pick(seed, n);
    for (uint32_t i = 0; i < n; i++) letters[i] = pick(seed, 1u << ATOMS);
    RunWord word = {letters, prefix, n};
    bool holds = temporal_holds(&random->property, word);
    Formula f = random->formulas[random->property.nnodes - 1];
    assert_int_equal(word_satisfies(formulas, (LassoWord){letters, prefix, n}, f), holds);
    assert_int_equal(temporal_accepts(wrong, word), !holds);
    *holding += holds;
}

/* Where the tables say that all is accepted, it is. */
static void check_sinks(Buchi *wrong, uint64_t *seed) {
    uint32_t initial = wrong->initial;
    for (uint32_t s = 0; wrong->sink && s < wrong->nstates; s++) {
        if (!wrong->sink[s]) continue;
        wrong->initial = s;
        uint64_t letters[2] = {pick(seed, 1u << ATOMS), pick(seed, 1u << ATOMS)};
        assert_true(temporal_accepts(wrong, (RunWord){letters, 1, 2}));
    }
    wrong->initial = initial;
}

static void random_formulas(void **state) {
    (void)state;
    uint64_t seed = 5;
    uint32_t holding = 0, strengths[3] = {0}, rounds = 1500;
    for (uint32_t round = 0; round < rounds; round++) {
        Formulas *formulas = formulas_new();
        for (uint32_t a = 0; a < ATOMS; a++) formulas_atom(formulas, (const char[]){(char)('a' + a), 0}, 1);
        Random random;
        make_formula(&random, formulas, &seed);
        Program program = {.properties = &random.property, .nproperties = 1};
        Automata automata;
        automata_init(&automata, &program, NULL);
        assert_non_null(automata.made[0]);
        strengths[automata.made[0]->strength]++;
        for (uint32_t i = 0; i < WORDS; i++) compare(&random, formulas, automata.made[0], &seed, &holding);
        check_sinks(automata.made[0], &seed);
        automata_fini(&automata);
        formulas_free(formulas);
    }
    assert_true(holding > rounds * WORDS / 10 && holding < rounds * WORDS * 9 / 10);
    for (int i = 0; i < 3; i++) assert_true(strengths[i] > rounds / 20);
}

/* A prefix after which nothing can be made good again, and one after which something can. */
static void prefixes(void **state) {
    (void)state;
    const TemporalNode nodes[] = {{.op = TEMPORAL_ATOM, .a = 0}, {.op = TEMPORAL_G, .a = 0}, {.op = TEMPORAL_F, .a = 0}};
    Property always = {.logic = LOGIC_LTL, .natoms = 1, .nodes = nodes, .nnodes = 2};
    Property finally = {.logic = LOGIC_LTL, .natoms = 1, .nodes = nodes, .nnodes = 3};
    const uint64_t letters[] = {1, 0};
    assert_true(temporal_violates_ever(&always, NULL, letters, 2));
    assert_false(temporal_violates_ever(&always, NULL, letters, 1));
    assert_false(temporal_violates_ever(&finally, NULL, letters + 1, 1));
}

int main(void) {
    const struct CMUnitTest tests[] = {cmocka_unit_test(random_formulas), cmocka_unit_test(prefixes)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
