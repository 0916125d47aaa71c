#include "model/barrier.h"

#include <assert.h>

BarrierLists barrier_lists(const Word *words) {
    assert(comp_kind(words) == COMP_BARRIER);
    BarrierLists lists;
    lists.queue = (Records){BARRIER_BODY, (uint32_t)words[BARRIER_NQUEUE], BARRIER_WHO_WORDS};
    lists.done = (Records){records_word(lists.queue, lists.queue.n), (uint32_t)words[BARRIER_NDONE], BARRIER_WHO_WORDS};
    return lists;
}

uint32_t barrier_new(World *world, uint32_t site, Word parties) {
    assert(parties >= 1);
    Word words[BARRIER_BODY] = {COMP_BARRIER, site, parties};
    return world_add(world, words, BARRIER_BODY);
}

/* How many fibers but `fiber` have arrived; records stand in order of fibers. */
static Word others_arrived(const Word *words, Word fiber) {
    Records queue = barrier_lists(words).queue;
    Word count = 0, last = fiber;
    for (uint32_t i = 0; i < queue.n; i++) {
        Word other = words[records_word(queue, i)];
        count += other != last && other != fiber;
        last = other;
    }
    return count;
}

bool barrier_is_full_with(World *world, uint32_t slot, Waiter who) {
    const Word *words = world_read(world, slot, NULL);
    return others_arrived(words, who.fiber) + 1 >= words[BARRIER_PARTIES];
}

void barrier_release(World *world, uint32_t slot, Waiter who, const Tell *tell) {
    assert(barrier_is_full_with(world, slot, who));
    const Word *words;
    while ((words = world_read(world, slot, NULL))[BARRIER_NQUEUE]) {
        BarrierLists lists = barrier_lists(words);
        Word fiber = words[lists.queue.at], arm = words[lists.queue.at + 1];
        records_remove(world, slot, BARRIER_NQUEUE, lists.queue, 0);
        (void)records_add(world, slot, BARRIER_NDONE, barrier_lists(world_read(world, slot, NULL)).done, true, fiber, arm);
        if (fiber != who.fiber) tell_served(tell, ARM_ARRIVE, fiber);
    }
}

void barrier_queue(World *world, uint32_t slot, Waiter who) {
    (void)records_add(world, slot, BARRIER_NQUEUE, barrier_lists(world_read(world, slot, NULL)).queue, true, who.fiber, who.arm);
}

bool barrier_is_served(World *world, uint32_t slot, Waiter who) {
    const Word *words = world_read(world, slot, NULL);
    return records_find(words, barrier_lists(words).done, who.fiber, who.arm) >= 0;
}

void barrier_collect(World *world, uint32_t slot, Waiter who) {
    bool found = records_leave(world, slot, BARRIER_NDONE, barrier_lists(world_read(world, slot, NULL)).done, who);
    assert(found);
    (void)found;
}

void barrier_give_up(World *world, uint32_t slot, Waiter who) {
    BarrierLists lists = barrier_lists(world_read(world, slot, NULL));
    if (!records_leave(world, slot, BARRIER_NDONE, lists.done, who)) (void)records_leave(world, slot, BARRIER_NQUEUE, lists.queue, who);
}

bool barrier_has_waiters(World *world, uint32_t slot) {
    const Word *words = world_read(world, slot, NULL);
    return words[BARRIER_NQUEUE] || words[BARRIER_NDONE];
}

void barrier_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context) {
    BarrierLists lists = barrier_lists(words);
    assert(records_word(lists.done, lists.done.n) == n);
    (void)n, (void)program;
    records_visit(words, lists.queue, 0, false, visit, context);
    records_visit(words, lists.done, 0, false, visit, context);
}

void barrier_normalise(const Program *program, Word *words, uint32_t n) {
    (void)n, (void)program;
    records_sort(words, barrier_lists(words).queue);
    records_sort(words, barrier_lists(words).done);
}
