#include "model/channel.h"
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

void step_comm(Step *step, Span span, uint32_t channel, bool is_send, Word first) {
    CommLog *log = step->options ? step->options->comms : NULL;
    if (!log || world_kind(step->world, channel) != COMP_CHANNEL) return;
    const ValueType *elem = step->program->sites[world_read(step->world, channel, NULL)[CHANNEL_SITE]].elem;
    vec_reserve_((void **)&log->data, &log->cap, log->n + 1, sizeof *log->data);
    log->data[log->n++] = (Comm){channel, elem->kind == VALUE_MESSAGE ? (uint32_t)first : 0, is_send, span};
}

void event_values(Event *event, const Word *values, uint32_t n) {
    if (!event || !values) return;
    event->nvalues = n < 4 ? n : 4;
    memcpy(event->values, values, sizeof(Word) * event->nvalues);
}
