#include "tests/ltl/given.h"

#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

void given_init(Given *given) {
    given->sources = sources_new();
    given->diags = diags_new(given->sources);
    given->formulas = formulas_new();
    given->bdds = bdds_new();
}

void given_fini(Given *given) {
    bdds_free(given->bdds);
    formulas_free(given->formulas);
    diags_free(given->diags);
    sources_free(given->sources);
}

static bool parse(Given *given, const char *text, Formula *f) {
    uint32_t file = sources_add(given->sources, "formula", text, strlen(text));
    return formula_parse(given->formulas, given->sources, given->diags, (Span){file, 0, (uint32_t)strlen(text)}, f);
}

Formula given_formula(Given *given, const char *text) {
    Formula f;
    if (parse(given, text, &f)) return f;
    diags_render(given->diags, stderr, false);
    fail_msg("no formula: %s", text);
    return FORMULA_FALSE;
}

char *given_complaints(Given *given, const char *text) {
    Formula f;
    char *said = NULL;
    size_t length;
    FILE *out = open_memstream(&said, &length);
    assert_non_null(out);
    diags_free(given->diags);
    given->diags = diags_new(given->sources);
    parse(given, text, &f);
    diags_render(given->diags, out, false);
    fclose(out);
    return said;
}

char *given_print(Given *given, Formula f) {
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    assert_non_null(out);
    formula_print(given->formulas, f, out);
    fclose(out);
    return text;
}

Automaton *given_automaton(Given *given, Formula f, LtlKind kind, const LtlOptions *options) {
    return ltl_translate(given->formulas, given->bdds, f, kind, options);
}
