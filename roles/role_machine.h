/* The machine of a task with a role as the protocol sees it: what is no part of the protocol is left out, and where the task's own course is open
   (a timer, a choice, a variable) each way is a state of its own. Every state goes with the state that the role's projection is in: so what the task
   stands before and never got to do (a message that never came, because somebody else failed) can be taken to go on as the projection does. */
#ifndef UNKNOT_ROLES_ROLE_MACHINE_H
#define UNKNOT_ROLES_ROLE_MACHINE_H

#include "session/task_machine.h"
#include "roles/role_links.h"

typedef struct RoleState {
    uint32_t part; /* of RoleFold.parts; NO_SLOT: the projection goes on for it */
    uint32_t at;   /* state of the projection; NO_SLOT: it does no such thing */
} RoleState;

enum { ROLE_ATTEMPT = NO_SLOT - 1 }; /* for a communication: the task stands before it, and it was never seen to happen */

typedef struct RoleProduct {
    TaskMachine task;   /* edges and states with their places */
    RoleState *states;
    uint32_t *comms;    /* per edge: of the graph, NO_SLOT: an edge that was never seen; ROLE_ATTEMPT */
    bool *open;         /* per state: it stands before more than was seen, and nothing can be taken to come after it (the projection does no such thing) */
    bool is_open;       /* some state is */
} RoleProduct;

typedef VEC(uint32_t) RoleTargets;

/* Nodes that lead to each other without a communication are one part. */
typedef struct RoleFold {
    RoleLinks *links;
    const RoleMachine *machine;
    uint32_t n;          /* parts */
    uint32_t *part_of;   /* per node */
    uint32_t *first;     /* per node, and one past: its steps in `order` */
    uint32_t *order;
    bool *acts;          /* per node: it communicates, or stands before a channel of the protocol */
    bool *is_stable;     /* per part: by itself the task does not leave it */
    uint32_t *nodes_first, *nodes; /* the nodes of each part */
    VEC(uint32_t) stack; /* scratch */
    uint32_t *mark, stamp;
} RoleFold;

void role_fold_init(RoleFold *fold, RoleLinks *links);
void role_fold_fini(RoleFold *fold);
/* The parts in which the task may come to rest from a node on. */
void role_fold_targets(RoleFold *fold, uint32_t node, RoleTargets *parts);
/* The machine that begins in this part. */
RoleProduct role_product_of(RoleFold *fold, uint32_t part);
void role_product_fini(RoleProduct *product);

#endif
