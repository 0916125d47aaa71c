#include "model/support/dot_label.h"

void dot_label(FILE *out, const char *text) {
    for (; *text; text++) {
        if (*text == '\n') {
            fputs("\\n", out);
        } else if (*text != '\r') {
            if (*text == '"' || *text == '\\') fputc('\\', out);
            fputc(*text, out);
        }
    }
}
