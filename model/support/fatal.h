/* The environment failed (no memory, no disk): say so once and exit with 4. Never for a user's mistake. */
#ifndef UNKNOT_SUPPORT_FATAL_H
#define UNKNOT_SUPPORT_FATAL_H

_Noreturn void fatal(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
