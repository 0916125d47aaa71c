/* call_once(o, f(x)): a call of an async function of its own, which is made here and checked after all others:
   async void call_once(once o, X x) { if (await ONCE_ENTER(o)) { defer ONCE_LEAVE(o); await f(x); } }
   So it can be awaited in place, stored, and waited for in an arm, like any async call. */
#include "frontend/check/sema.h"

/* ---- what is made, as the parser would have made it */

static Expr *new_expr(Sema *s, ExprKind kind, const Expr *like) {
    Expr *expr = ARENA_NEW(s->arena, Expr);
    *expr = (Expr){.kind = kind, .depth = like->depth, .span = like->span, .at = like->at};
    return expr;
}

static Expr *new_name(Sema *s, Name name, const Expr *like) {
    Expr *expr = new_expr(s, EXPR_NAME, like);
    expr->name = name;
    return expr;
}

static Expr *new_call(Sema *s, Name callee, Expr **args, uint32_t nargs, const Expr *like) {
    Expr *call = new_expr(s, EXPR_CALL, like);
    call->a = new_name(s, callee, like);
    call->args = args;
    call->nargs = nargs;
    return call;
}

/* A use of parameter `index`. */
static Expr **new_argument(Sema *s, const Decl *func, uint32_t index, const Expr *like) {
    Expr **args = ARENA_ARRAY(s->arena, Expr *, 1);
    args[0] = new_name(s, func->params[index]->name, like);
    return args;
}

static Expr *new_await(Sema *s, Expr *operand) {
    Expr *expr = new_expr(s, EXPR_AWAIT, operand);
    expr->a = operand;
    return expr;
}

static Stmt *new_stmt(Sema *s, StmtKind kind, const Expr *like) {
    Stmt *stmt = ARENA_NEW(s->arena, Stmt);
    *stmt = (Stmt){.kind = kind, .span = like->span, .at = like->at};
    return stmt;
}

static Stmt *new_do(Sema *s, Expr *expr) {
    Stmt *stmt = new_stmt(s, STMT_EXPR, expr);
    stmt->expr = expr;
    return stmt;
}

static Decl *new_param(Sema *s, uint32_t index, const Type *type, const Expr *like) {
    Decl *param = ARENA_NEW(s->arena, Decl);
    Name name = names_of(s->names, arena_printf(s->arena, "(%u)", index)); /* which nobody can write */
    *param = (Decl){.kind = DECL_VAR, .span = like->span, .at = like->at, .name = name, .type = type};
    return param;
}

static Expr *new_operation(Sema *s, const Decl *func, Builtin builtin, const Expr *like) {
    return new_call(s, names_of(s->names, sema_builtin_text(builtin)), new_argument(s, func, 0, like), 1, like);
}

/* { if (await ONCE_ENTER(o)) { defer ONCE_LEAVE(o); await f(x); } } */
static Stmt *new_body(Sema *s, const Decl *func, const Expr *inner, const Expr *like) {
    Expr **args = ARENA_ARRAY(s->arena, Expr *, inner->nargs + 1u);
    for (uint32_t i = 0; i < inner->nargs; i++) args[i] = *new_argument(s, func, i + 1, inner->args[i]);
    Stmt *run = new_stmt(s, STMT_BLOCK, like), *branch = new_stmt(s, STMT_IF, like),
         *body = new_stmt(s, STMT_BLOCK, like);
    run->items = ARENA_ARRAY(s->arena, Stmt *, 2);
    run->nitems = 2;
    run->items[0] = new_stmt(s, STMT_DEFER, like);
    run->items[0]->body = new_do(s, new_operation(s, func, BUILTIN_ONCE_LEAVE, like));
    run->items[1] = new_do(s, new_await(s, new_call(s, inner->a->name, args, inner->nargs, inner)));
    branch->expr = new_await(s, new_operation(s, func, BUILTIN_ONCE_ENTER, like));
    branch->body = run;
    body->items = ARENA_ARRAY(s->arena, Stmt *, 1);
    body->nitems = 1;
    body->items[0] = branch;
    return body;
}

static Decl *new_function(Sema *s, const Expr *call, const Expr *inner, const Symbol *callee) {
    Decl *func = ARENA_NEW(s->arena, Decl);
    *func = (Decl){.kind = DECL_FUNC, .span = call->span, .at = call->at, .name = call->a->name, .func = FUNC_ASYNC};
    func->nparams = callee->type->nparams + 1;
    func->params = ARENA_ARRAY(s->arena, Decl *, func->nparams);
    const Type **types = ARENA_ARRAY(s->arena, const Type *, func->nparams);
    for (uint32_t i = 0; i < func->nparams; i++) {
        types[i] = i == 0 ? types_basic(s->types, TYPE_ONCE) : callee->type->params[i - 1];
        func->params[i] = new_param(s, i, types[i], i == 0 ? call->args[0] : inner->args[i - 1]);
    }
    func->type = types_func(s->types, sema_void(s), types, func->nparams);
    func->symbol = sema_new_symbol(s, SYMBOL_FUNC, func->name, func->type, func->at);
    func->symbol->decl = func;
    func->body = new_body(s, func, inner, call);
    vec_push(&s->onces, func);
    return func;
}

/* ---- the call */

/* What is to run once: an async call by name, whose arguments are good. NULL otherwise (reported). */
static Symbol *check_inner(Sema *s, Expr *inner, CallPlace place) {
    bool is_call = inner->kind == EXPR_CALL && inner->a && inner->a->kind == EXPR_NAME;
    Symbol *callee = is_call ? scopes_find(&s->scopes, SCOPE_NAMES, inner->a->name) : NULL;
    if (!callee || callee->kind != SYMBOL_FUNC || !callee->decl || callee->decl->func == FUNC_PLAIN) {
        check_quietly(s, inner);
        if (inner->kind != EXPR_ERROR)
            sema_report(s, ONCE_CALL, inner->span, "what runs once is a call of an async function by its name");
        return NULL;
    }
    uint32_t errors = diags_errors(s->diags);
    callee->uses++;
    check_call_arguments(s, inner, callee, place);
    return errors == diags_errors(s->diags) && callee->type->kind == TYPE_FUNC && !s->quiet ? callee : NULL;
}

static void splice(Sema *s, Expr *call, const Expr *object, const Expr *inner, const Decl *func) {
    call->builtin = BUILTIN_NONE;
    call->symbol = func->symbol;
    call->nargs = inner->nargs + 1;
    call->args = ARENA_ARRAY(s->arena, Expr *, call->nargs);
    call->args[0] = arena_copy(s->arena, object, sizeof *object);
    for (uint32_t i = 0; i < inner->nargs; i++) call->args[i + 1] = inner->args[i];
}

/* Without await: block_on of the future. */
static void make_blocking(Sema *s, Expr *expr) {
    Expr *call = arena_copy(s->arena, expr, sizeof *expr);
    call->blocks = false;
    call->makes_future = true;
    call->type = types_handle(s->types, TYPE_FUTURE, sema_void(s));
    expr->builtin = BUILTIN_BLOCK_ON;
    expr->symbol = NULL;
    expr->args = ARENA_ARRAY(s->arena, Expr *, 1);
    expr->args[0] = call;
    expr->nargs = 1;
}

void check_once(Sema *s, Expr *expr, const Type *expected, Use use) {
    if (expr->nargs != 2) {
        for (uint32_t i = 0; i < expr->nargs; i++) check_quietly(s, expr->args[i]);
        sema_report(s, ARGUMENT_COUNT, expr->at, "wrong number of arguments (%u): write call_once(once, f())",
            expr->nargs);
        check_failed(s, expr);
        return;
    }
    uint32_t errors = diags_errors(s->diags);
    Expr *object = expr->args[0], *inner = expr->args[1];
    check_expr_to(s, object, types_basic(s->types, TYPE_ONCE), 0, "argument 1 of 'call_once'");
    Symbol *callee = check_inner(s, inner, use == USE_AWAIT ? CALL_IN_PLACE : CALL_STORED);
    check_call_future(s, expr, sema_void(s), expected, use, true);
    if (!callee || errors != diags_errors(s->diags)) return;
    const Decl *func = new_function(s, expr, inner, callee);
    if (s->func) vec_push(&s->func->calls, (CallSite){func->symbol, expr->at, NULL});
    splice(s, expr, object, inner, func);
    if (expr->blocks) make_blocking(s, expr);
}

void check_onces(Sema *s) {
    for (uint32_t i = 0; i < s->onces.n; i++) check_func_body(s, s->onces.data[i]);
}
