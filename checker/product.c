#include "checker/product.h"

#include "checker/lasso.h"
#include "model/support/fatal.h"
#include "model/temporal.h"

#include <assert.h>
#include <stdlib.h>

#define STOPPED 0x80000000u /* of an automaton state in a node: the run has stopped */
#define NONE UINT32_MAX
enum {
    PAGE = 1024,          /* states a page of the index */
    STARTS = 64,          /* of loops, tried in a component */
    PATIENCE = 1 << 14,   /* nodes between two looks at the clock */
    MOST_RELATED = 2048   /* automaton states, for components; larger ones count as one component */
};

typedef struct Node {
    uint32_t state, at;
} Node;

typedef struct Product {
    const ProductQuery *query;
    const Edges *edges;
    const Buchi *buchi;
    uint64_t all; /* acceptance sets */
    bool *is_accepting; /* per automaton state: its component can accept */
    bool marked;        /* steps carry their sets: the automaton's strength does not say enough */
    uint64_t *letters;  /* per label: the letter of its events */
    VEC(Node) nodes;    /* in the order of a breadth-first search */
    VEC(uint32_t) parent;
    VEC(uint32_t) rank;   /* per node: its number in `graph`, NONE */
    VEC(uint32_t) origin; /* per node of the graph: its node here */
    uint32_t ***index;    /* per automaton state, those of runs that stopped after the others: pages of node + 1 */
    uint64_t npages;
    FairGraph graph; /* the nodes at which the automaton can accept */
    uint32_t sink;   /* the first node where all is accepted, NONE */
    ProductAnswer *answer;
    uint32_t best;   /* the node that the loop of the answer begins at */
    uint32_t length; /* of the answer, NONE */
} Product;

static void *allocate(size_t count, size_t size) {
    void *memory = calloc(count + 1, size);
    if (memory == NULL) fatal("out of memory");
    return memory;
}

/* ---- the automaton's components */

/* reach[s] holds what can be reached from s by at least one edge: Warshall. */
static Bitset *relate(const Buchi *buchi) {
    Bitset *reach = allocate(buchi->nstates, sizeof *reach);
    for (uint32_t s = 0; s < buchi->nstates; s++) {
        reach[s] = bitset_new(buchi->nstates);
        for (uint32_t e = buchi->first[s]; e < buchi->first[s + 1]; e++) bitset_add(&reach[s], buchi->edges[e].to);
    }
    for (uint32_t via = 0; via < buchi->nstates; via++)
        for (uint32_t s = 0; s < buchi->nstates; s++)
            for (uint32_t w = 0; bitset_has(&reach[s], via) && w <= buchi->nstates / 64; w++)
                reach[s].words[w] |= reach[via].words[w];
    return reach;
}

static void find_accepting(Product *product) {
    const Buchi *buchi = product->buchi;
    if (buchi->nstates > MOST_RELATED) { /* so its strength says nothing of components */
        product->marked = product->all != 0;
        for (uint32_t s = 0; s < buchi->nstates; s++) product->is_accepting[s] = true;
        return;
    }
    Bitset *reach = relate(buchi);
    for (uint32_t s = 0; s < buchi->nstates; s++) {
        if (!bitset_has(&reach[s], s)) continue;
        uint64_t marks = 0;
        for (uint32_t t = 0; t < buchi->nstates; t++) {
            if (!bitset_has(&reach[s], t) || !bitset_has(&reach[t], s)) continue;
            for (uint32_t e = buchi->first[t]; e < buchi->first[t + 1]; e++)
                if (bitset_has(&reach[buchi->edges[e].to], s)) marks |= buchi->edges[e].marks;
        }
        product->is_accepting[s] = (marks & product->all) == product->all;
    }
    for (uint32_t s = 0; s < buchi->nstates; s++) bitset_free(&reach[s]);
    free(reach);
}

/* ---- nodes */

static uint32_t *find_place(Product *product, uint32_t state, uint32_t at) {
    uint32_t row = at & STOPPED ? product->buchi->nstates + (at & ~STOPPED) : at;
    uint32_t **pages = product->index[row];
    if (pages == NULL) {
        uint32_t n = product->query->kripke->nstates / PAGE + 1;
        pages = product->index[row] = allocate(n, sizeof *pages);
        product->npages += n * sizeof *pages / (PAGE * sizeof **pages) + 1;
    }
    uint32_t **page = &pages[state / PAGE];
    if (*page == NULL) {
        *page = allocate(PAGE, sizeof **page);
        product->npages++;
    }
    return &(*page)[state % PAGE];
}

static uint32_t reach(Product *product, uint32_t state, uint32_t at, uint32_t parent) {
    uint32_t *place = find_place(product, state, at), automaton = at & ~STOPPED, node = product->nodes.n;
    if (*place != 0) return *place - 1;
    vec_push(&product->nodes, (Node){state, at});
    vec_push(&product->parent, parent);
    *place = product->nodes.n;
    bool accepts = product->is_accepting[automaton];
    vec_push(&product->rank, accepts ? product->origin.n : NONE);
    if (accepts) {
        vec_push(&product->origin, node);
        vec_push(&product->graph.nodes, (FairNode){state, at});
    }
    bool sinks = product->buchi->sink != NULL && product->buchi->sink[automaton];
    if (sinks && product->sink == NONE) product->sink = node;
    return node;
}

/* ---- steps */

/* The steps of a node, one by one: for each step of the graph those of the automaton that read the letter of its target. */
typedef struct Iter {
    EdgeIter edges;
    uint32_t state, at, e; /* the automaton's next edge */
    uint64_t letter;
    uint32_t target, label;
    bool open, stopping, stuttered;
} Iter;
typedef struct Step {
    uint32_t state, at, label;
    uint64_t marks;
} Step;

static uint64_t letter_of(const Product *product, uint32_t state, uint32_t label) {
    const ProductQuery *query = product->query;
    uint64_t conditions = kripke_conditions(query->kripke, state);
    return temporal_letter(query->atoms, query->property, conditions, 0) | product->letters[label];
}

static void iter_open(const Product *product, Node node, Iter *iter) {
    *iter = (Iter){.state = node.state, .at = node.at & ~STOPPED, .stopping = (node.at & STOPPED) != 0};
    if (!iter->stopping && node.state < product->edges->n) iter->edges = edges_of(product->edges, node.state);
}

static void lead(const Product *product, Iter *iter, uint32_t target, uint32_t label) {
    iter->target = target;
    iter->label = label;
    iter->letter = letter_of(product, target, label);
    iter->e = product->buchi->first[iter->at];
    iter->open = true;
}

/* The next step of the graph, at last the one that stops. */
static bool iter_advance(const Product *product, Iter *iter) {
    const Kripke *kripke = product->query->kripke;
    while (!iter->stopping && edges_next(&iter->edges)) {
        if (edges_label(product->edges, iter->edges.label)->flags & LABEL_NOWHERE) continue;
        lead(product, iter, iter->edges.target, iter->edges.label);
        return true;
    }
    if (iter->stuttered || iter->state >= product->edges->n || !bitset_has(&kripke->rests, iter->state)) return false;
    iter->stuttered = iter->stopping = true;
    lead(product, iter, iter->state, kripke->stutter);
    return true;
}

static bool iter_next(const Product *product, Iter *iter, Step *step) {
    const Buchi *buchi = product->buchi;
    for (;;) {
        for (; iter->open && iter->e < buchi->first[iter->at + 1]; iter->e++) {
            const BuchiEdge *edge = &buchi->edges[iter->e];
            if (!buchi_allows(buchi, edge, iter->letter)) continue;
            uint32_t stops = iter->stopping ? STOPPED : 0;
            *step = (Step){iter->target, edge->to | stops, iter->label, edge->marks};
            iter->e++;
            return true;
        }
        if (!iter_advance(product, iter)) return false;
    }
}

static bool repeats_last(const Product *product, FairEdge edge) {
    const FairGraph *graph = &product->graph;
    if (product->marked || graph->steps.n == vec_last(&graph->first)) return false;
    FairEdge last = vec_last(&graph->steps);
    return last.target == edge.target && last.label == edge.label;
}

static void expand(Product *product, uint32_t node) {
    Iter iter;
    Step step;
    uint32_t rank = product->rank.data[node];
    if (rank != NONE) vec_push(&product->graph.first, product->graph.steps.n);
    iter_open(product, product->nodes.data[node], &iter);
    while (iter_next(product, &iter, &step)) {
        uint32_t target = reach(product, step.state, step.at, node), to = product->rank.data[target];
        FairEdge edge = {to, step.label};
        if (rank == NONE || to == NONE || repeats_last(product, edge)) continue;
        vec_push(&product->graph.steps, edge);
        if (product->marked) vec_push(&product->graph.marks, step.marks);
    }
}

static void start(Product *product) {
    const Buchi *buchi = product->buchi;
    const ProductQuery *query = product->query;
    for (uint32_t state = 0; state < product->edges->nroots; state++) {
        uint64_t conditions = kripke_conditions(query->kripke, state);
        uint64_t letter = temporal_letter(query->atoms, query->property, conditions, 0);
        for (uint32_t e = buchi->first[buchi->initial]; e < buchi->first[buchi->initial + 1]; e++)
            if (buchi_allows(buchi, &buchi->edges[e], letter)) reach(product, state, buchi->edges[e].to, NONE);
    }
}

static uint64_t bytes_of(const Product *product) {
    uint64_t bytes = sizeof(Node) * (uint64_t)product->nodes.cap + product->npages * PAGE * sizeof(uint32_t);
    bytes += sizeof(uint32_t) * ((uint64_t)product->parent.cap + product->rank.cap + product->origin.cap);
    return bytes + kripke_memory(product->query->kripke);
}

static bool may_go_on(const Product *product) {
    return fair_may_go_on(product->query->view, bytes_of(product) + fair_graph_memory(&product->graph));
}

/* False: no time, or no room. */
static bool build(Product *product) {
    bool hurries = product->buchi->strength == BUCHI_GUARANTEE && !product->query->plain;
    start(product);
    for (uint32_t node = 0; node < product->nodes.n; node++) {
        if (hurries && product->sink != NONE && product->query->kripke->goes_on) return true;
        if (node % PATIENCE == 0 && !may_go_on(product)) return false;
        if (product->nodes.n > UINT32_MAX / 2 || product->graph.steps.n > UINT32_MAX / 2) return false;
        expand(product, node);
    }
    vec_push(&product->graph.first, product->graph.steps.n);
    return true;
}

/* ---- what is found */

/* The steps from the start to the node, which is the last one. */
static void tell_prefix(Product *product, uint32_t node) {
    ProductSteps *prefix = &product->answer->prefix;
    VEC(uint32_t) path = {0};
    for (uint32_t at = node; at != NONE; at = product->parent.data[at]) vec_push(&path, at);
    vec_clear(prefix);
    vec_push(prefix, (ProductStep){product->nodes.data[vec_last(&path)].state, 0});
    for (uint32_t i = path.n - 1; i-- > 0;) {
        Node to = product->nodes.data[path.data[i]];
        Iter iter;
        Step step = {.state = NONE};
        iter_open(product, product->nodes.data[path.data[i + 1]], &iter);
        while (iter_next(product, &iter, &step) && (step.state != to.state || step.at != to.at)) {}
        assert(step.state == to.state && step.at == to.at);
        if (step.label != product->query->kripke->stutter) vec_push(prefix, (ProductStep){to.state, step.label});
    }
    vec_fini(&path);
}

static void tell_loop(Product *product, const FairPart *part, const LassoSteps *steps) {
    ProductSteps *loop = &product->answer->loop;
    vec_clear(loop);
    for (uint32_t i = 0; i < steps->n; i++)
        if (steps->data[i].label != product->query->kripke->stutter)
            vec_push(loop, (ProductStep){part->graph->nodes.data[steps->data[i].node].state, steps->data[i].label});
    product->answer->stutters = loop->n == 0;
}

static uint32_t depth_of(const Product *product, uint32_t node) {
    uint32_t depth = 0;
    for (; product->parent.data[node] != NONE; node = product->parent.data[node]) depth++;
    return depth;
}

/* The cycle at the member, if with the way there it is shorter than what was found before. */
static bool try_start(Product *product, const FairPart *part, uint32_t member) {
    LassoWants wants = {member, NO_SLOT, false};
    LassoSteps steps = {0};
    uint32_t node = product->origin.data[part->members[member]], depth = depth_of(product, node);
    bool may_help = product->length == NONE || depth + 1 < product->length, exact = true;
    if (may_help && member == 0) lasso_make(part, wants, &steps);
    else if (may_help) exact = lasso_shortest(part, wants, &steps);
    if (may_help && exact && depth + steps.n < product->length) {
        product->answer->found = true;
        product->length = depth + steps.n;
        product->best = node;
        tell_loop(product, part, &steps);
    }
    vec_fini(&steps);
    return may_help && exact;
}

/* The sets that the steps inside are in. */
static uint64_t marks_inside(
    const FairGraph *graph, const uint32_t *members, uint32_t n, const uint32_t *index, const Bitset *banned) {
    uint64_t marks = 0;
    for (uint32_t i = 0; i < n && marks != graph->all_marks; i++)
        for (uint32_t e = graph->first.data[members[i]]; e < graph->first.data[members[i] + 1]; e++)
            if (index[graph->steps.data[e].target] != NONE && (banned == NULL || !bitset_has(banned, e)))
                marks |= graph->marks.data[e];
    return marks & graph->all_marks;
}

static bool wants(
    void *context, const FairGraph *graph, const uint32_t *members, uint32_t n, const uint32_t *index) {
    const Product *product = context;
    return !product->marked || marks_inside(graph, members, n, index, NULL) == graph->all_marks;
}

/* The shortest of those that are tried is told: members come in the order of their distance from the start. */
static bool visit(void *context, const FairPart *part) {
    Product *product = context;
    if (product->marked && marks_inside(part->graph, part->members, part->n, part->index, part->banned) !=
                               part->graph->all_marks)
        return true;
    for (uint32_t i = 0; i < part->n && i < STARTS && try_start(product, part, i); i++) {}
    return true;
}

/* ---- the whole */

static void open_product(Product *product) {
    const Buchi *buchi = product->buchi;
    const Labels *labels = &product->edges->labels;
    product->all = buchi->nsets == 64 ? UINT64_MAX : (UINT64_C(1) << buchi->nsets) - 1;
    product->marked = product->all != 0 && (buchi->strength == BUCHI_GENERAL || product->query->plain);
    product->is_accepting = allocate(buchi->nstates, sizeof *product->is_accepting);
    product->index = allocate(2 * (size_t)buchi->nstates, sizeof *product->index);
    product->letters = allocate(labels->n, sizeof *product->letters);
    for (uint32_t i = 0; i < labels->n; i++)
        product->letters[i] = temporal_letter(
            product->query->atoms, product->query->property, 0, labels->labels[i].events);
    find_accepting(product);
    product->graph.edges = product->edges;
    product->graph.view = product->query->view;
    product->graph.all_marks = product->marked ? product->all : 0;
}

static void close_product(Product *product) {
    uint32_t npages = product->query->kripke->nstates / PAGE + 1;
    for (uint32_t row = 0; row < 2 * product->buchi->nstates; row++) {
        for (uint32_t i = 0; product->index[row] != NULL && i < npages; i++) free(product->index[row][i]);
        free(product->index[row]);
    }
    free(product->index);
    free(product->is_accepting);
    free(product->letters);
    vec_fini(&product->nodes);
    vec_fini(&product->parent);
    vec_fini(&product->rank);
    vec_fini(&product->origin);
    fair_graph_fini(&product->graph);
}

/* Of an automaton that has not one run that goes on for ever there is nothing to look for. */
static void look(Product *product) {
    ProductAnswer *answer = product->answer;
    bool hurries = product->buchi->strength == BUCHI_GUARANTEE && !product->query->plain;
    answer->finished = build(product);
    answer->states = product->nodes.n;
    if (hurries && answer->finished && product->sink != NONE && product->query->kripke->goes_on) {
        answer->found = true;
        answer->stutters = (product->nodes.data[product->sink].at & STOPPED) != 0;
        tell_prefix(product, product->sink);
        return;
    }
    if (!answer->finished || product->graph.nodes.n == 0) return;
    fair_each(&product->graph, product->query->fairness, wants, visit, product);
    answer->finished = may_go_on(product);
    if (answer->found) tell_prefix(product, product->best);
}

void product_check(const ProductQuery *query, ProductAnswer *answer) {
    Product product = {.query = query,
        .edges = query->kripke->edges,
        .buchi = query->wrong,
        .sink = NONE,
        .length = NONE,
        .answer = answer};
    *answer = (ProductAnswer){0};
    open_product(&product);
    look(&product);
    close_product(&product);
}

void product_answer_fini(ProductAnswer *answer) {
    vec_fini(&answer->prefix);
    vec_fini(&answer->loop);
}
