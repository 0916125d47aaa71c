#include "tests/unit/handmade.h"

#include "model/support/hash.h"

#include <stdlib.h>
#include <string.h>

uint32_t handmade_slot(const Plain *plain, uint32_t state, uint32_t task) {
    return plain->twisted && state % 2 ? plain->ntasks - 1 - task : task;
}

static uint32_t slots(void *context, uint32_t state) {
    (void)state;
    return ((Plain *)context)->ntasks;
}

static bool lacks(void *context, uint32_t state, uint32_t slot) {
    const Plain *plain = context;
    return plain->lacks[state] >> handmade_slot(plain, state, slot) & 1;
}

static uint32_t chain(void *context, uint32_t state, const EdgeLabel *label, const uint32_t **fibers) {
    (void)context, (void)state;
    *fibers = &label->actor;
    return 1;
}

FairView handmade_view(Plain *plain) { return (FairView){plain, 0, slots, lacks, chain, NULL}; }

static uint32_t label_of(Edges *edges, const Plain *plain, const Step *step) {
    uint32_t slot = handmade_slot(plain, step->from, step->task);
    EdgeLabel label = {.actor = slot,
        .fiber = slot,
        .left = step->stays ? LABEL_NOBODY : slot,
        .arm = step->arm,
        .flags = step->flags,
        .events = step->events};
    uint32_t to[TASKS];
    for (uint32_t i = 0; i < plain->ntasks; i++)
        to[handmade_slot(plain, step->from, i)] =
            step->move[i] < 0 ? LABEL_NOBODY : handmade_slot(plain, step->to, (uint32_t)step->move[i]);
    label.moves = labels_intern_moves(&edges->labels, to, plain->ntasks);
    return labels_intern(&edges->labels, label);
}

static int compare_keys(const void *a, const void *b) {
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

void handmade_edges(const Plain *plain, Edges *edges) {
    edges_init(edges, true);
    edges_roots(edges, plain->nstates);
    for (uint32_t state = 0; state < plain->nstates; state++) {
        uint64_t keys[STEPS];
        uint32_t n = 0, kept = 0;
        for (uint32_t i = 0; i < plain->nsteps; i++)
            if (plain->steps[i].from == state)
                keys[n++] = (uint64_t)plain->steps[i].to << 32 | label_of(edges, plain, &plain->steps[i]);
        qsort(keys, n, sizeof *keys, compare_keys);
        for (uint32_t i = 0; i < n; i++)
            if (i == 0 || keys[i] != keys[i - 1]) keys[kept++] = keys[i];
        edges_add(edges, 0, keys, kept, 0);
    }
}

bool handmade_can_move(const Plain *plain, uint32_t state, uint32_t task) {
    for (uint32_t i = 0; i < plain->nsteps; i++)
        if (plain->steps[i].from == state && plain->steps[i].task == task &&
            !(plain->steps[i].flags & (LABEL_FAULT | LABEL_FREE)))
            return true;
    return false;
}

uint32_t handmade_pick(uint64_t *seed, uint32_t below) {
    return (uint32_t)(hash_mix(++*seed * 0x9e3779b97f4a7c15u) % below);
}

void handmade_graph(const Edges *edges, const FairView *view, FairGraph *graph) {
    *graph = (FairGraph){.edges = edges, .view = view};
    for (uint32_t state = 0; state < edges->n; state++) {
        vec_push(&graph->nodes, (FairNode){state, NO_SLOT});
        vec_push(&graph->first, graph->steps.n);
        EdgeIter iter = edges_of(edges, state);
        while (edges_next(&iter))
            if (!(edges_label(edges, iter.label)->flags & (LABEL_NOWHERE | LABEL_PROGRESS)))
                vec_push(&graph->steps, (FairEdge){iter.target, iter.label});
    }
    vec_push(&graph->first, graph->steps.n);
}

/* ---- sets of states */

uint32_t handmade_reach(const Plain *plain, uint32_t inside, uint32_t from) {
    uint32_t seen = 1u << from;
    for (uint32_t before = 0; before != seen;) {
        before = seen;
        for (uint32_t i = 0; i < plain->nsteps; i++) {
            const Step *step = &plain->steps[i];
            if ((seen >> step->from & 1) && (inside >> step->to & 1)) seen |= 1u << step->to;
        }
    }
    return seen;
}

bool handmade_is_strong(const Plain *plain, uint32_t inside) {
    bool steps = false;
    for (uint32_t i = 0; i < plain->nsteps; i++)
        steps |= (inside >> plain->steps[i].from & 1) && (inside >> plain->steps[i].to & 1);
    for (uint32_t from = 0; from < plain->nstates && steps; from++)
        if ((inside >> from & 1) && handmade_reach(plain, inside, from) != inside) return false;
    return steps;
}

bool handmade_is_fair(const Plain *plain, uint32_t inside, Fairness fairness) {
    if (fairness == FAIRNESS_NONE) return true;
    bool weak = fairness == FAIRNESS_WEAK;
    for (uint32_t task = 0; task < plain->ntasks; task++) {
        bool moves = false, rests = false, able = false;
        for (uint32_t i = 0; i < plain->nsteps; i++)
            moves |= plain->steps[i].task == task && (inside >> plain->steps[i].from & 1) &&
                     (inside >> plain->steps[i].to & 1);
        for (uint32_t state = 0; state < plain->nstates; state++) {
            if (!(inside >> state & 1)) continue;
            bool can = handmade_can_move(plain, state, task);
            able |= can;
            rests |= !can && !(plain->lacks[state] >> task & 1);
        }
        if (able && !moves && !(weak && rests)) return false;
    }
    return true;
}
