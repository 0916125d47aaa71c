/* `unknot test PATH...`: each file in a process of its own, several at a time; what they print is shown in the order
   of the files. */
#include "model/support/fatal.h"
#include "tools/commands.h"
#include "tools/expect.h"
#include "tools/files.h"
#include "tools/interrupt.h"

#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

enum { MAX_JOBS = 256, CHUNK = 4096 };

typedef struct Trial {
    const char *path;
    pid_t process; /* 0: not started */
    int pipe;      /* its text comes here */
    VEC(char) text;
    bool is_over;
    int code; /* EXIT_HOLDS: passed; EXIT_VIOLATED: failed; EXIT_FAULT */
} Trial;

typedef struct Testing {
    const Options *options;
    CommandLine line;
    Trial *trials;
    uint32_t ntrials, started, shown, running, jobs;
    uint32_t passed, failed;
    int code;
} Testing;

/* ---- one file, in its own process */

static int try_file(const Testing *testing, const char *path, FILE *out) {
    Job job;
    job_load(&job, path, testing->line);
    if (job.program) job_check(&job, testing->jobs, false);
    char *text = NULL;
    size_t size = 0;
    FILE *differences = open_memstream(&text, &size);
    if (!differences) fatal("out of memory");
    bool passed = expect_compare(&job, differences);
    if (fclose(differences) != 0) fatal("out of memory");
    bool colour = options_colour(testing->options, stdout);
    const char *word = passed ? colour ? "\033[32mok\033[0m  " : "ok  " : colour ? "\033[1;31mFAIL\033[0m" : "FAIL";
    fprintf(out, "%s  %s   ", word, path);
    expect_summary(&job, out);
    fprintf(out, "\n%s", text);
    free(text);
    int code = passed ? EXIT_HOLDS : EXIT_VIOLATED;
    if (job.result && job.result->fault) code = EXIT_FAULT;
    job_fini(&job);
    return code;
}

static _Noreturn void run_trial(const Testing *testing, const char *path, int pipe_end) {
    FILE *out = fdopen(pipe_end, "w");
    if (!out) _exit(EXIT_FAULT);
    int code = try_file(testing, path, out);
    fclose(out);
    _exit(code);
}

/* ---- all of them */

static bool start(Testing *testing) {
    Trial *trial = &testing->trials[testing->started];
    int ends[2];
    fflush(NULL);
    if (pipe(ends) != 0) return false;
    pid_t process = fork();
    if (process < 0) {
        close(ends[0]);
        close(ends[1]);
        return false;
    }
    if (process == 0) {
        close(ends[0]);
        run_trial(testing, trial->path, ends[1]);
    }
    close(ends[1]);
    trial->process = process;
    trial->pipe = ends[0];
    testing->started++;
    testing->running++;
    return true;
}

static void finish(Testing *testing, Trial *trial) {
    int status;
    close(trial->pipe);
    while (waitpid(trial->process, &status, 0) < 0 && errno == EINTR) {}
    trial->is_over = true;
    trial->code = WIFEXITED(status) ? WEXITSTATUS(status) : EXIT_FAULT;
    if (trial->code != EXIT_HOLDS && trial->code != EXIT_VIOLATED) trial->code = EXIT_FAULT;
    if (WIFSIGNALED(status)) {
        char text[CHUNK];
        int length = snprintf(text, sizeof text, "FAIL  %s   ended by signal %d\n", trial->path, WTERMSIG(status));
        for (int i = 0; i < length && i < CHUNK - 1; i++) vec_push(&trial->text, text[i]);
    }
    testing->running--;
}

/* Takes what has come; the end of the text is the end of the trial. */
static void take(Testing *testing, Trial *trial) {
    char chunk[CHUNK];
    ssize_t n = read(trial->pipe, chunk, sizeof chunk);
    if (n < 0 && (errno == EINTR || errno == EAGAIN)) return;
    for (ssize_t i = 0; i < n; i++) vec_push(&trial->text, chunk[i]);
    if (n <= 0) finish(testing, trial);
}

static void show(Testing *testing, const Trial *trial) {
    if (trial->code == EXIT_HOLDS) testing->passed++;
    else testing->failed++;
    testing->code = job_worse(testing->code, trial->code);
    if (trial->code != EXIT_HOLDS || !testing->options->quiet) fwrite(trial->text.data, 1, trial->text.n, stdout);
    fflush(stdout);
}

static void wait_for_some(Testing *testing) {
    struct pollfd waits[MAX_JOBS];
    Trial *trials[MAX_JOBS];
    nfds_t n = 0;
    for (uint32_t i = testing->shown; i < testing->started; i++) {
        if (testing->trials[i].is_over) continue;
        trials[n] = &testing->trials[i];
        waits[n++] = (struct pollfd){.fd = testing->trials[i].pipe, .events = POLLIN};
    }
    if (poll(waits, n, -1) < 0) return; /* a signal: the loop looks at it */
    for (nfds_t i = 0; i < n; i++)
        if (waits[i].revents) take(testing, trials[i]);
}

/* A signal meant for us alone reaches those we started too; each ends without verdict. */
static void stop_all(Testing *testing) {
    for (uint32_t i = testing->shown; i < testing->started; i++)
        if (!testing->trials[i].is_over) kill(testing->trials[i].process, SIGTERM);
    while (testing->running) wait_for_some(testing);
}

static void run_all(Testing *testing) {
    while (testing->shown < testing->ntrials && !interrupt_came()) {
        while (testing->running < testing->jobs && testing->started < testing->ntrials)
            if (!start(testing)) {
                if (testing->running == 0) fatal("cannot start a process: %s", strerror(errno));
                break;
            }
        wait_for_some(testing);
        while (testing->shown < testing->started && testing->trials[testing->shown].is_over)
            show(testing, &testing->trials[testing->shown++]);
    }
    if (!interrupt_came()) return;
    stop_all(testing);
    fprintf(stderr, "unknot: interrupted\n");
    testing->code = job_worse(testing->code, EXIT_NO_VERDICT);
}

static uint32_t jobs_of(const Options *options, uint32_t files) {
    long cores = sysconf(_SC_NPROCESSORS_ONLN);
    uint64_t jobs = options->jobs ? options->jobs : cores > 0 ? (uint64_t)cores : 1;
    if (jobs > MAX_JOBS) jobs = MAX_JOBS;
    return jobs < files ? (uint32_t)jobs : files;
}

static int test_files(const Options *options, CommandLine line, const Files *files, Arena *arena) {
    Testing testing = {.options = options, .line = line, .ntrials = files->n, .jobs = jobs_of(options, files->n)};
    testing.trials = ARENA_ARRAY(arena, Trial, files->n);
    for (uint32_t i = 0; i < files->n; i++) testing.trials[i].path = files->data[i];
    interrupt_begin();
    run_all(&testing);
    printf("%u passed, %u failed\n", testing.passed, testing.failed);
    for (uint32_t i = 0; i < files->n; i++) vec_fini(&testing.trials[i].text);
    return testing.code;
}

int command_test(const Options *options, CommandLine line) {
    if (options->operands.n == 0) return command_wrong("test needs a file or a folder; see `unknot help test`");
    Arena arena;
    arena_init(&arena);
    Files files = {0};
    bool good = true;
    for (uint32_t i = 0; i < options->operands.n; i++)
        good = files_find(options->operands.data[i], &arena, &files) && good;
    int code = EXIT_WRONG_INPUT;
    if (good && files.n == 0) code = command_wrong("there is no *.ac file in what was given");
    else if (good) code = test_files(options, line, &files, &arena);
    vec_fini(&files);
    arena_fini(&arena);
    return code;
}
