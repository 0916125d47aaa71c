#include "ltl/recurrence.h"

#include <assert.h>

/* Every word is accepted from here. */
static bool is_settled(const Automaton *once, uint32_t state) {
    const Edge *e = automaton_begin(once, state);
    return automaton_accepts_at(once, state) && e->to == state && e->label == BDD_TRUE;
}

/* A finite part that settles F g holds a place of g; so parts without end hold places without end, and the other way
   round, since after each of them F g is as true as before. */
Automaton *recurrence_of(const Automaton *once) {
    assert(once->is_state_based);
    Automaton *result = automaton_new(once->bdds, once->nstates, 1);
    result->initial = once->initial;
    for (uint32_t i = 0; i < once->edges.n; i++) {
        Edge e = once->edges.data[i];
        bool settles = is_settled(once, e.to);
        automaton_add_edge(result, e.from, e.label, settles, settles ? once->initial : e.to);
    }
    automaton_trim(result);
    return result;
}
