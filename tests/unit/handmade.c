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
