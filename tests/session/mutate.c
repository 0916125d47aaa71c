#include "tests/session/mutate.h"

#include "model/support/hash.h"
#include "model/support/vec.h"

#include <stdlib.h>
#include <string.h>

/* Deterministic, each state of one direction, and from one role; what was done stays done. */
static bool is_orderly(const Cfsm *mutant, const Cfsm *machine) {
    bool good = true;
    for (uint32_t s = 0; s < machine->nstates; s++) {
        good &= mutant->first[s] == mutant->first[s + 1] || !machine->is_final[s] || machine->first[s] < machine->first[s + 1];
        for (uint32_t a = mutant->first[s]; a < mutant->first[s + 1]; a++)
            for (uint32_t b = mutant->first[s]; b < a; b++) {
                const CfsmEdge *x = &mutant->edges[a], *y = &mutant->edges[b];
                good &= x->is_send == y->is_send && !(x->peer == y->peer && x->message == y->message) && (x->is_send || x->peer == y->peer);
            }
    }
    return good;
}

static void exchange(CfsmEdge *a, CfsmEdge *b) {
    CfsmEdge old = *a;
    *a = (CfsmEdge){old.from, old.to, b->peer, b->message, b->is_send};
    *b = (CfsmEdge){b->from, b->to, old.peer, old.message, old.is_send};
}

typedef VEC(CfsmEdge) Edges;

/* A new state, with the edges of another but one; one edge more that led there leads to it. */
static void split(const Cfsm *machine, uint64_t seed, Edges *edges) {
    const CfsmEdge *into = &machine->edges[hash_combine(seed, 5) % machine->nedges];
    uint32_t first = machine->first[into->to], last = machine->first[into->to + 1];
    CfsmEdge other = *into;
    other.to = machine->nstates;
    vec_push(edges, other);
    if (first == last) return;
    uint32_t left_out = first + (uint32_t)(hash_combine(seed, 6) % (last - first + 1));
    for (uint32_t e = first; e < last; e++) {
        if (e == left_out) continue;
        other = machine->edges[e];
        other.from = machine->nstates;
        vec_push(edges, other);
    }
}

/* Two receptions from different roles, one after the other, in either order: by a new state. */
static void gather(const Cfsm *machine, uint64_t seed, Edges *edges) {
    const CfsmEdge *one = &machine->edges[hash_combine(seed, 7) % machine->nedges];
    for (uint32_t e = machine->first[one->to]; e < machine->first[one->to + 1]; e++) {
        const CfsmEdge *two = &machine->edges[e];
        if (one->is_send || two->is_send || one->peer == two->peer) continue;
        vec_push(edges, (CfsmEdge){one->from, machine->nstates, two->peer, two->message, false});
        vec_push(edges, (CfsmEdge){machine->nstates, two->to, one->peer, one->message, false});
        return;
    }
}

static Cfsm mutant_of(const Cfsm *machine, uint64_t seed, bool wildly) {
    Edges edges = {0};
    uint32_t e = (uint32_t)(hash_combine(seed, 1) % machine->nedges), other = (uint32_t)(hash_combine(seed, 2) % machine->nedges);
    uint32_t state = (uint32_t)(hash_combine(seed, 3) % machine->nstates);
    for (uint32_t i = 0; i < machine->nedges; i++) vec_push(&edges, machine->edges[i]);
    switch (hash_combine(seed, 4) % (wildly ? 10 : 6)) {
    case 0: edges.data[e] = vec_pop(&edges); break;
    case 1: edges.data[e].to = state; break;
    case 2: edges.data[e].message = machine->edges[other].message; break;
    case 3:
        vec_push(&edges, machine->edges[other]);
        vec_last(&edges).from = state;
        break;
    case 6: case 7: split(machine, seed, &edges); break;
    case 8: case 9: gather(machine, seed, &edges); break;
    default: /* what comes after it first */
        for (uint32_t i = 0; i < edges.n; i++)
            if (i != e && edges.data[i].from == edges.data[e].to) {
                exchange(&edges.data[e], &edges.data[i]);
                break;
            }
    }
    bool *is_final = calloc(machine->nstates + 1u, sizeof *is_final);
    if (!is_final) abort();
    memcpy(is_final, machine->is_final, sizeof *is_final * machine->nstates);
    Cfsm mutant = cfsm_of(machine->nstates + 1, machine->initial, edges.data, edges.n, is_final);
    for (uint32_t s = 0; s < mutant.nstates; s++) mutant.is_final[s] |= mutant.first[s] == mutant.first[s + 1];
    vec_fini(&edges);
    free(is_final);
    return mutant;
}

bool mutate_machine(const Cfsm *machine, uint64_t seed, Cfsm *mutant) {
    if (!machine->nedges) return false;
    *mutant = mutant_of(machine, seed, false);
    bool good = is_orderly(mutant, machine);
    if (!good) cfsm_fini(mutant);
    return good;
}

bool mutate_wildly(const Cfsm *machine, uint64_t seed, Cfsm *mutant) {
    if (!machine->nedges) return false;
    *mutant = mutant_of(machine, seed, true);
    return true;
}
