/* Broadcasts and watches: every subscription gets what is sent. Who waits has no place: it takes its item when it goes on. */
#include "tests/differential/plain_run.h"

static PEntity *core_of(PRun *r, const PEntity *e, const PArm *arm) {
    (void)arm;
    return plain_object(r, e->core, plain_line(r, plain_at(r, r->task)));
}
static void no_place(PRun *r, PWaiter w, PArmOp op, PArm *arm, PEntity *e) {
    (void)r, (void)w, (void)op, (void)arm, (void)e;
}

/* ---- broadcast: each subscriber has the items that it has not seen */
static PCells first_item(PRun *r, PEntity *e, int32_t width) {
    PCells item = {0};
    for (int32_t i = 0; i < width; i++) plain_push(r->arena, &item, e->items.at[i]);
    e->items.n -= width;
    memmove(e->items.at, e->items.at + width, (size_t)e->items.n * sizeof *e->items.at);
    return item;
}
bool plain_broadcast_send(PRun *r, int32_t ref, PCells item) {
    PEntity *b = plain_at(r, ref);
    bool any = false;
    for (int32_t i = 1; i < r->s->n && !b->closed; i++) {
        PEntity *e = plain_at(r, i);
        if (e->kind != ENTITY_SUBSCRIBER || e->core != ref) continue;
        any = true;
        if (e->items.n == b->n * b->width) {
            first_item(r, e, b->width);
            e->lags = true;
        }
        for (int32_t k = 0; k < item.n; k++) plain_push(r->arena, &e->items, item.at[k]);
    }
    if (any) plain_happen(r, BUILTIN_SENT, ref, 0, item);
    return any;
}
static bool broadcast_can_fire(PRun *r, int32_t fiber, PArmOp op, const PArm *arm, PEntity *b) {
    (void)r, (void)fiber, (void)op, (void)arm, (void)b;
    return true;
}
static void broadcast_fire(PRun *r, int32_t fiber, PArmOp op, PArm *arm, PEntity *b) {
    (void)fiber, (void)op, (void)b;
    arm->result = plain_broadcast_send(r, arm->ref, arm->value);
    arm->value = (PCells){0};
}
static void nothing_to_close(PRun *r, PEntity *e) { (void)r, (void)e; }
const PObjectOps plain_broadcast_ops = {.can_fire = broadcast_can_fire,
    .fire = broadcast_fire,
    .place = no_place,
    .leave = no_place,
    .close = nothing_to_close};

static bool subscriber_can_fire(PRun *r, int32_t fiber, PArmOp op, const PArm *arm, PEntity *e) {
    (void)fiber, (void)op;
    return core_of(r, e, arm)->closed || e->lags || e->items.n > 0;
}
static void subscriber_fire(PRun *r, int32_t fiber, PArmOp op, PArm *arm, PEntity *e) {
    (void)fiber, (void)op;
    arm->result = !e->lags && e->items.n > 0;
    e->lagged = e->lags;
    e->lags = false;
    if (!arm->result) return;
    arm->value = first_item(r, e, plain_at(r, e->core)->width);
    plain_happen(r, BUILTIN_RECEIVED, e->core, arm->ref, arm->value);
}
const PObjectOps plain_subscriber_ops = {
    .can_fire = subscriber_can_fire, .fire = subscriber_fire, .place = no_place, .leave = no_place};

/* ---- watch: a subscription knows whether the newest value is new to it */
bool plain_watch_publish(PRun *r, int32_t watcher, PCells value) {
    int32_t core = plain_at(r, watcher)->core;
    PEntity *w = core_of(r, plain_at(r, watcher), NULL);
    if (w->closed) return false;
    w->items = value;
    plain_happen(r, BUILTIN_SENT, core, 0, value);
    for (int32_t i = 1; i < r->s->n; i++)
        if (plain_at(r, i)->kind == ENTITY_WATCHER && plain_at(r, i)->core == core) plain_at(r, i)->is_new = true;
    return true;
}
static bool watcher_can_fire(PRun *r, int32_t fiber, PArmOp op, const PArm *arm, PEntity *e) {
    (void)fiber, (void)op;
    return core_of(r, e, arm)->closed || e->is_new;
}
static void watcher_fire(PRun *r, int32_t fiber, PArmOp op, PArm *arm, PEntity *e) {
    (void)fiber, (void)op;
    arm->result = e->is_new;
    if (e->is_new) plain_happen(r, BUILTIN_RECEIVED, e->core, arm->ref, plain_at(r, e->core)->items);
    e->is_new = false;
}
const PObjectOps plain_watcher_ops = {
    .can_fire = watcher_can_fire, .fire = watcher_fire, .place = no_place, .leave = no_place};

/* ---- subscriptions */
int32_t plain_subscribe(PRun *r, int32_t ref, uint32_t line) {
    if (ref == 0) return 0;
    PEntity *from = plain_object(r, ref, line);
    bool is_watch = from->kind == ENTITY_WATCHER;
    int32_t core = is_watch ? from->core : ref;
    plain_object(r, core, line);
    int32_t to = plain_new_entity(r->s, r->arena, is_watch ? ENTITY_WATCHER : ENTITY_SUBSCRIBER);
    plain_at(r, to)->core = core;
    return to;
}
int64_t plain_feed_length(PRun *r, int32_t ref) {
    const PEntity *e = plain_at(r, ref);
    if (e->kind == ENTITY_SUBSCRIBER) return e->items.n / plain_at(r, e->core)->width;
    int64_t most = 0;
    for (int32_t i = 1; i < r->s->n; i++)
        if (r->s->at[i].kind == ENTITY_SUBSCRIBER && r->s->at[i].core == ref && r->s->at[i].items.n > most)
            most = r->s->at[i].items.n;
    return most / e->width;
}
