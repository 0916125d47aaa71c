#include "checker/branching.h"

#include "model/support/fatal.h"
#include "model/temporal.h"

#include <stdlib.h>
#include <string.h>

enum { PATIENCE = 1 << 14 /* nodes between two looks at the clock */ };
#define NONE UINT32_MAX

/* A node is a state together with those events of the property that happened in the step into it; nodes of one state
   are in a chain. */
typedef struct Branching {
    const BranchingQuery *query;
    CtlGraph graph;
    uint64_t *events; /* per label: the letter of its events */
    uint32_t *first;  /* per state: its first node */
    VEC(uint32_t) next;
    VEC(uint64_t) entered; /* per node: events */
} Branching;

static void *allocate(size_t count, size_t size) {
    void *memory = calloc(count + 1, size);
    if (memory == NULL) fatal("out of memory");
    return memory;
}

static uint32_t node_of(Branching *branching, uint32_t state, uint64_t events) {
    for (uint32_t node = branching->first[state]; node != NONE; node = branching->next.data[node])
        if (branching->entered.data[node] == events) return node;
    const BranchingQuery *query = branching->query;
    uint32_t node = branching->graph.fair.nodes.n;
    uint64_t conditions = kripke_conditions(query->kripke, state);
    vec_push(&branching->graph.fair.nodes, (FairNode){state, NO_SLOT});
    vec_push(&branching->graph.letters, temporal_letter(query->atoms, query->property, conditions, 0) | events);
    vec_push(&branching->entered, events);
    vec_push(&branching->next, branching->first[state]);
    branching->first[state] = node;
    return node;
}

/* The steps of a node; where nothing but faults and an environment that need not can move, it is its own successor. */
static void expand(Branching *branching, uint32_t node) {
    const Kripke *kripke = branching->query->kripke;
    const Edges *edges = kripke->edges;
    FairGraph *graph = &branching->graph.fair;
    uint32_t state = graph->nodes.data[node].state;
    vec_push(&graph->first, graph->steps.n);
    if (state >= edges->n) return;
    EdgeIter iter = edges_of(edges, state);
    while (edges_next(&iter)) {
        const EdgeLabel *label = edges_label(edges, iter.label);
        if (label->flags & LABEL_NOWHERE) continue;
        uint32_t target = node_of(branching, iter.target, branching->events[iter.label]);
        vec_push(&graph->steps, (FairEdge){target, iter.label});
    }
    if (bitset_has(&kripke->rests, state))
        vec_push(&graph->steps, (FairEdge){node_of(branching, state, 0), kripke->stutter});
}

static bool is_open(const Kripke *kripke, uint32_t state) {
    if (kripke->complete) return false;
    return state >= kripke->edges->n || (edges_of(kripke->edges, state).flags & EDGES_LEAVES) != 0;
}

static uint64_t bytes_of(const Branching *branching) {
    return kripke_memory(branching->query->kripke) + ctl_graph_memory(&branching->graph) +
           4ull * branching->query->kripke->nstates + 12ull * branching->next.cap;
}

/* False: no time, or no room. */
static bool build(Branching *branching) {
    const BranchingQuery *query = branching->query;
    CtlGraph *graph = &branching->graph;
    for (uint32_t state = 0; state < query->kripke->edges->nroots; state++) node_of(branching, state, 0);
    graph->nroots = graph->fair.nodes.n;
    for (uint32_t node = 0; node < graph->fair.nodes.n; node++) {
        if (node % PATIENCE == 0 && !fair_may_go_on(query->view, bytes_of(branching))) return false;
        if (graph->fair.nodes.n > NONE / 2 || graph->fair.steps.n > NONE / 2) return false;
        expand(branching, node);
    }
    vec_push(&graph->fair.first, graph->fair.steps.n);
    graph->open = bitset_new(graph->fair.nodes.n);
    for (uint32_t node = 0; node < graph->fair.nodes.n; node++)
        if (is_open(query->kripke, graph->fair.nodes.data[node].state)) bitset_add(&graph->open, node);
    ctl_graph_close(graph);
    return true;
}

static void open_branching(Branching *branching) {
    const BranchingQuery *query = branching->query;
    const Labels *labels = &query->kripke->edges->labels;
    branching->graph.fair.edges = query->kripke->edges;
    branching->graph.fair.view = query->view;
    branching->events = allocate(labels->n, sizeof *branching->events);
    for (uint32_t i = 0; i < labels->n; i++)
        branching->events[i] = temporal_letter(query->atoms, query->property, 0, labels->labels[i].events);
    branching->first = allocate(query->kripke->nstates, sizeof *branching->first);
    memset(branching->first, 0xff, sizeof *branching->first * query->kripke->nstates);
}

static void close_branching(Branching *branching) {
    ctl_graph_fini(&branching->graph);
    free(branching->events);
    free(branching->first);
    vec_fini(&branching->next);
    vec_fini(&branching->entered);
}

/* It holds when it is true in each initial state; one where it is false is enough. *shown: the node to explain. */
static Verdict judge(const BranchingQuery *query, const Ctl *ctl, uint32_t *shown) {
    uint32_t whole = query->property->nnodes - 1;
    bool all = !query->misses_start;
    *shown = 0;
    for (uint32_t root = 0; root < ctl->graph->nroots; root++) {
        if (ctl_knows(ctl, whole, false, root)) {
            *shown = root;
            return VERDICT_VIOLATED;
        }
        all &= ctl_knows(ctl, whole, true, root);
    }
    return all ? VERDICT_HOLDS : VERDICT_UNKNOWN;
}

static void evaluate(Branching *branching, BranchingAnswer *answer) {
    const BranchingQuery *query = branching->query;
    const Property *property = query->property;
    Ctl ctl;
    answer->finished = ctl_evaluate(&ctl, &branching->graph, property->nodes, property->nnodes, query->fairness);
    if (answer->finished) {
        uint32_t shown;
        answer->verdict = judge(query, &ctl, &shown);
        bool told = answer->verdict == VERDICT_VIOLATED || (answer->verdict == VERDICT_HOLDS && query->wants_witness);
        if (told && branching->graph.nroots > 0)
            ctl_tree_grow(&answer->tree, &ctl, shown, answer->verdict == VERDICT_HOLDS, query->kripke->stutter);
    }
    ctl_fini(&ctl);
}

void branching_check(const BranchingQuery *query, BranchingAnswer *answer) {
    Branching branching = {.query = query};
    *answer = (BranchingAnswer){.verdict = VERDICT_UNKNOWN};
    open_branching(&branching);
    if (build(&branching)) evaluate(&branching, answer);
    answer->nnodes = branching.graph.fair.nodes.n;
    for (uint32_t i = 0; answer->tree.branches.n > 0 && i < branching.graph.fair.nodes.n; i++)
        vec_push(&answer->states, branching.graph.fair.nodes.data[i].state);
    close_branching(&branching);
}

void branching_answer_fini(BranchingAnswer *answer) {
    ctl_tree_fini(&answer->tree);
    vec_fini(&answer->states);
}
