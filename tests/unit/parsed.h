/* A parsed text and what was said about it, for tests of the front-end. */
#ifndef UNKNOT_TESTS_UNIT_PARSED_H
#define UNKNOT_TESTS_UNIT_PARSED_H

#include "frontend/frontend.h"

typedef struct Parsed {
    Sources *sources;
    Diags *diags;
    Tree *tree;
    char *dump;   /* tree_dump's listing */
    char *errors; /* "line:column code message\n" for each diagnostic, notes left out */
} Parsed;

/* Parses a text in memory. */
Parsed *parsed_text(const char *text);
/* Writes the text to a file of this name in the current folder and parses that, preprocessing when needed. */
Parsed *parsed_file(const char *name, const char *text, const FrontendOptions *options);
Parsed *parsed_path(const char *path, const FrontendOptions *options);
void parsed_free(Parsed *parsed);

#endif
