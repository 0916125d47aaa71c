/* The `unknot` program: finds the sub-command, reads its options, runs it. */
#include "tools/commands.h"
#include "tools/output.h"

#include "model/support/diag.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef int (*CommandRun)(const Options *options, CommandLine line);

static const CommandRun runs[COMMANDS] = {
    [COMMAND_CHECK] = command_check,
    [COMMAND_TEST] = command_test,
    [COMMAND_EXPORT] = command_export,
    [COMMAND_GRAPH] = command_graph,
    [COMMAND_TRACE] = command_trace,
    [COMMAND_SESSION] = command_session,
    [COMMAND_LTL] = command_ltl,
    [COMMAND_HELP] = command_help,
    [COMMAND_VERSION] = command_version,
};

int command_wrong(const char *format, ...) {
    va_list args;
    va_start(args, format);
    fputs("unknot: ", stderr);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    return EXIT_WRONG_INPUT;
}

static int unknown_command(const char *word) {
    const char *names[COMMANDS];
    for (int i = 1; i < COMMANDS; i++) names[i - 1] = options_command_name((Command)i);
    const char *near = diag_nearest(word, names, COMMANDS - 1);
    if (near) return command_wrong("there is no command %s; did you mean %s?", word, near);
    return command_wrong("there is no command %s; `unknot help` lists them", word);
}

static int run(Command command, const char *const *words, uint32_t nwords) {
    CommandLine line = {words, nwords, 1u << command};
    Options options;
    options_init(&options);
    int code;
    if (!options_parse(&options, words, nwords, line.where)) {
        code = command_wrong("%s; see `unknot help %s`", options.error, options_command_name(command));
    } else if (options.help) {
        options_help(command, stdout);
        code = EXIT_HOLDS;
    } else {
        code = runs[command](&options, line);
    }
    options_fini(&options);
    return code;
}

int main(int argc, char **argv) {
    if (argc < 2) {
        options_help(COMMAND_NONE, stderr);
        return EXIT_WRONG_INPUT;
    }
    const char *word = argv[1];
    if (strcmp(word, "--help") == 0 || strcmp(word, "-h") == 0) word = "help";
    if (strcmp(word, "--version") == 0) word = "version";
    Command command = options_command(word);
    if (command == COMMAND_NONE) return unknown_command(word);
    int code = run(command, (const char *const *)(argv + 2), (uint32_t)(argc - 2));
    return output_flush() ? code : job_worse(code, EXIT_WRONG_INPUT);
}
