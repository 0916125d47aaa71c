/* Lasso words, and whether a formula holds of one: directly from its definition, sharing nothing with automata. */
#ifndef UNKNOT_LTL_WORD_H
#define UNKNOT_LTL_WORD_H

#include "ltl/formula.h"

/* letters[0..prefix) once, then letters[prefix..length) for ever; bit a of a letter is atom a. The loop is not
   empty. */
typedef struct LassoWord {
    const uint64_t *letters;
    uint32_t prefix, length;
} LassoWord;

bool word_satisfies(const Formulas *formulas, LassoWord word, Formula f);
/* As `word_read` takes it: letters as conjunctions of all atoms, `;` between them, the loop in `{ }`. */
void word_print(const Formulas *formulas, LassoWord word, FILE *out);

#endif
