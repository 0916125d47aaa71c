/* Channels, mutexes and semaphores, operation by operation (language, section 6). */
#include "tests/differential/plain_run.h"

#include <assert.h>

enum { WAITERS_MAX = 64 };

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

/* ---- channels */
/* Waiters that may be served now by `fiber`: arms of one select never serve each other. */
static int32_t partners(const PEntity *ch, const PWaiters *list, int32_t fiber, int32_t *found) {
    int32_t n = 0;
    for (int32_t i = 0; i < list->n && n < WAITERS_MAX; i++)
        if (list->at[i].fiber != fiber) found[n++] = i;
    return ch->is_fifo && n > 1 ? 1 : n;
}
static PArm *arm_of(PRun *r, PWaiter w) { return &plain_at(r, w.fiber)->wait->arms[w.arm]; }
static PWaiter pick(PRun *r, PEntity *ch, PWaiters *list, int32_t fiber) {
    int32_t found[WAITERS_MAX];
    int32_t n = partners(ch, list, fiber, found);
    assert(n > 0);
    int32_t at = found[plain_choose(r, n)];
    PWaiter w = list->at[at];
    plain_waiters_remove(list, at);
    return w;
}
static void append(PRun *r, PEntity *ch, PCells item) {
    for (int32_t i = 0; i < item.n; i++) plain_push(r->arena, &ch->items, item.at[i]);
}
static PCells first_item(PRun *r, PEntity *ch) {
    PCells item = {0};
    for (int32_t i = 0; i < ch->width; i++) plain_push(r->arena, &item, ch->items.at[i]);
    ch->items.n -= ch->width;
    memmove(ch->items.at, ch->items.at + ch->width, (size_t)ch->items.n * sizeof *ch->items.at);
    return item;
}
static PCells serve_sender(PRun *r, PWaiter w) {
    PArm *a = arm_of(r, w);
    a->state = ARM_SERVED;
    a->result = true;
    return a->value; /* the operand stays part of the wait until the fiber goes on */
}
static void fire_send(PRun *r, int32_t fiber, PArm *arm) {
    PEntity *ch = plain_at(r, arm->ref);
    int32_t found[WAITERS_MAX];
    arm->result = !ch->closed;
    if (ch->closed) return;
    PCells item = arm->value;
    arm->value = (PCells){0};
    if (partners(ch, &ch->receivers, fiber, found) > 0) {
        PArm *a = arm_of(r, pick(r, ch, &ch->receivers, fiber));
        a->state = ARM_SERVED;
        a->result = true;
        a->value = item;
    } else {
        append(r, ch, item);
    }
}
static void fire_recv(PRun *r, int32_t fiber, PArm *arm) {
    PEntity *ch = plain_at(r, arm->ref);
    int32_t found[WAITERS_MAX];
    arm->result = true;
    bool waiting = partners(ch, &ch->senders, fiber, found) > 0;
    if (ch->items.n > 0) {
        arm->value = first_item(r, ch);
        if (waiting) append(r, ch, serve_sender(r, pick(r, ch, &ch->senders, fiber)));
    } else if (waiting) {
        arm->value = serve_sender(r, pick(r, ch, &ch->senders, fiber));
    } else {
        arm->result = false;
    }
}
static void refuse_all(PRun *r, PWaiters *list) {
    for (int32_t i = 0; i < list->n; i++) {
        PArm *a = arm_of(r, list->at[i]);
        a->state = ARM_SERVED;
        a->result = false;
    }
    list->n = 0;
}
void plain_close(PRun *r, int32_t ref, uint32_t line) {
    if (ref == 0) plain_violate(r, "misuse", "close", line);
    PEntity *e = plain_object(r, ref, line);
    if (e->closed) plain_violate(r, "misuse", "close", line);
    e->closed = true;
    refuse_all(r, e->kind == ENTITY_CHANNEL ? &e->receivers : &e->queue);
    refuse_all(r, &e->senders);
}

/* ---- mutexes */
static void tell_head(PRun *r, PEntity *m) {
    if (m->queue.n > 0) arm_of(r, m->queue.at[0])->told = true;
}
/* It is nobody's any more: what its kind does with it. */
static void hand_over(PRun *r, PEntity *m) {
    m->hold = HOLD_FREE;
    m->owner = (PWaiter){0};
    if (m->barging) {
        tell_head(r, m);
    } else if (m->queue.n > 0) {
        PWaiter w = m->queue.at[0];
        plain_waiters_remove(&m->queue, 0);
        PArm *a = arm_of(r, w);
        a->state = ARM_SERVED;
        a->result = true;
        m->hold = HOLD_GIVEN;
        m->owner = w;
    }
}
void plain_unlock(PRun *r, int32_t ref, uint32_t line) {
    if (ref == 0) plain_violate(r, "misuse", "unlock", line);
    PEntity *m = plain_object(r, ref, line);
    if (m->hold == HOLD_FREE) plain_violate(r, "misuse", "unlock", line);
    if (!m->unowned && !(m->hold == HOLD_TASK && m->owner.fiber == r->task)) plain_violate(r, "misuse", "unlock", line);
    hand_over(r, m);
}
static void own(PRun *r, PEntity *m) {
    m->hold = HOLD_TASK;
    m->owner = (PWaiter){.fiber = r->task};
}

/* ---- semaphores */
static void serve_acquirers(PRun *r, PEntity *s) {
    while (s->queue.n > 0) {
        PArm *a = arm_of(r, s->queue.at[0]);
        if (s->n < a->n) return;
        s->n -= a->n;
        a->state = ARM_SERVED;
        a->result = true;
        plain_waiters_remove(&s->queue, 0);
    }
}
void plain_release(PRun *r, int32_t ref, int64_t n, uint32_t line) {
    if (ref == 0) plain_violate(r, "misuse", "release", line);
    if (n < 0) plain_violate(r, "undefined", "bounds", line);
    PEntity *s = plain_object(r, ref, line);
    s->n += n;
    serve_acquirers(r, s);
}

/* ---- all of them */
bool plain_can_fire(PRun *r, int32_t fiber, PArmOp op, const PArm *arm, uint32_t line) {
    int32_t found[WAITERS_MAX];
    if (arm->ref == 0) return false;
    PEntity *e = plain_object(r, arm->ref, line);
    switch (op) {
    case ARM_SEND: return e->closed || e->items.n < e->n * e->width || partners(e, &e->receivers, fiber, found) > 0;
    case ARM_RECV: return e->closed || e->items.n > 0 || partners(e, &e->senders, fiber, found) > 0;
    case ARM_LOCK: return e->hold == HOLD_FREE;
    case ARM_ACQUIRE: return e->closed || arm->n == 0 || (e->queue.n == 0 && e->n >= arm->n);
    default: return false;
    }
}
void plain_fire(PRun *r, int32_t fiber, PArmOp op, PArm *arm) {
    PEntity *e = plain_at(r, arm->ref);
    arm->result = true;
    switch (op) {
    case ARM_SEND: fire_send(r, fiber, arm); return;
    case ARM_RECV: fire_recv(r, fiber, arm); return;
    case ARM_LOCK: own(r, e); return;
    case ARM_ACQUIRE:
        arm->result = !e->closed;
        if (!e->closed) e->n -= arm->n;
        return;
    default: assert(false);
    }
}
void plain_place_waiter(PRun *r, int32_t fiber, int32_t k, PArmOp op) {
    PArm *arm = &plain_at(r, fiber)->wait->arms[k];
    PEntity *e = plain_at(r, arm->ref);
    PWaiters *list = op == ARM_SEND ? &e->senders : op == ARM_RECV ? &e->receivers : &e->queue;
    plain_push(r->arena, list, (PWaiter){fiber, k});
    arm->state = ARM_QUEUED;
}
static void give_up_place(PRun *r, PEntity *e, PArmOp op, PWaiter w) {
    PWaiters *list = op == ARM_SEND ? &e->senders : op == ARM_RECV ? &e->receivers : &e->queue;
    bool told = arm_of(r, w)->told;
    plain_waiters_remove(list, plain_waiters_find(list, w.fiber, w.arm));
    if (op == ARM_ACQUIRE) serve_acquirers(r, e);
    if (op == ARM_LOCK && told) tell_head(r, e);
}
void plain_give_up(PRun *r, int32_t fiber, int32_t k, PArmOp op) {
    PArm *arm = &plain_at(r, fiber)->wait->arms[k];
    if (op > ARM_ACQUIRE || arm->ref == 0) return;
    PEntity *e = plain_at(r, arm->ref);
    if (arm->state == ARM_QUEUED) {
        give_up_place(r, e, op, (PWaiter){fiber, k});
    } else if (arm->state == ARM_SERVED && op == ARM_LOCK) {
        if (e->hold == HOLD_GIVEN && e->owner.fiber == fiber && e->owner.arm == k) hand_over(r, e);
    } else if (arm->state == ARM_SERVED && op == ARM_ACQUIRE && arm->result) {
        e->n += arm->n;
        serve_acquirers(r, e);
    }
    arm->state = ARM_OFF;
}
void plain_kill(PRun *r, int32_t ref, uint32_t line) {
    if (ref == 0) return;
    PEntity *e = plain_at(r, ref);
    if (e->dead) return;
    e->dead = true;
    if (e->senders.n + e->receivers.n + e->queue.n == 0) return;
    plain_violate(r, "undefined", "dead-object", line);
}
