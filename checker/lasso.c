#include "checker/lasso.h"

#include "checker/bitset.h"
#include "model/program.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { NO_ARM = UINT32_MAX };

/* What one task, future or arm of a select still has to come to. */
typedef struct Duty {
    uint32_t slot; /* now; LABEL_NOBODY when it is gone */
    uint32_t arm;  /* of its point, or NO_ARM */
    bool moves;    /* a step of it, else a node where it cannot move does too */
} Duty;

typedef struct Came {
    uint32_t pair, step;
} Came;

typedef struct Lasso {
    const FairPart *part;
    const FairGraph *graph;
    LassoWants wants;
    VEC(Duty) duties;
    uint32_t *base;             /* per member, and one past: its pairs: first the node itself, then one a slot */
    Came *came;                 /* per pair: from which pair, by which step of the graph */
    VEC(uint32_t) queue, owner; /* pairs; the member of each */
    FairAbles able;
    LassoSteps *out;
    uint64_t lost, delivered; /* `lossy, fair` channels, so far */
    uint64_t missing;         /* sets of which no step was made yet */
} Lasso;

static uint32_t low_of(const Lasso *lasso) { return lasso->graph->view->low; }
/* NO_SLOT: of the node itself. */
static uint32_t pair_at(const Lasso *lasso, uint32_t member, uint32_t slot) {
    return lasso->base[member] + (slot == NO_SLOT ? 0 : 1 + slot - low_of(lasso));
}
static uint32_t slot_of(const Lasso *lasso, uint32_t pair) {
    uint32_t place = pair - lasso->base[lasso->owner.data[pair]];
    return place == 0 ? NO_SLOT : place - 1 + low_of(lasso);
}
static uint64_t marks_of(const FairGraph *graph, uint32_t step) {
    return graph->marks.n == 0 ? 0 : graph->marks.data[step];
}

/* ---- duties */

static bool rests_at(Lasso *lasso, uint32_t member, Duty duty) {
    fair_look(lasso->part, member, &lasso->able);
    FairAble able = lasso->able.data[duty.slot - low_of(lasso)];
    if (duty.arm != NO_ARM) return (able.arms >> duty.arm & 1) == 0;
    const FairView *view = lasso->graph->view;
    uint32_t state = lasso->graph->nodes.data[lasso->part->members[member]].state;
    return !duty.moves && !able.able && !view->lacks_thread(view->context, state, duty.slot);
}

/* The step is what the duty asks for; its slot is that before the step. */
static bool fulfils(const Lasso *lasso, uint32_t node, const EdgeLabel *label, Duty duty) {
    bool left, moves = fair_moves(lasso->graph, node, label, duty.slot, &left);
    if (labels_move(&lasso->graph->edges->labels, label, duty.slot) == LABEL_NOBODY) return true;
    if (duty.arm == NO_ARM) return moves;
    return moves && (left || (label->fiber == duty.slot && label->arm == duty.arm));
}

static void add_duties(Lasso *lasso) {
    const FairPart *part = lasso->part;
    uint32_t start = lasso->wants.start;
    bool may_rest = !lasso->wants.all_move && part->fairness == FAIRNESS_WEAK;
    FairAbles able = {0};
    fair_look(part, start, &able);
    for (uint32_t i = 0; i < able.n; i++) {
        uint32_t slot = low_of(lasso) + i;
        uint8_t flags = fair_flags(part, start, slot);
        Duty duty = {.slot = slot, .arm = NO_ARM, .moves = (flags & FAIR_MOVES) != 0 && !may_rest};
        if (duty.moves) vec_push(&lasso->duties, duty);
        else if ((flags & FAIR_ABLE) && part->fairness == FAIRNESS_WEAK && !rests_at(lasso, start, duty))
            vec_push(&lasso->duties, duty);
        for (uint32_t arm = 0; arm < FAIR_ARMS; arm++)
            if (able.data[i].arms >> arm & 1) vec_push(&lasso->duties, (Duty){.slot = slot, .arm = arm});
    }
    vec_fini(&able);
}

static void add_all_duties(Lasso *lasso) {
    Duty mover = {.slot = lasso->wants.mover, .arm = NO_ARM, .moves = true};
    if (lasso->part->fairness != FAIRNESS_NONE) add_duties(lasso);
    else if (mover.slot != NO_SLOT) vec_push(&lasso->duties, mover);
}

static void drop_duty(Lasso *lasso, uint32_t i) {
    lasso->duties.data[i] = vec_last(&lasso->duties);
    (void)vec_pop(&lasso->duties);
}

/* ---- walking */

/* Makes a step of the graph: every duty follows its slot, and is done with if the step or the node it leads to will do. */
static uint32_t go(Lasso *lasso, uint32_t member, uint32_t step) {
    const FairEdge edge = lasso->graph->steps.data[step];
    const EdgeLabel *label = edges_label(lasso->graph->edges, edge.label);
    uint32_t node = lasso->part->members[member], to = lasso->part->index[edge.target];
    vec_push(lasso->out, (LassoStep){edge.target, edge.label});
    lasso->lost |= label->lost;
    lasso->delivered |= label->delivered;
    lasso->missing &= ~marks_of(lasso->graph, step);
    for (uint32_t i = lasso->duties.n; i-- > 0;) {
        Duty *duty = &lasso->duties.data[i];
        bool done = fulfils(lasso, node, label, *duty);
        duty->slot = labels_move(&lasso->graph->edges->labels, label, duty->slot);
        if (done || duty->slot == LABEL_NOBODY || rests_at(lasso, to, *duty)) drop_duty(lasso, i);
    }
    return to;
}

static uint32_t go_back(Lasso *lasso, uint32_t from, uint32_t pair, uint32_t last) {
    VEC(uint32_t) steps = {0};
    vec_push(&steps, last);
    for (; pair != from; pair = lasso->came[pair].pair) vec_push(&steps, lasso->came[pair].step);
    uint32_t member = lasso->owner.data[from];
    while (steps.n > 0) member = go(lasso, member, vec_pop(&steps));
    vec_fini(&steps);
    return member;
}

/* Whether the step from the pair reaches what is looked for: the duty's end, or (no duty) a channel's delivery, a set that
   is missing, or the start. */
static bool arrives(Lasso *lasso, const Duty *duty, uint32_t member, uint32_t slot, uint32_t step, uint32_t to) {
    const EdgeLabel *label = edges_label(lasso->graph->edges, lasso->graph->steps.data[step].label);
    uint64_t owed = lasso->lost & ~lasso->delivered;
    if (duty == NULL && owed) return (label->delivered & owed) != 0;
    if (duty == NULL) return lasso->missing ? (marks_of(lasso->graph, step) & lasso->missing) != 0 : to == lasso->wants.start;
    Duty here = *duty;
    here.slot = slot;
    if (fulfils(lasso, lasso->part->members[member], label, here)) return true;
    here.slot = labels_move(&lasso->graph->edges->labels, label, slot);
    return rests_at(lasso, to, here);
}

/* The shortest way from a pair, at least one step; returns the member it ends at. Without a duty pairs stand for their
   nodes. */
static uint32_t find(Lasso *lasso, uint32_t start, const Duty *duty) {
    const FairGraph *graph = lasso->graph;
    uint32_t from = pair_at(lasso, start, duty ? duty->slot : NO_SLOT);
    vec_clear(&lasso->queue);
    vec_push(&lasso->queue, from);
    lasso->came[from].pair = from;
    uint32_t end = UINT32_MAX;
    for (uint32_t next = 0; next < lasso->queue.n && end == UINT32_MAX; next++) {
        uint32_t pair = lasso->queue.data[next], member = lasso->owner.data[pair], slot = slot_of(lasso, pair);
        uint32_t node = lasso->part->members[member];
        for (uint32_t e = graph->first.data[node]; e < graph->first.data[node + 1] && end == UINT32_MAX; e++) {
            uint32_t to = lasso->part->index[graph->steps.data[e].target];
            if (to == UINT32_MAX || bitset_has(lasso->part->banned, e)) continue;
            const EdgeLabel *label = edges_label(graph->edges, graph->steps.data[e].label);
            if (arrives(lasso, duty, member, slot, e, to)) {
                end = go_back(lasso, from, pair, e);
                break;
            }
            uint32_t other = duty ? labels_move(&graph->edges->labels, label, slot) : NO_SLOT;
            uint32_t target = pair_at(lasso, to, other);
            if (lasso->came[target].pair != UINT32_MAX) continue;
            lasso->came[target] = (Came){pair, e};
            vec_push(&lasso->queue, target);
        }
    }
    assert(end != UINT32_MAX);
    for (uint32_t i = 0; i < lasso->queue.n; i++) lasso->came[lasso->queue.data[i]].pair = UINT32_MAX;
    return end;
}

/* ---- the shortest cycle: a breadth-first search over members and what was done already */

enum { MOST_BITS = 12, MOST_PLACES = 1 << 18 };

typedef struct Place {
    uint32_t from, step;
} Place; /* from: NOWHERE when not yet seen */
#define NOWHERE UINT32_MAX

typedef struct Shortest {
    Lasso *lasso;
    uint32_t nduties, full, bits; /* duties, then sets, as bits */
    uint32_t *rests;              /* per member: the duties done by being there */
    Place *places;                /* member << bits | what was done */
    VEC(uint32_t) queue;
} Shortest;

/* Slots do not move, so duties are what they are at every member. */
static uint32_t gain(const Shortest *shortest, uint32_t member, uint32_t step, uint32_t to) {
    Lasso *lasso = shortest->lasso;
    const EdgeLabel *label = edges_label(lasso->graph->edges, lasso->graph->steps.data[step].label);
    uint32_t done = shortest->rests[to];
    for (uint32_t i = 0; i < shortest->nduties; i++)
        if (fulfils(lasso, lasso->part->members[member], label, lasso->duties.data[i])) done |= 1u << i;
    uint64_t marks = marks_of(lasso->graph, step);
    for (uint64_t left = lasso->graph->all_marks, bit = 1u << shortest->nduties; left != 0; left &= left - 1, bit <<= 1)
        if (marks & left & (~left + 1)) done |= (uint32_t)bit;
    return done;
}

/* From one place on; the step that closes the cycle, or NOWHERE. */
static uint32_t spread(Shortest *shortest, uint32_t place) {
    const Lasso *lasso = shortest->lasso;
    const FairGraph *graph = lasso->graph;
    uint32_t member = place >> shortest->bits, done = place & ((1u << shortest->bits) - 1);
    uint32_t node = lasso->part->members[member];
    for (uint32_t e = graph->first.data[node]; e < graph->first.data[node + 1]; e++) {
        uint32_t to = lasso->part->index[graph->steps.data[e].target];
        if (to == UINT32_MAX || bitset_has(lasso->part->banned, e)) continue;
        uint32_t now = done | gain(shortest, member, e, to), next = to << shortest->bits | now;
        if (to == lasso->wants.start && now == shortest->full) return e;
        if (shortest->places[next].from != NOWHERE) continue;
        shortest->places[next] = (Place){place, e};
        vec_push(&shortest->queue, next);
    }
    return NOWHERE;
}

static void tell(const Shortest *shortest, uint32_t place, uint32_t last) {
    const Lasso *lasso = shortest->lasso;
    VEC(uint32_t) steps = {0};
    vec_push(&steps, last);
    for (; shortest->places[place].from != place; place = shortest->places[place].from)
        vec_push(&steps, shortest->places[place].step);
    while (steps.n > 0) {
        FairEdge edge = lasso->graph->steps.data[vec_pop(&steps)];
        vec_push(lasso->out, (LassoStep){edge.target, edge.label});
    }
    vec_fini(&steps);
}

static void find_shortest(Shortest *shortest) {
    uint32_t start = shortest->lasso->wants.start << shortest->bits, last = NOWHERE;
    shortest->places[start].from = start;
    vec_push(&shortest->queue, start);
    for (uint32_t next = 0; next < shortest->queue.n && last == NOWHERE; next++) {
        last = spread(shortest, shortest->queue.data[next]);
        if (last != NOWHERE) tell(shortest, shortest->queue.data[next], last);
    }
    assert(last != NOWHERE);
}

static void *allocate(size_t count, size_t size) {
    void *memory = calloc(count + 1, size);
    if (memory == NULL) fatal("out of memory");
    return memory;
}

static bool try_shortest(Lasso *lasso) {
    const FairPart *part = lasso->part;
    uint32_t bits = lasso->duties.n + (uint32_t)__builtin_popcountll(part->graph->all_marks);
    if (!part->shares_row || part->lost != 0 || bits > MOST_BITS || (uint64_t)part->n << bits > MOST_PLACES) return false;
    Shortest shortest = {.lasso = lasso, .nduties = lasso->duties.n, .full = (1u << bits) - 1, .bits = bits};
    shortest.rests = allocate(part->n, sizeof *shortest.rests);
    shortest.places = allocate((size_t)part->n << bits, sizeof *shortest.places);
    memset(shortest.places, 0xff, sizeof *shortest.places * ((size_t)part->n << bits));
    for (uint32_t member = 0; member < part->n; member++)
        for (uint32_t i = 0; i < shortest.nduties; i++)
            if (rests_at(lasso, member, lasso->duties.data[i])) shortest.rests[member] |= 1u << i;
    find_shortest(&shortest);
    free(shortest.rests);
    free(shortest.places);
    vec_fini(&shortest.queue);
    return true;
}

/* ---- one duty after the other */

static void open_pairs(Lasso *lasso) {
    const FairPart *part = lasso->part;
    lasso->base = allocate(part->n, sizeof *lasso->base);
    uint32_t npairs = 0;
    for (uint32_t i = 0; i < part->n; i++) {
        lasso->base[i] = npairs;
        npairs += 1 + fair_slots(part->graph, part->members[i]);
    }
    lasso->base[part->n] = npairs;
    lasso->came = allocate(npairs, sizeof *lasso->came);
    memset(lasso->came, 0xff, sizeof *lasso->came * npairs);
    vec_resize(&lasso->owner, npairs);
    for (uint32_t i = 0; i < part->n; i++)
        for (uint32_t pair = lasso->base[i]; pair < lasso->base[i + 1]; pair++) lasso->owner.data[pair] = i;
}

static void make(Lasso *lasso) {
    open_pairs(lasso);
    uint32_t start = lasso->wants.start, at = start;
    while (lasso->duties.n > 0) {
        Duty duty = vec_last(&lasso->duties);
        at = find(lasso, at, &duty);
    }
    while (at != start || lasso->out->n == 0 || (lasso->lost & ~lasso->delivered) != 0 || lasso->missing != 0)
        at = find(lasso, at, NULL);
    vec_fini(&lasso->queue);
    vec_fini(&lasso->owner);
    free(lasso->base);
    free(lasso->came);
}

static Lasso begin(const FairPart *part, LassoWants wants, LassoSteps *out) {
    Lasso lasso = {
        .part = part, .graph = part->graph, .wants = wants, .out = out, .missing = part->graph->all_marks};
    vec_clear(out);
    add_all_duties(&lasso);
    return lasso;
}

static void end(Lasso *lasso) {
    vec_fini(&lasso->duties);
    vec_fini(&lasso->able);
}

bool lasso_shortest(const FairPart *part, LassoWants wants, LassoSteps *out) {
    Lasso lasso = begin(part, wants, out);
    bool found = try_shortest(&lasso);
    end(&lasso);
    return found;
}

void lasso_make(const FairPart *part, LassoWants wants, LassoSteps *out) {
    Lasso lasso = begin(part, wants, out);
    if (!try_shortest(&lasso)) make(&lasso);
    end(&lasso);
}
