/* Strongly connected components of the explored graph. */
#ifndef UNKNOT_CHECKER_SCC_H
#define UNKNOT_CHECKER_SCC_H

#include "checker/bitset.h"
#include "checker/edges.h"

/* A part of the explored graph: the nodes of a set, and those edges between them that `keep` (NULL: all) lets through. */
typedef struct SccGraph {
    const Edges *edges;
    const Bitset *nodes;
    bool (*keep)(void *context, uint32_t source, const EdgeIter *edge);
    void *context;
} SccGraph;

/* `leaves`: some edge that `keep` let through leads out of the component. The members may be reordered by the callee. */
typedef void (*SccVisitor)(void *context, uint32_t *members, uint32_t n, bool leaves);

/* Every component, one node alone included, in an order in which a component comes after those it leads to. Tarjan's algorithm in the form of
   Pearce (A space-efficient algorithm for finding strongly connected components, IPL 2016). Returns the bytes it held at its peak. */
uint64_t scc_each(const SccGraph *graph, SccVisitor visit, void *context);

/* The components that have transitions and that nothing leaves: steps that end in a violation leave, cut ones do not; a state that was not
   expanded is taken to leave. Returns the bytes held at the peak. */
uint64_t scc_bottoms(const Edges *edges, uint32_t nstates, SccVisitor visit, void *context);

#endif
