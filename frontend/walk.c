#include "frontend/walk.h"

static void walk_exprs(Walk *walk, Expr *const *exprs, uint32_t n) {
    for (uint32_t i = 0; i < n; i++) walk_expr(walk, exprs[i]);
}

void walk_expr(Walk *walk, Expr *expr) {
    if (!expr || (walk->expr && !walk->expr(walk, expr))) return;
    walk_expr(walk, expr->a);
    walk_expr(walk, expr->b);
    walk_expr(walk, expr->c);
    walk_exprs(walk, expr->args, expr->nargs);
    for (uint32_t i = 0; i < expr->nitems; i++) walk_expr(walk, expr->items[i].value);
    if (!expr->spawn) return;
    walk_expr(walk, expr->spawn->executor);
    walk_expr(walk, expr->spawn->call);
    walk_expr(walk, expr->spawn->role_index);
}

static void walk_decl(Walk *walk, Decl *decl) {
    if (!decl || decl->kind != DECL_VAR) return;
    if (walk->decl) walk->decl(walk, decl);
    walk_expr(walk, decl->init);
}

static void walk_arm(Walk *walk, SelectArm *arm) {
    walk_decl(walk, arm->each);
    walk_decl(walk, arm->dest_decl);
    walk_expr(walk, arm->dest);
    walk_expr(walk, arm->guard);
    walk_expr(walk, arm->operation);
    for (uint32_t i = 0; i < arm->nbody; i++) walk_stmt(walk, arm->body[i]);
}

void walk_stmt(Walk *walk, Stmt *stmt) {
    if (!stmt) return;
    if (walk->stmt) walk->stmt(walk, stmt);
    for (uint32_t i = 0; i < stmt->ndecls; i++) walk_decl(walk, stmt->decls[i]);
    walk_expr(walk, stmt->init);
    walk_expr(walk, stmt->expr);
    walk_stmt(walk, stmt->body);
    walk_expr(walk, stmt->step);
    walk_stmt(walk, stmt->other);
    for (uint32_t i = 0; i < stmt->nitems; i++) walk_stmt(walk, stmt->items[i]);
    for (uint32_t i = 0; i < stmt->narms; i++) walk_arm(walk, &stmt->arms[i]);
}

void walk_tree(Walk *walk, const Tree *tree) {
    for (uint32_t i = 0; i < tree->ndecls; i++) {
        Decl *decl = tree->decls[i];
        walk->func = decl->kind == DECL_FUNC ? decl : NULL;
        walk_decl(walk, decl);
        walk_stmt(walk, decl->body);
        walk_stmt(walk, decl->drop);
        if (decl->kind == DECL_PROPERTY) walk_expr(walk, decl->formula);
        walk_exprs(walk, decl->propositions, decl->npropositions);
    }
    walk->func = NULL;
}
