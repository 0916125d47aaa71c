/* Automata from text in the Hanoi Omega-Automata format, version 1: any order of the headers, aliases, several or no
   initial states, labels on states or edges or implied, acceptance on states or edges, any Emerson-Lei condition,
   several automata in a stream. Alternation is refused. */
#ifndef UNKNOT_LTL_HOA_READ_H
#define UNKNOT_LTL_HOA_READ_H

#include "ltl/automaton.h"
#include "ltl/formula.h"
#include "model/support/diag.h"

typedef enum HoaResult { HOA_AUTOMATON, HOA_END, HOA_ABORTED, HOA_WRONG } HoaResult;

/* Reads the next automaton of *span and moves its begin behind it. Names of atoms go to `formulas`. Wrong: `diags` says
   why, and *span begins at the next automaton. */
HoaResult hoa_read(
    Formulas *formulas, Bdds *bdds, const Sources *sources, Diags *diags, Span *span, Automaton **result);

#endif
