#include "checker/local.h"

#include "checker/scc.h"
#include "model/support/fatal.h"
#include "model/support/hash.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { ID_BITS = 28 };
static const uint64_t ID_MASK = (1u << ID_BITS) - 1u;

void local_fini(LocalMoves *moves) {
    free(moves->table);
    *moves = (LocalMoves){0};
}

static bool insert(LocalMoves *moves, uint64_t key) {
    uint32_t at = (uint32_t)(hash_mix(key) & (moves->cap - 1));
    for (; moves->table[at] != 0; at = (at + 1) & (moves->cap - 1))
        if (moves->table[at] == key) return false;
    moves->table[at] = key;
    moves->n++;
    return true;
}

static void grow(LocalMoves *moves) {
    LocalMoves bigger = {.cap = moves->cap == 0 ? 256 : moves->cap * 4};
    bigger.table = calloc(bigger.cap, sizeof *bigger.table);
    if (bigger.table == NULL) fatal("out of memory");
    for (uint32_t i = 0; i < moves->cap; i++)
        if (moves->table[i] != 0) insert(&bigger, moves->table[i]);
    free(moves->table);
    *moves = bigger;
}

void local_add(LocalMoves *moves, uint32_t actor, uint32_t from, uint32_t to) {
    assert(from < ID_MASK && to < ID_MASK);
    if (moves->n * 2 >= moves->cap) grow(moves);
    insert(moves, ((uint64_t)actor << (2 * ID_BITS) | (uint64_t)from << ID_BITS | to) + 1);
}

/* ---- cycles, one actor at a time */

static int compare_keys(const void *a, const void *b) {
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

typedef struct Marking {
    LocalCycles *cycles;
    uint32_t actor;
} Marking;

static bool has_loop(const SccPart *part, uint32_t node) {
    for (uint32_t e = part->first[node]; e < part->first[node + 1]; e++)
        if (part->targets[e] == node) return true;
    return false;
}

static void mark(void *context, const SccPart *part, const uint32_t *members, uint32_t n, bool leaves) {
    const Marking *marking = context;
    (void)leaves;
    if (n == 1 && !has_loop(part, members[0])) return;
    for (uint32_t i = 0; i < n; i++) marking->cycles->on_cycle[marking->actor][part->states[members[i]]] = 1;
    marking->cycles->any = true;
}

/* keys [from, to) are the moves of one actor, sorted. */
static void actor_cycles(LocalCycles *out, uint32_t actor, const uint64_t *keys, uint32_t n) {
    uint32_t most = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t from = (uint32_t)(keys[i] >> ID_BITS & ID_MASK), to = (uint32_t)(keys[i] & ID_MASK);
        if (from > most) most = from;
        if (to > most) most = to;
    }
    out->n[actor] = most + 1;
    out->on_cycle[actor] = calloc(most + 1u, 1);
    uint64_t *targets = malloc(sizeof *targets * (n + 1u));
    if (out->on_cycle[actor] == NULL || targets == NULL) fatal("out of memory");
    Edges edges;
    edges_init(&edges, true);
    labels_intern(&edges.labels, (EdgeLabel){0});
    for (uint32_t node = 0, i = 0; node <= most; node++) {
        uint32_t count = 0;
        for (; i < n && (keys[i] >> ID_BITS & ID_MASK) == node; i++) targets[count++] = (keys[i] & ID_MASK) << 32;
        edges_add(&edges, 0, targets, count, 0);
    }
    Bitset all = bitset_new(most + 1);
    for (uint32_t node = 0; node <= most; node++) bitset_add(&all, node);
    Marking marking = {out, actor};
    scc_each(&(SccGraph){.edges = &edges, .nodes = &all}, mark, &marking);
    bitset_free(&all);
    edges_fini(&edges);
    free(targets);
}

void local_cycles(const LocalMoves *moves, LocalCycles *out) {
    *out = (LocalCycles){0};
    uint64_t *keys = malloc(sizeof *keys * (moves->n + 1u));
    if (keys == NULL) fatal("out of memory");
    uint32_t n = 0;
    for (uint32_t i = 0; i < moves->cap; i++)
        if (moves->table[i] != 0) keys[n++] = moves->table[i] - 1;
    qsort(keys, n, sizeof *keys, compare_keys);
    for (uint32_t i = 0; i < n;) {
        uint32_t end = i;
        while (end < n && keys[end] >> (2 * ID_BITS) == keys[i] >> (2 * ID_BITS)) end++;
        actor_cycles(out, (uint32_t)(keys[i] >> (2 * ID_BITS)), keys + i, end - i);
        i = end;
    }
    free(keys);
}

void local_cycles_fini(LocalCycles *cycles) {
    for (uint32_t i = 0; i < 64; i++) free(cycles->on_cycle[i]);
    *cycles = (LocalCycles){0};
}
