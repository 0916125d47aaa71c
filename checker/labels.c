#include "checker/labels.h"

#include "model/support/fatal.h"
#include "model/support/hash.h"

#include <stdlib.h>
#include <string.h>

static void *grow(Labels *labels, void *memory, size_t old_bytes, size_t bytes) {
    memory = realloc(memory, bytes);
    if (memory == NULL) fatal("out of memory (%zu bytes)", bytes);
    labels->bytes += bytes - old_bytes;
    return memory;
}

/* A table of numbers plus 1, at most half full; cleared when it grows: the caller enters everything anew. */
static uint32_t *new_table(Labels *labels, uint32_t *table, uint32_t *cap) {
    uint32_t old = *cap;
    *cap = old == 0 ? 64 : old * 4;
    table = grow(labels, table, old * sizeof *table, *cap * sizeof *table);
    memset(table, 0, *cap * sizeof *table);
    return table;
}

static void enter(uint32_t *table, uint32_t cap, uint64_t hash, uint32_t number) {
    uint32_t at = (uint32_t)hash & (cap - 1);
    while (table[at] != 0) at = (at + 1) & (cap - 1);
    table[at] = number + 1;
}

void labels_fini(Labels *labels) {
    for (uint32_t i = 1; i < labels->nmoves; i++) free(labels->moves[i]);
    free(labels->moves);
    free(labels->moves_table);
    free(labels->labels);
    free(labels->table);
    *labels = (Labels){0};
}

/* ---- labels */

static uint64_t hash_label(const EdgeLabel *label) {
    uint64_t hash = hash_combine((uint64_t)label->actor << 32 | label->fiber, (uint64_t)label->left << 32 | label->arm);
    hash = hash_combine(hash, hash_combine(label->lost, hash_combine(label->delivered, label->events)));
    return hash_mix(hash_combine(hash, (uint64_t)label->moves << 32 | label->flags));
}

static bool is_same(const EdgeLabel *a, const EdgeLabel *b) {
    return a->actor == b->actor && a->fiber == b->fiber && a->left == b->left && a->arm == b->arm &&
           a->moves == b->moves && a->flags == b->flags && a->lost == b->lost && a->delivered == b->delivered &&
           a->events == b->events;
}

static void widen(Labels *labels) {
    labels->table = new_table(labels, labels->table, &labels->table_cap);
    for (uint32_t i = 0; i < labels->n; i++) enter(labels->table, labels->table_cap, hash_label(&labels->labels[i]), i);
}

uint32_t labels_intern(Labels *labels, EdgeLabel label) {
    uint64_t hash = hash_label(&label);
    uint32_t mask = labels->table_cap - 1;
    for (uint32_t at = (uint32_t)hash & mask; labels->table_cap > 0 && labels->table[at] != 0; at = (at + 1) & mask)
        if (is_same(&labels->labels[labels->table[at] - 1], &label)) return labels->table[at] - 1;
    if (labels->n == labels->cap) {
        uint32_t cap = labels->cap == 0 ? 64 : labels->cap * 2;
        labels->labels = grow(
            labels, labels->labels, labels->cap * sizeof *labels->labels, cap * sizeof *labels->labels);
        labels->cap = cap;
    }
    labels->labels[labels->n++] = label;
    if (labels->n * 2 > labels->table_cap) widen(labels);
    else enter(labels->table, labels->table_cap, hash, labels->n - 1);
    return labels->n - 1;
}

/* ---- how slots move */

static uint64_t hash_moves(const uint32_t *to, uint32_t n) {
    uint64_t hash = n;
    for (uint32_t i = 0; i < n; i++) hash = hash_combine(hash, to[i]);
    return hash_mix(hash);
}

static void widen_moves(Labels *labels) {
    labels->moves_table = new_table(labels, labels->moves_table, &labels->moves_table_cap);
    for (uint32_t i = 1; i < labels->nmoves; i++)
        enter(labels->moves_table, labels->moves_table_cap, hash_moves(labels->moves[i] + 1, labels->moves[i][0]), i);
}

static uint32_t add_moves(Labels *labels, const uint32_t *to, uint32_t n) {
    if (labels->nmoves == 0) labels->nmoves = 1;
    if (labels->nmoves >= labels->moves_cap) {
        uint32_t cap = labels->moves_cap == 0 ? 16 : labels->moves_cap * 2;
        labels->moves = grow(
            labels, labels->moves, labels->moves_cap * sizeof *labels->moves, cap * sizeof *labels->moves);
        labels->moves_cap = cap;
        labels->moves[0] = NULL;
    }
    uint32_t *moves = grow(labels, NULL, 0, (n + 1) * sizeof *moves);
    moves[0] = n;
    memcpy(moves + 1, to, n * sizeof *moves);
    labels->moves[labels->nmoves] = moves;
    return labels->nmoves++;
}

uint32_t labels_intern_moves(Labels *labels, const uint32_t *to, uint32_t n) {
    uint32_t same = 0;
    while (same < n && to[same] == same) same++;
    if (same == n) return LABEL_STAYS;
    uint64_t hash = hash_moves(to, n);
    uint32_t mask = labels->moves_table_cap - 1;
    for (uint32_t at = (uint32_t)hash & mask; labels->moves_table_cap > 0 && labels->moves_table[at] != 0;
         at = (at + 1) & mask) {
        const uint32_t *known = labels->moves[labels->moves_table[at] - 1];
        if (known[0] == n && memcmp(known + 1, to, n * sizeof *to) == 0) return labels->moves_table[at] - 1;
    }
    uint32_t number = add_moves(labels, to, n);
    if (labels->nmoves * 2 > labels->moves_table_cap) widen_moves(labels);
    else enter(labels->moves_table, labels->moves_table_cap, hash, number);
    return number;
}
