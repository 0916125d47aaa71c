#include "tools/commands.h"

#include <string.h>

int command_help(const Options *options, CommandLine line) {
    (void)line;
    if (options->operands.n == 0) {
        options_help(COMMAND_NONE, stdout);
        return EXIT_HOLDS;
    }
    const char *name = options->operands.data[0];
    if (strcmp(name, "markdown") == 0) { /* for docs/cli.md */
        options_markdown(stdout);
        return EXIT_HOLDS;
    }
    Command command = options_command(name);
    if (command == COMMAND_NONE) return command_wrong("there is no command %s; `unknot help` lists them", name);
    options_help(command, stdout);
    return EXIT_HOLDS;
}

int command_version(const Options *options, CommandLine line) {
    (void)options;
    (void)line;
    printf("unknot %s\n", UNKNOT_VERSION);
    return EXIT_HOLDS;
}
