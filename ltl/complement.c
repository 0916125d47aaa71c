#include "ltl/complement.h"

#include "ltl/components.h"
#include "ltl/determinise.h"
#include "ltl/ltl.h"
#include "ltl/obligation.h"
#include "ltl/product.h"
#include "ltl/prune.h"
#include "ltl/ranks.h"
#include "model/support/fatal.h"

#include <assert.h>
#include <stdlib.h>

enum { MOST_SUBSETS = 500 /* when a smaller automaton is looked for */ };

/* ---- cycles that miss a set */

/* A reachable automaton and, of each set, the states that have a cycle inside their accepting component whose edges all
   miss it. */
typedef struct Parts {
    const Automaton *automaton;
    Components components;
    Marks *missing; /* per state */
} Parts;

static bool is_inside(const Parts *parts, const Edge *e) {
    return components_inside(&parts->components, e) && components_at(&parts->components, e->from)->is_accepting;
}

static void find_missing(Parts *parts, uint32_t set) {
    const Automaton *a = parts->automaton;
    Automaton *rest = automaton_new(a->bdds, a->nstates + 1, 0);
    rest->initial = a->nstates;
    for (uint32_t i = 0; i < a->edges.n; i++) {
        const Edge *e = &a->edges.data[i];
        if (is_inside(parts, e) && !(e->marks >> set & 1)) automaton_add_edge(rest, e->from, BDD_TRUE, 0, e->to);
    }
    for (uint32_t s = 0; s < a->nstates; s++) automaton_add_edge(rest, rest->initial, BDD_TRUE, 0, s);
    automaton_settle(rest);
    Components inner;
    components_init(&inner, rest);
    for (uint32_t s = 0; s < a->nstates; s++)
        if (components_at(&inner, s)->has_edge) parts->missing[s] |= UINT64_C(1) << set;
    components_fini(&inner);
    automaton_free(rest);
}

static void parts_init(Parts *parts, const Automaton *automaton) {
    *parts = (Parts){.automaton = automaton, .missing = calloc(automaton->nstates, sizeof *parts->missing)};
    if (!parts->missing) fatal("out of memory");
    components_init(&parts->components, automaton);
    for (uint32_t set = 0; set < automaton->nsets; set++) find_missing(parts, set);
}

static void parts_fini(Parts *parts) {
    components_fini(&parts->components);
    free(parts->missing);
}

/* In each component all cycles are accepted, or none is. */
static bool is_weak(const Parts *parts) {
    for (uint32_t s = 0; s < parts->automaton->nstates; s++)
        if (parts->missing[s]) return false;
    return true;
}

/* ---- deterministic automata: the only run ends in a component that does not accept, falls off, or from some time on
   goes on without one of the sets, which is guessed */

static void copy_run(const Parts *parts, Automaton *result, uint32_t sink) {
    const Automaton *a = parts->automaton;
    for (uint32_t s = 0; s < a->nstates; s++) {
        Bdd read = BDD_FALSE;
        for (const Edge *e = automaton_begin(a, s); e < automaton_end(a, s); e++) {
            bool stays = components_inside(&parts->components, e) && !is_inside(parts, e);
            automaton_add_edge(result, s, e->label, stays, e->to);
            read = bdd_or(a->bdds, read, e->label);
        }
        automaton_add_edge(result, s, bdd_not(a->bdds, read), 0, sink);
    }
    automaton_add_edge(result, sink, BDD_TRUE, 1, sink);
}

/* The run guesses that it will not see the set again, in states from which there is a cycle without it. */
static void copy_without(const Parts *parts, Automaton *result, uint32_t set, uint32_t *copy_of) {
    const Automaton *a = parts->automaton;
    Marks mark = UINT64_C(1) << set;
    for (uint32_t s = 0; s < a->nstates; s++)
        if (parts->missing[s] & mark) copy_of[s] = automaton_add_state(result);
    for (uint32_t i = 0; i < a->edges.n; i++) {
        const Edge *e = &a->edges.data[i];
        if (!(parts->missing[e->to] & mark)) continue;
        automaton_add_edge(result, e->from, e->label, 0, copy_of[e->to]);
        if ((parts->missing[e->from] & mark) && is_inside(parts, e) && !(e->marks & mark))
            automaton_add_edge(result, copy_of[e->from], e->label, 1, copy_of[e->to]);
    }
}

static Automaton *complement_deterministic(const Parts *parts) {
    const Automaton *a = parts->automaton;
    Automaton *result = automaton_new(a->bdds, a->nstates + 1, 1);
    uint32_t *copy_of = calloc(a->nstates, sizeof *copy_of);
    if (!copy_of) fatal("out of memory");
    result->initial = a->initial;
    copy_run(parts, result, a->nstates);
    for (uint32_t set = 0; set < a->nsets; set++) copy_without(parts, result, set, copy_of);
    free(copy_of);
    automaton_trim(result);
    return result;
}

/* ---- weak automata: no run stays in accepting components for ever. Of the runs on a word, those that have been in them
   since the last breakpoint are followed by a second copy of each state; when there are none left, all are taken anew. */

static void take_all_anew(const Automaton *doubled, uint64_t *bits) {
    uint32_t n = doubled->nstates / 2;
    for (uint32_t s = 0; s < n; s++)
        if (subsets_has(bits, n + s)) return;
    for (uint32_t s = 0; s < n; s++)
        if (subsets_has(bits, s)) bits[(n + s) / 64] |= UINT64_C(1) << (n + s) % 64;
}

static Automaton *doubled(const Parts *parts) {
    const Automaton *a = parts->automaton;
    Automaton *result = automaton_new(a->bdds, 2 * a->nstates, 0);
    result->initial = a->initial;
    for (uint32_t i = 0; i < a->edges.n; i++) {
        const Edge *e = &a->edges.data[i];
        automaton_add_edge(result, e->from, e->label, 0, e->to);
        if (components_at(&parts->components, e->to)->is_accepting)
            automaton_add_edge(result, a->nstates + e->from, e->label, 0, a->nstates + e->to);
    }
    automaton_settle(result);
    return result;
}

static Automaton *complement_weak(const Parts *parts, uint32_t max_states) {
    Automaton *both = doubled(parts), *result = NULL;
    Subsets subsets;
    if (subsets_init(&subsets, both, take_all_anew, max_states)) {
        uint32_t n = parts->automaton->nstates;
        result = automaton_new(both->bdds, subsets.automaton->nstates, 1);
        result->is_state_based = true;
        for (uint32_t i = 0; i < subsets.automaton->edges.n; i++) {
            const Edge *e = &subsets.automaton->edges.data[i];
            bool breaks = true;
            for (uint32_t s = 0; s < n && breaks; s++) breaks = !subsets_has(subsets_at(&subsets, e->from), n + s);
            automaton_add_edge(result, e->from, e->label, breaks, e->to);
        }
        automaton_settle(result);
    }
    subsets_fini(&subsets);
    automaton_free(both);
    return result;
}

/* ---- all of them */

/* A minimal automaton for what the complement accepts, if that is an obligation; both accept what the other does not. */
static void minimise(Automaton **complement, const Automaton *automaton) {
    Automaton *weak = obligation_minimal(*complement, MOST_SUBSETS);
    if (!weak) return;
    Automaton *other = obligation_complement(weak);
    bool equal = product_is_empty(*complement, other) && product_is_empty(weak, automaton);
    automaton_free(other);
    automaton_free(equal ? *complement : weak);
    if (equal) *complement = weak;
}

/* By the construction for deterministic or for weak automata, if it is one: else NULL, as when it is too large. */
static Automaton *complement_directly(const Automaton *automaton, uint32_t max_states, bool *is_for_it) {
    Parts parts;
    Automaton *complement = NULL;
    parts_init(&parts, automaton);
    bool deterministic = automaton_is_deterministic(automaton);
    *is_for_it = deterministic || is_weak(&parts);
    if (deterministic) complement = complement_deterministic(&parts);
    else if (*is_for_it) complement = complement_weak(&parts, max_states);
    parts_fini(&parts);
    return complement;
}

/* Takes the automaton: a smaller one may be deterministic or weak. */
static Automaton *complement_reduced(Automaton *automaton, uint32_t max_states) {
    LtlOptions options = ltl_options_all();
    bool is_for_it;
    automaton = ltl_reduce(automaton, LTL_GENERALISED, &options);
    Automaton *complement = complement_directly(automaton, max_states, &is_for_it);
    if (!is_for_it) {
        automaton = ltl_reduce(automaton, LTL_BUCHI, &options);
        complement = ranks_complement(automaton, max_states);
    }
    automaton_free(automaton);
    return complement;
}

Automaton *complement_of(const Automaton *automaton, uint32_t max_states) {
    bool is_for_it;
    Automaton *copy = automaton_copy(automaton);
    automaton_trim(copy);
    Automaton *complement = complement_directly(copy, max_states, &is_for_it);
    if (is_for_it) automaton_free(copy);
    else complement = complement_reduced(copy, max_states);
    if (complement) minimise(&complement, automaton);
    if (complement) prune_useless(complement);
    return complement;
}
