/* Operations that never wait, and constructors. */
#include "tests/differential/plain_run.h"

#include <assert.h>

static void give_int(PNow *x, int64_t v) { plain_give_cell(x, cell_int(v)); }

static void count(PNow *x, Builtin op) {
    int32_t ref = plain_pop_ref(x);
    if (ref == 0) {
        give_int(x, 0);
        return;
    }
    bool is_feed = plain_at(x->r, ref)->kind == ENTITY_SUBSCRIBER || plain_at(x->r, ref)->kind == ENTITY_BROADCAST;
    const PEntity *e = plain_object(x->r, plain_core(x->r, ref), x->ins->line);
    if (op == BUILTIN_CAP) give_int(x, e->is_unbounded ? INT32_MAX : e->n);
    else give_int(x, is_feed ? plain_feed_length(x->r, ref) : e->items.n / (e->width > 0 ? e->width : 1));
}
static void release(PNow *x) {
    int64_t n = plain_pop_int(x);
    plain_release(x->r, plain_pop_ref(x), n, x->ins->line);
}
static void abort_task(PNow *x) {
    int32_t ref = plain_pop_ref(x);
    if (ref == 0) plain_violate(x->r, "misuse", "abort", x->ins->line);
    plain_ask_abort(x->r, ref);
}
static void was_ended(PNow *x, Builtin op) {
    int32_t ref = plain_pop_ref(x);
    const PEntity *t = plain_at(x->r, ref);
    give_int(x, ref != 0 && (op == BUILTIN_ABORTED ? t->aborted : t->crashed));
}
static void add(PNow *x) {
    int64_t n = plain_pop_int(x);
    plain_waitgroup_add(x->r, plain_pop_ref(x), n, x->ins->line);
}
/* To a permit's slot, or to a broadcast. */
static void send_now(PNow *x) {
    uint32_t line = x->ins->line;
    PCells item = plain_take_cells(x, x->ins->a - 1);
    int32_t ref = plain_pop_ref(x);
    bool is_broadcast = ref != 0 && plain_object(x->r, ref, line)->kind == ENTITY_BROADCAST;
    if (ref == 0) plain_violate(x->r, "misuse", "none", line);
    bool done = is_broadcast ? plain_broadcast_send(x->r, ref, item) : plain_permit_send(x->r, ref, item, line);
    if (x->ins->b && !done) plain_violate(x->r, "ignored-close", "", line);
    give_int(x, done);
}
static void publish(PNow *x) {
    PCells value = plain_take_cells(x, x->ins->a - 1);
    int32_t ref = plain_pop_ref(x);
    if (ref == 0) plain_violate(x->r, "misuse", "none", x->ins->line);
    plain_object(x->r, ref, x->ins->line);
    give_int(x, plain_watch_publish(x->r, ref, value));
}
static void read_watch(PNow *x) {
    int32_t ref = plain_pop_ref(x);
    if (ref == 0) plain_violate(x->r, "misuse", "none", x->ins->line);
    const PCells *value = &plain_object(x->r, plain_core(x->r, ref), x->ins->line)->items;
    for (int32_t i = 0; i < value->n; i++) plain_give_cell(x, value->at[i]);
}
static void new_end(PNow *x, Builtin op) {
    int32_t ref = plain_pop_ref(x), end = 0;
    uint32_t line = x->ins->line;
    if (op == BUILTIN_SUBSCRIBE) end = plain_subscribe(x->r, ref, line);
    else if (op == BUILTIN_CLONE) end = plain_new_end(x->r, ref, plain_at(x->r, ref)->kind, line);
    else end = plain_new_end(x->r, ref, op == BUILTIN_SENDER ? ENTITY_SENDER : ENTITY_RECEIVER, line);
    x->e = plain_at(x->r, x->fiber);
    x->f = plain_top(x->e);
    plain_give_cell(x, cell_ref(end));
}
static void lagged(PNow *x) {
    int32_t ref = plain_pop_ref(x);
    give_int(x, ref != 0 && plain_object(x->r, ref, x->ins->line)->lagged);
}
void plain_immediate(PNow *x) {
    uint32_t line = x->ins->line;
    Builtin op = (Builtin)x->ins->c;
    switch (op) {
    case BUILTIN_CLOSE: plain_close(x->r, plain_pop_ref(x), line); return;
    case BUILTIN_LEN:
    case BUILTIN_CAP: count(x, op); return;
    case BUILTIN_UNLOCK: plain_unlock(x->r, plain_pop_ref(x), line); return;
    case BUILTIN_RELEASE: release(x); return;
    case BUILTIN_ABORT: abort_task(x); return;
    case BUILTIN_ABORTED:
    case BUILTIN_CRASHED: was_ended(x, op); return;
    case BUILTIN_NOW: give_int(x, x->r->s->now); return;
    case BUILTIN_SIGNAL:
    case BUILTIN_SIGNAL_ALL: plain_signal(x->r, plain_pop_ref(x), op == BUILTIN_SIGNAL_ALL, line); return;
    case BUILTIN_NOTIFY_ONE:
    case BUILTIN_NOTIFY_ALL: plain_notify(x->r, plain_pop_ref(x), op == BUILTIN_NOTIFY_ALL, line); return;
    case BUILTIN_ADD: add(x); return;
    case BUILTIN_WAKE: plain_wake(x->r, plain_pop_ref(x)); return;
    case BUILTIN_DONE: plain_waitgroup_add(x->r, plain_pop_ref(x), -1, line); return;
    case BUILTIN_ONCE_LEAVE: plain_once_leave(x->r, plain_pop_ref(x), line); return;
    case BUILTIN_SEND: send_now(x); return;
    case BUILTIN_PUBLISH: publish(x); return;
    case BUILTIN_READ: read_watch(x); return;
    case BUILTIN_SENDER:
    case BUILTIN_RECEIVER:
    case BUILTIN_CLONE:
    case BUILTIN_SUBSCRIBE: new_end(x, op); return;
    case BUILTIN_LAGGED: lagged(x); return;
    case BUILTIN_DROP: plain_take_cells(x, 1); return;
    default: assert(false);
    }
}

/* ---- constructors */
/* The watch and its first subscription. */
static void new_watch(PNow *x) {
    PCells value = plain_take_cells(x, x->ins->c);
    int32_t core = plain_new_entity(x->r->s, x->r->arena, ENTITY_WATCH);
    plain_at(x->r, core)->items = value;
    int32_t ref = plain_new_entity(x->r->s, x->r->arena, ENTITY_WATCHER);
    plain_at(x->r, ref)->core = core;
    x->e = plain_at(x->r, x->fiber);
    x->f = plain_top(x->e);
    plain_give_cell(x, cell_ref(ref));
}
void plain_new_object(PNow *x) {
    const PIns *ins = x->ins;
    if (ins->a == ENTITY_WATCH) {
        new_watch(x);
        return;
    }
    int64_t n = ins->v != 0 ? plain_pop_int(x) : 0;
    if (n < (ins->a == ENTITY_BARRIER || ins->a == ENTITY_BROADCAST))
        plain_violate(x->r, "undefined", "bounds", ins->line);
    int32_t ref = plain_new_entity(x->r->s, x->r->arena, (PKind)ins->a);
    PEntity *e = plain_at(x->r, ref);
    x->e = plain_at(x->r, x->fiber);
    x->f = plain_top(x->e);
    e->n = n;
    e->width = ins->c;
    e->item = ins->type;
    e->is_extern = (ins->b & ATTR_EXTERN) != 0;
    e->is_fifo = (ins->b & ATTR_FIFO) != 0;
    e->losses = ins->losses;
    e->duplicates = (ins->b & ATTR_DUPLICATING) != 0;
    e->reorders = (ins->b & ATTR_REORDERING) != 0;
    bool is_fair = (ins->b & ATTR_FAIR) != 0 && x->r->maker == x->fiber;
    for (int32_t i = 1, bit = 0; is_fair && i < x->r->s->n; i++) {
        bit += x->r->s->at[i].fair != 0;
        e->fair = bit < 64 ? (uint64_t)1 << bit : 0;
    }
    e->is_oneshot = (ins->b & ATTR_ONESHOT) != 0;
    if (e->is_oneshot) e->n = 1;
    e->is_unbounded = (ins->b & ATTR_UNBOUNDED) != 0;
    e->barging = (ins->b & ATTR_BARGING) != 0;
    e->unowned = (ins->b & ATTR_UNOWNED) != 0;
    e->spurious = (ins->b & ATTR_SPURIOUS) != 0;
    e->policy = ins->b & ATTR_PHASE_FAIR ? POLICY_PHASE_FAIR : ins->b & ATTR_READERS ? POLICY_READERS : POLICY_FIFO;
    plain_give_cell(x, cell_ref(ref));
}
