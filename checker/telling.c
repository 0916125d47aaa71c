#include "checker/telling.h"

#include "model/fiber.h"
#include "model/mutex.h"

enum { LIST_MOST = 4 };

uint32_t telling_index(const Telling *telling, uint32_t slot) {
    for (uint32_t i = 0; i < telling->trace->ntasks; i++)
        if (telling->task_slots[i] == slot) return i;
    return UINT32_MAX;
}

const char *telling_task(const Telling *telling, uint32_t slot) {
    uint32_t index = telling_index(telling, slot);
    return index == UINT32_MAX ? "a task" : telling->trace->tasks[index].name;
}

const char *telling_object(const Telling *telling, uint32_t slot) {
    const char *name = slot == NO_SLOT ? NULL : trace_object_name(telling->trace, slot);
    return name == NULL || *name == '\0' ? "an object" : name;
}

const char *telling_list(const Telling *telling, const Helpers *tasks) {
    const char *text = "";
    uint32_t shown = tasks->n <= LIST_MOST ? tasks->n : LIST_MOST - 1;
    for (uint32_t i = 0; i < shown; i++) {
        const char *glue = i == 0 ? "" : i + 1 == tasks->n ? " and " : ", ";
        text = arena_printf(telling->arena, "%s%s%s", text, glue, telling_task(telling, tasks->data[i]));
    }
    return shown == tasks->n ? text : arena_printf(telling->arena, "%s and %u more", text, tasks->n - shown);
}

uint32_t telling_line(const Telling *telling, Span span) {
    return span.file == 0 ? 0 : sources_line_of(telling->world->program->sources, span);
}

bool telling_is_alive(const Telling *telling, uint32_t task) {
    uint32_t n;
    const Word *words = world_read(telling->world, task, &n);
    return comp_kind(words) == COMP_FIBER && !fiber_is_over(words);
}

bool telling_has_crashed(const Telling *telling, uint32_t task) {
    uint32_t n;
    const Word *words = world_read(telling->world, task, &n);
    return comp_kind(words) == COMP_FIBER && words[FIBER_STATUS] == FIBER_CRASHED;
}

const StuckTask *telling_stuck(const Telling *telling, uint32_t task) {
    for (uint32_t i = 0; i < telling->stuck->n; i++)
        if (telling->stuck->data[i].slot == task) return &telling->stuck->data[i];
    return NULL;
}

/* Locks that the task has and has gone on with, and permits it took and did not give back. */
static bool holds(const Telling *telling, const HistoryTake *take, uint32_t task) {
    uint32_t n;
    if (take->task != task || take->was_handed) return false;
    const Word *words = world_read(telling->world, take->object, &n);
    if (comp_kind(words) != COMP_MUTEX)
        return comp_kind(words) == COMP_SEMAPHORE || comp_kind(words) == COMP_RWLOCK;
    return words[MUTEX_HELD] != 0 && words[MUTEX_OWNER] == slot_handle(task) &&
           history_take(&telling->history, take->object, NO_SLOT) == take;
}

const char *telling_holdings(const Telling *telling, uint32_t task) {
    const char *text = "";
    for (uint32_t i = 0; i < telling->history.takes.n; i++) {
        const HistoryTake *take = &telling->history.takes.data[i];
        if (!holds(telling, take, task)) continue;
        const char *glue = *text == '\0' ? "holds " : ", ";
        text = arena_printf(telling->arena, "%s%s%s (line %u)", text, glue, telling_object(telling, take->object),
            telling_line(telling, take->span));
    }
    return *text == '\0' ? "" : arena_printf(telling->arena, "%s and ", text);
}

void telling_place(const Sources *sources, Arena *arena, Span span, TraceWait *wait) {
    wait->file = wait->source = "";
    if (span.file == 0) return;
    uint32_t end_line;
    size_t length;
    wait->file = sources_name(sources, span.file);
    sources_place(sources, span.file, span.begin, &wait->line, &wait->column);
    sources_place(sources, span.file, span.end, &end_line, &wait->end_column);
    const char *text = sources_line(sources, span.file, wait->line, &length);
    if (end_line != wait->line) wait->end_column = (uint32_t)length + 1;
    wait->source = arena_printf(arena, "%.*s", (int)length, text);
}
