#include "session/expand.h"

#include "model/support/vec.h"

#include <string.h>

typedef struct Loop {
    Name name;
    GlobalType *rec;
} Loop;

typedef struct Expand {
    const Protocols *protocols;
    Arena *arena;
    const Template *template;
    Diags *diags;
    Protocol *protocol;
    uint32_t *first;   /* per parameter: its first role */
    VEC(Bound) bounds; /* numbers and indices, innermost last */
    VEC(Loop) loops;   /* enclosing ones */
    uint32_t elements;
    bool failed;
} Expand;

#define mistake(expand, span, ...)                                                                                     \
    ((expand)->failed = true, diags_add((expand)->diags, DIAG_PROTOCOL, (span), __VA_ARGS__))

static const char *text_of(const Expand *expand, Name name) { return names_text(expand->protocols->names, name); }

/* ---- numbers */

/* In 64 bits; false: it has no value. */
static bool operate(ProtocolOp op, int64_t a, int64_t b, int64_t *value) {
    switch (op) {
    case PROTOCOL_ADD: return !__builtin_add_overflow(a, b, value);
    case PROTOCOL_SUB: return !__builtin_sub_overflow(a, b, value);
    case PROTOCOL_MUL: return !__builtin_mul_overflow(a, b, value);
    case PROTOCOL_DIV: return b && !(a == INT64_MIN && b == -1) ? *value = a / b, true : false;
    case PROTOCOL_REM: return b && !(a == INT64_MIN && b == -1) ? *value = a % b, true : false;
    case PROTOCOL_SHL: return a >= 0 && b >= 0 && b < 62 && a >> (62 - b) == 0 ? *value = a << b, true : false;
    case PROTOCOL_SHR: return b >= 0 && b < 64 ? *value = a >> b, true : false;
    case PROTOCOL_BAND: return *value = a & b, true;
    case PROTOCOL_BOR: return *value = a | b, true;
    case PROTOCOL_BXOR: return *value = a ^ b, true;
    case PROTOCOL_EQ: return *value = a == b, true;
    case PROTOCOL_NE: return *value = a != b, true;
    case PROTOCOL_LT: return *value = a < b, true;
    case PROTOCOL_LE: return *value = a <= b, true;
    case PROTOCOL_GT: return *value = a > b, true;
    case PROTOCOL_GE: return *value = a >= b, true;
    case PROTOCOL_NEGATE: return !__builtin_sub_overflow((int64_t)0, a, value);
    case PROTOCOL_NOT: return *value = !a, true;
    case PROTOCOL_FLIP: return *value = ~a, true;
    case PROTOCOL_NUMBER:
    case PROTOCOL_NAME:
    case PROTOCOL_MEMBER:
    case PROTOCOL_SLICE:
    case PROTOCOL_AND:
    case PROTOCOL_OR:
    case PROTOCOL_COND: break;
    }
    return false;
}

static bool find_bound(const Expand *expand, Name name, int64_t *value) {
    for (uint32_t i = expand->bounds.n; i-- > 0;) {
        if (expand->bounds.data[i].name != name) continue;
        *value = expand->bounds.data[i].value;
        return true;
    }
    return templates_value(expand->protocols->templates, name, value);
}

static int64_t number(Expand *expand, const ProtocolExpr *expr);

static int64_t number_of_name(Expand *expand, const ProtocolExpr *expr) {
    int64_t value = 0;
    if (find_bound(expand, expr->name, &value) || expand->failed) return value;
    mistake(expand, expr->span,
        "'%s' has no value here: a number of the protocol, the variable of a loop or a `param` has one",
        text_of(expand, expr->name));
    return 0;
}

static int64_t number(Expand *expand, const ProtocolExpr *expr) {
    int64_t value = 0;
    if (expand->failed) return 0;
    switch (expr->op) {
    case PROTOCOL_NUMBER: return expr->value;
    case PROTOCOL_NAME: return number_of_name(expand, expr);
    case PROTOCOL_AND: return number(expand, expr->a) && number(expand, expr->b);
    case PROTOCOL_OR: return number(expand, expr->a) || number(expand, expr->b);
    case PROTOCOL_COND: return number(expand, number(expand, expr->a) ? expr->b : expr->c);
    case PROTOCOL_MEMBER:
    case PROTOCOL_SLICE: mistake(expand, expr->span, "a role has no place in a number"); return 0;
    default: break;
    }
    int64_t a = number(expand, expr->a), b = expr->b ? number(expand, expr->b) : 0;
    if (!expand->failed && !operate(expr->op, a, b, &value))
        mistake(expand, expr->span, "this has no value: a division by zero, a shift out of range or an overflow");
    return value;
}

/* ---- roles */

static uint32_t param_index(const Expand *expand, Name name) {
    uint32_t i = 0;
    while (i < expand->template->nparams && expand->template->params[i].name != name) i++;
    return i;
}

static uint32_t family_size(const Expand *expand, uint32_t param) {
    return expand->first[param + 1] - expand->first[param];
}

static uint32_t member(Expand *expand, Name name, const ProtocolExpr *index, Span span) {
    uint32_t param = param_index(expand, name);
    if (!index || expand->failed) return expand->first[param];
    int64_t i = number(expand, index);
    if (expand->failed) return 0;
    if (i >= 0 && i < family_size(expand, param)) return expand->first[param] + (uint32_t)i;
    const char *text = text_of(expand, name);
    mistake(expand, span, "'%s' has the members %s[0] to %s[%u], not %s[%lld]", text, text, text,
        family_size(expand, param) - 1u, text, (long long)i);
    return 0;
}

static uint32_t role_of(Expand *expand, const RoleRef *ref) { return member(expand, ref->name, ref->index, ref->span); }

static void add_role(Expand *expand, const SyntaxParam *param, uint32_t index) {
    Protocol *protocol = expand->protocol;
    Role role = {.name = param->name, .span = param->span, .is_unreliable = param->is_unreliable};
    if (param->size) {
        role.name = names_of(
            expand->protocols->names, arena_printf(expand->arena, "%s[%u]", text_of(expand, param->name), index));
        role.family = param->name;
        role.index = index;
    }
    protocol->roles[protocol->nroles++] = role;
}

/* How many roles the parameter stands for. */
static uint32_t role_count(Expand *expand, const SyntaxParam *param) {
    if (!param->is_role) return 0;
    int64_t size = param->size ? number(expand, param->size) : 1;
    if (expand->failed) return 0;
    if (size >= 1 && size <= PROTOCOL_MAX_ROLES) return (uint32_t)size;
    mistake(expand, param->span, "a family of %lld roles: it must have 1 to %d", (long long)size, PROTOCOL_MAX_ROLES);
    return 0;
}

static void expand_params(Expand *expand, const int64_t *values) {
    const Template *template = expand->template;
    uint32_t n = 0;
    for (uint32_t i = 0; i < template->nparams; i++) {
        const SyntaxParam *param = &template->params[i];
        if (!param->is_role) vec_push(&expand->bounds, (Bound){param->name, *values++});
        expand->first[i] = n;
        n += role_count(expand, param);
        if (n > PROTOCOL_MAX_ROLES && !expand->failed)
            mistake(expand, expand->template->at, "more than %d roles", PROTOCOL_MAX_ROLES);
        if (expand->failed) return;
    }
    expand->first[template->nparams] = n;
    expand->protocol->roles = ARENA_ARRAY(expand->arena, Role, n + 1u);
    for (uint32_t i = 0; i < template->nparams; i++)
        for (uint32_t k = 0; k < family_size(expand, i); k++) add_role(expand, &template->params[i], k);
}

/* ---- conditions: the numbers in them are put in, the names of payloads stay */

static const ProtocolExpr *condition(Expand *expand, const ProtocolExpr *expr) {
    if (!expr || expand->failed) return NULL;
    ProtocolExpr copy = *expr;
    if (expr->op == PROTOCOL_MEMBER || expr->op == PROTOCOL_SLICE)
        mistake(expand, expr->span, "a role has no place in a condition");
    if (expr->op == PROTOCOL_NAME && find_bound(expand, expr->name, &copy.value)) copy.op = PROTOCOL_NUMBER;
    copy.a = condition(expand, expr->a);
    copy.b = condition(expand, expr->b);
    copy.c = condition(expand, expr->c);
    return arena_copy(expand->arena, &copy, sizeof copy);
}

static const ProtocolLet *lets(Expand *expand, const Syntax *syntax) {
    ProtocolLet *all = ARENA_ARRAY(expand->arena, ProtocolLet, syntax->nlets + 1u);
    for (uint32_t i = 0; i < syntax->nlets; i++)
        all[i] = (ProtocolLet){syntax->lets[i].name, syntax->lets[i].span, condition(expand, syntax->lets[i].value)};
    return all;
}

/* ---- elements */

static GlobalType *block(Expand *expand, const Syntax *syntax);

static GlobalType *element(Expand *expand, const Syntax *syntax, GlobalKind kind) {
    GlobalType *global = ARENA_NEW(expand->arena, GlobalType);
    *global = (GlobalType){.kind = kind, .span = syntax->span, .at = syntax->at, .name = syntax->name};
    return global;
}

static bool is_within_limit(Expand *expand, Span at) {
    if (expand->elements++ < PROTOCOL_MAX_ELEMENTS) return true;
    if (!expand->failed) mistake(expand, at, "the protocol has more than %d elements", PROTOCOL_MAX_ELEMENTS);
    return false;
}

static GlobalType *message(Expand *expand, const Syntax *syntax) {
    GlobalType *global = element(expand, syntax, GLOBAL_MESSAGE);
    int64_t value;
    global->from = role_of(expand, &syntax->from);
    global->to = role_of(expand, &syntax->to);
    global->message = syntax->message;
    global->is_crash = syntax->kind == SYNTAX_CRASH;
    global->payloads = syntax->payloads;
    global->npayloads = syntax->npayloads;
    global->where = condition(expand, syntax->where);
    global->lets = lets(expand, syntax);
    global->nlets = syntax->nlets;
    if (syntax->window.low)
        global->window = (ProtocolWindow){
            true, number(expand, syntax->window.low), number(expand, syntax->window.high), syntax->window.span};
    for (uint32_t i = 0; i < syntax->npayloads; i++)
        if (syntax->payloads[i].name && find_bound(expand, syntax->payloads[i].name, &value))
            mistake(expand, syntax->payloads[i].span, "'%s' is a number of the protocol already",
                text_of(expand, syntax->payloads[i].name));
    if (!expand->failed && global->from == global->to)
        mistake(
            expand, syntax->span, "'%s' sends to itself", text_of(expand, expand->protocol->roles[global->from].name));
    return global;
}

/* ---- loops over indices: `each` is called once for every round */

typedef void (*Round)(Expand *expand, const Syntax *body, void *data);

static void each_round(Expand *expand, const SyntaxFor *loop, const Syntax *body, Round each, void *data) {
    uint32_t at = expand->bounds.n;
    vec_push(&expand->bounds, (Bound){loop->index, number(expand, loop->first)});
    while (
        !expand->failed && number(expand, loop->condition) && !expand->failed && is_within_limit(expand, loop->span)) {
        each(expand, body, data);
        if (expand->failed) break;
        int64_t by = number(expand, loop->by), next = 0;
        if (!expand->failed && !operate(loop->step, expand->bounds.data[at].value, by, &next))
            mistake(expand, loop->span, "the loop's variable has no next value");
        expand->bounds.data[at].value = next;
    }
    expand->bounds.n = at;
}

typedef VEC(GlobalType *) Blocks;

static void add_block(Expand *expand, const Syntax *body, void *data) {
    Blocks *blocks = data;
    vec_push(blocks, block(expand, body));
}

static GlobalType *branching(Expand *expand, const Syntax *syntax, GlobalKind kind) {
    GlobalType *global = element(expand, syntax, kind);
    Blocks arms = {0};
    if (kind == GLOBAL_CHOICE) global->from = role_of(expand, &syntax->from);
    for (uint32_t i = 0; i < syntax->narms && !expand->failed; i++) {
        if (syntax->arms[i].family) each_round(expand, syntax->arms[i].family, syntax->arms[i].body, add_block, &arms);
        else add_block(expand, syntax->arms[i].body, &arms);
    }
    if (!arms.n && !expand->failed) mistake(expand, syntax->at, "there is no arm: the loop over them has no round");
    if (arms.n) global->arms = arena_copy(expand->arena, arms.data, sizeof *arms.data * arms.n);
    global->narms = arms.n;
    vec_fini(&arms);
    return global;
}

static GlobalType *recursion(Expand *expand, const Syntax *syntax) {
    GlobalType *global = element(expand, syntax, GLOBAL_REC);
    vec_push(&expand->loops, (Loop){syntax->name, global});
    GlobalType *body = block(expand, syntax->arms[0].body);
    (void)vec_pop(&expand->loops);
    global->arms = arena_copy(expand->arena, &body, sizeof(GlobalType *));
    global->narms = 1;
    return global;
}

static GlobalType *jump(Expand *expand, const Syntax *syntax) {
    GlobalType *global = element(expand, syntax, GLOBAL_CONTINUE);
    for (uint32_t i = expand->loops.n; i-- > 0 && !global->target;)
        if (expand->loops.data[i].name == syntax->name) global->target = expand->loops.data[i].rec;
    return global;
}

/* ---- calls */

typedef VEC(uint32_t) RoleList;

static CallArg family_arg(Expand *expand, const ProtocolExpr *expr, uint32_t param, RoleList *roles) {
    int64_t from = 0, to = family_size(expand, param);
    if (expr->op == PROTOCOL_SLICE) {
        int64_t size = to;
        from = number(expand, expr->a);
        to = number(expand, expr->b);
        if (!expand->failed && (from < 0 || to > size || from >= to))
            mistake(expand, expr->span, "'%s' has %lld members: [%lld : %lld] is no part of it",
                text_of(expand, expr->name), (long long)size, (long long)from, (long long)to);
    }
    if (expand->failed) return (CallArg){0};
    for (int64_t i = from; i < to; i++) vec_push(roles, expand->first[param] + (uint32_t)i);
    return (CallArg){.span = expr->span, .is_family = true, .n = (uint32_t)(to - from)};
}

static CallArg call_arg(Expand *expand, const ProtocolExpr *expr, RoleList *roles) {
    int64_t value;
    bool is_named = expr->op == PROTOCOL_NAME || expr->op == PROTOCOL_MEMBER || expr->op == PROTOCOL_SLICE;
    uint32_t param = is_named ? param_index(expand, expr->name) : expand->template->nparams;
    bool is_role = param < expand->template->nparams && expand->template->params[param].is_role;
    if (!is_role && is_named && !(expr->op == PROTOCOL_NAME && find_bound(expand, expr->name, &value))) {
        mistake(expand, expr->span, "the protocol has no role '%s'", text_of(expand, expr->name));
        return (CallArg){0};
    }
    if (!is_role) return (CallArg){.span = expr->span, .is_number = true, .value = number(expand, expr)};
    bool is_family = expand->template->params[param].size;
    if (!is_family && expr->op != PROTOCOL_NAME)
        mistake(expand, expr->span, "'%s' is one role, not a family", text_of(expand, expr->name));
    if (expand->failed) return (CallArg){0};
    if (is_family && expr->op != PROTOCOL_MEMBER) return family_arg(expand, expr, param, roles);
    vec_push(roles, member(expand, expr->name, expr->a, expr->span));
    return (CallArg){.span = expr->span, .n = 1};
}

static void refuse_twice(Expand *expand, const RoleList *roles, uint32_t from, Span span) {
    for (uint32_t i = from; i < roles->n && !expand->failed; i++)
        for (uint32_t k = 0; k < i; k++)
            if (roles->data[k] == roles->data[i])
                mistake(expand, span, "'%s' is passed twice",
                    text_of(expand, expand->protocol->roles[roles->data[i]].name));
}

static GlobalType *call(Expand *expand, const Syntax *syntax) {
    GlobalType *global = element(expand, syntax, GLOBAL_DO);
    CallArg *groups = ARENA_ARRAY(expand->arena, CallArg, syntax->nargs + 1u);
    RoleList roles = {0};
    for (uint32_t i = 0; i < syntax->nargs && !expand->failed; i++) {
        uint32_t before = roles.n;
        groups[i] = call_arg(expand, syntax->args[i], &roles);
        refuse_twice(expand, &roles, before, syntax->args[i]->span);
    }
    global->groups = groups;
    global->ngroups = syntax->nargs;
    if (roles.n) global->args = arena_copy(expand->arena, roles.data, sizeof *roles.data * roles.n);
    global->nargs = roles.n;
    vec_fini(&roles);
    return global;
}

/* ---- blocks */

/* The block that is being made: where the next element goes. */
typedef struct Tail {
    GlobalType **at;
} Tail;

static void append(Expand *expand, const Syntax *syntax, void *data);

static void append_one(Expand *expand, const Syntax *syntax, Tail *tail) {
    GlobalType *global = NULL;
    switch (syntax->kind) {
    case SYNTAX_MESSAGE:
    case SYNTAX_CRASH: global = message(expand, syntax); break;
    case SYNTAX_CHOICE: global = branching(expand, syntax, GLOBAL_CHOICE); break;
    case SYNTAX_PAR: global = branching(expand, syntax, GLOBAL_PAR); break;
    case SYNTAX_REC: global = recursion(expand, syntax); break;
    case SYNTAX_CONTINUE: global = jump(expand, syntax); break;
    case SYNTAX_DO: global = call(expand, syntax); break;
    case SYNTAX_FOR: each_round(expand, syntax->arms[0].family, syntax->arms[0].body, append, tail); return;
    case SYNTAX_IF: append(expand, syntax->arms[number(expand, syntax->where) ? 0 : 1].body, tail); return;
    }
    *tail->at = global;
    tail->at = &global->next;
}

static void append(Expand *expand, const Syntax *syntax, void *data) {
    for (; syntax && !expand->failed; syntax = syntax->next)
        if (is_within_limit(expand, syntax->span)) append_one(expand, syntax, data);
}

static GlobalType *block(Expand *expand, const Syntax *syntax) {
    GlobalType *first = NULL;
    Tail tail = {&first};
    append(expand, syntax, &tail);
    return first;
}

/* ---- */

Protocol *expand_template(
    const Protocols *protocols, Arena *arena, const Template *template, const int64_t *values, Diags *diags) {
    Expand expand = {.protocols = protocols, .arena = arena, .template = template, .diags = diags};
    expand.first = ARENA_ARRAY(arena, uint32_t, template->nparams + 1u);
    expand.protocol = ARENA_NEW(arena, Protocol);
    *expand.protocol = (Protocol){.name = template->name, .span = template->span, .at = template->at};
    expand_params(&expand, values);
    if (!expand.failed) expand.protocol->body = block(&expand, template->body);
    vec_fini(&expand.bounds);
    vec_fini(&expand.loops);
    return expand.failed ? NULL : expand.protocol;
}

bool expand_number(const Protocols *protocols, const Template *template, const int64_t *values, uint32_t n,
    const ProtocolExpr *expr, int64_t *value, Diags *diags) {
    Expand expand = {.protocols = protocols, .template = template, .diags = diags};
    for (uint32_t i = 0, k = 0; i < template->nparams && k < n; i++)
        if (!template->params[i].is_role) vec_push(&expand.bounds, (Bound){template->params[i].name, values[k++]});
    *value = number(&expand, expr);
    vec_fini(&expand.bounds);
    return !expand.failed;
}
