#include "model/condvar.h"

#include "model/mutex.h"

#include <assert.h>

CondvarLists condvar_lists(const Word *words) {
    assert(comp_kind(words) == COMP_CONDVAR);
    CondvarLists lists;
    lists.queue = (Records){CONDVAR_BODY, (uint32_t)words[CONDVAR_NQUEUE], CONDVAR_QUEUE_WORDS};
    lists.signalled = (Records){records_word(lists.queue, lists.queue.n), (uint32_t)words[CONDVAR_NSIGNALLED], CONDVAR_SIGNALLED_WORDS};
    return lists;
}

uint32_t condvar_new(World *world, uint32_t site) {
    Word words[CONDVAR_BODY] = {COMP_CONDVAR, site};
    return world_add(world, words, CONDVAR_BODY);
}

/* ---- waiting */

void condvar_queue(World *world, uint32_t slot, Waiter who, Word mutex) {
    uint32_t at = records_add(world, slot, CONDVAR_NQUEUE, condvar_lists(world_read(world, slot, NULL)).queue, false, who.fiber, who.arm);
    Word *words = world_write(world, slot, NULL);
    words[at + CONDVAR_TASK] = who.task;
    words[at + CONDVAR_MUTEX] = mutex;
}

uint32_t condvar_waiting(World *world, uint32_t slot) { return (uint32_t)world_read(world, slot, NULL)[CONDVAR_NQUEUE]; }

Word condvar_mutex_at(World *world, uint32_t slot, uint32_t index) {
    const Word *words = world_read(world, slot, NULL);
    assert(index < condvar_lists(words).queue.n);
    return words[records_word(condvar_lists(words).queue, index) + CONDVAR_MUTEX];
}

/* ---- being woken */

Waiter condvar_wake(World *world, uint32_t slot, uint32_t index, CondvarWake how, const Tell *tell) {
    const Word *words = world_read(world, slot, NULL);
    const Word *record = words + records_word(condvar_lists(words).queue, index);
    Waiter who = {record[0], record[1], record[CONDVAR_TASK]};
    Word mutex = record[CONDVAR_MUTEX];
    records_remove(world, slot, CONDVAR_NQUEUE, condvar_lists(words).queue, index);
    uint32_t at = records_add(
        world, slot, CONDVAR_NSIGNALLED, condvar_lists(world_read(world, slot, NULL)).signalled, true, who.fiber, who.arm);
    Word *opened = world_write(world, slot, NULL);
    opened[at + CONDVAR_MUTEX] = mutex;
    opened[at + CONDVAR_PASSES] = how == CONDVAR_BY_SIGNAL;
    tell_served(tell, ARM_WAIT, who.fiber);
    return mutex_admit(world, handle_slot(mutex), who) ? who : (Waiter){0};
}

/* The signalled record of the waiter, or -1. */
static int signalled_of(const Word *words, Waiter who) { return records_find(words, condvar_lists(words).signalled, who.fiber, who.arm); }

Word condvar_signalled(World *world, uint32_t slot, Waiter who) {
    const Word *words = world_read(world, slot, NULL);
    int index = signalled_of(words, who);
    return index < 0 ? 0 : words[records_word(condvar_lists(words).signalled, (uint32_t)index) + CONDVAR_MUTEX];
}

Word condvar_mutex(World *world, uint32_t slot, Waiter who) {
    const Word *words = world_read(world, slot, NULL);
    Records queue = condvar_lists(words).queue;
    int index = records_find(words, queue, who.fiber, who.arm);
    return index < 0 ? condvar_signalled(world, slot, who) : words[records_word(queue, (uint32_t)index) + CONDVAR_MUTEX];
}

/* true: it had a signal of its own. */
static bool leave_signalled(World *world, uint32_t slot, uint32_t index) {
    const Word *words = world_read(world, slot, NULL);
    Records signalled = condvar_lists(words).signalled;
    bool passes = words[records_word(signalled, index) + CONDVAR_PASSES] != 0;
    records_remove(world, slot, CONDVAR_NSIGNALLED, signalled, index);
    return passes;
}

void condvar_collect(World *world, uint32_t slot, Waiter who) {
    int index = signalled_of(world_read(world, slot, NULL), who);
    assert(index >= 0);
    (void)leave_signalled(world, slot, (uint32_t)index);
}

bool condvar_give_up(World *world, uint32_t slot, Waiter who) {
    const Word *words = world_read(world, slot, NULL);
    int index = signalled_of(words, who);
    if (index >= 0) return leave_signalled(world, slot, (uint32_t)index);
    (void)records_leave(world, slot, CONDVAR_NQUEUE, condvar_lists(words).queue, who);
    return false;
}

/* ---- as a component */

bool condvar_has_waiters(World *world, uint32_t slot) {
    const Word *words = world_read(world, slot, NULL);
    return words[CONDVAR_NQUEUE] || words[CONDVAR_NSIGNALLED];
}

void condvar_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context) {
    CondvarLists lists = condvar_lists(words);
    assert(records_word(lists.signalled, lists.signalled.n) == n);
    (void)n, (void)program;
    records_visit(words, lists.queue, 0, true, visit, context);
    records_visit(words, lists.queue, CONDVAR_MUTEX, true, visit, context);
    records_visit(words, lists.queue, CONDVAR_TASK, true, visit, context);
    records_visit(words, lists.signalled, 0, false, visit, context);
    records_visit(words, lists.signalled, CONDVAR_MUTEX, false, visit, context);
}

void condvar_normalise(const Program *program, Word *words, uint32_t n) {
    (void)n, (void)program;
    records_sort(words, condvar_lists(words).signalled);
}

uint32_t condvar_element(const Program *program, const Word *words, uint32_t index) {
    (void)program;
    return records_record_of(condvar_lists(words).signalled, index);
}
