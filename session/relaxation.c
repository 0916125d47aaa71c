#include "session/relaxation.h"

#include "model/support/fatal.h"
#include "model/support/vec.h"

#include <stdlib.h>

enum { MAX_POINTS = 200000, MAX_WORK = 400000, EXACT = 0 };

/* Where a language is kept: T at a state, or about to take an edge, and U at a state. */
typedef struct Relaxing Relaxing;
struct Relaxing {
    const Binary *pair;
    uint32_t depth;      /* EXACT: nothing is widened, and it may not come to an end */
    bool backwards;
    uint32_t npoints;
    Regular *owed;       /* per point */
    bool *is_queued;
    VEC(uint32_t) queue; /* first in, first out from `next` */
    uint32_t next;
    uint64_t *work;      /* states of automata made, in all attempts */
    bool fails;          /* a position may fail, or a language is too large */
    void (*flow)(Relaxing *relaxing, uint32_t point, const Regular *owed); /* where a move leads */
};

static uint32_t at_state(const Relaxing *relaxing, uint32_t t, uint32_t u) { return t * relaxing->pair->u->nstates + u; }
static uint32_t at_edge(const Relaxing *relaxing, uint32_t edge, uint32_t u) { return at_state(relaxing, relaxing->pair->t->nstates + edge, u); }

/* ---- the moves of the game, of a language at once */

static void receive_owed(Relaxing *relaxing, uint32_t t, uint32_t u, const Regular *owed) {
    const Cfsm *sub = relaxing->pair->t, *super = relaxing->pair->u;
    for (uint32_t i = owed->first[0]; i < owed->first[1] && !relaxing->fails; i++) {
        Name message = super->edges[owed->edges[i].letter].message;
        relaxing->fails |= binary_owed_fault(relaxing->pair, t, message).why != NULL;
        if (relaxing->fails) return;
        Regular rest = regular_after(owed, &owed->edges[i]);
        relaxing->flow(relaxing, at_state(relaxing, binary_find(sub, t, false, message)->to, u), &rest);
        regular_fini(&rest);
    }
}

static void receive_along(Relaxing *relaxing, uint32_t t, uint32_t u) {
    const Cfsm *sub = relaxing->pair->t, *super = relaxing->pair->u;
    Regular nothing = regular_empty_word();
    relaxing->fails |= binary_receive_fault(relaxing->pair, t, u).why != NULL;
    for (uint32_t e = super->first[u]; e < super->first[u + 1] && !relaxing->fails; e++)
        relaxing->flow(relaxing, at_state(relaxing, binary_find(sub, t, false, super->edges[e].message)->to, super->edges[e].to), &nothing);
    regular_fini(&nothing);
}

static void leave(Relaxing *relaxing, uint32_t t, uint32_t u, const Regular *owed) {
    const Cfsm *sub = relaxing->pair->t;
    if (binary_receives(sub, t)) {
        receive_owed(relaxing, t, u, owed);
        if (regular_has_empty_word(owed) && !relaxing->fails) receive_along(relaxing, t, u);
    } else if (binary_degree(sub, t)) {
        for (uint32_t e = sub->first[t]; e < sub->first[t + 1] && !relaxing->fails; e++) relaxing->flow(relaxing, at_edge(relaxing, e, u), owed);
    } else {
        relaxing->fails |= binary_end_fault(relaxing->pair, u, !regular_is_empty_word(owed)).why != NULL;
    }
}

/* T is about to take its edge; U sends that too, or goes on to where it does. */
static void accompany(Relaxing *relaxing, uint32_t edge, uint32_t u, const Regular *owed) {
    const Cfsm *super = relaxing->pair->u;
    const CfsmEdge *sent = &relaxing->pair->t->edges[edge];
    relaxing->fails |= binary_send_fault(relaxing->pair, edge, u, !regular_is_empty_word(owed)).why != NULL;
    if (relaxing->fails) return;
    if (binary_sends(super, u)) {
        relaxing->flow(relaxing, at_state(relaxing, sent->to, binary_find(super, u, true, sent->message)->to), owed);
        return;
    }
    for (uint32_t e = super->first[u]; e < super->first[u + 1] && !relaxing->fails; e++) {
        Regular more = regular_append(owed, e);
        relaxing->flow(relaxing, at_edge(relaxing, edge, super->edges[e].to), &more);
        regular_fini(&more);
    }
}

static void move(Relaxing *relaxing, uint32_t point) {
    uint32_t row = point / relaxing->pair->u->nstates, u = point % relaxing->pair->u->nstates;
    Regular owed = regular_copy(&relaxing->owed[point]); /* a loop may change it */
    if (row < relaxing->pair->t->nstates) leave(relaxing, row, u, &owed);
    else accompany(relaxing, row - relaxing->pair->t->nstates, u, &owed);
    regular_fini(&owed);
}

/* ---- the least closed languages of those that the widening leaves */

static void replace(Relaxing *relaxing, uint32_t point, Regular owed) {
    regular_fini(&relaxing->owed[point]);
    relaxing->owed[point] = owed;
    if (relaxing->is_queued[point]) return;
    relaxing->is_queued[point] = true;
    vec_push(&relaxing->queue, point);
}

static Regular widen(const Relaxing *relaxing, const Regular *owed) {
    return relaxing->depth == EXACT ? regular_copy(owed) : regular_widen(owed, relaxing->depth, relaxing->backwards);
}

/* Widened languages are one of finitely many, and each is larger than the last: this comes to an end. */
static void join(Relaxing *relaxing, uint32_t point, const Regular *owed) {
    relaxing->fails |= owed->is_too_large;
    if (relaxing->fails) return;
    Regular both = regular_union(&relaxing->owed[point], owed);
    bool is_new = !both.is_too_large && !regular_is_equal(&both, &relaxing->owed[point]);
    Regular wide = is_new ? widen(relaxing, &both) : (Regular){0};
    *relaxing->work += 1 + both.nstates;
    relaxing->fails |= both.is_too_large || wide.is_too_large || *relaxing->work > MAX_WORK;
    if (is_new && !relaxing->fails) replace(relaxing, point, wide);
    else regular_fini(&wide);
    regular_fini(&both);
}

/* Instead of joining: is it in there? */
static void compare(Relaxing *relaxing, uint32_t point, const Regular *owed) {
    relaxing->fails |= owed->is_too_large;
    if (relaxing->fails) return;
    Regular both = regular_union(&relaxing->owed[point], owed);
    relaxing->fails |= !regular_is_equal(&both, &relaxing->owed[point]);
    regular_fini(&both);
}

static void close(Relaxing *relaxing) {
    Regular nothing = regular_empty_word();
    relaxing->flow = join;
    join(relaxing, at_state(relaxing, relaxing->pair->t->initial, relaxing->pair->u->initial), &nothing);
    regular_fini(&nothing);
    while (relaxing->next < relaxing->queue.n && !relaxing->fails) {
        uint32_t point = relaxing->queue.data[relaxing->next++];
        relaxing->is_queued[point] = false;
        move(relaxing, point);
    }
}

/* The three conditions, of what stands. */
static void check(Relaxing *relaxing) {
    relaxing->flow = compare;
    uint32_t start = at_state(relaxing, relaxing->pair->t->initial, relaxing->pair->u->initial);
    relaxing->fails |= !regular_has_empty_word(&relaxing->owed[start]);
    for (uint32_t point = 0; point < relaxing->npoints && !relaxing->fails; point++)
        if (relaxing->owed[point].nstates) move(relaxing, point);
}

/* ---- trying */

static void keep(Relaxing *relaxing, Relaxation *result) {
    uint32_t nt = relaxing->pair->t->nstates, nu = relaxing->pair->u->nstates;
    VEC(RelaxedPair) pairs = {0};
    for (uint32_t point = 0; point < relaxing->npoints; point++) {
        if (!relaxing->owed[point].nstates) continue;
        uint32_t row = point / nu, edge = row < nt ? UINT32_MAX : row - nt;
        vec_push(&pairs, (RelaxedPair){row < nt ? row : relaxing->pair->t->edges[edge].from, point % nu, edge, relaxing->owed[point]});
        relaxing->owed[point] = (Regular){0};
    }
    result->holds = true;
    result->depth = relaxing->depth;
    result->backwards = relaxing->backwards;
    result->pairs = pairs.data;
    result->npairs = pairs.n;
}

static void try(const Binary *pair, uint32_t depth, bool backwards, uint64_t *work, Relaxation *result) {
    Relaxing relaxing = {.pair = pair, .depth = depth, .backwards = backwards, .work = work};
    relaxing.npoints = (pair->t->nstates + pair->t->nedges) * pair->u->nstates;
    relaxing.owed = calloc(relaxing.npoints, sizeof *relaxing.owed);
    relaxing.is_queued = calloc(relaxing.npoints, sizeof *relaxing.is_queued);
    if (!relaxing.owed || !relaxing.is_queued) fatal("out of memory");
    for (uint32_t i = 0; i < relaxing.npoints; i++) relaxing.owed[i] = regular_none();
    close(&relaxing);
    if (!relaxing.fails) check(&relaxing);
    if (!relaxing.fails) keep(&relaxing, result);
    for (uint32_t i = 0; i < relaxing.npoints; i++) regular_fini(&relaxing.owed[i]);
    free(relaxing.owed);
    free(relaxing.is_queued);
    vec_fini(&relaxing.queue);
}

Relaxation relaxation_find(const Binary *pair, uint32_t max_depth) {
    Relaxation result = {0};
    uint64_t work = 0;
    if (((uint64_t)pair->t->nstates + pair->t->nedges) * pair->u->nstates > MAX_POINTS) return result;
    for (uint32_t depth = 1; depth <= max_depth && !result.holds; depth++) {
        try(pair, depth, false, &work, &result);
        if (!result.holds) try(pair, depth, true, &work, &result);
    }
    if (max_depth && !result.holds) try(pair, EXACT, false, &work, &result);
    return result;
}

void relaxation_fini(Relaxation *relaxation) {
    for (uint32_t i = 0; i < relaxation->npairs; i++) regular_fini(&relaxation->pairs[i].owed);
    free(relaxation->pairs);
    *relaxation = (Relaxation){0};
}
