#include "ltl/components.h"

#include "model/support/fatal.h"

#include <stdlib.h>

/* Tarjan's search with a stack of its own. */
typedef struct Search {
    const Automaton *automaton;
    Components *components;
    uint32_t *low;             /* 0: not seen; numbers count from 1 */
    uint32_t *edge;            /* the next edge to follow */
    VEC(uint32_t) path, roots; /* states on the way; states not yet in a component */
    VEC(uint32_t) done;        /* states in one, in order */
    uint32_t seen;
} Search;

static void enter(Search *search, uint32_t state) {
    search->low[state] = ++search->seen;
    search->edge[state] = search->automaton->first.data[state];
    vec_push(&search->path, state);
    vec_push(&search->roots, state);
}

/* Ends a state; `number` is the one it was entered with. */
static void leave(Search *search, uint32_t state, const uint32_t *number) {
    search->path.n--;
    if (search->path.n > 0) {
        uint32_t parent = vec_last(&search->path);
        if (search->low[state] < search->low[parent]) search->low[parent] = search->low[state];
    }
    if (search->low[state] != number[state]) return;
    Component component = {0};
    uint32_t member;
    do {
        member = vec_pop(&search->roots);
        search->components->of[member] = search->components->list.n;
        search->low[member] = UINT32_MAX;
        component.nstates++;
        vec_push(&search->done, member);
    } while (member != state);
    vec_push(&search->components->list, component);
}

static void run(Search *search, uint32_t *number) {
    const Automaton *automaton = search->automaton;
    enter(search, automaton->initial);
    number[automaton->initial] = search->seen;
    while (search->path.n > 0) {
        uint32_t state = vec_last(&search->path);
        if (search->edge[state] == automaton->first.data[state + 1]) {
            leave(search, state, number);
            continue;
        }
        uint32_t to = automaton->edges.data[search->edge[state]++].to;
        if (search->low[to] == 0) {
            enter(search, to);
            number[to] = search->seen;
        } else if (search->low[to] < search->low[state]) {
            search->low[state] = search->low[to];
        }
    }
}

static void classify(Components *components, const Automaton *automaton) {
    for (uint32_t i = 0; i < automaton->edges.n; i++) {
        const Edge *e = &automaton->edges.data[i];
        if (components->of[e->from] == UINT32_MAX || !components_inside(components, e)) continue;
        Component *component = &components->list.data[components->of[e->from]];
        component->has_edge = true;
        component->marks |= e->marks;
    }
    for (uint32_t c = 0; c < components->list.n; c++) {
        Component *component = &components->list.data[c];
        component->is_accepting = component->has_edge && component->marks == automaton_all(automaton);
        component->is_useful = component->is_accepting;
    }
}

/* Useful is what leads to something useful; components come in the order of their numbers, targets first. */
static void spread_use(Components *components, const Automaton *automaton, const Search *search) {
    for (uint32_t i = 0; i < search->done.n; i++) {
        uint32_t s = search->done.data[i];
        for (const Edge *e = automaton_begin(automaton, s); e < automaton_end(automaton, s); e++)
            if (components_at(components, e->to)->is_useful) components->list.data[components->of[s]].is_useful = true;
    }
}

void components_init(Components *components, const Automaton *automaton) {
    uint32_t n = automaton->nstates;
    *components = (Components){.of = malloc(n * sizeof *components->of)};
    Search search = {.automaton = automaton, .components = components};
    search.low = calloc(n, sizeof *search.low);
    search.edge = calloc(n, sizeof *search.edge);
    uint32_t *number = calloc(n, sizeof *number);
    if (!components->of || !search.low || !search.edge || !number) fatal("out of memory");
    for (uint32_t s = 0; s < n; s++) components->of[s] = UINT32_MAX;
    run(&search, number);
    classify(components, automaton);
    spread_use(components, automaton, &search);
    vec_fini(&search.done);
    free(number);
    free(search.low);
    free(search.edge);
    vec_fini(&search.path);
    vec_fini(&search.roots);
}

void components_fini(Components *components) {
    vec_fini(&components->list);
    free(components->of);
}
