#include "tests/unit/parsed.h"

#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

static char *dump_of(const Tree *tree) {
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    assert_non_null(out);
    tree_dump(tree, out);
    fclose(out);
    return text;
}

static char *errors_of(const Sources *sources, const Diags *diags) {
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    assert_non_null(out);
    for (uint32_t i = 0; i < diags_count(diags); i++) {
        const Diag *diag = diags_at(diags, i);
        if (diag->severity == DIAG_NOTE) continue;
        uint32_t line, column;
        sources_place(sources, diag->span.file, diag->span.begin, &line, &column);
        fprintf(out, "%u:%u %s %s\n", line, column, diag_code_text(diag->code), diag->message);
    }
    fclose(out);
    return text;
}

static Parsed *parsed_new(void) {
    Parsed *parsed = calloc(1, sizeof *parsed);
    assert_non_null(parsed);
    parsed->sources = sources_new();
    parsed->diags = diags_new(parsed->sources);
    return parsed;
}

static Parsed *finish(Parsed *parsed) {
    assert_non_null(parsed->tree);
    parsed->dump = dump_of(parsed->tree);
    parsed->errors = errors_of(parsed->sources, parsed->diags);
    return parsed;
}

Parsed *parsed_text(const char *text) {
    Parsed *parsed = parsed_new();
    parsed->tree = frontend_parse_text(parsed->sources, parsed->diags, "test.ac", text, strlen(text));
    return finish(parsed);
}

Parsed *parsed_path(const char *path, const FrontendOptions *options) {
    Parsed *parsed = parsed_new();
    parsed->tree = frontend_parse(parsed->sources, parsed->diags, path, options);
    return finish(parsed);
}

Parsed *parsed_file(const char *name, const char *text, const FrontendOptions *options) {
    FILE *out = fopen(name, "w");
    assert_non_null(out);
    fputs(text, out);
    fclose(out);
    return parsed_path(name, options);
}

void parsed_free(Parsed *parsed) {
    tree_free(parsed->tree);
    diags_free(parsed->diags);
    sources_free(parsed->sources);
    free(parsed->dump);
    free(parsed->errors);
    free(parsed);
}
