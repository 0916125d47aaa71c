#include "frontend/check/sema.h"

#include "frontend/check/advice.h"
#include "frontend/frontend.h"

#include <assert.h>
#include <string.h>

/* ---- helpers every check uses */

const char *sema_text(const Sema *s, Name name) { return names_text(s->names, name); }
const char *sema_type_text(Sema *s, const Type *type) {
    const char *text = types_text(s->types, type->kind == TYPE_ARRAY && type->length == 0 ? type->of : type);
    if (type->kind != TYPE_ARRAY || type->length) return text;
    int before = (int)strcspn(text, "[");
    return arena_printf(s->arena, "%.*s[]%s", before, text, text + before);
}
const Type *sema_error_type(Sema *s) { return types_basic(s->types, TYPE_ERROR); }
const Type *sema_bool(Sema *s) { return types_basic(s->types, TYPE_BOOL); }
const Type *sema_int(Sema *s) { return types_int(s->types, 32, true); }
const Type *sema_void(Sema *s) { return types_basic(s->types, TYPE_VOID); }

static const char *const builtin_texts[BUILTIN_COUNT] = {
#define BUILTIN(name, text) [BUILTIN_##name] = text,
#include "frontend/builtins.def"
#undef BUILTIN
};

Builtin sema_builtin(const Sema *s, Name name) {
    return name < s->builtins.n ? (Builtin)s->builtins.data[name] : BUILTIN_NONE;
}
const char *sema_builtin_text(Builtin builtin) { return builtin_texts[builtin]; }

Symbol *sema_new_symbol(Sema *s, SymbolKind kind, Name name, const Type *type, Span span) {
    Symbol *symbol = ARENA_NEW(s->arena, Symbol);
    *symbol = (Symbol){.kind = kind, .name = name, .type = type, .span = span, .id = s->symbols.n};
    vec_push(&s->symbols, symbol);
    return symbol;
}

bool sema_declare(Sema *s, ScopeSpace space, Symbol *symbol) {
    if (symbol->name == 0) return false;
    const Symbol *other = scopes_find_here(&s->scopes, space, symbol->name);
    if (!other) {
        scopes_add(&s->scopes, space, symbol->name, symbol);
        return true;
    }
    sema_report(s, REDEFINITION, symbol->span, "redefinition of '%s'", sema_text(s, symbol->name));
    sema_note(s, other->span, "'%s' is declared here", sema_text(s, symbol->name));
    return false;
}

void sema_open(Sema *s) { scopes_open(&s->scopes); }

void sema_close(Sema *s) {
    uint32_t count;
    const ScopeBinding *here = scopes_here(&s->scopes, &count);
    bool is_clean = diags_errors(s->diags) == s->func_errors;
    for (uint32_t i = 0; is_clean && i < count; i++) {
        const Symbol *symbol = here[i].symbol;
        if (symbol->kind != SYMBOL_VAR || symbol->is_param || symbol->uses) continue;
        if (convert_holds_end(symbol->type)) continue; /* that it lives is its use */
        sema_report(s, UNUSED_VARIABLE, symbol->span, "'%s' is never used", sema_text(s, symbol->name));
    }
    scopes_close(&s->scopes);
}

Region *sema_push_region(Sema *s, RegionKind kind, Span span, Stmt *stmt) {
    Region *region = ARENA_NEW(s->arena, Region);
    *region = (Region){kind, span, stmt, s->region};
    s->region = region;
    return region;
}

Region *sema_region(const Sema *s, RegionKind kind) {
    Region *region = s->region;
    while (region && region->kind != kind) region = region->outer;
    return region;
}

FuncInfo *sema_info(Sema *s, const Symbol *symbol) {
    assert(symbol->kind == SYMBOL_FUNC);
    if (symbol->id >= s->infos.n) vec_resize(&s->infos, symbol->id + 1);
    FuncInfo **info = &s->infos.data[symbol->id];
    if (!*info) {
        *info = ARENA_NEW(s->arena, FuncInfo);
        (*info)->symbol = s->symbols.data[symbol->id];
    }
    return *info;
}

void sema_effect(Sema *s, Span at, const char *what) {
    if (!s->func || s->func->effect_what || s->unevaluated) return;
    s->func->effect_at = at;
    s->func->effect_what = what;
}

void sema_not_yet(Sema *s, Span span, const char *what) {
    sema_report(s, NOT_YET, span, "%s is not supported by this version", what);
}

/* ---- the phase */

static void init_builtins(Sema *s) {
    for (uint32_t b = BUILTIN_NONE + 1; b < BUILTIN_COUNT; b++) {
        Name name = names_of(s->names, builtin_texts[b]);
        if (name >= s->builtins.n) vec_resize(&s->builtins, name + 1);
        s->builtins.data[name] = (uint8_t)b;
    }
}

static void sema_init(Sema *s, Tree *tree, Diags *diags) {
    memset(s, 0, sizeof *s);
    s->tree = tree;
    s->types = tree->types;
    s->names = tree->names;
    s->diags = diags;
    s->arena = &tree->arena;
    s->errors_before = diags_errors(diags);
    s->func_errors = s->errors_before;
    scopes_init(&s->scopes);
    init_builtins(s);
}

static void free_info(FuncInfo *info) {
    if (!info) return;
    vec_fini(&info->calls);
    vec_fini(&info->labels);
    vec_fini(&info->gotos);
}

static void sema_fini(Sema *s) {
    for (uint32_t i = 0; i < s->infos.n; i++) free_info(s->infos.data[i]);
    vec_fini(&s->infos);
    vec_fini(&s->symbols);
    vec_fini(&s->task_values);
    vec_fini(&s->type_depths);
    vec_fini(&s->receives);
    vec_fini(&s->holds_receive);
    vec_fini(&s->statics);
    vec_fini(&s->open_structs);
    vec_fini(&s->messages);
    vec_fini(&s->property_calls);
    vec_fini(&s->onces);
    vec_fini(&s->task_names);
    vec_fini(&s->builtins);
    vec_fini(&s->reported);
    scopes_fini(&s->scopes);
}

/* Everything but properties, which may speak of what comes after them. */
static void check_top(Sema *s, Decl *decl) {
    switch (decl->kind) {
    case DECL_VAR:
    case DECL_TYPEDEF:
    case DECL_TYPE: check_decl_global(s, decl); break;
    case DECL_FUNC: check_func(s, decl); break;
    case DECL_MESSAGE: check_message(s, decl); break;
    case DECL_STATIC_ASSERT: check_decl_static_assert(s, decl); break;
    case DECL_PARAM: check_param(s, decl); break;
    case DECL_PROPERTY:
    case DECL_PROTOCOL: /* who knows protocols reads their text (model/program.h) */
    case DECL_SESSION: break;
    }
}

static void keep_symbols(Sema *s) {
    s->tree->nstatics = s->statics.n;
    s->tree->statics = arena_copy(s->arena, s->statics.data, sizeof *s->statics.data * s->statics.n);
    s->tree->nsymbols = s->symbols.n;
    s->tree->symbols = ARENA_ARRAY(s->arena, Symbol *, s->symbols.n + 1u);
    for (uint32_t i = 0; i < s->symbols.n; i++) s->tree->symbols[i] = s->symbols.data[i];
}

bool frontend_check(Tree *tree, Diags *diags) {
    Sema s;
    sema_init(&s, tree, diags);
    check_param_settings(&s);
    for (uint32_t i = 0; i < tree->ndecls; i++) check_top(&s, tree->decls[i]);
    check_onces(&s);
    s.func_errors = diags_errors(diags);
    for (uint32_t i = 0; i < tree->ndecls; i++)
        if (tree->decls[i]->kind == DECL_PROPERTY) check_property(&s, tree->decls[i]);
    check_main(&s);
    callgraph_check(&s);
    check_expectations(&s);
    keep_symbols(&s);
    bool is_clean = diags_errors(diags) == s.errors_before;
    if (is_clean) advice_give(&s);
    sema_fini(&s);
    return is_clean;
}
