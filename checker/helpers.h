/* Who could help somebody that waits at an object: tasks whose code has an operation on it that would. */
#ifndef UNKNOT_CHECKER_HELPERS_H
#define UNKNOT_CHECKER_HELPERS_H

#include "checker/history.h"

/* True when the task did this to the object in the run, or its code could: it names a global that holds the object, or
   (while it lives) its frame holds it. Tells of code, not of what can still be reached. */
bool helpers_could(World *world, const History *history, uint32_t task, uint32_t object, UseKind kind);

#endif
