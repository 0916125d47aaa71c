/* What happened in a step, in words: "lock(a)", "recv(inbox) = found(3)", "hands a to right". */
#ifndef UNKNOT_MODEL_TRACE_EVENT_H
#define UNKNOT_MODEL_TRACE_EVENT_H

#include "model/eval.h"
#include "model/support/arena.h"

typedef struct TraceTexts {
    Arena *arena;
    const Program *program;
    World *world;             /* the run's final one: for what never changes, as an object's site */
    const char *const *names; /* by slot */
    const uint32_t *owners;   /* by slot: the task whose future it is, NO_SLOT for what is no future */
    uint32_t nnames;
} TraceTexts;

/* A value, handles by name. */
const char *trace_value_text(const TraceTexts *texts, const ValueType *type, const Word *words);
/* An event that is worth a place in the step's line; NULL for one that is not. `args`: SPAWN, FUTURE: the new
   fiber's frame, or NULL. */
const char *trace_event_text(const TraceTexts *texts, const Event *event, uint32_t task, const Word *args);
/* An event that is worth a line of its own under the step, or NULL. */
const char *trace_event_note(const TraceTexts *texts, const Event *event, uint32_t task);

#endif
