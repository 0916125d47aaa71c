/* One formula given as text, with all that is needed to work on it. */
#ifndef UNKNOT_TESTS_LTL_GIVEN_H
#define UNKNOT_TESTS_LTL_GIVEN_H

#include "ltl/ltl.h"
#include "ltl/parse.h"

typedef struct Given {
    Sources *sources;
    Diags *diags;
    Formulas *formulas;
    Bdds *bdds;
} Given;

void given_init(Given *given);
void given_fini(Given *given);
/* The text is right. */
Formula given_formula(Given *given, const char *text);
/* What the parser says of the text, "" when it is right; freed by the caller. */
char *given_complaints(Given *given, const char *text);
/* As formula_print writes it; freed by the caller. */
char *given_print(Given *given, Formula f);
Automaton *given_automaton(Given *given, Formula f, LtlKind kind, const LtlOptions *options);

#endif
