/* From a path to a tree: read, preprocess when needed, parse, and read the `//@` lines. */
#include "frontend/syntax/expect.h"
#include "frontend/frontend.h"
#include "frontend/syntax/lex.h"
#include "frontend/syntax/parser.h"
#include "frontend/syntax/preprocess.h"
#include "model/support/read.h"
#include "model/support/fatal.h"
#include "parse.tab.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

Tree *parse_new_tree(Sources *sources) {
    Tree *tree = calloc(1, sizeof *tree);
    if (!tree) fatal("out of memory");
    arena_init(&tree->arena);
    tree->names = names_new();
    tree->types = types_new(tree->names);
    tree->sources = sources;
    return tree;
}

/* ---- is it text? */

static bool is_control(unsigned char c) {
    return c < 0x20 && c != '\t' && c != '\n' && c != '\r' && c != '\f' && c != '\v';
}

/* Noise holds NULs, or many bytes that no text has; single stray bytes are the scanner's to report. */
static bool check_text(Diags *diags, uint32_t file, const char *text, size_t length) {
    const char *nul = memchr(text, '\0', length);
    size_t odd = 0;
    for (size_t i = 0; i < length; i++) odd += is_control((unsigned char)text[i]) || (unsigned char)text[i] >= 0xf8;
    if (!nul && odd * 10 <= length) return true;
    uint32_t at = nul ? (uint32_t)(nul - text) : 0;
    diags_add(diags, DIAG_NOT_TEXT, (Span){file, at, at}, "this is no program text: %s",
        nul ? "it holds a NUL byte" : "most of it is control characters");
    return false;
}

/* A line whose first character is `#`, outside comments. */
static bool has_directive(const char *text, size_t length) {
    bool is_line_start = true, in_comment = false;
    for (size_t i = 0; i < length; i++) {
        char c = text[i], next = i + 1 < length ? text[i + 1] : '\0';
        if (in_comment) {
            if (c == '*' && next == '/') in_comment = false, i++;
        } else if (c == '/' && next == '*') {
            in_comment = true;
            i++;
        } else if (c == '/' && next == '/') {
            while (i < length && text[i] != '\n') i++;
            is_line_start = true;
        } else if (c == '"' || c == '\'') {
            for (i++; i < length && text[i] != c && text[i] != '\n'; i++) i += text[i] == '\\';
            is_line_start = i < length && text[i] == '\n';
        } else if (c == '\n') {
            is_line_start = true;
        } else if (c == '#' && is_line_start) {
            return true;
        } else if (c != ' ' && c != '\t' && c != '\r') {
            is_line_start = false;
        }
    }
    return false;
}

/* ---- parsing */

/* What was declared before is known by the kind of its name. */
static void declare_names(Parser *parser) {
    for (uint32_t i = 0; i < parser->tree->ndecls; i++) {
        const Decl *decl = parser->tree->decls[i];
        switch (decl->kind) {
        case DECL_TYPEDEF: typename_declare(parser, decl->name, MEANING_TYPEDEF); break;
        case DECL_MESSAGE: typename_declare(parser, decl->name, MEANING_MESSAGE); break;
        case DECL_VAR:
        case DECL_FUNC:
        case DECL_PARAM: typename_declare(parser, decl->name, MEANING_VALUE); break;
        default: break;
        }
        for (uint32_t k = 0; decl->syntax && k < decl->syntax->nenums; k++)
            typename_declare(parser, decl->syntax->enums[k].name, MEANING_VALUE);
    }
}

static bool parse_once(
    Tree *tree, Diags *diags, const char *text, size_t length, const Positions *positions, Offsets *inserted, List *decls) {
    Parser parser = {.tree = tree, .arena = &tree->arena, .names = tree->names, .diags = diags, .positions = positions,
                     .file = tree->file, .text = text, .length = (uint32_t)length, .inserted = inserted};
    if (length >= 3 && memcmp(text, "\xef\xbb\xbf", 3) == 0) parser.raw.end = 3;
    token_init(&parser);
    declare_names(&parser);
    frontend_yyparse(&parser);
    *decls = parser.decls;
    token_fini(&parser);
    return !parser.restart;
}

List parse_decls(Tree *tree, Diags *diags, const char *text, size_t length, const Positions *positions) {
    Offsets inserted = {0};
    List decls;
    DiagMark start = diags_mark(diags);
    while (!parse_once(tree, diags, text, length, positions, &inserted, &decls)) diags_rewind(diags, start);
    vec_fini(&inserted);
    return decls;
}

void parse_text(Tree *tree, Diags *diags, const char *text, size_t length, const Positions *positions) {
    DiagMark start = diags_mark(diags);
    List decls = parse_decls(tree, diags, text, length, positions);
    tree->decls = (Decl **)decls.items;
    tree->ndecls = decls.n;
    if (tree->ndecls == 0 && diags_errors(diags) == start.errors)
        diags_add(diags, DIAG_EMPTY_FILE, (Span){tree->file, 0, 0}, "the file holds no program");
}

static void parse_preprocessed(Tree *tree, Diags *diags, const char *path, const FrontendOptions *options) {
    Preprocessed result = {0};
    if (preprocess(tree->sources, diags, tree->file, path, options, &result))
        parse_text(tree, diags, result.text, result.length, &result.positions);
    tree->nmacros = result.numbers.n;
    tree->macros = arena_alloc(&tree->arena, sizeof *tree->macros * (result.numbers.n + 1u));
    for (uint32_t i = 0; i < result.numbers.n; i++) {
        tree->macros[i].name = names_of(tree->names, result.numbers.data[i].name);
        tree->macros[i].value = result.numbers.data[i].value;
    }
    preprocessed_fini(&result);
}

Tree *frontend_parse_text(Sources *sources, Diags *diags, const char *name, const char *text, size_t length) {
    Tree *tree = parse_new_tree(sources);
    tree->file = sources_add(sources, name, text, length);
    text = sources_text(sources, tree->file, &length);
    if (!check_text(diags, tree->file, text, length)) return tree;
    expect_read(tree, diags);
    parse_text(tree, diags, text, length, NULL);
    return tree;
}

/* After those of the file, so that they win. */
static void add_settings(Tree *tree, const FrontendOptions *options) {
    const char **settings = ARENA_ARRAY(&tree->arena, const char *, tree->nsettings + options->nsettings + 1u);
    for (uint32_t i = 0; i < tree->nsettings; i++) settings[i] = tree->settings[i];
    for (uint32_t i = 0; i < options->nsettings; i++)
        settings[tree->nsettings++] = arena_strdup(&tree->arena, options->settings[i]);
    tree->settings = settings;
}

Tree *frontend_parse(Sources *sources, Diags *diags, const char *path, const FrontendOptions *options) {
    size_t length;
    char *read = read_file(diags, path, &length);
    Tree *tree = parse_new_tree(sources);
    tree->file = sources_add(sources, path, read ? read : "", read ? length : 0);
    free(read);
    if (!read) return tree;
    const char *text = sources_text(sources, tree->file, &length);
    if (!check_text(diags, tree->file, text, length)) return tree;
    expect_read(tree, diags);
    if (options) add_settings(tree, options);
    if (has_directive(text, length)) parse_preprocessed(tree, diags, path, options);
    else parse_text(tree, diags, text, length, NULL);
    return tree;
}
