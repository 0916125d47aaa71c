/* Families of machines with known figures: the least k, safe or not, the reduced graph's configurations and steps, rendezvous; and families of
   protocols of a few hundred roles, which are projected and stay small, and whose machines conform to their roles. */
#include "session/compat.h"
#include "session/conform.h"
#include "session/global.h"
#include "session/merge.h"
#include "session/project.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- machines as text */

/* A ring: everybody passes on to the next one, before or after taking from the one before. */
static void write_ring(FILE *out, const unsigned p[3]) {
    for (unsigned i = 0; i < p[0]; i++) {
        unsigned next = (i + 1) % p[0], before = (i + p[0] - 1) % p[0];
        if (p[1]) fprintf(out, "R%u: 0 R%u!v 1; 1 R%u?v 0\n", i, next, before);
        else fprintf(out, "R%u: 0 R%u?v 1; 1 R%u!v 0\n", i, before, next);
    }
}

/* A source that is p[0] values ahead of the sink's signals. */
static void write_stream(FILE *out, const unsigned p[3]) {
    fprintf(out, "S: ");
    for (unsigned i = 0; i < p[0]; i++) fprintf(out, "%u K!value %u; ", i, i + 1);
    fprintf(out, "%u K?ready %u; %u K!value %u\nK: 0 S!ready 1; 1 S?value 0\n", p[0], p[0] + 1, p[0] + 1, p[0]);
}

/* One side of a pair: p[1] times one of p[0] labels is sent, then as many are received. */
static void write_burst(FILE *out, const unsigned p[3], unsigned pair, char me, char other) {
    fprintf(out, "%c%u: ", me, pair);
    for (unsigned i = 0; i < 2 * p[1]; i++)
        for (unsigned label = 0; label < p[0]; label++)
            fprintf(out, "%s%u %c%u%c%c%u %u", i || label ? "; " : "", i, other, pair, i < p[1] ? '!' : '?', i < p[1] ? me : other, label, i + 1);
    fprintf(out, "\n");
}

static void write_bursts(FILE *out, const unsigned p[3]) {
    for (unsigned pair = 0; pair < p[2]; pair++) {
        write_burst(out, p, pair, 'A', 'B');
        write_burst(out, p, pair, 'B', 'A');
    }
}

typedef struct Row {
    const char *name;
    void (*write)(FILE *out, const unsigned p[3]);
    unsigned p[3];
    unsigned k;      /* least; 0: not looked at */
    bool is_safe;
    unsigned configurations, steps; /* of the reduced graph; 0: not looked at */
    bool sync_deadlocks;
} Row;

static const Row rows[] = {
    {"ring, send first", write_ring, {2, 1, 0}, 1, true, 4, 4, true},     {"ring, send first", write_ring, {3, 1, 0}, 1, true, 6, 6, true},
    {"ring, send first", write_ring, {5, 1, 0}, 1, true, 10, 10, true},   {"ring, send first", write_ring, {8, 1, 0}, 1, true, 16, 16, true},
    {"ring, send first", write_ring, {4, 1, 0}, 1, true, 8, 8, true},     {"ring, send first", write_ring, {6, 1, 0}, 1, true, 12, 12, true},
    {"ring, send first", write_ring, {7, 1, 0}, 1, true, 14, 14, true},   {"ring, send first", write_ring, {60, 1, 0}, 1, true, 120, 120, true},
    {"ring, receive first", write_ring, {60, 0, 0}, 0, false, 0, 0, true},
    {"ring, receive first", write_ring, {2, 0, 0}, 0, false, 0, 0, true}, {"ring, receive first", write_ring, {8, 0, 0}, 0, false, 0, 0, true},
    {"stream", write_stream, {0}, 1, true, 0, 0, false},                  {"stream", write_stream, {1}, 1, true, 0, 0, true},
    {"stream", write_stream, {2}, 1, true, 0, 0, true},                   {"stream", write_stream, {3}, 2, true, 0, 0, true},
    {"stream", write_stream, {4}, 2, true, 0, 0, true},
    {"bursts", write_bursts, {1, 1, 1}, 1, true, 5, 4, true},             {"bursts", write_bursts, {1, 2, 1}, 2, true, 9, 8, true},
    {"bursts", write_bursts, {1, 3, 1}, 3, true, 13, 12, true},           {"bursts", write_bursts, {2, 2, 1}, 2, true, 46, 60, true},
    {"bursts", write_bursts, {2, 3, 1}, 3, true, 190, 252, true},         {"bursts", write_bursts, {2, 4, 1}, 4, true, 766, 1020, true},
    {"bursts", write_bursts, {1, 3, 3}, 3, true, 37, 36, true},           {"bursts", write_bursts, {2, 2, 2}, 2, true, 766, 1020, true},
    {"bursts whose full graph is too large", write_bursts, {1, 5, 20}, 5, true, 401, 400, true},
};

static unsigned judge(const Row *row) {
    char *text = NULL;
    size_t size = 0;
    FILE *out = open_memstream(&text, &size);
    row->write(out, row->p);
    fclose(out);
    Sources *sources = sources_new();
    Names *names = names_new();
    Diags *diags = diags_new(sources);
    CfsmSystem *system = cfsm_read(sources, sources_add(sources, "machines", text, size), names, diags);
    CompatOptions options = {.bound = 6, .max_configurations = 100000};
    Compat compat = compat_check(system, options);
    CompatSync sync = compat_sync(system, options);
    bool good = (compat.verdict == COMPAT_SAFE) == row->is_safe && compat.verdict != COMPAT_UNKNOWN && sync.deadlock_free != row->sync_deadlocks;
    if (row->k) good &= compat.k == row->k && compat.basis == COMPAT_EXHAUSTIVE;
    if (row->configurations) good &= compat.reduced == row->configurations && compat.reduced_steps == row->steps;
    if (!good)
        printf("%s(%u,%u,%u): k=%u safe=%d rts=%u/%u sync deadlock free=%d\n", row->name, row->p[0], row->p[1], row->p[2], compat.k,
               compat.verdict == COMPAT_SAFE, compat.reduced, compat.reduced_steps, sync.deadlock_free);
    compat_fini(&compat);
    cfsm_system_free(system);
    diags_free(diags);
    names_free(names);
    sources_free(sources);
    free(text);
    return !good;
}

/* ---- protocols of N roles */

typedef struct Family { const char *name, *text; unsigned n, largest; /* states of the largest machine */ } Family;

static const Family families[] = {
    {"ring", "protocol P(role w[N]) { rec X { for (int i = 0; i < N; i++) { w[i] -> w[(i + 1) % N]: v; } continue X; } }", 300, 2},
    {"scatter, gather", "protocol P(role m, role w[N]) { rec X { for (int i = 0; i < N; i++) { m -> w[i]: work; } for (int i = 0; i < N; i++) { w[i] -> m: done; } continue X; } }",
     100, 200},
    {"farm", "protocol P(role m, role w[N]) { rec X { choice at m for (int i = 0; i < N; i++) { m -> w[i]: job; w[i] -> m: done; continue X; } "
             "or { for (int i = 0; i < N; i++) { m -> w[i]: stop; } } } }", 100, 201},
    {"load balancer", "protocol P(role c, role b, role w[N]) { rec X { c -> b: request; choice at b for (int i = 0; i < N; i++) { b -> w[i]: job; w[i] -> c: result; "
                      "c -> w[i]: thanks; continue X; } } }", 100, 102},
    {"all to all", "protocol P(role w[N]) { for (int i = 0; i < N; i++) { for (int k = 0; k < N; k++) { if (i != k) { w[i] -> w[k]: v; } } } }", 20, 39},
    {"stencil", "protocol P(role w[N * N]) { for (int r = 0; r < N; r++) { for (int c = 0; c < N; c++) { "
                "if (c + 1 < N) { w[r * N + c] -> w[r * N + c + 1]: right; w[r * N + c + 1] -> w[r * N + c]: left; } "
                "if (r + 1 < N) { w[r * N + c] -> w[(r + 1) * N + c]: down; w[(r + 1) * N + c] -> w[r * N + c]: up; } } } }", 8, 9},
    {"butterfly", "protocol P(role p[1 << N]) { for (int s = 1; s < 1 << N; s *= 2) { for (int i = 0; i < 1 << N; i++) { p[i] -> p[i ^ s]: x; } } }", 6, 13},
    {"philosophers with an arbiter", "protocol P(role a, role p[N]) { rec X { for (int i = 0; i < N; i++) { p[i] -> a: hungry; a -> p[i]: eat; p[i] -> a: done; } continue X; } }",
     100, 300},
    {"ping everybody, then a sink", "protocol P(role s, role w[N]) { for (int i = 0; i < N; i++) { for (int k = 0; k < N; k++) { if (i != k) { w[i] -> w[k]: ping; w[k] -> w[i]: pong; } } } "
                                    "for (int i = 0; i < N; i++) { w[i] -> s: done; } }", 12, 46},
    {"forty choices one after the other", "protocol P(role a, role b, role c) { for (int i = 0; i < N; i++) { choice at a { a -> b: x; b -> c: u; } or { a -> b: y; b -> c: v; } } }", 40, 121},
    {"sleeping barber", "protocol P(role b, role c[N]) { rec X { choice at b for (int i = 0; i < N; i++) { b -> c[i]: next; c[i] -> b: sit; b -> c[i]: cut; c[i] -> b: pay; continue X; } "
                        "or { for (int i = 0; i < N; i++) { b -> c[i]: closed; } } } }", 50, 201},
};

/* The machine plays its role, and with a message that the protocol does not know instead of its last one it does not. */
static bool is_told_apart(const GlobalAutomaton *global, uint32_t role, const Cfsm *machine) {
    ConformOptions options = {.by_subtyping = true, .max_positions = 1000, .listening_end = true, .final_listens = true};
    Conform own = conform_check(global, role, machine, options);
    bool good = own.verdict == CONFORM_YES && own.basis == CONFORM_BY_PRODUCT;
    conform_fini(&own);
    if (!machine->nedges) return good;
    Cfsm other = cfsm_of(machine->nstates, machine->initial, machine->edges, machine->nedges, machine->is_final);
    other.edges[other.nedges - 1].message = 0;
    Conform wrong = conform_check(global, role, &other, options);
    good &= wrong.verdict != CONFORM_YES && wrong.fault != CONFORM_OK;
    conform_fini(&wrong);
    cfsm_fini(&other);
    return good;
}

static unsigned project(const Family *family) {
    Sources *sources = sources_new();
    Diags *diags = diags_new(sources);
    Protocols *all = protocols_new(NULL);
    size_t length = strlen(family->text);
    protocols_define(all, names_of(all->names, "N"), family->n);
    protocols_parse(all, sources, (Span){sources_add(sources, "protocol", family->text, length), 0, (uint32_t)length}, diags);
    GlobalAutomaton *global = all->n == 1 && protocol_check(all, all->all[0], diags) ? global_of(all, all->all[0], diags) : NULL;
    uint32_t largest = 0;
    bool good = global;
    for (uint32_t role = 0; good && role < global->protocol->nroles; role++) {
        Projection projection = project_role(global, role);
        good = projection.fault == PROJECT_OK && is_told_apart(global, role, &projection.machine);
        if (projection.machine.nstates > largest) largest = projection.machine.nstates;
        projection_report(global, &projection, diags);
        (void)merge_role(all, all->all[0], role, MERGE_FULL);
        projection_fini(&projection);
    }
    good &= largest == family->largest;
    if (!good) printf("%s: the largest machine has %u states\n", family->name, largest);
    diags_render(diags, stdout, false);
    global_free(global);
    protocols_free(all);
    diags_free(diags);
    sources_free(sources);
    return !good;
}

int main(void) {
    unsigned failed = 0, n = 0;
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++, n++) failed += judge(&rows[i]);
    for (size_t i = 0; i < sizeof families / sizeof *families; i++, n++) failed += project(&families[i]);
    printf("%u passed, %u failed\n", n - failed, failed);
    return failed != 0;
}
