/* Aligns the preprocessor's output with the files it came from: exact places for what the user wrote, the macro's name
   for what came out of a macro. */
#ifndef UNKNOT_FRONTEND_ALIGN_H
#define UNKNOT_FRONTEND_ALIGN_H

#include "frontend/syntax/preprocess.h"

/* Fills result->positions from its text (made with -dD, so that macros are known); what system headers declare is
   blanked out. */
void align_output(Sources *sources, Diags *diags, uint32_t file, Preprocessed *result);

#endif
