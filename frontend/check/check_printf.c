/* printf: its literal format against its arguments. */
#include "frontend/check/sema.h"

#include <string.h>

typedef struct Conversion {
    const char *text; /* from its `%` */
    int length;
    char letter;
    uint8_t bits; /* of the integer it takes, after promotion */
} Conversion;

static const char *skip_any(const char *p, const char *end, const char *set) {
    while (p < end && *p && strchr(set, *p)) p++;
    return p;
}

/* The conversion after a `%`; returns what follows it. */
static const char *read_conversion(const char *p, const char *end, Conversion *conversion) {
    *conversion = (Conversion){p - 1, 1, 0, 32};
    p = skip_any(p, end, "-+ #0");
    p = skip_any(p, end, "0123456789.");
    const char *length = p;
    p = skip_any(p, end, "hljzt");
    if (p > length && *length != 'h') conversion->bits = 64;
    if (p < end) conversion->letter = *p++;
    conversion->length = (int)(p - conversion->text);
    return p;
}

static void check_value(Sema *s, Expr *arg, Conversion conversion) {
    if (conversion.letter == 's') {
        if (arg->kind == EXPR_STRING) {
            arg->type = types_basic(s->types, TYPE_STRING);
            return;
        }
        check_quietly(s, arg);
        sema_report(s, FORMAT, arg->span, "'%%s' shows a string literal only");
        return;
    }
    if (!check_expr_integer(s, arg, "the value shown")) return;
    uint8_t bits = convert_promote(s->types, arg)->bits;
    if (bits != conversion.bits)
        sema_report(s, FORMAT_WIDTH, arg->span, "'%.*s' shows an integer of %u bits, but this has %u",
            conversion.length, conversion.text, conversion.bits, bits);
}

static void check_conversion_at(Sema *s, Expr *expr, Conversion conversion, uint32_t *next) {
    if (conversion.letter == '%') return;
    if (conversion.letter == 0 || !strchr("diuxXocs", conversion.letter)) {
        sema_report(s, FORMAT, expr->args[0]->span, "printf knows %%d %%i %%u %%x %%X %%o %%c %%s and %%%%, not '%.*s'",
            conversion.length, conversion.text);
    } else if (*next >= expr->nargs) {
        sema_report(s, FORMAT, expr->args[0]->span, "'%.*s' has no argument", conversion.length, conversion.text);
    } else {
        check_value(s, expr->args[*next], conversion);
    }
    ++*next;
}

static void check_format(Sema *s, Expr *expr) {
    const Expr *format = expr->args[0];
    const char *p = format->text, *end = p + format->text_length;
    uint32_t next = 1;
    while (p < end) {
        if (*p++ != '%') continue;
        Conversion conversion;
        p = read_conversion(p, end, &conversion);
        check_conversion_at(s, expr, conversion, &next);
    }
    for (uint32_t i = next; i < expr->nargs; i++) {
        check_quietly(s, expr->args[i]);
        if (i == next) sema_report(s, FORMAT, expr->args[i]->span, "the format has no conversion for this argument");
    }
}

void check_printf(Sema *s, Expr *expr) {
    expr->type = sema_void(s);
    if (expr->nargs > 0 && expr->args[0]->kind == EXPR_STRING) {
        expr->args[0]->type = types_basic(s->types, TYPE_STRING);
        check_format(s, expr);
    } else {
        for (uint32_t i = 0; i < expr->nargs; i++) check_quietly(s, expr->args[i]);
        sema_report(s, FORMAT, expr->at, "the format of printf is a string literal");
    }
    for (uint32_t i = 0; i < expr->nargs; i++)
        if (!expr->args[i]->type) check_failed(s, expr->args[i]);
}
