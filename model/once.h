/* What runs once. Words: the fields below, then who waits {fiber, arm, task} in order of arrival, then the set of those who can go on and have
   not {fiber, arm, runs}: one that `runs` is the runner from now on, the others find it done. */
#ifndef UNKNOT_MODEL_ONCE_H
#define UNKNOT_MODEL_ONCE_H

#include "model/records.h"
#include "model/tell.h"

typedef enum OnceState { ONCE_FRESH, ONCE_RUNNING, ONCE_OVER } OnceState;
enum { ONCE_SITE = 1, ONCE_STATE, ONCE_RUNNER /* task, 0 when none */, ONCE_NQUEUE, ONCE_NDONE, ONCE_BODY };
enum { ONCE_TASK = 2, ONCE_QUEUE_WORDS, ONCE_RUNS = 2, ONCE_DONE_WORDS };

typedef struct OnceLists { Records queue, done; } OnceLists;
OnceLists once_lists(const Word *words);

uint32_t once_new(World *world, uint32_t site);
/* Nobody runs it. */
bool once_can_enter(World *world, uint32_t slot);
/* true: the newcomer is to run it; false: it is done. */
bool once_enter(World *world, uint32_t slot, Word task);
void once_queue(World *world, uint32_t slot, Waiter who);
bool once_is_served(World *world, uint32_t slot, Waiter who);
/* As once_enter, for one that waited. */
bool once_collect(World *world, uint32_t slot, Waiter who);
void once_give_up(World *world, uint32_t slot, Waiter who, const Tell *tell);
/* The runner has finished, or was cancelled on the way: then the next one runs its own. */
void once_leave(World *world, uint32_t slot, bool is_finished, const Tell *tell);
bool once_has_waiters(World *world, uint32_t slot);

void once_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context);
void once_normalise(const Program *program, Word *words, uint32_t n);

#endif
