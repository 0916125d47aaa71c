/* Stack code for expressions. Operands go left to right; an assignment's place comes before its value. */
#include "tests/differential/plain_compile.h"

#include <assert.h>
#include <string.h>

static bool is_message(const Type *t) { return t->kind == TYPE_MESSAGE; }

int32_t plain_cells(const Type *type) {
    int32_t n = 0;
    switch (type->kind) {
    case TYPE_VOID: return 0;
    case TYPE_STRUCT:
        for (uint32_t i = 0; i < type->nfields; i++) n += plain_cells(type->fields[i].type);
        return n;
    case TYPE_ARRAY: return (int32_t)type->length * plain_cells(type->of);
    case TYPE_MESSAGE:
        for (uint32_t i = 0; i < type->nlabels; i++) {
            int32_t m = 0;
            for (uint32_t j = 0; j < type->labels[i].nfields; j++) m += plain_cells(type->labels[i].fields[j].type);
            if (m > n) n = m;
        }
        return n + 1;
    default: return 1;
    }
}

void plain_refuse(PCompile *c, const char *why) {
    if (c->p->unsupported == NULL) c->p->unsupported = why;
}

PIns *plain_emit(PCompile *c, PInsKind op, Span span) {
    PIns ins = {.op = op, .line = sources_line_of(c->tree->sources, span)};
    vec_push(&c->p->code, ins);
    return &vec_last(&c->p->code);
}

int32_t plain_slot(PCompile *c, const Symbol *symbol) {
    if (c->slot[symbol->id] < 0) {
        int32_t *next = symbol->is_global ? &c->p->globals : &c->f->slots;
        c->slot[symbol->id] = *next;
        *next += plain_cells(symbol->type);
    }
    return c->slot[symbol->id];
}

/* ---- integer types, C17 6.3.1 */
static const Type *int_type(uint8_t bits, bool is_signed) {
    static const Type types[2][2] = {
        {{.kind = TYPE_INT, .bits = 32}, {.kind = TYPE_INT, .bits = 32, .is_signed = true}},
        {{.kind = TYPE_INT, .bits = 64}, {.kind = TYPE_INT, .bits = 64, .is_signed = true}}};
    return &types[bits == 64][is_signed];
}
uint8_t plain_place_bits(const Expr *e) {
    if (e->kind == EXPR_NAME && e->symbol != NULL) return e->symbol->bits;
    if (e->kind == EXPR_MEMBER && e->a->type->kind == TYPE_STRUCT) return e->a->type->fields[e->field_index].bits;
    return 0;
}
static const Type *promoted(const Expr *e) {
    const Type *t = e->type;
    uint8_t bits = plain_place_bits(e);
    if (t->kind == TYPE_BOOL || t->bits < 32 || (bits != 0 && bits < 32)) return int_type(32, true);
    if (bits == 32 && t->bits == 64) return int_type(32, t->is_signed);
    return int_type(t->bits, t->is_signed);
}
static const Type *common(const Expr *a, const Expr *b) {
    const Type *x = promoted(a), *y = promoted(b);
    if (x->bits != y->bits) return x->bits > y->bits ? x : y;
    return x->is_signed ? y : x;
}

static bool is_place(const Expr *e);
static bool is_end(const Type *t) {
    return t->kind == TYPE_SENDER || t->kind == TYPE_RECEIVER || t->kind == TYPE_PERMIT;
}
static bool holds_end(const Type *t) {
    bool found = is_end(t) || (t->kind == TYPE_ARRAY && holds_end(t->of));
    for (uint32_t i = 0; t->kind == TYPE_STRUCT && i < t->nfields; i++) found |= holds_end(t->fields[i].type);
    for (uint32_t i = 0; t->kind == TYPE_MESSAGE && i < t->nlabels; i++)
        for (uint32_t k = 0; k < t->labels[i].nfields; k++) found |= holds_end(t->labels[i].fields[k].type);
    return found;
}
bool plain_holds_end(const Type *type) { return holds_end(type); }
void plain_convert(PCompile *c, const Type *to, uint8_t bits, Span span) {
    if (!type_is_integer(to)) return;
    PIns *ins = plain_emit(c, I_CONV, span);
    ins->type = to;
    ins->b = bits;
}
void plain_expr_to(PCompile *c, const Expr *e, const Type *to, uint8_t bits) {
    if (e->kind == EXPR_INIT) {
        plain_init(c, e, to, bits, true, e->span);
        return;
    }
    if (is_place(e) && holds_end(e->type)) {
        plain_place(c, e);
        plain_emit(c, I_MOVE, e->span)->a = plain_cells(e->type);
        vec_last(&c->p->code).b = is_end(e->type);
        return;
    }
    plain_expr(c, e);
    if (!type_is_integer(to)) return;
    plain_convert(c, to, bits, e->span);
    bool same = type_is_integer(e->type) && (e->type->kind == TYPE_BOOL) == (to->kind == TYPE_BOOL) &&
                e->type->bits == to->bits && e->type->is_signed == to->is_signed && bits == 0;
    vec_last(&c->p->code).a = same; /* such a conversion is no use of an uninitialised value */
}

/* ---- places */
/* Parameters that may be a variable of the caller. */
static bool is_array_param(const Symbol *s) { return s->is_param && (s->type->kind == TYPE_ARRAY || is_end(s->type)); }

static void place_name(PCompile *c, const Expr *e) {
    const Symbol *s = e->symbol;
    int32_t slot = plain_slot(c, s);
    plain_emit(c, s->is_global ? I_GLOBAL : is_array_param(s) ? I_PARAM : I_LOCAL, e->span)->a = slot;
}
static void place_index(PCompile *c, const Expr *e) {
    plain_place(c, e->a);
    plain_expr(c, e->b);
    PIns *ins = plain_emit(c, I_INDEX, e->span);
    ins->a = (int32_t)e->a->type->length;
    ins->b = plain_cells(e->type);
    ins->type = e->b->type;
}
static int32_t field_offset(const Type *type, uint32_t index) {
    int32_t at = 0;
    for (uint32_t i = 0; i < index; i++) at += plain_cells(type->fields[i].type);
    return at;
}
void plain_place(PCompile *c, const Expr *e) {
    if (e->kind == EXPR_NAME && e->symbol != NULL && e->symbol->kind == SYMBOL_VAR) {
        place_name(c, e);
    } else if (e->kind == EXPR_INDEX) {
        place_index(c, e);
    } else if (e->kind == EXPR_MEMBER) {
        plain_place(c, e->a);
        plain_emit(c, I_OFFSET, e->span)->a = field_offset(e->a->type, e->field_index);
    } else {
        plain_refuse(c, "a place that is no variable");
    }
}
static bool is_place(const Expr *e) {
    if (e->kind == EXPR_NAME) return e->symbol != NULL && e->symbol->kind == SYMBOL_VAR;
    if (e->kind == EXPR_INDEX || e->kind == EXPR_MEMBER) return is_place(e->a);
    return false;
}
bool plain_is_place(const Expr *e) { return is_place(e); }
static void load(PCompile *c, const Type *type, Span span) {
    PIns *ins = plain_emit(c, I_LOAD, span);
    ins->a = plain_cells(type);
    ins->b = type->kind != TYPE_STRUCT && type->kind != TYPE_ARRAY && type->kind != TYPE_MESSAGE;
}
/* A part of a value that is no place: f().x, f().a[i]. */
static void part(PCompile *c, const Expr *e) {
    plain_expr(c, e->a);
    if (e->kind == EXPR_MEMBER) {
        PIns *ins = plain_emit(c, I_PART, e->span);
        ins->v = plain_cells(e->a->type);
        ins->a = field_offset(e->a->type, e->field_index);
        ins->b = plain_cells(e->type);
        return;
    }
    plain_expr(c, e->b);
    PIns *ins = plain_emit(c, I_INDEXV, e->span);
    ins->a = (int32_t)e->a->type->length;
    ins->b = plain_cells(e->type);
    ins->type = e->b->type;
}

/* ---- initial values */
static PIns *new_object(PCompile *c, PKind kind, int32_t attributes, bool has_count, int32_t width, Span span) {
    PIns *ins = plain_emit(c, I_NEW, span);
    ins->a = (int32_t)kind;
    ins->b = attributes;
    ins->c = width;
    ins->v = has_count;
    return ins;
}
/* What a variable without an initialiser is; FREE: none. */
static PKind fresh_kind(const Type *type) {
    switch (type->kind) {
    case TYPE_MUTEX: return ENTITY_MUTEX;
    case TYPE_RWLOCK: return ENTITY_RWLOCK;
    case TYPE_CONDVAR: return ENTITY_CONDVAR;
    case TYPE_NOTIFY: return ENTITY_NOTIFY;
    case TYPE_WAITGROUP: return ENTITY_WAITGROUP;
    case TYPE_ONCE: return ENTITY_ONCE;
    case TYPE_ONESHOT: return ENTITY_CHANNEL;
    default: return ENTITY_FREE;
    }
}
static void fresh(PCompile *c, const Type *type, bool is_zero, Span span) {
    switch (type->kind) {
    case TYPE_ARRAY:
        for (uint32_t i = 0; i < type->length; i++) fresh(c, type->of, is_zero, span);
        return;
    case TYPE_STRUCT:
        for (uint32_t i = 0; i < type->nfields; i++) fresh(c, type->fields[i].type, is_zero, span);
        return;
    case TYPE_MESSAGE: plain_emit(c, I_UNSET, span)->a = plain_cells(type); return;
    default:
        if (fresh_kind(type) != ENTITY_FREE) {
            bool oneshot = type->kind == TYPE_ONESHOT;
            new_object(
                c, fresh_kind(type), oneshot ? ATTR_ONESHOT : 0, false, oneshot ? plain_cells(type->of) : 0, span);
        } else if (type_is_handle(type)) plain_emit(c, I_NONE, span);
        else plain_emit(c, is_zero ? I_PUSH : I_UNSET, span)->a = 1;
    }
}
static const InitItem *item_for(const Expr *init, uint32_t place) {
    const InitItem *found = NULL;
    for (uint32_t i = 0; i < init->nitems; i++)
        if (init->item_place[i] == place) found = &init->items[i];
    return found;
}
static bool holds_call(const Expr *e) { return e != NULL && e->kind != EXPR_INT && e->kind != EXPR_NAME; }
/* Items in the order of their places; where that is not the source's order and it could matter, the program is
   refused. */
static void init_list(PCompile *c, const Expr *init, const Type *type, Span span) {
    for (uint32_t i = 1; i < init->nitems; i++)
        if (init->item_place[i] < init->item_place[i - 1] &&
            (holds_call(init->items[i].value) || holds_call(init->items[i - 1].value)))
            plain_refuse(c, "initialisers out of order");
    uint32_t n = type->kind == TYPE_ARRAY ? type->length : type->nfields;
    for (uint32_t i = 0; i < n; i++) {
        const Type *part_type = type->kind == TYPE_ARRAY ? type->of : type->fields[i].type;
        uint8_t bits = type->kind == TYPE_ARRAY ? 0 : type->fields[i].bits;
        const InitItem *item = item_for(init, i);
        plain_init(c, item == NULL ? NULL : item->value, part_type, bits, true, span);
    }
}
void plain_init(PCompile *c, const Expr *init, const Type *type, uint8_t bits, bool is_zero, Span span) {
    if (init == NULL) {
        fresh(c, type, is_zero, span);
    } else if (init->kind == EXPR_INIT && (type->kind == TYPE_ARRAY || type->kind == TYPE_STRUCT)) {
        init_list(c, init, type, span);
    } else if (init->kind == EXPR_INIT) {
        if (init->nitems == 1) plain_init(c, init->items[0].value, type, bits, true, span);
        else fresh(c, type, true, span);
    } else if (type->kind == TYPE_ARRAY && init->type->kind != TYPE_ARRAY) {
        for (uint32_t i = 0; i < type->length; i++) plain_init(c, init, type->of, 0, true, span);
    } else {
        plain_expr_to(c, init, type, bits);
    }
}

/* ---- operations */
int32_t plain_add_site(PCompile *c, PSite site) {
    for (int32_t i = 0; i < site.narms; i++) site.has_object |= plain_on_object(site.arms[i].op);
    vec_push(&c->p->sites, site);
    return (int32_t)c->p->sites.n - 1;
}
static void channel_arg(PCompile *c, const Expr *e) { plain_expr(c, e->args[0]); }

static void operand_item(PCompile *c, const Expr *e, PSiteArm *arm) {
    if (arm->op == ARM_SEND) {
        const Type *item = e->args[0]->type->of;
        plain_expr_to(c, e->args[1], item, 0);
        plain_emit(c, I_SETALL, e->args[1]->span)->a = plain_cells(item);
        arm->cells += plain_cells(item);
    } else if (e->nargs > 1 && e->args[1]->kind == EXPR_ADDRESS) {
        const Expr *to = e->args[1]->a;
        plain_place(c, to);
        arm->dest_type = to->type;
        arm->dest_bits = plain_place_bits(to);
        arm->cells++;
    } else if (e->nargs > 1) {
        plain_refuse(c, "a destination without &");
    }
}
/* Operations that wait, and their try_ forms. */
typedef struct Operation {
    Builtin builtin, try_form;
    PArmOp op;
    bool yields_bool;
} Operation;
static const Operation operations[] = {
    {BUILTIN_SEND, BUILTIN_TRY_SEND, ARM_SEND, true},
    {BUILTIN_RECV, BUILTIN_TRY_RECV, ARM_RECV, true},
    {BUILTIN_RESERVE, BUILTIN_TRY_RESERVE, ARM_RESERVE, true},
    {BUILTIN_LOCK, BUILTIN_TRY_LOCK, ARM_LOCK, false},
    {BUILTIN_READ_LOCK, BUILTIN_TRY_READ_LOCK, ARM_READ_LOCK, false},
    {BUILTIN_WRITE_LOCK, BUILTIN_TRY_WRITE_LOCK, ARM_WRITE_LOCK, false},
    {BUILTIN_ACQUIRE, BUILTIN_TRY_ACQUIRE, ARM_ACQUIRE, true},
    {BUILTIN_WAIT, BUILTIN_NONE, ARM_WAIT, false},
    {BUILTIN_NOTIFIED, BUILTIN_NONE, ARM_NOTIFIED, false},
    {BUILTIN_ARRIVE, BUILTIN_NONE, ARM_ARRIVE, false},
    {BUILTIN_CHANGED, BUILTIN_NONE, ARM_CHANGED, true},
    {BUILTIN_ONCE_ENTER, BUILTIN_NONE, ARM_ENTER, true},
    {BUILTIN_SLEEP, BUILTIN_NONE, ARM_SLEEP, false},
    {BUILTIN_YIELD, BUILTIN_NONE, ARM_YIELD, false},
    {BUILTIN_PARK, BUILTIN_NONE, ARM_PARK, false},
};
static const Operation *operation_of(Builtin b) {
    for (size_t i = 0; b != BUILTIN_NONE && i < sizeof operations / sizeof *operations; i++)
        if (operations[i].builtin == b || operations[i].try_form == b) return &operations[i];
    return NULL;
}
static bool is_try(Builtin b) {
    const Operation *o = operation_of(b);
    return o != NULL && o->try_form == b;
}
/* A send to a kept slot never waits. */
static bool is_permit_send(const Expr *e) {
    if (e->builtin != BUILTIN_SEND || e->nargs == 0) return false;
    TypeKind to = e->args[0]->type->kind;
    return to == TYPE_PERMIT || (to == TYPE_BROADCAST && !e->makes_future);
}
static bool is_operation(const Expr *e) {
    return operation_of(e->builtin) != NULL && !is_try(e->builtin) && !is_permit_send(e);
}
static void operands_of_builtin(PCompile *c, const Expr *e, PSiteArm *arm) {
    const Operation *o = operation_of(e->builtin);
    if (o == NULL) {
        plain_refuse(c, "an operation it does not know");
        return;
    }
    arm->op = o->op;
    c->p->has_wakes |= o->op == ARM_PARK;
    arm->cells = 0;
    arm->result = o->yields_bool;
    if (e->nargs == 0) return;
    arm->cells = 1;
    channel_arg(c, e);
    if (arm->op == ARM_SEND || arm->op == ARM_RECV) operand_item(c, e, arm);
    if (arm->op == ARM_ACQUIRE) {
        if (e->nargs > 1) plain_expr(c, e->args[1]);
        else plain_emit(c, I_PUSH, e->span)->v = 1;
        arm->cells = 2;
    } else if (arm->op == ARM_WAIT && e->nargs > 1) {
        plain_expr(c, e->args[1]);
        arm->cells = 2;
    }
}
/* In place a call borrows the ends that variables of its caller hold. */
static void args(PCompile *c, const Expr *call, bool in_place) {
    const Decl *decl = call->symbol->decl;
    for (uint32_t i = 0; i < call->nargs; i++) {
        const Symbol *param = decl->params[i]->symbol;
        bool borrows = in_place && is_end(param->type) && is_place(call->args[i]);
        if (param->type->kind == TYPE_ARRAY || borrows) plain_place(c, call->args[i]);
        else plain_expr_to(c, call->args[i], param->type, param->bits);
    }
}
static bool is_call_of(const Expr *e, FuncKind kind) {
    return e->kind == EXPR_CALL && e->symbol != NULL && e->symbol->kind == SYMBOL_FUNC && e->symbol->decl->func == kind;
}
static bool is_async_call(const Expr *e) { return is_call_of(e, FUNC_ASYNC); }
static bool is_poll_call(const Expr *e) { return is_call_of(e, FUNC_POLL); }
static bool is_combination(const Expr *e) {
    return e->kind == EXPR_CALL && e->symbol == NULL && (e->builtin == BUILTIN_ALL || e->builtin == BUILTIN_RACE);
}
static void make_future(PCompile *c, const Expr *e) {
    args(c, e, false);
    plain_emit(c, I_FUTURE, e->span)->a = plain_func(c, e->symbol);
}
static bool is_waiting_call(const Expr *e) {
    return e->kind == EXPR_CALL && e->symbol == NULL && e->builtin != BUILTIN_NONE && e->label == NULL;
}
static const Type *value_of(const Type *type) {
    return (type->kind == TYPE_TASK || type->kind == TYPE_FUTURE) && type->of != NULL ? type->of : NULL;
}

static void op_future(PCompile *c, const Expr *e);
/* A join as a future. */
static void join_future(PCompile *c, const Expr *e) {
    PSite site = {.narms = 1, .line = sources_line_of(c->tree->sources, e->span)};
    site.arms = ARENA_NEW(&c->p->arena, PSiteArm);
    plain_expr(c, e);
    *site.arms = (PSiteArm){
        .op = ARM_JOIN, .slot = -1, .cells = 1, .line = site.line, .result_type = value_of(e->type)};
    if (site.arms->result_type != NULL) site.arms->result = plain_cells(site.arms->result_type);
    int32_t id = plain_add_site(c, site);
    plain_emit(c, I_OPFUTURE, e->span)->a = id;
}
static void combine(PCompile *c, const Expr *e) {
    for (uint32_t i = 0; i < e->nargs; i++) {
        const Expr *part = e->args[i];
        if (is_waiting_call(part) && is_operation(part)) op_future(c, part);
        else if (part->type->kind == TYPE_TASK) join_future(c, part);
        else plain_expr(c, part);
    }
    PIns *ins = plain_emit(c, I_COMBINE, e->span);
    ins->a = (int32_t)e->nargs;
    ins->b = e->builtin == BUILTIN_RACE;
    const Type *value = value_of(e->type);
    ins->c = value == NULL ? 0 : plain_cells(value);
}
/* poll(p), poll(p, &v) */
static void poll_once(PCompile *c, const Expr *e) {
    plain_expr(c, e->args[0]);
    if (e->nargs > 1) plain_place(c, e->args[1]->a);
    PIns *ins = plain_emit(c, I_POLL, e->span);
    ins->b = e->nargs > 1;
    if (e->nargs > 1) ins->type = e->args[1]->a->type;
}
void plain_operands(PCompile *c, const Expr *e, PSiteArm *arm) {
    arm->line = sources_line_of(c->tree->sources, e->span);
    arm->slot = -1;
    bool is_awaited_send = is_waiting_call(e) && e->builtin == BUILTIN_SEND && e->args[0]->type->kind == TYPE_BROADCAST;
    if (is_awaited_send || (is_waiting_call(e) && is_operation(e))) {
        operands_of_builtin(c, e, arm);
        return;
    }
    if (is_async_call(e) || is_poll_call(e)) {
        make_future(c, e);
        arm->owned = true;
        arm->op = ARM_FUTURE;
        arm->result_type = e->symbol->type->of;
    } else if (is_combination(e)) {
        combine(c, e);
        arm->owned = true;
        arm->op = ARM_FUTURE;
        arm->result_type = value_of(e->type);
    } else {
        plain_expr(c, e);
        arm->op = e->type->kind == TYPE_TASK ? ARM_JOIN : ARM_FUTURE;
        arm->result_type = value_of(e->type);
    }
    arm->result = arm->result_type == NULL ? 0 : plain_cells(arm->result_type);
    arm->cells = 1;
}
/* A wait for one thing: `await e` (kind WAIT), or e without await (BLOCK). `result` is what the context takes. */
static void wait_for(PCompile *c, const Expr *e, PInsKind kind, const Type *result, bool ignores_close, Span span) {
    PSite site = {.narms = 1, .line = sources_line_of(c->tree->sources, span), .ignores_close = ignores_close};
    site.arms = ARENA_NEW(&c->p->arena, PSiteArm);
    PSiteArm *arm = site.arms;
    plain_operands(c, e, arm);
    if (result != NULL && result->kind != TYPE_VOID && arm->result == 0) {
        arm->result = plain_cells(result);
        arm->result_type = result;
    }
    plain_emit(c, kind, span)->a = plain_add_site(c, site);
}
static void await(PCompile *c, const Expr *e, bool ignores_close) {
    if (is_async_call(e->a)) {
        args(c, e->a, true);
        plain_emit(c, I_CALL, e->span)->a = plain_func(c, e->a->symbol);
        return;
    }
    wait_for(c, e->a, I_WAIT, e->type, ignores_close, e->span);
}
static void op_future(PCompile *c, const Expr *e) {
    PSite site = {.narms = 1, .line = sources_line_of(c->tree->sources, e->span)};
    site.arms = ARENA_NEW(&c->p->arena, PSiteArm);
    site.arms->slot = -1;
    site.arms->line = site.line;
    operands_of_builtin(c, e, site.arms);
    plain_emit(c, I_OPFUTURE, e->span)->a = plain_add_site(c, site);
}
static void block_on(PCompile *c, const Expr *e) {
    PSite site = {.narms = 1, .line = sources_line_of(c->tree->sources, e->span), .is_block_on = true};
    site.arms = ARENA_NEW(&c->p->arena, PSiteArm);
    PSiteArm *arm = site.arms;
    const Expr *what = e->args[0];
    if (is_waiting_call(what) && is_operation(what)) {
        op_future(c, what);
        *arm = (PSiteArm){.op = ARM_FUTURE, .owned = true, .cells = 1};
    } else {
        plain_operands(c, what, arm);
    }
    arm->slot = -1;
    arm->line = site.line;
    arm->result = plain_cells(e->type);
    plain_emit(c, I_BLOCK, e->span)->a = plain_add_site(c, site);
}

/* ---- constructors and immediate operations */
static bool names_attribute(const Expr *e, Builtin b) {
    for (uint32_t i = 0; i < e->nargs; i++)
        if ((e->args[i]->kind == EXPR_NAME || e->args[i]->kind == EXPR_CALL) && e->args[i]->builtin == b) return true;
    return false;
}
static int32_t attributes_of(const PCompile *c, const Expr *e) {
    static const struct {
        Builtin builtin;
        int32_t attribute;
    } all[] = {{BUILTIN_FIFO, ATTR_FIFO}, {BUILTIN_UNBOUNDED, ATTR_UNBOUNDED}, {BUILTIN_BARGING, ATTR_BARGING},
        {BUILTIN_UNOWNED, ATTR_UNOWNED}, {BUILTIN_SPURIOUS, ATTR_SPURIOUS}, {BUILTIN_LOSSY, ATTR_LOSSY},
        {BUILTIN_DUPLICATING, ATTR_DUPLICATING}, {BUILTIN_REORDERING, ATTR_REORDERING}, {BUILTIN_FAIR, ATTR_FAIR},
        {BUILTIN_PHASE_FAIR, ATTR_PHASE_FAIR}, {BUILTIN_PREFER_READERS, ATTR_READERS}};
    int32_t found = c->is_extern ? ATTR_EXTERN : 0;
    for (size_t i = 0; i < sizeof all / sizeof *all; i++)
        if (e->builtin == all[i].builtin || names_attribute(e, all[i].builtin)) found |= all[i].attribute;
    return found;
}
static int64_t losses_of(const Expr *e) {
    for (uint32_t i = 0; i < e->nargs; i++)
        if (e->args[i]->builtin == BUILTIN_LOSSY)
            return e->args[i]->kind == EXPR_CALL && e->args[i]->nargs > 0 ? e->args[i]->args[0]->value : -1;
    return 0;
}
static bool is_maker(Builtin b) {
    return b == BUILTIN_CHANNEL || b == BUILTIN_PERMITS || b == BUILTIN_THREADS || b == BUILTIN_PARTIES ||
           b == BUILTIN_WATCHED || b == BUILTIN_BARGING || b == BUILTIN_UNOWNED || b == BUILTIN_SPURIOUS ||
           b == BUILTIN_PHASE_FAIR || b == BUILTIN_PREFER_READERS || b == BUILTIN_FIFO;
}
static PKind kind_of(const Type *type) {
    switch (type->kind) {
    case TYPE_CHAN: return ENTITY_CHANNEL;
    case TYPE_SEMAPHORE: return ENTITY_SEMAPHORE;
    case TYPE_EXECUTOR: return ENTITY_EXECUTOR;
    case TYPE_BARRIER: return ENTITY_BARRIER;
    case TYPE_BROADCAST: return ENTITY_BROADCAST;
    case TYPE_WATCH: return ENTITY_WATCH;
    default: return fresh_kind(type);
    }
}
static void make(PCompile *c, const Expr *e) {
    int32_t attributes = attributes_of(c, e);
    bool counts = e->nargs > 0 && !(attributes & ATTR_UNBOUNDED) && type_is_integer(e->args[0]->type);
    PKind kind = kind_of(e->type);
    if (kind == ENTITY_FREE) plain_refuse(c, "a constructor it does not know");
    if (kind == ENTITY_WATCH) {
        plain_expr_to(c, e->args[0], e->type->of, 0);
        new_object(c, kind, 0, false, plain_cells(e->type->of), e->span);
        return;
    }
    if (counts) plain_expr(c, e->args[0]);
    PIns *ins = new_object(c, kind, attributes, counts,
        kind == ENTITY_CHANNEL || kind == ENTITY_BROADCAST ? plain_cells(e->type->of) : 0, e->span);
    if (kind == ENTITY_CHANNEL) ins->type = e->type->of;
    ins->losses = losses_of(e);
}
static void try_form(PCompile *c, const Expr *e) {
    PSite site = {.narms = 1, .line = sources_line_of(c->tree->sources, e->span)};
    site.arms = ARENA_NEW(&c->p->arena, PSiteArm);
    site.arms->slot = -1;
    site.arms->line = site.line;
    operands_of_builtin(c, e, site.arms);
    int32_t id = plain_add_site(c, site);
    plain_emit(c, I_TRY, e->span)->a = id;
}
/* An operation that never waits: its operands, then itself. */
static void immediate(PCompile *c, const Expr *e) {
    int32_t cells = 0;
    for (uint32_t i = 0; i < e->nargs; i++) {
        bool is_item = (e->builtin == BUILTIN_SEND || e->builtin == BUILTIN_PUBLISH) && i == 1;
        if (is_item) {
            plain_expr_to(c, e->args[i], e->args[0]->type->of, 0);
            plain_emit(c, I_SETALL, e->args[i]->span)->a = plain_cells(e->args[0]->type->of);
        } else if (e->builtin == BUILTIN_DROP || (is_permit_send(e) && is_end(e->args[i]->type))) {
            plain_expr_to(c, e->args[i], e->args[i]->type, 0);
        } else {
            plain_expr(c, e->args[i]);
        }
        cells += plain_cells(is_item ? e->args[0]->type->of : e->args[i]->type);
    }
    if (e->builtin == BUILTIN_RELEASE && e->nargs == 1) plain_emit(c, I_PUSH, e->span)->v = 1;
    if (e->builtin == BUILTIN_ADD && e->nargs == 1) plain_emit(c, I_PUSH, e->span)->v = 1;
    PIns *ins = plain_emit(c, I_DO, e->span);
    ins->c = (int32_t)e->builtin;
    ins->a = cells;
}
static void simple(PCompile *c, const Expr *e, PInsKind op) {
    for (uint32_t i = 0; i < e->nargs; i++) plain_expr(c, e->args[i]);
    plain_emit(c, op, e->span);
}
static void print(PCompile *c, const Expr *e) {
    for (uint32_t i = 1; i < e->nargs; i++) plain_discard(c, e->args[i]);
    plain_emit(c, I_UNSET, e->span)->a = plain_cells(e->type);
}
static void task_atom(PCompile *c, const Expr *e, Builtin b, const Expr *task, Name label) {
    int32_t func = -1, number = -1; /* -1 all, -2 some */
    const Expr *name = task;
    if (task->kind == EXPR_INDEX) {
        name = task->a;
        number = task->b != NULL ? (int32_t)task->b->value : task->op == OP_MUL ? -1 : -2;
    }
    if (name != NULL && name->symbol != NULL && name->symbol->kind == SYMBOL_FUNC) func = plain_func(c, name->symbol);
    if (func >= 0) {
        PFunc *f = &c->p->funcs.data[func];
        int32_t upto = task->kind == EXPR_INDEX && number >= 0 ? number + 1 : 0;
        if (upto == 0) f->is_named = true;
        if (upto > f->observed) f->observed = upto;
    }
    PIns *ins = plain_emit(c, I_ATOM, e->span);
    ins->a = func;
    ins->b = number;
    ins->c = (int32_t)b;
    ins->v = label;
}
static bool names_task(const Expr *e) {
    if (e->kind == EXPR_INDEX && e->b == NULL) return true;
    const Expr *name = e->kind == EXPR_INDEX ? e->a : e;
    return name->kind == EXPR_NAME && name->symbol != NULL && name->symbol->kind == SYMBOL_FUNC;
}
static void object_atom(PCompile *c, const Expr *e) {
    plain_expr(c, e->args[0]);
    plain_emit(c, I_ATOM, e->span)->c = (int32_t)e->builtin;
}
static void builtin_call(PCompile *c, const Expr *e) {
    if (is_maker(e->builtin)) {
        make(c, e);
        return;
    }
    if (is_try(e->builtin)) {
        try_form(c, e);
        return;
    }
    if (is_combination(e)) {
        combine(c, e);
        return;
    }
    switch (e->builtin) {
    case BUILTIN_CLOSE:
    case BUILTIN_LEN:
    case BUILTIN_CAP:
    case BUILTIN_UNLOCK:
    case BUILTIN_RELEASE:
    case BUILTIN_ABORT:
    case BUILTIN_SIGNAL:
    case BUILTIN_SIGNAL_ALL:
    case BUILTIN_NOTIFY_ONE:
    case BUILTIN_NOTIFY_ALL:
    case BUILTIN_ADD:
    case BUILTIN_PUBLISH:
    case BUILTIN_READ:
    case BUILTIN_SENDER:
    case BUILTIN_RECEIVER:
    case BUILTIN_CLONE:
    case BUILTIN_SUBSCRIBE:
    case BUILTIN_LAGGED:
    case BUILTIN_DROP:
    case BUILTIN_WAKE:
    case BUILTIN_SEND:
    case BUILTIN_ONCE_LEAVE: immediate(c, e); return;
    case BUILTIN_DONE:
        if (e->args[0]->type->kind == TYPE_WAITGROUP) immediate(c, e);
        else task_atom(c, e, e->builtin, e->args[0], 0);
        return;
    case BUILTIN_NOW:
        c->p->reads_clock = true;
        immediate(c, e);
        return;
    case BUILTIN_ABORTED:
    case BUILTIN_CRASHED:
        if (!names_task(e->args[0])) immediate(c, e);
        else task_atom(c, e, e->builtin, e->args[0], 0);
        return;
    case BUILTIN_ANY:
    case BUILTIN_ANY_BOOL:
        for (uint32_t i = 0; i < e->nargs; i++) plain_expr_to(c, e->args[i], e->type, 0);
        if (e->builtin == BUILTIN_ANY_BOOL) {
            plain_emit(c, I_PUSH, e->span);
            plain_emit(c, I_PUSH, e->span)->v = 1;
        }
        plain_emit(c, I_ANY, e->span);
        return;
    case BUILTIN_ASSUME: simple(c, e, I_ASSUME); return;
    case BUILTIN_ASSERT: simple(c, e, I_ASSERT); return;
    case BUILTIN_UNREACHABLE: simple(c, e, I_UNREACHABLE); return;
    case BUILTIN_PRINTF: print(c, e); return;
    case BUILTIN_BLOCK_ON: block_on(c, e); return;
    case BUILTIN_POLL: poll_once(c, e); return;
    case BUILTIN_WAKER: plain_emit(c, I_WAKER, e->span); return;
    case BUILTIN_FULL:
    case BUILTIN_EMPTY:
    case BUILTIN_CLOSED:
    case BUILTIN_HELD: object_atom(c, e); return;
    case BUILTIN_BLOCKED:
    case BUILTIN_ENABLED: task_atom(c, e, e->builtin, e->args[0], 0); return;
    default: plain_refuse(c, "a predeclared name it does not know");
    }
}
static void message_value(PCompile *c, const Expr *e) {
    int32_t used = 1;
    plain_emit(c, I_PUSH, e->span)->v = e->label_index;
    for (uint32_t i = 0; i < e->nargs; i++) {
        const Field *field = &e->label->fields[i];
        plain_expr_to(c, e->args[i], field->type, field->bits);
        used += plain_cells(field->type);
    }
    for (; used < plain_cells(e->type); used++) plain_emit(c, I_PUSH, e->span);
}
static void call(PCompile *c, const Expr *e) {
    if (e->label != NULL || is_message(e->type)) {
        if (e->label != NULL) {
            message_value(c, e);
            return;
        }
    }
    if (e->symbol != NULL && e->symbol->kind == SYMBOL_FUNC) {
        if (e->symbol->decl->func != FUNC_PLAIN) {
            make_future(c, e);
        } else {
            args(c, e, true);
            plain_emit(c, I_CALL, e->span)->a = plain_func(c, e->symbol);
        }
    } else if (is_operation(e)) {
        if (e->makes_future) op_future(c, e);
        else wait_for(c, e, I_BLOCK, e->type, false, e->span);
    } else {
        builtin_call(c, e);
    }
}
static void spawn(PCompile *c, const Expr *e) {
    const Spawn *s = e->spawn;
    if (s->executor != NULL) plain_expr(c, s->executor);
    args(c, s->call, false);
    int32_t scope = 0;
    for (const PBlock *b = c->block; b != NULL && scope == 0; b = b->outer)
        if (b->is_scope) scope = b->scope_slot + 1;
    PIns *ins = plain_emit(c, I_SPAWN, e->span);
    ins->a = plain_func(c, s->call->symbol);
    ins->b = scope;
    ins->c = (s->is_daemon ? 1 : 0) | (s->executor != NULL ? 2 : 0);
    if (s->fault != FAULT_NONE) {
        int64_t kills = s->fault_count != NULL ? s->fault_count->value : 1;
        vec_push(&c->p->kills, kills);
        ins->v = c->p->kills.n;
    }
    if (s->fault == FAULT_RESTART) ins->c |= 4;
    if (s->protocol != 0) plain_refuse(c, "spawn with a role");
}

/* ---- operators */
static void binary_on(PCompile *c, Op op, const Type *in, const Expr *e) {
    PIns *ins = plain_emit(c, I_BIN, e->span);
    ins->a = (int32_t)op;
    ins->type = in;
}
static void logical(PCompile *c, const Expr *e, Op op) {
    plain_expr(c, e->a);
    int32_t skip = plain_here(c);
    plain_emit(c, op == OP_LOR ? I_JNZ : I_JZ, e->a->span);
    plain_expr(c, e->b);
    plain_emit(c, I_TRUTH, e->b->span);
    int32_t end = plain_here(c);
    plain_emit(c, I_JUMP, e->span);
    plain_patch(c, skip);
    plain_emit(c, I_PUSH, e->span)->v = op == OP_LAND ? 0 : 1;
    plain_patch(c, end);
}
static bool is_holder(const Expr *e) {
    return e->kind == EXPR_CALL && e->symbol == NULL && e->builtin == BUILTIN_HOLDER;
}
static void holder(PCompile *c, const Expr *e) {
    const Expr *h = is_holder(e->a) ? e->a : e->b, *task = is_holder(e->a) ? e->b : e->a;
    plain_expr(c, h->args[0]);
    task_atom(c, e, BUILTIN_HOLDER, task, 0);
    if (e->op == OP_NE) plain_emit(c, I_UN, e->span)->a = OP_NOT;
}
static void binary(PCompile *c, const Expr *e) {
    if (e->op == OP_LAND || e->op == OP_LOR || e->op == OP_IMPLIES) {
        logical(c, e, e->op);
        return;
    }
    if (is_holder(e->a) || is_holder(e->b)) {
        holder(c, e);
        return;
    }
    if (!type_is_integer(e->a->type) || !type_is_integer(e->b->type)) {
        plain_expr(c, e->a);
        plain_expr(c, e->b);
        plain_emit(c, I_SAME, e->span)->a = e->op == OP_NE;
        return;
    }
    bool shift = e->op == OP_SHL || e->op == OP_SHR;
    const Type *in = shift ? promoted(e->a) : common(e->a, e->b);
    plain_expr(c, e->a);
    if (e->op == OP_IFF) plain_emit(c, I_TRUTH, e->span);
    plain_convert(c, in, 0, e->a->span);
    plain_expr(c, e->b);
    if (e->op == OP_IFF) plain_emit(c, I_TRUTH, e->span);
    plain_convert(c, shift ? promoted(e->b) : in, 0, e->b->span);
    binary_on(c, e->op == OP_IFF ? OP_EQ : e->op, in, e);
}
static void unary(PCompile *c, const Expr *e) {
    plain_expr(c, e->a);
    const Type *in = promoted(e->a);
    if (e->op != OP_NOT) plain_convert(c, in, 0, e->span);
    PIns *ins = plain_emit(c, I_UN, e->span);
    ins->a = (int32_t)e->op;
    ins->type = in;
}
static const Symbol *root_of(const Expr *e) {
    while (e->kind == EXPR_INDEX || e->kind == EXPR_MEMBER) e = e->a;
    return e->kind == EXPR_NAME ? e->symbol : NULL;
}
static bool is_atomic(const Expr *place) {
    for (const Expr *e = place; e->kind == EXPR_INDEX || e->kind == EXPR_MEMBER; e = e->a)
        if (e->kind == EXPR_MEMBER && e->a->type->kind == TYPE_STRUCT && e->a->type->fields[e->field_index].is_atomic)
            return true;
    const Symbol *root = root_of(place);
    return root != NULL && root->is_atomic;
}
/* One access; its conversion to the variable's type is the instruction after it. keep: 0 nothing, 1 the new value, 2
   the old one. */
static void update(PCompile *c, const Expr *e, Op op, const Type *in, int32_t keep) {
    PIns *ins = plain_emit(c, I_RMW, e->span);
    ins->a = (int32_t)op;
    ins->b = keep;
    ins->type = in;
    plain_convert(c, e->a->type, plain_place_bits(e->a), e->span);
}
static void assign_op(PCompile *c, const Expr *e, bool keep) {
    bool shift = e->op == OP_SHL || e->op == OP_SHR;
    const Type *in = shift ? promoted(e->a) : common(e->a, e->b);
    bool atomic = is_atomic(e->a);
    if (!atomic) {
        plain_emit(c, I_DUP, e->span);
        load(c, e->a->type, e->a->span);
        plain_convert(c, in, 0, e->span);
    }
    plain_expr(c, e->b);
    plain_convert(c, shift ? promoted(e->b) : in, 0, e->b->span);
    if (atomic) {
        update(c, e, e->op, in, keep);
        return;
    }
    binary_on(c, e->op, in, e);
    plain_convert(c, e->a->type, plain_place_bits(e->a), e->span);
    PIns *ins = plain_emit(c, I_STORE, e->span);
    ins->a = 1;
    ins->b = keep;
}
static void assign(PCompile *c, const Expr *e, bool keep) {
    plain_place(c, e->a);
    if (e->op != OP_NONE) {
        assign_op(c, e, keep);
        return;
    }
    plain_expr_to(c, e->b, e->a->type, plain_place_bits(e->a));
    PIns *ins = plain_emit(c, I_STORE, e->span);
    ins->a = plain_cells(e->a->type);
    ins->b = keep;
}
static void incdec(PCompile *c, const Expr *e, bool keep) {
    const Type *in = promoted(e->a);
    plain_place(c, e->a);
    if (is_atomic(e->a)) {
        plain_emit(c, I_PUSH, e->span)->v = 1;
        update(c, e, e->op, in, !keep ? 0 : e->is_prefix ? 1 : 2);
        return;
    }
    plain_emit(c, I_DUP, e->span);
    load(c, e->a->type, e->a->span);
    if (!e->is_prefix && keep) plain_emit(c, I_TUCK, e->span);
    plain_convert(c, in, 0, e->span);
    plain_emit(c, I_PUSH, e->span)->v = 1;
    binary_on(c, e->op, in, e);
    plain_convert(c, e->a->type, plain_place_bits(e->a), e->span);
    PIns *ins = plain_emit(c, I_STORE, e->span);
    ins->a = 1;
    ins->b = keep && e->is_prefix;
}
static void cond(PCompile *c, const Expr *e) {
    plain_expr(c, e->a);
    int32_t no = plain_here(c);
    plain_emit(c, I_JZ, e->a->span);
    plain_expr_to(c, e->b, e->type, 0);
    int32_t end = plain_here(c);
    plain_emit(c, I_JUMP, e->span);
    plain_patch(c, no);
    plain_expr_to(c, e->c, e->type, 0);
    plain_patch(c, end);
}
static void name(PCompile *c, const Expr *e) {
    if (e->symbol != NULL && e->symbol->kind == SYMBOL_VAR) {
        plain_place(c, e);
        load(c, e->type, e->span);
    } else if (e->symbol != NULL && e->symbol->kind == SYMBOL_ENUM_CONST) {
        plain_emit(c, I_PUSH, e->span)->v = e->symbol->value;
    } else if (e->label != NULL) {
        message_value(c, e);
    } else if (e->is_const) {
        plain_emit(c, I_PUSH, e->span)->v = e->value;
    } else {
        plain_refuse(c, "a name that is no value");
    }
}

void plain_discard(PCompile *c, const Expr *e) {
    if (e->kind == EXPR_ASSIGN) {
        assign(c, e, false);
    } else if (e->kind == EXPR_INCDEC) {
        incdec(c, e, false);
    } else if (e->kind == EXPR_AWAIT) {
        await(c, e, e->a->kind == EXPR_CALL && e->a->symbol == NULL && e->a->builtin == BUILTIN_SEND);
        plain_emit(c, I_POP, e->span)->a = plain_cells(e->type);
    } else if (e->kind == EXPR_CALL && e->symbol == NULL && is_permit_send(e)) {
        immediate(c, e);
        vec_last(&c->p->code).b = true;
        plain_emit(c, I_POP, e->span)->a = 1;
    } else if (e->kind == EXPR_CALL && e->symbol == NULL && e->builtin == BUILTIN_SEND && !e->makes_future) {
        wait_for(c, e, I_BLOCK, e->type, true, e->span);
        plain_emit(c, I_POP, e->span)->a = plain_cells(e->type);
    } else if (e->kind == EXPR_CAST && e->type->kind == TYPE_VOID) {
        plain_expr(c, e->a);
        plain_emit(c, I_POP, e->span)->a = plain_cells(e->a->type);
    } else if (e->kind == EXPR_COMMA) {
        plain_discard(c, e->a);
        plain_discard(c, e->b);
    } else {
        plain_expr(c, e);
        plain_emit(c, I_POP, e->span)->a = plain_cells(e->type);
    }
}
static void part_or_place(PCompile *c, const Expr *e) {
    if (is_place(e)) {
        plain_place(c, e);
        load(c, e->type, e->span);
    } else {
        part(c, e);
    }
}
void plain_expr(PCompile *c, const Expr *e) {
    switch (e->kind) {
    case EXPR_INT: plain_emit(c, I_PUSH, e->span)->v = e->value; return;
    case EXPR_NAME: name(c, e); return;
    case EXPR_NONE: plain_emit(c, I_NONE, e->span); return;
    case EXPR_UNARY: unary(c, e); return;
    case EXPR_BINARY: binary(c, e); return;
    case EXPR_ASSIGN: assign(c, e, true); return;
    case EXPR_INCDEC: incdec(c, e, true); return;
    case EXPR_COND: cond(c, e); return;
    case EXPR_COMMA:
        plain_discard(c, e->a);
        plain_expr(c, e->b);
        return;
    case EXPR_CALL: call(c, e); return;
    case EXPR_INDEX: part_or_place(c, e); return;
    case EXPR_MEMBER:
        if (e->label != NULL) message_value(c, e);
        else part_or_place(c, e);
        return;
    case EXPR_CAST: plain_expr_to(c, e->a, e->type, 0); return;
    case EXPR_COMPOUND: plain_init(c, e->b, e->type, 0, true, e->span); return;
    case EXPR_AWAIT: await(c, e, false); return;
    case EXPR_SPAWN: spawn(c, e); return;
    case EXPR_SIZEOF:
        if (e->is_const) plain_emit(c, I_PUSH, e->span)->v = e->value;
        else plain_refuse(c, "sizeof");
        return;
    case EXPR_ATOM: task_atom(c, e, BUILTIN_NONE, e->a, e->name); return;
    default: plain_refuse(c, "an expression it does not know");
    }
}
