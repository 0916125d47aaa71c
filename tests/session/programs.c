/* Programs of the machines of random protocols: programs COUNT SEED DIR [roles]. With `roles` messages are unions and tasks take their roles, else they are
   characters. Each role is a task, each ordered pair of roles has a channel. `safe-N.ac` is of projected
   machines that are compatible: checking it must find nothing. `stuck-N.ac` has another machine in one role's place with which the machines get stuck. Only
   machines that receive from one role at a time: a task cannot look at a message without taking it. */
#include "session/compat.h"
#include "session/configs.h"
#include "session/global.h"
#include "tests/session/generate.h"
#include "tests/session/mutate.h"
#include "tests/session/projected.h"

#include "model/support/hash.h"
#include "model/support/vec.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

/* ---- the program */

static const char *role_text(const CfsmSystem *system, uint32_t role) { return names_text(system->names, system->roles[role]); }

/* What is written: `unions`, messages are labels of unions, one for each channel. */
static void put_branch(const CfsmSystem *system, uint32_t role, const CfsmEdge *edge, bool unions, FILE *out) {
    if (edge->is_send && unions)
        fprintf(out, "await send(%s_%s, %s()); ", role_text(system, role), role_text(system, edge->peer), names_text(system->names, edge->message));
    else if (edge->is_send)
        fprintf(out, "await send(%s_%s, '%s'); ", role_text(system, role), role_text(system, edge->peer), names_text(system->names, edge->message));
    fprintf(out, "state = %u; ", edge->to);
}

static void put_sends(const CfsmSystem *system, uint32_t role, uint32_t state, bool unions, FILE *out) {
    const Cfsm *machine = &system->machines[role];
    uint32_t first = machine->first[state], last = machine->first[state + 1];
    fprintf(out, "            ");
    if (last - first > 1) fprintf(out, "which = any(0, %u);\n            ", last - first - 1);
    for (uint32_t e = first; e < last; e++) {
        if (e + 1 < last) fprintf(out, "%sif (which == %u) { ", e > first ? "else " : "", e - first);
        else if (last - first > 1) fprintf(out, "else { ");
        put_branch(system, role, &machine->edges[e], unions, out);
        fprintf(out, last - first > 1 ? "}\n            " : "\n            ");
    }
}

static void put_receptions(const CfsmSystem *system, uint32_t role, uint32_t state, FILE *out) {
    const Cfsm *machine = &system->machines[role];
    uint32_t first = machine->first[state], last = machine->first[state + 1];
    fprintf(out, "            await recv(%s_%s, &message);\n            ", role_text(system, machine->edges[first].peer), role_text(system, role));
    for (uint32_t e = first; e < last; e++) {
        fprintf(out, "if (message == '%s') { ", names_text(system->names, machine->edges[e].message));
        put_branch(system, role, &machine->edges[e], false, out);
        fprintf(out, "}\n            else ");
    }
    fprintf(out, "assert(false);\n            ");
}

static void put_cases(const CfsmSystem *system, uint32_t role, uint32_t state, FILE *out) {
    const Cfsm *machine = &system->machines[role];
    uint32_t first = machine->first[state], last = machine->first[state + 1];
    const char *peer = role_text(system, machine->edges[first].peer), *self = role_text(system, role);
    fprintf(out, "            await recv(%s_%s, &from_%s);\n            switch (from_%s) {\n", peer, self, peer, peer);
    for (uint32_t e = first; e < last; e++) {
        fprintf(out, "            case %s(): ", names_text(system->names, machine->edges[e].message));
        put_branch(system, role, &machine->edges[e], true, out);
        fprintf(out, "break;\n");
    }
    fprintf(out, "            default: assert(false);\n            }\n");
}

static bool receives_from(const CfsmSystem *system, uint32_t role, uint32_t peer) {
    for (uint32_t e = 0; e < system->machines[role].nedges; e++)
        if (!system->machines[role].edges[e].is_send && system->machines[role].edges[e].peer == peer) return true;
    return false;
}

static void put_task(const CfsmSystem *system, uint32_t role, bool unions, FILE *out) {
    const Cfsm *machine = &system->machines[role];
    bool chooses = false, receives = false;
    for (uint32_t e = 0; e < machine->nedges; e++) {
        receives |= !machine->edges[e].is_send;
        chooses |= machine->edges[e].is_send && e > 0 && machine->edges[e - 1].from == machine->edges[e].from;
    }
    fprintf(out, "async void role_%s(void) {\n    int state = %u;\n", role_text(system, role), machine->initial);
    if (chooses) fprintf(out, "    int which = 0;\n");
    if (receives && !unions) fprintf(out, "    char message = 0;\n");
    for (uint32_t peer = 0; unions && peer < system->n; peer++)
        if (receives_from(system, role, peer)) fprintf(out, "    %s_to_%s from_%s;\n", role_text(system, peer), role_text(system, role), role_text(system, peer));
    fprintf(out, "    for (;;) {\n");
    bool any = false;
    for (uint32_t s = 0; s < machine->nstates; s++) {
        if (machine->first[s] == machine->first[s + 1]) continue;
        fprintf(out, "        %sif (state == %u) {\n", any ? "} else " : "", s);
        any = true;
        if (machine->edges[machine->first[s]].is_send) put_sends(system, role, s, unions, out);
        else if (unions) put_cases(system, role, s, out);
        else put_receptions(system, role, s, out);
        fputc('\n', out);
    }
    fprintf(out, any ? "        } else return;\n    }\n}\n\n" : "        return;\n    }\n}\n\n");
}

static bool uses(const CfsmSystem *system, uint32_t from, uint32_t to) {
    for (uint32_t e = 0; e < system->machines[from].nedges; e++)
        if (system->machines[from].edges[e].is_send && system->machines[from].edges[e].peer == to) return true;
    for (uint32_t e = 0; e < system->machines[to].nedges; e++)
        if (!system->machines[to].edges[e].is_send && system->machines[to].edges[e].peer == from) return true;
    return false;
}

/* All labels that one of the two machines has for messages from the first to the second, and one more, so that `default` has its place. */
static void put_union(const CfsmSystem *system, uint32_t from, uint32_t to, FILE *out) {
    VEC(Name) labels = {0};
    for (uint32_t which = 0; which < 2; which++) {
        const Cfsm *machine = &system->machines[which ? to : from];
        for (uint32_t e = 0; e < machine->nedges; e++) {
            const CfsmEdge *edge = &machine->edges[e];
            bool known = edge->peer != (which ? from : to) || edge->is_send == (which != 0);
            for (uint32_t i = 0; i < labels.n && !known; i++) known = labels.data[i] == edge->message;
            if (!known) vec_push(&labels, edge->message);
        }
    }
    fprintf(out, "message %s_to_%s { ", role_text(system, from), role_text(system, to));
    for (uint32_t i = 0; i < labels.n; i++) fprintf(out, "%s(); ", names_text(system->names, labels.data[i]));
    fprintf(out, "no_label(); };\n");
    vec_fini(&labels);
}

static void put_unions(const CfsmSystem *system, uint32_t capacity, const char *protocol, FILE *out) {
    fprintf(out, "%s\n", protocol);
    for (uint32_t from = 0; from < system->n; from++)
        for (uint32_t to = 0; to < system->n; to++) {
            if (from == to || !uses(system, from, to)) continue;
            const char *a = role_text(system, from), *b = role_text(system, to);
            put_union(system, from, to, out);
            fprintf(out, "chan(%s_to_%s) %s_%s = channel(%u);\n", a, b, a, b, capacity);
        }
    fputc('\n', out);
    for (uint32_t role = 0; role < system->n; role++) put_task(system, role, true, out);
    fprintf(out, "async void main(void) {\n");
    for (uint32_t role = 0; role < system->n; role++) fprintf(out, "    spawn role_%s() as P.%s;\n", role_text(system, role), role_text(system, role));
    fprintf(out, "}\n");
}

static void put_program(const CfsmSystem *system, uint32_t capacity, const char *protocol, FILE *out) {
    fprintf(out, "// %s", protocol);
    for (uint32_t from = 0; from < system->n; from++)
        for (uint32_t to = 0; to < system->n; to++)
            if (from != to && uses(system, from, to)) fprintf(out, "chan(char) %s_%s = channel(%u);\n", role_text(system, from), role_text(system, to), capacity);
    fputc('\n', out);
    for (uint32_t role = 0; role < system->n; role++) put_task(system, role, false, out);
    fprintf(out, "async void main(void) {\n");
    for (uint32_t role = 0; role < system->n; role++) fprintf(out, "    spawn role_%s();\n", role_text(system, role));
    fprintf(out, "}\n");
}

/* ---- which systems */

/* Receives from one role at a time, never sends and receives in one state, and knows when it is done. */
static bool is_plain(const Cfsm *machine) {
    for (uint32_t e = 1; e < machine->nedges; e++) {
        const CfsmEdge *a = &machine->edges[e - 1], *b = &machine->edges[e];
        if (a->from == b->from && (a->is_send != b->is_send || (!a->is_send && a->peer != b->peer))) return false;
    }
    return cfsm_restless(machine) == UINT32_MAX;
}

/* A configuration from which nothing moves, and somebody is not done. */
static bool gets_stuck(const CfsmSystem *system, uint32_t capacity) {
    Configs configs;
    bool stuck = false;
    configs_explore(&configs, system, capacity, 5000);
    for (uint32_t c = 0; configs.complete && c < configs.n; c++) {
        if (configs.first.data[c] < configs.first.data[c + 1]) continue;
        for (uint32_t role = 0; role < system->n; role++) {
            uint32_t state = configs_at(&configs, c)[role];
            stuck |= system->machines[role].first[state] < system->machines[role].first[state + 1];
        }
    }
    configs_fini(&configs);
    return stuck;
}

typedef struct Where { const char *dir; uint64_t number; bool roles; } Where;

static void write_program(const CfsmSystem *system, uint32_t capacity, const char *protocol, const Where *where, const char *kind) {
    char path[4096];
    snprintf(path, sizeof path, "%s/%s-%" PRIu64 ".ac", where->dir, kind, where->number);
    FILE *out = fopen(path, "w");
    if (!out) exit(2);
    if (where->roles) put_unions(system, capacity, protocol, out);
    else put_program(system, capacity, protocol, out);
    fclose(out);
}

static void write_stuck(CfsmSystem *system, uint64_t seed, const char *protocol, const Where *where) {
    for (uint64_t m = 0; m < 20; m++) {
        uint32_t role = (uint32_t)(m % system->n);
        Cfsm machine = system->machines[role], mutant;
        if (!mutate_machine(&machine, hash_combine(seed, m), &mutant)) continue;
        system->machines[role] = mutant;
        bool stuck = is_plain(&mutant) && gets_stuck(system, 1);
        if (stuck) write_program(system, 1, protocol, where, "stuck");
        system->machines[role] = machine;
        cfsm_fini(&mutant);
        if (stuck) return;
    }
}

static bool write_both(uint64_t seed, const Where *where) {
    char text[GENERATE_MAX];
    generate_protocol(seed, 0, text);
    Sources *sources = sources_new();
    Diags *diags = diags_new(sources);
    Protocols *protocols = protocols_new(NULL);
    uint32_t file = sources_add(sources, "protocol", text, strlen(text));
    protocols_parse(protocols, sources, (Span){file, 0, (uint32_t)strlen(text)}, diags);
    GlobalAutomaton *global = protocols->n && protocol_check(protocols, protocols->all[0], diags) ? global_of(protocols, protocols->all[0], diags) : NULL;
    bool is_safe = false;
    CfsmSystem *system = global ? projected_system(global, &is_safe) : NULL;
    Compat compat = {0};
    for (uint32_t role = 0; system && role < system->n; role++) is_safe &= is_plain(&system->machines[role]);
    if (is_safe) compat = compat_check(system, COMPAT_DEFAULTS);
    is_safe &= compat.verdict == COMPAT_SAFE;
    if (is_safe) {
        write_program(system, compat.k, text, where, "safe");
        write_stuck(system, seed, text, where);
    }
    compat_fini(&compat);
    cfsm_system_free(system);
    global_free(global);
    protocols_free(protocols);
    diags_free(diags);
    sources_free(sources);
    return is_safe;
}

int main(int argc, char **argv) {
    if (argc != 4 && argc != 5) return fprintf(stderr, "usage: programs COUNT SEED DIR [roles]\n"), 2;
    uint64_t count = strtoull(argv[1], NULL, 10), seed = strtoull(argv[2], NULL, 10);
    Where where = {.dir = argv[3], .roles = argc == 5};
    for (uint64_t i = 0; where.number < count && i < count * 20; i++) where.number += write_both((seed + i) << 20, &where);
    return where.number < count;
}
