/* A `scope { }` that was entered: the set of its tasks that have not ended. Words: kind, site, then the tasks' handles in order. */
#ifndef UNKNOT_MODEL_SCOPE_H
#define UNKNOT_MODEL_SCOPE_H

#include "model/world.h"

enum { SCOPE_SITE = 1, SCOPE_TASKS };

uint32_t scope_new(World *world, uint32_t site);
void scope_add(World *world, uint32_t slot, Word task);
void scope_remove(World *world, uint32_t slot, Word task);
/* Nobody waits for its tasks any more: they are as if spawned outside. */
void scope_dissolve(World *world, uint32_t slot);
uint32_t scope_count(World *world, uint32_t slot);
Word scope_task(World *world, uint32_t slot, uint32_t index);

void scope_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context);
void scope_normalise(const Program *program, Word *words, uint32_t n);

#endif
