/* Making, changing and copying states. */
#include "tests/differential/plain_state.h"

#include <assert.h>

void plain_waiters_remove(PWaiters *list, int32_t index) {
    assert(index >= 0 && index < list->n);
    memmove(list->at + index, list->at + index + 1, (size_t)(list->n - index - 1) * sizeof *list->at);
    list->n--;
}
int32_t plain_waiters_find(const PWaiters *list, int32_t fiber, int32_t arm) {
    for (int32_t i = 0; i < list->n; i++)
        if (list->at[i].fiber == fiber && list->at[i].arm == arm) return i;
    return -1;
}
int32_t plain_new_entity(PState *s, Arena *arena, PKind kind) {
    int32_t i = 1;
    while (i < s->n && s->at[i].kind != ENTITY_FREE) i++;
    if (i == s->n) plain_push(arena, s, (PEntity){0});
    s->at[i] = (PEntity){.kind = kind};
    return i;
}
void plain_push_frame(const PProgram *p, PEntity *fiber, Arena *arena, int32_t func, const PCell *args) {
    const PFunc *f = &p->funcs.data[func];
    struct { PFrame *at; int32_t n, cap; } frames = {fiber->frames, fiber->nframes, fiber->frames_cap};
    plain_push(arena, &frames, (PFrame){.func = func, .pc = f->entry});
    fiber->frames = frames.at;
    fiber->nframes = frames.n;
    fiber->frames_cap = frames.cap;
    PFrame *frame = &fiber->frames[fiber->nframes - 1];
    frame->vars = arena_alloc(arena, (size_t)(f->slots + 1) * sizeof(PCell));
    for (int32_t i = 0, at = 0; i < f->nparams; i++)
        for (int32_t k = 0; k < f->param_cells[i]; k++) frame->vars[f->param_slot[i] + k] = args[at++];
}

/* ---- copying */
typedef struct Copier { Arena *arena; const int32_t *map; const PProgram *p; } Copier;

static int32_t moved(const Copier *c, int32_t ref) { return c->map == NULL || ref <= 0 ? ref : c->map[ref]; }
static void *dup(const Copier *c, const void *data, size_t size) {
    if (size == 0) return NULL;
    return arena_copy(c->arena, data, size);
}
static PCell cell(const Copier *c, PCell x) {
    if (x.tag == CELL_REF || x.tag == CELL_PLACE) x.ref = moved(c, x.ref);
    return x;
}
static PCell *raw_cells(const Copier *c, const PCell *from, int32_t n) {
    PCell *to = dup(c, from, (size_t)n * sizeof *from);
    for (int32_t i = 0; i < n; i++) to[i] = cell(c, to[i]);
    return to;
}
static PCells cells(const Copier *c, PCells from) { return (PCells){raw_cells(c, from.at, from.n), from.n, from.n}; }
static PWaiters waiters(const Copier *c, PWaiters from) {
    PWaiters to = {dup(c, from.at, (size_t)from.n * sizeof *from.at), from.n, from.n};
    for (int32_t i = 0; i < to.n; i++) to.at[i].fiber = moved(c, to.at[i].fiber);
    return to;
}
static PWait *wait(const Copier *c, const PWait *from) {
    if (from == NULL) return NULL;
    PWait *to = dup(c, from, sizeof *from);
    to->arms = dup(c, from->arms, (size_t)from->narms * sizeof *from->arms);
    for (int32_t i = 0; i < to->narms; i++) {
        PArm *a = &to->arms[i];
        a->ref = moved(c, a->ref);
        a->other = moved(c, a->other);
        a->end = moved(c, a->end);
        a->place = cell(c, a->place);
        a->into = cell(c, a->into);
        a->value = cells(c, a->value);
        a->fresh = false;
    }
    return to;
}
static PFrame frame(const Copier *c, const PFrame *from) {
    PFrame to = *from;
    to.vars = raw_cells(c, from->vars, c->p->funcs.data[from->func].slots);
    to.stack = cells(c, from->stack);
    to.items = dup(c, from->items, (size_t)from->nitems * sizeof *from->items);
    to.items_cap = from->nitems;
    to.returns = dup(c, from->returns, (size_t)from->nreturns * sizeof *from->returns);
    to.returns_cap = from->nreturns;
    return to;
}
static PEntity entity(const Copier *c, const PEntity *from) {
    PEntity to = *from;
    to.items = cells(c, from->items);
    to.args = cells(c, from->args);
    to.senders = waiters(c, from->senders);
    to.receivers = waiters(c, from->receivers);
    to.queue = waiters(c, from->queue);
    to.tasks = waiters(c, from->tasks);
    to.readers = waiters(c, from->readers);
    to.core = moved(c, from->core);
    to.owner.fiber = moved(c, from->owner.fiber);
    to.executor = moved(c, from->executor);
    to.running = moved(c, from->running);
    to.poller = moved(c, from->poller);
    to.noted = moved(c, from->noted);
    to.value = cells(c, from->value);
    to.wait = wait(c, from->wait);
    to.frames = dup(c, from->frames, (size_t)from->nframes * sizeof *from->frames);
    to.frames_cap = from->nframes;
    for (int32_t i = 0; i < from->nframes; i++) to.frames[i] = frame(c, &from->frames[i]);
    return to;
}
PState *plain_copy(const PProgram *p, const PState *s, Arena *arena, const int32_t *map, int32_t n) {
    Copier c = {arena, map, p};
    PState *to = ARENA_NEW(arena, PState);
    *to = *s;
    to->globals = raw_cells(&c, s->globals, p->globals);
    to->spawned = dup(&c, s->spawned, p->funcs.n * sizeof *s->spawned);
    to->kills = dup(&c, s->kills, p->kills.n * sizeof *s->kills);
    to->n = map == NULL ? s->n : n + 1;
    to->cap = to->n + 2;
    to->at = ARENA_ARRAY(arena, PEntity, to->cap);
    for (int32_t i = 1; i < s->n; i++) {
        int32_t at = map == NULL ? i : map[i];
        if (at > 0) to->at[at] = entity(&c, &s->at[i]);
    }
    return to;
}
