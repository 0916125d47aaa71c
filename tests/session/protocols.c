/* Every protocol of a file against what is known of it: protocols FILE. An entry is a line "//@ wf=… plain=… full=… complete=… sinkfinal=…"
   and the protocol after it. */
#include "session/compat.h"
#include "session/culprits.h"
#include "session/global.h"
#include "session/merge.h"
#include "session/project.h"
#include "tests/session/projected.h"

#include "model/support/vec.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef VEC(char) Text;

static void add(Text *text, const char *more) {
    while (*more) vec_push(text, *more++);
}

/* "no(A,B)" of the roles that fail, in the order of their names; "yes" when none does. */
typedef struct Failing { const char *names[64]; uint32_t n; } Failing;

static int by_name(const void *a, const void *b) { return strcmp(*(const char *const *)a, *(const char *const *)b); }

static void add_verdict(Text *text, const char *field, Failing *failing, const char *prefix) {
    qsort(failing->names, failing->n, sizeof *failing->names, by_name);
    add(text, field);
    add(text, failing->n ? "=no(" : "=yes");
    for (uint32_t i = 0; i < failing->n; i++) {
        add(text, i ? "," : "");
        add(text, prefix);
        add(text, failing->names[i]);
    }
    add(text, failing->n ? ") " : " ");
}

static void add_merge(Text *text, const Protocols *all, const Protocol *protocol, MergeKind kind, const char *field) {
    Failing failing = {.n = 0};
    for (uint32_t role = 0; role < protocol->nroles; role++) {
        Merged merged = merge_role(all, protocol, role, kind);
        if (merged.verdict == MERGE_OUTSIDE) {
            add(text, field);
            add(text, "=n/a ");
            return;
        }
        if (merged.verdict == MERGE_FAILS) failing.names[failing.n++] = names_text(all->names, protocol->roles[role].name);
    }
    add_verdict(text, field, &failing, "");
}

static void add_projection(Text *text, const Protocols *all, const GlobalAutomaton *global) {
    Failing failing = {.n = 0}, restless = {.n = 0};
    const char *prefix = "";
    for (uint32_t role = 0; role < global->protocol->nroles; role++) {
        const char *name = names_text(all->names, global->protocol->roles[role].name);
        Projection projection = project_role(global, role);
        if (projection.fault != PROJECT_OK) {
            prefix = projection.fault == PROJECT_SEND ? "SV:" : "RV:";
            failing.names[failing.n++] = name;
        }
        if (cfsm_restless(&projection.machine) != UINT32_MAX) restless.names[restless.n++] = name;
        projection_fini(&projection);
    }
    add_verdict(text, "complete", &failing, prefix);
    add_verdict(text, "sinkfinal", &restless, "");
}

static void add_culprits(Text *text, const CfsmSystem *system, uint32_t k) {
    char *words = NULL;
    size_t length = 0;
    Culprits culprits = culprits_find(system, k, 200000);
    FILE *stream = open_memstream(&words, &length);
    if (!stream) exit(2);
    culprits.deadlock = culprits.orphan = culprits.unspecified = false; /* of protocols it is known who suffers, not how */
    culprits_print(system, &culprits, stream);
    fclose(stream);
    add(text, "why=");
    for (size_t i = 0; i < length; i++)
        if (words[i] != ' ') add(text, (char[]){words[i], '\0'});
    add(text, " ");
    free(words);
    culprits_fini(&culprits);
}

static void add_compat(Text *text, const GlobalAutomaton *global) {
    char kmc[32];
    bool is_whole;
    CfsmSystem *system = projected_system(global, &is_whole);
    Compat compat = compat_check(system, COMPAT_DEFAULTS);
    bool applies = compat.is_csa && compat.inputs_independent;
    if (compat.basis == COMPAT_EXHAUSTIVE) snprintf(kmc, sizeof kmc, "kmc=%u ", compat.k);
    else snprintf(kmc, sizeof kmc, "kmc=%s ", applies ? "none" : "n/a");
    add(text, kmc);
    add(text, compat.verdict == COMPAT_SAFE ? "safe=yes " : compat.verdict == COMPAT_UNSAFE ? "safe=no " : "safe=unknown ");
    if (compat.verdict == COMPAT_UNSAFE) add_culprits(text, system, compat.basis == COMPAT_EXHAUSTIVE ? compat.k : 4);
    compat_fini(&compat);
    cfsm_system_free(system);
}

/* What we say of the protocols in a text. */
static void judge(const char *source, size_t length, Text *text) {
    Sources *sources = sources_new();
    Diags *diags = diags_new(sources);
    uint32_t file = sources_add(sources, "protocol", source, length);
    Protocols *all = protocols_new(NULL);
    protocols_parse(all, sources, (Span){file, 0, (uint32_t)length}, diags);
    bool formed = all->n == 1 && diags_errors(diags) == 0 && protocol_check(all, all->all[0], diags);
    GlobalAutomaton *global = formed ? global_of(all, all->all[0], diags) : NULL;
    add(text, global ? "wf=yes " : "wf=no ");
    if (global) {
        add_merge(text, all, all->all[0], MERGE_PLAIN, "plain");
        add_merge(text, all, all->all[0], MERGE_FULL, "full");
        add_projection(text, all, global);
        add_compat(text, global);
    }
    if (getenv("VERBOSE")) diags_render(diags, stdout, false);
    global_free(global);
    protocols_free(all);
    diags_free(diags);
    sources_free(sources);
}

static size_t entry_length(const char *at) {
    const char *next = strstr(at + 3, "//@");
    return next ? (size_t)(next - at) : strlen(at);
}

/* The known verdict's fields that we have, each without its reason in brackets behind n/a or a syntax error. */
static bool agrees(const char *known, const char *ours) {
    static const char *const fields[] = {"wf=", "plain=", "full=", "complete=", "sinkfinal=", "kmc=", "safe=", "why="};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
        const char *want = strstr(known, fields[i]), *got = strstr(ours, fields[i]);
        if (!want || strncmp(want + strlen(fields[i]), "n/a", 3) == 0) {
            if (want && got && strncmp(got + strlen(fields[i]), "n/a", 3) != 0) return false;
            continue;
        }
        if (!got) return false;
        size_t n = i == 0 ? strlen("wf=no") : strcspn(got, " ");
        if (strncmp(want, got, n) != 0) return false;
    }
    return true;
}

static char *read_all(const char *path) {
    FILE *file = fopen(path, "rb");
    if (!file) return NULL;
    Text text = {0};
    for (int c; (c = fgetc(file)) != EOF;) vec_push(&text, (char)c);
    vec_push(&text, '\0');
    fclose(file);
    return text.data;
}

int main(int argc, char **argv) {
    char *all = argc == 2 ? read_all(argv[1]) : NULL;
    uint32_t passed = 0, failed = 0;
    if (!all) return fprintf(stderr, "usage: protocols FILE\n"), 2;
    for (const char *at = strstr(all, "//@"); at; at = strstr(at + 3, "//@")) {
        Text ours = {0};
        const char *line_end = strchr(at, '\n'), *name = strstr(at, "protocol ");
        char known[512];
        snprintf(known, sizeof known, "%.*s ", (int)(line_end - at), at);
        judge(line_end, entry_length(at) - (size_t)(line_end - at), &ours);
        vec_push(&ours, '\0');
        bool ok = agrees(known, ours.data);
        passed += ok;
        failed += !ok;
        if (!ok) printf("%.*s\n  known: %s\n  ours:  %s\n", (int)strcspn(name, "("), name, known, ours.data);
        vec_fini(&ours);
    }
    printf("%u passed, %u failed\n", passed, failed);
    free(all);
    return failed || !passed;
}
