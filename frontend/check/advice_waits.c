#include "frontend/check/advice.h"
#include "frontend/walk.h"

static bool look(Walk *walk, Expr *expr) {
    Sema *s = walk->context;
    bool is_async = walk->func && walk->func->func == FUNC_ASYNC;
    if (!is_async || expr->kind != EXPR_CALL || !expr->blocks || expr->builtin == BUILTIN_BLOCK_ON) return true;
    if (expr->builtin == BUILTIN_NONE) return true;
    const char *name = sema_builtin_text(expr->builtin);
    sema_report(s, BLOCKING_CALL, expr->span, "'%s' without 'await' blocks the thread of this task until it is done", name);
    sema_note(s, expr->span, "write 'await %s(…)', or call it in a plain function if blocking is meant", name);
    return true;
}

void advice_waits(Sema *s) {
    Walk walk = {.expr = look, .context = s};
    walk_tree(&walk, s->tree);
}
