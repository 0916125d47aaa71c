/* Computation tree logic over the fair runs of an explicit graph: the nodes at which each part of a formula is true.
   Fixpoints, linear per operator (Clarke, Emerson, Sistla, Automatic verification of finite-state concurrent systems
   using temporal logic specifications, TOPLAS 1986); E and A range over runs that end up in a fair component
   (checker/fair.h). Where not all steps are known, two sets are kept: where a part is true whatever is still to be
   found, and where it may be true. */
#ifndef UNKNOT_CHECKER_CTL_H
#define UNKNOT_CHECKER_CTL_H

#include "checker/fair.h"
#include "model/property.h"

/* Nodes, and the letters of the property's atoms in them. */
typedef struct CtlGraph {
    FairGraph fair;          /* its nodes are states; each with the events of the step into it */
    uint32_t nroots;         /* the first nodes begin runs */
    VEC(uint64_t) letters;   /* per node */
    Bitset open;             /* nodes not all steps of which are known */
    bool is_closed;          /* there are none: ctl_graph_close */
    VEC(uint32_t) back;      /* the steps reversed: sources */
    VEC(uint32_t) back_from; /* per node, and one past: its first one there */
} CtlGraph;

/* Once nodes, steps, letters and open nodes are there. */
void ctl_graph_close(CtlGraph *graph);
void ctl_graph_fini(CtlGraph *graph);
uint64_t ctl_graph_memory(const CtlGraph *graph);

typedef struct CtlTruth {
    Bitset surely, perhaps;
} CtlTruth;

typedef struct Ctl {
    const CtlGraph *graph;
    const TemporalNode *nodes;
    uint32_t nnodes;
    Fairness fairness;
    CtlTruth fair;   /* a fair run begins there */
    CtlTruth *truth; /* per node of the formula */
    uint64_t memory; /* bytes of the sets, and what an analysis of components held at its peak */
} Ctl;

/* False: there was no more time or room (FairView.may_go_on). In either case ctl_fini. */
bool ctl_evaluate(Ctl *ctl, const CtlGraph *graph, const TemporalNode *nodes, uint32_t nnodes, Fairness fairness);
void ctl_fini(Ctl *ctl);
/* The part of the formula is surely true there; `truth` false: surely false. */
static inline bool ctl_knows(const Ctl *ctl, uint32_t part, bool truth, uint32_t node) {
    return truth ? bitset_has(&ctl->truth[part].surely, node) : !bitset_has(&ctl->truth[part].perhaps, node);
}

#endif
