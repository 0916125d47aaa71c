#include "checker/waitfor.h"

void waitfor_explain(Trace *trace, const Witness *witness, World *world, const uint32_t *task_slots, const StuckTasks *tasks, bool is_partial) {
    (void)witness;
    (void)world;
    trace->stuck = ARENA_ARRAY(&trace->arena, uint32_t, tasks->n + 1);
    trace->consequences = ARENA_ARRAY(&trace->arena, uint32_t, tasks->n + 1);
    for (uint32_t i = 0; i < trace->ntasks; i++)
        for (uint32_t t = 0; t < tasks->n; t++) {
            if (tasks->data[t].slot != task_slots[i]) continue;
            if (tasks->data[t].is_consequence) trace->consequences[trace->nconsequences++] = i;
            else trace->stuck[trace->nstuck++] = i;
        }
    trace->message = is_partial ? "partial deadlock" : "deadlock";
}
