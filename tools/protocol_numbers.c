#include "tools/protocol_numbers.h"

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
    for (uint32_t i = 0; i < tree->ndecls; i++) {
        const Decl *decl = tree->decls[i];
        if (decl->kind == DECL_PARAM && literal(decl->init, &value)) protocols_define(protocols, names_of(protocols->names, names_text(tree->names, decl->name)), value);
    }
    for (uint32_t i = 0; i < tree->nsettings; i++) define(protocols, tree->settings[i]);
}
