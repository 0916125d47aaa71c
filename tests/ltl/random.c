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
