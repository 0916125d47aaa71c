#include "model/semaphore.h"

#include <assert.h>

SemaphoreLists semaphore_lists(const Word *words) {
    assert(comp_kind(words) == COMP_SEMAPHORE);
    SemaphoreLists lists;
    lists.queue = (Records){SEMAPHORE_BODY, (uint32_t)words[SEMAPHORE_NQUEUE], SEMAPHORE_QUEUE_WORDS};
    lists.done = (Records){records_word(lists.queue, lists.queue.n), (uint32_t)words[SEMAPHORE_NDONE], SEMAPHORE_DONE_WORDS};
    return lists;
}

uint32_t semaphore_new(World *world, uint32_t site, Word permits) {
    assert(permits >= 0);
    Word words[SEMAPHORE_BODY] = {COMP_SEMAPHORE, site, 0, permits};
    return world_add(world, words, SEMAPHORE_BODY);
}

bool semaphore_can_acquire(World *world, uint32_t slot, Word need) {
    const Word *words = world_read(world, slot, NULL);
    return words[SEMAPHORE_CLOSED] || need == 0 || (!words[SEMAPHORE_NQUEUE] && words[SEMAPHORE_FREE] >= need);
}

bool semaphore_acquire(World *world, uint32_t slot, Word need) {
    assert(semaphore_can_acquire(world, slot, need));
    if (world_read(world, slot, NULL)[SEMAPHORE_CLOSED]) return false;
    if (need) world_write(world, slot, NULL)[SEMAPHORE_FREE] -= need;
    return true;
}

void semaphore_queue(World *world, uint32_t slot, Waiter who, Word need) {
    SemaphoreLists lists = semaphore_lists(world_read(world, slot, NULL));
    uint32_t at = records_open(world, slot, lists.queue, false, who.fiber, who.arm);
    Word *words = world_write(world, slot, NULL);
    words[at + SEMAPHORE_NEED] = need;
    words[SEMAPHORE_NQUEUE]++;
}

bool semaphore_is_served(World *world, uint32_t slot, Waiter who) {
    const Word *words = world_read(world, slot, NULL);
    return records_find(words, semaphore_lists(words).done, who.fiber, who.arm) >= 0;
}

static void remove_done(World *world, uint32_t slot, uint32_t index) {
    Records done = semaphore_lists(world_read(world, slot, NULL)).done;
    world_write(world, slot, NULL)[SEMAPHORE_NDONE]--;
    world_remove(world, slot, records_word(done, index), done.width);
}

bool semaphore_collect(World *world, uint32_t slot, Waiter who) {
    const Word *words = world_read(world, slot, NULL);
    Records done = semaphore_lists(words).done;
    int index = records_find(words, done, who.fiber, who.arm);
    assert(index >= 0);
    bool result = words[records_word(done, (uint32_t)index) + SEMAPHORE_RESULT] != 0;
    remove_done(world, slot, (uint32_t)index);
    return result;
}

/* The head of the queue is served with `got` permits. */
static void serve_head(World *world, uint32_t slot, Word got, Word result) {
    Word *words = world_write(world, slot, NULL);
    uint32_t at = semaphore_lists(words).queue.at;
    Word fiber = words[at], arm = words[at + 1];
    words[SEMAPHORE_NQUEUE]--;
    words[SEMAPHORE_FREE] -= got;
    world_remove(world, slot, at, SEMAPHORE_QUEUE_WORDS);
    at = records_open(world, slot, semaphore_lists(world_read(world, slot, NULL)).done, true, fiber, arm);
    words = world_write(world, slot, NULL);
    words[at + SEMAPHORE_GOT] = got;
    words[at + SEMAPHORE_RESULT] = result;
    words[SEMAPHORE_NDONE]++;
}

static void serve(World *world, uint32_t slot) {
    for (;;) {
        const Word *words = world_read(world, slot, NULL);
        if (!words[SEMAPHORE_NQUEUE]) return;
        Word need = words[semaphore_lists(words).queue.at + SEMAPHORE_NEED];
        if (words[SEMAPHORE_FREE] < need) return;
        serve_head(world, slot, need, 1);
    }
}

void semaphore_give_up(World *world, uint32_t slot, Waiter who) {
    Word *words = world_write(world, slot, NULL);
    SemaphoreLists lists = semaphore_lists(words);
    int index = records_find(words, lists.done, who.fiber, who.arm);
    if (index >= 0) {
        words[SEMAPHORE_FREE] += words[records_word(lists.done, (uint32_t)index) + SEMAPHORE_GOT];
        remove_done(world, slot, (uint32_t)index);
    } else if ((index = records_find(words, lists.queue, who.fiber, who.arm)) >= 0) {
        words[SEMAPHORE_NQUEUE]--;
        world_remove(world, slot, records_word(lists.queue, (uint32_t)index), SEMAPHORE_QUEUE_WORDS);
    }
    serve(world, slot);
}

void semaphore_release(World *world, uint32_t slot, Word permits) {
    world_write(world, slot, NULL)[SEMAPHORE_FREE] += permits;
    serve(world, slot);
}

bool semaphore_close(World *world, uint32_t slot) {
    Word *words = world_write(world, slot, NULL);
    if (words[SEMAPHORE_CLOSED]) return false;
    words[SEMAPHORE_CLOSED] = 1;
    while (world_read(world, slot, NULL)[SEMAPHORE_NQUEUE]) serve_head(world, slot, 0, 0);
    return true;
}

bool semaphore_has_waiters(World *world, uint32_t slot) {
    const Word *words = world_read(world, slot, NULL);
    return words[SEMAPHORE_NQUEUE] || words[SEMAPHORE_NDONE];
}

void semaphore_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context) {
    SemaphoreLists lists = semaphore_lists(words);
    assert(records_word(lists.done, lists.done.n) == n);
    (void)n, (void)program;
    records_visit(words, lists.queue, 0, true, visit, context);
    records_visit(words, lists.done, 0, false, visit, context);
}

void semaphore_normalise(const Program *program, Word *words, uint32_t n) {
    (void)n, (void)program;
    records_sort(words, semaphore_lists(words).done);
}
