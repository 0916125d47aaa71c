#include "checker/scc.h"

#include "model/support/hash.h"
#include "model/support/vec.h"

#include <assert.h>

/* ---- Tarjan, Pearce's form: rindex is 0 before a node is reached, then the smallest index it is known to lead to, at last the (descending)
   number of its component, which is larger than any index. */

typedef struct Frame {
    uint32_t node;
    uint32_t taken : 31; /* edges followed */
    uint32_t is_root : 1;
} Frame;
typedef struct Run {
    const SccGraph *graph;
    uint32_t *rindex;
    uint32_t index, component;
    VEC(Frame) frames;
    VEC(uint32_t) stack, members;
    Bitset leaves;
    SccVisitor visit;
    void *context;
} Run;

static void enter(Run *run, uint32_t node) {
    run->rindex[node] = run->index++;
    vec_push(&run->frames, (Frame){.node = node, .is_root = 1});
}

static void finish(Run *run, Frame frame) {
    if (!frame.is_root) {
        vec_push(&run->stack, frame.node);
        return;
    }
    uint32_t own = run->rindex[frame.node];
    bool leaves = bitset_has(&run->leaves, frame.node);
    vec_clear(&run->members);
    vec_push(&run->members, frame.node);
    while (run->stack.n > 0 && run->rindex[vec_last(&run->stack)] >= own) {
        uint32_t node = vec_pop(&run->stack);
        leaves |= bitset_has(&run->leaves, node);
        run->rindex[node] = run->component;
        run->index--;
        vec_push(&run->members, node);
    }
    run->rindex[frame.node] = run->component--;
    run->index--;
    run->visit(run->context, run->members.data, run->members.n, leaves);
}

/* Follows edges of the top frame until a new node is found; false when there are none left. */
static bool advance(Run *run) {
    const SccGraph *graph = run->graph;
    Frame *frame = &vec_last(&run->frames);
    uint32_t node = frame->node, taken = 0;
    EdgeIter iter = edges_of(graph->edges, node);
    while (edges_next(&iter)) {
        if (taken++ < frame->taken) {
            if (taken < frame->taken) continue;
            /* The edge followed last: its target has been finished meanwhile. */
        } else if (graph->keep != NULL && !graph->keep(graph->context, node, &iter)) {
            continue;
        } else if (!bitset_has(graph->nodes, iter.target)) {
            bitset_add(&run->leaves, node);
            continue;
        } else if (run->rindex[iter.target] == 0) {
            frame->taken = taken & 0x7fffffffu;
            enter(run, iter.target);
            return true;
        }
        uint32_t other = run->rindex[iter.target];
        if (other > run->component) bitset_add(&run->leaves, node);
        if (other < run->rindex[node]) {
            run->rindex[node] = other;
            frame->is_root = 0;
        }
    }
    return false;
}

uint64_t scc_each(const SccGraph *graph, SccVisitor visit, void *context) {
    uint32_t n = graph->nodes->n;
    Run run = {.graph = graph, .index = 1, .component = UINT32_MAX - 1, .visit = visit, .context = context, .leaves = bitset_new(n)};
    run.rindex = calloc((size_t)n + 1, sizeof *run.rindex);
    if (run.rindex == NULL) fatal("out of memory");
    for (uint32_t node = 0; node < n; node++) {
        if (!bitset_has(graph->nodes, node) || run.rindex[node] != 0) continue;
        enter(&run, node);
        while (run.frames.n > 0)
            if (!advance(&run)) finish(&run, vec_pop(&run.frames));
    }
    uint64_t bytes = 4ull * n + bitset_bytes(n) + 8ull * run.frames.cap + 4ull * run.stack.cap + 4ull * run.members.cap;
    free(run.rindex);
    vec_fini(&run.frames);
    vec_fini(&run.stack);
    vec_fini(&run.members);
    bitset_free(&run.leaves);
    return bytes;
}

/* ---- Bottom components. Nearly every program has few: states that end in a terminal state are none, and where the rest can always come back
   to one state, that state's component is the only one. "Who leads to a marked state" is found by sweeps over the graph against the order of
   discovery: most edges lead forward, so that few sweeps are enough, and they need one bit a state. What is left goes to Tarjan. */

enum { SWEEPS = 40, WALK = 20000, ATTEMPTS = 8, SMALL = 4096 };

static bool is_seed(EdgeIter *iter, uint32_t source) {
    if (iter->flags & EDGES_LEAVES) return true;
    if (iter->flags & EDGES_SELF) return false;
    while (edges_next(iter))
        if (iter->target != source) return false;
    return true;
}

/* States that no run from which stays for ever in a component with transitions for sure: terminal, leaving, not expanded. */
static uint32_t mark_seeds(const Edges *edges, Bitset *marked) {
    uint32_t count = 0;
    for (uint32_t group = 0; group * EDGES_GROUP < edges->n; group++) {
        EdgeIter iters[EDGES_GROUP];
        uint32_t n = edges_group(edges, group, iters);
        for (uint32_t i = 0; i < n; i++) {
            if (!is_seed(&iters[i], group * EDGES_GROUP + i)) continue;
            bitset_add(marked, group * EDGES_GROUP + i);
            count++;
        }
    }
    for (uint32_t state = edges->n; state < marked->n; state++, count++) bitset_add(marked, state);
    return count;
}

static uint32_t sweep(const Edges *edges, Bitset *marked, const Bitset *skip) {
    uint32_t count = 0;
    for (uint32_t group = (edges->n + EDGES_GROUP - 1) / EDGES_GROUP; group-- > 0;) {
        uint32_t from = group * EDGES_GROUP;
        uint64_t done = marked->words[from / 64] | (skip != NULL ? skip->words[from / 64] : 0);
        if ((done >> (from % 64) & 0xff) == 0xff) continue;
        EdgeIter iters[EDGES_GROUP];
        for (uint32_t i = edges_group(edges, group, iters); i-- > 0;) {
            if (done >> ((from + i) % 64) & 1) continue;
            while (edges_next(&iters[i])) {
                if (!bitset_has(marked, iters[i].target)) continue;
                bitset_add(marked, from + i);
                count++;
                break;
            }
        }
    }
    return count;
}

/* Adds all that leads to a marked state; false when that takes too many sweeps. */
static bool close_backward(const Edges *edges, Bitset *marked, const Bitset *skip, uint32_t *count) {
    for (int i = 0; i < SWEEPS; i++) {
        uint32_t added = sweep(edges, marked, skip);
        *count += added;
        if (added == 0) return true;
    }
    return false;
}

static uint32_t walk(const Edges *edges, uint32_t state) {
    uint64_t random = 1;
    for (int step = 0; step < WALK; step++) {
        uint32_t n = 0, pick = state;
        EdgeIter iter = edges_of(edges, state);
        while (edges_next(&iter)) {
            random = hash_mix(random + 1);
            if (random % ++n == 0) pick = iter.target;
        }
        state = pick;
    }
    return state;
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
        while (edges_next(&iter)) {
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

/* Finds one bottom component among the unmarked states by walking into it, visits it and marks what leads to it; false when that did not work. */
static bool bottom_by_walk(const Edges *edges, Bitset *marked, uint32_t *count, SccVisitor visit, void *context, uint64_t *bytes) {
    uint32_t state = marked->n - 1;
    while (bitset_has(marked, state)) state--;
    Members members = {0};
    bool found = false;
    for (int attempt = 0; attempt < ATTEMPTS && !found; attempt++) {
        Bitset leading = bitset_new(marked->n);
        uint32_t n = 1;
        state = walk(edges, state);
        bitset_add(&leading, state);
        bool closed = close_backward(edges, &leading, marked, &n);
        uint32_t outside = closed ? forward(edges, state, &leading, &members) : UINT32_MAX;
        found = closed && outside == UINT32_MAX;
        if (found) {
            for (uint32_t w = 0; w <= marked->n / 64; w++) marked->words[w] |= leading.words[w];
            *count += n;
        }
        uint64_t held = 4ull * members.cap + 3 * bitset_bytes(marked->n);
        if (held > *bytes) *bytes = held;
        bitset_free(&leading);
        if (!closed) break;
        if (!found) state = outside;
    }
    if (found) visit(context, members.data, members.n, false);
    vec_fini(&members);
    return found;
}

typedef struct Bottoms { SccVisitor visit; void *context; } Bottoms;

/* Seeds were taken out, so a component that is left has transitions. */
static void visit_bottom(void *context, uint32_t *members, uint32_t n, bool leaves) {
    const Bottoms *bottoms = context;
    if (!leaves) bottoms->visit(bottoms->context, members, n, false);
}

uint64_t scc_bottoms(const Edges *edges, uint32_t nstates, SccVisitor visit, void *context) {
    Bitset marked = bitset_new(nstates);
    uint64_t bytes = bitset_bytes(nstates);
    uint32_t count = mark_seeds(edges, &marked);
    bool closed = close_backward(edges, &marked, NULL, &count);
    for (int i = 0; closed && i < ATTEMPTS && nstates - count > SMALL; i++)
        if (!bottom_by_walk(edges, &marked, &count, visit, context, &bytes)) break;
    if (count < nstates) {
        for (uint32_t w = 0; w <= nstates / 64; w++) marked.words[w] = ~marked.words[w];
        for (uint32_t i = nstates; i < (nstates / 64 + 1) * 64; i++) bitset_remove(&marked, i);
        Bottoms bottoms = {visit, context};
        SccGraph graph = {.edges = edges, .nodes = &marked};
        uint64_t held = bitset_bytes(nstates) + scc_each(&graph, visit_bottom, &bottoms);
        if (held > bytes) bytes = held;
    }
    bitset_free(&marked);
    return bytes;
}
