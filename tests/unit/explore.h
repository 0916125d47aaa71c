/* Runs every step of a small program and says how its runs end, for the tests of eval: worlds as they are, a list, no canonical form. */
#ifndef UNKNOT_TESTS_UNIT_EXPLORE_H
#define UNKNOT_TESTS_UNIT_EXPLORE_H

#include "model/eval.h"

#include <stdint.h>

/* The endings found, each once, in alphabetical order, separated by spaces:
   "end" or, when a global x exists, "x=VALUE": every task has ended;  "stuck(f,g)": nothing can move, these have not ended (daemons too);
   "assertion", "undefined(overflow)", "misuse(unlock)", "ignored-close", "never-yields": a violation;  "limit", "cut".
   Faults may happen, and nothing counts on them: what only they could move is stuck.
   Checks on the way that eval_can_step and eval_step agree for every actor of every state. */
typedef struct Explored {
    char endings[1024];
    uint32_t states;
    uint32_t transitions; /* steps taken, whatever they lead to */
} Explored;

Explored explore(const char *source, EvalOptions options);
/* Parses and lowers, failing the test on any diagnostic that is an error. */
Program *explore_program(const char *source);

#endif
