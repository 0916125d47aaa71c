/* select: guards, then operands, one WAIT, then the arm that was taken. */
#include "frontend/lower/lower.h"

#include <assert.h>

/* One arm, or one of those that a replicated arm stands for. */
typedef struct Replica {
    const SelectArm *arm;
    Word each;
    uint32_t guard;
} Replica;

typedef struct Select {
    const Stmt *stmt;
    VEC(Replica) replicas;
    VEC(ArmPlan) plans;
    uint32_t end, fallback, point;
} Select;

/* ---- what is evaluated on arrival */

static void expand(Select *select) {
    for (uint32_t i = 0; i < select->stmt->narms; i++) {
        const SelectArm *arm = &select->stmt->arms[i];
        if (arm->is_default) continue;
        if (!arm->each) vec_push(&select->replicas, (Replica){arm, 0, NO_SLOT});
        for (int64_t each = arm->each_from; arm->each && each < arm->each_to; each++)
            vec_push(&select->replicas, (Replica){arm, each, NO_SLOT});
    }
}

/* The loop variable is a constant while an arm's guard and operands are evaluated. */
static void bind_each(Builder *b, const Replica *replica) {
    if (replica->arm->each)
        vec_push(&b->call->vars,
            (Var){.symbol = replica->arm->each->symbol, .kind = VAR_CONST, .value = replica->each, .local = NO_SLOT});
}
static void unbind_each(Builder *b, const Replica *replica) {
    if (replica->arm->each) b->call->vars.n--;
}

static void guards(Builder *b, Select *select) {
    for (uint32_t i = 0; i < select->replicas.n; i++) {
        Replica *replica = &select->replicas.data[i];
        const Expr *guard = replica->arm->guard;
        if (!guard || (guard->is_const && guard->value)) continue;
        replica->guard = lower_temp_word(b, WORD_DATA);
        bind_each(b, replica);
        Span outer = lower_at(b, guard->span);
        lower_emit3(b, INSTR_NOT, 0, replica->guard, lower_expr(b, guard), NO_SLOT); /* twice: 0 or 1 */
        lower_emit3(b, INSTR_NOT, 0, replica->guard, replica->guard, NO_SLOT);
        lower_at(b, outer);
        unbind_each(b, replica);
    }
}

static const Type *dest_type(const SelectArm *arm) {
    return arm->dest_decl ? arm->dest_decl->type : arm->dest ? arm->dest->type : NULL;
}

/* Where the result goes is found out on arrival too, unless the guard is false. */
static void destination(Builder *b, const Replica *replica, ArmPlan *plan) {
    uint32_t skip = lower_label_new(b), index = NO_SLOT;
    if (replica->guard != NO_SLOT) {
        index = lower_temp_const(b, 0);
        lower_branch(b, replica->guard, skip);
    }
    plan->dest = lower_place(b, replica->arm->dest);
    plan->has_dest = true;
    if (index != NO_SLOT && plan->dest.index != NO_SLOT) {
        lower_copy(b, types_int(b->lower->tree->types, 64, true), index, plan->dest.index, true);
        plan->dest.index = index;
    }
    lower_label_place(b, skip);
}

/* What a join yields: where the task's function is not known, what is wanted of it. */
static void plan_join(Builder *b, const SelectArm *arm, ArmPlan *plan) {
    const Type *known = arm->operation->type->of;
    plan->type = dest_type(arm) && known ? known : dest_type(arm);
    if (plan->type && !known) plan->arm.joined = lower_type(b->lower, plan->type);
}

static void operands(Builder *b, const Replica *replica, ArmPlan *plan) {
    const SelectArm *arm = replica->arm;
    bind_each(b, replica);
    if (arm->dest) destination(b, replica, plan);
    lower_plan(b, arm->operation, replica->guard, plan);
    if (plan->arm.op == ARM_JOIN) plan_join(b, arm, plan);
    lower_plan_result(b, plan, dest_type(arm) != NULL);
    plan->arm.target = lower_label_new(b);
    unbind_each(b, replica);
}

/* ---- the arms' code */

static void take(Builder *b, const Select *select, uint32_t index) {
    const Replica *replica = &select->replicas.data[index];
    const ArmPlan *plan = &select->plans.data[index];
    const SelectArm *arm = replica->arm;
    uint32_t mark = lower_mark(b);
    lower_plan_item(b, plan);
    if (arm->dest_decl) {
        lower_convert(b, plan->type, arm->dest_decl->type, arm->dest_decl->symbol->bits,
            lower_var(b, arm->dest_decl->symbol)->place.base, plan->arm.result);
    } else if (plan->has_dest) {
        uint32_t value = lower_temp(b, plan->dest.type);
        lower_convert(b, plan->type, plan->dest.type, plan->dest.bits, value, plan->arm.result);
        lower_store(b, &plan->dest, value, true); /* part of the access that fired */
    } else if (plan->arm.result != NO_SLOT) {
        lower_drop(b, plan->arm.result, plan->arm.result_n);
    }
    if (select->plans.n > 1)
        lower_emit(b,
            (Instr){.op = INSTR_GIVE_UP, .a = index, .b = NO_SLOT, .c = NO_SLOT, .d = NO_SLOT, .imm = select->point});
    if (plan->arm.owned) lower_drop(b, plan->arm.obj, 1);
    if (arm->each) lower_const(b, lower_var(b, arm->each->symbol)->place.base, replica->each);
    lower_release(b, mark);
}

static void body(Builder *b, const Select *select, const SelectArm *arm, Cleanup *outside) {
    Target target = {b->target, select->stmt, select->end, NO_SLOT, outside};
    b->target = &target;
    Block block;
    lower_block_open(b, &block, arm->body, arm->nbody);
    lower_stmts(b, arm->body, arm->nbody);
    lower_block_close(b, &block);
    b->target = target.up;
}

/* All replicas of an arm share its body. */
static void arm_code(Builder *b, Select *select, const SelectArm *arm) {
    Block block;
    lower_block_open(b, &block, arm->body, arm->nbody);
    if (arm->each) lower_var_new(b, arm->each->symbol);
    if (arm->dest_decl) lower_var_new(b, arm->dest_decl->symbol);
    uint32_t code = lower_label_new(b);
    if (arm->is_default && select->fallback != NO_SLOT) lower_label_place(b, select->fallback);
    for (uint32_t i = 0; i < select->replicas.n; i++) {
        if (select->replicas.data[i].arm != arm) continue;
        lower_jump(b, code);
        lower_label_place(b, select->plans.data[i].arm.target);
        Span outer = lower_at(b, arm->span);
        take(b, select, i);
        lower_at(b, outer);
    }
    lower_label_place(b, code);
    if (arm->dest_decl) lower_cleanup_drop(b, arm->dest_decl->type, lower_var(b, arm->dest_decl->symbol)->place.base);
    body(b, select, arm, block.entry);
    lower_block_close(b, &block);
    lower_jump(b, select->end);
}

void lower_select(Builder *b, const Stmt *stmt) {
    Select select = {.stmt = stmt, .end = lower_label_new(b), .fallback = NO_SLOT};
    Cleanup *before = b->cleanups;
    expand(&select);
    for (uint32_t i = 0; i < stmt->narms; i++)
        if (stmt->arms[i].is_default) select.fallback = lower_label_new(b);
    guards(b, &select);
    vec_resize(&select.plans, select.replicas.n);
    for (uint32_t i = 0; i < select.replicas.n; i++) operands(b, &select.replicas.data[i], &select.plans.data[i]);
    b->cleanups = before;
    select.point = lower_wait(
        b, POINT_SELECT, stmt->at, select.plans.data, select.plans.n, select.fallback, stmt->is_biased);
    for (uint32_t i = 0; i < stmt->narms; i++) arm_code(b, &select, &stmt->arms[i]);
    lower_label_place(b, select.end);
    vec_fini(&select.replicas);
    vec_fini(&select.plans);
}
