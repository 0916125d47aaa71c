/* Atoms of formulas: what holds of a state, and what happens in a step. */
#include "tests/differential/plain_search.h"

#include <stdlib.h>

void plain_happen(PRun *r, Builtin kind, int32_t object, int32_t via, PCells item) {
    PHap hap = {.kind = kind, .object = object, .via = via};
    if (r->p->atoms.n == 0) return;
    for (int32_t i = 0; i < item.n; i++) plain_push(r->arena, &hap.item, item.at[i]);
    plain_push(r->arena, &r->haps, hap);
}
void plain_ring(PRun *r, int32_t task) {
    if (r->p->has_woken && r->nrung < 64) r->rung[r->nrung++] = task;
}

/* Evaluates on a copy: the state, and what was noted of the step, stay. */
static PEnd evaluate(PSearch *x, const PState *s, int32_t func, PCells *values) {
    PRun saved = x->run, *r = &x->run;
    r->s = plain_copy(x->p, s, &x->scratch, NULL, 0);
    PEnd end = plain_values(r, func, values);
    if (end == END_LIMIT) x->why = r->detail;
    saved.choices = r->choices;
    saved.mark = r->mark;
    saved.accesses = r->accesses;
    *r = saved;
    return end;
}

/* ---- conditions */
void plain_look(PSearch *x, uint32_t node) {
    for (uint32_t i = 0; i < x->p->atoms.n; i++) {
        const PAtom *atom = &x->p->atoms.data[i];
        PCells values = {0};
        if (atom->event != BUILTIN_NONE) continue;
        arena_reset(&x->scratch);
        vec_clear(&x->run.choices);
        PEnd end = evaluate(x, x->nodes.data[node].s, atom->func, &values);
        if (end != END_STEP) x->why = "a condition of a formula is undefined somewhere";
        else if (values.at[0].v != 0) x->nodes.data[node].holds |= UINT64_C(1) << i;
    }
}

/* ---- who waits before the step: kept with the search, for what comes after */
static bool speaks_of(const PAtom *atom, const PEntity *e) {
    return e->kind == ENTITY_TASK && e->func == atom->task && (atom->number < 0 || e->number == atom->number);
}
static bool is_asked(const PSearch *x, const PEntity *e) {
    for (uint32_t i = 0; i < x->p->atoms.n; i++)
        if (x->p->atoms.data[i].event == BUILTIN_WOKEN && speaks_of(&x->p->atoms.data[i], e)) return true;
    return false;
}
static PGoing going(PSearch *x, const PState *s, int32_t task) {
    const PEntity *e = &s->at[task];
    if (e->kind != ENTITY_TASK || e->status == FIBER_AT_START || e->status == FIBER_ENDED) return GOING_SURE;
    PRun saved = x->run;
    x->run.s = plain_copy(x->p, s, &x->scratch, NULL, 0);
    x->run.task = task;
    x->run.end = END_STEP;
    PGoing answer = plain_task_going(&x->run, task);
    saved.choices = x->run.choices;
    saved.mark = x->run.mark;
    saved.accesses = x->run.accesses;
    x->run = saved;
    return answer;
}
void plain_before(PSearch *x) {
    x->nwaiting = 0;
    x->sleeps = false;
    for (int32_t i = 1; x->p->has_woken && i < x->run.s->n; i++) {
        if (x->run.s->at[i].kind != ENTITY_TASK || !is_asked(x, &x->run.s->at[i])) continue;
        PGoing how = going(x, x->run.s, i);
        if (i == x->run.task) x->sleeps = how == GOING_BY_TIMERS;
        else if (how != GOING_SURE && x->nwaiting < 64) x->waiting[x->nwaiting++] = i;
    }
}

/* ---- after it */
static bool same_cells(const PCell *a, PCells b) {
    for (int32_t i = 0; i < b.n; i++)
        if (a[i].tag != b.at[i].tag || (a[i].tag == CELL_REF ? a[i].ref != b.at[i].ref : a[i].v != b.at[i].v))
            return false;
    return true;
}
static bool is_meant(const PSearch *x, const PHap *hap, int32_t ref) {
    const PEntity *e = &x->run.s->at[ref];
    if (ref == 0) return false;
    if (ref == hap->object || ref == hap->via) return true;
    bool is_end = e->kind == ENTITY_SENDER || e->kind == ENTITY_RECEIVER;
    bool is_feed = e->kind == ENTITY_WATCHER || e->kind == ENTITY_SUBSCRIBER;
    return e->core == hap->object && (is_end || (is_feed && hap->kind == BUILTIN_SENT));
}
static bool item_event(PSearch *x, const PAtom *atom) {
    PCells values = {0};
    bool asked = false;
    for (int32_t i = 0; i < x->run.haps.n; i++) {
        const PHap *hap = &x->run.haps.at[i];
        if (hap->kind != atom->event) continue;
        if (!asked && evaluate(x, x->run.s, atom->func, &values) != END_STEP)
            x->why = "an event asks for something undefined";
        asked = true;
        if (x->why != NULL) return false;
        if (is_meant(x, hap, values.at[0].ref) && (values.n == 1 || same_cells(values.at + 1, hap->item))) return true;
    }
    return false;
}
static bool is_woken(PSearch *x, const PAtom *atom, const PEntity *actor) {
    if (actor != NULL && x->sleeps && speaks_of(atom, actor)) return true;
    for (int32_t i = 0; i < x->run.nrung; i++)
        if (speaks_of(atom, &x->run.s->at[x->run.rung[i]])) return true;
    for (int32_t i = 0; i < x->nwaiting; i++) {
        const PEntity *e = &x->run.s->at[x->waiting[i]];
        bool rests = e->status != FIBER_ENDED && e->status != FIBER_AT_START; /* not killed, nor started anew */
        if (speaks_of(atom, e) && rests && going(x, x->run.s, x->waiting[i]) == GOING_SURE) return true;
    }
    return false;
}
uint64_t plain_after(PSearch *x, uint32_t node, bool is_crash) {
    const PState *from = x->nodes.data[node].s;
    const PEntity *actor = x->run.task != 0 && !is_crash ? &from->at[x->run.task] : NULL;
    uint64_t events = 0;
    for (uint32_t i = 0; i < x->p->atoms.n && x->why == NULL; i++) {
        const PAtom *atom = &x->p->atoms.data[i];
        bool is_true = false;
        switch (atom->event) {
        case BUILTIN_SENT:
        case BUILTIN_RECEIVED: is_true = item_event(x, atom); break;
        case BUILTIN_POLLED: is_true = actor != NULL && speaks_of(atom, actor); break;
        case BUILTIN_SPAWNED:
            for (int32_t k = from->n; k < x->run.s->n; k++) is_true |= speaks_of(atom, &x->run.s->at[k]);
            break;
        case BUILTIN_WOKEN: is_true = is_woken(x, atom, actor); break;
        default: break;
        }
        events |= (uint64_t)is_true << i;
    }
    return events;
}
