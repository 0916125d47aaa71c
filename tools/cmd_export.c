/* `unknot export --promela FILE`: the program for other tools. */
#include "model/promela.h"
#include "tools/commands.h"
#include "tools/output.h"

static void report_refusal(Job *job, PromelaRefusal refusal) {
    diags_add(job->diags, DIAG_EXPORT, refusal.span, "Promela cannot say this as it is meant here: %s", refusal.text);
    diags_render(job->diags, stderr, false);
}

static int export_job(Job *job, const Options *options) {
    uint32_t tasks = options->tasks ? (uint32_t)options->tasks : PROMELA_TASKS;
    if (tasks > 200) return command_wrong("export: SPIN has no room for more than 200 tasks");
    Output output;
    output_begin(&output, options->out);
    PromelaRefusal refusal = promela_write(job->program, tasks, output.stream);
    if (refusal.text) {
        output_drop(&output);
        report_refusal(job, refusal);
        return EXIT_WRONG_INPUT;
    }
    return output_end(&output) ? EXIT_HOLDS : EXIT_WRONG_INPUT;
}

int command_export(const Options *options, CommandLine line) {
    if (!options->promela) return command_wrong("export needs to know for whom: --promela");
    if (options->operands.n != 1) return command_wrong("export takes one file");
    if (options->out && !output_probe(options->out)) return EXIT_WRONG_INPUT;
    Job job;
    job_load(&job, options->operands.data[0], line);
    int code = EXIT_WRONG_INPUT;
    if (job.program) code = export_job(&job, options);
    else diags_render(job.diags, stderr, options_colour(options, stderr));
    job_fini(&job);
    return code;
}
