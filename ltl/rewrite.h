/* Formulas made simpler without changing what they say: rules on the form, on eventualities and universalities, and on
   implications that the form shows. */
#ifndef UNKNOT_LTL_REWRITE_H
#define UNKNOT_LTL_REWRITE_H

#include "ltl/bdd.h"
#include "ltl/formula.h"

typedef struct RewriteOptions {
    bool rules;        /* without: formulas stay as they are */
    bool implications; /* rules that need one */
} RewriteOptions;

/* Remembers results; lives with a store of formulas and one of diagrams. */
typedef struct Rewriter Rewriter;

Rewriter *rewriter_new(Formulas *formulas, Bdds *bdds, RewriteOptions options);
void rewriter_free(Rewriter *rewriter);
Formulas *rewriter_formulas(const Rewriter *rewriter);
Bdds *rewriter_bdds(const Rewriter *rewriter);

/* An equivalent formula; both in negation normal form. */
Formula rewrite_formula(Rewriter *rewriter, Formula f);
/* An equivalent formula for a state of a tableau. What is left out here must hold by itself along a run that keeps all
   else: an eventuality that another formula implies may be put off for ever by that one and stays, a safety formula
   goes. */
Formula rewrite_target(Rewriter *rewriter, Formula f);
/* True only if every word of f is one of g. */
bool rewrite_implies(Rewriter *rewriter, Formula f, Formula g);
/* The function of a formula without temporal operators. */
Bdd rewrite_boolean(Rewriter *rewriter, Formula f);

#endif
