#include "model/graph.h"

#include "model/support/dot_label.h"

#include <stdlib.h>
#include <string.h>

static int compare_edges(const void *left, const void *right) {
    const GraphEdge *a = left, *b = right;
    if (a->from != b->from) return a->from < b->from ? -1 : 1;
    if (a->to != b->to) return a->to < b->to ? -1 : 1;
    return strcmp(a->label ? a->label : "", b->label ? b->label : "");
}

static void put_state(const GraphState *state, uint32_t index, FILE *out) {
    if (state->is_initial) fprintf(out, "    i%u [shape=point];\n    i%u -> %u;\n", index, index, index);
    fprintf(out, "    %u [label=\"", index);
    if (!state->label) fprintf(out, "%u", index);
    else dot_label(out, state->label[0] ? state->label : "end");
    fprintf(out, "\"%s];\n", state->is_bad ? ", color=\"#c0392b\", fillcolor=\"#fdecea\"" : "");
}

/* The edges [from, to) have the same ends. */
static void put_edges(const GraphEdge *edges, uint32_t from, uint32_t to, FILE *out) {
    fprintf(out, "    %u -> %u [label=\"", edges[from].from, edges[from].to);
    for (uint32_t i = from; i < to; i++) {
        if (i > from) fputs("\\n", out);
        if (edges[i].label) dot_label(out, edges[i].label);
    }
    fputs("\"];\n", out);
}

void graph_dot(const Graph *graph, const char *name, FILE *out) {
    fputs("digraph lts {\n    label=\"", out);
    dot_label(out, name);
    fprintf(out, ": %u states, %u transitions\"; labelloc=t;\n", graph->nstates, graph->nedges);
    fputs("    fontname=\"Helvetica\"; fontsize=11;\n"
          "    node [fontname=\"Helvetica\", fontsize=10, shape=box, style=\"rounded,filled\", fillcolor=\"#f4f6f8\", "
          "color=\"#5b6770\"];\n"
          "    edge [fontname=\"Helvetica\", fontsize=9, color=\"#5b6770\"];\n",
        out);
    for (uint32_t i = 0; i < graph->nstates; i++) put_state(&graph->states[i], i, out);
    Arena scratch;
    arena_init(&scratch);
    GraphEdge *edges = arena_copy(&scratch, graph->edges, sizeof *edges * graph->nedges);
    qsort(edges, graph->nedges, sizeof *edges, compare_edges);
    for (uint32_t i = 0; i < graph->nedges;) {
        uint32_t end = i + 1;
        while (end < graph->nedges && edges[end].from == edges[i].from && edges[end].to == edges[i].to) end++;
        put_edges(edges, i, end, out);
        i = end;
    }
    arena_fini(&scratch);
    fputs("}\n", out);
}
