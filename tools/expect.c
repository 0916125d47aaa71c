#include "tools/expect.h"

#include "tools/checks.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

static bool is(const char *a, const char *b) { return strcmp(a, b) == 0; }

/* ---- tasks */

/* "worker", or "worker[1]" for the second one. */
static bool names_number(const char *name, size_t *length, uint32_t *number) {
    const char *bracket = strchr(name, '[');
    *length = bracket ? (size_t)(bracket - name) : strlen(name);
    if (!bracket) return false;
    *number = (uint32_t)strtoul(bracket + 1, NULL, 10);
    return true;
}

static bool is_task(const TraceTask *task, const char *name) {
    size_t length;
    uint32_t number;
    bool numbered = names_number(name, &length, &number);
    if (strlen(task->function) != length || strncmp(task->function, name, length) != 0) return false;
    return !numbered || task->number == number;
}

typedef VEC(uint32_t) Tasks;

static Tasks tasks_of(const Finding *finding) {
    Tasks tasks = {0};
    const Trace *trace = finding->trace;
    for (uint32_t i = 0; trace && i < trace->nstuck; i++) vec_push(&tasks, trace->stuck[i]);
    for (uint32_t i = 0; trace && i < trace->nconsequences; i++) vec_push(&tasks, trace->consequences[i]);
    uint32_t actor = finding_actor(finding);
    if (tasks.n == 0 && actor != UINT32_MAX) vec_push(&tasks, actor);
    return tasks;
}

/* Takes one task of that name out of the list. */
static bool take_task(Tasks *tasks, const Trace *trace, const char *name) {
    for (uint32_t i = 0; i < tasks->n; i++) {
        if (!is_task(&trace->tasks[tasks->data[i]], name)) continue;
        tasks->data[i] = vec_last(tasks);
        (void)vec_pop(tasks);
        return true;
    }
    return false;
}

/* Each argument stands for a task of its own; those with a number choose first. */
static bool names_tasks(const Expectation *expectation, const Finding *finding) {
    Tasks tasks = tasks_of(finding);
    bool good = true;
    for (int numbered = 1; numbered >= 0; numbered--)
        for (uint32_t i = 0; i < expectation->nargs && good; i++)
            if ((strchr(expectation->args[i], '[') != NULL) == numbered)
                good = take_task(&tasks, finding->trace, expectation->args[i]);
    vec_fini(&tasks);
    return good;
}

/* ---- one finding, one expectation */

/* "inbox" stands for "inbox[2]" and "inbox#1" too. */
static bool is_subject(const char *subject, const char *name) {
    size_t length = strlen(name);
    return is(subject, name) ||
           (strncmp(subject, name, length) == 0 && (subject[length] == '[' || subject[length] == '#'));
}

static bool is_about_tasks(FindingKind kind) {
    return kind == FINDING_DEADLOCK || kind == FINDING_PARTIAL_DEADLOCK || kind == FINDING_LOST_WAKEUP ||
           kind == FINDING_NEVER_YIELDS || kind == FINDING_LIVELOCK || kind == FINDING_NONTERMINATION;
}

static bool is_line(const Job *job, const Finding *finding, uint32_t line) {
    if (finding->span.file && sources_line_of(job->sources, finding->span) == line) return true;
    const Trace *trace = finding->trace;
    for (uint32_t i = 0; trace && (is_about_tasks(finding->kind) || finding->kind == FINDING_RACE) && i < trace->nwaits; i++)
        if (trace->waits[i].line == line) return true;
    return false;
}

static bool matches(const Job *job, const Expectation *expectation, const Finding *finding) {
    if (!is(expectation->kind, finding_kind_text(finding->kind))) return false;
    if (expectation->line && !is_line(job, finding, expectation->line)) return false;
    if (expectation->nargs == 0) return true;
    if (is_about_tasks(finding->kind)) return names_tasks(expectation, finding);
    return expectation->nargs == 1 && is_subject(finding_subject(finding), expectation->args[0]);
}

static bool is_error_met(const Job *job, const Expectation *expectation, const Diag *diag) {
    if (!is(expectation->kind, "error") || diag->severity != DIAG_ERROR) return false;
    if (expectation->line == 0) return true;
    return diag->span.file && sources_line_of(job->sources, diag->span) == expectation->line;
}

/* ---- words */

static void put_expectation(const Expectation *expectation, FILE *out) {
    fputs(expectation->kind, out);
    for (uint32_t i = 0; i < expectation->nargs; i++) fprintf(out, "%s%s", i ? ", " : "(", expectation->args[i]);
    if (expectation->nargs) fputc(')', out);
    if (expectation->line) fprintf(out, " at %" PRIu32, expectation->line);
}

static void put_finding(const Job *job, const Finding *finding, FILE *out) {
    fputs(finding_kind_text(finding->kind), out);
    const char *subject = finding_subject(finding), *open = "(";
    const Trace *trace = finding->trace;
    if (is_about_tasks(finding->kind) && trace && trace->nstuck) {
        for (uint32_t i = 0; i < trace->nstuck; i++, open = ", ")
            fprintf(out, "%s%s", open, trace->tasks[trace->stuck[i]].name);
        fputc(')', out);
    } else if (subject[0]) {
        fprintf(out, "(%s)", subject);
    }
    if (finding->span.file) fprintf(out, " at %" PRIu32, sources_line_of(job->sources, finding->span));
}

void expect_summary(const Job *job, FILE *out) {
    const EngineResult *result = job->result;
    if (!result) {
        uint32_t errors = diags_errors(job->diags);
        fprintf(out, "%" PRIu32 " error%s", errors, errors == 1 ? "" : "s");
        return;
    }
    for (uint32_t i = 0; i < result->nfindings; i++) {
        if (i) fputs(", ", out);
        put_finding(job, &result->findings[i], out);
    }
    if (result->nfindings == 0) fputs(checks_left_open(job) ? "no verdict" : "verified", out);
    fprintf(out, "   %" PRIu64 " states", result->states);
}

static bool differ(FILE *out, const char *what) {
    fprintf(out, "    %s\n", what);
    return false;
}

static bool not_met(const Job *job, const Expectation *expectation, FILE *out) {
    uint32_t line = sources_line_of(job->sources, expectation->span);
    fprintf(out, "    expected in line %" PRIu32 " and not found: ", line);
    put_expectation(expectation, out);
    fputc('\n', out);
    return false;
}

/* ---- both ways */

static bool is_met_by_errors(const Job *job, const Expectation *expectation) {
    for (uint32_t i = 0; i < diags_count(job->diags); i++)
        if (is_error_met(job, expectation, diags_at(job->diags, i))) return true;
    return false;
}

static bool compare_errors(const Job *job, FILE *out) {
    const Tree *tree = job->tree;
    bool good = true;
    for (uint32_t e = 0; e < tree->nexpectations; e++)
        if (!is_met_by_errors(job, &tree->expectations[e])) good = not_met(job, &tree->expectations[e], out);
    for (uint32_t i = 0; i < diags_count(job->diags); i++) {
        const Diag *diag = diags_at(job->diags, i);
        bool expected = diag->severity != DIAG_ERROR;
        for (uint32_t e = 0; e < tree->nexpectations && !expected; e++)
            expected = is_error_met(job, &tree->expectations[e], diag);
        if (expected) continue;
        uint32_t line = sources_line_of(job->sources, diag->span);
        fprintf(
            out, "    not expected: error at %" PRIu32 ": %s [%s]\n", line, diag->message, diag_code_text(diag->code));
        good = false;
    }
    return good;
}

static bool is_met(const Job *job, const Expectation *expectation) {
    const EngineResult *result = job->result;
    if (is(expectation->kind, "verified")) return !checks_left_open(job) && result->nfindings == 0;
    if (is(expectation->kind, "no-verdict")) return checks_left_open(job);
    for (uint32_t i = 0; i < result->nfindings; i++)
        if (matches(job, expectation, &result->findings[i])) return true;
    return false;
}

static bool compare_findings(const Job *job, FILE *out) {
    const Tree *tree = job->tree;
    const EngineResult *result = job->result;
    bool good = true, limit_expected = false;
    for (uint32_t e = 0; e < tree->nexpectations; e++) {
        limit_expected |= is(tree->expectations[e].kind, "no-verdict");
        if (!is_met(job, &tree->expectations[e])) good = not_met(job, &tree->expectations[e], out);
    }
    for (uint32_t i = 0; i < result->nfindings; i++) { /* what grows without bound is never explored to its end */
        limit_expected |= result->findings[i].kind == FINDING_UNBOUNDED;
        bool expected = false;
        for (uint32_t e = 0; e < tree->nexpectations && !expected; e++)
            expected = matches(job, &tree->expectations[e], &result->findings[i]);
        if (expected) continue;
        fputs("    not expected: ", out);
        put_finding(job, &result->findings[i], out);
        fputc('\n', out);
        good = false;
    }
    if (checks_left_open(job) && !limit_expected)
        good = differ(out, result->why ? result->why : "not everything was explored");
    return good;
}

bool expect_compare(const Job *job, FILE *out) {
    if (job->tree->nexpectations == 0) {
        if (!job->result) compare_errors(job, out);
        return differ(out, "the file has no `//@ expect` line");
    }
    if (!job->result) return compare_errors(job, out);
    if (job->result->fault) {
        fprintf(out, "    internal fault: %s\n",
            job->result->fault_text ? job->result->fault_text : "a counterexample did not replay");
        return false;
    }
    return compare_findings(job, out);
}
