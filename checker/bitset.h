/* A set of small numbers, one bit each. */
#ifndef UNKNOT_CHECKER_BITSET_H
#define UNKNOT_CHECKER_BITSET_H

#include "model/support/fatal.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

typedef struct Bitset { uint64_t *words; uint32_t n; } Bitset;

static inline Bitset bitset_new(uint32_t n) {
    Bitset set = {.words = calloc(n / 64u + 1u, sizeof(uint64_t)), .n = n};
    if (set.words == NULL) fatal("out of memory");
    return set;
}
static inline void bitset_free(Bitset *set) {
    free(set->words);
    *set = (Bitset){0};
}
static inline bool bitset_has(const Bitset *set, uint32_t i) { return set->words[i / 64] >> (i % 64) & 1u; }
static inline void bitset_add(Bitset *set, uint32_t i) { set->words[i / 64] |= 1ull << (i % 64); }
static inline void bitset_remove(Bitset *set, uint32_t i) { set->words[i / 64] &= ~(1ull << (i % 64)); }
static inline uint64_t bitset_bytes(uint32_t n) { return (n / 64u + 1u) * 8ull; }

#endif
