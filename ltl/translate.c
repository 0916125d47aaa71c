#include "ltl/translate.h"

#include "model/support/fatal.h"
#include "model/support/hash.h"

#include <assert.h>
#include <stdlib.h>

/* A variable behind the atoms: that `formula` holds next, or the promise that it comes. */
typedef struct Variable {
    Formula formula;
    bool is_promise;
    uint8_t mark; /* of a promise: its acceptance set */
} Variable;

typedef VEC(uint32_t) Numbers; /* by formula: 0 is unknown, else 1 more */

typedef struct Tableau {
    Rewriter *rewriter;
    Formulas *formulas;
    Bdds *bdds;
    VEC(Variable) variables;
    Numbers next, promise;    /* formula -> its variable */
    Numbers plain, recurring; /* formula -> its step function; recurring: under a G that asks again at each step */
    Numbers state_of;
    VEC(Bdd) steps; /* of each state */
    struct {
        Bdd steps;
        uint32_t state;
    } * known; /* step function -> state, open addressing */
    uint32_t mask, npromises, nsteps;
    TranslateLimits limits;
    Automaton *automaton;
    uint32_t state;       /* whose edges are made */
    VEC(Formula) next_of; /* of the cube at hand */
    bool gave_up;
} Tableau;

static bool number_find(const Numbers *numbers, Formula f, uint32_t *value) {
    if (f >= numbers->n || numbers->data[f] == 0) return false;
    *value = numbers->data[f] - 1;
    return true;
}
static uint32_t number_keep(Numbers *numbers, Formula f, uint32_t value) {
    if (f >= numbers->n) vec_resize(numbers, f + 64);
    numbers->data[f] = value + 1;
    return value;
}

/* ---- step functions */

static Bdd variable_of(Tableau *t, Numbers *numbers, Formula f, bool is_promise) {
    uint32_t v;
    if (!number_find(numbers, f, &v)) {
        v = number_keep(numbers, f, FORMULA_ATOMS + t->variables.n);
        if (is_promise && t->npromises == AUTOMATON_SETS) {
            t->gave_up = true;
            t->npromises = 0;
        }
        vec_push(&t->variables, (Variable){f, is_promise, is_promise ? (uint8_t)t->npromises++ : 0});
    }
    return bdd_literal(t->bdds, v, true);
}

static Bdd promised(Tableau *t, Formula f) { return variable_of(t, &t->promise, f, true); }

static Bdd next_step(Tableau *t, Formula f) {
    if (f <= FORMULA_TRUE) return f;
    FormulaOp op = formula_op(t->formulas, f);
    if (op != FORMULA_AND) return variable_of(t, &t->next, f, false);
    Bdd all = BDD_TRUE;
    for (uint32_t i = 0; i < formula_arity(t->formulas, f); i++)
        all = bdd_and(t->bdds, all, next_step(t, formula_operand(t->formulas, f, i)));
    return all;
}

static Bdd step_of(Tableau *t, Formula f, bool recurring);

static Bdd step_many(Tableau *t, Formula f, bool recurring) {
    bool conjunction = formula_op(t->formulas, f) == FORMULA_AND;
    Bdd result = conjunction ? BDD_TRUE : BDD_FALSE;
    for (uint32_t i = 0; i < formula_arity(t->formulas, f); i++) {
        Bdd step = step_of(t, formula_operand(t->formulas, f, i), recurring && conjunction);
        result = conjunction ? bdd_and(t->bdds, result, step) : bdd_or(t->bdds, result, step);
    }
    return result;
}

/* What still has to hold next: nothing when the G around asks again anyway. Only what that G asks for at every step
   may be read so: its operand, conjuncts of it, and the right side of an R or M there. */
static Bdd again(Tableau *t, Formula f, bool recurring) { return recurring ? BDD_TRUE : next_step(t, f); }

static Bdd step_binary(Tableau *t, Formula f, bool recurring) {
    Formula left = formula_operand(t->formulas, f, 0), right = formula_operand(t->formulas, f, 1);
    FormulaOp op = formula_op(t->formulas, f);
    bool releases = op == FORMULA_RELEASE || op == FORMULA_STRONG;
    Bdds *bdds = t->bdds;
    Bdd a = step_of(t, left, false), b = step_of(t, right, recurring && releases);
    Bdd later = again(t, f, recurring);
    if (op == FORMULA_UNTIL) later = bdd_and(bdds, later, promised(t, right));
    if (op == FORMULA_STRONG) later = bdd_and(bdds, later, promised(t, left));
    return releases ? bdd_and(bdds, b, bdd_or(bdds, a, later)) : bdd_or(bdds, b, bdd_and(bdds, a, later));
}

static Bdd step_new(Tableau *t, Formula f, bool recurring) {
    FormulaOp op = formula_op(t->formulas, f);
    switch (op) {
    case FORMULA_CONSTANT: return f;
    case FORMULA_ATOM: return bdd_literal(t->bdds, formula_atom(t->formulas, f), true);
    case FORMULA_NOT: return bdd_literal(t->bdds, formula_atom(t->formulas, formula_operand(t->formulas, f, 0)), false);
    case FORMULA_NEXT: return next_step(t, formula_operand(t->formulas, f, 0));
    case FORMULA_EVENTUALLY: {
        Formula a = formula_operand(t->formulas, f, 0);
        Bdd later = bdd_and(t->bdds, promised(t, a), again(t, f, recurring));
        return bdd_or(t->bdds, step_of(t, a, false), later);
    }
    case FORMULA_ALWAYS: {
        Bdd now = step_of(t, formula_operand(t->formulas, f, 0), true);
        return bdd_and(t->bdds, now, again(t, f, recurring));
    }
    case FORMULA_AND:
    case FORMULA_OR: return step_many(t, f, recurring);
    default: return step_binary(t, f, recurring);
    }
}

static Bdd step_of(Tableau *t, Formula f, bool recurring) {
    Numbers *numbers = recurring ? &t->recurring : &t->plain;
    Bdd step;
    if (number_find(numbers, f, &step)) return step;
    step = step_new(t, f, recurring);
    return number_keep(numbers, f, step);
}

/* ---- states */

static void grow_known(Tableau *t) {
    uint32_t count = t->mask ? (t->mask + 1) * 2 : 64;
    free(t->known);
    t->known = calloc(count, sizeof *t->known);
    if (!t->known) fatal("out of memory");
    t->mask = count - 1;
    for (uint32_t s = 0; s < t->steps.n; s++) {
        uint32_t i = (uint32_t)hash_mix(t->steps.data[s]) & t->mask;
        while (t->known[i].steps) i = (i + 1) & t->mask;
        t->known[i].steps = t->steps.data[s] + 1;
        t->known[i].state = s;
    }
}

/* Formulas with the same steps are one state. */
static uint32_t state_of(Tableau *t, Formula f) {
    uint32_t state;
    if (number_find(&t->state_of, f, &state)) return state;
    Bdd steps = step_of(t, f, false);
    if (t->steps.n * 2 >= t->mask) grow_known(t);
    uint32_t i = (uint32_t)hash_mix(steps) & t->mask;
    while (t->known[i].steps && t->known[i].steps != steps + 1) i = (i + 1) & t->mask;
    if (!t->known[i].steps) {
        t->known[i].steps = steps + 1;
        t->known[i].state = t->steps.n;
        vec_push(&t->steps, steps);
        if (t->steps.n > t->automaton->nstates) automaton_add_state(t->automaton);
    }
    return number_keep(&t->state_of, f, t->known[i].state);
}

/* One product: atoms are the label, next formulas the target; promises are noted as marks, and turned later. */
static bool add_step(void *context, const BddLiteral *literals, uint32_t count) {
    Tableau *t = context;
    Bdd label = BDD_TRUE;
    Marks marks = 0;
    vec_clear(&t->next_of);
    for (uint32_t i = count; i-- > 0;) {
        BddLiteral literal = literals[i];
        if (literal.variable < FORMULA_ATOMS) {
            Bdd atom = bdd_literal(t->bdds, literal.variable, literal.positive);
            label = bdd_and(t->bdds, atom, label);
            continue;
        }
        assert(literal.positive); /* step functions grow with these variables */
        Variable variable = t->variables.data[literal.variable - FORMULA_ATOMS];
        if (variable.is_promise) marks |= UINT64_C(1) << variable.mark;
        else vec_push(&t->next_of, variable.formula);
    }
    Formula target = formula_many(t->formulas, FORMULA_AND, t->next_of.data, t->next_of.n);
    if (t->gave_up || ++t->nsteps > t->limits.steps) return t->gave_up = true, false;
    target = rewrite_target(t->rewriter, target);
    if (target == FORMULA_FALSE) return true;
    uint32_t to = state_of(t, target);
    if (t->steps.n > t->limits.states) t->gave_up = true;
    vec_push(&t->automaton->edges, (Edge){t->state, to, label, marks});
    return true;
}

/* A promise that an edge does not make is one kept. */
static void turn_promises(Automaton *automaton, uint32_t npromises) {
    automaton->nsets = npromises;
    Marks all = automaton_all(automaton);
    for (uint32_t i = 0; i < automaton->edges.n; i++) automaton->edges.data[i].marks ^= all;
}

static void tableau_fini(Tableau *t) {
    vec_fini(&t->variables);
    vec_fini(&t->next);
    vec_fini(&t->promise);
    vec_fini(&t->plain);
    vec_fini(&t->recurring);
    vec_fini(&t->state_of);
    vec_fini(&t->steps);
    vec_fini(&t->next_of);
    free(t->known);
}

Automaton *translate_tableau(Rewriter *rewriter, Formula f, TranslateLimits limits) {
    Tableau t = {.rewriter = rewriter,
        .limits = limits,
        .formulas = rewriter_formulas(rewriter),
        .bdds = rewriter_bdds(rewriter)};
    assert(formula_is(t.formulas, f, FORMULA_IS_NORMAL));
    t.automaton = automaton_new(t.bdds, 1, 0);
    state_of(&t, f);
    for (t.state = 0; t.state < t.steps.n && !t.gave_up; t.state++) {
        bdd_each_cube(t.bdds, t.steps.data[t.state], add_step, &t);
        t.gave_up |= bdds_gave_up(t.bdds);
    }
    Automaton *result = t.gave_up || bdds_gave_up(t.bdds) ? NULL : t.automaton;
    if (result) {
        turn_promises(result, t.npromises);
        automaton_settle(result);
    } else {
        automaton_free(t.automaton);
    }
    tableau_fini(&t);
    return result;
}
