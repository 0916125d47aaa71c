/* Why a formula of branching time is true or false at a node, as a tree of runs: a run that shows what there is, at whose
   nodes further runs begin for what is nested in the formula. What is true because no run does otherwise is told as a
   fact, with how many states were looked at; so is what would be deeper than CTL_TREE_DEPTH runs. */
#ifndef UNKNOT_CHECKER_CTL_TREE_H
#define UNKNOT_CHECKER_CTL_TREE_H

#include "checker/ctl.h"

enum { CTL_TREE_DEPTH = 20 };

typedef struct CtlStep {
    uint32_t node, label;
} CtlStep; /* where it leads; the label's number */

typedef struct CtlFact {
    uint32_t at; /* after so many of the branch's own steps */
    uint32_t part;
    bool truth;       /* of this part of the formula */
    uint64_t reached; /* states that runs from there come to; 0: it is a condition, or too deep to be shown */
} CtlFact;

/* Its own steps begin at a node of its parent. */
typedef struct CtlBranch {
    uint32_t parent;      /* UINT32_MAX: begins where the tree does */
    uint32_t at;          /* after so many of the parent's own steps */
    bool rested;          /* and after the run has rested there: without the events of the last step */
    uint32_t node;        /* where that is */
    uint32_t part;
    bool truth;           /* what it shows of this part of the formula there */
    VEC(CtlStep) steps;
    uint32_t nloop;       /* the last of them repeat for ever */
    bool stutters;        /* then nothing happens any more: for a moment, or (is_infinite) for ever */
    bool is_infinite;
    bool is_shown;        /* by these steps; else, only at the root, by facts and further runs */
    VEC(CtlFact) facts;
} CtlBranch;

/* Parents come before their children; the first branch is the root. */
typedef struct CtlTree {
    VEC(CtlBranch) branches;
} CtlTree;

/* `truth` is what is surely known of the whole formula at the node. `stutter`: the label of steps with which nothing
   happens. */
void ctl_tree_grow(CtlTree *tree, const Ctl *ctl, uint32_t node, bool truth, uint32_t stutter);
void ctl_tree_fini(CtlTree *tree);
#endif
