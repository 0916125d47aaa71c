#include "model/support/excerpt.h"
#include "tools/checks.h"
#include "tools/modular.h"
#include "tools/report.h"

#include <inttypes.h>
#include <string.h>

enum { LABEL_WIDTH = 20, VERDICT_WIDTH = 8 };

typedef struct Style {
    FILE *out;
    bool colour;
    const char *bold, *red, *green, *yellow, *dim, *plain;
} Style;

static Style style_of(FILE *out, bool colour) {
    if (!colour) return (Style){out, false, "", "", "", "", "", ""};
    return (Style){out, true, "\033[1m", "\033[1;31m", "\033[1;32m", "\033[1;33m", "\033[2m", "\033[0m"};
}

/* ---- source lines */

static void put_span(const Style *style, const Sources *sources, Span span) {
    if (span.file == 0) return;
    uint32_t line, column;
    sources_place(sources, span.file, span.begin, &line, &column);
    size_t length;
    const char *source = sources_line(sources, span.file, line, &length);
    Excerpt excerpt = {source, length, line, column, column + (span.end - span.begin)};
    excerpt_print(&excerpt, "", style->out, style->colour);
}

static bool is_same_place(const TraceWait *a, const TraceWait *b) {
    return a->line == b->line && a->column == b->column && a->end_column == b->end_column &&
           strcmp(a->file, b->file) == 0;
}

static void put_waits(const Style *style, const Trace *trace) {
    for (uint32_t i = 0; i < trace->nwaits; i++) {
        const TraceWait *wait = &trace->waits[i];
        Excerpt excerpt = {wait->source, strlen(wait->source), wait->line, wait->column, wait->end_column};
        if (wait->line == 0) fprintf(style->out, "      | %s\n", wait->text);
        else if (i > 0 && is_same_place(wait, &trace->waits[i - 1]))
            excerpt_print_more(&excerpt, wait->text, style->out);
        else excerpt_print(&excerpt, wait->text, style->out, style->colour);
    }
}

/* ---- findings */

static void put_head(const Style *style, const Job *job, const Finding *finding) {
    uint32_t line, column;
    sources_place(job->sources, finding->span.file, finding->span.begin, &line, &column);
    const char *file = finding->span.file ? sources_name(job->sources, finding->span.file) : job->path;
    const char *message = finding->trace ? finding->trace->message : finding_kind_text(finding->kind);
    fprintf(style->out, "%s%s:%" PRIu32 ":%" PRIu32 ": %s%s%s\n", style->bold, file, line, column, style->red, message,
        style->plain);
}

static void put_consequences(const Style *style, const Trace *trace) {
    if (trace->nconsequences == 0) return;
    fputs("  stuck because of them:", style->out);
    for (uint32_t i = 0; i < trace->nconsequences; i++)
        fprintf(style->out, "%s %s", i ? "," : "", trace->tasks[trace->consequences[i]].name);
    fputc('\n', style->out);
}

static void put_run(const Style *style, const Job *job, const Trace *trace) {
    char assumes[64] = "";
    if (trace->nloop) snprintf(assumes, sizeof assumes, ", the last %" PRIu32 " of them for ever", trace->nloop);
    const char *which = job->result->merged ? "run (perhaps not the shortest: --no-merge)" : trace->formula[0] && trace->nloop ? "short run" : "shortest run";
    fprintf(style->out, "  %s, %" PRIu32 " step%s%s:\n", which, trace->nsteps, trace->nsteps == 1 ? "" : "s", assumes);
    trace_print(trace, style->out, style->colour);
}

static void put_finding(const Style *style, const Job *job, const Finding *finding, const char *saved) {
    put_head(style, job, finding);
    const Trace *trace = finding->trace;
    if (!trace || trace->nwaits == 0) put_span(style, job->sources, finding->span);
    else put_waits(style, trace);
    if (!trace) return;
    put_consequences(style, trace);
    if (!job->options.quiet && (trace->nsteps || (finding->kind != FINDING_INCOMPATIBLE && !job->modular))) put_run(style, job, trace);
    if (saved) fprintf(style->out, "  graph: %s.dot   replay: unknot trace %s.json\n", saved, saved);
    fputc('\n', style->out);
}

/* Runs that show why properties hold. */
static void put_witnesses(const Style *style, const Job *job) {
    for (uint32_t i = 0; i < job->program->nproperties; i++) {
        const Trace *trace = job->result->properties[i].witness;
        if (!trace) continue;
        fprintf(style->out, "%s%s:%" PRIu32 ":%" PRIu32 ": %s%s\n", style->bold, trace->file, trace->line, trace->column,
            style->plain, trace->message);
        put_run(style, job, trace);
        fputc('\n', style->out);
    }
}

/* ---- the table */

static void put_time(FILE *out, double seconds) {
    if (seconds < 1) fprintf(out, "%.1f ms", seconds * 1000);
    else fprintf(out, "%.2f s", seconds);
}

/* "assuming weak fairness", "but vacuously: p never happens" */
static void put_remarks(const Style *style, const Check *check, bool is_verbose) {
    bool is_runless = check->property && check->property->runless;
    bool padded = check->verdict != VERDICT_UNKNOWN && (check->fairness[0] || check->vacuous || is_runless);
    if (padded) fprintf(style->out, "%*s", (int)(VERDICT_WIDTH - strlen(verdict_text(check->verdict))), "");
    if (check->why) fprintf(style->out, "   %s%s%s", style->dim, check->why, style->plain);
    else if (check->fairness[0])
        fprintf(style->out, "   %sassuming %s fairness%s", style->dim,
            check->fairness[0] == 'n' ? "no" : check->fairness, style->plain);
    if (is_verbose && check->property && check->property->states > 0)
        fprintf(style->out, "   %s%" PRIu64 " states with its automaton%s", style->dim, check->property->states, style->plain);
    if (is_runless)
        fprintf(style->out, "   %sbut vacuously: no such run goes on or stops, each is cut or ends in a violation%s",
            style->yellow, style->plain);
    if (check->vacuous)
        fprintf(style->out, "   %sbut vacuously: `%s` never happens%s", style->yellow, check->vacuous, style->plain);
}

static void put_check(const Style *style, const Job *job, uint32_t index) {
    Check check = checks_at(job, index);
    char label[256];
    snprintf(label, sizeof label, "%s%s%s", check.label, check.name[0] && !check.is_named ? " " : "", check.is_named ? "" : check.name);
    const char *colour = check.verdict == VERDICT_VIOLATED ? style->red
                         : check.verdict == VERDICT_HOLDS  ? style->green
                                                           : style->yellow;
    fprintf(style->out, "  %-*s  %s%-*s%s", LABEL_WIDTH, label, colour, index == 0 ? VERDICT_WIDTH : 0,
        check_verdict_text(&check), style->plain);
    if (index == 0) {
        fprintf(style->out, "   %" PRIu64 " %sstate%s   ", job->result->states, job->result->merged ? "merged " : "",
            job->result->states == 1 ? "" : "s");
        put_time(style->out, job->result->seconds);
    }
    if (check.kind == FINDING_PROPERTY) put_remarks(style, &check, job->options.verbose);
    else if (check.fairness[0]) fprintf(style->out, "   %s(%s fairness)%s", style->dim, check.fairness[0] == 'n' ? "no" : check.fairness, style->plain);
    if (check.note && check.note[0]) fprintf(style->out, "   %s(%s)%s", style->dim, check.note, style->plain);
    fputc('\n', style->out);
}

/* Atoms that never change, each once. */
static void put_idle_atoms(const Style *style, const Job *job) {
    uint64_t told[2 * PROPERTY_ATOMS / 64] = {0};
    for (uint32_t p = 0; p < job->program->nproperties; p++) {
        const Property *property = &job->program->properties[p];
        for (uint32_t a = 0; a < property->natoms; a++) {
            uint32_t number = property->atoms[a];
            const Atom *atom = &job->program->atoms[number];
            if (!checks_is_idle_atom(job, p, a) || (told[number / 64] >> number % 64 & 1)) continue;
            told[number / 64] |= UINT64_C(1) << number % 64;
            bool is_true = job->result->properties[p].constant_true >> a & 1;
            uint32_t line, column;
            sources_place(job->sources, atom->span.file, atom->span.begin, &line, &column);
            const char *what = atom->kind != ATOM_STATE ? "never happens" : is_true ? "is always true" : "is never true";
            const char *file = atom->span.file ? sources_name(job->sources, atom->span.file) : job->path;
            fprintf(style->out, "%s%s:%" PRIu32 ":%" PRIu32 ": %swarning: %s`%s` %s%s\n", style->bold, file, line, column,
                style->yellow, style->plain, atom->text, what, style->plain);
            put_span(style, job->sources, atom->span);
        }
    }
}

static void put_figures(const Style *style, const EngineResult *result) {
    double rate = result->seconds > 0 ? (double)result->states / result->seconds : 0;
    double bytes = result->states ? (double)result->memory / (double)result->states : 0;
    fprintf(style->out, "  %s%" PRIu64 " transitions, depth %" PRIu32 ", %.1f MB, %.0f states/s, %.1f bytes/state%s\n",
        style->dim, result->transitions, result->depth, (double)result->memory / (1 << 20), rate, bytes, style->plain);
}

static void put_verdict(const Style *style, const Job *job) {
    const EngineResult *result = job->result;
    uint32_t n = checks_count(job), violated = 0;
    for (uint32_t i = 0; i < n; i++) violated += checks_at(job, i).verdict == VERDICT_VIOLATED;
    const char *why = result->why ? result->why : "the search was not finished";
    if (violated) {
        fprintf(style->out, "%s%" PRIu32 " of %" PRIu32 " violated%s", style->bold, violated, n, style->plain);
        if (!result->complete) fprintf(style->out, "; not everything was explored: %s", why);
        fputc('\n', style->out);
    } else if (!checks_left_open(job)) {
        fprintf(style->out, "%sall %" PRIu32 " hold%s\n", style->bold, n, style->plain);
    } else {
        fprintf(style->out, "%sno verdict%s: %s\n", style->bold, style->plain, why);
    }
}

void report_text(const Job *job, const char *const *saved, FILE *out, bool colour) {
    Style style = style_of(out, colour);
    for (uint32_t i = 0; i < job->result->nfindings; i++)
        put_finding(&style, job, &job->result->findings[i], saved ? saved[i] : NULL);
    put_witnesses(&style, job);
    put_idle_atoms(&style, job);
    for (uint32_t i = 0; i < checks_count(job); i++) put_check(&style, job, i);
    if (job->options.verbose && !job->modular) put_figures(&style, job->result);
    if (job->modular && !job->options.quiet) modular_report(job, out);
    put_verdict(&style, job);
}
