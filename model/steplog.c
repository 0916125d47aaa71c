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

/* Where the fields of a message's label begin, and how many words they have. */
static uint32_t label_words(const ValueType *elem, uint32_t label, uint32_t *first) {
    *first = 1;
    for (uint32_t i = 0;; i++) {
        uint32_t words = 0;
        for (uint32_t k = 0; i < elem->nlabels && k < elem->labels[i].nfields; k++) words += elem->labels[i].fields[k].type->words;
        if (i >= label) return words;
        *first += words;
    }
}

void step_comm(Step *step, Span span, uint32_t channel, bool is_send, const Word *item) {
    CommLog *log = step->options ? step->options->comms : NULL;
    if (!log || world_kind(step->world, channel) != COMP_CHANNEL) return;
    const ValueType *elem = step->program->sites[world_read(step->world, channel, NULL)[CHANNEL_SITE]].elem;
    Comm comm = {.channel = channel, .label = item && elem->kind == VALUE_MESSAGE ? (uint32_t)item[0] : 0, .is_send = is_send, .is_closed = !item, .span = span};
    uint32_t first = 0, words = elem->kind == VALUE_MESSAGE ? label_words(elem, comm.label, &first) : elem->words;
    comm.nvalues = item ? (uint8_t)(words < COMM_VALUES ? words : COMM_VALUES) : 0;
    for (uint32_t i = 0; i < comm.nvalues; i++) comm.values[i] = elem->word_kinds[first + i] == WORD_DATA ? item[first + i] : 0;
    vec_reserve_((void **)&log->data, &log->cap, log->n + 1, sizeof *log->data);
    log->data[log->n++] = comm;
}

void event_values(Event *event, const Word *values, uint32_t n) {
    if (!event || !values) return;
    event->nvalues = n < 4 ? n : 4;
    memcpy(event->values, values, sizeof(Word) * event->nvalues);
}
