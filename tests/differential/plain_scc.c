/* Strongly connected components (Tarjan), without recursion. */
#include "tests/differential/plain_search.h"

#include <stdlib.h>

typedef struct Scc {
    const PEdge *edges;
    const uint32_t *first, *counts;
    const bool *keep, *skip;
    uint32_t *of, *index, *low, *next, *stack, *path;
    uint32_t nstack, npath, clock, found;
} Scc;

static void open(Scc *x, uint32_t node) {
    x->index[node] = x->low[node] = ++x->clock;
    x->of[node] = UINT32_MAX;
    x->stack[x->nstack++] = x->path[x->npath++] = node;
}
static void close(Scc *x, uint32_t node) {
    x->npath--;
    if (x->low[node] == x->index[node]) {
        uint32_t member;
        do {
            member = x->stack[--x->nstack];
            x->of[member] = x->found;
        } while (member != node);
        x->found++;
    }
    if (x->npath == 0) return;
    uint32_t outer = x->path[x->npath - 1];
    if (x->low[node] < x->low[outer]) x->low[outer] = x->low[node];
}
static void visit(Scc *x, uint32_t root) {
    open(x, root);
    while (x->npath > 0) {
        uint32_t node = x->path[x->npath - 1];
        if (x->next[node] == x->counts[node]) {
            close(x, node);
            continue;
        }
        uint32_t edge = x->first[node] + x->next[node]++, to = x->edges[edge].to;
        if (x->skip != NULL && x->skip[edge]) continue;
        if (x->keep != NULL && !x->keep[to]) continue;
        if (x->index[to] == 0) open(x, to);
        else if (x->of[to] == UINT32_MAX && x->index[to] < x->low[node]) x->low[node] = x->index[to];
    }
}
uint32_t plain_scc(uint32_t nodes, const PEdge *edges, const uint32_t *first, const uint32_t *counts, const bool *keep,
    const bool *skip, uint32_t *of) {
    uint32_t *space = calloc((size_t)nodes * 5 + 1, sizeof *space);
    Scc x = {.edges = edges, .first = first, .counts = counts, .keep = keep, .skip = skip, .of = of};
    x.index = space;
    x.low = space + nodes;
    x.next = space + 2 * (size_t)nodes;
    x.stack = space + 3 * (size_t)nodes;
    x.path = space + 4 * (size_t)nodes;
    for (uint32_t i = 0; i < nodes; i++)
        if (x.index[i] == 0 && (keep == NULL || keep[i])) visit(&x, i);
    free(space);
    return x.found;
}
