/* What the two halves of the plain compiler share: expressions (plain_expr.c) and statements (plain_stmt.c). */
#ifndef UNKNOT_TESTS_PLAIN_COMPILE_H
#define UNKNOT_TESTS_PLAIN_COMPILE_H

#include "tests/differential/plain_state.h"

typedef struct PBlock { /* a block that code stands in */
    struct PBlock *outer;
    int32_t id;
    bool is_scope;
    int32_t scope_slot;
} PBlock;

typedef struct PTarget { /* what break, continue and goto lead to */
    const Stmt *stmt;
    PBlock *block; /* the block that the target stands in */
    VEC(int32_t) breaks, continues;
    struct PTarget *outer;
} PTarget;

typedef struct PJump { const Stmt *label; PBlock *block; int32_t leave, trim, jump; } PJump;
typedef struct PLabel { const Stmt *stmt; PBlock *block; int32_t at; uint32_t ordinal; } PLabel;

typedef struct PCompile {
    PProgram *p;
    const Tree *tree;
    int32_t *slot;      /* by symbol id: its first cell, -1: none yet */
    int32_t *func;      /* by symbol id: index in funcs, -1 */
    PFunc *f;           /* being compiled: a copy, put back at its end */
    PBlock *block;
    PTarget *target;
    VEC(PJump) jumps;
    VEC(PLabel) labels;
    VEC(const Stmt *) defers;
    int32_t next_block;
    uint32_t ordinal;
    int32_t body;   /* where the function's statements begin */
    bool is_extern; /* the initialiser of an extern channel is being compiled */
} PCompile;

void plain_refuse(PCompile *c, const char *why);
PIns *plain_emit(PCompile *c, PInsKind op, Span span);
static inline int32_t plain_here(const PCompile *c) { return (int32_t)c->p->code.n; }
static inline void plain_patch(PCompile *c, int32_t at) { c->p->code.data[at].a = plain_here(c); }
int32_t plain_slot(PCompile *c, const Symbol *symbol);
uint8_t plain_place_bits(const Expr *e);
bool plain_is_place(const Expr *e);
bool plain_holds_end(const Type *type);

/* plain_expr.c */
void plain_place(PCompile *c, const Expr *e);
void plain_expr(PCompile *c, const Expr *e);
/* The value converted to a type (and width). */
void plain_expr_to(PCompile *c, const Expr *e, const Type *to, uint8_t bits);
void plain_discard(PCompile *c, const Expr *e);
/* An initialiser of a value of that type: its cells. NULL: without one. */
void plain_init(PCompile *c, const Expr *init, const Type *type, uint8_t bits, bool is_zero, Span span);
void plain_convert(PCompile *c, const Type *to, uint8_t bits, Span span);
/* An awaited operation's operands; fills the arm. */
void plain_operands(PCompile *c, const Expr *e, PSiteArm *arm);
int32_t plain_add_site(PCompile *c, PSite site);

/* plain_stmt.c */
int32_t plain_func(PCompile *c, const Symbol *symbol); /* its number; it is compiled later if it is new */
void plain_body(PCompile *c, const Decl *decl);

#endif
