#include "frontend/check/sema.h"

typedef VEC(const char *) Candidates;

enum { MAX_ERRORS = 60 }; /* of which suggestions are made: further ones are only counted */

static bool is_worth_it(const Sema *s) { return !s->quiet && diags_errors(s->diags) < MAX_ERRORS; }

static const char *nearest(Sema *s, Name name, Candidates *candidates) {
    const char *found = diag_nearest(sema_text(s, name), candidates->data, candidates->n);
    vec_fini(candidates);
    return found;
}

static bool fits(const Symbol *symbol, SuggestWhat what) {
    switch (what) {
    case SUGGEST_TYPE: return symbol->kind == SYMBOL_TYPE;
    case SUGGEST_TASK: return symbol->kind == SYMBOL_FUNC;
    case SUGGEST_CALL: return symbol->kind == SYMBOL_FUNC;
    default: return symbol->kind != SYMBOL_TYPE && symbol->kind != SYMBOL_FUNC;
    }
}

static void add_bindings(Sema *s, Candidates *candidates, SuggestWhat what) {
    for (uint32_t i = s->scopes.bindings.n; i-- > 0;) {
        const ScopeBinding *binding = &s->scopes.bindings.data[i];
        if (binding->space == SCOPE_NAMES && fits(binding->symbol, what))
            vec_push(candidates, sema_text(s, binding->name));
    }
}

static void add_calls(Sema *s, Candidates *candidates) {
    for (uint32_t b = BUILTIN_NONE + 1; b < BUILTIN_COUNT; b++)
        vec_push(candidates, sema_builtin_text((Builtin)b));
    for (uint32_t i = 0; i < s->messages.n; i++)
        for (uint32_t k = 0; k < s->messages.data[i]->nlabels; k++)
            vec_push(candidates, sema_text(s, s->messages.data[i]->labels[k].name));
}

static void add_types(Candidates *candidates) {
    static const char *const texts[] = {"int", "unsigned", "bool", "char", "int8_t", "int16_t", "int32_t", "int64_t",
        "uint8_t", "uint16_t", "uint32_t", "uint64_t", "mutex", "semaphore", "executor", "task"};
    for (uint32_t i = 0; i < sizeof texts / sizeof *texts; i++) vec_push(candidates, texts[i]);
}

const char *suggest_name(Sema *s, Name name, SuggestWhat what) {
    if (!is_worth_it(s)) return NULL;
    Candidates candidates = {0};
    add_bindings(s, &candidates, what);
    if (what == SUGGEST_CALL) add_calls(s, &candidates);
    if (what == SUGGEST_TYPE) add_types(&candidates);
    return nearest(s, name, &candidates);
}

const char *suggest_tag(Sema *s, Name name) {
    if (!is_worth_it(s)) return NULL;
    Candidates candidates = {0};
    for (uint32_t i = s->scopes.bindings.n; i-- > 0;)
        if (s->scopes.bindings.data[i].space == SCOPE_TAGS)
            vec_push(&candidates, sema_text(s, s->scopes.bindings.data[i].name));
    return nearest(s, name, &candidates);
}

const char *suggest_field(Sema *s, const Type *type, Name name) {
    if (!is_worth_it(s)) return NULL;
    Candidates candidates = {0};
    for (uint32_t i = 0; i < type->nfields; i++) vec_push(&candidates, sema_text(s, type->fields[i].name));
    return nearest(s, name, &candidates);
}

const char *suggest_label(Sema *s, const Type *message, Name name) {
    if (!is_worth_it(s)) return NULL;
    Candidates candidates = {0};
    for (uint32_t i = 0; i < message->nlabels; i++) vec_push(&candidates, sema_text(s, message->labels[i].name));
    return nearest(s, name, &candidates);
}

const char *suggest_text(Sema *s, const char *near) {
    return near ? arena_printf(s->arena, "; did you mean '%s'?", near) : "";
}
