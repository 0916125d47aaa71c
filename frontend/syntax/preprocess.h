/* The system's C preprocessor, run without a shell, and where every byte of its output comes from. */
#ifndef UNKNOT_FRONTEND_PREPROCESS_H
#define UNKNOT_FRONTEND_PREPROCESS_H

#include "frontend/frontend.h"
#include "frontend/syntax/positions.h"
#include "model/support/vec.h"

/* `#define NAME 3`, for texts that are read where they stand in the source. */
typedef struct MacroNumber { char *name; int64_t value; } MacroNumber;

typedef struct Preprocessed {
    char *text;
    size_t length;
    Positions positions;
    VEC(MacroNumber) numbers; /* in order of definition: the last one of a name counts */
} Preprocessed;

/* Runs `$CC -E` (else `cc -E`) on `path`, which is `file` in sources; false after a diagnostic. Included files are
   added to sources. */
bool preprocess(Sources *sources, Diags *diags, uint32_t file, const char *path, const FrontendOptions *options,
    Preprocessed *result);
void preprocessed_fini(Preprocessed *result);

#endif
