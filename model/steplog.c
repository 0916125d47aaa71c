#include "model/step.h"
#include "model/support/vec.h"

#include <stdlib.h>
#include <string.h>

void steplog_clear(StepLog *log) { log->n = 0; }

void steplog_fini(StepLog *log) {
    free(log->events);
    *log = (StepLog){0};
}

Event *step_event(Step *step, EventKind kind, Span span, uint32_t fiber, uint32_t object) {
    StepLog *log = step->log;
    if (!log) return NULL;
    vec_reserve_((void **)&log->events, &log->cap, log->n + 1, sizeof *log->events);
    Event *event = &log->events[log->n++];
    *event = (Event){.kind = kind, .span = span, .fiber = fiber, .object = object, .ok = true};
    return event;
}

void event_values(Event *event, const Word *values, uint32_t n) {
    if (!event || !values) return;
    event->nvalues = n < 4 ? n : 4;
    memcpy(event->values, values, sizeof(Word) * event->nvalues);
}
