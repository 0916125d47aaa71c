/* Events: atoms of formulas that speak of a step, not of a state. */
#include "frontend/check/convert.h"
#include "frontend/check/sema.h"

static bool takes_items(const Type *type) {
    switch (type->kind) {
    case TYPE_CHAN:
    case TYPE_SENDER:
    case TYPE_RECEIVER:
    case TYPE_ONESHOT:
    case TYPE_BROADCAST:
    case TYPE_WATCH: return true;
    default: return false;
    }
}

bool check_event_is(Builtin builtin) {
    switch (builtin) {
    case BUILTIN_SENT:
    case BUILTIN_RECEIVED:
    case BUILTIN_WOKEN:
    case BUILTIN_POLLED:
    case BUILTIN_SPAWNED: return true;
    default: return false;
    }
}

static bool is_of_items(Builtin builtin) { return builtin == BUILTIN_SENT || builtin == BUILTIN_RECEIVED; }

static bool check_place_of_event(Sema *s, Expr *expr) {
    const char *text = sema_builtin_text(expr->builtin);
    if (expr == s->atom) return true;
    if (!s->in_formula) {
        sema_report(s, PROPERTY_ONLY, expr->at, "'%s' is an event: it stands only in an 'ltl' or 'ctl' property", text);
        if (s->in_property) sema_note(s, expr->at, "an invariant speaks of states, not of what a step does");
    } else {
        sema_report(s, PROPERTY_ONLY, expr->at, "'%s' is an event: it stands for itself, not inside a condition", text);
        sema_note(s, expr->at, "join it to others by ! && || -> <->, as in F (%s(...) && x == 1)", text);
    }
    return false;
}

static bool check_channel(Sema *s, Expr *expr) {
    const Type *type = check_expr(s, expr->args[0], NULL);
    if (takes_items(type)) return true;
    if (type->kind != TYPE_ERROR)
        sema_report(s, TYPE_MISMATCH, expr->args[0]->span, "'%s' asks a channel, a broadcast or a watch, not a '%s'",
            sema_builtin_text(expr->builtin), sema_type_text(s, type));
    return false;
}

static bool check_value(Sema *s, Expr *expr) {
    const Type *item = expr->args[0]->type->of;
    check_expr_to(s, expr->args[1], item, 0, "the item");
    if (expr->args[1]->type->kind == TYPE_ERROR) return false;
    if (!convert_holds_counted(item)) return true;
    sema_report(s, TYPE_MISMATCH, expr->args[1]->span,
        "items of the type '%s' hold owned handles: there is no other to compare them with", sema_type_text(s, item));
    return false;
}

static bool check_operands(Sema *s, Expr *expr) {
    bool is_good;
    if (is_of_items(expr->builtin)) {
        is_good = check_channel(s, expr);
        if (expr->nargs == 2 && !is_good) check_quietly(s, expr->args[1]);
        return is_good && (expr->nargs == 1 || check_value(s, expr));
    }
    check_atom_task(s, expr->args[0]);
    is_good = expr->args[0]->type->kind == TYPE_TASK;
    if (!is_good && expr->args[0]->type->kind != TYPE_ERROR)
        sema_report(s, TASK_NAME, expr->args[0]->span, "this names no task: a task is named by its async function");
    return is_good;
}

void check_event(Sema *s, Expr *expr) {
    uint32_t most = is_of_items(expr->builtin) ? 2 : 1;
    bool is_good = check_place_of_event(s, expr);
    if (is_good && (expr->nargs == 0 || expr->nargs > most)) {
        const char *text = sema_builtin_text(expr->builtin);
        const char *usage = most == 2 ? arena_printf(s->arena, "%s(channel) or %s(channel, value)", text, text)
                                      : arena_printf(s->arena, "%s(task)", text);
        sema_report(s, ARGUMENT_COUNT, expr->at, "wrong number of arguments (%u): write %s", expr->nargs, usage);
        is_good = false;
    }
    if (is_good) is_good = check_operands(s, expr);
    else
        for (uint32_t i = 0; i < expr->nargs; i++) check_quietly(s, expr->args[i]);
    expr->type = sema_bool(s);
    if (!is_good) check_failed(s, expr);
}
