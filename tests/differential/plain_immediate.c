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
    const PEntity *e = plain_object(x->r, ref, x->ins->line);
    give_int(x, op == BUILTIN_CAP ? e->n : e->items.n / (e->width > 0 ? e->width : 1));
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
static void send_permit(PNow *x) {
    PCells item = plain_take_cells(x, x->ins->a - 1);
    plain_permit_send(x->r, plain_pop_ref(x), item, x->ins->line);
    give_int(x, true);
}
void plain_immediate(PNow *x) {
    uint32_t line = x->ins->line;
    Builtin op = (Builtin)x->ins->c;
    switch (op) {
    case BUILTIN_CLOSE: plain_close(x->r, plain_pop_ref(x), line); return;
    case BUILTIN_LEN: case BUILTIN_CAP: count(x, op); return;
    case BUILTIN_UNLOCK: plain_unlock(x->r, plain_pop_ref(x), line); return;
    case BUILTIN_RELEASE: release(x); return;
    case BUILTIN_ABORT: abort_task(x); return;
    case BUILTIN_ABORTED: case BUILTIN_CRASHED: was_ended(x, op); return;
    case BUILTIN_NOW: give_int(x, x->r->s->now); return;
    case BUILTIN_SIGNAL: case BUILTIN_SIGNAL_ALL:
        plain_signal(x->r, plain_pop_ref(x), op == BUILTIN_SIGNAL_ALL, line);
        return;
    case BUILTIN_NOTIFY_ONE: case BUILTIN_NOTIFY_ALL:
        plain_notify(x->r, plain_pop_ref(x), op == BUILTIN_NOTIFY_ALL, line);
        return;
    case BUILTIN_ADD: add(x); return;
    case BUILTIN_WAKE: plain_wake(x->r, plain_pop_ref(x)); return;
    case BUILTIN_DONE: plain_waitgroup_add(x->r, plain_pop_ref(x), -1, line); return;
    case BUILTIN_ONCE_LEAVE: plain_once_leave(x->r, plain_pop_ref(x), line); return;
    case BUILTIN_SEND: send_permit(x); return;
    default: assert(false);
    }
}

/* ---- constructors */
void plain_new_object(PNow *x) {
    const PIns *ins = x->ins;
    int64_t n = ins->v != 0 ? plain_pop_int(x) : 0;
    if (n < (ins->a == ENTITY_BARRIER)) plain_violate(x->r, "undefined", "bounds", ins->line);
    int32_t ref = plain_new_entity(x->r->s, x->r->arena, (PKind)ins->a);
    PEntity *e = plain_at(x->r, ref);
    x->e = plain_at(x->r, x->fiber);
    x->f = plain_top(x->e);
    e->n = n;
    e->width = ins->c;
    e->item = ins->type;
    e->is_extern = (ins->b & ATTR_EXTERN) != 0;
    e->is_fifo = (ins->b & ATTR_FIFO) != 0;
    e->is_unbounded = (ins->b & ATTR_UNBOUNDED) != 0;
    e->barging = (ins->b & ATTR_BARGING) != 0;
    e->unowned = (ins->b & ATTR_UNOWNED) != 0;
    e->spurious = (ins->b & ATTR_SPURIOUS) != 0;
    e->policy = ins->b & ATTR_PHASE_FAIR ? POLICY_PHASE_FAIR : ins->b & ATTR_READERS ? POLICY_READERS : POLICY_FIFO;
    plain_give_cell(x, cell_ref(ref));
}
