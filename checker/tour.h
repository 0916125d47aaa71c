/* A fair cycle inside a component of the graph of one slot, to show: through a step of every task that has to move, and
   a state where each other one cannot. */
#ifndef UNKNOT_CHECKER_TOUR_H
#define UNKNOT_CHECKER_TOUR_H

#include "checker/bitset.h"
#include "checker/edges.h"
#include "model/support/vec.h"

typedef struct TourGraph {
    const Edges *edges;      /* labelled */
    const Bitset *inside;    /* the component */
    uint32_t actor;          /* its steps that reach a point are left out */
} TourGraph;
typedef struct TourStep { uint32_t state, label; } TourStep; /* the state it leads to, the step's label */
typedef VEC(TourStep) TourSteps;

/* True for a step that belongs to the graph of the actor. */
bool tour_keeps(const Edges *edges, uint32_t actor, const EdgeIter *edge);
/* Actors that can move in the state. */
uint64_t tour_enabled(const Edges *edges, uint32_t state);
/* A cycle from `start`: with a step of each actor of `to_move`, and for each of `to_rest` a state in which it cannot
   move. All of it must be there in the component. */
void tour_make(const TourGraph *graph, uint32_t start, uint64_t to_move, uint64_t to_rest, TourSteps *out);

#endif
