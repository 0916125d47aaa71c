#include "ltl/emptiness.h"

#include "ltl/components.h"
#include "model/support/fatal.h"

#include <assert.h>
#include <stdlib.h>

void lasso_fini(Lasso *lasso) { vec_fini(&lasso->edges); }

/* A breadth-first search for an edge, and the way to it. */
typedef struct Way {
    const Automaton *automaton;
    const Components *components;
    uint32_t inside; /* the only component it stays in, or UINT32_MAX */
    uint32_t *by;    /* state -> the edge that found it, plus 1 */
    VEC(uint32_t) queue;
} Way;

static void push_way(const Way *way, uint32_t from, uint32_t last, Lasso *lasso) {
    uint32_t begin = lasso->edges.n;
    for (uint32_t edge = last;;) {
        Edge e = way->automaton->edges.data[edge];
        vec_push(&lasso->edges, e);
        if (e.from == from) break;
        edge = way->by[e.from] - 1;
    }
    for (uint32_t i = begin, j = lasso->edges.n - 1; i < j; i++, j--) {
        Edge swap = lasso->edges.data[i];
        lasso->edges.data[i] = lasso->edges.data[j];
        lasso->edges.data[j] = swap;
    }
}

/* Is this edge what is looked for? With marks: it has one of them. Without: it leads to the target. */
static bool is_goal(const Way *way, const Edge *e, Marks marks, uint32_t target) {
    if (way->inside == UINT32_MAX) return components_at(way->components, e->to)->is_accepting;
    return marks ? (e->marks & marks) != 0 : e->to == target;
}

/* The shortest way from a state to such an edge; there must be one. Returns where it leads. */
static uint32_t walk(Way *way, uint32_t from, Marks marks, uint32_t target, Lasso *lasso) {
    for (uint32_t s = 0; s < way->automaton->nstates; s++) way->by[s] = 0;
    vec_clear(&way->queue);
    vec_push(&way->queue, from);
    for (uint32_t i = 0; i < way->queue.n; i++) {
        uint32_t s = way->queue.data[i];
        for (uint32_t k = way->automaton->first.data[s]; k < way->automaton->first.data[s + 1]; k++) {
            const Edge *e = &way->automaton->edges.data[k];
            if (way->inside != UINT32_MAX && way->components->of[e->to] != way->inside) continue;
            if (is_goal(way, e, marks, target)) {
                push_way(way, from, k, lasso);
                return e->to;
            }
            if (way->by[e->to] || e->to == from) continue;
            way->by[e->to] = k + 1;
            vec_push(&way->queue, e->to);
        }
    }
    assert(!"a component is connected");
    return from;
}

static void find_lasso(const Automaton *automaton, const Components *components, Lasso *lasso) {
    *lasso = (Lasso){0};
    Way way = {.automaton = automaton, .components = components, .inside = UINT32_MAX};
    way.by = malloc(automaton->nstates * sizeof *way.by);
    if (!way.by) fatal("out of memory");
    uint32_t start = automaton->initial;
    if (!components_at(components, start)->is_accepting) start = walk(&way, start, 0, 0, lasso);
    lasso->prefix = lasso->edges.n;
    way.inside = components->of[start];
    uint32_t at = start;
    for (Marks left = automaton_all(automaton); left;) {
        uint32_t from = lasso->edges.n;
        at = walk(&way, at, left, 0, lasso);
        for (uint32_t i = from; i < lasso->edges.n; i++) left &= ~lasso->edges.data[i].marks;
    }
    if (at != start || lasso->edges.n == lasso->prefix) walk(&way, at, 0, start, lasso);
    free(way.by);
    vec_fini(&way.queue);
}

bool emptiness_check(const Automaton *automaton, Lasso *lasso) {
    Components components;
    components_init(&components, automaton);
    bool empty = !components_at(&components, automaton->initial)->is_useful;
    if (!empty && lasso) find_lasso(automaton, &components, lasso);
    components_fini(&components);
    return empty;
}

LassoWord lasso_word(const Automaton *automaton, const Lasso *lasso, uint64_t *letters) {
    for (uint32_t i = 0; i < lasso->edges.n; i++)
        letters[i] = bdd_assignment(automaton->bdds, lasso->edges.data[i].label);
    return (LassoWord){letters, lasso->prefix, lasso->edges.n};
}

/* The product with the word: a state is a state at a place. */
bool emptiness_accepts(const Automaton *automaton, LassoWord word) {
    uint32_t n = automaton->nstates;
    Automaton *runs = automaton_new(automaton->bdds, n * word.length, automaton->nsets);
    runs->initial = automaton->initial;
    for (uint32_t i = 0; i < word.length; i++) {
        uint32_t next = i + 1 < word.length ? i + 1 : word.prefix;
        for (uint32_t k = 0; k < automaton->edges.n; k++) {
            const Edge *e = &automaton->edges.data[k];
            if (bdd_value(automaton->bdds, e->label, word.letters[i]))
                automaton_add_edge(runs, i * n + e->from, BDD_TRUE, e->marks, next * n + e->to);
        }
    }
    automaton_settle(runs);
    bool accepts = !emptiness_check(runs, NULL);
    automaton_free(runs);
    return accepts;
}
