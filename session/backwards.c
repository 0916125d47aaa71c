#include "session/backwards.h"

#include "model/support/fatal.h"

#include <stdlib.h>
#include <string.h>

static void *allocate(size_t n, size_t size) {
    void *data = calloc(n ? n : 1, size);
    if (!data) fatal("out of memory");
    return data;
}

void backwards_init(Backwards *back, const Configs *configs) {
    *back = (Backwards){.configs = configs};
    back->first = allocate(configs->n + 2u, sizeof(uint32_t));
    back->order = allocate(configs->edges.n, sizeof(uint32_t));
    back->reached = allocate(configs->n, sizeof(bool));
    for (uint32_t e = 0; e < configs->edges.n; e++) back->first[configs->edges.data[e].to + 2]++;
    for (uint32_t i = 2; i < configs->n + 2; i++) back->first[i] += back->first[i - 1];
    for (uint32_t e = 0; e < configs->edges.n; e++) back->order[back->first[configs->edges.data[e].to + 1]++] = e;
}

void backwards_fini(Backwards *back) {
    free(back->first);
    free(back->order);
    free(back->reached);
    vec_fini(&back->stack);
}

void backwards_clear(Backwards *back) {
    memset(back->reached, 0, back->configs->n * sizeof(bool));
    vec_clear(&back->stack);
}

void backwards_goal(Backwards *back, uint32_t config) {
    if (back->reached[config]) return;
    back->reached[config] = true;
    vec_push(&back->stack, config);
}

void backwards_reach(Backwards *back, uint32_t still) {
    while (back->stack.n) {
        uint32_t to = vec_pop(&back->stack);
        for (uint32_t i = back->first[to]; i < back->first[to + 1]; i++) {
            const ConfigEdge *edge = &back->configs->edges.data[back->order[i]];
            if (edge->role != still) backwards_goal(back, edge->from);
        }
    }
}
