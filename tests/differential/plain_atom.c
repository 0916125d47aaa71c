/* The atoms of properties. */
#include "tests/differential/plain_search.h"

static bool task_atom(PRun *r, const PIns *ins, int32_t task) {
    const PEntity *e = plain_at(r, task);
    bool lacks;
    switch ((Builtin)ins->c) {
    case BUILTIN_DONE: return e->status == FIBER_ENDED;
    case BUILTIN_ABORTED: return e->aborted;
    case BUILTIN_CRASHED: return e->crashed;
    case BUILTIN_ENABLED: case BUILTIN_BLOCKED: {
        jmp_buf out;
        memcpy(&out, &r->out, sizeof out);
        bool able = plain_able(r, task, &lacks, NULL);
        memcpy(&r->out, &out, sizeof out);
        return ins->c == BUILTIN_ENABLED ? able : !able && e->status != FIBER_ENDED;
    }
    default: return e->status != FIBER_ENDED && plain_in_label(r->p, e, (Name)ins->v, ins->a);
    }
}
static bool matches(const PRun *r, const PIns *ins, int32_t task) {
    const PEntity *e = &r->s->at[task];
    if (e->kind != ENTITY_TASK || task == r->task) return false;
    if (ins->a < 0) return !e->is_daemon;
    return e->func == ins->a && (ins->b < 0 || e->number == ins->b);
}
/* The task whose it is; given to a future's wait: the one that polls the future. */
static int32_t holder_of(PRun *r, const PEntity *mutex) {
    const PEntity *e = plain_at(r, mutex->owner.fiber);
    return e->kind == ENTITY_FUTURE ? e->poller : mutex->owner.fiber;
}
static bool object_atom(PRun *r, const PIns *ins, int32_t ref) {
    if (ref == 0) return (Builtin)ins->c == BUILTIN_FULL || (Builtin)ins->c == BUILTIN_EMPTY;
    const PEntity *e = plain_at(r, ref);
    switch ((Builtin)ins->c) {
    case BUILTIN_FULL: return !e->is_unbounded && plain_channel_taken(e) >= e->n;
    case BUILTIN_EMPTY: return e->items.n == 0;
    case BUILTIN_CLOSED: return e->closed;
    case BUILTIN_HELD: return e->hold != HOLD_FREE || e->readers.n > 0;
    default: return e->hold != HOLD_FREE && matches(r, ins, holder_of(r, e));
    }
}
int64_t plain_atom(PRun *r, const PIns *ins, const PCell *operand) {
    Builtin b = (Builtin)ins->c;
    if (b == BUILTIN_FULL || b == BUILTIN_EMPTY || b == BUILTIN_CLOSED || b == BUILTIN_HELD || b == BUILTIN_HOLDER)
        return object_atom(r, ins, operand->ref);
    bool all = true, some = false, any = false;
    for (int32_t i = 1; i < r->s->n; i++) {
        if (!matches(r, ins, i)) continue;
        bool holds = task_atom(r, ins, i);
        any = true;
        all &= holds;
        some |= holds;
    }
    return ins->b != -1 ? some : all && (any || ins->a < 0); /* done(*): those that are gone have ended */
}
