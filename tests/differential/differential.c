/* Compares the engine with the plain explorer: findings (kind, detail, line, stuck tasks) under every switch of the
   engine, and, where nothing is reduced, numbers of states and transitions.

   differential [-v] [--max-states N] [--plain] [--dump] FILE…
   differential … --generate COUNT SEED DIR     COUNT programs from SEED on; those that differ stay in DIR
   differential … --reduce FILE TO              TO: a shorter program that differs in the same way
   Exit: 0 agreement, 1 a difference, 2 a file that cannot be read or written. */
#include "checker/engine.h"
#include "frontend/frontend.h"
#include "model/graph.h"
#include "tests/differential/generate.h"
#include "tests/differential/plain.h"
#include "tests/differential/reduce.h"
#include "tools/automata.h"

#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

typedef struct Settings {
    uint32_t max_states;
    bool verbose, plain_only, dump;
} Settings;
typedef struct Totals {
    uint32_t agreed, skipped, unfinished, differed, finds_other, refused, merged;
    uint64_t states, transitions;
    uint32_t violated, deadlocks;
} Totals;

typedef struct Found {
    const char *kind, *detail, *stuck;
    uint32_t line;
} Found;
typedef struct FoundList {
    Found *at;
    uint32_t n;
} FoundList;

static int by_found(const void *a, const void *b) {
    const Found *x = a, *y = b;
    int c = strcmp(x->kind, y->kind);
    if (c == 0) c = strcmp(x->detail, y->detail);
    if (c == 0) c = strcmp(x->stuck, y->stuck);
    return c != 0 ? c : x->line < y->line ? -1 : x->line > y->line;
}
static void sort_unique(FoundList *list) {
    uint32_t n = 0;
    if (list->n > 0) qsort(list->at, list->n, sizeof *list->at, by_found);
    for (uint32_t i = 0; i < list->n; i++)
        if (n == 0 || by_found(&list->at[n - 1], &list->at[i]) != 0) list->at[n++] = list->at[i];
    list->n = n;
}
static int by_name(const void *a, const void *b) {
    const char *const *x = a, *const *y = b;
    return strcmp(*x, *y);
}
/* Names of functions, each once: findings that differ in the numbers of tasks alone are one. */
static const char *stuck_of(Arena *arena, const Trace *trace) {
    const char **names = ARENA_ARRAY(arena, const char *, trace->nstuck + 1);
    const char *text = "";
    for (uint32_t i = 0; i < trace->nstuck; i++) names[i] = trace->tasks[trace->stuck[i]].function;
    if (trace->nstuck > 0) qsort(names, trace->nstuck, sizeof *names, by_name);
    for (uint32_t i = 0; i < trace->nstuck; i++)
        if (i == 0 || strcmp(names[i - 1], names[i]) != 0)
            text = arena_printf(arena, "%s%s%s", text, i > 0 ? "," : "", names[i]);
    return text;
}
static const char *spinner_of(Arena *arena, const Trace *trace) {
    if (trace->nstuck > 0 || trace->nsteps == 0) return stuck_of(arena, trace);
    return arena_strdup(arena, trace->tasks[trace->steps[trace->nsteps - 1].task].function);
}
static FoundList engine_found(Arena *arena, const EngineResult *result, const Sources *sources) {
    FoundList list = {ARENA_ARRAY(arena, Found, result->nfindings + 1), result->nfindings};
    for (uint32_t i = 0; i < result->nfindings; i++) {
        const Finding *f = &result->findings[i];
        Found *to = &list.at[i];
        bool stuck = f->kind == FINDING_DEADLOCK || f->kind == FINDING_PARTIAL_DEADLOCK ||
                     f->kind == FINDING_NEVER_YIELDS || f->kind == FINDING_LOST_WAKEUP || f->kind == FINDING_LIVELOCK;
        bool placeless = stuck || f->kind == FINDING_INVARIANT || f->kind == FINDING_PROPERTY || f->kind == FINDING_NONTERMINATION ||
                         f->kind == FINDING_RACE;
        bool named = f->kind == FINDING_UNDEFINED || f->kind == FINDING_RACE || f->kind == FINDING_MISUSE ||
                     f->kind == FINDING_INVARIANT || f->kind == FINDING_PROPERTY;
        *to = (Found){
            .kind = finding_kind_text(f->kind), .detail = named && f->name != NULL ? f->name : "", .stuck = ""};
        if (stuck && f->trace != NULL)
            to->stuck = f->kind == FINDING_NEVER_YIELDS ? spinner_of(arena, f->trace) : stuck_of(arena, f->trace);
        if (!placeless) to->line = sources_line_of(sources, f->span);
    }
    sort_unique(&list);
    return list;
}
static FoundList plain_found(Arena *arena, const PlainResult *result) {
    FoundList list = {ARENA_ARRAY(arena, Found, result->nfindings + 1), result->nfindings};
    for (uint32_t i = 0; i < result->nfindings; i++) {
        const PlainFinding *f = &result->findings[i];
        list.at[i] = (Found){f->kind, f->detail, f->stuck, f->line};
    }
    sort_unique(&list);
    return list;
}
/* A loop in one step is one finding of the engine, whoever comes to it first: one of those that we name. */
static bool is_spinning(const Found *f) { return strcmp(f->kind, "never-yields") == 0; }
static bool has_found(const FoundList *list, const Found *f) {
    for (uint32_t i = 0; i < list->n; i++)
        if (by_found(&list->at[i], f) == 0) return true;
    return false;
}
static bool same_found(const FoundList *theirs, const FoundList *ours) {
    bool their_spinning = false, our_spinning = false;
    for (uint32_t i = 0; i < theirs->n; i++) {
        their_spinning |= is_spinning(&theirs->at[i]);
        if (!has_found(ours, &theirs->at[i])) return false;
    }
    for (uint32_t i = 0; i < ours->n; i++) {
        our_spinning |= is_spinning(&ours->at[i]);
        if (!is_spinning(&ours->at[i]) && !has_found(theirs, &ours->at[i])) return false;
    }
    return their_spinning == our_spinning;
}
static void print_found(const char *who, const FoundList *list) {
    printf("    %s:%s\n", who, list->n == 0 ? " verified" : "");
    for (uint32_t i = 0; i < list->n; i++) {
        const Found *f = &list->at[i];
        printf("        %s%s%s", f->kind, f->detail[0] != 0 ? " " : "", f->detail);
        if (f->line != 0) printf(" at %u", f->line);
        printf("%s%s\n", f->stuck[0] != 0 ? ": " : "", f->stuck);
    }
}

/* ---- one program, one setting of the engine */
typedef struct Config {
    const char *name;
    bool reset, symmetry, memo, merge;
} Config;
static const Config configs[] = {
    {"no-reset", false, true, true, false},
    {"no-reset no-memo", false, true, false, false},
    {"default", true, true, true, false},
    {"no-memo", true, true, false, false},
    {"no-symmetry", true, false, true, false},
    {"nothing", false, false, false, false},
    {"merge", true, true, true, true},
    {"merge no-reset", false, true, true, true},
};

typedef struct Job {
    const char *path;
    const Settings *settings;
    Tree *tree;
    Sources *sources;
    const Program *program;
    Automata automata;
    PlainOptions plain_options;
    PlainResult *plain;
    bool run_on;
    bool unfinished;           /* the engine gave no verdict */
    bool differs, finds_other; /* finds_other: not only the numbers differ */
} Job;

static void compare_counts(Job *job, const Config *config, const EngineResult *result) {
    if (config->reset || !config->symmetry || config->merge) return;
    if (result->states == job->plain->states && result->transitions == job->plain->transitions) return;
    printf("DIFF %s [%s]: states %llu, transitions %llu; plain: %llu, %llu\n", job->path, config->name,
        (unsigned long long)result->states, (unsigned long long)result->transitions,
        (unsigned long long)job->plain->states, (unsigned long long)job->plain->transitions);
    job->differs = true;
}
static void dump_graph(const Graph *graph) {
    for (uint32_t i = 0; i < graph->nstates; i++) {
        printf("engine's state %u: %s\n", i, graph->states[i].label);
        for (uint32_t k = 0; k < graph->nedges; k++)
            if (graph->edges[k].from == i) printf("    -> %u %s\n", graph->edges[k].to, graph->edges[k].label);
    }
}
/* What the engine does not follow, by design. */
static bool is_limit(const char *why) {
    static const char *const limits[] = {"more than 8,192", "on several threads, a future", "on several threads, what is cancelled",
        "a select whose arms queue at one lock or semaphore"};
    for (size_t i = 0; why != NULL && i < sizeof limits / sizeof *limits; i++)
        if (strncmp(why, limits[i], strlen(limits[i])) == 0) return true;
    return false;
}
static void compare_config(Job *job, const Config *config) {
    EngineOptions options = {.ts = TS_DEFAULTS, .max_states = (uint64_t)job->settings->max_states * 20, .timeout = 30};
    options.ts.reset = config->reset;
    options.ts.symmetry = config->symmetry;
    options.ts.memo = config->memo;
    options.merge = config->merge ? ENGINE_MERGE_ALWAYS : ENGINE_MERGE_NEVER;
    options.ts.run_on = job->run_on;
    options.termination = job->plain_options.termination;
    options.races = job->plain_options.races;
    options.fairness = job->plain_options.fairness == PLAIN_NONE     ? FAIRNESS_NONE
                       : job->plain_options.fairness == PLAIN_STRONG ? FAIRNESS_STRONG
                                                                     : FAIRNESS_WEAK;
    options.ts.main_ends_run = job->plain_options.main_ends_run;
    options.record_graph = job->settings->dump;
    options.wrong = job->automata.wrong;
    options.unmade = job->automata.unmade;
    options.plain_automata = !config->memo;
    EngineResult *result = engine_check(job->program, &options);
    if (result->graph != NULL && config == configs) dump_graph(result->graph);
    Arena arena;
    arena_init(&arena);
    if (result->fault) {
        printf("DIFF %s [%s]: internal fault: %s\n", job->path, config->name,
            result->fault_text != NULL ? result->fault_text : "");
        job->differs = true;
    }
    bool is_open = false;
    for (uint32_t i = 0; i < job->program->nproperties; i++) is_open |= result->properties[i].verdict == VERDICT_UNKNOWN;
    if (result->complete && is_open) {
        job->unfinished = true;
    } else if (result->complete) {
        FoundList theirs = engine_found(&arena, result, job->sources), ours = plain_found(&arena, job->plain);
        if (!same_found(&theirs, &ours)) {
            printf("DIFF %s [%s]: findings\n", job->path, config->name);
            print_found("engine", &theirs);
            print_found("plain", &ours);
            job->differs = job->finds_other = true;
        }
        compare_counts(job, config, result);
    } else if (is_limit(result->why)) {
        job->unfinished = true;
    } else if (config->symmetry) {
        printf("DIFF %s [%s]: the engine did not finish: %s\n", job->path, config->name,
            result->why != NULL ? result->why : "");
        job->differs = true;
    }
    arena_fini(&arena);
    engine_result_free(result);
}

/* ---- one program */
static bool read_options(Job *job) {
    for (uint32_t i = 0; i < job->tree->noptions; i++) {
        const char *word = job->tree->options[i];
        bool more = i + 1 < job->tree->noptions;
        if (strcmp(word, "--main-ends-run") == 0) job->plain_options.main_ends_run = true;
        else if (strcmp(word, "--urgent") == 0) continue;                     /* the tree knows */
        else if (strcmp(word, "--time") == 0 || strcmp(word, "-P") == 0) i++; /* likewise */
        else if (strcmp(word, "--races") == 0) job->plain_options.races = true;
        else if (strcmp(word, "--require") == 0 && more)
            job->plain_options.termination = strcmp(job->tree->options[++i], "termination") == 0;
        else if (strcmp(word, "--fairness") == 0 && more) {
            const char *kind = job->tree->options[++i];
            if (strcmp(kind, "strong") == 0) job->plain_options.fairness = PLAIN_STRONG;
            if (strcmp(kind, "none") == 0) job->plain_options.fairness = PLAIN_NONE;
        } else if (strcmp(word, "--ready") == 0 && more) job->run_on = strcmp(job->tree->options[++i], "run-on") == 0;
        else if (strcmp(word, "--max-states") == 0 || strcmp(word, "--timeout") == 0 || strcmp(word, "--memory") == 0)
            i++;
        else return false;
    }
    return true;
}
static void explore(Job *job, Diags *diags, Totals *totals) {
    job->plain_options.run_on = job->run_on;
    job->plain = plain_explore(job->tree, &job->plain_options);
    if (job->plain->verdict == PLAIN_SKIPPED) {
        if (job->settings->verbose) printf("skip %s: %s\n", job->path, job->plain->why);
        totals->skipped++;
        return;
    }
    Program *program = job->settings->plain_only ? NULL : frontend_lower(job->tree, diags);
    if (!job->settings->plain_only && program == NULL) {
        if (job->settings->verbose) printf("refused %s\n", job->path);
        totals->refused++;
        return;
    }
    job->program = program;
    if (program != NULL) automata_init(&job->automata, program, &(Extras){0});
    if (program != NULL)
        totals->merged += ts_merges(
            program, (TsOptions){.run_on = job->run_on, .main_ends_run = job->plain_options.main_ends_run});
    for (size_t i = 0; i < sizeof configs / sizeof *configs && program != NULL; i++) compare_config(job, &configs[i]);
    if (program != NULL) automata_fini(&job->automata);
    if (program != NULL) program_free(program);
    totals->states += job->plain->states;
    totals->transitions += job->plain->transitions;
    totals->violated += job->plain->nfindings > 0;
    for (uint32_t i = 0; i < job->plain->nfindings; i++)
        if (strstr(job->plain->findings[i].kind, "deadlock") != NULL) {
            totals->deadlocks++;
            break;
        }
    *(job->differs ? &totals->differed : job->unfinished ? &totals->unfinished : &totals->agreed) += 1;
    totals->finds_other += job->finds_other;
    if (job->settings->verbose) {
        Arena arena;
        arena_init(&arena);
        printf("%s %s: %llu states, %llu transitions\n", job->differs ? "DIFF" : "same", job->path,
            (unsigned long long)job->plain->states, (unsigned long long)job->plain->transitions);
        FoundList ours = plain_found(&arena, job->plain);
        print_found("plain", &ours);
        arena_fini(&arena);
    }
}
/* False: a difference. */
static bool compare_file(const Settings *settings, const char *path, Totals *totals) {
    Sources *sources = sources_new();
    Diags *diags = diags_new(sources);
    FrontendOptions options = {0};
    Tree *tree = frontend_parse(sources, diags, path, &options);
    Job job = {.path = path,
        .settings = settings,
        .tree = tree,
        .sources = sources,
        .plain_options = {
            .max_states = settings->max_states, .max_instructions = 200000, .dump = settings->dump ? stdout : NULL}};
    if (diags_errors(diags) == 0 && frontend_check(tree, diags) && read_options(&job)) {
        explore(&job, diags, totals);
        if (job.plain != NULL) plain_result_free(job.plain);
    } else {
        if (settings->verbose) {
            printf("refused %s\n", path);
            diags_render(diags, stdout, false);
        }
        totals->refused++;
    }
    bool refused_or_differs = job.differs || diags_errors(diags) > 0;
    tree_free(tree);
    diags_free(diags);
    sources_free(sources);
    fflush(stdout);
    return !refused_or_differs;
}
static void compare_generated(
    const Settings *settings, uint64_t count, uint64_t seed, const char *dir, Totals *totals) {
    printf("%llu programs from seed %llu on\n", (unsigned long long)count, (unsigned long long)seed);
    for (uint64_t i = 0; i < count; i++) {
        char path[512];
        snprintf(path, sizeof path, "%s/seed-%llu.ac", dir, (unsigned long long)(seed + i));
        FILE *out = fopen(path, "w");
        if (out == NULL) {
            fprintf(stderr, "cannot write %s\n", path);
            exit(2);
        }
        generate(seed + i, out);
        fclose(out);
        if (compare_file(settings, path, totals)) remove(path);
    }
}
/* In a process of its own: whoever dies on the program fails, too. */
typedef struct Wanted {
    Settings settings;
    int status;
} Wanted; /* status: of the whole program */
static int status_of(const Settings *settings, const char *path) {
    fflush(stdout);
    pid_t child = fork();
    if (child == 0) {
        Totals totals = {0};
        if (freopen("/dev/null", "w", stdout) == NULL || freopen("/dev/null", "w", stderr) == NULL) _exit(0);
        compare_file(settings, path, &totals);
        _exit(totals.finds_other > 0 ? 2 : totals.differed > 0);
    }
    int status = 0;
    if (child < 0 || waitpid(child, &status, 0) != child) return 0;
    return status;
}
static bool fails(const void *context, const char *path) {
    const Wanted *wanted = context;
    return status_of(&wanted->settings, path) == wanted->status;
}
static bool shorten(const Settings *settings, const char *from, const char *to) {
    Wanted wanted = {*settings, status_of(settings, from)};
    if (wanted.status != 0) return reduce(from, to, fails, &wanted);
    fprintf(stderr, "%s does not differ\n", from);
    return false;
}

int main(int argc, char **argv) {
    Settings settings = {.max_states = 20000};
    Totals totals = {0};
    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "-v") == 0) settings.verbose = true;
        else if (strcmp(argv[i], "--dump") == 0) settings.dump = true;
        else if (strcmp(argv[i], "--plain") == 0) settings.plain_only = true;
        else if (strcmp(argv[i], "--max-states") == 0 && i + 1 < argc)
            settings.max_states = (uint32_t)strtoul(argv[++i], NULL, 10);
        else if (strcmp(argv[i], "--reduce") == 0 && i + 2 < argc) {
            if (!shorten(&settings, argv[i + 1], argv[i + 2])) return 2;
            i += 2;
        } else if (strcmp(argv[i], "--generate") == 0 && i + 3 < argc) {
            compare_generated(
                &settings, strtoull(argv[i + 1], NULL, 10), strtoull(argv[i + 2], NULL, 10), argv[i + 3], &totals);
            i += 3;
        } else compare_file(&settings, argv[i], &totals);
    }
    printf("%u agreed, %u differ, %u skipped as not small, %u without a verdict, %u refused; %llu states, %llu "
           "transitions; %u violated, %u "
           "with a deadlock, %u with steps to merge\n",
        totals.agreed, totals.differed, totals.skipped, totals.unfinished, totals.refused,
        (unsigned long long)totals.states, (unsigned long long)totals.transitions, totals.violated, totals.deadlocks,
        totals.merged);
    return totals.differed > 0 ? 1 : 0;
}
