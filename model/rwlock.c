#include "model/rwlock.h"

#include <assert.h>

RwlockLists rwlock_lists(const Word *words) {
    assert(comp_kind(words) == COMP_RWLOCK);
    RwlockLists lists;
    lists.readers = (Records){RWLOCK_BODY, (uint32_t)words[RWLOCK_NREADERS], RWLOCK_READER_WORDS};
    lists.queue = (Records){records_word(lists.readers, lists.readers.n), (uint32_t)words[RWLOCK_NQUEUE], RWLOCK_QUEUE_WORDS};
    lists.given = (Records){records_word(lists.queue, lists.queue.n), (uint32_t)words[RWLOCK_NGIVEN], RWLOCK_GIVEN_WORDS};
    return lists;
}

uint32_t rwlock_new(World *world, uint32_t site) {
    Word words[RWLOCK_BODY] = {COMP_RWLOCK, site};
    return world_add(world, words, RWLOCK_BODY);
}

static RwlockPolicy policy_of(const World *world, const Word *words) { return world->program->sites[words[RWLOCK_SITE]].policy; }

/* ---- who has it */

static uint32_t count_op(const Word *words, Records records, ArmOp op) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < records.n; i++) count += words[records_word(records, i) + RWLOCK_OP] == (Word)op;
    return count;
}

static bool is_written(const Word *words) { return words[RWLOCK_WRITER] || count_op(words, rwlock_lists(words).given, ARM_WRITE_LOCK); }
static bool is_taken(const Word *words) { return words[RWLOCK_WRITER] || words[RWLOCK_NREADERS] || words[RWLOCK_NGIVEN]; }
static uint32_t writers_waiting(const Word *words) { return count_op(words, rwlock_lists(words).queue, ARM_WRITE_LOCK); }

bool rwlock_is_held(World *world, uint32_t slot) { return is_taken(world_read(world, slot, NULL)); }

Word rwlock_writer(World *world, uint32_t slot) {
    const Word *words = world_read(world, slot, NULL);
    Records given = rwlock_lists(words).given;
    for (uint32_t i = 0; i < given.n; i++) {
        const Word *record = words + records_word(given, i);
        if (record[RWLOCK_OP] == ARM_WRITE_LOCK) return record[RWLOCK_TASK];
    }
    return words[RWLOCK_WRITER];
}

/* The record of the task's read locks, or -1. */
static int reader_of(const Word *words, Word task) {
    Records readers = rwlock_lists(words).readers;
    for (uint32_t i = 0; i < readers.n; i++)
        if (words[records_word(readers, i)] == task) return (int)i;
    return -1;
}

/* ---- taking */

bool rwlock_can_take(World *world, uint32_t slot, ArmOp op) {
    const Word *words = world_read(world, slot, NULL);
    if (op == ARM_WRITE_LOCK) return !is_taken(words) && !words[RWLOCK_NQUEUE];
    if (is_written(words)) return false;
    switch (policy_of(world, words)) {
    case RWLOCK_FIFO: return !words[RWLOCK_NQUEUE];
    case RWLOCK_PHASE_FAIR: return !writers_waiting(words);
    case RWLOCK_PREFER_READERS: return true;
    }
    assert(!"no policy");
    return false;
}

static void add_reader(World *world, uint32_t slot, Word task) {
    Word *words = world_write(world, slot, NULL);
    Records readers = rwlock_lists(words).readers;
    int index = reader_of(words, task);
    if (index < 0) {
        uint32_t at = 0;
        while (at < readers.n && words[records_word(readers, at)] < task) at++;
        index = (int)at;
        words = world_insert(world, slot, records_word(readers, at), RWLOCK_READER_WORDS);
        words[RWLOCK_NREADERS]++;
        words[records_word(readers, at)] = task;
    }
    words[records_word(readers, (uint32_t)index) + RWLOCK_TIMES]++;
}

void rwlock_take(World *world, uint32_t slot, ArmOp op, Word task) {
    assert(rwlock_can_take(world, slot, op));
    if (op == ARM_READ_LOCK) add_reader(world, slot, task);
    else world_write(world, slot, NULL)[RWLOCK_WRITER] = task;
}

void rwlock_queue(World *world, uint32_t slot, ArmOp op, Waiter who) {
    const Word *words = world_read(world, slot, NULL);
    bool in_line = op == ARM_WRITE_LOCK || policy_of(world, words) == RWLOCK_FIFO;
    Word turn = in_line ? writers_waiting(words) : 0;
    uint32_t at = records_add(world, slot, RWLOCK_NQUEUE, rwlock_lists(words).queue, true, who.fiber, who.arm);
    Word *opened = world_write(world, slot, NULL);
    opened[at + RWLOCK_TASK] = who.task;
    opened[at + RWLOCK_OP] = op;
    opened[at + RWLOCK_TURN] = turn;
}

/* ---- serving */

/* Takes a waiter out; who queued behind a writer moves up. */
static void leave_queue(World *world, uint32_t slot, uint32_t index) {
    Word *words = world_write(world, slot, NULL);
    Records queue = rwlock_lists(words).queue;
    const Word *gone = words + records_word(queue, index);
    Word turn = gone[RWLOCK_OP] == ARM_WRITE_LOCK ? gone[RWLOCK_TURN] : INT64_MAX;
    for (uint32_t i = 0; i < queue.n; i++) {
        Word *its = &words[records_word(queue, i) + RWLOCK_TURN];
        if (*its > turn) --*its;
    }
    records_remove(world, slot, RWLOCK_NQUEUE, queue, index);
}

static void give(World *world, uint32_t slot, uint32_t index, const Tell *tell) {
    const Word *words = world_read(world, slot, NULL);
    const Word *record = words + records_word(rwlock_lists(words).queue, index);
    Word fiber = record[0], arm = record[1], task = record[RWLOCK_TASK], op = record[RWLOCK_OP];
    leave_queue(world, slot, index);
    uint32_t at = records_add(world, slot, RWLOCK_NGIVEN, rwlock_lists(world_read(world, slot, NULL)).given, true, fiber, arm);
    Word *opened = world_write(world, slot, NULL);
    opened[at + RWLOCK_TASK] = task;
    opened[at + RWLOCK_OP] = op;
    tell_served(tell, (ArmOp)op, fiber);
}

/* The waiter of this kind whose turn it is, or -1. */
static int next_of(const Word *words, ArmOp op) {
    Records queue = rwlock_lists(words).queue;
    for (uint32_t i = 0; i < queue.n; i++) {
        const Word *record = words + records_word(queue, i);
        if (record[RWLOCK_OP] == (Word)op && record[RWLOCK_TURN] == 0) return (int)i;
    }
    return -1;
}

/* Gives it to whoever may have it now; `after_writer`: a writer has just left. */
static void serve(World *world, uint32_t slot, bool after_writer, const Tell *tell) {
    const Word *words = world_read(world, slot, NULL);
    if (is_written(words)) return;
    bool readers_go = policy_of(world, words) != RWLOCK_PHASE_FAIR || after_writer || !writers_waiting(words);
    for (int i; readers_go && (i = next_of(world_read(world, slot, NULL), ARM_READ_LOCK)) >= 0;) give(world, slot, (uint32_t)i, tell);
    words = world_read(world, slot, NULL);
    int writer = is_taken(words) ? -1 : next_of(words, ARM_WRITE_LOCK);
    if (writer >= 0) give(world, slot, (uint32_t)writer, tell);
}

bool rwlock_is_served(World *world, uint32_t slot, Waiter who) {
    const Word *words = world_read(world, slot, NULL);
    return records_find(words, rwlock_lists(words).given, who.fiber, who.arm) >= 0;
}

/* Takes a given record out; its task in *task. */
static ArmOp take_given(World *world, uint32_t slot, uint32_t index, Word *task) {
    const Word *words = world_read(world, slot, NULL);
    Records given = rwlock_lists(words).given;
    ArmOp op = (ArmOp)words[records_word(given, index) + RWLOCK_OP];
    *task = words[records_word(given, index) + RWLOCK_TASK];
    records_remove(world, slot, RWLOCK_NGIVEN, given, index);
    return op;
}

void rwlock_collect(World *world, uint32_t slot, Waiter who) {
    const Word *words = world_read(world, slot, NULL);
    int index = records_find(words, rwlock_lists(words).given, who.fiber, who.arm);
    assert(index >= 0);
    Word task;
    if (take_given(world, slot, (uint32_t)index, &task) == ARM_READ_LOCK) add_reader(world, slot, task);
    else world_write(world, slot, NULL)[RWLOCK_WRITER] = task;
}

void rwlock_give_up(World *world, uint32_t slot, Waiter who, const Tell *tell) {
    const Word *words = world_read(world, slot, NULL);
    RwlockLists lists = rwlock_lists(words);
    int index = records_find(words, lists.given, who.fiber, who.arm);
    bool wrote = false;
    if (index >= 0) {
        Word task;
        wrote = take_given(world, slot, (uint32_t)index, &task) == ARM_WRITE_LOCK;
    } else if ((index = records_find(words, lists.queue, who.fiber, who.arm)) >= 0) {
        leave_queue(world, slot, (uint32_t)index);
    }
    serve(world, slot, wrote, tell);
}

/* ---- unlocking */

static bool is_given_to(const Word *words, Word task) {
    Records given = rwlock_lists(words).given;
    for (uint32_t i = 0; i < given.n; i++)
        if (words[records_word(given, i) + RWLOCK_TASK] == task) return true;
    return false;
}

MutexUnlock rwlock_unlock(World *world, uint32_t slot, Word task, const Tell *tell) {
    Word *words = world_write(world, slot, NULL);
    int reader = reader_of(words, task);
    bool writes = words[RWLOCK_WRITER] == task;
    if (!is_taken(words)) return MUTEX_NOT_HELD;
    if (!writes && reader < 0) return is_given_to(words, task) ? MUTEX_NOT_YET : MUTEX_NOT_OWNER;
    if (writes) {
        words[RWLOCK_WRITER] = 0;
    } else {
        Records readers = rwlock_lists(words).readers;
        if (--words[records_word(readers, (uint32_t)reader) + RWLOCK_TIMES] == 0)
            records_remove(world, slot, RWLOCK_NREADERS, readers, (uint32_t)reader);
    }
    serve(world, slot, writes, tell);
    return MUTEX_UNLOCKED;
}

/* ---- as a component */

bool rwlock_has_waiters(World *world, uint32_t slot) {
    const Word *words = world_read(world, slot, NULL);
    return words[RWLOCK_NQUEUE] || words[RWLOCK_NGIVEN];
}

void rwlock_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context) {
    RwlockLists lists = rwlock_lists(words);
    assert(records_word(lists.given, lists.given.n) == n);
    (void)n, (void)program;
    if (words[RWLOCK_WRITER]) visit(context, RWLOCK_WRITER, words[RWLOCK_WRITER], true);
    records_visit(words, lists.readers, 0, false, visit, context);
    records_visit(words, lists.queue, 0, false, visit, context);
    records_visit(words, lists.queue, RWLOCK_TASK, false, visit, context);
    records_visit(words, lists.given, 0, false, visit, context);
    records_visit(words, lists.given, RWLOCK_TASK, false, visit, context);
}

void rwlock_normalise(const Program *program, Word *words, uint32_t n) {
    (void)n, (void)program;
    RwlockLists lists = rwlock_lists(words);
    records_sort(words, lists.readers);
    records_sort(words, lists.queue);
    records_sort(words, lists.given);
}

uint32_t rwlock_element(const Program *program, const Word *words, uint32_t index) {
    (void)program;
    RwlockLists lists = rwlock_lists(words);
    uint32_t queued = records_record_of(lists.queue, index);
    return queued ? queued : records_record_of(lists.given, index);
}
