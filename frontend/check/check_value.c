/* Where a value may go: conversions, conditions, integers, constants. */
#include "frontend/check/sema.h"

#include <assert.h>

void check_mismatch(Sema *s, const Expr *expr, const Type *to, const char *what) {
    const Type *from = expr->type;
    const char *wanted = sema_type_text(s, to);
    if (from->kind == TYPE_VOID) {
        sema_report(s, VOID_VALUE, expr->span, "%s has no value ('void'), but '%s' is expected", what, wanted);
    } else if (from->kind == TYPE_FUTURE && to->kind != TYPE_FUTURE) {
        sema_report(
            s, MISSING_AWAIT, expr->span, "%s is a future, but '%s' is expected; is 'await' missing?", what, wanted);
    } else if (to->kind == TYPE_ARRAY) {
        sema_report(s, ARRAY_VALUE, expr->span, "%s is an array: arrays are not copied", what);
    } else {
        sema_report(s, TYPE_MISMATCH, expr->span, "%s has the type '%s', but '%s' is expected", what,
            sema_type_text(s, from), wanted);
    }
}

static void warn_narrowing(Sema *s, const Expr *expr, const Type *to, uint8_t bits) {
    if (s->unevaluated || convert_fits(expr->value, expr->type, to, bits)) return;
    if (bits) {
        sema_report(s, CONSTANT_NARROWED, expr->span, "the constant %lld does not fit in %u bits",
            (long long)expr->value, bits);
        return;
    }
    if (expr->value == -1 && !to->is_signed) return; /* C's way to write "all ones" */
    long long now = (long long)convert_value(expr->value, to);
    sema_report(s, CONSTANT_NARROWED, expr->span, "the constant %lld does not fit in '%s' and becomes %lld",
        (long long)expr->value, sema_type_text(s, to), now);
}

void check_conversion(Sema *s, Expr *expr, const Type *to, uint8_t bits, const char *what) {
    assert(expr->type);
    if (!convert_allows(expr->type, to) || (to->kind == TYPE_ARRAY && expr->type->kind == TYPE_ARRAY)) {
        check_mismatch(s, expr, to, what);
        check_failed(s, expr);
    } else if (expr->is_const && type_is_integer(expr->type) && type_is_integer(to)) {
        warn_narrowing(s, expr, to, bits);
    }
}

void check_expr_to(Sema *s, Expr *expr, const Type *to, uint8_t bits, const char *what) {
    check_expr(s, expr, to);
    check_conversion(s, expr, to, bits, what);
}

bool check_expr_integer(Sema *s, Expr *expr, const char *what) {
    check_expr(s, expr, NULL);
    return check_is_integer(s, expr, what);
}

bool check_is_integer(Sema *s, Expr *expr, const char *what) {
    const Type *type = expr->type;
    if (type_is_integer(type)) return true;
    if (type->kind == TYPE_ERROR) return false;
    if (type->kind == TYPE_FUTURE || type->kind == TYPE_VOID) {
        check_mismatch(s, expr, sema_int(s), what);
    } else {
        sema_report(s, NOT_INTEGER, expr->span, "%s has the type '%s', but an integer is expected", what,
            sema_type_text(s, type));
    }
    check_failed(s, expr);
    return false;
}

void check_condition(Sema *s, Expr *expr) {
    if (!expr) return;
    const Type *type = check_expr(s, expr, sema_bool(s));
    if (type_is_handle(type) && type->kind != TYPE_FUTURE) {
        sema_report(s, NOT_INTEGER, expr->span, "a handle is no condition; compare it with 'none'");
        check_failed(s, expr);
    } else if (!type_is_integer(type) && type->kind != TYPE_ERROR) {
        check_mismatch(s, expr, sema_bool(s), "the condition");
        check_failed(s, expr);
    }
}

bool check_constant(Sema *s, Expr *expr, const char *what) {
    bool was = s->in_constant;
    uint32_t errors = diags_errors(s->diags);
    s->in_constant = true;
    bool is_integer = check_expr_integer(s, expr, what);
    s->in_constant = was;
    if (is_integer && expr->is_const) return true;
    if (is_integer && errors == diags_errors(s->diags))
        sema_report(s, NOT_CONSTANT, expr->span, "%s is no constant expression", what);
    check_failed(s, expr);
    return false;
}
