/* Points: what an await, a select or a blocking operation waits for, and what its cancellation runs. */
#include "frontend/lower/lower.h"

#include <assert.h>

/* ---- cancel chains */

uint32_t lower_cancel_chain(Builder *b) {
    assert(!b->reachable);
    uint32_t *known = b->cleanups ? &b->cleanups->chain : &b->empty_chain;
    if (!b->returning && *known != NO_SLOT) return *known;
    uint32_t label = lower_label_new(b), mark = lower_mark(b);
    if (!b->returning) *known = label;
    lower_label_place_open(b, label);
    lower_exit_cancelled(b);
    lower_op1(b, INSTR_CANCELLED, NO_SLOT);
    b->reachable = false;
    lower_release(b, mark);
    return label;
}

/* ---- operands */

/* The operations that wait, by what they take after the object. */
typedef enum WaitValue { VALUE_NONE, VALUE_ITEM, VALUE_NUMBER /* int; 1 when it is left out */, VALUE_MUTEX } WaitValue;
typedef struct WaitRow {
    Builtin builtin;
    ArmOp op;
    WaitValue value;
    bool has_object, takes_item /* &v */, yields;
} WaitRow;
static const WaitRow rows[] = {
    {BUILTIN_SEND, ARM_SEND, VALUE_ITEM, true, false, true},
    {BUILTIN_RECV, ARM_RECV, VALUE_NONE, true, true, true},
    {BUILTIN_RESERVE, ARM_RESERVE, VALUE_NONE, true, false, true},
    {BUILTIN_CHANGED, ARM_CHANGED, VALUE_NONE, true, false, true},
    {BUILTIN_LOCK, ARM_LOCK, VALUE_NONE, true, false, false},
    {BUILTIN_ACQUIRE, ARM_ACQUIRE, VALUE_NUMBER, true, false, true},
    {BUILTIN_SLEEP, ARM_SLEEP, VALUE_NUMBER, false, false, false},
    {BUILTIN_YIELD, ARM_YIELD, VALUE_NONE, false, false, false},
    {BUILTIN_PARK, ARM_PARK, VALUE_NONE, false, false, false},
    {BUILTIN_READ_LOCK, ARM_READ_LOCK, VALUE_NONE, true, false, false},
    {BUILTIN_WRITE_LOCK, ARM_WRITE_LOCK, VALUE_NONE, true, false, false},
    {BUILTIN_WAIT, ARM_WAIT, VALUE_MUTEX, true, false, false},
    {BUILTIN_WAIT, ARM_WAIT_GROUP, VALUE_NONE, true, false, false}, /* the one with one argument */
    {BUILTIN_NOTIFIED, ARM_NOTIFIED, VALUE_NONE, true, false, false},
    {BUILTIN_ARRIVE, ARM_ARRIVE, VALUE_NONE, true, false, false},
    {BUILTIN_ONCE_ENTER, ARM_ONCE, VALUE_NONE, true, false, true},
};
static const WaitRow join_row = {.op = ARM_JOIN, .has_object = true}, future_row = {.op = ARM_FUTURE, .has_object = true};

static const WaitRow *row_of(const Expr *operation) {
    for (uint32_t i = 0; operation->kind == EXPR_CALL && i < sizeof rows / sizeof *rows; i++)
        if (rows[i].builtin == operation->builtin && (rows[i].value != VALUE_MUTEX || operation->nargs == 2))
            return &rows[i];
    return operation->type->kind == TYPE_TASK ? &join_row : &future_row;
}

/* The handle; a task or a future is the operation itself. */
static const Expr *object_of(const Expr *operation) {
    const WaitRow *row = row_of(operation);
    if (row == &join_row || row == &future_row) return operation;
    return row->has_object ? operation->args[0] : NULL;
}

static const Expr *value_of(const Expr *operation) {
    const WaitRow *row = row_of(operation);
    uint32_t at = row->has_object ? 1 : 0;
    return row->value != VALUE_NONE && operation->nargs > at ? operation->args[at] : NULL;
}

static const Type *value_type(Builder *b, const Expr *operation) {
    Types *types = b->lower->tree->types;
    switch (row_of(operation)->value) {
    case VALUE_ITEM: return operation->args[0]->type->of;
    case VALUE_MUTEX: return types_basic(types, TYPE_MUTEX);
    default: return types_int(types, 32, true);
    }
}

/* Operands that are evaluated only where the guard is true begin as none: what is not evaluated must not differ from run to run. */
typedef struct Guarded {
    uint32_t obj, value, index;
    uint32_t skip;
} Guarded;

static void zero(Builder *b, uint32_t slot, uint32_t n) {
    lower_emit(b, (Instr){.op = INSTR_ZERO, .a = slot, .b = NO_SLOT, .c = NO_SLOT, .d = NO_SLOT, .imm = n});
}

static Guarded guarded_begin(Builder *b, const Expr *operation, uint32_t guard) {
    Guarded g = {NO_SLOT, NO_SLOT, NO_SLOT, lower_label_new(b)};
    const WaitRow *row = row_of(operation);
    const Expr *object = object_of(operation);
    bool is_own = object && (object->type->kind == TYPE_FUTURE || lower_expr_is_elsewhere(b, object));
    if (object) g.obj = is_own ? lower_temp(b, object->type) : lower_temp_word(b, WORD_HANDLE);
    if (g.obj != NO_SLOT) zero(b, g.obj, 1);
    if (row->value != VALUE_NONE) {
        const Type *type = value_type(b, operation);
        g.value = lower_temp(b, type);
        zero(b, g.value, type_words(type));
    }
    if (row->takes_item) g.index = lower_temp_const(b, 0);
    lower_branch(b, guard, g.skip);
    return g;
}

/* A future that a variable holds is awaited where it lies; any other one is the arm's own. */
static void plan_future(Builder *b, const Expr *operation, uint32_t slot, ArmPlan *plan) {
    bool owned = true;
    if (slot == NO_SLOT) slot = lower_expr_hold(b, operation, &owned);
    else lower_expr_into(b, operation, slot);
    plan->arm.obj = slot;
    plan->arm.owned = owned;
    if (owned) lower_cleanup_drop(b, operation->type, slot);
}

static void plan_object(Builder *b, const Expr *operation, uint32_t slot, ArmPlan *plan) {
    const Expr *object = object_of(operation);
    if (!object) return;
    if (plan->arm.op == ARM_FUTURE) {
        plan_future(b, operation, slot, plan);
        return;
    }
    uint32_t borrowed = b->borrowed.n;
    if (slot != NO_SLOT) {
        lower_borrow_into(b, object, slot);
        plan->arm.obj = slot;
    } else {
        const Expr *next = operation->kind == EXPR_CALL && operation->nargs > 1 ? operation->args[1] : NULL;
        plan->arm.obj = lower_expr_before(b, object, next && next->kind == EXPR_ADDRESS ? next->a : next);
    }
    plan->arm.owned = b->borrowed.n > borrowed;
    b->borrowed.n = borrowed; /* dropped when the wait is over */
}

static void plan_value(Builder *b, const Expr *operation, uint32_t slot, ArmPlan *plan) {
    if (row_of(operation)->value == VALUE_NONE) return;
    const Expr *value = value_of(operation);
    const Type *type = value_type(b, operation);
    if (!value) {
        if (slot == NO_SLOT) slot = lower_temp(b, type);
        lower_const(b, slot, 1);
    } else if (slot == NO_SLOT) {
        slot = lower_given(b, value, type);
    } else {
        lower_expr_to(b, value, type, 0, slot);
        lower_cleanup_drop(b, type, slot);
    }
    plan->arm.value = slot;
    plan->arm.value_n = type_words(type);
}

static void plan_item(Builder *b, const Expr *operation, uint32_t index, ArmPlan *plan) {
    if (!row_of(operation)->takes_item) return;
    plan->item = operation->args[0]->type->of;
    plan->item_place = lower_place(b, operation->args[1]->a);
    plan->has_item_place = true;
    if (index == NO_SLOT || plan->item_place.index == NO_SLOT) return;
    lower_copy(b, types_int(b->lower->tree->types, 64, true), index, plan->item_place.index, true);
    plan->item_place.index = index;
}

void lower_plan(Builder *b, const Expr *operation, uint32_t guard, ArmPlan *plan) {
    Span outer = lower_at(b, operation->span);
    plan->arm = (Arm){.op = row_of(operation)->op,
        .span = operation->span,
        .guard = guard,
        .obj = NO_SLOT,
        .value = NO_SLOT,
        .dest = NO_SLOT,
        .result = NO_SLOT,
        .target = NO_SLOT,
        .result_used = true};
    bool is_combined = operation->builtin == BUILTIN_ALL || operation->builtin == BUILTIN_RACE;
    if (plan->arm.op == ARM_FUTURE && operation->kind == EXPR_CALL && operation->builtin != BUILTIN_NONE && !is_combined) {
        lower_not_yet(b->lower, operation->span, "this operation");
        plan->arm.obj = 0;
        return;
    }
    if (row_of(operation)->yields)
        plan->type = operation->type->kind == TYPE_FUTURE ? operation->type->of : operation->type;
    else if (plan->arm.op == ARM_FUTURE && operation->type->of && operation->type->of->kind != TYPE_VOID)
        plan->type = operation->type->of;
    Guarded g = {NO_SLOT, NO_SLOT, NO_SLOT, NO_SLOT};
    if (guard != NO_SLOT) g = guarded_begin(b, operation, guard);
    plan_object(b, operation, g.obj, plan);
    plan_value(b, operation, g.value, plan);
    plan_item(b, operation, g.index, plan);
    if (guard != NO_SLOT) {
        plan->arm.obj = g.obj; /* set even where the code above cannot be reached */
        lower_label_place(b, g.skip);
    }
    lower_at(b, outer);
}

/* ---- results */

void lower_plan_result(Builder *b, ArmPlan *plan, bool wanted) {
    if (plan->item) {
        plan->arm.dest = lower_temp(b, plan->item);
        plan->arm.dest_n = type_words(plan->item);
    }
    if (!plan->type || plan->arm.result != NO_SLOT) return;
    if (!wanted && !plan->item && !lower_holds_counted(plan->type)) return;
    plan->arm.result = lower_temp(b, plan->type);
    plan->arm.result_n = type_words(plan->type);
}

void lower_plan_item(Builder *b, const ArmPlan *plan) {
    if (!plan->has_item_place) return;
    uint32_t skip = lower_label_new(b);
    lower_branch(b, plan->arm.result, skip);
    lower_store(b, &plan->item_place, plan->arm.dest, true); /* part of the access that fired */
    lower_label_place(b, skip);
}

/* ---- points */

static const char *const *calls_of(Builder *b, uint32_t *ncalls) {
    *ncalls = b->call->depth;
    const char **calls = ARENA_ARRAY(b->lower->arena, const char *, *ncalls + 1u);
    uint32_t i = *ncalls;
    for (const Call *call = b->call; i > 0; call = call->up) calls[--i] = lower_name(b->lower, call->func->name);
    return calls;
}

uint32_t lower_wait(
    Builder *b, PointKind kind, Span span, const ArmPlan *plans, uint32_t nplans, uint32_t fallback, bool is_biased) {
    if (!b->reachable || b->lower->failed) return NO_SLOT;
    Span outer = lower_at(b, span);
    uint32_t index = b->points.n;
    Point point = {.kind = kind,
        .span = span,
        .pc = b->code.n,
        .narms = nplans,
        .is_biased = is_biased,
        .fallback = fallback,
        .cancel = NO_SLOT};
    point.arms = ARENA_ARRAY(b->lower->arena, Arm, nplans + 1u);
    for (uint32_t i = 0; i < nplans; i++) {
        point.arms[i] = plans[i].arm;
        b->is_used.data[plans[i].arm.target] = 1;
    }
    if (fallback != NO_SLOT) b->is_used.data[fallback] = 1;
    point.calls = calls_of(b, &point.ncalls);
    if (nplans > b->max_arms) b->max_arms = nplans;
    vec_push(&b->points, point);
    lower_emit(b, (Instr){.op = INSTR_WAIT, .a = NO_SLOT, .b = NO_SLOT, .c = NO_SLOT, .d = NO_SLOT, .imm = index});
    b->reachable = false;
    if (fallback == NO_SLOT) {
        uint32_t cancel = lower_cancel_chain(b);
        b->points.data[index].cancel = cancel;
    }
    lower_at(b, outer);
    return index;
}

/* ---- one operation */

typedef struct Single {
    PointKind kind;
    const Expr *operation;
    const Type *type; /* of its value, as sema has it */
    uint32_t slot;    /* where it goes, NO_SLOT when nobody wants it */
    bool is_statement;
} Single;

static void wait_single(Builder *b, const Single *single) {
    uint32_t mark = lower_mark(b);
    Cleanup *before = b->cleanups;
    ArmPlan plan = {0};
    lower_plan(b, single->operation, NO_SLOT, &plan);
    b->cleanups = before;
    if (plan.arm.op == ARM_JOIN && single->type->kind != TYPE_VOID) {
        plan.type = single->type;
        if (!single->operation->type->of) plan.arm.joined = lower_type(b->lower, single->type);
    }
    if (single->slot != NO_SLOT && plan.type && type_words(plan.type) == type_words(single->type)) {
        plan.arm.result = single->slot;
        plan.arm.result_n = type_words(plan.type);
    }
    lower_plan_result(b, &plan, false);
    plan.arm.result_used = !(single->is_statement && plan.arm.op == ARM_SEND);
    plan.arm.target = lower_label_new(b);
    lower_wait(b, single->kind, single->operation->span, &plan, 1, NO_SLOT, false);
    lower_label_place(b, plan.arm.target);
    lower_plan_item(b, &plan);
    if (plan.arm.owned) lower_drop(b, plan.arm.obj, 1);
    if (single->slot == NO_SLOT && plan.arm.result != NO_SLOT) lower_drop(b, plan.arm.result, plan.arm.result_n);
    lower_release(b, mark);
}

static bool is_async_call(const Expr *expr) {
    return expr->kind == EXPR_CALL && expr->builtin == BUILTIN_NONE && expr->symbol &&
           expr->symbol->decl->func == FUNC_ASYNC;
}

void lower_await(Builder *b, const Expr *expr, uint32_t slot, bool is_statement) {
    Span outer = lower_at(b, expr->span);
    if (is_async_call(expr->a)) lower_call_inline(b, expr->a, slot);
    else wait_single(b, &(Single){POINT_AWAIT, expr->a, expr->type, slot, is_statement});
    lower_at(b, outer);
}

void lower_blocking(Builder *b, const Expr *call, uint32_t slot, bool is_statement) {
    wait_single(b, &(Single){POINT_BLOCK, call, call->type, slot, is_statement});
}

void lower_block_on(Builder *b, const Expr *call, uint32_t slot) {
    wait_single(b, &(Single){POINT_BLOCK, call->args[0], call->type, slot, false});
}
