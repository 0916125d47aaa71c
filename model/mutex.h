/* A mutex. Strict: unlock makes the head of the queue the owner at once; its record moves to `given` until its fiber goes on. Barging: unlock
   frees it and tells the head, which competes with newcomers. Words: the fields below, then the queue {fiber, arm, task, told} in order of
   arrival, then the given ones {fiber, arm, task, holds}, a set (more than one only where anyone may unlock; `holds` marks the owner). */
#ifndef UNKNOT_MODEL_MUTEX_H
#define UNKNOT_MODEL_MUTEX_H

#include "model/records.h"
#include "model/world.h"

enum { MUTEX_SITE = 1, MUTEX_HELD, MUTEX_OWNER /* task, 0 when free */, MUTEX_NQUEUE, MUTEX_NGIVEN, MUTEX_BODY };
enum { MUTEX_RECORD_TASK = 2, MUTEX_RECORD_MARK, MUTEX_RECORD_WORDS };

typedef struct MutexLists { Records queue, given; } MutexLists;
MutexLists mutex_lists(const Word *words);

typedef enum MutexUnlock { MUTEX_UNLOCKED, MUTEX_NOT_HELD, MUTEX_NOT_OWNER, MUTEX_NOT_YET /* given to the task, which has not gone on */ } MutexUnlock;

uint32_t mutex_new(World *world, uint32_t site);
bool mutex_is_free(World *world, uint32_t slot);
/* A newcomer takes a free one. */
void mutex_take(World *world, uint32_t slot, Word task);
void mutex_queue(World *world, uint32_t slot, Waiter who);
/* The queued waiter was given the lock or told. */
bool mutex_is_served(World *world, uint32_t slot, Waiter who);
/* It goes on: true when it has the lock, false when it was told and came too late (it waits on). */
bool mutex_collect(World *world, uint32_t slot, Waiter who);
/* Takes the waiter out and passes on what it was given or told; *next is who got it (fiber 0: nobody). */
void mutex_give_up(World *world, uint32_t slot, Waiter who, Waiter *next);
/* A waiter that comes from a condition variable: true when it is served at once. */
bool mutex_admit(World *world, uint32_t slot, Waiter who);
/* What mutex_unlock would say. */
MutexUnlock mutex_may_unlock(World *world, uint32_t slot, Word task);
MutexUnlock mutex_unlock(World *world, uint32_t slot, Word task, Waiter *next);
/* Handed over at unlock, and only its owner may give it back. */
bool mutex_is_strict(World *world, uint32_t slot);
bool mutex_has_waiters(World *world, uint32_t slot);

void mutex_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context);
void mutex_normalise(const Program *program, Word *words, uint32_t n);
uint32_t mutex_element(const Program *program, const Word *words, uint32_t index);

#endif
