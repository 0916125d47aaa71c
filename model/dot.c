#include "model/dot.h"

#include <ctype.h>
#include <string.h>

static void put(FILE *out, char c) {
    if (c == '"' || c == '\\') fputc('\\', out);
    if ((unsigned char)c >= ' ') fputc(c, out);
}

void dot_text(FILE *out, const Program *program, Span span, uint32_t max) {
    if (!span.file) return;
    size_t length;
    const char *text = sources_text(program->sources, span.file, &length);
    bool blank = false, any = false;
    uint32_t n = 0;
    for (size_t i = span.begin; i < span.end && i < length; i++) {
        if (isspace((unsigned char)text[i])) {
            blank = any;
            continue;
        }
        if (n + 1 >= max && (text[i] & 0xc0) != 0x80) {
            fputs("…", out);
            return;
        }
        if (blank) n++, fputc(' ', out);
        put(out, text[i]);
        blank = false;
        any = true;
        n++;
    }
}
