/* all and race: a machine that is nothing but one wait for all its futures; one for each list of types that they yield. */
#include "frontend/lower/lower.h"

#include <assert.h>

static const Type *part_value(Builder *b, const Expr *part) {
    return part->type->of ? part->type->of : types_basic(b->lower->tree->types, TYPE_VOID);
}

/* ---- the machine */

typedef struct Shape {
    bool is_all;
    const Type *const *values; /* what each future yields */
    uint32_t n;
    const Type *result;
} Shape;

static bool is_same(const Combinator *known, const Shape *shape) {
    if (known->is_all != shape->is_all || known->n != shape->n || known->result != shape->result) return false;
    for (uint32_t i = 0; i < shape->n; i++)
        if (known->values[i] != shape->values[i]) return false;
    return true;
}

/* Where what the i-th future yields goes: the next member of all's struct, race's value; NO_SLOT: nowhere. */
static uint32_t result_of(const Shape *shape, uint32_t i, uint32_t slot) {
    if (shape->result->kind == TYPE_VOID || shape->values[i]->kind == TYPE_VOID) return NO_SLOT;
    if (!shape->is_all) return slot;
    uint32_t field = 0;
    for (uint32_t k = 0; k < i; k++) field += shape->values[k]->kind != TYPE_VOID;
    return slot + lower_field_offset(shape->result, field);
}

static void plan_parts(Builder *b, const Shape *shape, uint32_t result, ArmPlan *plans) {
    uint32_t end = shape->is_all ? lower_label_new(b) : NO_SLOT;
    for (uint32_t i = 0; i < shape->n; i++) {
        plans[i].type = shape->values[i];
        plans[i].arm = (Arm){.op = ARM_FUTURE,
            .span = b->span,
            .guard = NO_SLOT,
            .obj = i,
            .value = NO_SLOT,
            .dest = NO_SLOT,
            .result = result_of(shape, i, result),
            .target = shape->is_all ? end : lower_label_new(b),
            .owned = true,
            .result_used = true};
        if (plans[i].arm.result != NO_SLOT) plans[i].arm.result_n = type_words(shape->values[i]);
        else if (lower_holds_counted(shape->values[i])) lower_plan_result(b, &plans[i], false);
    }
}

/* The arm that has won: the losers go, then what is left of it. */
static void win(Builder *b, const ArmPlan *plans, const Shape *shape, uint32_t i, uint32_t point) {
    const Arm *arm = &plans[i].arm;
    lower_label_place(b, arm->target);
    if (shape->n > 1)
        lower_emit(b, (Instr){.op = INSTR_GIVE_UP, .a = i, .b = NO_SLOT, .c = NO_SLOT, .d = NO_SLOT, .imm = point});
    lower_drop(b, arm->obj, 1);
    if (shape->result->kind == TYPE_VOID && arm->result != NO_SLOT) lower_drop(b, arm->result, arm->result_n);
    lower_jump(b, b->call->end);
}

static void wait_for_parts(Builder *b, const Shape *shape, uint32_t result) {
    ArmPlan *plans = ARENA_ARRAY(b->lower->arena, ArmPlan, shape->n);
    plan_parts(b, shape, result, plans);
    uint32_t point = lower_wait(b, POINT_AWAIT, b->span, plans, shape->n, NO_SLOT, false);
    if (point == NO_SLOT) return;
    b->points.data[point].combine = shape->is_all ? COMBINE_ALL : COMBINE_RACE;
    if (!shape->is_all) {
        for (uint32_t i = 0; i < shape->n; i++) win(b, plans, shape, i, point);
        return;
    }
    lower_label_place(b, plans[0].arm.target);
    for (uint32_t i = 0; i < shape->n && shape->result->kind == TYPE_VOID; i++)
        if (plans[i].arm.result != NO_SLOT) lower_drop(b, plans[i].arm.result, plans[i].arm.result_n);
    lower_jump(b, b->call->end);
}

static uint32_t new_machine(Lower *lower, const Shape *shape, Span span) {
    Machine *machine = lower_machine_new(lower, shape->is_all ? "all" : "race", span, NULL);
    vec_push(&lower->combinators, (Combinator){shape->is_all, shape->values, shape->n, shape->result, machine->id});
    machine->result = lower_type(lower, shape->result);
    machine->is_combinator = true;
    Call call = {0};
    Builder b = lower_builder_new(lower, &call, span);
    uint8_t future = WORD_FUTURE;
    for (uint32_t i = 0; i < shape->n; i++) (void)lower_slots(&b, &future, 1);
    machine->nparams = shape->n;
    uint32_t result = NO_SLOT;
    if (shape->result->kind != TYPE_VOID) result = lower_slots(&b, machine->result->word_kinds, machine->result->words);
    wait_for_parts(&b, shape, result);
    lower_machine_end(&b, machine, NULL, result);
    return machine->id;
}

static uint32_t machine_of(Lower *lower, const Shape *shape, Span span) {
    for (uint32_t i = 0; i < lower->combinators.n; i++)
        if (is_same(&lower->combinators.data[i], shape)) return lower->combinators.data[i].machine;
    return new_machine(lower, shape, span);
}

/* ---- the expression */

void lower_combine(Builder *b, const Expr *expr, uint32_t slot) {
    uint32_t mark = lower_mark(b), n = expr->nargs;
    uint8_t *kinds = ARENA_ARRAY(b->lower->arena, uint8_t, n);
    const Type **values = ARENA_ARRAY(b->lower->arena, const Type *, n);
    for (uint32_t i = 0; i < n; i++) {
        kinds[i] = WORD_FUTURE;
        values[i] = part_value(b, expr->args[i]);
    }
    uint32_t first = lower_slots(b, kinds, n);
    vec_push(&b->temps, (FreeSlots){first, n});
    Cleanup *before = b->cleanups;
    for (uint32_t i = 0; i < n; i++) {
        if (expr->args[i]->type->kind == TYPE_TASK) lower_operation_future(b, expr->args[i], first + i);
        else lower_expr_into(b, expr->args[i], first + i);
        Cleanup *cleanup = lower_cleanup(b, CLEANUP_DROP, expr->args[i]->span);
        cleanup->slot = first + i;
        cleanup->n = 1;
    }
    b->cleanups = before;
    Shape shape = {expr->builtin == BUILTIN_ALL, values, n, expr->type->of};
    uint32_t machine = machine_of(b->lower, &shape, expr->at);
    lower_emit(b, (Instr){.op = INSTR_FUTURE, .a = slot, .b = first, .c = NO_SLOT, .d = NO_SLOT, .imm = machine});
    lower_release(b, mark);
}
