#include "ltl/degeneralise.h"

#include "ltl/components.h"
#include "model/support/fatal.h"

#include <assert.h>
#include <stdlib.h>

/* The copy of `state` that waits for set `level`; at level nsets the state accepts, and then waits for set 0. */
typedef struct Copy {
    uint32_t state, level;
} Copy;

typedef struct Work {
    const Automaton *automaton;
    DegeneraliseOptions options;
    Components components;
    VEC(Copy) copies;
    uint32_t *number; /* state * (nsets + 1) + level -> copy + 1 */
    uint32_t *entry;  /* state -> the level at which it is entered, plus 1 */
    Marks *common;    /* state -> what all its edges inside its component have */
    Automaton *result;
} Work;

static uint32_t copy_of(Work *w, uint32_t state, uint32_t level) {
    uint32_t *number = &w->number[state * (w->automaton->nsets + 1) + level];
    if (*number == 0) {
        vec_push(&w->copies, (Copy){state, level});
        *number = w->copies.n;
        if (w->copies.n > w->result->nstates) automaton_add_state(w->result);
        if (w->options.cache && w->entry[state] == 0) w->entry[state] = level + 1;
    }
    return *number - 1;
}

static uint32_t advance(const Work *w, uint32_t level, Marks marks) {
    uint32_t most = w->options.skip ? w->automaton->nsets : level + 1;
    uint32_t nsets = w->automaton->nsets;
    while (level < nsets && level < most && (marks >> (w->options.last_first ? nsets - 1 - level : level) & 1)) level++;
    return level;
}

/* Where a component is entered any level will do. */
static uint32_t entry_level(Work *w, uint32_t state) {
    if (!components_at(&w->components, state)->is_accepting) return 0;
    if (w->entry[state]) return w->entry[state] - 1;
    return w->options.skip ? advance(w, 0, w->common[state]) : 0;
}

static uint32_t next_level(Work *w, uint32_t level, const Edge *e) {
    const Component *target = components_at(&w->components, e->to);
    bool inside = components_inside(&w->components, e);
    if (w->options.reset && !inside) return entry_level(w, e->to);
    if (w->options.reset && !target->is_accepting) return 0;
    if (level == w->automaton->nsets) level = 0;
    Marks marks = inside && target->is_accepting ? e->marks : 0;
    if (w->options.skip && target->is_accepting) marks |= w->common[e->to];
    return advance(w, level, marks);
}

static void find_common(Work *w) {
    for (uint32_t s = 0; s < w->automaton->nstates; s++) {
        Marks common = automaton_all(w->automaton);
        bool any = false;
        for (const Edge *e = automaton_begin(w->automaton, s); e < automaton_end(w->automaton, s); e++) {
            if (!components_inside(&w->components, e)) continue;
            common &= e->marks;
            any = true;
        }
        w->common[s] = any ? common : 0;
    }
}

static void expand(Work *w, uint32_t number) {
    Copy copy = w->copies.data[number];
    Marks mark = copy.level == w->automaton->nsets;
    for (const Edge *e = automaton_begin(w->automaton, copy.state); e < automaton_end(w->automaton, copy.state); e++) {
        uint32_t to = copy_of(w, e->to, next_level(w, copy.level, e));
        automaton_add_edge(w->result, number, e->label, mark, to);
    }
}

/* ---- one component of copies is enough for each component */

/* For each component: the smallest one of its copies from which no other one of its copies can be reached. A copy of
   each state is in it. */
static void choose(const Work *w, const Components *copies, uint32_t *chosen) {
    uint32_t n = copies->list.n;
    bool *bottom = malloc(n * sizeof *bottom);
    uint32_t *origin = malloc(n * sizeof *origin);
    if (!bottom || !origin) fatal("out of memory");
    for (uint32_t c = 0; c < n; c++) bottom[c] = true;
    for (uint32_t i = 0; i < w->copies.n; i++) origin[copies->of[i]] = w->components.of[w->copies.data[i].state];
    for (uint32_t i = 0; i < w->result->edges.n; i++) {
        const Edge *e = &w->result->edges.data[i];
        uint32_t from = copies->of[e->from], to = copies->of[e->to];
        if (from != to && origin[from] == origin[to]) bottom[from] = false;
    }
    for (uint32_t c = 0; c < n; c++) {
        uint32_t *best = &chosen[origin[c]];
        if (bottom[c] && (*best == UINT32_MAX || copies->list.data[c].nstates < copies->list.data[*best].nstates))
            *best = c;
    }
    free(bottom);
    free(origin);
}

/* Redirects what enters a component to its chosen copies. */
static void merge_copies(Work *w) {
    Components copies;
    automaton_settle(w->result);
    components_init(&copies, w->result);
    uint32_t *chosen = malloc(w->components.list.n * sizeof *chosen);
    uint32_t *stand_in = malloc(w->automaton->nstates * sizeof *stand_in); /* of a state: its copy in there */
    if (!chosen || !stand_in) fatal("out of memory");
    for (uint32_t c = 0; c < w->components.list.n; c++) chosen[c] = UINT32_MAX;
    choose(w, &copies, chosen);
    for (uint32_t i = w->copies.n; i-- > 0;) {
        uint32_t state = w->copies.data[i].state;
        if (copies.of[i] == chosen[w->components.of[state]]) stand_in[state] = i;
    }
    for (uint32_t i = 0; i < w->result->edges.n; i++) {
        Edge *e = &w->result->edges.data[i];
        uint32_t state = w->copies.data[e->to].state;
        if (copies.of[e->to] != chosen[w->components.of[state]]) e->to = stand_in[state];
    }
    uint32_t initial = w->automaton->initial;
    if (copies.of[w->result->initial] != chosen[w->components.of[initial]]) w->result->initial = stand_in[initial];
    free(chosen);
    free(stand_in);
    components_fini(&copies);
}

static Automaton *trivial(const Automaton *automaton) {
    Automaton *result = automaton_copy(automaton);
    if (result->nsets == 0)
        for (uint32_t i = 0; i < result->edges.n; i++) result->edges.data[i].marks = 1;
    result->nsets = 1;
    result->is_state_based = true;
    return result;
}

Automaton *degeneralise_to_states(const Automaton *automaton, DegeneraliseOptions options) {
    if (automaton->nsets == 0 || automaton->is_state_based) return trivial(automaton);
    uint32_t n = automaton->nstates;
    Work w = {.automaton = automaton, .options = options};
    components_init(&w.components, automaton);
    w.number = calloc((size_t)n * (automaton->nsets + 1), sizeof *w.number);
    w.entry = calloc(n, sizeof *w.entry);
    w.common = calloc(n, sizeof *w.common);
    if (!w.number || !w.entry || !w.common) fatal("out of memory");
    find_common(&w);
    w.result = automaton_new(automaton->bdds, 1, 1);
    w.result->is_state_based = true;
    copy_of(&w, automaton->initial, options.reset ? entry_level(&w, automaton->initial) : 0);
    for (uint32_t i = 0; i < w.copies.n; i++) expand(&w, i);
    if (options.reset) merge_copies(&w);
    free(w.number);
    free(w.entry);
    free(w.common);
    vec_fini(&w.copies);
    components_fini(&w.components);
    automaton_trim(w.result);
    return w.result;
}
