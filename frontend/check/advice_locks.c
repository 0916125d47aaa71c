#include "frontend/check/advice.h"
#include "frontend/walk.h"

#include <string.h>

enum { MAX_NAMED = 4 };

/* One place where a lock is taken, and the awaits it is held across. */
typedef struct Taken {
    const Expr *lock;  /* the operand */
    Span at;
    Span awaits[MAX_NAMED];
    uint32_t nawaits;
} Taken;

typedef VEC(uint32_t) Held; /* indices of what is held for sure, in the order taken */

typedef struct Locks {
    Sema *s;
    VEC(Taken) taken;
    Held held;
} Locks;

/* ---- one lock and another */

static bool is_same_text(const Sema *s, Span a, Span b) {
    size_t length;
    if (a.file != b.file || a.end - a.begin != b.end - b.begin) return false;
    const char *text = sources_text(s->tree->sources, a.file, &length);
    return memcmp(text + a.begin, text + b.begin, a.end - a.begin) == 0;
}

static void take(Locks *locks, const Expr *call) {
    for (uint32_t i = 0; i < locks->taken.n; i++)
        if (locks->taken.data[i].at.begin == call->span.begin && locks->taken.data[i].at.file == call->span.file) {
            vec_push(&locks->held, i);
            return;
        }
    vec_push(&locks->held, locks->taken.n);
    vec_push(&locks->taken, (Taken){.lock = call->args[0], .at = call->span});
}

static void give_back(Locks *locks, const Expr *lock) {
    for (uint32_t i = locks->held.n; i-- > 0;) {
        if (!is_same_text(locks->s, locks->taken.data[locks->held.data[i]].lock->span, lock->span)) continue;
        memmove(locks->held.data + i, locks->held.data + i + 1, sizeof(uint32_t) * (locks->held.n - i - 1));
        locks->held.n--;
        return;
    }
}

/* `but`: a lock that is given back meanwhile, or NULL. */
static void wait_at(Locks *locks, Span at, const Expr *but) {
    for (uint32_t i = 0; i < locks->held.n; i++) {
        Taken *taken = &locks->taken.data[locks->held.data[i]];
        if (but && is_same_text(locks->s, taken->lock->span, but->span)) continue;
        bool is_known = false;
        for (uint32_t k = 0; k < taken->nawaits && k < MAX_NAMED; k++) is_known |= taken->awaits[k].begin == at.begin;
        if (is_known) continue;
        if (taken->nawaits < MAX_NAMED) taken->awaits[taken->nawaits] = at;
        taken->nawaits++;
    }
}

static bool takes_lock(const Expr *expr) {
    if (expr->kind != EXPR_CALL || expr->nargs == 0 || expr->makes_future) return false;
    return expr->builtin == BUILTIN_LOCK || expr->builtin == BUILTIN_READ_LOCK || expr->builtin == BUILTIN_WRITE_LOCK;
}

static bool see_expr(Walk *walk, Expr *expr) {
    Locks *locks = walk->context;
    if (expr->kind == EXPR_AWAIT) {
        bool is_wait = expr->a->kind == EXPR_CALL && expr->a->builtin == BUILTIN_WAIT && expr->a->nargs == 2;
        wait_at(locks, expr->span, is_wait ? expr->a->args[1] : NULL);
    }
    if (takes_lock(expr)) take(locks, expr);
    if (expr->kind == EXPR_CALL && expr->builtin == BUILTIN_UNLOCK && expr->nargs == 1) give_back(locks, expr->args[0]);
    return true;
}

static void scan_expr(Locks *locks, Expr *expr) {
    Walk walk = {.expr = see_expr, .context = locks};
    walk_expr(&walk, expr);
}

/* ---- paths that part and meet */

static Held copy_of(const Held *held) {
    Held copy = {0};
    for (uint32_t i = 0; i < held->n; i++) vec_push(&copy, held->data[i]);
    return copy;
}

/* What is held on both ways. */
static void meet(Held *held, const Held *other) {
    uint32_t kept = 0;
    for (uint32_t i = 0; i < held->n; i++) {
        bool is_there = false;
        for (uint32_t k = 0; k < other->n; k++) is_there |= other->data[k] == held->data[i];
        if (is_there) held->data[kept++] = held->data[i];
    }
    held->n = kept;
}

/* Ways that part at one place and meet again. */
typedef struct Ways {
    Held before, after;
    bool any; /* of the ways that lead on, one was seen */
} Ways;

static Ways ways_part(const Locks *locks) { return (Ways){.before = copy_of(&locks->held)}; }

static void ways_next(Locks *locks, Ways *ways, bool completes) {
    if (completes && ways->any) meet(&ways->after, &locks->held);
    if (completes && !ways->any) {
        vec_fini(&ways->after);
        ways->after = copy_of(&locks->held);
        ways->any = true;
    }
    vec_fini(&locks->held);
    locks->held = copy_of(&ways->before);
}

static void ways_meet(Locks *locks, Ways *ways) {
    vec_fini(&locks->held);
    locks->held = ways->any ? ways->after : (Held){0};
    if (!ways->any) vec_fini(&ways->after);
    vec_fini(&ways->before);
}

/* ---- statements */

static void scan(Locks *locks, Stmt *stmt);

static void scan_all(Locks *locks, Stmt **items, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) scan(locks, items[i]);
}

static void scan_branches(Locks *locks, Stmt *stmt) {
    scan_expr(locks, stmt->expr);
    Ways ways = ways_part(locks);
    scan(locks, stmt->body);
    ways_next(locks, &ways, !stmt->body->never_completes);
    if (stmt->other) scan(locks, stmt->other);
    ways_next(locks, &ways, !stmt->other || !stmt->other->never_completes);
    ways_meet(locks, &ways);
}

static void scan_loop(Locks *locks, Stmt *stmt) {
    scan_expr(locks, stmt->init);
    scan_expr(locks, stmt->expr);
    Ways ways = ways_part(locks);
    ways_next(locks, &ways, true);
    scan(locks, stmt->body);
    scan_expr(locks, stmt->step);
    ways_next(locks, &ways, !stmt->body->never_completes);
    ways_meet(locks, &ways);
}

static void scan_cases(Locks *locks, Stmt *stmt) {
    scan_expr(locks, stmt->expr);
    Ways ways = ways_part(locks);
    ways_next(locks, &ways, true);
    for (uint32_t i = 0; i < stmt->nitems; i++) {
        scan(locks, stmt->items[i]);
        ways_next(locks, &ways, !stmt->items[i]->never_completes);
    }
    ways_meet(locks, &ways);
}

static void scan_select(Locks *locks, Stmt *stmt) {
    bool waits = true;
    for (uint32_t i = 0; i < stmt->narms; i++) waits &= !stmt->arms[i].is_default;
    if (waits) wait_at(locks, stmt->at, NULL);
    Ways ways = ways_part(locks);
    for (uint32_t i = 0; i < stmt->narms; i++) {
        SelectArm *arm = &stmt->arms[i];
        if (arm->operation && takes_lock(arm->operation)) take(locks, arm->operation);
        scan_all(locks, arm->body, arm->nbody);
        ways_next(locks, &ways, arm->nbody == 0 || !arm->body[arm->nbody - 1]->never_completes);
    }
    ways_meet(locks, &ways);
}

static void scan(Locks *locks, Stmt *stmt) {
    if (!stmt) return;
    switch (stmt->kind) {
    case STMT_IF: scan_branches(locks, stmt); return;
    case STMT_WHILE: case STMT_DO: case STMT_FOR: scan_loop(locks, stmt); return;
    case STMT_SWITCH: scan_cases(locks, stmt); return;
    case STMT_SELECT: scan_select(locks, stmt); return;
    case STMT_DEFER: return; /* held to the end of the block at least */
    case STMT_SCOPE: wait_at(locks, stmt->at, NULL); break;
    default: break;
    }
    for (uint32_t i = 0; i < stmt->ndecls; i++) scan_expr(locks, stmt->decls[i]->init);
    scan_expr(locks, stmt->expr);
    scan(locks, stmt->body);
    scan_all(locks, stmt->items, stmt->nitems);
}

/* ---- what is said */

static void report(Locks *locks, const Taken *taken) {
    Sema *s = locks->s;
    sema_report(s, LOCK_ACROSS_AWAIT, taken->at, "this lock is held across %s", taken->nawaits == 1 ? "an await" : "awaits");
    for (uint32_t i = 0; i < taken->nawaits && i < MAX_NAMED; i++)
        sema_note(s, taken->awaits[i], i + 1 == MAX_NAMED && taken->nawaits > MAX_NAMED ? "here, and at %u more" : "here",
                  taken->nawaits - MAX_NAMED);
}

void advice_locks(Sema *s) {
    for (uint32_t i = 0; i < s->tree->ndecls; i++) {
        Decl *decl = s->tree->decls[i];
        if (decl->kind != DECL_FUNC || decl->func != FUNC_ASYNC || !decl->body) continue;
        Locks locks = {.s = s};
        scan(&locks, decl->body);
        for (uint32_t k = 0; k < locks.taken.n; k++)
            if (locks.taken.data[k].nawaits) report(&locks, &locks.taken.data[k]);
        vec_fini(&locks.taken);
        vec_fini(&locks.held);
    }
}
