/* Families of systems of machines that grow with their parameters, against what is known of them: the least k, safety, the size of the reduced graph,
   and what becomes of them with rendezvous. Machines are written as text and read. */
#include "session/compat.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef struct Text { char data[100000]; size_t n; } Text;

static void put(Text *text, const char *format, ...) {
    va_list args;
    va_start(args, format);
    int n = vsnprintf(text->data + text->n, sizeof text->data - text->n, format, args);
    va_end(args);
    if (n < 0 || (size_t)n >= sizeof text->data - text->n) fprintf(stderr, "too long\n"), exit(2);
    text->n += (size_t)n;
}

typedef struct Parameters { unsigned a, b, c; } Parameters;

/* a machines in a ring, each sends to the next, then receives from the one before. */
static void ring(Text *text, Parameters p) {
    for (unsigned i = 0; i < p.a; i++) put(text, "R%u: 0 R%u!v 1; 1 R%u?v 0\n", i, (i + 1) % p.a, (i + p.a - 1) % p.a);
}

/* The same, but each receives first. */
static void waiting_ring(Text *text, Parameters p) {
    for (unsigned i = 0; i < p.a; i++) put(text, "R%u: 0 R%u?v 1; 1 R%u!v 0\n", i, (i + p.a - 1) % p.a, (i + 1) % p.a);
}

/* The sink says that it is ready before it takes a value; the source begins with a values before it hears of that. */
static void stream(Text *text, Parameters p) {
    put(text, "S: ");
    for (unsigned i = 0; i < p.a; i++) put(text, "%u T!value %u; ", i, i + 1);
    put(text, "%u T?ready %u; %u T!value %u\n", p.a, p.a + 1, p.a + 1, p.a);
    put(text, "T: 0 S!ready 1; 1 S?value 0\n");
}

/* c pairs, whose sides send b messages each, of a labels, then receive as many. */
static void bursts(Text *text, Parameters p) {
    for (unsigned pair = 0; pair < p.c; pair++)
        for (unsigned side = 0; side < 2; side++) {
            put(text, "%c%u:", side ? 'B' : 'A', pair);
            for (unsigned step = 0; step < 2 * p.b; step++)
                for (unsigned label = 0; label < p.a; label++)
                    put(text, "%s %u %c%u%cm%u %u", step || label ? ";" : "", step, side ? 'A' : 'B', pair, step < p.b ? '!' : '?', label, step + 1);
            put(text, "\n");
        }
}

typedef struct Known { uint32_t k; bool is_safe; uint32_t reduced, reduced_steps; bool sync_deadlock_free; } Known; /* reduced 0: not known */
static const struct { const char *name; void (*make)(Text *text, Parameters p); Parameters p; Known known; } rows[] = {
    {"P01 ring", ring, {2, 0, 0}, {1, true, 4, 4, false}},
    {"P01 ring", ring, {3, 0, 0}, {1, true, 6, 6, false}},
    {"P01 ring", ring, {4, 0, 0}, {1, true, 8, 8, false}},
    {"P01 ring", ring, {5, 0, 0}, {1, true, 10, 10, false}},
    {"P01 ring", ring, {6, 0, 0}, {1, true, 12, 12, false}},
    {"P01 ring", ring, {7, 0, 0}, {1, true, 14, 14, false}},
    {"P01 ring", ring, {8, 0, 0}, {1, true, 16, 16, false}},
    {"a large ring", ring, {60, 0, 0}, {1, true, 120, 120, false}},
    {"P03 waiting ring", waiting_ring, {2, 0, 0}, {1, false, 0, 0, false}},
    {"P03 waiting ring", waiting_ring, {5, 0, 0}, {1, false, 0, 0, false}},
    {"P03 waiting ring", waiting_ring, {60, 0, 0}, {1, false, 0, 0, false}},
    {"P05 stream", stream, {0, 0, 0}, {1, true, 0, 0, true}},
    {"P05 stream", stream, {1, 0, 0}, {1, true, 0, 0, false}},
    {"P05 stream", stream, {2, 0, 0}, {1, true, 0, 0, false}},
    {"P05 stream", stream, {3, 0, 0}, {2, true, 0, 0, false}},
    {"P05 stream", stream, {4, 0, 0}, {2, true, 0, 0, false}},
    {"P07 bursts", bursts, {1, 1, 1}, {1, true, 5, 4, false}},
    {"P07 bursts", bursts, {1, 2, 1}, {2, true, 9, 8, false}},
    {"P07 bursts", bursts, {1, 3, 1}, {3, true, 13, 12, false}},
    {"P07 bursts", bursts, {2, 2, 1}, {2, true, 46, 60, false}},
    {"P07 bursts", bursts, {2, 3, 1}, {3, true, 190, 252, false}},
    {"P07 bursts", bursts, {2, 4, 1}, {4, true, 766, 1020, false}},
    {"P07 bursts", bursts, {1, 3, 3}, {3, true, 37, 36, false}},
    {"P07 bursts", bursts, {2, 2, 2}, {2, true, 766, 1020, false}},
    /* whose full graph is too large at each k */
    {"many bursts", bursts, {1, 5, 20}, {5, true, 401, 400, false}},
};

static bool is_known(const Known *known, const Compat *compat, const CompatSync *sync) {
    bool good = (compat->verdict == COMPAT_SAFE) == known->is_safe && compat->verdict != COMPAT_UNKNOWN;
    if (known->is_safe) good &= compat->basis == COMPAT_EXHAUSTIVE && compat->k == known->k;
    if (known->reduced) good &= compat->reduced == known->reduced && compat->reduced_steps == known->reduced_steps;
    return good && sync->complete && sync->deadlock_free == known->sync_deadlock_free;
}

static bool judge(size_t row) {
    static Text text;
    text.n = 0;
    rows[row].make(&text, rows[row].p);
    Sources *sources = sources_new();
    Names *names = names_new();
    Diags *diags = diags_new(sources);
    CfsmSystem *system = cfsm_read(sources, sources_add(sources, "machines", text.data, text.n), names, diags);
    bool good = false;
    if (!system) {
        diags_render(diags, stdout, false);
    } else {
        CompatOptions options = {.bound = 6, .max_configurations = 100000};
        Compat compat = compat_check(system, options);
        CompatSync sync = compat_sync(system, options);
        good = is_known(&rows[row].known, &compat, &sync);
        printf("%-18s %u %u %u: k %u, verdict %u, reduced %u/%u, with rendezvous %s%s\n", rows[row].name, rows[row].p.a, rows[row].p.b, rows[row].p.c, compat.k,
            (unsigned)compat.verdict, compat.reduced, compat.reduced_steps, sync.deadlock_free ? "free of deadlock" : "stuck", good ? "" : "  WRONG");
        compat_fini(&compat);
    }
    cfsm_system_free(system);
    diags_free(diags);
    names_free(names);
    sources_free(sources);
    return good;
}

int main(void) {
    bool good = true;
    for (size_t row = 0; row < sizeof rows / sizeof *rows; row++) good &= judge(row);
    return !good;
}
