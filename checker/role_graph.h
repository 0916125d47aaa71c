/* The machines of tasks with roles, as they are taken from the explored graph (model/roles.h); where each task stands in each state. */
#ifndef UNKNOT_CHECKER_ROLE_GRAPH_H
#define UNKNOT_CHECKER_ROLE_GRAPH_H

#include "checker/role_channels.h"
#include "model/roles.h"
#include "model/support/intern.h"

typedef struct RoleTask { uint32_t slot, machine, node; } RoleTask;

/* A machine while it grows. */
typedef struct RoleParts {
    RoleMachine made;
    VEC(RoleNode) nodes;
    VEC(RoleStep) steps;
    VEC(RoleWait) waits;
} RoleParts;

typedef struct RoleWalk {
    Search *search;
    RoleGraph *graph;
    World world;             /* the state at hand */
    uint32_t state;
    TsSuccessors successors; /* of it */
    RoleChannels places;
    VEC(RoleTask) tasks;     /* of all states */
    VEC(uint32_t) first;     /* [states + 1] */
    Names *keys;             /* of nodes, steps, waits, communications: each is kept once */
    VEC(uint32_t) numbers;   /* per key */
    VEC(Word) key;           /* scratch */
    VEC(uint32_t) seen;      /* scratch: futures in the key */
    VEC(RoleChannel) channels;
    VEC(RoleComm) comms;
    VEC(RoleTraffic) traffic;
    VEC(RoleParts) machines;
} RoleWalk;

/* Goes through the whole graph. False: it was stopped. The graph is made in any case. */
bool role_walk_make(RoleWalk *walk, Search *search);
void role_walk_fini(RoleWalk *walk); /* but for the graph */
void role_graph_free(RoleGraph *graph);

/* The machine with its nodes told apart by what the role has done; in the graph's arena. NULL: it was stopped, or there is too much. */
RoleMachine *role_walk_refine(RoleWalk *walk, uint32_t machine, const RoleWatch *role);

/* Loads a state, and its steps. */
void role_walk_enter(RoleWalk *walk, uint32_t state);
/* The task with this role in a state that was entered; NULL: there is none. */
const RoleTask *role_walk_task(const RoleWalk *walk, uint32_t state, uint32_t machine);
/* The communications of a step of the state at hand: their number, and the i-th as RoleGraph.comms has it; NO_SLOT: not followed. */
uint32_t role_walk_comm(RoleWalk *walk, const TsEdge *edge, uint32_t i);
/* Where the actor of a step stands after it: its node; ROLE_NODE_END; NO_SLOT: it is given up. *state: the one it leads to. */
uint32_t role_walk_target(RoleWalk *walk, uint32_t edge, const RoleTask *task, uint32_t *state);

#endif
