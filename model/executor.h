/* An executor: how many threads it has and how many are busy with a task between two points or blocked. */
#ifndef UNKNOT_MODEL_EXECUTOR_H
#define UNKNOT_MODEL_EXECUTOR_H

#include "model/world.h"

enum { EXECUTOR_SITE = 1 /* index + 1; 0: the default one */, EXECUTOR_THREADS, EXECUTOR_BUSY, EXECUTOR_WORDS };

uint32_t executor_new(World *world, uint32_t site_number, Word threads);
bool executor_has_thread(World *world, uint32_t slot);
void executor_take(World *world, uint32_t slot);
void executor_give(World *world, uint32_t slot);

#endif
