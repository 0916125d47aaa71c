/* Whether an automaton accepts any word, and one that it accepts. */
#ifndef UNKNOT_LTL_EMPTINESS_H
#define UNKNOT_LTL_EMPTINESS_H

#include "ltl/automaton.h"
#include "ltl/word.h"

/* An accepted run: edges[0..prefix) once, then edges[prefix..n) for ever. */
typedef struct Lasso {
    VEC(Edge) edges;
    uint32_t prefix;
} Lasso;

void lasso_fini(Lasso *lasso);
/* True when no word is accepted; else *lasso (which may be NULL) is a run, with as short a way to its component as can
   be. */
bool emptiness_check(const Automaton *automaton, Lasso *lasso);
/* Letters of a word of the run; `letters` has room for lasso->edges.n of them. */
LassoWord lasso_word(const Automaton *automaton, const Lasso *lasso, uint64_t *letters);
/* Some run on the word is accepted. */
bool emptiness_accepts(const Automaton *automaton, LassoWord word);

#endif
