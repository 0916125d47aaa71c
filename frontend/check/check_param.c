/* `param T name;`: a constant whose value comes from the command line, from the file's options or from its default. */
#include "frontend/check/sema.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* ---- settings: "NAME=VALUE" */

static size_t name_length(const char *setting) { return strcspn(setting, "="); }

/* Where the file itself says so; nowhere when it comes from the command line. */
static Span setting_span(const Sema *s, const char *setting) {
    const Tree *tree = s->tree;
    size_t length = strlen(setting);
    for (uint32_t i = tree->noptions; i-- > 0;) {
        size_t n = strlen(tree->options[i]);
        if (n >= length && strcmp(tree->options[i] + n - length, setting) == 0) return tree->option_spans[i];
    }
    return (Span){0};
}

/* The value given last, NULL when there is none. */
static const char *setting_of(const Sema *s, const char *name) {
    for (uint32_t i = s->tree->nsettings; i-- > 0;) {
        const char *setting = s->tree->settings[i];
        size_t length = name_length(setting);
        if (strlen(name) == length && strncmp(name, setting, length) == 0) return setting;
    }
    return NULL;
}

/* ---- values */

typedef struct ParamValue { /* an integer, as 64 bits with their sign */
    int64_t value;
    bool is_huge; /* past INT64_MAX: value is what it wraps to */
} ParamValue;

/* The constant of that name, when the type is its enum. */
static bool read_enum(const Sema *s, const char *text, const Type *type, ParamValue *out) {
    Name name = names_find(s->names, text, strlen(text));
    const Symbol *symbol = name ? scopes_find(&s->scopes, SCOPE_NAMES, name) : NULL;
    if (!symbol || symbol->kind != SYMBOL_ENUM_CONST || type->kind != TYPE_ENUM) return false;
    *out = (ParamValue){.value = symbol->value};
    return true;
}

static bool read_number(const char *text, ParamValue *out) {
    bool is_negative = *text == '-';
    const char *digits = text + is_negative;
    int base = digits[0] == '0' && (digits[1] == 'x' || digits[1] == 'X') ? 16 : 10;
    if (!isdigit((unsigned char)*digits)) return false;
    char *end;
    errno = 0;
    unsigned long long number = strtoull(digits, &end, base);
    if (*end || errno || (is_negative && number > (unsigned long long)INT64_MAX + 1)) return false;
    *out = (ParamValue){(int64_t)(is_negative ? 0 - number : number), !is_negative && number > INT64_MAX};
    return true;
}

static bool read_value(const Sema *s, const char *text, const Type *type, ParamValue *out) {
    bool is_true = strcmp(text, "true") == 0;
    if (is_true || strcmp(text, "false") == 0) {
        *out = (ParamValue){.value = is_true};
        return true;
    }
    return read_enum(s, text, type, out) || read_number(text, out);
}

static bool enum_has(const Type *type, int64_t value) {
    for (uint32_t i = 0; i < type->nenums; i++)
        if (type->enum_values[i] == value) return true;
    return false;
}

static bool value_fits(Sema *s, ParamValue value, const Type *type, uint8_t bits) {
    if (type->kind == TYPE_BOOL) return !value.is_huge && (value.value == 0 || value.value == 1);
    if (type->kind == TYPE_ENUM && type->nenums) return !value.is_huge && enum_has(type, value.value);
    return convert_fits(value.value, types_int(s->types, 64, !value.is_huge), type, bits);
}

/* ---- the declaration */

static const Type *param_type(Sema *s, Decl *decl) {
    const Type *type = check_type_usable(s, check_type(s, decl->syntax), decl->at, "a param");
    if (type_is_integer(type) || type->kind == TYPE_ERROR) return type;
    sema_report(s, PARAM_VALUE, decl->at, "a param is an integer, not a '%s'", sema_type_text(s, type));
    return sema_error_type(s);
}

static bool take_setting(Sema *s, Decl *decl, const Type *type, const char *setting, int64_t *value) {
    const char *name = sema_text(s, decl->name), *text = setting + name_length(setting) + 1;
    ParamValue given;
    if (!read_value(s, text, type, &given)) {
        sema_report(s, PARAM_VALUE, setting_span(s, setting), "-P %s: '%s' is no integer", setting, text);
    } else if (!value_fits(s, given, type, decl->symbol->bits)) {
        sema_report(s, PARAM_VALUE, setting_span(s, setting), "-P %s: %s is no value of '%s'", setting, text,
            sema_type_text(s, type));
    } else {
        *value = given.value;
        return true;
    }
    sema_note(s, decl->at, "'%s' is declared here", name);
    return false;
}

static bool take_default(Sema *s, Decl *decl, const Type *type, int64_t *value) {
    const char *name = sema_text(s, decl->name);
    if (!decl->init) {
        sema_report(s, PARAM_UNSET, decl->at, "the param '%s' has no value: give one with -P %s=VALUE", name, name);
        sema_note(s, decl->at, "or a default here: param %s %s = VALUE;", types_text(s->types, type), name);
        return false;
    }
    if (!check_constant(s, decl->init, "the default of a param")) return false;
    check_conversion(s, decl->init, type, decl->symbol->bits, "the default of a param");
    *value = convert_value(decl->init->value, type);
    return decl->init->type->kind != TYPE_ERROR;
}

void check_param(Sema *s, Decl *decl) {
    const Type *type = decl->type = param_type(s, decl);
    Symbol *symbol = decl->symbol = sema_new_symbol(s, SYMBOL_PARAM_CONST, decl->name, type, decl->at);
    symbol->decl = decl;
    symbol->is_const = true;
    symbol->bits = check_bits(s, decl->bits, type);
    const char *setting = setting_of(s, sema_text(s, decl->name));
    if (setting) check_quietly(s, decl->init);
    bool is_known = type->kind != TYPE_ERROR &&
                    (setting ? take_setting(s, decl, type, setting, &symbol->value)
                             : take_default(s, decl, type, &symbol->value));
    if (!is_known) symbol->type = sema_error_type(s);
    sema_declare(s, SCOPE_NAMES, symbol);
}

/* ---- settings of nothing */

static bool has_param(const Sema *s, const char *setting) {
    size_t length = name_length(setting);
    for (uint32_t i = 0; i < s->tree->ndecls; i++) {
        if (s->tree->decls[i]->kind != DECL_PARAM) continue;
        const char *name = sema_text(s, s->tree->decls[i]->name);
        if (strlen(name) == length && strncmp(name, setting, length) == 0) return true;
    }
    return false;
}

static const char *nearest_param(Sema *s, const char *name) {
    const char **names = ARENA_ARRAY(s->arena, const char *, s->tree->ndecls + 1u);
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->tree->ndecls; i++)
        if (s->tree->decls[i]->kind == DECL_PARAM) names[n++] = sema_text(s, s->tree->decls[i]->name);
    return diag_nearest(name, names, n);
}

void check_param_settings(Sema *s) {
    for (uint32_t i = 0; i < s->tree->nsettings; i++) {
        const char *setting = s->tree->settings[i];
        if (has_param(s, setting)) continue;
        const char *name = arena_printf(s->arena, "%.*s", (int)name_length(setting), setting);
        const char *near = nearest_param(s, name);
        sema_report(s, PARAM_VALUE, setting_span(s, setting), "-P %s: there is no 'param %s' in this program%s%s%s",
            setting, name, near ? "; did you mean '" : "", near ? near : "", near ? "'?" : "");
    }
}
