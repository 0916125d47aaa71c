/* Command lines, and the `//@ options` of a program, as one record. */
#ifndef UNKNOT_TOOLS_OPTIONS_H
#define UNKNOT_TOOLS_OPTIONS_H

#include "model/support/arena.h"
#include "model/support/vec.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef enum Command {
    COMMAND_NONE,
#define COMMAND(id, name, operands, line, more) COMMAND_##id,
#include "tools/commands.def"
#undef COMMAND
    COMMANDS
} Command;

enum { /* where an option may stand */
    IN_CHECK = 1 << COMMAND_CHECK,
    IN_TEST = 1 << COMMAND_TEST,
    IN_GRAPH = 1 << COMMAND_GRAPH,
    IN_EXPORT = 1 << COMMAND_EXPORT,
    IN_TRACE = 1 << COMMAND_TRACE,
    IN_LTL = 1 << COMMAND_LTL,
    IN_SESSION = 1 << COMMAND_SESSION,
    IN_FILE = 1 << COMMANDS
};

typedef enum ColorMode { COLOR_AUTO, COLOR_ALWAYS, COLOR_NEVER } ColorMode;

typedef struct PropertyOption {
    const char *how; /* the option's name: --ltl, --ctl, --property, --never */
    const char *text;
} PropertyOption;

typedef struct Options {
    VEC(const char *) cpp;      /* -D… and -I… for the preprocessor, in order */
    VEC(const char *) settings; /* values of params, NAME=VALUE, in order */
    VEC(PropertyOption) properties; /* in order */
    VEC(const char *) operands; /* what is no option */
    bool run_on, main_ends_run, discrete, urgent;
    uint64_t max_states, memory, threads, jobs; /* 0: not given */
    double timeout;
    uint32_t fairness, termination; /* which word of the option's argument, from 1; 0: not given */
    bool races, modular;
    uint32_t listening_end; /* as fairness */
    uint32_t merge_kind, liveness; /* as fairness */
    uint64_t bound;
    bool async_subtype, fair_subtype, sync, cfsm, msc, mermaid;
    bool no_symmetry, no_reset, no_memo, no_strength, merge, no_merge;
    bool witness;
    const char *json, *out;
    bool promela;
    uint64_t tasks;
    bool dot, waits, as_json, replay;
    const char *formula_file, *check_word;
    bool ba, tgba, negate, hoa, stats, equiv, stutter, complement;
    ColorMode color;
    bool quiet, verbose, help, dump_ast, dump_program;
    Arena arena;         /* texts made while parsing */
    char error[256];     /* why parsing failed */
    uint32_t error_word; /* index of the word at fault */
} Options;

void options_init(Options *options);
void options_fini(Options *options);
/* Adds to what is there (a later word wins). `where`: one of IN_CHECK … IN_FILE. False: options->error says why.
   The words must live as long as the options. */
bool options_parse(Options *options, const char *const *words, uint32_t nwords, uint32_t where);
bool options_colour(const Options *options, FILE *out);
/* COMMAND_NONE when no command has that name. */
Command options_command(const char *name);
const char *options_command_name(Command command);
/* The help of one command; COMMAND_NONE: of the program. */
void options_help(Command command, FILE *out);
/* The tables of docs/cli.md. */
void options_markdown(FILE *out);

#endif
