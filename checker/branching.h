/* The verdict on a property of branching time: the explored graph as a graph of computation tree logic, evaluated, and
   the tree of runs that shows why. */
#ifndef UNKNOT_CHECKER_BRANCHING_H
#define UNKNOT_CHECKER_BRANCHING_H

#include "checker/ctl_tree.h"
#include "checker/engine.h"
#include "checker/kripke.h"

typedef struct BranchingQuery {
    const Kripke *kripke;
    const FairView *view;
    const Atom *atoms;
    const Property *property;
    Fairness fairness;
    bool misses_start;  /* not all initial states are known */
    bool wants_witness; /* a tree of a property that holds, too */
} BranchingQuery;

/* The steps of `tree` lead to nodes of the graph; states[node] is the state. */
typedef struct BranchingAnswer {
    Verdict verdict; /* unknown: what was not explored matters, or !finished */
    bool finished;   /* else out of time or room */
    CtlTree tree;    /* when violated, or on request; else without branches */
    VEC(uint32_t) states;
    uint64_t nnodes;
} BranchingAnswer;

void branching_check(const BranchingQuery *query, BranchingAnswer *answer);
void branching_answer_fini(BranchingAnswer *answer);

#endif
