/* May a machine stand in for another? Synchronous subtyping: Gay, Hole, Subtyping for session types in the pi calculus, 2005. Asynchronous subtyping
   of binary types, free of orphans (Chen, Dezani-Ciancaglini, Scalas, Yoshida, On the preciseness of subtyping in session types, 2017), which is
   undecidable (Bravetti, Carbone, Zavattaro, Undecidability of asynchronous session subtyping, 2017): the simulation game while it closes or fails,
   and a relaxation of it when it grows. */
#ifndef UNKNOT_SESSION_SUBTYPE_H
#define UNKNOT_SESSION_SUBTYPE_H

#include "session/cfsm.h"
#include "session/relaxation.h"

typedef enum SubtypeVerdict { SUBTYPE_YES, SUBTYPE_NO, SUBTYPE_UNKNOWN } SubtypeVerdict;
typedef enum SubtypeBasis {
    SUBTYPE_BY_STATES,    /* synchronous: pairs of states */
    SUBTYPE_BY_GAME,      /* all positions were looked at, or one that fails was found */
    SUBTYPE_BY_RELAXATION, /* YES: a larger set of positions is closed, and none fails */
    SUBTYPE_BY_NO_PARTNER /* YES, fair: the supertype is not controllable, so there is nothing to preserve */
} SubtypeBasis;

typedef struct Subtype {
    SubtypeVerdict verdict;
    SubtypeBasis basis;
    bool is_fair;          /* the relaxation is about the controllable part of U */
    bool is_dual;          /* seen from the partner: dual(U) <= dual(T), which holds just when T <= U does */
    const char *why;       /* NO, UNKNOWN: in words */
    bool has_message;      /* NO: what is sent, or not received */
    Name message;
    CfsmEdge *run;         /* NO: what the subtype does up to where it fails, edges of its machine (dual: of dual(U)); owned */
    uint32_t nrun;
    Name *owed;            /* NO: what the supertype would have received by then and the subtype has not; owned */
    uint32_t nowed;
    uint32_t positions;    /* of the game */
    Relaxation relaxation; /* BY_RELAXATION; its states are those of the two machines (dual: of dual(U) and dual(T)) */
} Subtype;

typedef struct SubtypeOptions {
    uint32_t max_positions; /* of each game */
    uint32_t max_depth;     /* of relaxations; 0: none is tried */
    bool use_dual;          /* when the question stays open, it is put from the partner's side too */
} SubtypeOptions;
#define SUBTYPE_DEFAULTS ((SubtypeOptions){.max_positions = 20000, .max_depth = 6, .use_dual = true})

/* T <= U. Machines of one role: peers count. */
Subtype subtype_sync(const Cfsm *t, const Cfsm *u);
/* Two binary types (one partner each, whoever it is); UNKNOWN for machines that are no types. */
Subtype subtype_async(const Cfsm *t, const Cfsm *u, SubtypeOptions options);
/* Fair asynchronous subtyping (Bravetti, Lange, Zavattaro, Fair refinement for asynchronous session types, FoSSaCS 2021): what can go on to the end does so
   some day, so that T may send before any number of receptions; it sends all that U may send, for the end may lie behind any of it. T <= U implies that
   T ends with all partners with which U always can. U is taken without its uncontrollable inputs (controllable_part). It is no question of the dual. */
Subtype subtype_fair(const Cfsm *t, const Cfsm *u, SubtypeOptions options);
void subtype_fini(Subtype *subtype);

#endif
