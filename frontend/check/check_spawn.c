/* spawn, and what the tasks in a variable yield when they are joined. */
#include "frontend/check/sema.h"

/* ---- what a variable's tasks yield */

static TaskValue *value_of(Sema *s, const Symbol *root) {
    if (root->id >= s->task_values.n) vec_resize(&s->task_values, root->id + 1);
    return &s->task_values.data[root->id];
}

/* What the stored task yields; NULL: not known. */
static const Type *stored_type(Sema *s, const Expr *value) {
    if (!value) return NULL;
    if (value->type->kind == TYPE_TASK) return value->type->of;
    const Symbol *from = check_place_root(value); /* a struct of tasks is copied */
    if (!from) return NULL;
    const TaskValue *known = value_of(s, from);
    return known->is_mixed ? NULL : known->of;
}

static void mix(Sema *s, TaskValue *known, const Symbol *root, const Expr *value, const Type *of) {
    known->is_mixed = true;
    if (!known->is_used || !value) return;
    const char *was = sema_type_text(s, known->of), *now = of ? sema_type_text(s, of) : "an unknown value";
    sema_report(s, TASK_VALUE, value->span, "this task yields '%s', but tasks in '%s' are joined for '%s'", now,
        sema_text(s, root->name), was);
    sema_note(s, known->at, "a task that yields '%s' is stored here", was);
}

void check_task_stored_in(Sema *s, const Symbol *root, const Expr *value) {
    if (!root || (value && !convert_holds_kind(value->type, TYPE_TASK))) return;
    const Type *of = stored_type(s, value);
    TaskValue *known = value_of(s, root);
    if (known->is_mixed || (of && of == known->of)) return;
    if (!of || known->of) {
        mix(s, known, root, value, of);
        return;
    }
    known->of = of;
    known->at = value->span;
}

void check_task_stored(Sema *s, const Expr *place, const Expr *value) {
    check_task_stored_in(s, check_place_root(place), value);
}

const Type *check_task_join(Sema *s, const Expr *task, const Type *expected, bool is_used) {
    const Type *of = task->type->of;
    const Symbol *root = check_place_root(task);
    if (of && root && is_used) value_of(s, root)->is_used = true;
    if (of || !is_used) return of ? of : sema_void(s);
    if (expected && expected->kind != TYPE_VOID && expected->kind != TYPE_ARRAY) return expected; /* checked when it is joined */
    sema_report(s, TASK_VALUE, task->span,
        "what this task yields is not known here; join it where it was spawned, or send its value over a channel");
    return sema_error_type(s);
}

/* ---- spawn */

static void check_executor(Sema *s, Expr *executor) {
    if (!executor) return;
    const Type *type = check_expr(s, executor, NULL);
    if (type->kind == TYPE_EXECUTOR || type->kind == TYPE_ERROR) return;
    sema_report(s, TYPE_MISMATCH, executor->span, "this has the type '%s', but an executor is expected",
        sema_type_text(s, type));
}

/* as P.role[i]: that the protocol has the role is for its own reader to say. */
static void check_role(Sema *s, const Spawn *spawn) {
    if (!spawn->protocol) return;
    const Decl *found = NULL, *session = NULL;
    for (uint32_t i = 0; i < s->tree->ndecls; i++) {
        const Decl *decl = s->tree->decls[i];
        if (decl->kind == DECL_PROTOCOL && decl->name == spawn->protocol) found = decl;
        if (decl->kind == DECL_SESSION && decl->name == spawn->protocol) session = decl;
    }
    if (!found) {
        sema_report(s, ROLE, spawn->role_at, session ? "'%s' is a session, which has no roles" : "there is no protocol '%s'", sema_text(s, spawn->protocol));
        if (session) sema_note(s, session->at, "it is declared here; a protocol names its roles");
    }
    Expr *index = spawn->role_index;
    const Type *type = index ? check_expr(s, index, NULL) : NULL;
    if (!type || type_is_integer(type) || type->kind == TYPE_ERROR) return;
    sema_report(s, TYPE_MISMATCH, index->span, "this has the type '%s', but the number of a role is an integer", sema_type_text(s, type));
}

/* with crash(n), with restart(n): what was given away with the first start is not there for another one. */
static void check_fault(Sema *s, const Spawn *spawn) {
    if (spawn->fault == FAULT_NONE) return;
    if (spawn->call->symbol) spawn->call->symbol->restarts |= spawn->fault == FAULT_RESTART;
    const char *what = spawn->fault == FAULT_CRASH ? "crash" : "restart";
    Expr *count = spawn->fault_count;
    if (!count) return;
    if (check_constant(s, count, arena_printf(s->arena, "the number in %s(count)", what)) &&
        (count->value < 1 || count->value > UINT8_MAX))
        sema_report(s, FAULT_COUNT, count->span, "%s(count) takes a constant from 1 to 255, not %lld", what,
            (long long)count->value);
    for (uint32_t i = 0; spawn->fault == FAULT_RESTART && i < spawn->call->nargs; i++) {
        const Type *type = spawn->call->args[i]->type;
        if (!type || !convert_holds_counted(type)) continue;
        sema_report(s, TYPE_MISMATCH, spawn->call->args[i]->span,
            "a '%s' is given away with the first start: a task that restarts cannot take one", sema_type_text(s, type));
    }
}

static void refuse_target(Sema *s, const Expr *call, const Symbol *symbol) {
    if (symbol) {
        const char *name = sema_text(s, symbol->name);
        sema_report(s, SPAWN_TARGET, call->at, "'%s' is no async function: it cannot be spawned", name);
        sema_note(s, symbol->span, "'%s' is declared here", name);
    } else if (call->kind != EXPR_ERROR) {
        sema_report(s, SPAWN_TARGET, call->span, "what is spawned is an async function, called by its name");
    }
}

/* The function that is spawned, NULL when it is none (reported). */
static Symbol *find_target(Sema *s, Expr *call) {
    bool is_named = call->kind == EXPR_CALL && call->a && call->a->kind == EXPR_NAME;
    Symbol *symbol = is_named ? scopes_find(&s->scopes, SCOPE_NAMES, call->a->name) : NULL;
    if (is_named && !symbol && sema_builtin(s, call->a->name) == BUILTIN_NONE) {
        check_name_undeclared(s, call->a, SUGGEST_CALL);
    } else if (symbol && symbol->kind == SYMBOL_FUNC && symbol->name == names_of(s->names, "main")) {
        sema_report(s, MAIN_CALLED, call->at, "'main' is the program; it cannot be spawned");
    } else if (!symbol || symbol->kind != SYMBOL_FUNC || !symbol->decl || symbol->decl->func == FUNC_PLAIN) {
        refuse_target(s, call, symbol);
    } else {
        return symbol;
    }
    for (uint32_t i = 0; call->kind == EXPR_CALL && i < call->nargs; i++) check_quietly(s, call->args[i]);
    return NULL;
}

static void check_target(Sema *s, Expr *expr, Expr *call) {
    Symbol *symbol = find_target(s, call);
    check_failed(s, call);
    check_failed(s, expr);
    if (!symbol) return;
    symbol->uses++;
    call->symbol = symbol;
    call->a->symbol = symbol;
    call->a->type = sema_void(s);
    check_call_arguments(s, call, symbol, CALL_STORED);
    if (symbol->type->kind != TYPE_FUNC) return;
    if (convert_holds_end(symbol->type->of))
        sema_report(s, END_LOST, call->at,
            "the value of a task is kept for whoever joins it, so it cannot hold an end; send the end over a channel");
    FuncInfo *info = sema_info(s, symbol);
    if (!info->spawned_at.file) info->spawned_at = call->at;
    call->type = types_handle(s->types, TYPE_FUTURE, symbol->type->of);
    expr->type = types_handle(s->types, TYPE_TASK, symbol->type->of);
}

void check_spawn(Sema *s, Expr *expr) {
    const Spawn *spawn = expr->spawn;
    check_executor(s, spawn->executor);
    check_target(s, expr, spawn->call);
    check_role(s, spawn);
    check_fault(s, spawn);
    sema_effect(s, expr->at, "spawns");
}
