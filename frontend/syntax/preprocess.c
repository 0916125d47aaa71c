#include "frontend/syntax/preprocess.h"

#include "frontend/syntax/align.h"
#include "model/support/read.h"
#include "model/support/fatal.h"

#include <assert.h>
#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

enum { MAX_OUTPUT = 128 * 1024 * 1024, CHUNK = 64 * 1024 };

void preprocessed_fini(Preprocessed *result) {
    free(result->text);
    positions_fini(&result->positions);
    for (uint32_t i = 0; i < result->numbers.n; i++) free(result->numbers.data[i].name);
    vec_fini(&result->numbers);
}

/* ---- running it */

typedef VEC(const char *) Words;
typedef VEC(char) Bytes;

typedef struct CppRun {
    Bytes out, err;
    int status;
    bool is_too_large;
} CppRun;

/* $CC may hold arguments, as in "ccache gcc". */
static void add_compiler(Words *words, Arena *arena) {
    const char *cc = getenv("CC");
    char *copy = arena_strdup(arena, cc && *cc ? cc : "cc"), *rest = NULL;
    for (char *word = strtok_r(copy, " \t", &rest); word; word = strtok_r(NULL, " \t", &rest)) vec_push(words, word);
    if (words->n == 0) vec_push(words, "cc");
}

static void build_command(Words *words, Arena *arena, const char *path, const FrontendOptions *options) {
    static const char *const fixed[] = {"-E", "-dD", "-Ulinux", "-Uunix", "-x", "c"};
    add_compiler(words, arena);
    for (uint32_t i = 0; i < sizeof fixed / sizeof *fixed; i++) vec_push(words, fixed[i]);
    for (uint32_t i = 0; options && i < options->ncpp_flags; i++) vec_push(words, options->cpp_flags[i]);
    vec_push(words, path[0] == '-' ? arena_printf(arena, "./%s", path) : path);
    vec_push(words, NULL);
}

/* Messages are read, so they must be in English and without decoration. */
static void build_environment(Words *words) {
    vec_push(words, "LC_ALL=C");
    for (char **entry = environ; *entry; entry++)
        if (strncmp(*entry, "LC_ALL=", 7) != 0 && strncmp(*entry, "GCC_COLORS=", 11) != 0) vec_push(words, *entry);
    vec_push(words, NULL);
}

static int spawn_command(const Words *command, const Words *environment, int out, int err, pid_t *pid) {
    posix_spawn_file_actions_t actions;
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&actions, out, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&actions, err, STDERR_FILENO);
    /* posix_spawn does not write to them; its types are older than const */
    union {
        const char *const *words;
        char *const *strings;
    } argv = {command->data}, envp = {environment->data};
    int error = posix_spawnp(pid, command->data[0], &actions, NULL, argv.strings, envp.strings);
    posix_spawn_file_actions_destroy(&actions);
    return error;
}

/* False at the end of the stream. */
static bool drain(int fd, Bytes *bytes) {
    vec_reserve(bytes, bytes->n + CHUNK);
    ssize_t got = read(fd, bytes->data + bytes->n, CHUNK);
    if (got < 0) return errno == EINTR || errno == EAGAIN;
    bytes->n += (uint32_t)got;
    return got > 0;
}

static void collect(int out, int err, pid_t pid, CppRun *run) {
    struct pollfd fds[2] = {{.fd = out, .events = POLLIN}, {.fd = err, .events = POLLIN}};
    while (fds[0].fd >= 0 || fds[1].fd >= 0) {
        if (poll(fds, 2, -1) < 0 && errno != EINTR) break;
        if (fds[0].fd >= 0 && fds[0].revents && !drain(out, &run->out)) fds[0].fd = -1;
        if (fds[1].fd >= 0 && fds[1].revents && !drain(err, &run->err)) fds[1].fd = -1;
        if (run->out.n + run->err.n > MAX_OUTPUT && !run->is_too_large) {
            run->is_too_large = true;
            kill(pid, SIGKILL);
        }
        if (run->is_too_large) break;
    }
    while (waitpid(pid, &run->status, 0) < 0 && errno == EINTR) {
    }
}

static int run_with_pipes(const Words *command, const Words *environment, int out[2], int err[2], CppRun *run) {
    pid_t pid;
    int error = spawn_command(command, environment, out[1], err[1], &pid);
    close(out[1]);
    close(err[1]);
    if (error == 0) collect(out[0], err[0], pid, run);
    close(out[0]);
    close(err[0]);
    return error;
}

/* 0, or the error that kept the command from running. */
static int run_command(const Words *command, const Words *environment, CppRun *run) {
    int out[2], err[2];
    if (pipe2(out, O_CLOEXEC) != 0) return errno;
    if (pipe2(err, O_CLOEXEC) != 0) {
        int error = errno;
        close(out[0]);
        close(out[1]);
        return error;
    }
    return run_with_pipes(command, environment, out, err, run);
}

/* ---- its messages */

typedef struct Message {
    char *file;
    uint32_t line, column;
    const char *severity, *text;
} Message;

static uint32_t take_number(char **at) {
    char *end;
    unsigned long value = strtoul(*at, &end, 10);
    if (end == *at || *end != ':') return 0;
    *at = end + 1;
    return value > UINT32_MAX ? 0 : (uint32_t)value;
}

/* "file:line:column: severity: text", in place. */
static bool read_message(char *line, Message *message) {
    char *colon = strchr(line, ':');
    while (colon && !isdigit((unsigned char)colon[1])) colon = strchr(colon + 1, ':');
    if (!colon || isspace((unsigned char)line[0])) return false;
    *colon = '\0';
    char *at = colon + 1;
    message->file = line;
    message->line = take_number(&at);
    message->column = isdigit((unsigned char)*at) ? take_number(&at) : 1;
    while (*at == ' ') at++;
    char *end = strstr(at, ": ");
    if (!message->line || !end) return false;
    *end = '\0';
    message->severity = at;
    message->text = end + 2;
    return true;
}

static uint32_t find_file(Sources *sources, const char *name) {
    uint32_t file = sources_find(sources, name);
    if (file) return file;
    size_t length;
    char *text = read_file(NULL, name, &length);
    if (!text) return 0;
    file = sources_add(sources, name, text, length);
    free(text);
    return file;
}

static Span span_of_message(Sources *sources, uint32_t file, const Message *message) {
    uint32_t found = find_file(sources, message->file), last;
    if (!found) return (Span){file, 0, 0};
    size_t text_length, length;
    const char *text = sources_text(sources, found, &text_length);
    sources_place(sources, found, (uint32_t)text_length, &last, NULL);
    if (message->line > last) return (Span){found, (uint32_t)text_length, (uint32_t)text_length};
    const char *line = sources_line(sources, found, message->line, &length);
    uint32_t column = message->column > length ? (uint32_t)length : message->column - 1;
    uint32_t begin = (uint32_t)(line - text) + column, end = begin;
    while (end < text_length && (isalnum((unsigned char)text[end]) || text[end] == '_')) end++;
    return (Span){found, begin, end};
}

/* Returns whether it was an error. */
static bool report_message(Sources *sources, Diags *diags, uint32_t file, const Message *message) {
    Span span = span_of_message(sources, file, message);
    if (strstr(message->severity, "error")) {
        diags_add(diags, DIAG_PREPROCESSOR, span, "%s", message->text);
        return true;
    }
    if (strstr(message->severity, "warning")) diags_add(diags, DIAG_PREPROCESSOR_WARNING, span, "%s", message->text);
    else if (strstr(message->severity, "note")) diags_note(diags, span, "%s", message->text);
    return false;
}

static void report_messages(Sources *sources, Diags *diags, uint32_t file, CppRun *run, bool failed) {
    bool said = false;
    char *rest = NULL, *first = NULL;
    vec_push(&run->err, '\0');
    for (char *line = strtok_r(run->err.data, "\n", &rest); line; line = strtok_r(NULL, "\n", &rest)) {
        Message message;
        if (!first) first = line;
        if (read_message(line, &message)) said |= report_message(sources, diags, file, &message);
    }
    if (failed && !said)
        diags_add(diags, DIAG_PREPROCESSOR, (Span){file, 0, 0}, "the preprocessor failed: %s",
            first ? first : "it gave no reason");
}

/* ---- all of it */

static bool preprocess_in(
    Sources *sources, Diags *diags, uint32_t file, const Words *command, const Words *environment, CppRun *run) {
    int error = run_command(command, environment, run);
    Span span = {file, 0, 0};
    if (error) {
        diags_add(
            diags, DIAG_PREPROCESSOR, span, "cannot run the preprocessor '%s': %s", command->data[0], strerror(error));
        diags_note(diags, span, "the file holds preprocessor directives; set CC to a C compiler");
        return false;
    }
    if (run->is_too_large) {
        diags_add(
            diags, DIAG_TOO_LARGE, span, "the preprocessed file is larger than %d MB", MAX_OUTPUT / (1024 * 1024));
        return false;
    }
    bool failed = !WIFEXITED(run->status) || WEXITSTATUS(run->status) != 0;
    report_messages(sources, diags, file, run, failed);
    return !failed;
}

bool preprocess(Sources *sources, Diags *diags, uint32_t file, const char *path, const FrontendOptions *options,
    Preprocessed *result) {
    Arena arena;
    arena_init(&arena);
    Words command = {0}, environment = {0};
    CppRun run = {0};
    build_command(&command, &arena, path, options);
    build_environment(&environment);
    bool is_good = preprocess_in(sources, diags, file, &command, &environment, &run);
    if (is_good) {
        result->length = run.out.n;
        vec_push(&run.out, '\0');
        result->text = run.out.data;
        run.out.data = NULL;
        align_output(sources, diags, file, result);
    }
    vec_fini(&run.out);
    vec_fini(&run.err);
    vec_fini(&command);
    vec_fini(&environment);
    arena_fini(&arena);
    return is_good;
}
