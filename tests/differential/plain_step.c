/* What a task can do next, and doing it: ways of going on from a point, cancelling, futures polled and dropped. */
#include "tests/differential/plain_run.h"

#include <assert.h>

enum { PATH_MAX_FIBERS = 12, WAYS_MAX = 128 };

typedef struct PPath {
    int32_t fiber[PATH_MAX_FIBERS], arm[PATH_MAX_FIBERS], n;
} PPath; /* arm[i]: of fiber[i - 1], that polls fiber[i] */
typedef enum PWayKind { WAY_START, WAY_FIRE, WAY_PLACE, WAY_UNTELL, WAY_TAKE, WAY_GO, WAY_TWO, WAY_AGAIN } PWayKind;
typedef struct PWay { PPath path; PWayKind kind; int32_t arm; bool is_timer; } PWay;
typedef struct PWays { PWay at[WAYS_MAX]; int32_t n; } PWays;

static int32_t last(const PPath *path) { return path->fiber[path->n - 1]; }
static void extend(PRun *r, PPath *path, int32_t fiber, int32_t arm) {
    if (path->n == PATH_MAX_FIBERS) plain_limit(r, "futures nested too deeply");
    path->fiber[path->n] = fiber;
    path->arm[path->n++] = arm;
}
static void add_way(PRun *r, PWays *ways, const PPath *path, PWayKind kind, int32_t arm) {
    if (ways->n == WAYS_MAX) plain_limit(r, "too many ways");
    ways->at[ways->n++] = (PWay){.path = *path, .kind = kind, .arm = arm};
}

/* ---- timers */
static bool has_waited(const PRun *r, const PEntity *e, int32_t k) {
    const PArm *a = &e->wait->arms[k];
    if (a->state == ARM_OFF) return true;
    PArmOp op = plain_arm_op(r, e, k);
    if (op == ARM_SLEEP || op == ARM_YIELD || op == ARM_PARK || op == ARM_PENDING) return true;
    if (op != ARM_FUTURE) return a->state != ARM_READY && !a->unwaited;
    const PEntity *f = &r->s->at[a->ref];
    if (f->wait == NULL || f->status == FIBER_AT_START) return false;
    for (int32_t i = 0; i < f->wait->narms; i++)
        if (!has_waited(r, f, i)) return false;
    return true;
}
/* The race that the future is in, or NULL. */
static const PEntity *race_of(const PRun *r, const PEntity *future, int32_t *arm) {
    for (int32_t i = 1; i < r->s->n; i++) {
        const PEntity *e = &r->s->at[i];
        if (e->kind != ENTITY_FUTURE || e->wait == NULL || e->wait->kind != WAIT_RACE) continue;
        for (*arm = 0; *arm < e->wait->narms; ++*arm)
            if (e->wait->arms[*arm].state != ARM_OFF && &r->s->at[e->wait->arms[*arm].ref] == future) return e;
    }
    return NULL;
}
/* Every other arm has once had to wait; in abstract time none is a shorter timer of the same select. */
static bool others_have_waited(const PRun *r, const PEntity *e, int32_t k) {
    for (int32_t i = 0; i < e->wait->narms; i++) {
        const PArm *a = &e->wait->arms[i];
        if (i == k || a->state == ARM_OFF) continue;
        bool shorter = !r->p->tree->is_discrete && plain_arm_op(r, e, i) == ARM_SLEEP && a->n < e->wait->arms[k].n;
        if (shorter || !has_waited(r, e, i)) return false;
    }
    return true;
}
static bool timer_may_fire(const PRun *r, const PEntity *e, int32_t k) {
    int32_t arm;
    const PSite *site = plain_site(r->p, e->wait);
    if (r->p->tree->is_discrete && e->wait->arms[k].left > 0) return false;
    if (site != NULL && site->is_select) return others_have_waited(r, e, k);
    const PEntity *race = e->func == FUNC_OPERATION ? race_of(r, e, &arm) : NULL;
    return race == NULL || others_have_waited(r, race, arm);
}

/* ---- ways */
static void collect(PRun *r, PPath *path, PWays *ways);

static bool is_biased(const PRun *r, const PEntity *e) {
    const PSite *site = plain_site(r->p, e->wait);
    return site != NULL && site->is_biased;
}

/* Another task has polled it in a wait that still lasts. */
static bool polled_by_another(const PRun *r, int32_t future, const PPath *path) {
    int32_t poller = r->s->at[future].poller;
    return poller != 0 && poller != path->fiber[0];
}
static void mark_polled(PRun *r, const PPath *path) {
    for (int32_t i = 1; i < path->n; i++) plain_at(r, path->fiber[i])->poller = path->fiber[0];
}
static void collect_future(PRun *r, PPath *path, PWays *ways, int32_t k, int32_t future) {
    const PEntity *f = plain_at(r, future);
    if (f->status == FIBER_ENDED) {
        add_way(r, ways, path, WAY_AGAIN, k);
    } else if (polled_by_another(r, future, path)) {
        add_way(r, ways, path, WAY_TWO, k);
    } else {
        extend(r, path, future, k);
        collect(r, path, ways);
        path->n--;
    }
}
/* The mutex in whose queue the arm stands. */
static PEntity *lock_of(PRun *r, const PEntity *e, int32_t k) {
    const PArm *a = &e->wait->arms[k];
    int32_t ref = plain_arm_op(r, e, k) == ARM_WAIT ? a->other : a->ref;
    return plain_object(r, ref, plain_line(r, e));
}
/* A subscription's waiter takes what there is when it goes on. */
static bool has_no_place(PRun *r, const PArm *a, PArmOp op) {
    if (!plain_on_object(op)) return false;
    PKind kind = plain_at(r, a->ref)->kind;
    return kind == ENTITY_SUBSCRIBER || kind == ENTITY_WATCHER;
}
static void collect_queued(PRun *r, PPath *path, PWays *ways, const PEntity *e, int32_t k, PArmOp op) {
    const PArm *a = &e->wait->arms[k];
    if (has_no_place(r, a, op)) {
        if (plain_can_fire(r, last(path), op, a, plain_line(r, e))) add_way(r, ways, path, WAY_FIRE, k);
    } else if (op == ARM_YIELD) {
        add_way(r, ways, path, WAY_GO, k);
    } else if (op == ARM_SLEEP) {
        if (!timer_may_fire(r, e, k)) return;
        add_way(r, ways, path, WAY_GO, k);
        ways->at[ways->n - 1].is_timer = !r->p->tree->is_discrete;
    } else if (a->told) {
        add_way(r, ways, path, lock_of(r, e, k)->hold == HOLD_FREE ? WAY_TAKE : WAY_UNTELL, k);
    }
}
static void collect_arm(PRun *r, PPath *path, PWays *ways, int32_t k) {
    int32_t fiber = last(path);
    const PEntity *e = plain_at(r, fiber);
    const PArm *a = &e->wait->arms[k];
    PArmOp op = plain_arm_op(r, e, k);
    if (a->state == ARM_OFF || (e->wait->decided != 0 && e->wait->decided != k + 1)) return;
    if (op == ARM_JOIN) {
        if (plain_at(r, a->ref)->status == FIBER_ENDED) add_way(r, ways, path, WAY_GO, k);
    } else if (op == ARM_SCOPE) {
        if (plain_scope_over(r, a->ref)) add_way(r, ways, path, WAY_GO, k);
    } else if (op == ARM_FUTURE) {
        collect_future(r, path, ways, k, a->ref);
    } else if (op == ARM_PENDING) {
        if (a->state == ARM_SERVED) add_way(r, ways, path, WAY_GO, k);
    } else if (a->state == ARM_SERVED) {
        add_way(r, ways, path, WAY_GO, k);
    } else if (a->state == ARM_QUEUED) {
        collect_queued(r, path, ways, e, k, op);
    } else {
        add_way(r, ways, path,
            plain_can_fire(r, fiber, op, a, r->p->sites.data[e->wait->site].arms[k].line) ? WAY_FIRE : WAY_PLACE, k);
    }
}
static void collect(PRun *r, PPath *path, PWays *ways) {
    const PEntity *e = plain_at(r, last(path));
    if (e->status == FIBER_AT_START) {
        add_way(r, ways, path, WAY_START, 0);
        return;
    }
    bool biased = is_biased(r, e);
    for (int32_t k = 0; k < e->wait->narms; k++) {
        int32_t before = ways->n;
        bool stops = false;
        collect_arm(r, path, ways, k);
        for (int32_t i = before; i < ways->n; i++) stops |= !ways->at[i].is_timer;
        if (biased && stops) return;
    }
}

PGoing plain_going(PRun *r, int32_t task, int32_t fiber) {
    PPath path = {.fiber = {task, fiber}, .n = 2};
    PWays *ways = arena_alloc(r->arena, sizeof *ways);
    collect(r, &path, ways);
    PGoing going = ways->n > 0 ? GOING_BY_TIMERS : GOING_NOT;
    for (int32_t i = 0; i < ways->n; i++)
        if (!ways->at[i].is_timer) going = GOING_SURE;
    return going;
}

/* ---- taking one */
static PStop start(PRun *r, int32_t fiber) {
    PEntity *e = plain_at(r, fiber);
    if (e->func >= 0) return plain_run(r, fiber);
    e->status = FIBER_AT_POINT;
    PArm *a = &e->wait->arms[0];
    PArmOp op = plain_arm_op(r, e, 0);
    if (a->state == ARM_OFF) return STOP_POINT;
    a->fresh = true;
    bool joined = op == ARM_JOIN && plain_at(r, a->ref)->status == FIBER_ENDED;
    if (a->state == ARM_SERVED || joined) { /* SERVED: notified before its first poll */
        plain_complete(r, fiber, 0);
        return STOP_END;
    }
    if (op == ARM_SLEEP || op == ARM_YIELD || op == ARM_PARK || op == ARM_JOIN) {
        a->state = ARM_QUEUED;
        return STOP_POINT;
    }
    if (!plain_can_fire(r, fiber, op, a, plain_line(r, e))) {
        plain_place_waiter(r, fiber, 0, op);
        return STOP_POINT;
    }
    plain_fire(r, fiber, op, a);
    plain_complete(r, fiber, 0);
    return STOP_END;
}
static PStop go_on(PRun *r, int32_t fiber) {
    const PEntity *e = plain_at(r, fiber);
    if (e->func < 0) return e->wait == NULL ? STOP_END : STOP_POINT;
    return plain_run(r, fiber);
}

static void stuck_places(PRun *r, const PPath *path, int32_t i) {
    int32_t root = path->fiber[0];
    if (plain_at(r, root)->kind != ENTITY_TASK) return;
    for (; i >= 0; i--)
        if (plain_at(r, path->fiber[i])->status == FIBER_BLOCKED) break;
    plain_at(r, root)->running = i >= 0 ? path->fiber[i] : 0;
}
/* The innermost fiber of the path stopped: its ends go outwards, a block_on goes inwards. True: the outermost has
   ended. */
static bool settle(PRun *r, PPath *path, PStop stop) {
    for (;;) {
        int32_t fiber = last(path);
        if (stop == STOP_BLOCK_ON) {
            PEntity *e = plain_at(r, fiber);
            int32_t future = e->wait->arms[0].ref;
            e->status = FIBER_BLOCKED;
            if (plain_at(r, future)->status == FIBER_ENDED) plain_violate(r, "misuse", "poll", plain_line(r, e));
            if (polled_by_another(r, future, path)) plain_violate(r, "misuse", "future", plain_line(r, e));
            extend(r, path, future, 0);
            mark_polled(r, path);
            stop = plain_at(r, future)->status == FIBER_AT_START ? start(r, future) : STOP_POINT;
        } else if (stop != STOP_END) {
            break;
        } else {
            plain_end_fiber(r, fiber);
            if (path->n == 1) return true;
            int32_t arm = path->arm[--path->n];
            plain_complete(r, last(path), arm);
            stop = go_on(r, last(path));
        }
    }
    PEntity *root = plain_at(r, path->fiber[0]);
    if (stop == STOP_REST && root->kind == ENTITY_TASK) root->running = last(path);
    else stuck_places(r, path, path->n - 1);
    if (stop != STOP_REST) plain_end_of_step(r, path->fiber[0]);
    return false;
}
static uint32_t wait_line(const PRun *r, const PEntity *e, int32_t k) {
    const PSite *site = plain_site(r->p, e->wait);
    return site == NULL ? 0 : site->arms[k].line;
}

static bool take(PRun *r, const PWay *way) {
    PPath path = way->path;
    int32_t fiber = last(&path);
    PEntity *e = plain_at(r, fiber);
    if (plain_at(r, path.fiber[0])->kind == ENTITY_TASK) mark_polled(r, &path);
    if (way->kind == WAY_START) return settle(r, &path, start(r, fiber));
    PArm *a = &e->wait->arms[way->arm];
    PArmOp op = plain_arm_op(r, e, way->arm);
    switch (way->kind) {
    case WAY_AGAIN: plain_violate(r, "misuse", "poll", wait_line(r, e, way->arm));
    case WAY_TWO: plain_violate(r, "misuse", "future", wait_line(r, e, way->arm));
    case WAY_PLACE:
        plain_check_oneshot(r, op, a, wait_line(r, e, way->arm));
        plain_place_waiter(r, fiber, way->arm, op);
        return settle(r, &path, STOP_POINT);
    case WAY_UNTELL:
        a->told = false;
        return settle(r, &path, STOP_POINT);
    case WAY_TAKE:
        plain_mutex_take(r, lock_of(r, e, way->arm), (PWaiter){fiber, way->arm});
        break;
    case WAY_FIRE:
        plain_check_oneshot(r, op, a, wait_line(r, e, way->arm));
        plain_fire(r, fiber, op, a);
        if (!a->missed) break;
        a->missed = false;
        plain_place_waiter(r, fiber, way->arm, op);
        return settle(r, &path, STOP_POINT);
    default: break;
    }
    plain_complete(r, fiber, way->arm);
    return settle(r, &path, go_on(r, fiber));
}

/* ---- futures polled on the spot: arms are polled in some order, each runs on until it has ended or cannot fire now */
static void fire_now(PRun *r, int32_t fiber, PArmOp op, PArm *a) {
    r->sure += op == ARM_RECV;
    plain_fire(r, fiber, op, a);
    r->sure -= op == ARM_RECV;
}
static bool poll_arm(PRun *r, int32_t fiber, int32_t k) {
    PEntity *e = plain_at(r, fiber);
    PArm *a = &e->wait->arms[k];
    PArmOp op = plain_arm_op(r, e, k);
    if (a->state == ARM_OFF || (e->wait->decided != 0 && e->wait->decided != k + 1)) return false;
    if (op == ARM_FUTURE) return plain_poll(r, a->ref, plain_line(r, e));
    if (op == ARM_JOIN) return plain_at(r, a->ref)->status == FIBER_ENDED;
    if (op == ARM_SCOPE) return plain_scope_over(r, a->ref);
    if (a->state == ARM_SERVED) return true;
    if (op == ARM_YIELD) return !a->fresh;
    if (op == ARM_PARK) return false;
    if (op == ARM_SLEEP) return !a->fresh && timer_may_fire(r, e, k) && plain_choose(r, 2) == 0;
    bool arrives = a->state == ARM_READY || has_no_place(r, a, op);
    bool can = arrives ? plain_can_fire(r, fiber, op, a, plain_line(r, e))
                                     : a->told && lock_of(r, e, k)->hold == HOLD_FREE;
    if (can && !arrives) plain_mutex_take(r, lock_of(r, e, k), (PWaiter){fiber, k});
    else if (can) fire_now(r, fiber, op, a);
    else if (a->state == ARM_READY) plain_place_waiter(r, fiber, k, op);
    else a->told = false;
    return can;
}
/* Polls the arms once each until one is over; its number, or -1. */
static int32_t poll_arms(PRun *r, int32_t fiber) {
    const PEntity *e = plain_at(r, fiber);
    bool biased = is_biased(r, e);
    int32_t left[WAYS_MAX], n = 0;
    for (int32_t k = 0; k < e->wait->narms && n < WAYS_MAX; k++)
        if (e->wait->arms[k].state != ARM_OFF) left[n++] = k;
    while (n > 0) {
        int32_t i = biased ? 0 : plain_choose(r, n), k = left[i];
        for (int32_t j = i; j + 1 < n; j++) left[j] = left[j + 1];
        n--;
        if (poll_arm(r, fiber, k)) return k;
    }
    return -1;
}
/* Whether one of the fiber's arms was served while others were polled. */
static bool was_served(const PRun *r, int32_t fiber) {
    const PWait *w = r->s->at[fiber].wait;
    for (int32_t k = 0; k < w->narms; k++)
        if (w->arms[k].state == ARM_SERVED) return true;
    return false;
}
static bool is_pending(const PEntity *e) { return e->wait != NULL && e->wait->kind == WAIT_PENDING; }
/* Up to where it cannot go on, a poll function for one body. */
static PStop begin_poll(PRun *r, int32_t future) {
    const PEntity *e = plain_at(r, future);
    if (e->status == FIBER_AT_START) return start(r, future);
    if (!is_pending(e)) return STOP_POINT;
    plain_complete(r, future, 0);
    return go_on(r, future);
}
static bool poll_once(PRun *r, int32_t future) {
    PStop stop = begin_poll(r, future);
    while (stop == STOP_POINT) {
        if (is_pending(plain_at(r, future))) return false;
        int32_t k = poll_arms(r, future);
        if (k < 0 && was_served(r, future)) continue;
        if (k < 0) return false;
        plain_complete(r, future, k);
        stop = go_on(r, future);
    }
    if (stop != STOP_END) plain_limit(r, "a blocking operation in a future polled on the spot");
    return true;
}
bool plain_poll(PRun *r, int32_t future, uint32_t line) {
    PEntity *f = plain_at(r, future);
    PPath root = {.fiber = {r->task}, .n = 1};
    if (f->status == FIBER_ENDED) plain_violate(r, "misuse", "poll", line);
    if (polled_by_another(r, future, &root)) plain_violate(r, "misuse", "future", line);
    f->poller = r->task;
    r->still++;
    r->polling++;
    bool ended = poll_once(r, future);
    r->polling--;
    r->still--;
    if (ended) plain_end_fiber(r, future);
    return ended;
}

/* ---- giving up */
static void run_defer(PRun *r, int32_t fiber, int32_t code) {
    PFrame *f = plain_top(plain_at(r, fiber));
    struct { int32_t *at; int32_t n, cap; } list = {f->returns, f->nreturns, f->returns_cap};
    plain_push(r->arena, &list, -1);
    f->returns = list.at;
    f->nreturns = list.n;
    f->returns_cap = list.cap;
    f->pc = code;
    PStop stop = plain_run(r, fiber);
    if (stop != STOP_DEFER) plain_limit(r, "a defer that waits");
}
static void cancel_item(PRun *r, int32_t fiber, PItem item) {
    PFrame *f = plain_top(plain_at(r, fiber));
    if (item.kind == ITEM_DEFER) {
        run_defer(r, fiber, item.a);
    } else if (item.kind == ITEM_SCOPE) {
        const PWaiters *tasks = &plain_at(r, f->vars[item.a].ref)->tasks;
        for (int32_t i = 0; i < tasks->n && !item.waited; i++) plain_at(r, tasks->at[i].fiber)->abort_asked = true;
    } else if (item.kind == ITEM_VAR || item.kind == ITEM_SCOPED) {
        for (int32_t i = item.n - 1; i >= 0; i--) {
            if (item.kind == ITEM_SCOPED && f->vars[item.a + i].tag == CELL_REF)
                plain_kill(r, f->vars[item.a + i].ref, item.line);
            f->vars[item.a + i] = (PCell){0};
            plain_drop_lost(r);
            f = plain_top(plain_at(r, fiber));
        }
    }
}
static void cancel_waits(PRun *r, int32_t fiber) {
    PEntity *e = plain_at(r, fiber);
    if (e->wait == NULL) return;
    for (int32_t k = 0; k < plain_at(r, fiber)->wait->narms; k++) {
        e = plain_at(r, fiber);
        if (e->wait->arms[k].state == ARM_OFF) continue;
        plain_give_up(r, fiber, k, plain_arm_op(r, e, k));
        if (plain_arm_op(r, e, k) == ARM_FUTURE) plain_at(r, e->wait->arms[k].ref)->poller = 0;
        e->wait->arms[k].state = ARM_OFF;
        e->wait->arms[k].asked = false;
        plain_drop_lost(r);
    }
    plain_at(r, fiber)->wait = NULL;
}
/* A poll function that was not ready; a task that was not begun runs nothing. */
static void run_drop_block(PRun *r, int32_t fiber) {
    const PEntity *e = plain_at(r, fiber);
    if (e->func < 0 || (e->kind == ENTITY_TASK && e->status == FIBER_AT_START)) return;
    const PFunc *f = &r->p->funcs.data[e->func];
    if (f->is_poll && f->drop >= 0) run_defer(r, fiber, f->drop);
}
/* The mutexes that cancelled condvar waits have given up: an unlock on the way does nothing. */
static void excuse(PRun *r, int32_t fiber) {
    const PEntity *e = plain_at(r, fiber);
    for (int32_t k = 0; e->wait != NULL && k < e->wait->narms; k++) {
        if (plain_arm_op(r, e, k) != ARM_WAIT || e->wait->arms[k].state == ARM_OFF) continue;
        if (r->nexcused == 16) plain_limit(r, "too many condvar waits");
        if (e->wait->arms[k].other != 0) r->excused[r->nexcused++] = e->wait->arms[k].other;
    }
}
void plain_cancel(PRun *r, int32_t fiber) {
    r->still++;
    r->cancelling++;
    PEntity *e = plain_at(r, fiber);
    PStatus status = e->status;
    int32_t excused = r->nexcused;
    if (status != FIBER_AT_START) {
        excuse(r, fiber);
        cancel_waits(r, fiber);
    }
    run_drop_block(r, fiber);
    if (status != FIBER_AT_START) {
        while (plain_at(r, fiber)->nframes > 0) {
            while (plain_top(plain_at(r, fiber))->nitems > 0) {
                PFrame *f = plain_top(plain_at(r, fiber));
                cancel_item(r, fiber, f->items[--f->nitems]);
            }
            plain_at(r, fiber)->nframes--;
        }
    }
    r->nexcused = excused;
    plain_end_fiber(r, fiber);
    plain_at(r, fiber)->aborted = true;
    plain_at(r, fiber)->value.n = 0;
    r->still--;
    r->cancelling--;
    plain_drop_lost(r);
}
/* Its waits are given up, and those of the futures that it holds; no code runs. */
void plain_crash(PRun *r, int32_t fiber) {
    r->crashing++;
    cancel_waits(r, fiber);
    PEntity *e = plain_at(r, fiber);
    e->nframes = 0;
    e->running = 0;
    e->atomic = 0;
    e->atomic_used = false;
    e->poller = 0;
    plain_drop_lost(r);
    r->crashing--;
}
bool plain_is_end(const PEntity *e) {
    return e->kind == ENTITY_PERMIT || e->kind == ENTITY_SENDER || e->kind == ENTITY_RECEIVER ||
           e->kind == ENTITY_SUBSCRIBER;
}
/* What gives something up when its last handle goes. */
static bool is_dropped(const PEntity *e) {
    return e->kind == ENTITY_FUTURE || plain_is_end(e) || e->kind == ENTITY_WATCHER;
}
/* What lies in a channel that nobody can reach is not given up. */
static void keep_items(PRun *r, bool *reached) {
    for (int32_t i = 1; i < r->s->n; i++) {
        const PEntity *e = plain_at(r, i);
        for (int32_t k = 0; e->kind == ENTITY_CHANNEL && k < e->items.n; k++)
            if (e->items.at[k].tag == CELL_REF) reached[e->items.at[k].ref] = true;
    }
}
/* One of them without a handle; of several the one that holds the others. */
static int32_t find_lost(PRun *r) {
    int32_t lost = 0;
    bool *reached = arena_alloc(r->arena, (size_t)r->s->n + 1), *from = arena_alloc(r->arena, (size_t)r->s->n + 1);
    plain_reach(r->p, r->s, reached);
    keep_items(r, reached);
    for (int32_t i = 1; i < r->s->n; i++) {
        if (!is_dropped(&r->s->at[i]) || reached[i]) continue;
        if (lost == 0) {
            lost = i;
            continue;
        }
        r->s->at[i].leaving = true;
        plain_reach(r->p, r->s, from);
        r->s->at[i].leaving = false;
        if (from[lost]) lost = i;
    }
    return lost;
}
static void drop(PRun *r, int32_t lost) {
    PEntity *e = plain_at(r, lost);
    if (e->kind != ENTITY_FUTURE) {
        plain_drop_end(r, lost);
        return;
    }
    e->leaving = true;
    if (r->crashing > 0) {
        plain_crash(r, lost);
        plain_at(r, lost)->kind = ENTITY_FREE;
        return;
    }
    bool is_poll = e->func >= 0 && r->p->funcs.data[e->func].is_poll;
    if (e->status != FIBER_ENDED && (e->status != FIBER_AT_START || is_poll)) plain_cancel(r, lost);
    plain_at(r, lost)->kind = ENTITY_FREE;
}
/* Futures without a handle are cancelled, ends and permits given up. */
void plain_drop_lost(PRun *r) {
    r->dirty = false;
    for (;;) {
        int32_t n = 0;
        for (int32_t i = 1; i < r->s->n; i++) n += is_dropped(&r->s->at[i]);
        int32_t lost = n == 0 ? 0 : find_lost(r);
        if (lost == 0) return;
        drop(r, lost);
    }
}

/* ---- steps */
static bool threads_left(const PRun *r, int32_t task) {
    int32_t executor = r->s->at[task].executor;
    int64_t n = executor == 0 ? 1 : r->s->at[executor].n, busy = 0;
    for (int32_t i = 1; i < r->s->n; i++) {
        const PEntity *e = &r->s->at[i];
        busy += e->kind == ENTITY_TASK && e->status != FIBER_ENDED && e->executor == executor && e->running != 0;
    }
    return busy < n;
}
static bool find_path(const PRun *r, PPath *path, int32_t fiber) {
    int32_t at = last(path);
    if (at == fiber) return true;
    const PEntity *e = &r->s->at[at];
    if (e->wait == NULL || path->n == PATH_MAX_FIBERS) return false;
    for (int32_t k = 0; k < e->wait->narms; k++) {
        const PArm *a = &e->wait->arms[k];
        if (a->state == ARM_OFF || plain_arm_op(r, e, k) != ARM_FUTURE) continue;
        path->fiber[path->n] = a->ref;
        path->arm[path->n++] = k;
        if (find_path(r, path, fiber)) return true;
        path->n--;
    }
    return false;
}
static void step(PRun *r) {
    PPath path = {.fiber = {r->task}, .n = 1};
    PEntity *t = plain_at(r, r->task);
    bool ended = false;
    if (t->running != 0) {
        bool found = find_path(r, &path, t->running);
        assert(found);
        (void)found;
    }
    PEntity *f = plain_at(r, last(&path));
    if (t->running != 0 && f->status == FIBER_GOING) {
        t->running = 0;
        r->fresh = true;
        r->mover = last(&path);
        ended = settle(r, &path, plain_run(r, last(&path)));
    } else if (t->running == 0 && t->abort_asked) {
        r->mover = r->task;
        plain_cancel(r, r->task);
    } else {
        PWays *ways = arena_alloc(r->arena, sizeof *ways);
        if (r->p->has_wakes) plain_take_notes(r, r->task);
        collect(r, &path, ways);
        if (ways->n == 0) plain_cut(r); /* timers that count as not fired */
        const PWay *way = &ways->at[plain_choose(r, ways->n)];
        r->mover = last(&way->path);
        ended = take(r, way);
    }
    (void)ended;
    if (r->dirty) plain_drop_lost(r);
}
static void begin_step(PRun *r) {
    r->end = END_STEP;
    r->maker = 0;
    r->next_choice = 0;
    r->still = r->polling = r->cancelling = r->crashing = r->nexcused = 0;
    r->fresh = r->dirty = r->is_fault = r->progress = r->asks = false;
    r->instructions = r->backs = 0;
    r->next_mark = 0;
    r->mover = 0;
    r->lost = r->delivered = 0;
    r->haps = (PHaps){0};
    r->nrung = 0;
    r->sure = 0;
    vec_clear(&r->mark);
    vec_clear(&r->accesses);
}
PEnd plain_step(PRun *r) {
    begin_step(r);
    if (setjmp(r->out) == 0) step(r);
    return r->end;
}
PEnd plain_env_step(PRun *r, const PEnv *env) {
    begin_step(r);
    r->task = 0;
    r->is_fault = plain_env_is_fault(env->kind);
    if (setjmp(r->out) == 0) {
        plain_env_do(r, env);
        if (r->dirty) plain_drop_lost(r);
    }
    return r->end;
}
static void mark_own(uint8_t *own, int32_t fiber, POwn how) {
    if (own != NULL) own[fiber] = (uint8_t)how;
}
static bool ways_of(PRun *r, int32_t task, PPath *path, PWays *ways) {
    volatile bool able = true; /* a violation on the way counts as a step */
    ways->n = 0;
    if (setjmp(r->out) == 0) {
        collect(r, path, ways);
        able = ways->n > 0 || (r->p->has_wakes && plain_has_note(r, task));
    }
    return able;
}
bool plain_able(PRun *r, int32_t task, bool *lacks_thread, uint8_t *own) {
    PEntity *t = plain_at(r, task);
    *lacks_thread = false;
    if (t->kind != ENTITY_TASK || t->status == FIBER_ENDED) return false;
    PPath path = {.fiber = {task}, .n = 1};
    bool goes = false;
    if (t->running != 0) {
        find_path(r, &path, t->running);
        goes = plain_at(r, last(&path))->status == FIBER_GOING;
    }
    if (goes || (t->running == 0 && t->abort_asked)) {
        mark_own(own, goes ? last(&path) : task, OWN_ABLE);
        return true;
    }
    PWays *ways = arena_alloc(r->arena, sizeof *ways);
    bool able = ways_of(r, task, &path, ways);
    *lacks_thread = able && t->running == 0 && !threads_left(r, task);
    POwn how = *lacks_thread ? OWN_LACKS : OWN_ABLE;
    for (int32_t i = 0; i < ways->n; i++) mark_own(own, last(&ways->at[i].path), how);
    if (able && ways->n == 0) mark_own(own, task, how);
    return able && !*lacks_thread;
}
PGoing plain_task_going(PRun *r, int32_t task) {
    const PEntity *t = plain_at(r, task);
    PPath path = {.fiber = {task}, .n = 1};
    PWays *ways = arena_alloc(r->arena, sizeof *ways);
    bool sure = false;
    if (t->running != 0) {
        find_path(r, &path, t->running);
        if (plain_at(r, last(&path))->status == FIBER_GOING) return GOING_SURE;
    }
    if (!ways_of(r, task, &path, ways)) return GOING_NOT;
    for (int32_t i = 0; i < ways->n; i++) sure |= !ways->at[i].is_timer;
    if (sure || (r->p->has_wakes && plain_noted_going(r, task) == GOING_SURE)) return GOING_SURE;
    return r->end == END_STEP ? GOING_BY_TIMERS : GOING_SURE; /* a violation on the way is a step */
}
PEnd plain_call(PRun *r, int32_t func, PCell *value) {
    PCells values = {0};
    PEnd end = plain_values(r, func, &values);
    if (value != NULL && values.n > 0) *value = values.at[0];
    return end;
}
PEnd plain_values(PRun *r, int32_t func, PCells *values) {
    PEntity *e;
    r->end = END_STEP;
    r->next_choice = 0;
    r->still = 1;
    r->polling = r->cancelling = r->crashing = r->nexcused = 0;
    r->instructions = r->backs = 0;
    r->next_mark = 0;
    r->dirty = false;
    vec_clear(&r->mark);
    int32_t ref = plain_new_entity(r->s, r->arena, ENTITY_TASK);
    e = plain_at(r, ref);
    e->func = func;
    plain_push_frame(r->p, e, r->arena, func, NULL);
    r->task = ref;
    r->maker = func == r->p->init ? ref : 0;
    r->asks = r->maker == 0;
    if (setjmp(r->out) == 0) {
        plain_run(r, ref);
        e = plain_at(r, ref);
        *values = e->value;
        e->kind = ENTITY_FREE;
    }
    r->still = 0;
    return r->end;
}
