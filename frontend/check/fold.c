/* Constant folding on the tree. */
#include "frontend/check/constant.h"
#include "frontend/check/sema.h"

void fold_set(Expr *expr, int64_t value) {
    expr->is_const = true;
    expr->value = value;
}

/* What has no value: an error where a constant is required, else it happens only when the code runs. */
static void report_fault(Sema *s, const Expr *expr, ConstantResult result) {
    const char *text = constant_result_text(result);
    if (s->unevaluated) return;
    if (s->in_constant || s->in_global) {
        sema_report(s, CONSTANT_FAULT, expr->at, "%s in a constant expression", text);
    } else {
        sema_report(s, UNDEFINED_RESULT, expr->at, "%s: undefined behaviour when this runs", text);
    }
}

void fold_unary(Sema *s, Expr *expr, const Type *type) {
    const Expr *a = expr->a;
    if (!a->is_const) return;
    int64_t operand = expr->op == OP_NOT ? a->value : convert_value(a->value, type), value = 0;
    ConstantResult result = constant_unary(expr->op, type, operand, &value);
    if (result == CONSTANT_OK) fold_set(expr, value);
    else report_fault(s, expr, result);
}

/* The right operand alone decides whether these are defined. */
static bool is_sure_fault(const Expr *expr, const Type *type) {
    if (expr->op == OP_DIV || expr->op == OP_MOD) return expr->b->is_const && convert_value(expr->b->value, type) == 0;
    return false;
}

void fold_binary(Sema *s, Expr *expr, const Type *type) {
    bool is_shift = expr->op == OP_SHL || expr->op == OP_SHR;
    if (is_sure_fault(expr, type)) report_fault(s, expr, CONSTANT_DIVISION);
    else if (expr->a->is_const && expr->b->is_const) {
        int64_t a = convert_value(expr->a->value, type), value = 0;
        int64_t b = is_shift ? expr->b->value : convert_value(expr->b->value, type);
        ConstantResult result = constant_binary(expr->op, type, a, b, &value);
        if (result == CONSTANT_OK) fold_set(expr, value);
        else report_fault(s, expr, result);
    }
}

void fold_cast(Expr *expr, const Expr *from, const Type *to) {
    if (from->is_const && type_is_integer(to)) fold_set(expr, convert_value(from->value, to));
}
