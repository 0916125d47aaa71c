#include "roles/protocol_numbers.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* A default that is a literal; another one has a value only once the program is checked. */
static bool literal(const Expr *expr, int64_t *value) {
    if (!expr) return false;
    if (expr->kind == EXPR_UNARY && expr->op == OP_NEG && literal(expr->a, value)) {
        *value = -*value;
        return true;
    }
    if (expr->kind != EXPR_INT || expr->value > INT32_MAX) return false;
    *value = (int64_t)expr->value;
    return true;
}

/* "NAME=VALUE" */
static void define(Protocols *protocols, const char *setting) {
    const char *equals = strchr(setting, '=');
    char *end;
    if (!equals) return;
    errno = 0;
    long long value = strtoll(equals + 1, &end, 0);
    if (end != equals + 1 && !*end && !errno) protocols_define(protocols, names_add(protocols->names, setting, (size_t)(equals - setting)), value);
}

void protocol_numbers_define(Protocols *protocols, const Tree *tree) {
    int64_t value;
    for (uint32_t i = 0; i < tree->nmacros; i++)
        protocols_define(protocols, names_of(protocols->names, names_text(tree->names, tree->macros[i].name)), tree->macros[i].value);
    for (uint32_t i = 0; i < tree->ndecls; i++) {
        const Decl *decl = tree->decls[i];
        if (decl->kind == DECL_PARAM && literal(decl->init, &value)) protocols_define(protocols, names_of(protocols->names, names_text(tree->names, decl->name)), value);
    }
    for (uint32_t i = 0; i < tree->nsettings; i++) define(protocols, tree->settings[i]);
}

/* ---- macros */

static bool is_word(char c) { return isalnum((unsigned char)c) || c == '_'; }

static const char *skip_blanks(const char *at) {
    while (*at == ' ' || *at == '\t') at++;
    return at;
}

/* "N" of `#define N …`; `after` is behind it. 0: the line is none. */
static size_t macro_name(const char *line, const char **after) {
    const char *at = skip_blanks(line);
    if (*at != '#') return 0;
    at = skip_blanks(at + 1);
    if (strncmp(at, "define", 6) != 0 || is_word(at[6])) return 0;
    at = skip_blanks(at + 6);
    size_t n = 0;
    while (is_word(at[n])) n++;
    *after = at + n;
    return n;
}

/* A number, in parentheses perhaps, and nothing but a comment after it. */
static bool macro_value(const char *at, int64_t *value) {
    char *end;
    at = skip_blanks(at);
    bool has_parentheses = *at == '(';
    if (has_parentheses) at = skip_blanks(at + 1);
    if (!isdigit((unsigned char)*at) && *at != '-') return false;
    errno = 0;
    *value = strtoll(at, &end, 0);
    if (end == at || errno) return false;
    at = skip_blanks(end);
    if (has_parentheses && *at++ != ')') return false;
    at = skip_blanks(at);
    return *at == '\n' || *at == '\r' || !*at || (*at == '/' && (at[1] == '/' || at[1] == '*'));
}

static uint32_t count_definitions(const char *text, const char *name, size_t length) {
    uint32_t n = 0;
    for (const char *line = text, *after; line; line = strchr(line, '\n')) {
        if (*line == '\n') line++;
        size_t found = macro_name(line, &after);
        n += found == length && strncmp(after - found, name, length) == 0;
    }
    return n;
}

void protocol_numbers_macros(Protocols *protocols, const Sources *sources, uint32_t file, const char *const *flags, uint32_t nflags) {
    size_t length;
    int64_t value;
    const char *text = sources_text(sources, file, &length), *after;
    for (const char *line = text; line; line = strchr(line, '\n')) {
        if (*line == '\n') line++;
        size_t n = macro_name(line, &after);
        if (!n || !macro_value(after, &value) || count_definitions(text, after - n, n) != 1) continue;
        protocols_define(protocols, names_add(protocols->names, after - n, n), value);
    }
    for (uint32_t i = 0; i < nflags; i++) {
        if (strncmp(flags[i], "-D", 2) != 0) continue;
        size_t n = strcspn(flags[i] + 2, "=");
        if (!flags[i][2 + n]) protocols_define(protocols, names_add(protocols->names, flags[i] + 2, n), 1);
        else define(protocols, flags[i] + 2);
    }
}
