#include "checker/kripke.h"

#include "model/support/fatal.h"

#include <stdlib.h>

enum { PATIENCE = 1 << 12 /* states between two looks at the clock */ };

uint64_t kripke_memory(const Kripke *kripke) {
    return (uint64_t)kripke->nstates * kripke->width + bitset_bytes(kripke->nstates);
}

/* How many bytes the conditions of the program take. */
static uint32_t width_of(const Program *program) {
    uint32_t bits = 0;
    for (uint32_t i = 0; i < program->natoms; i++)
        if (program->atoms[i].kind == ATOM_STATE && program->atoms[i].bit >= bits) bits = program->atoms[i].bit + 1;
    return (bits + 7) / 8;
}

static void note_conditions(Kripke *kripke, Search *search, uint32_t state) {
    if (kripke->width == 0) return;
    uint32_t n = search_state(search, state);
    uint64_t conditions = ts_conditions(search->worker, search->ids, n);
    kripke->ever |= conditions;
    kripke->always &= conditions;
    for (uint32_t i = 0; i < kripke->width; i++, conditions >>= 8)
        kripke->conditions[(size_t)state * kripke->width + i] = (uint8_t)conditions;
}

static void note_edges(Kripke *kripke, uint32_t state) {
    const Edges *edges = kripke->edges;
    EdgeIter iter = edges_of(edges, state);
    kripke->goes_on &= (iter.flags & (EDGES_CUT | EDGES_LEAVES)) == 0;
    bool rests = (iter.flags & EDGES_LEAVES) == 0;
    while (edges_next(&iter)) {
        const EdgeLabel *label = edges_label(edges, iter.label);
        kripke->has_far_arms |= label->arm != LABEL_NOBODY && label->arm >= FAIR_ARMS;
        rests &= (label->flags & (LABEL_FREE | LABEL_FAULT)) != 0;
        if ((label->flags & LABEL_NOWHERE) == 0) kripke->events |= label->events;
    }
    if (rests) bitset_add(&kripke->rests, state);
}

/* An assume may stand on the way from what was not explored. */
static bool assumes(const Program *program) {
    for (uint32_t m = 0; m < program->nmachines; m++)
        for (uint32_t pc = 0; pc < program->machines[m]->ncode; pc++)
            if (program->machines[m]->code[pc].op == INSTR_ASSUME) return true;
    return false;
}

bool kripke_init(Kripke *kripke, Search *search, const FairView *view) {
    *kripke = (Kripke){.edges = &search->edges,
        .nstates = search->store.n,
        .width = width_of(search->program),
        .always = UINT64_MAX,
        .complete = search->complete};
    kripke->goes_on = search->complete || !assumes(search->program);
    kripke->conditions = calloc((size_t)kripke->nstates * kripke->width + 1, 1);
    if (kripke->conditions == NULL) fatal("out of memory");
    kripke->rests = bitset_new(kripke->nstates);
    kripke->stutter = labels_intern(&search->edges.labels,
        (EdgeLabel){.actor = LABEL_NOBODY, .fiber = LABEL_NOBODY, .left = LABEL_NOBODY, .arm = LABEL_NOBODY,
            .moves = LABEL_STAYS, .flags = LABEL_FREE});
    for (uint32_t state = 0; state < kripke->nstates; state++) {
        if (state % PATIENCE == 0 && !fair_may_go_on(view, kripke_memory(kripke))) return false;
        note_conditions(kripke, search, state);
        if (state < search->edges.n) note_edges(kripke, state);
    }
    return true;
}

void kripke_fini(Kripke *kripke) {
    free(kripke->conditions);
    bitset_free(&kripke->rests);
}
