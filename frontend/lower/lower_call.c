/* Calls: functions inlined where they are called or awaited, tasks and futures made, operations that never wait. */
#include "frontend/lower/lower.h"
#include "frontend/check/maker.h"

#include <assert.h>
#include <string.h>

/* ---- inlining */

/* What belongs to the function being lowered, kept while another one is inlined. */
typedef struct Context {
    Call *call;
    Block *block;
    Target *target;
    Switch *in_switch;
    Cleanup *scope, *returning;
    uint32_t scope_handle;
    const char *object_name;
} Context;

static Context enter(Builder *b, Call *callee) {
    Context context = {
        b->call, b->block, b->target, b->in_switch, b->scope, b->returning, b->scope_handle, b->object_name};
    b->call = callee;
    b->block = NULL;
    b->target = NULL;
    b->in_switch = NULL;
    b->scope = NULL;
    b->returning = NULL;
    b->scope_handle = NO_SLOT;
    b->object_name = "";
    return context;
}

static void leave(Builder *b, const Context *context) {
    b->call = context->call;
    b->block = context->block;
    b->target = context->target;
    b->in_switch = context->in_switch;
    b->scope = context->scope;
    b->returning = context->returning;
    b->scope_handle = context->scope_handle;
    b->object_name = context->object_name;
}

/* Evaluates an argument into a variable of the callee; an array is the caller's own, an end that the caller holds is borrowed. */
static void pass(Builder *b, Call *callee, const Decl *param, const Expr *arg) {
    if (param->type->kind == TYPE_ARRAY || (type_is_end(param->type) && param->symbol && lower_expr_is_place(arg))) {
        Var var = {.symbol = param->symbol, .kind = VAR_PLACE, .place = lower_place(b, arg), .local = NO_SLOT};
        vec_push(&callee->vars, var);
        return;
    }
    const ValueType *type = lower_type(b->lower, param->type);
    uint32_t slot = lower_slots(b, type->word_kinds, type->words);
    lower_expr_to(b, arg, param->type, param->symbol ? param->symbol->bits : 0, slot);
    lower_cleanup_drop(b, param->type, slot);
    if (param->symbol) lower_var_at(b, callee, param->symbol, slot);
}

static void body(Builder *b, const Call *call) {
    const Decl *func = call->func;
    lower_stmts_block(b, func->body);
    if (b->reachable && call->result != NO_SLOT) {
        Span outer = lower_at(b, func->at);
        lower_op1(b, INSTR_NO_RETURN, NO_SLOT);
        b->reachable = false;
        lower_at(b, outer);
    }
    lower_exit(b, call->base);
    lower_label_place(b, call->end);
}

static void inline_into(Builder *b, const Expr *expr, uint32_t result) {
    const Decl *func = expr->symbol->decl;
    Call callee = {.up = b->call,
        .func = func,
        .result = result,
        .end = lower_label_new(b),
        .base = b->cleanups,
        .depth = b->call->depth + 1};
    if (callee.depth > LOWER_MAX_DEPTH) lower_limit(b->lower, expr->span, "calls are nested too deeply");
    if (b->lower->failed) return;
    uint32_t mark = lower_mark(b);
    for (uint32_t i = 0; i < expr->nargs; i++) pass(b, &callee, func->params[i], expr->args[i]);
    for (uint32_t i = 0; i < callee.vars.n; i++)
        if (callee.vars.data[i].local != NO_SLOT) b->locals.data[callee.vars.data[i].local].from = b->code.n;
    Context context = enter(b, &callee);
    body(b, &callee);
    lower_vars_end(b, 0);
    leave(b, &context);
    b->cleanups = callee.base;
    lower_release(b, mark);
    vec_fini(&callee.vars);
    vec_fini(&callee.labels);
    vec_fini(&callee.gotos);
}

void lower_call_inline(Builder *b, const Expr *expr, uint32_t slot) {
    const Type *type = expr->symbol->type->of;
    if (type->kind == TYPE_VOID) {
        inline_into(b, expr, NO_SLOT);
        return;
    }
    uint32_t mark = lower_mark(b);
    uint32_t result = slot == NO_SLOT ? lower_temp(b, type) : slot;
    inline_into(b, expr, result);
    if (slot == NO_SLOT) lower_drop(b, result, type_words(type));
    lower_release(b, mark);
}

/* ---- tasks and futures */

/* Evaluates arguments side by side, as a machine finds them on entry; returns their first slot. */
static uint32_t arguments(Builder *b, const Expr *call) {
    const Decl *func = call->symbol->decl;
    VEC(uint8_t) kinds = {0};
    for (uint32_t i = 0; i < func->nparams; i++) {
        const ValueType *type = lower_type(b->lower, func->params[i]->type);
        for (uint32_t k = 0; k < type->words; k++) vec_push(&kinds, type->word_kinds[k]);
    }
    uint32_t first = lower_slots(b, kinds.data, kinds.n), slot = first;
    vec_push(&b->temps, (FreeSlots){first, kinds.n});
    vec_fini(&kinds);
    Cleanup *before = b->cleanups;
    for (uint32_t i = 0; i < call->nargs; i++) {
        const Decl *param = func->params[i];
        lower_expr_to(b, call->args[i], param->type, param->symbol ? param->symbol->bits : 0, slot);
        lower_cleanup_drop(b, param->type, slot);
        slot += type_words(param->type);
    }
    b->cleanups = before;
    return slot == first ? NO_SLOT : first;
}

/* 1 + the index of what the environment may do to the task, 0: nothing. */
static uint32_t fault_site(Builder *b, const Expr *expr) {
    Lower *lower = b->lower;
    const Spawn *spawn = expr->spawn;
    if (spawn->fault == FAULT_NONE) return 0;
    for (uint32_t i = 0; i < lower->fault_keys.n; i++)
        if (lower->fault_keys.data[i] == expr) return i + 1;
    if (lower->faults.n == LOWER_MAX_FAULTS) {
        lower_limit(lower, expr->at, "more than 127 spawns with faults");
        return 0;
    }
    uint32_t count = spawn->fault_count ? (uint32_t)spawn->fault_count->value : 1;
    vec_push(&lower->faults, (FaultSite){expr->at, count, spawn->fault == FAULT_RESTART});
    vec_push(&lower->fault_keys, expr);
    return lower->faults.n;
}

void lower_spawn(Builder *b, const Expr *expr, uint32_t slot) {
    const Spawn *spawn = expr->spawn;
    uint32_t mark = lower_mark(b), executor = NO_SLOT;
    if (slot == NO_SLOT) slot = lower_temp_word(b, WORD_HANDLE);
    if (spawn->executor) {
        executor = lower_temp(b, spawn->executor->type);
        lower_expr_into(b, spawn->executor, executor);
    }
    uint32_t args = arguments(b, spawn->call), number = lower_role_number(b, expr);
    uint32_t machine = lower_machine_of(b->lower, spawn->call->symbol);
    lower_emit(b, (Instr){.op = INSTR_SPAWN,
                      .type = (uint8_t)(fault_site(b, expr) << 1 | spawn->is_daemon),
                      .a = slot,
                      .b = args,
                      .c = executor,
                      .d = b->scope_handle,
                      .imm = machine});
    lower_take_role(b, expr, slot, number, machine);
    lower_release(b, mark);
}

/* An operation kept for later. What it receives goes straight to a variable of this frame. */
void lower_operation_future(Builder *b, const Expr *call, uint32_t slot) {
    ArmPlan plan = {0};
    Cleanup *before = b->cleanups;
    lower_plan(b, call, NO_SLOT, &plan);
    b->cleanups = before;
    bool owned = plan.arm.owned;
    plan.arm.owned = false;
    plan.arm.result_used = true;
    if (plan.has_item_place) {
        if (!lower_place_is_static(&plan.item_place)) {
            diags_add(b->lower->diags, DIAG_STORED_DESTINATION, call->span,
                "a receive kept as a future delivers into a local variable, not into a global or an element");
            return;
        }
        plan.arm.dest = plan.item_place.base + plan.item_place.offset;
        plan.arm.dest_n = type_words(plan.item);
        lower_var_pin(b, plan.arm.dest);
    }
    plan.arm.target = NO_SLOT;
    if (!b->reachable || b->lower->failed) return;
    Point point = {.kind = POINT_AWAIT,
        .span = call->span,
        .pc = b->code.n,
        .arms = arena_copy(b->lower->arena, &plan.arm, sizeof plan.arm),
        .narms = 1,
        .fallback = NO_SLOT,
        .cancel = NO_SLOT};
    vec_push(&b->points, point);
    lower_emit(
        b, (Instr){.op = INSTR_OP_FUTURE, .a = slot, .b = NO_SLOT, .c = NO_SLOT, .d = NO_SLOT, .imm = b->points.n - 1});
    if (owned) lower_drop(b, plan.arm.obj, 1); /* the future keeps it now */
}

void lower_future(Builder *b, const Expr *call, uint32_t slot) {
    uint32_t mark = lower_mark(b);
    if (call->builtin == BUILTIN_ALL || call->builtin == BUILTIN_RACE) {
        lower_combine(b, call, slot);
    } else if (call->builtin != BUILTIN_NONE) {
        lower_operation_future(b, call, slot);
    } else {
        uint32_t args = arguments(b, call);
        uint32_t machine = lower_machine_of(b->lower, call->symbol);
        lower_emit(b, (Instr){.op = INSTR_FUTURE, .a = slot, .b = args, .c = NO_SLOT, .d = NO_SLOT, .imm = machine});
    }
    lower_release(b, mark);
}

/* ---- values of messages */

static void message_value(Builder *b, const Expr *expr, uint32_t slot) {
    const Type *type = expr->type;
    lower_emit(
        b, (Instr){.op = INSTR_ZERO, .a = slot, .b = NO_SLOT, .c = NO_SLOT, .d = NO_SLOT, .imm = type_words(type)});
    Cleanup *before = b->cleanups;
    lower_cleanup_drop(b, type, slot);
    for (uint32_t i = 0; i < expr->nargs; i++)
        lower_expr_to(
            b, expr->args[i], expr->label->fields[i].type, 0, slot + lower_label_offset(type, expr->label_index, i));
    b->cleanups = before;
    lower_const(b, slot, expr->label_index);
}

/* ---- operations that never wait */

static void try_send(Builder *b, const Expr *expr, uint32_t slot) {
    const Type *item = expr->args[0]->type->of;
    Cleanup *before = b->cleanups;
    uint32_t obj = lower_expr_before(b, expr->args[0], expr->args[1]), value = lower_given(b, expr->args[1], item);
    b->cleanups = before;
    if (slot == NO_SLOT) slot = lower_temp_word(b, WORD_DATA);
    InstrOp op = expr->builtin == BUILTIN_PUBLISH ? INSTR_PUBLISH : INSTR_TRY_SEND;
    lower_emit(b, (Instr){.op = (uint8_t)op, .a = obj, .b = value, .c = slot, .d = NO_SLOT, .imm = type_words(item)});
}

void lower_send_now(Builder *b, const Expr *expr, uint32_t slot) {
    const Type *item = expr->args[0]->type->of;
    uint32_t mark = lower_mark(b), borrowed = b->borrowed.n;
    Cleanup *before = b->cleanups;
    bool is_permit = expr->args[0]->type->kind == TYPE_PERMIT;
    uint32_t obj = is_permit ? lower_given(b, expr->args[0], expr->args[0]->type)
                             : lower_expr_before(b, expr->args[0], expr->args[1]);
    uint32_t value = lower_given(b, expr->args[1], item);
    b->cleanups = before;
    lower_emit(b, (Instr){.op = INSTR_SEND, .a = obj, .b = value, .c = slot, .d = NO_SLOT, .imm = type_words(item)});
    lower_borrowed_end(b, borrowed);
    lower_release(b, mark);
}

/* An end or a permit that the operation yields. */
static void make_end(Builder *b, const Expr *expr, InstrOp op, uint32_t slot) {
    bool is_wanted = slot != NO_SLOT;
    if (!is_wanted) slot = lower_temp(b, expr->type);
    lower_emit3(b, op, 0, lower_borrow(b, expr->args[0]), slot, NO_SLOT);
    if (!is_wanted) lower_drop(b, slot, 1);
}

static void drop_end(Builder *b, const Expr *end) {
    uint32_t slot = lower_temp(b, end->type);
    lower_expr_into(b, end, slot);
    lower_drop(b, slot, 1);
}

static void read_watch(Builder *b, const Expr *expr, uint32_t slot) {
    uint32_t obj = lower_borrow(b, expr->args[0]);
    if (slot == NO_SLOT) slot = lower_temp(b, expr->type);
    lower_emit(b, (Instr){.op = INSTR_READ, .a = obj, .b = slot, .c = NO_SLOT, .d = NO_SLOT, .imm = type_words(expr->type)});
}

static void try_recv(Builder *b, const Expr *expr, uint32_t slot) {
    const Type *item = expr->args[0]->type->of;
    uint32_t obj = lower_expr_before(b, expr->args[0], expr->args[1]->a), value = lower_temp(b, item),
             result = lower_temp_word(b, WORD_DATA);
    Place place = lower_place(b, expr->args[1]->a);
    lower_emit(
        b, (Instr){.op = INSTR_TRY_RECV, .a = obj, .b = value, .c = result, .d = NO_SLOT, .imm = type_words(item)});
    ArmPlan plan = {
        .arm = {.dest = value, .result = result}, .item = item, .item_place = place, .has_item_place = true};
    lower_plan_item(b, &plan);
    if (slot != NO_SLOT) lower_copy(b, expr->type, slot, result, true);
}

static void counted(Builder *b, const Expr *expr, InstrOp op, uint32_t result) {
    uint32_t obj = expr->nargs > 1 ? lower_expr_before(b, expr->args[0], expr->args[1]) : lower_expr(b, expr->args[0]);
    uint32_t count = expr->nargs > 1 ? lower_expr_as(b, expr->args[1], types_int(b->lower->tree->types, 32, true))
                                     : lower_temp_const(b, 1);
    lower_emit3(b, op, 0, obj, count, result);
}

static void choose(Builder *b, const Expr *expr, uint32_t slot) {
    bool is_bool = expr->builtin == BUILTIN_ANY_BOOL;
    const Type *type = types_int(b->lower->tree->types, 32, true);
    uint32_t low = is_bool ? lower_temp_const(b, 0) : lower_temp(b, type);
    if (!is_bool) lower_expr_to(b, expr->args[0], type, 0, low);
    uint32_t high = is_bool ? lower_temp_const(b, 1) : lower_expr_as(b, expr->args[1], type);
    lower_emit3(b, INSTR_ANY, 0, slot == NO_SLOT ? lower_temp_word(b, WORD_DATA) : slot, low, high);
}

/* The format with the literals that %s stands for put in; what remains are integers. */
static const char *format_text(Builder *b, const Expr *expr) {
    const char *format = expr->args[0]->text;
    VEC(char) text = {0};
    for (uint32_t i = 0, next = 1; i < expr->args[0]->text_length; i++) {
        uint32_t begin = i;
        vec_push(&text, format[i]);
        if (format[i] != '%') continue;
        do vec_push(&text, format[++i]);
        while (format[i] && !strchr("diuxXocs%", format[i]));
        if (format[i] == '%' || next >= expr->nargs) continue;
        const Expr *arg = expr->args[next++];
        if (arg->kind != EXPR_STRING) continue;
        text.n -= i - begin + 1;
        for (uint32_t k = 0; k < arg->text_length; k++) {
            if (arg->text[k] == '%') vec_push(&text, '%');
            vec_push(&text, arg->text[k]);
        }
    }
    vec_push(&text, '\0');
    const char *kept = arena_strdup(b->lower->arena, text.data);
    vec_fini(&text);
    return kept;
}

static void print(Builder *b, const Expr *expr) {
    uint32_t n = 0;
    for (uint32_t i = 1; i < expr->nargs; i++) n += expr->args[i]->kind != EXPR_STRING;
    VEC(uint8_t) kinds = {0};
    vec_resize(&kinds, n + 1);
    uint32_t first = lower_slots(b, kinds.data, n), slot = first;
    vec_fini(&kinds);
    vec_push(&b->temps, (FreeSlots){first, n});
    for (uint32_t i = 1; i < expr->nargs; i++)
        if (expr->args[i]->kind != EXPR_STRING) lower_expr_into(b, expr->args[i], slot++);
    vec_push(&b->lower->formats, format_text(b, expr));
    lower_emit(b, (Instr){.op = INSTR_PRINT,
                      .a = n ? first : NO_SLOT,
                      .b = n,
                      .c = NO_SLOT,
                      .d = NO_SLOT,
                      .imm = b->lower->formats.n - 1});
}

void lower_immediate(Builder *b, const Expr *expr, uint32_t slot) {
    if (b->lower->failed) return;
    uint32_t mark = lower_mark(b), borrowed = b->borrowed.n;
    Cleanup *before = b->cleanups;
    uint32_t result = slot == NO_SLOT ? lower_temp_word(b, WORD_DATA) : slot;
    switch (expr->builtin) {
    case BUILTIN_PUBLISH:
    case BUILTIN_TRY_SEND: try_send(b, expr, slot); break;
    case BUILTIN_SEND: lower_send_now(b, expr, result); break;
    case BUILTIN_TRY_RESERVE: make_end(b, expr, INSTR_TRY_RESERVE, slot); break;
    case BUILTIN_SENDER:
    case BUILTIN_RECEIVER: make_end(b, expr, INSTR_MAKE_END, slot); break;
    case BUILTIN_CLONE: make_end(b, expr, INSTR_CLONE, slot); break;
    case BUILTIN_SUBSCRIBE: make_end(b, expr, INSTR_SUBSCRIBE, slot); break;
    case BUILTIN_DROP: drop_end(b, expr->args[0]); break;
    case BUILTIN_LAGGED: lower_emit3(b, INSTR_LAGGED, 0, lower_borrow(b, expr->args[0]), result, NO_SLOT); break;
    case BUILTIN_READ: read_watch(b, expr, slot); break;
    case BUILTIN_TRY_RECV: try_recv(b, expr, slot); break;
    case BUILTIN_CLOSE: lower_op1(b, INSTR_CLOSE, lower_borrow(b, expr->args[0])); break;
    case BUILTIN_LEN: lower_emit3(b, INSTR_LEN, 0, lower_borrow(b, expr->args[0]), result, NO_SLOT); break;
    case BUILTIN_CAP: lower_emit3(b, INSTR_CAP, 0, lower_borrow(b, expr->args[0]), result, NO_SLOT); break;
    case BUILTIN_TRY_LOCK: lower_emit3(b, INSTR_TRY_LOCK, 0, lower_expr(b, expr->args[0]), NO_SLOT, result); break;
    case BUILTIN_UNLOCK: lower_op1(b, INSTR_UNLOCK, lower_expr(b, expr->args[0])); break;
    case BUILTIN_TRY_READ_LOCK:
        lower_emit3(b, INSTR_TRY_READ_LOCK, 0, lower_expr(b, expr->args[0]), NO_SLOT, result);
        break;
    case BUILTIN_TRY_WRITE_LOCK:
        lower_emit3(b, INSTR_TRY_WRITE_LOCK, 0, lower_expr(b, expr->args[0]), NO_SLOT, result);
        break;
    case BUILTIN_SIGNAL: lower_op1(b, INSTR_SIGNAL, lower_expr(b, expr->args[0])); break;
    case BUILTIN_SIGNAL_ALL: lower_op1(b, INSTR_SIGNAL_ALL, lower_expr(b, expr->args[0])); break;
    case BUILTIN_NOTIFY_ONE: lower_op1(b, INSTR_NOTIFY_ONE, lower_expr(b, expr->args[0])); break;
    case BUILTIN_NOTIFY_ALL: lower_op1(b, INSTR_NOTIFY_ALL, lower_expr(b, expr->args[0])); break;
    case BUILTIN_ADD: counted(b, expr, INSTR_GROUP_ADD, NO_SLOT); break;
    case BUILTIN_DONE: lower_op1(b, INSTR_GROUP_DONE, lower_expr(b, expr->args[0])); break;
    case BUILTIN_ONCE_LEAVE: lower_op1(b, INSTR_ONCE_LEAVE, lower_expr(b, expr->args[0])); break;
    case BUILTIN_TRY_ACQUIRE: counted(b, expr, INSTR_TRY_ACQUIRE, result); break;
    case BUILTIN_RELEASE: counted(b, expr, INSTR_RELEASE, NO_SLOT); break;
    case BUILTIN_ABORT: lower_op1(b, INSTR_ABORT, lower_expr(b, expr->args[0])); break;
    case BUILTIN_ABORTED: lower_emit3(b, INSTR_ABORTED, 0, lower_expr(b, expr->args[0]), result, NO_SLOT); break;
    case BUILTIN_CRASHED: lower_emit3(b, INSTR_CRASHED, 0, lower_expr(b, expr->args[0]), result, NO_SLOT); break;
    case BUILTIN_NOW:
        lower_op1(b, INSTR_NOW, result);
        b->lower->program->reads_clock = true;
        break;
    case BUILTIN_ANY:
    case BUILTIN_ANY_BOOL: choose(b, expr, slot); break;
    case BUILTIN_ASSUME: lower_op1(b, INSTR_ASSUME, lower_expr(b, expr->args[0])); break;
    case BUILTIN_ASSERT: lower_op1(b, INSTR_ASSERT, lower_expr(b, expr->args[0])); break;
    case BUILTIN_UNREACHABLE:
        lower_op1(b, INSTR_UNREACHABLE, NO_SLOT);
        b->reachable = false;
        break;
    case BUILTIN_POLL: lower_poll_once(b, expr, result); break;
    case BUILTIN_WAKER: lower_op1(b, INSTR_WAKER, slot == NO_SLOT ? lower_temp_word(b, WORD_HANDLE) : slot); break;
    case BUILTIN_WAKE: lower_op1(b, INSTR_WAKE, lower_expr(b, expr->args[0])); break;
    case BUILTIN_PRINTF: print(b, expr); break;
    default: lower_not_yet(b->lower, expr->span, "this operation"); break;
    }
    lower_borrowed_end(b, borrowed);
    b->cleanups = before;
    lower_release(b, mark);
}

/* ---- any call */

void lower_call(Builder *b, const Expr *expr, uint32_t slot) {
    if (expr->label) message_value(b, expr, slot);
    else if (expr->makes_future) lower_future(b, expr, slot);
    else if (expr->builtin == BUILTIN_NONE) lower_call_inline(b, expr, slot);
    else if (expr->builtin == BUILTIN_BLOCK_ON) lower_block_on(b, expr, slot);
    else if (expr->blocks) lower_blocking(b, expr, slot, false);
    else if (maker_is(expr->builtin)) lower_make(b, expr, slot);
    else lower_immediate(b, expr, slot);
}
