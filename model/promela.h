/* A program as a Promela model for SPIN, properties included: what a task does between two points is one atomic sequence, and channels and locks
   serve who waits exactly as here. Only what has a faithful translation is written: one thread, tasks without joined values, channels, strict
   locks, timers of abstract time, integers that fit Promela's int; LTL without X (SPIN sees more, invisible, steps), under weak fairness or none. */
#ifndef UNKNOT_MODEL_PROMELA_H
#define UNKNOT_MODEL_PROMELA_H

#include "model/program.h"

#include <stdio.h>

enum { PROMELA_TASKS = 16 /* the model asserts that there are no more */ };

/* What cannot be said in Promela: the first such thing. */
typedef struct PromelaRefusal {
    const char *text; /* static; NULL: nothing */
    Span span;
} PromelaRefusal;

/* Writes the model; `max_tasks`: how many tasks may ever be spawned, main included. With a refusal nothing was written. */
PromelaRefusal promela_write(const Program *program, uint32_t max_tasks, FILE *out);

#endif
