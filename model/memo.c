#include "model/memo.h"

#include "model/support/fatal.h"
#include "model/support/hash.h"

#include <stdlib.h>
#include <string.h>

void memo_init(Memo *memo) {
    *memo = (Memo){0};
    vec_push(&memo->nodes, (MemoNode){0}); /* reference 0 is MEMO_NONE */
}

void memo_fini(Memo *memo) {
    for (uint32_t i = 0; i < memo->roots.n; i++) free(memo->roots.data[i].refs);
    vec_fini(&memo->roots);
    vec_fini(&memo->nodes);
    vec_fini(&memo->pool);
    free(memo->far);
    *memo = (Memo){0};
}

void memo_reach(Memo *memo, uint32_t n) {
    if (memo->roots.n < n) vec_resize(&memo->roots, n);
}

uint64_t memo_memory(const Memo *memo) {
    uint64_t bytes = (uint64_t)memo->nodes.cap * sizeof(MemoNode) + (uint64_t)memo->pool.cap * sizeof(uint32_t);
    for (uint32_t i = 0; i < memo->roots.n; i++) bytes += (uint64_t)memo->roots.data[i].cap * sizeof(uint32_t);
    return bytes + (uint64_t)memo->far_cap * sizeof(MemoFar);
}

/* ---- children too far for their node's array */

static uint64_t far_key(uint32_t node, uint32_t id) { return ((uint64_t)node << 32) | id; } /* never 0: nodes start at 1 */

static MemoFar *far_at(const Memo *memo, uint64_t key) {
    uint32_t at = (uint32_t)hash_mix(key) & (memo->far_cap - 1);
    while (memo->far[at].key && memo->far[at].key != key) at = (at + 1) & (memo->far_cap - 1);
    return &memo->far[at];
}

uint32_t memo_far(const Memo *memo, uint32_t node, uint32_t id) {
    return memo->far_cap ? far_at(memo, far_key(node, id))->ref : MEMO_NONE;
}

static void far_grow(Memo *memo) {
    MemoFar *old = memo->far;
    uint32_t old_cap = memo->far_cap;
    memo->far_cap = old_cap ? old_cap * 2 : 256;
    memo->far = calloc(memo->far_cap, sizeof *memo->far);
    if (!memo->far) fatal("out of memory");
    for (uint32_t i = 0; i < old_cap; i++)
        if (old[i].key) *far_at(memo, old[i].key) = old[i];
    free(old);
}

static void far_put(Memo *memo, uint32_t node, uint32_t id, uint32_t ref) {
    if (memo->far_n * 2 >= memo->far_cap) far_grow(memo);
    MemoFar *far = far_at(memo, far_key(node, id));
    memo->far_n += !far->key;
    *far = (MemoFar){.key = far_key(node, id), .ref = ref};
}

/* ---- adding */

/* An array that would stay mostly empty is not worth its room. */
static bool is_near(const MemoNode *node, uint32_t id) { return id < node->cap || id < 16 + 2 * node->children; }

static void widen(Memo *memo, uint32_t ref, uint32_t id) {
    uint32_t cap = memo->nodes.data[ref].cap ? memo->nodes.data[ref].cap : 4;
    while (cap <= id) cap *= 2;
    uint32_t first = memo->pool.n;
    vec_resize(&memo->pool, first + cap);
    MemoNode *node = &memo->nodes.data[ref];
    if (node->cap) memcpy(memo->pool.data + first, memo->pool.data + node->first, node->cap * sizeof(uint32_t));
    node->first = first;
    node->cap = cap;
}

static void set_child(Memo *memo, uint32_t ref, uint32_t id, uint32_t child) {
    if (is_near(&memo->nodes.data[ref], id)) {
        if (id >= memo->nodes.data[ref].cap) widen(memo, ref, id);
        memo->pool.data[memo->nodes.data[ref].first + id] = child;
    } else {
        far_put(memo, ref, id, child);
        memo->nodes.data[ref].hashed++;
    }
    memo->nodes.data[ref].children++;
}

static uint32_t new_node(Memo *memo, uint32_t slot) {
    if (memo->nodes.n >= MEMO_LEAF) fatal("too many remembered steps");
    vec_push(&memo->nodes, (MemoNode){.slot = slot});
    return memo->nodes.n - 1;
}

static void set_root(Memo *memo, uint32_t root, uint32_t id, uint32_t ref) {
    MemoRoots *roots = &memo->roots.data[root];
    if (id >= roots->cap) {
        uint32_t cap = roots->cap ? roots->cap : 8;
        while (cap <= id) cap *= 2;
        roots->refs = realloc(roots->refs, cap * sizeof *roots->refs);
        if (!roots->refs) fatal("out of memory");
        memset(roots->refs + roots->cap, 0, (cap - roots->cap) * sizeof *roots->refs);
        roots->cap = cap;
    }
    roots->refs[id] = ref;
}

void memo_add(Memo *memo, uint32_t root, uint32_t id, const uint32_t *path, uint32_t npath, const uint32_t *state, uint32_t n, uint32_t leaf) {
    assert(root < memo->roots.n && leaf < MEMO_LEAF);
    const MemoRoots *roots = &memo->roots.data[root];
    uint32_t ref = id < roots->cap ? roots->refs[id] : MEMO_NONE, parent = MEMO_NONE, parent_id = 0;
    for (uint32_t i = 0; i <= npath; i++) {
        if (ref == MEMO_NONE) {
            ref = i < npath ? new_node(memo, path[i]) : leaf | MEMO_LEAF;
            if (parent == MEMO_NONE) set_root(memo, root, id, ref);
            else set_child(memo, parent, parent_id, ref);
        }
        assert(((ref & MEMO_LEAF) != 0) == (i == npath)); /* another path for the same reads: the evaluation was not deterministic */
        if (i == npath) break;
        assert(memo->nodes.data[ref].slot == path[i]);
        parent = ref;
        parent_id = path[i] == MEMO_LENGTH ? n : state[path[i]];
        ref = memo_child(memo, parent, parent_id);
    }
}
