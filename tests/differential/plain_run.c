/* The plain explorer's instructions. A fiber runs until it rests, reaches a point, is blocked or ends. */
#include "tests/differential/plain_run.h"

#include <assert.h>

_Noreturn void plain_cut(PRun *r) {
    r->end = END_CUT;
    longjmp(r->out, 1);
}
_Noreturn void plain_violate(PRun *r, const char *kind, const char *detail, uint32_t line) {
    r->end = END_VIOLATION;
    r->kind = kind;
    r->detail = detail;
    r->line = line;
    longjmp(r->out, 1);
}
_Noreturn void plain_limit(PRun *r, const char *why) {
    r->end = END_LIMIT;
    r->detail = why;
    longjmp(r->out, 1);
}
int32_t plain_choose(PRun *r, int32_t n) {
    assert(n > 0);
    if (n == 1) return 0;
    if (r->next_choice == r->choices.n) vec_push(&r->choices, (PChoice){0, n});
    assert(r->choices.data[r->next_choice].of == n);
    return r->choices.data[r->next_choice++].taken;
}

PCell *plain_cell(PRun *r, PCell place) {
    if (place.ref == 0) return &r->s->globals[place.v];
    PEntity *e = plain_at(r, place.ref);
    if (place.frame >= e->nframes) plain_limit(r, "a destination that is gone");
    return &e->frames[place.frame].vars[place.v];
}
const PSite *plain_site(const PProgram *p, const PWait *wait) {
    return wait->kind == WAIT_SITE ? &p->sites.data[wait->site] : NULL;
}
PArmOp plain_wait_op(const PProgram *p, const PWait *wait, int32_t k) {
    switch (wait->kind) {
    case WAIT_SCOPE: return ARM_SCOPE;
    case WAIT_PENDING: return ARM_PENDING;
    case WAIT_ALL: case WAIT_RACE: return ARM_FUTURE;
    default: return p->sites.data[wait->site].arms[k].op;
    }
}
PArmOp plain_arm_op(const PRun *r, const PEntity *fiber, int32_t k) { return plain_wait_op(r->p, fiber->wait, k); }

/* ---- the stack */
static void push(PNow *x, PCell c) { plain_push(x->r->arena, &x->f->stack, c); }
void plain_give_cell(PNow *x, PCell c) { push(x, c); }
static PCell pop(PNow *x) {
    assert(x->f->stack.n > 0);
    return x->f->stack.at[--x->f->stack.n];
}
static PCell pop_set(PNow *x) {
    PCell c = pop(x);
    if (c.tag == CELL_UNSET) plain_violate(x->r, "undefined", "uninitialised", x->ins->line);
    if (c.tag == CELL_MOVED) plain_violate(x->r, "misuse", "moved", x->ins->line);
    return c;
}
int64_t plain_pop_int(PNow *x) { return pop_set(x).v; }
int32_t plain_pop_ref(PNow *x) { return pop_set(x).ref; }
static int64_t pop_int(PNow *x) { return plain_pop_int(x); }
static int32_t pop_ref(PNow *x) { return plain_pop_ref(x); }
PCells plain_take_cells(PNow *x, int32_t n) {
    PCells list = {0};
    x->f->stack.n -= n;
    assert(x->f->stack.n >= 0);
    for (int32_t i = 0; i < n; i++) plain_push(x->r->arena, &list, x->f->stack.at[x->f->stack.n + i]);
    return list;
}
static PCells take(PNow *x, int32_t n) { return plain_take_cells(x, n); }
static void push_item(PNow *x, PItem item) {
    struct { PItem *at; int32_t n, cap; } list = {x->f->items, x->f->nitems, x->f->items_cap};
    plain_push(x->r->arena, &list, item);
    x->f->items = list.at;
    x->f->nitems = list.n;
    x->f->items_cap = list.cap;
}
static void push_return(PRun *r, PFrame *f, int32_t to) {
    struct { int32_t *at; int32_t n, cap; } list = {f->returns, f->nreturns, f->returns_cap};
    plain_push(r->arena, &list, to);
    f->returns = list.at;
    f->nreturns = list.n;
    f->returns_cap = list.cap;
}

/* ---- rests */
/* True: the fiber must rest here; otherwise the access that follows is made in this step. */
static bool rests(PNow *x) {
    PRun *r = x->r;
    if (!r->threaded || r->still > 0) return false;
    if (x->e->atomic > 0 && x->e->atomic_used) return false;
    if (!r->fresh) return true;
    r->fresh = false;
    if (x->e->atomic > 0) x->e->atomic_used = true;
    return false;
}
static void note_access(PNow *x, PCell place, bool writes) {
    if (place.ref == 0 && x->e->atomic > 0) vec_push(&x->r->accesses, (PAccess){(int32_t)place.v, writes});
}
static bool is_shared(const PNow *x, PCell place) { return place.ref == 0 && x->r->p->shared[place.v]; }

/* ---- loops inside a step: if the whole configuration comes again, it goes on for ever */
static void look_back(PRun *r, int32_t fiber) {
    if (r->backs++ < 40) return;
    PWords now = {0};
    int32_t *map = arena_alloc(r->arena, (size_t)(r->s->n + 1) * sizeof *map), n;
    if (!plain_canon(r->p, r->s, &now, map, &n)) plain_limit(r, "too many alike");
    vec_push(&now, fiber);
    bool same = now.n == r->mark.n && memcmp(now.data, r->mark.data, now.n * sizeof *now.data) == 0;
    if (same) {
        vec_fini(&now);
        plain_violate(
            r, "never-yields", r->p->funcs.data[plain_at(r, r->task)->func].name, plain_line(r, plain_at(r, fiber)));
    }
    if (r->backs >= r->next_mark) {
        vec_fini(&r->mark);
        r->mark = now;
        r->next_mark = r->backs * 2;
    } else {
        vec_fini(&now);
    }
}
static void jump(PNow *x, int32_t to) {
    bool back = to <= x->f->pc;
    x->f->pc = to;
    if (back) look_back(x->r, x->fiber);
}

/* ---- memory */
static bool load(PNow *x) {
    int32_t n = x->ins->a;
    for (int32_t i = x->f->progress; i < n; i++) {
        PCell place = x->f->stack.at[x->f->stack.n - 1 - i];
        place.v += i;
        x->f->progress = i;
        if (is_shared(x, place) && rests(x)) return true;
        note_access(x, place, false);
        PCell v = *plain_cell(x->r, place);
        if (x->ins->b && v.tag == CELL_UNSET) plain_violate(x->r, "undefined", "uninitialised", x->ins->line);
        if (v.tag == CELL_MOVED && x->r->asks) v = cell_ref(0);
        if (x->ins->b && v.tag == CELL_MOVED) plain_violate(x->r, "misuse", "moved", x->ins->line);
        push(x, v);
    }
    x->f->progress = 0;
    PCells v = take(x, n);
    pop(x);
    for (int32_t i = 0; i < n; i++) push(x, v.at[i]);
    x->f->pc++;
    return false;
}
/* What is given away is gone from its place; none stays none. */
static void take_out(PNow *x, PCell place, int32_t n) {
    for (int32_t i = 0; i < n; i++, place.v++) {
        PCell *at = plain_cell(x->r, place);
        bool is_end = at->tag == CELL_REF && at->ref != 0 && plain_is_end(plain_at(x->r, at->ref));
        if (is_end) at->tag = CELL_MOVED, at->ref = 0;
    }
}
static bool move(PNow *x) {
    int32_t n = x->ins->a;
    PCell place = x->f->stack.at[x->f->stack.n - 1 - x->f->progress];
    if (load(x)) return true;
    take_out(x, place, n);
    return false;
}
static bool store(PNow *x) {
    int32_t n = x->ins->a;
    PCell *values = x->f->stack.at + x->f->stack.n - n;
    for (int32_t i = x->f->progress; i < n; i++) {
        PCell place = values[-1];
        place.v += i;
        x->f->progress = i;
        if (is_shared(x, place) && rests(x)) return true;
        note_access(x, place, true);
        if (place.ref == 0 && x->fiber != x->r->maker && values[i].tag == CELL_UNSET)
            plain_violate(x->r, "undefined", "uninitialised", x->ins->line);
        *plain_cell(x->r, place) = values[i];
        if (!x->ins->b) values[i] = (PCell){0}; /* no longer pending */
    }
    x->f->progress = 0;
    PCells v = take(x, n);
    pop(x);
    if (x->ins->b)
        for (int32_t i = 0; i < n; i++) push(x, v.at[i]);
    x->r->dirty = true;
    x->f->pc++;
    return false;
}
static bool update(PNow *x) {
    PCell place = x->f->stack.at[x->f->stack.n - 2];
    if (is_shared(x, place) && rests(x)) return true;
    int64_t operand = pop_int(x);
    pop(x);
    PCell *at = plain_cell(x->r, place);
    if (at->tag == CELL_UNSET) plain_violate(x->r, "undefined", "uninitialised", x->ins->line);
    const PIns *to = x->ins + 1;
    PCell old = *at;
    int64_t v = plain_binary(x->r, (Op)x->ins->a, plain_wrap(old.v, x->ins->type), operand, x->ins->type, x->ins->line);
    *at = plain_conv(x->r, cell_int(v), to->type, (uint8_t)to->b, x->ins->line);
    if (x->ins->b != 0) push(x, x->ins->b == 1 ? *at : old);
    x->f->pc += 2;
    return false;
}
static int64_t index_of(PNow *x) {
    int64_t i = pop_int(x);
    if (i < 0 || i >= x->ins->a) plain_violate(x->r, "undefined", "bounds", x->ins->line);
    return i;
}
static void part(PNow *x) {
    if (x->ins->v < 0) { /* a copy of the cell that far down */
        push(x, x->f->stack.at[x->f->stack.n + (int32_t)x->ins->v]);
        return;
    }
    PCells v = take(x, (int32_t)x->ins->v);
    for (int32_t i = 0; i < x->ins->b; i++) push(x, v.at[x->ins->a + i]);
}
static void index_value(PNow *x) {
    int64_t i = index_of(x);
    PCells v = take(x, x->ins->a * x->ins->b);
    for (int32_t k = 0; k < x->ins->b; k++) push(x, v.at[i * x->ins->b + k]);
}
static void bind(PNow *x) {
    for (int32_t k = 0; k < x->ins->b; k++)
        x->f->vars[x->ins->c + k] = x->f->stack.at[x->f->stack.n - (int32_t)x->ins->v + x->ins->a + k];
}

/* ---- operators */
static void unary(PNow *x) {
    int64_t v = pop_int(x);
    switch ((Op)x->ins->a) {
    case OP_NOT: v = v == 0; break;
    case OP_NEG: v = plain_binary(x->r, OP_SUB, 0, v, x->ins->type, x->ins->line); break;
    case OP_BITNOT: v = plain_wrap(~v, x->ins->type); break;
    default: break;
    }
    push(x, cell_int(v));
}
static void binary(PNow *x) {
    int64_t b = pop_int(x), a = pop_int(x);
    push(x, cell_int(plain_binary(x->r, (Op)x->ins->a, a, b, x->ins->type, x->ins->line)));
}
static void any(PNow *x) {
    int64_t hi = pop_int(x), lo = pop_int(x);
    if (lo > hi) plain_cut(x->r);
    if (hi - lo >= 4096) plain_limit(x->r, "any over too many values");
    push(x, cell_int(lo + plain_choose(x->r, (int32_t)(hi - lo + 1))));
}

/* ---- blocks */
static void declare(PNow *x) {
    PItem item = {.kind = x->ins->c ? ITEM_SCOPED : ITEM_VAR,
        .a = x->ins->a,
        .n = x->ins->b,
        .ordinal = x->ins->ordinal,
        .line = x->ins->line};
    push_item(x, item);
}
static void clear_vars(PRun *r, PFrame *f, int32_t at, int32_t n) {
    for (int32_t i = 0; i < n; i++) f->vars[at + i] = (PCell){0};
    r->dirty = true;
}
static void kill_vars(PRun *r, PFrame *f, const PItem *item, uint32_t line) {
    for (int32_t i = 0; i < item->n; i++)
        if (f->vars[item->a + i].tag == CELL_REF) plain_kill(r, f->vars[item->a + i].ref, line);
}
/* Handles of variables that have died. */
static void drop_handles(PRun *r, PFrame *f, const PItem *item) {
    for (int32_t i = 0; i < item->n; i++)
        if (f->vars[item->a + i].tag == CELL_REF) f->vars[item->a + i] = (PCell){0};
    r->dirty = true;
}
static int32_t current_item(const PFrame *f) {
    int32_t i = f->nitems - 1;
    while (f->items[i].done) i--;
    return i;
}
/* Forgets the items from i on, with their variables. */
static void forget_items(PRun *r, PFrame *f, int32_t i) {
    for (int32_t k = i; k < f->nitems; k++)
        if (f->items[k].kind == ITEM_VAR || f->items[k].kind == ITEM_SCOPED || f->items[k].kind == ITEM_SCOPE)
            clear_vars(r, f, f->items[k].a, f->items[k].n);
    f->nitems = i;
}
/* What item i asks for when its block ends. */
static void clean_item(PNow *x, int32_t i) {
    PItem *item = &x->f->items[i];
    item->done = true;
    switch (item->kind) {
    case ITEM_SCOPED: kill_vars(x->r, x->f, item, item->line); /* fall through */
    case ITEM_VAR: case ITEM_SCOPE: drop_handles(x->r, x->f, item); return;
    case ITEM_ATOMIC:
        if (--x->e->atomic == 0) x->e->atomic_used = false;
        return;
    case ITEM_DEFER:
        push_return(x->r, x->f, x->f->pc);
        x->f->pc = item->a;
        return;
    default: forget_items(x->r, x->f, i);
    }
}
void plain_ask_abort(PRun *r, int32_t task) {
    PEntity *t = plain_at(r, task);
    if (t->status != FIBER_ENDED) t->abort_asked = true;
}
static PItem *scope_of_block(PFrame *f) {
    int32_t i = f->nitems - 1;
    while (f->items[i].kind != ITEM_MARK) i--;
    if (i + 1 < f->nitems && f->items[i + 1].kind == ITEM_SCOPE && !f->items[i + 1].waited) return &f->items[i + 1];
    return NULL;
}
static bool wait_scope(PNow *x, const PItem *item) {
    int32_t ref = x->f->vars[item->a].ref;
    if (x->ins->b) {
        if (rests(x)) return true;
        const PWaiters *tasks = &plain_at(x->r, ref)->tasks;
        for (int32_t i = 0; i < tasks->n; i++) plain_ask_abort(x->r, tasks->at[i].fiber);
    }
    PWait *w = ARENA_NEW(x->r->arena, PWait);
    w->kind = WAIT_SCOPE;
    w->narms = 1;
    w->arms = ARENA_NEW(x->r->arena, PArm);
    w->arms[0] = (PArm){.state = plain_scope_over(x->r, ref) ? ARM_READY : ARM_QUEUED, .asked = true, .ref = ref};
    x->e->wait = w;
    x->e->status = FIBER_AT_POINT;
    return false;
}
/* 0: goes on, 1: rests, 2: waits */
static int leave(PNow *x) {
    const PItem *scope = scope_of_block(x->f);
    if (scope != NULL) return wait_scope(x, scope) ? 1 : 2;
    int32_t i = current_item(x->f);
    PItem last = x->f->items[i];
    clean_item(x, i);
    if (last.kind == ITEM_MARK && last.a == x->ins->a) x->f->pc++;
    return 0;
}
static void trim(PNow *x) {
    int32_t i = current_item(x->f);
    const PItem *last = &x->f->items[i];
    bool stays = last->kind == ITEM_MARK || last->kind == ITEM_ATOMIC || last->kind == ITEM_SCOPE ||
                 last->ordinal <= x->ins->ordinal;
    if (!stays) {
        clean_item(x, i);
        return;
    }
    forget_items(x->r, x->f, i + 1);
    x->f->pc++;
}
static void new_scope(PNow *x) {
    int32_t ref = plain_new_entity(x->r->s, x->r->arena, ENTITY_SCOPE);
    x->f->vars[x->ins->a] = cell_ref(ref);
    push_item(x, (PItem){.kind = ITEM_SCOPE, .a = x->ins->a, .n = 1});
}

/* ---- calls and fibers */
static void call(PNow *x) {
    PCells args = take(x, x->r->p->funcs.data[x->ins->a].arg_cells);
    x->f->pc++;
    if (x->e->nframes >= 64) plain_limit(x->r, "deep recursion");
    plain_push_frame(x->r->p, x->e, x->r->arena, x->ins->a, args.at);
}
/* True: the fiber has ended. */
static bool give_back(PNow *x) {
    PCells value = take(x, x->ins->a);
    x->e->nframes--;
    x->r->dirty = true;
    if (x->e->nframes == 0) {
        x->e->value = value;
        return true;
    }
    x->f = plain_top(x->e);
    for (int32_t i = 0; i < value.n; i++) push(x, value.at[i]);
    return false;
}
static int32_t new_fiber(PNow *x, PKind kind, int32_t func, PCells args) {
    int32_t ref = plain_new_entity(x->r->s, x->r->arena, kind);
    PEntity *e = plain_at(x->r, ref);
    x->e = plain_at(x->r, x->fiber);
    x->f = plain_top(x->e);
    e->func = func;
    plain_push_frame(x->r->p, e, x->r->arena, func, args.at);
    return ref;
}
static void spawn(PNow *x) {
    PRun *r = x->r;
    const PIns *ins = x->ins;
    PCells args = take(x, r->p->funcs.data[ins->a].arg_cells);
    int32_t executor = ins->c & 2 ? pop_ref(x) : plain_at(r, r->task)->executor;
    int32_t ref = new_fiber(x, ENTITY_TASK, ins->a, args);
    PEntity *t = plain_at(r, ref);
    t->executor = executor;
    t->is_daemon = ins->c & 1;
    t->fault = (int32_t)ins->v;
    t->restarts = (ins->c & 4) != 0;
    if (t->restarts) t->args = args;
    t->number = r->s->spawned[ins->a]++;
    if (ins->b > 0) plain_push(r->arena, &plain_at(r, x->f->vars[ins->b - 1].ref)->tasks, (PWaiter){.fiber = ref});
    push(x, cell_ref(ref));
}
void plain_end_fiber(PRun *r, int32_t fiber) {
    PEntity *e = plain_at(r, fiber);
    e->status = FIBER_ENDED;
    e->wait = NULL;
    e->nframes = 0;
    e->running = 0;
    e->atomic = 0;
    e->abort_asked = false;
    e->poller = 0;
    if (e->kind != ENTITY_TASK) return;
    if (r->p->main == e->func) {
        r->s->main_ended = true;
        e->value.n = 0;
    }
    for (int32_t i = 1; i < r->s->n; i++) {
        PWaiters *tasks = &r->s->at[i].tasks;
        int32_t at = r->s->at[i].kind == ENTITY_SCOPE ? plain_waiters_find(tasks, fiber, 0) : -1;
        if (at >= 0) plain_waiters_remove(tasks, at);
    }
}

/* ---- waiting */
/* What the joined task's function yields: an integer where one is expected, else the very type. */
static const Type *yielded_by(PRun *r, const PSiteArm *sa, const PEntity *task) {
    const PFunc *f = &r->p->funcs.data[task->func];
    if (sa->result == 0 || sa->result_type == NULL || f->decl == NULL) return NULL;
    const Type *type = f->decl->symbol->type->of;
    bool fits = type == sa->result_type || (type_is_integer(type) && type_is_integer(sa->result_type));
    if (!fits) plain_violate(r, "misuse", "future", sa->line);
    return type;
}
static void fill_arm(PRun *r, const PSiteArm *sa, const PCell *cells, PArm *arm, uint32_t line) {
    int32_t at = 0;
    arm->state = ARM_READY;
    arm->asked = true;
    if (sa->has_place) arm->into = cells[at++];
    if (sa->op == ARM_YIELD || sa->op == ARM_PARK) return;
    PCell first = cells[at++];
    if (first.tag == CELL_UNSET) plain_violate(r, "undefined", "uninitialised", line);
    if (sa->op == ARM_SLEEP) {
        arm->n = first.v;
        arm->left = first.v > 0 ? first.v : 0;
        return;
    }
    if (first.tag == CELL_MOVED) plain_violate(r, "misuse", "moved", line);
    arm->ref = first.ref;
    PKind kind = r->s->at[arm->ref].kind;
    if (arm->ref != 0 && (kind == ENTITY_SENDER || kind == ENTITY_RECEIVER)) {
        arm->end = arm->ref;
        arm->ref = r->s->at[arm->end].core;
    }
    if (sa->op == ARM_JOIN && arm->ref != 0) yielded_by(r, sa, plain_at(r, arm->ref));
    if (sa->op == ARM_SEND)
        while (at < sa->cells) plain_push(r->arena, &arm->value, cells[at++]);
    if (sa->op == ARM_RECV && sa->dest_type != NULL) arm->place = cells[at++];
    if (sa->op == ARM_ACQUIRE) {
        arm->n = cells[at].v;
        if (arm->n < 0) plain_violate(r, "undefined", "bounds", line);
    }
    if (sa->op == ARM_WAIT && at < sa->cells) {
        arm->other = cells[at].ref;
        if (arm->other == 0) arm->state = ARM_OFF;
    }
    if (arm->ref == 0) arm->state = ARM_OFF;
}
static PWait *operands(PNow *x, int32_t id) {
    PRun *r = x->r;
    const PSite *site = &r->p->sites.data[id];
    PWait *w = ARENA_NEW(r->arena, PWait);
    int32_t total = site->is_select ? site->narms : 0, at = total;
    for (int32_t i = 0; i < site->narms; i++) total += site->arms[i].cells;
    PCells all = take(x, total);
    *w = (PWait){.site = id, .narms = site->narms};
    w->arms = ARENA_ARRAY(r->arena, PArm, site->narms + 1);
    for (int32_t i = 0; i < site->narms; i++) {
        if (!site->is_select || all.at[i].v != 0)
            fill_arm(r, &site->arms[i], total > 0 ? all.at + at : NULL, &w->arms[i], site->arms[i].line);
        at += site->arms[i].cells;
    }
    return w;
}
static void arrive(PRun *r, int32_t fiber, bool blocking) {
    PWait *w = plain_at(r, fiber)->wait;
    const PSite *site = &r->p->sites.data[w->site];
    for (int32_t k = 0; k < w->narms; k++) {
        PArm *a = &w->arms[k];
        PArmOp op = site->arms[k].op;
        if (a->state == ARM_OFF) continue;
        a->fresh = true;
        if (plain_on_object(op)) {
            plain_check_oneshot(r, op, a, site->arms[k].line);
            if (blocking || !plain_can_fire(r, fiber, op, a, site->arms[k].line)) plain_place_waiter(r, fiber, k, op);
        } else if (op == ARM_SLEEP || op == ARM_YIELD || op == ARM_PARK) {
            a->state = ARM_QUEUED;
        } else if (op == ARM_JOIN) {
            a->state = plain_at(r, a->ref)->status == FIBER_ENDED ? ARM_READY : ARM_QUEUED;
        } else if (op == ARM_FUTURE) {
            PEntity *f = plain_at(r, a->ref);
            f->noted = 0;
            if (f->poller == 0 && f->status != FIBER_AT_START && f->status != FIBER_ENDED) f->poller = r->task;
        }
    }
}
static void store_cells(
    PRun *r, PCell place, const PCell *cells, int32_t n, const Type *type, uint8_t bits, uint32_t line) {
    PCell *to = plain_cell(r, place);
    for (int32_t i = 0; i < n; i++)
        if (place.ref == 0 && cells[i].tag == CELL_UNSET) plain_violate(r, "undefined", "uninitialised", line);
    for (int32_t i = 0; i < n; i++)
        to[i] = n == 1 && type != NULL && type_is_integer(type) ? plain_conv(r, cells[i], type, bits, line) : cells[i];
    r->dirty = true;
}
static PCells result_of(PRun *r, const PSiteArm *sa, const PArm *arm) {
    PCells value = {0};
    if (sa->op == ARM_FUTURE || sa->op == ARM_JOIN) {
        PEntity *from = plain_at(r, arm->ref);
        const Type *type = sa->op == ARM_JOIN ? yielded_by(r, sa, from) : NULL;
        for (int32_t i = 0; i < sa->result; i++)
            plain_push(r->arena, &value, i < from->value.n ? from->value.at[i] : (PCell){0});
        if (type != NULL && type_is_integer(type) && type != sa->result_type)
            value.at[0] = plain_conv(r, value.at[0], sa->result_type, 0, sa->line);
        if (sa->op == ARM_FUTURE) from->value.n = 0; /* it was taken; a task's value can be had again */
    } else if (sa->op == ARM_RESERVE) {
        value = arm->value;
    } else if (sa->result > 0) {
        plain_push(r->arena, &value, cell_int(arm->result));
    }
    return value;
}
static void give_up_others(PRun *r, int32_t fiber, int32_t taken) {
    for (int32_t i = 0; i < plain_at(r, fiber)->wait->narms; i++) {
        PEntity *e = plain_at(r, fiber);
        PArm *a = &e->wait->arms[i];
        if (i == taken || a->state == ARM_OFF) continue;
        PArmOp op = plain_arm_op(r, e, i);
        const PSite *site = plain_site(r->p, e->wait);
        int32_t future = op == ARM_FUTURE && (site == NULL || site->arms[i].owned) ? a->ref : 0;
        plain_give_up(r, fiber, i, op);
        if (op == ARM_FUTURE) plain_at(r, a->ref)->poller = 0;
        plain_at(r, fiber)->wait->arms[i].state = ARM_OFF;
        plain_at(r, fiber)->wait->arms[i].asked = false;
        if (future != 0) plain_drop_lost(r);
    }
}
static void complete_scope(PRun *r, PEntity *e) {
    (void)r;
    scope_of_block(plain_top(e))->waited = true;
    e->wait = NULL;
}
static void store_item(PRun *r, const PSiteArm *sa, PArm *arm) {
    if (sa->op != ARM_RECV || !arm->result || sa->dest_type == NULL) return;
    store_cells(r, arm->place, arm->value.at, arm->value.n, sa->dest_type, sa->dest_bits, sa->line);
}
/* What has lost a race is cancelled, whoever holds it. */
static void cancel_losers(PRun *r, int32_t fiber) {
    for (int32_t i = 0; i < plain_at(r, fiber)->wait->narms; i++) {
        PArm *a = &plain_at(r, fiber)->wait->arms[i];
        if (a->state == ARM_OFF) continue;
        a->state = ARM_OFF;
        if (plain_at(r, a->ref)->status != FIBER_ENDED) plain_cancel(r, a->ref);
    }
}
/* One of the futures of an all or a race has ended. */
static void complete_part(PRun *r, int32_t fiber, int32_t k) {
    PEntity *e = plain_at(r, fiber);
    PArm *arm = &e->wait->arms[k];
    PEntity *part = plain_at(r, arm->ref);
    PCells value = part->value;
    part->value.n = 0;
    part->poller = 0;
    r->dirty = true;
    arm->state = ARM_OFF;
    arm->value = e->wait->yields ? value : (PCells){0};
    arm->ref = 0;
    bool over = e->wait->kind == WAIT_RACE;
    if (over) {
        e->value = e->wait->yields ? value : (PCells){0};
        cancel_losers(r, fiber);
    } else {
        over = !e->wait->never;
        for (int32_t i = 0; i < e->wait->narms; i++) over &= e->wait->arms[i].state == ARM_OFF;
        for (int32_t i = 0; over && e->wait->yields && i < e->wait->narms; i++)
            for (int32_t j = 0; j < e->wait->arms[i].value.n; j++)
                plain_push(r->arena, &e->value, e->wait->arms[i].value.at[j]);
    }
    if (over) plain_at(r, fiber)->wait = NULL;
}
void plain_complete(PRun *r, int32_t fiber, int32_t k) {
    PEntity *e = plain_at(r, fiber);
    switch (e->wait->kind) {
    case WAIT_SCOPE: complete_scope(r, e); return;
    case WAIT_PENDING: e->wait = NULL; return;
    case WAIT_ALL: case WAIT_RACE: complete_part(r, fiber, k); return;
    default: break;
    }
    const PSite *site = &r->p->sites.data[e->wait->site];
    const PSiteArm *sa = &site->arms[k];
    PArm *arm = &e->wait->arms[k];
    plain_go_on(r, fiber, k, sa->op);
    e = plain_at(r, fiber);
    store_item(r, sa, arm);
    PCells value = result_of(r, sa, arm);
    if (site->ignores_close && sa->op == ARM_SEND && !arm->result) plain_violate(r, "ignored-close", "", site->line);
    r->dirty = true;
    if (e->func < 0) {
        e->value = value;
        e->wait = NULL;
        return;
    }
    PNow x = {.r = r, .fiber = fiber, .e = e, .f = plain_top(e)};
    if (site->is_select) {
        PCell into = sa->slot >= 0 ? (PCell){.tag = CELL_PLACE, .ref = fiber, .frame = e->nframes - 1, .v = sa->slot}
                                   : arm->into;
        if (sa->into != NULL) store_cells(r, into, value.at, value.n, sa->into, sa->into_bits, sa->line);
        x.f->pc = sa->body;
    } else {
        for (int32_t i = 0; i < value.n; i++) push(&x, value.at[i]);
        x.f->pc++;
    }
    give_up_others(r, fiber, k);
    plain_at(r, fiber)->wait = NULL;
}
/* In the middle of a step: a receive loses nothing. */
static void fire_now(PRun *r, int32_t fiber, PArmOp op, PArm *a) {
    r->sure += op == ARM_RECV;
    plain_fire(r, fiber, op, a);
    r->sure -= op == ARM_RECV;
}
/* A select with default: operations that can fire on arrival and futures are polled in some order (in theirs if biased),
   the first that fires is taken. */
static void select_on_the_spot(PNow *x, const PSite *site) {
    PRun *r = x->r;
    int32_t left[64], n = 0, fiber = x->fiber;
    for (int32_t k = 0; k < site->narms; k++) {
        const PArm *a = &x->e->wait->arms[k];
        PArmOp op = site->arms[k].op;
        if (a->state == ARM_OFF) continue;
        if (!plain_on_object(op) || plain_can_fire(r, fiber, op, a, site->arms[k].line)) left[n++] = k;
    }
    while (n > 0) {
        int32_t i = site->is_biased ? 0 : plain_choose(r, n), k = left[i];
        memmove(left + i, left + i + 1, (size_t)(n - i - 1) * sizeof *left);
        n--;
        PArm *a = &plain_at(r, fiber)->wait->arms[k];
        PArmOp op = site->arms[k].op;
        bool taken = false;
        if (plain_on_object(op) && plain_can_fire(r, fiber, op, a, site->arms[k].line)) {
            fire_now(r, fiber, op, a);
            taken = true;
        } else if (op == ARM_JOIN) {
            taken = plain_at(r, a->ref)->status == FIBER_ENDED;
        } else if (op == ARM_FUTURE) {
            taken = plain_poll_noted(r, a->ref, plain_line(r, plain_at(r, fiber)));
        }
        if (!taken) continue;
        plain_complete(r, fiber, k);
        return;
    }
    give_up_others(r, fiber, -1);
    PEntity *e = plain_at(r, fiber);
    e->wait = NULL;
    plain_top(e)->pc = site->otherwise;
}
/* --ready run-on: what can fire on arrival fires in the same step. */
static bool run_on(PNow *x, const PSite *site) {
    int32_t ready[64], n = 0;
    for (int32_t k = 0; k < site->narms && n < 64; k++) {
        if (x->e->wait->arms[k].state != ARM_READY) continue;
        if (site->arms[k].op != ARM_FUTURE) ready[n++] = k;
        else if (site->is_biased) break; /* its step comes first */
    }
    if (n == 0) return false;
    int32_t k = ready[site->is_biased ? 0 : plain_choose(x->r, n)];
    if (site->arms[k].op != ARM_JOIN) fire_now(x->r, x->fiber, site->arms[k].op, &x->e->wait->arms[k]);
    plain_complete(x->r, x->fiber, k);
    return true;
}
/* 0: goes on, 1: rests, 2: waits */
static int wait(PNow *x) {
    const PSite *site = &x->r->p->sites.data[x->ins->a];
    if (site->has_object && rests(x)) return 1;
    x->e->wait = operands(x, x->ins->a);
    if (site->has_default) {
        select_on_the_spot(x, site);
        return 0;
    }
    arrive(x->r, x->fiber, false);
    if (x->r->options->run_on && x->r->polling == 0 && run_on(x, site)) return 0;
    x->e->status = FIBER_AT_POINT;
    return 2;
}
/* 0: goes on, 1: rests, 2: is blocked, 3: begins to block on a future */
static int block(PNow *x) {
    const PSite *site = &x->r->p->sites.data[x->ins->a];
    if (site->has_object && rests(x)) return 1;
    x->e->wait = operands(x, x->ins->a);
    PArm *a = &x->e->wait->arms[0];
    PArmOp op = site->arms[0].op;
    bool fires = a->state != ARM_OFF && plain_on_object(op) && plain_can_fire(x->r, x->fiber, op, a, site->line);
    if (fires) fire_now(x->r, x->fiber, op, a);
    if (fires || (op == ARM_JOIN && a->ref != 0 && plain_at(x->r, a->ref)->status == FIBER_ENDED)) {
        plain_complete(x->r, x->fiber, 0);
        return 0;
    }
    if (x->r->still > 0 && x->r->task != x->fiber)
        plain_limit(x->r, "a blocking operation in a future polled on the spot");
    if (op == ARM_FUTURE && a->ref != 0) return 3;
    arrive(x->r, x->fiber, true);
    x->e->status = FIBER_BLOCKED;
    return 2;
}
static void combine(PNow *x) {
    int32_t n = x->ins->a;
    PCells parts = take(x, n);
    int32_t ref = plain_new_entity(x->r->s, x->r->arena, ENTITY_FUTURE);
    x->e = plain_at(x->r, x->fiber);
    x->f = plain_top(x->e);
    PEntity *e = plain_at(x->r, ref);
    e->func = FUNC_COMBINED;
    e->status = FIBER_AT_POINT;
    e->wait = ARENA_NEW(x->r->arena, PWait);
    *e->wait = (PWait){.kind = x->ins->b ? WAIT_RACE : WAIT_ALL, .narms = n, .yields = x->ins->c > 0};
    e->wait->arms = ARENA_ARRAY(x->r->arena, PArm, n + 1);
    for (int32_t i = 0; i < n; i++) {
        bool is_none = parts.at[i].ref == 0;
        e->wait->arms[i] = (PArm){.state = is_none ? ARM_OFF : ARM_READY, .asked = true, .ref = parts.at[i].ref};
        e->wait->never |= is_none && x->ins->b == 0;
    }
    push(x, cell_ref(ref));
}
/* A poll function's body has ended without a result: its variables are gone, its parameters stay. */
static void pending(PNow *x) {
    PWait *w = ARENA_NEW(x->r->arena, PWait);
    *w = (PWait){.kind = WAIT_PENDING, .narms = 1};
    w->arms = ARENA_NEW(x->r->arena, PArm);
    w->arms[0] = (PArm){.state = ARM_QUEUED, .asked = true};
    x->e->wait = w;
    x->e->status = FIBER_AT_POINT;
    x->f->stack.n = 0;
    x->f->pc = x->ins->a;
}
/* poll(p), poll(p, &v) */
static void poll_future(PNow *x) {
    PCell place = x->ins->b ? pop(x) : (PCell){0};
    const PIns *ins = x->ins;
    int32_t future = pop_ref(x);
    bool ended = future != 0 && plain_poll_noted(x->r, future, ins->line);
    x->e = plain_at(x->r, x->fiber);
    x->f = plain_top(x->e);
    if (ended) {
        PCells value = plain_at(x->r, future)->value;
        plain_at(x->r, future)->value.n = 0;
        if (ins->b) store_cells(x->r, place, value.at, value.n, ins->type, 0, ins->line);
    }
    push(x, cell_int(ended));
    x->r->dirty = true;
}
static void op_future(PNow *x) {
    PWait *w = operands(x, x->ins->a);
    int32_t ref = plain_new_entity(x->r->s, x->r->arena, ENTITY_FUTURE);
    x->e = plain_at(x->r, x->fiber);
    x->f = plain_top(x->e);
    PEntity *e = plain_at(x->r, ref);
    e->func = FUNC_OPERATION;
    e->wait = w;
    push(x, cell_ref(ref));
}

/* ---- immediate operations: the fiber has rested before */
static void refresh(PNow *x) {
    x->e = plain_at(x->r, x->fiber);
    x->f = plain_top(x->e);
    x->ins = &x->r->p->code.data[x->f->pc];
}
/* A try_ form: the operation, if it can fire now. */
static void try_now(PNow *x) {
    const PSiteArm *sa = &x->r->p->sites.data[x->ins->a].arms[0];
    PWait *w = operands(x, x->ins->a);
    PArm *a = &w->arms[0];
    a->result = false;
    if (a->ref != 0) plain_check_oneshot(x->r, sa->op, a, x->ins->line);
    bool done = a->ref != 0 && plain_can_fire(x->r, x->fiber, sa->op, a, x->ins->line);
    if (done) plain_fire(x->r, x->fiber, sa->op, a);
    if (sa->op == ARM_RESERVE) plain_make_permit(x->r, a);
    refresh(x);
    if (done) store_item(x->r, sa, a);
    push(x, sa->op == ARM_RESERVE ? a->value.at[0] : cell_int(done && a->result));
}
static void immediate(PNow *x) {
    if (x->ins->op == I_SPAWN) spawn(x);
    else if (x->ins->op == I_TRY) try_now(x);
    else plain_immediate(x);
    x->r->dirty = true;
}

/* ---- one instruction that is neither an access nor a wait */
static void atom(PNow *x) {
    PCell operand = {0};
    Builtin b = (Builtin)x->ins->c;
    if (b == BUILTIN_FULL || b == BUILTIN_EMPTY || b == BUILTIN_CLOSED || b == BUILTIN_HELD || b == BUILTIN_HOLDER)
        operand = pop(x);
    push(x, cell_int(plain_atom(x->r, x->ins, &operand)));
}
static void values(PNow *x) {
    const PIns *ins = x->ins;
    PCell a, b;
    switch (ins->op) {
    case I_PUSH: push(x, cell_int(ins->v)); break;
    case I_NONE: push(x, cell_ref(0)); break;
    case I_UNSET:
        for (int32_t i = 0; i < ins->a; i++) push(x, (PCell){0});
        break;
    case I_LOCAL: push(x, (PCell){.tag = CELL_PLACE, .ref = x->fiber, .frame = x->e->nframes - 1, .v = ins->a}); break;
    case I_PARAM: /* a place of the caller, or what it has given away */
        a = x->f->vars[ins->a];
        if (a.tag != CELL_PLACE)
            a = (PCell){.tag = CELL_PLACE, .ref = x->fiber, .frame = x->e->nframes - 1, .v = ins->a};
        push(x, a);
        break;
    case I_GLOBAL: push(x, (PCell){.tag = CELL_PLACE, .v = ins->a}); break;
    case I_INDEX: {
        int64_t i = index_of(x);
        x->f->stack.at[x->f->stack.n - 1].v += i * ins->b;
        break;
    }
    case I_INDEXV: index_value(x); break;
    case I_OFFSET: x->f->stack.at[x->f->stack.n - 1].v += ins->a; break;
    case I_PART: part(x); break;
    case I_DUP:
        a = pop(x);
        push(x, a);
        push(x, a);
        break;
    case I_TUCK:
        b = pop(x);
        a = pop(x);
        push(x, b);
        push(x, a);
        push(x, b);
        break;
    case I_POP:
        x->f->stack.n -= ins->a;
        x->r->dirty = true;
        break;
    case I_BIN: binary(x); break;
    case I_UN: unary(x); break;
    case I_CONV:
        a = pop(x);
        if (a.tag == CELL_UNSET && !ins->a) plain_violate(x->r, "undefined", "uninitialised", ins->line);
        push(x, plain_conv(x->r, a, ins->type, (uint8_t)ins->b, ins->line));
        break;
    case I_SETALL:
        for (int32_t i = 0; i < ins->a; i++)
            if (x->f->stack.at[x->f->stack.n - 1 - i].tag == CELL_UNSET)
                plain_violate(x->r, "undefined", "uninitialised", ins->line);
        break;
    case I_SAME:
        b = pop(x);
        a = pop(x);
        push(x, cell_int((a.ref == b.ref) != ins->a));
        break;
    case I_TRUTH: push(x, cell_int(pop_int(x) != 0)); break;
    case I_BIND: bind(x); break;
    case I_SET: x->f->vars[ins->a] = cell_int(ins->v); break;
    case I_CLEAR: clear_vars(x->r, x->f, ins->a, ins->b); break;
    case I_MARK: push_item(x, (PItem){.kind = ITEM_MARK, .a = ins->a}); break;
    case I_DECL: declare(x); break;
    case I_DEFER: push_item(x, (PItem){.kind = ITEM_DEFER, .a = ins->a, .ordinal = ins->ordinal}); break;
    case I_SCOPE: new_scope(x); break;
    case I_ATOMIC:
        push_item(x, (PItem){.kind = ITEM_ATOMIC});
        x->e->atomic++;
        break;
    case I_FUTURE:
        a = cell_ref(new_fiber(x, ENTITY_FUTURE, ins->a, take(x, x->r->p->funcs.data[ins->a].arg_cells)));
        push(x, a);
        break;
    case I_COMBINE: combine(x); break;
    case I_TAKEN: take_out(x, pop(x), ins->a); break;
    case I_WAKER: push(x, cell_ref(x->r->task)); break;
    case I_PROGRESS: x->r->progress = true; break;
    case I_NEW: plain_new_object(x); break;
    case I_ANY: any(x); break;
    case I_ASSUME:
        if (pop_int(x) == 0) plain_cut(x->r);
        break;
    case I_ASSERT:
        if (pop_int(x) == 0) plain_violate(x->r, "assertion", "", ins->line);
        break;
    case I_UNREACHABLE: plain_violate(x->r, "assertion", "", ins->line);
    case I_NORET: plain_violate(x->r, "undefined", "return", ins->line);
    case I_ATOM: atom(x); break;
    default: assert(false);
    }
    x->f->pc++;
}
static void jumps(PNow *x) {
    const PIns *ins = x->ins;
    bool taken = true;
    if (ins->op == I_JZ || ins->op == I_JNZ) taken = (pop_int(x) == 0) == (ins->op == I_JZ);
    if (ins->op == I_CASE) {
        int64_t v = pop_int(x);
        taken = v == ins->v;
        if (!taken) push(x, cell_int(v));
    } else if (ins->op == I_MATCH) {
        PCell tag = x->f->stack.at[x->f->stack.n - (int32_t)ins->v];
        if (tag.tag == CELL_UNSET) plain_violate(x->r, "undefined", "uninitialised", ins->line);
        taken = tag.v == ins->b;
    }
    if (taken) jump(x, ins->a);
    else x->f->pc++;
}

PStop plain_run(PRun *r, int32_t fiber) {
    PNow x = {.r = r, .fiber = fiber};
    plain_at(r, fiber)->status = FIBER_GOING;
    for (;;) {
        if (++r->instructions > r->options->max_instructions) plain_limit(r, "a long step");
        if (r->dirty) plain_drop_lost(r);
        refresh(&x);
        int how;
        switch (x.ins->op) {
        case I_LOAD: if (load(&x)) return STOP_REST; break;
        case I_STORE: if (store(&x)) return STOP_REST; break;
        case I_MOVE: if (move(&x)) return STOP_REST; break;
        case I_RMW: if (update(&x)) return STOP_REST; break;
        case I_JUMP: case I_JZ: case I_JNZ: case I_CASE: case I_MATCH: jumps(&x); break;
        case I_CALL: call(&x); break;
        case I_RET:
            if (give_back(&x)) return STOP_END;
            break;
        case I_LEAVE:
            how = leave(&x);
            if (how != 0) return how == 1 ? STOP_REST : STOP_POINT;
            break;
        case I_TRIM: trim(&x); break;
        case I_PENDING: pending(&x); return STOP_POINT;
        case I_DEFERRET: {
            int32_t to = x.f->returns[--x.f->nreturns];
            if (to < 0) return STOP_DEFER;
            x.f->pc = to;
            break;
        }
        case I_WAIT:
            how = wait(&x);
            if (how != 0) return how == 1 ? STOP_REST : STOP_POINT;
            break;
        case I_BLOCK:
            how = block(&x);
            if (how != 0) return how == 1 ? STOP_REST : how == 2 ? STOP_BLOCKED : STOP_BLOCK_ON;
            break;
        case I_OPFUTURE: /* a notified future is known to its object from now on */
            if (r->p->sites.data[x.ins->a].arms[0].op == ARM_NOTIFIED && rests(&x)) return STOP_REST;
            op_future(&x);
            plain_top(plain_at(r, fiber))->pc++;
            break;
        case I_POLL:
            if (rests(&x)) return STOP_REST;
            poll_future(&x);
            plain_top(plain_at(r, fiber))->pc++;
            break;
        case I_SPAWN: case I_TRY: case I_DO:
            if (rests(&x)) return STOP_REST;
            immediate(&x);
            plain_top(plain_at(r, fiber))->pc++;
            break;
        default: values(&x);
        }
    }
}
