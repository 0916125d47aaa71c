/* Reads back what trace_json wrote. The text may come from anywhere: every index is checked before it is used. */
#include "model/trace_json.h"

#include <jansson.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ITEMS = 1 << 24, MAX_NESTED = 64 /* runs in one another */ };

typedef struct Reader {
    Trace *trace;
    char *error;
    size_t error_size;
    bool failed; /* the first complaint stays */
    uint32_t depth; /* of the run in others */
} Reader;

static void complain(Reader *reader, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void complain(Reader *reader, const char *format, ...) {
    if (reader->failed) return;
    reader->failed = true;
    va_list args;
    va_start(args, format);
    vsnprintf(reader->error, reader->error_size, format, args);
    va_end(args);
}

static const char *text_of(Reader *reader, const json_t *object, const char *key) {
    const char *text = json_string_value(json_object_get(object, key));
    if (!text) complain(reader, "\"%s\" is missing or is no text", key);
    return text ? arena_strdup(&reader->trace->arena, text) : "";
}

static uint32_t number_of(Reader *reader, const json_t *value, const char *what, uint32_t limit) {
    json_int_t number = json_integer_value(value);
    if (!json_is_integer(value) || number < 0 || number >= (json_int_t)limit) {
        complain(reader, "\"%s\" is missing or is no number that fits", what);
        return 0;
    }
    return (uint32_t)number;
}

static uint32_t number_at(Reader *reader, const json_t *object, const char *key) {
    return number_of(reader, json_object_get(object, key), key, UINT32_MAX);
}

static bool flag_at(Reader *reader, const json_t *object, const char *key) {
    const json_t *value = json_object_get(object, key);
    if (!json_is_boolean(value)) complain(reader, "\"%s\" is missing or is neither true nor false", key);
    return json_is_true(value);
}

static const json_t *list_at(Reader *reader, const json_t *object, const char *key, uint32_t *n) {
    const json_t *list = json_object_get(object, key);
    *n = 0;
    if (!json_is_array(list) || json_array_size(list) > MAX_ITEMS)
        complain(reader, "\"%s\" is missing or is no list", key);
    else *n = (uint32_t)json_array_size(list);
    return list;
}

/* A list of numbers below `limit`. */
static uint32_t *numbers_at(Reader *reader, const json_t *object, const char *key, uint32_t limit, uint32_t *n) {
    const json_t *list = list_at(reader, object, key, n);
    uint32_t *numbers = ARENA_ARRAY(&reader->trace->arena, uint32_t, *n + 1);
    for (uint32_t i = 0; i < *n; i++) numbers[i] = number_of(reader, json_array_get(list, i), key, limit);
    return numbers;
}

static void read_tasks(Reader *reader, const json_t *root) {
    Trace *trace = reader->trace;
    const json_t *list = list_at(reader, root, "tasks", &trace->ntasks);
    trace->tasks = ARENA_ARRAY(&trace->arena, TraceTask, trace->ntasks + 1);
    for (uint32_t i = 0; i < trace->ntasks; i++) {
        const json_t *task = json_array_get(list, i);
        trace->tasks[i] = (TraceTask){
            text_of(reader, task, "name"), text_of(reader, task, "function"), number_at(reader, task, "number"),
            json_is_true(json_object_get(task, "part"))};
    }
}

static void read_notes(Reader *reader, const json_t *object, TraceStep *step) {
    const json_t *list = list_at(reader, object, "notes", &step->nnotes);
    step->notes = ARENA_ARRAY(&reader->trace->arena, const char *, step->nnotes + 1);
    for (uint32_t i = 0; i < step->nnotes; i++) {
        const char *text = json_string_value(json_array_get(list, i));
        if (!text) complain(reader, "a note is no text");
        step->notes[i] = text ? arena_strdup(&reader->trace->arena, text) : "";
    }
}

static void read_changes(Reader *reader, const json_t *object, TraceStep *step) {
    const json_t *list = list_at(reader, object, "changes", &step->nchanges);
    step->changes = ARENA_ARRAY(&reader->trace->arena, TraceChange, step->nchanges + 1);
    for (uint32_t i = 0; i < step->nchanges; i++) {
        const json_t *change = json_array_get(list, i);
        step->changes[i] = (TraceChange){
            text_of(reader, change, "what"), text_of(reader, change, "from"), text_of(reader, change, "to")};
    }
}

static void read_step(Reader *reader, const json_t *object, TraceStep *step) {
    step->task = number_of(reader, json_object_get(object, "task"), "task", reader->trace->ntasks);
    step->file = text_of(reader, object, "file");
    step->line = number_at(reader, object, "line");
    step->column = number_at(reader, object, "column");
    step->text = text_of(reader, object, "text");
    read_notes(reader, object, step);
    read_changes(reader, object, step);
    step->picks = numbers_at(reader, object, "picks", UINT32_MAX, &step->npicks);
}

static void read_steps(Reader *reader, const json_t *root) {
    Trace *trace = reader->trace;
    const json_t *list = list_at(reader, root, "steps", &trace->nsteps);
    trace->steps = ARENA_ARRAY(&trace->arena, TraceStep, trace->nsteps + 1);
    for (uint32_t i = 0; i < trace->nsteps && !reader->failed; i++) {
        read_step(reader, json_array_get(list, i), &trace->steps[i]);
        if (reader->failed) trace->nsteps = i;
    }
}

static void read_wait(Reader *reader, const json_t *object, TraceWait *wait) {
    uint32_t ntasks = reader->trace->ntasks;
    const json_t *task = json_object_get(object, "task");
    wait->task = task ? number_of(reader, task, "task", ntasks) : UINT32_MAX;
    wait->file = text_of(reader, object, "file");
    wait->line = number_at(reader, object, "line");
    wait->column = number_at(reader, object, "column");
    wait->end_column = number_at(reader, object, "end_column");
    wait->source = text_of(reader, object, "source");
    wait->what = text_of(reader, object, "what");
    wait->holder = text_of(reader, object, "holder");
    const json_t *holder = json_object_get(object, "holder_task");
    wait->holder_task = holder ? number_of(reader, holder, "holder_task", ntasks) : UINT32_MAX;
    wait->held_line = number_at(reader, object, "held_line");
    wait->text = text_of(reader, object, "text");
    wait->on_cycle = flag_at(reader, object, "on_cycle");
    if (wait->on_cycle && wait->task == UINT32_MAX) complain(reader, "a wait on the cycle has no \"task\"");
}

static void read_idle(Reader *reader, const json_t *root) {
    Trace *trace = reader->trace;
    const json_t *list = list_at(reader, root, "idle", &trace->nidle);
    trace->idle = ARENA_ARRAY(&trace->arena, TraceIdle, trace->nidle + 1);
    for (uint32_t i = 0; i < trace->nidle; i++) {
        const json_t *idle = json_array_get(list, i);
        trace->idle[i].task = number_of(reader, json_object_get(idle, "task"), "task", trace->ntasks);
        trace->idle[i].text = text_of(reader, idle, "text");
    }
}

static void read_waits(Reader *reader, const json_t *root) {
    Trace *trace = reader->trace;
    const json_t *list = list_at(reader, root, "waits", &trace->nwaits);
    trace->waits = ARENA_ARRAY(&trace->arena, TraceWait, trace->nwaits + 1);
    for (uint32_t i = 0; i < trace->nwaits; i++) read_wait(reader, json_array_get(list, i), &trace->waits[i]);
}

static void read_head(Reader *reader, const json_t *root) {
    Trace *trace = reader->trace;
    if (number_at(reader, root, "format") != TRACE_FORMAT)
        complain(reader, "\"format\" is not %d: another version wrote it", TRACE_FORMAT);
    trace->program = text_of(reader, root, "program");
    trace->kind = text_of(reader, root, "kind");
    trace->name = text_of(reader, root, "name");
    trace->detail = text_of(reader, root, "detail");
    trace->object = text_of(reader, root, "object");
    trace->message = text_of(reader, root, "message");
    trace->file = text_of(reader, root, "file");
    trace->line = number_at(reader, root, "line");
    trace->column = number_at(reader, root, "column");
    trace->run_on = flag_at(reader, root, "run_on");
    trace->main_ends_run = flag_at(reader, root, "main_ends_run");
    trace->discrete = flag_at(reader, root, "discrete");
    trace->urgent = flag_at(reader, root, "urgent");
}

static void read_all(Reader *reader, const json_t *root);

static void read_facts(Reader *reader, const json_t *root) {
    Trace *trace = reader->trace;
    const json_t *list = list_at(reader, root, "facts", &trace->nfacts);
    trace->facts = ARENA_ARRAY(&trace->arena, TraceFact, trace->nfacts + 1);
    for (uint32_t i = 0; i < trace->nfacts; i++) {
        const json_t *fact = json_array_get(list, i);
        trace->facts[i] = (TraceFact){number_of(reader, json_object_get(fact, "at"), "at", trace->nsteps + 1),
            number_at(reader, fact, "part"), flag_at(reader, fact, "truth"), text_of(reader, fact, "text")};
    }
}

/* A run that is cut short by a mistake is kept, to be freed with the others. */
static void read_branch(Reader *reader, const json_t *object) {
    Trace *trace = reader->trace;
    TraceBranch *branch = &trace->branches[trace->nbranches];
    branch->at = number_of(reader, json_object_get(object, "at"), "at", trace->nsteps + 1);
    branch->text = text_of(reader, object, "text");
    if (reader->depth == MAX_NESTED) complain(reader, "runs are nested too deeply");
    if (reader->failed) return;
    branch->run = trace_new();
    trace->nbranches++;
    Reader inner = {branch->run, reader->error, reader->error_size, false, reader->depth + 1};
    read_all(&inner, json_object_get(object, "run"));
    reader->failed = inner.failed;
}

static void read_tree(Reader *reader, const json_t *root) {
    Trace *trace = reader->trace;
    uint32_t nbranches;
    trace->is_claim = json_object_get(root, "part") != NULL;
    if (trace->is_claim) {
        trace->part = number_at(reader, root, "part");
        trace->truth = flag_at(reader, root, "truth");
    }
    trace->shared = number_of(reader, json_object_get(root, "shared"), "shared", trace->nsteps + 1);
    trace->rested = flag_at(reader, root, "rested");
    trace->is_moment = flag_at(reader, root, "moment");
    read_facts(reader, root);
    const json_t *list = list_at(reader, root, "branches", &nbranches);
    trace->branches = ARENA_ARRAY(&trace->arena, TraceBranch, nbranches + 1);
    for (uint32_t i = 0; i < nbranches && !reader->failed; i++) read_branch(reader, json_array_get(list, i));
}

static void read_all(Reader *reader, const json_t *root) {
    Trace *trace = reader->trace;
    if (!json_is_object(root)) {
        complain(reader, "the text is no JSON object");
        return;
    }
    read_head(reader, root);
    if (!reader->failed) read_tasks(reader, root);
    trace->start_picks = numbers_at(reader, root, "start", UINT32_MAX, &trace->nstart_picks);
    if (!reader->failed) read_steps(reader, root);
    if (!reader->failed) trace->nloop = number_of(reader, json_object_get(root, "loop"), "loop", trace->nsteps + 1);
    trace->fairness = text_of(reader, root, "fairness");
    if (json_object_get(root, "formula")) {
        trace->formula = text_of(reader, root, "formula");
        trace->initially = text_of(reader, root, "initially");
        trace->stutters = flag_at(reader, root, "stutters");
    }
    if (!reader->failed && json_object_get(root, "branches")) read_tree(reader, root);
    if (!reader->failed) read_idle(reader, root);
    trace->stuck = numbers_at(reader, root, "stuck", trace->ntasks, &trace->nstuck);
    trace->consequences = numbers_at(reader, root, "consequences", trace->ntasks, &trace->nconsequences);
    if (!reader->failed) read_waits(reader, root);
}

Trace *trace_read(const char *text, size_t length, char *error, size_t error_size) {
    json_error_t problem;
    json_t *root = json_loadb(text, length, JSON_REJECT_DUPLICATES, &problem);
    if (!root) {
        snprintf(error, error_size, "line %d: %s", problem.line, problem.text);
        return NULL;
    }
    Reader reader = {.trace = trace_new(), .error = error, .error_size = error_size};
    read_all(&reader, root);
    json_decref(root);
    if (!reader.failed) return reader.trace;
    trace_free(reader.trace);
    return NULL;
}
