/* all(p, q, ...) and race(p, q, ...): one future made of several. */
#include "frontend/check/sema.h"

/* What waiting for the argument yields, void for nothing; TYPE_ERROR when it cannot be waited for (reported). */
static const Type *check_part(Sema *s, Expr *part, const char *name) {
    const Type *type = check_expr(s, part, types_handle(s->types, TYPE_FUTURE, sema_void(s)));
    if (type->kind == TYPE_FUTURE) return type->of;
    if (type->kind == TYPE_TASK) {
        if (type->of) (void)check_task_join(s, part, NULL, true);
        return type->of ? type->of : sema_void(s);
    }
    if (type->kind != TYPE_ERROR)
        sema_report(s, NOT_A_FUTURE, part->span, "'%s' is no argument of '%s'; a future, a task or a waiting operation is",
            sema_type_text(s, type), name);
    return sema_error_type(s);
}

/* ---- what they yield */

/* The values in order, when a struct with just these members is wanted; else nothing. */
static const Type *all_yields(Sema *s, const Expr *expr, const Type *const *values, const Type *expected) {
    const Type *wanted = expected && expected->kind == TYPE_FUTURE ? expected->of : NULL;
    if (!wanted || wanted->kind != TYPE_STRUCT) return sema_void(s);
    uint32_t n = 0;
    for (uint32_t i = 0; i < expr->nargs; i++) {
        if (values[i]->kind == TYPE_VOID) continue;
        const Field *field = n < wanted->nfields ? &wanted->fields[n] : NULL;
        n++;
        if (!field || (field->type == values[i] && field->bits == 0) || values[i]->kind == TYPE_ERROR) continue;
        sema_report(s, TYPE_MISMATCH, expr->args[i]->span, "this yields '%s', but it goes to the member '%s' of '%s', of type '%s'",
            sema_type_text(s, values[i]), sema_text(s, field->name), sema_type_text(s, wanted), sema_type_text(s, field->type));
        return sema_error_type(s);
    }
    if (n == wanted->nfields) return wanted;
    sema_report(s, TYPE_MISMATCH, expr->span, "'all' yields %u value%s here, but '%s' has %u members", n, n == 1 ? "" : "s",
        sema_type_text(s, wanted), wanted->nfields);
    return sema_error_type(s);
}

/* The value of the first one, when all have one type; else nothing. */
static const Type *race_yields(Sema *s, const Expr *expr, const Type *const *values) {
    for (uint32_t i = 1; i < expr->nargs; i++)
        if (values[i] != values[0]) return sema_void(s);
    return values[0];
}

void check_combine(Sema *s, Expr *expr, const Type *expected, Use use) {
    const char *name = sema_builtin_text(expr->builtin);
    if (expr->nargs == 0) {
        sema_report(s, ARGUMENT_COUNT, expr->at, "'%s' needs at least one future: write %s(p, q)", name, name);
        check_failed(s, expr);
        return;
    }
    const Type **values = ARENA_ARRAY(s->arena, const Type *, expr->nargs);
    bool is_good = true, stays = use == USE_AWAIT || use == USE_ARM;
    for (uint32_t i = 0; i < expr->nargs; i++) {
        values[i] = check_part(s, expr->args[i], name);
        is_good = is_good && values[i]->kind != TYPE_ERROR;
        if (!stays) check_receive_leaves(s, expr->args[i]);
    }
    const Type *value = !is_good                           ? sema_error_type(s)
                        : expr->builtin == BUILTIN_ALL ? all_yields(s, expr, values, expected)
                                                           : race_yields(s, expr, values);
    if (value->kind == TYPE_ERROR) {
        check_failed(s, expr);
        return;
    }
    check_call_future(s, expr, value, expected, use, false);
    expr->makes_future = true;
}
