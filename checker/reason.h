/* Why one wait of a stuck task does not end, in words, and who could end it. */
#ifndef UNKNOT_CHECKER_REASON_H
#define UNKNOT_CHECKER_REASON_H

#include "checker/telling.h"

typedef struct Reason {
    const char *what;    /* "lock b" */
    const char *waits;   /* "waits for b" */
    const char *because; /* ", which ...", or "" */
    Span span;
    uint32_t held_line;  /* where what it waits for was taken, 0 */
    Helpers helpers;     /* tasks that hold it or could have offered it, the one to name first */
} Reason;

/* The wait of the task; false: nothing to say about this one. */
bool reason_of(Telling *telling, uint32_t task, const WaitInfo *wait, Reason *out);
/* True when all the task lacks is a thread of its executor. */
bool reason_thread(Telling *telling, uint32_t task, Reason *out);
/* It waits for nothing at all. */
void reason_nothing(Telling *telling, uint32_t task, Reason *out);
void reason_fini(Reason *reason);

#endif
