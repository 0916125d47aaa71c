/* One text for all states that are equal up to the order in which objects were made and tasks spawned: colours are
   refined until they are stable, what still looks alike is tried in every order, and the least text is taken. */
#include "tests/differential/plain_state.h"

#include <assert.h>
#include <stdlib.h>

enum { LEAVES_MAX = 2000 };

typedef struct Edge {
    int64_t from, position;
} Edge; /* a reference, by the colour of what holds it */
typedef VEC(Edge) Edges;

typedef struct Canon {
    const PProgram *p;
    const PState *s;
    const bool *reached;
    int32_t *colour; /* per entity, 0: not reached */
    int32_t self;    /* being written, 0: globals */
    int64_t position;
    Edges *in; /* per entity; NULL: not wanted */
    PWords *out;
    int32_t leaves;
} Canon;

static void word(Canon *c, int64_t w) { vec_push(c->out, w); }

static void reference(Canon *c, int32_t ref) {
    if (ref > 0 && c->reached != NULL && !c->reached[ref]) ref = 0;
    word(c, ref <= 0 ? 0 : c->colour[ref]);
    if (c->in != NULL && ref > 0) {
        Edge e = {c->self == 0 ? -1 : c->colour[c->self], c->position};
        vec_push(&c->in[ref], e);
    }
}
static void cell(Canon *c, const PCell *x) {
    c->position++;
    word(c, x->tag);
    if (x->tag == CELL_INT) {
        word(c, x->v);
    } else if (x->tag == CELL_REF) {
        reference(c, x->ref);
    } else if (x->tag == CELL_PLACE) {
        reference(c, x->ref);
        word(c, x->frame);
        word(c, x->v);
    }
}
static void cells(Canon *c, const PCells *list) {
    word(c, list->n);
    for (int32_t i = 0; i < list->n; i++) cell(c, &list->at[i]);
}
static void waiter(Canon *c, PWaiter w) {
    reference(c, w.fiber);
    word(c, w.arm);
}
static int by_words(const void *a, const void *b) {
    const int64_t *x = a, *y = b;
    for (int i = 0; i < 2; i++)
        if (x[i] != y[i]) return x[i] < y[i] ? -1 : 1;
    return 0;
}
static void set(Canon *c, const PWaiters *list) {
    word(c, list->n);
    uint32_t first = c->out->n;
    c->position++;
    for (int32_t i = 0; i < list->n; i++) waiter(c, list->at[i]);
    qsort(c->out->data + first, (size_t)list->n, 2 * sizeof(int64_t), by_words);
}
static void queue(Canon *c, const PWaiters *list) {
    word(c, list->n);
    for (int32_t i = 0; i < list->n; i++) {
        c->position++;
        waiter(c, list->at[i]);
    }
}
static bool is_writer(const Canon *c, PWaiter w) {
    return plain_wait_op(c->p, c->s->at[w.fiber].wait, w.arm) == ARM_WRITE_LOCK;
}
/* A lock's queue: readers that wait for the same turn are a set; unless the queue is one for all, so are all readers. */
static void lock_queue(Canon *c, const PEntity *rw) {
    PWaiters readers = {0};
    PWaiter *space = calloc((size_t)rw->queue.n + 1, sizeof *space);
    readers.at = space;
    for (int32_t i = 0; i < rw->queue.n; i++) {
        if (!is_writer(c, rw->queue.at[i])) {
            readers.at[readers.n++] = rw->queue.at[i];
            continue;
        }
        if (rw->policy == POLICY_FIFO) {
            set(c, &readers);
            readers.n = 0;
        }
        c->position++;
        waiter(c, rw->queue.at[i]);
    }
    set(c, &readers);
    free(space);
}
static void wait(Canon *c, const PWait *w) {
    word(c, w != NULL);
    if (w == NULL) return;
    word(c, w->kind);
    word(c, w->site);
    word(c, w->decided);
    word(c, w->narms);
    word(c, w->never);
    for (int32_t i = 0; i < w->narms; i++) {
        const PArm *a = &w->arms[i];
        c->position++;
        word(c, a->state);
        word(c, a->asked);
        if (!a->asked) continue;
        word(c, a->told + 2 * a->moved + 4 * a->passes + 8 * a->unwaited);
        reference(c, a->ref);
        c->position++;
        reference(c, a->other);
        c->position++;
        reference(c, a->end);
        word(c, a->n);
        if (c->p->tree->is_discrete) word(c, a->left);
        cell(c, &a->place);
        cell(c, &a->into);
        cells(c, &a->value);
        word(c, a->result);
    }
}
static void frame(Canon *c, const PFrame *f) {
    word(c, f->func);
    word(c, f->pc);
    for (int32_t i = 0; i < c->p->funcs.data[f->func].slots; i++) cell(c, &f->vars[i]);
    cells(c, &f->stack);
    word(c, f->progress);
    for (int32_t i = 0; i < f->nitems; i++)
        if (f->items[i].kind != ITEM_MARK) word(c, 4 * f->items[i].a + 2 * f->items[i].waited + f->items[i].done);
    word(c, f->nreturns);
    for (int32_t i = 0; i < f->nreturns; i++) word(c, f->returns[i]);
}
static void fiber(Canon *c, const PEntity *e) {
    word(c, e->func);
    bool observed = e->func >= 0 && e->number < c->p->funcs.data[e->func].observed;
    word(c, observed ? e->number + 1 : 0);
    word(c, e->status);
    if (e->status == FIBER_ENDED) {
        word(c, e->aborted + 2 * e->crashed);
        cells(c, &e->value);
        return;
    }
    word(c, e->is_daemon);
    word(c, e->fault);
    cells(c, &e->args);
    word(c, e->abort_asked);
    c->position++;
    reference(c, e->executor);
    c->position++;
    reference(c, e->running);
    c->position++;
    reference(c, e->poller);
    c->position++;
    reference(c, e->noted);
    word(c, e->woken);
    word(c, e->atomic);
    word(c, e->atomic_used);
    wait(c, e->wait);
    word(c, e->nframes);
    for (int32_t i = 0; i < e->nframes; i++) frame(c, &e->frames[i]);
}
static void owner(Canon *c, const PEntity *e) {
    word(c, e->hold);
    c->position++;
    if (e->hold != HOLD_FREE) waiter(c, e->owner);
}
static void channel(Canon *c, const PEntity *e) {
    word(c, e->n);
    word(c, e->width);
    word(c, e->is_fifo + 2 * e->is_unbounded + 4 * e->is_extern);
    word(c, e->closed);
    word(c, e->kept);
    word(c, e->losses);
    word(c, e->duplicates + 2 * e->reorders);
    word(c, e->is_oneshot + 2 * e->used + 4 * e->dropped + 8 * e->unread);
    cells(c, &e->items);
    (e->is_fifo ? queue : set)(c, &e->senders);
    (e->is_fifo ? queue : set)(c, &e->receivers);
}
static void entity(Canon *c, const PEntity *e) {
    c->position = 0;
    word(c, e->kind);
    word(c, e->dead);
    switch (e->kind) {
    case ENTITY_CHANNEL: channel(c, e); return;
    case ENTITY_MUTEX:
        word(c, e->barging);
        word(c, e->unowned);
        owner(c, e);
        queue(c, &e->queue);
        return;
    case ENTITY_RWLOCK:
        word(c, e->policy);
        owner(c, e);
        set(c, &e->readers);
        lock_queue(c, e);
        return;
    case ENTITY_SEMAPHORE:
    case ENTITY_NOTIFY:
    case ENTITY_CONDVAR:
    case ENTITY_ONCE:
        word(c, e->n);
        word(c, e->closed);
        word(c, e->spurious);
        queue(c, &e->queue);
        return;
    case ENTITY_BARRIER:
    case ENTITY_WAITGROUP:
        word(c, e->n);
        set(c, &e->queue);
        return;
    case ENTITY_BROADCAST:
    case ENTITY_WATCH:
        word(c, e->n);
        word(c, e->closed);
        cells(c, &e->items);
        return;
    case ENTITY_PERMIT:
    case ENTITY_SENDER:
    case ENTITY_RECEIVER:
    case ENTITY_SUBSCRIBER:
    case ENTITY_WATCHER:
        c->position++;
        reference(c, e->core);
        word(c, e->lags + 2 * e->lagged + 4 * e->is_new);
        cells(c, &e->items);
        return;
    case ENTITY_EXECUTOR: word(c, e->n); return;
    case ENTITY_SCOPE: set(c, &e->tasks); return;
    default: fiber(c, e);
    }
}
static void globals(Canon *c) {
    c->self = 0;
    c->position = 0;
    for (int32_t i = 0; i < c->p->globals; i++) cell(c, &c->s->globals[i]);
    word(c, c->s->main_ended);
    for (uint32_t i = 0; i < c->p->kills.n; i++) word(c, c->s->kills[i]);
    if (c->p->reads_clock) word(c, c->s->now);
    for (uint32_t i = 0; i < c->p->funcs.n; i++)
        word(c, c->s->spawned[i] < c->p->funcs.data[i].observed ? c->s->spawned[i] : c->p->funcs.data[i].observed);
}

/* ---- reachability */
static bool is_root(const PProgram *p, const PEntity *e, bool named) {
    if (e->kind != ENTITY_TASK) return e->leaving;
    if (e->status != FIBER_ENDED) return true;
    return named && e->func >= 0 && (p->funcs.data[e->func].is_named || e->number < p->funcs.data[e->func].observed);
}
/* Queues do not keep futures alive: they are written apart. */
static void visit(Canon *c, const PEntity *e) {
    switch (e->kind) {
    case ENTITY_CHANNEL: cells(c, &e->items); return;
    case ENTITY_MUTEX:
        if (e->hold == HOLD_TASK) waiter(c, e->owner);
        return;
    case ENTITY_RWLOCK:
        if (e->hold == HOLD_TASK) waiter(c, e->owner);
        for (int32_t i = 0; i < e->readers.n; i++)
            if (e->readers.at[i].arm < 0) waiter(c, e->readers.at[i]);
        return;
    case ENTITY_SEMAPHORE:
    case ENTITY_NOTIFY:
    case ENTITY_CONDVAR:
    case ENTITY_BARRIER:
    case ENTITY_WAITGROUP:
    case ENTITY_ONCE: return;
    default: entity(c, e);
    }
}
static void reach(const PProgram *p, const PState *s, bool named, bool *reached) {
    PWords out = {0};
    Edges *in = calloc((size_t)s->n + 1, sizeof *in);
    int32_t *colour = calloc((size_t)s->n + 1, sizeof *colour);
    bool *done = calloc((size_t)s->n + 1, sizeof *done);
    Canon c = {.p = p, .s = s, .in = in, .out = &out, .colour = colour};
    globals(&c);
    memset(reached, 0, (size_t)s->n + 1);
    for (bool again = true; again;) {
        again = false;
        for (int32_t i = 1; i < s->n; i++) {
            if (done[i] || s->at[i].kind == ENTITY_FREE || !(in[i].n > 0 || is_root(p, &s->at[i], named))) continue;
            reached[i] = done[i] = again = true;
            out.n = 0;
            visit(&c, &s->at[i]);
        }
    }
    for (int32_t i = 0; i <= s->n; i++) vec_fini(&in[i]);
    free(in);
    free(colour);
    free(done);
    vec_fini(&out);
}

void plain_reach(const PProgram *p, const PState *s, bool *reached) { reach(p, s, true, reached); }
/* An ended task without a number of which another one tells as much. */
static bool is_alike(const PProgram *p, const PEntity *a, const PEntity *b) {
    if (b->kind != ENTITY_TASK || b->status != FIBER_ENDED || a->func != b->func || a->func < 0) return false;
    return a->number >= p->funcs.data[a->func].observed && a->aborted == b->aborted && a->crashed == b->crashed;
}
/* Of ended tasks that properties name nobody can have the value who has no handle. */
void plain_forget_values(const PProgram *p, PState *s) {
    bool *reached = calloc((size_t)s->n + 1, sizeof *reached);
    reach(p, s, false, reached);
    for (int32_t i = 1; i < s->n; i++) {
        PEntity *e = &s->at[i];
        if (e->kind != ENTITY_TASK || e->status != FIBER_ENDED || reached[i]) continue;
        e->value.n = 0;
        for (int32_t k = 1; k < s->n && e->kind == ENTITY_TASK; k++)
            if (k != i && is_alike(p, e, &s->at[k])) e->kind = ENTITY_FREE;
    }
    free(reached);
}

/* ---- refinement */
typedef struct Sign {
    int32_t entity;
    PWords words;
} Sign;

static int by_sign(const void *a, const void *b) {
    const Sign *x = a, *y = b;
    uint32_t n = x->words.n < y->words.n ? x->words.n : y->words.n;
    for (uint32_t i = 0; i < n; i++)
        if (x->words.data[i] != y->words.data[i]) return x->words.data[i] < y->words.data[i] ? -1 : 1;
    return x->words.n == y->words.n ? 0 : x->words.n < y->words.n ? -1 : 1;
}
static int by_edge(const void *a, const void *b) { return by_words(a, b); }

/* Every entity's content and who refers to it, both in colours of now. */
static void sign_all(Canon *c, Sign *signs, int32_t n) {
    Edges *in = calloc((size_t)c->s->n + 1, sizeof *in);
    PWords scratch = {0};
    c->in = in;
    c->out = &scratch;
    globals(c);
    for (int32_t i = 0; i < n; i++) {
        c->out = &signs[i].words;
        c->self = signs[i].entity;
        word(c, c->colour[c->self]);
        entity(c, &c->s->at[c->self]);
    }
    for (int32_t i = 0; i < n; i++) {
        Edges *e = &in[signs[i].entity];
        if (e->n > 0) qsort(e->data, e->n, sizeof *e->data, by_edge);
        c->out = &signs[i].words;
        for (uint32_t k = 0; k < e->n; k++) {
            word(c, e->data[k].from);
            word(c, e->data[k].position);
        }
        vec_fini(e);
    }
    vec_fini(&scratch);
    free(in);
    c->in = NULL;
}
/* Returns the number of colours; colours are 1 + the number of entities before. */
static int32_t recolour(Canon *c, Sign *signs, int32_t n) {
    int32_t colours = 0, first = 0;
    qsort(signs, (size_t)n, sizeof *signs, by_sign);
    int32_t *next = calloc((size_t)n + 1, sizeof *next);
    for (int32_t i = 0; i < n; i++) {
        if (i == 0 || by_sign(&signs[i - 1], &signs[i]) != 0) colours++, first = i;
        next[i] = first + 1;
    }
    for (int32_t i = 0; i < n; i++) c->colour[signs[i].entity] = next[i];
    free(next);
    return colours;
}
static int32_t refine(Canon *c, const int32_t *entities, int32_t n) {
    int32_t colours = 0;
    for (;;) {
        Sign *signs = calloc((size_t)n + 1, sizeof *signs);
        for (int32_t i = 0; i < n; i++) signs[i].entity = entities[i];
        sign_all(c, signs, n);
        int32_t now = recolour(c, signs, n);
        for (int32_t i = 0; i < n; i++) vec_fini(&signs[i].words);
        free(signs);
        if (now == colours || now == n) return now;
        colours = now;
    }
}
static void write_all(Canon *c, const int32_t *entities, int32_t n, PWords *out) {
    int32_t *order = calloc((size_t)n + 2, sizeof *order);
    for (int32_t i = 0; i < n; i++) order[c->colour[entities[i]]] = entities[i];
    c->out = out;
    c->in = NULL;
    globals(c);
    for (int32_t i = 1; i <= n; i++) {
        c->self = order[i];
        entity(c, &c->s->at[order[i]]);
    }
    free(order);
}
static int compare(const PWords *a, const PWords *b) {
    Sign x = {.words = *a}, y = {.words = *b};
    return by_sign(&x, &y);
}
static void leaf(Canon *c, const int32_t *entities, int32_t n, PWords *best, int32_t *map) {
    PWords mine = {0};
    write_all(c, entities, n, &mine);
    if (c->leaves++ == 0 || compare(&mine, best) < 0) {
        vec_fini(best);
        *best = mine;
        memcpy(map, c->colour, (size_t)c->s->n * sizeof *map);
    } else {
        vec_fini(&mine);
    }
}
static bool descend(Canon *c, const int32_t *entities, int32_t n, PWords *best, int32_t *map) {
    if (refine(c, entities, n) == n) {
        leaf(c, entities, n, best, map);
        return c->leaves <= LEAVES_MAX;
    }
    int32_t tied = 0; /* least colour that two have */
    for (int32_t i = 0; i < n; i++)
        for (int32_t k = 0; k < i; k++)
            if (c->colour[entities[i]] == c->colour[entities[k]] && (tied == 0 || c->colour[entities[i]] < tied))
                tied = c->colour[entities[i]];
    int32_t *saved = malloc((size_t)c->s->n * sizeof *saved);
    memcpy(saved, c->colour, (size_t)c->s->n * sizeof *saved);
    bool small = true;
    for (int32_t i = 0; i < n && small; i++) {
        if (saved[entities[i]] != tied) continue;
        memcpy(c->colour, saved, (size_t)c->s->n * sizeof *saved);
        for (int32_t k = 0; k < n; k++)
            if (k != i && saved[entities[k]] == tied) c->colour[entities[k]] = tied + 1;
        small = descend(c, entities, n, best, map);
    }
    free(saved);
    return small;
}
bool plain_canon(const PProgram *p, const PState *s, PWords *out, int32_t *map, int32_t *count) {
    bool *reached = calloc((size_t)s->n + 1, sizeof *reached);
    int32_t *colour = calloc((size_t)s->n + 1, sizeof *colour), *entities = calloc((size_t)s->n + 1, sizeof *entities),
            n = 0;
    plain_reach(p, s, reached);
    for (int32_t i = 1; i < s->n; i++)
        if (reached[i]) {
            entities[n++] = i;
            colour[i] = 1;
        }
    Canon c = {.p = p, .s = s, .reached = reached, .colour = colour};
    memset(map, 0, (size_t)s->n * sizeof *map);
    bool small = descend(&c, entities, n, out, map);
    *count = n;
    free(reached);
    free(colour);
    free(entities);
    return small;
}
