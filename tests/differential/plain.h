/* A slow, plain explorer of checked syntax trees: the oracle that the product's engine is compared with. It is
   written from the description of the language alone, on unpacked states: every value is a cell that says what it is, every
   object, task and future is a struct of its own, calls have frames, a step copies the whole state, a choice runs the
   step again. */
#ifndef UNKNOT_TESTS_PLAIN_H
#define UNKNOT_TESTS_PLAIN_H

#include "frontend/ast.h"
#include "model/support/arena.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef enum PlainFairness { PLAIN_WEAK, PLAIN_NONE, PLAIN_STRONG } PlainFairness;
typedef struct PlainOptions {
    uint32_t max_states;
    uint64_t max_instructions; /* of one step */
    bool main_ends_run;
    bool run_on;
    bool termination, races; /* --require termination, --races */
    PlainFairness fairness;
    FILE *dump; /* the explored graph goes there, unless NULL */
} PlainOptions;

typedef enum PlainVerdict {
    PLAIN_DONE,
    PLAIN_SKIPPED /* too large, or a construct it does not know: `why` */
} PlainVerdict;

typedef struct PlainFinding {
    const char *kind;   /* as in expectations: "deadlock", "assertion", "undefined", … */
    const char *detail; /* "overflow", invariant's name, or "" */
    uint32_t line;      /* 0 for deadlocks */
    const char *stuck;  /* sorted names of stuck tasks, joined by commas; "" otherwise */
} PlainFinding;

typedef struct PlainResult {
    PlainVerdict verdict;
    const char *why;
    uint64_t states, transitions;
    PlainFinding *findings; /* sorted, distinct */
    uint32_t nfindings;
    Arena arena;
} PlainResult;

PlainResult *plain_explore(const Tree *tree, const PlainOptions *options);
void plain_result_free(PlainResult *result);

#endif
