/* What is said of the text of protocols: texts [--update] FILE. An entry is a line "=== NAME", the text, a line "---" and what is said of it, or
   "fine" when nothing is. A first line "set NAME=VALUE" gives a number its value. --update writes what is said now. */
#include "checker/smt.h"
#include "session/conditions.h"
#include "session/global.h"
#include "session/project.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char *read_all(const char *path) {
    FILE *in = fopen(path, "rb");
    if (!in) return NULL;
    char *text = NULL, buffer[4096];
    size_t size = 0, n;
    FILE *out = open_memstream(&text, &size);
    while ((n = fread(buffer, 1, sizeof buffer, in)) > 0) fwrite(buffer, 1, n, out);
    fclose(out);
    fclose(in);
    return text;
}

static void look_at(const Protocols *all, const Protocol *protocol, Diags *diags) {
    if (!protocol_check(all, protocol, diags)) return;
    GlobalAutomaton *global = global_of(all, protocol, diags);
    Smt *smt = smt_new();
    Solver solver = smt_solver(smt);
    if (global) (void)conditions_check(global, &solver, diags);
    smt_free(smt);
    for (uint32_t role = 0; global && role < protocol->nroles; role++) {
        Projection projection = project_role(global, role);
        projection_report(global, &projection, diags);
        projection_fini(&projection);
    }
    global_free(global);
}

/* "set NAME=VALUE" */
static size_t read_setting(Protocols *all, const char *text) {
    char name[64];
    int value, n = 0;
    if (sscanf(text, "set %63[a-zA-Z_]=%d\n%n", name, &value, &n) != 2) return 0;
    protocols_define(all, names_of(all->names, name), value);
    return (size_t)n;
}

/* What is said of a text; to be freed. */
static char *said(const char *text, size_t length) {
    Sources *sources = sources_new();
    Diags *diags = diags_new(sources);
    Protocols *all = protocols_new(NULL);
    size_t skip = read_setting(all, text), size = 0;
    uint32_t file = sources_add(sources, "protocol", text + skip, length - skip);
    protocols_parse(all, sources, (Span){file, 0, (uint32_t)(length - skip)}, diags);
    for (uint32_t i = 0; i < all->n; i++) look_at(all, all->all[i], diags);
    char *out = NULL;
    FILE *stream = open_memstream(&out, &size);
    if (diags_count(diags)) diags_render(diags, stream, false);
    else fputs("fine\n", stream);
    fclose(stream);
    protocols_free(all);
    diags_free(diags);
    sources_free(sources);
    return out;
}

typedef struct Entry {
    const char *name, *text, *expected, *end;
    size_t name_length;
} Entry;

/* The entry that begins at `at`. False: its parts are not there. */
static bool read_entry(const char *at, Entry *entry) {
    const char *next = strstr(at + 1, "\n=== "), *line_end = strchr(at, '\n');
    entry->end = next ? next + 1 : at + strlen(at);
    entry->name = at;
    entry->text = line_end ? line_end + 1 : entry->end;
    entry->name_length = (size_t)(entry->text - at);
    const char *rule = strstr(entry->text, "\n---\n");
    if (!rule || rule > entry->end) return false;
    entry->expected = rule + strlen("\n---\n");
    return true;
}

int main(int argc, char **argv) {
    bool is_update = argc == 3 && strcmp(argv[1], "--update") == 0;
    const char *path = argv[argc - 1];
    char *all = argc == 2 || is_update ? read_all(path) : NULL;
    if (!all) return fprintf(stderr, "usage: texts [--update] FILE\n"), 2;
    unsigned passed = 0, failed = 0;
    const char *at = strncmp(all, "=== ", 4) == 0 ? all : strstr(all, "\n=== ");
    if (at && *at == '\n') at++;
    FILE *out = is_update ? fopen(path, "wb") : NULL;
    if (out && at) fwrite(all, 1, (size_t)(at - all), out);
    for (Entry entry; at && *at; at = entry.end) {
        if (!read_entry(at, &entry)) return fprintf(stderr, "%s: an entry without ---: %.40s\n", path, at), 2;
        size_t text_length = (size_t)(entry.expected - entry.text) - strlen("---\n");
        char *ours = said(entry.text, text_length);
        const char *blank = entry.end[0] ? "\n" : ""; /* between entries */
        size_t length = (size_t)(entry.end - entry.expected) - strlen(blank), ours_length = strlen(ours);
        bool good = length == ours_length && memcmp(entry.expected, ours, length) == 0;
        passed += good;
        failed += !good;
        if (out)
            fprintf(out, "%.*s%.*s---\n%s%s", (int)entry.name_length, entry.name, (int)text_length, entry.text, ours,
                blank);
        else if (!good)
            printf("FAIL %.*s  known:\n%.*s  ours:\n%s", (int)entry.name_length, entry.name, (int)length,
                entry.expected, ours);
        free(ours);
    }
    if (out) fclose(out);
    printf("%u passed, %u failed\n", passed, failed);
    free(all);
    return is_update ? 0 : failed || !passed;
}
