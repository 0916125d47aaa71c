#include "frontend/check/advice.h"

const Symbol *advice_variable(const Expr *expr) {
    while (expr->kind == EXPR_INDEX && expr->a) expr = expr->a;
    return expr->kind == EXPR_NAME && expr->symbol && expr->symbol->kind == SYMBOL_VAR ? expr->symbol : NULL;
}

void advice_give(Sema *s) {
    advice_waits(s);
    advice_locks(s);
    advice_objects(s);
}
