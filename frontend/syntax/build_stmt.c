/* Builds statements and the arms of selects for the grammar's actions. */
#include "frontend/syntax/parser.h"

#include <assert.h>

Stmt *stmt_new(Parser *parser, StmtKind kind, Span span, Span at) {
    Stmt *stmt = ARENA_NEW(parser->arena, Stmt);
    stmt->kind = kind;
    stmt->span = span;
    stmt->at = at;
    stmt->depth = 1;
    return stmt;
}

static uint32_t max_depth(uint32_t depth, uint32_t other) { return other > depth ? other : depth; }

static uint32_t stmts_depth(uint32_t depth, Stmt *const *items, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) depth = max_depth(depth, items[i]->depth);
    return depth;
}

/* Sets the depth from the children; what lies too deep is cut off. */
Stmt *stmt_seal(Parser *parser, Stmt *stmt) {
    uint32_t depth = stmt->body ? stmt->body->depth : 0;
    if (stmt->other) depth = max_depth(depth, stmt->other->depth);
    depth = stmts_depth(depth, stmt->items, stmt->nitems);
    for (uint32_t i = 0; i < stmt->narms; i++) depth = stmts_depth(depth, stmt->arms[i].body, stmt->arms[i].nbody);
    if (depth < AST_MAX_DEPTH) {
        stmt->depth = (uint16_t)(depth + 1);
        return stmt;
    }
    check_depth(parser, depth + 1, stmt->at);
    return stmt_new(parser, STMT_EMPTY, stmt->span, stmt->at);
}

Stmt *stmt_of(Parser *parser, StmtKind kind, Expr *expr, Stmt *body, Stmt *other, Span span, Span at) {
    Stmt *stmt = stmt_new(parser, kind, span, at);
    stmt->expr = expr;
    stmt->body = body;
    stmt->other = other;
    return stmt_seal(parser, stmt);
}

Stmt *stmt_block(Parser *parser, StmtKind kind, List items, Span span, Span at) {
    Stmt *stmt = stmt_new(parser, kind, span, at);
    stmt->items = (Stmt **)items.items;
    stmt->nitems = items.n;
    return stmt_seal(parser, stmt);
}

Stmt *stmt_label(Parser *parser, Stmt *label, Stmt *body, Span span) {
    label->body = body;
    label->span = span;
    return stmt_seal(parser, label);
}

Stmt *stmt_switch(Parser *parser, Expr *expr, Stmt *body, Span span, Span at) {
    List items = list_of(parser, body);
    if (body->kind == STMT_BLOCK) items = (List){(void **)body->items, body->nitems, body->nitems};
    Stmt *stmt = stmt_new(parser, STMT_SWITCH, span, at);
    stmt->expr = expr;
    stmt->items = (Stmt **)items.items;
    stmt->nitems = items.n;
    return stmt_seal(parser, stmt);
}

Stmt *stmt_select(Parser *parser, bool is_biased, List arms, Span span, Span at) {
    Stmt *stmt = stmt_new(parser, STMT_SELECT, span, at);
    stmt->is_biased = is_biased;
    stmt->arms = ARENA_ARRAY(parser->arena, SelectArm, arms.n);
    stmt->narms = arms.n;
    for (uint32_t i = 0; i < arms.n; i++) stmt->arms[i] = *(SelectArm *)arms.items[i];
    return stmt_seal(parser, stmt);
}

/* ---- arms */

static SelectArm *arm_new(Parser *parser, ArmTail tail, List body, Span span) {
    SelectArm *arm = ARENA_NEW(parser->arena, SelectArm);
    arm->span = span;
    arm->guard = tail.guard;
    arm->each = tail.each;
    arm->each_cond = tail.each_cond;
    arm->each_step = tail.each_step;
    arm->body = (Stmt **)body.items;
    arm->nbody = body.n;
    return arm;
}

static Expr *arm_error(Parser *parser, const Expr *head, const char *message) {
    if (head->kind != EXPR_ERROR) {
        diags_add(parser->diags, DIAG_SYNTAX, head->span, "%s", message);
        diags_note(
            parser->diags, head->span, "an arm is `case await operation:` or `case variable = await operation:`");
    }
    return expr_new(parser, EXPR_ERROR, head->span, head->at);
}

SelectArm *arm_of(Parser *parser, Expr *head, ArmTail tail, List body, Span span) {
    SelectArm *arm = arm_new(parser, tail, body, span);
    if (head->kind == EXPR_AWAIT) {
        arm->operation = head->a;
    } else if (head->kind == EXPR_ASSIGN && head->b->kind == EXPR_AWAIT) {
        if (head->op != OP_NONE)
            diags_add(parser->diags, DIAG_SYNTAX, head->at,
                "an arm stores its result with `=`; no other assignment is allowed there");
        arm->dest = head->a;
        arm->operation = head->b->a;
    } else {
        arm->operation = arm_error(parser, head, "this arm does not await anything");
    }
    return arm;
}

SelectArm *arm_fresh(Parser *parser, Decl *dest, Expr *operation, ArmTail tail, List body, Span span) {
    SelectArm *arm = arm_new(parser, tail, body, span);
    arm->dest_decl = dest;
    arm->operation =
        operation->kind == EXPR_AWAIT ? operation->a : arm_error(parser, operation, "this arm does not await anything");
    return arm;
}

SelectArm *arm_default(Parser *parser, List body, Span span) {
    SelectArm *arm = arm_new(parser, (ArmTail){0}, body, span);
    arm->is_default = true;
    return arm;
}

ArmTail arm_each(Parser *parser, Specs specs, Declarator declarator, Expr *cond, Expr *step, Span span) {
    ArmTail tail = {.each_cond = cond, .each_step = step};
    tail.each = decl_of(parser, &specs, &declarator);
    tail.each->span = span;
    return tail;
}
