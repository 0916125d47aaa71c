/* Who is told of each waiter that an operation on an object serves: the log of a run. */
#ifndef UNKNOT_MODEL_TELL_H
#define UNKNOT_MODEL_TELL_H

#include "model/program.h"

typedef struct Tell {
    void (*served)(void *context, ArmOp op, Word fiber);
    void *context;
} Tell;

/* `op`: what the fiber waited for. */
static inline void tell_served(const Tell *tell, ArmOp op, Word fiber) { tell->served(tell->context, op, fiber); }

#endif
