/* An explicit labelled transition system, for drawing and for the tests. */
#ifndef UNKNOT_MODEL_GRAPH_H
#define UNKNOT_MODEL_GRAPH_H

#include "model/support/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct GraphEdge { uint32_t from, to; const char *label; } GraphEdge;
typedef struct GraphState { const char *label; bool is_initial, is_bad; } GraphState;
typedef struct Graph {
    Arena arena;
    GraphState *states;
    uint32_t nstates;
    GraphEdge *edges;
    uint32_t nedges;
} Graph;

/* DOT: initial states with an arrow from nowhere, bad ones in red; parallel edges are drawn as one with all their labels. */
void graph_dot(const Graph *graph, const char *name, FILE *out);

#endif
