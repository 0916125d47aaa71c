#include "ltl/ltl.h"

#include "ltl/containment.h"
#include "ltl/degeneralise.h"
#include "ltl/obligation.h"
#include "ltl/product.h"
#include "ltl/prune.h"
#include "ltl/recurrence.h"
#include "ltl/simulate.h"
#include "ltl/translate.h"

#include <string.h>

enum {
    MAX_STATES = 20000,    /* of a tableau, when nothing is said */
    MAX_STEPS = 1000000,   /* so many of its edges */
    MAX_WORK = 20000000,   /* steps of decision diagrams: seconds */
    MOST_ROUNDS = 20,      /* of both simulations */
    MOST_SIMULATED = 1500, /* states, for the simulations */
    MOST_SUBSETS = 2000,
    MOST_MERGED = 200,     /* states, for merging by language */
    MERGE_EFFORT = 1000000 /* edges it may look at */
};

LtlOptions ltl_options_all(void) {
    LtlOptions options = ltl_options_none();
#define LTL_ON(name) options.name = true;
    LTL_SWITCHES(LTL_ON)
#undef LTL_ON
    return options;
}

LtlOptions ltl_options_none(void) { return (LtlOptions){.max_states = MAX_STATES, .max_steps = MAX_STEPS, .max_work = MAX_WORK}; }

static void replace(Automaton **automaton, Automaton *by, bool prune) {
    automaton_free(*automaton);
    *automaton = by;
    if (prune) prune_useless(by);
}

/* Simulations in turn until nothing gets smaller. */
static void simulate_repeatedly(Automaton **automaton, const LtlOptions *options) {
    if ((*automaton)->nstates > MOST_SIMULATED) return;
    for (uint32_t round = 0; round < MOST_ROUNDS; round++) {
        uint32_t states = (*automaton)->nstates, edges = (*automaton)->edges.n;
        if (options->forward) replace(automaton, simulate_forward(*automaton), options->prune);
        if (options->backward) replace(automaton, simulate_backward(*automaton), options->prune);
        if ((*automaton)->nstates == states && (*automaton)->edges.n == edges) return;
    }
}

static bool is_smaller(const Automaton *a, const Automaton *b) {
    return a->nstates < b->nstates || (a->nstates == b->nstates && a->edges.n <= b->edges.n);
}

static Automaton *smaller(Automaton *a, Automaton *b) {
    bool first = !b || (a && is_smaller(a, b));
    automaton_free(first ? b : a);
    return first ? a : b;
}

static Automaton *degeneralised(const Automaton *automaton, const LtlOptions *options, bool last_first) {
    DegeneraliseOptions how = {options->skip, options->reset, options->cache, last_first};
    Automaton *result = degeneralise_to_states(automaton, how);
    if (options->prune) prune_useless(result);
    if (options->buchi) simulate_repeatedly(&result, options);
    return result;
}

/* The order of the sets matters, and cannot be told beforehand. */
static void degeneralise(Automaton **automaton, const LtlOptions *options) {
    Automaton *best = degeneralised(*automaton, options, false);
    bool again = options->orders && (*automaton)->nsets > 1 && best->nstates <= MOST_MERGED;
    if (again) best = smaller(best, degeneralised(*automaton, options, true));
    automaton_free(*automaton);
    *automaton = best;
}

/* ---- obligations */

/* What one translation works with. */
typedef struct Translation {
    const LtlOptions *options;
    Rewriter *rewriter;
    Formula f;
    Automaton *negation; /* of the negated formula, once it is needed */
    bool negation_failed;
    bool gave_up; /* the work of a tableau was too much: what the rewriter knows is of no use either, and there are no more tableaux */
} Translation;

/* For automata that only help, and so may cost little. */
static const TranslateLimits side_limits = {.states = 300, .steps = 10000};

static Automaton *tableau_of(Translation *t, Formula f, TranslateLimits limits) {
    if (t->gave_up) return NULL;
    Bdds *bdds = rewriter_bdds(t->rewriter);
    bdds_budget(bdds, t->options->max_work);
    Automaton *automaton = translate_tableau(t->rewriter, rewrite_formula(t->rewriter, f), limits);
    t->gave_up = bdds_gave_up(bdds);
    bdds_budget(bdds, BDDS_UNLIMITED);
    if (automaton && t->options->prune) prune_useless(automaton);
    return automaton;
}

static const Automaton *negation_of(Translation *t) {
    if (t->negation || t->negation_failed) return t->negation;
    t->negation = tableau_of(t, formula_negated(rewriter_formulas(t->rewriter), t->f), side_limits);
    t->negation_failed = !t->negation;
    if (t->negation && t->options->forward && t->negation->nstates <= MOST_SIMULATED)
        replace(&t->negation, simulate_forward(t->negation), t->options->prune);
    return t->negation;
}

/* The deterministic automaton has the language of the formula, and so of `automaton`. */
static bool is_right(Translation *t, const Automaton *automaton, const Automaton *weak) {
    if (formula_is(rewriter_formulas(t->rewriter), t->f, FORMULA_IS_OBLIGATION)) return true;
    Automaton *complement = obligation_complement(weak);
    bool covers = product_is_empty(automaton, complement);
    automaton_free(complement);
    return covers && negation_of(t) && product_is_empty(weak, t->negation);
}

/* NULL when the language is no obligation, or the automaton would be too large. */
static Automaton *obligation_of(Translation *t, const Automaton *automaton) {
    if (!t->options->obligations) return NULL;
    Automaton *weak = obligation_minimal(automaton, MOST_SUBSETS);
    if (weak && !is_right(t, automaton, weak)) {
        automaton_free(weak);
        weak = NULL;
    }
    if (weak) prune_useless(weak);
    return weak;
}

/* ---- recurrences */

/* The automaton of G F g for a guarantee g, from the one of F g; NULL for another formula, or when that is too large. */
static Automaton *recurrent(Translation *t) {
    const Formulas *formulas = rewriter_formulas(t->rewriter);
    if (!t->options->recurrences || formula_op(formulas, t->f) != FORMULA_ALWAYS) return NULL;
    Formula once = formula_operand(formulas, t->f, 0);
    if (formula_op(formulas, once) != FORMULA_EVENTUALLY || !formula_is(formulas, once, FORMULA_IS_GUARANTEE)) return NULL;
    Automaton *waiting = tableau_of(t, once, side_limits);
    Automaton *minimal = waiting ? obligation_minimal(waiting, MOST_SUBSETS) : NULL;
    Automaton *result = minimal ? recurrence_of(minimal) : NULL;
    automaton_free(waiting);
    automaton_free(minimal);
    if (result && t->options->prune) prune_useless(result);
    if (result) simulate_repeatedly(&result, t->options);
    return result;
}

/* ---- merging by language */

static void contain(Translation *t, Automaton **automaton) {
    if (!t->options->containment || (*automaton)->nstates > MOST_MERGED || !negation_of(t)) return;
    uint32_t before = (*automaton)->nstates;
    replace(automaton, containment_merge(*automaton, t->negation, MERGE_EFFORT), t->options->prune);
    if ((*automaton)->nstates < before) simulate_repeatedly(automaton, t->options);
}

/* From a generalised automaton with the language of the formula, simulated, to a small one of that kind. */
static Automaton *refine(Translation *t, Automaton *automaton, LtlKind kind) {
    contain(t, &automaton);
    if (kind == LTL_BUCHI) {
        degeneralise(&automaton, t->options);
        contain(t, &automaton);
    }
    return automaton;
}

Automaton *ltl_translate(Formulas *formulas, Bdds *bdds, Formula f, LtlKind kind, const LtlOptions *options) {
    RewriteOptions rules = {.rules = options->rules, .implications = options->implications};
    Translation t = {.options = options, .rewriter = rewriter_new(formulas, bdds, rules)};
    bdds_budget(bdds, options->max_work);
    t.f = rewrite_formula(t.rewriter, formula_normal(formulas, f));
    t.gave_up = bdds_gave_up(bdds);
    Automaton *automaton = tableau_of(&t, t.f, (TranslateLimits){options->max_states, options->max_steps});
    if (automaton) {
        simulate_repeatedly(&automaton, options);
        Automaton *weak = obligation_of(&t, automaton), *recurring = recurrent(&t);
        automaton = smaller(weak, refine(&t, automaton, kind));
        if (recurring) automaton = smaller(automaton, refine(&t, recurring, kind));
    }
    automaton_free(t.negation);
    rewriter_free(t.rewriter);
    return automaton;
}

Automaton *ltl_reduce(Automaton *automaton, LtlKind kind, const LtlOptions *options) {
    if (options->prune) prune_useless(automaton);
    simulate_repeatedly(&automaton, options);
    if (kind == LTL_BUCHI) degeneralise(&automaton, options);
    return automaton;
}
