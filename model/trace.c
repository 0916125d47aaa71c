/* Makes a run that a person can follow from the moves an engine found: executes them once more and puts into words
   what happened. */
#include "model/trace.h"

#include "model/support/fatal.h"
#include "model/support/vec.h"
#include "model/trace_event.h"
#include "model/trace_names.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ACTS = 6 /* in a step's line; further ones become notes */, MAX_CHANGES = 12, PATH_TEXT = 160 };

/* A scalar or message that a step changed; `from` is NULL when it is new. */
typedef struct Change {
    const char *path;
    const ValueType *type;
    const Word *from, *to;
} Change;

/* A step as recorded, before anything has its name. */
typedef struct Record {
    StepResult result;
    uint32_t task, fiber; /* slots */
    Event *events;
    const Word **args; /* per event: the frame of the task that it spawned, or NULL */
    uint32_t nevents;
    Change *changes;
    uint32_t nchanges;
    Span stop;          /* where the fiber that moved rests now, if anywhere */
    const char *access; /* the shared variable whose reading the step began with, and its value; NULL */
} Record;

typedef struct Recorder {
    const Program *program;
    World *world; /* current */
    World before;
    EvalOptions options;
    Choices choices;
    StepLog log;
    TraceNames names;
    StepResult last;
    Trace *trace;
    VEC(Record) records;
} Recorder;

Trace *trace_new(void) {
    Trace *trace = calloc(1, sizeof *trace);
    if (!trace) fatal("out of memory");
    arena_init(&trace->arena);
    trace->program = trace->kind = trace->name = trace->message = trace->file = trace->detail = trace->object = trace->fairness = trace->formula = trace->initially = "";
    return trace;
}

void trace_free(Trace *trace) {
    if (!trace) return;
    for (uint32_t i = 0; i < trace->nbranches; i++) trace_free(trace->branches[i].run);
    arena_fini(&trace->arena);
    free(trace);
}

const char *trace_object_name(const Trace *trace, uint32_t slot) {
    return slot < trace->nobject_names ? trace->object_names[slot] : "none";
}

/* ---- what a step changed */

static void add_change(
    Recorder *recorder, Record *record, const char *path, const ValueType *type, const Word *from, const Word *to) {
    if (record->nchanges == MAX_CHANGES) return;
    Arena *arena = &recorder->trace->arena;
    size_t bytes = sizeof(Word) * type->words;
    record->changes[record->nchanges++] = (Change){
        arena_strdup(arena, path), type, from ? arena_copy(arena, from, bytes) : NULL, arena_copy(arena, to, bytes)};
}

/* Adds the parts of a value that differ; `from` NULL: all of it is new. */
static void compare(
    Recorder *recorder, Record *record, const char *path, const ValueType *type, const Word *from, const Word *to) {
    if (from && memcmp(from, to, sizeof(Word) * type->words) == 0) return;
    char part[PATH_TEXT];
    if (from && type->kind == VALUE_STRUCT) {
        for (uint32_t i = 0, at = 0; i < type->nfields; at += type->fields[i].type->words, i++) {
            snprintf(part, sizeof part, "%s.%s", path, type->fields[i].name);
            compare(recorder, record, part, type->fields[i].type, from + at, to + at);
        }
    } else if (from && type->kind == VALUE_ARRAY) {
        for (uint32_t i = 0; i < type->length; i++) {
            snprintf(part, sizeof part, "%s[%u]", path, i);
            compare(
                recorder, record, part, type->of, from + (size_t)i * type->of->words, to + (size_t)i * type->of->words);
        }
    } else {
        add_change(recorder, record, path, type, from, to);
    }
}

static void compare_globals(Recorder *recorder, Record *record) {
    for (uint32_t i = 0; i < recorder->program->nglobals; i++) {
        const Global *global = &recorder->program->globals[i];
        if (recorder->world->global_slot[i] == NO_SLOT || global->type->words == 0) continue;
        compare(recorder, record, global->name, global->type, world_global(&recorder->before, i),
            world_global(recorder->world, i));
    }
}

/* The frame of a fiber that is not over, or NULL. */
static const Word *frame_of(World *world, uint32_t slot, uint32_t *pc, uint32_t *machine) {
    if (slot >= world->n || world_kind(world, slot) != COMP_FIBER) return NULL;
    uint32_t n;
    const Word *words = world_read(world, slot, &n);
    if (words[FIBER_STATUS] >= FIBER_ENDED) return NULL;
    *pc = (uint32_t)words[FIBER_PC];
    *machine = (uint32_t)words[FIBER_MACHINE];
    return words + FIBER_FRAME;
}

static bool is_shown(const Machine *machine, const Local *local, uint32_t pc) {
    if (pc < local->from || pc >= local->to || local->type->words == 0 || *local->name == '(') return false; /* a name nobody wrote */
    const uint64_t *live = machine->live && pc < machine->ncode ? machine->live[pc] : NULL;
    if (!live) return true;
    for (uint32_t i = local->slot; i < local->slot + local->type->words; i++)
        if (!(live[i / 64] >> (i % 64) & 1)) return false;
    return true;
}

static bool is_set(const Local *local, const Word *words) {
    for (uint32_t i = 0; i < local->type->words; i++)
        if (words[i] != WORD_UNINIT) return true;
    return false;
}

/* Locals of the fiber that moved that are still needed where it stands now. */
static void compare_locals(Recorder *recorder, Record *record) {
    uint32_t pc, old_pc = 0, id, old_id = UINT32_MAX;
    const Word *frame = frame_of(recorder->world, record->fiber, &pc, &id);
    if (!frame) return;
    const Word *old = frame_of(&recorder->before, record->fiber, &old_pc, &old_id);
    const Machine *machine = recorder->program->machines[id];
    for (uint32_t i = 0; i < machine->nlocals; i++) {
        const Local *local = &machine->locals[i];
        if (!is_shown(machine, local, pc)) continue;
        bool was_shown = old && old_id == id && is_shown(machine, local, old_pc);
        if (was_shown || is_set(local, frame + local->slot))
            compare(
                recorder, record, local->name, local->type, was_shown ? old + local->slot : NULL, frame + local->slot);
    }
}

/* ---- recording */

static void keep_events(Recorder *recorder, Record *record) {
    Arena *arena = &recorder->trace->arena;
    record->nevents = recorder->log.n;
    record->events = arena_copy(arena, recorder->log.events, sizeof(Event) * recorder->log.n);
    record->args = ARENA_ARRAY(arena, const Word *, recorder->log.n + 1);
    for (uint32_t i = 0; i < record->nevents; i++) {
        if (record->events[i].kind != EVENT_SPAWN) continue;
        uint32_t pc, machine;
        const Word *frame = frame_of(recorder->world, record->events[i].fiber, &pc, &machine);
        if (frame)
            record->args[i] = arena_copy(arena, frame, sizeof(Word) * recorder->program->machines[machine]->nslots);
    }
}

static void note_stop(Recorder *recorder, Record *record) {
    uint32_t pc, id;
    if (!frame_of(recorder->world, record->fiber, &pc, &id)) return;
    const Machine *machine = recorder->program->machines[id];
    record->stop = machine->code[pc].span;
    for (uint32_t i = 1; i < machine->npoints; i++)
        if (machine->points[i].pc == pc) record->stop = machine->points[i].span;
}

/* In a threaded program a step may be no more than the reading of a variable: which, and what it held. */
static void note_access(Recorder *recorder, Record *record) {
    uint32_t pc, id, n;
    if (!frame_of(&recorder->before, record->fiber, &pc, &id)) return;
    if (world_read(&recorder->before, record->fiber, &n)[FIBER_STATUS] != FIBER_UNDER_WAY) return;
    const Instr *instr = &recorder->program->machines[id]->code[pc];
    if (instr->op != INSTR_GLOAD) return;
    const Global *global = &recorder->program->globals[instr->b];
    char value[PATH_TEXT] = "";
    if (global->type->words == 1)
        value_print(value, sizeof value, global->type, world_global(&recorder->before, instr->b));
    record->access = arena_printf(&recorder->trace->arena, "reads %s%s%s", global->name,
        value[0] && value[0] != '#' ? " = " : "", value[0] != '#' ? value : "");
}

static bool is_possible(const Recorder *recorder, StepResult result, bool is_last) {
    if (recorder->choices.mismatch) return false;
    return result.status == STEP_DONE || (is_last && result.status == STEP_VIOLATION);
}

static bool record_start(Recorder *recorder, const TraceMove *move, bool is_last) {
    choices_set(&recorder->choices, move->picks, move->npicks);
    StepResult result = eval_start(recorder->world, &recorder->options, &recorder->choices, NULL);
    recorder->last = result;
    if (!is_possible(recorder, result, is_last)) return false;
    trace_names_see(&recorder->names, recorder->world, NO_SLOT, NO_SLOT);
    recorder->trace->start_picks = arena_copy(&recorder->trace->arena, move->picks, sizeof(uint32_t) * move->npicks);
    recorder->trace->nstart_picks = move->npicks;
    return true;
}

static bool record_step(Recorder *recorder, const TraceMove *move, bool is_last) {
    world_copy(&recorder->before, recorder->world);
    steplog_clear(&recorder->log);
    choices_set(&recorder->choices, move->picks, move->npicks);
    Record record = {.task = move->task, .changes = ARENA_ARRAY(&recorder->trace->arena, Change, MAX_CHANGES)};
    record.result = eval_step(recorder->world, move->task, &recorder->options, &recorder->choices, &recorder->log);
    if (!is_possible(recorder, record.result, is_last)) return false;
    record.fiber = record.result.fiber < recorder->world->n ? record.result.fiber : move->task;
    keep_events(recorder, &record);
    note_access(recorder, &record);
    trace_names_see(&recorder->names, recorder->world, record.task, record.fiber);
    compare_globals(recorder, &record);
    if (record.result.status == STEP_DONE) {
        compare_locals(recorder, &record);
        note_stop(recorder, &record);
    }
    recorder->last = record.result;
    vec_push(&recorder->records, record);
    return true;
}

static bool record_all(Recorder *recorder, const TraceMove *moves, uint32_t nmoves) {
    if (nmoves == 0 || !record_start(recorder, &moves[0], nmoves == 1)) return false;
    for (uint32_t i = 1; i < nmoves; i++) {
        if (moves[i].task >= recorder->world->n) return false;
        if (!record_step(recorder, &moves[i], i + 1 == nmoves)) return false;
    }
    return true;
}

/* ---- putting into words */

static void fill_tasks(Recorder *recorder, uint32_t *index_of, uint32_t *slots) {
    Trace *trace = recorder->trace;
    trace->tasks = ARENA_ARRAY(&trace->arena, TraceTask, recorder->names.slots.n + 1);
    uint32_t *numbers = ARENA_ARRAY(&trace->arena, uint32_t, recorder->program->nmachines);
    for (uint32_t slot = 0; slot < recorder->names.slots.n; slot++) {
        const TraceSlot *seen = &recorder->names.slots.data[slot];
        index_of[slot] = UINT32_MAX;
        bool is_task = seen->kind == COMP_FIBER && seen->is_task;
        if (!is_task && !seen->is_actor) continue;
        index_of[slot] = trace->ntasks;
        slots[trace->ntasks] = slot;
        if (!is_task) {
            const char *name = seen->kind == COMP_CHANNEL ? "environment" : trace->object_names[slot];
            trace->tasks[trace->ntasks++] = (TraceTask){name, "", 0, false};
            continue;
        }
        trace->tasks[trace->ntasks++] = (TraceTask){trace->object_names[slot],
            arena_strdup(&trace->arena, recorder->program->machines[seen->origin]->name), numbers[seen->origin]++, false};
    }
}

static void fill_place(const TraceTexts *texts, Span span, TraceStep *step) {
    const Sources *sources = texts->program->sources;
    step->file = arena_strdup(texts->arena, span.file ? sources_name(sources, span.file) : texts->program->path);
    sources_place(sources, span.file, span.begin, &step->line, &step->column);
}

static bool is_same(const char *a, const char *b) { return strcmp(a, b) == 0; }

/* The line of a step in which nothing but local code ran, or a variable was read or written. */
static const char *without_acts(const TraceTexts *texts, const Record *record, TraceStep *step) {
    const char *verb = "goes on", *written = NULL;
    for (uint32_t i = 0; i < record->nevents; i++) {
        const Event *event = &record->events[i];
        if (event->kind == EVENT_START) verb = "starts";
        if (event->kind == EVENT_WRITE && event->object < texts->program->nglobals)
            written = texts->program->globals[event->object].name;
    }
    if (record->access && written) return arena_printf(texts->arena, "%s, writes %s", record->access, written);
    if (record->access) return record->access;
    if (written) return arena_printf(texts->arena, "writes %s", written);
    if (record->fiber != record->task && record->fiber < texts->nnames)
        verb = arena_printf(
            texts->arena, "%s %s", is_same(verb, "starts") ? verb : "polls", texts->names[record->fiber]);
    if (is_same(verb, "goes on") && step->nnotes) { /* it was ready, and now it is too late */
        verb = step->notes[0];
        step->notes++;
        step->nnotes--;
        return verb;
    }
    if (!record->stop.file) return verb;
    return arena_printf(
        texts->arena, "%s, up to line %u", verb, sources_line_of(texts->program->sources, record->stop));
}

/* A step's line and notes under construction. */
typedef struct Line {
    const TraceTexts *texts;
    TraceStep *step;
    const char *text, *last;
    uint32_t acts, times; /* acts in the line; how often the last one came running */
    Span at;
} Line;

static void flush_act(Line *line) {
    if (!line->last) return;
    Arena *arena = line->texts->arena;
    const char *act = line->times > 1 ? arena_printf(arena, "%s (%u times)", line->last, line->times) : line->last;
    if (line->acts++ >= MAX_ACTS) line->step->notes[line->step->nnotes++] = act;
    else line->text = line->text ? arena_printf(arena, "%s; %s", line->text, act) : act;
    line->last = NULL;
}

static void add_act(Line *line, const char *act) {
    if (line->last && is_same(line->last, act)) {
        line->times++;
        return;
    }
    flush_act(line);
    line->last = act;
    line->times = 1;
}

static bool touches_variable(const Record *record) {
    for (uint32_t i = 0; i < record->nevents; i++)
        if (record->events[i].kind == EVENT_WRITE) return true;
    return record->access != NULL;
}

static bool has_place(const Event *event) {
    return event->span.file && event->kind != EVENT_END && event->kind != EVENT_CANCEL;
}

/* The step's line and notes from its events, in order. */
static void fill_texts(const TraceTexts *texts, const Record *record, TraceStep *step) {
    Line line = {.texts = texts, .step = step, .at = record->result.at};
    bool placed = false;
    step->notes = ARENA_ARRAY(texts->arena, const char *, 2 * (size_t)record->nevents + 1);
    for (uint32_t i = 0; i < record->nevents; i++) {
        const Event *event = &record->events[i];
        const char *act = trace_event_text(texts, event, record->task, record->args[i]);
        const char *note = trace_event_note(texts, event, record->task);
        if (event->kind == EVENT_END && !line.last && !line.text && touches_variable(record))
            add_act(&line, without_acts(texts, record, step));
        if ((act || event->kind == EVENT_WRITE) && !placed && has_place(event)) {
            line.at = event->span;
            placed = true;
        }
        if (act) add_act(&line, act);
        if (note) step->notes[step->nnotes++] = note;
    }
    flush_act(&line);
    step->text = line.text ? line.text : without_acts(texts, record, step);
    fill_place(texts, line.at, step);
}

/* An object is named by its variable: that the variable holds it is no news. */
static void fill_changes(const TraceTexts *texts, const Record *record, TraceStep *step) {
    step->changes = ARENA_ARRAY(texts->arena, TraceChange, record->nchanges + 1);
    for (uint32_t i = 0; i < record->nchanges; i++) {
        const Change *change = &record->changes[i];
        const char *from = change->from ? trace_value_text(texts, change->type, change->from) : "";
        const char *to = trace_value_text(texts, change->type, change->to);
        if (!is_same(to, change->path)) step->changes[step->nchanges++] = (TraceChange){change->path, from, to};
    }
}

static void fill_steps(Recorder *recorder, const TraceMove *moves, const uint32_t *index_of) {
    Trace *trace = recorder->trace;
    TraceTexts texts = {&trace->arena, recorder->program, recorder->world, trace->object_names,
        trace_names_owners(&recorder->names), trace->nobject_names};
    trace->nsteps = recorder->records.n;
    trace->steps = ARENA_ARRAY(&trace->arena, TraceStep, trace->nsteps + 1);
    for (uint32_t i = 0; i < trace->nsteps; i++) {
        const Record *record = &recorder->records.data[i];
        TraceStep *step = &trace->steps[i];
        step->task = index_of[record->task];
        assert(step->task < trace->ntasks);
        fill_texts(&texts, record, step);
        fill_changes(&texts, record, step);
        step->npicks = moves[i + 1].npicks;
        step->picks = arena_copy(&trace->arena, moves[i + 1].picks, sizeof(uint32_t) * step->npicks);
    }
}

static void fill_trace(Recorder *recorder, const TraceMove *moves, uint32_t **task_slots) {
    Trace *trace = recorder->trace;
    trace->program = arena_strdup(&trace->arena, recorder->program->path);
    trace->run_on = recorder->options.run_on;
    trace->discrete = recorder->program->is_discrete;
    trace->urgent = recorder->program->is_urgent;
    trace->object_names = trace_names_finish(&recorder->names, recorder->program);
    trace->nobject_names = recorder->names.slots.n;
    uint32_t *index_of = ARENA_ARRAY(&trace->arena, uint32_t, trace->nobject_names + 1);
    uint32_t *slots = ARENA_ARRAY(&trace->arena, uint32_t, trace->nobject_names + 1);
    fill_tasks(recorder, index_of, slots);
    fill_steps(recorder, moves, index_of);
    if (recorder->last.status == STEP_VIOLATION && recorder->last.violation.object != NO_SLOT)
        trace->object = trace_object_name(trace, recorder->last.violation.object);
    if (task_slots) *task_slots = slots;
}

Trace *trace_of_moves(const Program *program, const TraceMove *moves, uint32_t nmoves, bool run_on, World *final_world,
    uint32_t **task_slots) {
    Recorder recorder = {.program = program, .world = final_world, .options = {.run_on = run_on}, .trace = trace_new()};
    world_init(&recorder.before, program);
    trace_names_init(&recorder.names, &recorder.trace->arena);
    bool possible = record_all(&recorder, moves, nmoves);
    if (possible) fill_trace(&recorder, moves, task_slots);
    else trace_free(recorder.trace);
    vec_fini(&recorder.records);
    trace_names_fini(&recorder.names);
    choices_fini(&recorder.choices);
    steplog_fini(&recorder.log);
    world_fini(&recorder.before);
    return possible ? recorder.trace : NULL;
}
