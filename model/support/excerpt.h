/* A source line with a caret range under it, as clang shows it; a long line is cut around the caret. */
#ifndef UNKNOT_SUPPORT_EXCERPT_H
#define UNKNOT_SUPPORT_EXCERPT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

typedef struct Excerpt {
    const char *line; /* without its newline; any bytes */
    size_t length;
    uint32_t number;
    uint32_t column, end; /* the range, in bytes from 1; end is the column behind it */
} Excerpt;

/* `text` stands behind the carets, "" for none. */
void excerpt_print(const Excerpt *excerpt, const char *text, FILE *out, bool colour);
/* A further text, below the first one. */
void excerpt_print_more(const Excerpt *excerpt, const char *text, FILE *out);

#endif
