#include "tests/session/mutate.h"

#include "model/support/hash.h"
#include "model/support/vec.h"

/* Deterministic, each state of one direction, and from one role; what was done stays done. */
static bool is_orderly(const Cfsm *mutant, const Cfsm *machine) {
    bool good = true;
    for (uint32_t s = 0; s < mutant->nstates; s++) {
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

bool mutate_machine(const Cfsm *machine, uint64_t seed, Cfsm *mutant) {
    VEC(CfsmEdge) edges = {0};
    if (!machine->nedges) return false;
    uint32_t e = (uint32_t)(hash_combine(seed, 1) % machine->nedges), other = (uint32_t)(hash_combine(seed, 2) % machine->nedges);
    uint32_t state = (uint32_t)(hash_combine(seed, 3) % machine->nstates);
    for (uint32_t i = 0; i < machine->nedges; i++) vec_push(&edges, machine->edges[i]);
    switch (hash_combine(seed, 4) % 6) {
    case 0: edges.data[e] = vec_pop(&edges); break;
    case 1: edges.data[e].to = state; break;
    case 2: edges.data[e].message = machine->edges[other].message; break;
    case 3:
        vec_push(&edges, machine->edges[other]);
        vec_last(&edges).from = state;
        break;
    default: /* what comes after it first */
        for (uint32_t i = 0; i < edges.n; i++)
            if (i != e && edges.data[i].from == edges.data[e].to) {
                exchange(&edges.data[e], &edges.data[i]);
                break;
            }
    }
    *mutant = cfsm_of(machine->nstates, machine->initial, edges.data, edges.n, machine->is_final);
    for (uint32_t s = 0; s < mutant->nstates; s++) mutant->is_final[s] |= mutant->first[s] == mutant->first[s + 1];
    vec_fini(&edges);
    bool good = is_orderly(mutant, machine);
    if (!good) cfsm_fini(mutant);
    return good;
}
