/* Feeds bytes to the parser and, with FUZZ_CHECK, what parses to sema and what is right to the lowering. Whatever the bytes are, all must return. */
#include "frontend/frontend.h"

#include <stdlib.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void show(const Tree *tree, const Diags *diags) {
    FILE *out = fopen("/dev/null", "w");
    if (!out) abort();
    tree_dump(tree, out);
    diags_render(diags, out, true);
    fclose(out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Sources *sources = sources_new();
    Diags *diags = diags_new(sources);
    Tree *tree = frontend_parse_text(sources, diags, "fuzz.ac", (const char *)data, size);
    show(tree, diags);
#ifdef FUZZ_CHECK
    Program *program = diags_errors(diags) == 0 && frontend_check(tree, diags) ? frontend_lower(tree, diags) : NULL;
    show(tree, diags);
    program_free(program);
#endif
    tree_free(tree);
    diags_free(diags);
    sources_free(sources);
    return 0;
}
