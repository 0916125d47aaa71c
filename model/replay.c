#include "model/replay.h"

#include "model/kind.h"
#include "model/support/vec.h"

#include <assert.h>
#include <string.h>

typedef struct Replay {
    const Program *program;
    Trace *trace;
    World world;
    EvalOptions options;
    Choices choices;
    VEC(uint32_t) tasks; /* slots of the tasks in the order they came to be: trace->tasks[i] is tasks[i] */
    uint32_t seen;       /* slots looked at */
    StepResult last;
    VEC(Word) loop_start; /* the looping task before the loop */
    bool loop_moved;
    const char *why;
} Replay;

static bool refuse(Replay *replay, const char *why) {
    if (!replay->why) replay->why = why;
    return false;
}

static const Word *words_of(Replay *replay, uint32_t slot) {
    uint32_t n;
    return world_read(&replay->world, slot, &n);
}

static bool has_ended(Replay *replay, uint32_t slot) {
    const Word *words = words_of(replay, slot);
    return words[FIBER_STATUS] >= FIBER_ENDED;
}

static bool is_task(Replay *replay, uint32_t slot) {
    const Word *words = words_of(replay, slot);
    return comp_kind(words) == COMP_FIBER && (words[FIBER_FLAGS] & FIBER_IS_TASK);
}

/* Main is the first task; actors that are none may have come before it. */
static bool main_has_ended(Replay *replay) {
    uint32_t i = 0;
    while (!is_task(replay, replay->tasks.data[i])) i++;
    return has_ended(replay, replay->tasks.data[i]);
}

/* ---- following the steps */

static bool take_in_new_tasks(Replay *replay) {
    for (; replay->seen < replay->world.n; replay->seen++) {
        const Word *words = words_of(replay, replay->seen);
        bool task = is_task(replay, replay->seen);
        if (!task && !kind_is_actor(replay->program, words)) continue;
        uint32_t index = replay->tasks.n;
        if (index >= replay->trace->ntasks) return refuse(replay, "more tasks are spawned than the run names");
        const char *function = task ? replay->program->machines[words[FIBER_MACHINE]]->name : "";
        if (strcmp(function, replay->trace->tasks[index].function) != 0)
            return refuse(replay, "another function is spawned than the run names");
        vec_push(&replay->tasks, replay->seen);
    }
    return true;
}

static bool judge(Replay *replay, bool is_last) {
    if (replay->choices.mismatch) return refuse(replay, "a choice of the run does not exist");
    switch (replay->last.status) {
    case STEP_DONE: return take_in_new_tasks(replay);
    case STEP_VIOLATION: return is_last || refuse(replay, "a step before the last one is a violation");
    case STEP_DISABLED: return refuse(replay, "a task of the run has no step where it should make one");
    case STEP_CUT: return refuse(replay, "an assume cuts the run");
    case STEP_LIMIT: return refuse(replay, "a step of the run is too long to follow");
    }
    return refuse(replay, "a step has no outcome");
}

static bool follow_start(Replay *replay) {
    const Trace *trace = replay->trace;
    choices_set(&replay->choices, trace->start_picks, trace->nstart_picks);
    replay->last = eval_start(&replay->world, &replay->options, &replay->choices, NULL);
    return judge(replay, trace->nsteps == 0);
}

static bool follow_step(Replay *replay, const TraceStep *step, bool is_last) {
    if (step->task >= replay->tasks.n) return refuse(replay, "a task of the run makes a step before it is spawned");
    if (replay->trace->main_ends_run && main_has_ended(replay))
        return refuse(replay, "the run goes on after main's end");
    choices_set(&replay->choices, step->picks, step->npicks);
    replay->last = eval_step(&replay->world, replay->tasks.data[step->task], &replay->options, &replay->choices, NULL);
    return judge(replay, is_last);
}

/* ---- the claim */

static const char *violation_text(ViolationKind kind) {
    switch (kind) {
    case VIOLATION_ASSERTION: return "assertion";
    case VIOLATION_UNDEFINED: return "undefined";
    case VIOLATION_MISUSE: return "misuse";
    case VIOLATION_IGNORED_CLOSE: return "ignored-close";
    case VIOLATION_NEVER_YIELDS: return "never-yields";
    case VIOLATION_NONE: break;
    }
    return "";
}

static bool check_violation(Replay *replay) {
    const Trace *trace = replay->trace;
    const Violation *violation = &replay->last.violation;
    if (strcmp(violation_text(violation->kind), trace->kind) != 0)
        return refuse(replay, "the last step is another violation than the one claimed");
    if (trace->detail[0] && violation->detail && strcmp(violation->detail, trace->detail) != 0)
        return refuse(replay, "the last step is a violation of another kind than the one claimed");
    uint32_t line, column;
    sources_place(replay->program->sources, violation->span.file, violation->span.begin, &line, &column);
    if (line != trace->line || column != trace->column)
        return refuse(replay, "the violation is in another place than the one claimed");
    return true;
}

static bool is_named(const Trace *trace, uint32_t task) {
    for (uint32_t i = 0; i < trace->nstuck; i++)
        if (trace->stuck[i] == task) return true;
    for (uint32_t i = 0; i < trace->nconsequences; i++)
        if (trace->consequences[i] == task) return true;
    return false;
}

/* Every task that is named has not ended and cannot make a step. */
static bool check_named(Replay *replay) {
    const Trace *trace = replay->trace;
    if (trace->nstuck == 0) return refuse(replay, "no task is named as stuck");
    for (uint32_t i = 0; i < trace->ntasks; i++) {
        if (!is_named(trace, i)) continue;
        if (i >= replay->tasks.n || has_ended(replay, replay->tasks.data[i]))
            return refuse(replay, "a task named as stuck has ended");
        if (eval_can_step(&replay->world, replay->tasks.data[i]))
            return refuse(replay, "a task named as stuck can make a step");
    }
    return true;
}

/* The object makes steps that are no faults. */
static bool environment_moves(Replay *replay, uint32_t slot) {
    const KindMoves *moves = kind_row(world_kind(&replay->world, slot))->moves;
    return moves && !moves->is_fault && eval_can_step(&replay->world, slot);
}

/* Nothing can move, and who has not ended is named; daemons may be left out, they may be at their places. */
static bool check_deadlock(Replay *replay) {
    const Trace *trace = replay->trace;
    if (trace->main_ends_run && main_has_ended(replay))
        return refuse(replay, "main has ended, which ends the run");
    for (uint32_t i = 0; i < replay->tasks.n; i++) {
        uint32_t slot = replay->tasks.data[i];
        if (!is_task(replay, slot)) {
            if (environment_moves(replay, slot)) return refuse(replay, "the environment can still move in what should be a deadlock");
            continue;
        }
        if (has_ended(replay, slot)) continue;
        if (eval_can_step(&replay->world, slot))
            return refuse(replay, "a task can still move in what should be a deadlock");
        bool is_daemon = (words_of(replay, slot)[FIBER_FLAGS] & FIBER_IS_DAEMON) != 0;
        if (!is_daemon && !is_named(trace, i)) return refuse(replay, "a stuck task is not named");
    }
    return true;
}

static bool check_invariant(Replay *replay) {
    for (uint32_t i = 0; i < replay->program->ninvariants; i++) {
        const Invariant *invariant = &replay->program->invariants[i];
        if (strcmp(invariant->name, replay->trace->name) != 0) continue;
        Word value = 0;
        StepResult result = eval_predicate(&replay->world, invariant->machine, &value);
        if (result.status == STEP_DONE && value != 0)
            return refuse(replay, "the invariant is true at the end of the run");
        return true;
    }
    return refuse(replay, "the program has no invariant of that name");
}

/* ---- a loop of the whole run in which one task is under way all the time */

static bool is_under_way(Replay *replay, uint32_t slot) {
    Word status = words_of(replay, slot)[FIBER_STATUS];
    return status == FIBER_UNDER_WAY || status == FIBER_BLOCKED;
}

/* Before the loop's first step. */
static bool begin_loop(Replay *replay) {
    const Trace *trace = replay->trace;
    if (trace->nstuck == 0 || trace->stuck[0] >= replay->tasks.n) return refuse(replay, "the loop names no task");
    uint32_t n, slot = replay->tasks.data[trace->stuck[0]];
    const Word *words = world_read(&replay->world, slot, &n);
    vec_resize(&replay->loop_start, n);
    memcpy(replay->loop_start.data, words, sizeof(Word) * n);
    return true;
}

/* The task stands where it stood with the same data (handles may be others: objects made anew each time round). */
static bool end_loop(Replay *replay) {
    uint32_t n;
    const Word *words = world_read(&replay->world, replay->tasks.data[replay->trace->stuck[0]], &n),
               *start = replay->loop_start.data;
    if (n != replay->loop_start.n || words[FIBER_PC] != start[FIBER_PC])
        return refuse(replay, "the loop does not end where it began");
    const Machine *machine = replay->program->machines[words[FIBER_MACHINE]];
    for (uint32_t i = 0; i < machine->nslots && FIBER_FRAME + i < n; i++)
        if (machine->slot_kinds[i] == WORD_DATA && words[FIBER_FRAME + i] != start[FIBER_FRAME + i])
            return refuse(replay, "the loop does not end with the data it began with");
    return replay->loop_moved || refuse(replay, "the task makes no step in the loop");
}

static bool check_loop_step(Replay *replay, uint32_t index) {
    const Trace *trace = replay->trace;
    if (index + trace->nloop == trace->nsteps && !begin_loop(replay)) return false;
    if (!follow_step(replay, &trace->steps[index], index + 1 == trace->nsteps)) return false;
    if (index + trace->nloop < trace->nsteps) return true;
    replay->loop_moved |= trace->steps[index].task == trace->stuck[0];
    return is_under_way(replay, replay->tasks.data[trace->stuck[0]]) ||
           refuse(replay, "the task reaches a point in the loop");
}

static bool follow(Replay *replay) {
    const Trace *trace = replay->trace;
    if (!follow_start(replay)) return false;
    for (uint32_t i = 0; i < trace->nsteps; i++)
        if (!(trace->nloop ? check_loop_step(replay, i)
                           : follow_step(replay, &trace->steps[i], i + 1 == trace->nsteps)))
            return false;
    return true;
}

static bool check_claim(Replay *replay) {
    const char *kind = replay->trace->kind;
    if (replay->last.status == STEP_VIOLATION) return check_violation(replay);
    if (strcmp(kind, "deadlock") == 0) return check_deadlock(replay) && check_named(replay);
    if (strcmp(kind, "partial-deadlock") == 0) return check_named(replay);
    if (strcmp(kind, "violated") == 0) return check_invariant(replay);
    if (strcmp(kind, "never-yields") == 0 && replay->trace->nloop) return end_loop(replay);
    return refuse(replay, "the last step is no violation");
}

ReplayResult replay_check(const Program *program, Trace *trace) {
    Replay replay = {.program = program, .trace = trace, .options = {.run_on = trace->run_on}};
    world_init(&replay.world, program);
    bool ok = follow(&replay) && check_claim(&replay);
    assert(ok == !replay.why);
    vec_fini(&replay.tasks);
    vec_fini(&replay.loop_start);
    choices_fini(&replay.choices);
    world_fini(&replay.world);
    return (ReplayResult){ok, replay.why};
}
