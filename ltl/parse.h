/* Formulas from text. */
#ifndef UNKNOT_LTL_PARSE_H
#define UNKNOT_LTL_PARSE_H

#include "ltl/formula.h"
#include "model/support/diag.h"

/* Reads the bytes of `span`, all of them, as one formula. False when errors went to `diags`. */
bool formula_parse(Formulas *formulas, const Sources *sources, Diags *diags, Span span, Formula *result);

#endif
