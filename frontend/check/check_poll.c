/* Hand-written futures: what a poll function returns, its drop block, and poll(p), which polls one. */
#include "frontend/check/sema.h"

#include <string.h>

/* ---- `return pending;` and `return ready(v);` */

static bool is_unbound(const Sema *s, const Expr *expr, const char *text) {
    return expr && expr->kind == EXPR_NAME && expr->name && strcmp(sema_text(s, expr->name), text) == 0 &&
           !scopes_find(&s->scopes, SCOPE_NAMES, expr->name);
}

static bool is_pending(const Sema *s, const Expr *expr) { return is_unbound(s, expr, "pending"); }
static bool is_ready(const Sema *s, const Expr *expr) {
    return expr && expr->kind == EXPR_CALL && is_unbound(s, expr->a, "ready");
}

bool check_poll_is_answer(const Sema *s, const Expr *expr) { return is_pending(s, expr) || is_ready(s, expr); }

static void check_ready(Sema *s, Stmt *stmt, const Type *result, const char *name) {
    Expr *call = stmt->expr;
    uint32_t wanted = result->kind == TYPE_VOID ? 0 : 1;
    stmt->expr = call->nargs ? call->args[0] : NULL;
    if (call->nargs != wanted && result->kind != TYPE_ERROR) {
        for (uint32_t i = 0; i < call->nargs; i++) check_quietly(s, call->args[i]);
        sema_report(s, RETURN_VALUE, call->span, wanted ? "'%s' yields '%s': write 'return ready(value);'"
                                                        : "'%s' yields nothing ('%s'): write 'return ready();'",
            name, sema_type_text(s, result));
        return;
    }
    if (!stmt->expr) return;
    check_expr_to(s, stmt->expr, result, 0, "the value it is ready with");
    check_receive_returned(s, stmt->expr);
}

void check_poll_return(Sema *s, Stmt *stmt) {
    if (sema_region(s, REGION_DEFER_BODY)) { /* reported: no way out of a drop block */
        check_quietly(s, stmt->expr);
        return;
    }
    const char *name = sema_text(s, s->func_decl->name);
    if (is_ready(s, stmt->expr)) {
        check_ready(s, stmt, s->func_decl->type->of, name);
    } else if (is_pending(s, stmt->expr)) {
        stmt->is_pending = true;
        stmt->expr->type = types_basic(s->types, TYPE_PENDING);
    } else {
        check_quietly(s, stmt->expr);
        sema_report(s, RETURN_VALUE, stmt->expr ? stmt->expr->span : stmt->at,
            "'%s' is a poll function: it returns 'pending' or 'ready(...)'", name);
    }
}

/* ---- the drop block: what a defer may do */

void check_poll_drop(Sema *s, const Decl *decl) {
    if (!decl->drop) return;
    Region *region = s->region;
    sema_push_region(s, REGION_DEFER_BODY, decl->drop->at, NULL);
    sema_open(s);
    check_stmts(s, decl->drop->items, decl->drop->nitems);
    sema_close(s);
    s->region = region;
}

/* ---- poll(p), poll(p, &v) */

static void check_destination(Sema *s, Expr *expr, const Type *value) {
    Expr *to = expr->args[1];
    if (to->kind != EXPR_ADDRESS || !to->a) {
        check_quietly(s, to);
        sema_report(s, DESTINATION, to->span, "argument 2 of 'poll' is where the value goes: write & and a variable");
        return;
    }
    bool is_good = check_place(s, to->a);
    to->type = to->a->type;
    if (!is_good || value->kind == TYPE_ERROR) return;
    if (value->kind == TYPE_VOID) {
        sema_report(s, DESTINATION, to->span, "this future yields nothing that could be stored");
        return;
    }
    Expr result = *expr->args[0];
    result.type = value;
    result.is_const = false;
    check_conversion(s, &result, to->a->type, convert_place_bits(to->a), "what the future yields");
    if (convert_holds_kind(to->a->type, TYPE_TASK)) check_task_stored_in(s, check_place_root(to->a), NULL);
}

static bool check_polled(Sema *s, Expr *future) {
    const Type *type = check_expr(s, future, types_handle(s->types, TYPE_FUTURE, sema_void(s)));
    if (type->kind == TYPE_ERROR) return false;
    if (type->kind != TYPE_FUTURE) {
        sema_report(s, NOT_A_FUTURE, future->span, "'%s' cannot be polled; a stored future can", sema_type_text(s, type));
    } else if (!check_place_root(future)) {
        sema_report(s, NEVER_AWAITED, future->span, "this future is gone once it was polled: put it into a variable first");
    } else {
        return true;
    }
    return false;
}

void check_poll(Sema *s, Expr *expr) {
    expr->type = sema_bool(s);
    if (expr->nargs < 1 || expr->nargs > 2) {
        for (uint32_t i = 0; i < expr->nargs; i++) check_quietly(s, expr->args[i]);
        sema_report(s, ARGUMENT_COUNT, expr->at,
            "wrong number of arguments (%u): write poll(future) or poll(future, &variable)", expr->nargs);
        return;
    }
    bool is_good = check_polled(s, expr->args[0]);
    if (expr->nargs == 2) check_destination(s, expr, is_good ? expr->args[0]->type->of : sema_error_type(s));
    sema_effect(s, expr->at, "polls a future");
    if (!check_may_wait(s, expr->at, "poll") || !s->func || s->func->wait_what || s->unevaluated) return;
    s->func->wait_at = expr->at;
    s->func->wait_what = "poll";
}
