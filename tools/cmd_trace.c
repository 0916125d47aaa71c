/* `unknot trace FILE.json` */
#include "model/chart.h"
#include "model/replay.h"
#include "model/support/fatal.h"
#include "tools/automata.h"
#include "tools/commands.h"
#include "tools/output.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_BYTES = 1 << 28 };

/* The whole file, or NULL with a message on standard error. */
static char *read_file(const char *path, size_t *length) {
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    char *text = NULL;
    FILE *copy = file ? open_memstream(&text, length) : NULL;
    size_t n = 1;
    while (copy && n > 0 && ftell(copy) < MAX_BYTES) {
        char chunk[1 << 16];
        n = fread(chunk, 1, sizeof chunk, file);
        fwrite(chunk, 1, n, copy);
    }
    bool good = copy && !ferror(file) && n == 0;
    if (!good)
        fprintf(stderr, "unknot: cannot read %s: %s\n", path, copy && n > 0 ? "it is too long" : strerror(errno));
    if (copy) fclose(copy);
    if (file && file != stdin) fclose(file);
    if (good) return text;
    free(text);
    return NULL;
}

/* The kind of time is the run's. */
static void load(Job *job, const Trace *trace, CommandLine line) {
    const char **words = malloc(sizeof *words * (line.nwords + 3u));
    if (!words) fatal("out of memory");
    for (uint32_t i = 0; i < line.nwords; i++) words[i] = line.words[i];
    words[line.nwords++] = "--time";
    words[line.nwords++] = trace->discrete ? "discrete" : "abstract";
    if (trace->urgent) words[line.nwords++] = "--urgent";
    line.words = words;
    job_load(job, trace->program, line);
    free(words);
}

static int replay(Trace *trace, CommandLine line) {
    Job job;
    load(&job, trace, line);
    diags_render(job.diags, stderr, options_colour(&job.options, stderr));
    int code = EXIT_WRONG_INPUT;
    if (job.program) {
        Automata automata;
        automata_init(&automata, job.program, &job.extras);
        ReplayResult result = replay_check(job.program, trace, automata.wrong);
        automata_fini(&automata);
        code = result.ok ? EXIT_VIOLATED : EXIT_HOLDS;
        if (result.ok) printf("%s: %s: the run still shows it\n", trace->program, trace->kind);
        else printf("%s: %s: the run does not show it any more: %s\n", trace->program, trace->kind, result.why);
    }
    job_fini(&job);
    return code;
}

static void print_text(const Trace *trace, FILE *out, bool colour) {
    const char *bold = colour ? "\033[1m" : "", *plain = colour ? "\033[0m" : "";
    fprintf(out, "%s%s:%u:%u: %s%s\n", bold, trace->file, trace->line, trace->column, trace->message, plain);
    for (uint32_t i = 0; i < trace->nwaits; i++)
        fprintf(out, "  line %u: %s\n", trace->waits[i].line, trace->waits[i].text);
    fprintf(out, "  run, %u step%s:\n", trace->nsteps, trace->nsteps == 1 ? "" : "s");
    trace_print(trace, out, colour);
}

static void show_chart(const Trace *trace, bool as_svg, FILE *out) {
    Chart *chart = chart_of_trace(trace);
    if (as_svg) chart_svg(chart, out);
    else chart_mermaid(chart, out);
    chart_free(chart);
}

static int show(const Options *options, const Trace *trace) {
    Output output;
    output_begin(&output, options->out);
    if (options->dot) trace_dot(trace, output.stream);
    else if (options->waits) trace_waits_dot(trace, output.stream);
    else if (options->as_json) trace_json(trace, output.stream);
    else if (options->msc || options->mermaid) show_chart(trace, options->msc, output.stream);
    else print_text(trace, output.stream, !options->out && options_colour(options, stdout));
    return output_end(&output) ? EXIT_HOLDS : EXIT_WRONG_INPUT;
}

int command_trace(const Options *options, CommandLine line) {
    if (options->operands.n != 1) return command_wrong("trace needs one file; see `unknot help trace`");
    if (options->dot + options->waits + options->as_json + options->msc + options->mermaid + options->replay > 1)
        return command_wrong("--dot, --waits, --json, --msc, --mermaid and --replay exclude one another");
    const char *path = options->operands.data[0];
    size_t length;
    char *text = read_file(path, &length);
    if (!text) return EXIT_WRONG_INPUT;
    char error[256];
    Trace *trace = trace_read(text, length, error, sizeof error);
    free(text);
    if (!trace) return command_wrong("%s is no trace: %s", path, error);
    int code = options->replay ? replay(trace, line) : show(options, trace);
    trace_free(trace);
    return code;
}
