/* A listing of the explored graph, for people who look for a difference. */
#include "tests/differential/plain_search.h"

static void cell(FILE *out, const PCell *c) {
    if (c->tag == CELL_UNSET) fprintf(out, "?");
    else if (c->tag == CELL_INT) fprintf(out, "%lld", (long long)c->v);
    else if (c->tag == CELL_REF) fprintf(out, "#%d", c->ref);
    else fprintf(out, "&%d.%d.%lld", c->ref, c->frame, (long long)c->v);
}
static void cells(FILE *out, const PCell *at, int32_t n) {
    fprintf(out, "(");
    for (int32_t i = 0; i < n; i++) {
        if (i > 0) fprintf(out, " ");
        cell(out, &at[i]);
    }
    fprintf(out, ")");
}
static void waiters(FILE *out, const char *name, const PWaiters *list) {
    for (int32_t i = 0; i < list->n; i++) fprintf(out, " %s#%d.%d", name, list->at[i].fiber, list->at[i].arm);
}
static void fiber(FILE *out, const PProgram *p, const PEntity *e) {
    static const char *const statuses[] = {"start", "point", "going", "blocked", "ended"};
    static const char states[] = "-rqs";
    fprintf(out, " %s[%d] %s%s%s", e->func < 0 ? "op" : p->funcs.data[e->func].name, e->number, statuses[e->status],
        e->abort_asked ? " abort" : "", e->aborted ? " aborted" : "");
    if (e->running != 0) fprintf(out, " running#%d", e->running);
    for (int32_t i = 0; i < e->nframes; i++) {
        const PFrame *f = &e->frames[i];
        fprintf(out, " %s:%u", p->funcs.data[f->func].name, p->code.data[f->pc].line);
        cells(out, f->vars, p->funcs.data[f->func].slots);
        if (f->stack.n > 0) {
            fprintf(out, "+");
            cells(out, f->stack.at, f->stack.n);
        }
    }
    for (int32_t k = 0; e->wait != NULL && k < e->wait->narms; k++) {
        const PArm *a = &e->wait->arms[k];
        fprintf(out, " {%c%s #%d %lld", states[a->state], a->told ? "!" : "", a->ref, (long long)a->n);
        if (a->value.n > 0) cells(out, a->value.at, a->value.n);
        fprintf(out, "}");
    }
    if (e->status == FIBER_ENDED) cells(out, e->value.at, e->value.n);
}
static void entity(FILE *out, const PProgram *p, const PEntity *e, int32_t i) {
    static const char *const kinds[] = {"free", "channel", "mutex", "rwlock", "semaphore", "condvar", "notify",
        "barrier", "waitgroup", "once", "permit", "sender", "receiver", "broadcast", "subscriber", "watch", "watcher",
        "executor", "scope", "task", "future"};
    fprintf(out, "    #%d %s", i, kinds[e->kind]);
    if (e->dead) fprintf(out, " dead");
    if (e->kind == ENTITY_TASK || e->kind == ENTITY_FUTURE) {
        fiber(out, p, e);
    } else {
        fprintf(out, " %lld%s", (long long)e->n, e->closed ? " closed" : "");
        cells(out, e->items.at, e->items.n);
        if (e->hold != HOLD_FREE) fprintf(out, " %s#%d", e->hold == HOLD_TASK ? "held by" : "given to", e->owner.fiber);
        waiters(out, "s", &e->senders);
        waiters(out, "r", &e->receivers);
        waiters(out, "q", &e->queue);
        waiters(out, "t", &e->tasks);
        waiters(out, "read by ", &e->readers);
        if (e->core != 0) fprintf(out, " of #%d", e->core);
    }
    fprintf(out, "\n");
}
void plain_dump(const PSearch *x, FILE *out) {
    for (uint32_t i = 0; i < x->nodes.n; i++) {
        const PNode *n = &x->nodes.data[i];
        fprintf(out, "state %u: globals ", i);
        cells(out, n->s->globals, x->p->globals);
        fprintf(out, "\n");
        for (int32_t k = 1; k < n->s->n; k++) entity(out, x->p, &n->s->at[k], k);
        for (uint32_t k = 0; k < n->nedges; k++)
            fprintf(out, "    -> %u by #%d\n", x->edges.data[n->first + k].to, x->edges.data[n->first + k].actor);
    }
}
