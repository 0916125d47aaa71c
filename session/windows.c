#include "session/courses.h"

#include "model/support/fatal.h"
#include "model/support/vec.h"

#include <stdlib.h>

/* For each state and role, when the role's last action there can have been: the earliest over all courses, and the latest, as far as windows
   bound it. What one role does is not ordered by the text against what others do that it has not heard of. */
typedef struct Times {
    int64_t earliest, latest;
} Times;

typedef struct Windows {
    const GlobalAutomaton *global;
    uint32_t nroles;
    Times *times; /* [nstates * nroles] */
    bool *known;  /* per state: it can be reached in time */
    bool *queued;
    VEC(uint32_t) queue;
} Windows;

static Times *times_at(const Windows *windows, uint32_t state) {
    return windows->times + (size_t)state * windows->nroles;
}

/* When the message is sent, given when its sender was there. False: never in time. */
static bool send_times(const Windows *windows, const GlobalEdge *edge, Times *out) {
    const ProtocolWindow *window = &edge->origin->window;
    *out = times_at(windows, edge->from)[edge->sender];
    if (!window->is_given) return true;
    if (out->earliest < window->low) out->earliest = window->low;
    out->latest = window->high;
    return out->earliest <= window->high;
}

/* The earliest times of all courses, and the latest: true when something is new. */
static bool join(const Windows *windows, const GlobalEdge *edge, Times sent) {
    const Times *before = times_at(windows, edge->from);
    Times *after = times_at(windows, edge->to);
    bool is_new = !windows->known[edge->to];
    for (uint32_t role = 0; role < windows->nroles; role++) {
        Times here = before[role];
        if (role == edge->sender) here = sent;
        if (role == edge->receiver) {
            if (here.earliest < sent.earliest) here.earliest = sent.earliest;
            if (here.latest < sent.latest) here.latest = sent.latest;
        }
        if (!windows->known[edge->to]) {
            after[role] = here;
            continue;
        }
        is_new |= here.earliest < after[role].earliest || here.latest > after[role].latest;
        if (here.earliest < after[role].earliest) after[role].earliest = here.earliest;
        if (here.latest > after[role].latest) after[role].latest = here.latest;
    }
    return is_new;
}

static void spread(Windows *windows) {
    const GlobalAutomaton *global = windows->global;
    windows->known[global->initial] = true;
    vec_push(&windows->queue, global->initial);
    while (windows->queue.n) {
        uint32_t state = vec_pop(&windows->queue);
        windows->queued[state] = false;
        for (uint32_t e = global->first[state]; e < global->first[state + 1]; e++) {
            const GlobalEdge *edge = &global->edges[e];
            Times sent;
            if (!send_times(windows, edge, &sent) || !join(windows, edge, sent)) continue;
            windows->known[edge->to] = true;
            if (!windows->queued[edge->to]) vec_push(&windows->queue, edge->to);
            windows->queued[edge->to] = true;
        }
    }
}

static bool is_same_window(const GlobalEdge *a, const GlobalEdge *b) {
    return a->origin == b->origin && a->scope == b->scope;
}

/* Parallel branches multiply edges: the message is in time if it is so in one of their orders. */
static bool judge(const Windows *windows, const GlobalEdge *edge, Diags *diags) {
    const GlobalAutomaton *global = windows->global;
    const ProtocolWindow *window = &edge->origin->window;
    const char *sender = names_text(global->names, global->protocol->roles[edge->sender].name);
    int64_t earliest = INT64_MAX, latest = 0;
    bool in_time = false;
    for (uint32_t e = 0; e < global->nedges; e++) {
        const GlobalEdge *other = &global->edges[e];
        Times sent;
        if (!is_same_window(edge, other) || !windows->known[other->from]) continue;
        const Times *before = &times_at(windows, other->from)[other->sender];
        in_time |= send_times(windows, other, &sent);
        if (before->earliest < earliest) earliest = before->earliest;
        if (before->latest > latest) latest = before->latest;
    }
    if (earliest == INT64_MAX) return true; /* what comes before is never in time */
    if (!in_time)
        diags_add(diags, DIAG_PROTOCOL, window->span,
            "'%s' cannot send this in time: it comes here at %lld at the earliest", sender, (long long)earliest);
    else if (latest > window->high)
        diags_add(diags, DIAG_PROTOCOL_LATE, window->span, "'%s' may be too late: it comes here at %lld at the latest",
            sender, (long long)latest);
    return in_time;
}

/* Windows that nothing can be in, whatever came before. */
static bool are_windows(const GlobalAutomaton *global, bool *any, Diags *diags) {
    for (uint32_t e = 0; e < global->nedges; e++) {
        const ProtocolWindow *window = &global->edges[e].origin->window;
        *any |= window->is_given;
        if (!window->is_given || (window->low <= window->high && window->low >= 0)) continue;
        diags_add(diags, DIAG_PROTOCOL, window->span, "no time lies in [%lld, %lld]", (long long)window->low,
            (long long)window->high);
        return false;
    }
    return true;
}

bool windows_check(const GlobalAutomaton *global, Diags *diags) {
    Windows windows = {.global = global, .nroles = global->protocol->nroles};
    bool any = false, good = are_windows(global, &any, diags);
    if (!any || !good) return good;
    windows.times = calloc((size_t)global->nstates * windows.nroles + 1u, sizeof *windows.times);
    windows.known = calloc(global->nstates + 1u, sizeof *windows.known);
    windows.queued = calloc(global->nstates + 1u, sizeof *windows.queued);
    if (!windows.times || !windows.known || !windows.queued) fatal("out of memory");
    spread(&windows);
    for (uint32_t e = 0; e < global->nedges && good; e++) {
        bool is_first = global->edges[e].origin->window.is_given;
        for (uint32_t k = 0; k < e && is_first; k++) is_first = !is_same_window(&global->edges[k], &global->edges[e]);
        if (is_first) good = judge(&windows, &global->edges[e], diags);
    }
    free(windows.times);
    free(windows.known);
    free(windows.queued);
    vec_fini(&windows.queue);
    return good;
}
