/* Reads a whole regular file. */
#ifndef UNKNOT_SUPPORT_READ_H
#define UNKNOT_SUPPORT_READ_H

#include "model/support/diag.h"

/* To be freed by the caller; NULL after a diagnostic when there is no such file, or it is a directory, a device or too
   large. Without `diags` it fails silently. */
char *read_file(Diags *diags, const char *path, size_t *length);

#endif
