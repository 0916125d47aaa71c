/* What `//@ expect` lines name exists; their form is read by expect.c. */
#include "frontend/check/sema.h"

#include <ctype.h>
#include <string.h>

typedef enum ArgumentKind { ARGUMENT_WORD, ARGUMENT_TASK, ARGUMENT_PROPERTY, ARGUMENT_VARIABLE } ArgumentKind;

typedef struct KindInfo {
    const char *text;
    ArgumentKind argument;
} KindInfo;

/* Kinds whose arguments are names of the program. */
static const KindInfo kinds[] = {
    {"deadlock", ARGUMENT_TASK},
    {"partial-deadlock", ARGUMENT_TASK},
    {"lost-wakeup", ARGUMENT_TASK},
    {"never-yields", ARGUMENT_TASK},
    {"livelock", ARGUMENT_TASK},
    {"nontermination", ARGUMENT_TASK},
    {"violated", ARGUMENT_PROPERTY},
    {"unbounded", ARGUMENT_VARIABLE},
    {"ignored-close", ARGUMENT_VARIABLE},
    {"race", ARGUMENT_VARIABLE},
};

/* ---- arguments */

static Symbol *find_symbol(const Sema *s, const char *text, size_t length) {
    Name name = names_find(s->names, text, length);
    return name ? scopes_find(&s->scopes, SCOPE_NAMES, name) : NULL;
}

/* `worker` or `worker[1]`; the length of the name, 0 when it is neither. */
static size_t task_length(const char *text) {
    size_t length = strcspn(text, "[");
    if (text[length] == 0) return length;
    const char *p = text + length + 1;
    while (isdigit((unsigned char)*p)) p++;
    return p > text + length + 1 && strcmp(p, "]") == 0 ? length : 0;
}

static void check_task(Sema *s, const Expectation *expectation, const char *text) {
    size_t length = task_length(text);
    const Symbol *symbol = length ? find_symbol(s, text, length) : NULL;
    if (symbol && symbol->kind == SYMBOL_FUNC) {
        bool is_plain = symbol->decl && symbol->decl->func == FUNC_PLAIN;
        if (is_plain) sema_report(s, EXPECTATION, expectation->span, "'%s' names no task: it is not async", text);
        return;
    }
    const char *near = length ? suggest_text(s, suggest_name(s, names_add(s->names, text, length), SUGGEST_TASK)) : "";
    sema_report(s, EXPECTATION, expectation->span, "'%s' names no task: a task is named by its function%s", text, near);
}

static void check_property_name(Sema *s, const Expectation *expectation, const char *text) {
    VEC(const char *) candidates = {0};
    bool is_found = false;
    for (uint32_t i = 0; i < s->tree->ndecls; i++) {
        const Decl *decl = s->tree->decls[i];
        if (decl->kind != DECL_PROPERTY) continue;
        vec_push(&candidates, sema_text(s, decl->name));
        is_found = is_found || strcmp(sema_text(s, decl->name), text) == 0;
    }
    const char *near = suggest_text(s, diag_nearest(text, candidates.data, candidates.n));
    vec_fini(&candidates);
    if (!is_found) sema_report(s, EXPECTATION, expectation->span, "there is no property '%s'%s", text, near);
}

/* A variable of the file, or of a function: any that has the name. */
static void check_variable(Sema *s, const Expectation *expectation, const char *text) {
    size_t length = strcspn(text, "[.");
    Name name = names_find(s->names, text, length);
    for (uint32_t i = 0; name && i < s->symbols.n; i++)
        if (s->symbols.data[i]->name == name && s->symbols.data[i]->kind != SYMBOL_TYPE) return;
    sema_report(s, EXPECTATION, expectation->span, "there is no variable '%s'", text);
}

static ArgumentKind argument_kind(const char *text) {
    for (uint32_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i].text, text) == 0) return kinds[i].argument;
    return ARGUMENT_WORD;
}

static void check_argument(Sema *s, const Expectation *expectation, const char *text) {
    switch (argument_kind(expectation->kind)) {
    case ARGUMENT_TASK: check_task(s, expectation, text); break;
    case ARGUMENT_PROPERTY: check_property_name(s, expectation, text); break;
    case ARGUMENT_VARIABLE: check_variable(s, expectation, text); break;
    case ARGUMENT_WORD: break;
    }
}

/* ---- the whole */

static uint32_t last_line(const Sema *s) {
    size_t length;
    sources_text(s->tree->sources, s->tree->file, &length);
    uint32_t line, column;
    sources_place(s->tree->sources, s->tree->file, (uint32_t)length, &line, &column);
    return line;
}

static void check_expectation(Sema *s, const Expectation *expectation) {
    if (strcmp(expectation->kind, "error") == 0) return; /* the program is wrong in some way anyhow */
    if (expectation->line > last_line(s))
        sema_report(s, EXPECTATION, expectation->span, "the file has no line %u", expectation->line);
    for (uint32_t i = 0; i < expectation->nargs; i++) check_argument(s, expectation, expectation->args[i]);
}

void check_expectations(Sema *s) {
    for (uint32_t i = 0; i < s->tree->nexpectations; i++) check_expectation(s, &s->tree->expectations[i]);
}
