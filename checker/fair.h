/* Infinite runs that fairness allows: components of a graph in which every task, and every future polled side by side,
   moves again and again or is again and again unable to (language §5). Tasks are followed through the renaming of slots.

   A component of the graph of canonical states stands for a run that takes each of its paths again and again. The slots
   that such a run carries one task through form a class of (node, slot) pairs; where no task of the class ends in the
   component, steps map the pairs of a class one to one, so that each of its tasks comes to all of them. So a class is
   treated fairly by that run, and the component is fair, when somewhere in it one of the class moves or cannot; a class
   one of which ends in the component can be made to end. What breaks this for strong fairness, and for the handing out of
   threads, are nodes that no fair run visits again and again: without them the rest is decomposed again (Streett). So it is
   without the losses of a `lossy, fair` channel that delivers nothing inside. */
#ifndef UNKNOT_CHECKER_FAIR_H
#define UNKNOT_CHECKER_FAIR_H

#include "checker/bitset.h"
#include "checker/edges.h"
#include "checker/engine.h"
#include "model/support/vec.h"

/* What the analysis asks about states besides their edges. */
typedef struct FairView {
    void *context;
    uint32_t low; /* no slot before it is a task, a future or an object that moves by itself */
    uint32_t (*slots)(void *context, uint32_t state);
    /* The task at the slot could go on if its executor had a free thread. */
    bool (*lacks_thread)(void *context, uint32_t state, uint32_t slot);
    /* The futures from the task down to the fiber that moves, both ends included, outermost first; at least that fiber.
       Valid until the next call. */
    uint32_t (*chain)(void *context, uint32_t state, const EdgeLabel *label, const uint32_t **fibers);
    /* False when there is no more time, or no room for so many bytes besides the graph of states; from then on always false.
       NULL: always true. */
    bool (*may_go_on)(void *context, uint64_t bytes);
} FairView;
static inline bool fair_may_go_on(const FairView *view, uint64_t bytes) {
    return view->may_go_on == NULL || view->may_go_on(view->context, bytes);
}

/* Part of a labelled graph; a node may be a state together with a task of it that is followed, or with a state of an
   automaton that reads the run. Built in order: all nodes, and for each in turn its steps. */
typedef struct FairNode {
    uint32_t state, follow;
} FairNode; /* follow: the slot, NO_SLOT: none; or the automaton's state */
typedef struct FairEdge {
    uint32_t target, label;
} FairEdge;
typedef struct FairGraph {
    const Edges *edges;
    const FairView *view;
    VEC(FairNode) nodes;
    VEC(FairEdge) steps;
    VEC(uint32_t) first; /* per node, and one past: its first step */
    VEC(uint64_t) marks; /* per step: the sets it is in; empty where there are none */
    uint64_t all_marks;  /* a loop that is shown has a step of each of these sets */
} FairGraph;
void fair_graph_fini(FairGraph *graph);
uint64_t fair_graph_memory(const FairGraph *graph);

enum { FAIR_ARMS = 64 /* of a point, the first ones: those that are followed */ };

/* Of a class of pairs, or of a pair that stands for itself. */
enum {
    FAIR_MOVES = 1, /* makes a step inside */
    FAIR_RESTS = 2, /* cannot move at some node, not even with a thread */
    FAIR_GONE = 4,  /* ends inside, or is dropped */
    FAIR_ABLE = 8   /* can move at some node */
};
typedef struct FairPart {
    const FairGraph *graph;
    Fairness fairness;
    const uint32_t *members; /* nodes, ascending */
    uint32_t n;
    const uint32_t *index; /* per node of the graph: its place among the members, or UINT32_MAX */
    const uint32_t *base;  /* per member: its first pair; slot s is pair base + s - view->low. Where no step moves a slot
                              all members share one row of pairs */
    uint32_t *parent;      /* per pair: union by fair_class */
    uint8_t *flags;        /* per pair; of the class at its head */
    uint64_t lost;         /* channels that are `lossy, fair` and lose something inside: they deliver something too */
    const Bitset *banned;  /* steps of the graph that a fair run does not make for ever */
    bool shares_row;       /* no step moves a slot */
} FairPart;
uint32_t fair_class(const FairPart *part, uint32_t member, uint32_t slot);
static inline uint8_t fair_flags(const FairPart *part, uint32_t member, uint32_t slot) {
    return part->flags[fair_class(part, member, slot)];
}
/* What can move at a node: per slot past view->low FAIR_ABLE, and the arms of its point that can. */
typedef struct FairAble {
    uint8_t able;
    uint64_t arms;
} FairAble;
typedef VEC(FairAble) FairAbles;
void fair_look(const FairPart *part, uint32_t member, FairAbles *out);
/* The step is one of the fiber at the slot, or of a future that it polls; *left: its wait is over by that. */
bool fair_moves(const FairGraph *graph, uint32_t node, const EdgeLabel *label, uint32_t slot, bool *left);

/* Whether a component is worth judging; `index` as in FairPart. What speaks against one must speak against all parts of
   it. */
typedef bool (*FairFilter)(
    void *context, const FairGraph *graph, const uint32_t *members, uint32_t n, const uint32_t *index);
/* Called for each component that a fair run can stay in for ever; false: stop. */
typedef bool (*FairVisitor)(void *context, const FairPart *part);
uint32_t fair_slots(const FairGraph *graph, uint32_t node); /* from view->low on */
/* `wants`: NULL for all. Stops when the view says that it may not go on. Returns the bytes held at the peak besides the
   graph. */
uint64_t fair_each(const FairGraph *graph, Fairness fairness, FairFilter wants, FairVisitor visit, void *context);

#endif
