/* `unknot graph machine|channels|protocol|lts FILE` */
#include "model/dot.h"
#include "model/graph.h"
#include "tools/commands.h"
#include "tools/output.h"

#include <string.h>

enum { LTS_STATES = 2000 }; /* drawn without --max-states: more cannot be looked at */

typedef enum Drawing { DRAW_NOTHING, DRAW_MACHINE, DRAW_CHANNELS, DRAW_PROTOCOL, DRAW_LTS } Drawing;

static Drawing drawing_of(const char *word) {
    if (strcmp(word, "machine") == 0) return DRAW_MACHINE;
    if (strcmp(word, "channels") == 0) return DRAW_CHANNELS;
    if (strcmp(word, "protocol") == 0) return DRAW_PROTOCOL;
    if (strcmp(word, "lts") == 0) return DRAW_LTS;
    return DRAW_NOTHING;
}

/* Explores first; a part of the states is not drawn. */
static int draw_lts(Job *job, FILE *out) {
    if (!job->options.max_states) job->options.max_states = LTS_STATES;
    job_check(job, 1, true);
    const EngineResult *result = job->result;
    if (result->fault) {
        fprintf(stderr, "unknot: internal fault: %s\n",
            result->fault_text ? result->fault_text : "a counterexample did not replay");
        return EXIT_FAULT;
    }
    if (!result->complete || !result->graph) {
        fprintf(stderr, "unknot: %s: not drawn, not everything was explored: %s\n", job->path,
            result->why ? result->why : "no graph was kept");
        return EXIT_NO_VERDICT;
    }
    graph_dot(result->graph, job->path, out);
    return EXIT_HOLDS;
}

/* Tasks with roles are drawn as what they were seen to do: explores first. */
static int draw_protocol(Job *job, FILE *out) {
    if (!job->protocols) {
        fprintf(stderr, "unknot: %s: there is no protocol to draw\n", job->path);
        return EXIT_WRONG_INPUT;
    }
    job->conformance.keeps_machines = true;
    if (job->program->nroles) job_check(job, 1, false);
    if (job->result && !job->result->complete)
        fprintf(stderr, "unknot: %s: tasks are not drawn, not everything was explored\n", job->path);
    conformance_dot(&job->conformance, out);
    return EXIT_HOLDS;
}

static int draw(Job *job, Drawing drawing, FILE *out) {
    switch (drawing) {
    case DRAW_MACHINE: dot_machines(job->program, out); break;
    case DRAW_CHANNELS: dot_channels(job->program, out); break;
    case DRAW_PROTOCOL: return draw_protocol(job, out);
    case DRAW_LTS: return draw_lts(job, out);
    case DRAW_NOTHING: break;
    }
    return EXIT_HOLDS;
}

static int draw_file(const Options *options, CommandLine line, Drawing drawing) {
    Job job;
    job_load(&job, options->operands.data[1], line);
    diags_render(job.diags, stderr, options_colour(options, stderr));
    int code = EXIT_WRONG_INPUT;
    if (job.program) {
        Output output;
        output_begin(&output, options->out);
        code = draw(&job, drawing, output.stream);
        if (code != EXIT_HOLDS) output_drop(&output);
        else if (!output_end(&output)) code = EXIT_WRONG_INPUT;
    }
    job_fini(&job);
    return code;
}

int command_graph(const Options *options, CommandLine line) {
    if (options->operands.n != 2)
        return command_wrong("graph needs what to draw (machine, channels, protocol or lts) and one file");
    Drawing drawing = drawing_of(options->operands.data[0]);
    if (drawing == DRAW_NOTHING)
        return command_wrong("graph draws machine, channels, protocol or lts, not `%s`", options->operands.data[0]);
    if (options->out && !output_probe(options->out)) return EXIT_WRONG_INPUT;
    return draw_file(options, line, drawing);
}
