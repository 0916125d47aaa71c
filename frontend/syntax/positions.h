/* Where the bytes of a preprocessed text come from: every token keeps the place it has in the user's files. */
#ifndef UNKNOT_FRONTEND_POSITIONS_H
#define UNKNOT_FRONTEND_POSITIONS_H

#include "model/support/source.h"
#include "model/support/vec.h"

typedef struct Run { /* from `begin` on, up to the next run */
    uint32_t begin;
    bool is_fixed; /* every byte stands for `span` (a macro's name); else the bytes are those of the file from
                      span.begin on */
    Span span;
} Run;

typedef struct Positions {
    VEC(Run) runs;
} Positions;

void positions_fini(Positions *positions);
void positions_add(Positions *positions, uint32_t begin, Span span, bool is_fixed);
Span positions_span(const Positions *positions, uint32_t begin, uint32_t end);

#endif
