#include "checker/fair.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { PATIENCE = 1 << 16 /* steps between two looks at the clock */ };

void fair_graph_fini(FairGraph *graph) {
    vec_fini(&graph->nodes);
    vec_fini(&graph->steps);
    vec_fini(&graph->first);
    vec_fini(&graph->marks);
}

uint64_t fair_graph_memory(const FairGraph *graph) {
    return sizeof(FairNode) * (uint64_t)graph->nodes.cap + sizeof(FairEdge) * (uint64_t)graph->steps.cap +
           sizeof(uint32_t) * (uint64_t)graph->first.cap + sizeof(uint64_t) * (uint64_t)graph->marks.cap;
}

/* ---- components: Tarjan */

typedef struct Frame {
    uint32_t node, step;
} Frame;

typedef struct Fair {
    const FairGraph *graph;
    Fairness fairness;
    FairFilter wants;
    FairVisitor visit;
    void *context;
    bool stopped;
    uint32_t *order; /* per node: when it was reached, from 1; 0: not yet */
    uint32_t *low;   /* per node */
    uint32_t *index; /* per node: place in the part at hand, UINT32_MAX */
    Bitset inside;   /* nodes of the part that is decomposed */
    Bitset on_stack;
    Bitset banned;            /* steps */
    uint64_t lost, delivered; /* in the part at hand */
    VEC(Frame) frames;
    VEC(uint32_t) stack;
    VEC(uint32_t) todo; /* sets of nodes still to be decomposed: each its nodes, then how many */
    VEC(uint32_t) base, parent;
    VEC(uint8_t) flags;
    VEC(uint64_t) fired;     /* per class: arms that fire inside, or whose wait ends some other way */
    VEC(uint64_t) arms;      /* per class: arms that can move at every node that was looked at */
    VEC(uint64_t) some_arms; /* per class: arms that can move at some node */
    FairAbles abled;
    uint64_t peak;
    uint32_t patience;
    bool shares_row; /* of the part at hand: no step moves a slot, so all its nodes share one row of pairs */
} Fair;

static uint64_t bytes_of(const Fair *fair) {
    uint64_t bytes = 12ull * fair->graph->nodes.n + 2 * bitset_bytes(fair->graph->nodes.n);
    bytes += bitset_bytes(fair->graph->steps.n);
    bytes += sizeof(Frame) * (uint64_t)fair->frames.cap + 4ull * (fair->stack.cap + fair->todo.cap + fair->base.cap);
    return bytes + 29ull * fair->parent.cap;
}

static void note_peak(Fair *fair) {
    uint64_t bytes = bytes_of(fair);
    if (bytes > fair->peak) fair->peak = bytes;
}

static bool may_go_on(Fair *fair) {
    if (fair->stopped || ++fair->patience < PATIENCE) return !fair->stopped;
    fair->patience = 0;
    note_peak(fair);
    fair->stopped = !fair_may_go_on(fair->graph->view, fair_graph_memory(fair->graph) + bytes_of(fair));
    return !fair->stopped;
}

static bool is_inside(const Fair *fair, uint32_t node) { return bitset_has(&fair->inside, node); }

static void enter(Fair *fair, uint32_t node, uint32_t *counter) {
    fair->order[node] = fair->low[node] = ++*counter;
    vec_push(&fair->frames, (Frame){node, fair->graph->first.data[node]});
    vec_push(&fair->stack, node);
    bitset_add(&fair->on_stack, node);
}

static int compare_nodes(const void *a, const void *b) {
    uint32_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

static bool has_loop(const Fair *fair, uint32_t node) {
    const FairGraph *graph = fair->graph;
    for (uint32_t e = graph->first.data[node]; e < graph->first.data[node + 1]; e++)
        if (graph->steps.data[e].target == node && !bitset_has(&fair->banned, e)) return true;
    return false;
}

static void judge(Fair *fair, uint32_t *members, uint32_t n);

static void leave(Fair *fair, uint32_t node) {
    if (fair->low[node] != fair->order[node]) return;
    uint32_t from = fair->stack.n;
    do bitset_remove(&fair->on_stack, fair->stack.data[--from]);
    while (fair->stack.data[from] != node);
    uint32_t n = fair->stack.n - from, *members = fair->stack.data + from;
    if (!fair->stopped && (n > 1 || has_loop(fair, node))) judge(fair, members, n);
    fair->stack.n = from;
}

static void run_from(Fair *fair, uint32_t root, uint32_t *counter) {
    const FairGraph *graph = fair->graph;
    enter(fair, root, counter);
    while (fair->frames.n > 0 && may_go_on(fair)) {
        Frame *frame = &vec_last(&fair->frames);
        uint32_t node = frame->node;
        if (frame->step == graph->first.data[node + 1]) {
            (void)vec_pop(&fair->frames);
            if (fair->frames.n > 0) {
                uint32_t up = vec_last(&fair->frames).node;
                if (fair->low[node] < fair->low[up]) fair->low[up] = fair->low[node];
            }
            leave(fair, node);
            continue;
        }
        uint32_t step = frame->step++, target = graph->steps.data[step].target;
        if (!is_inside(fair, target) || bitset_has(&fair->banned, step)) continue;
        if (fair->order[target] == 0) enter(fair, target, counter);
        else if (bitset_has(&fair->on_stack, target) && fair->order[target] < fair->low[node])
            fair->low[node] = fair->order[target];
    }
}

static void decompose(Fair *fair, const uint32_t *nodes, uint32_t n) {
    uint32_t counter = 0;
    for (uint32_t i = 0; i < n; i++) {
        bitset_add(&fair->inside, nodes[i]);
        fair->order[nodes[i]] = 0;
    }
    for (uint32_t i = 0; i < n && !fair->stopped; i++)
        if (fair->order[nodes[i]] == 0) run_from(fair, nodes[i], &counter);
    for (uint32_t i = 0; i < n; i++) bitset_remove(&fair->inside, nodes[i]);
}

/* ---- classes */

static uint32_t head_of(uint32_t *parent, uint32_t pair) {
    while (parent[pair] != pair) pair = parent[pair] = parent[parent[pair]];
    return pair;
}

uint32_t fair_class(const FairPart *part, uint32_t member, uint32_t slot) {
    return head_of(part->parent, part->base[member] + slot - part->graph->view->low);
}

static void unite(Fair *fair, uint32_t a, uint32_t b) {
    a = head_of(fair->parent.data, a);
    b = head_of(fair->parent.data, b);
    if (a == b) return;
    fair->parent.data[b] = a;
    fair->flags.data[a] |= fair->flags.data[b];
    fair->fired.data[a] |= fair->fired.data[b];
    fair->arms.data[a] &= fair->arms.data[b];
    fair->some_arms.data[a] |= fair->some_arms.data[b];
}

uint32_t fair_slots(const FairGraph *graph, uint32_t node) {
    const FairView *view = graph->view;
    uint32_t n = view->slots(view->context, graph->nodes.data[node].state);
    return n > view->low ? n - view->low : 0;
}

/* Everybody on the way from the task to the fiber that moves is able, and the arm of that fiber's point. */
static void note_able(const FairPart *part, uint32_t state, const EdgeLabel *label, FairAbles *out) {
    const FairView *view = part->graph->view;
    const uint32_t *fibers;
    uint32_t n = view->chain(view->context, state, label, &fibers);
    for (uint32_t i = 0; i < n; i++) out->data[fibers[i] - view->low].able = FAIR_ABLE;
    if (label->arm < FAIR_ARMS) out->data[label->fiber - view->low].arms |= 1ull << label->arm;
}

void fair_look(const FairPart *part, uint32_t member, FairAbles *out) {
    const FairGraph *graph = part->graph;
    uint32_t state = graph->nodes.data[part->members[member]].state;
    vec_clear(out);
    vec_resize(out, fair_slots(graph, part->members[member]));
    EdgeIter iter = edges_of(graph->edges, state);
    for (uint32_t before = UINT32_MAX; edges_next(&iter); before = iter.label) {
        const EdgeLabel *label = edges_label(graph->edges, iter.label);
        if (iter.label == before || (label->flags & (LABEL_FAULT | LABEL_FREE)) != 0) continue;
        note_able(part, state, label, out);
    }
}

bool fair_moves(const FairGraph *graph, uint32_t node, const EdgeLabel *label, uint32_t slot, bool *left) {
    const FairView *view = graph->view;
    const uint32_t *fibers;
    *left = false;
    if (label->flags & LABEL_FREE) return false;
    uint32_t n = view->chain(view->context, graph->nodes.data[node].state, label, &fibers), at = n, outermost = n;
    for (uint32_t i = 0; i < n; i++) {
        if (fibers[i] == slot) at = i;
        if (fibers[i] == label->left) outermost = i;
    }
    *left = at < n && at >= outermost;
    return at < n;
}

static void look_at_node(Fair *fair, const FairPart *part, uint32_t member) {
    const FairView *view = fair->graph->view;
    uint32_t state = fair->graph->nodes.data[part->members[member]].state;
    fair_look(part, member, &fair->abled);
    for (uint32_t i = 0; i < fair->abled.n; i++) {
        FairAble able = fair->abled.data[i];
        uint32_t head = head_of(fair->parent.data, part->base[member] + i);
        bool known = able.able || (fair->flags.data[head] & FAIR_RESTS);
        bool lacks = !known && view->lacks_thread(view->context, state, view->low + i);
        fair->flags.data[head] |= able.able ? FAIR_ABLE : lacks ? 0 : FAIR_RESTS;
        fair->arms.data[head] &= able.arms;
        fair->some_arms.data[head] |= able.arms;
    }
}

static void note_move(Fair *fair, const FairPart *part, uint32_t member, const EdgeLabel *label) {
    const FairView *view = fair->graph->view;
    const uint32_t *fibers;
    if (label->flags & LABEL_FREE) return;
    uint32_t n = view->chain(view->context, fair->graph->nodes.data[part->members[member]].state, label, &fibers);
    bool left = false;
    for (uint32_t i = 0; i < n; i++) {
        left |= fibers[i] == label->left;
        uint32_t head = fair_class(part, member, fibers[i]);
        fair->flags.data[head] |= FAIR_MOVES;
        if (left) fair->fired.data[head] = UINT64_MAX;
        if (fibers[i] == label->fiber && label->arm < FAIR_ARMS) fair->fired.data[head] |= 1ull << label->arm;
    }
}

static void follow_slots(Fair *fair, const FairPart *part, uint32_t member, uint32_t other, const EdgeLabel *label) {
    if (fair->shares_row) return;
    uint32_t low = fair->graph->view->low, n = part->base[member + 1] - part->base[member];
    uint32_t room = part->base[other + 1] - part->base[other];
    for (uint32_t i = 0; i < n; i++) {
        uint32_t to = labels_move(&fair->graph->edges->labels, label, low + i);
        if (to != LABEL_NOBODY && to - low < room) unite(fair, part->base[member] + i, part->base[other] + to - low);
        else fair->flags.data[fair_class(part, member, low + i)] |= FAIR_GONE;
    }
}

static void look_at_steps(Fair *fair, const FairPart *part, uint32_t member) {
    const FairGraph *graph = fair->graph;
    uint32_t node = part->members[member];
    uint64_t before = UINT64_MAX;
    for (uint32_t e = graph->first.data[node]; e < graph->first.data[node + 1]; e++) {
        FairEdge step = graph->steps.data[e];
        uint32_t other = part->index[step.target];
        if (other == UINT32_MAX || bitset_has(&fair->banned, e)) continue;
        const EdgeLabel *label = edges_label(graph->edges, step.label);
        fair->lost |= label->lost;
        fair->delivered |= label->delivered;
        note_move(fair, part, member, label);
        uint64_t way = (uint64_t)other << 32 | label->moves;
        if (way != before) follow_slots(fair, part, member, other, label);
        before = way;
    }
}

static bool moves_slots(const Fair *fair, uint32_t node) {
    const FairGraph *graph = fair->graph;
    for (uint32_t e = graph->first.data[node]; e < graph->first.data[node + 1]; e++) {
        FairEdge step = graph->steps.data[e];
        if (fair->index[step.target] == UINT32_MAX || bitset_has(&fair->banned, e)) continue;
        if (edges_label(graph->edges, step.label)->moves != LABEL_STAYS) return true;
    }
    return false;
}

static bool can_share_row(const Fair *fair, const uint32_t *members, uint32_t n) {
    uint32_t slots = fair_slots(fair->graph, members[0]);
    for (uint32_t i = 0; i < n; i++)
        if (fair_slots(fair->graph, members[i]) != slots || moves_slots(fair, members[i])) return false;
    return true;
}

/* For the pairs of a part, which may be many more than its nodes. */
static bool has_room(Fair *fair, const uint32_t *members, uint32_t n) {
    uint64_t npairs = 0, slots = fair_slots(fair->graph, members[0]);
    if (n * slots < PATIENCE) return true;
    for (uint32_t i = 0; i < n; i++) npairs += fair_slots(fair->graph, members[i]);
    if (npairs > UINT32_MAX / 2) fatal("out of memory: more than 2^31 tasks in the states of a component");
    uint64_t bytes = fair_graph_memory(fair->graph) + bytes_of(fair);
    return fair_may_go_on(fair->graph->view, can_share_row(fair, members, n) ? bytes : bytes + 29 * npairs);
}

static FairPart open_part(Fair *fair, const uint32_t *members, uint32_t n) {
    uint32_t npairs = 0;
    vec_resize(&fair->base, n + 1);
    fair->shares_row = can_share_row(fair, members, n);
    for (uint32_t i = 0; i < n; i++) {
        fair->base.data[i] = fair->shares_row ? 0 : npairs;
        npairs += i == 0 || !fair->shares_row ? fair_slots(fair->graph, members[i]) : 0;
    }
    fair->base.data[n] = npairs;
    vec_resize(&fair->parent, npairs);
    vec_clear(&fair->flags);
    vec_resize(&fair->flags, npairs);
    vec_clear(&fair->fired);
    vec_resize(&fair->fired, npairs);
    vec_resize(&fair->arms, npairs);
    vec_clear(&fair->some_arms);
    vec_resize(&fair->some_arms, npairs);
    for (uint32_t i = 0; i < npairs; i++) {
        fair->parent.data[i] = i;
        fair->arms.data[i] = UINT64_MAX;
    }
    fair->lost = fair->delivered = 0;
    return (FairPart){.graph = fair->graph,
        .fairness = fair->fairness,
        .members = members,
        .n = n,
        .index = fair->index,
        .base = fair->base.data,
        .parent = fair->parent.data,
        .flags = fair->flags.data,
        .shares_row = fair->shares_row};
}

/* ---- judging */

/* What the class at `head` is not given in this component although it would have to be: *arms, and true for itself. */
static bool is_wronged(const Fair *fair, uint32_t head, uint64_t *arms) {
    uint8_t flags = fair->flags.data[head];
    *arms = 0;
    if (fair->fairness == FAIRNESS_NONE || (flags & FAIR_GONE)) return false;
    bool weak = fair->fairness == FAIRNESS_WEAK;
    *arms = (weak ? fair->arms.data[head] : fair->some_arms.data[head]) & ~fair->fired.data[head];
    return (flags & FAIR_ABLE) && !(flags & FAIR_MOVES) && !(weak && (flags & FAIR_RESTS));
}

/* Nodes where somebody who is wronged is able: no fair run comes back to them for ever. */
static bool is_unfair(Fair *fair, const FairPart *part, uint32_t member) {
    fair_look(part, member, &fair->abled);
    for (uint32_t i = 0; i < fair->abled.n; i++) {
        uint64_t arms;
        bool wronged = is_wronged(fair, head_of(fair->parent.data, part->base[member] + i), &arms);
        if ((wronged && fair->abled.data[i].able) || (arms & fair->abled.data[i].arms)) return true;
    }
    return false;
}

static bool is_anybody_wronged(const Fair *fair, uint32_t npairs) {
    for (uint32_t i = 0; i < npairs; i++) {
        uint64_t arms;
        if (fair->parent.data[i] == i && (is_wronged(fair, i, &arms) || arms)) return true;
    }
    return false;
}

/* The losses of channels that lose for ever and deliver nothing. */
static bool ban_losses(Fair *fair, const FairPart *part) {
    uint64_t wronged = fair->lost & ~fair->delivered;
    for (uint32_t i = 0; i < part->n && wronged; i++)
        for (uint32_t e = fair->graph->first.data[part->members[i]]; e < fair->graph->first.data[part->members[i] + 1];
             e++)
            if (edges_label(fair->graph->edges, fair->graph->steps.data[e].label)->lost & wronged)
                bitset_add(&fair->banned, e);
    return wronged != 0;
}

static void put_off(Fair *fair, const FairPart *part, bool has_banned) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < part->n; i++) {
        if (is_unfair(fair, part, i)) continue;
        vec_push(&fair->todo, part->members[i]);
        count++;
    }
    assert(count < part->n || has_banned);
    (void)has_banned;
    if (count > 0) vec_push(&fair->todo, count);
}

static bool is_wanted(Fair *fair, const uint32_t *members, uint32_t n) {
    if (fair->wants == NULL) return true;
    for (uint32_t i = 0; i < n; i++) fair->index[members[i]] = i;
    bool wanted = fair->wants(fair->context, fair->graph, members, n, fair->index);
    for (uint32_t i = 0; i < n; i++) fair->index[members[i]] = UINT32_MAX;
    return wanted;
}

static void look_at_part(Fair *fair, const uint32_t *members, uint32_t n) {
    FairPart part = open_part(fair, members, n);
    uint32_t npairs = part.base[n];
    for (uint32_t i = 0; i < n && may_go_on(fair); i++) {
        look_at_node(fair, &part, i);
        look_at_steps(fair, &part, i);
    }
    note_peak(fair);
    part.lost = fair->lost;
    part.banned = &fair->banned;
    bool loses = !fair->stopped && ban_losses(fair, &part);
    if (loses || (!fair->stopped && is_anybody_wronged(fair, npairs))) put_off(fair, &part, loses);
    else if (!fair->stopped) fair->stopped = !fair->visit(fair->context, &part);
}

static void judge(Fair *fair, uint32_t *members, uint32_t n) {
    if (!is_wanted(fair, members, n)) return;
    qsort(members, n, sizeof *members, compare_nodes);
    for (uint32_t i = 0; i < n; i++) fair->index[members[i]] = i;
    fair->stopped |= !has_room(fair, members, n);
    if (!fair->stopped) look_at_part(fair, members, n);
    for (uint32_t i = 0; i < n; i++) fair->index[members[i]] = UINT32_MAX;
}

static void *allocate(size_t bytes) {
    void *memory = malloc(bytes + 1);
    if (memory == NULL) fatal("out of memory (%zu bytes)", bytes);
    return memory;
}

uint64_t fair_each(const FairGraph *graph, Fairness fairness, FairFilter wants, FairVisitor visit, void *context) {
    uint32_t n = graph->nodes.n;
    assert(n == 0 || graph->first.n == n + 1);
    Fair fair = {.graph = graph, .fairness = fairness, .wants = wants, .visit = visit, .context = context};
    fair.order = allocate(4ull * n);
    fair.low = allocate(4ull * n);
    fair.index = allocate(4ull * n);
    memset(fair.index, 0xff, 4ull * n);
    fair.inside = bitset_new(n);
    fair.on_stack = bitset_new(n);
    fair.banned = bitset_new(graph->steps.n);
    for (uint32_t i = 0; i < n; i++) vec_push(&fair.todo, i);
    if (n > 0) vec_push(&fair.todo, n);
    VEC(uint32_t) nodes = {0};
    while (fair.todo.n > 0 && !fair.stopped) {
        uint32_t count = vec_pop(&fair.todo);
        vec_resize(&nodes, count);
        memcpy(nodes.data, fair.todo.data + fair.todo.n - count, 4ull * count);
        fair.todo.n -= count;
        decompose(&fair, nodes.data, count);
    }
    note_peak(&fair);
    free(fair.order);
    free(fair.low);
    free(fair.index);
    bitset_free(&fair.inside);
    bitset_free(&fair.on_stack);
    bitset_free(&fair.banned);
    vec_fini(&nodes);
    vec_fini(&fair.frames);
    vec_fini(&fair.stack);
    vec_fini(&fair.todo);
    vec_fini(&fair.base);
    vec_fini(&fair.parent);
    vec_fini(&fair.flags);
    vec_fini(&fair.fired);
    vec_fini(&fair.arms);
    vec_fini(&fair.some_arms);
    vec_fini(&fair.abled);
    return fair.peak;
}
