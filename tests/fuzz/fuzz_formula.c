/* Feeds bytes to the parser of formulas; what it reads is printed and read again, as the same formula. */
#include "ltl/parse.h"

#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool read_formula(
    Formulas *formulas, Sources *sources, Diags *diags, const char *text, size_t size, Formula *f) {
    uint32_t file = sources_add(sources, "fuzz", text, size);
    return formula_parse(formulas, sources, diags, (Span){file, 0, (uint32_t)size}, f);
}

static void read_again(Formulas *formulas, Sources *sources, Diags *diags, Formula f) {
    char *text = NULL;
    size_t length;
    Formula again;
    FILE *out = open_memstream(&text, &length);
    if (!out) abort();
    formula_print(formulas, f, out);
    fclose(out);
    if (length < 100000 && (!read_formula(formulas, sources, diags, text, length, &again) || again != f)) abort();
    free(text);
    formula_negated(formulas, f);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    Sources *sources = sources_new();
    Diags *diags = diags_new(sources);
    Formulas *formulas = formulas_new();
    Formula f;
    bool good = read_formula(formulas, sources, diags, (const char *)data, size, &f);
    if (good && formula_size(formulas, f) < 20000) read_again(formulas, sources, diags, f);
    if (!good && diags_errors(diags) == 0) abort();
    formulas_free(formulas);
    diags_free(diags);
    sources_free(sources);
    return 0;
}
