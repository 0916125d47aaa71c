/* Functions: their signatures and bodies. */
#include "frontend/check/sema.h"

/* ---- signatures */

static const Type *param_type(Sema *s, const Decl *param) {
    bool is_open = param->syntax && param->syntax->kind == TS_ARRAY && !param->syntax->length;
    const Type *type = is_open ? check_type_open_array(s, param->syntax, 0) : check_type(s, param->syntax);
    return check_type_usable(s, type, param->at.file ? param->at : param->span, "a parameter");
}

static const Type *result_type(Sema *s, const Decl *decl) {
    const Type *type = check_type(s, decl->syntax);
    if (type->kind == TYPE_VOID) return type;
    if (type->kind != TYPE_ARRAY) return check_type_usable(s, type, decl->at, "a result");
    sema_report(s, ARRAY_VALUE, decl->at, "a function cannot return an array; put it into a struct");
    return sema_error_type(s);
}

static const Type *func_type(Sema *s, Decl *decl) {
    const Type **params = ARENA_ARRAY(s->arena, const Type *, decl->nparams + 1u);
    for (uint32_t i = 0; i < decl->nparams; i++) {
        params[i] = decl->params[i]->type = param_type(s, decl->params[i]);
        if (decl->params[i]->init)
            sema_report(s, LOCAL_DECLARATION, decl->params[i]->at, "a parameter has no initialiser");
    }
    return types_func(s->types, result_type(s, decl), params, decl->nparams);
}

static bool holds_error(const Type *type) {
    if (type->of->kind == TYPE_ERROR) return true;
    for (uint32_t i = 0; i < type->nparams; i++)
        if (type->params[i]->kind == TYPE_ERROR) return true;
    return false;
}

/* A second declaration must say the same; the definition is the one that counts. */
static void merge(Sema *s, Decl *decl, Symbol *symbol) {
    const char *name = sema_text(s, decl->name);
    bool is_same = symbol->kind == SYMBOL_FUNC && symbol->type == decl->type && symbol->decl->func == decl->func;
    if (symbol->kind == SYMBOL_FUNC && symbol->type->kind == TYPE_FUNC && holds_error(symbol->type)) is_same = true;
    if (!is_same && !holds_error(decl->type)) {
        sema_report(s, CONFLICTING, decl->at, "'%s' is declared differently before", name);
        sema_note(s, symbol->span, "'%s' is declared here", name);
    } else if (decl->body && symbol->kind == SYMBOL_FUNC && symbol->decl->body) {
        sema_report(s, REDEFINITION, decl->at, "redefinition of '%s'", name);
        sema_note(s, symbol->span, "'%s' is defined here", name);
    }
}

static Symbol *declare_func(Sema *s, Decl *decl) {
    Symbol *symbol = scopes_find_here(&s->scopes, SCOPE_NAMES, decl->name);
    if (symbol) merge(s, decl, symbol);
    if (!symbol || symbol->kind != SYMBOL_FUNC) {
        bool is_new = !symbol;
        symbol = sema_new_symbol(s, SYMBOL_FUNC, decl->name, decl->type, decl->at);
        symbol->decl = decl;
        if (is_new) sema_declare(s, SCOPE_NAMES, symbol);
    } else if (decl->body && symbol->decl && !symbol->decl->body) {
        symbol->decl = decl;
        symbol->span = decl->at;
        symbol->type = decl->type;
    }
    return symbol;
}

/* ---- bodies */

static void declare_param(Sema *s, Decl *param) {
    Symbol *symbol = sema_new_symbol(s, SYMBOL_VAR, param->name, param->type, param->at);
    symbol->decl = param;
    symbol->is_param = true;
    symbol->is_const = param->is_const || check_type_is_const(s, param->syntax);
    symbol->is_atomic = check_type_is_atomic(s, param->syntax);
    symbol->bits = check_bits(s, param->bits, param->type);
    param->symbol = symbol;
    sema_declare(s, SCOPE_NAMES, symbol);
}

void check_func_body(Sema *s, Decl *decl) {
    s->func = sema_info(s, decl->symbol);
    s->func_decl = decl;
    s->region = NULL;
    s->func_errors = diags_errors(s->diags);
    vec_clear(&s->reported);
    sema_open(s);
    for (uint32_t i = 0; i < decl->nparams; i++) declare_param(s, decl->params[i]);
    check_stmts(s, decl->body->items, decl->body->nitems);
    check_poll_drop(s, decl);
    jump_resolve(s);
    check_receive_resolve(s);
    flow_check(s, decl);
    sema_close(s);
    vec_clear(&s->reported);
    s->func = NULL;
    s->func_decl = NULL;
    s->region = NULL;
}

void check_func(Sema *s, Decl *decl) {
    decl->type = func_type(s, decl);
    decl->symbol = declare_func(s, decl);
    if (decl->body) check_func_body(s, decl);
}

/* ---- main */

static void check_main_form(Sema *s, const Decl *decl) {
    const Type *result = decl->type->of;
    if (decl->func != FUNC_ASYNC) {
        sema_report(s, MAIN_FORM, decl->at, "'main' is async: write 'async void main(void)'");
    } else if (decl->nparams) {
        sema_report(s, MAIN_FORM, decl->at, "'main' has no parameters: write 'async void main(void)'");
    } else if (result->kind != TYPE_VOID && result != sema_int(s) && result->kind != TYPE_ERROR) {
        sema_report(s, MAIN_FORM, decl->at, "'main' returns void or int");
    } else if (!decl->body) {
        sema_report(s, MAIN_FORM, decl->at, "'main' is declared but has no body");
    }
}

void check_main(Sema *s) {
    const Symbol *symbol = scopes_find(&s->scopes, SCOPE_NAMES, names_of(s->names, "main"));
    if (symbol && symbol->kind == SYMBOL_FUNC) {
        if (symbol->type->kind == TYPE_FUNC) check_main_form(s, symbol->decl);
    } else if (symbol) {
        sema_report(s, MAIN_FORM, symbol->span, "'main' is a function: async void main(void)");
    } else if (s->errors_before == 0) {
        sema_report(s, MAIN_MISSING, ((Span){s->tree->file, 0, 0}), "the program has no 'async void main(void)'");
    }
}
