/* The scanner: raw tokens of one text, in order. */
#ifndef UNKNOT_FRONTEND_LEX_H
#define UNKNOT_FRONTEND_LEX_H

#include "frontend/syntax/parser.h"

/* Scans parser->text from parser->raw.end on; problems go to parser->diags. */
void *lex_open(Parser *parser);
void lex_close(void *scanner);
/* The next token's kind, 0 at the end. `token` must be the same object from call to call: its `end` is where scanning
   goes on. */
int lex_next(void *scanner, Token *token);

#endif
