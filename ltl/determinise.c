#include "ltl/determinise.h"

#include "model/support/fatal.h"
#include "model/support/hash.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { EDGES_A_STATE = 10 };

/* Letters that lead from the subset at hand to the same set. */
typedef struct Part {
    Bdd label;
    uint32_t at; /* in Work.part_bits */
} Part;

typedef struct Work {
    const Automaton *automaton;
    SubsetView *view;
    uint64_t *from; /* the subset at hand */
    Subsets *subsets;
    uint32_t *slots; /* open addressing: number + 1 */
    uint32_t mask;
    Bdd *label_to; /* of the subset at hand: the letters that lead to each state */
    VEC(Part) parts;
    VEC(uint64_t) part_bits;
} Work;

static uint64_t hash_of(const uint64_t *bits, uint32_t n) { return hash_bytes(bits, n * sizeof *bits); }

static void grow(Work *w) {
    uint32_t count = w->mask ? (w->mask + 1) * 2 : 64, n = w->subsets->nwords;
    free(w->slots);
    w->slots = calloc(count, sizeof *w->slots);
    if (!w->slots) fatal("out of memory");
    w->mask = count - 1;
    for (uint32_t s = 0; s < w->subsets->automaton->nstates; s++) {
        uint32_t i = (uint32_t)hash_of(subsets_at(w->subsets, s), n) & w->mask;
        while (w->slots[i]) i = (i + 1) & w->mask;
        w->slots[i] = s + 1;
    }
}

static uint32_t number_of(Work *w, const uint64_t *bits) {
    Subsets *subsets = w->subsets;
    uint32_t n = subsets->nwords;
    if (subsets->automaton->nstates * 2 >= w->mask) grow(w);
    uint32_t i = (uint32_t)hash_of(bits, n) & w->mask;
    for (; w->slots[i]; i = (i + 1) & w->mask)
        if (memcmp(subsets_at(subsets, w->slots[i] - 1), bits, n * sizeof *bits) == 0) return w->slots[i] - 1;
    for (uint32_t k = 0; k < n; k++) vec_push(&subsets->bits, bits[k]);
    w->slots[i] = automaton_add_state(subsets->automaton) + 1;
    return w->slots[i] - 1;
}

/* Splits each part by whether its letters lead to state `to`. */
static void split(Work *w, uint32_t to, Bdd label) {
    Bdds *bdds = w->automaton->bdds;
    Bdd other = bdd_not(bdds, label);
    uint32_t n = w->subsets->nwords;
    for (uint32_t i = w->parts.n; i-- > 0;) {
        Part part = w->parts.data[i];
        Bdd in = bdd_and(bdds, part.label, label), out = bdd_and(bdds, part.label, other);
        if (in == BDD_FALSE) continue;
        uint32_t at = part.at;
        if (out != BDD_FALSE) {
            at = w->part_bits.n;
            for (uint32_t k = 0; k < n; k++) vec_push(&w->part_bits, w->part_bits.data[part.at + k]);
            w->parts.data[i].label = out;
            vec_push(&w->parts, (Part){in, at});
        }
        w->part_bits.data[at + to / 64] |= UINT64_C(1) << to % 64;
    }
}

/* False when there are more than `most` edges. */
static bool expand(Work *w, uint32_t state, uint32_t most) {
    const Automaton *a = w->automaton;
    uint32_t n = w->subsets->nwords;
    memset(w->label_to, 0, a->nstates * sizeof *w->label_to);
    memcpy(w->from, subsets_at(w->subsets, state), n * sizeof *w->from);
    if (w->view) w->view(a, w->from);
    for (uint32_t q = 0; q < a->nstates; q++) {
        if (!subsets_has(w->from, q)) continue;
        for (const Edge *e = automaton_begin(a, q); e < automaton_end(a, q); e++)
            w->label_to[e->to] = bdd_or(a->bdds, w->label_to[e->to], e->label);
    }
    vec_clear(&w->parts);
    vec_clear(&w->part_bits);
    vec_resize(&w->part_bits, n);
    vec_push(&w->parts, (Part){BDD_TRUE, 0});
    for (uint32_t q = 0; q < a->nstates; q++) {
        if (w->label_to[q] != BDD_FALSE) split(w, q, w->label_to[q]);
        if (w->subsets->automaton->edges.n + w->parts.n > most) return false;
    }
    for (uint32_t i = 0; i < w->parts.n; i++) {
        Part part = w->parts.data[i];
        uint32_t to = number_of(w, w->part_bits.data + part.at);
        automaton_add_edge(w->subsets->automaton, state, part.label, 0, to);
    }
    return true;
}

bool subsets_init(Subsets *subsets, const Automaton *automaton, SubsetView *view, uint32_t max_states) {
    *subsets = (Subsets){.nwords = automaton->nstates / 64 + 1};
    subsets->automaton = automaton_new(automaton->bdds, 0, 0);
    Work w = {.automaton = automaton, .view = view, .subsets = subsets};
    w.label_to = calloc(automaton->nstates, sizeof *w.label_to);
    w.from = calloc(subsets->nwords, sizeof *w.from);
    if (!w.label_to || !w.from) fatal("out of memory");
    w.from[automaton->initial / 64] |= UINT64_C(1) << automaton->initial % 64;
    number_of(&w, w.from);
    bool fits = true;
    for (uint32_t s = 0; s < subsets->automaton->nstates && fits; s++)
        fits = expand(&w, s, max_states * EDGES_A_STATE) && subsets->automaton->nstates <= max_states;
    automaton_settle(subsets->automaton);
    free(w.from);
    free(w.label_to);
    free(w.slots);
    vec_fini(&w.parts);
    vec_fini(&w.part_bits);
    return fits;
}

void subsets_fini(Subsets *subsets) {
    automaton_free(subsets->automaton);
    vec_fini(&subsets->bits);
}
