#include "model/canon.h"

#include "model/support/fatal.h"
#include "model/support/hash.h"
#include "model/support/vec.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

typedef struct Rename { /* content + the new slots of its handles -> content */
    uint64_t hash;
    uint32_t from, to, slots;
    bool used;
} Rename;

typedef struct Node { /* a slot of the state at hand */
    const CompInfo *info;
    uint64_t colour, sum;
    uint32_t rank; /* when it was met on the way from what is in order already; NO_SLOT: not yet */
    uint32_t class_size;
    bool live, tied;
    bool meets_tied; /* stands in an element of a set beside one that is tied */
} Node;

struct Canon {
    Comps *comps;
    const Program *program;
    bool symmetry;
    uint32_t nfixed;
    VEC(Node) nodes;
    VEC(uint32_t) order;     /* movable slots in their new order */
    VEC(uint32_t) live;      /* movable slots that are no garbage; the work list while they are found */
    VEC(uint64_t) colours;   /* sorted, for counting */
    VEC(uint64_t) saved;     /* per slot, while a class is being split */
    VEC(uint32_t) sets;      /* visited components with sets */
    VEC(uint32_t) ranked;    /* slots by rank */
    uint32_t tied;           /* roots that share their key and have no rank */
    const uint32_t *moves;   /* the caller's */
    uint32_t *placing;       /* the same, while they are being found */
    bool refined;
    Rename *renames;
    uint32_t renames_n, renames_cap;
    VEC(uint32_t) renamed_slots;
    VEC(uint32_t) key;       /* scratch of a look-up */
    VEC(Word) words;         /* scratch of a rewrite */
};

Canon *canon_new(Comps *comps, const Program *program, bool symmetry) {
    Canon *canon = calloc(1, sizeof *canon);
    if (!canon) fatal("out of memory");
    *canon = (Canon){.comps = comps, .program = program, .symmetry = symmetry, .nfixed = comps_fixed(comps)};
    return canon;
}

void canon_free(Canon *canon) {
    if (!canon) return;
    vec_fini(&canon->nodes);
    vec_fini(&canon->order);
    vec_fini(&canon->live);
    vec_fini(&canon->colours);
    vec_fini(&canon->saved);
    vec_fini(&canon->sets);
    vec_fini(&canon->ranked);
    vec_fini(&canon->renamed_slots);
    vec_fini(&canon->key);
    vec_fini(&canon->words);
    free(canon->renames);
    free(canon);
}

uint64_t canon_memory(const Canon *canon) {
    return (uint64_t)canon->renames_cap * sizeof *canon->renames + (uint64_t)canon->renamed_slots.cap * sizeof(uint32_t);
}

/* ---- garbage */

static void mark_refs(Canon *canon, const CompInfo *info) {
    for (uint32_t i = 0; i < info->nrefs; i++) {
        uint32_t slot = info->refs[i].slot;
        assert(slot < canon->nodes.n);
        if (canon->nodes.data[slot].live) continue;
        canon->nodes.data[slot].live = true;
        vec_push(&canon->live, slot);
    }
}

static void find_live(Canon *canon) {
    Node *nodes = canon->nodes.data;
    vec_clear(&canon->live);
    for (uint32_t i = canon->nfixed; i < canon->nodes.n; i++) {
        nodes[i].live = (nodes[i].info->flags & COMP_IS_ROOT) != 0;
        if (nodes[i].live) vec_push(&canon->live, i);
    }
    for (uint32_t i = 0; i < canon->nfixed; i++)
        if (nodes[i].info->nrefs) mark_refs(canon, nodes[i].info);
    for (uint32_t i = 0; i < canon->live.n; i++) mark_refs(canon, nodes[canon->live.data[i]].info);
}

/* ---- colour refinement */

static int compare_colours(const void *a, const void *b) {
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return x < y ? -1 : x > y;
}

/* Sorts the colours in use, counts each node's class, returns the number of classes. */
static uint32_t count_classes(Canon *canon) {
    uint32_t n = canon->live.n, classes = 0;
    vec_resize(&canon->colours, n);
    uint64_t *colours = canon->colours.data;
    for (uint32_t i = 0; i < n; i++) colours[i] = canon->nodes.data[canon->live.data[i]].colour;
    if (n) qsort(colours, n, sizeof *colours, compare_colours);
    for (uint32_t i = 0; i < n; i++) classes += !i || colours[i] != colours[i - 1];
    return classes;
}

static uint32_t class_size(const Canon *canon, uint64_t colour) {
    uint32_t low = 0, high = canon->colours.n;
    while (low < high) {
        uint32_t mid = low + (high - low) / 2;
        if (canon->colours.data[mid] < colour) low = mid + 1;
        else high = mid;
    }
    uint32_t size = 0;
    while (low + size < canon->colours.n && canon->colours.data[low + size] == colour) size++;
    return size;
}

/* First colours: the content, and where the fixed components hold a handle to it. Returns whether movable components refer to one another. */
static bool colour_nodes(Canon *canon) {
    Node *nodes = canon->nodes.data;
    bool inner = false;
    for (uint32_t i = 0; i < canon->live.n; i++) {
        Node *node = &nodes[canon->live.data[i]];
        node->colour = node->rank == NO_SLOT ? node->info->colour : hash_combine(node->info->colour, node->rank);
        node->sum = 0;
        inner |= node->info->nrefs > 0;
    }
    for (uint32_t i = 0; i < canon->nfixed; i++)
        for (uint32_t k = 0; k < nodes[i].info->nrefs; k++) {
            inner |= nodes[i].info->refs[k].element != 0;
            nodes[nodes[i].info->refs[k].slot].sum += hash_combine(i, nodes[i].info->refs[k].label);
        }
    for (uint32_t i = 0; i < canon->live.n; i++) {
        Node *node = &nodes[canon->live.data[i]];
        if (node->sum) node->colour = hash_combine(node->colour, node->sum);
    }
    return inner;
}

/* What two handles in one element of a set refer to are neighbours too: calls `meet` for each such pair, both ways. */
static void meet_in_elements(Canon *canon, void (*meet)(Node *node, Node *other, uint64_t label)) {
    Node *nodes = canon->nodes.data;
    for (uint32_t i = 0; i < canon->nodes.n; i++) {
        const CompInfo *info = nodes[i].info;
        if (!(info->flags & COMP_HAS_SETS) || (i >= canon->nfixed && !nodes[i].live)) continue;
        for (uint32_t k = 0; k < info->nrefs; k++)
            for (uint32_t l = 0; l < info->nrefs && info->refs[k].element; l++)
                if (l != k && info->refs[l].element == info->refs[k].element)
                    meet(&nodes[info->refs[k].slot], &nodes[info->refs[l].slot], hash_combine(info->refs[k].label, info->refs[l].label));
    }
}

static void add_neighbour(Node *node, Node *other, uint64_t label) { node->sum += hash_combine(label, other->colour); }

static void note_tied_neighbour(Node *node, Node *other, uint64_t label) {
    (void)label;
    if (other->class_size > 1) node->meets_tied = true;
}

static void refine_once(Canon *canon) {
    Node *nodes = canon->nodes.data;
    for (uint32_t i = 0; i < canon->live.n; i++) nodes[canon->live.data[i]].sum = 0;
    meet_in_elements(canon, add_neighbour);
    for (uint32_t i = 0; i < canon->live.n; i++) {
        Node *node = &nodes[canon->live.data[i]];
        for (uint32_t k = 0; k < node->info->nrefs; k++) {
            const CompRef *ref = &node->info->refs[k];
            Node *target = &nodes[ref->slot];
            node->sum += hash_combine(ref->label, target->colour);
            target->sum += hash_combine(ref->label + 1, node->colour);
        }
    }
    for (uint32_t i = 0; i < canon->live.n; i++) {
        Node *node = &nodes[canon->live.data[i]];
        node->colour = hash_combine(node->colour, node->sum);
    }
}

/* A tie does not matter when nothing next to its members is tied: any order of them then gives the same state. */
static bool tie_matters(const Canon *canon, uint32_t slot) {
    const Node *nodes = canon->nodes.data, *node = &nodes[slot];
    if (node->meets_tied) return true;
    for (uint32_t k = 0; k < node->info->nrefs; k++)
        if (nodes[node->info->refs[k].slot].class_size > 1) return true;
    return false;
}

/* A member of the class to be split, the one of smallest colour; NO_SLOT when no tie matters. */
static uint32_t find_tie(Canon *canon) {
    Node *nodes = canon->nodes.data;
    for (uint32_t i = 0; i < canon->live.n; i++) {
        Node *node = &nodes[canon->live.data[i]];
        node->class_size = class_size(canon, node->colour);
        node->meets_tied = false;
    }
    meet_in_elements(canon, note_tied_neighbour);
    uint32_t best = NO_SLOT;
    for (uint32_t i = 0; i < canon->live.n; i++) {
        uint32_t slot = canon->live.data[i];
        if (nodes[slot].class_size < 2 || !tie_matters(canon, slot)) continue;
        if (best == NO_SLOT || nodes[slot].colour < nodes[best].colour) best = slot;
    }
    return best;
}

/* Refines until no class splits; returns the number of classes. */
static uint32_t refine_all(Canon *canon) {
    uint32_t classes = count_classes(canon);
    while (classes < canon->live.n) {
        refine_once(canon);
        uint32_t now = count_classes(canon);
        if (now == classes) break;
        classes = now;
    }
    return classes;
}

static void single_out(Canon *canon, uint32_t slot) { canon->nodes.data[slot].colour = hash_mix(canon->nodes.data[slot].colour + 1); }

static uint64_t sum_colours(const Canon *canon) {
    uint64_t sum = 0;
    for (uint32_t i = 0; i < canon->live.n; i++) sum += hash_mix(canon->nodes.data[canon->live.data[i]].colour);
    return sum;
}

/* Singles out the member of tie's class after which refinement yields the smallest colours in all, the first in slot order among several. */
static void split_class(Canon *canon, uint32_t tie) {
    Node *nodes = canon->nodes.data;
    uint64_t colour = nodes[tie].colour, best_sum = 0;
    uint32_t best = NO_SLOT;
    vec_resize(&canon->saved, canon->nodes.n);
    for (uint32_t i = 0; i < canon->live.n; i++) canon->saved.data[canon->live.data[i]] = nodes[canon->live.data[i]].colour;
    for (uint32_t slot = canon->nfixed; slot < canon->nodes.n; slot++) {
        if (!nodes[slot].live || canon->saved.data[slot] != colour) continue;
        single_out(canon, slot);
        refine_all(canon);
        uint64_t sum = sum_colours(canon);
        if (best == NO_SLOT || sum < best_sum) {
            best = slot;
            best_sum = sum;
        }
        for (uint32_t i = 0; i < canon->live.n; i++) nodes[canon->live.data[i]].colour = canon->saved.data[canon->live.data[i]];
    }
    single_out(canon, best);
}

static void refine(Canon *canon) {
    if (canon->refined) return;
    canon->refined = true;
    if (!colour_nodes(canon)) return;
    while (refine_all(canon) < canon->live.n) {
        uint32_t tie = find_tie(canon);
        if (tie == NO_SLOT) return;
        split_class(canon, tie);
    }
}

/* ---- order */

static bool comes_before(const Canon *canon, uint32_t a, uint32_t b) {
    const Node *x = &canon->nodes.data[a], *y = &canon->nodes.data[b];
    int keys = comps_compare_keys(canon->comps, x->info->key, y->info->key);
    if (keys) return keys < 0;
    if (x->rank != y->rank) return x->rank < y->rank;
    if (canon->refined && x->colour != y->colour) return x->colour < y->colour;
    return a < b;
}

static void sort_order(Canon *canon) {
    uint32_t *order = canon->order.data;
    for (uint32_t i = 1; i < canon->order.n; i++) {
        uint32_t slot = order[i], k = i;
        for (; k > 0 && comes_before(canon, slot, order[k - 1]); k--) order[k] = order[k - 1];
        order[k] = slot;
    }
}

static bool is_tied(const Canon *canon, uint32_t i) {
    const Node *nodes = canon->nodes.data;
    const uint32_t *order = canon->order.data;
    uint32_t key = nodes[order[i]].info->key;
    return (i > 0 && nodes[order[i - 1]].info->key == key) || (i + 1 < canon->order.n && nodes[order[i + 1]].info->key == key);
}

static void give_rank(Canon *canon, uint32_t slot) {
    Node *node = &canon->nodes.data[slot];
    if (node->rank != NO_SLOT) return;
    node->rank = canon->ranked.n;
    if (node->tied) canon->tied--;
    vec_push(&canon->ranked, slot);
}

static void rank_refs(Canon *canon, uint32_t slot) {
    const CompInfo *info = canon->nodes.data[slot].info;
    for (uint32_t i = 0; i < info->nrefs; i++)
        if (info->refs[i].ordered) give_rank(canon, info->refs[i].slot);
}

/* Roots by key; those whose key is their own are ranked. */
static void begin_order(Canon *canon) {
    Node *nodes = canon->nodes.data;
    vec_clear(&canon->order);
    vec_clear(&canon->ranked);
    canon->tied = 0;
    for (uint32_t i = canon->nfixed; i < canon->nodes.n; i++)
        if (nodes[i].info->flags & COMP_IS_ROOT) vec_push(&canon->order, i);
    sort_order(canon);
    for (uint32_t i = 0; i < canon->order.n; i++) {
        Node *node = &nodes[canon->order.data[i]];
        node->tied = is_tied(canon, i);
        if (node->tied) canon->tied++;
        else give_rank(canon, canon->order.data[i]);
    }
}

/* Ranks what the ranked ones reach. From where handles move least: roots that are unique and global variables; then (`objects`) the rest of
   the fixed components. A task that stays in its place of somebody's array of handles keeps its slot so, whatever queue it stands in. */
static void rank_on(Canon *canon, bool objects) {
    uint32_t done = 0;
    for (uint32_t i = 0; i <= canon->nfixed && canon->tied; i++) {
        while (done < canon->ranked.n && canon->tied) rank_refs(canon, canon->ranked.data[done++]);
        if (i < canon->nfixed && (objects || (canon->nodes.data[i].info->flags & COMP_IS_GLOBAL))) rank_refs(canon, i);
    }
}

static void order_tasks(Canon *canon) {
    begin_order(canon);
    if (canon->order.n == canon->ranked.n) return;
    rank_on(canon, false);
    if (canon->tied) rank_on(canon, true);
    if (canon->tied) refine(canon);
    sort_order(canon);
}

static void place(Canon *canon, uint32_t slot) {
    canon->placing[slot] = canon->nfixed + canon->order.n;
    vec_push(&canon->order, slot);
}

static void visit(Canon *canon, uint32_t slot) {
    const CompInfo *info = canon->nodes.data[slot].info;
    if (info->flags & COMP_HAS_SETS) vec_push(&canon->sets, slot);
    for (uint32_t i = 0; i < info->nrefs; i++)
        if (info->refs[i].ordered && canon->moves[info->refs[i].slot] == NO_SLOT) place(canon, info->refs[i].slot);
}

/* Of what only sets refer to, the one of smallest colour; NO_SLOT when there is none. */
static uint32_t first_in_sets(Canon *canon) {
    uint32_t best = NO_SLOT;
    for (uint32_t i = 0; i < canon->sets.n; i++) {
        const CompInfo *info = canon->nodes.data[canon->sets.data[i]].info;
        for (uint32_t k = 0; k < info->nrefs; k++) {
            uint32_t slot = info->refs[k].slot;
            if (canon->moves[slot] != NO_SLOT || slot == best) continue;
            refine(canon);
            if (best == NO_SLOT || comes_before(canon, slot, best)) best = slot;
        }
    }
    return best;
}

/* Places what the fixed components and the tasks placed so far reach, in the order it is found. */
static void place_rest(Canon *canon) {
    vec_clear(&canon->sets);
    for (uint32_t i = 0; i < canon->nfixed; i++)
        if (canon->nodes.data[i].info->nrefs) visit(canon, i);
    for (uint32_t done = 0;;) {
        while (done < canon->order.n) visit(canon, canon->order.data[done++]);
        uint32_t slot = canon->order.n < canon->live.n ? first_in_sets(canon) : NO_SLOT;
        if (slot == NO_SLOT) break;
        place(canon, slot);
    }
    assert(canon->order.n == canon->live.n);
}

static void place_in_order(Canon *canon) {
    vec_clear(&canon->order);
    for (uint32_t i = canon->nfixed; i < canon->nodes.n; i++)
        if (canon->nodes.data[i].live) place(canon, i);
}

/* ---- renaming */

static void rewrite_handle(void *context, uint32_t index, Word handle, bool ordered) {
    Canon *canon = context;
    (void)ordered;
    if (handle <= 0 || handle_slot(handle) < canon->nfixed) return;
    uint32_t to = canon->moves[handle_slot(handle)];
    assert(to != NO_SLOT);
    canon->words.data[index] = slot_handle(to);
}

static uint32_t rewrite(Canon *canon, const CompInfo *info) {
    vec_resize(&canon->words, info->n);
    memcpy(canon->words.data, info->words, info->n * sizeof(Word));
    comp_handles(canon->program, info->words, info->n, rewrite_handle, canon);
    comp_normalise(canon->program, canon->words.data, info->n);
    return comps_intern(canon->comps, canon->words.data, info->n);
}

static Rename *find_rename(Rename *renames, uint32_t cap, const uint32_t *pool, uint64_t hash, uint32_t from, const uint32_t *key, uint32_t n) {
    for (uint32_t at = (uint32_t)hash & (cap - 1);; at = (at + 1) & (cap - 1)) {
        Rename *rename = &renames[at];
        if (!rename->used) return rename;
        if (rename->hash == hash && rename->from == from && !memcmp(pool + rename->slots, key, n * sizeof *key)) return rename;
    }
}

static void grow_renames(Canon *canon) {
    uint32_t cap = canon->renames_cap ? canon->renames_cap * 2 : 256;
    Rename *renames = calloc(cap, sizeof *renames);
    if (!renames) fatal("out of memory");
    for (uint32_t i = 0; i < canon->renames_cap; i++) {
        if (!canon->renames[i].used) continue;
        uint32_t at = (uint32_t)canon->renames[i].hash & (cap - 1);
        while (renames[at].used) at = (at + 1) & (cap - 1);
        renames[at] = canon->renames[i];
    }
    free(canon->renames);
    canon->renames = renames;
    canon->renames_cap = cap;
}

static uint32_t renamed(Canon *canon, uint32_t content, const CompInfo *info) {
    bool same = true;
    for (uint32_t i = 0; i < info->nrefs && same; i++) same = canon->moves[info->refs[i].slot] == info->refs[i].slot;
    if (same) return content;
    uint32_t n = info->nrefs;
    uint64_t hash = hash_mix(content);
    vec_resize(&canon->key, n);
    for (uint32_t i = 0; i < n; i++) hash = hash_combine(hash, canon->key.data[i] = canon->moves[info->refs[i].slot]);
    if (canon->renames_n * 2 >= canon->renames_cap) grow_renames(canon);
    Rename *rename = find_rename(canon->renames, canon->renames_cap, canon->renamed_slots.data, hash, content, canon->key.data, n);
    if (rename->used) return rename->to;
    *rename = (Rename){.hash = hash, .from = content, .to = rewrite(canon, info), .slots = canon->renamed_slots.n, .used = true};
    for (uint32_t i = 0; i < n; i++) vec_push(&canon->renamed_slots, canon->key.data[i]);
    canon->renames_n++;
    return rename->to;
}

uint32_t canon_rename(Canon *canon, uint32_t content, const uint32_t *moves) {
    canon->moves = moves;
    return renamed(canon, content, comps_at(canon->comps, content));
}

static void load_nodes(Canon *canon, const uint32_t *contents, uint32_t n) {
    assert(n >= canon->nfixed);
    vec_resize(&canon->nodes, n);
    for (uint32_t i = 0; i < n; i++) canon->nodes.data[i] = (Node){.info = comps_at(canon->comps, contents[i]), .rank = NO_SLOT};
    canon->refined = false;
}

bool canon_is_anchored(Canon *canon, const uint32_t *contents, uint32_t n) {
    load_nodes(canon, contents, n);
    begin_order(canon);
    rank_on(canon, false);
    return canon->tied == 0;
}

uint32_t canon_order(Canon *canon, const uint32_t *contents, uint32_t n, uint32_t *out, uint32_t *moves) {
    uint32_t nfixed = canon->nfixed;
    load_nodes(canon, contents, n);
    for (uint32_t i = 0; i < n; i++) moves[i] = i < nfixed ? i : NO_SLOT;
    canon->moves = canon->placing = moves;
    find_live(canon);
    if (canon->symmetry) {
        order_tasks(canon);
        for (uint32_t i = 0; i < canon->order.n; i++) moves[canon->order.data[i]] = nfixed + i;
        place_rest(canon);
    } else {
        place_in_order(canon);
    }
    for (uint32_t i = 0; i < nfixed; i++) out[i] = renamed(canon, contents[i], canon->nodes.data[i].info);
    for (uint32_t i = 0; i < canon->order.n; i++) {
        uint32_t slot = canon->order.data[i];
        out[nfixed + i] = renamed(canon, contents[slot], canon->nodes.data[slot].info);
    }
    return nfixed + canon->order.n;
}
