/* Mutexes, read-write locks and semaphores: their queues are strict. */
#include "tests/differential/plain_run.h"

static void own(PRun *r, PEntity *m) {
    m->hold = HOLD_TASK;
    m->owner = (PWaiter){.fiber = r->task};
}
static void give(PRun *r, PEntity *m, int32_t i) {
    PWaiter w = plain_pop_waiter(&m->queue, i);
    plain_serve(r, w, true);
    m->hold = HOLD_GIVEN;
    m->owner = w;
}
static bool was_given(const PEntity *m, PWaiter w) {
    return m->hold == HOLD_GIVEN && m->owner.fiber == w.fiber && m->owner.arm == w.arm;
}

/* ---- mutexes */
static void tell_head(PRun *r, PEntity *m) {
    if (m->queue.n > 0) plain_arm(r, m->queue.at[0])->told = true;
}
/* It is nobody's any more: what its kind does with it. */
static void hand_over(PRun *r, PEntity *m) {
    m->hold = HOLD_FREE;
    m->owner = (PWaiter){0};
    if (m->barging) tell_head(r, m);
    else if (m->queue.n > 0) give(r, m, 0);
}
bool plain_mutex_unlock(PRun *r, PEntity *m) {
    if (m->hold == HOLD_FREE) return false;
    if (!m->unowned && !plain_mutex_is_own(r, m)) return false;
    hand_over(r, m);
    return true;
}
bool plain_mutex_is_own(const PRun *r, const PEntity *m) { return m->hold == HOLD_TASK && m->owner.fiber == r->task; }
/* A waiter of the mutex's queue: one of its own, or one that a condvar's signal has brought here. */
void plain_mutex_queue(PRun *r, PEntity *m, PWaiter w) {
    plain_push(r->arena, &m->queue, w);
    if (m->hold != HOLD_FREE) return;
    if (m->barging) tell_head(r, m);
    else give(r, m, 0);
}
void plain_mutex_leave(PRun *r, PEntity *m, PWaiter w) {
    bool told = plain_arm(r, w)->told;
    plain_remove_waiter(&m->queue, w);
    if (told) tell_head(r, m);
}
void plain_mutex_pass_on(PRun *r, PEntity *m, PWaiter w) {
    if (was_given(m, w)) hand_over(r, m);
}
void plain_mutex_take_over(PRun *r, PEntity *m, PWaiter w) {
    if (was_given(m, w)) own(r, m);
}
/* A told waiter finds it free. */
void plain_mutex_take(PRun *r, PEntity *m, PWaiter w) {
    plain_remove_waiter(&m->queue, w);
    own(r, m);
    plain_serve(r, w, true);
}
static bool mutex_can_fire(PRun *r, int32_t fiber, PArmOp op, const PArm *arm, PEntity *m) {
    (void)r, (void)fiber, (void)op, (void)arm;
    return m->hold == HOLD_FREE;
}
static void mutex_fire(PRun *r, int32_t fiber, PArmOp op, PArm *arm, PEntity *m) {
    (void)fiber, (void)op, (void)arm;
    own(r, m);
}
static void mutex_place(PRun *r, PWaiter w, PArmOp op, PArm *arm, PEntity *m) {
    (void)op, (void)arm;
    plain_push(r->arena, &m->queue, w);
}
static void mutex_leave(PRun *r, PWaiter w, PArmOp op, PArm *arm, PEntity *m) {
    (void)op, (void)arm;
    plain_mutex_leave(r, m, w);
}
static void mutex_pass_on(PRun *r, PWaiter w, PArmOp op, PArm *arm, PEntity *m) {
    (void)op, (void)arm;
    plain_mutex_pass_on(r, m, w);
}
static void mutex_go_on(PRun *r, PWaiter w, PArmOp op, PArm *arm, PEntity *m) {
    (void)op, (void)arm;
    plain_mutex_take_over(r, m, w);
}
const PObjectOps plain_mutex_ops = {.can_fire = mutex_can_fire,
    .fire = mutex_fire,
    .place = mutex_place,
    .leave = mutex_leave,
    .pass_on = mutex_pass_on,
    .go_on = mutex_go_on};

/* ---- read-write locks */
static bool is_writer(PRun *r, PWaiter w) { return plain_arm_op(r, plain_at(r, w.fiber), w.arm) == ARM_WRITE_LOCK; }
/* The first in the queue of that kind, or -1. */
static int32_t first_waiting(PRun *r, const PEntity *rw, bool writer) {
    for (int32_t i = 0; i < rw->queue.n; i++)
        if (is_writer(r, rw->queue.at[i]) == writer) return i;
    return -1;
}
static void give_reader(PRun *r, PEntity *rw, int32_t i) {
    PWaiter w = plain_pop_waiter(&rw->queue, i);
    plain_serve(r, w, true);
    plain_push(r->arena, &rw->readers, w);
}
static void give_readers(PRun *r, PEntity *rw) {
    for (int32_t i = first_waiting(r, rw, false); i >= 0; i = first_waiting(r, rw, false)) give_reader(r, rw, i);
}
static void give_writer(PRun *r, PEntity *rw) {
    int32_t i = first_waiting(r, rw, true);
    if (i >= 0 && rw->readers.n == 0) give(r, rw, i);
}
static void grant_in_order(PRun *r, PEntity *rw) {
    while (rw->queue.n > 0 && !is_writer(r, rw->queue.at[0])) give_reader(r, rw, 0);
    if (rw->queue.n > 0 && rw->readers.n == 0) give(r, rw, 0);
}
/* After somebody has left, the lock or the queue. */
static void grant(PRun *r, PEntity *rw, bool after_writer) {
    if (rw->hold != HOLD_FREE) return;
    bool writers = first_waiting(r, rw, true) >= 0;
    if (rw->policy == POLICY_FIFO) {
        grant_in_order(r, rw);
    } else {
        if (rw->policy == POLICY_READERS || after_writer || !writers) give_readers(r, rw);
        give_writer(r, rw);
    }
}
static int32_t find_reader(const PEntity *rw, int32_t task) { return plain_waiters_find(&rw->readers, task, -1); }
static void free_writer(PRun *r, PEntity *rw) {
    rw->hold = HOLD_FREE;
    rw->owner = (PWaiter){0};
    grant(r, rw, true);
}
bool plain_rwlock_unlock(PRun *r, PEntity *rw) {
    if (plain_mutex_is_own(r, rw)) {
        free_writer(r, rw);
        return true;
    }
    int32_t i = find_reader(rw, r->task);
    if (i < 0) return false;
    plain_waiters_remove(&rw->readers, i);
    grant(r, rw, false);
    return true;
}
static bool rwlock_can_fire(PRun *r, int32_t fiber, PArmOp op, const PArm *arm, PEntity *rw) {
    (void)fiber, (void)arm;
    if (rw->hold != HOLD_FREE) return false;
    if (op == ARM_WRITE_LOCK) return rw->readers.n == 0;
    if (rw->policy == POLICY_FIFO) return rw->queue.n == 0;
    return rw->policy == POLICY_READERS || first_waiting(r, rw, true) < 0;
}
static void rwlock_fire(PRun *r, int32_t fiber, PArmOp op, PArm *arm, PEntity *rw) {
    (void)fiber, (void)arm;
    if (op == ARM_WRITE_LOCK) own(r, rw);
    else plain_push(r->arena, &rw->readers, (PWaiter){r->task, -1});
}
static void rwlock_leave(PRun *r, PWaiter w, PArmOp op, PArm *arm, PEntity *rw) {
    (void)op, (void)arm;
    plain_remove_waiter(&rw->queue, w);
    grant(r, rw, false);
}
static void rwlock_pass_on(PRun *r, PWaiter w, PArmOp op, PArm *arm, PEntity *rw) {
    (void)arm;
    if (op == ARM_WRITE_LOCK) {
        if (was_given(rw, w)) free_writer(r, rw);
        return;
    }
    plain_remove_waiter(&rw->readers, w);
    grant(r, rw, false);
}
static void rwlock_go_on(PRun *r, PWaiter w, PArmOp op, PArm *arm, PEntity *rw) {
    (void)arm;
    if (op == ARM_WRITE_LOCK) {
        plain_mutex_take_over(r, rw, w);
        return;
    }
    int32_t i = plain_waiters_find(&rw->readers, w.fiber, w.arm);
    if (i >= 0) rw->readers.at[i] = (PWaiter){r->task, -1};
}
const PObjectOps plain_rwlock_ops = {.can_fire = rwlock_can_fire,
    .fire = rwlock_fire,
    .place = mutex_place,
    .leave = rwlock_leave,
    .pass_on = rwlock_pass_on,
    .go_on = rwlock_go_on};

/* ---- semaphores */
static void serve_acquirers(PRun *r, PEntity *s) {
    while (s->queue.n > 0 && s->n >= plain_arm(r, s->queue.at[0])->n) {
        s->n -= plain_arm(r, s->queue.at[0])->n;
        plain_serve(r, plain_pop_waiter(&s->queue, 0), true);
    }
}
void plain_release(PRun *r, int32_t ref, int64_t n, uint32_t line) {
    if (ref == 0) plain_violate(r, "misuse", "release", line);
    if (n < 0) plain_violate(r, "undefined", "bounds", line);
    PEntity *s = plain_object(r, ref, line);
    s->n += n;
    serve_acquirers(r, s);
}
static bool semaphore_can_fire(PRun *r, int32_t fiber, PArmOp op, const PArm *arm, PEntity *s) {
    (void)r, (void)fiber, (void)op;
    return s->closed || arm->n == 0 || (s->queue.n == 0 && s->n >= arm->n);
}
static void semaphore_fire(PRun *r, int32_t fiber, PArmOp op, PArm *arm, PEntity *s) {
    (void)r, (void)fiber, (void)op;
    arm->result = !s->closed;
    if (!s->closed) s->n -= arm->n;
}
static void semaphore_leave(PRun *r, PWaiter w, PArmOp op, PArm *arm, PEntity *s) {
    (void)op, (void)arm;
    plain_remove_waiter(&s->queue, w);
    serve_acquirers(r, s);
}
static void semaphore_pass_on(PRun *r, PWaiter w, PArmOp op, PArm *arm, PEntity *s) {
    (void)w, (void)op;
    if (!arm->result) return;
    s->n += arm->n;
    serve_acquirers(r, s);
}
static void semaphore_close(PRun *r, PEntity *s) { plain_serve_all(r, &s->queue, false); }
const PObjectOps plain_semaphore_ops = {.can_fire = semaphore_can_fire,
    .fire = semaphore_fire,
    .place = mutex_place,
    .leave = semaphore_leave,
    .pass_on = semaphore_pass_on,
    .close = semaphore_close};
