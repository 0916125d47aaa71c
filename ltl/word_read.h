/* Lasso words from text: letters between semicolons, each a conjunction of atoms or their negations, the loop in
   braces: `a & !b; { b; a & b }`. An atom that a letter does not name is false in it. */
#ifndef UNKNOT_LTL_WORD_READ_H
#define UNKNOT_LTL_WORD_READ_H

#include "ltl/word.h"
#include "model/support/diag.h"

/* Reads the bytes of `span`, all of them. False when errors went to `diags`. */
bool word_read(Formulas *formulas, const Sources *sources, Diags *diags, Span span, OwnWord *word);

#endif
