/* The text of a protocol from the graph of what machines do together. Where messages of different roles may come in any order, one order is
   taken (receivers and queues allow the others) or, where the runs are shuffles of independent ones, `par` is written. What is written is a
   candidate: only its projections tell whether it means the machines. Internal to session/. */
#ifndef UNKNOT_SESSION_FOLD_H
#define UNKNOT_SESSION_FOLD_H

#include "session/rendezvous.h"

/* Which message comes first of those that may: one that answers the last; of the first role; of the next role in turn; and the first two with
   `par` wherever it can be written. */
typedef enum FoldOrder { FOLD_ANSWERS, FOLD_FIXED, FOLD_TURNS, FOLD_PARALLEL, FOLD_ORDERS } FoldOrder;

typedef enum FoldFault {
    FOLD_OK,
    FOLD_CHOOSERS, /* several roles choose at one time */
    FOLD_UNREADY,  /* a role could send more than its receivers are ready to take, and nobody else moves */
    FOLD_LARGE     /* the text would be too long */
} FoldFault;

typedef struct Folded {
    FoldFault fault;
    char *text;       /* OK: the protocol; owned */
    uint32_t state;   /* CHOOSERS, UNREADY: of the product */
    uint32_t edges[2]; /* CHOOSERS: two messages that exclude each other, edges of the product; UNREADY: what can be sent */
} Folded;

/* Can the role's name stand in a protocol? "w[2]" can after w[0] and w[1]: they are a family. */
bool fold_is_role(const CfsmSystem *system, uint32_t role);

/* The machines of the system are deterministic. */
Folded fold_text(const Rendezvous *product, const CfsmSystem *system, const char *name, FoldOrder order);

#endif
