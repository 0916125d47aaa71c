/* Names in expressions. */
#include "frontend/check/sema.h"

enum { MAX_REPORTED = 100 }; /* names remembered in one function, so as to report each once */

static bool is_reported(Sema *s, Name name) {
    for (uint32_t i = 0; i < s->reported.n; i++)
        if (s->reported.data[i] == name) return true;
    if (!s->quiet && s->reported.n < MAX_REPORTED) vec_push(&s->reported, name);
    return false;
}

/* What C's order of declarations hides: the name is declared further down. */
static const Decl *declared_later(const Sema *s, Name name) {
    for (uint32_t i = 0; i < s->tree->ndecls; i++) {
        const Decl *decl = s->tree->decls[i];
        if (decl->name == name && decl->kind != DECL_PROPERTY) return decl;
    }
    return NULL;
}

void check_name_undeclared(Sema *s, Expr *expr, SuggestWhat what) {
    check_failed(s, expr);
    if (expr->name == 0 || is_reported(s, expr->name)) return;
    const Decl *later = declared_later(s, expr->name);
    const char *near = later ? "" : suggest_text(s, suggest_name(s, expr->name, what));
    const char *verb = later ? "used before its declaration" : "not declared";
    sema_report(s, UNDECLARED, expr->at, "'%s' is %s%s", sema_text(s, expr->name), verb, near);
    if (later) sema_note(s, later->at, "it is declared here; as in C, a declaration stands before its uses");
}

static const Label *find_label(const Sema *s, Name name) {
    for (uint32_t i = 0; i < s->messages.n; i++)
        for (uint32_t k = 0; k < s->messages.data[i]->nlabels; k++)
            if (s->messages.data[i]->labels[k].name == name) return &s->messages.data[i]->labels[k];
    return NULL;
}

static void check_unbound(Sema *s, Expr *expr) {
    const char *text = sema_text(s, expr->name);
    Builtin builtin = sema_builtin(s, expr->name);
    const Label *label = find_label(s, expr->name);
    if (builtin == BUILTIN_NONE && !label) {
        check_name_undeclared(s, expr, SUGGEST_VALUE);
        return;
    }
    check_failed(s, expr);
    if (label) {
        sema_report(s, NOT_A_VALUE, expr->at, "'%s' is a label of a message: write %s(%s)", text, text,
            label->nfields ? "..." : "");
    } else {
        sema_report(s, NOT_A_VALUE, expr->at, "'%s' is an operation: write %s(...)", text, text);
    }
}

static void check_symbol(Sema *s, Expr *expr, Symbol *symbol) {
    const char *text = sema_text(s, expr->name);
    switch (symbol->kind) {
    case SYMBOL_VAR: expr->type = symbol->type; return;
    case SYMBOL_PARAM_CONST:
    case SYMBOL_ENUM_CONST:
        expr->type = symbol->type;
        if (symbol->type->kind != TYPE_ERROR) fold_set(expr, symbol->value);
        return;
    case SYMBOL_FUNC: sema_report(s, NOT_A_VALUE, expr->at, "'%s' is a function: call it, %s(...)", text, text); break;
    case SYMBOL_TYPE: sema_report(s, NOT_A_VALUE, expr->at, "'%s' is a type, not a value", text); break;
    }
    sema_note(s, symbol->span, "'%s' is declared here", text);
    check_failed(s, expr);
}

void check_name(Sema *s, Expr *expr) {
    Symbol *symbol = scopes_find(&s->scopes, SCOPE_NAMES, expr->name);
    if (!symbol) {
        check_unbound(s, expr);
        return;
    }
    symbol->uses++;
    expr->symbol = symbol;
    check_symbol(s, expr, symbol);
}

Symbol *check_name_message(Sema *s, const Expr *expr) {
    if (!expr || expr->kind != EXPR_NAME) return NULL;
    Symbol *symbol = scopes_find(&s->scopes, SCOPE_NAMES, expr->name);
    return symbol && symbol->kind == SYMBOL_TYPE && symbol->type->kind == TYPE_MESSAGE ? symbol : NULL;
}
