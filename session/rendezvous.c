#include "session/rendezvous.h"

#include "model/support/fatal.h"
#include "model/support/hash.h"
#include "model/support/vec.h"

#include <stdlib.h>
#include <string.h>

typedef struct Explore {
    const CfsmSystem *system;
    uint32_t n, nstates;
    VEC(uint32_t) states;  /* n words each */
    VEC(GlobalEdge) edges;
    VEC(uint32_t) first, found;
    VEC(bool) is_final;
    uint32_t *table, mask; /* of states plus one */
} Explore;

static void *allocate(size_t n, size_t size) {
    void *data = calloc(n ? n : 1, size);
    if (!data) fatal("out of memory");
    return data;
}

static uint32_t *place_of(const Explore *explore, const uint32_t *words) {
    uint32_t at = (uint32_t)hash_bytes(words, sizeof *words * explore->n) & explore->mask;
    while (explore->table[at] && memcmp(explore->states.data + (size_t)(explore->table[at] - 1) * explore->n, words, sizeof *words * explore->n) != 0)
        at = (at + 1) & explore->mask;
    return &explore->table[at];
}

static void grow(Explore *explore) {
    free(explore->table);
    explore->mask = explore->mask ? explore->mask * 2 + 1 : 1023;
    explore->table = allocate((size_t)explore->mask + 1, sizeof *explore->table);
    for (uint32_t s = 0; s < explore->nstates; s++) *place_of(explore, explore->states.data + (size_t)s * explore->n) = s + 1;
}

/* The state of these words, a new one when there is none; `words` is not part of the states. */
static uint32_t state_of(Explore *explore, const uint32_t *words, uint32_t edge) {
    if (!explore->mask || explore->nstates * 2 > explore->mask) grow(explore);
    uint32_t *place = place_of(explore, words);
    if (*place) return *place - 1;
    bool is_final = true;
    for (uint32_t i = 0; i < explore->n; i++) {
        vec_push(&explore->states, words[i]);
        is_final &= explore->system->machines[i].is_final[words[i]];
    }
    vec_push(&explore->found, edge);
    vec_push(&explore->is_final, is_final);
    *place = ++explore->nstates;
    return explore->nstates - 1;
}

/* The message is sent in this state, by `edge` of the sender's machine, if its receiver takes it. */
static void meet(Explore *explore, uint32_t state, uint32_t sender, const CfsmEdge *edge, uint32_t *words) {
    const Cfsm *other = &explore->system->machines[edge->peer];
    uint32_t at = explore->states.data[(size_t)state * explore->n + edge->peer];
    for (uint32_t e = other->first[at]; e < other->first[at + 1]; e++) {
        const CfsmEdge *reception = &other->edges[e];
        if (reception->is_send || reception->peer != sender || reception->message != edge->message) continue;
        memcpy(words, explore->states.data + (size_t)state * explore->n, sizeof *words * explore->n);
        words[sender] = edge->to;
        words[edge->peer] = reception->to;
        uint32_t to = state_of(explore, words, explore->edges.n);
        vec_push(&explore->edges, (GlobalEdge){.from = state, .to = to, .sender = sender, .receiver = edge->peer, .message = edge->message, .arm = GLOBAL_NO_ARM});
    }
}

static void expand(Explore *explore, uint32_t state, uint32_t *words) {
    vec_push(&explore->first, explore->edges.n);
    for (uint32_t role = 0; role < explore->n; role++) {
        const Cfsm *machine = &explore->system->machines[role];
        uint32_t at = explore->states.data[(size_t)state * explore->n + role];
        for (uint32_t e = machine->first[at]; e < machine->first[at + 1]; e++)
            if (machine->edges[e].is_send) meet(explore, state, role, &machine->edges[e], words);
    }
}

void rendezvous_explore(Rendezvous *product, const CfsmSystem *system, uint32_t max) {
    Explore explore = {.system = system, .n = system->n};
    uint32_t *words = allocate(system->n, sizeof *words);
    for (uint32_t i = 0; i < system->n; i++) words[i] = system->machines[i].initial;
    (void)state_of(&explore, words, UINT32_MAX);
    uint32_t s = 0;
    for (; s < explore.nstates && explore.nstates <= max; s++) expand(&explore, s, words);
    bool complete = s == explore.nstates;
    for (; s <= explore.nstates; s++) vec_push(&explore.first, explore.edges.n);
    free(words);
    free(explore.table);
    *product = (Rendezvous){.states = explore.states.data, .found = explore.found.data, .n = system->n, .complete = complete};
    product->roles.nroles = system->n;
    product->roles.roles = allocate(system->n, sizeof *product->roles.roles);
    for (uint32_t i = 0; i < system->n; i++) product->roles.roles[i].name = system->roles[i];
    product->global = (GlobalAutomaton){.names = system->names, .nstates = explore.nstates, .edges = explore.edges.data, .nedges = explore.edges.n,
        .first = explore.first.data, .is_final = explore.is_final.data, .protocol = &product->roles};
}

void rendezvous_fini(Rendezvous *product) {
    free(product->global.edges);
    free(product->global.first);
    free(product->global.is_final);
    free(product->roles.roles);
    free(product->states);
    free(product->found);
    *product = (Rendezvous){0};
}

uint32_t *rendezvous_run(const Rendezvous *product, uint32_t state, uint32_t *length) {
    const GlobalEdge *edges = product->global.edges;
    *length = 0;
    for (uint32_t at = state; product->found[at] != UINT32_MAX; at = edges[product->found[at]].from) ++*length;
    uint32_t *run = allocate(*length, sizeof *run), i = *length;
    for (uint32_t at = state; product->found[at] != UINT32_MAX; at = edges[product->found[at]].from) run[--i] = product->found[at];
    return run;
}
