#include "model/notify.h"

#include <assert.h>

NotifyLists notify_lists(const Word *words) {
    assert(comp_kind(words) == COMP_NOTIFY);
    NotifyLists lists;
    lists.queue = (Records){NOTIFY_BODY, (uint32_t)words[NOTIFY_NQUEUE], NOTIFY_WHO_WORDS};
    lists.present = (Records){records_word(lists.queue, lists.queue.n), (uint32_t)words[NOTIFY_NPRESENT], NOTIFY_WHO_WORDS};
    lists.done = (Records){records_word(lists.present, lists.present.n), (uint32_t)words[NOTIFY_NDONE], NOTIFY_DONE_WORDS};
    return lists;
}

uint32_t notify_new(World *world, uint32_t site) {
    Word words[NOTIFY_BODY] = {COMP_NOTIFY, site};
    return world_add(world, words, NOTIFY_BODY);
}

bool notify_has_permit(World *world, uint32_t slot) { return world_read(world, slot, NULL)[NOTIFY_PERMIT] != 0; }

static void leave_present(World *world, uint32_t slot, Waiter who) {
    (void)records_leave(world, slot, NOTIFY_NPRESENT, notify_lists(world_read(world, slot, NULL)).present, who);
}

/* ---- waiting */

void notify_take(World *world, uint32_t slot, Waiter who) {
    assert(notify_has_permit(world, slot));
    leave_present(world, slot, who);
    world_write(world, slot, NULL)[NOTIFY_PERMIT] = 0;
}

void notify_enter(World *world, uint32_t slot, Waiter who) {
    (void)records_add(world, slot, NOTIFY_NPRESENT, notify_lists(world_read(world, slot, NULL)).present, true, who.fiber, who.arm);
}

void notify_queue(World *world, uint32_t slot, Waiter who) {
    leave_present(world, slot, who);
    (void)records_add(world, slot, NOTIFY_NQUEUE, notify_lists(world_read(world, slot, NULL)).queue, false, who.fiber, who.arm);
}

bool notify_is_served(World *world, uint32_t slot, Waiter who) {
    const Word *words = world_read(world, slot, NULL);
    return records_find(words, notify_lists(words).done, who.fiber, who.arm) >= 0;
}

void notify_collect(World *world, uint32_t slot, Waiter who) {
    bool found = records_leave(world, slot, NOTIFY_NDONE, notify_lists(world_read(world, slot, NULL)).done, who);
    assert(found);
    (void)found;
}

void notify_give_up(World *world, uint32_t slot, Waiter who, const Tell *tell) {
    const Word *words = world_read(world, slot, NULL);
    NotifyLists lists = notify_lists(words);
    int index = records_find(words, lists.done, who.fiber, who.arm);
    if (index < 0) {
        if (!records_leave(world, slot, NOTIFY_NQUEUE, lists.queue, who)) leave_present(world, slot, who);
        return;
    }
    bool passes = words[records_word(lists.done, (uint32_t)index) + NOTIFY_PASSES] != 0;
    records_remove(world, slot, NOTIFY_NDONE, lists.done, (uint32_t)index);
    if (passes) notify_one(world, slot, tell);
}

/* ---- notifying */

static void complete(World *world, uint32_t slot, Word fiber, Word arm, bool passes, const Tell *tell) {
    uint32_t at = records_add(world, slot, NOTIFY_NDONE, notify_lists(world_read(world, slot, NULL)).done, true, fiber, arm);
    world_write(world, slot, NULL)[at + NOTIFY_PASSES] = passes;
    tell_served(tell, ARM_NOTIFIED, fiber);
}

/* The first of a list, whose length is in word `count`, is completed. */
static void complete_first(World *world, uint32_t slot, uint32_t count, Records records, bool passes, const Tell *tell) {
    const Word *record = world_read(world, slot, NULL) + records.at;
    Word fiber = record[0], arm = record[1];
    records_remove(world, slot, count, records, 0);
    complete(world, slot, fiber, arm, passes, tell);
}

void notify_one(World *world, uint32_t slot, const Tell *tell) {
    Word *words = world_write(world, slot, NULL);
    if (words[NOTIFY_NQUEUE]) complete_first(world, slot, NOTIFY_NQUEUE, notify_lists(words).queue, true, tell);
    else words[NOTIFY_PERMIT] = 1;
}

void notify_all(World *world, uint32_t slot, const Tell *tell) {
    const Word *words;
    while ((words = world_read(world, slot, NULL))[NOTIFY_NQUEUE])
        complete_first(world, slot, NOTIFY_NQUEUE, notify_lists(words).queue, false, tell);
    while ((words = world_read(world, slot, NULL))[NOTIFY_NPRESENT])
        complete_first(world, slot, NOTIFY_NPRESENT, notify_lists(words).present, false, tell);
}

/* ---- as a component */

bool notify_has_waiters(World *world, uint32_t slot) {
    const Word *words = world_read(world, slot, NULL);
    return words[NOTIFY_NQUEUE] || words[NOTIFY_NDONE];
}

void notify_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context) {
    NotifyLists lists = notify_lists(words);
    assert(records_word(lists.done, lists.done.n) == n);
    (void)n, (void)program;
    records_visit(words, lists.queue, 0, true, visit, context);
    records_visit(words, lists.present, 0, false, visit, context);
    records_visit(words, lists.done, 0, false, visit, context);
}

void notify_normalise(const Program *program, Word *words, uint32_t n) {
    (void)n, (void)program;
    NotifyLists lists = notify_lists(words);
    records_sort(words, lists.present);
    records_sort(words, lists.done);
}
