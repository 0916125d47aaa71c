/* A path of canonical states as a run that eval can follow: concrete worlds, whose slots are never renumbered. */
#ifndef UNKNOT_CHECKER_WITNESS_H
#define UNKNOT_CHECKER_WITNESS_H

#include "checker/search.h"
#include "model/trace.h"

typedef struct Witness {
    Search *search;
    World world;             /* where the run stands */
    VEC(TraceMove) moves;    /* picks are owned */
    VEC(uint32_t) canonical; /* slot of the world -> slot of the state, NO_SLOT */
    VEC(uint32_t) ids;       /* scratch */
    VEC(Word) words;         /* scratch */
    World trial;
} Witness;

void witness_init(Witness *witness, Search *search);
void witness_fini(Witness *witness);
/* Starts and follows the path (states of the search). False: some step was not found, which is a fault of ours. */
bool witness_follow(Witness *witness, const uint32_t *path, uint32_t npath);
/* Only starts, in this state. */
bool witness_start(Witness *witness, uint32_t state);
/* One step on to the state, by the actor at slot `actor` of the state before; NO_SLOT: by any. `label`: one that this tells of, if there is one; may be NULL. */
bool witness_step(Witness *witness, uint32_t state, uint32_t actor, const EdgeLabel *label);
/* A last step (or, from nothing, the start) that ends in this violation. */
bool witness_violate(Witness *witness, const Violation *violation, bool at_start);
/* The run so far; *final_world was initialised by the caller. NULL: eval could not follow its own moves. */
Trace *trace_build(const Witness *witness, World *final_world, uint32_t **task_slots);

#endif
