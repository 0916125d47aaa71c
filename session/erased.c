#include "session/erased.h"

#include "model/support/fatal.h"
#include "model/support/hash.h"

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
    *erased = (Erased){.global = global, .role = role};
    erased->mark = allocate(global->nstates, sizeof(uint32_t));
    sort_by_target(erased);
}

void erased_fini(Erased *erased) {
    for (uint32_t i = 0; i < erased->actions.n; i++) free(erased->actions.data[i].reaches);
    vec_fini(&erased->actions);
    vec_fini(&erased->stack);
    free(erased->into_first);
    free(erased->into);
    free(erased->mark);
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

/* All states from which the action is reached without the role, backwards from where it is an edge. */
static bool *states_before(Erased *erased, const GlobalEdge *action) {
    const GlobalAutomaton *global = erased->global;
    bool *reaches = allocate(global->nstates, sizeof *reaches);
    VEC(uint32_t) stack = {0};
    for (uint32_t e = 0; e < global->nedges; e++) {
        if (!erased_is_same(&global->edges[e], action) || reaches[global->edges[e].from]) continue;
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

bool erased_reaches(Erased *erased, uint32_t state, const GlobalEdge *action) {
    uint32_t i = 0;
    while (i < erased->actions.n && !erased_is_same(erased->actions.data[i].edge, action)) i++;
    if (i == erased->actions.n) vec_push(&erased->actions, (ErasedAction){action, states_before(erased, action)});
    return erased->actions.data[i].reaches[state];
}

/* ---- searches whose places are a state of the protocol and a set */

typedef struct Place { uint32_t state; uint64_t set; } Place;
typedef struct Places {
    VEC(Place) all;
    uint32_t *table, mask;
} Places;

static uint32_t slot_of(const Places *places, Place place) {
    uint32_t at = (uint32_t)hash_combine(place.set, place.state) & places->mask;
    while (places->table[at]) {
        const Place *other = &places->all.data[places->table[at] - 1];
        if (other->state == place.state && other->set == place.set) break;
        at = (at + 1) & places->mask;
    }
    return at;
}

static void add_place(Places *places, uint32_t state, uint64_t set) {
    if (places->all.n * 2 >= places->mask) {
        free(places->table);
        places->mask = places->mask ? places->mask * 2 + 1 : 63;
        places->table = allocate(places->mask + 1u, sizeof *places->table);
        for (uint32_t i = 0; i < places->all.n; i++) places->table[slot_of(places, places->all.data[i])] = i + 1;
    }
    uint32_t slot = slot_of(places, (Place){state, set});
    if (places->table[slot]) return;
    vec_push(&places->all, (Place){state, set});
    places->table[slot] = places->all.n;
}

static void places_fini(Places *places) {
    vec_fini(&places->all);
    free(places->table);
}

bool erased_is_available(Erased *erased, const GlobalEdge *after, uint32_t sender, Name message) {
    const GlobalAutomaton *global = erased->global;
    Places places = {0};
    bool found = false;
    uint64_t waits = 1ull << erased->role;
    add_place(&places, after->to, after->sender == erased->role ? waits | 1ull << after->receiver : waits);
    for (uint32_t p = 0; p < places.all.n && !found; p++) {
        Place at = places.all.data[p];
        for (uint32_t e = global->first[at.state]; e < global->first[at.state + 1] && !found; e++) {
            const GlobalEdge *edge = &global->edges[e];
            if (at.set >> edge->sender & 1) add_place(&places, edge->to, at.set | 1ull << edge->receiver);
            else if (edge->sender != sender || edge->receiver != erased->role) add_place(&places, edge->to, at.set);
            else found = edge->message == message; /* the first one that is sent */
        }
    }
    places_fini(&places);
    return found;
}

bool erased_may_precede(Erased *erased, const GlobalEdge *action, const GlobalEdge *reception) {
    const GlobalAutomaton *global = erased->global;
    Places places = {0};
    bool found = false;
    assert(reception->receiver == erased->role);
    add_place(&places, reception->from, 0); /* the set: whether the role has acted */
    for (uint32_t p = 0; p < places.all.n && !found; p++) {
        Place at = places.all.data[p];
        for (uint32_t e = global->first[at.state]; e < global->first[at.state + 1] && !found; e++) {
            const GlobalEdge *edge = &global->edges[e];
            bool is_role = erased_concerns(erased, edge), is_sender = edge->sender == reception->sender || edge->receiver == reception->sender;
            if (is_role && !at.set && !erased_is_same(edge, action)) continue;
            if (is_sender) found = at.set && erased_is_same(edge, reception);
            else add_place(&places, edge->to, at.set | is_role);
        }
    }
    places_fini(&places);
    return found;
}
