#include "model/mutex.h"

#include <assert.h>

MutexLists mutex_lists(const Word *words) {
    assert(comp_kind(words) == COMP_MUTEX);
    MutexLists lists;
    lists.queue = (Records){MUTEX_BODY, (uint32_t)words[MUTEX_NQUEUE], MUTEX_RECORD_WORDS};
    lists.given = (Records){records_word(lists.queue, lists.queue.n), (uint32_t)words[MUTEX_NGIVEN], MUTEX_RECORD_WORDS};
    return lists;
}

static const Site *site_of(const World *world, const Word *words) { return &world->program->sites[words[MUTEX_SITE]]; }

uint32_t mutex_new(World *world, uint32_t site) {
    Word words[MUTEX_BODY] = {COMP_MUTEX, site};
    return world_add(world, words, MUTEX_BODY);
}

bool mutex_is_free(World *world, uint32_t slot) { return !world_read(world, slot, NULL)[MUTEX_HELD]; }

void mutex_take(World *world, uint32_t slot, Word task) {
    Word *words = world_write(world, slot, NULL);
    assert(!words[MUTEX_HELD]);
    words[MUTEX_HELD] = 1;
    words[MUTEX_OWNER] = task;
}

static void add_record(World *world, uint32_t slot, bool given, Waiter who, Word mark) {
    MutexLists lists = mutex_lists(world_read(world, slot, NULL));
    uint32_t at = records_open(world, slot, given ? lists.given : lists.queue, given, who.fiber, who.arm);
    Word *words = world_write(world, slot, NULL);
    words[at + MUTEX_RECORD_TASK] = who.task;
    words[at + MUTEX_RECORD_MARK] = mark;
    words[given ? MUTEX_NGIVEN : MUTEX_NQUEUE]++;
}

static void remove_record(World *world, uint32_t slot, bool given, uint32_t index) {
    MutexLists lists = mutex_lists(world_read(world, slot, NULL));
    world_write(world, slot, NULL)[given ? MUTEX_NGIVEN : MUTEX_NQUEUE]--;
    world_remove(world, slot, records_word(given ? lists.given : lists.queue, index), MUTEX_RECORD_WORDS);
}

void mutex_queue(World *world, uint32_t slot, Waiter who) { add_record(world, slot, false, who, 0); }

bool mutex_is_served(World *world, uint32_t slot, Waiter who) {
    const Word *words = world_read(world, slot, NULL);
    MutexLists lists = mutex_lists(words);
    if (records_find(words, lists.given, who.fiber, who.arm) >= 0) return true;
    int index = records_find(words, lists.queue, who.fiber, who.arm);
    return index >= 0 && words[records_word(lists.queue, (uint32_t)index) + MUTEX_RECORD_MARK];
}

bool mutex_collect(World *world, uint32_t slot, Waiter who) {
    Word *words = world_write(world, slot, NULL);
    MutexLists lists = mutex_lists(words);
    int index = records_find(words, lists.given, who.fiber, who.arm);
    if (index >= 0) {
        remove_record(world, slot, true, (uint32_t)index);
        return true;
    }
    index = records_find(words, lists.queue, who.fiber, who.arm);
    assert(index >= 0);
    if (words[MUTEX_HELD]) {
        words[records_word(lists.queue, (uint32_t)index) + MUTEX_RECORD_MARK] = 0;
        return false;
    }
    remove_record(world, slot, false, (uint32_t)index);
    mutex_take(world, slot, who.task);
    return true;
}

static Waiter head(const Word *words) {
    const Word *record = words + mutex_lists(words).queue.at;
    return (Waiter){record[0], record[1], record[MUTEX_RECORD_TASK]};
}

static void tell_head(World *world, uint32_t slot, Waiter *next) {
    Word *words = world_write(world, slot, NULL);
    if (!words[MUTEX_NQUEUE]) return;
    *next = head(words);
    words[mutex_lists(words).queue.at + MUTEX_RECORD_MARK] = 1;
}

/* Nobody holds it any more: the head of the queue gets it, or is told. */
static void pass_on(World *world, uint32_t slot, Waiter *next) {
    Word *words = world_write(world, slot, NULL);
    words[MUTEX_HELD] = 0;
    words[MUTEX_OWNER] = 0;
    *next = (Waiter){0};
    if (site_of(world, words)->is_barging) {
        tell_head(world, slot, next);
        return;
    }
    if (!words[MUTEX_NQUEUE]) return;
    *next = head(words);
    remove_record(world, slot, false, 0);
    mutex_take(world, slot, next->task);
    add_record(world, slot, true, *next, 1);
}

void mutex_give_up(World *world, uint32_t slot, Waiter who, Waiter *next) {
    *next = (Waiter){0};
    const Word *words = world_read(world, slot, NULL);
    MutexLists lists = mutex_lists(words);
    int index = records_find(words, lists.given, who.fiber, who.arm);
    if (index >= 0) {
        bool held = words[records_word(lists.given, (uint32_t)index) + MUTEX_RECORD_MARK] != 0;
        remove_record(world, slot, true, (uint32_t)index);
        if (held) pass_on(world, slot, next);
        return;
    }
    index = records_find(words, lists.queue, who.fiber, who.arm);
    if (index < 0) return;
    bool told = words[records_word(lists.queue, (uint32_t)index) + MUTEX_RECORD_MARK] != 0;
    remove_record(world, slot, false, (uint32_t)index);
    if (told) tell_head(world, slot, next);
}

/* The given record of who holds the lock but has not gone on, or -1. */
static int holding(const Word *words) {
    Records given = mutex_lists(words).given;
    for (uint32_t i = 0; i < given.n; i++)
        if (words[records_word(given, i) + MUTEX_RECORD_MARK]) return (int)i;
    return -1;
}

MutexUnlock mutex_may_unlock(World *world, uint32_t slot, Word task) {
    const Word *words = world_read(world, slot, NULL);
    if (!words[MUTEX_HELD]) return MUTEX_NOT_HELD;
    if (site_of(world, words)->is_unowned) return MUTEX_UNLOCKED;
    if (words[MUTEX_OWNER] != task) return MUTEX_NOT_OWNER;
    return holding(words) >= 0 ? MUTEX_NOT_YET : MUTEX_UNLOCKED;
}

MutexUnlock mutex_unlock(World *world, uint32_t slot, Word task, Waiter *next) {
    *next = (Waiter){0};
    MutexUnlock outcome = mutex_may_unlock(world, slot, task);
    if (outcome != MUTEX_UNLOCKED) return outcome;
    const Word *words = world_read(world, slot, NULL);
    int record = holding(words);
    if (record >= 0)
        world_write(world, slot, NULL)[records_word(mutex_lists(words).given, (uint32_t)record) + MUTEX_RECORD_MARK] = 0;
    pass_on(world, slot, next);
    return MUTEX_UNLOCKED;
}

bool mutex_admit(World *world, uint32_t slot, Waiter who) {
    bool is_free = mutex_is_free(world, slot);
    if (is_free && !site_of(world, world_read(world, slot, NULL))->is_barging) {
        mutex_take(world, slot, who.task);
        add_record(world, slot, true, who, 1);
        return true;
    }
    mutex_queue(world, slot, who);
    Waiter first = {0};
    if (is_free && world_read(world, slot, NULL)[MUTEX_NQUEUE] == 1) tell_head(world, slot, &first);
    return first.fiber != 0;
}

bool mutex_has_waiters(World *world, uint32_t slot) {
    const Word *words = world_read(world, slot, NULL);
    return words[MUTEX_NQUEUE] || words[MUTEX_NGIVEN];
}

void mutex_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context) {
    MutexLists lists = mutex_lists(words);
    assert(records_word(lists.given, lists.given.n) == n);
    (void)n, (void)program;
    if (words[MUTEX_OWNER]) visit(context, MUTEX_OWNER, words[MUTEX_OWNER], true);
    records_visit(words, lists.queue, 0, true, visit, context);
    records_visit(words, lists.queue, MUTEX_RECORD_TASK, true, visit, context);
    records_visit(words, lists.given, 0, false, visit, context);
    records_visit(words, lists.given, MUTEX_RECORD_TASK, false, visit, context);
}

void mutex_normalise(const Program *program, Word *words, uint32_t n) {
    (void)n, (void)program;
    records_sort(words, mutex_lists(words).given);
}

uint32_t mutex_element(const Program *program, const Word *words, uint32_t index) {
    (void)program;
    return records_record_of(mutex_lists(words).given, index);
}

bool mutex_is_strict(World *world, uint32_t slot) {
    const Site *site = &world->program->sites[world_read(world, slot, NULL)[MUTEX_SITE]];
    return !site->is_barging && !site->is_unowned;
}
