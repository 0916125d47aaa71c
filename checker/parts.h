/* The futures that stand side by side in an `all`: each of them may be stuck for good while the task they belong to goes on. */
#ifndef UNKNOT_CHECKER_PARTS_H
#define UNKNOT_CHECKER_PARTS_H

#include "checker/stuck.h"

/* Called for each unfinished future directly under an `all` that the task polls, outer ones first; false: not for those inside it. */
typedef bool (*PartsVisitor)(void *context, uint32_t slot);
void parts_walk(World *world, uint32_t task, PartsVisitor visit, void *context);
/* Those among them that a step of the task which begins in `fiber` is a step of: itself, and what it stands in. */
void parts_moved(World *world, uint32_t task, uint32_t fiber, Slots *out);

#endif
