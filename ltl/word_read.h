/* Lasso words from text: letters between semicolons, each a conjunction of atoms or their negations, the loop in
   braces: `a & !b; { b; a & b }`. An atom that a letter does not name is false in it. */
#ifndef UNKNOT_LTL_WORD_READ_H
#define UNKNOT_LTL_WORD_READ_H

#include "ltl/formula.h"
#include "model/support/diag.h"
#include "model/support/vec.h"

typedef struct WordText {
    VEC(uint64_t) letters;
    uint32_t prefix;
} WordText;

/* Reads the bytes of `span`, all of them. False when errors went to `diags`. */
bool word_read(Formulas *formulas, const Sources *sources, Diags *diags, Span span, WordText *word);
void word_text_fini(WordText *word);

#endif
