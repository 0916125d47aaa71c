/* Numbers, characters and strings: from a token's text to its value. */
#include "frontend/syntax/parser.h"

#include <assert.h>
#include <ctype.h>
#include <string.h>

static Expr *new_int(Parser *parser, Span span, const char *text, size_t length, uint64_t value, const Type *type) {
    Expr *expr = expr_new(parser, EXPR_INT, span, span);
    char *copy = arena_alloc(parser->arena, length + 1);
    memcpy(copy, text, length);
    expr->text = copy;
    expr->text_length = (uint32_t)length;
    expr->value = (int64_t)value;
    expr->type = type;
    return expr;
}

/* ---- integers */

typedef struct Suffix {
    bool is_unsigned, is_long, is_bad;
} Suffix;

static Suffix read_suffix(const char *text, size_t length) {
    Suffix suffix = {0};
    uint32_t n_long = 0, n_unsigned = 0;
    for (size_t i = 0; i < length; i++) {
        char c = (char)tolower((unsigned char)text[i]);
        if (c == 'u') n_unsigned++;
        else if (c == 'l') n_long++;
        else suffix.is_bad = true;
    }
    suffix.is_unsigned = n_unsigned > 0;
    suffix.is_long = n_long > 0;
    if (n_unsigned > 1 || n_long > 2) suffix.is_bad = true;
    return suffix;
}

/* C's rule: the first of these types that holds the value; decimal literals without `u` stay signed. */
static const Type *int_type(Parser *parser, uint64_t value, bool is_decimal, Suffix suffix) {
    Types *types = parser->tree->types;
    if (!suffix.is_long && !suffix.is_unsigned && value <= INT32_MAX) return types_int(types, 32, true);
    if (!suffix.is_long && (suffix.is_unsigned || !is_decimal) && value <= UINT32_MAX)
        return types_int(types, 32, false);
    if (!suffix.is_unsigned && value <= INT64_MAX) return types_int(types, 64, true);
    return types_int(types, 64, false);
}

static uint32_t digit_value(char c) {
    if (isdigit((unsigned char)c)) return (uint32_t)(c - '0');
    if (c >= 'a' && c <= 'f') return (uint32_t)(c - 'a') + 10;
    if (c >= 'A' && c <= 'F') return (uint32_t)(c - 'A') + 10;
    return 99;
}

static bool is_floating(const char *text, size_t length) {
    bool is_hex = length > 1 && text[0] == '0' && tolower((unsigned char)text[1]) == 'x';
    for (size_t i = 0; i < length; i++) {
        char c = (char)tolower((unsigned char)text[i]);
        if (c == '.' || c == (is_hex ? 'p' : 'e')) return true;
    }
    return false;
}

Expr *literal_float(Parser *parser, Span span) {
    diags_add(parser->diags, DIAG_FLOATING_POINT, span, "the dialect has no floating point");
    diags_note(parser->diags, span, "use integers, for example counted in hundredths");
    return expr_new(parser, EXPR_ERROR, span, span);
}

static Expr *bad_number(Parser *parser, Span span, const char *what) {
    diags_add(parser->diags, DIAG_LEXICAL, span, "%s", what);
    return expr_new(parser, EXPR_ERROR, span, span);
}

Expr *literal_number(Parser *parser, Span span, const char *text, size_t length) {
    if (is_floating(text, length)) return literal_float(parser, span);
    uint32_t base = 10;
    size_t i = 0;
    if (length > 1 && text[0] == '0') {
        char c = (char)tolower((unsigned char)text[1]);
        base = c == 'x' ? 16 : c == 'b' ? 2 : 8;
        i = base == 8 ? 0 : 2;
    }
    size_t first = i;
    uint64_t value = 0;
    bool overflows = false;
    for (; i < length && digit_value(text[i]) < base; i++) {
        uint64_t next = value * base + digit_value(text[i]);
        if (value > (UINT64_MAX - digit_value(text[i])) / base) overflows = true;
        value = next;
    }
    if (i == first) return bad_number(parser, span, "a number without digits");
    if (i < length && isdigit((unsigned char)text[i]))
        return bad_number(
            parser, span, base == 8 ? "a digit of an octal number above 7" : "a digit of a binary number above 1");
    Suffix suffix = read_suffix(text + i, length - i);
    if (suffix.is_bad) return bad_number(parser, span, "a number with an unknown suffix; u and l are known");
    if (overflows) return bad_number(parser, span, "a number of more than 64 bits");
    return new_int(parser, span, text, length, value, int_type(parser, value, base == 10, suffix));
}

/* ---- characters and strings */

static const char escapes[] = "n\nt\tr\ra\ab\bf\fv\v\\\\''\"\"??e\033";

static uint32_t read_digits(const char *text, size_t length, size_t *at, uint32_t base, uint32_t most) {
    uint32_t value = 0;
    for (uint32_t n = 0; n < most && *at < length && digit_value(text[*at]) < base; n++, (*at)++)
        value = value * base + digit_value(text[*at]);
    return value;
}

/* The character at *at (after a backslash); a line splice gives nothing. */
static bool read_escape(Parser *parser, Span span, const char *text, size_t length, size_t *at, char *out) {
    char c = text[*at];
    if (c == '\n') return (*at)++, false;
    if (c == '\r' && *at + 1 < length && text[*at + 1] == '\n') return *at += 2, false;
    if (c >= '0' && c <= '7') return *out = (char)read_digits(text, length, at, 8, 3), true;
    (*at)++;
    if (c == 'x') return *out = (char)read_digits(text, length, at, 16, 8), true;
    for (size_t i = 0; i + 1 < sizeof escapes; i += 2)
        if (escapes[i] == c) return *out = escapes[i + 1], true;
    diags_add(parser->diags, DIAG_LEXICAL, span, "unknown escape sequence '\\%c'", c);
    *out = c;
    return true;
}

/* Decodes what stands between the quotes; the result is at most `length` bytes long. */
static char *decode(Parser *parser, Span span, const char *text, size_t length, uint32_t *decoded) {
    char *out = arena_alloc(parser->arena, length + 1);
    uint32_t n = 0;
    for (size_t i = 0; i < length;) {
        char c = text[i++];
        if (c != '\\' || i >= length) out[n++] = c;
        else if (read_escape(parser, span, text, length, &i, &c)) out[n++] = c;
    }
    *decoded = n;
    return out;
}

Expr *literal_char(Parser *parser, Span span, const char *text, size_t length) {
    assert(length >= 2);
    uint32_t n;
    const char *value = decode(parser, span, text + 1, length - 2, &n);
    if (n != 1)
        return bad_number(
            parser, span, n == 0 ? "an empty character literal" : "a character literal of more than one byte");
    return new_int(
        parser, span, text, length, (uint64_t)(int64_t)(signed char)value[0], types_int(parser->tree->types, 32, true));
}

Expr *literal_string(Parser *parser, Span span, const char *text, size_t length) {
    assert(length >= 2);
    Expr *expr = expr_new(parser, EXPR_STRING, span, span);
    expr->text = decode(parser, span, text + 1, length - 2, &expr->text_length);
    return expr;
}

Expr *literal_join(Parser *parser, List pieces, Span span) {
    Expr *const *strings = (Expr *const *)pieces.items;
    if (pieces.n == 1) return strings[0];
    uint32_t length = 0;
    for (uint32_t i = 0; i < pieces.n; i++) length += strings[i]->text_length;
    char *text = arena_alloc(parser->arena, (size_t)length + 1), *end = text;
    for (uint32_t i = 0; i < pieces.n; i++) {
        memcpy(end, strings[i]->text, strings[i]->text_length);
        end += strings[i]->text_length;
    }
    Expr *expr = expr_new(parser, EXPR_STRING, span, span);
    expr->text = text;
    expr->text_length = length;
    return expr;
}
