#include "model/once.h"

#include <assert.h>

OnceLists once_lists(const Word *words) {
    assert(comp_kind(words) == COMP_ONCE);
    OnceLists lists;
    lists.queue = (Records){ONCE_BODY, (uint32_t)words[ONCE_NQUEUE], ONCE_QUEUE_WORDS};
    lists.done = (Records){records_word(lists.queue, lists.queue.n), (uint32_t)words[ONCE_NDONE], ONCE_DONE_WORDS};
    return lists;
}

uint32_t once_new(World *world, uint32_t site) {
    Word words[ONCE_BODY] = {COMP_ONCE, site, ONCE_FRESH};
    return world_add(world, words, ONCE_BODY);
}

bool once_can_enter(World *world, uint32_t slot) { return world_read(world, slot, NULL)[ONCE_STATE] != ONCE_RUNNING; }

static void run(World *world, uint32_t slot, Word task) {
    Word *words = world_write(world, slot, NULL);
    words[ONCE_STATE] = ONCE_RUNNING;
    words[ONCE_RUNNER] = task;
}

bool once_enter(World *world, uint32_t slot, Word task) {
    assert(once_can_enter(world, slot));
    if (world_read(world, slot, NULL)[ONCE_STATE] == ONCE_OVER) return false;
    run(world, slot, task);
    return true;
}

/* ---- waiting */

void once_queue(World *world, uint32_t slot, Waiter who) {
    OnceLists lists = once_lists(world_read(world, slot, NULL));
    uint32_t at = records_add(world, slot, ONCE_NQUEUE, lists.queue, false, who.fiber, who.arm);
    world_write(world, slot, NULL)[at + ONCE_TASK] = who.task;
}

bool once_is_served(World *world, uint32_t slot, Waiter who) {
    const Word *words = world_read(world, slot, NULL);
    return records_find(words, once_lists(words).done, who.fiber, who.arm) >= 0;
}

/* Takes a served one out; true: it is the runner. */
static bool leave_done(World *world, uint32_t slot, uint32_t index) {
    const Word *words = world_read(world, slot, NULL);
    Records done = once_lists(words).done;
    bool runs = words[records_word(done, index) + ONCE_RUNS] != 0;
    records_remove(world, slot, ONCE_NDONE, done, index);
    return runs;
}

bool once_collect(World *world, uint32_t slot, Waiter who) {
    const Word *words = world_read(world, slot, NULL);
    int index = records_find(words, once_lists(words).done, who.fiber, who.arm);
    assert(index >= 0);
    return leave_done(world, slot, (uint32_t)index);
}

/* The head of the queue can go on. */
static void serve_head(World *world, uint32_t slot, bool runs, const Tell *tell) {
    const Word *words = world_read(world, slot, NULL);
    Records queue = once_lists(words).queue;
    Word fiber = words[queue.at], arm = words[queue.at + 1], task = words[queue.at + ONCE_TASK];
    records_remove(world, slot, ONCE_NQUEUE, queue, 0);
    uint32_t at = records_add(world, slot, ONCE_NDONE, once_lists(world_read(world, slot, NULL)).done, true, fiber, arm);
    world_write(world, slot, NULL)[at + ONCE_RUNS] = runs;
    if (runs) run(world, slot, task);
    tell_served(tell, ARM_ONCE, fiber);
}

void once_leave(World *world, uint32_t slot, bool is_finished, const Tell *tell) {
    Word *words = world_write(world, slot, NULL);
    assert(words[ONCE_STATE] == ONCE_RUNNING);
    words[ONCE_STATE] = is_finished ? ONCE_OVER : ONCE_FRESH;
    words[ONCE_RUNNER] = 0;
    if (!is_finished && words[ONCE_NQUEUE]) serve_head(world, slot, true, tell);
    while (is_finished && world_read(world, slot, NULL)[ONCE_NQUEUE]) serve_head(world, slot, false, tell);
}

void once_give_up(World *world, uint32_t slot, Waiter who, const Tell *tell) {
    const Word *words = world_read(world, slot, NULL);
    OnceLists lists = once_lists(words);
    int index = records_find(words, lists.done, who.fiber, who.arm);
    if (index < 0) (void)records_leave(world, slot, ONCE_NQUEUE, lists.queue, who);
    else if (leave_done(world, slot, (uint32_t)index)) once_leave(world, slot, false, tell);
}

/* ---- as a component */

bool once_has_waiters(World *world, uint32_t slot) {
    const Word *words = world_read(world, slot, NULL);
    return words[ONCE_NQUEUE] || words[ONCE_NDONE];
}

void once_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context) {
    OnceLists lists = once_lists(words);
    assert(records_word(lists.done, lists.done.n) == n);
    (void)n, (void)program;
    if (words[ONCE_RUNNER]) visit(context, ONCE_RUNNER, words[ONCE_RUNNER], true);
    records_visit(words, lists.queue, 0, true, visit, context);
    records_visit(words, lists.queue, ONCE_TASK, true, visit, context);
    records_visit(words, lists.done, 0, false, visit, context);
}

void once_normalise(const Program *program, Word *words, uint32_t n) {
    (void)n, (void)program;
    records_sort(words, once_lists(words).done);
}
