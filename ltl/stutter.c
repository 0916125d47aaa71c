#include "ltl/stutter.h"

#include "ltl/emptiness.h"
#include "model/support/fatal.h"

#include <assert.h>
#include <stdlib.h>

enum { MOST_CLASSES = 1024 };

typedef VEC(Bdd) Letters; /* classes of letters that no label tells apart */

/* A state is a state of each automaton and the letter read last: (a * nb + b) * nletters + letter. The automaton that
   does not go on reads that letter a second time. Two more sets: the one goes on, the other goes on. */
typedef struct Work {
    const Automaton *a, *b;
    Letters letters;
    Automaton *runs;
    Marks a_moves, b_moves;
    uint32_t *number; /* 0: not seen, else 1 more */
    VEC(uint32_t) seen;
} Work;

static bool split_letters(Letters *letters, const Automaton *automaton) {
    Bdds *bdds = automaton->bdds;
    for (uint32_t i = 0; i < automaton->edges.n; i++) {
        Bdd label = automaton->edges.data[i].label;
        for (uint32_t k = letters->n; k-- > 0;) {
            Bdd in = bdd_and(bdds, letters->data[k], label);
            if (in == BDD_FALSE || in == letters->data[k]) continue;
            letters->data[k] = bdd_and(bdds, letters->data[k], bdd_not(bdds, label));
            vec_push(letters, in);
        }
        if (letters->n > MOST_CLASSES) return false;
    }
    return true;
}

static uint32_t state_of(Work *w, uint32_t a, uint32_t b, uint32_t letter) {
    uint32_t code = (a * w->b->nstates + b) * w->letters.n + letter;
    if (w->number[code] == 0) {
        vec_push(&w->seen, code);
        w->number[code] = w->seen.n; /* behind the initial state */
        automaton_add_state(w->runs);
    }
    return w->number[code];
}

static void step_both(Work *w, uint32_t from, uint32_t a, uint32_t b, uint32_t letter) {
    Bdd label = w->letters.data[letter];
    for (const Edge *e = automaton_begin(w->a, a); e < automaton_end(w->a, a); e++) {
        if (!bdd_implies(w->a->bdds, label, e->label)) continue;
        for (const Edge *f = automaton_begin(w->b, b); f < automaton_end(w->b, b); f++) {
            if (!bdd_implies(w->a->bdds, label, f->label)) continue;
            Marks marks = e->marks | f->marks << w->a->nsets | w->a_moves | w->b_moves;
            automaton_add_edge(w->runs, from, label, marks, state_of(w, e->to, f->to, letter));
        }
    }
}

static void step_one(Work *w, uint32_t from, uint32_t a, uint32_t b, uint32_t letter) {
    Bdd label = w->letters.data[letter];
    for (const Edge *e = automaton_begin(w->a, a); e < automaton_end(w->a, a); e++)
        if (bdd_implies(w->a->bdds, label, e->label))
            automaton_add_edge(w->runs, from, label, e->marks | w->a_moves, state_of(w, e->to, b, letter));
    for (const Edge *f = automaton_begin(w->b, b); f < automaton_end(w->b, b); f++)
        if (bdd_implies(w->a->bdds, label, f->label))
            automaton_add_edge(
                w->runs, from, label, f->marks << w->a->nsets | w->b_moves, state_of(w, a, f->to, letter));
}

static void explore(Work *w) {
    for (uint32_t letter = 0; letter < w->letters.n; letter++) step_both(w, 0, w->a->initial, w->b->initial, letter);
    for (uint32_t i = 0; i < w->seen.n; i++) {
        uint32_t code = w->seen.data[i], last = code % w->letters.n, pair = code / w->letters.n;
        uint32_t a = pair / w->b->nstates, b = pair % w->b->nstates;
        for (uint32_t letter = 0; letter < w->letters.n; letter++) step_both(w, i + 1, a, b, letter);
        step_one(w, i + 1, a, b, last);
    }
    automaton_settle(w->runs);
}

/* The letters at which one of the two goes on. */
static void project(const Work *w, const Lasso *lasso, Marks moves, OwnWord *word) {
    *word = (OwnWord){0};
    for (uint32_t i = 0; i < lasso->edges.n; i++) {
        const Edge *e = &lasso->edges.data[i];
        if (i == lasso->prefix) word->prefix = word->letters.n;
        if (e->marks & moves) vec_push(&word->letters, bdd_assignment(w->a->bdds, e->label));
    }
    assert(word->prefix < word->letters.n);
}

static StutterAnswer decide(Work *w, OwnWord *in, OwnWord *out) {
    Lasso lasso;
    explore(w);
    if (emptiness_check(w->runs, &lasso)) return STUTTER_INVARIANT;
    if (in) project(w, &lasso, w->a_moves, in);
    if (out) project(w, &lasso, w->b_moves, out);
    lasso_fini(&lasso);
    return STUTTER_SENSITIVE;
}

StutterAnswer stutter_check(
    const Automaton *automaton, const Automaton *negation, uint32_t max_states, OwnWord *in, OwnWord *out) {
    Work w = {.a = automaton, .b = negation};
    uint32_t nsets = automaton->nsets + negation->nsets;
    vec_push(&w.letters, BDD_TRUE);
    bool fits = nsets + 2 <= AUTOMATON_SETS && split_letters(&w.letters, automaton) &&
                split_letters(&w.letters, negation);
    uint64_t size = (uint64_t)automaton->nstates * negation->nstates * w.letters.n;
    StutterAnswer answer = STUTTER_UNKNOWN;
    if (fits && size <= max_states) {
        w.runs = automaton_new(automaton->bdds, 1, nsets + 2);
        w.a_moves = UINT64_C(1) << nsets;
        w.b_moves = UINT64_C(2) << nsets;
        w.number = calloc(size, sizeof *w.number);
        if (!w.number) fatal("out of memory");
        answer = decide(&w, in, out);
    }
    free(w.number);
    vec_fini(&w.seen);
    vec_fini(&w.letters);
    automaton_free(w.runs);
    return answer;
}
