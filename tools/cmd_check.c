/* `unknot check FILE...` */
#include "tools/commands.h"
#include "tools/interrupt.h"
#include "tools/output.h"
#include "tools/report.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

typedef struct Checking {
    const Options *options;
    CommandLine line;
    bool json_only; /* standard output is for JSON */
    JsonWriter json;
    Output json_file;
    uint32_t counts[EXIT_FAULT + 1];
    int code;
} Checking;

/* ---- counterexamples as files: NAME.KIND.json and NAME.KIND.dot, NAME.KIND-2.… for a further one */

static void put_name(const Job *job, uint32_t index, char *name, size_t size) {
    const Finding *finding = &job->result->findings[index];
    const char *slash = strrchr(job->path, '/'), *base = slash ? slash + 1 : job->path;
    size_t length = strlen(base);
    if (length > 3 && strcmp(base + length - 3, ".ac") == 0) length -= 3;
    uint32_t number = 1;
    for (uint32_t i = 0; i < index; i++) 
        number += strcmp(finding_kind_text(job->result->findings[i].kind), finding_kind_text(finding->kind)) == 0;
    int n = snprintf(name, size, "%.*s.%s", (int)length, base, finding_kind_text(finding->kind));
    if (number > 1 && n > 0 && (size_t)n < size) snprintf(name + n, size - (size_t)n, "-%u", number);
}

static bool save(const Trace *trace, const char *stem, Arena *arena) {
    Output output;
    output_begin(&output, arena_printf(arena, "%s.json", stem));
    trace_json(trace, output.stream);
    if (!output_end(&output)) return false;
    output_begin(&output, arena_printf(arena, "%s.dot", stem));
    if (trace->nwaits && trace->waits[0].task != UINT32_MAX && strcmp(trace->kind, "race") != 0) trace_waits_dot(trace, output.stream);
    else trace_dot(trace, output.stream);
    return output_end(&output);
}

/* The stems of the files, one a finding; NULL when one could not be written. */
static const char **save_all(const Job *job, Arena *arena) {
    const char **stems = ARENA_ARRAY(arena, const char *, job->result->nfindings + 1);
    for (uint32_t i = 0; i < job->result->nfindings; i++) {
        char name[512];
        put_name(job, i, name, sizeof name);
        const char *folder = job->options.out;
        stems[i] = strcmp(folder, ".") == 0 ? arena_strdup(arena, name) : arena_printf(arena, "%s/%s", folder, name);
        if (job->result->findings[i].trace && !save(job->result->findings[i].trace, stems[i], arena)) return NULL;
    }
    return stems;
}

/* ---- one file */

static void show_fault(const Job *job) {
    const char *why = job->result->fault_text ? job->result->fault_text : "a counterexample did not replay";
    fprintf(stderr,
        "unknot: internal fault in %s: %s\nThis is a bug of unknot; its verdict on this file means nothing.\n",
        job->path, why);
}

static int show_result(Checking *checking, const Job *job) {
    int code = job_exit_code(job);
    Arena arena;
    arena_init(&arena);
    const char **saved = NULL;
    if (code == EXIT_FAULT) {
        show_fault(job);
    } else {
        if (job->options.out) saved = save_all(job, &arena);
        if (job->options.out && !saved) code = EXIT_WRONG_INPUT;
        if (checking->options->operands.n > 1 && !checking->json_only && job->result->nfindings == 0)
            printf("%s\n", job->path);
        if (!checking->json_only) report_text(job, saved, stdout, options_colour(checking->options, stdout));
        if (code == EXIT_VIOLATED && !job->options.out && !checking->json_only && !job->options.quiet)
            printf("to keep the run and its graph: unknot check -o DIR %s\n", job->path);
    }
    arena_fini(&arena);
    return code;
}

static int dump(const Job *job) {
    if (job->options.dump_ast) tree_dump(job->tree, stdout);
    if (job->options.dump_program && job->program) program_dump(job->program, stdout);
    return job->program ? EXIT_HOLDS : EXIT_WRONG_INPUT;
}

static void show_diagnostics(const Job *job) {
    diags_render(job->diags, stderr, options_colour(&job->options, stderr));
    uint32_t errors = diags_errors(job->diags);
    if (errors) fprintf(stderr, "%s: %u error%s, not checked\n", job->path, errors, errors == 1 ? "" : "s");
}

static int check_file(Checking *checking, const char *path) {
    Job job;
    int code;
    job_load(&job, path, checking->line);
    show_diagnostics(&job);
    if (job.options.dump_ast || job.options.dump_program) {
        code = dump(&job);
    } else if (!job.program) {
        code = job_gave_up(&job) ? EXIT_NO_VERDICT : EXIT_WRONG_INPUT;
    } else {
        job_check(&job, 1, false);
        code = show_result(checking, &job);
    }
    if (checking->options->json) report_json_job(&checking->json, &job);
    job_fini(&job);
    return code;
}

/* ---- the command */

static bool is_folder(const char *path) {
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

/* What is to be written can be written: better told now than after an hour. */
static bool probe(const Options *options) {
    if (options->json && !output_probe(options->json)) return false;
    if (!options->out) return true;
    if (!is_folder(options->out))
        return command_wrong("cannot write counterexamples: %s is no folder", options->out) == 0;
    if (access(options->out, W_OK | X_OK) != 0)
        return command_wrong("cannot write counterexamples to %s", options->out) == 0;
    return true;
}

static void show_counts(const Checking *checking) {
    static const char *const words[] = {"hold", "violated", "with errors", "without verdict", "with a fault"};
    const char *comma = "";
    printf("\n%u files: ", checking->options->operands.n);
    for (int i = 0; i <= EXIT_FAULT; i++) {
        if (checking->counts[i] == 0) continue;
        printf("%s%u %s", comma, checking->counts[i], words[i]);
        comma = ", ";
    }
    putchar('\n');
}

static void check_all(Checking *checking) {
    const Options *options = checking->options;
    for (uint32_t i = 0; i < options->operands.n && !interrupt_came(); i++) {
        if (i > 0 && !checking->json_only) putchar('\n');
        int code = check_file(checking, options->operands.data[i]);
        checking->counts[code]++;
        checking->code = job_worse(checking->code, code);
        fflush(stdout);
    }
    if (interrupt_came()) checking->code = job_worse(checking->code, EXIT_NO_VERDICT);
    if (options->operands.n > 1 && !checking->json_only) show_counts(checking);
}

int command_check(const Options *options, CommandLine line) {
    if (options->operands.n == 0) return command_wrong("check needs a file; see `unknot help check`");
    if (!probe(options)) return EXIT_WRONG_INPUT;
    Checking checking = {
        .options = options, .line = line, .json_only = options->json && strcmp(options->json, "-") == 0};
    if (options->json) {
        output_begin(&checking.json_file, options->json);
        report_json_begin(&checking.json, checking.json_file.stream);
    }
    check_all(&checking);
    if (options->json) {
        report_json_end(&checking.json);
        if (!output_end(&checking.json_file)) checking.code = job_worse(checking.code, EXIT_WRONG_INPUT);
    }
    return checking.code;
}
