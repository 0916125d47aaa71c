/* Places: what may be assigned to, and the assignments; parts of values. */
#include "frontend/check/sema.h"

static bool is_place(const Expr *expr) {
    if (expr->kind == EXPR_NAME) return expr->symbol && expr->symbol->kind == SYMBOL_VAR;
    if (expr->kind != EXPR_INDEX && expr->kind != EXPR_MEMBER) return false;
    return expr->a && is_place(expr->a);
}

Symbol *check_place_root(const Expr *place) {
    while (place && (place->kind == EXPR_INDEX || place->kind == EXPR_MEMBER)) place = place->a;
    return place && place->kind == EXPR_NAME && place->symbol && place->symbol->kind == SYMBOL_VAR ? place->symbol
                                                                                                   : NULL;
}

static bool refuse_const(Sema *s, const Expr *expr, const Symbol *root) {
    const char *name = sema_text(s, root->name);
    sema_report(s, CONST_WRITTEN, expr->span, "'%s' is constant", name);
    sema_note(s, root->span, "'%s' is declared here", name);
    return false;
}

/* The place is, or lies in, a member that is constant (reported). */
static bool is_const_member(Sema *s, const Expr *place) {
    for (; place->kind == EXPR_MEMBER || place->kind == EXPR_INDEX; place = place->a) {
        if (place->kind == EXPR_INDEX) continue;
        const Field *field = &place->a->type->fields[place->field_index];
        if (!field->is_const) continue;
        sema_report(s, CONST_WRITTEN, place->span, "the member '%s' is constant", sema_text(s, field->name));
        sema_note(s, field->span, "'%s' is declared here", sema_text(s, field->name));
        return true;
    }
    return false;
}

static const Field *const_member_of(const Type *type) {
    for (uint32_t i = 0; type->kind == TYPE_STRUCT && i < type->nfields; i++) {
        const Type *of = type->fields[i].type;
        while (of->kind == TYPE_ARRAY) of = of->of;
        if (type->fields[i].is_const) return &type->fields[i];
        if (const_member_of(of)) return const_member_of(of);
    }
    return NULL;
}

/* A struct with a constant member is not assigned as a whole (reported). */
static bool holds_const(Sema *s, const Expr *place) {
    const Field *field = const_member_of(place->type);
    if (!field) return false;
    sema_report(s, CONST_WRITTEN, place->span, "this has a constant member, '%s': it cannot be assigned as a whole",
        sema_text(s, field->name));
    sema_note(s, field->span, "'%s' is declared here", sema_text(s, field->name));
    return true;
}

/* What the rest of the program must know of a write. */
static void note_write(Sema *s, const Expr *expr, Symbol *root) {
    if (root->is_global) {
        root->is_written = true;
        sema_effect(s, expr->span, "writes a global");
    } else if (root->is_param && root->type->kind == TYPE_ARRAY && s->func && !s->func->array_at.file) {
        s->func->array_at = expr->span;
    }
}

bool check_place(Sema *s, Expr *expr) {
    const Type *type = check_expr(s, expr, NULL);
    if (type->kind == TYPE_ERROR) return false;
    if (expr->kind == EXPR_NAME && expr->symbol && expr->symbol->kind == SYMBOL_PARAM_CONST)
        return refuse_const(s, expr, expr->symbol);
    if (!is_place(expr)) {
        sema_report(s, NOT_A_PLACE, expr->span, "this is no variable: it cannot be assigned to");
        return false;
    }
    Symbol *root = check_place_root(expr);
    note_write(s, expr, root);
    if (root->is_const) return refuse_const(s, expr, root);
    if (is_const_member(s, expr) || holds_const(s, expr)) return false;
    if (type->kind == TYPE_ARRAY) {
        sema_report(s, ARRAY_VALUE, expr->span, "an array cannot be assigned; assign its elements");
        return false;
    }
    if (type->kind == TYPE_EXECUTOR) {
        sema_report(s, EXECUTOR_PLACE, expr->span, "an executor keeps the threads it was made with");
        return false;
    }
    return true;
}

/* ---- assignments */

static void check_assign_op(Sema *s, Expr *expr) {
    Expr *a = expr->a, *b = expr->b;
    if (!type_is_integer(a->type)) {
        check_is_integer(s, a, arena_printf(s->arena, "an operand of '%s='", check_op_text(expr->op)));
        check_quietly(s, b);
    } else if (check_operand(s, expr, b) && b->is_const && b->value == 0 &&
               (expr->op == OP_DIV || expr->op == OP_MOD) && !s->unevaluated) {
        sema_report(s, UNDEFINED_RESULT, expr->at, "division by zero: undefined behaviour when this runs");
    }
}

/* What was given to the variable is not in the expression any more. */
static void forget_given(Sema *s, Expr *expr) {
    if (expr->type && expr->type->kind != TYPE_ERROR && convert_holds_end(expr->type)) expr->type = sema_void(s);
}

void check_assign(Sema *s, Expr *expr) {
    if (check_effect_refused(s, expr, "an assignment")) return;
    bool is_good = check_place(s, expr->a);
    if (!is_good) check_failed(s, expr->a);
    const Type *to = expr->a->type->kind == TYPE_TASK ? types_handle(s->types, TYPE_TASK, NULL) : expr->a->type;
    if (expr->op != OP_NONE && is_good) {
        check_assign_op(s, expr);
    } else {
        check_expr_to(s, expr->b, to, is_good ? convert_place_bits(expr->a) : 0, "the value assigned");
        if (is_good) {
            check_task_stored(s, expr->a, expr->b);
            check_receive_stored(s, check_place_root(expr->a), expr->b);
        }
    }
    expr->type = to;
    forget_given(s, expr);
}

void check_incdec(Sema *s, Expr *expr) {
    if (check_effect_refused(s, expr, expr->op == OP_SUB ? "'--'" : "'++'")) return;
    if (!check_place(s, expr->a)) {
        check_failed(s, expr);
        return;
    }
    expr->type = expr->a->type;
    if (type_is_integer(expr->type)) return;
    sema_report(s, NOT_INTEGER, expr->span, "'%s' is no integer: it cannot be counted up or down",
        sema_type_text(s, expr->type));
    check_failed(s, expr);
}

/* ---- parts of values */

void check_index(Sema *s, Expr *expr) {
    if (!expr->b) { /* worker[*] */
        check_quietly(s, expr->a);
        sema_report(s, TASK_NAME, expr->at, "'[*]' and '[?]' stand in the name of a task only, in a property");
        check_failed(s, expr);
        return;
    }
    const Type *type = check_expr(s, expr->a, NULL);
    bool is_good = check_expr_integer(s, expr->b, "the index");
    if (type->kind != TYPE_ARRAY) {
        if (type->kind != TYPE_ERROR) sema_report(s, NOT_ARRAY, expr->at, "'%s' is no array", sema_type_text(s, type));
        check_failed(s, expr);
        return;
    }
    expr->type = type->of;
    bool is_outside =
        is_good && expr->b->is_const && type->length && (expr->b->value < 0 || expr->b->value >= type->length);
    if (is_outside && !s->unevaluated)
        sema_report(s, INDEX_OUTSIDE, expr->b->span,
            "the index %lld lies outside '%s': undefined behaviour when this runs", (long long)expr->b->value,
            sema_type_text(s, type));
}

static void no_member(Sema *s, Expr *expr, const Type *type) {
    const char *name = sema_text(s, expr->name), *text = sema_type_text(s, type);
    if (type->kind == TYPE_STRUCT) {
        const char *near = suggest_text(s, suggest_field(s, type, expr->name));
        sema_report(s, NO_MEMBER, expr->at, "'%s' has no member '%s'%s", text, name, near);
    } else if (type->kind == TYPE_MESSAGE) {
        sema_report(s, NO_MEMBER, expr->at, "'%s' is a message: its fields are reached by switch and case", text);
    } else if (type->kind != TYPE_ERROR) {
        sema_report(s, NO_MEMBER, expr->at, "'%s' is no struct, it has no member '%s'", text, name);
    }
    check_failed(s, expr);
}

void check_member(Sema *s, Expr *expr) {
    if (check_name_message(s, expr->a)) {
        const char *label = sema_text(s, expr->name);
        sema_report(s, NOT_A_VALUE, expr->span, "'%s' is a label of a message: write %s.%s(...)", label,
            sema_text(s, expr->a->name), label);
        check_failed(s, expr);
        return;
    }
    const Type *type = check_expr(s, expr->a, NULL);
    for (uint32_t i = 0; type->kind == TYPE_STRUCT && i < type->nfields; i++) {
        if (type->fields[i].name != expr->name) continue;
        expr->field_index = i;
        expr->type = type->fields[i].type;
        return;
    }
    no_member(s, expr, type);
}
