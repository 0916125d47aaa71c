/* What the tasks that play roles send and receive, as machines over the explored graph, and what is then claimed of them.
   A node of a machine is what the task knows: where it stands and what is in its variables, the futures it polls included; how its waits have
   fared (a place in a queue, an item in its hand) is left out, so that it does not matter when others moved. */
#ifndef UNKNOT_MODEL_ROLES_H
#define UNKNOT_MODEL_ROLES_H

#include "model/program.h"

typedef struct RoleChannel {
    const char *name;  /* of the variable it was first put into, "" when there is none */
    const ValueType *elem;
    bool is_extern;    /* the environment sends and receives too */
} RoleChannel;

/* An item that goes into or comes out of a channel. */
typedef struct RoleComm {
    uint32_t channel; /* in RoleGraph.channels */
    uint32_t label;   /* of a message: which one */
    bool is_send;
    bool is_closed;   /* nothing was sent or received, for the channel is closed */
    uint32_t nvalues; /* as in Comm */
    Word values[4];
    Span span;
} RoleComm;

typedef struct RoleStep {
    uint32_t from, to; /* nodes */
    uint32_t comm;     /* in RoleGraph.comms, NO_SLOT: nothing is sent or received */
    bool by_others;    /* such a step that others bring about: an end of file, a message of no protocol, a lock that comes free; no timer, no choice */
} RoleStep;

/* A channel that the task stands before, to send or to receive. */
typedef struct RoleWait {
    uint32_t node, channel; /* NO_SLOT: others of a select, of which one fired on arrival */
    uint32_t label; /* is_send: of a message, NO_SLOT when it is not known */
    bool is_send;
} RoleWait;

typedef struct RoleNode {
    Span at;         /* where it stands; of its end, the end of its function */
    bool has_ended;
    bool is_at_place; /* a daemon that may be left here */
    bool begins;      /* it was spawned and has not started */
    bool is_given_up; /* some step ends in a violation, is cut or could not be followed, or the task is aborted here: what would come is not known */
} RoleNode;

enum { ROLE_NODE_START, ROLE_NODE_END }; /* every machine has these; before the start it has done nothing */

typedef struct RoleMachine {
    uint32_t use;    /* in program->roles: one of those with this role */
    uint32_t number; /* of an indexed role */
    uint32_t task;   /* machine of the program: of the first task seen with it */
    RoleNode *nodes;
    uint32_t nnodes;
    RoleStep *steps;
    uint32_t nsteps;
    RoleWait *waits;
    uint32_t nwaits;
    uint32_t first;  /* the first state in which a task has the role */
    uint32_t twice;  /* a state in which two live tasks have the role, UINT32_MAX */
    const uint32_t *origin; /* of a refined machine: per node, that of the first one; else NULL */
} RoleMachine;

/* Who sends and receives what, tasks without a role too. */
typedef struct RoleTraffic { uint32_t channel, label; bool is_send; uint32_t machine; /* NO_SLOT: none */ } RoleTraffic;

typedef struct RoleGraph {
    const Program *program;
    Arena arena;
    RoleChannel *channels;
    uint32_t nchannels;
    RoleComm *comms;
    uint32_t ncomms;
    RoleMachine *machines;
    uint32_t nmachines;
    RoleTraffic *traffic;
    uint32_t ntraffic;
    const char *why;     /* something is not followed: no verdict; else NULL */
} RoleGraph;

typedef struct RoleNote { Span span; const char *text; } RoleNote;

/* What a role does, as a machine that follows its task. */
typedef struct RoleWatch {
    uint32_t n;              /* states, 0 is the first */
    const uint32_t *next;    /* [state * ncomms + comm]: where the role is then; NO_SLOT: it does no such thing, and is followed no further */
    const bool *is_done;     /* per state */
    const char *const *texts; /* per state: what is said of a task that ends there */
    const RoleNote *notes;   /* per state: what the protocol has next */
} RoleWatch;

/* A task does not do what its role says: after these communications of a machine. Texts live in the graph's arena. */
typedef struct RoleClaim {
    const char *name;    /* the role */
    const char *message;
    Span span;
    RoleNote *notes;
    uint32_t nnotes;
    uint32_t machine;
    uint32_t *run;       /* RoleGraph.comms, in order; equal is what has the same channel, label and direction */
    uint32_t nrun;
    bool is_exact;       /* the last one sends just these values */
    const bool *ends;    /* per node: where the machine must stand then; NULL: anywhere */
    const bool *outside; /* per comm: no part of the protocol, may happen on the way at any time */
    uint32_t state;      /* UINT32_MAX, or a state that shows it, and no run counts */
    const RoleWatch *role; /* what the role does; NULL: not known */
    bool is_question;    /* no claim yet: is there a run that ends where the role is not done? Message, span and notes are filled in */
    bool is_refuted;     /* set by who looks for the run: there is none */
    bool is_settled;     /* set by the judge: nothing is claimed any more */
} RoleClaim;

/* Who knows what a role must do. */
typedef struct RoleJudge {
    void *context;
    bool tells_values; /* communications that differ in what is sent are told apart */
    /* The claims live in the graph's arena. */
    void (*judge)(void *context, RoleGraph *graph, RoleClaim **claims, uint32_t *nclaims);
    /* No run shows the claim: now the task's nodes are told apart by what its role has done. False: nothing is claimed any more. */
    bool (*judge_again)(void *context, RoleGraph *graph, const RoleMachine *refined, RoleClaim *claim);
    /* Afterwards: with is_refuted set where no run of the program shows it. */
    void (*settle)(void *context, const RoleClaim *claims, uint32_t nclaims);
} RoleJudge;

#endif
