/* Strongly connected components of the explored graph. */
#ifndef UNKNOT_CHECKER_SCC_H
#define UNKNOT_CHECKER_SCC_H

#include "checker/bitset.h"
#include "checker/edges.h"

/* A part of the explored graph: the nodes of a set, and those edges between them that `keep` (NULL: all) lets through.
 */
typedef struct SccGraph {
    const Edges *edges;
    const Bitset *nodes;
    bool (*keep)(void *context, uint32_t source, const EdgeIter *edge);
    void *context;
} SccGraph;

/* The same, unpacked: its nodes are numbered from 0 in order of state. */
typedef struct SccPart {
    uint32_t n;
    uint32_t *states;    /* per node */
    uint32_t *first;     /* per node, and one past: its edges */
    uint32_t *targets;   /* per edge: the node */
    uint8_t *leaves;     /* per node: an edge that was let through leads to no node of the part */
    uint32_t *component; /* per node: equal numbers for members of one component, once it has been visited */
} SccPart;

/* `leaves`: some edge that `keep` let through leads out of the component. Members are nodes of the part, in no order.
 */
typedef void (*SccVisitor)(void *context, const SccPart *part, const uint32_t *members, uint32_t n, bool leaves);

/* Every component, one node alone included; a component comes after those it leads to. Tarjan's algorithm in the form
   of Pearce (A space-efficient algorithm for finding strongly connected components, IPL 2016). Returns the bytes it
   held at its peak. */
uint64_t scc_each(const SccGraph *graph, SccVisitor visit, void *context);

/* The states of one component; they may be reordered by the callee. */
typedef void (*SccBottomVisitor)(void *context, uint32_t *states, uint32_t n);

/* The components that have transitions and that nothing leaves: steps that end in a violation leave, cut ones do not; a
   state that was not expanded is taken to leave. Steps of faults, which only a labelled graph tells from others, are left
   out. Returns the bytes held at the peak. */
uint64_t scc_bottoms(const Edges *edges, uint32_t nstates, SccBottomVisitor visit, void *context);

#endif
