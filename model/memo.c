#include "model/memo.h"

#include "model/support/fatal.h"
#include "model/support/hash.h"

#include <stdlib.h>
#include <string.h>

enum { POOL_MAX = 0x70000000 };

void memo_init(Memo *memo) {
    *memo = (Memo){0};
    vec_push(&memo->pool, 0u); /* reference 0 is MEMO_NONE */
}

void memo_fini(Memo *memo) {
    for (uint32_t i = 0; i < memo->roots.n; i++) free(memo->roots.data[i].refs);
    vec_fini(&memo->roots);
    vec_fini(&memo->pool);
    free(memo->far);
    *memo = (Memo){0};
}

void memo_reach(Memo *memo, uint32_t n) {
    if (memo->roots.n < n) vec_resize(&memo->roots, n);
}

uint64_t memo_memory(const Memo *memo) {
    uint64_t bytes = (uint64_t)memo->pool.cap * sizeof(uint32_t) + (uint64_t)memo->far_cap * sizeof(MemoFar);
    for (uint32_t i = 0; i < memo->roots.n; i++) bytes += (uint64_t)memo->roots.data[i].cap * sizeof(uint32_t);
    return bytes;
}

/* ---- children too far for their node */

static uint64_t far_key(uint32_t serial, uint32_t id) { return ((uint64_t)serial << 32) | id; } /* never 0: serials start at 1 */

static MemoFar *far_at(const Memo *memo, uint64_t key) {
    uint32_t at = (uint32_t)hash_mix(key) & (memo->far_cap - 1);
    while (memo->far[at].key && memo->far[at].key != key) at = (at + 1) & (memo->far_cap - 1);
    return &memo->far[at];
}

uint32_t memo_far(const Memo *memo, uint32_t serial, uint32_t id) { return far_at(memo, far_key(serial, id))->ref; }

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

static void far_put(Memo *memo, uint32_t serial, uint32_t id, uint32_t ref) {
    if (memo->far_n * 2 >= memo->far_cap) far_grow(memo);
    MemoFar *far = far_at(memo, far_key(serial, id));
    memo->far_n += !far->key;
    *far = (MemoFar){.key = far_key(serial, id), .ref = ref};
}

/* ---- nodes */

static uint32_t log_of(uint32_t cap) { return 31u - (uint32_t)__builtin_clz(cap); }

static uint32_t cap_for(uint32_t id) {
    uint32_t cap = 2;
    while (cap <= id) cap *= 2;
    return cap;
}

static uint32_t new_node(Memo *memo, uint32_t slot, uint32_t cap) {
    uint32_t ref = memo->unused[log_of(cap)];
    if (ref != MEMO_NONE) {
        memo->unused[log_of(cap)] = memo->pool.data[ref + MEMO_SLOT];
        memset(memo->pool.data + ref, 0, (MEMO_CHILDREN + cap) * sizeof(uint32_t));
    } else {
        ref = memo->pool.n;
        vec_resize(&memo->pool, ref + MEMO_CHILDREN + cap);
    }
    memo->pool.data[ref + MEMO_SLOT] = slot;
    memo->pool.data[ref + MEMO_CAP] = cap;
    return ref;
}

/* The node with room for `id`; the old one is given back. */
static uint32_t widen(Memo *memo, uint32_t ref, uint32_t id) {
    uint32_t wide = new_node(memo, memo->pool.data[ref + MEMO_SLOT], cap_for(id));
    uint32_t *old = memo->pool.data + ref, *now = memo->pool.data + wide, cap = old[MEMO_CAP];
    now[MEMO_SERIAL] = old[MEMO_SERIAL];
    now[MEMO_COUNT] = old[MEMO_COUNT];
    memcpy(now + MEMO_CHILDREN, old + MEMO_CHILDREN, cap * sizeof *old);
    old[MEMO_SLOT] = memo->unused[log_of(cap)];
    memo->unused[log_of(cap)] = ref;
    return wide;
}

/* A node that would stay mostly empty is not worth its room. */
static bool is_near(const uint32_t *node, uint32_t id) { return id < node[MEMO_CAP] || id < 16 + 6 * node[MEMO_COUNT]; }

/* ---- adding */

/* Where a reference is kept: in the roots, in a node, or in the table. */
typedef struct Link {
    uint32_t root, id; /* of the root when node is MEMO_NONE, else of the child */
    uint32_t node;
} Link;

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

/* The node must have been made wide enough. */
static void set_link(Memo *memo, Link link, uint32_t ref) {
    uint32_t *node = memo->pool.data + link.node;
    if (link.node == MEMO_NONE) set_root(memo, link.root, link.id, ref);
    else if (link.id < node[MEMO_CAP] && (node[MEMO_CHILDREN + link.id] || !node[MEMO_SERIAL])) node[MEMO_CHILDREN + link.id] = ref;
    else if (link.id < node[MEMO_CAP] && memo_child(memo, link.node, link.id) == MEMO_NONE) node[MEMO_CHILDREN + link.id] = ref;
    else far_put(memo, node[MEMO_SERIAL], link.id, ref);
}

/* The node at `link`, able to take a new child `id`. */
static uint32_t make_room(Memo *memo, Link link, uint32_t ref, uint32_t id) {
    uint32_t *node = memo->pool.data + ref;
    if (is_near(node, id)) {
        if (id >= node[MEMO_CAP]) set_link(memo, link, ref = widen(memo, ref, id));
    } else if (!node[MEMO_SERIAL]) {
        node[MEMO_SERIAL] = ++memo->serials;
    }
    memo->pool.data[ref + MEMO_COUNT]++;
    return ref;
}

bool memo_add(Memo *memo, uint32_t root, uint32_t id, const uint32_t *path, uint32_t npath, const uint32_t *state, uint32_t n, uint32_t leaf) {
    assert(root < memo->roots.n && leaf < MEMO_LEAF);
    if (memo->pool.n >= POOL_MAX) return false;
    const MemoRoots *roots = &memo->roots.data[root];
    Link link = {.root = root, .id = id};
    uint32_t ref = id < roots->cap ? roots->refs[id] : MEMO_NONE;
    for (uint32_t i = 0; i < npath; i++) {
        uint32_t seen = path[i] == MEMO_LENGTH ? n : state[path[i]];
        if (ref == MEMO_NONE) set_link(memo, link, ref = new_node(memo, path[i], cap_for(seen < 16 ? seen : 0)));
        assert(!(ref & MEMO_LEAF) && memo->pool.data[ref + MEMO_SLOT] == path[i]); /* else the evaluation was not deterministic */
        uint32_t child = memo_child(memo, ref, seen);
        if (child == MEMO_NONE) ref = make_room(memo, link, ref, seen);
        link = (Link){.node = ref, .id = seen};
        ref = child;
    }
    assert(ref == MEMO_NONE);
    set_link(memo, link, leaf | MEMO_LEAF);
    return true;
}
