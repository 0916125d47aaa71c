/* Builds expressions for the grammar's actions. */
#include "frontend/syntax/parser.h"

#include <assert.h>
#include <string.h>

List list_of(Parser *parser, void *item) {
    List list = {0};
    list_add(parser, &list, item);
    return list;
}

void list_add(Parser *parser, List *list, void *item) {
    if (list->n == list->cap) {
        uint32_t cap = list->cap ? list->cap * 2 : 4;
        void **items = ARENA_ARRAY(parser->arena, void *, cap);
        if (list->n) memcpy(items, list->items, list->n * sizeof *items);
        list->items = items;
        list->cap = cap;
    }
    list->items[list->n++] = item;
}

void check_depth(Parser *parser, uint32_t depth, Span span) {
    if (depth <= AST_MAX_DEPTH || parser->too_deep) return;
    parser->too_deep = true;
    diags_add(parser->diags, DIAG_NESTING, span, "nested more than %d levels deep", AST_MAX_DEPTH);
}

Expr *expr_new(Parser *parser, ExprKind kind, Span span, Span at) {
    Expr *expr = ARENA_NEW(parser->arena, Expr);
    expr->kind = kind;
    expr->span = span;
    expr->at = at;
    expr->depth = 1;
    return expr;
}

static uint32_t deeper(uint32_t depth, const Expr *expr) { return expr && expr->depth > depth ? expr->depth : depth; }

Expr *expr_seal(Parser *parser, Expr *expr) {
    uint32_t depth = deeper(deeper(deeper(0, expr->a), expr->b), expr->c);
    for (uint32_t i = 0; i < expr->nargs; i++) depth = deeper(depth, expr->args[i]);
    for (uint32_t i = 0; i < expr->nitems; i++)
        depth = deeper(deeper(depth, expr->items[i].value), expr->items[i].index);
    if (expr->syntax && expr->syntax->depth > depth) depth = expr->syntax->depth;
    if (depth < AST_MAX_DEPTH) {
        expr->depth = (uint16_t)(depth + 1);
        return expr;
    }
    check_depth(parser, depth + 1, expr->at);
    return expr_new(parser, EXPR_ERROR, expr->span, expr->at);
}

Expr *expr_name(Parser *parser, Name name, Span span) {
    Expr *expr = expr_new(parser, EXPR_NAME, span, span);
    expr->name = name;
    return expr;
}

Expr *expr_of(Parser *parser, ExprKind kind, Expr *a, Expr *b, Span span, Span at) {
    Expr *expr = expr_new(parser, kind, span, at);
    expr->a = a;
    expr->b = b;
    return expr_seal(parser, expr);
}

Expr *expr_unary(Parser *parser, Op op, Expr *a, Span span, Span at) {
    Expr *expr = expr_of(parser, EXPR_UNARY, a, NULL, span, at);
    expr->op = op;
    return expr;
}

Expr *expr_binary(Parser *parser, Op op, Expr *a, Expr *b, Span span, Span at) {
    Expr *expr = expr_of(parser, EXPR_BINARY, a, b, span, at);
    expr->op = op;
    return expr;
}

Expr *expr_assign(Parser *parser, Op op, Expr *a, Expr *b, Span span, Span at) {
    Expr *expr = expr_of(parser, EXPR_ASSIGN, a, b, span, at);
    expr->op = op;
    return expr;
}

Expr *expr_cond(Parser *parser, Expr *a, Expr *b, Expr *c, Span span, Span at) {
    Expr *expr = expr_new(parser, EXPR_COND, span, at);
    expr->a = a;
    expr->b = b;
    expr->c = c;
    return expr_seal(parser, expr);
}

static bool is_heap_function(const Parser *parser, const Expr *callee) {
    static const char *const names[] = {"malloc", "calloc", "realloc", "free"};
    if (callee->kind != EXPR_NAME || typename_meaning(parser, callee->name) != MEANING_NONE) return false;
    const char *text = names_text(parser->names, callee->name);
    for (uint32_t i = 0; i < sizeof names / sizeof *names; i++)
        if (strcmp(names[i], text) == 0) return true;
    return false;
}

Expr *expr_call(Parser *parser, Expr *callee, List args, Span span) {
    if (is_heap_function(parser, callee)) {
        diags_add(parser->diags, DIAG_HEAP, callee->span, "the dialect has no heap: '%s' is not there",
            names_text(parser->names, callee->name));
        diags_note(parser->diags, callee->span, "use an array, a struct, or an object made by its constructor");
        return expr_new(parser, EXPR_ERROR, span, callee->at);
    }
    Expr *expr = expr_new(parser, EXPR_CALL, span, callee->at);
    expr->a = callee;
    expr->args = (Expr **)args.items;
    expr->nargs = args.n;
    return expr_seal(parser, expr);
}

Expr *expr_member(Parser *parser, Expr *a, Name name, Span span, Span at) {
    Expr *expr = expr_of(parser, EXPR_MEMBER, a, NULL, span, at);
    expr->name = name;
    return expr;
}

Expr *expr_incdec(Parser *parser, Op op, bool is_prefix, Expr *a, Span span, Span at) {
    Expr *expr = expr_of(parser, EXPR_INCDEC, a, NULL, span, at);
    expr->op = op;
    expr->is_prefix = is_prefix;
    return expr;
}

Expr *expr_typed(Parser *parser, ExprKind kind, TypeSyntax *syntax, Expr *a, Expr *b, Span span, Span at) {
    Expr *expr = expr_new(parser, kind, span, at);
    expr->syntax = syntax;
    expr->a = a;
    expr->b = b;
    return expr_seal(parser, expr);
}

InitItem *init_item(Parser *parser, Name member, Expr *index, Expr *value, Span span) {
    InitItem *item = ARENA_NEW(parser->arena, InitItem);
    *item = (InitItem){member, index, value, span};
    return item;
}

Expr *expr_init(Parser *parser, List items, Span span) {
    Expr *expr = expr_new(parser, EXPR_INIT, span, span);
    expr->items = ARENA_ARRAY(parser->arena, InitItem, items.n);
    expr->nitems = items.n;
    for (uint32_t i = 0; i < items.n; i++) expr->items[i] = *(InitItem *)items.items[i];
    return expr_seal(parser, expr);
}

Expr *expr_path(Parser *parser, Op quantifier, Expr *until, Span span, Span at) {
    if (until->kind == EXPR_BINARY && until->op == OP_U)
        return expr_binary(parser, quantifier, until->a, until->b, span, at);
    if (until->kind != EXPR_ERROR)
        diags_add(parser->diags, DIAG_SYNTAX, until->span, "the brackets of %s hold `p U q`",
            quantifier == OP_AU ? "A" : "E");
    return expr_new(parser, EXPR_ERROR, span, at);
}

/* An operation that has an operator's kind after an expr_seal may have become an EXPR_ERROR: setting `op` on that does
   no harm. */
Expr *expr_spawn(Parser *parser, Spawn spawn, Span span, Span at) {
    Expr *expr = expr_new(parser, EXPR_SPAWN, span, at);
    expr->spawn = arena_copy(parser->arena, &spawn, sizeof spawn);
    uint32_t depth = deeper(deeper(deeper(deeper(0, spawn.executor), spawn.call), spawn.role_index), spawn.fault_count);
    if (depth < AST_MAX_DEPTH) {
        expr->depth = (uint16_t)(depth + 1);
        return expr;
    }
    check_depth(parser, depth + 1, at);
    return expr_new(parser, EXPR_ERROR, span, at);
}
