/* What tasks tell each other without an item: condvar, notify, barrier, waitgroup, once. */
#include "tests/differential/plain_run.h"

static bool never(PRun *r, int32_t fiber, PArmOp op, const PArm *arm, PEntity *e) {
    (void)r, (void)fiber, (void)op, (void)arm, (void)e;
    return false;
}
static void queue_up(PRun *r, PWaiter w, PArmOp op, PArm *arm, PEntity *e) {
    (void)op, (void)arm;
    plain_push(r->arena, &e->queue, w);
}
static void leave_queue(PRun *r, PWaiter w, PArmOp op, PArm *arm, PEntity *e) {
    (void)r, (void)op, (void)arm;
    plain_remove_waiter(&e->queue, w);
}
static void no_effect(PRun *r, int32_t fiber, PArmOp op, PArm *arm, PEntity *e) {
    (void)r, (void)fiber, (void)op, (void)arm, (void)e;
}

/* ---- condvar: wait(cv, m) waits in cv's queue, then in m's */
static void wake(PRun *r, PEntity *cv, int32_t i, bool passes) {
    PWaiter w = plain_pop_waiter(&cv->queue, i);
    PArm *a = plain_arm(r, w);
    a->moved = true;
    a->passes = passes;
    plain_mutex_queue(r, plain_at(r, a->other), w);
}
static void wake_one(PRun *r, PEntity *cv, bool passes) { wake(r, cv, 0, passes); }
void plain_spurious(PRun *r, PEntity *cv, int32_t i) { wake(r, cv, i, false); }
void plain_signal(PRun *r, int32_t ref, bool all, uint32_t line) {
    if (ref == 0) plain_violate(r, "misuse", "signal", line);
    PEntity *cv = plain_object(r, ref, line);
    while (all && cv->queue.n > 0) wake_one(r, cv, false);
    if (!all && cv->queue.n > 0) wake_one(r, cv, true);
}
static void condvar_place(PRun *r, PWaiter w, PArmOp op, PArm *arm, PEntity *cv) {
    (void)op;
    uint32_t line = r->p->sites.data[plain_at(r, w.fiber)->wait->site].arms[w.arm].line;
    if (!plain_mutex_unlock(r, plain_object(r, arm->other, line))) plain_violate(r, "misuse", "unlock", line);
    plain_push(r->arena, &cv->queue, w);
}
static void pass_signal(PRun *r, const PArm *arm, PEntity *cv) {
    if (arm->passes && cv->queue.n > 0) wake_one(r, cv, true);
}
static void condvar_leave(PRun *r, PWaiter w, PArmOp op, PArm *arm, PEntity *cv) {
    (void)op;
    if (!arm->moved) {
        plain_remove_waiter(&cv->queue, w);
        return;
    }
    plain_mutex_leave(r, plain_at(r, arm->other), w);
    pass_signal(r, arm, cv);
}
static void condvar_pass_on(PRun *r, PWaiter w, PArmOp op, PArm *arm, PEntity *cv) {
    (void)op;
    plain_mutex_pass_on(r, plain_at(r, arm->other), w);
    pass_signal(r, arm, cv);
}
static void condvar_go_on(PRun *r, PWaiter w, PArmOp op, PArm *arm, PEntity *cv) {
    (void)op, (void)cv;
    plain_mutex_take_over(r, plain_at(r, arm->other), w);
}
const PObjectOps plain_condvar_ops = {.can_fire = never,
    .fire = no_effect,
    .place = condvar_place,
    .leave = condvar_leave,
    .pass_on = condvar_pass_on,
    .go_on = condvar_go_on};

/* ---- notify */
static void notify_one(PRun *r, PEntity *n) {
    if (n->queue.n > 0) plain_serve(r, plain_pop_waiter(&n->queue, 0), true)->passes = true;
    else n->n = 1;
}
/* Every `notified` that exists: waiting, ready, or a future not begun. */
static void notify_all(PRun *r, int32_t ref) {
    plain_at(r, ref)->queue.n = 0;
    for (int32_t i = 1; i < r->s->n; i++) {
        PEntity *e = plain_at(r, i);
        bool lives = (e->kind == ENTITY_TASK || e->kind == ENTITY_FUTURE) && e->status != FIBER_ENDED;
        for (int32_t k = 0; lives && e->wait != NULL && k < e->wait->narms; k++) {
            PArm *a = &e->wait->arms[k];
            if (a->state == ARM_OFF || a->state == ARM_SERVED || a->ref != ref) continue;
            if (plain_arm_op(r, e, k) != ARM_NOTIFIED) continue;
            a->unwaited = a->state == ARM_READY;
            plain_serve(r, (PWaiter){i, k}, true);
        }
    }
}
void plain_notify(PRun *r, int32_t ref, bool all, uint32_t line) {
    if (ref == 0) plain_violate(r, "misuse", "notify", line);
    PEntity *n = plain_object(r, ref, line);
    if (all) notify_all(r, ref);
    else notify_one(r, n);
}
static bool notify_can_fire(PRun *r, int32_t fiber, PArmOp op, const PArm *arm, PEntity *n) {
    (void)r, (void)fiber, (void)op, (void)arm;
    return n->n > 0;
}
static void notify_fire(PRun *r, int32_t fiber, PArmOp op, PArm *arm, PEntity *n) {
    (void)r, (void)fiber, (void)op, (void)arm;
    n->n = 0;
}
static void notify_pass_on(PRun *r, PWaiter w, PArmOp op, PArm *arm, PEntity *n) {
    (void)w, (void)op;
    if (arm->passes) notify_one(r, n);
}
const PObjectOps plain_notify_ops = {.can_fire = notify_can_fire,
    .fire = notify_fire,
    .place = queue_up,
    .leave = leave_queue,
    .pass_on = notify_pass_on};

/* ---- barrier: those who have arrived are a set */
/* Arms of one select count once. */
static int64_t others_arrived(const PEntity *b, int32_t fiber) {
    int64_t n = 0;
    for (int32_t i = 0; i < b->queue.n; i++) {
        bool counted = b->queue.at[i].fiber == fiber;
        for (int32_t k = 0; k < i; k++) counted |= b->queue.at[k].fiber == b->queue.at[i].fiber;
        n += !counted;
    }
    return n;
}
static bool barrier_can_fire(PRun *r, int32_t fiber, PArmOp op, const PArm *arm, PEntity *b) {
    (void)r, (void)op, (void)arm;
    return others_arrived(b, fiber) + 1 >= b->n;
}
static void barrier_fire(PRun *r, int32_t fiber, PArmOp op, PArm *arm, PEntity *b) {
    (void)fiber, (void)op, (void)arm;
    plain_serve_all(r, &b->queue, true);
}
const PObjectOps plain_barrier_ops = {
    .can_fire = barrier_can_fire, .fire = barrier_fire, .place = queue_up, .leave = leave_queue};

/* ---- waitgroup */
/* A released waiter that has not gone on. */
static bool has_released(PRun *r, int32_t ref) {
    for (int32_t i = 1; i < r->s->n; i++) {
        const PEntity *e = plain_at(r, i);
        bool lives = (e->kind == ENTITY_TASK || e->kind == ENTITY_FUTURE) && e->status != FIBER_ENDED;
        for (int32_t k = 0; lives && e->wait != NULL && k < e->wait->narms; k++)
            if (e->wait->arms[k].state == ARM_SERVED && e->wait->arms[k].ref == ref) return true;
    }
    return false;
}
void plain_waitgroup_add(PRun *r, int32_t ref, int64_t n, uint32_t line) {
    if (ref == 0) plain_violate(r, "misuse", "waitgroup", line);
    PEntity *wg = plain_object(r, ref, line);
    if (wg->n + n > INT32_MAX) plain_violate(r, "undefined", "overflow", line);
    if (wg->n + n < 0) plain_violate(r, "misuse", "waitgroup", line);
    if (wg->n == 0 && n > 0 && has_released(r, ref)) plain_violate(r, "misuse", "waitgroup", line);
    wg->n += n;
    if (wg->n == 0 && n != 0) plain_serve_all(r, &wg->queue, true);
}
static bool waitgroup_can_fire(PRun *r, int32_t fiber, PArmOp op, const PArm *arm, PEntity *wg) {
    (void)r, (void)fiber, (void)op, (void)arm;
    return wg->n == 0;
}
const PObjectOps plain_waitgroup_ops = {
    .can_fire = waitgroup_can_fire, .fire = no_effect, .place = queue_up, .leave = leave_queue};

/* ---- once: call_once enters it, with true if it is to run; whoever runs leaves it */
static void next_runner(PRun *r, PEntity *o) {
    o->n = o->queue.n > 0;
    if (o->n > 0) plain_serve(r, plain_pop_waiter(&o->queue, 0), true);
}
void plain_once_leave(PRun *r, int32_t ref, uint32_t line) {
    PEntity *o = plain_object(r, ref, line);
    if (r->cancelling > 0) {
        next_runner(r, o);
    } else {
        o->n = 2;
        plain_serve_all(r, &o->queue, false);
    }
}
static bool once_can_fire(PRun *r, int32_t fiber, PArmOp op, const PArm *arm, PEntity *o) {
    (void)r, (void)fiber, (void)op, (void)arm;
    return o->n != 1;
}
static void once_fire(PRun *r, int32_t fiber, PArmOp op, PArm *arm, PEntity *o) {
    (void)r, (void)fiber, (void)op;
    arm->result = o->n == 0;
    if (o->n == 0) o->n = 1;
}
static void once_pass_on(PRun *r, PWaiter w, PArmOp op, PArm *arm, PEntity *o) {
    (void)w, (void)op;
    if (arm->result) next_runner(r, o);
}
const PObjectOps plain_once_ops = {
    .can_fire = once_can_fire, .fire = once_fire, .place = queue_up, .leave = leave_queue, .pass_on = once_pass_on};
