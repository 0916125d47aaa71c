/* The macros that are defined at a place of the preprocessor's output, and how many tokens a use of one gives. */
#ifndef UNKNOT_FRONTEND_MACROS_H
#define UNKNOT_FRONTEND_MACROS_H

#include "model/support/intern.h"

#include <stdbool.h>

/* A word, number, literal or single character of a text. */
typedef struct Piece {
    uint32_t begin, end;
    Name name; /* a word's, in the macros' own table; 0 otherwise */
} Piece;

typedef struct MacroUse {
    uint32_t end; /* the piece behind it */
} MacroUse;

typedef struct Macros Macros;

Macros *macros_new(void);
void macros_free(Macros *macros);
/* The next piece from *at on, comments and splices skipped; false at the end. Leaves `name` 0. */
bool piece_next(const char *text, uint32_t length, uint32_t *at, Piece *piece);
Name macros_name(Macros *macros, const char *text, const Piece *piece);
/* What follows `#define` on its line. */
void macros_define(Macros *macros, const char *definition);
void macros_undef(Macros *macros, const char *name);
/* Is the piece the name of a defined macro, with its arguments if it takes some? */
bool macros_use(
    const Macros *macros, const char *text, const Piece *pieces, uint32_t npieces, uint32_t at, MacroUse *use);
/* How many pieces the use expands to; a good guess where the preprocessor's rules are subtle. */
uint32_t macros_count(Macros *macros, const char *text, const Piece *pieces, uint32_t at, const MacroUse *use);

#endif
