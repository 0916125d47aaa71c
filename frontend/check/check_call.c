/* Calls: of functions, of labels that make message values, of predeclared operations. */
#include "frontend/check/sema.h"

/* ---- futures */

bool check_may_wait(Sema *s, Span at, const char *what) {
    const char *place = sema_region(s, REGION_DEFER_BODY) ? "a 'defer'"
                        : sema_region(s, REGION_ATOMIC)   ? "an 'atomic' block"
                                                          : NULL;
    if (place) sema_report(s, WAITS_INSIDE, at, "%s may not wait, but '%s' does", place, what);
    return !place;
}

static void check_blocking(Sema *s, Expr *expr) {
    const char *text = sema_builtin_text(expr->builtin);
    expr->blocks = true;
    sema_effect(s, expr->at, "waits");
    if (!check_may_wait(s, expr->at, text) || !s->func || s->func->wait_what || s->unevaluated) return;
    s->func->wait_at = expr->at;
    s->func->wait_what = text;
}

/* The future of an async function that nobody will ever run. */
static void check_dropped(Sema *s, Expr *expr) {
    const char *name = expr->symbol                     ? sema_text(s, expr->symbol->name)
                       : expr->builtin != BUILTIN_NONE ? sema_builtin_text(expr->builtin)
                                                        : "this call";
    sema_report(s, NEVER_AWAITED, expr->span,
        "the future of '%s' is never awaited, so nothing runs; write 'await'%s", name,
        expr->builtin == BUILTIN_NONE ? " or 'spawn'" : "");
    check_failed(s, expr);
}

void check_call_future(Sema *s, Expr *expr, const Type *value, const Type *expected, Use use, bool is_operation) {
    bool is_expected = expected && expected->kind == TYPE_FUTURE;
    if (is_operation && !is_expected && use != USE_AWAIT && use != USE_ARM) {
        expr->type = value;
        check_blocking(s, expr);
        return;
    }
    expr->type = types_handle(s->types, TYPE_FUTURE, value);
    expr->makes_future = use != USE_AWAIT;
    sema_effect(s, expr->at, "makes a future");
    if (use == USE_DISCARD) check_dropped(s, expr);
}

/* ---- arguments */

static bool passes_array(Sema *s, Expr *arg, const Type *param, const char *what, bool in_place) {
    const Type *type = check_expr(s, arg, NULL);
    if (type->kind == TYPE_ERROR) return false;
    if (type->kind != TYPE_ARRAY || type->of != param->of) {
        const char *text = sema_type_text(s, param->of);
        sema_report(s, TYPE_MISMATCH, arg->span, "%s has the type '%s', but an array of '%s' is expected", what,
            sema_type_text(s, type), text);
        return false;
    }
    if (type->length && type->length < param->length) {
        sema_report(s, TYPE_MISMATCH, arg->span, "%s has %u elements, but at least %u are expected", what, type->length,
            param->length);
        return false;
    }
    if (!in_place) {
        sema_report(s, ARRAY_ESCAPES, arg->span,
            "an array is passed only to a call that runs at once; %s refers to its caller's", what);
        return false;
    }
    return true;
}

static bool is_const_param(const Symbol *callee, uint32_t index) {
    const Decl *decl = callee->decl;
    if (!decl || index >= decl->nparams) return false;
    const Decl *param = decl->params[index];
    return param->symbol ? param->symbol->is_const : param->is_const;
}

/* The callee may write to the elements. */
static void check_array_argument(
    Sema *s, Expr *arg, const Type *param, const char *what, bool in_place, bool is_const) {
    if (!passes_array(s, arg, param, what, in_place)) return;
    Symbol *root = check_place_root(arg);
    if (!root || is_const) return;
    if (root->is_global && !s->in_property) root->is_written = true;
    if (root->is_global) sema_effect(s, arg->span, "passes on a global array");
    if (root->is_param && s->func && !s->func->array_at.file) s->func->array_at = arg->span;
    if (!root->is_const) return;
    sema_report(
        s, CONST_WRITTEN, arg->span, "'%s' is constant, but %s may be written to", sema_text(s, root->name), what);
    sema_note(s, root->span, "'%s' is declared here", sema_text(s, root->name));
}

static void report_count(Sema *s, const Expr *call, uint32_t wanted, const char *name, Span declared) {
    sema_report(s, ARGUMENT_COUNT, call->at, "'%s' takes %u argument%s, but %u %s given", name, wanted,
        wanted == 1 ? "" : "s", call->nargs, call->nargs == 1 ? "is" : "are");
    if (declared.file) sema_note(s, declared, "'%s' is declared here", name);
}

static const char *argument_text(Sema *s, uint32_t index, Name name) {
    return arena_printf(s->arena, "argument %u of '%s'", index + 1, sema_text(s, name));
}

/* An argument converts to its parameter, or a note shows where that is declared. */
static void check_argument(Sema *s, Expr *arg, const Type *param, const char *what, Name name, Span declared) {
    check_expr(s, arg, param);
    uint32_t errors = diags_errors(s->diags);
    check_conversion(s, arg, param, 0, what);
    if (errors != diags_errors(s->diags)) sema_note(s, declared, "'%s' is declared here", sema_text(s, name));
}

void check_call_arguments(Sema *s, Expr *call, Symbol *callee, CallPlace place) {
    const Type *type = callee->type;
    for (uint32_t i = 0; i < call->nargs; i++) {
        Expr *arg = call->args[i];
        if (type->kind != TYPE_FUNC || i >= type->nparams) {
            check_quietly(s, arg);
        } else if (type->params[i]->kind == TYPE_ARRAY) {
            check_array_argument(
                s, arg, type->params[i], argument_text(s, i, callee->name), place == CALL_IN_PLACE,
                is_const_param(callee, i));
        } else {
            check_argument(s, arg, type->params[i], argument_text(s, i, callee->name), callee->name, callee->span);
            if (place == CALL_STORED) check_receive_leaves(s, arg);
        }
    }
    if (type->kind == TYPE_FUNC && call->nargs != type->nparams)
        report_count(s, call, type->nparams, sema_text(s, callee->name), callee->span);
}

/* ---- functions */

static void note_call(Sema *s, const Expr *expr, Symbol *callee) {
    const char *inside = sema_region(s, REGION_DEFER_BODY) ? "defer" : sema_region(s, REGION_ATOMIC) ? "atomic" : NULL;
    CallSite site = {callee, expr->at, inside};
    if (s->in_property) vec_push(&s->property_calls, site);
    else if (s->func) vec_push(&s->func->calls, site);
}

static bool may_call(Sema *s, Expr *expr, const Symbol *callee) {
    const char *name = sema_text(s, callee->name);
    if (s->in_global || s->in_constant) {
        sema_report(s, NOT_CONSTANT, expr->span, "a call of '%s' is no constant", name);
    } else if (s->in_property && callee->decl && callee->decl->func != FUNC_PLAIN) {
        sema_report(s, SIDE_EFFECT, expr->span, "a property cannot call '%s', which is async", name);
    } else if (callee->name == names_of(s->names, "main")) {
        sema_report(s, MAIN_CALLED, expr->span, "'main' is the program; it cannot be called");
    } else {
        return true;
    }
    return false;
}

static CallPlace place_of(FuncKind kind, Use use) {
    if (kind == FUNC_PLAIN || (kind == FUNC_ASYNC && use == USE_AWAIT)) return CALL_IN_PLACE;
    return kind == FUNC_POLL && (use == USE_AWAIT || use == USE_ARM) ? CALL_AWAITED : CALL_STORED;
}

static void check_function(Sema *s, Expr *expr, Symbol *callee, const Type *expected, Use use) {
    callee->uses++;
    expr->symbol = callee;
    if (expr->a) expr->a->symbol = callee;
    FuncKind kind = callee->decl ? callee->decl->func : FUNC_PLAIN;
    check_call_arguments(s, expr, callee, place_of(kind, use));
    if (callee->type->kind != TYPE_FUNC || !may_call(s, expr, callee)) {
        check_failed(s, expr);
        return;
    }
    note_call(s, expr, callee);
    expr->type = callee->type->of;
    if (kind != FUNC_PLAIN) check_call_future(s, expr, callee->type->of, expected, use, false);
    else if (use == USE_DISCARD && expr->type->kind == TYPE_FUTURE) check_dropped(s, expr);
    if (kind == FUNC_POLL) expr->makes_future = true; /* awaited or not */
}

/* ---- labels: a value of a message */

typedef struct LabelHit {
    const Type *message;
    uint32_t index;
} LabelHit;

static bool find_label(const Type *message, Name name, uint32_t *index) {
    for (uint32_t i = 0; message->kind == TYPE_MESSAGE && i < message->nlabels; i++) {
        if (message->labels[i].name != name) continue;
        *index = i;
        return true;
    }
    return false;
}

static void check_label_value(Sema *s, Expr *expr, LabelHit hit) {
    const Label *label = &hit.message->labels[hit.index];
    expr->label = label;
    expr->label_index = hit.index;
    expr->type = hit.message;
    for (uint32_t i = 0; i < expr->nargs; i++) {
        if (i < label->nfields)
            check_argument(
                s, expr->args[i], label->fields[i].type, argument_text(s, i, label->name), label->name, label->span);
        else check_quietly(s, expr->args[i]);
    }
    if (expr->nargs != label->nfields) report_count(s, expr, label->nfields, sema_text(s, label->name), label->span);
}

/* MESSAGE.label(…) */
static void check_qualified(Sema *s, Expr *expr, Symbol *message) {
    LabelHit hit = {message->type, 0};
    message->uses++;
    if (find_label(message->type, expr->a->name, &hit.index)) {
        check_label_value(s, expr, hit);
        return;
    }
    const char *near = suggest_text(s, suggest_label(s, message->type, expr->a->name));
    const char *text = sema_type_text(s, message->type);
    sema_report(s, NO_LABEL, expr->a->at, "message '%s' has no label '%s'%s", text, sema_text(s, expr->a->name), near);
    for (uint32_t i = 0; i < expr->nargs; i++) check_quietly(s, expr->args[i]);
    check_failed(s, expr);
}

static uint32_t count_labels(const Sema *s, Name name, LabelHit *hit) {
    uint32_t count = 0, index = 0;
    for (uint32_t i = 0; i < s->messages.n; i++) {
        if (!find_label(s->messages.data[i], name, &index)) continue;
        if (count++ == 0) *hit = (LabelHit){s->messages.data[i], index};
    }
    return count;
}

static void refuse_ambiguous(Sema *s, Expr *expr, Name name) {
    const char *text = sema_text(s, name);
    sema_report(s, LABEL_AMBIGUOUS, expr->at, "several messages have a label '%s'; write MESSAGE.%s(...)", text, text);
    uint32_t index = 0;
    for (uint32_t i = 0; i < s->messages.n; i++)
        if (find_label(s->messages.data[i], name, &index))
            sema_note(
                s, s->messages.data[i]->labels[index].span, "one is in '%s'", sema_type_text(s, s->messages.data[i]));
    for (uint32_t i = 0; i < expr->nargs; i++) check_quietly(s, expr->args[i]);
    check_failed(s, expr);
}

/* ---- what a called name means */

static void refuse_call(Sema *s, Expr *expr, const Symbol *symbol) {
    for (uint32_t i = 0; i < expr->nargs; i++) check_quietly(s, expr->args[i]);
    if (!symbol) {
        if (expr->a && expr->a->kind != EXPR_ERROR)
            sema_report(s, NOT_CALLABLE, expr->a->span, "only a function is called, by its name");
    } else if (symbol->type->kind != TYPE_ERROR) {
        const char *name = sema_text(s, symbol->name);
        sema_report(s, NOT_CALLABLE, expr->at, "'%s' is no function", name);
        sema_note(s, symbol->span, "'%s' is declared here", name);
    }
    check_failed(s, expr);
}

static void check_unknown(Sema *s, Expr *expr, const Type *expected) {
    for (uint32_t i = 0; i < expr->nargs; i++) check_quietly(s, expr->args[i]);
    if (expected && expected->kind == TYPE_MESSAGE && suggest_label(s, expected, expr->a->name)) {
        const char *near = suggest_text(s, suggest_label(s, expected, expr->a->name));
        const char *name = sema_text(s, expr->a->name);
        sema_report(s, NO_LABEL, expr->at, "message '%s' has no label '%s'%s", sema_type_text(s, expected), name, near);
    } else {
        check_name_undeclared(s, expr->a, SUGGEST_CALL);
    }
    check_failed(s, expr);
}

/* The program's functions come first, then labels of the message expected, operations, labels of any message. */
static void check_named(Sema *s, Expr *expr, const Type *expected, Use use) {
    Name name = expr->a->name;
    Symbol *symbol = scopes_find(&s->scopes, SCOPE_NAMES, name);
    Builtin builtin = symbol ? BUILTIN_NONE : sema_builtin(s, name);
    LabelHit hit = {expected, 0};
    bool is_expected = expected && find_label(expected, name, &hit.index);
    if (symbol && symbol->kind == SYMBOL_FUNC) check_function(s, expr, symbol, expected, use);
    else if (is_expected) check_label_value(s, expr, hit);
    else if (builtin != BUILTIN_NONE) check_op(s, expr, builtin, expected, use);
    else {
        uint32_t count = count_labels(s, name, &hit);
        if (count == 1) check_label_value(s, expr, hit);
        else if (count > 1) refuse_ambiguous(s, expr, name);
        else if (symbol) refuse_call(s, expr, symbol);
        else check_unknown(s, expr, expected);
    }
}

void check_call(Sema *s, Expr *expr, const Type *expected, Use use) {
    Symbol *message = expr->a && expr->a->kind == EXPR_MEMBER ? check_name_message(s, expr->a->a) : NULL;
    if (message) check_qualified(s, expr, message);
    else if (expr->a && expr->a->kind == EXPR_NAME) check_named(s, expr, expected, use);
    else {
        if (expr->a) check_quietly(s, expr->a);
        refuse_call(s, expr, NULL);
    }
    if (expr->a && !expr->a->type) expr->a->type = sema_void(s);
}
