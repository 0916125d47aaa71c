#include "tests/ltl/random.h"

uint32_t random_below(Random *random, uint32_t bound) {
    random->state = random->state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
    return (uint32_t)((random->state >> 33) % bound);
}

static Formula leaf(Random *random, Formulas *formulas, uint32_t natoms) {
    if (random_below(random, 20) == 0) return random_below(random, 2);
    char name = (char)('a' + random_below(random, natoms));
    return formula_of_atom(formulas, formulas_atom(formulas, &name, 1));
}

Formula random_formula(Random *random, Formulas *formulas, uint32_t size, uint32_t natoms) {
    if (size <= 1) return leaf(random, formulas, natoms);
    if (size == 2 || random_below(random, 3) == 0) {
        FormulaOp op = (FormulaOp)(FORMULA_NOT + random_below(random, 4));
        Formula operand = random_formula(random, formulas, size - 1, natoms);
        return formula_written(formulas, op, operand, operand);
    }
    uint32_t left = 1 + random_below(random, size - 2);
    FormulaOp op = (FormulaOp)(FORMULA_UNTIL + random_below(random, FORMULA_IFF - FORMULA_UNTIL + 1));
    Formula a = random_formula(random, formulas, left, natoms);
    return formula_written(formulas, op, a, random_formula(random, formulas, size - 1 - left, natoms));
}

LassoWord random_word(Random *random, uint64_t *letters) {
    uint32_t length = 1 + random_below(random, RANDOM_PLACES);
    bool sparse = random_below(random, 2) != 0;
    for (uint32_t i = 0; i < length; i++) {
        letters[i] = random_below(random, 1u << 31);
        if (sparse) letters[i] &= random_below(random, 1u << 31);
    }
    uint32_t prefix = random_below(random, length);
    return (LassoWord){letters, prefix, length};
}

/* Of a weak automaton: two neighbours are a component, from which later ones can be reached. */
static uint32_t target_of(Random *random, RandomShape shape, uint32_t from) {
    if (!shape.weak) return random_below(random, shape.nstates);
    uint32_t first = from / 2 * 2;
    return first + random_below(random, shape.nstates - first);
}

static Marks marks_of(Random *random, RandomShape shape, const Automaton *automaton, uint32_t from, uint64_t accepting) {
    if (shape.weak) return accepting >> from / 2 & 1 ? automaton_all(automaton) : 0;
    return random_below(random, 3) == 0 ? automaton_all(automaton)
                                        : random_below(random, 1u << shape.nsets) & automaton_all(automaton);
}

Automaton *random_automaton(Random *random, Bdds *bdds, RandomShape shape) {
    Automaton *automaton = automaton_new(bdds, shape.nstates, shape.nsets);
    Bdd a = bdd_literal(bdds, 0, true), b = bdd_literal(bdds, 1, true);
    uint64_t accepting = random_below(random, 1u << 31);
    for (uint32_t s = 0; s < shape.nstates; s++)
        for (uint32_t letter = 0; letter < 4; letter++) {
            Bdd label = bdd_and(bdds, letter & 1 ? a : bdd_not(bdds, a), letter & 2 ? b : bdd_not(bdds, b));
            uint32_t count = shape.deterministic ? random_below(random, 8) != 0 : random_below(random, 3);
            for (uint32_t i = 0; i < count; i++) {
                Marks marks = marks_of(random, shape, automaton, s, accepting);
                automaton_add_edge(automaton, s, label, marks, target_of(random, shape, s));
            }
        }
    automaton_settle(automaton);
    return automaton;
}
