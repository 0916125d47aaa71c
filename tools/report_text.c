#include "tools/report.h"

#include "tools/checks.h"

#include <inttypes.h>
#include <string.h>

enum { LABEL_WIDTH = 20, VERDICT_WIDTH = 8 };

typedef struct Style {
    FILE *out;
    const char *bold, *red, *green, *yellow, *dim, *plain;
} Style;

static Style style_of(FILE *out, bool colour) {
    if (!colour) return (Style){out, "", "", "", "", "", ""};
    return (Style){out, "\033[1m", "\033[1;31m", "\033[1;32m", "\033[1;33m", "\033[2m", "\033[0m"};
}

/* ---- source lines */

typedef struct Excerpt {
    uint32_t number, column, end; /* line; the range, in bytes from 1 */
    const char *line;
    size_t length;
} Excerpt;

/* What stands under the line before its column `to`: a blank a character, however many bytes it has. */
static void put_blanks(const Style *style, const Excerpt *excerpt, uint32_t to) {
    fputs("      | ", style->out);
    for (uint32_t i = 1; i < to; i++) {
        unsigned char c = i <= excerpt->length ? (unsigned char)excerpt->line[i - 1] : ' ';
        if ((c & 0xc0) != 0x80) fputc(c == '\t' ? '\t' : ' ', style->out);
    }
}

/* The line, and under it a caret range with a text behind. */
static void put_excerpt(const Style *style, const Excerpt *excerpt, const char *text) {
    fprintf(style->out, "%5" PRIu32 " | ", excerpt->number);
    for (size_t i = 0; i < excerpt->length; i++) {
        char c = excerpt->line[i];
        fputc((unsigned char)c < 0x20 && c != '\t' ? '?' : c, style->out);
    }
    fputc('\n', style->out);
    put_blanks(style, excerpt, excerpt->column);
    fprintf(style->out, "%s^", style->green);
    for (uint32_t i = excerpt->column + 1; i < excerpt->end && i <= excerpt->length; i++)
        if (((unsigned char)excerpt->line[i - 1] & 0xc0) != 0x80) fputc('~', style->out);
    fprintf(style->out, "%s%s%s\n", style->plain, text[0] ? " " : "", text);
}

/* A further text behind the same range. */
static void put_more(const Style *style, const Excerpt *excerpt, const char *text) {
    uint32_t end = excerpt->end <= excerpt->length + 1 ? excerpt->end : (uint32_t)excerpt->length + 1;
    put_blanks(style, excerpt, end > excerpt->column ? end : excerpt->column + 1);
    fprintf(style->out, " %s\n", text);
}

static void put_span(const Style *style, const Sources *sources, Span span, const char *text) {
    if (span.file == 0) return;
    uint32_t line, column;
    sources_place(sources, span.file, span.begin, &line, &column);
    size_t length;
    const char *source = sources_line(sources, span.file, line, &length);
    put_excerpt(style, &(Excerpt){line, column, column + (span.end - span.begin), source, length}, text);
}

static bool is_same_place(const TraceWait *a, const TraceWait *b) {
    return a->line == b->line && a->column == b->column && a->end_column == b->end_column && strcmp(a->file, b->file) == 0;
}

static void put_waits(const Style *style, const Trace *trace) {
    for (uint32_t i = 0; i < trace->nwaits; i++) {
        const TraceWait *wait = &trace->waits[i];
        Excerpt excerpt = {wait->line, wait->column, wait->end_column, wait->source, strlen(wait->source)};
        if (wait->line == 0) fprintf(style->out, "      | %s\n", wait->text);
        else if (i > 0 && is_same_place(wait, &trace->waits[i - 1])) put_more(style, &excerpt, wait->text);
        else put_excerpt(style, &excerpt, wait->text);
    }
}

/* ---- findings */

static void put_head(const Style *style, const Job *job, const Finding *finding) {
    uint32_t line, column;
    sources_place(job->sources, finding->span.file, finding->span.begin, &line, &column);
    const char *file = finding->span.file ? sources_name(job->sources, finding->span.file) : job->path;
    const char *message = finding->trace ? finding->trace->message : finding_kind_text(finding->kind);
    fprintf(style->out, "%s%s:%" PRIu32 ":%" PRIu32 ": %s%s%s\n", style->bold, file, line, column, style->red, message, style->plain);
}

static void put_consequences(const Style *style, const Trace *trace) {
    if (trace->nconsequences == 0) return;
    fputs("  stuck because of them:", style->out);
    for (uint32_t i = 0; i < trace->nconsequences; i++) fprintf(style->out, "%s %s", i ? "," : "", trace->tasks[trace->consequences[i]].name);
    fputc('\n', style->out);
}

static void put_run(const Style *style, const Job *job, const Trace *trace, bool colour) {
    const char *assumes = trace->nloop ? ", the last of them for ever" : "";
    const char *which = job->result->merged ? "run (perhaps not the shortest: --no-merge)" : "shortest run";
    fprintf(style->out, "  %s, %" PRIu32 " step%s%s:\n", which, trace->nsteps, trace->nsteps == 1 ? "" : "s", assumes);
    trace_print(trace, style->out, colour);
}

static void put_finding(const Style *style, const Job *job, const Finding *finding, const char *saved, bool colour) {
    put_head(style, job, finding);
    const Trace *trace = finding->trace;
    if (!trace || trace->nwaits == 0) put_span(style, job->sources, finding->span, "");
    else put_waits(style, trace);
    if (!trace) return;
    put_consequences(style, trace);
    if (!job->options.quiet) put_run(style, job, trace, colour);
    if (saved) fprintf(style->out, "  graph: %s.dot   replay: unknot trace %s.json\n", saved, saved);
    fputc('\n', style->out);
}

/* ---- the table */

static void put_time(FILE *out, double seconds) {
    if (seconds < 1) fprintf(out, "%.1f ms", seconds * 1000);
    else fprintf(out, "%.2f s", seconds);
}

static void put_check(const Style *style, const Job *job, uint32_t index) {
    Check check = checks_at(job, index);
    char label[256];
    snprintf(label, sizeof label, "%s%s%s", check.label, check.name[0] ? " " : "", check.name);
    const char *colour = check.verdict == VERDICT_VIOLATED ? style->red : check.verdict == VERDICT_HOLDS ? style->green : style->yellow;
    fprintf(style->out, "  %-*s  %s%-*s%s", LABEL_WIDTH, label, colour, index == 0 ? VERDICT_WIDTH : 0, verdict_text(check.verdict), style->plain);
    if (index == 0) {
        fprintf(style->out, "   %" PRIu64 " %sstate%s   ", job->result->states, job->result->merged ? "merged " : "",
                job->result->states == 1 ? "" : "s");
        put_time(style->out, job->result->seconds);
    }
    fputc('\n', style->out);
}

static void put_figures(const Style *style, const EngineResult *result) {
    double rate = result->seconds > 0 ? (double)result->states / result->seconds : 0;
    double bytes = result->states ? (double)result->memory / (double)result->states : 0;
    fprintf(style->out, "  %s%" PRIu64 " transitions, depth %" PRIu32 ", %.1f MB, %.0f states/s, %.1f bytes/state%s\n", style->dim, result->transitions,
            result->depth, (double)result->memory / (1 << 20), rate, bytes, style->plain);
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
    } else if (result->complete) {
        fprintf(style->out, "%sall %" PRIu32 " hold%s\n", style->bold, n, style->plain);
    } else {
        fprintf(style->out, "%sno verdict%s: %s\n", style->bold, style->plain, why);
    }
}

void report_text(const Job *job, const char *const *saved, FILE *out, bool colour) {
    Style style = style_of(out, colour);
    for (uint32_t i = 0; i < job->result->nfindings; i++) put_finding(&style, job, &job->result->findings[i], saved ? saved[i] : NULL, colour);
    for (uint32_t i = 0; i < checks_count(job); i++) put_check(&style, job, i);
    if (job->options.verbose) put_figures(&style, job->result);
    put_verdict(&style, job);
}
