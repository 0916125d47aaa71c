/* Output files that are written whole or not at all: the text is gathered in memory, goes to a temporary file beside
   the target, and takes its place in one step. */
#ifndef UNKNOT_TOOLS_OUTPUT_H
#define UNKNOT_TOOLS_OUTPUT_H

#include <stdbool.h>
#include <stdio.h>

typedef struct Output {
    const char *path; /* NULL or "-": standard output */
    FILE *stream;     /* write here */
    char *text;
    size_t size;
} Output;

/* True when output_end could write this path now; says why not on standard error. */
bool output_probe(const char *path);
void output_begin(Output *output, const char *path);
/* Writes what was gathered; false (and a message on standard error) when it cannot be written. */
bool output_end(Output *output);
/* Forgets what was gathered; nothing is written. */
void output_drop(Output *output);
/* Everything that was printed to standard output has arrived; false with a message when not. */
bool output_flush(void);

#endif
