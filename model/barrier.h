/* A barrier, used again after each release. Words: the fields below, then two sets {fiber, arm}: who has arrived and waits, and who was
   released and has not gone on. */
#ifndef UNKNOT_MODEL_BARRIER_H
#define UNKNOT_MODEL_BARRIER_H

#include "model/records.h"
#include "model/tell.h"

enum { BARRIER_SITE = 1, BARRIER_PARTIES, BARRIER_NQUEUE, BARRIER_NDONE, BARRIER_BODY };
enum { BARRIER_WHO_WORDS = 2 };

typedef struct BarrierLists { Records queue, done; } BarrierLists;
BarrierLists barrier_lists(const Word *words);

uint32_t barrier_new(World *world, uint32_t site, Word parties);
/* With this newcomer all have arrived. The arms of one select arrive once. */
bool barrier_is_full_with(World *world, uint32_t slot, Waiter who);
/* The last one comes: the others are released. */
void barrier_release(World *world, uint32_t slot, Waiter who, const Tell *tell);
void barrier_queue(World *world, uint32_t slot, Waiter who);
bool barrier_is_served(World *world, uint32_t slot, Waiter who);
void barrier_collect(World *world, uint32_t slot, Waiter who);
void barrier_give_up(World *world, uint32_t slot, Waiter who);
bool barrier_has_waiters(World *world, uint32_t slot);

void barrier_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context);
void barrier_normalise(const Program *program, Word *words, uint32_t n);

#endif
