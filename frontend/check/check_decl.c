/* Declarations of variables, typedefs and types, of the file and of blocks. */
#include "frontend/check/maker.h"
#include "frontend/check/sema.h"

static void declare_typedef(Sema *s, Decl *decl) {
    s->typedef_name = decl->name;
    decl->type = check_type(s, decl->syntax);
    s->typedef_name = 0;
    decl->symbol = sema_new_symbol(s, SYMBOL_TYPE, decl->name, decl->type, decl->at);
    decl->symbol->is_atomic = check_type_is_atomic(s, decl->syntax);
    decl->symbol->is_const = decl->is_const || check_type_is_const(s, decl->syntax);
    sema_declare(s, SCOPE_NAMES, decl->symbol);
}

/* `T a[] = { … }` takes its length from the initialiser. */
static const Type *open_array(Sema *s, Decl *decl) {
    if (decl->init && decl->init->kind == EXPR_INIT) {
        uint32_t length = check_init_length(s, decl->init);
        return length ? check_type_open_array(s, decl->syntax, length) : sema_error_type(s);
    }
    sema_report(s, ARRAY_LENGTH, decl->at, "'%s' needs a length or an initialiser in braces", sema_text(s, decl->name));
    return sema_error_type(s);
}

static const Type *declared_type(Sema *s, Decl *decl) {
    bool is_open = decl->syntax && decl->syntax->kind == TS_ARRAY && !decl->syntax->length;
    return is_open ? open_array(s, decl) : check_type(s, decl->syntax);
}

static Symbol *new_variable(Sema *s, Decl *decl, const Type *type) {
    Symbol *symbol = sema_new_symbol(s, SYMBOL_VAR, decl->name, type, decl->at);
    symbol->decl = decl;
    symbol->is_const = decl->is_const || check_type_is_const(s, decl->syntax);
    symbol->is_atomic = check_type_is_atomic(s, decl->syntax);
    symbol->is_scoped = decl->is_scoped;
    symbol->bits = check_bits(s, decl->bits, type);
    decl->symbol = symbol;
    decl->type = type;
    return symbol;
}

/* ---- globals */

static const Type *global_type(Sema *s, Decl *decl) {
    const Type *type = declared_type(s, decl);
    const Type *base = type;
    while (base->kind == TYPE_ARRAY) base = base->of;
    if (base->kind == TYPE_EXECUTOR) return type;
    return check_type_usable(s, type, decl->at, "a variable");
}

static void check_global_executor(Sema *s, const Decl *decl) {
    if (decl->init || !convert_holds_kind(decl->type, TYPE_EXECUTOR)) return;
    const char *name = sema_text(s, decl->name);
    sema_report(
        s, EXECUTOR_PLACE, decl->at, "the executor '%s' needs its threads: executor %s = threads(1);", name, name);
}

/* What the environment can reach: a channel, or an array of them, made here. */
static void check_extern(Sema *s, const Decl *decl) {
    const Type *base = decl->type;
    while (base->kind == TYPE_ARRAY) base = base->of;
    if (!decl->is_extern || base->kind == TYPE_ERROR) return;
    const char *name = sema_text(s, decl->name);
    if (base->kind != TYPE_CHAN)
        sema_report(s, EXTERN_PLACE, decl->at, "'%s' is no channel: only a channel is open to the environment", name);
    else if (!decl->init)
        sema_report(s, EXTERN_PLACE, decl->at, "the extern channel '%s' is made here: write %s = channel(capacity)",
            name, name);
    else if (convert_holds_handle(base->of))
        sema_report(s, EXTERN_VALUES, decl->at, "the environment has no handles to send: '%s' carries '%s'", name,
            sema_type_text(s, base->of));
}

/* What lives as long as the program begins with a constant. */
static void check_lasting(Sema *s, Decl *decl, const Type *type) {
    if (decl->is_scoped)
        sema_report(s, SCOPED_PLACE, decl->at, "a %s cannot be 'scoped': it lives as long as the program",
            decl->is_static && s->func ? "static variable" : "global");
    Symbol *symbol = new_variable(s, decl, type);
    symbol->is_global = true;
    symbol->is_written |= convert_holds_counted(decl->type); /* what it holds may be given away */
    sema_declare(s, SCOPE_NAMES, symbol);
    check_global_executor(s, decl);
    check_extern(s, decl);
    if (!decl->init) return;
    s->in_global = true;
    uint32_t errors = diags_errors(s->diags);
    check_init(s, decl->init, decl->type, symbol->bits, symbol);
    if (errors == diags_errors(s->diags)) check_init_constant(s, decl->init);
    s->in_global = false;
}

static void check_global_variable(Sema *s, Decl *decl) { check_lasting(s, decl, global_type(s, decl)); }

void check_decl_global(Sema *s, Decl *decl) {
    if (decl->kind == DECL_TYPEDEF) {
        declare_typedef(s, decl);
    } else if (decl->kind == DECL_TYPE) {
        check_type_announce(s, decl->syntax);
        decl->type = decl->syntax ? decl->syntax->resolved : NULL;
    } else {
        check_global_variable(s, decl);
    }
}

/* ---- locals */

static bool is_object(const Type *type) {
    while (type->kind == TYPE_ARRAY) type = type->of;
    return maker_is_object(type->kind);
}

/* What is scoped is an object made on the spot: no handle to somebody else's. */
static void check_scoped(Sema *s, const Decl *decl) {
    if (!decl->is_scoped || decl->type->kind == TYPE_ERROR) return;
    const char *name = sema_text(s, decl->name);
    if (!is_object(decl->type)) {
        const char *text = sema_type_text(s, decl->type);
        sema_report(s, SCOPED_PLACE, decl->at, "only a channel, a lock or another object is 'scoped', not a '%s'", text);
    } else if (decl->init && decl->init->kind != EXPR_INIT &&
               !(decl->init->kind == EXPR_CALL && maker_is(decl->init->builtin))) {
        sema_report(
            s, SCOPED_PLACE, decl->init->span, "'%s' is scoped: its object is made here, by a constructor", name);
    } else if (!decl->init && !maker_holds_implicit(decl->type)) {
        sema_report(s, SCOPED_PLACE, decl->at, "'%s' is scoped but makes no object: it has no initialiser", name);
    }
}

static void check_local_variable(Sema *s, Decl *decl) {
    if (decl->is_extern)
        sema_report(s, EXTERN_PLACE, decl->at, "'%s' is a local: only a global channel is open to the environment",
            sema_text(s, decl->name));
    if (decl->is_static) {
        check_lasting(s, decl, check_type_usable(s, declared_type(s, decl), decl->at, "a variable"));
        vec_push(&s->statics, decl);
        return;
    }
    Symbol *symbol = new_variable(s, decl, check_type_usable(s, declared_type(s, decl), decl->at, "a variable"));
    sema_declare(s, SCOPE_NAMES, symbol);
    if (decl->init) check_init(s, decl->init, decl->type, symbol->bits, symbol);
    check_scoped(s, decl);
    if (convert_holds_handle(decl->type)) sema_push_region(s, REGION_HANDLE, decl->at, NULL);
}

void check_decl_local(Sema *s, Decl *decl) {
    switch (decl->kind) {
    case DECL_VAR: check_local_variable(s, decl); break;
    case DECL_STATIC_ASSERT: check_decl_static_assert(s, decl); break;
    case DECL_TYPEDEF:
    case DECL_TYPE: check_decl_global(s, decl); break;
    case DECL_MESSAGE: check_message(s, decl); break;
    default:
        sema_report(s, LOCAL_DECLARATION, decl->at, "this is declared at the top of the file only, not in a block");
        break;
    }
}

void check_decl_static_assert(Sema *s, Decl *decl) {
    if (!decl->formula || !check_constant(s, decl->formula, "the condition of '_Static_assert'")) return;
    if (decl->formula->value) return;
    const Expr *text = decl->init;
    if (text && text->kind == EXPR_STRING) {
        sema_report(s, STATIC_ASSERT, decl->formula->span, "static assertion failed: %s", text->text);
    } else {
        sema_report(s, STATIC_ASSERT, decl->formula->span, "static assertion failed");
    }
}
