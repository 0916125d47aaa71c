#include "checker/reason_parts.h"
#include "model/barrier.h"
#include "model/condvar.h"
#include "model/notify.h"
#include "model/once.h"
#include "model/rwlock.h"
#include "model/waitgroup.h"

static const Word *words_at(const Telling *telling, uint32_t slot) {
    uint32_t n;
    return world_read(telling->world, slot, &n);
}

/* ---- readers-writer locks */

/* It was given to a future that nobody polls; false: to no such one. */
static bool because_given(Telling *telling, uint32_t task, uint32_t object, const Word *words, Reason *out) {
    Records given = rwlock_lists(words).given;
    for (uint32_t i = 0; i < given.n; i++) {
        uint32_t fiber = handle_slot(words[records_word(given, i)]), holder = reason_unpolled(telling, fiber);
        for (uint32_t k = telling->history.takes.n; holder != NO_SLOT && k-- > 0;) {
            const HistoryTake *take = &telling->history.takes.data[k];
            if (take->object != object || take->fiber != fiber || !take->was_handed) continue;
            reason_handed(telling, task, holder, take, out);
            return true;
        }
    }
    return false;
}

static void add_owners(const Word *words, Reason *out) {
    RwlockLists lists = rwlock_lists(words);
    if (words[RWLOCK_WRITER] != 0) reason_add_helper(out, handle_slot(words[RWLOCK_WRITER]));
    for (uint32_t i = 0; i < lists.readers.n; i++)
        reason_add_helper(out, handle_slot(words[records_word(lists.readers, i)]));
    for (uint32_t i = 0; i < lists.given.n; i++)
        reason_add_helper(out, handle_slot(words[records_word(lists.given, i) + RWLOCK_TASK]));
}

/* ", which a and b hold for reading (line 4)" */
static void because_shared(Telling *telling, uint32_t task, uint32_t object, const Word *words, Reason *out) {
    if (because_given(telling, task, object, words, out)) return;
    add_owners(words, out);
    if (out->helpers.n == 0) return;
    uint32_t first = out->helpers.data[0];
    bool is_one = out->helpers.n == 1;
    const HistoryTake *take = history_take(&telling->history, object, first);
    if (take != NULL) out->held_line = telling_line(telling, take->span);
    const char *at = take != NULL ? arena_printf(telling->arena, " (line %u)", out->held_line) : "";
    const char *mode = rwlock_writer(telling->world, object) != 0 ? "writing" : "reading";
    const char *who = telling_list(telling, &out->helpers);
    if (is_one && first == task)
        out->because = arena_printf(telling->arena, ", which it holds itself for %s%s", mode, at);
    else if (is_one && !telling_is_alive(telling, first))
        out->because = arena_printf(
            telling->arena, ", which %s took for %s%s and never gave back: it has ended", who, mode, at);
    else
        out->because =
            arena_printf(telling->arena, ", which %s %s for %s%s", who, is_one ? "holds" : "hold", mode, at);
}

/* Readers are held back by a writer that waits itself: who stands first of these. */
static uint32_t first_writer(const Word *words) {
    Records queue = rwlock_lists(words).queue;
    for (uint32_t i = 0; i < queue.n; i++) {
        const Word *record = words + records_word(queue, i);
        if (record[RWLOCK_OP] == ARM_WRITE_LOCK && record[RWLOCK_TURN] == 0) return handle_slot(record[RWLOCK_TASK]);
    }
    return NO_SLOT;
}

static void reason_rwlock(Telling *telling, uint32_t task, const WaitInfo *wait, Reason *out) {
    bool reads = wait->op == ARM_READ_LOCK;
    const char *name = telling_object(telling, wait->object);
    out->what = arena_printf(telling->arena, "%s %s", reads ? "read_lock" : "write_lock", name);
    out->waits = arena_printf(telling->arena, "waits to %s %s", reads ? "read" : "write", name);
    const Word *words = words_at(telling, wait->object);
    if (comp_kind(words) != COMP_RWLOCK) return;
    uint32_t writer = first_writer(words);
    if (!reads || rwlock_writer(telling->world, wait->object) != 0 || writer == NO_SLOT) {
        because_shared(telling, task, wait->object, words, out);
        return;
    }
    reason_add_helper(out, writer);
    out->because = arena_printf(telling->arena, ", behind %s, who waits to write it", telling_task(telling, writer));
}

/* ---- conditions, notifications, barriers, waitgroups, onces */

/* The mutex of the arm's wait once it was signalled, NO_SLOT before. */
static uint32_t mutex_of(Telling *telling, const WaitInfo *wait) {
    if (world_kind(telling->world, wait->object) != COMP_CONDVAR) return NO_SLOT;
    Waiter who = {slot_handle(wait->fiber), wait->arm, 0};
    Word mutex = condvar_signalled(telling->world, wait->object, who);
    return mutex == 0 ? NO_SLOT : handle_slot(mutex);
}

static void reason_condvar(Telling *telling, uint32_t task, const WaitInfo *wait, Reason *out) {
    uint32_t mutex = mutex_of(telling, wait);
    if (mutex != NO_SLOT) {
        WaitInfo again = *wait;
        again.object = mutex;
        reason_lock(telling, task, &again, out);
        out->waits = arena_printf(telling->arena, "was woken by %s and waits to get %s back",
            telling_object(telling, wait->object), telling_object(telling, mutex));
        return;
    }
    const char *name = telling_object(telling, wait->object);
    out->what = arena_printf(telling->arena, "wait %s", name);
    out->waits = arena_printf(telling->arena, "waits for a signal of %s", name);
    reason_nobody_does(telling, task, wait, USE_SIGNAL, "signal it", "signals it", out);
}

/* A notification in the hand of a future that nobody polls; NO_SLOT: there is none. */
static uint32_t notified_future(Telling *telling, uint32_t object, uint32_t *holder) {
    const Word *words = words_at(telling, object);
    if (comp_kind(words) != COMP_NOTIFY) return NO_SLOT;
    Records done = notify_lists(words).done;
    for (uint32_t i = 0; i < done.n; i++) {
        uint32_t fiber = handle_slot(words[records_word(done, i)]);
        *holder = reason_unpolled(telling, fiber);
        if (*holder != NO_SLOT) return fiber;
    }
    return NO_SLOT;
}

static void reason_notified(Telling *telling, uint32_t task, const WaitInfo *wait, Reason *out) {
    const char *name = telling_object(telling, wait->object);
    out->what = arena_printf(telling->arena, "notified %s", name);
    out->waits = arena_printf(telling->arena, "waits for a notification of %s", name);
    uint32_t holder, fiber = notified_future(telling, wait->object, &holder);
    if (fiber == NO_SLOT) {
        reason_nobody_does(telling, task, wait, USE_NOTIFY, "notify it", "notifies it", out);
        return;
    }
    reason_add_helper(out, holder);
    out->because = arena_printf(telling->arena, ", which was given to %s that nobody polls",
        reason_future_text(telling, task, holder, fiber));
}

static void reason_arrive(Telling *telling, uint32_t task, const WaitInfo *wait, Reason *out) {
    const char *name = telling_object(telling, wait->object);
    out->what = arena_printf(telling->arena, "arrive %s", name);
    out->waits = arena_printf(telling->arena, "waits for others to arrive at %s", name);
    const Word *words = words_at(telling, wait->object);
    if (comp_kind(words) == COMP_BARRIER)
        out->waits = arena_printf(telling->arena, "waits at %s, where %u of %u have arrived", name,
            (uint32_t)words[BARRIER_NQUEUE], (uint32_t)words[BARRIER_PARTIES]);
    reason_nobody_does(telling, task, wait, USE_ARRIVE, "arrive", "arrives", out);
}

static void reason_group(Telling *telling, uint32_t task, const WaitInfo *wait, Reason *out) {
    const char *name = telling_object(telling, wait->object);
    const Word *words = words_at(telling, wait->object);
    out->what = arena_printf(telling->arena, "wait %s", name);
    out->waits = arena_printf(telling->arena, "waits for %s", name);
    if (comp_kind(words) == COMP_WAITGROUP)
        out->waits = arena_printf(
            telling->arena, "waits for %s, whose count is %u", name, (uint32_t)words[WAITGROUP_COUNT]);
    reason_nobody_does(telling, task, wait, USE_DONE, "call done", "calls done", out);
}

static void reason_once(Telling *telling, uint32_t task, const WaitInfo *wait, Reason *out) {
    const char *name = telling_object(telling, wait->object);
    const Word *words = words_at(telling, wait->object);
    out->what = arena_printf(telling->arena, "call_once %s", name);
    out->waits = arena_printf(telling->arena, "waits for %s to be done", name);
    if (comp_kind(words) != COMP_ONCE || words[ONCE_RUNNER] == 0) return;
    uint32_t runner = handle_slot(words[ONCE_RUNNER]);
    const HistoryTake *take = history_take(&telling->history, wait->object, runner);
    if (take != NULL) out->held_line = telling_line(telling, take->span);
    reason_add_helper(out, runner);
    out->because = runner == task ? ", which it runs itself"
                                  : arena_printf(telling->arena, ", which %s runs", telling_task(telling, runner));
}

/* ---- watches */

bool reason_sync(Telling *telling, uint32_t task, const WaitInfo *wait, Reason *out) {
    switch (wait->op) {
    case ARM_READ_LOCK:
    case ARM_WRITE_LOCK: reason_rwlock(telling, task, wait, out); return true;
    case ARM_WAIT: reason_condvar(telling, task, wait, out); return true;
    case ARM_NOTIFIED: reason_notified(telling, task, wait, out); return true;
    case ARM_ARRIVE: reason_arrive(telling, task, wait, out); return true;
    case ARM_WAIT_GROUP: reason_group(telling, task, wait, out); return true;
    case ARM_ONCE: reason_once(telling, task, wait, out); return true;
    default: return false;
    }
}
