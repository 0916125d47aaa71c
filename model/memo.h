/* Results remembered by what was looked at: a decision trie. An inner node says which slot to look at next, its child is chosen by that slot's
   dense id, a leaf is a result. What a deterministic evaluation reads, in the order it first reads it, is a path. One memo per thread. */
#ifndef UNKNOT_MODEL_MEMO_H
#define UNKNOT_MODEL_MEMO_H

#include "model/support/vec.h"

#include <assert.h>
#include <stdbool.h>
#include <stdint.h>

#define MEMO_NONE 0u
#define MEMO_LEAF 0x80000000u          /* bit of a reference to a leaf */
#define MEMO_LENGTH 0xfffffffeu        /* in place of a slot: look at the number of slots */

typedef struct MemoNode {
    uint32_t slot;
    uint32_t first, cap; /* children of ids below cap: pool[first + id] */
    uint32_t hashed;     /* children of larger ids, in the table */
    uint32_t children;
} MemoNode;

typedef struct MemoFar { uint64_t key; uint32_t ref; } MemoFar;
typedef struct MemoRoots { uint32_t *refs; uint32_t cap; uint32_t misses; /* counted by the user */ } MemoRoots;

typedef struct Memo {
    VEC(MemoNode) nodes;
    VEC(uint32_t) pool;
    MemoFar *far; /* (node, id) -> reference, for ids too large for their node's array */
    uint32_t far_n, far_cap;
    VEC(MemoRoots) roots;
} Memo;

void memo_init(Memo *memo);
void memo_fini(Memo *memo);
/* Makes roots [0, n) exist. */
void memo_reach(Memo *memo, uint32_t n);
/* Adds `leaf` (an index below 2^31) for states that agree with `state` on root id and `path`. */
void memo_add(Memo *memo, uint32_t root, uint32_t id, const uint32_t *path, uint32_t npath, const uint32_t *state, uint32_t n, uint32_t leaf);
uint32_t memo_far(const Memo *memo, uint32_t node, uint32_t id);
uint64_t memo_memory(const Memo *memo);

static inline uint32_t memo_child(const Memo *memo, uint32_t ref, uint32_t id) {
    const MemoNode *node = &memo->nodes.data[ref];
    uint32_t child = id < node->cap ? memo->pool.data[node->first + id] : MEMO_NONE;
    return child == MEMO_NONE && node->hashed ? memo_far(memo, ref, id) : child;
}

/* The leaf with MEMO_LEAF set, or MEMO_NONE. */
static inline uint32_t memo_find(const Memo *memo, uint32_t root, uint32_t id, const uint32_t *state, uint32_t n) {
    const MemoRoots *roots = &memo->roots.data[root];
    uint32_t ref = id < roots->cap ? roots->refs[id] : MEMO_NONE;
    while (ref != MEMO_NONE && !(ref & MEMO_LEAF)) {
        uint32_t slot = memo->nodes.data[ref].slot;
        assert(slot == MEMO_LENGTH || slot < n);
        ref = memo_child(memo, ref, slot == MEMO_LENGTH ? n : state[slot]);
    }
    return ref;
}

#endif
