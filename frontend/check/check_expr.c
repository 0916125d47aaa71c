/* Expressions: types, conversions, places. */
#include "frontend/check/sema.h"

#include <assert.h>

const Type *check_failed(Sema *s, Expr *expr) {
    expr->is_const = false;
    return expr->type = sema_error_type(s);
}

void check_quietly(Sema *s, Expr *expr) {
    if (!expr) return;
    s->quiet++;
    if (expr->kind == EXPR_ADDRESS && expr->a) check_expr(s, expr->a, NULL);
    else check_expr(s, expr, NULL);
    s->quiet--;
}

const char *check_op_text(Op op) { return op == OP_NONE ? "this operator" : op_text(op); }

/* ---- operators */

bool check_operand(Sema *s, const Expr *expr, Expr *operand) {
    const Type *type = check_expr(s, operand, NULL);
    if (type_is_integer(type)) return true;
    if (type->kind == TYPE_ERROR) return false;
    const char *what = arena_printf(s->arena, "an operand of '%s'", check_op_text(expr->op));
    return check_is_integer(s, operand, what);
}

static void check_unary(Sema *s, Expr *expr) {
    if (expr->op > OP_NOT) {
        check_temporal_inside(s, expr);
        return;
    }
    if (!check_operand(s, expr, expr->a)) {
        check_failed(s, expr);
        return;
    }
    const Type *type = convert_promote(s->types, expr->a);
    expr->type = expr->op == OP_NOT ? sema_int(s) : type;
    fold_unary(s, expr, type);
}

/* The right operand runs only when the left one does not decide. */
static void check_logical(Sema *s, Expr *expr) {
    check_condition(s, expr->a);
    bool decides = expr->a->is_const && (expr->a->value != 0) == (expr->op == OP_LOR);
    s->unevaluated += decides;
    check_condition(s, expr->b);
    s->unevaluated -= decides;
    expr->type = sema_int(s);
    if (expr->a->type->kind == TYPE_ERROR || expr->b->type->kind == TYPE_ERROR) check_failed(s, expr);
    else if (decides) fold_set(expr, expr->op == OP_LOR);
    else if (expr->a->is_const && expr->b->is_const) fold_set(expr, expr->b->value != 0);
}

static void check_property_logical(Sema *s, Expr *expr) {
    check_condition(s, expr->a);
    check_condition(s, expr->b);
    expr->type = sema_int(s);
    if (expr->a->type->kind == TYPE_ERROR || expr->b->type->kind == TYPE_ERROR) check_failed(s, expr);
}

static bool is_comparison(Op op) { return op >= OP_EQ && op <= OP_GE; }

static bool is_holder(const Sema *s, const Expr *expr) {
    return s->in_property && expr->kind == EXPR_CALL && expr->a && expr->a->kind == EXPR_NAME &&
           sema_builtin(s, expr->a->name) == BUILTIN_HOLDER;
}

/* Both sides of == and !=; beside holder(m) stands a task's name. */
static void check_equality_operands(Sema *s, Expr *expr) {
    bool names_right = is_holder(s, expr->a), names_left = is_holder(s, expr->b);
    s->in_task_name = names_left && !names_right;
    check_expr(s, expr->a, NULL);
    s->in_task_name = names_right && !names_left;
    check_expr(s, expr->b, expr->a->type);
    s->in_task_name = false;
}

static bool are_comparable_handles(const Type *a, const Type *b) {
    if (!type_is_handle(a) || !type_is_handle(b)) return false;
    return (a->kind == TYPE_TASK && b->kind == TYPE_TASK) || convert_allows(a, b) || convert_allows(b, a);
}

static void refuse_comparison(Sema *s, Expr *expr) {
    const Type *a = expr->a->type, *b = expr->b->type;
    const char *op = check_op_text(expr->op);
    if (a->kind == TYPE_FUTURE || b->kind == TYPE_FUTURE) {
        const Expr *future = a->kind == TYPE_FUTURE ? expr->a : expr->b;
        sema_report(s, MISSING_AWAIT, future->span, "an operand of '%s' is a future; is 'await' missing?", op);
    } else {
        sema_report(s, NOT_COMPARABLE, expr->at, "'%s' and '%s' cannot be compared", sema_type_text(s, a),
            sema_type_text(s, b));
    }
    check_failed(s, expr);
}

static void check_equality(Sema *s, Expr *expr) {
    check_equality_operands(s, expr);
    const Type *a = expr->a->type, *b = expr->b->type;
    expr->type = sema_int(s);
    if (a->kind == TYPE_ERROR || b->kind == TYPE_ERROR) check_failed(s, expr);
    else if (type_is_integer(a) && type_is_integer(b))
        fold_binary(s, expr, convert_operands(s->types, expr->a, expr->b));
    else if (!are_comparable_handles(a, b)) refuse_comparison(s, expr);
}

static void check_arithmetic(Sema *s, Expr *expr) {
    bool is_good = check_operand(s, expr, expr->a);
    if (!check_operand(s, expr, expr->b) || !is_good) {
        check_failed(s, expr);
        return;
    }
    bool is_shift = expr->op == OP_SHL || expr->op == OP_SHR;
    const Type *type = is_shift ? convert_promote(s->types, expr->a) : convert_operands(s->types, expr->a, expr->b);
    expr->type = is_comparison(expr->op) ? sema_int(s) : type;
    fold_binary(s, expr, type);
}

static void check_binary(Sema *s, Expr *expr) {
    if (expr->op == OP_LAND || expr->op == OP_LOR) check_logical(s, expr);
    else if (expr->op == OP_EQ || expr->op == OP_NE) check_equality(s, expr);
    else if ((expr->op == OP_IMPLIES || expr->op == OP_IFF) && s->in_property) check_property_logical(s, expr);
    else if (expr->op <= OP_NOT) check_arithmetic(s, expr);
    else check_temporal_inside(s, expr);
}

/* ---- what has an effect */

bool check_effect_refused(Sema *s, Expr *expr, const char *what) {
    if (!s->in_property && !s->in_constant && !s->in_global) return false;
    if (s->in_property) sema_report(s, SIDE_EFFECT, expr->at, "%s in a property, which has no side effects", what);
    else sema_report(s, NOT_CONSTANT, expr->at, "%s in a constant expression", what);
    check_failed(s, expr);
    return true;
}

/* ---- ?: and comma */

static const Type *cond_type(Sema *s, const Expr *expr) {
    const Type *b = expr->b->type, *c = expr->c->type;
    if (b->kind == TYPE_ERROR || c->kind == TYPE_ERROR) return sema_error_type(s);
    if (type_is_integer(b) && type_is_integer(c))
        return b == c && b->kind == TYPE_BOOL ? b : convert_operands(s->types, expr->b, expr->c);
    if (b == c || b->kind == TYPE_NONE) return c;
    if (c->kind == TYPE_NONE) return b;
    return b->kind == TYPE_TASK && c->kind == TYPE_TASK ? types_handle(s->types, TYPE_TASK, NULL) : NULL;
}

static void check_branch(Sema *s, Expr *expr, bool is_dead, const Type *expected, Use use) {
    s->unevaluated += is_dead;
    check_expr_use(s, expr, expected, use == USE_DISCARD ? USE_DISCARD : USE_VALUE);
    s->unevaluated -= is_dead;
}

static void check_cond(Sema *s, Expr *expr, const Type *expected, Use use) {
    check_condition(s, expr->a);
    bool is_known = expr->a->is_const;
    check_branch(s, expr->b, is_known && !expr->a->value, expected, use);
    check_branch(s, expr->c, is_known && expr->a->value, expected, use);
    expr->type = cond_type(s, expr);
    if (!expr->type || (expr->type->kind == TYPE_ARRAY)) {
        sema_report(s, TYPE_MISMATCH, expr->at, "the branches of '?:' have the types '%s' and '%s'",
            sema_type_text(s, expr->b->type), sema_type_text(s, expr->c->type));
        check_failed(s, expr);
        return;
    }
    const Expr *taken = is_known && expr->a->value ? expr->b : expr->c;
    if (is_known && taken->is_const && type_is_integer(expr->type)) fold_cast(expr, taken, expr->type);
}

static void check_comma(Sema *s, Expr *expr, const Type *expected, Use use) {
    check_expr_use(s, expr->a, NULL, USE_DISCARD);
    expr->type = check_expr_use(s, expr->b, expected, use == USE_DISCARD ? USE_DISCARD : USE_VALUE);
}

/* ---- casts and compound literals */

static void check_cast(Sema *s, Expr *expr) {
    const Type *to = check_type(s, expr->syntax);
    expr->type = to;
    if (to->kind == TYPE_VOID) {
        check_expr_use(s, expr->a, NULL, USE_DISCARD);
        return;
    }
    const Type *from = check_expr(s, expr->a, to);
    if (from->kind == TYPE_ERROR || to->kind == TYPE_ERROR) {
        check_failed(s, expr);
    } else if (!convert_allows(from, to) || to->kind == TYPE_ARRAY) {
        if (from->kind == TYPE_FUTURE || from->kind == TYPE_VOID || from->kind == TYPE_ARRAY)
            check_mismatch(s, expr->a, to, "what is cast");
        else
            sema_report(
                s, BAD_CAST, expr->span, "'%s' cannot be cast to '%s'", sema_type_text(s, from), sema_type_text(s, to));
        check_failed(s, expr);
    } else {
        fold_cast(expr, expr->a, to);
    }
}

static void check_compound(Sema *s, Expr *expr) {
    const Type *type = check_type_of_value(s, expr->syntax, "a compound literal");
    if (type->kind == TYPE_ARRAY) {
        sema_report(s, ARRAY_VALUE, expr->span, "an array is no value; declare a variable");
        type = sema_error_type(s);
    }
    expr->type = type;
    if (expr->b) check_init(s, expr->b, type, 0, NULL);
}

/* ---- all of them */

static void check_misplaced(Sema *s, Expr *expr) {
    if (expr->kind == EXPR_ADDRESS) {
        check_quietly(s, expr->a);
        sema_report(s, POINTER, expr->at,
            "there are no pointers: '&' stands only before the destination of a receiving operation");
    } else if (expr->kind == EXPR_INIT) {
        sema_report(s, INIT_BRACES, expr->span, "braces stand only in an initialiser; write (type){ ... } for a value");
    } else if (expr->kind == EXPR_STRING) {
        sema_report(s, NOT_A_VALUE, expr->span, "a string stands only in printf and in _Static_assert");
    } else if (s->in_property) {
        check_atom_label(s, expr);
        return;
    } else {
        sema_report(s, TASK_NAME, expr->at, "'task@label' stands only in a property");
    }
    check_failed(s, expr);
}

/* What the tasks in a variable yield is known from the spawns stored there; a function's likewise from its returns. */
static void refine_task(Sema *s, Expr *expr) {
    if (expr->type->kind != TYPE_TASK || expr->type->of) return;
    const Symbol *root = expr->kind == EXPR_CALL ? expr->symbol : check_place_root(expr);
    if (!root || root->id >= s->task_values.n) return;
    const TaskValue *value = &s->task_values.data[root->id];
    if (value->of && !value->is_mixed) expr->type = types_handle(s->types, TYPE_TASK, value->of);
}

static void dispatch(Sema *s, Expr *expr, const Type *expected, Use use) {
    switch (expr->kind) {
    case EXPR_ERROR: check_failed(s, expr); break;
    case EXPR_INT: fold_set(expr, expr->value); break;
    case EXPR_NAME: check_name(s, expr); break;
    case EXPR_NONE: expr->type = types_basic(s->types, TYPE_NONE); break;
    case EXPR_UNARY: check_unary(s, expr); break;
    case EXPR_BINARY: check_binary(s, expr); break;
    case EXPR_ASSIGN: check_assign(s, expr); break;
    case EXPR_INCDEC: check_incdec(s, expr); break;
    case EXPR_COND: check_cond(s, expr, expected, use); break;
    case EXPR_COMMA: check_comma(s, expr, expected, use); break;
    case EXPR_CALL: check_call(s, expr, expected, use); break;
    case EXPR_INDEX: check_index(s, expr); break;
    case EXPR_MEMBER: check_member(s, expr); break;
    case EXPR_CAST: check_cast(s, expr); break;
    case EXPR_COMPOUND: check_compound(s, expr); break;
    case EXPR_SIZEOF: check_sizeof(s, expr); break;
    case EXPR_AWAIT:
        if (!check_effect_refused(s, expr, "'await'")) check_await(s, expr, expected, use);
        break;
    case EXPR_SPAWN:
        if (!check_effect_refused(s, expr, "'spawn'")) check_spawn(s, expr);
        break;
    case EXPR_STRING:
    case EXPR_INIT:
    case EXPR_ADDRESS:
    case EXPR_ATOM: check_misplaced(s, expr); break;
    }
}

const Type *check_expr_use(Sema *s, Expr *expr, const Type *expected, Use use) {
    if (s->in_task_name) check_atom_task(s, expr);
    else dispatch(s, expr, expected, use);
    if (!expr->type) check_failed(s, expr);
    refine_task(s, expr);
    return expr->type;
}

const Type *check_expr(Sema *s, Expr *expr, const Type *expected) {
    return check_expr_use(s, expr, expected, USE_VALUE);
}
