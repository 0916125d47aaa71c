#include "checker/scc.h"

#include "model/support/hash.h"
#include "model/support/vec.h"

#include <assert.h>
#include <stdlib.h>

/* ---- unpacking a part */

static void *allocate(size_t bytes) {
    void *memory = malloc(bytes == 0 ? 1 : bytes);
    if (memory == NULL) fatal("out of memory (%zu bytes)", bytes);
    return memory;
}

/* How many nodes come before a state: counted per word, then in the word. */
typedef struct Ranks {
    const Bitset *nodes;
    uint32_t *before;
    uint32_t count;
} Ranks;

static uint32_t bits_of(uint64_t word) {
    word -= word >> 1 & 0x5555555555555555u;
    word = (word & 0x3333333333333333u) + (word >> 2 & 0x3333333333333333u);
    return (uint32_t)(((word + (word >> 4)) & 0x0f0f0f0f0f0f0f0fu) * 0x0101010101010101u >> 56);
}

static Ranks ranks_new(const Bitset *nodes) {
    uint32_t nwords = nodes->n / 64 + 1;
    Ranks ranks = {.nodes = nodes, .before = allocate(sizeof(uint32_t) * nwords)};
    for (uint32_t w = 0; w < nwords; w++) {
        ranks.before[w] = ranks.count;
        ranks.count += bits_of(nodes->words[w]);
    }
    return ranks;
}

static inline uint32_t rank_of(const Ranks *ranks, uint32_t state) {
    return ranks->before[state / 64] + bits_of(ranks->nodes->words[state / 64] & ((1ull << (state % 64)) - 1u));
}

typedef struct Unpacking {
    const SccGraph *graph;
    SccPart *part;
    Ranks ranks;
    uint32_t nedges, cap;
} Unpacking;

static void reserve_edges(Unpacking *unpacking, uint32_t more) {
    if (unpacking->nedges + more <= unpacking->cap) return;
    assert(unpacking->nedges < UINT32_MAX - more);
    SccPart *part = unpacking->part;
    unpacking->cap = unpacking->nedges + more + unpacking->cap / 2 + 1024;
    part->targets = realloc(part->targets, sizeof *part->targets * unpacking->cap);
    if (part->targets == NULL) fatal("out of memory");
}

static void unpack_node(Unpacking *unpacking, uint32_t node, uint32_t state, EdgeIter *iter) {
    const SccGraph *graph = unpacking->graph;
    SccPart *part = unpacking->part;
    part->states[node] = state;
    part->first[node] = unpacking->nedges;
    reserve_edges(unpacking, iter->left + iter->new_left);
    while (edges_next(iter)) {
        if (graph->keep != NULL && !graph->keep(graph->context, state, iter)) continue;
        if (!bitset_has(graph->nodes, iter->target)) {
            part->leaves[node] = 1;
            continue;
        }
        part->targets[unpacking->nedges++] = rank_of(&unpacking->ranks, iter->target);
    }
}

static uint64_t part_init(SccPart *part, const SccGraph *graph) {
    const Edges *edges = graph->edges;
    Unpacking unpacking = {.graph = graph, .part = part, .ranks = ranks_new(graph->nodes)};
    uint32_t n = unpacking.ranks.count, node = 0;
    *part = (SccPart){.n = n,
        .states = allocate(4ull * n),
        .first = allocate(4ull * n + 4),
        .component = calloc(n + 1ull, 4),
        .leaves = calloc(n + 1ull, 1)};
    if (part->component == NULL || part->leaves == NULL) fatal("out of memory");
    for (uint32_t group = 0; group * EDGES_GROUP < edges->n && node < n; group++) {
        uint32_t from = group * EDGES_GROUP;
        uint64_t wanted = graph->nodes->words[from / 64] >> (from % 64) & 0xff;
        if (wanted == 0) continue;
        EdgeIter iters[EDGES_GROUP];
        uint32_t count = edges_group(edges, group, iters);
        for (uint32_t i = 0; i < count; i++)
            if (wanted >> i & 1) {
                unpack_node(&unpacking, node, from + i, &iters[i]);
                node++;
            }
    }
    assert(node == n);
    part->first[n] = unpacking.nedges;
    free(unpacking.ranks.before);
    return 13ull * n + 4ull * unpacking.cap + graph->nodes->n / 16;
}

static void part_fini(SccPart *part) {
    free(part->states);
    free(part->first);
    free(part->targets);
    free(part->leaves);
    free(part->component);
}

/* ---- Tarjan, Pearce's form: `component` is 0 before a node is reached, then the smallest index it is known to lead
   to, at last the (descending) number of its component, which is larger than any index. */

typedef struct Frame {
    uint32_t node, edge;
    bool is_root;
} Frame;
typedef struct Run {
    SccPart part;
    uint32_t index, component;
    VEC(Frame) frames;
    VEC(uint32_t) stack, members;
    SccVisitor visit;
    void *context;
} Run;

static void enter(Run *run, uint32_t node) {
    run->part.component[node] = run->index++;
    vec_push(&run->frames, (Frame){.node = node, .edge = run->part.first[node], .is_root = true});
}

static void finish(Run *run, Frame frame) {
    SccPart *part = &run->part;
    if (!frame.is_root) {
        vec_push(&run->stack, frame.node);
        return;
    }
    uint32_t own = part->component[frame.node];
    bool leaves = part->leaves[frame.node] != 0;
    vec_clear(&run->members);
    vec_push(&run->members, frame.node);
    while (run->stack.n > 0 && part->component[vec_last(&run->stack)] >= own) {
        uint32_t node = vec_pop(&run->stack);
        leaves |= part->leaves[node] != 0;
        part->component[node] = run->component;
        vec_push(&run->members, node);
    }
    part->component[frame.node] = run->component--;
    run->index -= run->members.n;
    run->visit(run->context, part, run->members.data, run->members.n, leaves);
}

/* Follows edges of the top frame until a new node is found; false when there are none left. */
static bool advance(Run *run) {
    SccPart *part = &run->part;
    Frame *frame = &vec_last(&run->frames);
    uint32_t node = frame->node, low = part->component[node];
    for (; frame->edge < part->first[node + 1]; frame->edge++) {
        uint32_t target = part->targets[frame->edge], other = part->component[target];
        if (other == 0) { /* looked at again when it is finished */
            part->component[node] = low;
            enter(run, target);
            return true;
        }
        if (other > run->component) part->leaves[node] = 1;
        if (other < low) {
            low = other;
            frame->is_root = false;
        }
    }
    part->component[node] = low;
    return false;
}

uint64_t scc_each(const SccGraph *graph, SccVisitor visit, void *context) {
    Run run = {.index = 1, .component = UINT32_MAX - 1, .visit = visit, .context = context};
    uint64_t bytes = part_init(&run.part, graph);
    for (uint32_t node = 0; node < run.part.n; node++) {
        if (run.part.component[node] != 0) continue;
        enter(&run, node);
        while (run.frames.n > 0)
            if (!advance(&run)) finish(&run, vec_pop(&run.frames));
    }
    bytes += sizeof(Frame) * (uint64_t)run.frames.cap + 4ull * run.stack.cap + 4ull * run.members.cap;
    part_fini(&run.part);
    vec_fini(&run.frames);
    vec_fini(&run.stack);
    vec_fini(&run.members);
    return bytes;
}

/* ---- Bottom components. Nearly every program has few: states that end in a terminal state are none, and where the
   rest can always come back to one state, that state's component is the only one. "Who leads to a marked state" is
   found by sweeps over the graph against the order of discovery: most edges lead forward, so that few sweeps are
   enough, and they need one bit a state. What is left goes to Tarjan. */

enum { SWEEPS = 40, WALK = 20000, ATTEMPTS = 8, SMALL = 4096 };

static bool leads_nowhere(const Edges *edges, const EdgeIter *iter) {
    return iter->labelled ? (edges_label(edges, iter->label)->flags & LABEL_NOWHERE) != 0 : true;
}

static bool is_seed(const Edges *edges, EdgeIter *iter, uint32_t source) {
    if (iter->flags & EDGES_LEAVES) return true;
    if ((iter->flags & EDGES_SELF) && !iter->labelled) return false;
    while (edges_next_sure(edges, iter))
        if (iter->target != source || !leads_nowhere(edges, iter)) return false;
    return true;
}

/* States that no run from which stays for ever in a component with transitions for sure: terminal, leaving, not
   expanded. */
static uint32_t mark_seeds(const Edges *edges, Bitset *marked) {
    uint32_t count = 0;
    for (uint32_t group = 0; group * EDGES_GROUP < edges->n; group++) {
        EdgeIter iters[EDGES_GROUP];
        uint32_t n = edges_group(edges, group, iters);
        for (uint32_t i = 0; i < n; i++) {
            if (!is_seed(edges, &iters[i], group * EDGES_GROUP + i)) continue;
            bitset_add(marked, group * EDGES_GROUP + i);
            count++;
        }
    }
    for (uint32_t state = edges->n; state < marked->n; state++, count++) bitset_add(marked, state);
    return count;
}

static bool leads_to(const Edges *edges, const Bitset *marked, EdgeIter *iter) {
    while (edges_next_sure(edges, iter))
        if (bitset_has(marked, iter->target)) return true;
    return false;
}

static uint32_t sweep_group(const Edges *edges, uint32_t group, Bitset *marked, const Bitset *skip) {
    uint32_t from = group * EDGES_GROUP, count = 0;
    uint64_t done = marked->words[from / 64] | (skip != NULL ? skip->words[from / 64] : 0);
    if ((done >> (from % 64) & 0xff) == 0xff) return 0;
    EdgeIter iters[EDGES_GROUP];
    uint32_t n = edges_group(edges, group, iters);
    for (uint32_t i = n; i-- > 0;) {
        if ((done >> ((from + i) % 64) & 1) != 0 || !leads_to(edges, marked, &iters[i])) continue;
        bitset_add(marked, from + i);
        count++;
    }
    return count;
}

static uint32_t sweep(const Edges *edges, Bitset *marked, const Bitset *skip) {
    uint32_t count = 0;
    for (uint32_t group = (edges->n + EDGES_GROUP - 1) / EDGES_GROUP; group-- > 0;)
        count += sweep_group(edges, group, marked, skip);
    return count;
}

/* Adds all that leads to a marked state; false when that takes too many sweeps. `count` states are marked or to be
   skipped. */
static bool close_backward(const Edges *edges, Bitset *marked, const Bitset *skip, uint32_t *count) {
    for (int i = 0; i < SWEEPS && *count < marked->n; i++) {
        uint32_t added = sweep(edges, marked, skip);
        *count += added;
        if (added == 0) return true;
    }
    return *count == marked->n;
}

/* A long walk: all it comes by leads to where it ends, and is marked. */
static uint32_t walk(const Edges *edges, uint32_t state, Bitset *marked) {
    uint64_t random = 1;
    for (uint32_t step = 0; step < WALK + marked->n / 16; step++) {
        uint32_t n = 0, pick = state;
        EdgeIter iter = edges_of(edges, state);
        bitset_add(marked, state);
        while (edges_next_sure(edges, &iter)) {
            random = hash_mix(random + 1);
            if (random % ++n == 0) pick = iter.target;
        }
        state = pick;
    }
    bitset_add(marked, state);
    return state;
}

static uint32_t count_bits(const Bitset *set) {
    uint32_t count = 0;
    for (uint32_t w = 0; w <= set->n / 64; w++) count += bits_of(set->words[w]);
    return count;
}

typedef VEC(uint32_t) Members;

/* All that `start` leads to; stops at a state outside `within` and returns it, else UINT32_MAX. */
static uint32_t forward(const Edges *edges, uint32_t start, const Bitset *within, Members *members) {
    Bitset seen = bitset_new(within->n);
    uint32_t outside = UINT32_MAX;
    vec_clear(members);
    vec_push(members, start);
    bitset_add(&seen, start);
    for (uint32_t next = 0; next < members->n && outside == UINT32_MAX; next++) {
        EdgeIter iter = edges_of(edges, members->data[next]);
        while (edges_next_sure(edges, &iter)) {
            if (bitset_has(&seen, iter.target)) continue;
            if (!bitset_has(within, iter.target)) {
                outside = iter.target;
                break;
            }
            bitset_add(&seen, iter.target);
            vec_push(members, iter.target);
        }
    }
    bitset_free(&seen);
    return outside;
}

/* Finds one bottom component among the unmarked states by walking into it, visits it and marks what leads to it; false
   when that did not work. */
static bool bottom_by_walk(
    const Edges *edges, Bitset *marked, uint32_t *count, SccBottomVisitor visit, void *context, uint64_t *bytes) {
    uint32_t state = marked->n - 1;
    while (bitset_has(marked, state)) state--;
    Members members = {0};
    bool found = false;
    for (int attempt = 0; attempt < ATTEMPTS && !found; attempt++) {
        Bitset leading = bitset_new(marked->n);
        state = walk(edges, state, &leading);
        uint32_t n = *count + count_bits(&leading);
        bool closed = close_backward(edges, &leading, marked, &n);
        uint32_t outside = closed ? forward(edges, state, &leading, &members) : UINT32_MAX;
        found = closed && outside == UINT32_MAX;
        if (found) {
            for (uint32_t w = 0; w <= marked->n / 64; w++) marked->words[w] |= leading.words[w];
            *count = n;
        }
        uint64_t held = 4ull * members.cap + 3 * bitset_bytes(marked->n);
        if (held > *bytes) *bytes = held;
        bitset_free(&leading);
        if (!closed) break;
        if (!found) state = outside;
    }
    if (found) visit(context, members.data, members.n);
    vec_fini(&members);
    return found;
}

typedef struct Bottoms {
    const Edges *edges;
    SccBottomVisitor visit;
    void *context;
    Members members;
} Bottoms;

static bool is_sure(void *context, uint32_t source, const EdgeIter *edge) {
    (void)source;
    const Bottoms *bottoms = context;
    return !edge->labelled || !(edges_label(bottoms->edges, edge->label)->flags & LABEL_FAULT);
}

/* Seeds were taken out, so a component that is left has transitions. */
static void visit_bottom(void *context, const SccPart *part, const uint32_t *members, uint32_t n, bool leaves) {
    Bottoms *bottoms = context;
    if (leaves) return;
    vec_clear(&bottoms->members);
    for (uint32_t i = 0; i < n; i++) vec_push(&bottoms->members, part->states[members[i]]);
    bottoms->visit(bottoms->context, bottoms->members.data, n);
}

static uint64_t scc_unmarked(const Edges *edges, const Bitset *nodes, SccBottomVisitor visit, void *context) {
    Bottoms bottoms = {.edges = edges, .visit = visit, .context = context};
    SccGraph graph = {.edges = edges, .nodes = nodes, .keep = is_sure, .context = &bottoms};
    uint64_t held = scc_each(&graph, visit_bottom, &bottoms);
    vec_fini(&bottoms.members);
    return held;
}

uint64_t scc_bottoms(const Edges *edges, uint32_t nstates, SccBottomVisitor visit, void *context) {
    Bitset marked = bitset_new(nstates);
    uint64_t bytes = bitset_bytes(nstates);
    uint32_t count = mark_seeds(edges, &marked);
    bool closed = close_backward(edges, &marked, NULL, &count);
    for (int i = 0; closed && i < ATTEMPTS && nstates - count > SMALL; i++)
        if (!bottom_by_walk(edges, &marked, &count, visit, context, &bytes)) break;
    if (count < nstates) {
        for (uint32_t w = 0; w <= nstates / 64; w++) marked.words[w] = ~marked.words[w];
        for (uint32_t i = nstates; i < (nstates / 64 + 1) * 64; i++) bitset_remove(&marked, i);
        uint64_t held = bitset_bytes(nstates) + scc_unmarked(edges, &marked, visit, context);
        if (held > bytes) bytes = held;
    }
    bitset_free(&marked);
    return bytes;
}
