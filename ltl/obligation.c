#include "ltl/obligation.h"

#include "ltl/components.h"
#include "ltl/determinise.h"
#include "ltl/emptiness.h"
#include "model/support/fatal.h"
#include "model/support/hash.h"

#include <assert.h>
#include <stdlib.h>

static void *array(size_t count, size_t size) {
    void *data = calloc(count ? count : 1, size);
    if (!data) fatal("out of memory");
    return data;
}

/* ---- which components accept */

typedef struct Cycle {
    VEC(uint64_t) letters;
    VEC(uint32_t) queue;
    uint32_t *by; /* state -> the edge that found it, plus 1 */
} Cycle;

/* The letters of a shortest cycle through `start`, which stays in its component; backwards is as good as forwards. */
static void find_cycle(const Automaton *a, const Components *components, uint32_t start, Cycle *cycle) {
    vec_clear(&cycle->letters);
    vec_clear(&cycle->queue);
    vec_push(&cycle->queue, start);
    uint32_t last = UINT32_MAX;
    for (uint32_t i = 0; last == UINT32_MAX; i++) {
        assert(i < cycle->queue.n);
        uint32_t s = cycle->queue.data[i];
        for (uint32_t k = a->first.data[s]; k < a->first.data[s + 1] && last == UINT32_MAX; k++) {
            const Edge *e = &a->edges.data[k];
            if (!components_inside(components, e)) continue;
            if (e->to == start) last = k;
            else if (!cycle->by[e->to]) {
                cycle->by[e->to] = k + 1;
                vec_push(&cycle->queue, e->to);
            }
        }
    }
    for (uint32_t k = last;; k = cycle->by[a->edges.data[k].from] - 1) {
        vec_push(&cycle->letters, bdd_assignment(a->bdds, a->edges.data[k].label));
        if (a->edges.data[k].from == start) break;
    }
    for (uint32_t i = 0; i < cycle->queue.n; i++) cycle->by[cycle->queue.data[i]] = 0;
    for (uint32_t i = 0, j = cycle->letters.n - 1; i < j; i++, j--) {
        uint64_t swap = cycle->letters.data[i];
        cycle->letters.data[i] = cycle->letters.data[j];
        cycle->letters.data[j] = swap;
    }
}

/* Some member of the subset accepts the letters repeated for ever: runs are pairs of a state and a place. */
static bool is_accepted(const Automaton *a, const uint64_t *subset, const Cycle *cycle) {
    uint32_t n = a->nstates, length = cycle->letters.n;
    Automaton *runs = automaton_new(a->bdds, n * length + 1, a->nsets);
    runs->initial = n * length;
    for (uint32_t q = 0; q < n; q++)
        if (subsets_has(subset, q)) automaton_add_edge(runs, runs->initial, BDD_TRUE, 0, q);
    for (uint32_t i = 0; i < length; i++)
        for (uint32_t k = 0; k < a->edges.n; k++) {
            const Edge *e = &a->edges.data[k];
            if (bdd_value(a->bdds, e->label, cycle->letters.data[i]))
                automaton_add_edge(runs, i * n + e->from, BDD_TRUE, e->marks, (i + 1) % length * n + e->to);
        }
    automaton_settle(runs);
    bool accepted = !emptiness_check(runs, NULL);
    automaton_free(runs);
    return accepted;
}

/* Of each component, whether its runs are accepted: one cycle tells for all, if the language is an obligation. */
static bool *find_accepting(const Automaton *a, const Subsets *subsets, const Components *components) {
    bool *accepting = array(components->list.n, sizeof *accepting), *seen = array(components->list.n, sizeof *seen);
    Cycle cycle = {.by = array(subsets->automaton->nstates, sizeof *cycle.by)};
    for (uint32_t s = 0; s < subsets->automaton->nstates; s++) {
        uint32_t c = components->of[s];
        if (seen[c] || !components->list.data[c].has_edge) continue;
        seen[c] = true;
        find_cycle(subsets->automaton, components, s, &cycle);
        accepting[c] = is_accepted(a, subsets_at(subsets, s), &cycle);
    }
    free(cycle.by);
    free(seen);
    vec_fini(&cycle.letters);
    vec_fini(&cycle.queue);
    return accepting;
}

/* ---- colours: even accepts; along a run they never grow, and a state without cycle takes what comes */

static int by_source(const void *a, const void *b) {
    const Edge *e = a, *f = b;
    return (e->from > f->from) - (e->from < f->from);
}

static uint32_t *colour_components(const Automaton *a, const Components *components, const bool *accepting) {
    uint32_t n = components->list.n;
    uint32_t *colour = array(n, sizeof *colour);
    VEC(Edge) between = {0}; /* components */
    for (uint32_t i = 0; i < a->edges.n; i++) {
        const Edge *e = &a->edges.data[i];
        if (!components_inside(components, e))
            vec_push(&between, (Edge){.from = components->of[e->from], .to = components->of[e->to]});
    }
    if (between.n > 1) qsort(between.data, between.n, sizeof *between.data, by_source);
    for (uint32_t c = 0, i = 0; c < n; c++) {
        uint32_t most = 0;
        for (; i < between.n && between.data[i].from == c; i++)
            if (colour[between.data[i].to] > most) most = colour[between.data[i].to];
        bool fits = !components->list.data[c].has_edge || (most % 2 == 0) == accepting[c];
        colour[c] = fits ? most : most + 1;
    }
    vec_fini(&between);
    return colour;
}

/* ---- minimisation by refinement */

static uint32_t number_classes(const Bdd *signature, uint32_t n, uint32_t *class_of) {
    uint32_t mask = 1, count = 0;
    while (mask < n * 2) mask *= 2;
    uint32_t *slots = array(mask--, sizeof *slots);
    for (uint32_t q = 0; q < n; q++) {
        uint32_t i = (uint32_t)hash_mix(signature[q]) & mask;
        while (slots[i] && signature[slots[i] - 1] != signature[q]) i = (i + 1) & mask;
        if (slots[i]) {
            class_of[q] = class_of[slots[i] - 1];
        } else {
            slots[i] = q + 1;
            class_of[q] = count++;
        }
    }
    free(slots);
    return count;
}

/* States of equal acceptance from which equal words lead to equal acceptance get one class. */
static uint32_t find_classes(const Automaton *a, const bool *accepts, uint32_t *class_of) {
    Bdds *bdds = a->bdds;
    Bdd *signature = array(a->nstates, sizeof *signature);
    uint32_t count = 1, before;
    do {
        before = count;
        for (uint32_t q = 0; q < a->nstates; q++) {
            signature[q] = accepts[q] ? BDD_FALSE : bdd_literal(bdds, 64 + a->nstates, true);
            for (const Edge *e = automaton_begin(a, q); e < automaton_end(a, q); e++) {
                Bdd step = bdd_and(bdds, e->label, bdd_literal(bdds, 64 + class_of[e->to], true));
                signature[q] = bdd_or(bdds, signature[q], step);
            }
        }
        count = number_classes(signature, a->nstates, class_of);
    } while (count != before);
    free(signature);
    return count;
}

static Automaton *minimise(const Automaton *a, const bool *accepts) {
    uint32_t *class_of = array(a->nstates, sizeof *class_of);
    uint32_t count = find_classes(a, accepts, class_of);
    Automaton *result = automaton_new(a->bdds, count, 1);
    result->is_state_based = true;
    result->initial = class_of[a->initial];
    bool *done = array(count, sizeof *done);
    for (uint32_t q = 0; q < a->nstates; q++) {
        if (done[class_of[q]]) continue;
        done[class_of[q]] = true;
        for (const Edge *e = automaton_begin(a, q); e < automaton_end(a, q); e++)
            automaton_add_edge(result, class_of[q], e->label, accepts[q], class_of[e->to]);
    }
    free(done);
    free(class_of);
    automaton_trim(result);
    return result;
}

Automaton *obligation_minimal(const Automaton *automaton, uint32_t max_states) {
    Subsets subsets;
    Automaton *result = NULL;
    if (subsets_init(&subsets, automaton, NULL, max_states)) {
        Components components;
        components_init(&components, subsets.automaton);
        bool *accepting = find_accepting(automaton, &subsets, &components);
        uint32_t *colour = colour_components(subsets.automaton, &components, accepting);
        bool *accepts = array(subsets.automaton->nstates, sizeof *accepts);
        for (uint32_t s = 0; s < subsets.automaton->nstates; s++) accepts[s] = colour[components.of[s]] % 2 == 0;
        result = minimise(subsets.automaton, accepts);
        free(accepts);
        free(colour);
        free(accepting);
        components_fini(&components);
    }
    subsets_fini(&subsets);
    return result;
}

Automaton *obligation_complement(const Automaton *automaton) {
    assert(automaton->is_state_based);
    Automaton *result = automaton_copy(automaton);
    for (uint32_t i = 0; i < result->edges.n; i++) result->edges.data[i].marks ^= 1;
    automaton_settle(result);
    return result;
}
