/* Formulas of properties: which of their parts speak of time, and expressions as text (language §10). */
#ifndef UNKNOT_FRONTEND_FORMULA_H
#define UNKNOT_FRONTEND_FORMULA_H

#include "frontend/ast.h"

typedef enum FormulaPart {
    FORMULA_ATOM,       /* all else: a condition of its own, whatever it is made of */
    FORMULA_CONNECTIVE, /* ! && || -> <-> */
    FORMULA_LTL,        /* X F G U R W M */
    FORMULA_CTL         /* AX EX AF EF AG EG A[ U ] E[ U ] */
} FormulaPart;

FormulaPart formula_part(const Expr *expr);
/* The expression with blanks and parentheses normalised (macros expanded): equal texts are equal expressions. In `arena`. */
const char *formula_text(const Tree *tree, const Expr *expr, Arena *arena);

#endif
