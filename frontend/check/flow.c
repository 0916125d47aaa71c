/* Which statements control can leave at their end; dead code and missing returns follow. */
#include "frontend/check/sema.h"

typedef struct Flow {
    Sema *s;
    VEC(const Stmt *) broken;  /* loops, switches and selects that a reachable break leaves */
    VEC(const Stmt *) targets; /* labels that some goto names */
} Flow;

static bool completes(Flow *flow, Stmt *stmt, bool is_reached);

static bool contains(const Stmt *const *data, uint32_t n, const Stmt *stmt) {
    for (uint32_t i = n; i-- > 0;)
        if (data[i] == stmt) return true;
    return false;
}

/* Breaks of nested statements come after their own, so the list is a stack. */
static bool take_break(Flow *flow, const Stmt *stmt) {
    bool is_broken = contains(flow->broken.data, flow->broken.n, stmt);
    while (flow->broken.n && vec_last(&flow->broken) == stmt) (void)vec_pop(&flow->broken);
    return is_broken;
}

static void note_break(Flow *flow, const Stmt *stmt) {
    if (stmt->target && (flow->broken.n == 0 || vec_last(&flow->broken) != stmt->target))
        vec_push(&flow->broken, stmt->target);
}

/* ---- statements in a row */

static bool is_target(const Flow *flow, const Stmt *stmt) {
    return stmt->kind == STMT_LABEL && contains(flow->targets.data, flow->targets.n, stmt);
}

/* Some goto leads into it. */
static bool holds_entry(const Flow *flow, const Stmt *stmt);

static bool items_hold_entry(const Flow *flow, Stmt *const *items, uint32_t nitems) {
    for (uint32_t i = 0; i < nitems; i++)
        if (holds_entry(flow, items[i])) return true;
    return false;
}

static bool holds_entry(const Flow *flow, const Stmt *stmt) {
    if (!stmt || flow->targets.n == 0) return false;
    if (is_target(flow, stmt) || holds_entry(flow, stmt->body) || holds_entry(flow, stmt->other)) return true;
    for (uint32_t i = 0; i < stmt->narms; i++)
        if (items_hold_entry(flow, stmt->arms[i].body, stmt->arms[i].nbody)) return true;
    return items_hold_entry(flow, stmt->items, stmt->nitems);
}

/* What is written after a statement that never ends to please C, or nothing at all. */
static bool is_harmless(const Stmt *stmt) {
    return stmt->kind == STMT_EMPTY || stmt->kind == STMT_BREAK || stmt->kind == STMT_RETURN || stmt->kind == STMT_DECL;
}

static bool row_completes(Flow *flow, Stmt **items, uint32_t nitems, bool is_reached) {
    bool is_live = is_reached, is_warned = !is_reached;
    for (uint32_t i = 0; i < nitems; i++) {
        if (!is_live && !is_warned && !is_harmless(items[i]) && !holds_entry(flow, items[i])) {
            sema_report(flow->s, UNREACHABLE_CODE, items[i]->span, "this code is never reached");
            is_warned = true;
        }
        is_live = completes(flow, items[i], is_live);
        if (is_live) is_warned = false;
    }
    return is_live;
}

/* ---- each kind */

static bool is_true(const Expr *expr) { return !expr || (expr->is_const && expr->value != 0); }
static bool is_false(const Expr *expr) { return expr && expr->is_const && expr->value == 0; }

/* unreachable(), assert(0), assume(false) */
static bool expr_completes(const Expr *expr) {
    if (!expr || expr->kind != EXPR_CALL) return true;
    if (expr->builtin == BUILTIN_UNREACHABLE) return false;
    bool is_check = expr->builtin == BUILTIN_ASSERT || expr->builtin == BUILTIN_ASSUME;
    return !(is_check && expr->nargs == 1 && is_false(expr->args[0]));
}

static bool loop_completes(Flow *flow, Stmt *stmt, bool is_reached) {
    bool is_do = stmt->kind == STMT_DO;
    completes(flow, stmt->body, is_reached && (is_do || !is_false(stmt->expr)));
    bool is_broken = take_break(flow, stmt);
    return is_reached && (is_broken || !is_true(stmt->expr));
}

static bool if_completes(Flow *flow, Stmt *stmt, bool is_reached) {
    bool then = completes(flow, stmt->body, is_reached && !is_false(stmt->expr));
    bool other = is_reached && !is_true(stmt->expr);
    if (stmt->other) other = completes(flow, stmt->other, other);
    return then || other;
}

static bool is_exhaustive(const Stmt *stmt) {
    if (stmt->expr && stmt->expr->type->kind == TYPE_MESSAGE) return true; /* checked, or it has a default */
    for (uint32_t i = 0; i < stmt->nitems; i++)
        for (const Stmt *item = stmt->items[i]; item && (item->kind == STMT_CASE || item->kind == STMT_DEFAULT);
             item = item->body)
            if (item->kind == STMT_DEFAULT) return true;
    return false;
}

static bool switch_completes(Flow *flow, Stmt *stmt, bool is_reached) {
    bool last = false;
    for (uint32_t i = 0; i < stmt->nitems; i++) {
        bool is_case = stmt->items[i]->kind == STMT_CASE || stmt->items[i]->kind == STMT_DEFAULT;
        if (!is_case && !last && i > 0 && is_reached && !is_harmless(stmt->items[i]) &&
            !holds_entry(flow, stmt->items[i])) {
            bool was_case_end = !stmt->items[i - 1]->never_completes;
            if (!was_case_end)
                sema_report(flow->s, UNREACHABLE_CODE, stmt->items[i]->span, "this code is never reached");
        }
        last = completes(flow, stmt->items[i], is_case ? is_reached : last);
    }
    bool is_broken = take_break(flow, stmt);
    return is_reached && (last || is_broken || !is_exhaustive(stmt));
}

static bool select_completes(Flow *flow, Stmt *stmt, bool is_reached) {
    bool any = false;
    for (uint32_t i = 0; i < stmt->narms; i++) {
        bool arm = row_completes(flow, stmt->arms[i].body, stmt->arms[i].nbody, is_reached);
        any = any || arm;
    }
    return take_break(flow, stmt) || any;
}

static bool label_completes(Flow *flow, Stmt *stmt, bool is_reached) {
    is_reached = is_reached || is_target(flow, stmt);
    return stmt->body ? completes(flow, stmt->body, is_reached) : is_reached;
}

static bool kind_completes(Flow *flow, Stmt *stmt, bool is_reached) {
    switch (stmt->kind) {
    case STMT_BLOCK:
    case STMT_SCOPE:
    case STMT_ATOMIC: return row_completes(flow, stmt->items, stmt->nitems, is_reached);
    case STMT_IF: return if_completes(flow, stmt, is_reached);
    case STMT_WHILE:
    case STMT_DO:
    case STMT_FOR: return loop_completes(flow, stmt, is_reached);
    case STMT_SWITCH: return switch_completes(flow, stmt, is_reached);
    case STMT_SELECT: return select_completes(flow, stmt, is_reached);
    case STMT_CASE:
    case STMT_DEFAULT: return stmt->body ? completes(flow, stmt->body, is_reached) : is_reached;
    case STMT_LABEL: return label_completes(flow, stmt, is_reached);
    case STMT_EXPR: return is_reached && expr_completes(stmt->expr);
    case STMT_BREAK:
        if (is_reached) note_break(flow, stmt);
        return false;
    case STMT_GOTO:
    case STMT_CONTINUE:
    case STMT_RETURN: return false;
    case STMT_DEFER:
        if (stmt->body) completes(flow, stmt->body, is_reached);
        return is_reached;
    default: return is_reached;
    }
}

static bool completes(Flow *flow, Stmt *stmt, bool is_reached) {
    bool result = kind_completes(flow, stmt, is_reached || holds_entry(flow, stmt));
    stmt->never_completes = !result;
    return result;
}

/* ---- a function */

static void find_targets(Flow *flow) {
    const FuncInfo *info = flow->s->func;
    for (uint32_t i = 0; i < info->gotos.n; i++)
        if (info->gotos.data[i].stmt->target) vec_push(&flow->targets, info->gotos.data[i].stmt->target);
}

void flow_check(Sema *s, const Decl *decl) {
    Flow flow = {.s = s};
    find_targets(&flow);
    if (diags_errors(s->diags) != s->func_errors) s->quiet++;
    bool ends = completes(&flow, decl->body, true);
    if (decl->drop) (void)completes(&flow, decl->drop, true);
    const Type *result = decl->type->of;
    bool is_main = decl->name == names_of(s->names, "main");
    Span brace = {decl->body->span.file, decl->body->span.end - 1, decl->body->span.end};
    if (ends && decl->func == FUNC_POLL) {
        sema_report(s, MISSING_RETURN, brace, "'%s' is neither pending nor ready when control reaches its end",
            sema_text(s, decl->name));
    } else if (ends && !is_main && result->kind != TYPE_VOID && result->kind != TYPE_ERROR) {
        sema_report(s, MISSING_RETURN, brace, "'%s' returns '%s', but control can reach its end",
            sema_text(s, decl->name), sema_type_text(s, result));
    }
    if (diags_errors(s->diags) != s->func_errors) s->quiet--;
    vec_fini(&flow.broken);
    vec_fini(&flow.targets);
}
