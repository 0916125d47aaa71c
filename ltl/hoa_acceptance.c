#include "ltl/hoa_acceptance.h"

#include <assert.h>

enum { MOST_ALTERNATIVES = 256, MOST_EDGES = 1 << 24 };

bool alternatives_or(Alternatives *a, const Alternatives *b) {
    for (uint32_t i = 0; i < b->n; i++) vec_push(a, b->data[i]);
    return a->n <= MOST_ALTERNATIVES;
}

bool alternatives_and(Alternatives *a, const Alternatives *b) {
    if ((uint64_t)a->n * b->n > MOST_ALTERNATIVES) return false;
    Alternatives result = {0};
    for (uint32_t i = 0; i < a->n; i++)
        for (uint32_t j = 0; j < b->n; j++) {
            Alternative x = a->data[i], y = b->data[j];
            vec_push(&result, (Alternative){x.fin | y.fin, x.fin_missing | y.fin_missing, x.inf | y.inf,
                                  x.inf_missing | y.inf_missing});
        }
    vec_clear(a);
    for (uint32_t i = 0; i < result.n; i++) vec_push(a, result.data[i]);
    vec_fini(&result);
    return true;
}

static uint32_t count_sets(const Alternative *alternative) {
    return (uint32_t)(__builtin_popcountll(alternative->inf) + __builtin_popcountll(alternative->inf_missing));
}

static bool is_allowed(const Alternative *alternative, Marks marks) {
    return (marks & alternative->fin) == 0 && (~marks & alternative->fin_missing) == 0;
}

/* The sets of the result that an edge with these marks is in; sets that this alternative does not need are in all. */
static Marks sets_of(const Alternative *alternative, Marks marks, Marks all) {
    Marks result = 0;
    uint32_t n = 0;
    for (Marks left = alternative->inf; left; left &= left - 1, n++)
        if (marks & left & (~left + 1)) result |= UINT64_C(1) << n;
    for (Marks left = alternative->inf_missing; left; left &= left - 1, n++)
        if (~marks & left & (~left + 1)) result |= UINT64_C(1) << n;
    return result | (n < AUTOMATON_SETS ? all & ~UINT64_C(0) << n : 0);
}

/* One alternative without finite marks needs no copy of the automaton. */
static Automaton *convert_simple(const Automaton *a, const Alternative *alternative) {
    Automaton *result = automaton_new(a->bdds, a->nstates, count_sets(alternative));
    result->initial = a->initial;
    for (uint32_t i = 0; i < a->edges.n; i++) {
        Edge e = a->edges.data[i];
        automaton_add_edge(result, e.from, e.label, sets_of(alternative, e.marks, automaton_all(result)), e.to);
    }
    automaton_settle(result);
    return result;
}

/* Copy 0 accepts nothing; at any step a run may go to the copy of an alternative, which has what it allows only. */
static Automaton *convert_copies(const Automaton *a, const Alternatives *alternatives) {
    uint32_t n = a->nstates, nsets = 1;
    for (uint32_t k = 0; k < alternatives->n; k++)
        if (count_sets(&alternatives->data[k]) > nsets) nsets = count_sets(&alternatives->data[k]);
    Automaton *result = automaton_new(a->bdds, n * (alternatives->n + 1), nsets);
    result->initial = a->initial;
    for (uint32_t i = 0; i < a->edges.n; i++) {
        Edge e = a->edges.data[i];
        automaton_add_edge(result, e.from, e.label, 0, e.to);
        for (uint32_t k = 0; k < alternatives->n; k++) {
            const Alternative *alternative = &alternatives->data[k];
            uint32_t base = n * (k + 1);
            automaton_add_edge(result, e.from, e.label, 0, base + e.to);
            if (!is_allowed(alternative, e.marks)) continue;
            Marks sets = sets_of(alternative, e.marks, automaton_all(result));
            automaton_add_edge(result, base + e.from, e.label, sets, base + e.to);
        }
    }
    automaton_trim(result);
    return result;
}

Automaton *alternatives_convert(const Automaton *automaton, const Alternatives *alternatives) {
    const Alternative *first = alternatives->data;
    for (uint32_t k = 0; k < alternatives->n; k++)
        if (count_sets(&alternatives->data[k]) > AUTOMATON_SETS) return NULL;
    if (alternatives->n == 1 && !first->fin && !first->fin_missing) return convert_simple(automaton, first);
    if ((uint64_t)automaton->edges.n * (2 * alternatives->n + 1) > MOST_EDGES) return NULL;
    if ((uint64_t)automaton->nstates * (alternatives->n + 1) > MOST_EDGES / 4) return NULL;
    return convert_copies(automaton, alternatives);
}
