/* A waitgroup: a count, and two sets {fiber, arm}: who waits for it to be 0, and who was released and has not gone on. */
#ifndef UNKNOT_MODEL_WAITGROUP_H
#define UNKNOT_MODEL_WAITGROUP_H

#include "model/records.h"
#include "model/tell.h"

enum { WAITGROUP_SITE = 1, WAITGROUP_COUNT, WAITGROUP_NQUEUE, WAITGROUP_NDONE, WAITGROUP_BODY };
enum { WAITGROUP_WHO_WORDS = 2 };

typedef struct WaitgroupLists { Records queue, done; } WaitgroupLists;
WaitgroupLists waitgroup_lists(const Word *words);

typedef enum WaitgroupAdd {
    WAITGROUP_ADDED,
    WAITGROUP_BELOW,
    WAITGROUP_REUSED, /* from 0, and one that was released has not gone on */
    WAITGROUP_TOO_BIG
} WaitgroupAdd;

uint32_t waitgroup_new(World *world, uint32_t site);
bool waitgroup_is_zero(World *world, uint32_t slot);
/* Adds `n`, which may be negative; reaching 0 releases who waits. */
WaitgroupAdd waitgroup_add(World *world, uint32_t slot, Word n, const Tell *tell);
void waitgroup_queue(World *world, uint32_t slot, Waiter who);
bool waitgroup_is_served(World *world, uint32_t slot, Waiter who);
void waitgroup_collect(World *world, uint32_t slot, Waiter who);
void waitgroup_give_up(World *world, uint32_t slot, Waiter who);
bool waitgroup_has_waiters(World *world, uint32_t slot);

void waitgroup_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context);
void waitgroup_normalise(const Program *program, Word *words, uint32_t n);

#endif
