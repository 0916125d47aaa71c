/* Atoms of properties, and which spawn numbers a program's properties and expectations name. */
#include "frontend/lower/lower.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const Expr *function_of(const Expr *task) {
    const Expr *name = task->kind == EXPR_INDEX ? task->a : task;
    return name && name->kind == EXPR_NAME && name->symbol && name->symbol->kind == SYMBOL_FUNC ? name : NULL;
}

static void observe(Lower *lower, uint32_t machine, uint32_t number) {
    bool is_numbered = number != ATOM_EVERY && number != ATOM_SOME;
    if (machine != NO_SLOT && is_numbered) vec_push(&lower->observed, (Observed){machine, number});
}

TaskRef lower_task_ref(Lower *lower, const Expr *task) {
    TaskRef ref = {.machine = lower->machine_of.data[function_of(task)->symbol->id],
        .number = ATOM_EVERY,
        .is_bare = task->kind == EXPR_NAME};
    if (task->kind == EXPR_INDEX && task->b) ref.number = (uint32_t)task->b->value + 1;
    else if (task->kind == EXPR_INDEX && task->op == OP_NONE) ref.number = ATOM_SOME;
    observe(lower, ref.machine, ref.number);
    return ref;
}

static void ask(Builder *b, InstrOp op, TaskRef ref, uint32_t place, uint32_t handle, uint32_t slot) {
    if (ref.machine == NO_SLOT) {
        lower_const(b, slot, 0); /* of tasks that are never spawned every atom is false */
        return;
    }
    Instr instr = {.op = (uint8_t)op, .a = slot, .b = ref.number, .c = place, .d = handle, .imm = ref.machine};
    lower_emit(b, instr);
    if (!ref.is_bare || op == INSTR_IS_TASK) return;
    uint32_t mark = lower_mark(b);
    instr.a = lower_temp_word(b, WORD_DATA);
    instr.b = ATOM_SOME;
    lower_emit(b, instr);
    lower_emit3(b, INSTR_AND, ITYPE(32, true), slot, slot, instr.a);
    lower_release(b, mark);
}

static void at_label(Builder *b, const Expr *expr, uint32_t slot) {
    TaskRef ref = lower_task_ref(b->lower, expr->a);
    uint32_t place = NO_SLOT;
    const char *name = lower_name(b->lower, expr->name);
    if (ref.machine != NO_SLOT) {
        const Machine *machine = b->lower->machines.data[ref.machine];
        for (uint32_t i = machine->nranges; i-- > 0;)
            if (machine->ranges[i].name == name) place = i;
    }
    ask(b, INSTR_IS_AT, ref, place, NO_SLOT, slot);
}

static bool task_atom(Builder *b, const Expr *expr, InstrOp op, uint32_t slot) {
    const Expr *task = expr->args[0];
    if (task->kind == EXPR_INDEX && !task->a) {
        lower_emit(b, (Instr){.op = (uint8_t)op, .a = slot, .b = ATOM_EVERY, .c = NO_SLOT, .d = NO_SLOT, .imm = -1});
        return true;
    }
    if (!function_of(task)) return false; /* aborted(t) of a task in a variable */
    ask(b, op, lower_task_ref(b->lower, task), NO_SLOT, NO_SLOT, slot);
    return true;
}

static bool object_atom(Builder *b, const Expr *expr, InstrOp op, uint32_t slot) {
    uint32_t mark = lower_mark(b);
    lower_emit3(b, op, 0, lower_look(b, expr->args[0]), slot, NO_SLOT);
    lower_release(b, mark);
    return true;
}

static bool call_atom(Builder *b, const Expr *expr, uint32_t slot) {
    switch (expr->builtin) {
    case BUILTIN_FULL: return object_atom(b, expr, INSTR_FULL, slot);
    case BUILTIN_EMPTY: return object_atom(b, expr, INSTR_EMPTY, slot);
    case BUILTIN_CLOSED: return object_atom(b, expr, INSTR_CLOSED, slot);
    case BUILTIN_HELD: return object_atom(b, expr, INSTR_HELD, slot);
    case BUILTIN_HOLDER: return object_atom(b, expr, INSTR_HOLDER, slot);
    case BUILTIN_DONE: return task_atom(b, expr, INSTR_IS_DONE, slot);
    case BUILTIN_BLOCKED: return task_atom(b, expr, INSTR_IS_BLOCKED, slot);
    case BUILTIN_ENABLED: return task_atom(b, expr, INSTR_IS_ENABLED, slot);
    case BUILTIN_ABORTED: return task_atom(b, expr, INSTR_IS_ABORTED, slot);
    case BUILTIN_CRASHED: return task_atom(b, expr, INSTR_IS_CRASHED, slot);
    default: return false;
    }
}

/* holder(m) == worker[1] */
static bool holder_atom(Builder *b, const Expr *expr, uint32_t slot) {
    const Expr *task = function_of(expr->a) ? expr->a : function_of(expr->b) ? expr->b : NULL;
    if (!task) return false;
    uint32_t mark = lower_mark(b);
    uint32_t handle = lower_expr(b, task == expr->a ? expr->b : expr->a);
    ask(b, INSTR_IS_TASK, lower_task_ref(b->lower, task), NO_SLOT, handle, slot);
    if (expr->op == OP_NE) lower_emit3(b, INSTR_NOT, 0, slot, slot, NO_SLOT);
    lower_release(b, mark);
    return true;
}

static void implication(Builder *b, const Expr *expr, uint32_t slot) {
    uint32_t yes = lower_label_new(b), end = lower_label_new(b);
    lower_condition(b, expr->a, yes);
    lower_condition(b, expr->b, end);
    lower_label_place(b, yes);
    uint32_t done = lower_label_new(b);
    lower_const(b, slot, 1);
    lower_jump(b, done);
    lower_label_place(b, end);
    lower_const(b, slot, 0);
    lower_label_place(b, done);
}

static void equivalence(Builder *b, const Expr *expr, uint32_t slot) {
    uint32_t mark = lower_mark(b), left = lower_temp_word(b, WORD_DATA), right = lower_temp_word(b, WORD_DATA);
    lower_emit3(b, INSTR_NOT, 0, left, lower_expr(b, expr->a), NO_SLOT);
    lower_emit3(b, INSTR_NOT, 0, right, lower_expr(b, expr->b), NO_SLOT);
    lower_emit3(b, INSTR_EQ, ITYPE(32, true), slot, left, right);
    lower_release(b, mark);
}

bool lower_atom(Builder *b, const Expr *expr, uint32_t slot) {
    if (expr->kind == EXPR_ATOM) {
        at_label(b, expr, slot);
        return true;
    }
    if (expr->kind == EXPR_CALL) return call_atom(b, expr, slot);
    if (expr->kind != EXPR_BINARY) return false;
    if (expr->op == OP_IMPLIES) implication(b, expr, slot);
    else if (expr->op == OP_IFF) equivalence(b, expr, slot);
    else return (expr->op == OP_EQ || expr->op == OP_NE) && holder_atom(b, expr, slot);
    return true;
}

/* ---- numbers */

/* "worker[2]" names the third task of its function. */
static void observe_text(Lower *lower, const char *text) {
    const char *bracket = strchr(text, '[');
    if (!bracket || bracket[1] < '0' || bracket[1] > '9') return;
    unsigned long number = strtoul(bracket + 1, NULL, 10);
    if (number > TASK_NUMBER_MAX) return; /* no such task will be found either */
    for (uint32_t i = MACHINE_MAIN; i < lower->machines.n; i++) {
        const char *name = lower->machines.data[i]->name;
        if (lower->funcs.data[i] && strlen(name) == (size_t)(bracket - text) && memcmp(name, text, strlen(name)) == 0)
            observe(lower, i, (uint32_t)number + 1);
    }
}

void lower_observed(Lower *lower) {
    Program *program = lower->program;
    for (uint32_t i = 0; i < lower->tree->nexpectations; i++)
        for (uint32_t k = 0; k < lower->tree->expectations[i].nargs; k++)
            observe_text(lower, lower->tree->expectations[i].args[k]);
    program->numbered = ARENA_ARRAY(lower->arena, uint32_t, lower->machines.n);
    program->task_names = ARENA_ARRAY(lower->arena, const char *, lower->machines.n);
    for (uint32_t i = 0; i < lower->observed.n; i++) {
        Observed seen = lower->observed.data[i];
        program->task_names[seen.machine] = lower->machines.data[seen.machine]->name;
        uint32_t *numbered = &program->numbered[seen.machine];
        if (seen.number > *numbered) *numbered = seen.number;
    }
}
