/* `//@ expect` lines: the kind is known, and what is named exists. */
#include "frontend/sema.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

typedef enum ArgumentKind { ARGUMENT_NONE, ARGUMENT_TASKS, ARGUMENT_PROPERTY, ARGUMENT_WORD, ARGUMENT_VARIABLE, ARGUMENT_PROTOCOL } ArgumentKind;

typedef struct KindInfo {
    const char *text;
    ArgumentKind argument;
    const char *words; /* WORD: those known, each between blanks */
} KindInfo;

static const KindInfo kinds[] = {
    {"verified", ARGUMENT_NONE, NULL},
    {"deadlock", ARGUMENT_TASKS, NULL},
    {"partial-deadlock", ARGUMENT_TASKS, NULL},
    {"violated", ARGUMENT_PROPERTY, NULL},
    {"assertion", ARGUMENT_NONE, NULL},
    {"undefined", ARGUMENT_WORD, " overflow division shift bounds narrowing uninitialised dead-object return "},
    {"misuse", ARGUMENT_WORD, " unlock close oneshot waitgroup poll future moved abort "},
    {"lost-wakeup", ARGUMENT_TASKS, NULL},
    {"never-yields", ARGUMENT_TASKS, NULL},
    {"livelock", ARGUMENT_TASKS, NULL},
    {"unbounded", ARGUMENT_VARIABLE, NULL},
    {"ignored-close", ARGUMENT_VARIABLE, NULL},
    {"nontermination", ARGUMENT_TASKS, NULL},
    {"race", ARGUMENT_VARIABLE, NULL},
    {"nonconforming", ARGUMENT_TASKS, NULL},
    {"incompatible", ARGUMENT_PROTOCOL, NULL},
    {"error", ARGUMENT_NONE, NULL},
    {"no-verdict", ARGUMENT_NONE, NULL},
};
enum { KINDS = sizeof kinds / sizeof *kinds };

static void refuse_kind(Sema *s, const Expectation *expectation) {
    const char *texts[KINDS];
    for (uint32_t i = 0; i < KINDS; i++) texts[i] = kinds[i].text;
    const char *near = suggest_text(s, diag_nearest(expectation->kind, texts, KINDS));
    sema_report(s, EXPECTATION, expectation->span, "unknown expectation '%s'%s", expectation->kind, near);
}

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

static void check_word(Sema *s, const Expectation *expectation, const KindInfo *kind, const char *text) {
    const char *found = *text && !strchr(text, ' ') ? strstr(kind->words, arena_printf(s->arena, " %s ", text)) : NULL;
    if (!found) sema_report(s, EXPECTATION, expectation->span, "'%s' knows%sbut not '%s'", kind->text, kind->words, text);
}

/* A variable of the file, or of a function: any that has the name. */
static void check_variable(Sema *s, const Expectation *expectation, const char *text) {
    size_t length = strcspn(text, "[.");
    Name name = names_find(s->names, text, length);
    for (uint32_t i = 0; name && i < s->symbols.n; i++)
        if (s->symbols.data[i]->name == name && s->symbols.data[i]->kind != SYMBOL_TYPE) return;
    sema_report(s, EXPECTATION, expectation->span, "there is no variable '%s'", text);
}

static void check_argument(Sema *s, const Expectation *expectation, const KindInfo *kind, const char *text) {
    switch (kind->argument) {
    case ARGUMENT_NONE: sema_report(s, EXPECTATION, expectation->span, "'%s' takes no argument", kind->text); break;
    case ARGUMENT_TASKS: check_task(s, expectation, text); break;
    case ARGUMENT_PROPERTY: check_property_name(s, expectation, text); break;
    case ARGUMENT_WORD: check_word(s, expectation, kind, text); break;
    case ARGUMENT_VARIABLE: check_variable(s, expectation, text); break;
    case ARGUMENT_PROTOCOL: break;
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
    const KindInfo *kind = NULL;
    for (uint32_t i = 0; i < KINDS; i++)
        if (strcmp(kinds[i].text, expectation->kind) == 0) kind = &kinds[i];
    if (!kind) {
        refuse_kind(s, expectation);
        return;
    }
    if (strcmp(kind->text, "error") == 0) return; /* what it names need not exist */
    if (expectation->line > last_line(s)) sema_report(s, EXPECTATION, expectation->span, "the file has no line %u", expectation->line);
    bool needs_one = kind->argument == ARGUMENT_PROPERTY;
    if (needs_one && expectation->nargs != 1) {
        sema_report(s, EXPECTATION, expectation->span, "'%s' names one property: %s(NAME)", kind->text, kind->text);
        return;
    }
    for (uint32_t i = 0; i < expectation->nargs; i++) check_argument(s, expectation, kind, expectation->args[i]);
}

void check_expectations(Sema *s) {
    for (uint32_t i = 0; i < s->tree->nexpectations; i++) check_expectation(s, &s->tree->expectations[i]);
}
