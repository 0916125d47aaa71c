/* May a machine stand in for another? Synchronous subtyping: Gay, Hole, Subtyping for session types in the pi calculus, 2005. Asynchronous
   subtyping of binary types, free of orphans: the simulation game of Bravetti, Carbone, Zavattaro (Chen, Dezani-Ciancaglini, Scalas, Yoshida,
   On the preciseness of subtyping in session types, 2017), played as far as its input trees close; undecidable in general. */
#ifndef UNKNOT_SESSION_SUBTYPE_H
#define UNKNOT_SESSION_SUBTYPE_H

#include "session/cfsm.h"

typedef enum SubtypeVerdict { SUBTYPE_YES, SUBTYPE_NO, SUBTYPE_UNKNOWN } SubtypeVerdict;

typedef struct Subtype {
    SubtypeVerdict verdict;
    const char *why;       /* NO, UNKNOWN: in words */
    CfsmEdge *run;         /* NO: what the subtype does on the way to where it fails, edges of its machine; owned */
    uint32_t nrun;
    uint32_t positions;    /* of the game */
} Subtype;

/* T <= U. Machines of one role: peers count. */
Subtype subtype_sync(const Cfsm *t, const Cfsm *u);
/* Two binary types (one peer each). `max_positions`: then it gives up. */
Subtype subtype_async(const Cfsm *t, const Cfsm *u, uint32_t max_positions);
void subtype_fini(Subtype *subtype);

#endif
