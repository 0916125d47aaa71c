#include "checker/ctl.h"

#include <assert.h>
#include <string.h>

/* ---- the graph */

void ctl_graph_close(CtlGraph *graph) {
    const FairGraph *fair = &graph->fair;
    uint32_t n = fair->nodes.n;
    assert(fair->first.n == n + 1 && graph->letters.n == n);
    graph->is_closed = true;
    for (uint32_t node = 0; node < n && graph->is_closed; node++) graph->is_closed = !bitset_has(&graph->open, node);
    vec_clear(&graph->back_from);
    vec_resize(&graph->back_from, n + 1);
    vec_resize(&graph->back, fair->steps.n);
    for (uint32_t e = 0; e < fair->steps.n; e++) graph->back_from.data[fair->steps.data[e].target + 1]++;
    for (uint32_t i = 0; i < n; i++) graph->back_from.data[i + 1] += graph->back_from.data[i];
    for (uint32_t node = 0; node < n; node++)
        for (uint32_t e = fair->first.data[node]; e < fair->first.data[node + 1]; e++)
            graph->back.data[graph->back_from.data[fair->steps.data[e].target]++] = node;
    for (uint32_t i = n; i > 0; i--) graph->back_from.data[i] = graph->back_from.data[i - 1];
    graph->back_from.data[0] = 0;
}

void ctl_graph_fini(CtlGraph *graph) {
    fair_graph_fini(&graph->fair);
    vec_fini(&graph->letters);
    bitset_free(&graph->open);
    vec_fini(&graph->back);
    vec_fini(&graph->back_from);
}

uint64_t ctl_graph_memory(const CtlGraph *graph) {
    return fair_graph_memory(&graph->fair) + 8ull * graph->letters.cap + bitset_bytes(graph->open.n) +
           4ull * (graph->back.cap + graph->back_from.cap);
}

/* ---- sets */

static uint32_t words_of(const Bitset *set) { return set->n / 64 + 1; }

/* What lies past the last node stays as it comes; nobody looks there. */
static void invert(Bitset *out, const Bitset *set) {
    for (uint32_t w = 0; w < words_of(set); w++) out->words[w] = ~set->words[w];
}

static void intersect(Bitset *out, const Bitset *a, const Bitset *b) {
    for (uint32_t w = 0; w < words_of(a); w++) out->words[w] = a->words[w] & b->words[w];
}

static void unite(Bitset *out, const Bitset *a, const Bitset *b) {
    for (uint32_t w = 0; w < words_of(a); w++) out->words[w] = a->words[w] | b->words[w];
}

static void copy(Bitset *out, const Bitset *set) { memcpy(out->words, set->words, words_of(set) * sizeof *set->words); }

static void fill(Bitset *out, bool value) { memset(out->words, value ? 0xff : 0, words_of(out) * sizeof *out->words); }

static CtlTruth new_truth(Ctl *ctl) {
    uint32_t n = ctl->graph->fair.nodes.n;
    ctl->memory += 2 * bitset_bytes(n);
    return (CtlTruth){bitset_new(n), bitset_new(n)};
}

static void free_truth(CtlTruth *truth) {
    bitset_free(&truth->surely);
    bitset_free(&truth->perhaps);
}

/* ---- operators on sets; `open`: nodes from which anything is taken to be possible, or NULL */

typedef VEC(uint32_t) Queue;

/* E[a U b]: `out` holds b, and what leads to it through a. */
static void reach_back(const CtlGraph *graph, const Bitset *a, const Bitset *open, Bitset *out) {
    Queue queue = {0};
    uint32_t n = graph->fair.nodes.n;
    for (uint32_t node = 0; node < n; node++) {
        if (open && bitset_has(open, node) && bitset_has(a, node)) bitset_add(out, node);
        if (bitset_has(out, node)) vec_push(&queue, node);
    }
    while (queue.n > 0) {
        uint32_t node = vec_pop(&queue);
        for (uint32_t k = graph->back_from.data[node]; k < graph->back_from.data[node + 1]; k++) {
            uint32_t source = graph->back.data[k];
            if (bitset_has(out, source) || !bitset_has(a, source)) continue;
            bitset_add(out, source);
            vec_push(&queue, source);
        }
    }
    vec_fini(&queue);
}

static void step_back(const CtlGraph *graph, const Bitset *to, const Bitset *open, Bitset *out) {
    fill(out, false);
    for (uint32_t node = 0; node < graph->fair.nodes.n; node++) {
        if (open && bitset_has(open, node)) bitset_add(out, node);
        if (!bitset_has(to, node)) continue;
        for (uint32_t k = graph->back_from.data[node]; k < graph->back_from.data[node + 1]; k++)
            bitset_add(out, graph->back.data[k]);
    }
}

/* The same nodes, with the steps between those of the set. */
static FairGraph part_of(const FairGraph *graph, const Bitset *set) {
    FairGraph part = {.edges = graph->edges, .view = graph->view};
    for (uint32_t node = 0; node < graph->nodes.n; node++) {
        vec_push(&part.nodes, graph->nodes.data[node]);
        vec_push(&part.first, part.steps.n);
        for (uint32_t e = graph->first.data[node]; e < graph->first.data[node + 1] && bitset_has(set, node); e++)
            if (bitset_has(set, graph->steps.data[e].target)) vec_push(&part.steps, graph->steps.data[e]);
    }
    vec_push(&part.first, part.steps.n);
    return part;
}

static bool add_members(void *context, const FairPart *part) {
    Bitset *out = context;
    for (uint32_t i = 0; i < part->n; i++) bitset_add(out, part->members[i]);
    return true;
}

/* EG a. */
static void stay(Ctl *ctl, const Bitset *a, const Bitset *open, Bitset *out) {
    FairGraph part = part_of(&ctl->graph->fair, a);
    fill(out, false);
    uint64_t bytes = fair_each(&part, ctl->fairness, NULL, add_members, out) + fair_graph_memory(&part);
    if (bytes > ctl->memory) ctl->memory = bytes;
    fair_graph_fini(&part);
    reach_back(ctl->graph, a, open, out);
}

/* ---- operators on what is known; without open nodes both sets are one */

static void keep_both(Ctl *ctl, CtlTruth *out) {
    if (ctl->graph->is_closed) copy(&out->perhaps, &out->surely);
}

static void negate(CtlTruth *out, const CtlTruth *a) {
    invert(&out->surely, &a->perhaps);
    invert(&out->perhaps, &a->surely);
}

static void can_next(Ctl *ctl, CtlTruth *out, const CtlTruth *a) {
    CtlTruth to = new_truth(ctl);
    intersect(&to.surely, &a->surely, &ctl->fair.surely);
    intersect(&to.perhaps, &a->perhaps, &ctl->fair.perhaps);
    step_back(ctl->graph, &to.surely, NULL, &out->surely);
    if (!ctl->graph->is_closed) step_back(ctl->graph, &to.perhaps, &ctl->graph->open, &out->perhaps);
    keep_both(ctl, out);
    free_truth(&to);
}

static void can_reach(Ctl *ctl, CtlTruth *out, const CtlTruth *a, const CtlTruth *b) {
    intersect(&out->surely, &b->surely, &ctl->fair.surely);
    reach_back(ctl->graph, &a->surely, NULL, &out->surely);
    if (!ctl->graph->is_closed) {
        intersect(&out->perhaps, &b->perhaps, &ctl->fair.perhaps);
        reach_back(ctl->graph, &a->perhaps, &ctl->graph->open, &out->perhaps);
    }
    keep_both(ctl, out);
}

static void can_stay(Ctl *ctl, CtlTruth *out, const CtlTruth *a) {
    stay(ctl, &a->surely, NULL, &out->surely);
    if (!ctl->graph->is_closed) stay(ctl, &a->perhaps, &ctl->graph->open, &out->perhaps);
    keep_both(ctl, out);
}

static void always(CtlTruth *out) {
    fill(&out->surely, true);
    fill(&out->perhaps, true);
}

/* A[a U b]: no run comes to neither of them without b before, and none goes on without b for ever. */
static void must_reach(Ctl *ctl, CtlTruth *out, const CtlTruth *a, const CtlTruth *b) {
    CtlTruth not_b = new_truth(ctl), neither = new_truth(ctl), fails = new_truth(ctl), stays = new_truth(ctl);
    negate(&not_b, b);
    negate(&neither, a);
    intersect(&neither.surely, &neither.surely, &not_b.surely);
    intersect(&neither.perhaps, &neither.perhaps, &not_b.perhaps);
    can_reach(ctl, &fails, &not_b, &neither);
    can_stay(ctl, &stays, &not_b);
    unite(&fails.surely, &fails.surely, &stays.surely);
    unite(&fails.perhaps, &fails.perhaps, &stays.perhaps);
    negate(out, &fails);
    free_truth(&not_b);
    free_truth(&neither);
    free_truth(&fails);
    free_truth(&stays);
}

/* AX, AF, AG: no run does the opposite. */
static void must(Ctl *ctl, TemporalOp op, CtlTruth *out, const CtlTruth *a) {
    CtlTruth opposite = new_truth(ctl), fails = new_truth(ctl), any = new_truth(ctl);
    always(&any);
    negate(&opposite, a);
    if (op == TEMPORAL_AX) can_next(ctl, &fails, &opposite);
    else if (op == TEMPORAL_AF) can_stay(ctl, &fails, &opposite);
    else can_reach(ctl, &fails, &any, &opposite);
    negate(out, &fails);
    free_truth(&opposite);
    free_truth(&fails);
    free_truth(&any);
}

/* ---- formulas */

static void note_atom(const CtlGraph *graph, CtlTruth *out, uint32_t atom) {
    for (uint32_t node = 0; node < graph->letters.n; node++)
        if (graph->letters.data[node] >> atom & 1) bitset_add(&out->surely, node);
    copy(&out->perhaps, &out->surely);
}

static void combine(Ctl *ctl, TemporalOp op, CtlTruth *out, const CtlTruth *a, const CtlTruth *b) {
    CtlTruth not_a = new_truth(ctl), not_b = new_truth(ctl);
    negate(&not_a, a);
    negate(&not_b, b);
    for (int sure = 0; sure < 2; sure++) {
        Bitset *to = sure ? &out->surely : &out->perhaps;
        const Bitset *x = sure ? &a->surely : &a->perhaps, *y = sure ? &b->surely : &b->perhaps;
        const Bitset *nx = sure ? &not_a.surely : &not_a.perhaps, *ny = sure ? &not_b.surely : &not_b.perhaps;
        for (uint32_t w = 0; w < words_of(to); w++) {
            uint64_t p = x->words[w], q = y->words[w], np = nx->words[w], nq = ny->words[w];
            to->words[w] = op == TEMPORAL_AND ? p & q : op == TEMPORAL_OR ? p | q : op == TEMPORAL_IMPLIES ? np | q
                                                                               : (p & q) | (np & nq);
        }
    }
    free_truth(&not_a);
    free_truth(&not_b);
}

static void evaluate(Ctl *ctl, uint32_t part) {
    const TemporalNode *node = &ctl->nodes[part];
    CtlTruth *out = &ctl->truth[part], any;
    bool is_atom = node->op == TEMPORAL_ATOM;
    const CtlTruth *a = &ctl->truth[is_atom ? part : node->a], *b = &ctl->truth[is_atom ? part : node->b];
    switch (node->op) {
    case TEMPORAL_TRUE: always(out); break;
    case TEMPORAL_FALSE: break;
    case TEMPORAL_ATOM: note_atom(ctl->graph, out, node->a); break;
    case TEMPORAL_NOT: negate(out, a); break;
    case TEMPORAL_AND:
    case TEMPORAL_OR:
    case TEMPORAL_IMPLIES:
    case TEMPORAL_IFF: combine(ctl, node->op, out, a, b); break;
    case TEMPORAL_EX: can_next(ctl, out, a); break;
    case TEMPORAL_EG: can_stay(ctl, out, a); break;
    case TEMPORAL_EU: can_reach(ctl, out, a, b); break;
    case TEMPORAL_EF:
        any = new_truth(ctl);
        always(&any);
        can_reach(ctl, out, &any, a);
        free_truth(&any);
        break;
    case TEMPORAL_AX:
    case TEMPORAL_AF:
    case TEMPORAL_AG: must(ctl, node->op, out, a); break;
    case TEMPORAL_AU: must_reach(ctl, out, a, b); break;
    default: assert(!"an operator that is none of branching time");
    }
}

static bool may_go_on(const Ctl *ctl) {
    const FairView *view = ctl->graph->fair.view;
    return fair_may_go_on(view, ctl_graph_memory(ctl->graph) + ctl->memory);
}

bool ctl_evaluate(Ctl *ctl, const CtlGraph *graph, const TemporalNode *nodes, uint32_t nnodes, Fairness fairness) {
    *ctl = (Ctl){.graph = graph, .nodes = nodes, .nnodes = nnodes, .fairness = fairness};
    ctl->truth = calloc(nnodes + 1u, sizeof *ctl->truth);
    if (ctl->truth == NULL) fatal("out of memory");
    CtlTruth any = new_truth(ctl);
    ctl->fair = new_truth(ctl);
    always(&any);
    bool goes_on = may_go_on(ctl);
    if (goes_on) can_stay(ctl, &ctl->fair, &any);
    free_truth(&any);
    for (uint32_t part = 0; part < nnodes; part++) ctl->truth[part] = new_truth(ctl);
    for (uint32_t part = 0; part < nnodes && goes_on; part++) {
        evaluate(ctl, part);
        goes_on = may_go_on(ctl);
    }
    return goes_on;
}

void ctl_fini(Ctl *ctl) {
    for (uint32_t part = 0; ctl->truth != NULL && part < ctl->nnodes; part++) free_truth(&ctl->truth[part]);
    free_truth(&ctl->fair);
    free(ctl->truth);
}
