/* Protocols are projected, read off their machines again, and projected once more: choreography FILE. An entry of the file is a line "//@ …" and
   the protocol after it. Every one that can be projected must come back. Broken variants of their machines (a message
   renamed on one side) must be refused. */
#include "session/choreography.h"
#include "session/project.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Read {
    Sources *sources;
    Diags *diags;
    Protocols *protocols;
    GlobalAutomaton *global;
} Read;

static Read read_text(const char *text, size_t length, Names *names) {
    Read read = {.sources = sources_new()};
    read.diags = diags_new(read.sources);
    uint32_t file = sources_add(read.sources, "protocol", text, length);
    read.protocols = protocols_new(names);
    protocols_parse(read.protocols, read.sources, (Span){file, 0, (uint32_t)length}, read.diags);
    bool formed = read.protocols->n == 1 && !diags_errors(read.diags) && protocol_check(read.protocols, read.protocols->all[0], read.diags);
    read.global = formed ? global_of(read.protocols, read.protocols->all[0], read.diags) : NULL;
    return read;
}

static void read_fini(Read *read) {
    global_free(read->global);
    protocols_free(read->protocols);
    diags_free(read->diags);
    sources_free(read->sources);
}

/* NULL: it cannot be projected. */
static CfsmSystem *project(const Read *read, const Names *names) {
    if (!read->global) return NULL;
    CfsmSystem *system = cfsm_system_new(names, read->global->protocol->nroles);
    bool good = true;
    for (uint32_t role = 0; role < system->n; role++) {
        Projection projection = project_role(read->global, role);
        system->roles[role] = read->global->protocol->roles[role].name;
        system->machines[role] = projection.machine;
        projection.machine = (Cfsm){0};
        good &= projection.fault == PROJECT_OK;
        projection_fini(&projection);
    }
    if (good) return system;
    cfsm_system_free(system);
    return NULL;
}

static bool is_same(const CfsmSystem *a, const CfsmSystem *b) {
    bool same = a && b && a->n == b->n;
    for (uint32_t i = 0; same && i < a->n; i++) same = choreography_same(&a->machines[i], &b->machines[i]);
    return same;
}

typedef struct Tally { uint32_t projectable, back, refused; bool wrong; } Tally;

/* The first message of a role renamed there alone: no protocol has both. */
static void break_one(CfsmSystem *system, Names *names, Tally *tally) {
    for (uint32_t role = 0; role < system->n; role++) {
        if (!system->machines[role].nedges) continue;
        system->machines[role].edges[0].message = names_of(names, "renamed");
        Choreography choreography = choreography_of(system, names, "G");
        if (choreography.verdict == CHOREOGRAPHY_FOUND) tally->wrong = true;
        else tally->refused++;
        choreography_fini(&choreography);
        return;
    }
}

static void look(const char *text, size_t length, Tally *tally) {
    Names *names = names_new();
    Read first = read_text(text, length, names);
    CfsmSystem *system = project(&first, names);
    if (system) {
        tally->projectable++;
        Choreography choreography = choreography_of(system, names, "G");
        if (choreography.text) {
            Read second = read_text(choreography.text, strlen(choreography.text), names);
            CfsmSystem *again = project(&second, names);
            if (is_same(system, again)) tally->back++;
            else tally->wrong = true, printf("does not project back:\n%.*s%s", (int)length, text, choreography.text);
            cfsm_system_free(again);
            read_fini(&second);
        } else {
            printf("%.*s\n    %s\n", (int)strcspn(strstr(text, "protocol "), "{"), strstr(text, "protocol "), choreography.why);
        }
        if (getenv("VERBOSE") && choreography.text) printf("%.*s%s", (int)length, text, choreography.text);
        choreography_fini(&choreography);
        break_one(system, names, tally);
    }
    cfsm_system_free(system);
    read_fini(&first);
    names_free(names);
}

static char *read_all(const char *path) {
    FILE *file = fopen(path, "rb");
    char *text = NULL;
    size_t size = 0;
    if (!file) return NULL;
    FILE *memory = open_memstream(&text, &size);
    for (int c; (c = fgetc(file)) != EOF;) fputc(c, memory);
    fclose(memory);
    fclose(file);
    return text;
}

int main(int argc, char **argv) {
    char *all = argc == 2 ? read_all(argv[1]) : NULL;
    Tally tally = {0};
    if (!all) return fprintf(stderr, "usage: choreography FILE\n"), 2;
    for (const char *at = strstr(all, "//@"); at; at = strstr(at + 3, "//@")) {
        const char *line_end = strchr(at, '\n'), *next = strstr(at + 3, "//@");
        look(line_end, next ? (size_t)(next - line_end) : strlen(line_end), &tally);
    }
    printf("%u of %u projectable protocols came back, %u broken ones were refused\n", tally.back, tally.projectable, tally.refused);
    free(all);
    return tally.wrong || tally.back < tally.projectable || !tally.projectable;
}
