/* What a long search shows of itself: one line that is rewritten on a terminal, a line every 10 s in a pipe (with
   -v). */
#ifndef UNKNOT_TOOLS_PROGRESS_H
#define UNKNOT_TOOLS_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct Progress {
    bool is_terminal, is_wanted;
    bool is_shown; /* a line stands on the terminal */
    double next;   /* seconds: in a pipe, when the next line is due */
    uint64_t max_states;
} Progress;

void progress_init(Progress *progress, bool verbose, uint64_t max_states);
/* The engine's callback; context is the Progress. */
void progress_show(void *context, uint64_t states, uint64_t transitions, uint64_t frontier, uint32_t depth,
    uint64_t memory, double seconds);
/* Takes the line away. */
void progress_end(Progress *progress);

#endif
