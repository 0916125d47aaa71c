/* A notification: one stored permit at most. Words: the fields below, then who waits {fiber, arm} in order of arrival, then two sets: who exists
   but has not had to wait {fiber, arm} (arms that were ready on arrival, futures not polled yet), which notify_all completes too; and who was
   completed and has not gone on {fiber, arm, passes}. `passes`: by a notify_one, which is passed on when the waiter gives up. */
#ifndef UNKNOT_MODEL_NOTIFY_H
#define UNKNOT_MODEL_NOTIFY_H

#include "model/records.h"
#include "model/tell.h"

enum { NOTIFY_SITE = 1, NOTIFY_PERMIT, NOTIFY_NQUEUE, NOTIFY_NPRESENT, NOTIFY_NDONE, NOTIFY_BODY };
enum { NOTIFY_WHO_WORDS = 2, NOTIFY_PASSES = 2, NOTIFY_DONE_WORDS };

typedef struct NotifyLists { Records queue, present, done; } NotifyLists;
NotifyLists notify_lists(const Word *words);

uint32_t notify_new(World *world, uint32_t site);
bool notify_has_permit(World *world, uint32_t slot);
/* The stored permit is taken. */
void notify_take(World *world, uint32_t slot, Waiter who);
/* It exists: it could fire, or was not polled yet. */
void notify_enter(World *world, uint32_t slot, Waiter who);
/* It has to wait. */
void notify_queue(World *world, uint32_t slot, Waiter who);
bool notify_is_served(World *world, uint32_t slot, Waiter who);
void notify_collect(World *world, uint32_t slot, Waiter who);
void notify_give_up(World *world, uint32_t slot, Waiter who, const Tell *tell);
void notify_one(World *world, uint32_t slot, const Tell *tell);
void notify_all(World *world, uint32_t slot, const Tell *tell);
bool notify_has_waiters(World *world, uint32_t slot);

void notify_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context);
void notify_normalise(const Program *program, Word *words, uint32_t n);

#endif
