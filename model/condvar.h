/* A condition variable. Words: the fields below, then who waits {fiber, arm, mutex, task} in order of arrival, then the set of those who were
   signalled and have not gone on {fiber, arm, mutex, passes}: they stand in their mutex's queue, or have it. `passes`: a signal of its
   own, which is passed on when the waiter gives up. */
#ifndef UNKNOT_MODEL_CONDVAR_H
#define UNKNOT_MODEL_CONDVAR_H

#include "model/kind.h"
#include "model/records.h"
#include "model/tell.h"

enum { CONDVAR_SITE = 1, CONDVAR_NQUEUE, CONDVAR_NSIGNALLED, CONDVAR_BODY };
enum { CONDVAR_MUTEX = 2, CONDVAR_TASK, CONDVAR_QUEUE_WORDS, CONDVAR_PASSES = CONDVAR_TASK, CONDVAR_SIGNALLED_WORDS };

typedef struct CondvarLists { Records queue, signalled; } CondvarLists;
CondvarLists condvar_lists(const Word *words);

/* How a waiter is woken. */
typedef enum CondvarWake { CONDVAR_SPURIOUSLY, CONDVAR_BY_SIGNAL, CONDVAR_BY_ALL } CondvarWake;

uint32_t condvar_new(World *world, uint32_t site);
/* The waiter, which has released the mutex, takes its place. */
void condvar_queue(World *world, uint32_t slot, Waiter who, Word mutex);
uint32_t condvar_waiting(World *world, uint32_t slot);
/* The mutex of the waiter with this place in the order. */
Word condvar_mutex_at(World *world, uint32_t slot, uint32_t index);
/* That waiter goes over to the queue of its mutex, which must not be dead; returns it when it has the mutex at once, or is told of it. */
Waiter condvar_wake(World *world, uint32_t slot, uint32_t index, CondvarWake how, const Tell *tell);
/* The mutex of a waiter, 0: it does not wait here; of one that was signalled, 0: it was not. */
Word condvar_mutex(World *world, uint32_t slot, Waiter who);
Word condvar_signalled(World *world, uint32_t slot, Waiter who);
/* It has its mutex back. */
void condvar_collect(World *world, uint32_t slot, Waiter who);
/* The waiter is taken out; true: it had a signal of its own, which is to be passed on. Its place at the mutex is the caller's to give up. */
bool condvar_give_up(World *world, uint32_t slot, Waiter who);
bool condvar_has_waiters(World *world, uint32_t slot);
/* One that is `spurious` may wake whoever waits. */
extern const KindMoves condvar_moves;

void condvar_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context);
void condvar_normalise(const Program *program, Word *words, uint32_t n);
uint32_t condvar_element(const Program *program, const Word *words, uint32_t index);

#endif
