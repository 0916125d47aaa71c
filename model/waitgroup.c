#include "model/waitgroup.h"

#include <assert.h>

WaitgroupLists waitgroup_lists(const Word *words) {
    assert(comp_kind(words) == COMP_WAITGROUP);
    WaitgroupLists lists;
    lists.queue = (Records){WAITGROUP_BODY, (uint32_t)words[WAITGROUP_NQUEUE], WAITGROUP_WHO_WORDS};
    lists.done = (Records){records_word(lists.queue, lists.queue.n), (uint32_t)words[WAITGROUP_NDONE], WAITGROUP_WHO_WORDS};
    return lists;
}

uint32_t waitgroup_new(World *world, uint32_t site) {
    Word words[WAITGROUP_BODY] = {COMP_WAITGROUP, site};
    return world_add(world, words, WAITGROUP_BODY);
}

bool waitgroup_is_zero(World *world, uint32_t slot) { return world_read(world, slot, NULL)[WAITGROUP_COUNT] == 0; }

/* ---- counting */

static void release(World *world, uint32_t slot, const Tell *tell) {
    const Word *words;
    while ((words = world_read(world, slot, NULL))[WAITGROUP_NQUEUE]) {
        Records queue = waitgroup_lists(words).queue;
        Word fiber = words[queue.at], arm = words[queue.at + 1];
        records_remove(world, slot, WAITGROUP_NQUEUE, queue, 0);
        (void)records_add(world, slot, WAITGROUP_NDONE, waitgroup_lists(world_read(world, slot, NULL)).done, true, fiber, arm);
        tell_served(tell, ARM_WAIT_GROUP, fiber);
    }
}

WaitgroupAdd waitgroup_add(World *world, uint32_t slot, Word n, const Tell *tell) {
    const Word *words = world_read(world, slot, NULL);
    Word count = words[WAITGROUP_COUNT];
    if (count == 0 && n > 0 && words[WAITGROUP_NDONE]) return WAITGROUP_REUSED;
    if (count + n < 0) return WAITGROUP_BELOW;
    if (count + n > INT32_MAX) return WAITGROUP_TOO_BIG;
    if (n) world_write(world, slot, NULL)[WAITGROUP_COUNT] = count + n;
    if (count + n == 0) release(world, slot, tell);
    return WAITGROUP_ADDED;
}

/* ---- waiting */

void waitgroup_queue(World *world, uint32_t slot, Waiter who) {
    assert(!waitgroup_is_zero(world, slot));
    (void)records_add(world, slot, WAITGROUP_NQUEUE, waitgroup_lists(world_read(world, slot, NULL)).queue, true, who.fiber, who.arm);
}

bool waitgroup_is_served(World *world, uint32_t slot, Waiter who) {
    const Word *words = world_read(world, slot, NULL);
    return records_find(words, waitgroup_lists(words).done, who.fiber, who.arm) >= 0;
}

void waitgroup_collect(World *world, uint32_t slot, Waiter who) {
    bool found = records_leave(world, slot, WAITGROUP_NDONE, waitgroup_lists(world_read(world, slot, NULL)).done, who);
    assert(found);
    (void)found;
}

void waitgroup_give_up(World *world, uint32_t slot, Waiter who) {
    WaitgroupLists lists = waitgroup_lists(world_read(world, slot, NULL));
    if (!records_leave(world, slot, WAITGROUP_NDONE, lists.done, who))
        (void)records_leave(world, slot, WAITGROUP_NQUEUE, lists.queue, who);
}

/* ---- as a component */

bool waitgroup_has_waiters(World *world, uint32_t slot) {
    const Word *words = world_read(world, slot, NULL);
    return words[WAITGROUP_NQUEUE] || words[WAITGROUP_NDONE];
}

void waitgroup_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context) {
    WaitgroupLists lists = waitgroup_lists(words);
    assert(records_word(lists.done, lists.done.n) == n);
    (void)n, (void)program;
    records_visit(words, lists.queue, 0, false, visit, context);
    records_visit(words, lists.done, 0, false, visit, context);
}

void waitgroup_normalise(const Program *program, Word *words, uint32_t n) {
    (void)n, (void)program;
    records_sort(words, waitgroup_lists(words).queue);
    records_sort(words, waitgroup_lists(words).done);
}
