/* Small labelled graphs made by hand: what engines of infinite runs are tried on. */
#ifndef UNKNOT_TESTS_HANDMADE_H
#define UNKNOT_TESTS_HANDMADE_H

#include "checker/fair.h"

enum { MOST = 6, TASKS = 3, STEPS = 40 };

/* A step by hand: which task, from where to where, how the tasks' slots move (-1: the task ends), what else. */
typedef struct Step {
    uint32_t from, to, task;
    int move[TASKS];
    uint32_t flags, arm;
    bool stays; /* of an arm: it does not end the wait */
    uint64_t events;
} Step;

typedef struct Plain {
    uint32_t nstates, ntasks, nsteps;
    Step steps[STEPS];
    uint32_t lacks[MOST]; /* per state: bits of tasks that lack a thread */
    bool twisted;         /* in odd states the tasks stand in the opposite order */
} Plain;

#define STAY                                                                                                           \
    { 0, 1, 2 }
#define NO_ARM LABEL_NOBODY

/* The slot of the task in that state. */
uint32_t handmade_slot(const Plain *plain, uint32_t state, uint32_t task);
void handmade_edges(const Plain *plain, Edges *edges);
FairView handmade_view(Plain *plain);
/* The task has a step that is nobody's gift. */
bool handmade_can_move(const Plain *plain, uint32_t state, uint32_t task);
/* Without the steps that lead nowhere or pass a progress label. */
void handmade_graph(const Edges *edges, const FairView *view, FairGraph *graph);

/* Of sets of states, as bits: what can be reached from one of them without leaving them, itself included; whether each
   can be reached from each by steps; whether a run that visits exactly these again and again, and makes all steps between
   them, is fair (no step moves a slot). */
uint32_t handmade_reach(const Plain *plain, uint32_t inside, uint32_t from);
bool handmade_is_strong(const Plain *plain, uint32_t inside);
bool handmade_is_fair(const Plain *plain, uint32_t inside, Fairness fairness);

/* One of the numbers below. */
uint32_t handmade_pick(uint64_t *seed, uint32_t below);

#endif
