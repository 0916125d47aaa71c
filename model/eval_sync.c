#include "model/barrier.h"
#include "model/notify.h"
#include "model/once.h"
#include "model/op.h"
#include "model/rwlock.h"
#include "model/waitgroup.h"

#include <assert.h>

/* ---- readers-writer locks */

Run sync_try_lock(Step *step, Act *act, const Instr *instr, uint32_t slot) {
    ArmOp op = instr->op == INSTR_TRY_READ_LOCK ? ARM_READ_LOCK : ARM_WRITE_LOCK;
    bool ok = slot != NO_SLOT && rwlock_can_take(step->world, slot, op);
    if (ok) rwlock_take(step->world, slot, op, step_task(step));
    act->frame[instr->c] = ok;
    (void)object_log(step, act, instr, slot, ok);
    return RUN_ON;
}

MutexUnlock sync_unlock(Step *step, const Instr *instr, uint32_t slot) {
    TellLog log = {step, instr->span, slot};
    Tell tell = op_tell(&log);
    return rwlock_unlock(step->world, slot, step_task(step), &tell);
}

/* ---- condition variables */

Run sync_signal(Step *step, Act *act, const Instr *instr, uint32_t slot) {
    World *world = step->world;
    bool all = instr->op == INSTR_SIGNAL_ALL;
    (void)object_log(step, act, instr, slot, true);
    for (uint32_t waiting = condvar_waiting(world, slot); waiting > 0; waiting = all ? waiting - 1 : 0) {
        uint32_t mutex = handle_slot(condvar_mutex_at(world, slot, 0));
        if (world_kind(world, mutex) == COMP_DEAD)
            return step_violation(step, VIOLATION_UNDEFINED, "dead-object", instr->span, mutex, "the waiter that is signalled waits with it");
        op_signal(step, instr->span, slot, 0, all ? CONDVAR_BY_ALL : CONDVAR_BY_SIGNAL);
    }
    return RUN_ON;
}

/* ---- notifications */

Run sync_notify(Step *step, Act *act, const Instr *instr, uint32_t slot) {
    TellLog log = {step, instr->span, slot};
    Tell tell = op_tell(&log);
    (void)object_log(step, act, instr, slot, true);
    if (instr->op == INSTR_NOTIFY_ONE) notify_one(step->world, slot, &tell);
    else notify_all(step->world, slot, &tell);
    return RUN_ON;
}

/* ---- waitgroups */

Run sync_add(Step *step, Act *act, const Instr *instr, uint32_t slot) {
    Word count = instr->op == INSTR_GROUP_DONE ? -1 : act->frame[instr->b];
    if (count == WORD_UNINIT) return step_undefined(step, "uninitialised", instr->span);
    TellLog log = {step, instr->span, slot};
    Tell tell = op_tell(&log);
    event_values(object_log(step, act, instr, slot, true), &count, 1);
    switch (waitgroup_add(step->world, slot, count, &tell)) {
    case WAITGROUP_ADDED: return RUN_ON;
    case WAITGROUP_BELOW: return step_misuse(step, "waitgroup", instr->span, slot, "its count falls below 0");
    case WAITGROUP_REUSED:
        return step_misuse(step, "waitgroup", instr->span, slot, "it is used again while a waiter that was released has not gone on");
    case WAITGROUP_TOO_BIG: return step_undefined(step, "overflow", instr->span);
    }
    return RUN_FAILED;
}

/* ---- onces */

/* The end of a call_once, reached or cancelled on the way. */
Run sync_leave(Step *step, Act *act, const Instr *instr, uint32_t slot) {
    TellLog log = {step, instr->span, slot};
    Tell tell = op_tell(&log);
    assert(act->fiber != NO_SLOT);
    bool is_finished = !(world_read(step->world, act->fiber, NULL)[FIBER_FLAGS] & FIBER_UNWINDING);
    (void)object_log(step, act, instr, slot, is_finished);
    once_leave(step->world, slot, is_finished, &tell);
    return RUN_ON;
}
