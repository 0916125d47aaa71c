/* Properties that are given beside the program: formulas, and the propositions of automata, each read as a text of its own. */
#include "frontend/frontend.h"
#include "frontend/syntax/parser.h"

#include <ctype.h>
#include <string.h>

/* `span` with `head` before it, as a declaration. */
static List parse_as(Tree *tree, Diags *diags, const char *head, Span span) {
    size_t length;
    const char *text = sources_text(tree->sources, span.file, &length);
    char *whole = arena_printf(&tree->arena, "%s%.*s\n;", head, (int)(span.end - span.begin), text + span.begin);
    uint32_t begin = (uint32_t)strlen(head), end = begin + (span.end - span.begin);
    Positions positions = {0};
    positions_add(&positions, 0, (Span){span.file, span.begin, span.begin}, true);
    positions_add(&positions, begin, span, false);
    positions_add(&positions, end, (Span){span.file, span.end, span.end}, true);
    List decls = parse_decls(tree, diags, whole, strlen(whole), &positions);
    positions_fini(&positions);
    return decls;
}

/* The property that was read; NULL (reported) when the text holds more, or something else. */
static Decl *property_of(Diags *diags, List decls, Span span, DiagMark before) {
    Decl *decl = decls.n == 1 ? decls.items[0] : NULL;
    if (decl && decl->kind == DECL_PROPERTY && decl->formula) return decl;
    if (diags_errors(diags) == before.errors)
        diags_add(diags, DIAG_SYNTAX, span, "one formula is expected here, and nothing else");
    return NULL;
}

static void add(Tree *tree, Decl *decl) {
    Decl **decls = ARENA_ARRAY(&tree->arena, Decl *, tree->ndecls + 1u);
    memcpy(decls, tree->decls, sizeof *decls * tree->ndecls);
    decls[tree->ndecls++] = decl;
    tree->decls = decls;
}

/* ---- formulas */

static size_t skip_blanks(const char *text, size_t length, size_t at) {
    while (at < length && isspace((unsigned char)text[at])) at++;
    return at;
}

static size_t skip_word(const char *text, size_t length, size_t at) {
    if (at < length && isdigit((unsigned char)text[at])) return at;
    while (at < length && (isalnum((unsigned char)text[at]) || text[at] == '_')) at++;
    return at;
}

/* `NAME:` or `NAME fair(…):` */
static bool has_name(const char *text, size_t length) {
    size_t word = skip_blanks(text, length, 0), end = skip_word(text, length, word),
           at = skip_blanks(text, length, end);
    if (end == word || at == length) return false;
    if (text[at] == ':') return true;
    size_t fair = skip_word(text, length, at), open = skip_blanks(text, length, fair);
    return fair - at == 4 && memcmp(text + at, "fair", 4) == 0 && open < length && text[open] == '(';
}

void frontend_add_formula(Tree *tree, Diags *diags, bool is_ctl, const char *name, Span span) {
    size_t length;
    const char *text = sources_text(tree->sources, span.file, &length), *word = is_ctl ? "ctl" : "ltl";
    bool is_named = has_name(text + span.begin, span.end - span.begin);
    const char *head = is_named ? arena_printf(&tree->arena, "%s ", word)
                                : arena_printf(&tree->arena, "%s %s: ", word, name);
    DiagMark before = diags_mark(diags);
    Decl *decl = property_of(diags, parse_as(tree, diags, head, span), span, before);
    if (!decl) return;
    if (!is_named) decl->at = span;
    add(tree, decl);
}

/* ---- automata */

void frontend_add_automaton(Tree *tree, Diags *diags, const ExtraAutomaton *extra) {
    Decl *decl = ARENA_NEW(&tree->arena, Decl);
    decl->kind = DECL_PROPERTY;
    decl->property = extra->is_never ? PROPERTY_NEVER : PROPERTY_ALLOWS;
    decl->name = names_of(tree->names, extra->name);
    decl->span = decl->at = extra->span;
    decl->propositions = ARENA_ARRAY(&tree->arena, Expr *, extra->npropositions + 1u);
    for (uint32_t i = 0; i < extra->npropositions; i++) {
        DiagMark before = diags_mark(diags);
        Decl *read = property_of(
            diags, parse_as(tree, diags, "invariant p: ", extra->propositions[i]), extra->propositions[i], before);
        if (!read) return;
        decl->propositions[decl->npropositions++] = read->formula;
    }
    add(tree, decl);
}
