#include "frontend/check/advice.h"
#include "frontend/walk.h"

#include <stdlib.h>

/* What an operation does for those who wait at its object. */
typedef enum Role { ROLE_TAKES = 1, ROLE_FEEDS = 2, ROLE_CLOSES = 4, ROLE_ESCAPES = 8, ROLE_SENDS = 16 | ROLE_FEEDS } Role;
static const uint8_t roles[BUILTIN_COUNT] = {
    [BUILTIN_RECV] = ROLE_TAKES,       [BUILTIN_SEND] = ROLE_SENDS,        [BUILTIN_TRY_SEND] = ROLE_SENDS,
    [BUILTIN_RESERVE] = ROLE_SENDS,    [BUILTIN_TRY_RESERVE] = ROLE_SENDS, [BUILTIN_CLOSE] = ROLE_FEEDS | ROLE_CLOSES,
    [BUILTIN_NOTIFIED] = ROLE_TAKES,   [BUILTIN_NOTIFY_ONE] = ROLE_FEEDS,  [BUILTIN_NOTIFY_ALL] = ROLE_FEEDS,
    [BUILTIN_WAIT] = ROLE_TAKES,       [BUILTIN_SIGNAL] = ROLE_FEEDS,      [BUILTIN_SIGNAL_ALL] = ROLE_FEEDS,
    [BUILTIN_DONE] = ROLE_FEEDS,       [BUILTIN_CHANGED] = ROLE_TAKES,     [BUILTIN_PUBLISH] = ROLE_FEEDS,
    [BUILTIN_SENDER] = ROLE_ESCAPES,   [BUILTIN_RECEIVER] = ROLE_ESCAPES,  [BUILTIN_SUBSCRIBE] = ROLE_ESCAPES,
    [BUILTIN_ADD] = 0,
};

typedef struct Object { /* per variable */
    uint8_t roles;
    Span taken_at, closed_at;
} Object;

typedef struct Finder {
    Sema *s;
    Object *objects; /* by symbol id */
} Finder;

/* The kinds whose waiters depend on somebody else's operation, and what that is. */
static const char *what_is_missing(const Type *type) {
    while (type->kind == TYPE_ARRAY) type = type->of;
    switch (type->kind) {
    case TYPE_CHAN: case TYPE_ONESHOT: return "sends to";
    case TYPE_NOTIFY: return "notifies";
    case TYPE_CONDVAR: return "signals";
    case TYPE_WATCH: return "publishes to";
    default: return NULL;
    }
}

static void note(Finder *finder, const Symbol *symbol, unsigned role, Span at) {
    Object *object = &finder->objects[symbol->id];
    if ((role & ROLE_TAKES) && !object->taken_at.file) object->taken_at = at;
    if ((role & ROLE_CLOSES) && !object->closed_at.file) object->closed_at = at;
    object->roles |= (uint8_t)role;
}

/* The operand of an operation is used as the table says; a variable that stands anywhere else may be known under another name. */
static bool see_expr(Walk *walk, Expr *expr) {
    Finder *finder = walk->context;
    if (expr->kind == EXPR_CALL && expr->builtin != BUILTIN_NONE && expr->nargs > 0) {
        const Symbol *symbol = advice_variable(expr->args[0]);
        if (symbol) {
            note(finder, symbol, roles[expr->builtin], expr->span);
            for (Expr *place = expr->args[0]; place->kind == EXPR_INDEX; place = place->a) walk_expr(walk, place->b);
        } else {
            walk_expr(walk, expr->args[0]);
        }
        for (uint32_t i = 1; i < expr->nargs; i++) walk_expr(walk, expr->args[i]);
        return false;
    }
    const Symbol *symbol = expr->kind == EXPR_NAME ? advice_variable(expr) : NULL;
    if (symbol) note(finder, symbol, ROLE_ESCAPES, expr->span);
    return true;
}

/* ---- objects that nobody feeds */

/* What the variable holds was made for it. */
static bool is_own_object(const Symbol *symbol) {
    const Decl *decl = symbol->decl;
    if (symbol->kind != SYMBOL_VAR || symbol->is_param || !decl || decl->is_extern) return false;
    const Expr *init = decl->init;
    if (!init) return true;
    return init->kind == EXPR_CALL && (init->builtin == BUILTIN_CHANNEL || init->builtin == BUILTIN_WATCHED || init->builtin == BUILTIN_SPURIOUS);
}

static bool is_unfed(const Finder *finder, const Symbol *symbol) {
    const Object *object = &finder->objects[symbol->id];
    return is_own_object(symbol) && what_is_missing(symbol->type) && (object->roles & ROLE_TAKES) &&
           !(object->roles & (ROLE_FEEDS | ROLE_ESCAPES));
}

static void report_unfed(Finder *finder) {
    Sema *s = finder->s;
    for (uint32_t i = 0; i < s->symbols.n; i++) {
        const Symbol *symbol = s->symbols.data[i];
        if (symbol->kind != SYMBOL_VAR || !is_unfed(finder, symbol)) continue;
        sema_report(s, NEVER_FED, symbol->span, "nobody ever %s '%s'", what_is_missing(symbol->type), sema_text(s, symbol->name));
        sema_note(s, finder->objects[i].taken_at, "so this waits for ever");
    }
}

/* ---- arms that can never fire */

static void see_arms(Walk *walk, Stmt *stmt) {
    Finder *finder = walk->context;
    Sema *s = finder->s;
    for (uint32_t i = 0; stmt->kind == STMT_SELECT && i < stmt->narms; i++) {
        const SelectArm *arm = &stmt->arms[i];
        if (arm->is_default) continue;
        const Expr *operation = arm->operation;
        bool on_object = operation->kind == EXPR_CALL && operation->builtin != BUILTIN_NONE && operation->nargs > 0;
        const Symbol *symbol = on_object ? advice_variable(operation->args[0]) : NULL;
        bool is_off = arm->guard && arm->guard->is_const && arm->guard->value == 0;
        bool is_none = operation->kind == EXPR_NONE || (on_object && operation->args[0]->kind == EXPR_NONE);
        bool is_dry = symbol && (roles[operation->builtin] & ROLE_TAKES) && is_unfed(finder, symbol);
        if (!is_off && !is_none && !is_dry) continue;
        sema_report(s, DEAD_ARM, arm->span, "this arm can never fire");
        if (is_off) sema_note(s, arm->guard->span, "its guard is always false");
        else if (is_none) sema_note(s, operation->span, "an operation on 'none' waits for ever");
        else sema_note(s, symbol->span, "nobody ever %s '%s'", what_is_missing(symbol->type), sema_text(s, symbol->name));
    }
}

/* ---- results that nobody looks at */

static const Expr *awaited(const Expr *expr) { return expr->kind == EXPR_AWAIT ? expr->a : expr; }

static void see_result(Finder *finder, const Expr *expr) {
    Sema *s = finder->s;
    const Expr *call = awaited(expr);
    if (call->kind != EXPR_CALL || call->nargs == 0) return;
    if (call->builtin != BUILTIN_RECV && call->builtin != BUILTIN_ACQUIRE && call->builtin != BUILTIN_CHANGED) return;
    const Symbol *symbol = advice_variable(call->args[0]);
    bool is_end = call->args[0]->type->kind == TYPE_RECEIVER;
    Span closed_at = symbol ? finder->objects[symbol->id].closed_at : (Span){0};
    bool is_signal = symbol && !(finder->objects[symbol->id].roles & (ROLE_ESCAPES | (ROLE_SENDS & ~ROLE_FEEDS)));
    if (!is_end && (!closed_at.file || is_signal)) return; /* one that is only ever closed has nothing else to tell */
    const char *name = sema_builtin_text(call->builtin);
    sema_report(s, UNUSED_RESULT, expr->span, "the result of '%s' is not looked at", name);
    if (is_end) sema_note(s, expr->span, "it is false, and nothing was received, once the last sender is gone");
    else sema_note(s, closed_at, "it is false once '%s' is closed, here", sema_text(s, symbol->name));
}

static void see_stmt(Walk *walk, Stmt *stmt) {
    see_arms(walk, stmt);
    if (stmt->kind == STMT_EXPR && stmt->expr) see_result(walk->context, stmt->expr);
}

void advice_objects(Sema *s) {
    Finder finder = {.s = s, .objects = ARENA_ARRAY(s->arena, Object, s->symbols.n + 1u)};
    Walk uses = {.expr = see_expr, .context = &finder};
    Walk places = {.stmt = see_stmt, .context = &finder};
    walk_tree(&uses, s->tree);
    report_unfed(&finder);
    walk_tree(&places, s->tree);
}
