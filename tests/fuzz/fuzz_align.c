/* Aligns arbitrary preprocessor output with an arbitrary source (split at the first NUL): every place must lie inside a
   file. */
#include "frontend/syntax/align.h"
#include "frontend/syntax/parser.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_places(const Sources *sources, const Preprocessed *result) {
    for (uint32_t i = 0; i < result->positions.runs.n; i++) {
        const Run *run = &result->positions.runs.data[i];
        size_t length;
        if (run->span.file == 0) continue;
        sources_text(sources, run->span.file, &length);
        if (run->begin > result->length || run->span.begin > run->span.end || run->span.end > length) abort();
    }
}

static void parse(Tree *tree, Diags *diags, const Preprocessed *result) {
    FILE *out = fopen("/dev/null", "w");
    if (!out) abort();
    parse_text(tree, diags, result->text, result->length, &result->positions);
    tree_dump(tree, out);
    diags_render(diags, out, false);
    fclose(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    const uint8_t *nul = size ? memchr(data, 0, size) : NULL;
    size_t first = nul ? (size_t)(nul - data) : size / 2, rest = size - first;
    Sources *sources = sources_new();
    Diags *diags = diags_new(sources);
    Tree *tree = parse_new_tree(sources);
    tree->file = sources_add(sources, "fuzz.ac", (const char *)data, first);
    Preprocessed result = {.text = malloc(rest + 1), .length = rest};
    if (!result.text) abort();
    memcpy(result.text, data + first, rest);
    result.text[rest] = '\0';
    align_output(sources, diags, tree->file, &result);
    check_places(sources, &result);
    parse(tree, diags, &result);
    preprocessed_fini(&result);
    tree_free(tree);
    diags_free(diags);
    sources_free(sources);
    return 0;
}
