#include "ltl/word_read.h"

#include "ltl/parse.h"

#include <string.h>

typedef struct Reader {
    Formulas *formulas;
    const Sources *sources;
    Diags *diags;
    const char *text; /* of the file */
    Span span;        /* what is left */
} Reader;

static bool complain(Reader *r, const char *message) {
    diags_add(r->diags, DIAG_SYNTAX, (Span){r->span.file, r->span.begin, r->span.begin + (r->span.begin < r->span.end)},
        "%s", message);
    return false;
}

static bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

static void skip_blanks(Reader *r) {
    while (r->span.begin < r->span.end && is_blank(r->text[r->span.begin])) r->span.begin++;
}

static bool take(Reader *r, char c) {
    skip_blanks(r);
    if (r->span.begin == r->span.end || r->text[r->span.begin] != c) return false;
    r->span.begin++;
    return true;
}

/* A literal, constant, or a conjunction of them; `forbidden`: atoms that were denied. */
static bool read_literals(Reader *r, Formula f, uint64_t *letter, uint64_t *forbidden) {
    FormulaOp op = formula_op(r->formulas, f);
    if (op == FORMULA_AND)
        return read_literals(r, formula_operand(r->formulas, f, 0), letter, forbidden) &&
               read_literals(r, formula_operand(r->formulas, f, 1), letter, forbidden);
    if (op == FORMULA_ATOM) *letter |= UINT64_C(1) << formula_atom(r->formulas, f);
    else if (op == FORMULA_NOT && formula_op(r->formulas, formula_operand(r->formulas, f, 0)) == FORMULA_ATOM)
        *forbidden |= UINT64_C(1) << formula_atom(r->formulas, formula_operand(r->formulas, f, 0));
    else if (f != FORMULA_TRUE) return false;
    return true;
}

/* The bytes up to ; { } outside quotes. */
static Span letter_span(const Reader *r) {
    Span span = r->span;
    bool quoted = false;
    uint32_t end = span.begin;
    for (; end < span.end && (quoted || !strchr(";{}", r->text[end])); end++) {
        if (r->text[end] == '"') quoted = !quoted;
        if (quoted && r->text[end] == '\\' && end + 1 < span.end) end++;
    }
    span.end = end < span.end ? end : span.end;
    return span;
}

static bool read_letter(Reader *r, OwnWord *word) {
    Span span = letter_span(r);
    Formula f;
    uint64_t letter = 0, forbidden = 0;
    if (!formula_parse(r->formulas, r->sources, r->diags, span, &f)) return false;
    if (!read_literals(r, f, &letter, &forbidden) || (letter & forbidden) != 0)
        return complain(r, "a letter is a conjunction of atoms and of negated atoms, each once");
    vec_push(&word->letters, letter);
    r->span.begin = span.end;
    return true;
}

bool word_read(Formulas *formulas, const Sources *sources, Diags *diags, Span span, OwnWord *word) {
    size_t length;
    Reader r = {formulas, sources, diags, sources_text(sources, span.file, &length), span};
    *word = (OwnWord){0};
    while (!take(&r, '{')) {
        if (!read_letter(&r, word)) return false;
        if (!take(&r, ';')) return complain(&r, "expected ';' and more letters, and at the end the loop, in braces");
    }
    word->prefix = word->letters.n;
    do {
        if (!read_letter(&r, word)) return false;
    } while (take(&r, ';'));
    if (!take(&r, '}')) return complain(&r, "expected '}' at the end of the loop");
    skip_blanks(&r);
    return r.span.begin == r.span.end || complain(&r, "nothing may follow the loop");
}
