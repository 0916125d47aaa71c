#include "checker/lifted.h"

#include "checker/scc.h"
#include "checker/tour.h"
#include "model/support/fatal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* Labels of the lifted graph: the actor is the task followed, or another. */
enum { BY_ITSELF, BY_OTHER, NO_ACTOR = 99 };

typedef struct Node {
    uint32_t state, slot;
} Node; /* slot past the fixed ones */

typedef struct Lifted {
    Search *search;
    const Roster *roster;
    LiftedVisitor visit;
    void *context;
    VEC(Node) nodes; /* in order of state, then slot */
    uint32_t *base;  /* per state (and one past): its first node */
    Edges edges;
    Bitset inside;
    TsSuccessors successors;
    VEC(uint32_t) source;
} Lifted;

/* ---- the graph */

static void collect_nodes(Lifted *lifted) {
    Search *search = lifted->search;
    const Roster *roster = lifted->roster;
    for (uint32_t state = 0; state < search->store.n; state++) {
        lifted->base[state] = lifted->nodes.n;
        if (state >= search->edges.n) continue;
        const RosterSig *sig = &roster->sigs.data[roster->sig[state]];
        if (sig->is_steady || !sig->may_spin) continue;
        uint32_t n = search_state(search, state) - search->fixed;
        for (uint32_t slot = 0; slot < n; slot++)
            if (roster_task(roster, slot, search->ids[search->fixed + slot])->may_spin)
                vec_push(&lifted->nodes, (Node){state, slot});
    }
    lifted->base[search->store.n] = lifted->nodes.n;
}

static uint32_t node_at(const Lifted *lifted, uint32_t state, uint32_t slot) {
    for (uint32_t node = lifted->base[state]; node < lifted->base[state + 1]; node++)
        if (lifted->nodes.data[node].slot == slot) return node;
    return UINT32_MAX;
}

/* The successors of a state, with the movement of slots, in lifted->successors. */
static uint32_t trace_steps(Lifted *lifted, uint32_t state) {
    Search *search = lifted->search;
    uint32_t n = search_state(search, state);
    ts_successors_traced(search->worker, search->ids, n, &lifted->successors);
    return n;
}

static uint32_t target_of(const Lifted *lifted, const TsEdge *edge) {
    if (edge->kind != TS_EDGE) return STORE_NONE;
    return store_find_ids(&lifted->search->store, lifted->successors.ids + edge->offset, edge->n);
}

/* Where the step leads what the node follows; UINT32_MAX: out of the graph. */
static uint32_t follow(const Lifted *lifted, uint32_t node, uint32_t e, uint32_t target) {
    uint32_t fixed = lifted->search->fixed, slot = lifted->nodes.data[node].slot + fixed;
    const TsEdge *edge = &lifted->successors.edges[e];
    if (target == STORE_NONE || (edge->actor == slot && edge->reached_point)) return UINT32_MAX;
    uint32_t moved = ts_moves(lifted->search->worker, e, slot);
    return moved == NO_SLOT ? UINT32_MAX : node_at(lifted, target, moved - fixed);
}

static int compare_keys(const void *a, const void *b) {
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

typedef struct Keys {
    VEC(uint64_t) list;
    VEC(uint32_t) targets;
} Keys;

static void add_node(Lifted *lifted, uint32_t node, Keys *keys) {
    uint32_t slot = lifted->nodes.data[node].slot + lifted->search->fixed;
    vec_clear(&keys->list);
    for (uint32_t e = 0; e < lifted->successors.nedges; e++) {
        uint32_t to = follow(lifted, node, e, keys->targets.data[e]);
        bool itself = lifted->successors.edges[e].actor == slot;
        if (to != UINT32_MAX) vec_push(&keys->list, (uint64_t)to << 32 | (itself ? BY_ITSELF : BY_OTHER));
    }
    if (keys->list.n > 1) qsort(keys->list.data, keys->list.n, sizeof(uint64_t), compare_keys);
    uint32_t kept = keys->list.n == 0 ? 0 : 1;
    for (uint32_t i = 1; i < keys->list.n; i++)
        if (keys->list.data[i] != keys->list.data[kept - 1]) keys->list.data[kept++] = keys->list.data[i];
    edges_add(&lifted->edges, 0, keys->list.data, kept, 0);
}

static bool build(Lifted *lifted) {
    Search *search = lifted->search;
    Keys keys = {0};
    bool goes_on = true;
    edges_init(&lifted->edges, true);
    labels_intern(&lifted->edges.labels, (EdgeLabel){.actor = BY_ITSELF});
    labels_intern(&lifted->edges.labels, (EdgeLabel){.actor = BY_OTHER});
    for (uint32_t state = 0; state < search->edges.n && goes_on; state++) {
        if (lifted->base[state] == lifted->base[state + 1]) continue;
        trace_steps(lifted, state);
        vec_clear(&keys.targets);
        for (uint32_t e = 0; e < lifted->successors.nedges; e++)
            vec_push(&keys.targets, target_of(lifted, &lifted->successors.edges[e]));
        for (uint32_t node = lifted->base[state]; node < lifted->base[state + 1]; node++) add_node(lifted, node, &keys);
        goes_on = state % 1024 != 0 || search_may_go_on(search);
    }
    vec_fini(&keys.list);
    vec_fini(&keys.targets);
    return goes_on;
}

/* ---- is a component fair: the other tasks, followed inside it, as classes of (member, slot) pairs */

typedef struct Crew {
    Lifted *lifted;
    uint32_t *members;
    uint32_t n;
    uint32_t *base;   /* per member: its first pair */
    uint32_t *parent; /* per pair */
    Bitset excused;   /* per pair: it moves, cannot move somewhere, or is the one followed */
} Crew;

static uint32_t class_of(Crew *crew, uint32_t pair) {
    while (crew->parent[pair] != pair) pair = crew->parent[pair] = crew->parent[crew->parent[pair]];
    return pair;
}

static void unite(Crew *crew, uint32_t a, uint32_t b) {
    a = class_of(crew, a);
    b = class_of(crew, b);
    if (a == b) return;
    crew->parent[b] = a;
    if (bitset_has(&crew->excused, b)) bitset_add(&crew->excused, a);
}

static uint32_t member_of(const Crew *crew, uint32_t node) {
    uint32_t low = 0, high = crew->n;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (crew->members[middle] <= node)
            low = middle;
        else
            high = middle;
    }
    return crew->members[low] == node ? low : UINT32_MAX;
}

static bool can_move(const TsSuccessors *successors, uint32_t slot) {
    for (uint32_t e = 0; e < successors->nedges; e++)
        if (successors->edges[e].actor == slot) return true;
    return false;
}

static void crew_member(Crew *crew, uint32_t member) {
    Lifted *lifted = crew->lifted;
    Search *search = lifted->search;
    const TsSuccessors *successors = &lifted->successors;
    uint32_t node = crew->members[member], fixed = search->fixed;
    uint32_t n = trace_steps(lifted, lifted->nodes.data[node].state);
    vec_resize(&lifted->source, n);
    memcpy(lifted->source.data, search->ids, sizeof *search->ids * n);
    for (uint32_t slot = fixed; slot < n; slot++) {
        bool alive = ts_task(search->worker, lifted->source.data, n, slot) == TS_TASK_ALIVE;
        if (!alive || slot - fixed == lifted->nodes.data[node].slot || !can_move(successors, slot))
            bitset_add(&crew->excused, class_of(crew, crew->base[member] + slot - fixed));
    }
    for (uint32_t e = 0; e < successors->nedges; e++) {
        uint32_t to = follow(lifted, node, e, target_of(lifted, &successors->edges[e]));
        uint32_t other = to == UINT32_MAX ? UINT32_MAX : member_of(crew, to);
        if (other == UINT32_MAX) continue;
        bitset_add(&crew->excused, class_of(crew, crew->base[member] + successors->edges[e].actor - fixed));
        for (uint32_t slot = fixed; slot < n; slot++) {
            uint32_t moved = ts_moves(search->worker, e, slot);
            if (moved != NO_SLOT && ts_task(search->worker, lifted->source.data, n, slot) == TS_TASK_ALIVE)
                unite(crew, crew->base[member] + slot - fixed, crew->base[other] + moved - fixed);
        }
    }
}

static bool is_fair(Lifted *lifted, uint32_t *members, uint32_t n) {
    Crew crew = {.lifted = lifted, .members = members, .n = n};
    uint32_t npairs = 0;
    crew.base = malloc(sizeof *crew.base * n);
    if (crew.base == NULL) fatal("out of memory");
    for (uint32_t i = 0; i < n; i++) {
        crew.base[i] = npairs;
        npairs += search_state(lifted->search, lifted->nodes.data[members[i]].state) - lifted->search->fixed;
    }
    crew.parent = malloc(sizeof *crew.parent * (npairs + 1u));
    if (crew.parent == NULL) fatal("out of memory");
    for (uint32_t i = 0; i < npairs; i++) crew.parent[i] = i;
    crew.excused = bitset_new(npairs);
    for (uint32_t i = 0; i < n; i++) crew_member(&crew, i);
    bool fair = true;
    for (uint32_t i = 0; i < npairs && fair; i++) fair = bitset_has(&crew.excused, class_of(&crew, i));
    free(crew.base);
    free(crew.parent);
    bitset_free(&crew.excused);
    return fair;
}

/* ---- components */

static bool moves_itself(const SccPart *part, const uint32_t *members, uint32_t n) {
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t e = part->first[members[i]]; e < part->first[members[i] + 1]; e++)
            if (part->labels[e] == BY_ITSELF && part->component[part->targets[e]] == part->component[members[0]])
                return true;
    return false;
}

static void report(Lifted *lifted, const uint32_t *members, uint32_t n) {
    Search *search = lifted->search;
    uint32_t pc = UINT32_MAX, fixed = search->fixed;
    for (uint32_t i = 0; i < n; i++) {
        Node node = lifted->nodes.data[members[i]];
        search_state(search, node.state);
        uint32_t here = roster_task(lifted->roster, node.slot, search->ids[fixed + node.slot])->pc;
        if (here < pc) pc = here;
    }
    TourGraph graph = {&lifted->edges, &lifted->inside, NO_ACTOR};
    TourSteps steps = {0};
    VEC(HitStep) loop = {0};
    tour_make(&graph, members[0], 1u << BY_ITSELF, 0, &steps);
    uint32_t slot = lifted->nodes.data[members[0]].slot + fixed;
    for (uint32_t i = 0; i < steps.n; i++) {
        Node node = lifted->nodes.data[steps.data[i].state];
        bool itself = steps.data[i].label == BY_ITSELF;
        vec_push(&loop, (HitStep){node.state, itself ? slot : NO_SLOT, slot, NULL});
        slot = node.slot + fixed;
    }
    Node first = lifted->nodes.data[members[0]];
    lifted->visit(lifted->context, first.state, first.slot + fixed, pc, loop.data, loop.n);
    vec_fini(&steps);
    vec_fini(&loop);
}

static int compare_nodes(const void *a, const void *b) {
    uint32_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

static void judge(void *context, const SccPart *part, const uint32_t *members, uint32_t n, bool leaves) {
    Lifted *lifted = context;
    (void)leaves;
    if (lifted->search->hurries || !moves_itself(part, members, n) || !search_may_go_on(lifted->search)) return;
    uint32_t *nodes = malloc(sizeof *nodes * n);
    if (nodes == NULL) fatal("out of memory");
    for (uint32_t i = 0; i < n; i++) nodes[i] = part->states[members[i]];
    qsort(nodes, n, sizeof *nodes, compare_nodes);
    if (is_fair(lifted, nodes, n)) {
        for (uint32_t i = 0; i < n; i++) bitset_add(&lifted->inside, nodes[i]);
        report(lifted, nodes, n);
        for (uint32_t i = 0; i < n; i++) bitset_remove(&lifted->inside, nodes[i]);
    }
    free(nodes);
}

void lifted_find(Search *search, const Roster *roster, LiftedVisitor visit, void *context) {
    Lifted lifted = {.search = search, .roster = roster, .visit = visit, .context = context};
    lifted.base = malloc(sizeof *lifted.base * ((size_t)search->store.n + 1));
    if (lifted.base == NULL) fatal("out of memory");
    collect_nodes(&lifted);
    if (lifted.nodes.n > 0 && build(&lifted)) {
        lifted.inside = bitset_new(lifted.nodes.n);
        Bitset all = bitset_new(lifted.nodes.n);
        for (uint32_t i = 0; i < lifted.nodes.n; i++) bitset_add(&all, i);
        uint64_t bytes = scc_each(&(SccGraph){.edges = &lifted.edges, .nodes = &all}, judge, &lifted);
        bytes += sizeof(Node) * (uint64_t)lifted.nodes.cap + 4ull * search->store.n + 2 * bitset_bytes(lifted.nodes.n) +
                 edges_memory(&lifted.edges);
        search_note_memory(search, bytes + roster_memory(roster));
        bitset_free(&all);
        bitset_free(&lifted.inside);
    }
    edges_fini(&lifted.edges);
    ts_successors_fini(&lifted.successors);
    vec_fini(&lifted.nodes);
    vec_fini(&lifted.source);
    free(lifted.base);
}
