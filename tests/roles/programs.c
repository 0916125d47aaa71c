/* Machines as programs: programs UNKNOT FOLDER COUNT SEED. Random protocols are projected, one role's machine is changed a little, and each machine is written as a task
   that plays it over channels. Where none was changed nobody gets stuck. What `unknot check` says of the tasks must be what is known of the machines: a task whose machine conforms does, and one that does not
   conform has a machine that does not. The other way round a task fails over a message that its machine does not take. */
#include "session/conform.h"
#include "session/project.h"
#include "tests/session/generate.h"
#include "tests/session/mutate.h"

#include "model/support/hash.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Case {
    Sources *sources;
    Diags *diags;
    Protocols *protocols;
    GlobalAutomaton *global; /* NULL: not well-formed */
    char text[GENERATE_MAX];
} Case;

typedef struct Count { uint32_t programs, conform, refuted, unseen, open, failed; } Count;

static void case_init(Case *one, uint64_t seed) {
    generate_protocol(seed, 0, one->text);
    one->sources = sources_new();
    one->diags = diags_new(one->sources);
    one->protocols = protocols_new(NULL);
    uint32_t file = sources_add(one->sources, "protocol", one->text, strlen(one->text));
    protocols_parse(one->protocols, one->sources, (Span){file, 0, (uint32_t)strlen(one->text)}, one->diags);
    bool formed = one->protocols->n == 1 && !diags_errors(one->diags) && protocol_check(one->protocols, one->protocols->all[0], one->diags);
    one->global = formed ? global_of(one->protocols, one->protocols->all[0], one->diags) : NULL;
}

static void case_fini(Case *one) {
    global_free(one->global);
    protocols_free(one->protocols);
    diags_free(one->diags);
    sources_free(one->sources);
}

static const char *role_text(const Case *one, uint32_t role) { return names_text(one->global->names, one->global->protocol->roles[role].name); }

/* ---- programs */

static void put_edge(const Case *one, uint32_t role, const CfsmEdge *edge, FILE *out) {
    const char *own = role_text(one, role), *peer = role_text(one, edge->peer), *message = names_text(one->global->names, edge->message);
    if (edge->is_send) fprintf(out, "await send(c_%s_%s, %s()); s = %u; continue;\n", own, peer, message, edge->to);
}

static void put_sends(const Case *one, uint32_t role, const Cfsm *machine, uint32_t state, FILE *out) {
    uint32_t n = machine->first[state + 1] - machine->first[state];
    fprintf(out, "            switch (any(0, %u)) {\n", n - 1);
    for (uint32_t i = 0; i < n; i++) {
        fprintf(out, "            %s", i + 1 < n ? "" : "default: ");
        if (i + 1 < n) fprintf(out, "case %u: ", i);
        put_edge(one, role, &machine->edges[machine->first[state] + i], out);
    }
    fprintf(out, "            }\n            break;\n");
}

/* A message that the machine does not know is the end of the program. */
static void put_receives(const Case *one, uint32_t role, const Cfsm *machine, uint32_t state, FILE *out) {
    const char *own = role_text(one, role);
    fprintf(out, "            select {\n");
    for (uint32_t peer = 0; peer < one->global->protocol->nroles; peer++) {
        bool any = false;
        for (uint32_t e = machine->first[state]; e < machine->first[state + 1]; e++) any |= machine->edges[e].peer == peer;
        if (!any) continue;
        fprintf(out, "            case await recv(c_%s_%s, &m):\n                switch (m) {\n", role_text(one, peer), own);
        for (uint32_t e = machine->first[state]; e < machine->first[state + 1]; e++)
            if (machine->edges[e].peer == peer)
                fprintf(out, "                case %s(): s = %u; break;\n", names_text(one->global->names, machine->edges[e].message), machine->edges[e].to);
        fprintf(out, "                default: unreachable();\n                }\n");
    }
    fprintf(out, "            }\n            break;\n");
}

static void put_role(const Case *one, uint32_t role, const Cfsm *machine, FILE *out) {
    fprintf(out, "async void task_%s(void) {\n    uint8_t s = %u;\n    message_of_all m = nothing();\n    for (;;) {\n        switch (s) {\n", role_text(one, role), machine->initial);
    for (uint32_t state = 0; state < machine->nstates; state++) {
        fprintf(out, "        case %u:\n", state);
        if (machine->first[state] == machine->first[state + 1]) fprintf(out, "            return;\n");
        else if (machine->edges[machine->first[state]].is_send) put_sends(one, role, machine, state, out);
        else put_receives(one, role, machine, state, out);
    }
    fprintf(out, "        }\n    }\n}\n\n");
}

static void put_program(const Case *one, const Cfsm *machines, bool changed, unsigned capacity, FILE *out) {
    uint32_t n = one->global->protocol->nroles;
    fprintf(out, "%s\nmessage message_of_all { a(); b(); c(); d(); nothing(); };\n", one->text);
    for (uint32_t from = 0; from < n; from++)
        for (uint32_t to = 0; to < n; to++)
            if (from != to) fprintf(out, "chan(message_of_all) c_%s_%s = channel(%u);\n", role_text(one, from), role_text(one, to), capacity);
    for (uint32_t role = 0; role < n; role++) put_role(one, role, &machines[role], out);
    fprintf(out, "async void main(void) {\n");
    for (uint32_t role = 0; role < n; role++) fprintf(out, "    spawn %stask_%s() as P.%s;\n", changed ? "daemon " : "", role_text(one, role), role_text(one, role));
    fprintf(out, "}\n");
}

/* ---- what is said of them */

static bool is_simple(const Cfsm *machine) {
    for (uint32_t state = 0; state < machine->nstates; state++) {
        uint32_t first = machine->first[state], end = machine->first[state + 1];
        if (first < end && machine->is_final[state]) return false;
        for (uint32_t e = first; e < end; e++)
            if (machine->edges[e].is_send != machine->edges[first].is_send) return false;
    }
    return machine->nstates <= 200;
}

static ConformVerdict machine_verdict(const Case *one, uint32_t role, const Cfsm *machine, bool by_subtyping) {
    ConformOptions options = CONFORM_DEFAULTS;
    options.by_subtyping = by_subtyping;
    Conform conform = conform_check(one->global, role, machine, options);
    ConformVerdict verdict = conform.verdict;
    conform_fini(&conform);
    return verdict;
}

/* The row of a role in the table of checks. */
static ConformVerdict said_of(const char *report, const char *role) {
    char row[64];
    snprintf(row, sizeof row, "task_%s as P.%s ", role, role);
    const char *at = strstr(report, row);
    at = at ? at + strlen(row) + strspn(at + strlen(row), " ") : "";
    return strncmp(at, "conforms", 8) == 0 ? CONFORM_YES : strncmp(at, "does not conform", 16) == 0 ? CONFORM_NO : CONFORM_UNKNOWN;
}

static void compare(const Case *one, const Cfsm *machines, unsigned capacity, const char *path, const char *report, Count *count) {
    for (uint32_t role = 0; role < one->global->protocol->nroles; role++) {
        ConformVerdict known = machine_verdict(one, role, &machines[role], true), said = said_of(report, role_text(one, role));
        bool is_strict = capacity > 0 || machine_verdict(one, role, &machines[role], false) == CONFORM_YES; /* another order needs queues */
        bool good = said == CONFORM_YES || known != CONFORM_YES || !is_strict; /* who conforms is said to */
        bool is_unseen = said == CONFORM_YES && known == CONFORM_NO;
        good &= !is_unseen || strstr(report, "assertions            violated"); /* what the task does not know it fails over */
        if (strstr(report, "not everything was explored") || strstr(report, "no verdict")) good |= said == CONFORM_UNKNOWN;
        count->conform += said == CONFORM_YES && known == CONFORM_YES;
        count->refuted += said == CONFORM_NO;
        count->unseen += is_unseen;
        count->open += said == CONFORM_UNKNOWN;
        count->failed += !good;
        if (!good) printf("%s: %s is said to %d, its machine to %d\n%s\n", path, role_text(one, role), (int)said, (int)known, report);
    }
}

static void ask(const char *unknot, const char *path, const char *options, char *report, size_t size) {
    char command[4096];
    snprintf(command, sizeof command, "'%s' check -q --max-states 20000 --listening-end allow %s '%s' 2>&1", unknot, options, path);
    FILE *in = popen(command, "r");
    size_t n = in ? fread(report, 1, size - 1, in) : 0;
    report[n] = '\0';
    if (in) pclose(in);
}

/* Changes the machine of one role in most cases; false: none. */
static bool change(Cfsm *machines, uint32_t n, uint64_t seed) {
    uint32_t role = (uint32_t)(hash_mix(seed) % n);
    Cfsm mutant;
    if (seed % 4 == 0 || !mutate_machine(&machines[role], hash_combine(seed, role), &mutant)) return false;
    if (!is_simple(&mutant)) {
        cfsm_fini(&mutant);
        return false;
    }
    cfsm_fini(&machines[role]);
    machines[role] = mutant;
    return true;
}

static void try_case(uint64_t seed, const char *unknot, const char *folder, Count *count) {
    static char report[1 << 16];
    Case one;
    case_init(&one, seed);
    uint32_t n = one.global ? one.global->protocol->nroles : 0;
    Cfsm machines[8] = {0};
    bool good = n > 0 && n <= 8;
    for (uint32_t role = 0; role < n && good; role++) {
        Projection projection = project_role(one.global, role);
        machines[role] = projection.machine;
        projection.machine = (Cfsm){0};
        good &= projection.fault == PROJECT_OK && is_simple(&machines[role]);
        projection_fini(&projection);
    }
    if (good) {
        char path[1024];
        bool changed = change(machines, n, seed);
        unsigned capacity = (unsigned)(seed % 5 / 2);
        snprintf(path, sizeof path, "%s/program-%u.ac", folder, (unsigned)seed);
        FILE *out = fopen(path, "w");
        if (!out) exit(2);
        put_program(&one, machines, changed, capacity, out);
        fclose(out);
        uint32_t failed = count->failed;
        for (int run_on = 0; run_on <= 1; run_on++) {
            ask(unknot, path, run_on ? "--ready run-on" : "", report, sizeof report);
            compare(&one, machines, capacity, path, report, count);
            bool is_stuck = strstr(report, "deadlock              violated") != NULL;
            if (!changed && is_stuck) printf("%s: machines of a protocol get stuck\n%s\n", path, report);
            count->failed += !changed && is_stuck;
        }
        if (count->failed == failed) remove(path);
        count->programs++;
    }
    for (uint32_t role = 0; role < n; role++) cfsm_fini(&machines[role]);
    case_fini(&one);
}

int main(int argc, char **argv) {
    if (argc != 5) return fprintf(stderr, "usage: programs UNKNOT FOLDER COUNT SEED\n"), 2;
    Count count = {0};
    uint64_t seed = strtoull(argv[4], NULL, 10), end = seed + strtoull(argv[3], NULL, 10);
    for (; seed < end; seed++) try_case(seed, argv[1], argv[2], &count);
    printf("%u programs: of their tasks %u conform, %u do not, %u fail an assertion instead, %u without a verdict; %u failed\n", count.programs, count.conform,
           count.refuted, count.unseen, count.open, count.failed);
    return count.failed || !count.refuted || !count.conform;
}
