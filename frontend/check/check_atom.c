/* Atoms of properties: what an invariant may ask of objects and tasks. */
#include "frontend/check/sema.h"

static bool is_later(const Symbol *symbol) { return symbol->type->kind == TYPE_ERROR; }

static void refuse_task(Sema *s, Expr *expr, const Symbol *symbol) {
    if (!symbol) sema_report(s, TASK_NAME, expr->span, "this names no task: a task is named by its async function");
    else
        sema_report(s, TASK_NAME, expr->at, "'%s' names no task: a task is named by its async function",
            sema_text(s, symbol->name));
    if (symbol) sema_note(s, symbol->span, "'%s' is declared here", sema_text(s, symbol->name));
    check_failed(s, expr);
}

static void check_task_function(Sema *s, Expr *expr) {
    Symbol *symbol = expr->kind == EXPR_NAME ? scopes_find(&s->scopes, SCOPE_NAMES, expr->name) : NULL;
    if (expr->kind == EXPR_NAME && !symbol) {
        check_name_undeclared(s, expr, SUGGEST_TASK);
    } else if (!symbol || symbol->kind != SYMBOL_FUNC || !symbol->decl || symbol->decl->func == FUNC_PLAIN) {
        refuse_task(s, expr, symbol);
    } else {
        symbol->uses++;
        expr->symbol = symbol;
        expr->type = types_handle(s->types, TYPE_TASK, NULL);
        if (is_later(symbol)) check_failed(s, expr);
        else vec_push(&s->task_names, (CallSite){symbol, expr->at, NULL});
    }
}

/* worker[2], worker[*], worker[?] */
static void check_task_index(Sema *s, Expr *expr) {
    if (!expr->a) {
        sema_report(s, TASK_NAME, expr->span, "'*' stands only in done(*)");
        check_failed(s, expr);
        return;
    }
    check_task_function(s, expr->a);
    expr->type = expr->a->type;
    if (!expr->b) return;
    bool was = s->in_task_name;
    s->in_task_name = false;
    bool is_good = check_constant(s, expr->b, "the number of a task");
    s->in_task_name = was;
    if (is_good && (expr->b->value < 0 || expr->b->value > TASK_NUMBER_MAX))
        sema_report(s, TASK_NAME, expr->b->span, "tasks of a function are numbered from 0; a number of at most %d can be named", TASK_NUMBER_MAX);
}

void check_atom_task(Sema *s, Expr *expr) {
    if (expr->kind == EXPR_NONE) expr->type = types_basic(s->types, TYPE_NONE);
    else if (expr->kind == EXPR_INDEX) check_task_index(s, expr);
    else check_task_function(s, expr);
}

static bool has_label(Sema *s, const Symbol *function, Name name) {
    const FuncInfo *info = sema_info(s, function);
    for (uint32_t i = 0; i < info->labels.n; i++)
        if (info->labels.data[i].stmt->name == name) return true;
    return false;
}

static const char *nearest_label(Sema *s, const Symbol *function, Name name) {
    const FuncInfo *info = sema_info(s, function);
    VEC(const char *) candidates = {0};
    for (uint32_t i = 0; i < info->labels.n; i++) vec_push(&candidates, sema_text(s, info->labels.data[i].stmt->name));
    const char *found = diag_nearest(sema_text(s, name), candidates.data, candidates.n);
    vec_fini(&candidates);
    return found;
}

void check_atom_label(Sema *s, Expr *expr) {
    expr->type = sema_bool(s);
    check_atom_task(s, expr->a);
    const Expr *name = expr->a->kind == EXPR_INDEX ? expr->a->a : expr->a;
    const Symbol *function = name ? name->symbol : NULL;
    if (!function || expr->a->type->kind == TYPE_ERROR) {
        check_failed(s, expr);
        return;
    }
    expr->symbol = scopes_find(&s->scopes, SCOPE_NAMES, function->name);
    if (has_label(s, function, expr->name)) return;
    const char *near = suggest_text(s, nearest_label(s, function, expr->name));
    sema_report(s, UNKNOWN_LABEL, expr->at, "'%s' has no statement labelled '%s'%s", sema_text(s, function->name),
        sema_text(s, expr->name), near);
    check_failed(s, expr);
}

/* ---- atoms that look like calls */

static bool is_channel(const Type *type) {
    switch (type->kind) {
    case TYPE_CHAN:
    case TYPE_SENDER:
    case TYPE_RECEIVER:
    case TYPE_ONESHOT:
    case TYPE_BROADCAST: return true;
    default: return false;
    }
}

static bool check_object(Sema *s, Expr *expr, TypeKind kind, TypeKind other, const char *wanted) {
    const Type *type = check_expr(s, expr->args[0], NULL);
    if (type->kind == kind || type->kind == other || type->kind == TYPE_NONE) return true;
    if (kind == TYPE_CHAN && is_channel(type)) return true;
    if (other == TYPE_SEMAPHORE && type->kind == TYPE_WATCH) return true;
    if (type->kind != TYPE_ERROR)
        sema_report(s, TYPE_MISMATCH, expr->args[0]->span, "'%s' asks a %s, not a '%s'",
            sema_builtin_text(expr->builtin), wanted, sema_type_text(s, type));
    return false;
}

static bool check_task_atom(Sema *s, Expr *expr) {
    Expr *task = expr->args[0];
    bool is_all = task->kind == EXPR_INDEX && !task->a && !task->b;
    if (is_all && expr->builtin == BUILTIN_DONE) task->type = types_handle(s->types, TYPE_TASK, NULL);
    else check_atom_task(s, task);
    return task->type->kind != TYPE_ERROR;
}

static bool check_subject(Sema *s, Expr *expr, Builtin builtin) {
    switch (builtin) {
    case BUILTIN_LEN:
    case BUILTIN_CAP:
    case BUILTIN_FULL:
    case BUILTIN_EMPTY: return check_object(s, expr, TYPE_CHAN, TYPE_CHAN, "channel");
    case BUILTIN_CLOSED: return check_object(s, expr, TYPE_CHAN, TYPE_SEMAPHORE, "channel or semaphore");
    case BUILTIN_HELD:
    case BUILTIN_HOLDER: return check_object(s, expr, TYPE_MUTEX, TYPE_RWLOCK, "mutex or rwlock");
    default: return check_task_atom(s, expr);
    }
}

void check_atom(Sema *s, Expr *expr, Builtin builtin) {
    if (expr->nargs != 1) {
        for (uint32_t i = 0; i < expr->nargs; i++) check_quietly(s, expr->args[i]);
        sema_report(s, ARGUMENT_COUNT, expr->at, "'%s' takes 1 argument, but %u are given", sema_builtin_text(builtin),
            expr->nargs);
        check_failed(s, expr);
        return;
    }
    bool is_good = check_subject(s, expr, builtin);
    if (builtin == BUILTIN_HOLDER) expr->type = types_handle(s->types, TYPE_TASK, NULL);
    else expr->type = builtin == BUILTIN_LEN || builtin == BUILTIN_CAP ? sema_int(s) : sema_bool(s);
    if (!is_good) check_failed(s, expr);
}
