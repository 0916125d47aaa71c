/* The protocol that communicating machines follow: a text whose projections are the machines again, or why there is none. The construction is
   that of Lange, Tuosto, Yoshida, From communicating machines to graphical choreographies, POPL 2015: the synchronous product, which must
   represent every machine, a unique chooser where there is a choice, and the graph folded into a type. */
#ifndef UNKNOT_SESSION_CHOREOGRAPHY_H
#define UNKNOT_SESSION_CHOREOGRAPHY_H

#include "session/cfsm.h"

typedef enum ChoreographyVerdict {
    CHOREOGRAPHY_FOUND,
    CHOREOGRAPHY_NONE,   /* no protocol has these projections */
    CHOREOGRAPHY_UNKNOWN /* none was found */
} ChoreographyVerdict;

typedef enum ChoreographyFault {
    CHOREOGRAPHY_OK,
    CHOREOGRAPHY_NAMES,     /* UNKNOWN: a name that protocols cannot write */
    CHOREOGRAPHY_AMBIGUOUS, /* NONE: a machine is not deterministic */
    CHOREOGRAPHY_LARGE,     /* UNKNOWN */
    CHOREOGRAPHY_STUCK,     /* NONE: with messages taken as they are sent the machines get stuck */
    CHOREOGRAPHY_LOST,      /* NONE: something that a machine can do never happens so (representability) */
    CHOREOGRAPHY_CHOOSERS,  /* UNKNOWN: several roles choose at one time (branching) */
    CHOREOGRAPHY_OTHER      /* UNKNOWN: what was folded has other projections */
} ChoreographyFault;

typedef struct Choreography {
    ChoreographyVerdict verdict;
    ChoreographyFault fault;
    char *text; /* FOUND: the protocol; owned */
    bool is_wider; /* the machines play its roles, but would also take messages that nobody sends: its projections take less */
    char *why;  /* else: lines without indentation, each ended; owned */
} Choreography;

/* Names of the protocol's messages go to `names`, whose the system's are. */
Choreography choreography_of(const CfsmSystem *system, Names *names, const char *protocol);
/* Likewise; where some machine takes messages that nobody sends, a protocol whose roles the machines play all the same (session/conform.h). */
Choreography choreography_played(const CfsmSystem *system, Names *names, const char *protocol);
void choreography_fini(Choreography *choreography);

/* True when the machines do the same, up to the names of states; both are deterministic. */
bool choreography_same(const Cfsm *a, const Cfsm *b);

#endif
