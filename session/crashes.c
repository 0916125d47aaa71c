#include "session/courses.h"

#include "model/support/fatal.h"
#include "model/support/vec.h"

#include <stdlib.h>

bool courses_check(const GlobalAutomaton *global, Diags *diags) {
    bool good = crashes_check(global, diags);
    good &= handovers_check(global, diags);
    return windows_check(global, diags) && good;
}

static const char *role_text(const GlobalAutomaton *global, uint32_t role) {
    return names_text(global->names, global->protocol->roles[role].name);
}

static bool is_unreliable(const GlobalAutomaton *global, uint32_t role) {
    return global->protocol->roles[role].is_unreliable;
}

/* An edge is one of many when parallel branches multiply it: each element is spoken of once. */
typedef VEC(const GlobalType *) Told;

static bool is_told(Told *told, const GlobalType *origin) {
    for (uint32_t i = 0; i < told->n; i++)
        if (told->data[i] == origin) return true;
    vec_push(told, origin);
    return false;
}

static bool has_crash_arm(const GlobalAutomaton *global, const GlobalEdge *edge) {
    for (uint32_t e = global->first[edge->from]; e < global->first[edge->from + 1]; e++) {
        const GlobalEdge *other = &global->edges[e];
        if (other->origin->is_crash && other->sender == edge->sender && other->receiver == edge->receiver) return true;
    }
    return false;
}

static bool arms_are_there(const GlobalAutomaton *global, Told *told, Diags *diags) {
    bool good = true;
    for (uint32_t e = 0; e < global->nedges; e++) {
        const GlobalEdge *edge = &global->edges[e];
        const char *sender = role_text(global, edge->sender), *receiver = role_text(global, edge->receiver);
        bool is_crash = edge->origin->is_crash;
        if (is_crash == is_unreliable(global, edge->sender)) continue;
        if (!is_crash && has_crash_arm(global, edge)) continue;
        good = false;
        if (is_told(told, edge->origin)) continue;
        const Span declared = global->protocol->roles[edge->sender].span;
        if (is_crash) {
            diags_add(diags, DIAG_PROTOCOL, edge->span, "'%s' does not crash: this never happens", sender);
            diags_note(diags, declared, "a role that may crash is declared `unreliable role %s`", sender);
        } else {
            diags_add(diags, DIAG_PROTOCOL, edge->span,
                "'%s' waits here for '%s', which may crash: an arm is missing that begins with `crash %s -> %s;`",
                receiver, sender, sender, receiver);
            diags_note(diags, declared, "it is declared `unreliable` here");
        }
    }
    return good;
}

/* After a crash that was seen, is there something from the crashed role to the one that saw it? */
static bool stays_silent(const GlobalAutomaton *global, const GlobalEdge *crash, Diags *diags) {
    bool *seen = calloc(global->nstates + 1u, sizeof *seen), good = true;
    VEC(uint32_t) states = {0};
    if (!seen) fatal("out of memory");
    vec_push(&states, crash->to);
    seen[crash->to] = true;
    for (uint32_t s = 0; s < states.n && good; s++)
        for (uint32_t e = global->first[states.data[s]]; e < global->first[states.data[s] + 1] && good; e++) {
            const GlobalEdge *edge = &global->edges[e];
            if (!seen[edge->to]) vec_push(&states, edge->to);
            seen[edge->to] = true;
            if (edge->sender != crash->sender || edge->receiver != crash->receiver) continue;
            good = false;
            diags_add(diags, DIAG_PROTOCOL, edge->span, "'%s' has crashed in a course that leads here, and '%s' knows",
                role_text(global, crash->sender), role_text(global, crash->receiver));
            diags_note(diags, crash->span, "the crash");
        }
    vec_fini(&states);
    free(seen);
    return good;
}

bool crashes_check(const GlobalAutomaton *global, Diags *diags) {
    Told missing = {0}, crashes = {0};
    bool good = arms_are_there(global, &missing, diags);
    for (uint32_t e = 0; e < global->nedges && good; e++)
        if (global->edges[e].origin->is_crash && !is_told(&crashes, global->edges[e].origin))
            good = stays_silent(global, &global->edges[e], diags);
    vec_fini(&missing);
    vec_fini(&crashes);
    return good;
}
