#include "model/support/dot_text.h"

void dot_text(FILE *out, const char *text) {
    for (; *text; text++) {
        if (*text == '\n') {
            fputs("\\n", out);
        } else if (*text != '\r') {
            if (*text == '"' || *text == '\\') fputc('\\', out);
            fputc(*text, out);
        }
    }
}
