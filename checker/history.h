/* What a run did to objects: who took a lock or permits and where, who sent, received, closed or released. */
#ifndef UNKNOT_CHECKER_HISTORY_H
#define UNKNOT_CHECKER_HISTORY_H

#include "checker/witness.h"

/* What one can do to an object that may help somebody who waits there. */
typedef enum UseKind { USE_SEND, USE_RECV, USE_CLOSE, USE_RELEASE, USE_UNLOCK, USE_SIGNAL, USE_NOTIFY, USE_ARRIVE, USE_DONE, USE_PUBLISH,
    USE_KINDS } UseKind;

typedef struct HistoryTake {
    uint32_t object, task, fiber;
    Span span;
    bool was_handed;  /* it was given to a waiter that has not gone on since */
} HistoryTake;
typedef struct HistoryUse { uint32_t object, task; UseKind kind; } HistoryUse;
typedef struct HistoryWake { uint32_t task, by; Span span; bool is_lost; } HistoryWake;
typedef struct HistoryPlace { uint32_t object, fiber; Span span; } HistoryPlace;

typedef struct History {
    VEC(HistoryTake) takes;   /* not given back, in order */
    VEC(HistoryUse) uses;
    VEC(HistoryWake) wakes;   /* in order */
    VEC(HistoryPlace) places; /* where fibers took their places in queues */
} History;

/* Runs the witness' moves again. */
void history_init(History *history, const Witness *witness);
void history_fini(History *history);
/* The latest taking of the object by the task (NO_SLOT: by anybody), or NULL. */
const HistoryTake *history_take(const History *history, uint32_t object, uint32_t task);
/* The last wake of the task, or NULL. */
const HistoryWake *history_wake(const History *history, uint32_t task);
bool history_used(const History *history, uint32_t object, uint32_t task, UseKind kind);

#endif
