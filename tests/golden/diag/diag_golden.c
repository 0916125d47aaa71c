/* Golden test of diagnostics: what each program of a folder makes the front-end say, compared with the text kept for it.
   diag_golden [--update] PROGRAMS TEXTS [--every-code]
   With --every-code each file is named after a code that it shows, its errors stand on the lines that its `//@ expect error at LINE` name,
   and every code has a file. */
#include "frontend/frontend.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

typedef struct Run {
    const char *programs, *texts;
    bool is_update, is_every_code;
    bool shown[DIAG_CODES];
    uint32_t failed, passed;
} Run;

/* Codes that no small file can show: the file is missing or odd, the limits are large. */
static bool is_exempt(DiagCode code) {
    switch (code) {
    case DIAG_UNREADABLE:
    case DIAG_EMPTY_FILE:
    case DIAG_NOT_TEXT:
    case DIAG_TOO_LARGE:
    case DIAG_NESTING:
    case DIAG_PREPROCESSOR:
    case DIAG_PREPROCESSOR_WARNING:
    case DIAG_PROGRAM_LIMIT:
    case DIAG_PROTOCOL_SYNTAX: /* of protocols: tests/session */
    case DIAG_PROTOCOL:
    case DIAG_PROTOCOL_LIMIT:
    case DIAG_PROTOCOL_LATE:
    case DIAG_NOT_PROJECTABLE:
    case DIAG_NONCONFORMING:
    case DIAG_LISTENING_END:
    case DIAG_ROLE_UNTAKEN:
    case DIAG_EXPORT: /* of exported models: tests/spin */
    case DIAG_CFSM: return true;
    default: return false;
    }
}

static void fail(Run *run, const char *file, const char *what, const char *detail) {
    printf("FAIL %s: %s%s\n", file, what, detail);
    run->failed++;
}

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

/* ---- expectations against what was said */

static bool is_expected(const Tree *tree, uint32_t line) {
    for (uint32_t i = 0; i < tree->nexpectations; i++) {
        const Expectation *expectation = &tree->expectations[i];
        if (strcmp(expectation->kind, "error") == 0 && (expectation->line == 0 || expectation->line == line)) return true;
    }
    return false;
}

static bool has_error_at(const Diags *diags, const Sources *sources, uint32_t line) {
    for (uint32_t i = 0; i < diags_count(diags); i++) {
        const Diag *diag = diags_at(diags, i);
        if (diag->severity == DIAG_ERROR && (line == 0 || sources_line_of(sources, diag->span) == line)) return true;
    }
    return false;
}

static void check_lines(Run *run, const char *file, const Tree *tree, const Diags *diags, const Sources *sources) {
    char number[32];
    for (uint32_t i = 0; i < diags_count(diags); i++) {
        const Diag *diag = diags_at(diags, i);
        uint32_t line = sources_line_of(sources, diag->span);
        snprintf(number, sizeof number, "%u", line);
        if (diag->severity == DIAG_ERROR && !is_expected(tree, line)) fail(run, file, "an error that is not expected, at line ", number);
    }
    for (uint32_t i = 0; i < tree->nexpectations; i++) {
        const Expectation *expectation = &tree->expectations[i];
        snprintf(number, sizeof number, "%u", expectation->line);
        if (strcmp(expectation->kind, "error") == 0 && !has_error_at(diags, sources, expectation->line))
            fail(run, file, "an expected error is missing, at line ", number);
    }
}

static void check_codes(Run *run, const char *file, const Diags *diags) {
    size_t length = strlen(file) - strlen(".ac");
    bool is_named = false;
    for (uint32_t i = 0; i < diags_count(diags); i++) {
        const char *code = diag_code_text(diags_at(diags, i)->code);
        run->shown[diags_at(diags, i)->code] = true;
        is_named = is_named || (strlen(code) == length && strncmp(code, file, length) == 0);
    }
    if (!is_named) fail(run, file, "it does not show the code it is named after", "");
}

/* ---- golden texts */

static void compare(Run *run, const char *file, const char *text) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%.*s.txt", run->texts, (int)(strlen(file) - 3), file);
    if (run->is_update) {
        FILE *out = fopen(path, "wb");
        if (!out || fputs(text, out) == EOF || fclose(out) != 0) fail(run, file, "cannot write ", path);
        return;
    }
    char *golden = read_all(path);
    if (!golden || strcmp(golden, text) != 0) {
        fail(run, file, "the text differs from ", path);
        printf("---- now:\n%s---- kept:\n%s----\n", text, golden ? golden : "(nothing)\n");
    }
    free(golden);
}

static void run_file(Run *run, const char *file) {
    uint32_t failed = run->failed;
    Sources *sources = sources_new();
    Diags *diags = diags_new(sources);
    FrontendOptions options = {0};
    Tree *tree = frontend_parse(sources, diags, file, &options);
    if (diags_errors(diags) == 0 && frontend_check(tree, diags)) program_free(frontend_lower(tree, diags));
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    diags_render(diags, out, false);
    fclose(out);
    compare(run, file, text);
    if (run->is_every_code) {
        check_lines(run, file, tree, diags, sources);
        check_codes(run, file, diags);
    }
    run->passed += failed == run->failed;
    free(text);
    tree_free(tree);
    diags_free(diags);
    sources_free(sources);
}

static int is_program(const struct dirent *entry) {
    size_t length = strlen(entry->d_name);
    return length > 3 && strcmp(entry->d_name + length - 3, ".ac") == 0;
}

static void check_every_code(Run *run) {
    for (uint32_t code = 0; run->is_every_code && code < DIAG_CODES; code++)
        if (!run->shown[code] && !is_exempt((DiagCode)code)) fail(run, diag_code_text((DiagCode)code), "no program shows this code", "");
}

static int run_all(Run *run) {
    struct dirent **entries = NULL;
    char *texts = realpath(run->texts, NULL);
    int count = chdir(run->programs) == 0 ? scandir(".", &entries, is_program, alphasort) : -1;
    if (count <= 0 || !texts) {
        fprintf(stderr, "diag_golden: no programs in %s, or no folder %s\n", run->programs, run->texts);
        return 2;
    }
    run->texts = texts;
    for (int i = 0; i < count; i++) {
        run_file(run, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    check_every_code(run);
    free(texts);
    printf("%u passed, %u failed\n", run->passed, run->failed);
    return run->failed ? 1 : 0;
}

int main(int argc, char **argv) {
    static Run run;
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--update") == 0) run.is_update = true;
        else if (strcmp(argv[i], "--every-code") == 0) run.is_every_code = true;
        else if (!run.programs) run.programs = argv[i];
        else run.texts = argv[i];
    }
    if (run.programs && run.texts) return run_all(&run);
    fprintf(stderr, "usage: diag_golden [--update] [--every-code] PROGRAMS TEXTS\n");
    return 2;
}
