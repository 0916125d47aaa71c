#include "model/support/fatal.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

enum { FATAL_EXIT = 4 };

_Noreturn void fatal(const char *format, ...) {
    va_list args;
    va_start(args, format);
    fputs("unknot: fatal: ", stderr);
    vfprintf(stderr, format, args);
    fputc('\n', stderr);
    va_end(args);
    exit(FATAL_EXIT);
}
