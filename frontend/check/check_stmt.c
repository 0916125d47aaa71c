/* Statements. */
#include "frontend/check/sema.h"

void check_stmts(Sema *s, Stmt **items, uint32_t nitems) {
    for (uint32_t i = 0; i < nitems; i++) check_stmt(s, items[i]);
}

static void check_block(Sema *s, const Stmt *stmt) {
    Region *region = s->region;
    sema_open(s);
    check_stmts(s, stmt->items, stmt->nitems);
    sema_close(s);
    s->region = region;
}

/* A statement that is a block of its own, as C says of what an if or a loop governs. */
static void check_sub(Sema *s, Stmt *stmt) {
    if (!stmt) return;
    Region *region = s->region;
    sema_open(s);
    check_stmt(s, stmt);
    sema_close(s);
    s->region = region;
}

static void check_decls(Sema *s, const Stmt *stmt) {
    for (uint32_t i = 0; i < stmt->ndecls; i++) check_decl_local(s, stmt->decls[i]);
}

static void check_loop_body(Sema *s, Stmt *loop) {
    Region *region = s->region;
    sema_push_region(s, REGION_LOOP, loop->at, loop);
    check_sub(s, loop->body);
    s->region = region;
}

static void check_for(Sema *s, Stmt *stmt) {
    Region *region = s->region;
    sema_open(s);
    check_decls(s, stmt);
    if (stmt->init) check_expr_use(s, stmt->init, NULL, USE_DISCARD);
    check_condition(s, stmt->expr);
    if (stmt->step) check_expr_use(s, stmt->step, NULL, USE_DISCARD);
    check_loop_body(s, stmt);
    sema_close(s);
    s->region = region;
}

static void check_return(Sema *s, Stmt *stmt) {
    jump_return(s, stmt);
    if (s->func_decl->func == FUNC_POLL) {
        check_poll_return(s, stmt);
        return;
    }
    const Type *result = s->func_decl->type->of;
    const char *name = sema_text(s, s->func_decl->name);
    if (check_poll_is_answer(s, stmt->expr)) {
        check_quietly(s, stmt->expr);
        sema_report(s, RETURN_VALUE, stmt->expr->span, "'%s' is no poll function: only those return pending or ready(...)", name);
        sema_note(s, s->func_decl->at, "a hand-written future is declared with 'poll' before its result type");
    } else if (!stmt->expr) {
        if (result->kind == TYPE_VOID || result->kind == TYPE_ERROR) return;
        sema_report(
            s, RETURN_VALUE, stmt->at, "'%s' returns '%s': a value is missing", name, sema_type_text(s, result));
    } else if (result->kind == TYPE_VOID) {
        check_quietly(s, stmt->expr);
        sema_report(s, RETURN_VALUE, stmt->expr->span, "'%s' returns nothing ('void')", name);
    } else {
        check_expr_to(s, stmt->expr, result, 0, "the value returned");
        check_receive_returned(s, stmt->expr);
        if (result->kind == TYPE_TASK) check_task_stored_in(s, s->func->symbol, stmt->expr);
    }
}

static void check_defer(Sema *s, Stmt *stmt) {
    Region *region = s->region;
    sema_push_region(s, REGION_DEFER_BODY, stmt->at, NULL);
    check_sub(s, stmt->body);
    s->region = region;
    sema_push_region(s, REGION_DEFER, stmt->at, NULL);
}

static void check_region(Sema *s, Stmt *stmt, RegionKind kind) {
    Region *region = s->region;
    sema_push_region(s, kind, stmt->at, NULL);
    check_block(s, stmt);
    s->region = region;
}

static void check_scope(Sema *s, Stmt *stmt) {
    check_await_allowed(s, stmt->at, "scope");
    check_region(s, stmt, REGION_SCOPE);
}

static void check_stray_case(Sema *s, Stmt *stmt) {
    check_quietly(s, stmt->expr);
    const char *word = stmt->kind == STMT_CASE ? "case" : "default";
    sema_report(s, CASE_PLACE, stmt->at, "'%s' stands directly in the block of a switch", word);
    if (stmt->body) check_stmt(s, stmt->body);
}

static void check_if(Sema *s, Stmt *stmt) {
    check_condition(s, stmt->expr);
    check_sub(s, stmt->body);
    check_sub(s, stmt->other);
}

void check_stmt(Sema *s, Stmt *stmt) {
    switch (stmt->kind) {
    case STMT_EMPTY: break;
    case STMT_EXPR:
        if (stmt->expr) check_expr_use(s, stmt->expr, NULL, USE_DISCARD);
        break;
    case STMT_DECL: check_decls(s, stmt); break;
    case STMT_BLOCK: check_block(s, stmt); break;
    case STMT_IF: check_if(s, stmt); break;
    case STMT_WHILE:
        check_condition(s, stmt->expr);
        check_loop_body(s, stmt);
        break;
    case STMT_DO:
        check_loop_body(s, stmt);
        check_condition(s, stmt->expr);
        break;
    case STMT_FOR: check_for(s, stmt); break;
    case STMT_SWITCH: check_switch(s, stmt); break;
    case STMT_CASE:
    case STMT_DEFAULT: check_stray_case(s, stmt); break;
    case STMT_LABEL:
        jump_label(s, stmt);
        if (stmt->body) check_stmt(s, stmt->body);
        break;
    case STMT_GOTO: jump_goto(s, stmt); break;
    case STMT_BREAK: jump_break(s, stmt); break;
    case STMT_CONTINUE: jump_continue(s, stmt); break;
    case STMT_RETURN: check_return(s, stmt); break;
    case STMT_SELECT: check_select(s, stmt); break;
    case STMT_DEFER: check_defer(s, stmt); break;
    case STMT_SCOPE: check_scope(s, stmt); break;
    case STMT_ATOMIC: check_region(s, stmt, REGION_ATOMIC); break;
    }
}
