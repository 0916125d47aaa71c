/* The `//@ expect` and `//@ options` lines of a file (language §11). */
#ifndef UNKNOT_FRONTEND_EXPECT_H
#define UNKNOT_FRONTEND_EXPECT_H

#include "frontend/ast.h"
#include "model/support/diag.h"

/* Fills the tree's expectations, options, settings of params and kind of time from its file's text; each malformed line is a diagnostic. */
void expect_read(Tree *tree, Diags *diags);

#endif
