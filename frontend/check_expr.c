/* Expressions: types, conversions, places. */
#include "frontend/sema.h"

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

static const char *op_text(Op op) {
    static const char *const texts[] = {
        [OP_ADD] = "+",  [OP_SUB] = "-",  [OP_MUL] = "*",  [OP_DIV] = "/",  [OP_MOD] = "%",   [OP_SHL] = "<<",  [OP_SHR] = ">>",
        [OP_AND] = "&",  [OP_OR] = "|",   [OP_XOR] = "^",  [OP_EQ] = "==",  [OP_NE] = "!=",   [OP_LT] = "<",    [OP_GT] = ">",
        [OP_LE] = "<=",  [OP_GE] = ">=",  [OP_LAND] = "&&", [OP_LOR] = "||", [OP_NEG] = "-",  [OP_PLUS] = "+",  [OP_BITNOT] = "~",
        [OP_NOT] = "!",  [OP_IMPLIES] = "->", [OP_IFF] = "<->"};
    return op < sizeof texts / sizeof *texts && texts[op] ? texts[op] : "this operator";
}

/* ---- conversions */

static void report_mismatch(Sema *s, const Expr *expr, const Type *to, const char *what) {
    const Type *from = expr->type;
    const char *wanted = sema_type_text(s, to);
    if (from->kind == TYPE_VOID) {
        sema_report(s, VOID_VALUE, expr->span, "%s has no value ('void'), but '%s' is expected", what, wanted);
    } else if (from->kind == TYPE_FUTURE && to->kind != TYPE_FUTURE) {
        sema_report(s, MISSING_AWAIT, expr->span, "%s is a future, but '%s' is expected; is 'await' missing?", what, wanted);
    } else if (from->kind == TYPE_ARRAY || to->kind == TYPE_ARRAY) {
        sema_report(s, ARRAY_VALUE, expr->span, "%s is an array: arrays are not copied", what);
    } else {
        sema_report(s, TYPE_MISMATCH, expr->span, "%s has the type '%s', but '%s' is expected", what, sema_type_text(s, from), wanted);
    }
}

static void warn_narrowing(Sema *s, const Expr *expr, const Type *to, uint8_t bits) {
    if (s->unevaluated || convert_fits(expr->value, expr->type, to, bits)) return;
    if (bits) {
        sema_report(s, CONSTANT_NARROWED, expr->span, "the constant %lld does not fit in %u bits", (long long)expr->value, bits);
        return;
    }
    if (expr->value == -1 && !to->is_signed) return; /* C's way to write "all ones" */
    long long now = (long long)convert_value(expr->value, to);
    sema_report(s, CONSTANT_NARROWED, expr->span, "the constant %lld does not fit in '%s' and becomes %lld", (long long)expr->value,
                sema_type_text(s, to), now);
}

void check_conversion(Sema *s, Expr *expr, const Type *to, uint8_t bits, const char *what) {
    assert(expr->type);
    if (!convert_allows(expr->type, to) || (to->kind == TYPE_ARRAY && expr->type->kind == TYPE_ARRAY)) {
        report_mismatch(s, expr, to, what);
        check_failed(s, expr);
    } else if (expr->is_const && type_is_integer(expr->type) && type_is_integer(to)) {
        warn_narrowing(s, expr, to, bits);
    }
}

void check_expr_to(Sema *s, Expr *expr, const Type *to, uint8_t bits, const char *what) {
    check_expr(s, expr, to);
    check_conversion(s, expr, to, bits, what);
}

bool check_expr_integer(Sema *s, Expr *expr, const char *what) {
    check_expr(s, expr, NULL);
    return check_is_integer(s, expr, what);
}

bool check_is_integer(Sema *s, Expr *expr, const char *what) {
    const Type *type = expr->type;
    if (type_is_integer(type)) return true;
    if (type->kind == TYPE_ERROR) return false;
    if (type->kind == TYPE_FUTURE || type->kind == TYPE_VOID || type->kind == TYPE_ARRAY) {
        report_mismatch(s, expr, sema_int(s), what);
    } else {
        sema_report(s, NOT_INTEGER, expr->span, "%s has the type '%s', but an integer is expected", what, sema_type_text(s, type));
    }
    check_failed(s, expr);
    return false;
}

void check_condition(Sema *s, Expr *expr) {
    if (!expr) return;
    const Type *type = check_expr(s, expr, sema_bool(s));
    if (type_is_handle(type) && type->kind != TYPE_FUTURE) {
        sema_report(s, NOT_INTEGER, expr->span, "a handle is no condition; compare it with 'none'");
        check_failed(s, expr);
    } else if (!type_is_integer(type) && type->kind != TYPE_ERROR) {
        report_mismatch(s, expr, sema_bool(s), "the condition");
        check_failed(s, expr);
    }
}

bool check_constant(Sema *s, Expr *expr, const char *what) {
    bool was = s->in_constant;
    uint32_t errors = diags_errors(s->diags);
    s->in_constant = true;
    bool is_integer = check_expr_integer(s, expr, what);
    s->in_constant = was;
    if (is_integer && expr->is_const) return true;
    if (is_integer && errors == diags_errors(s->diags)) sema_report(s, NOT_CONSTANT, expr->span, "%s is no constant expression", what);
    check_failed(s, expr);
    return false;
}

/* ---- places */

static bool is_place(const Expr *expr) {
    if (expr->kind == EXPR_NAME) return expr->symbol && expr->symbol->kind == SYMBOL_VAR;
    if (expr->kind != EXPR_INDEX && expr->kind != EXPR_MEMBER) return false;
    return expr->a && is_place(expr->a);
}

Symbol *check_place_root(const Expr *place) {
    while (place && (place->kind == EXPR_INDEX || place->kind == EXPR_MEMBER)) place = place->a;
    return place && place->kind == EXPR_NAME && place->symbol && place->symbol->kind == SYMBOL_VAR ? place->symbol : NULL;
}

static bool refuse_const(Sema *s, const Expr *expr, const Symbol *root) {
    const char *name = sema_text(s, root->name);
    sema_report(s, CONST_WRITTEN, expr->span, "'%s' is constant", name);
    sema_note(s, root->span, "'%s' is declared here", name);
    return false;
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
    if (!is_place(expr)) {
        sema_report(s, NOT_A_PLACE, expr->span, "this is no variable: it cannot be assigned to");
        return false;
    }
    Symbol *root = check_place_root(expr);
    note_write(s, expr, root);
    if (root->is_const) return refuse_const(s, expr, root);
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

/* ---- operators */

static bool check_operand(Sema *s, const Expr *expr, Expr *operand) {
    const Type *type = check_expr(s, operand, NULL);
    if (type_is_integer(type)) return true;
    if (type->kind == TYPE_ERROR) return false;
    const char *what = arena_printf(s->arena, "an operand of '%s'", op_text(expr->op));
    return check_is_integer(s, operand, what);
}

static void check_unary(Sema *s, Expr *expr) {
    if (expr->op > OP_NOT) {
        check_quietly(s, expr->a);
        sema_not_yet(s, expr->at, "a temporal operator");
        check_failed(s, expr);
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
    const char *op = op_text(expr->op);
    if (a->kind == TYPE_FUTURE || b->kind == TYPE_FUTURE) {
        const Expr *future = a->kind == TYPE_FUTURE ? expr->a : expr->b;
        sema_report(s, MISSING_AWAIT, future->span, "an operand of '%s' is a future; is 'await' missing?", op);
    } else {
        sema_report(s, NOT_COMPARABLE, expr->at, "'%s' and '%s' cannot be compared", sema_type_text(s, a), sema_type_text(s, b));
    }
    check_failed(s, expr);
}

static void check_equality(Sema *s, Expr *expr) {
    check_equality_operands(s, expr);
    const Type *a = expr->a->type, *b = expr->b->type;
    expr->type = sema_int(s);
    if (a->kind == TYPE_ERROR || b->kind == TYPE_ERROR) check_failed(s, expr);
    else if (type_is_integer(a) && type_is_integer(b)) fold_binary(s, expr, convert_operands(s->types, expr->a, expr->b));
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
    else {
        check_quietly(s, expr->a);
        check_quietly(s, expr->b);
        sema_not_yet(s, expr->at, "a temporal operator");
        check_failed(s, expr);
    }
}

/* ---- assignments */

static bool refuse_effect(Sema *s, Expr *expr, const char *what) {
    if (!s->in_property && !s->in_constant && !s->in_global) return false;
    if (s->in_property) sema_report(s, SIDE_EFFECT, expr->at, "%s in a property, which has no side effects", what);
    else sema_report(s, NOT_CONSTANT, expr->at, "%s in a constant expression", what);
    check_failed(s, expr);
    return true;
}

static void check_assign_op(Sema *s, Expr *expr) {
    Expr *a = expr->a, *b = expr->b;
    if (!type_is_integer(a->type)) {
        check_is_integer(s, a, arena_printf(s->arena, "an operand of '%s='", op_text(expr->op)));
        check_quietly(s, b);
    } else if (check_operand(s, expr, b) && b->is_const && b->value == 0 && (expr->op == OP_DIV || expr->op == OP_MOD) && !s->unevaluated) {
        sema_report(s, UNDEFINED_RESULT, expr->at, "division by zero: undefined behaviour when this runs");
    }
}

static void check_assign(Sema *s, Expr *expr) {
    if (refuse_effect(s, expr, "an assignment")) return;
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
}

static void check_incdec(Sema *s, Expr *expr) {
    if (refuse_effect(s, expr, expr->op == OP_SUB ? "'--'" : "'++'")) return;
    if (!check_place(s, expr->a)) {
        check_failed(s, expr);
        return;
    }
    expr->type = expr->a->type;
    if (type_is_integer(expr->type)) return;
    sema_report(s, NOT_INTEGER, expr->span, "'%s' is no integer: it cannot be counted up or down", sema_type_text(s, expr->type));
    check_failed(s, expr);
}

/* ---- ?: and comma */

static const Type *cond_type(Sema *s, const Expr *expr) {
    const Type *b = expr->b->type, *c = expr->c->type;
    if (b->kind == TYPE_ERROR || c->kind == TYPE_ERROR) return sema_error_type(s);
    if (type_is_integer(b) && type_is_integer(c)) return b == c && b->kind == TYPE_BOOL ? b : convert_operands(s->types, expr->b, expr->c);
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
        sema_report(s, TYPE_MISMATCH, expr->at, "the branches of '?:' have the types '%s' and '%s'", sema_type_text(s, expr->b->type),
                    sema_type_text(s, expr->c->type));
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

/* ---- parts of values */

static void check_index(Sema *s, Expr *expr) {
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
    bool is_outside = is_good && expr->b->is_const && type->length && (expr->b->value < 0 || expr->b->value >= type->length);
    if (is_outside && !s->unevaluated)
        sema_report(s, INDEX_OUTSIDE, expr->b->span, "the index %lld lies outside '%s': undefined behaviour when this runs",
                    (long long)expr->b->value, sema_type_text(s, type));
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

static void check_member(Sema *s, Expr *expr) {
    if (check_name_message(s, expr->a)) {
        const char *label = sema_text(s, expr->name);
        sema_report(s, NOT_A_VALUE, expr->span, "'%s' is a label of a message: write %s.%s(...)", label, sema_text(s, expr->a->name), label);
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
        if (from->kind == TYPE_FUTURE || from->kind == TYPE_VOID || from->kind == TYPE_ARRAY) report_mismatch(s, expr->a, to, "what is cast");
        else sema_report(s, BAD_CAST, expr->span, "'%s' cannot be cast to '%s'", sema_type_text(s, from), sema_type_text(s, to));
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
        sema_report(s, POINTER, expr->at, "there are no pointers: '&' stands only before the destination of a receiving operation");
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

/* A variable of type `task` is known to hold tasks that yield what the spawns stored there yield. */
static void refine_task(Sema *s, Expr *expr) {
    if (expr->type->kind != TYPE_TASK || expr->type->of) return;
    const Symbol *root = check_place_root(expr);
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
        if (!refuse_effect(s, expr, "'await'")) check_await(s, expr, use);
        break;
    case EXPR_SPAWN:
        if (!refuse_effect(s, expr, "'spawn'")) check_spawn(s, expr);
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

const Type *check_expr(Sema *s, Expr *expr, const Type *expected) { return check_expr_use(s, expr, expected, USE_VALUE); }
