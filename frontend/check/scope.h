/* Scopes: which symbol a name means at a place. Names of values and types share one space, tags of enums and structs
 * have their own. */
#ifndef UNKNOT_FRONTEND_SCOPE_H
#define UNKNOT_FRONTEND_SCOPE_H

#include "frontend/ast.h"
#include "model/support/vec.h"

typedef enum ScopeSpace { SCOPE_NAMES, SCOPE_TAGS, SCOPE_SPACES } ScopeSpace;

typedef struct ScopeBinding {
    Name name;
    ScopeSpace space;
    Symbol *symbol;
    uint32_t hidden; /* index + 1 of the binding of the same name around it, 0 for none */
} ScopeBinding;

typedef struct Scopes {
    VEC(ScopeBinding) bindings;            /* live ones, the innermost scope last */
    VEC(uint32_t) heads[SCOPE_SPACES];     /* by name: index + 1 of its innermost binding */
    VEC(uint32_t) marks;                   /* where each open scope begins in `bindings` */
} Scopes;

/* Opens the file's scope. */
void scopes_init(Scopes *scopes);
void scopes_fini(Scopes *scopes);
void scopes_open(Scopes *scopes);
void scopes_close(Scopes *scopes);
/* Hides a binding of the same name further out; there must be none in this scope. */
void scopes_add(Scopes *scopes, ScopeSpace space, Name name, Symbol *symbol);
/* NULL when the name means nothing. */
Symbol *scopes_find(const Scopes *scopes, ScopeSpace space, Name name);
Symbol *scopes_find_here(const Scopes *scopes, ScopeSpace space, Name name);
/* 1 is the file's scope. */
static inline uint32_t scopes_depth(const Scopes *scopes) { return scopes->marks.n; }
/* The bindings of the innermost scope. */
const ScopeBinding *scopes_here(const Scopes *scopes, uint32_t *count);

#endif
