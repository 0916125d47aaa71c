/* What the components of a run are called: variables' paths, functions, numbers where a name stands for several. */
#ifndef UNKNOT_MODEL_TRACE_NAMES_H
#define UNKNOT_MODEL_TRACE_NAMES_H

#include "model/support/arena.h"
#include "model/support/vec.h"
#include "model/world.h"

/* A component as it was when it was new. */
typedef struct TraceSlot {
    CompKind kind;
    uint32_t origin; /* site of an object, machine of a fiber or of an operation future */
    uint32_t point;  /* operation future */
    Word object;     /* operation future: the handle it works on */
    bool is_task;
    bool is_actor; /* an object that moves by itself (model/kind.h) */
    uint32_t owner;       /* future: the task that made it, else NO_SLOT */
    const char *variable; /* that held it first, or NULL */
} TraceSlot;

typedef struct TraceNames {
    Arena *arena;         /* texts live here */
    VEC(TraceSlot) slots; /* by slot of the run's world */
} TraceNames;

void trace_names_init(TraceNames *names, Arena *arena);
void trace_names_fini(TraceNames *names);
/* After the start, and after each step: takes in the components that are new. `task` made the step, `fiber` is what
   moved, the task or a future of it; both NO_SLOT at the start. */
void trace_names_see(TraceNames *names, World *world, uint32_t task, uint32_t fiber);
/* When the run is over: a name for every slot, in the arena. */
const char **trace_names_finish(TraceNames *names, const Program *program);
/* For every slot the task whose future it is, in the arena. */
const uint32_t *trace_names_owners(const TraceNames *names);
/* True when the run spawns the function of this machine more than once. */
bool trace_names_is_repeated(const TraceNames *names, uint32_t machine);

#endif
