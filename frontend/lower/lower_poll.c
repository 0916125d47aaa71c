/* Poll functions: their body, run once for each poll, the one place where they are pending, their drop block; and poll(p). */
#include "frontend/lower/lower.h"

#include <assert.h>

/* ---- the function */

/* Given up before it is ready, it runs its drop block; what it was given goes after that. */
static void add_drop(Builder *b, const Decl *func) {
    if (!func->drop) return;
    Cleanup *cleanup = lower_cleanup(b, CLEANUP_DEFER, func->drop->span);
    cleanup->stmt = func->drop;
}

/* All its `return pending;` meet here: how it came to be pending is no part of a state. */
static void pend(Builder *b, const Decl *func, uint32_t entry) {
    Span at = b->pending_at.file ? b->pending_at : func->at;
    ArmPlan plan = {.arm = {.op = ARM_PENDING,
                        .span = at,
                        .guard = NO_SLOT,
                        .obj = NO_SLOT,
                        .value = NO_SLOT,
                        .dest = NO_SLOT,
                        .result = NO_SLOT,
                        .target = entry,
                        .result_used = true}};
    lower_label_place(b, b->pending);
    lower_wait(b, POINT_AWAIT, at, &plan, 1, NO_SLOT, false);
}

void lower_poll_body(Builder *b, const Decl *func) {
    assert(func->func == FUNC_POLL);
    uint32_t entry = lower_label_new(b);
    b->pending = lower_label_new(b);
    b->given = b->cleanups;
    add_drop(b, func);
    Cleanup *kept = b->cleanups;
    lower_label_place_open(b, entry);
    lower_stmts_block(b, func->body);
    if (b->reachable) {
        Span outer = lower_at(b, func->at);
        lower_op1(b, INSTR_NO_RETURN, NO_SLOT);
        b->reachable = false;
        lower_at(b, outer);
    }
    b->cleanups = kept;
    pend(b, func, entry);
}

/* The cleanups that a poll function keeps from poll to poll begin here. */
static Cleanup *kept_of(Builder *b) {
    Cleanup *kept = b->cleanups;
    bool has_drop = b->call->func->drop != NULL;
    uint32_t depth = (b->given ? b->given->depth : 0) + (has_drop ? 1 : 0);
    while (kept && kept->depth > depth) kept = kept->below;
    return kept;
}

void lower_poll_pending(Builder *b, Span at) {
    b->pending_at = b->pending_at.file ? b->call->func->at : at;
    lower_exit(b, kept_of(b));
    lower_jump(b, b->pending);
}

/* Ready: the drop block runs no more. */
void lower_poll_ready(Builder *b) {
    Cleanup *top = b->cleanups;
    lower_exit(b, kept_of(b));
    b->cleanups = b->given;
    lower_exit(b, NULL);
    b->cleanups = top;
    lower_jump(b, b->call->end);
}

/* ---- poll(p): a select with this future as its only arm, and a default */

void lower_poll_once(Builder *b, const Expr *expr, uint32_t slot) {
    uint32_t mark = lower_mark(b), end = lower_label_new(b), fallback = lower_label_new(b);
    bool has_dest = expr->nargs > 1;
    ArmPlan plan = {0};
    Cleanup *before = b->cleanups;
    Place dest = {0};
    lower_plan(b, expr->args[0], NO_SLOT, &plan);
    if (has_dest) dest = lower_place(b, expr->args[1]->a);
    b->cleanups = before;
    lower_plan_result(b, &plan, has_dest);
    plan.arm.target = lower_label_new(b);
    lower_wait(b, POINT_SELECT, expr->span, &plan, 1, fallback, false);
    lower_label_place(b, plan.arm.target);
    if (has_dest) {
        uint32_t value = lower_temp(b, dest.type);
        lower_convert(b, plan.type, dest.type, dest.bits, value, plan.arm.result);
        lower_store(b, &dest, value, true);
    } else if (plan.arm.result != NO_SLOT) {
        lower_drop(b, plan.arm.result, plan.arm.result_n);
    }
    if (plan.arm.owned) lower_drop(b, plan.arm.obj, 1);
    lower_const(b, slot, 1);
    lower_jump(b, end);
    lower_label_place(b, fallback);
    lower_const(b, slot, 0);
    lower_label_place(b, end);
    lower_release(b, mark);
}
