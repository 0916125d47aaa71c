/* The sub-commands: each takes the parsed command line and returns the exit code. */
#ifndef UNKNOT_TOOLS_COMMANDS_H
#define UNKNOT_TOOLS_COMMANDS_H

#include "tools/job.h"

int command_check(const Options *options, CommandLine line);
int command_test(const Options *options, CommandLine line);
int command_export(const Options *options, CommandLine line);
int command_graph(const Options *options, CommandLine line);
int command_trace(const Options *options, CommandLine line);
int command_session(const Options *options, CommandLine line);
int command_ltl(const Options *options, CommandLine line);
int command_help(const Options *options, CommandLine line);
int command_version(const Options *options, CommandLine line);

/* Complains about the command line on standard error and returns 2. */
int command_wrong(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
