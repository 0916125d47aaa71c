/* Which message of the protocol it is that a task sends into a channel or takes out of it, and which role is at the other end: read off from who sends
   and receives there. A message of a union type is the message of its label; an item of another type is the message of the channel's name, or the only
   one between the two roles that carries such an item. */
#ifndef UNKNOT_ROLES_ROLE_LINKS_H
#define UNKNOT_ROLES_ROLE_LINKS_H

#include "model/roles.h"
#include "model/support/vec.h"
#include "roles/protocols.h"

typedef struct RoleAct {
    uint32_t peer; /* role */
    Name message;
    bool is_send;
} RoleAct;

typedef struct RoleLinks {
    const RoleGraph *graph;
    ProgramProtocols *protocols;
    uint32_t machine;          /* of the graph */
    const RoleMachine *own;    /* that one, or a refined one */
    const HeldProtocol *held;
    uint32_t role;
    VEC(uint32_t) mates;       /* scratch: roles */
    bool has_outsiders;        /* scratch: beside the mates, somebody without a role of this protocol, or the task itself */
    VEC(RoleAct) acts;         /* of all communications */
    uint32_t *first;           /* per communication, and one past: none when it is no part of the protocol */
    bool *guessed;             /* per communication: nobody is at the other end, so whom it is meant for is taken from the protocol */
    bool is_ambiguous;         /* some other one has several */
    Span ambiguous;            /* the first one */
    bool may_stray;            /* some other one has also somebody at the other end with whom the protocol has no such message */
    bool *against;             /* per communication: what it sends is against the condition of its message */
    bool is_open;              /* some condition cannot be judged by the message alone */
} RoleLinks;

/* The links of a machine whose role is known; `own`: the machine itself, or a refined one. */
void role_links_init(RoleLinks *links, const RoleGraph *graph, ProgramProtocols *protocols, uint32_t machine, const RoleMachine *own, const HeldProtocol *held,
                     uint32_t role);
void role_links_fini(RoleLinks *links);
/* The task may wait at the channel for this message of the protocol (from the peer, or to it). */
bool role_links_may_be(RoleLinks *links, uint32_t channel, uint32_t label, RoleAct act);
/* The message that a task which stands before the channel would send; false: it is no part of the protocol, or not known. */
bool role_links_attempt(RoleLinks *links, uint32_t channel, uint32_t label, RoleAct *act);
/* It is a channel of the protocol, in this direction. */
bool role_links_has(RoleLinks *links, uint32_t channel, bool is_send);

#endif
