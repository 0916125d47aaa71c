#include "ltl/ranks.h"

#include "model/support/fatal.h"
#include "model/support/hash.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    MOST_RANKED = 60, /* states: ranks are below twice as many, and fit a byte with what is owed */
    EDGES_A_STATE = 20,
    MOST_CELLS = 1 << 12
};

/* A level of the runs on a word: per state of the automaton 0 when it is not reached, else 2 * rank + owes + 1; behind
   them 0 while nothing is ranked yet, else 1 + the even rank that is waited for to be left. */
typedef struct Ranks {
    const Automaton *automaton;
    Automaton *result;
    uint32_t n, max_states;
    bool *accepts;
    VEC(uint8_t) levels; /* n + 1 bytes a state of the result */
    uint32_t *slots;     /* open addressing: number + 1 */
    uint32_t mask;
    VEC(Bdd) cells;      /* letters that no label of the level at hand tells apart */
    uint8_t *from, *to;  /* levels */
} Ranks;

static uint32_t rank_at(const uint8_t *level, uint32_t q) { return (uint32_t)(level[q] - 1) / 2; }
static bool owes_at(const uint8_t *level, uint32_t q) { return (level[q] - 1) % 2 != 0; }
static uint8_t entry(uint32_t rank, bool owes) { return (uint8_t)(2 * rank + owes + 1); }
static bool is_ranked(const Ranks *r, const uint8_t *level) { return level[r->n] != 0; }

/* ---- states of the result */

static bool is_accepting(const Ranks *r, const uint8_t *level) {
    bool empty = true, owes = false;
    for (uint32_t q = 0; q < r->n; q++) {
        if (level[q] == 0) continue;
        empty = false;
        owes |= owes_at(level, q);
    }
    return empty || (is_ranked(r, level) && !owes);
}

static void grow(Ranks *r) {
    uint32_t count = r->mask ? (r->mask + 1) * 2 : 64, size = r->n + 1;
    free(r->slots);
    r->slots = calloc(count, sizeof *r->slots);
    if (!r->slots) fatal("out of memory");
    r->mask = count - 1;
    for (uint32_t s = 0; s < r->result->nstates; s++) {
        uint32_t i = (uint32_t)hash_bytes(r->levels.data + (size_t)s * size, size) & r->mask;
        while (r->slots[i]) i = (i + 1) & r->mask;
        r->slots[i] = s + 1;
    }
}

static uint32_t number_of(Ranks *r, const uint8_t *level) {
    uint32_t size = r->n + 1;
    if (r->result->nstates * 2 >= r->mask) grow(r);
    uint32_t i = (uint32_t)hash_bytes(level, size) & r->mask;
    for (; r->slots[i]; i = (i + 1) & r->mask)
        if (memcmp(r->levels.data + (size_t)(r->slots[i] - 1) * size, level, size) == 0) return r->slots[i] - 1;
    for (uint32_t k = 0; k < size; k++) vec_push(&r->levels, level[k]);
    r->slots[i] = automaton_add_state(r->result) + 1;
    return r->slots[i] - 1;
}

static void add_edge(Ranks *r, uint32_t from, Bdd cell, const uint8_t *to) {
    automaton_add_edge(r->result, from, cell, is_accepting(r, r->from), number_of(r, to));
}

static bool is_too_large(const Ranks *r) {
    return r->result->nstates > r->max_states || r->result->edges.n / EDGES_A_STATE > r->max_states;
}

/* ---- rankings */

/* The greatest rank is odd, and each odd rank below it is there; *greatest tells it. */
static bool is_tight(const Ranks *r, const uint8_t *level, uint32_t *greatest) {
    uint64_t odd = 0;
    *greatest = 0;
    for (uint32_t q = 0; q < r->n; q++) {
        if (level[q] == 0) continue;
        uint32_t rank = rank_at(level, q);
        if (rank > *greatest) *greatest = rank;
        if (rank % 2) odd |= UINT64_C(1) << rank / 2;
    }
    return *greatest % 2 && odd == (UINT64_C(2) << *greatest / 2) - 1;
}

/* The maximal rankings of the states in r->to: one state has each odd rank below the greatest, all others the greatest or,
   if they accept, one less. `rank`: the next one to be given to one state. */
static void guess(Ranks *r, uint32_t from, Bdd cell, uint8_t *level, uint32_t rank) {
    uint8_t whole[MOST_RANKED + 1];
    bool any = false;
    for (uint32_t q = 0; q < r->n; q++) {
        whole[q] = level[q];
        if (r->to[q] == 0 || level[q] != 0) continue;
        any |= !r->accepts[q];
        whole[q] = entry(r->accepts[q] ? rank - 1 : rank, false);
    }
    if (!any || is_too_large(r)) return;
    whole[r->n] = 1;
    add_edge(r, from, cell, whole);
    for (uint32_t q = 0; q < r->n; q++) {
        if (r->to[q] == 0 || level[q] != 0 || r->accepts[q]) continue;
        level[q] = entry(rank, false);
        guess(r, from, cell, level, rank + 2);
        level[q] = 0;
    }
}

/* ---- steps */

/* r->to: what the letters of the cell lead to, each state with the least rank of its predecessors, and owing if one owes
   that. */
static void follow(Ranks *r, Bdd cell) {
    const Automaton *a = r->automaton;
    memset(r->to, 0, r->n + 1);
    for (uint32_t q = 0; q < r->n; q++) {
        if (r->from[q] == 0) continue;
        for (const Edge *e = automaton_begin(a, q); e < automaton_end(a, q); e++) {
            if (!bdd_implies(a->bdds, cell, e->label)) continue;
            bool owes = owes_at(r->from, q) || (r->to[e->to] != 0 && owes_at(r->to, e->to));
            uint32_t rank = rank_at(r->from, q);
            if (r->to[e->to] != 0 && rank_at(r->to, e->to) < rank) rank = rank_at(r->to, e->to);
            r->to[e->to] = entry(rank, owes);
        }
    }
}

/* Accepting states have even ranks; only those of the rank that is waited for owe, all of it when nothing was owed. */
static void settle(Ranks *r, uint32_t greatest) {
    bool owed = false;
    for (uint32_t q = 0; q < r->n; q++) owed |= r->from[q] != 0 && owes_at(r->from, q);
    uint32_t waited = r->from[r->n] - 1u;
    if (!owed) waited = (waited + 2) % (greatest + 1);
    for (uint32_t q = 0; q < r->n; q++) {
        if (r->to[q] == 0) continue;
        uint32_t rank = rank_at(r->to, q);
        if (r->accepts[q] && rank % 2) rank--;
        r->to[q] = entry(rank, rank == waited && (!owed || owes_at(r->to, q)));
    }
    r->to[r->n] = (uint8_t)(waited + 1);
}

/* What owes goes on with a lower rank, where it may be odd. */
static bool lower(Ranks *r) {
    bool any = false;
    uint32_t waited = r->to[r->n] - 1u;
    for (uint32_t q = 0; q < r->n && waited > 0; q++) {
        if (r->to[q] == 0 || !owes_at(r->to, q) || r->accepts[q]) continue;
        r->to[q] = entry(rank_at(r->to, q) - 1, false);
        any = true;
    }
    return any;
}

static bool is_empty(const Ranks *r, const uint8_t *level) {
    for (uint32_t q = 0; q < r->n; q++)
        if (level[q] != 0) return false;
    return true;
}

static void step(Ranks *r, uint32_t from, Bdd cell) {
    uint32_t greatest, now;
    follow(r, cell);
    if (is_empty(r, r->to) || !is_ranked(r, r->from)) {
        add_edge(r, from, cell, r->to);
        uint8_t level[MOST_RANKED + 1] = {0};
        guess(r, from, cell, level, 1);
        return;
    }
    is_tight(r, r->from, &greatest);
    settle(r, greatest);
    if (is_tight(r, r->to, &now) && now == greatest) add_edge(r, from, cell, r->to);
    if (lower(r) && is_tight(r, r->to, &now) && now == greatest) add_edge(r, from, cell, r->to);
}

static bool split_cells(Ranks *r) {
    const Automaton *a = r->automaton;
    vec_clear(&r->cells);
    vec_push(&r->cells, BDD_TRUE);
    for (uint32_t q = 0; q < r->n; q++) {
        if (r->from[q] == 0) continue;
        for (const Edge *e = automaton_begin(a, q); e < automaton_end(a, q); e++)
            for (uint32_t k = r->cells.n; k-- > 0;) {
                Bdd in = bdd_and(a->bdds, r->cells.data[k], e->label);
                if (in == BDD_FALSE || in == r->cells.data[k]) continue;
                r->cells.data[k] = bdd_and(a->bdds, r->cells.data[k], bdd_not(a->bdds, e->label));
                vec_push(&r->cells, in);
            }
        if (r->cells.n > MOST_CELLS) return false;
    }
    return true;
}

static bool explore(Ranks *r) {
    r->from[r->automaton->initial] = entry(0, false);
    number_of(r, r->from);
    for (uint32_t s = 0; s < r->result->nstates; s++) {
        memcpy(r->from, r->levels.data + (size_t)s * (r->n + 1), r->n + 1);
        if (!split_cells(r)) return false;
        for (uint32_t k = 0; k < r->cells.n; k++) step(r, s, r->cells.data[k]);
        if (is_too_large(r)) return false;
    }
    return true;
}

Automaton *ranks_complement(const Automaton *automaton, uint32_t max_states) {
    assert(automaton->is_state_based);
    if (automaton->nstates > MOST_RANKED) return NULL;
    Ranks r = {.automaton = automaton, .n = automaton->nstates, .max_states = max_states};
    r.result = automaton_new(automaton->bdds, 0, 1);
    r.result->is_state_based = true;
    r.accepts = calloc(r.n, sizeof *r.accepts);
    r.from = calloc(r.n + 1, 1);
    r.to = calloc(r.n + 1, 1);
    if (!r.accepts || !r.from || !r.to) fatal("out of memory");
    for (uint32_t q = 0; q < r.n; q++) r.accepts[q] = automaton_accepts_at(automaton, q);
    bool fits = explore(&r);
    automaton_settle(r.result);
    if (!fits) {
        automaton_free(r.result);
        r.result = NULL;
    }
    free(r.accepts);
    free(r.from);
    free(r.to);
    free(r.slots);
    vec_fini(&r.levels);
    vec_fini(&r.cells);
    return r.result;
}
