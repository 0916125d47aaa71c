/* Tasks and futures as components: a fiber's header and frame, and futures of single operations. The fields are in model/world.h. */
#ifndef UNKNOT_MODEL_FIBER_H
#define UNKNOT_MODEL_FIBER_H

#include "model/world.h"

typedef struct FiberSpec {
    uint32_t machine;
    const Word *args;  /* machine's nparams words */
    Word flags;        /* FIBER_IS_TASK … */
    Word executor, scope, number, fault, count;
} FiberSpec;

/* A fiber at its start; returns its slot. Parameters that are dead there are not kept. */
uint32_t fiber_new(World *world, FiberSpec spec, bool no_reset);
const Machine *fiber_machine(const World *world, const Word *words);
/* The point whose WAIT (or start, or end) is at this pc. */
const Point *machine_point_at(const Machine *machine, uint32_t pc);
static inline bool fiber_is_over(const Word *words) { return words[FIBER_STATUS] >= FIBER_ENDED; }
/* A task that starts anew when it is killed: its code reads its arguments' slots at the start only and never writes them. */
bool fiber_restarts(const World *world, const Word *words);
/* Sets slots that are dead at `pc` to 0, but for the arguments of a task that may start anew. */
void fiber_reset(World *world, uint32_t slot, uint32_t pc, bool no_reset);
/* The fiber is over: its header stays, its frame goes, the result (first slot, or NO_SLOT) is kept. Leaves its scope. */
void fiber_finish(World *world, uint32_t slot, FiberStatus status, uint32_t result);

typedef struct OpFutureSpec {
    uint32_t machine, point;
    Word object;
    const Word *value; /* n words */
    uint32_t n;
    Word home;         /* handle of the fiber that makes it */
} OpFutureSpec;

/* A future of the operation at machine's point; returns its slot. Its count is 1. */
uint32_t opfuture_new(World *world, OpFutureSpec spec);
/* WordKind of its object: a counted one is the future's own. */
uint8_t opfuture_object_kind(const World *world, const Word *words);
const Arm *opfuture_arm(const World *world, const Word *words);
/* Its operation has its place (or is done): the operands are no longer here. */
void opfuture_strip(World *world, uint32_t slot);

void fiber_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context);
void fiber_normalise(const Program *program, Word *words, uint32_t n);
void opfuture_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context);

#endif
