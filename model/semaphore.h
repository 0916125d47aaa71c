/* A semaphore: free permits gather at the head of a strict queue. Words: the fields below, then the queue {fiber, arm, need} in order of
   arrival, then who was served and has not gone on {fiber, arm, permits got, result}, a set. */
#ifndef UNKNOT_MODEL_SEMAPHORE_H
#define UNKNOT_MODEL_SEMAPHORE_H

#include "model/records.h"
#include "model/world.h"

enum { SEMAPHORE_SITE = 1, SEMAPHORE_CLOSED, SEMAPHORE_FREE, SEMAPHORE_NQUEUE, SEMAPHORE_NDONE, SEMAPHORE_BODY };
enum { SEMAPHORE_NEED = 2, SEMAPHORE_QUEUE_WORDS };
enum { SEMAPHORE_GOT = 2, SEMAPHORE_RESULT, SEMAPHORE_DONE_WORDS };

typedef struct SemaphoreLists { Records queue, done; } SemaphoreLists;
SemaphoreLists semaphore_lists(const Word *words);

uint32_t semaphore_new(World *world, uint32_t site, Word permits);
/* A newcomer's acquire fires: permits enough and nobody waits, or nothing is asked for, or it is closed. */
bool semaphore_can_acquire(World *world, uint32_t slot, Word need);
/* It fires; false: closed. */
bool semaphore_acquire(World *world, uint32_t slot, Word need);
void semaphore_queue(World *world, uint32_t slot, Waiter who, Word need);
bool semaphore_is_served(World *world, uint32_t slot, Waiter who);
bool semaphore_collect(World *world, uint32_t slot, Waiter who);
/* Both serve who can be served now. */
void semaphore_give_up(World *world, uint32_t slot, Waiter who);
void semaphore_release(World *world, uint32_t slot, Word permits);
/* false: it was closed already. */
bool semaphore_close(World *world, uint32_t slot);
bool semaphore_has_waiters(World *world, uint32_t slot);

void semaphore_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context);
void semaphore_normalise(const Program *program, Word *words, uint32_t n);

#endif
