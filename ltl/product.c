#include "ltl/product.h"

#include "ltl/degeneralise.h"
#include "ltl/emptiness.h"
#include "model/support/fatal.h"
#include "model/support/hash.h"

#include <assert.h>
#include <stdlib.h>

typedef struct Pair {
    uint32_t a, b;
} Pair;

typedef struct Pairs {
    VEC(Pair) list;
    uint32_t *slots; /* open addressing: number + 1 */
    uint32_t mask;
} Pairs;

static void grow(Pairs *pairs) {
    uint32_t count = pairs->mask ? (pairs->mask + 1) * 2 : 64;
    free(pairs->slots);
    pairs->slots = calloc(count, sizeof *pairs->slots);
    if (!pairs->slots) fatal("out of memory");
    pairs->mask = count - 1;
    for (uint32_t n = 0; n < pairs->list.n; n++) {
        Pair p = pairs->list.data[n];
        uint32_t i = (uint32_t)hash_combine(p.a, p.b) & pairs->mask;
        while (pairs->slots[i]) i = (i + 1) & pairs->mask;
        pairs->slots[i] = n + 1;
    }
}

static uint32_t pair_number(Pairs *pairs, Automaton *result, uint32_t a, uint32_t b) {
    if (pairs->list.n * 2 >= pairs->mask) grow(pairs);
    uint32_t i = (uint32_t)hash_combine(a, b) & pairs->mask;
    for (; pairs->slots[i]; i = (i + 1) & pairs->mask) {
        Pair p = pairs->list.data[pairs->slots[i] - 1];
        if (p.a == a && p.b == b) return pairs->slots[i] - 1;
    }
    vec_push(&pairs->list, (Pair){a, b});
    pairs->slots[i] = pairs->list.n;
    if (pairs->list.n > result->nstates) automaton_add_state(result);
    return pairs->list.n - 1;
}

static void expand(Pairs *pairs, Automaton *result, const Automaton *a, const Automaton *b, uint32_t number) {
    Pair p = pairs->list.data[number];
    for (const Edge *e = automaton_begin(a, p.a); e < automaton_end(a, p.a); e++)
        for (const Edge *f = automaton_begin(b, p.b); f < automaton_end(b, p.b); f++) {
            Bdd label = bdd_and(a->bdds, e->label, f->label);
            if (label == BDD_FALSE) continue;
            Marks marks = e->marks | (a->nsets < AUTOMATON_SETS ? f->marks << a->nsets : 0);
            automaton_add_edge(result, number, label, marks, pair_number(pairs, result, e->to, f->to));
        }
}

static Automaton *product_narrow(const Automaton *a, const Automaton *b) {
    Pairs pairs = {0};
    Automaton *result = automaton_new(a->bdds, 1, a->nsets + b->nsets);
    pair_number(&pairs, result, a->initial, b->initial);
    for (uint32_t i = 0; i < pairs.list.n; i++) expand(&pairs, result, a, b, i);
    vec_fini(&pairs.list);
    free(pairs.slots);
    automaton_settle(result);
    return result;
}

Automaton *product_of(const Automaton *a, const Automaton *b) {
    assert(a->bdds == b->bdds);
    if (a->nsets + b->nsets <= AUTOMATON_SETS) return product_narrow(a, b);
    DegeneraliseOptions how = {.skip = true, .reset = true, .cache = true};
    const Automaton *larger = a->nsets > b->nsets ? a : b;
    Automaton *single = degeneralise_to_states(larger, how);
    Automaton *result = larger == a ? product_of(single, b) : product_of(a, single);
    automaton_free(single);
    return result;
}

bool product_is_empty(const Automaton *a, const Automaton *b) {
    Automaton *product = product_of(a, b);
    bool empty = emptiness_check(product, NULL);
    automaton_free(product);
    return empty;
}
