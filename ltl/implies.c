/* Implications that the form of two formulas shows (Somenzi and Bloem, CAV'00, and their kin for W, M and traits). */
#include "ltl/rewriter.h"

#include "model/support/fatal.h"
#include "model/support/hash.h"

#include <stdlib.h>

/* ---- memory: 0 is free, else pair << 1 | result */

static uint64_t pair_key(Formula f, Formula g) { return (((uint64_t)f << 31) | g) + 1; }

static uint64_t *slot_of(Rewriter *r, uint64_t key) {
    for (uint64_t i = hash_mix(key);; i++) {
        uint64_t *slot = &r->implied[i & r->implied_mask];
        if (*slot == 0 || *slot >> 1 == key) return slot;
    }
}

static void grow(Rewriter *r) {
    uint64_t *old = r->implied;
    uint32_t count = r->implied_mask ? r->implied_mask + 1 : 0, bigger = count ? count * 2 : 256;
    r->implied = calloc(bigger, sizeof *r->implied);
    if (!r->implied) fatal("out of memory");
    r->implied_mask = bigger - 1;
    for (uint32_t i = 0; i < count; i++)
        if (old[i]) *slot_of(r, old[i] >> 1) = old[i];
    free(old);
}

/* ---- rules */

static FormulaOp op_of(const Rewriter *r, Formula f) { return formula_op(r->formulas, f); }
static Formula left_of(const Rewriter *r, Formula f) { return formula_operand(r->formulas, f, 0); }
static Formula right_of(const Rewriter *r, Formula f) { return formula_operand(r->formulas, f, 1); }
static bool is_eventual(const Rewriter *r, Formula f) { return formula_is(r->formulas, f, FORMULA_IS_EVENTUAL); }
static bool is_universal(const Rewriter *r, Formula f) { return formula_is(r->formulas, f, FORMULA_IS_UNIVERSAL); }

/* Some operand of f implies g, or all do. */
static bool operands_imply(Rewriter *r, Formula f, Formula g, bool all) {
    for (uint32_t i = 0; i < formula_arity(r->formulas, f); i++)
        if (rewrite_implies(r, formula_operand(r->formulas, f, i), g) != all) return !all;
    return all;
}
static bool implies_operands(Rewriter *r, Formula f, Formula g, bool all) {
    for (uint32_t i = 0; i < formula_arity(r->formulas, g); i++)
        if (rewrite_implies(r, f, formula_operand(r->formulas, g, i)) != all) return !all;
    return all;
}

/* What f says, by its root, is enough for g. */
static bool by_left(Rewriter *r, Formula f, Formula g) {
    switch (op_of(r, f)) {
    case FORMULA_AND: return operands_imply(r, f, g, false);
    case FORMULA_OR: return operands_imply(r, f, g, true);
    case FORMULA_EVENTUALLY: return is_eventual(r, g) && rewrite_implies(r, left_of(r, f), g);
    case FORMULA_ALWAYS: return rewrite_implies(r, left_of(r, f), g);
    case FORMULA_UNTIL:
        return rewrite_implies(r, right_of(r, f), g) && (is_eventual(r, g) || rewrite_implies(r, left_of(r, f), g));
    case FORMULA_WEAK: return rewrite_implies(r, right_of(r, f), g) && rewrite_implies(r, left_of(r, f), g);
    case FORMULA_RELEASE: return rewrite_implies(r, right_of(r, f), g);
    case FORMULA_STRONG:
        return rewrite_implies(r, right_of(r, f), g) || (is_eventual(r, g) && rewrite_implies(r, left_of(r, f), g));
    default: return false;
    }
}

/* What g asks for, by its root, is given by f. */
static bool by_right(Rewriter *r, Formula f, Formula g) {
    switch (op_of(r, g)) {
    case FORMULA_AND: return implies_operands(r, f, g, true);
    case FORMULA_OR: return implies_operands(r, f, g, false);
    case FORMULA_NEXT: return is_universal(r, f) && rewrite_implies(r, f, left_of(r, g));
    case FORMULA_EVENTUALLY: return rewrite_implies(r, f, left_of(r, g));
    case FORMULA_ALWAYS: return is_universal(r, f) && rewrite_implies(r, f, left_of(r, g));
    case FORMULA_UNTIL: return rewrite_implies(r, f, right_of(r, g));
    case FORMULA_WEAK:
        return rewrite_implies(r, f, right_of(r, g)) || (is_universal(r, f) && rewrite_implies(r, f, left_of(r, g)));
    case FORMULA_RELEASE:
        return rewrite_implies(r, f, right_of(r, g)) && (is_universal(r, f) || rewrite_implies(r, f, left_of(r, g)));
    case FORMULA_STRONG: return rewrite_implies(r, f, left_of(r, g)) && rewrite_implies(r, f, right_of(r, g));
    default: return false;
    }
}

/* The same operator, or a weaker one, over weaker operands. */
static bool by_both(Rewriter *r, Formula f, Formula g) {
    FormulaOp a = op_of(r, f), b = op_of(r, g);
    if (a == FORMULA_NEXT && b == FORMULA_NEXT) return rewrite_implies(r, left_of(r, f), left_of(r, g));
    if (a == FORMULA_NEXT && is_eventual(r, g)) return rewrite_implies(r, left_of(r, f), g);
    bool weaker = a == b || (a == FORMULA_UNTIL && b == FORMULA_WEAK) || (a == FORMULA_STRONG && b == FORMULA_RELEASE);
    if (!weaker || b < FORMULA_UNTIL || b > FORMULA_STRONG) return false;
    return rewrite_implies(r, left_of(r, f), left_of(r, g)) && rewrite_implies(r, right_of(r, f), right_of(r, g));
}

bool rewrite_implies(Rewriter *r, Formula f, Formula g) {
    if (f == g || f == FORMULA_FALSE || g == FORMULA_TRUE) return true;
    if (f == FORMULA_TRUE || g == FORMULA_FALSE) return false;
    bool f_boolean = formula_is(r->formulas, f, FORMULA_IS_BOOLEAN);
    if (f_boolean && formula_is(r->formulas, g, FORMULA_IS_BOOLEAN))
        return bdd_implies(r->bdds, rewrite_boolean(r, f), rewrite_boolean(r, g));
    if (r->nimplied * 2 >= r->implied_mask) grow(r);
    uint64_t key = pair_key(f, g), *slot = slot_of(r, key);
    if (*slot) return *slot & 1;
    bool result = by_both(r, f, g) || by_right(r, f, g) || by_left(r, f, g);
    if (r->nimplied * 2 >= r->implied_mask) grow(r);
    *slot_of(r, key) = key << 1 | result;
    r->nimplied++;
    return result;
}
