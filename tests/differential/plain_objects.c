/* Objects of all kinds: which file knows what (language, section 6), and what holds for every one. */
#include "tests/differential/plain_run.h"

#include <assert.h>

static const PObjectOps *const by_kind[] = {
    [ENTITY_CHANNEL] = &plain_channel_ops,
    [ENTITY_MUTEX] = &plain_mutex_ops,
    [ENTITY_RWLOCK] = &plain_rwlock_ops,
    [ENTITY_SEMAPHORE] = &plain_semaphore_ops,
    [ENTITY_CONDVAR] = &plain_condvar_ops,
    [ENTITY_NOTIFY] = &plain_notify_ops,
    [ENTITY_BARRIER] = &plain_barrier_ops,
    [ENTITY_WAITGROUP] = &plain_waitgroup_ops,
    [ENTITY_ONCE] = &plain_once_ops,
    [ENTITY_BROADCAST] = &plain_broadcast_ops,
    [ENTITY_SUBSCRIBER] = &plain_subscriber_ops,
    [ENTITY_WATCHER] = &plain_watcher_ops,
};
static const PObjectOps *ops_of(const PEntity *e) {
    assert(e->kind < sizeof by_kind / sizeof *by_kind && by_kind[e->kind] != NULL);
    return by_kind[e->kind];
}

int32_t plain_core(const PRun *r, int32_t ref) { return r->s->at[ref].core != 0 ? r->s->at[ref].core : ref; }
uint32_t plain_line(const PRun *r, const PEntity *fiber) {
    if (fiber->nframes == 0) return fiber->wait != NULL ? r->p->sites.data[fiber->wait->site].line : 0;
    return r->p->code.data[fiber->frames[fiber->nframes - 1].pc].line;
}
PEntity *plain_object(PRun *r, int32_t ref, uint32_t line) {
    if (r->s->at[ref].dead) plain_violate(r, "undefined", "dead-object", line);
    return &r->s->at[ref];
}
bool plain_scope_over(const PRun *r, int32_t ref) {
    const PWaiters *tasks = &r->s->at[ref].tasks;
    for (int32_t i = 0; i < tasks->n; i++)
        if (r->s->at[tasks->at[i].fiber].status != FIBER_ENDED) return false;
    return true;
}

/* ---- waiters */
PArm *plain_arm(PRun *r, PWaiter w) { return &plain_at(r, w.fiber)->wait->arms[w.arm]; }
PArm *plain_serve(PRun *r, PWaiter w, bool result) {
    PArm *a = plain_arm(r, w);
    a->state = ARM_SERVED;
    a->result = result;
    return a;
}
void plain_serve_all(PRun *r, PWaiters *list, bool result) {
    for (int32_t i = 0; i < list->n; i++) plain_serve(r, list->at[i], result);
    list->n = 0;
}
PWaiter plain_pop_waiter(PWaiters *list, int32_t i) {
    PWaiter w = list->at[i];
    plain_waiters_remove(list, i);
    return w;
}
void plain_remove_waiter(PWaiters *list, PWaiter w) {
    plain_waiters_remove(list, plain_waiters_find(list, w.fiber, w.arm));
}

/* ---- operations */
bool plain_can_fire(PRun *r, int32_t fiber, PArmOp op, const PArm *arm, uint32_t line) {
    if (arm->ref == 0) return false;
    PEntity *e = plain_object(r, arm->ref, line);
    return ops_of(e)->can_fire(r, fiber, op, arm, e);
}
void plain_fire(PRun *r, int32_t fiber, PArmOp op, PArm *arm) {
    PEntity *e = plain_at(r, arm->ref);
    arm->result = true;
    ops_of(e)->fire(r, fiber, op, arm, e);
}
void plain_place_waiter(PRun *r, int32_t fiber, int32_t k, PArmOp op) {
    PArm *arm = &plain_at(r, fiber)->wait->arms[k];
    arm->state = ARM_QUEUED;
    PEntity *e = plain_at(r, arm->ref);
    ops_of(e)->place(r, (PWaiter){fiber, k}, op, arm, e);
}
void plain_give_up(PRun *r, int32_t fiber, int32_t k, PArmOp op) {
    PArm *arm = &plain_at(r, fiber)->wait->arms[k];
    if (!plain_on_object(op) || arm->ref == 0) return;
    PEntity *e = plain_at(r, arm->ref);
    PWaiter w = {fiber, k};
    PArmState was = arm->state;
    arm->state = ARM_OFF;
    if (was == ARM_QUEUED) ops_of(e)->leave(r, w, op, arm, e);
    else if (was == ARM_SERVED && ops_of(e)->pass_on != NULL) ops_of(e)->pass_on(r, w, op, arm, e);
}
void plain_go_on(PRun *r, int32_t fiber, int32_t k, PArmOp op) {
    PArm *arm = &plain_at(r, fiber)->wait->arms[k];
    if (!plain_on_object(op) || arm->ref == 0) return;
    PEntity *e = plain_at(r, arm->ref);
    if (ops_of(e)->go_on != NULL) ops_of(e)->go_on(r, (PWaiter){fiber, k}, op, arm, e);
}
void plain_close(PRun *r, int32_t ref, uint32_t line) {
    if (ref == 0) plain_violate(r, "misuse", "close", line);
    PEntity *e = plain_object(r, plain_core(r, ref), line);
    if (e->closed && !e->dropped) plain_violate(r, "misuse", "close", line);
    bool was_open = !e->closed;
    e->closed = true;
    e->dropped = false;
    if (was_open && e->kind != ENTITY_WATCH) ops_of(e)->close(r, e);
}
void plain_unlock(PRun *r, int32_t ref, uint32_t line) {
    if (ref == 0) plain_violate(r, "misuse", "unlock", line);
    PEntity *e = plain_object(r, ref, line);
    bool done = e->kind == ENTITY_RWLOCK ? plain_rwlock_unlock(r, e) : plain_mutex_unlock(r, e);
    if (done) return;
    for (int32_t i = 0; i < r->nexcused; i++)
        if (r->excused[i] == ref) {
            r->excused[i] = 0;
            return;
        }
    plain_violate(r, "misuse", "unlock", line);
}
static bool has_waiters(const PEntity *e) { return e->senders.n + e->receivers.n + e->queue.n > 0; }
void plain_kill(PRun *r, int32_t ref, uint32_t line) {
    if (ref == 0) return;
    PEntity *e = plain_at(r, ref);
    if (e->dead) return;
    e->dead = true;
    if (e->kind == ENTITY_WATCHER) plain_at(r, e->core)->dead = true;
    if (has_waiters(e)) plain_violate(r, "undefined", "dead-object", line);
}
