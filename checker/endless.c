#include "checker/endless.h"

#include "checker/bitset.h"
#include "checker/crew.h"
#include "checker/lasso.h"
#include "model/fiber.h"
#include "model/support/fatal.h"
#include "model/support/hash.h"

#include <stdlib.h>
#include <string.h>

bool endless_wanted(const Program *program, const EngineOptions *options) {
    return program->has_progress || options->termination;
}

typedef struct Endless {
    Search *search;
    Hits *hits;
    Crew *crew;
    FindingKind kind;
    FairGraph graph;
    Bitset open; /* nontermination: states of components in which each task that is there may end */
    bool any_open;
    uint32_t *base; /* per state (and one past): its first node, when tasks are followed */
} Endless;

/* ---- graphs */

/* Whether there is room for the graph and what the analysis holds besides. */
static bool has_room(Endless *endless, uint64_t nodes, uint64_t steps) {
    Search *search = endless->search;
    search_note_memory(search, nodes * (sizeof(FairNode) + 40) + steps * sizeof(FairEdge));
    if (search->options->memory == 0 || search->memory <= search->options->memory) return search_may_go_on(search);
    search_stop(search, "the memory limit was reached while looking for infinite runs", true);
    return false;
}

static bool keeps(const Endless *endless, const EdgeIter *iter) {
    const Edges *edges = &endless->search->edges;
    uint32_t dropped = LABEL_NOWHERE | (endless->kind == FINDING_LIVELOCK ? (uint32_t)LABEL_PROGRESS : 0u);
    return iter->target < edges->n && (edges_label(edges, iter->label)->flags & dropped) == 0;
}

static void close_graph(FairGraph *graph) { vec_push(&graph->first, graph->steps.n); }

static void build(Endless *endless) {
    const Edges *edges = &endless->search->edges;
    FairGraph *graph = &endless->graph;
    for (uint32_t state = 0; state < edges->n; state++) {
        vec_push(&graph->nodes, (FairNode){state, NO_SLOT});
        vec_push(&graph->first, graph->steps.n);
        EdgeIter iter = edges_of(edges, state);
        while (edges_next(&iter))
            if (keeps(endless, &iter)) vec_push(&graph->steps, (FairEdge){iter.target, iter.label});
    }
    close_graph(graph);
}

static bool has_to_end(Endless *endless, uint32_t state, uint32_t slot) {
    const Word *words = crew_task(endless->crew, state, slot);
    return words != NULL && (words[FIBER_FLAGS] & FIBER_IS_DAEMON) == 0;
}

static uint32_t node_of(const Endless *endless, uint32_t state, uint32_t slot) {
    for (uint32_t node = endless->base[state]; node < endless->base[state + 1]; node++)
        if (endless->graph.nodes.data[node].follow == slot) return node;
    return UINT32_MAX;
}

/* The open states once for each task there that would have to end. */
static void build_followed(Endless *endless) {
    const Edges *edges = &endless->search->edges;
    FairGraph *graph = &endless->graph;
    endless->base = malloc(sizeof *endless->base * (edges->n + 1u));
    if (endless->base == NULL) fatal("out of memory");
    for (uint32_t state = 0; state < edges->n; state++) {
        endless->base[state] = graph->nodes.n;
        if (!bitset_has(&endless->open, state)) continue;
        uint32_t n = crew_slots(endless->crew, state);
        for (uint32_t slot = endless->search->fixed; slot < n; slot++)
            if (has_to_end(endless, state, slot)) vec_push(&graph->nodes, (FairNode){state, slot});
    }
    endless->base[edges->n] = graph->nodes.n;
    for (uint32_t node = 0; node < graph->nodes.n; node++) {
        vec_push(&graph->first, graph->steps.n);
        EdgeIter iter = edges_of(edges, graph->nodes.data[node].state);
        while (edges_next(&iter)) {
            if (!keeps(endless, &iter)) continue;
            uint32_t to = labels_move(&edges->labels, edges_label(edges, iter.label), graph->nodes.data[node].follow);
            uint32_t target = to == LABEL_NOBODY ? UINT32_MAX : node_of(endless, iter.target, to);
            if (target != UINT32_MAX) vec_push(&graph->steps, (FairEdge){target, iter.label});
        }
    }
    close_graph(graph);
    free(endless->base);
}

/* ---- findings */

static uint64_t name_of(Endless *endless, uint32_t state, uint32_t slot) {
    const Word *words = crew_task(endless->crew, state, slot);
    return hash_combine((uint64_t)words[FIBER_MACHINE], (uint64_t)words[FIBER_NUMBER]);
}

static int compare_words(const void *a, const void *b) {
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

/* One finding for each set of functions that are named. */
static void key_of(Endless *endless, uint32_t state, const Slots *named, StuckKey *key) {
    for (uint32_t i = 0; i < named->n; i++) vec_push(key, name_of(endless, state, named->data[i]));
    if (key->n > 1) qsort(key->data, key->n, sizeof *key->data, compare_words);
    uint32_t kept = key->n == 0 ? 0 : 1;
    for (uint32_t i = 1; i < key->n; i++)
        if (key->data[i] != key->data[kept - 1]) key->data[kept++] = key->data[i];
    key->n = kept;
}

static void fill_loop(Endless *endless, Hit *hit, const FairPart *part) {
    LassoSteps steps = {0};
    lasso_make(part, (LassoWants){0, NO_SLOT, true}, &steps);
    for (uint32_t i = 0; i < steps.n; i++) {
        const EdgeLabel *label = edges_label(&endless->search->edges, steps.data[i].label);
        uint32_t state = part->graph->nodes.data[steps.data[i].node].state;
        vec_push(&hit->loop, (HitStep){.state = state, .actor = label->actor, .label = label});
    }
    vec_fini(&steps);
}

/* `part` NULL: the run ends in that state. */
static void found(Endless *endless, uint32_t state, const FairPart *part, Slots *named) {
    StuckKey key = {0};
    key_of(endless, state, named, &key);
    Hit *hit = hits_find(endless->hits, endless->kind, &key);
    if (hit == NULL) {
        vec_push(endless->hits, (Hit){.kind = endless->kind, .state = STORE_NONE, .key = key});
        hit = &vec_last(endless->hits);
    } else {
        vec_fini(&key);
        if (hit->state <= state) return;
    }
    hit->state = state;
    vec_clear(&hit->loop);
    if (part != NULL) fill_loop(endless, hit, part);
    vec_fini(&hit->never_move);
    hit->never_move = *named;
    *named = (Slots){0};
}

static uint32_t first_state(const FairPart *part) { return part->graph->nodes.data[part->members[0]].state; }

/* The tasks at the component's first node whose class has all or none of these flags. */
static Slots tasks_with(Endless *endless, const FairPart *part, uint8_t all, uint8_t none, bool daemons) {
    Slots slots = {0};
    uint32_t state = part->graph->nodes.data[part->members[0]].state, n = crew_slots(endless->crew, state);
    for (uint32_t slot = endless->search->fixed; slot < n; slot++) {
        const Word *words = crew_task(endless->crew, state, slot);
        if (words == NULL || (!daemons && (words[FIBER_FLAGS] & FIBER_IS_DAEMON) != 0)) continue;
        uint8_t flags = fair_flags(part, 0, slot);
        if ((flags & all) == all && (flags & none) == 0) vec_push(&slots, slot);
    }
    return slots;
}

static bool visit_livelock(void *context, const FairPart *part) {
    Endless *endless = context;
    Slots named = tasks_with(endless, part, FAIR_MOVES, 0, true);
    found(endless, first_state(part), part, &named);
    vec_fini(&named);
    return search_may_go_on(endless->search);
}

static bool visit_nontermination(void *context, const FairPart *part) {
    Endless *endless = context;
    Slots named = tasks_with(endless, part, 0, FAIR_GONE, false);
    if (named.n > 0) found(endless, first_state(part), part, &named);
    else if (endless->graph.nodes.data[part->members[0]].follow == NO_SLOT) {
        endless->any_open = true;
        for (uint32_t i = 0; i < part->n; i++)
            bitset_add(&endless->open, endless->graph.nodes.data[part->members[i]].state);
    }
    vec_fini(&named);
    return search_may_go_on(endless->search);
}

static void look(Endless *endless, FairVisitor visit) {
    Search *search = endless->search;
    endless->graph.edges = &search->edges;
    endless->graph.view = &endless->crew->view;
    if (!has_room(endless, search->edges.n, search->transitions)) return;
    build(endless);
    uint64_t bytes = fair_each(&endless->graph, search->options->fairness, NULL, visit, endless);
    search_note_memory(search, bytes + fair_graph_memory(&endless->graph));
    fair_graph_fini(&endless->graph);
}

static void look_for_livelock(Search *search, Hits *hits, Crew *crew) {
    Endless endless = {.search = search, .hits = hits, .crew = crew, .kind = FINDING_LIVELOCK};
    look(&endless, visit_livelock);
}

/* ---- runs that end because the environment does nothing more, though it could */

static bool environment_is_free(const Labels *labels) {
    for (uint32_t i = 0; i < labels->n; i++)
        if (labels->labels[i].flags & LABEL_FREE) return true;
    return false;
}

/* The environment of some channel can move here, and nothing that has to. */
static bool may_rest(const Edges *edges, uint32_t state) {
    bool is_free = false;
    EdgeIter iter = edges_of(edges, state);
    while (edges_next(&iter)) {
        uint32_t flags = edges_label(edges, iter.label)->flags;
        if ((flags & (LABEL_FREE | LABEL_FAULT)) == 0) return false;
        is_free |= (flags & LABEL_FAULT) == 0;
    }
    return is_free;
}

static void look_for_rests(Search *search, Hits *hits, Crew *crew) {
    Endless endless = {.search = search, .hits = hits, .crew = crew, .kind = FINDING_NONTERMINATION};
    if (!environment_is_free(&search->edges.labels)) return;
    for (uint32_t state = 0; state < search->edges.n && search_may_go_on(search); state++) {
        if (!may_rest(&search->edges, state)) continue;
        Slots named = {0};
        uint32_t n = crew_slots(crew, state);
        for (uint32_t slot = search->fixed; slot < n; slot++)
            if (has_to_end(&endless, state, slot)) vec_push(&named, slot);
        if (named.n > 0) found(&endless, state, NULL, &named);
        vec_fini(&named);
    }
}

static void look_for_nontermination(Search *search, Hits *hits, Crew *crew) {
    Endless endless = {.search = search, .hits = hits, .crew = crew, .kind = FINDING_NONTERMINATION};
    endless.open = bitset_new(search->store.n);
    look(&endless, visit_nontermination);
    if (endless.any_open && !search->hurries && has_room(&endless, search->edges.n, search->transitions)) {
        endless.graph = (FairGraph){.edges = &search->edges, .view = &crew->view};
        build_followed(&endless);
        uint64_t bytes = fair_each(&endless.graph, search->options->fairness, NULL, visit_nontermination, &endless);
        search_note_memory(search, bytes + fair_graph_memory(&endless.graph));
        fair_graph_fini(&endless.graph);
    }
    bitset_free(&endless.open);
}

void endless_find(Search *search, Hits *hits) {
    if (!endless_wanted(search->program, search->options) || search->hurries || search->edges.n == 0) return;
    Crew crew;
    crew_init(&crew, search);
    if (search->program->has_progress) look_for_livelock(search, hits, &crew);
    if (search->options->termination && !search->hurries) look_for_nontermination(search, hits, &crew);
    if (search->options->termination && !search->hurries) look_for_rests(search, hits, &crew);
    crew_fini(&crew);
}
