#include "ltl/automaton.h"

#include "model/support/fatal.h"

#include <assert.h>
#include <stdlib.h>

Automaton *automaton_new(Bdds *bdds, uint32_t nstates, uint32_t nsets) {
    assert(nsets <= AUTOMATON_SETS);
    Automaton *automaton = calloc(1, sizeof *automaton);
    if (!automaton) fatal("out of memory");
    automaton->bdds = bdds;
    automaton->nstates = nstates;
    automaton->nsets = nsets;
    vec_reserve(&automaton->edges, 1); /* so that there is an address to count from */
    return automaton;
}

void automaton_free(Automaton *automaton) {
    if (!automaton) return;
    vec_fini(&automaton->edges);
    vec_fini(&automaton->first);
    free(automaton);
}

Automaton *automaton_copy(const Automaton *automaton) {
    Automaton *copy = automaton_new(automaton->bdds, automaton->nstates, automaton->nsets);
    copy->initial = automaton->initial;
    copy->is_state_based = automaton->is_state_based;
    for (uint32_t i = 0; i < automaton->edges.n; i++) vec_push(&copy->edges, automaton->edges.data[i]);
    automaton_settle(copy);
    return copy;
}

uint32_t automaton_add_state(Automaton *automaton) { return automaton->nstates++; }

void automaton_add_edge(Automaton *automaton, uint32_t from, Bdd label, Marks marks, uint32_t to) {
    assert(from < automaton->nstates && to < automaton->nstates && (marks & ~automaton_all(automaton)) == 0);
    if (label != BDD_FALSE) vec_push(&automaton->edges, (Edge){from, to, label, marks});
}

/* ---- settling */

static int by_ends(const void *a, const void *b) {
    const Edge *e = a, *f = b;
    if (e->from != f->from) return e->from < f->from ? -1 : 1;
    if (e->to != f->to) return e->to < f->to ? -1 : 1;
    return (e->marks > f->marks) - (e->marks < f->marks);
}

static void index_edges(Automaton *automaton) {
    vec_clear(&automaton->first);
    uint32_t i = 0;
    for (uint32_t s = 0; s <= automaton->nstates; s++) {
        while (i < automaton->edges.n && automaton->edges.data[i].from < s) i++;
        vec_push(&automaton->first, i);
    }
}

void automaton_settle(Automaton *automaton) {
    Edge *edges = automaton->edges.data;
    if (automaton->edges.n > 1) qsort(edges, automaton->edges.n, sizeof *edges, by_ends);
    uint32_t n = 0;
    for (uint32_t i = 0; i < automaton->edges.n; i++) {
        if (n > 0 && by_ends(&edges[n - 1], &edges[i]) == 0)
            edges[n - 1].label = bdd_or(automaton->bdds, edges[n - 1].label, edges[i].label);
        else edges[n++] = edges[i];
    }
    automaton->edges.n = n;
    index_edges(automaton);
}

void automaton_trim(Automaton *automaton) {
    automaton_settle(automaton);
    uint32_t *number = malloc(automaton->nstates * sizeof *number);
    VEC(uint32_t) order = {0};
    if (!number) fatal("out of memory");
    for (uint32_t s = 0; s < automaton->nstates; s++) number[s] = UINT32_MAX;
    number[automaton->initial] = 0;
    vec_push(&order, automaton->initial);
    for (uint32_t i = 0; i < order.n; i++) {
        for (const Edge *e = automaton_begin(automaton, order.data[i]); e < automaton_end(automaton, order.data[i]);
             e++) {
            if (number[e->to] != UINT32_MAX) continue;
            number[e->to] = order.n;
            vec_push(&order, e->to);
        }
    }
    uint32_t n = 0;
    for (uint32_t i = 0; i < automaton->edges.n; i++) {
        Edge e = automaton->edges.data[i];
        if (number[e.from] == UINT32_MAX) continue;
        automaton->edges.data[n++] = (Edge){number[e.from], number[e.to], e.label, e.marks};
    }
    automaton->edges.n = n;
    automaton->nstates = order.n;
    automaton->initial = 0;
    free(number);
    vec_fini(&order);
    automaton_settle(automaton);
}

/* ---- looking at one */

bool automaton_accepts_at(const Automaton *automaton, uint32_t state) {
    assert(automaton->is_state_based);
    const Edge *e = automaton_begin(automaton, state);
    return e < automaton_end(automaton, state) && e->marks != 0;
}

bool automaton_is_deterministic(const Automaton *automaton) {
    for (uint32_t s = 0; s < automaton->nstates; s++) {
        Bdd seen = BDD_FALSE;
        for (const Edge *e = automaton_begin(automaton, s); e < automaton_end(automaton, s); e++) {
            if (bdd_meets(automaton->bdds, seen, e->label)) return false;
            seen = bdd_or(automaton->bdds, seen, e->label);
        }
    }
    return true;
}

bool automaton_is_complete(const Automaton *automaton) {
    for (uint32_t s = 0; s < automaton->nstates; s++) {
        Bdd seen = BDD_FALSE;
        for (const Edge *e = automaton_begin(automaton, s); e < automaton_end(automaton, s); e++)
            seen = bdd_or(automaton->bdds, seen, e->label);
        if (seen != BDD_TRUE) return false;
    }
    return true;
}

uint64_t automaton_support(const Automaton *automaton) {
    uint64_t support = 0;
    for (uint32_t i = 0; i < automaton->edges.n; i++)
        support |= bdd_support(automaton->bdds, automaton->edges.data[i].label);
    return support;
}
