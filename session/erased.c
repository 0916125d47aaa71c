#include "session/erased.h"

#include "model/support/fatal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static void *allocate(size_t n, size_t size) {
    void *data = calloc(n ? n : 1, size);
    if (!data) fatal("out of memory");
    return data;
}

static void sort_by_target(Erased *erased) {
    const GlobalAutomaton *global = erased->global;
    erased->into_first = allocate(global->nstates + 2u, sizeof(uint32_t));
    erased->into = allocate(global->nedges, sizeof(uint32_t));
    for (uint32_t e = 0; e < global->nedges; e++) erased->into_first[global->edges[e].to + 2]++;
    for (uint32_t s = 2; s < global->nstates + 2; s++) erased->into_first[s] += erased->into_first[s - 1];
    for (uint32_t e = 0; e < global->nedges; e++) erased->into[erased->into_first[global->edges[e].to + 1]++] = e;
}

void erased_init(Erased *erased, const GlobalAutomaton *global, uint32_t role) {
    assert(role < global->protocol->nroles && global->protocol->nroles <= PROTOCOL_MAX_ROLES);
    *erased = (Erased){.global = global, .role = role, .is_parallel = true};
    for (uint32_t e = 0; e < global->nedges && erased->is_parallel; e++) erased->is_parallel = !global->edges[e].is_shared || !erased_concerns(erased, &global->edges[e]);
    erased->mark = allocate(global->nstates, sizeof(uint32_t));
    erased->latest = allocate(global->nstates, sizeof(uint32_t));
    sort_by_target(erased);
}

void erased_fini(Erased *erased) {
    for (uint32_t i = 0; i < erased->actions.n; i++) free(erased->actions.data[i].reaches);
    vec_fini(&erased->actions);
    vec_fini(&erased->stack);
    free(erased->into_first);
    free(erased->into);
    free(erased->mark);
    free(erased->latest);
    *erased = (Erased){0};
}

/* ---- without the role */

void erased_begin(Erased *erased) {
    erased->stamp++;
    vec_clear(&erased->stack);
}

void erased_visit(Erased *erased, uint32_t state) {
    if (erased->mark[state] == erased->stamp) return;
    erased->mark[state] = erased->stamp;
    vec_push(&erased->stack, state);
}

void erased_close(Erased *erased) {
    const GlobalAutomaton *global = erased->global;
    for (uint32_t i = 0; i < erased->stack.n; i++) {
        uint32_t state = erased->stack.data[i];
        for (uint32_t e = global->first[state]; e < global->first[state + 1]; e++)
            if (!erased_concerns(erased, &global->edges[e])) erased_visit(erased, global->edges[e].to);
    }
}

/* All states from which the action (NULL: any of the role's) is reached without the role, backwards from where it is an edge. */
static bool *states_before(Erased *erased, const GlobalEdge *action) {
    const GlobalAutomaton *global = erased->global;
    bool *reaches = allocate(global->nstates, sizeof *reaches);
    VEC(uint32_t) stack = {0};
    for (uint32_t e = 0; e < global->nedges; e++) {
        bool is_one = action ? erased_is_same(&global->edges[e], action) : erased_concerns(erased, &global->edges[e]);
        if (!is_one || reaches[global->edges[e].from]) continue;
        reaches[global->edges[e].from] = true;
        vec_push(&stack, global->edges[e].from);
    }
    while (stack.n) {
        uint32_t to = vec_pop(&stack);
        for (uint32_t i = erased->into_first[to]; i < erased->into_first[to + 1]; i++) {
            const GlobalEdge *edge = &global->edges[erased->into[i]];
            if (erased_concerns(erased, edge) || reaches[edge->from]) continue;
            reaches[edge->from] = true;
            vec_push(&stack, edge->from);
        }
    }
    vec_fini(&stack);
    return reaches;
}

static bool is_asked(const ErasedAction *known, const GlobalEdge *action) {
    return action && known->edge ? erased_is_same(known->edge, action) : known->edge == action;
}

bool erased_reaches(Erased *erased, uint32_t state, const GlobalEdge *action) {
    uint32_t i = 0;
    while (i < erased->actions.n && !is_asked(&erased->actions.data[i], action)) i++;
    if (i == erased->actions.n) vec_push(&erased->actions, (ErasedAction){action, states_before(erased, action)});
    return erased->actions.data[i].reaches[state];
}

/* ---- searches whose places are a state of the protocol and a set of roles */

typedef struct Places {
    Erased *erased;
    uint32_t width, n;      /* words of a place: the state, then a bit for each role */
    VEC(uint32_t) all;
    VEC(uint32_t) before;   /* per place: the one before of the same state, plus one; 0: none */
    uint32_t *next;         /* the place that is being made */
    bool only_smallest;     /* a place with a larger set reaches nothing that one with a smaller does not */
} Places;

enum { MAX_PLACES = 2000000 };

static const uint32_t *place_at(const Places *places, uint32_t i) { return places->all.data + (size_t)i * places->width; }
static bool has(const uint32_t *place, uint32_t role) { return place[1 + role / 32] >> (role % 32) & 1; }
static void set(uint32_t *place, uint32_t role) { place[1 + role / 32] |= 1u << (role % 32); }

static void places_init(Places *places, Erased *erased, uint32_t nroles, bool only_smallest) {
    *places = (Places){.erased = erased, .width = 2 + nroles / 32, .only_smallest = only_smallest};
    places->next = allocate(places->width, sizeof(uint32_t));
    erased->stamp++;
}

static void places_fini(Places *places) {
    vec_fini(&places->all);
    vec_fini(&places->before);
    free(places->next);
}

/* Makes next a copy of a place at another state; it is added by add_next. */
static void copy_place(Places *places, uint32_t i, uint32_t state) {
    memcpy(places->next, place_at(places, i), sizeof(uint32_t) * places->width);
    places->next[0] = state;
}

/* The place at hand makes next superfluous. */
static bool covers(const Places *places, const uint32_t *place) {
    for (uint32_t i = 1; i < places->width; i++)
        if (places->only_smallest ? place[i] & ~places->next[i] : place[i] ^ places->next[i]) return false;
    return true;
}

static void add_next(Places *places) {
    Erased *erased = places->erased;
    uint32_t state = places->next[0];
    if (erased->mark[state] != erased->stamp) erased->latest[state] = 0;
    erased->mark[state] = erased->stamp;
    for (uint32_t i = erased->latest[state]; i; i = places->before.data[i - 1])
        if (covers(places, place_at(places, i - 1))) return;
    for (uint32_t i = 0; i < places->width; i++) vec_push(&places->all, places->next[i]);
    vec_push(&places->before, erased->latest[state]);
    erased->latest[state] = ++places->n;
}

/* True when there is nothing more to follow, or too much. */
static bool is_over(Erased *erased, const Places *places, uint32_t i, bool *found) {
    if (places->n >= MAX_PLACES && !*found) *found = erased->gave_up = true;
    return *found || i >= places->n;
}

/* Who waits never sends again: with fewer who wait every message comes that does with more. */
bool erased_is_available(Erased *erased, const GlobalEdge *after, uint32_t sender, Name message, bool but_parallel) {
    const GlobalAutomaton *global = erased->global;
    const uint32_t stays = global->protocol->nroles; /* beside the roles: the course has not left a parallel block; less comes then, too */
    Places places;
    bool found = false;
    places_init(&places, erased, global->protocol->nroles, true);
    places.next[0] = after->to;
    set(places.next, erased->role);
    set(places.next, stays);
    if (after->sender == erased->role) set(places.next, after->receiver);
    add_next(&places);
    for (uint32_t p = 0; !is_over(erased, &places, p, &found); p++) {
        uint32_t state = place_at(&places, p)[0];
        for (uint32_t e = global->first[state]; e < global->first[state + 1] && !found; e++) {
            const GlobalEdge *edge = &global->edges[e];
            bool waits = has(place_at(&places, p), edge->sender);
            if (!waits && edge->sender == sender && edge->receiver == erased->role) { /* the first one that is sent */
                bool same_block = but_parallel && erased->is_parallel && !edge->leaves && has(place_at(&places, p), stays);
                found = edge->message == message && !(same_block && global_are_parallel(global, edge, after));
                continue;
            }
            copy_place(&places, p, edge->to);
            if (waits) set(places.next, edge->receiver);
            if (edge->leaves) places.next[1 + stays / 32] &= ~(1u << (stays % 32));
            add_next(&places);
        }
    }
    places_fini(&places);
    return found;
}

bool erased_may_precede(Erased *erased, const GlobalEdge *action, const GlobalEdge *reception) {
    const GlobalAutomaton *global = erased->global;
    Places places;
    bool found = false;
    assert(reception->receiver == erased->role);
    enum { HAS_ACTED, HAS_LEFT }; /* the set: the role, and the course a parallel block */
    places_init(&places, erased, 0, false);
    places.next[0] = reception->from;
    add_next(&places);
    for (uint32_t p = 0; !is_over(erased, &places, p, &found); p++) {
        uint32_t state = place_at(&places, p)[0];
        for (uint32_t e = global->first[state]; e < global->first[state + 1] && !found; e++) {
            const GlobalEdge *edge = &global->edges[e];
            bool is_role = erased_concerns(erased, edge), is_sender = edge->sender == reception->sender || edge->receiver == reception->sender;
            bool leaves = p ? edge->leaves : edge->leaves != reception->leaves; /* both may be of a round that begins here */
            bool has_acted = has(place_at(&places, p), HAS_ACTED), has_left = leaves || has(place_at(&places, p), HAS_LEFT);
            if (is_sender && !has_left && erased->is_parallel && global_are_parallel(global, edge, reception)) is_sender = false; /* its other branch */
            if (is_role && !has_acted && !erased_is_same(edge, action)) continue;
            if (is_sender) {
                found = has_acted && erased_is_same(edge, reception);
                continue;
            }
            copy_place(&places, p, edge->to);
            if (is_role) set(places.next, HAS_ACTED);
            if (has_left) set(places.next, HAS_LEFT);
            add_next(&places);
        }
    }
    places_fini(&places);
    return found;
}

ErasedHeads erased_heads(Erased *erased, const uint32_t *states, uint32_t n, uint32_t sender) {
    const GlobalAutomaton *global = erased->global;
    ErasedHeads heads = {0};
    Places places;
    bool *is_known = allocate(global->nedges, sizeof *is_known), over = false;
    places_init(&places, erased, global->protocol->nroles, true);
    for (uint32_t i = 0; i < n; i++) {
        places.next[0] = states[i];
        set(places.next, erased->role);
        add_next(&places);
    }
    for (uint32_t p = 0; !is_over(erased, &places, p, &over); p++) {
        uint32_t state = place_at(&places, p)[0];
        for (uint32_t e = global->first[state]; e < global->first[state + 1]; e++) {
            const GlobalEdge *edge = &global->edges[e];
            bool waits = has(place_at(&places, p), edge->sender);
            if (!waits && edge->sender == sender && edge->receiver == erased->role) {
                if (!is_known[e]) vec_push(&heads.edges, e);
                is_known[e] = true;
                continue;
            }
            copy_place(&places, p, edge->to);
            if (waits) set(places.next, edge->receiver);
            add_next(&places);
        }
    }
    places_fini(&places);
    free(is_known);
    return heads;
}
