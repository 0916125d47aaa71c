#include "model/support/excerpt.h"

#include "model/support/utf8.h"

#include <ctype.h>

enum {
    WINDOW = 160,       /* bytes shown of a line */
    WINDOW_BEFORE = 100 /* of them before the caret when the line is longer */
};

/* What is shown of the line: bytes [from, to), the range [caret, end) in it. */
typedef struct Window {
    size_t from, to, caret, end;
} Window;

static Window window_of(const Excerpt *excerpt) {
    size_t length = excerpt->length, caret = excerpt->column - 1 < length ? excerpt->column - 1 : length;
    size_t from = length > WINDOW && caret > WINDOW_BEFORE ? caret - WINDOW_BEFORE : 0;
    size_t to = length - from > WINDOW ? from + WINDOW : length;
    size_t end = excerpt->end > excerpt->column ? caret + (excerpt->end - excerpt->column) : caret + 1;
    return (Window){from, to, caret, end < to ? end : to};
}

static size_t length_at(const Excerpt *excerpt, size_t at) {
    return utf8_length(excerpt->line + at, excerpt->length - at);
}

/* One byte or sequence of the line, with what cannot be shown as `?`; returns how many bytes it took. */
static size_t put_character(const Excerpt *excerpt, size_t at, FILE *out) {
    unsigned char c = (unsigned char)excerpt->line[at];
    size_t n = length_at(excerpt, at);
    if (n > 1) fwrite(excerpt->line + at, 1, n, out);
    else fputc(c == '\t' || (c < 0x80 && isprint(c)) ? c : '?', out);
    return n ? n : 1;
}

/* The same width in blanks. */
static size_t put_blank(const Excerpt *excerpt, size_t at, FILE *out) {
    size_t n = length_at(excerpt, at);
    fputc(excerpt->line[at] == '\t' ? '\t' : ' ', out);
    return n ? n : 1;
}

static void put_margin(const Excerpt *excerpt, const Window *window, FILE *out) {
    fprintf(out, "      | %s", window->from ? "   " : "");
    for (size_t i = window->from; i < window->caret;) i += put_blank(excerpt, i, out);
}

static bool is_begin(const Excerpt *excerpt, size_t at) { return ((unsigned char)excerpt->line[at] & 0xc0) != 0x80; }

void excerpt_print(const Excerpt *excerpt, const char *text, FILE *out, bool colour) {
    Window window = window_of(excerpt);
    fprintf(out, "%5u | %s", excerpt->number, window.from ? "..." : "");
    for (size_t i = window.from; i < window.to;) i += put_character(excerpt, i, out);
    fprintf(out, "%s\n", window.to < excerpt->length ? "..." : "");
    put_margin(excerpt, &window, out);
    fprintf(out, "%s^", colour ? "\033[1;32m" : "");
    for (size_t i = window.caret + 1; i < window.end; i++)
        if (is_begin(excerpt, i)) fputc('~', out);
    fprintf(out, "%s%s%s\n", colour ? "\033[0m" : "", text[0] ? " " : "", text);
}

void excerpt_print_more(const Excerpt *excerpt, const char *text, FILE *out) {
    Window window = window_of(excerpt);
    put_margin(excerpt, &window, out);
    fputc(' ', out);
    for (size_t i = window.caret + 1; i < window.end; i++)
        if (is_begin(excerpt, i)) fputc(' ', out);
    fprintf(out, " %s\n", text);
}
