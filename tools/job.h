/* One program on its way through the pipeline: read, parsed, lowered, checked. */
#ifndef UNKNOT_TOOLS_JOB_H
#define UNKNOT_TOOLS_JOB_H

#include "checker/engine.h"
#include "frontend/frontend.h"
#include "tools/extras.h"
#include "roles/conformance.h"
#include "tools/options.h"

/* Exit codes, and what each file's outcome counts as. */
enum { EXIT_HOLDS = 0, EXIT_VIOLATED = 1, EXIT_WRONG_INPUT = 2, EXIT_NO_VERDICT = 3, EXIT_FAULT = 4 };

/* The command line as given, so that each file can lay it over its own options. */
typedef struct CommandLine {
    const char *const *words;
    uint32_t nwords;
    uint32_t where; /* IN_CHECK, … */
} CommandLine;

typedef struct Modular Modular;
typedef struct Job {
    const char *path;
    Options options; /* the file's, then the command line's */
    Sources *sources;
    Diags *diags;
    Tree *tree;
    Extras extras;        /* properties that the options give */
    Program *program;     /* NULL: there are errors */
    EngineResult *result; /* NULL: not checked */
    ProgramProtocols *protocols; /* NULL: none */
    Conformance conformance;
    Modular *modular;     /* --modular: what was looked at; NULL */
} Job;

/* Reads and lowers a file; job->program is NULL when job->diags holds errors. */
void job_load(Job *job, const char *path, CommandLine line);
/* The search; needs a program. `shares`: how many searches share the machine's memory; `record`: keep the state
   graph. */
void job_check(Job *job, uint32_t shares, bool record);
void job_fini(Job *job);
int job_exit_code(const Job *job);
/* There is no program, for no other reason than that a protocol was too large to be decided. */
bool job_gave_up(const Job *job);
/* The worse of two exit codes: a fault, then wrong input, then a violation, then no verdict. */
int job_worse(int a, int b);

#endif
