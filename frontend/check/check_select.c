/* select: its arms, and arms that stand for several. */
#include "frontend/check/sema.h"

enum { MAX_REPLICAS = 1024 };

/* ---- `for (int i = lo; i < hi; i++)` */

static bool names_each(Sema *s, Expr *expr, const Decl *each) {
    if (!expr || expr->kind != EXPR_NAME || expr->name != each->name) return false;
    check_expr(s, expr, NULL);
    return true;
}

/* `i++` in one of its spellings; it may be left out. */
static bool is_count_up(Sema *s, Expr *step, const Decl *each) {
    if (!step) return true;
    bool is_one = step->kind == EXPR_INCDEC ||
                  (step->kind == EXPR_ASSIGN && step->b && step->b->kind == EXPR_INT && step->b->value == 1);
    if (!is_one || step->op != OP_ADD || !names_each(s, step->a, each)) return false;
    step->type = each->type;
    if (step->b) check_expr(s, step->b, NULL);
    return true;
}

/* The first value that i does not take, from `i < hi` or `i <= hi`; false when it is neither or no constant (reported).
 */
static bool read_limit(Sema *s, Expr *cond, const Decl *each, int64_t *limit) {
    bool is_bound =
        cond && cond->kind == EXPR_BINARY && (cond->op == OP_LT || cond->op == OP_LE) && names_each(s, cond->a, each);
    if (!is_bound) {
        sema_report(
            s, REPLICATED_ARM, cond ? cond->span : each->at, "an arm is repeated by for (int i = LOW; i < HIGH; i++)");
        return false;
    }
    cond->type = sema_int(s);
    if (!check_constant(s, cond->b, "the bound of a repeated arm")) return false;
    *limit = cond->b->value + (cond->op == OP_LE && cond->b->value < INT64_MAX);
    return true;
}

static void declare_each(Sema *s, Decl *each) {
    each->type = check_type(s, each->syntax);
    each->symbol = sema_new_symbol(s, SYMBOL_VAR, each->name, each->type, each->at);
    each->symbol->decl = each;
    each->symbol->is_const = true; /* of each copy of the arm */
    each->symbol->uses = 1;
    sema_declare(s, SCOPE_NAMES, each->symbol);
}

static void check_each(Sema *s, SelectArm *arm) {
    Decl *each = arm->each;
    if (each->init && !check_constant(s, each->init, "the bound of a repeated arm")) each->init = NULL;
    declare_each(s, each);
    if (!type_is_integer(each->type)) {
        if (each->type->kind != TYPE_ERROR)
            sema_report(s, REPLICATED_ARM, each->at, "the variable of a repeated arm is an integer");
        return;
    }
    int64_t limit = 0;
    bool is_good = read_limit(s, arm->each_cond, each, &limit);
    if (!is_count_up(s, arm->each_step, each)) {
        sema_report(s, REPLICATED_ARM, arm->each_step->span, "an arm is repeated by for (int i = LOW; i < HIGH; i++)");
        return;
    }
    if (!is_good || !each->init) return;
    arm->each_from = each->init->value;
    arm->each_to = limit > arm->each_from ? limit : arm->each_from;
    if (arm->each_from >= INT32_MIN && arm->each_to <= INT32_MAX && arm->each_to - arm->each_from <= MAX_REPLICAS)
        return;
    sema_report(s, REPLICATED_ARM, arm->each_cond->span, "an arm is repeated at most %d times", MAX_REPLICAS);
}

/* ---- an arm */

/* What is awaited goes to the place or the fresh variable of the arm. */
static void check_result(Sema *s, const SelectArm *arm, const Type *value, const Type *to, uint8_t bits) {
    Expr result = *arm->operation;
    result.type = value;
    result.is_const = false;
    check_conversion(s, &result, to, bits, "what is awaited");
}

static void check_dest_decl(Sema *s, const SelectArm *arm, const Type *value) {
    Decl *decl = arm->dest_decl;
    decl->type = check_type_of_value(s, decl->syntax, "a variable");
    check_result(s, arm, value, decl->type, 0);
    decl->symbol = sema_new_symbol(s, SYMBOL_VAR, decl->name, decl->type, decl->at);
    decl->symbol->decl = decl;
    decl->symbol->is_const = decl->is_const || check_type_is_const(s, decl->syntax);
    decl->symbol->bits = check_bits(s, decl->bits, decl->type);
    sema_declare(s, SCOPE_NAMES, decl->symbol);
    if (convert_holds_kind(decl->type, TYPE_TASK)) check_task_stored_in(s, decl->symbol, NULL);
}

static void check_dest(Sema *s, const SelectArm *arm, const Type *value) {
    if (arm->dest_op != OP_NONE) {
        sema_report(s, DESTINATION, arm->dest->span, "an arm stores its result with '=' only");
        return;
    }
    check_result(s, arm, value, arm->dest->type, convert_place_bits(arm->dest));
    if (convert_holds_kind(arm->dest->type, TYPE_TASK)) check_task_stored_in(s, check_place_root(arm->dest), NULL);
}

static void check_operation(Sema *s, const SelectArm *arm) {
    bool has_place = arm->dest && check_place(s, arm->dest);
    if (!arm->operation) return;
    const Type *wanted = has_place ? arm->dest->type : arm->dest_decl ? check_type(s, arm->dest_decl->syntax) : NULL;
    const Type *value = check_awaited(s, arm->operation, wanted, USE_ARM, arm->dest || arm->dest_decl);
    if (has_place) check_dest(s, arm, value);
    if (arm->dest_decl) check_dest_decl(s, arm, value);
}

static void check_arm(Sema *s, Stmt *stmt, SelectArm *arm) {
    Region *region = s->region;
    sema_open(s);
    if (arm->each) check_each(s, arm);
    if (arm->guard) check_condition(s, arm->guard);
    if (!arm->is_default) check_operation(s, arm);
    sema_push_region(s, REGION_ARM, arm->span, stmt);
    sema_open(s);
    check_stmts(s, arm->body, arm->nbody);
    sema_close(s);
    sema_close(s);
    s->region = region;
}

/* ---- the whole */

static const SelectArm *find_default(Sema *s, const Stmt *stmt) {
    const SelectArm *found = NULL;
    for (uint32_t i = 0; i < stmt->narms; i++) {
        const SelectArm *arm = &stmt->arms[i];
        if (!arm->is_default) continue;
        if (found) {
            sema_report(s, DUPLICATE_CASE, arm->span, "a second 'default'");
            sema_note(s, found->span, "the first is here");
        }
        found = found ? found : arm;
    }
    return found;
}

void check_select(Sema *s, Stmt *stmt) {
    if (find_default(s, stmt)) {
        if (!s->func_decl || s->func_decl->func != FUNC_ASYNC) check_await_allowed(s, stmt->at, "select");
    } else {
        check_await_allowed(s, stmt->at, "select");
    }
    sema_effect(s, stmt->at, "waits");
    for (uint32_t i = 0; i < stmt->narms; i++) check_arm(s, stmt, &stmt->arms[i]);
}
