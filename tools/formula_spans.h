/* The formulas that a command line gives: its operands, the lines of a file, or a column of a table. */
#ifndef UNKNOT_TOOLS_FORMULA_SPANS_H
#define UNKNOT_TOOLS_FORMULA_SPANS_H

#include "model/support/source.h"
#include "model/support/vec.h"
#include "tools/options.h"

typedef VEC(Span) FormulaSpans;

/* The file holds automata; its only span is all of it. */
bool formula_spans_is_hoa(const char *path);
/* Adds to `sources` and `spans`. False and a message on standard error when a file cannot be read. */
bool formula_spans_find(const Options *options, Sources *sources, FormulaSpans *spans);

#endif
