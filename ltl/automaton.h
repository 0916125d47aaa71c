/* Büchi automata on infinite words: transition-based, generalised. A run is accepted when it sees each of the `nsets`
   marks again and again. */
#ifndef UNKNOT_LTL_AUTOMATON_H
#define UNKNOT_LTL_AUTOMATON_H

#include "ltl/bdd.h"
#include "model/support/vec.h"

typedef uint64_t Marks;
enum { AUTOMATON_SETS = 64 };

typedef struct Edge {
    uint32_t from, to;
    Bdd label; /* over atoms: variable a is atom a */
    Marks marks;
} Edge;

typedef struct Automaton {
    Bdds *bdds; /* borrowed */
    uint32_t nstates, initial, nsets;
    bool is_state_based; /* one set, and the edges of a state all have its mark or all have not */
    VEC(Edge) edges;
    VEC(uint32_t) first; /* once settled: state s has the edges first[s] … first[s + 1] - 1 */
} Automaton;

/* No state has edges yet; the initial state is 0. */
Automaton *automaton_new(Bdds *bdds, uint32_t nstates, uint32_t nsets);
void automaton_free(Automaton *automaton);
Automaton *automaton_copy(const Automaton *automaton);
static inline Marks automaton_all(const Automaton *automaton) {
    return automaton->nsets == AUTOMATON_SETS ? ~UINT64_C(0) : (UINT64_C(1) << automaton->nsets) - 1;
}

uint32_t automaton_add_state(Automaton *automaton);
void automaton_add_edge(Automaton *automaton, uint32_t from, Bdd label, Marks marks, uint32_t to);
/* Sorts the edges and makes one of those that differ in their label only. */
void automaton_settle(Automaton *automaton);
/* Drops the states that cannot be reached, numbers the others in the order of a breadth-first search, and settles. */
void automaton_trim(Automaton *automaton);

static inline const Edge *automaton_begin(const Automaton *a, uint32_t state) {
    return a->edges.data + a->first.data[state];
}
static inline const Edge *automaton_end(const Automaton *a, uint32_t state) {
    return a->edges.data + a->first.data[state + 1];
}

/* Of a state-based automaton: the mark of the state. */
bool automaton_accepts_at(const Automaton *automaton, uint32_t state);
bool automaton_is_deterministic(const Automaton *automaton);
/* Every state has an edge for every letter. */
bool automaton_is_complete(const Automaton *automaton);
/* The atoms that some label depends on. */
uint64_t automaton_support(const Automaton *automaton);

#endif
