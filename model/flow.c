#include "model/flow.h"

#include "model/op.h"

#include <assert.h>

/* Operand roles: which of a b c d are single slots read or written. Ranges and WAIT are handled by hand. */
enum { USE_A = 1, USE_B = 2, USE_C = 4, USE_D = 8, DEF_A = 16, DEF_B = 32, DEF_C = 64, DEF_A_N = 128 /* [a, a+imm) */ };

static const uint8_t roles[INSTR_COUNT] = {
    [INSTR_CONST] = DEF_A, [INSTR_UNINIT] = DEF_A_N, [INSTR_ZERO] = DEF_A_N, [INSTR_MOVE] = DEF_A_N, [INSTR_LOADX] = DEF_A_N | USE_C,
    [INSTR_STOREX] = USE_C, [INSTR_BOUNDS] = DEF_A | USE_B,
    [INSTR_ADD] = DEF_A | USE_B | USE_C, [INSTR_SUB] = DEF_A | USE_B | USE_C, [INSTR_MUL] = DEF_A | USE_B | USE_C,
    [INSTR_DIV] = DEF_A | USE_B | USE_C, [INSTR_MOD] = DEF_A | USE_B | USE_C, [INSTR_SHL] = DEF_A | USE_B | USE_C,
    [INSTR_SHR] = DEF_A | USE_B | USE_C, [INSTR_AND] = DEF_A | USE_B | USE_C, [INSTR_OR] = DEF_A | USE_B | USE_C,
    [INSTR_XOR] = DEF_A | USE_B | USE_C, [INSTR_NEG] = DEF_A | USE_B, [INSTR_BITNOT] = DEF_A | USE_B, [INSTR_NOT] = DEF_A | USE_B,
    [INSTR_EQ] = DEF_A | USE_B | USE_C, [INSTR_NE] = DEF_A | USE_B | USE_C, [INSTR_LT] = DEF_A | USE_B | USE_C,
    [INSTR_LE] = DEF_A | USE_B | USE_C, [INSTR_CONVERT] = DEF_A | USE_B, [INSTR_NARROW] = DEF_A | USE_B,
    [INSTR_BRANCH] = USE_A, [INSTR_ASSERT] = USE_A, [INSTR_ASSUME] = USE_A, [INSTR_ANY] = DEF_A | USE_B | USE_C,
    [INSTR_GLOAD] = DEF_A | USE_C, [INSTR_GSTORE] = USE_A | USE_C,
    [INSTR_SPAWN] = DEF_A | USE_C | USE_D, [INSTR_TAKE_ROLE] = USE_A | USE_B, [INSTR_FUTURE] = DEF_A, [INSTR_OP_FUTURE] = DEF_A,
    [INSTR_TAKE] = DEF_A | USE_B, [INSTR_USE] = USE_A, [INSTR_TRY_RESERVE] = USE_A | DEF_B, [INSTR_SEND] = USE_A | DEF_C,
    [INSTR_MAKE_END] = USE_A | DEF_B, [INSTR_CLONE] = USE_A | DEF_B, [INSTR_SUBSCRIBE] = USE_A | DEF_B, [INSTR_LAGGED] = USE_A | DEF_B,
    [INSTR_PUBLISH] = USE_A | DEF_C, [INSTR_READ] = USE_A,
    [INSTR_COPY] = DEF_A | USE_B, [INSTR_DROP] = USE_A | DEF_A, [INSTR_NEW] = DEF_A | USE_B, [INSTR_KILL] = USE_A,
    [INSTR_TRY_SEND] = USE_A | DEF_C, [INSTR_TRY_RECV] = USE_A | DEF_C, [INSTR_CLOSE] = USE_A, [INSTR_LEN] = USE_A | DEF_B,
    [INSTR_CAP] = USE_A | DEF_B, [INSTR_FULL] = USE_A | DEF_B, [INSTR_EMPTY] = USE_A | DEF_B, [INSTR_CLOSED] = USE_A | DEF_B,
    [INSTR_TRY_LOCK] = USE_A | DEF_C, [INSTR_UNLOCK] = USE_A, [INSTR_TRY_ACQUIRE] = USE_A | USE_B | DEF_C, [INSTR_RELEASE] = USE_A | USE_B,
    [INSTR_WAKER] = DEF_A, [INSTR_WAKE] = USE_A,
    [INSTR_TRY_READ_LOCK] = USE_A | DEF_C, [INSTR_TRY_WRITE_LOCK] = USE_A | DEF_C, [INSTR_SIGNAL] = USE_A, [INSTR_SIGNAL_ALL] = USE_A,
    [INSTR_NOTIFY_ONE] = USE_A, [INSTR_NOTIFY_ALL] = USE_A, [INSTR_GROUP_ADD] = USE_A | USE_B, [INSTR_GROUP_DONE] = USE_A,
    [INSTR_ONCE_LEAVE] = USE_A,
    [INSTR_ABORT] = USE_A, [INSTR_ABORTED] = USE_A | DEF_B, [INSTR_CRASHED] = USE_A | DEF_B, [INSTR_NOW] = DEF_A, [INSTR_SCOPE_ABORT] = USE_A, [INSTR_HELD] = USE_A | DEF_B,
    [INSTR_HOLDER] = USE_A | DEF_B, [INSTR_IS_AT] = DEF_A, [INSTR_IS_DONE] = DEF_A, [INSTR_IS_BLOCKED] = DEF_A, [INSTR_IS_ENABLED] = DEF_A,
    [INSTR_IS_ABORTED] = DEF_A, [INSTR_IS_CRASHED] = DEF_A, [INSTR_IS_TASK] = DEF_A | USE_D,
};

static void visit_slot(FlowVisitor visit, void *context, uint32_t slot, uint32_t n) {
    if (slot != NO_SLOT && n > 0) visit(context, slot, n);
}

static void arm_uses(const Arm *arm, FlowVisitor visit, void *context) {
    visit_slot(visit, context, arm->guard, 1);
    visit_slot(visit, context, arm->obj, 1);
    visit_slot(visit, context, arm->value, arm->value_n);
}

static void range_uses(const Program *program, const Machine *machine, const Instr *instr, FlowVisitor visit, void *context) {
    uint32_t imm = (uint32_t)instr->imm;
    switch (instr->op) {
    case INSTR_MOVE:
    case INSTR_STOREX:
    case INSTR_TRY_SEND:
    case INSTR_SEND:
    case INSTR_PUBLISH: visit_slot(visit, context, instr->b, imm); break;
    case INSTR_NEW:
        if (instr->b != NO_SLOT && program->sites[imm].kind == OBJECT_WATCH) visit_slot(visit, context, instr->b, program->sites[imm].elem->words);
        break;
    case INSTR_LOADX: visit_slot(visit, context, instr->b, instr->d); break;
    case INSTR_PRINT: visit_slot(visit, context, instr->a, instr->b); break;
    case INSTR_END: visit_slot(visit, context, instr->a, machine->result->words); break;
    case INSTR_SPAWN:
    case INSTR_FUTURE: visit_slot(visit, context, instr->b, program->machines[imm]->nparams); break;
    case INSTR_OP_FUTURE: arm_uses(&machine->points[imm].arms[0], visit, context); break;
    case INSTR_WAIT:
    case INSTR_GIVE_UP:
        for (uint32_t i = 0; i < machine->points[imm].narms; i++) arm_uses(&machine->points[imm].arms[i], visit, context);
        break;
    default: break;
    }
}

void flow_uses(const Program *program, const Machine *machine, const Instr *instr, FlowVisitor visit, void *context) {
    uint8_t role = roles[instr->op];
    if (role & USE_A) visit_slot(visit, context, instr->a, 1);
    if (role & USE_B) visit_slot(visit, context, instr->b, 1);
    if (role & USE_C) visit_slot(visit, context, instr->c, 1);
    if (role & USE_D) visit_slot(visit, context, instr->d, 1);
    range_uses(program, machine, instr, visit, context);
}

void flow_defs(const Program *program, const Machine *machine, const Instr *instr, FlowVisitor visit, void *context) {
    (void)program;
    (void)machine;
    uint8_t role = roles[instr->op];
    if (role & DEF_A) visit_slot(visit, context, instr->a, 1);
    if (role & DEF_B) visit_slot(visit, context, instr->b, 1);
    if (role & DEF_C) visit_slot(visit, context, instr->c, 1);
    if (role & DEF_A_N) visit_slot(visit, context, instr->a, (uint32_t)instr->imm);
    if (instr->op == INSTR_TRY_RECV || instr->op == INSTR_READ) visit_slot(visit, context, instr->b, (uint32_t)instr->imm);
}

void flow_arm_defs(const Arm *arm, FlowVisitor visit, void *context) {
    visit_slot(visit, context, arm->dest, arm->dest_n);
    visit_slot(visit, context, arm->result, arm->result_n);
}

void flow_writes(const Program *program, const Machine *machine, const Instr *instr, FlowVisitor visit, void *context) {
    flow_defs(program, machine, instr, visit, context);
    if (instr->op == INSTR_STOREX) visit_slot(visit, context, instr->a, instr->d);
    if (instr->op == INSTR_TAKE) visit_slot(visit, context, instr->b, 1);
    if (instr->op != INSTR_WAIT && instr->op != INSTR_OP_FUTURE) return;
    const Point *point = &machine->points[instr->imm];
    for (uint32_t i = 0; i < point->narms; i++) flow_arm_defs(&point->arms[i], visit, context);
}

void flow_next(const Machine *machine, uint32_t pc, FlowNext visit, void *context) {
    const Instr *instr = &machine->code[pc];
    switch (instr->op) {
    case INSTR_JUMP: visit(context, (uint32_t)instr->imm); return;
    case INSTR_END:
    case INSTR_CANCELLED:
    case INSTR_UNREACHABLE:
    case INSTR_NO_RETURN: return;
    case INSTR_WAIT: {
        const Point *point = &machine->points[instr->imm];
        for (uint32_t i = 0; i < point->narms; i++) visit(context, point->arms[i].target);
        if (point->fallback != NO_SLOT) visit(context, point->fallback);
        if (point->cancel != NO_SLOT) visit(context, point->cancel);
        return;
    }
    case INSTR_BRANCH: visit(context, (uint32_t)instr->imm); break;
    default: break;
    }
    assert(pc + 1 < machine->ncode);
    visit(context, pc + 1);
}

bool flow_ends_block(const Instr *instr) {
    switch (instr->op) {
    case INSTR_JUMP: case INSTR_BRANCH: case INSTR_WAIT: case INSTR_END: case INSTR_CANCELLED: case INSTR_UNREACHABLE: case INSTR_NO_RETURN:
        return true;
    default: return false;
    }
}

bool flow_is_access(const Program *program, const Machine *machine, const Instr *instr) {
    switch (instr->op) {
    case INSTR_GLOAD:
    case INSTR_GSTORE: return !program->globals[instr->b].is_const;
    case INSTR_WAIT: {
        const Point *point = &machine->points[instr->imm];
        for (uint32_t i = 0; i < point->narms; i++)
            if (point->arms[i].op == ARM_FUTURE ? point->fallback != NO_SLOT : op_row(point->arms[i].op)->on_object) return true;
        return false;
    }
    case INSTR_OP_FUTURE: return op_row(machine->points[instr->imm].arms[0].op)->enter != NULL; /* its object knows of it from now on */
    case INSTR_DROP: return word_is_end(machine->slot_kinds[instr->a]);
    case INSTR_TRY_RESERVE: case INSTR_SEND: case INSTR_MAKE_END: case INSTR_CLONE: case INSTR_SUBSCRIBE: case INSTR_LAGGED: case INSTR_PUBLISH:
    case INSTR_READ:
    case INSTR_SPAWN: case INSTR_TRY_SEND: case INSTR_TRY_RECV: case INSTR_CLOSE: case INSTR_LEN: case INSTR_CAP: case INSTR_FULL:
    case INSTR_EMPTY: case INSTR_CLOSED: case INSTR_TRY_LOCK: case INSTR_UNLOCK: case INSTR_TRY_ACQUIRE: case INSTR_RELEASE:
    case INSTR_TRY_READ_LOCK: case INSTR_TRY_WRITE_LOCK: case INSTR_SIGNAL: case INSTR_SIGNAL_ALL: case INSTR_NOTIFY_ONE: case INSTR_NOTIFY_ALL:
    case INSTR_GROUP_ADD: case INSTR_GROUP_DONE: case INSTR_ONCE_LEAVE:
    case INSTR_ABORT: case INSTR_ABORTED: case INSTR_CRASHED: case INSTR_NOW: case INSTR_SCOPE_ABORT: case INSTR_WAKE: return true;
    default: return false;
    }
}
