/* What a report about the end of a run needs at hand: the world, names, and what happened to objects on the way. */
#ifndef UNKNOT_CHECKER_TELLING_H
#define UNKNOT_CHECKER_TELLING_H

#include "checker/history.h"
#include "checker/stuck.h"

typedef struct Telling {
    World *world;
    Trace *trace;
    Arena *arena;               /* the trace's */
    const uint32_t *task_slots; /* per task of the trace */
    const StuckTasks *stuck;
    History history;
} Telling;

typedef VEC(uint32_t) Helpers; /* slots of tasks */

/* Index in trace->tasks; UINT32_MAX: not a task of the run. */
uint32_t telling_index(const Telling *telling, uint32_t slot);
const char *telling_task(const Telling *telling, uint32_t slot);
const char *telling_object(const Telling *telling, uint32_t slot);
/* "a", "a and b", "a, b and c"; with many: "a, b, c and 4 more". */
const char *telling_list(const Telling *telling, const Helpers *tasks);
uint32_t telling_line(const Telling *telling, Span span);
bool telling_is_alive(const Telling *telling, uint32_t task);
bool telling_has_crashed(const Telling *telling, uint32_t task);
/* The entry among the stuck tasks, or NULL. */
const StuckTask *telling_stuck(const Telling *telling, uint32_t task);
/* "holds a (line 11) and ", or "". */
const char *telling_holdings(const Telling *telling, uint32_t task);
/* The place of a line in a report: file, line, columns, source. */
void telling_place(const Sources *sources, Arena *arena, Span span, TraceWait *wait);

#endif
