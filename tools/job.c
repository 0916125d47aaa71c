#include "tools/job.h"

#include "tools/automata.h"
#include "tools/interrupt.h"
#include "tools/modular.h"
#include "tools/progress.h"

#include <assert.h>
#include <unistd.h>

static void parse(Job *job) {
    job->sources = sources_new();
    job->diags = diags_new(job->sources);
    FrontendOptions options = {.cpp_flags = job->options.cpp.data, .ncpp_flags = job->options.cpp.n,
        .settings = job->options.settings.data,
        .nsettings = job->options.settings.n};
    job->tree = frontend_parse(job->sources, job->diags, job->path, &options);
}

static void unparse(Job *job) {
    tree_free(job->tree);
    diags_free(job->diags);
    sources_free(job->sources);
}

static void parse_options(Options *options, CommandLine line) {
    bool good = options_parse(options, line.words, line.nwords, line.where);
    assert(good); /* it was parsed before, when the command began */
    (void)good;
}

/* The file's options first, so that the command line wins. Their texts live in the tree, so they are copied. */
static bool merge_options(Job *job, CommandLine line) {
    Options merged;
    options_init(&merged);
    const char **words = ARENA_ARRAY(&merged.arena, const char *, job->tree->noptions);
    for (uint32_t i = 0; i < job->tree->noptions; i++) words[i] = arena_strdup(&merged.arena, job->tree->options[i]);
    bool good = options_parse(&merged, words, job->tree->noptions, IN_FILE);
    if (!good) diags_add(job->diags, DIAG_EXPECTATION, job->tree->option_spans[merged.error_word], "%s", merged.error);
    bool reparse = good && merged.cpp.n > 0;
    parse_options(&merged, line);
    options_fini(&job->options);
    job->options = merged;
    return reparse;
}

static ListeningEnd listening_end(const Options *options) {
    return options->listening_end == 1 ? LISTENING_ALLOW : options->listening_end == 3 ? LISTENING_REJECT : LISTENING_WARN;
}

static void free_protocols(Job *job) {
    conformance_fini(&job->conformance);
    program_protocols_free(job->protocols);
    job->protocols = NULL;
}

void job_load(Job *job, const char *path, CommandLine line) {
    *job = (Job){.path = path};
    options_init(&job->options);
    parse_options(&job->options, line);
    parse(job);
    if (job->tree->noptions > 0 && merge_options(job, line)) {
        unparse(job); /* its own -D and -I change what the preprocessor makes of it */
        parse(job);
    }
    job->tree->is_discrete = job->options.discrete;
    job->tree->is_urgent = job->options.urgent;
    if (diags_errors(job->diags) == 0) extras_add(&job->extras, &job->options, path, job->tree, job->diags);
    if (diags_errors(job->diags) == 0 && frontend_check(job->tree, job->diags))
        job->program = frontend_lower(job->tree, job->diags);
    if (job->program) job->protocols = program_protocols_new(job->program, job->options.cpp.data, job->options.cpp.n, job->diags);
    if (job->program) conformance_init(&job->conformance, job->protocols, listening_end(&job->options), job->diags);
    if (diags_errors(job->diags) > 0 && job->program) {
        free_protocols(job);
        program_free(job->program);
        job->program = NULL;
    }
}

/* Without --memory: four fifths of the machine's, so that the search ends before the machine does. */
static uint64_t default_memory(uint32_t shares) {
    long pages = sysconf(_SC_PHYS_PAGES), size = sysconf(_SC_PAGESIZE);
    if (pages <= 0 || size <= 0) return 0;
    return (uint64_t)pages * (uint64_t)size / 5 * 4 / shares;
}

void job_check(Job *job, uint32_t shares, bool record) {
    assert(job->program && !job->result && shares > 0);
    const Options *options = &job->options;
    if (options->modular) {
        modular_check(job);
        return;
    }
    Progress progress;
    progress_init(&progress, options->verbose, options->max_states);
    EngineOptions engine = {
        .ts = {.run_on = options->run_on,
            .reset = !options->no_reset,
            .symmetry = !options->no_symmetry,
            .memo = !options->no_memo,
            .main_ends_run = options->main_ends_run},
        .merge = options->no_merge ? ENGINE_MERGE_NEVER
                 : options->merge  ? ENGINE_MERGE_ALWAYS
                                   : ENGINE_MERGE_AUTO,
        .max_states = options->max_states,
        .memory = options->memory ? options->memory : default_memory(shares),
        .timeout = options->timeout,
        .interrupt = interrupt_begin(),
        .progress = progress.is_wanted ? progress_show : NULL,
        .progress_context = &progress,
        .fairness = options->fairness == 3 ? FAIRNESS_STRONG : options->fairness == 2 ? FAIRNESS_NONE : FAIRNESS_WEAK,
        .termination = options->termination != 0,
        .races = options->races,
        .roles = job->protocols ? &job->conformance.judge : NULL,
        .record_graph = record,
    };
    Automata automata;
    automata_init(&automata, job->program, &job->extras);
    engine.wrong = automata.wrong;
    engine.unmade = automata.unmade;
    engine.plain_automata = options->no_strength;
    engine.witnesses = options->witness || options->verbose;
    job->result = engine_check(job->program, &engine);
    automata_fini(&automata);
    progress_end(&progress);
    conformance_conclude(&job->conformance, job->sources, job->result);
}

void job_fini(Job *job) {
    if (job->result) engine_result_free(job->result);
    modular_free(job->modular);
    if (job->program) free_protocols(job);
    if (job->program) program_free(job->program);
    extras_fini(&job->extras);
    unparse(job);
    options_fini(&job->options);
}

int job_exit_code(const Job *job) {
    if (!job->program) return EXIT_WRONG_INPUT;
    assert(job->result);
    if (job->result->fault) return EXIT_FAULT;
    switch (job->result->verdict) {
    case VERDICT_HOLDS: return job->result->complete ? EXIT_HOLDS : EXIT_NO_VERDICT;
    case VERDICT_VIOLATED: return EXIT_VIOLATED;
    case VERDICT_UNKNOWN: break;
    }
    return EXIT_NO_VERDICT;
}

bool job_gave_up(const Job *job) {
    bool any = false;
    for (uint32_t i = 0; i < diags_count(job->diags); i++) {
        const Diag *diag = diags_at(job->diags, i);
        if (diag->severity == DIAG_ERROR && diag->code != DIAG_PROTOCOL_LIMIT) return false;
        any |= diag->code == DIAG_PROTOCOL_LIMIT;
    }
    return any && !job->program;
}

int job_worse(int a, int b) {
    static const int order[] = {
        [EXIT_HOLDS] = 0, [EXIT_NO_VERDICT] = 1, [EXIT_VIOLATED] = 2, [EXIT_WRONG_INPUT] = 3, [EXIT_FAULT] = 4};
    return order[a] >= order[b] ? a : b;
}
