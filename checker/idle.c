#include "checker/idle.h"

#include "checker/stuck.h"
#include "model/fiber.h"

#include <string.h>

typedef struct Idle {
    Trace *trace;
    const Witness *witness;
    const uint32_t *task_slots;
    World world;
    const char **why; /* per task: why it may idle; NULL: it moves, or nothing is known yet */
} Idle;

static bool is_alive_task(Idle *idle, uint32_t task) {
    if (task >= idle->trace->ntasks || idle->task_slots[task] >= idle->world.n) return false;
    uint32_t n;
    const Word *words = world_read(&idle->world, idle->task_slots[task], &n);
    return comp_kind(words) == COMP_FIBER && !fiber_is_over(words);
}

static bool moves_in_loop(const Idle *idle, uint32_t task) {
    const Trace *trace = idle->trace;
    for (uint32_t i = trace->nsteps - trace->nloop; i < trace->nsteps; i++)
        if (trace->steps[i].task == task) return true;
    return false;
}

static const char *source_line(const Idle *idle, Span span) {
    size_t length;
    const Sources *sources = idle->witness->search->program->sources;
    uint32_t line = sources_line_of(sources, span);
    const char *text = sources_line(sources, span.file, line, &length);
    while (length > 0 && (*text == ' ' || *text == '\t')) text++, length--;
    return arena_printf(&idle->trace->arena, "line %u: %.*s", line, (int)length, text);
}

/* In front of the move `next` of the run. */
static void look(Idle *idle, uint32_t next) {
    Trace *trace = idle->trace;
    for (uint32_t task = 0; task < trace->ntasks; task++) {
        if (idle->why[task] != NULL || !is_alive_task(idle, task) || moves_in_loop(idle, task)) continue;
        uint32_t slot = idle->task_slots[task];
        if (eval_can_step(&idle->world, slot)) continue;
        Span span = stuck_place(&idle->world, slot);
        const char *lacks = eval_lacks_thread(&idle->world, slot) ? "has no thread" : "cannot go on";
        idle->why[task] = arena_printf(&trace->arena, "%s idles: it %s after step %u (%s)", trace->tasks[task].name,
            lacks, next - 1, span.file == 0 ? "" : source_line(idle, span));
    }
}

static bool go(Idle *idle, uint32_t index) {
    const Search *search = idle->witness->search;
    EvalOptions options = {.run_on = search->options->ts.run_on, .no_reset = !search->options->ts.reset};
    const TraceMove *move = &idle->witness->moves.data[index];
    Choices choices = {0};
    choices_set(&choices, move->picks, move->npicks);
    StepResult result = index == 0 ? eval_start(&idle->world, &options, &choices, NULL)
                                   : eval_step(&idle->world, move->task, &options, &choices, NULL);
    choices_fini(&choices);
    return result.status == STEP_DONE;
}

static void collect(Idle *idle) {
    Trace *trace = idle->trace;
    trace->idle = ARENA_ARRAY(&trace->arena, TraceIdle, trace->ntasks + 1);
    for (uint32_t task = 0; task < trace->ntasks; task++) {
        if (!is_alive_task(idle, task) || moves_in_loop(idle, task)) continue;
        const char *why = idle->why[task];
        if (why == NULL)
            why = arena_printf(&trace->arena, "%s idles: %s", trace->tasks[task].name,
                strcmp(trace->fairness, "none") == 0 ? "nothing is assumed of the scheduler"
                                                     : "it moves when the loop comes round again");
        trace->idle[trace->nidle++] = (TraceIdle){task, why};
    }
}

void idle_explain(Trace *trace, const Witness *witness, uint32_t prefix, const uint32_t *task_slots) {
    Idle idle = {.trace = trace, .witness = witness, .task_slots = task_slots};
    idle.why = ARENA_ARRAY(&trace->arena, const char *, trace->ntasks + 1);
    memset(idle.why, 0, sizeof *idle.why * (trace->ntasks + 1));
    world_init(&idle.world, witness->search->program);
    bool follows = true;
    for (uint32_t i = 0; i < witness->moves.n && follows; i++) {
        if (i >= prefix) look(&idle, i);
        follows = go(&idle, i);
    }
    collect(&idle);
    world_fini(&idle.world);
}
