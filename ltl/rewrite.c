#include "ltl/rewrite.h"

#include "ltl/rewriter.h"
#include "model/support/fatal.h"

#include <assert.h>
#include <stdlib.h>

enum { MOST_OPERANDS = 40 /* of & and | that are compared pairwise */, MOST_ROUNDS = 200 };

Rewriter *rewriter_new(Formulas *formulas, Bdds *bdds, RewriteOptions options) {
    Rewriter *r = calloc(1, sizeof *r);
    if (!r) fatal("out of memory");
    r->formulas = formulas;
    r->bdds = bdds;
    r->options = options;
    return r;
}

void rewriter_free(Rewriter *r) {
    if (!r) return;
    vec_fini(&r->done);
    vec_fini(&r->boolean);
    free(r->implied);
    free(r);
}

Formulas *rewriter_formulas(const Rewriter *r) { return r->formulas; }
Bdds *rewriter_bdds(const Rewriter *r) { return r->bdds; }

/* ---- short names */

static FormulaOp op_of(const Rewriter *r, Formula f) { return formula_op(r->formulas, f); }
static Formula left_of(const Rewriter *r, Formula f) { return formula_operand(r->formulas, f, 0); }
static Formula right_of(const Rewriter *r, Formula f) { return formula_operand(r->formulas, f, 1); }
static bool is(const Rewriter *r, Formula f, FormulaTrait trait) { return formula_is(r->formulas, f, trait); }
static bool is_lasting(const Rewriter *r, Formula f) { /* the same of every suffix */
    return is(r, f, FORMULA_IS_EVENTUAL) && is(r, f, FORMULA_IS_UNIVERSAL);
}
static bool implies(Rewriter *r, Formula f, Formula g) { return r->options.implications && rewrite_implies(r, f, g); }
/* They exclude one another; or, they cover everything. */
static bool excludes(Rewriter *r, Formula f, Formula g) {
    return r->options.implications && rewrite_implies(r, f, formula_negated(r->formulas, g));
}
static bool covers(Rewriter *r, Formula f, Formula g) {
    return r->options.implications && rewrite_implies(r, formula_negated(r->formulas, f), g);
}
static Formula unary(Rewriter *r, FormulaOp op, Formula f) { return formula_unary(r->formulas, op, f); }
static Formula binary(Rewriter *r, FormulaOp op, Formula f, Formula g) { return formula_binary(r->formulas, op, f, g); }
static Formula both(Rewriter *r, Formula f, Formula g) { return formula_and(r->formulas, f, g); }
static Formula either(Rewriter *r, Formula f, Formula g) { return formula_or(r->formulas, f, g); }

/* ---- formulas without temporal operators */

static Bdd boolean_new(Rewriter *r, Formula f) {
    FormulaOp op = op_of(r, f);
    if (op == FORMULA_CONSTANT) return f;
    if (op == FORMULA_ATOM) return bdd_literal(r->bdds, formula_atom(r->formulas, f), true);
    if (op == FORMULA_NOT) return bdd_not(r->bdds, rewrite_boolean(r, left_of(r, f)));
    assert(op == FORMULA_AND || op == FORMULA_OR);
    Bdd result = op == FORMULA_AND ? BDD_TRUE : BDD_FALSE;
    for (uint32_t i = 0; i < formula_arity(r->formulas, f); i++) {
        Bdd operand = rewrite_boolean(r, formula_operand(r->formulas, f, i));
        result = op == FORMULA_AND ? bdd_and(r->bdds, result, operand) : bdd_or(r->bdds, result, operand);
    }
    return result;
}

Bdd rewrite_boolean(Rewriter *r, Formula f) {
    if (f >= r->boolean.n) vec_resize(&r->boolean, formulas_count(r->formulas));
    if (r->boolean.data[f]) return r->boolean.data[f] - 1;
    Bdd result = boolean_new(r, f);
    r->boolean.data[f] = result + 1;
    return result;
}

/* ---- operands taken out */

/* Splits an & or | : what `keep` is true of stays in *rest, the other operands become the result. Without any of
   them the result is the neutral element. */
static Formula take_out(Rewriter *r, Formula f, bool (*keep)(const Rewriter *, Formula), Formula *rest) {
    FormulaOp op = op_of(r, f);
    assert(op == FORMULA_AND || op == FORMULA_OR);
    VEC(Formula) kept = {0}, taken = {0};
    for (uint32_t i = 0; i < formula_arity(r->formulas, f); i++) {
        Formula operand = formula_operand(r->formulas, f, i);
        if (keep(r, operand)) vec_push(&kept, operand);
        else vec_push(&taken, operand);
    }
    *rest = formula_many(r->formulas, op, kept.data, kept.n);
    Formula result = formula_many(r->formulas, op, taken.data, taken.n);
    vec_fini(&kept);
    vec_fini(&taken);
    return result;
}

static bool is_passing(const Rewriter *r, Formula f) { return !is_lasting(r, f); }
static bool is_not_eventual(const Rewriter *r, Formula f) { return !is(r, f, FORMULA_IS_EVENTUAL); }
static bool is_not_universal(const Rewriter *r, Formula f) { return !is(r, f, FORMULA_IS_UNIVERSAL); }

/* ---- X, F, G */

static Formula rule_next(Rewriter *r, Formula f) {
    Formula a = left_of(r, f), rest;
    if (is_lasting(r, a)) return a;
    FormulaOp op = op_of(r, a);
    if (op != FORMULA_AND && op != FORMULA_OR) return f;
    Formula lasting = take_out(r, a, is_passing, &rest);
    if (lasting <= FORMULA_TRUE) return f;
    rest = unary(r, FORMULA_NEXT, rest);
    return op == FORMULA_AND ? both(r, rest, lasting) : either(r, rest, lasting);
}

/* F G (b | u) is F G b | F u for a universal u, G F (b & e) is G F b & G e for an eventual e. */
static Formula rule_repeated(Rewriter *r, Formula f) {
    Formula a = left_of(r, left_of(r, f)), rest;
    bool always = op_of(r, f) == FORMULA_ALWAYS;
    if (op_of(r, a) != (always ? FORMULA_AND : FORMULA_OR)) return f;
    Formula out = take_out(r, a, always ? is_not_eventual : is_not_universal, &rest);
    if (out <= FORMULA_TRUE) return f;
    rest = unary(r, op_of(r, f), unary(r, always ? FORMULA_EVENTUALLY : FORMULA_ALWAYS, rest));
    out = unary(r, op_of(r, f), out);
    return always ? both(r, rest, out) : either(r, rest, out);
}

static Formula rule_eventually(Rewriter *r, Formula f) {
    Formula a = left_of(r, f), rest;
    if (is(r, a, FORMULA_IS_EVENTUAL)) return a;
    switch (op_of(r, a)) {
    case FORMULA_NEXT: return unary(r, FORMULA_NEXT, unary(r, FORMULA_EVENTUALLY, left_of(r, a)));
    case FORMULA_ALWAYS: return rule_repeated(r, f);
    case FORMULA_UNTIL: return unary(r, FORMULA_EVENTUALLY, right_of(r, a));
    case FORMULA_STRONG: return unary(r, FORMULA_EVENTUALLY, both(r, left_of(r, a), right_of(r, a)));
    case FORMULA_WEAK:
        return unary(r, FORMULA_EVENTUALLY, either(r, right_of(r, a), unary(r, FORMULA_ALWAYS, left_of(r, a))));
    case FORMULA_AND: {
        Formula lasting = take_out(r, a, is_passing, &rest);
        return lasting == FORMULA_TRUE ? f : both(r, unary(r, FORMULA_EVENTUALLY, rest), lasting);
    }
    case FORMULA_OR: {
        Formula eventual = take_out(r, a, is_not_eventual, &rest);
        return eventual == FORMULA_FALSE ? f : either(r, unary(r, FORMULA_EVENTUALLY, rest), eventual);
    }
    default: return f;
    }
}

/* f & G of each conjunct of g */
static Formula always_each(Rewriter *r, Formula f, Formula g) {
    if (op_of(r, g) != FORMULA_AND) return both(r, f, unary(r, FORMULA_ALWAYS, g));
    for (uint32_t i = 0; i < formula_arity(r->formulas, g); i++)
        f = both(r, f, unary(r, FORMULA_ALWAYS, formula_operand(r->formulas, g, i)));
    return f;
}

static Formula rule_always(Rewriter *r, Formula f) {
    Formula a = left_of(r, f), rest;
    if (is(r, a, FORMULA_IS_UNIVERSAL)) return a;
    switch (op_of(r, a)) {
    case FORMULA_NEXT: return unary(r, FORMULA_NEXT, unary(r, FORMULA_ALWAYS, left_of(r, a)));
    case FORMULA_EVENTUALLY: return rule_repeated(r, f);
    case FORMULA_UNTIL: {
        Formula b = right_of(r, a);
        if (!is_lasting(r, left_of(r, a))) return f;
        rest = either(r, left_of(r, a), unary(r, FORMULA_ALWAYS, b));
        return both(r, rest, unary(r, FORMULA_ALWAYS, unary(r, FORMULA_EVENTUALLY, b)));
    }
    case FORMULA_RELEASE: return unary(r, FORMULA_ALWAYS, right_of(r, a));
    case FORMULA_WEAK: return unary(r, FORMULA_ALWAYS, either(r, left_of(r, a), right_of(r, a)));
    case FORMULA_STRONG:
        return unary(r, FORMULA_ALWAYS, both(r, right_of(r, a), unary(r, FORMULA_EVENTUALLY, left_of(r, a))));
    case FORMULA_OR: {
        Formula lasting = take_out(r, a, is_passing, &rest);
        return lasting == FORMULA_FALSE ? f : either(r, unary(r, FORMULA_ALWAYS, rest), lasting);
    }
    case FORMULA_AND: {
        Formula universal = take_out(r, a, is_not_universal, &rest);
        if (universal != FORMULA_TRUE) return both(r, unary(r, FORMULA_ALWAYS, rest), universal);
        Formula eventual = take_out(r, a, is_not_eventual, &rest);
        return eventual == FORMULA_TRUE ? f : always_each(r, unary(r, FORMULA_ALWAYS, rest), eventual);
    }
    default: return f;
    }
}

/* ---- U, R, W, M */

/* a U (c U d), and so for W, R, M: one of the two operators is enough when a and c are in order. */
static Formula rule_chain(Rewriter *r, Formula f) {
    FormulaOp op = op_of(r, f);
    Formula a = left_of(r, f), b = right_of(r, f);
    bool until = op == FORMULA_UNTIL || op == FORMULA_WEAK;
    if (op_of(r, b) != op) return f;
    Formula c = left_of(r, b);
    if (until ? implies(r, a, c) : implies(r, c, a)) return b;
    if (until ? implies(r, c, a) : implies(r, a, c)) return binary(r, op, a, right_of(r, b));
    return f;
}

static Formula rule_until(Rewriter *r, Formula f) {
    Formula a = left_of(r, f), b = right_of(r, f), rest;
    bool weak = op_of(r, f) == FORMULA_WEAK;
    if (!weak && is(r, b, FORMULA_IS_EVENTUAL)) return b;
    if (weak && is(r, a, FORMULA_IS_UNIVERSAL)) return either(r, a, b);
    if (is_lasting(r, a)) return either(r, b, both(r, a, unary(r, FORMULA_EVENTUALLY, b)));
    if (implies(r, a, b)) return b;
    if (covers(r, a, b)) return weak ? FORMULA_TRUE : unary(r, FORMULA_EVENTUALLY, b);
    if (op_of(r, b) == FORMULA_AND && !weak) {
        Formula lasting = take_out(r, b, is_passing, &rest);
        if (lasting != FORMULA_TRUE) return both(r, binary(r, FORMULA_UNTIL, a, rest), lasting);
    }
    if (op_of(r, b) == FORMULA_OR) {
        Formula out = take_out(r, b, weak ? is_passing : is_not_eventual, &rest);
        if (out != FORMULA_FALSE) return either(r, binary(r, op_of(r, f), a, rest), out);
    }
    return rule_chain(r, f);
}

static Formula rule_release(Rewriter *r, Formula f) {
    Formula a = left_of(r, f), b = right_of(r, f), rest;
    bool strong = op_of(r, f) == FORMULA_STRONG;
    if (is(r, b, FORMULA_IS_UNIVERSAL)) return strong ? both(r, b, unary(r, FORMULA_EVENTUALLY, a)) : b;
    if (strong && is(r, a, FORMULA_IS_EVENTUAL)) return both(r, a, b);
    if (is_lasting(r, a)) return both(r, b, either(r, a, unary(r, FORMULA_ALWAYS, b)));
    if (implies(r, b, a)) return b;
    if (excludes(r, a, b)) return strong ? FORMULA_FALSE : unary(r, FORMULA_ALWAYS, b);
    if (op_of(r, b) == FORMULA_AND) {
        Formula out = take_out(r, b, is_not_universal, &rest);
        if (out != FORMULA_TRUE) return both(r, binary(r, op_of(r, f), a, rest), out);
    }
    if (op_of(r, b) == FORMULA_OR && !strong) {
        Formula lasting = take_out(r, b, is_passing, &rest);
        if (lasting != FORMULA_FALSE) return either(r, binary(r, FORMULA_RELEASE, a, rest), lasting);
    }
    return rule_chain(r, f);
}

static Formula rule_binary(Rewriter *r, Formula f) {
    Formula a = left_of(r, f), b = right_of(r, f);
    FormulaOp op = op_of(r, f);
    if (op_of(r, a) == FORMULA_NEXT && op_of(r, b) == FORMULA_NEXT)
        return unary(r, FORMULA_NEXT, binary(r, op, left_of(r, a), left_of(r, b)));
    return op == FORMULA_UNTIL || op == FORMULA_WEAK ? rule_until(r, f) : rule_release(r, f);
}

/* ---- & and |: two operands become one */

static bool is_until(FormulaOp op) { return op == FORMULA_UNTIL || op == FORMULA_WEAK; }
static bool is_release(FormulaOp op) { return op == FORMULA_RELEASE || op == FORMULA_STRONG; }

/* FG a & FG b, GF a | GF b */
static bool join_repeated(Rewriter *r, FormulaOp op, Formula f, Formula g, Formula *result) {
    FormulaOp outer = op == FORMULA_AND ? FORMULA_EVENTUALLY : FORMULA_ALWAYS;
    FormulaOp inner = op == FORMULA_AND ? FORMULA_ALWAYS : FORMULA_EVENTUALLY;
    if (op_of(r, f) != outer || op_of(r, g) != outer) return false;
    Formula a = left_of(r, f), b = left_of(r, g);
    if (op_of(r, a) != inner || op_of(r, b) != inner) return false;
    Formula joined = formula_many(r->formulas, op, (Formula[]){left_of(r, a), left_of(r, b)}, 2);
    *result = unary(r, outer, unary(r, inner, joined));
    return true;
}

/* X a & X b, G a & G b, and X a | X b, F a | F b */
static bool join_unary(Rewriter *r, FormulaOp op, Formula f, Formula g, Formula *result) {
    FormulaOp shared = op_of(r, f);
    bool spreads = shared == FORMULA_NEXT || shared == (op == FORMULA_AND ? FORMULA_ALWAYS : FORMULA_EVENTUALLY);
    if (!spreads || op_of(r, g) != shared || is_lasting(r, f) || is_lasting(r, g))
        return join_repeated(r, op, f, g, result);
    *result = unary(r, shared, formula_many(r->formulas, op, (Formula[]){left_of(r, f), left_of(r, g)}, 2));
    return true;
}

/* (a U c) & (b U c), (a R b) & (a R c); (a U b) | (a U c), (a R c) | (b R c); the operators may differ in strength. */
static bool join_binary(Rewriter *r, FormulaOp op, Formula f, Formula g, Formula *result) {
    FormulaOp p = op_of(r, f), q = op_of(r, g);
    bool until = is_until(p) && is_until(q);
    if (!until && !(is_release(p) && is_release(q))) return false;
    bool same_right = until == (op == FORMULA_AND);
    Formula shared = same_right ? right_of(r, f) : left_of(r, f);
    if (shared != (same_right ? right_of(r, g) : left_of(r, g))) return false;
    Formula a = same_right ? left_of(r, f) : right_of(r, f), b = same_right ? left_of(r, g) : right_of(r, g);
    Formula joined = formula_many(r->formulas, op, (Formula[]){a, b}, 2);
    bool least = op == FORMULA_AND
                     ? p == FORMULA_UNTIL || q == FORMULA_UNTIL || p == FORMULA_STRONG || q == FORMULA_STRONG
                     : (p == FORMULA_UNTIL || p == FORMULA_STRONG) && p == q;
    FormulaOp kind = until ? (least ? FORMULA_UNTIL : FORMULA_WEAK) : least ? FORMULA_STRONG : FORMULA_RELEASE;
    *result = same_right ? binary(r, kind, joined, shared) : binary(r, kind, shared, joined);
    return true;
}

/* (a W b) & F b, (a R b) & F a; (a U b) | G a, (a M b) | G b */
static bool join_mixed(Rewriter *r, FormulaOp op, Formula f, Formula g, Formula *result) {
    FormulaOp p = op_of(r, f), q = op_of(r, g);
    if (op == FORMULA_AND && q == FORMULA_EVENTUALLY) {
        if (p == FORMULA_WEAK && right_of(r, f) == left_of(r, g))
            return *result = binary(r, FORMULA_UNTIL, left_of(r, f), right_of(r, f)), true;
        if (p == FORMULA_RELEASE && left_of(r, f) == left_of(r, g))
            return *result = binary(r, FORMULA_STRONG, left_of(r, f), right_of(r, f)), true;
    }
    if (op == FORMULA_OR && q == FORMULA_ALWAYS) {
        if (p == FORMULA_UNTIL && left_of(r, f) == left_of(r, g))
            return *result = binary(r, FORMULA_WEAK, left_of(r, f), right_of(r, f)), true;
        if (p == FORMULA_STRONG && right_of(r, f) == left_of(r, g))
            return *result = binary(r, FORMULA_RELEASE, left_of(r, f), right_of(r, f)), true;
    }
    return false;
}

/* a & X G a, a | X F a */
static bool join_unrolled(Rewriter *r, FormulaOp op, Formula f, Formula g, Formula *result) {
    FormulaOp repeats = op == FORMULA_AND ? FORMULA_ALWAYS : FORMULA_EVENTUALLY;
    if (op_of(r, g) != FORMULA_NEXT || op_of(r, left_of(r, g)) != repeats || left_of(r, left_of(r, g)) != f)
        return false;
    *result = left_of(r, g);
    return true;
}

static bool join(Rewriter *r, FormulaOp op, Formula f, Formula g, Formula *result) {
    if (op == FORMULA_AND ? implies(r, f, g) : implies(r, g, f)) return *result = f, true;
    if (op == FORMULA_AND && excludes(r, f, g)) return *result = FORMULA_FALSE, true;
    if (op == FORMULA_OR && covers(r, f, g)) return *result = FORMULA_TRUE, true;
    return join_unary(r, op, f, g, result) || join_binary(r, op, f, g, result) || join_mixed(r, op, f, g, result) ||
           join_unrolled(r, op, f, g, result);
}

/* The first two operands that become one, or f. */
static Formula rule_many(Rewriter *r, Formula f) {
    FormulaOp op = op_of(r, f);
    uint32_t n = formula_arity(r->formulas, f);
    if (n > MOST_OPERANDS) return f;
    for (uint32_t i = 0; i < n; i++) {
        for (uint32_t j = 0; j < n; j++) {
            Formula result;
            if (i == j) continue;
            if (!join(r, op, formula_operand(r->formulas, f, i), formula_operand(r->formulas, f, j), &result)) continue;
            VEC(Formula) list = {0};
            vec_push(&list, result);
            for (uint32_t k = 0; k < n; k++)
                if (k != i && k != j) vec_push(&list, formula_operand(r->formulas, f, k));
            result = formula_many(r->formulas, op, list.data, list.n);
            vec_fini(&list);
            return result;
        }
    }
    return f;
}

/* ---- all of it */

static Formula apply_rules(Rewriter *r, Formula f) {
    switch (op_of(r, f)) {
    case FORMULA_NEXT: return rule_next(r, f);
    case FORMULA_EVENTUALLY: return rule_eventually(r, f);
    case FORMULA_ALWAYS: return rule_always(r, f);
    case FORMULA_UNTIL:
    case FORMULA_WEAK:
    case FORMULA_RELEASE:
    case FORMULA_STRONG: return rule_binary(r, f);
    case FORMULA_AND:
    case FORMULA_OR: return rule_many(r, f);
    default: return f;
    }
}

/* The same operator over simpler operands. */
static Formula rewrite_operands(Rewriter *r, Formula f) {
    FormulaOp op = op_of(r, f);
    uint32_t n = formula_arity(r->formulas, f);
    if (op == FORMULA_NOT || n == 0) return f;
    VEC(Formula) list = {0};
    for (uint32_t i = 0; i < n; i++) vec_push(&list, rewrite_formula(r, formula_operand(r->formulas, f, i)));
    Formula result;
    if (op == FORMULA_AND || op == FORMULA_OR) result = formula_many(r->formulas, op, list.data, n);
    else result = n == 1 ? unary(r, op, list.data[0]) : binary(r, op, list.data[0], list.data[1]);
    vec_fini(&list);
    return result;
}

static Formula rewrite_new(Rewriter *r, Formula f) {
    if (is(r, f, FORMULA_IS_BOOLEAN)) {
        Bdd function = rewrite_boolean(r, f);
        return function <= BDD_TRUE ? function : f;
    }
    Formula result = rewrite_operands(r, f);
    if (result == f) result = apply_rules(r, f);
    if (result == f || r->depth >= MOST_ROUNDS) return result;
    r->depth++;
    result = rewrite_formula(r, result);
    r->depth--;
    return result;
}

Formula rewrite_formula(Rewriter *r, Formula f) {
    if (!r->options.rules || f <= FORMULA_TRUE) return f;
    if (f >= r->done.n) vec_resize(&r->done, formulas_count(r->formulas) + 64);
    if (r->done.data[f]) return r->done.data[f] - 1;
    Formula result = rewrite_new(r, f);
    if (f >= r->done.n) vec_resize(&r->done, formulas_count(r->formulas));
    r->done.data[f] = result + 1;
    return result;
}

/* ---- targets */

/* Operand i of a conjunction says nothing that another one, or an earlier equal one, does not say. */
static bool is_implied(Rewriter *r, Formula f, uint32_t i) {
    Formula g = formula_operand(r->formulas, f, i);
    if (!is(r, g, FORMULA_IS_SAFETY)) return false;
    for (uint32_t j = 0; j < formula_arity(r->formulas, f); j++) {
        Formula h = formula_operand(r->formulas, f, j);
        if (i == j || !rewrite_implies(r, h, g)) continue;
        if (j < i || !is(r, h, FORMULA_IS_SAFETY) || !rewrite_implies(r, g, h)) return true;
    }
    return false;
}

static bool is_contradiction(Rewriter *r, Formula f) {
    for (uint32_t i = 0; i < formula_arity(r->formulas, f); i++)
        for (uint32_t j = 0; j < i; j++)
            if (excludes(r, formula_operand(r->formulas, f, i), formula_operand(r->formulas, f, j))) return true;
    return false;
}

Formula rewrite_target(Rewriter *r, Formula f) {
    if (op_of(r, f) != FORMULA_AND || !r->options.implications || formula_arity(r->formulas, f) > MOST_OPERANDS)
        return f;
    if (is_contradiction(r, f)) return FORMULA_FALSE;
    VEC(Formula) kept = {0};
    for (uint32_t i = 0; i < formula_arity(r->formulas, f); i++)
        if (!is_implied(r, f, i)) vec_push(&kept, formula_operand(r->formulas, f, i));
    f = formula_many(r->formulas, FORMULA_AND, kept.data, kept.n);
    vec_fini(&kept);
    return f;
}
