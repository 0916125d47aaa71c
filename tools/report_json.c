#include "model/trace_json.h"
#include "tools/checks.h"
#include "tools/report.h"

static const char *verdict_word(const Job *job) {
    switch (job_exit_code(job)) {
    case EXIT_HOLDS: return "holds";
    case EXIT_VIOLATED: return "violated";
    case EXIT_NO_VERDICT: return "unknown";
    default: return "error";
    }
}

static void write_place(JsonWriter *json, const Sources *sources, Span span, const char *path) {
    uint32_t line, column;
    sources_place(sources, span.file, span.begin, &line, &column);
    json_text(json, "file", span.file ? sources_name(sources, span.file) : path);
    json_int(json, "line", line);
    json_int(json, "column", column);
}

static void write_diagnostic(JsonWriter *json, const Job *job, const Diag *diag) {
    static const char *const severities[] = {[DIAG_NOTE] = "note", [DIAG_WARNING] = "warning", [DIAG_ERROR] = "error"};
    json_open_object(json, true);
    json_text(json, "severity", severities[diag->severity]);
    json_text(json, "code", diag_code_text(diag->code));
    write_place(json, job->sources, diag->span, job->path);
    json_text(json, "message", diag->message);
    json_close(json);
}

static void write_diagnostics(JsonWriter *json, const Job *job) {
    json_write_key(json, "diagnostics");
    json_open_array(json, false);
    for (uint32_t i = 0; i < diags_count(job->diags); i++) write_diagnostic(json, job, diags_at(job->diags, i));
    json_close(json);
}

static void write_options(JsonWriter *json, const Options *options, bool merged) {
    json_write_key(json, "options");
    json_open_object(json, true);
    json_text(json, "ready", options->run_on ? "run-on" : "suspend");
    json_bool(json, "main_ends_run", options->main_ends_run);
    json_text(json, "time", options->discrete ? "discrete" : "abstract");
    json_bool(json, "urgent", options->urgent);
    json_text(json, "fairness", options->fairness == 3 ? "strong" : options->fairness == 2 ? "none" : "weak");
    json_bool(json, "termination", options->termination != 0);
    json_bool(json, "races", options->races);
    json_bool(json, "symmetry", !options->no_symmetry);
    json_bool(json, "reset", !options->no_reset);
    json_bool(json, "memo", !options->no_memo);
    json_bool(json, "strength", !options->no_strength);
    json_bool(json, "merged", merged);
    json_close(json);
}

static void write_task_names(JsonWriter *json, const Finding *finding) {
    json_write_key(json, "tasks");
    json_open_array(json, true);
    const Trace *trace = finding->trace;
    for (uint32_t i = 0; trace && i < trace->nstuck; i++) json_write_text(json, trace->tasks[trace->stuck[i]].name);
    uint32_t actor = finding_actor(finding);
    if (trace && trace->nstuck == 0 && actor != UINT32_MAX) json_write_text(json, trace->tasks[actor].name);
    json_close(json);
}

static void write_finding(JsonWriter *json, const Job *job, const Finding *finding) {
    json_open_object(json, false);
    json_text(json, "kind", finding_kind_text(finding->kind));
    json_text(json, "name", finding_subject(finding));
    json_text(json, "status", "violated");
    write_task_names(json, finding);
    write_place(json, job->sources, finding->span, job->path);
    json_text(json, "message", finding->trace ? finding->trace->message : "");
    json_text(json, "assumes", finding->trace ? finding->trace->fairness : "");
    if (finding->trace) {
        json_write_key(json, "trace");
        trace_json_value(finding->trace, json);
    }
    json_close(json);
}

static void write_property(JsonWriter *json, const Job *job, const Check *check) {
    const Property *property = &job->program->properties[check->number];
    bool any = false;
    for (uint32_t a = 0; a < property->natoms; a++) {
        if (!checks_is_idle_atom(job, check->number, a)) continue;
        if (!any) json_write_key(json, "unchanging");
        if (!any) json_open_array(json, true);
        any = true;
        json_write_text(json, job->program->atoms[property->atoms[a]].text);
    }
    if (any) json_close(json);
    if (check->property->runless) json_bool(json, "runless", true);
    if (check->property->states > 0) json_int(json, "product", check->property->states);
}

static void write_checks(JsonWriter *json, const Job *job) {
    json_write_key(json, "checks");
    json_open_array(json, false);
    for (uint32_t i = 0; i < checks_count(job); i++) {
        Check check = checks_at(job, i);
        json_open_object(json, check.witness == NULL);
        json_text(json, "kind", finding_kind_text(check.kind));
        json_text(json, "name", check.name);
        json_text(json, "status", verdict_text(check.verdict));
        if (check.fairness[0]) json_text(json, "assumes", check.fairness);
        if (check.why) json_text(json, "why", check.why);
        else if (check.note && check.note[0]) json_text(json, "note", check.note);
        if (check.vacuous) json_text(json, "vacuous", check.vacuous);
        if (check.property) write_property(json, job, &check);
        if (check.witness) {
            json_write_key(json, "witness");
            trace_json_value(check.witness, json);
        }
        json_close(json);
    }
    json_close(json);
}

static void write_result(JsonWriter *json, const Job *job) {
    const EngineResult *result = job->result;
    json_bool(json, "complete", result->complete);
    if (!result->complete && result->why) json_text(json, "why", result->why);
    json_bool(json, "merged", result->merged);
    json_int(json, "states", result->states);
    json_int(json, "transitions", result->transitions);
    json_int(json, "depth", result->depth);
    json_write_key(json, "seconds");
    json_write_real(json, result->seconds);
    json_int(json, "memory", result->memory);
    write_checks(json, job);
    json_write_key(json, "findings");
    json_open_array(json, false);
    for (uint32_t i = 0; i < result->nfindings; i++) write_finding(json, job, &result->findings[i]);
    json_close(json);
}

void report_json_job(JsonWriter *json, const Job *job) {
    json_open_object(json, false);
    json_text(json, "file", job->path);
    json_text(json, "verdict", verdict_word(job));
    write_diagnostics(json, job);
    write_options(json, &job->options, job->result && job->result->merged);
    if (job->result) write_result(json, job);
    json_close(json);
}

void report_json_begin(JsonWriter *json, FILE *out) {
    json_init(json, out);
    json_open_object(json, false);
    json_text(json, "unknot", UNKNOT_VERSION);
    json_write_key(json, "files");
    json_open_array(json, false);
}

void report_json_end(JsonWriter *json) {
    json_close(json);
    json_close(json);
}
