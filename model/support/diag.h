/* Diagnostics in clang's form, collected, each with a stable code; rendered when the phase ends.
   Codes are one X-macro table, diag_codes.def: DIAG(CODE, severity, "stable-code", "one-line explanation for the docs"). */
#ifndef UNKNOT_SUPPORT_DIAG_H
#define UNKNOT_SUPPORT_DIAG_H

#include "model/support/source.h"

#include <stdbool.h>
#include <stdio.h>

typedef enum { DIAG_NOTE, DIAG_WARNING, DIAG_ERROR } DiagSeverity;

typedef enum {
#define DIAG(code, severity, text, explanation) DIAG_##code,
#include "model/support/diag_codes.def"
#undef DIAG
    DIAG_CODES
} DiagCode;

typedef struct Diag {
    DiagCode code;
    DiagSeverity severity;
    Span span;
    const char *message; /* one line, no full stop */
    uint32_t parent;     /* for a note: index of the diagnostic it belongs to */
} Diag;

typedef struct Diags Diags;

Diags *diags_new(const Sources *sources);
void diags_free(Diags *diags);
/* Severity comes from the code's table. After 50 errors further ones are counted, not kept. */
void diags_add(Diags *diags, DiagCode code, Span span, const char *format, ...) __attribute__((format(printf, 4, 5)));
/* A note under the diagnostic added last. */
void diags_note(Diags *diags, Span span, const char *format, ...) __attribute__((format(printf, 3, 4)));
/* What was added since a mark is forgotten by rewinding to it: for a phase that starts over. */
typedef struct DiagMark {
    uint32_t n, errors, warnings;
} DiagMark;
DiagMark diags_mark(const Diags *diags);
void diags_rewind(Diags *diags, DiagMark mark);
uint32_t diags_count(const Diags *diags);
uint32_t diags_errors(const Diags *diags);
const Diag *diags_at(const Diags *diags, uint32_t index);
const char *diag_code_text(DiagCode code);
const char *diag_code_explanation(DiagCode code);
/* file:line:col: error: message [code], the source line, a caret range, then its notes. */
void diags_render(const Diags *diags, FILE *out, bool colour);
/* The nearest of `candidates` to `name` for "did you mean", or NULL when none is near (Damerau-Levenshtein). */
const char *diag_nearest(const char *name, const char *const *candidates, uint32_t count);

#endif
