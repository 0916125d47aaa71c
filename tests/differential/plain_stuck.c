/* Both kinds of deadlock, and lost wakeups. */
#include "tests/differential/plain_search.h"

#include <assert.h>
#include <stdlib.h>

/* Whether the future is among those that the fiber waits for. */
static bool waits_under(const PState *s, const PEntity *e, int32_t future) {
    for (int32_t k = 0; e->status != FIBER_ENDED && e->wait != NULL && k < e->wait->narms; k++) {
        const PArm *a = &e->wait->arms[k];
        if (a->state == ARM_OFF || s->at[a->ref].kind != ENTITY_FUTURE) continue;
        if (a->ref == future || waits_under(s, &s->at[a->ref], future)) return true;
    }
    return false;
}
/* ---- where a task stands */
bool plain_in_label(const PProgram *p, const PEntity *e, Name name, int32_t func) {
    for (int32_t i = 0; i < e->nframes; i++)
        for (uint32_t k = 0; k < p->labels.n; k++) {
            const PRange *r = &p->labels.data[k];
            if (r->name != name || r->func != e->frames[i].func || (func >= 0 && r->func != func)) continue;
            if (e->frames[i].pc >= r->from && e->frames[i].pc < r->to) return true;
        }
    return false;
}
static PArmOp op_of(const PProgram *p, const PEntity *e, int32_t k) { return plain_wait_op(p, e->wait, k); }

/* Where a daemon may wait for ever. */
static bool is_idle(PArmOp op) {
    return op == ARM_RECV || op == ARM_CHANGED || op == ARM_NOTIFIED || op == ARM_PARK || op == ARM_PENDING;
}
static bool receives(const PProgram *p, const PState *s, const PEntity *e) {
    if (e->wait == NULL || e->status != FIBER_AT_POINT) return false;
    for (int32_t k = 0; k < e->wait->narms; k++) {
        const PArm *a = &e->wait->arms[k];
        if (a->state == ARM_OFF) continue;
        if (is_idle(op_of(p, e, k))) return true;
        if (op_of(p, e, k) == ARM_FUTURE && receives(p, s, &s->at[a->ref])) return true;
    }
    return false;
}
bool plain_stuck_daemon(const PSearch *x, const PState *s, int32_t task) {
    const PEntity *e = &s->at[task];
    Name idle = names_find(x->p->tree->names, "idle", 4);
    if (!e->is_daemon || e->running != 0) return false;
    return receives(x->p, s, e) || (e->status == FIBER_AT_POINT && idle != 0 && plain_in_label(x->p, e, idle, -1));
}

/* ---- consequences */
static const PEntity *waiting_fiber(const PState *s, int32_t task) {
    const PEntity *e = &s->at[task];
    return e->running != 0 ? &s->at[e->running] : e;
}
/* Whether the function, or one that it calls or makes a future of, contains a `done`. */
static bool contains_done(const PProgram *p, int32_t func, bool *seen) {
    const PFunc *f = &p->funcs.data[func];
    seen[func] = true;
    for (int32_t i = f->entry; i < f->end; i++) {
        const PIns *ins = &p->code.data[i];
        if (ins->op == I_DO && ins->c == BUILTIN_DONE) return true;
        bool leads = (ins->op == I_CALL || ins->op == I_FUTURE) && !seen[ins->a];
        if (leads && contains_done(p, ins->a, seen)) return true;
    }
    return false;
}
/* A wait at a waitgroup is for every other stuck task that could be done. */
static bool whoever_is_done(const PProgram *p, const PState *s, const PEntity *e, const bool *stuck, bool *whom) {
    bool any = false;
    for (int32_t i = 1; i < s->n; i++) {
        if (!stuck[i] || waiting_fiber(s, i) == e) continue;
        bool *seen = calloc(p->funcs.n + 1, 1);
        if (contains_done(p, s->at[i].func, seen)) any = whom[i] = true;
        free(seen);
    }
    return any;
}
/* Whom the fiber waits for, if it waits for stuck tasks' ends alone: adds them to `whom`. */
static bool only_joins(const PProgram *p, const PState *s, const PEntity *e, const bool *stuck, bool *whom) {
    if (e->wait == NULL) return false;
    bool any = false;
    for (int32_t k = 0; k < e->wait->narms; k++) {
        const PArm *a = &e->wait->arms[k];
        if (a->state == ARM_OFF) continue;
        PArmOp op = op_of(p, e, k);
        any = true;
        if (op == ARM_JOIN) {
            if (!stuck[a->ref]) return false;
            whom[a->ref] = true;
        } else if (op == ARM_SCOPE) {
            const PWaiters *tasks = &s->at[a->ref].tasks;
            if (tasks->n == 0) return false; /* it lacks a thread */
            for (int32_t i = 0; i < tasks->n; i++) {
                if (!stuck[tasks->at[i].fiber]) return false;
                whom[tasks->at[i].fiber] = true;
            }
        } else if (op == ARM_WAIT && s->at[a->ref].kind == ENTITY_WAITGROUP) {
            if (!whoever_is_done(p, s, e, stuck, whom)) return false;
        } else if (op != ARM_FUTURE || !only_joins(p, s, &s->at[a->ref], stuck, whom)) {
            return false;
        }
    }
    return any;
}
/* A task that waits for joins alone is a consequence, unless it is on a cycle of such tasks and there is nothing else that
   it waits for. */
static void drop_consequences(const PSearch *x, const PState *s, bool *stuck) {
    int32_t n = s->n;
    bool *reaches = calloc((size_t)n * (size_t)n, 1), *joins = calloc((size_t)n, 1);
    for (int32_t i = 1; i < n; i++)
        if (stuck[i]) joins[i] = only_joins(x->p, s, waiting_fiber(s, i), stuck, reaches + (size_t)i * (size_t)n);
    for (int32_t i = 1; i < n; i++)
        if (!joins[i]) memset(reaches + (size_t)i * (size_t)n, 0, (size_t)n);
    for (int32_t k = 1; k < n; k++)
        for (int32_t i = 1; i < n; i++)
            for (int32_t j = 1; j < n; j++)
                if (reaches[i * n + k] && reaches[k * n + j]) reaches[i * n + j] = true;
    bool *is_root = calloc((size_t)n, 1);
    for (int32_t i = 1; i < n; i++) is_root[i] = stuck[i] && !joins[i];
    for (int32_t i = 1; i < n; i++) {
        bool waits_for_root = false;
        for (int32_t k = 1; k < n; k++) waits_for_root |= reaches[i * n + k] && is_root[k];
        if (joins[i] && (waits_for_root || !reaches[i * n + i])) stuck[i] = false;
    }
    free(is_root);
    free(reaches);
    free(joins);
}
static int by_text(const void *a, const void *b) {
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}
/* A future under `all` has its function's name, an operation its task's. */
static int32_t task_of(const PState *s, int32_t future) {
    for (int32_t i = 1; i < s->n; i++)
        if (s->at[i].kind == ENTITY_TASK && waits_under(s, &s->at[i], future)) return i;
    return future;
}
static const char *name_of(const PSearch *x, const PState *s, int32_t fiber) {
    if (s->at[fiber].func < 0) fiber = task_of(s, fiber);
    return x->p->funcs.data[s->at[fiber].func].name;
}
static const char *stuck_names(PSearch *x, const PState *s, const bool *stuck) {
    const char **names = calloc((size_t)s->n + 1, sizeof *names);
    size_t n = 0;
    for (int32_t i = 1; i < s->n; i++)
        if (stuck[i]) names[n++] = name_of(x, s, i);
    qsort(names, n, sizeof *names, by_text);
    const char *text = "";
    for (size_t i = 0; i < n; i++)
        if (i == 0 || strcmp(names[i - 1], names[i]) != 0)
            text = arena_printf(&x->result->arena, "%s%s%s", text, i > 0 ? "," : "", names[i]);
    free(names);
    return text;
}
/* Whether the fiber waits for a wake. */
static bool waits_for_wake(const PProgram *p, const PState *s, const PEntity *e) {
    if (e->wait == NULL) return false;
    for (int32_t k = 0; k < e->wait->narms; k++) {
        const PArm *a = &e->wait->arms[k];
        PArmOp op = op_of(p, e, k);
        if (a->state == ARM_OFF) continue;
        if (op == ARM_PARK || op == ARM_PENDING) return true;
        if (op == ARM_FUTURE && waits_for_wake(p, s, &s->at[a->ref])) return true;
    }
    return false;
}
/* Of the stuck tasks those that are no consequence; who waits for a wake is no deadlock, but a lost wakeup. */
static void report(PSearch *x, const PState *s, const char *kind, bool *stuck) {
    bool *lost = calloc((size_t)s->n + 1, 1), is_lost = false, others = false;
    drop_consequences(x, s, stuck);
    for (int32_t i = 1; i < s->n; i++) {
        lost[i] = stuck[i] && waits_for_wake(x->p, s, waiting_fiber(s, i));
        if (lost[i]) stuck[i] = false;
        is_lost |= lost[i];
        others |= stuck[i];
    }
    if (is_lost) plain_add_finding(x->result, "lost-wakeup", "", 0, stuck_names(x, s, lost));
    if (others) plain_add_finding(x->result, kind, "", 0, stuck_names(x, s, stuck));
    free(lost);
}

/* ---- deadlock */
static void deadlock(PSearch *x, const PNode *node) {
    const PState *s = node->s;
    if (node->env_able || (x->options->main_ends_run && s->main_ended)) return;
    bool *stuck = calloc((size_t)s->n + 1, 1), found = false;
    for (int32_t i = 1; i < s->n; i++) {
        if (s->at[i].kind != ENTITY_TASK || s->at[i].status == FIBER_ENDED) continue;
        if (node->able[i]) {
            free(stuck);
            return;
        }
        stuck[i] = !plain_stuck_daemon(x, s, i);
        found |= stuck[i];
    }
    if (found) report(x, s, "deadlock", stuck);
    free(stuck);
}
void plain_find_deadlocks(PSearch *x) {
    for (uint32_t i = 0; i < x->nodes.n; i++) deadlock(x, &x->nodes.data[i]);
}

/* ---- partial deadlock */
typedef struct Track {
    uint32_t node;
    int32_t task;
} Track;
typedef VEC(Track) Tracks;

/* Whether the fiber, or a future that it waits for, has a step. */
static bool has_step(const PNode *n, int32_t fiber) {
    if (n->s->at[fiber].kind == ENTITY_TASK) return n->able[fiber];
    for (int32_t i = 1; i < n->s->n; i++)
        if (n->own[i] != OWN_NONE && (i == fiber || waits_under(n->s, &n->s->at[fiber], i))) return true;
    return false;
}
/* Whether the fiber can move anywhere in its component. */
static bool ever_able(PSearch *x, uint32_t node, int32_t fiber) {
    Tracks todo = {0};
    bool able = false;
    vec_push(&todo, (Track){node, fiber});
    for (uint32_t i = 0; i < todo.n && !able; i++) {
        Track t = todo.data[i];
        const PNode *n = &x->nodes.data[t.node];
        able = has_step(n, t.task);
        for (uint32_t k = 0; k < n->nedges; k++) {
            const PEdge *e = &x->edges.data[n->first + k];
            if (e->is_fault) continue;
            Track to = {e->to, e->map[t.task]};
            bool known = to.task == 0;
            for (uint32_t j = 0; j < todo.n && !known; j++)
                known = todo.data[j].node == to.node && todo.data[j].task == to.task;
            if (!known) vec_push(&todo, to);
        }
    }
    vec_fini(&todo);
    return able;
}
/* Futures under `all` that never move again, below a fiber of which something does. */
static bool find_parts(PSearch *x, uint32_t node, const PEntity *e, bool is_daemon, bool in_all, bool *stuck) {
    const PState *s = x->nodes.data[node].s;
    bool found = false;
    for (int32_t k = 0; e->wait != NULL && k < e->wait->narms; k++) {
        const PArm *a = &e->wait->arms[k];
        if (a->state == ARM_OFF || op_of(x->p, e, k) != ARM_FUTURE) continue;
        const PEntity *part = &s->at[a->ref];
        bool rests = (in_all || e->wait->kind == WAIT_ALL) && !ever_able(x, node, a->ref);
        bool is_group = part->func == FUNC_COMBINED || !rests;
        if (is_group) found |= find_parts(x, node, part, is_daemon, rests, stuck);
        else if (!is_daemon || !receives(x->p, s, part)) found = stuck[a->ref] = true;
    }
    return found;
}
static void partial(PSearch *x, uint32_t node) {
    const PState *s = x->nodes.data[node].s;
    bool *stuck = calloc((size_t)s->n + 1, 1), found = false;
    for (int32_t i = 1; i < s->n; i++) {
        if (s->at[i].kind != ENTITY_TASK || s->at[i].status == FIBER_ENDED) continue;
        bool rests = !ever_able(x, node, i);
        if (rests) stuck[i] = !plain_stuck_daemon(x, s, i);
        else found |= find_parts(x, node, waiting_fiber(s, i), s->at[i].is_daemon, false, stuck);
        found |= stuck[i];
    }
    if (found) report(x, s, "partial-deadlock", stuck);
    free(stuck);
}
uint32_t plain_components(const PSearch *x, const bool *keep, const bool *skip, uint32_t *of) {
    uint32_t *first = calloc(x->nodes.n + 1, sizeof *first), *counts = calloc(x->nodes.n + 1, sizeof *counts);
    for (uint32_t i = 0; i < x->nodes.n; i++) {
        first[i] = x->nodes.data[i].first;
        counts[i] = x->nodes.data[i].nedges;
    }
    uint32_t n = plain_scc(x->nodes.n, x->edges.data, first, counts, keep, skip, of);
    free(first);
    free(counts);
    return n;
}
void plain_find_partial(PSearch *x) {
    uint32_t *of = calloc(x->nodes.n + 1, sizeof *of);
    bool *faults = calloc(x->edges.n + 1, 1);
    for (uint32_t i = 0; i < x->edges.n; i++) faults[i] = x->edges.data[i].is_fault;
    uint32_t n = plain_components(x, NULL, faults, of);
    bool *left = calloc(n + 1, 1), *moves = calloc(n + 1, 1), *done = calloc(n + 1, 1);
    for (uint32_t i = 0; i < x->edges.n; i++) {
        const PEdge *e = &x->edges.data[i];
        if (e->is_fault) continue;
        if (of[e->from] == of[e->to]) moves[of[e->from]] = true;
        else left[of[e->from]] = true;
    }
    for (uint32_t i = 0; i < x->nodes.n; i++) left[of[i]] |= x->nodes.data[i].violates;
    for (uint32_t i = 0; i < x->nodes.n; i++) {
        if (left[of[i]] || !moves[of[i]] || done[of[i]]) continue;
        done[of[i]] = true;
        partial(x, i);
    }
    free(faults);
    free(of);
    free(left);
    free(moves);
    free(done);
}
