/* Channels of all kinds, their permits and their owned ends. */
#include "tests/differential/plain_run.h"

#include <assert.h>

enum { WAITERS_MAX = 64 };

/* ---- waiters: arms of one select never serve each other */
static PArmOp op_of(PRun *r, PWaiter w) { return plain_arm_op(r, plain_at(r, w.fiber), w.arm); }
static int32_t partners(const PEntity *ch, const PWaiters *list, int32_t fiber, int32_t *found) {
    int32_t n = 0;
    for (int32_t i = 0; i < list->n && n < WAITERS_MAX; i++)
        if (list->at[i].fiber != fiber) found[n++] = i;
    return ch->is_fifo && n > 1 ? 1 : n;
}
static bool has_partner(const PEntity *ch, const PWaiters *list, int32_t fiber) {
    int32_t found[WAITERS_MAX];
    return partners(ch, list, fiber, found) > 0;
}
static PWaiter pick(PRun *r, PEntity *ch, PWaiters *list, int32_t fiber) {
    int32_t found[WAITERS_MAX];
    int32_t n = partners(ch, list, fiber, found);
    assert(n > 0);
    return plain_pop_waiter(list, found[plain_choose(r, n)]);
}
static void give_back_slot(PRun *r, PEntity *ch);
/* A partner has served it: its select is decided, no other of its arms at a channel waits for anybody. */
static void decide(PRun *r, PWaiter w) {
    PWait *wait = plain_at(r, w.fiber)->wait;
    wait->decided = w.arm + 1;
    for (int32_t k = 0; k < wait->narms; k++) {
        PArmOp op = plain_arm_op(r, plain_at(r, w.fiber), k);
        PArm *a = &wait->arms[k];
        if (k != w.arm && op == ARM_SLEEP) a->state = ARM_OFF, a->left = 0;
        if (k == w.arm || a->state == ARM_OFF || (op != ARM_SEND && op != ARM_RECV && op != ARM_RESERVE)) continue;
        PEntity *ch = plain_at(r, a->ref);
        bool has_slot = op == ARM_RESERVE && a->state == ARM_SERVED && a->result;
        if (a->state == ARM_QUEUED && ch->kind == ENTITY_CHANNEL)
            plain_remove_waiter(op == ARM_RECV ? &ch->receivers : &ch->senders, (PWaiter){w.fiber, k});
        a->state = ARM_OFF;
        a->result = false;
        if (has_slot) give_back_slot(r, ch);
    }
}

/* ---- items */
static void append(PRun *r, PEntity *ch, PCells item) {
    for (int32_t i = 0; i < item.n; i++) plain_push(r->arena, &ch->items, item.at[i]);
}
/* A choice of what may go wrong: 0 is what should be. */
static int32_t fault(PRun *r, int32_t n) {
    int32_t taken = plain_choose(r, n);
    if (taken > 0) r->is_fault = true;
    return taken;
}
static bool loses(PRun *r, PEntity *ch) {
    if (ch->losses == 0 || ch->closed || r->sure > 0 || fault(r, 2) == 0) {
        r->delivered |= ch->fair;
        return false;
    }
    r->lost |= ch->fair;
    if (ch->losses > 0) ch->losses--;
    return true;
}
/* The first item, or any of a channel that reorders; false: a copy of it stays. */
static bool take_item(PRun *r, PEntity *ch, PCells *item) {
    int32_t n = ch->items.n / ch->width;
    PCell *at = ch->items.at + (ch->reorders ? fault(r, n) : 0) * ch->width;
    for (int32_t i = 0; i < ch->width; i++) plain_push(r->arena, item, at[i]);
    if (ch->duplicates && fault(r, 2) == 1) return false;
    ch->items.n -= ch->width;
    memmove(at, at + ch->width, (size_t)(ch->items.n - (at - ch->items.at)) * sizeof *at);
    return true;
}
int64_t plain_channel_taken(const PEntity *ch) { return (ch->width == 0 ? 0 : ch->items.n / ch->width) + ch->kept; }
static bool has_room(const PEntity *ch) { return ch->is_unbounded || plain_channel_taken(ch) < ch->n; }
static bool has_buffer(const PEntity *ch) { return ch->is_unbounded || ch->n > 0; }
static bool is_drained(const PEntity *ch) { return ch->closed && plain_channel_taken(ch) == 0; }

static int32_t ref_of(PRun *r, const PEntity *ch) { return (int32_t)(ch - r->s->at); }
static void deliver(PRun *r, int32_t fiber, PEntity *ch, PCells item) {
    plain_happen(r, BUILTIN_SENT, ref_of(r, ch), 0, item);
    bool again = !loses(r, ch);
    while (again && has_partner(ch, &ch->receivers, fiber)) {
        PWaiter w = pick(r, ch, &ch->receivers, fiber);
        plain_serve(r, w, true)->value = item;
        plain_happen(r, BUILTIN_RECEIVED, ref_of(r, ch), 0, item);
        decide(r, w);
        again = ch->duplicates && fault(r, 2) == 1;
    }
    if (again) append(r, ch, item);
}
static PCells serve_sender(PRun *r, PWaiter w) {
    PArm *a = plain_serve(r, w, true);
    decide(r, w);
    return a->value; /* the operand stays part of the wait until the fiber goes on */
}
/* Who waits for room and gets it. */
static void fill_room(PRun *r, int32_t fiber, PEntity *ch) {
    while (!ch->closed && has_room(ch) && has_partner(ch, &ch->senders, fiber)) {
        PWaiter w = pick(r, ch, &ch->senders, fiber);
        if (op_of(r, w) == ARM_RESERVE) {
            plain_serve(r, w, true);
            ch->kept++;
        } else {
            deliver(r, fiber, ch, serve_sender(r, w));
        }
    }
}
static bool has_sender(PRun *r, const PEntity *ch, int32_t fiber) {
    int32_t found[WAITERS_MAX];
    int32_t n = partners(ch, &ch->senders, fiber, found);
    for (int32_t i = 0; i < n; i++)
        if (op_of(r, ch->senders.at[found[i]]) == ARM_SEND) return true;
    return false;
}

/* ---- operations */
static bool can_fire(PRun *r, int32_t fiber, PArmOp op, const PArm *arm, PEntity *ch) {
    (void)arm;
    switch (op) {
    case ARM_SEND: return ch->closed || (has_buffer(ch) ? has_room(ch) : has_partner(ch, &ch->receivers, fiber));
    case ARM_RESERVE: return ch->closed || has_room(ch);
    default: return is_drained(ch) || ch->items.n > 0 || (!has_buffer(ch) && has_sender(r, ch, fiber));
    }
}
static void fire_send(PRun *r, int32_t fiber, PArm *arm, PEntity *ch) {
    arm->result = !ch->closed;
    if (ch->closed) return;
    PCells item = arm->value;
    arm->value = (PCells){0};
    ch->used = ch->is_oneshot;
    deliver(r, fiber, ch, item);
}
static void fire_recv(PRun *r, int32_t fiber, PArm *arm, PEntity *ch) {
    arm->value.n = 0;
    if (ch->items.n > 0) {
        bool gone = take_item(r, ch, &arm->value);
        plain_happen(r, BUILTIN_RECEIVED, ref_of(r, ch), 0, arm->value);
        if (gone) fill_room(r, fiber, ch);
        return;
    }
    bool waiting = !has_buffer(ch) && has_sender(r, ch, fiber);
    while (!has_buffer(ch) && has_sender(r, ch, fiber)) {
        arm->value = serve_sender(r, pick(r, ch, &ch->senders, fiber));
        plain_happen(r, BUILTIN_SENT, ref_of(r, ch), 0, arm->value);
        if (loses(r, ch)) continue;
        plain_happen(r, BUILTIN_RECEIVED, ref_of(r, ch), 0, arm->value);
        return;
    }
    arm->value = (PCells){0};
    arm->result = false;
    arm->missed = waiting;
}
static void fire(PRun *r, int32_t fiber, PArmOp op, PArm *arm, PEntity *ch) {
    if (op == ARM_SEND) {
        fire_send(r, fiber, arm, ch);
    } else if (op == ARM_RECV) {
        fire_recv(r, fiber, arm, ch);
    } else {
        arm->result = !ch->closed;
        if (!ch->closed) ch->kept++;
    }
}
static PWaiters *list_of(PEntity *ch, PArmOp op) { return op == ARM_RECV ? &ch->receivers : &ch->senders; }
static void place(PRun *r, PWaiter w, PArmOp op, PArm *arm, PEntity *ch) {
    (void)arm;
    plain_push(r->arena, list_of(ch, op), w);
}
static void leave(PRun *r, PWaiter w, PArmOp op, PArm *arm, PEntity *ch) {
    (void)r, (void)arm;
    plain_remove_waiter(list_of(ch, op), w);
}
static void give_back_slot(PRun *r, PEntity *ch) {
    ch->kept--;
    if (is_drained(ch)) plain_serve_all(r, &ch->receivers, false);
    fill_room(r, 0, ch);
}
static void pass_on(PRun *r, PWaiter w, PArmOp op, PArm *arm, PEntity *ch) {
    (void)w;
    if (op == ARM_RESERVE && arm->result) give_back_slot(r, ch);
}
/* A kept slot becomes a permit. */
void plain_make_permit(PRun *r, PArm *arm) {
    int32_t permit = 0;
    if (arm->result) {
        permit = plain_new_entity(r->s, r->arena, ENTITY_PERMIT);
        plain_at(r, permit)->core = arm->ref;
    }
    plain_push(r->arena, &arm->value, cell_ref(permit));
}
static void go_on(PRun *r, PWaiter w, PArmOp op, PArm *arm, PEntity *ch) {
    (void)w, (void)ch;
    if (op == ARM_RESERVE) plain_make_permit(r, arm);
}
static void close_channel(PRun *r, PEntity *ch) {
    if (is_drained(ch)) plain_serve_all(r, &ch->receivers, false);
    plain_serve_all(r, &ch->senders, false);
}
const PObjectOps plain_channel_ops = {.can_fire = can_fire,
    .fire = fire,
    .place = place,
    .leave = leave,
    .pass_on = pass_on,
    .go_on = go_on,
    .close = close_channel};

/* ---- oneshots: one send may ever succeed */
void plain_check_oneshot(PRun *r, PArmOp op, const PArm *arm, uint32_t line) {
    const PEntity *ch = plain_at(r, arm->ref);
    if (op == ARM_SEND && ch->kind == ENTITY_CHANNEL && ch->used) plain_violate(r, "misuse", "oneshot", line);
}

/* ---- permits and owned ends */
bool plain_permit_send(PRun *r, int32_t permit, PCells item, uint32_t line) {
    if (permit == 0) plain_violate(r, "misuse", "none", line);
    PEntity *p = plain_object(r, permit, line), *ch = plain_object(r, p->core, line);
    p->kind = ENTITY_FREE;
    if (ch->unread) return false;
    ch->kept--;
    deliver(r, 0, ch, item);
    if (is_drained(ch)) plain_serve_all(r, &ch->receivers, false);
    fill_room(r, 0, ch);
    return true;
}
int32_t plain_new_end(PRun *r, int32_t ref, PKind kind, uint32_t line) {
    if (ref == 0) return 0;
    plain_object(r, plain_core(r, ref), line);
    int32_t end = plain_new_entity(r->s, r->arena, kind);
    const PEntity *from = plain_at(r, ref);
    PEntity *to = plain_at(r, end);
    to->core = plain_core(r, ref);
    to->lags = from->lags;
    to->lagged = from->lagged;
    for (int32_t i = 0; kind == ENTITY_SUBSCRIBER && i < from->items.n; i++)
        plain_push(r->arena, &to->items, from->items.at[i]);
    return end;
}
static bool has_ends(const PState *s, PKind kind, int32_t core) {
    for (int32_t i = 1; i < s->n; i++)
        if (s->at[i].kind == kind && s->at[i].core == core) return true;
    return false;
}
static void drop_last(PRun *r, PKind kind, PEntity *ch) {
    if (kind == ENTITY_RECEIVER) {
        ch->unread = true;
        ch->items.n = 0;
        ch->kept = 0;
    }
    if (ch->closed) {
        if (is_drained(ch)) plain_serve_all(r, &ch->receivers, false);
        return;
    }
    ch->closed = ch->dropped = true;
    close_channel(r, ch);
}
void plain_drop_end(PRun *r, int32_t ref) {
    PEntity *e = plain_at(r, ref), *ch = plain_at(r, e->core);
    PKind kind = e->kind;
    e->kind = ENTITY_FREE;
    if (kind == ENTITY_PERMIT && !ch->unread) give_back_slot(r, ch);
    if ((kind == ENTITY_SENDER || kind == ENTITY_RECEIVER) && !has_ends(r->s, kind, e->core)) drop_last(r, kind, ch);
}
