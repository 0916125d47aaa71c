#include "ltl/prune.h"

#include "ltl/components.h"
#include "model/support/fatal.h"

#include <assert.h>
#include <stdlib.h>

/* ---- which sets a component needs */

/* implied[j]: the sets that every edge of the component with mark j has too. */
typedef struct Needs {
    Marks implied[AUTOMATON_SETS];
    Marks kept;
} Needs;

/* Needs of each component that accepts: a set is not needed when another one implies it. */
static void find_needs(const Automaton *automaton, const Components *components, Needs *needs) {
    for (uint32_t c = 0; c < components->list.n; c++)
        for (uint32_t i = 0; i < automaton->nsets; i++) needs[c].implied[i] = automaton_all(automaton);
    Marks *common = malloc(components->list.n * sizeof *common);
    if (!common) fatal("out of memory");
    for (uint32_t c = 0; c < components->list.n; c++) common[c] = automaton_all(automaton);
    for (uint32_t i = 0; i < automaton->edges.n; i++) {
        const Edge *e = &automaton->edges.data[i];
        if (!components_inside(components, e)) continue;
        uint32_t c = components->of[e->from];
        common[c] &= e->marks;
        for (Marks left = e->marks; left; left &= left - 1) needs[c].implied[__builtin_ctzll(left)] &= e->marks;
    }
    for (uint32_t c = 0; c < components->list.n; c++) {
        Marks kept = automaton_all(automaton) & ~common[c];
        for (uint32_t i = automaton->nsets; i-- > 0;)
            for (uint32_t j = 0; j < automaton->nsets; j++)
                if (i != j && (kept >> i & 1) && (kept >> j & 1) && (needs[c].implied[j] >> i & 1))
                    kept &= ~(UINT64_C(1) << i);
        needs[c].kept = kept;
    }
    free(common);
}

/* Every cycle of the component sees every set: decided set by set, on the edges without it. */
static bool has_cycle_without(const Automaton *automaton, const Components *components, uint32_t set, bool *rejects) {
    Automaton *rest = automaton_new(automaton->bdds, automaton->nstates + 1, 0);
    bool any = false;
    rest->initial = automaton->nstates;
    for (uint32_t i = 0; i < automaton->edges.n; i++) {
        const Edge *e = &automaton->edges.data[i];
        if (components_inside(components, e) && !(e->marks >> set & 1))
            automaton_add_edge(rest, e->from, BDD_TRUE, 0, e->to);
    }
    for (uint32_t s = 0; s < automaton->nstates; s++) automaton_add_edge(rest, rest->initial, BDD_TRUE, 0, s);
    automaton_settle(rest);
    Components inner;
    components_init(&inner, rest);
    for (uint32_t s = 0; s < automaton->nstates; s++)
        if (components_at(&inner, s)->has_edge) rejects[components->of[s]] = any = true;
    components_fini(&inner);
    automaton_free(rest);
    return any;
}

/* Where no cycle is rejected no set is needed. */
static void find_weak(const Automaton *automaton, const Components *components, Needs *needs) {
    bool *rejects = calloc(components->list.n, sizeof *rejects);
    if (!rejects) fatal("out of memory");
    for (uint32_t i = 0; i < automaton->nsets; i++) has_cycle_without(automaton, components, i, rejects);
    for (uint32_t c = 0; c < components->list.n; c++)
        if (!rejects[c]) needs[c].kept = 0;
    free(rejects);
}

/* ---- rebuilding */

static Marks gather(Marks marks, Marks kept, Marks all) {
    Marks result = 0;
    uint32_t n = 0;
    for (; kept; kept &= kept - 1, n++)
        if (marks >> __builtin_ctzll(kept) & 1) result |= UINT64_C(1) << n;
    Marks filled = n == AUTOMATON_SETS ? 0 : ~UINT64_C(0) << n;
    return result | (filled & all);
}

static void renumber_sets(Automaton *automaton, const Components *components, const Needs *needs) {
    uint32_t nsets = automaton->is_state_based ? 1 : 0;
    for (uint32_t c = 0; c < components->list.n; c++) {
        uint32_t count = (uint32_t)__builtin_popcountll(needs[c].kept);
        if (components->list.data[c].is_accepting && count > nsets) nsets = count;
    }
    bool rejecting = false; /* with no sets at all every cycle would be accepted */
    for (uint32_t c = 0; c < components->list.n; c++)
        rejecting |= components->list.data[c].has_edge && !components->list.data[c].is_accepting;
    if (rejecting && nsets == 0) nsets = 1;
    automaton->nsets = nsets;
    for (uint32_t i = 0; i < automaton->edges.n; i++) {
        Edge *e = &automaton->edges.data[i];
        const Component *component = components_at(components, e->from);
        bool matters = component->is_accepting && components_inside(components, e);
        e->marks = matters ? gather(e->marks, needs[components->of[e->from]].kept, automaton_all(automaton)) : 0;
    }
}

/* A state-based automaton keeps a mark on all edges of a state or on none. */
static void spread_marks(Automaton *automaton, const Components *components) {
    bool *marked = calloc(automaton->nstates, sizeof *marked);
    if (!marked) fatal("out of memory");
    for (uint32_t i = 0; i < automaton->edges.n; i++)
        if (automaton->edges.data[i].marks) marked[automaton->edges.data[i].from] = true;
    for (uint32_t i = 0; i < automaton->edges.n; i++) {
        Edge *e = &automaton->edges.data[i];
        assert(!components_inside(components, e) || (e->marks != 0) == marked[e->from]);
        e->marks = marked[e->from];
    }
    free(marked);
}

static void drop_useless(Automaton *automaton, const Components *components) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < automaton->edges.n; i++) {
        Edge e = automaton->edges.data[i];
        if (components->of[e.from] == UINT32_MAX || !components_at(components, e.to)->is_useful) continue;
        automaton->edges.data[n++] = e;
    }
    automaton->edges.n = n;
}

void prune_useless(Automaton *automaton) {
    automaton_settle(automaton);
    Components components;
    components_init(&components, automaton);
    Needs *needs = calloc(components.list.n, sizeof *needs);
    if (!needs) fatal("out of memory");
    drop_useless(automaton, &components);
    find_needs(automaton, &components, needs);
    find_weak(automaton, &components, needs);
    renumber_sets(automaton, &components, needs);
    if (automaton->is_state_based) spread_marks(automaton, &components);
    free(needs);
    components_fini(&components);
    automaton_trim(automaton);
}
