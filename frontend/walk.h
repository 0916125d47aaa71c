/* Going through expressions and statements. */
#ifndef UNKNOT_FRONTEND_WALK_H
#define UNKNOT_FRONTEND_WALK_H

#include "frontend/ast.h"

typedef struct Walk Walk;
struct Walk {
    /* Each may be NULL. Called before what lies inside; an expression's false: its inside is left out. */
    bool (*expr)(Walk *walk, Expr *expr);
    void (*stmt)(Walk *walk, Stmt *stmt);
    void (*decl)(Walk *walk, Decl *decl); /* a variable, before its initialiser */
    void *context;
    Decl *func; /* the function at hand; NULL in globals and properties */
};

/* In the order of evaluation as far as the tree tells it. NULL is nothing. */
void walk_expr(Walk *walk, Expr *expr);
void walk_stmt(Walk *walk, Stmt *stmt);
void walk_tree(Walk *walk, const Tree *tree);

#endif
