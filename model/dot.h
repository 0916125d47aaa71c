/* A program drawn with Graphviz: what its tasks do, and who talks to whom. Static facts, no exploration. */
#ifndef UNKNOT_MODEL_DOT_H
#define UNKNOT_MODEL_DOT_H

#include "model/program.h"

#include <stdio.h>

/* One cluster a task's function: nodes are its points, edges what it does from one to the next (the operation that fires, the conditions
   that decide, the operations on the way), with source lines. */
void dot_machines(const Program *program, FILE *out);
/* Tasks and the objects they use: an arrow to a channel sends, one from it receives, a line locks or acquires; dotted: spawns.
   Handles are followed to global variables and constructors, through arguments of spawn; what cannot be followed is left out. */
void dot_channels(const Program *program, FILE *out);

/* ---- for both: the source text of a span on one line, cut after `max` bytes, escaped for a DOT label */
void dot_text(FILE *out, const Program *program, Span span, uint32_t max);

#endif
