/* A readers-writer lock. Words: the fields below, then three sets: who holds it for reading {task, how often}, who waits {fiber, arm, task,
   op, turn}, who was given it and has not gone on {fiber, arm, task, op}. Turns stand for the queue: a writer's turn is how many writers wait
   before it; a reader's too where readers queue with writers (fifo), else it is 0. Readers of one turn come before the writer of that turn,
   and go together: nothing tells them apart. */
#ifndef UNKNOT_MODEL_RWLOCK_H
#define UNKNOT_MODEL_RWLOCK_H

#include "model/mutex.h"
#include "model/tell.h"

enum { RWLOCK_SITE = 1, RWLOCK_WRITER /* task that writes and has gone on, 0 */, RWLOCK_NREADERS, RWLOCK_NQUEUE, RWLOCK_NGIVEN, RWLOCK_BODY };
enum { RWLOCK_TIMES = 1, RWLOCK_READER_WORDS };
enum { RWLOCK_TASK = 2, RWLOCK_OP /* ARM_READ_LOCK or ARM_WRITE_LOCK */, RWLOCK_GIVEN_WORDS, RWLOCK_TURN = RWLOCK_GIVEN_WORDS, RWLOCK_QUEUE_WORDS };

typedef struct RwlockLists { Records readers, queue, given; } RwlockLists;
RwlockLists rwlock_lists(const Word *words);

uint32_t rwlock_new(World *world, uint32_t site);
/* A newcomer gets it at once. */
bool rwlock_can_take(World *world, uint32_t slot, ArmOp op);
void rwlock_take(World *world, uint32_t slot, ArmOp op, Word task);
void rwlock_queue(World *world, uint32_t slot, ArmOp op, Waiter who);
bool rwlock_is_served(World *world, uint32_t slot, Waiter who);
/* It goes on with what it was given. */
void rwlock_collect(World *world, uint32_t slot, Waiter who);
/* Its place is gone, or what it was given is passed on. */
void rwlock_give_up(World *world, uint32_t slot, Waiter who, const Tell *tell);
/* Gives back one of the task's locks. */
MutexUnlock rwlock_unlock(World *world, uint32_t slot, Word task, const Tell *tell);
bool rwlock_is_held(World *world, uint32_t slot);
/* The task that writes, 0 when none does. */
Word rwlock_writer(World *world, uint32_t slot);
bool rwlock_has_waiters(World *world, uint32_t slot);

void rwlock_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context);
void rwlock_normalise(const Program *program, Word *words, uint32_t n);
uint32_t rwlock_element(const Program *program, const Word *words, uint32_t index);

#endif
