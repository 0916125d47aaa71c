/* await, and what it may wait for. */
#include "frontend/check/sema.h"

static bool is_async(const Sema *s) { return s->func_decl && s->func_decl->func == FUNC_ASYNC; }

bool check_await_allowed(Sema *s, Span at, const char *what) {
    if (!is_async(s)) {
        const char *name = s->func_decl ? sema_text(s, s->func_decl->name) : "";
        bool is_poll = s->func_decl && s->func_decl->func == FUNC_POLL;
        sema_report(s, AWAIT_OUTSIDE, at, "'%s' stands only in an async function, but '%s' is a %s one", what, name,
            is_poll ? "poll" : "plain");
        if (is_poll) sema_note(s, s->func_decl->at, "its body is one poll: use poll(p) and 'return pending;'");
        else if (s->func_decl) sema_note(s, s->func_decl->at, "write 'async' before its result type");
        return false;
    }
    return check_may_wait(s, at, what);
}

static void refuse(Sema *s, const Expr *operand) {
    if (operand->kind == EXPR_CALL && operand->symbol) {
        const char *name = sema_text(s, operand->symbol->name);
        sema_report(s, NOT_A_FUTURE, operand->span, "'%s' is not async: its call cannot be awaited", name);
        sema_note(s, operand->symbol->span, "'%s' is declared here", name);
    } else {
        sema_report(s, NOT_A_FUTURE, operand->span,
            "'%s' cannot be awaited; a future, a task or a waiting operation can", sema_type_text(s, operand->type));
    }
}

const Type *check_awaited(Sema *s, Expr *operand, const Type *expected, Use how, bool is_used) {
    const Type *any = types_handle(s->types, TYPE_FUTURE, sema_void(s));
    bool is_struct = expected && expected->kind == TYPE_STRUCT; /* what `all` yields follows what is wanted */
    const Type *wanted = is_struct ? types_handle(s->types, TYPE_FUTURE, expected) : NULL;
    const Type *type = operand->kind == EXPR_CALL ? check_expr_use(s, operand, wanted, how) : check_expr(s, operand, any);
    if (type->kind == TYPE_FUTURE) return type->of;
    if (type->kind == TYPE_TASK) return check_task_join(s, operand, expected, is_used);
    if (type->kind != TYPE_ERROR) refuse(s, operand);
    return sema_error_type(s);
}

void check_await(Sema *s, Expr *expr, const Type *expected, Use use) {
    check_await_allowed(s, expr->at, "await");
    sema_effect(s, expr->at, "waits");
    expr->type = check_awaited(s, expr->a, expected, USE_AWAIT, use != USE_DISCARD);
}
