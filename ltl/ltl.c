#include "ltl/ltl.h"

#include "ltl/degeneralise.h"
#include "ltl/prune.h"
#include "ltl/simulate.h"
#include "ltl/translate.h"

#include <string.h>

enum { MAX_STATES = 20000, MOST_ROUNDS = 20, MOST_SIMULATED = 1500 };

LtlOptions ltl_options_all(void) {
    LtlOptions options = {.max_states = MAX_STATES};
#define LTL_ON(name) options.name = true;
    LTL_SWITCHES(LTL_ON)
#undef LTL_ON
    return options;
}

LtlOptions ltl_options_none(void) { return (LtlOptions){.max_states = MAX_STATES}; }

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

static void degeneralise(Automaton **automaton, const LtlOptions *options) {
    DegeneraliseOptions how = {.skip = options->skip, .reset = options->reset, .cache = options->cache};
    replace(automaton, degeneralise_to_states(*automaton, how), options->prune);
    if (options->buchi) simulate_repeatedly(automaton, options);
}

Automaton *ltl_translate(Formulas *formulas, Bdds *bdds, Formula f, LtlKind kind, const LtlOptions *options) {
    RewriteOptions rules = {.rules = options->rules, .implications = options->implications};
    Rewriter *rewriter = rewriter_new(formulas, bdds, rules);
    f = rewrite_formula(rewriter, formula_normal(formulas, f));
    Automaton *automaton = translate_tableau(rewriter, f, options->max_states);
    if (automaton) {
        if (options->prune) prune_useless(automaton);
        simulate_repeatedly(&automaton, options);
        if (kind == LTL_BUCHI) degeneralise(&automaton, options);
    }
    rewriter_free(rewriter);
    return automaton;
}
