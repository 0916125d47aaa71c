/* The JSON form of a run: docs/trace.md. */
#include "model/trace_json.h"

static void write_indices(JsonWriter *json, const char *key, const uint32_t *values, uint32_t n) {
    json_write_key(json, key);
    json_open_array(json, true);
    for (uint32_t i = 0; i < n; i++) json_write_int(json, values[i]);
    json_close(json);
}

static void write_place(JsonWriter *json, const char *file, uint32_t line, uint32_t column) {
    json_text(json, "file", file);
    json_int(json, "line", line);
    json_int(json, "column", column);
}

static void write_tasks(JsonWriter *json, const Trace *trace) {
    json_write_key(json, "tasks");
    json_open_array(json, false);
    for (uint32_t i = 0; i < trace->ntasks; i++) {
        const TraceTask *task = &trace->tasks[i];
        json_open_object(json, true);
        json_text(json, "name", task->name);
        json_text(json, "function", task->function);
        json_int(json, "number", task->number);
        if (task->is_part) json_bool(json, "part", true);
        json_close(json);
    }
    json_close(json);
}

static void write_changes(JsonWriter *json, const TraceStep *step) {
    json_write_key(json, "changes");
    json_open_array(json, true);
    for (uint32_t i = 0; i < step->nchanges; i++) {
        json_open_object(json, true);
        json_text(json, "what", step->changes[i].what);
        json_text(json, "from", step->changes[i].from);
        json_text(json, "to", step->changes[i].to);
        json_close(json);
    }
    json_close(json);
}

static void write_step(JsonWriter *json, const TraceStep *step) {
    json_open_object(json, true);
    json_int(json, "task", step->task);
    write_place(json, step->file, step->line, step->column);
    json_text(json, "text", step->text);
    json_write_key(json, "notes");
    json_open_array(json, true);
    for (uint32_t i = 0; i < step->nnotes; i++) json_write_text(json, step->notes[i]);
    json_close(json);
    write_changes(json, step);
    write_indices(json, "picks", step->picks, step->npicks);
    json_close(json);
}

static void write_steps(JsonWriter *json, const Trace *trace) {
    json_write_key(json, "steps");
    json_open_array(json, false);
    for (uint32_t i = 0; i < trace->nsteps; i++) write_step(json, &trace->steps[i]);
    json_close(json);
}

static void write_wait(JsonWriter *json, const TraceWait *wait) {
    json_open_object(json, true);
    if (wait->task != UINT32_MAX) json_int(json, "task", wait->task);
    write_place(json, wait->file, wait->line, wait->column);
    json_int(json, "end_column", wait->end_column);
    json_text(json, "source", wait->source);
    json_text(json, "what", wait->what);
    json_text(json, "holder", wait->holder);
    if (wait->holder_task != UINT32_MAX) json_int(json, "holder_task", wait->holder_task);
    json_int(json, "held_line", wait->held_line);
    json_text(json, "text", wait->text);
    json_bool(json, "on_cycle", wait->on_cycle);
    json_close(json);
}

static void write_idle(JsonWriter *json, const Trace *trace) {
    json_write_key(json, "idle");
    json_open_array(json, false);
    for (uint32_t i = 0; i < trace->nidle; i++) {
        json_open_object(json, true);
        json_int(json, "task", trace->idle[i].task);
        json_text(json, "text", trace->idle[i].text);
        json_close(json);
    }
    json_close(json);
}

static void write_waits(JsonWriter *json, const Trace *trace) {
    json_write_key(json, "waits");
    json_open_array(json, false);
    for (uint32_t i = 0; i < trace->nwaits; i++) write_wait(json, &trace->waits[i]);
    json_close(json);
}

/* What makes a run one of a tree. */
static void write_tree(JsonWriter *json, const Trace *trace) {
    if (trace->is_claim) {
        json_int(json, "part", trace->part);
        json_bool(json, "truth", trace->truth);
    }
    json_int(json, "shared", trace->shared);
    json_bool(json, "rested", trace->rested);
    json_bool(json, "moment", trace->is_moment);
    json_write_key(json, "facts");
    json_open_array(json, false);
    for (uint32_t i = 0; i < trace->nfacts; i++) {
        json_open_object(json, true);
        json_int(json, "at", trace->facts[i].at);
        json_int(json, "part", trace->facts[i].part);
        json_bool(json, "truth", trace->facts[i].truth);
        json_text(json, "text", trace->facts[i].text);
        json_close(json);
    }
    json_close(json);
    json_write_key(json, "branches");
    json_open_array(json, false);
    for (uint32_t i = 0; i < trace->nbranches; i++) {
        json_open_object(json, false);
        json_int(json, "at", trace->branches[i].at);
        json_text(json, "text", trace->branches[i].text);
        json_write_key(json, "run");
        trace_json_value(trace->branches[i].run, json);
        json_close(json);
    }
    json_close(json);
}

void trace_json_value(const Trace *trace, JsonWriter *json) {
    json_open_object(json, false);
    json_text(json, "unknot", UNKNOT_VERSION);
    json_int(json, "format", TRACE_FORMAT);
    json_text(json, "program", trace->program);
    json_text(json, "kind", trace->kind);
    json_text(json, "name", trace->name);
    json_text(json, "detail", trace->detail);
    json_text(json, "object", trace->object);
    json_text(json, "message", trace->message);
    write_place(json, trace->file, trace->line, trace->column);
    json_bool(json, "run_on", trace->run_on);
    json_bool(json, "main_ends_run", trace->main_ends_run);
    json_bool(json, "discrete", trace->discrete);
    json_bool(json, "urgent", trace->urgent);
    write_tasks(json, trace);
    write_indices(json, "start", trace->start_picks, trace->nstart_picks);
    write_steps(json, trace);
    json_int(json, "loop", trace->nloop);
    json_text(json, "fairness", trace->fairness);
    write_idle(json, trace);
    if (trace->formula[0]) {
        json_text(json, "formula", trace->formula);
        json_text(json, "initially", trace->initially);
        json_bool(json, "stutters", trace->stutters);
    }
    if (trace->is_claim || trace->nfacts > 0 || trace->nbranches > 0) write_tree(json, trace);
    write_indices(json, "stuck", trace->stuck, trace->nstuck);
    write_indices(json, "consequences", trace->consequences, trace->nconsequences);
    write_waits(json, trace);
    json_close(json);
}

void trace_json(const Trace *trace, FILE *out) {
    JsonWriter json;
    json_init(&json, out);
    trace_json_value(trace, &json);
}
