/* A run as text, one line a step. */
#include "model/trace.h"

#include <string.h>

enum { MAX_TASK_WIDTH = 24, MAX_PLACE_WIDTH = 32 };

typedef struct Columns {
    int task, place; /* widths */
} Columns;

typedef struct Printer {
    const Trace *trace;
    FILE *out;
    const char *bold, *dim, *plain;
    Columns columns;
} Printer;

static const char *base_name(const char *path) {
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* "11:5", or "queue.h:11:5" for a step in another file than the program, "-" for one of the environment. */
static void place_text(const Trace *trace, const TraceStep *step, char *text, size_t size) {
    if (step->line == 0) snprintf(text, size, "-");
    else if (strcmp(step->file, trace->program) == 0 || !step->file[0])
        snprintf(text, size, "%u:%u", step->line, step->column);
    else snprintf(text, size, "%s:%u:%u", base_name(step->file), step->line, step->column);
}

static int wider(int width, const char *text, int limit) {
    int length = (int)strnlen(text, (size_t)limit);
    return length > width ? length : width;
}

static Columns measure(const Trace *trace) {
    Columns columns = {.task = 4, .place = 4};
    char place[256];
    for (uint32_t i = 0; i < trace->nsteps; i++) {
        place_text(trace, &trace->steps[i], place, sizeof place);
        columns.task = wider(columns.task, trace->tasks[trace->steps[i].task].name, MAX_TASK_WIDTH);
        columns.place = wider(columns.place, place, MAX_PLACE_WIDTH);
    }
    return columns;
}

static void print_changes(const Printer *printer, const TraceStep *step) {
    if (step->nchanges == 0) return;
    fprintf(printer->out, "   %s[", printer->dim);
    for (uint32_t i = 0; i < step->nchanges; i++) {
        const TraceChange *change = &step->changes[i];
        if (i) fputs(", ", printer->out);
        if (change->from[0]) fprintf(printer->out, "%s: %s -> %s", change->what, change->from, change->to);
        else fprintf(printer->out, "%s = %s", change->what, change->to);
    }
    fprintf(printer->out, "]%s", printer->plain);
}

static void print_step(const Printer *printer, uint32_t index) {
    const TraceStep *step = &printer->trace->steps[index];
    char place[256];
    if (printer->trace->nloop && index + printer->trace->nloop == printer->trace->nsteps)
        fputs(strcmp(printer->trace->kind, "unbounded") == 0 ? "  from here for ever, and each time there is more:\n" : "  from here for ever:\n", printer->out);
    place_text(printer->trace, step, place, sizeof place);
    int task = printer->columns.task, where = printer->columns.place;
    fprintf(printer->out, "  %3u  %s%-*s%s  %-*s  %s", index + 1, printer->bold, task,
        printer->trace->tasks[step->task].name, printer->plain, where, place, step->text);
    print_changes(printer, step);
    fputc('\n', printer->out);
    for (uint32_t i = 0; i < step->nnotes; i++)
        fprintf(printer->out, "       %-*s  %-*s  %s%s%s\n", task, "", where, "", printer->dim, step->notes[i],
            printer->plain);
}

static void print_idle(const Printer *printer) {
    for (uint32_t i = 0; i < printer->trace->nidle; i++)
        fprintf(printer->out, "    -  %s\n", printer->trace->idle[i].text);
}

/* "left waits for right (lock b)", one line a wait of the cycle. */
static void print_cycle(const Printer *printer) {
    const Trace *trace = printer->trace;
    for (uint32_t i = 0; i < trace->nwaits; i++) {
        const TraceWait *wait = &trace->waits[i];
        if (!wait->on_cycle) continue;
        const char *name = trace->tasks[wait->task].name,
                   *holder = wait->holder_task == wait->task ? "itself" : wait->holder;
        fprintf(printer->out, "    -  %-*s  %-*s  ", printer->columns.task, "-", printer->columns.place, "-");
        fprintf(printer->out, "%s waits%s%s (%s)\n", name, holder[0] ? " for " : "", holder, wait->what);
    }
}

static void print_end(const Printer *printer) {
    const Trace *trace = printer->trace;
    if (!trace->stutters) return;
    fprintf(printer->out, "    -  the run %s\n",
        trace->is_moment ? "rests here: nothing happens for a moment" : "stops here: nothing happens any more");
}

static void print_moment(FILE *out, uint32_t steps) {
    if (steps == 0) fputs("at the start", out);
    else fprintf(out, "after step %u", steps);
}

static void print_fact(const Printer *printer, const TraceFact *fact) {
    fputs("    -  ", printer->out);
    print_moment(printer->out, fact->at);
    fprintf(printer->out, ": %s\n", fact->text);
}

static void print_facts(const Printer *printer) {
    const Trace *trace = printer->trace;
    for (uint32_t i = 0; i < trace->nfacts; i++) print_fact(printer, &trace->facts[i]);
}

/* The runs that begin on this one, each from where it leaves it. */
static void print_branches(const Printer *printer) {
    const Trace *trace = printer->trace;
    for (uint32_t i = 0; i < trace->nbranches; i++) {
        const TraceBranch *branch = &trace->branches[i];
        fputs("  ", printer->out);
        print_moment(printer->out, branch->at);
        fprintf(printer->out, ", %s:\n", branch->text);
        trace_print(branch->run, printer->out, printer->bold[0] != '\0');
    }
}

void trace_print(const Trace *trace, FILE *out, bool colour) {
    Printer printer = {
        trace, out, colour ? "\033[1m" : "", colour ? "\033[2m" : "", colour ? "\033[0m" : "", measure(trace)};
    if (trace->initially[0] && trace->shared == 0) fprintf(out, "  at first: %s\n", trace->initially);
    for (uint32_t i = trace->shared; i < trace->nsteps; i++) print_step(&printer, i);
    print_end(&printer);
    print_cycle(&printer);
    print_idle(&printer);
    print_facts(&printer);
    print_branches(&printer);
}
