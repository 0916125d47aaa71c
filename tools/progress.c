#include "tools/progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

static const double pipe_interval = 10;

void progress_init(Progress *progress, bool verbose, uint64_t max_states) {
    bool is_terminal = isatty(STDERR_FILENO) != 0;
    *progress = (Progress){.is_terminal = is_terminal,
        .is_wanted = is_terminal || verbose,
        .next = pipe_interval,
        .max_states = max_states};
}

/* The share of --max-states that is used, when there is such a limit. */
static void put_share(const Progress *progress, uint64_t states) {
    if (progress->max_states)
        fprintf(stderr, ", %.0f%% of --max-states", 100.0 * (double)states / (double)progress->max_states);
}

void progress_show(void *context, uint64_t states, uint64_t transitions, uint64_t frontier, uint32_t depth,
    uint64_t memory, double seconds) {
    Progress *progress = context;
    (void)transitions;
    if (!progress->is_wanted || (!progress->is_terminal && seconds < progress->next)) return;
    while (progress->next <= seconds) progress->next += pipe_interval;
    double rate = seconds > 0 ? (double)states / seconds : 0;
    fprintf(stderr, "%s%.0f s: %" PRIu64 " states, %.0f/s, frontier %" PRIu64 ", depth %" PRIu32 ", %" PRIu64 " MB",
        progress->is_terminal ? "\r" : "", seconds, states, rate, frontier, depth, memory >> 20);
    put_share(progress, states);
    fputs(progress->is_terminal ? "\033[K" : "\n", stderr);
    fflush(stderr);
    progress->is_shown = progress->is_terminal;
}

void progress_end(Progress *progress) {
    if (progress->is_shown) fputs("\r\033[K", stderr);
    progress->is_shown = false;
}
