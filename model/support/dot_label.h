/* Text inside DOT: what stands between the quotes of a label. */
#ifndef UNKNOT_SUPPORT_DOT_LABEL_H
#define UNKNOT_SUPPORT_DOT_LABEL_H

#include <stdio.h>

/* Escapes quotes and backslashes; a newline becomes a line break of the label. */
void dot_label(FILE *out, const char *text);

#endif
