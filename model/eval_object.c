#include "model/barrier.h"
#include "model/broadcast.h"
#include "model/channel.h"
#include "model/executor.h"
#include "model/kind.h"
#include "model/mutex.h"
#include "model/notify.h"
#include "model/once.h"
#include "model/object.h"
#include "model/op.h"
#include "model/rwlock.h"
#include "model/scope.h"
#include "model/semaphore.h"
#include "model/subscription.h"
#include "model/waitgroup.h"
#include "model/watch.h"

#include <assert.h>

/* ---- making and killing */

/* The number a constructor is given: capacity, permits, threads, parties. */
static Run size_of_new(Step *step, const Act *act, const Instr *instr, Word *size) {
    const Site *site = &step->program->sites[instr->imm];
    *size = instr->b == NO_SLOT || site->kind == OBJECT_WATCH ? 0 : act->frame[instr->b];
    if (*size == WORD_UNINIT) return step_undefined(step, "uninitialised", instr->span);
    bool some = site->kind == OBJECT_EXECUTOR || site->kind == OBJECT_BARRIER || site->kind == OBJECT_BROADCAST;
    if (*size < (some ? 1 : 0)) return step_undefined(step, "bounds", instr->span);
    return RUN_ON;
}

static uint32_t new_channel(World *world, uint32_t site, Word size) {
    const Site *made = &world->program->sites[site];
    return channel_new(world, site, made->is_unbounded ? -1 : made->is_oneshot ? 1 : size);
}

static Run make(Step *step, Act *act, const Instr *instr) {
    World *world = step->world;
    uint32_t site = (uint32_t)instr->imm, slot = 0;
    Word size;
    if (size_of_new(step, act, instr, &size) != RUN_ON) return RUN_FAILED;
    switch (step->program->sites[site].kind) {
    case OBJECT_CHANNEL: slot = new_channel(world, site, size); break;
    case OBJECT_BROADCAST: slot = broadcast_new(world, site, size); break;
    case OBJECT_WATCH: slot = subscription_new(world, slot_handle(watch_new(world, site, act->frame + instr->b))); break;
    case OBJECT_MUTEX: slot = mutex_new(world, site); break;
    case OBJECT_SEMAPHORE: slot = semaphore_new(world, site, size); break;
    case OBJECT_EXECUTOR: slot = executor_new(world, site + 1, size); break;
    case OBJECT_SCOPE: slot = scope_new(world, site); break;
    case OBJECT_RWLOCK: slot = rwlock_new(world, site); break;
    case OBJECT_CONDVAR: slot = condvar_new(world, site); break;
    case OBJECT_NOTIFY: slot = notify_new(world, site); break;
    case OBJECT_BARRIER: slot = barrier_new(world, site, size); break;
    case OBJECT_WAITGROUP: slot = waitgroup_new(world, site); break;
    case OBJECT_ONCE: slot = once_new(world, site); break;
    }
    act->frame[instr->a] = slot_handle(slot);
    return RUN_ON;
}

static Run kill_object(Step *step, Act *act, const Instr *instr) {
    World *world = step->world;
    Word handle = act->frame[instr->a];
    if (handle <= 0) return RUN_ON;
    uint32_t slot = handle_slot(handle);
    if (world_kind(world, slot) == COMP_SUBSCRIPTION) slot = subscription_source(world, slot);
    const KindRow *kind = kind_row(world_kind(world, slot));
    if (world_kind(world, slot) == COMP_DEAD) return RUN_ON;
    if (kind->has_waiters && kind->has_waiters(world, slot))
        return step_violation(step, VIOLATION_UNDEFINED, "dead-object", instr->span, slot, "its scope ends while somebody still waits on it");
    Word site = world_read(world, slot, NULL)[KIND_SITE];
    if (world_kind(world, slot) == COMP_CHANNEL) channel_cut(world, slot); /* what is queued goes with it */
    world_set(world, slot, (Word[]){COMP_DEAD, site}, 2);
    return owned_drop_orphans(step, instr->span);
}

/* ---- immediate operations */

Event *object_log(Step *step, const Act *act, const Instr *instr, uint32_t object, bool ok) {
    Event *event = step_event(step, EVENT_OP, instr->span, act->fiber, object);
    if (!event) return NULL;
    event->op = instr->op;
    event->ok = ok;
    return event;
}

static Run try_lock(Step *step, Act *act, const Instr *instr, uint32_t slot) {
    bool ok = slot != NO_SLOT && mutex_is_free(step->world, slot);
    if (ok) mutex_take(step->world, slot, step_task(step));
    act->frame[instr->c] = ok;
    (void)object_log(step, act, instr, slot, ok);
    return RUN_ON;
}

static Run unlock(Step *step, Act *act, const Instr *instr, uint32_t slot) {
    Waiter next = {0};
    if (world_take_spared(step->world, slot_handle(slot))) return RUN_ON; /* the cancelled wait had released it */
    bool is_mutex = world_kind(step->world, slot) == COMP_MUTEX;
    MutexUnlock outcome = is_mutex ? mutex_unlock(step->world, slot, step_task(step), &next) : sync_unlock(step, instr, slot);
    (void)object_log(step, act, instr, slot, outcome == MUTEX_UNLOCKED);
    op_log_next(step, instr->span, &next, slot);
    switch (outcome) {
    case MUTEX_UNLOCKED: return RUN_ON;
    case MUTEX_NOT_HELD: return step_misuse(step, "unlock", instr->span, slot, "nobody holds it");
    case MUTEX_NOT_OWNER: return step_misuse(step, "unlock", instr->span, slot, "another task holds it");
    case MUTEX_NOT_YET: return step_misuse(step, "unlock", instr->span, slot, "it was handed to a wait of this task that has not gone on yet");
    }
    return RUN_FAILED;
}

static Run permits(Step *step, const Act *act, const Instr *instr, Word *count) {
    *count = instr->b == NO_SLOT ? 1 : act->frame[instr->b];
    if (*count == WORD_UNINIT) return step_undefined(step, "uninitialised", instr->span);
    return *count < 0 ? step_undefined(step, "bounds", instr->span) : RUN_ON;
}

static Run acquire_release(Step *step, Act *act, const Instr *instr, uint32_t slot) {
    World *world = step->world;
    Word count;
    if (permits(step, act, instr, &count) != RUN_ON) return RUN_FAILED;
    bool ok = true;
    if (instr->op == INSTR_RELEASE) {
        Word sum;
        if (__builtin_add_overflow(world_read(world, slot, NULL)[SEMAPHORE_FREE], count, &sum)) return step_undefined(step, "bounds", instr->span);
        semaphore_release(world, slot, count);
    } else {
        ok = slot != NO_SLOT && semaphore_can_acquire(world, slot, count) && semaphore_acquire(world, slot, count);
        act->frame[instr->c] = ok;
    }
    event_values(object_log(step, act, instr, slot, ok), &count, 1);
    return RUN_ON;
}

/* ---- questions */

static Run lock_query(Step *step, Act *act, const Instr *instr, uint32_t slot) {
    Word *answer = &act->frame[instr->b];
    *answer = 0;
    if (slot == NO_SLOT) return RUN_ON;
    bool asks_held = instr->op == INSTR_HELD;
    if (world_kind(step->world, slot) == COMP_MUTEX) *answer = world_read(step->world, slot, NULL)[asks_held ? MUTEX_HELD : MUTEX_OWNER];
    else *answer = asks_held ? rwlock_is_held(step->world, slot) : rwlock_writer(step->world, slot);
    return RUN_ON;
}

/* ---- */

/* Operations that never wait, and are misuse on `none`. */
static const char *const misuses_of_none[INSTR_COUNT] = {
    [INSTR_CLOSE] = "close",
    [INSTR_UNLOCK] = "unlock",
    [INSTR_RELEASE] = "release",
    [INSTR_SIGNAL] = "signal",
    [INSTR_SIGNAL_ALL] = "signal",
    [INSTR_NOTIFY_ONE] = "notify",
    [INSTR_NOTIFY_ALL] = "notify",
    [INSTR_GROUP_ADD] = "waitgroup",
    [INSTR_GROUP_DONE] = "waitgroup",
    [INSTR_SEND] = "none",
    [INSTR_PUBLISH] = "none",
    [INSTR_READ] = "none",
};

/* By instruction. */
static Operation *const operations[INSTR_COUNT] = {
    [INSTR_TRY_SEND] = object_try_send,
    [INSTR_TRY_RECV] = object_try_recv,
    [INSTR_TRY_RESERVE] = object_try_reserve,
    [INSTR_SEND] = object_send,
    [INSTR_CLOSE] = object_close,
    [INSTR_MAKE_END] = object_make_end,
    [INSTR_CLONE] = object_clone,
    [INSTR_SUBSCRIBE] = object_subscribe,
    [INSTR_LAGGED] = object_lagged,
    [INSTR_PUBLISH] = object_publish,
    [INSTR_READ] = object_read,
    [INSTR_TRY_LOCK] = try_lock,
    [INSTR_UNLOCK] = unlock,
    [INSTR_TRY_ACQUIRE] = acquire_release,
    [INSTR_RELEASE] = acquire_release,
    [INSTR_LEN] = object_query,
    [INSTR_CAP] = object_query,
    [INSTR_FULL] = object_query,
    [INSTR_EMPTY] = object_query,
    [INSTR_CLOSED] = object_query,
    [INSTR_HELD] = lock_query,
    [INSTR_HOLDER] = lock_query,
    [INSTR_TRY_READ_LOCK] = sync_try_lock,
    [INSTR_TRY_WRITE_LOCK] = sync_try_lock,
    [INSTR_SIGNAL] = sync_signal,
    [INSTR_SIGNAL_ALL] = sync_signal,
    [INSTR_NOTIFY_ONE] = sync_notify,
    [INSTR_NOTIFY_ALL] = sync_notify,
    [INSTR_GROUP_ADD] = sync_add,
    [INSTR_GROUP_DONE] = sync_add,
    [INSTR_ONCE_LEAVE] = sync_leave,
};

Run object_exec(Step *step, Act *act, const Instr *instr) {
    step->contact = true;
    if (step->world->n >= EVAL_COMPS) return step_limit(step, "more than 8,192 tasks, futures and objects at a time");
    if (instr->op == INSTR_NEW) return make(step, act, instr);
    if (instr->op == INSTR_KILL) return kill_object(step, act, instr);
    Operation *operate = operations[instr->op];
    assert(operate);
    Word handle = act->frame[instr->a];
    if (handle == WORD_UNINIT) return step_undefined(step, "uninitialised", instr->span);
    if (handle == WORD_MOVED && act->fiber == NO_SLOT) handle = 0; /* a property asks an end that is not there */
    if (!handle) {
        const char *misuse = misuses_of_none[instr->op];
        return misuse ? step_misuse(step, misuse, instr->span, NO_SLOT, "the handle is `none`") : operate(step, act, instr, NO_SLOT);
    }
    if (handle == WORD_MOVED) return step_moved(step, instr->span);
    if (op_is_dead(step->world, handle_slot(handle)))
        return step_violation(step, VIOLATION_UNDEFINED, "dead-object", instr->span, handle_slot(handle), NULL);
    return operate(step, act, instr, handle_slot(handle));
}
