/* Statements. */
#include "frontend/lower/lower.h"

#include <assert.h>
#include <string.h>

/* ---- blocks */

void lower_block_open(Builder *b, Block *block, Stmt *const *items, uint32_t nitems) {
    *block = (Block){.up = b->block,
        .call = b->call,
        .items = items,
        .nitems = nitems,
        .entry = b->cleanups,
        .outer_scope = b->scope,
        .nvars = b->call->vars.n};
    b->block = block;
    b->scope = NULL;
}

void lower_block_close(Builder *b, Block *block) {
    assert(b->block == block);
    lower_exit(b, block->entry);
    b->cleanups = block->entry;
    b->block = block->up;
    b->scope = block->outer_scope;
    lower_vars_end(b, block->nvars);
}

void lower_stmts(Builder *b, Stmt *const *items, uint32_t nitems) {
    for (uint32_t i = 0; i < nitems; i++) lower_stmt(b, items[i]);
}

static void stmts_in_block(Builder *b, Stmt *const *items, uint32_t nitems) {
    Block block;
    lower_block_open(b, &block, items, nitems);
    lower_stmts(b, items, nitems);
    lower_block_close(b, &block);
}

void lower_stmts_block(Builder *b, const Stmt *stmt) {
    if (stmt->kind == STMT_BLOCK) {
        stmts_in_block(b, stmt->items, stmt->nitems);
        return;
    }
    Stmt *const *items = arena_copy(b->lower->arena, &stmt, sizeof stmt);
    Block block;
    lower_block_open(b, &block, items, 1);
    lower_stmt(b, stmt);
    lower_block_close(b, &block);
}

/* ---- declarations */

static void scoped(Builder *b, const Decl *decl, uint32_t slot) {
    if (!decl->is_scoped) return;
    Cleanup *cleanup = lower_cleanup(b, CLEANUP_KILL, decl->at);
    cleanup->slot = slot;
    cleanup->n = type_words(decl->type);
}

void lower_decl(Builder *b, const Decl *decl) {
    if (decl->kind != DECL_VAR || decl->is_static) return;
    Span outer = lower_at(b, decl->at);
    uint32_t slot = lower_var_new(b, decl->symbol), local = lower_var(b, decl->symbol)->local;
    const char *name = b->object_name;
    b->object_name = lower_name(b->lower, decl->name);
    b->object_scoped = decl->is_scoped;
    if (decl->init) lower_init(b, decl->init, decl->type, decl->symbol->bits, slot);
    else lower_default(b, decl->type, slot, decl, decl->at);
    b->locals.data[local].from = b->code.n;
    b->object_name = name;
    b->object_scoped = false;
    lower_cleanup_drop(b, decl->type, slot);
    scoped(b, decl, slot);
    lower_at(b, outer);
}

/* ---- branches and loops */

static void lower_if(Builder *b, const Stmt *stmt) {
    uint32_t no = lower_label_new(b), end = lower_label_new(b);
    lower_condition(b, stmt->expr, no);
    lower_stmts_block(b, stmt->body);
    lower_jump(b, end);
    lower_label_place(b, no);
    if (stmt->other) lower_stmts_block(b, stmt->other);
    lower_label_place(b, end);
}

/* Whether a jump can lead into the statement: a label, or a case of a switch around it. */
static bool is_enterable(const Stmt *stmt, bool in_switch) {
    if (!stmt) return false;
    if (stmt->kind == STMT_LABEL || (!in_switch && (stmt->kind == STMT_CASE || stmt->kind == STMT_DEFAULT)))
        return true;
    in_switch |= stmt->kind == STMT_SWITCH;
    if (is_enterable(stmt->body, in_switch) || is_enterable(stmt->other, in_switch)) return true;
    for (uint32_t i = 0; i < stmt->nitems; i++)
        if (is_enterable(stmt->items[i], in_switch)) return true;
    return false;
}

/* Code of a loop that cannot be reached from above may still be from its own end. */
static void place_head(Builder *b, const Stmt *loop, uint32_t head) {
    if (!b->reachable && is_enterable(loop->body, false)) lower_label_place_open(b, head);
    else lower_label_place(b, head);
}

static void loop_body(Builder *b, const Stmt *stmt, uint32_t end, uint32_t next) {
    Target target = {b->target, stmt, end, next, b->cleanups};
    b->target = &target;
    lower_stmts_block(b, stmt->body);
    b->target = target.up;
}

static void lower_while(Builder *b, const Stmt *stmt) {
    uint32_t head = lower_label_new(b), end = lower_label_new(b);
    place_head(b, stmt, head);
    lower_condition(b, stmt->expr, end);
    loop_body(b, stmt, end, head);
    lower_jump(b, head);
    lower_label_place(b, end);
}

static void lower_do(Builder *b, const Stmt *stmt) {
    uint32_t head = lower_label_new(b), next = lower_label_new(b), end = lower_label_new(b);
    place_head(b, stmt, head);
    loop_body(b, stmt, end, next);
    lower_label_place(b, next);
    lower_condition(b, stmt->expr, end);
    lower_jump(b, head);
    lower_label_place(b, end);
}

static void lower_for(Builder *b, const Stmt *stmt) {
    uint32_t head = lower_label_new(b), next = lower_label_new(b), end = lower_label_new(b);
    Block block;
    lower_block_open(b, &block, stmt->body ? &stmt->body : NULL, stmt->body ? 1 : 0);
    for (uint32_t i = 0; i < stmt->ndecls; i++) lower_decl(b, stmt->decls[i]);
    if (stmt->init) lower_expr_discard(b, stmt->init);
    place_head(b, stmt, head);
    if (stmt->expr) lower_condition(b, stmt->expr, end);
    loop_body(b, stmt, end, next);
    lower_label_place(b, next);
    if (stmt->step) lower_expr_discard(b, stmt->step);
    lower_jump(b, head);
    lower_label_place(b, end);
    lower_block_close(b, &block);
}

/* ---- scope, atomic, defer, labels */

void lower_scope_wait(Builder *b, const Cleanup *scope) {
    ArmPlan plan = {.arm = {.op = ARM_SCOPE_END,
                        .span = scope->span,
                        .guard = NO_SLOT,
                        .obj = scope->slot,
                        .value = NO_SLOT,
                        .dest = NO_SLOT,
                        .result = NO_SLOT,
                        .target = lower_label_new(b),
                        .result_used = true}};
    lower_wait(b, POINT_SCOPE, scope->span, &plan, 1, NO_SLOT, false);
    lower_label_place(b, plan.arm.target);
}

/* At its end the tasks are waited for before the block's own variables die: they may use them. */
static void lower_scope(Builder *b, const Stmt *stmt) {
    uint32_t handle = lower_temp_word(b, WORD_HANDLE), outer = b->scope_handle;
    uint32_t site = lower_site(b, stmt, (Site){.kind = OBJECT_SCOPE, .name = "", .span = stmt->at});
    lower_emit(b, (Instr){.op = INSTR_NEW, .a = handle, .b = NO_SLOT, .c = NO_SLOT, .d = NO_SLOT, .imm = site});
    Span brace = stmt->span;
    if (brace.end > brace.begin) brace.begin = brace.end - 1;
    Cleanup *scope = lower_cleanup(b, CLEANUP_SCOPE, brace);
    scope->slot = handle;
    Block block;
    lower_block_open(b, &block, stmt->items, stmt->nitems);
    b->scope = scope;
    b->scope_handle = handle;
    lower_stmts(b, stmt->items, stmt->nitems);
    lower_scope_wait(b, scope);
    for (Cleanup *c = b->cleanups; c != block.entry; c = c->below)
        c->scope = NULL; /* their scope has been waited for */
    lower_block_close(b, &block);
    b->cleanups = scope->below;
    b->scope_handle = outer;
}

static void lower_atomic(Builder *b, const Stmt *stmt) {
    bool outer = b->is_atomic;
    if (!outer) lower_op1(b, INSTR_ATOMIC_BEGIN, NO_SLOT);
    b->is_atomic = true;
    stmts_in_block(b, stmt->items, stmt->nitems);
    b->is_atomic = outer;
}

static void lower_defer(Builder *b, const Stmt *stmt) {
    Cleanup *cleanup = lower_cleanup(b, CLEANUP_DEFER, stmt->span);
    cleanup->stmt = stmt->body;
}

static void lower_label(Builder *b, const Stmt *stmt) {
    lower_goto_label(b, stmt);
    uint32_t range = b->ranges.n;
    vec_push(&b->ranges, (LabelRange){.name = lower_name(b->lower, stmt->name), .from = b->code.n, .span = stmt->at});
    if (strcmp(b->ranges.data[range].name, "progress") == 0) lower_op1(b, INSTR_PROGRESS, NO_SLOT);
    if (stmt->body) lower_stmt(b, stmt->body);
    b->ranges.data[range].to = b->code.n;
}

/* ---- expression statements */

static bool is_send(const Expr *expr) { return expr->kind == EXPR_CALL && expr->builtin == BUILTIN_SEND; }

static void lower_expr_stmt(Builder *b, const Stmt *stmt) {
    const Expr *expr = stmt->expr;
    Span outer = lower_at(b, expr->span);
    if (expr->kind == EXPR_AWAIT) lower_await(b, expr, NO_SLOT, is_send(expr->a));
    else if (expr->kind == EXPR_CALL && expr->blocks && expr->builtin != BUILTIN_BLOCK_ON)
        lower_blocking(b, expr, NO_SLOT, is_send(expr));
    else if (is_send(expr) && !expr->makes_future) lower_send_now(b, expr, NO_SLOT);
    else lower_expr_discard(b, expr);
    lower_at(b, outer);
}

static void lower_kind(Builder *b, const Stmt *stmt) {
    switch (stmt->kind) {
    case STMT_EMPTY: break;
    case STMT_EXPR: lower_expr_stmt(b, stmt); break;
    case STMT_DECL:
        for (uint32_t i = 0; i < stmt->ndecls; i++) lower_decl(b, stmt->decls[i]);
        break;
    case STMT_BLOCK: lower_stmts_block(b, stmt); break;
    case STMT_IF: lower_if(b, stmt); break;
    case STMT_WHILE: lower_while(b, stmt); break;
    case STMT_DO: lower_do(b, stmt); break;
    case STMT_FOR: lower_for(b, stmt); break;
    case STMT_SWITCH: lower_switch(b, stmt); break;
    case STMT_CASE:
    case STMT_DEFAULT: lower_case(b, stmt); break;
    case STMT_LABEL: lower_label(b, stmt); break;
    case STMT_GOTO: lower_goto(b, stmt); break;
    case STMT_BREAK:
    case STMT_CONTINUE: lower_break(b, stmt); break;
    case STMT_RETURN: lower_return(b, stmt); break;
    case STMT_SELECT: lower_select(b, stmt); break;
    case STMT_DEFER: lower_defer(b, stmt); break;
    case STMT_SCOPE: lower_scope(b, stmt); break;
    case STMT_ATOMIC: lower_atomic(b, stmt); break;
    }
}

void lower_stmt(Builder *b, const Stmt *stmt) {
    if (b->lower->failed) return;
    uint32_t mark = lower_mark(b);
    Span outer = lower_at(b, stmt->kind == STMT_BLOCK ? b->span : stmt->span);
    lower_kind(b, stmt);
    lower_at(b, outer);
    lower_release(b, mark);
}
