/* From a file to a Program: read, preprocess, parse, check, lower. The only header other folders need of the front-end. */
#ifndef UNKNOT_FRONTEND_FRONTEND_H
#define UNKNOT_FRONTEND_FRONTEND_H

#include "frontend/ast.h"
#include "model/program.h"
#include "model/support/diag.h"

typedef struct FrontendOptions {
    const char *const *cpp_flags; /* -D… and -I…, as given, in order */
    uint32_t ncpp_flags;
    const char *const *settings;  /* values of params, "NAME=VALUE", in order; they win over the file's own */
    uint32_t nsettings;
} FrontendOptions;

/* Reads and parses one file; preprocesses with `$CC -E` (else cc) when the file holds a directive. Always returns a tree
   (free with tree_free), even after errors; they are in `diags`. What the file is (missing, a directory, unreadable, binary, empty)
   is a diagnostic, never fatal. */
Tree *frontend_parse(Sources *sources, Diags *diags, const char *path, const FrontendOptions *options);
/* The same for a text in memory (copied into `sources` under `name`); it is not preprocessed: lines that begin with `#`
   are skipped. */
Tree *frontend_parse_text(Sources *sources, Diags *diags, const char *name, const char *text, size_t length);
/* A property that is given beside the program, before frontend_check: the formula at `span`, a source of its own:
   `[NAME [fair(…)]:] φ`. `name`: when it says none. Macros of the file are not known there. */
void frontend_add_formula(Tree *tree, Diags *diags, bool is_ctl, const char *name, Span span);
/* An automaton whose propositions are conditions and events of the program, each the text at a span. */
typedef struct ExtraAutomaton {
    const char *name;
    Span span;     /* where it stands, for diagnostics */
    bool is_never; /* it accepts the runs that are wrong */
    const Span *propositions;
    uint32_t npropositions;
} ExtraAutomaton;
void frontend_add_automaton(Tree *tree, Diags *diags, const ExtraAutomaton *extra);
/* Resolves names and types in place; false when errors were added. Also gives the warnings. */
bool frontend_check(Tree *tree, Diags *diags);
/* Only after frontend_check returned true. Owned by the caller (program_free). May add errors (recursion, limits) and return NULL. */
Program *frontend_lower(Tree *tree, Diags *diags);

#endif
