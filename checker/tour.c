#include "checker/tour.h"

#include <assert.h>
#include <string.h>

typedef struct Tour {
    const TourGraph *graph;
    uint64_t to_move, to_rest;
    TourStep *came_from; /* per state: where the step to it starts, and its label */
    VEC(uint32_t) queue;
    TourSteps *out;
    bool goes_home; /* the goal is `home`, else whatever is still to be done */
    uint32_t home;
} Tour;

bool tour_keeps(const Edges *edges, uint32_t actor, const EdgeIter *edge) {
    uint32_t flags = edges_label(edges, edge->label)->flags;
    return (flags & LABEL_NOWHERE) == 0 && !(edges_actor(edges, edge->label) == actor && (flags & LABEL_POINT) != 0);
}

uint64_t tour_enabled(const Edges *edges, uint32_t state) {
    uint64_t enabled = 0;
    EdgeIter iter = edges_of(edges, state);
    while (edges_next(&iter)) enabled |= 1ull << edges_actor(edges, iter.label);
    return enabled;
}

static bool is_goal(const Tour *tour, const EdgeIter *edge) {
    if (tour->goes_home) return edge->target == tour->home;
    if ((tour->to_move >> edges_actor(tour->graph->edges, edge->label) & 1) != 0) return true;
    return (tour->to_rest & ~tour_enabled(tour->graph->edges, edge->target)) != 0;
}

static void append_way(Tour *tour, uint32_t from, uint32_t last, TourStep final) {
    uint32_t at = tour->out->n, length = 1;
    for (uint32_t s = last; s != from; s = tour->came_from[s].state) length++;
    vec_resize(tour->out, at + length);
    tour->out->data[at + --length] = final;
    for (uint32_t s = last; s != from; s = tour->came_from[s].state)
        tour->out->data[at + --length] = (TourStep){s, tour->came_from[s].label};
    assert(length == 0);
}

/* Follows the edges of one state; true when a goal was found, *end is its state. */
static bool search_from(Tour *tour, uint32_t from, uint32_t state, uint32_t *end) {
    const TourGraph *graph = tour->graph;
    EdgeIter iter = edges_of(graph->edges, state);
    while (edges_next(&iter)) {
        if (!bitset_has(graph->inside, iter.target) || !tour_keeps(graph->edges, graph->actor, &iter)) continue;
        if (is_goal(tour, &iter)) {
            append_way(tour, from, state, (TourStep){iter.target, iter.label});
            tour->to_move &= ~(1ull << edges_actor(graph->edges, iter.label));
            *end = iter.target;
            return true;
        }
        if (tour->came_from[iter.target].state != UINT32_MAX) continue;
        tour->came_from[iter.target] = (TourStep){state, iter.label};
        vec_push(&tour->queue, iter.target);
    }
    return false;
}

/* The shortest way to the goal, at least one step. */
static uint32_t go_on(Tour *tour, uint32_t from) {
    uint32_t end = UINT32_MAX;
    vec_clear(&tour->queue);
    vec_push(&tour->queue, from);
    tour->came_from[from].state = from;
    for (uint32_t next = 0; next < tour->queue.n; next++)
        if (search_from(tour, from, tour->queue.data[next], &end)) break;
    assert(end != UINT32_MAX);
    for (uint32_t i = 0; i < tour->queue.n; i++) tour->came_from[tour->queue.data[i]].state = UINT32_MAX;
    tour->to_rest &= tour_enabled(tour->graph->edges, end);
    return end;
}

void tour_make(const TourGraph *graph, uint32_t start, uint64_t to_move, uint64_t to_rest, TourSteps *out) {
    Tour tour = {.graph = graph, .to_move = to_move, .out = out, .home = start};
    tour.to_rest = to_rest & tour_enabled(graph->edges, start);
    size_t bytes = sizeof *tour.came_from * ((size_t)graph->inside->n + 1);
    tour.came_from = malloc(bytes);
    if (tour.came_from == NULL) fatal("out of memory");
    memset(tour.came_from, 0xff, bytes);
    uint32_t at = start;
    while ((tour.to_move | tour.to_rest) != 0) at = go_on(&tour, at);
    tour.goes_home = true;
    if (at != start) at = go_on(&tour, at);
    assert(at == start);
    free(tour.came_from);
    vec_fini(&tour.queue);
}
