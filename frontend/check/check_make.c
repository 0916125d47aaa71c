/* Constructors: the objects that handles refer to. */
#include "frontend/check/maker.h"
#include "frontend/check/sema.h"

/* An argument that is a predeclared word, not an expression. */
static bool is_word(Sema *s, Expr *arg, Builtin word) {
    if (arg->kind != EXPR_NAME || sema_builtin(s, arg->name) != word || scopes_find(&s->scopes, SCOPE_NAMES, arg->name))
        return false;
    arg->builtin = word;
    arg->type = sema_void(s);
    return true;
}

Builtin check_make_word(Sema *s, const Expr *arg) {
    const Expr *name = arg->kind == EXPR_CALL ? arg->a : arg;
    if (!name || name->kind != EXPR_NAME || scopes_find(&s->scopes, SCOPE_NAMES, name->name)) return BUILTIN_NONE;
    return sema_builtin(s, name->name);
}

/* How many: an int that must not be negative. */
static void check_number(Sema *s, Expr *arg, int64_t least, const char *what) {
    check_expr_to(s, arg, sema_int(s), 0, what);
    if (arg->is_const && arg->value < least)
        sema_report(s, BAD_COUNT, arg->span, "%s is at least %d, not %lld", what, (int)least, (long long)arg->value);
}

static void check_channel(Sema *s, Expr *expr, const Type *expected) {
    if (expr->nargs == 0)
        sema_report(s, ARGUMENT_COUNT, expr->at, "a channel needs its capacity: write channel(capacity)");
    else if (!is_word(s, expr->args[0], BUILTIN_UNBOUNDED))
        check_number(s, expr->args[0], 0, "the capacity of a channel");
    check_attributes(s, expr, expected && expected->kind == TYPE_CHAN ? expected->of : NULL);
}

static void check_mutex(Sema *s, Expr *expr, Builtin builtin) {
    bool is_barging = builtin == BUILTIN_BARGING;
    if (expr->nargs == 0 || (is_barging && expr->nargs == 1 && is_word(s, expr->args[0], BUILTIN_UNOWNED))) return;
    for (uint32_t i = 0; i < expr->nargs; i++) check_quietly(s, expr->args[i]);
    sema_report(s, CONSTRUCTOR, expr->at, "a mutex is made by barging(), unowned() or barging(unowned)");
}

static void check_counted(Sema *s, Expr *expr, int64_t least, const char *what) {
    if (expr->nargs == 1) {
        check_number(s, expr->args[0], least, what);
        return;
    }
    for (uint32_t i = 0; i < expr->nargs; i++) check_quietly(s, expr->args[i]);
    sema_report(s, ARGUMENT_COUNT, expr->at, "write %s(count)", sema_builtin_text(expr->builtin));
}

static void check_plain(Sema *s, Expr *expr) {
    if (expr->nargs == 0) return;
    for (uint32_t i = 0; i < expr->nargs; i++) check_quietly(s, expr->args[i]);
    sema_report(s, CONSTRUCTOR, expr->at, "'%s' takes no arguments", sema_builtin_text(expr->builtin));
}

/* The items that a receiver may lag behind. */
static void check_broadcast(Sema *s, Expr *expr) {
    if (expr->nargs == 1 && check_make_word(s, expr->args[0]) == BUILTIN_NONE) {
        check_number(s, expr->args[0], 1, "the number of items that a broadcast keeps");
        return;
    }
    for (uint32_t i = 0; i < expr->nargs; i++) check_quietly(s, expr->args[i]);
    sema_report(s, CONSTRUCTOR, expr->at, "a broadcast is made by channel(count), without attributes");
}

/* watched(first value) */
static void check_watched(Sema *s, Expr *expr, const Type *expected) {
    if (expr->nargs == 1 && expected && expected->kind == TYPE_WATCH) {
        check_expr_to(s, expr->args[0], expected->of, 0, "the first value");
        return;
    }
    for (uint32_t i = 0; i < expr->nargs; i++) check_quietly(s, expr->args[i]);
    if (expr->nargs != 1) sema_report(s, ARGUMENT_COUNT, expr->at, "write watched(first value)");
}

static void check_made(Sema *s, Expr *expr, Builtin builtin, const Type *expected) {
    bool is_broadcast = builtin == BUILTIN_CHANNEL && expected && expected->kind == TYPE_BROADCAST;
    switch (builtin) {
    case BUILTIN_CHANNEL:
        if (is_broadcast) check_broadcast(s, expr);
        else check_channel(s, expr, expected);
        break;
    case BUILTIN_WATCHED: check_watched(s, expr, expected); break;
    case BUILTIN_PERMITS: check_counted(s, expr, 0, "the number of permits"); break;
    case BUILTIN_THREADS: check_counted(s, expr, 1, "the number of threads"); break;
    case BUILTIN_PARTIES: check_counted(s, expr, 1, "the number of parties"); break;
    case BUILTIN_BARGING:
    case BUILTIN_UNOWNED: check_mutex(s, expr, builtin); break;
    default: check_plain(s, expr); break;
    }
}

void check_make(Sema *s, Expr *expr, Builtin builtin, const Type *expected) {
    TypeKind kind = maker_kind(builtin);
    const char *made = kind == TYPE_WATCH ? "watch" : "channel";
    uint32_t errors = diags_errors(s->diags);
    check_made(s, expr, builtin, expected);
    sema_effect(s, expr->at, "makes an object");
    if (kind == TYPE_EXECUTOR && !s->in_global) {
        if (!expected || expected->kind != TYPE_ERROR)
            sema_report(s, EXECUTOR_PLACE, expr->at, "an executor is a global variable, made by its initialiser");
        check_failed(s, expr);
    } else if (kind != TYPE_CHAN && kind != TYPE_WATCH) {
        expr->type = types_basic(s->types, kind);
    } else if (expected && (expected->kind == kind || (kind == TYPE_CHAN && expected->kind == TYPE_BROADCAST))) {
        expr->type = expected;
    } else {
        if (!expected)
            sema_report(s, CONSTRUCTOR, expr->at,
                "what this %s carries is not known here; put it into a variable %s(T) first", made,
                kind == TYPE_WATCH ? made : "chan");
        else if (expected->kind != TYPE_ERROR && errors == diags_errors(s->diags))
            sema_report(s, TYPE_MISMATCH, expr->span, "this makes a %s, but '%s' is expected", made,
                sema_type_text(s, expected));
        check_failed(s, expr);
    }
}
