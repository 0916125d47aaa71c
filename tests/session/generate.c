#include "tests/session/generate.h"

#include "model/support/hash.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

uint32_t random_below(Random *random, uint32_t n) {
    random->state++;
    return (uint32_t)(hash_mix(random->state * 0x9e3779b97f4a7c15u) >> 33) % n;
}

enum { MAX_LOOPS = 3 };

typedef struct Writer {
    Random random;
    char *text;
    size_t n;
    uint32_t nroles, depth, messages;
    bool with_par;
    uint32_t loops[MAX_LOOPS], nloops, named; /* enclosing loops that have sent something since */
} Writer;

static void put(Writer *writer, const char *text) {
    size_t length = strlen(text);
    if (writer->n + length + 1 >= GENERATE_MAX) return; /* cut short, then refused by the parser */
    memcpy(writer->text + writer->n, text, length + 1);
    writer->n += length;
}

static char role_of(uint32_t role) { return (char)('A' + role); }

static void put_message(Writer *writer, uint32_t from, uint32_t to, char label) {
    char text[32];
    snprintf(text, sizeof text, "%c -> %c: %c; ", role_of(from), role_of(to), label);
    writer->messages++;
    put(writer, text);
}

static uint32_t other_role(Writer *writer, uint32_t role) { return (role + 1 + random_below(&writer->random, writer->nroles - 1)) % writer->nroles; }

static char any_label(Writer *writer) { return (char)('a' + random_below(&writer->random, 3)); }

static void put_any_message(Writer *writer) {
    uint32_t from = random_below(&writer->random, writer->nroles);
    put_message(writer, from, other_role(writer, from), any_label(writer));
}

static void put_block(Writer *writer);

/* Arms differ in label, or in who is told. */
static void put_choice(Writer *writer) {
    uint32_t chooser = random_below(&writer->random, writer->nroles), narms = 2 + (random_below(&writer->random, 5) == 0);
    uint32_t told = other_role(writer, chooser), shift = random_below(&writer->random, 3);
    bool spreads = random_below(&writer->random, 3) == 0;
    char text[32];
    snprintf(text, sizeof text, "choice at %c { ", role_of(chooser));
    for (uint32_t arm = 0; arm < narms; arm++) {
        put(writer, arm ? "or { " : text);
        put_message(writer, chooser, spreads ? other_role(writer, chooser) : told, (char)('a' + (arm + shift) % 3));
        put_block(writer);
        put(writer, "} ");
    }
}

static void put_loop(Writer *writer) {
    char text[32];
    uint32_t name = writer->named++;
    snprintf(text, sizeof text, "rec X%u { ", name);
    put(writer, text);
    put_any_message(writer);
    writer->loops[writer->nloops++] = name;
    put_block(writer);
    writer->nloops--;
    put(writer, "} ");
}

static void put_jump(Writer *writer) {
    char text[32];
    snprintf(text, sizeof text, "continue X%u; ", writer->loops[random_below(&writer->random, writer->nloops)]);
    put(writer, text);
}

static void put_par(Writer *writer) {
    uint32_t nloops = writer->nloops;
    writer->nloops = 0; /* nobody jumps out */
    put(writer, "par { ");
    put_any_message(writer);
    put_block(writer);
    put(writer, "} and { ");
    put_any_message(writer);
    if (random_below(&writer->random, 2)) put_any_message(writer);
    put(writer, "} ");
    writer->nloops = nloops;
}

/* Some messages, and what cannot be followed by more. */
static void put_block(Writer *writer) {
    enum { MAX_DEPTH = 3, MAX_MESSAGES = 9 };
    uint32_t n = random_below(&writer->random, 3);
    for (uint32_t i = 0; i < n; i++) put_any_message(writer);
    if (++writer->depth <= MAX_DEPTH && writer->messages < MAX_MESSAGES) {
        switch (random_below(&writer->random, 8)) {
        case 0: case 1: case 2: put_choice(writer); break;
        case 3: if (writer->nloops < MAX_LOOPS) put_loop(writer); break;
        case 4: if (writer->with_par) put_par(writer); break;
        default: if (writer->nloops && random_below(&writer->random, 2)) put_jump(writer); break;
        }
    } else if (writer->nloops && random_below(&writer->random, 2)) {
        put_jump(writer);
    }
    writer->depth--;
}

void generate_protocol(uint64_t seed, int with_par, char text[GENERATE_MAX]) {
    Writer writer = {.random = {seed}, .text = text, .with_par = with_par != 0};
    writer.nroles = 2 + random_below(&writer.random, 5) / 2; /* mostly three */
    put(&writer, "protocol P(");
    for (uint32_t role = 0; role < writer.nroles; role++) {
        char name[16];
        snprintf(name, sizeof name, "%srole %c", role ? ", " : "", role_of(role));
        put(&writer, name);
    }
    put(&writer, ") { ");
    put_any_message(&writer);
    put_block(&writer);
    put(&writer, "}\n");
}
