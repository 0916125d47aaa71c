/* Data races: two tasks under way on different threads are both about to access the same word of a variable that is not
   _Atomic, one of them to write it, and not both inside `atomic { }`. */
#ifndef UNKNOT_MODEL_RACE_H
#define UNKNOT_MODEL_RACE_H

#include "model/eval.h"

typedef struct Race {
    uint32_t task, other; /* slots; `task` writes */
    Access access, other_access;
} Race;

/* What the task would access in its next step, whichever way that goes. Nothing when it holds no thread: then it comes to
   a point first. */
void race_accesses(World *world, uint32_t task, const EvalOptions *options, AccessLog *out);
/* Leaves those to one global. */
void race_keep(AccessLog *log, uint32_t global);
/* The first race between what two tasks are about to do; false: there is none. */
bool race_between(const Program *program, const AccessLog *a, const AccessLog *b, uint32_t *at_a, uint32_t *at_b);
/* The member's name: "table[3].key". */
void race_path(const Program *program, const Access *access, char *text, size_t size);

#endif
