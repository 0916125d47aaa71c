/* A stored receive fills a variable of the function that made it, so it must not leave for another task or stored call.
 */
#include "frontend/check/sema.h"

static bool holds_bool_future(const Type *type) {
    if (type->kind == TYPE_FUTURE) return type->of->kind == TYPE_BOOL; /* what a receive is */
    if (type->kind == TYPE_ARRAY) return holds_bool_future(type->of);
    for (uint32_t i = 0; type->kind == TYPE_STRUCT && i < type->nfields; i++)
        if (holds_bool_future(type->fields[i].type)) return true;
    return false;
}

static void add_flow(Sema *s, const Symbol *from, const Symbol *to, Span at) {
    vec_push(&s->receives, (ReceiveFlow){from, to, at});
}

/* A plain function hands on what it was given or made; one that is not checked yet may do so. */
static bool may_return_receive(Sema *s, const Symbol *callee) {
    if (!callee || !callee->decl || callee->decl->func != FUNC_PLAIN) return false;
    return !callee->decl->body || sema_info(s, callee)->returns_receive;
}

/* Every receive or variable that the value may come from flows to `to`. */
static void add_sources(Sema *s, const Expr *value, const Symbol *to, Span at) {
    if (!value || !value->type || !holds_bool_future(value->type)) return;
    const Symbol *root = check_place_root(value);
    if (root) {
        add_flow(s, root, to, at);
        return;
    }
    switch (value->kind) {
    case EXPR_CALL:
        if (value->builtin == BUILTIN_RECV || may_return_receive(s, value->symbol)) add_flow(s, NULL, to, at);
        break;
    case EXPR_COND:
        add_sources(s, value->b, to, at);
        add_sources(s, value->c, to, at);
        break;
    case EXPR_COMMA:
    case EXPR_ASSIGN:
    case EXPR_COMPOUND: add_sources(s, value->b, to, at); break;
    case EXPR_CAST: add_sources(s, value->a, to, at); break;
    case EXPR_INIT:
        for (uint32_t i = 0; i < value->nitems; i++) add_sources(s, value->items[i].value, to, at);
        break;
    default: break;
    }
}

void check_receive_stored(Sema *s, const Symbol *root, const Expr *value) {
    if (root && s->func) add_sources(s, value, root, value->span);
}

void check_receive_leaves(Sema *s, const Expr *value) {
    if (s->func) add_sources(s, value, NULL, value->span);
}

void check_receive_returned(Sema *s, const Expr *value) {
    if (s->func_decl->func != FUNC_PLAIN) check_receive_leaves(s, value);
    else if (value->type && holds_bool_future(value->type)) s->func->returns_receive = true;
}

static bool is_receive(const Sema *s, const Symbol *symbol) {
    return !symbol || symbol->is_param || (symbol->id < s->holds_receive.n && s->holds_receive.data[symbol->id]);
}

static bool spread(Sema *s, const ReceiveFlow *flow) {
    if (!flow->to || !is_receive(s, flow->from) || is_receive(s, flow->to)) return false;
    if (flow->to->id >= s->holds_receive.n) vec_resize(&s->holds_receive, flow->to->id + 1);
    s->holds_receive.data[flow->to->id] = true;
    return true;
}

void check_receive_resolve(Sema *s) {
    for (bool is_changed = true; is_changed;) {
        is_changed = false;
        for (uint32_t i = 0; i < s->receives.n; i++) is_changed = spread(s, &s->receives.data[i]) || is_changed;
    }
    uint32_t reported = UINT32_MAX; /* where the last report began: one for each place */
    for (uint32_t i = 0; i < s->receives.n; i++) {
        const ReceiveFlow *flow = &s->receives.data[i];
        if (flow->to || !is_receive(s, flow->from) || flow->at.begin == reported) continue;
        reported = flow->at.begin;
        sema_report(s, STORED_DESTINATION, flow->at,
            "this future may be a receive into a variable of this function: it cannot go to a task or a stored call");
    }
    vec_clear(&s->receives);
}
