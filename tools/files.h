/* The programs that a path stands for: itself, or every *.ac file in a folder and the folders in it, in order of
   name. */
#ifndef UNKNOT_TOOLS_FILES_H
#define UNKNOT_TOOLS_FILES_H

#include "model/support/arena.h"
#include "model/support/vec.h"

#include <stdbool.h>

typedef VEC(const char *) Files;

/* Adds to `files`, texts in the arena. False and a message on standard error when the path cannot be read. */
bool files_find(const char *path, Arena *arena, Files *files);

#endif
