#include "session/binary.h"

#include "model/support/fatal.h"
#include "model/support/vec.h"

#include <stdlib.h>

static void *allocate(size_t n, size_t size) {
    void *data = calloc(n ? n : 1, size);
    if (!data) fatal("out of memory");
    return data;
}

bool binary_is_type(const Cfsm *machine) {
    for (uint32_t e = 1; e < machine->nedges; e++) { /* edges come sorted by source, then what they do */
        const CfsmEdge *a = &machine->edges[e - 1], *b = &machine->edges[e];
        if (a->peer != b->peer) return false;
        if (a->from == b->from && (a->is_send != b->is_send || a->message == b->message)) return false;
    }
    return cfsm_restless(machine) == UINT32_MAX;
}

const CfsmEdge *binary_find(const Cfsm *machine, uint32_t state, bool is_send, Name message) {
    for (uint32_t e = machine->first[state]; e < machine->first[state + 1]; e++)
        if (machine->edges[e].message == message && machine->edges[e].is_send == is_send) return &machine->edges[e];
    return NULL;
}

/* ---- from where every way on meets an edge of a kind: the least fixed point, found from its edges backwards */

typedef struct Backwards {
    uint32_t *first, *edges; /* by target */
    uint32_t *open;          /* per state: edges of which it is not yet known */
    VEC(uint32_t) work;
} Backwards;

static void backwards_init(Backwards *back, const Cfsm *machine) {
    *back = (Backwards){.first = allocate(machine->nstates + 2u, sizeof(uint32_t)), .edges = allocate(machine->nedges, sizeof(uint32_t))};
    back->open = allocate(machine->nstates, sizeof(uint32_t));
    for (uint32_t e = 0; e < machine->nedges; e++) back->first[machine->edges[e].to + 2]++;
    for (uint32_t s = 0; s < machine->nstates; s++) back->first[s + 2] += back->first[s + 1];
    for (uint32_t e = 0; e < machine->nedges; e++) back->edges[back->first[machine->edges[e].to + 1]++] = e;
}

static void settle(Backwards *back, bool *must, uint32_t state) {
    if (--back->open[state]) return;
    must[state] = true;
    vec_push(&back->work, state);
}

static bool *find_must(const Cfsm *machine, bool is_send) {
    Backwards back;
    bool *must = allocate(machine->nstates, sizeof *must);
    backwards_init(&back, machine);
    for (uint32_t s = 0; s < machine->nstates; s++) back.open[s] = binary_degree(machine, s);
    for (uint32_t e = 0; e < machine->nedges; e++)
        if (machine->edges[e].is_send == is_send) settle(&back, must, machine->edges[e].from);
    while (back.work.n) {
        uint32_t state = vec_pop(&back.work);
        for (uint32_t i = back.first[state]; i < back.first[state + 1]; i++) {
            const CfsmEdge *edge = &machine->edges[back.edges[i]];
            if (edge->is_send != is_send) settle(&back, must, edge->from);
        }
    }
    free(back.first);
    free(back.edges);
    free(back.open);
    vec_fini(&back.work);
    return must;
}

Binary binary_of(const Cfsm *t, const Cfsm *u) { return (Binary){t, u, find_must(t, false), find_must(u, true)}; }

void binary_fini(Binary *binary) {
    free(binary->must_receive);
    free(binary->must_send);
    *binary = (Binary){0};
}
