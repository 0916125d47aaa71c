/* Who and what suffers when machines do not get along: all roles that may wait for ever, all messages that may stay unread. */
#ifndef UNKNOT_SESSION_CULPRITS_H
#define UNKNOT_SESSION_CULPRITS_H

#include "session/cfsm.h"

typedef struct UnreadMessage { uint32_t from, to; Name message; } UnreadMessage;

typedef struct Culprits {
    bool complete;        /* false: too many configurations, the rest is not to be used */
    bool deadlock;        /* nothing moves, and somebody is not done */
    bool unspecified;     /* a role only receives, and from each that it listens to another message has come */
    bool orphan;          /* everybody is done, and a message lies there */
    bool *stuck;          /* per role: it receives, and from some configuration on never will, though it may count as done; owned */
    UnreadMessage *unread; /* at the head of its queue, and from some configuration on never taken; by sender, receiver, text; owned */
    uint32_t nunread;
} Culprits;

/* With queues of at most k messages: what is found is so with this capacity. */
Culprits culprits_find(const CfsmSystem *system, uint32_t k, uint32_t max_configurations);
void culprits_fini(Culprits *culprits);
/* "deadlock; stuck: A,B; unread: A->B:x,A->B:y" */
void culprits_print(const CfsmSystem *system, const Culprits *culprits, FILE *out);

#endif
