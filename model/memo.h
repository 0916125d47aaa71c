/* Results remembered by what was looked at: a decision trie. An inner node says which slot to look at next, its child is chosen by that slot's
   dense id, a leaf is a result. What a deterministic evaluation reads, in the order it first reads it, is a path. One memo per thread. */
#ifndef UNKNOT_MODEL_MEMO_H
#define UNKNOT_MODEL_MEMO_H

#include "model/support/vec.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#define MEMO_NONE 0u
#define MEMO_LEAF 0x80000000u   /* bit of a reference to a leaf; the rest is the caller's */
#define MEMO_LENGTH 0xfffffffeu /* in place of a slot: look at the number of slots */

enum { /* words of a node in the pool */
    MEMO_SLOT,
    MEMO_CAP,    /* children of ids below it are in the node */
    MEMO_SERIAL, /* names the node in the table of the others; 0: it has none there */
    MEMO_COUNT,  /* of children */
    MEMO_CHILDREN
};
enum { MEMO_SIZES = 28 };

typedef struct MemoFar { uint64_t key; uint32_t ref; } MemoFar;
typedef struct MemoRoots { uint32_t *refs; uint32_t cap; uint32_t misses; /* counted by the user */ } MemoRoots;

typedef struct Memo {
    VEC(uint32_t) pool; /* nodes; a reference to one is its first word's index */
    uint32_t unused[MEMO_SIZES]; /* nodes outgrown, by the logarithm of their capacity, chained through MEMO_SLOT */
    MemoFar *far; /* (serial, id) -> reference, for ids too large for their node */
    uint32_t far_n, far_cap, serials;
    VEC(MemoRoots) roots;
} Memo;

void memo_init(Memo *memo);
void memo_fini(Memo *memo);
/* Makes roots [0, n) exist. */
void memo_reach(Memo *memo, uint32_t n);
/* Adds `leaf` (below MEMO_LEAF) for states that agree with `state` on root id and `path`. False when there is no room for it. */
bool memo_add(Memo *memo, uint32_t root, uint32_t id, const uint32_t *path, uint32_t npath, const uint32_t *state, uint32_t n, uint32_t leaf);
uint32_t memo_far(const Memo *memo, uint32_t serial, uint32_t id);
uint64_t memo_memory(const Memo *memo);

static inline uint32_t memo_child(const Memo *memo, uint32_t ref, uint32_t id) {
    const uint32_t *node = memo->pool.data + ref;
    uint32_t child = id < node[MEMO_CAP] ? node[MEMO_CHILDREN + id] : MEMO_NONE;
    return child == MEMO_NONE && node[MEMO_SERIAL] ? memo_far(memo, node[MEMO_SERIAL], id) : child;
}

/* The leaf with MEMO_LEAF set, or MEMO_NONE. */
static inline uint32_t memo_find(const Memo *memo, uint32_t root, uint32_t id, const uint32_t *state, uint32_t n) {
    const MemoRoots *roots = &memo->roots.data[root];
    uint32_t ref = id < roots->cap ? roots->refs[id] : MEMO_NONE;
    while (ref != MEMO_NONE && !(ref & MEMO_LEAF)) {
        uint32_t slot = memo->pool.data[ref + MEMO_SLOT];
        assert(slot == MEMO_LENGTH || slot < n);
        ref = memo_child(memo, ref, slot == MEMO_LENGTH ? n : state[slot]);
    }
    return ref;
}

#endif
