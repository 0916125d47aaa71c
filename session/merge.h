/* Projection by the text of a protocol: each choice that a role does not see must look alike to it, or its arms must merge. Incomplete:
   what it refuses may still be implementable (session/project.h decides that). Plain merge: Honda, Yoshida, Carbone, POPL 2008; full merge:
   Deniélou, Yoshida, ESOP 2012. */
#ifndef UNKNOT_SESSION_MERGE_H
#define UNKNOT_SESSION_MERGE_H

#include "session/protocol.h"

typedef enum MergeKind { MERGE_PLAIN, MERGE_FULL } MergeKind;
typedef enum MergeVerdict {
    MERGE_OK,
    MERGE_FAILS,
    MERGE_OUTSIDE /* the protocol is not of the class that this projection knows: arms to different receivers, parallel blocks, calls */
} MergeVerdict;

typedef struct Merged {
    MergeVerdict verdict;
    Span at; /* FAILS, OUTSIDE: the choice, the block or the call */
} Merged;

/* The protocol was checked. */
Merged merge_role(const Protocols *protocols, const Protocol *protocol, uint32_t role, MergeKind kind);

#endif
