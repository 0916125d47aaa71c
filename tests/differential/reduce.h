/* Makes a failing program shorter: lines and blocks go as long as it still fails. */
#ifndef UNKNOT_TESTS_REDUCE_H
#define UNKNOT_TESTS_REDUCE_H

#include <stdbool.h>

typedef bool (*ReduceFails)(const void *context, const char *path);

/* Reads `from`, leaves the shortest found in `to`; false when a file cannot be read or written. */
bool reduce(const char *from, const char *to, ReduceFails fails, const void *context);

#endif
