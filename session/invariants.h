/* What is true of the values in every state of a protocol: the largest set of its own conditions' parts that messages keep true (Flanagan, Leino,
   Houdini, an annotation assistant, FME 2001). Internal to session/. */
#ifndef UNKNOT_SESSION_INVARIANTS_H
#define UNKNOT_SESSION_INVARIANTS_H

#include "session/terms.h"

typedef struct Candidate { const ProtocolExpr *expr; uint32_t scope; } Candidate;

typedef struct Invariants {
    const Variables *variables;
    const Solver *solver;
    Arena arena;
    VEC(Candidate) all;
    uint32_t words;
    uint32_t *sets; /* [nstates * words]: what is true in a state */
} Invariants;

void invariants_init(Invariants *invariants, const Variables *variables, const Solver *solver);
void invariants_fini(Invariants *invariants);
/* Gives every variable some value that it may have in the state. */
void invariants_state(const Invariants *invariants, Terms *terms, uint32_t state, uint32_t *values, TermList *asserted);

#endif
