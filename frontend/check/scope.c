#include "frontend/check/scope.h"

#include <assert.h>
#include <string.h>

void scopes_init(Scopes *scopes) {
    memset(scopes, 0, sizeof *scopes);
    scopes_open(scopes);
}

void scopes_fini(Scopes *scopes) {
    vec_fini(&scopes->bindings);
    vec_fini(&scopes->marks);
    for (uint32_t space = 0; space < SCOPE_SPACES; space++) vec_fini(&scopes->heads[space]);
}

void scopes_open(Scopes *scopes) { vec_push(&scopes->marks, scopes->bindings.n); }

void scopes_close(Scopes *scopes) {
    assert(scopes->marks.n > 0);
    uint32_t mark = vec_pop(&scopes->marks);
    while (scopes->bindings.n > mark) {
        ScopeBinding binding = vec_pop(&scopes->bindings);
        scopes->heads[binding.space].data[binding.name] = binding.hidden;
    }
}

static uint32_t head_of(const Scopes *scopes, ScopeSpace space, Name name) {
    return name < scopes->heads[space].n ? scopes->heads[space].data[name] : 0;
}

void scopes_add(Scopes *scopes, ScopeSpace space, Name name, Symbol *symbol) {
    assert(name != 0 && !scopes_find_here(scopes, space, name));
    if (name >= scopes->heads[space].n) vec_resize(&scopes->heads[space], name + 1);
    vec_push(&scopes->bindings, (ScopeBinding){name, space, symbol, head_of(scopes, space, name)});
    scopes->heads[space].data[name] = scopes->bindings.n;
}

Symbol *scopes_find(const Scopes *scopes, ScopeSpace space, Name name) {
    uint32_t head = head_of(scopes, space, name);
    return head ? scopes->bindings.data[head - 1].symbol : NULL;
}

Symbol *scopes_find_here(const Scopes *scopes, ScopeSpace space, Name name) {
    uint32_t head = head_of(scopes, space, name);
    return head > vec_last(&scopes->marks) ? scopes->bindings.data[head - 1].symbol : NULL;
}

const ScopeBinding *scopes_here(const Scopes *scopes, uint32_t *count) {
    uint32_t mark = vec_last(&scopes->marks);
    *count = scopes->bindings.n - mark;
    return *count ? scopes->bindings.data + mark : NULL;
}
