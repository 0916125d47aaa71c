/* Lasso words, and whether a formula holds of one: directly from its definition, sharing nothing with automata. */
#ifndef UNKNOT_LTL_WORD_H
#define UNKNOT_LTL_WORD_H

#include "ltl/formula.h"
#include "model/support/vec.h"

/* letters[0..prefix) once, then letters[prefix..length) for ever; bit a of a letter is atom a. The loop is not
   empty. */
typedef struct LassoWord {
    const uint64_t *letters;
    uint32_t prefix, length;
} LassoWord;

/* A word with letters of its own. */
typedef struct OwnWord {
    VEC(uint64_t) letters;
    uint32_t prefix;
} OwnWord;
static inline LassoWord word_of(const OwnWord *own) {
    return (LassoWord){own->letters.data, own->prefix, own->letters.n};
}
void word_fini(OwnWord *own);

bool word_satisfies(const Formulas *formulas, LassoWord word, Formula f);
/* As `word_read` takes it: letters as conjunctions of all atoms, `;` between them, the loop in `{ }`. */
void word_print(const Formulas *formulas, LassoWord word, FILE *out);

#endif
