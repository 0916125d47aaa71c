/* What the scanner and the grammar share. */
#ifndef UNKNOT_LTL_PARSER_H
#define UNKNOT_LTL_PARSER_H

#include "ltl/formula.h"
#include "model/support/diag.h"

typedef struct LtlParser {
    Formulas *formulas;
    Diags *diags;
    const char *text; /* of the whole file */
    Span span;        /* what is read of it */
    Span token;       /* the token read last */
    void *scanner;
    Formula result;
    bool gave_up; /* said that it is too deep or too long: nothing more is said */
} LtlParser;

void *ltl_lex_open(LtlParser *parser);
void ltl_lex_close(void *scanner);
int ltl_lex_next(void *scanner, Formula *value);

/* The atom with that name; complains when there is no room for a further one. */
Formula ltl_parser_atom(LtlParser *parser, const char *name, size_t length, Span span);

#endif
