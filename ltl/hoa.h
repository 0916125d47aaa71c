/* Automata as text in the Hanoi Omega-Automata format, version 1, and as DOT. */
#ifndef UNKNOT_LTL_HOA_H
#define UNKNOT_LTL_HOA_H

#include "ltl/automaton.h"
#include "ltl/formula.h"

#include <stdio.h>

/* `name` and `stutter_invariant` are claims about the automaton; deterministic, complete, weak and terminal are found
   out. */
void hoa_write(const Automaton *automaton, const Formulas *atoms, const char *name, bool stutter_invariant, FILE *out);
void hoa_write_dot(const Automaton *automaton, const Formulas *atoms, const char *name, FILE *out);
/* A function over atoms as a sum of products, for people: `a & !b | c`. */
void hoa_write_label(Bdds *bdds, Bdd label, const Formulas *atoms, FILE *out);

#endif
