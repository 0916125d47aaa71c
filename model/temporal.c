#include "model/temporal.h"

#include "model/eval.h"
#include "model/support/fatal.h"
#include "model/support/hash.h"
#include "model/support/vec.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

uint64_t temporal_letter(const Atom *atoms, const Property *property, uint64_t conditions, uint64_t events) {
    uint64_t letter = 0;
    for (uint32_t a = 0; a < property->natoms; a++) {
        const Atom *atom = &atoms[property->atoms[a]];
        letter |= ((atom->kind == ATOM_STATE ? conditions : events) >> atom->bit & 1) << a;
    }
    return letter;
}

uint64_t temporal_conditions(World *world) {
    const Program *program = world->program;
    uint64_t conditions = 0;
    for (uint32_t i = 0; i < program->natoms; i++) {
        const Atom *atom = &program->atoms[i];
        Word value = 0;
        if (atom->kind != ATOM_STATE) continue;
        StepResult result = eval_predicate(world, atom->machine, &value);
        if (result.status == STEP_DONE && value != 0) conditions |= UINT64_C(1) << atom->bit;
    }
    return conditions;
}

/* ---- formulas: one row of truth values a node, one value a place of the word */

static uint32_t next_place(RunWord word, uint32_t i) { return i + 1 < word.n ? i + 1 : word.prefix; }

/* Least (U, M) or greatest (W, R) solution, spread backwards; the second round carries it around the loop. */
static void spread(RunWord word, TemporalOp op, const bool *a, const bool *b, bool *out) {
    bool is_least = op == TEMPORAL_U || op == TEMPORAL_M;
    for (uint32_t i = 0; i < word.n; i++) out[i] = !is_least;
    for (int round = 0; round < 2; round++)
        for (uint32_t i = word.n; i-- > 0;) {
            bool later = out[next_place(word, i)];
            bool until = op == TEMPORAL_U || op == TEMPORAL_W;
            out[i] = until ? b[i] || (a[i] && later) : b[i] && (a[i] || later);
        }
}

static bool combine(TemporalOp op, bool a, bool b) {
    switch (op) {
    case TEMPORAL_NOT: return !a;
    case TEMPORAL_AND: return a && b;
    case TEMPORAL_OR: return a || b;
    case TEMPORAL_IMPLIES: return !a || b;
    case TEMPORAL_IFF: return a == b;
    default: break;
    }
    assert(!"no operator of linear time");
    return false;
}

/* `yes` and `no` are rows of constants. */
static void fill(RunWord word, const TemporalNode *node, bool *const *rows, const bool *yes, const bool *no, bool *out) {
    switch (node->op) {
    case TEMPORAL_TRUE:
    case TEMPORAL_FALSE: memset(out, node->op == TEMPORAL_TRUE, word.n * sizeof *out); return;
    case TEMPORAL_ATOM:
        for (uint32_t i = 0; i < word.n; i++) out[i] = word.letters[i] >> node->a & 1;
        return;
    case TEMPORAL_X:
        for (uint32_t i = 0; i < word.n; i++) out[i] = rows[node->a][next_place(word, i)];
        return;
    case TEMPORAL_F: spread(word, TEMPORAL_U, yes, rows[node->a], out); return;
    case TEMPORAL_G: spread(word, TEMPORAL_R, no, rows[node->a], out); return;
    case TEMPORAL_U:
    case TEMPORAL_W:
    case TEMPORAL_R:
    case TEMPORAL_M: spread(word, node->op, rows[node->a], rows[node->b], out); return;
    default: break;
    }
    const bool *a = rows[node->a], *b = node->op == TEMPORAL_NOT ? a : rows[node->b];
    for (uint32_t i = 0; i < word.n; i++) out[i] = combine(node->op, a[i], b[i]);
}

static void *allocate(size_t count, size_t size) {
    void *memory = calloc(count + 1, size);
    if (!memory) fatal("out of memory");
    return memory;
}

bool temporal_holds(const Property *property, RunWord word) {
    assert(property->logic == LOGIC_LTL && property->nnodes > 0 && word.prefix < word.n);
    uint32_t n = property->nnodes;
    bool **rows = allocate(n, sizeof *rows), *yes = allocate(word.n, sizeof *yes), *no = allocate(word.n, sizeof *no);
    memset(yes, true, word.n * sizeof *yes);
    for (uint32_t i = 0; i < n; i++) {
        rows[i] = allocate(word.n, sizeof **rows);
        fill(word, &property->nodes[i], rows, yes, no, rows[i]);
    }
    bool holds = rows[n - 1][0];
    for (uint32_t i = 0; i < n; i++) free(rows[i]);
    free(rows);
    free(yes);
    free(no);
    return holds;
}

/* ---- automata: the pairs of a place and a state, which has read what stands before the place */

typedef struct Pairs {
    const Buchi *buchi;
    RunWord word;
    bool *seen; /* in the walk under way */
    VEC(uint32_t) todo;
    uint64_t marks; /* of the edges that were passed */
} Pairs;

static void come(Pairs *pairs, uint32_t place, uint32_t state) {
    uint32_t pair = place * pairs->buchi->nstates + state;
    if (pairs->seen[pair]) return;
    pairs->seen[pair] = true;
    vec_push(&pairs->todo, pair);
}

/* Everything that can be reached from what `todo` holds; `keeps`: no further than these pairs. */
static void walk(Pairs *pairs, const bool *keeps) {
    const Buchi *buchi = pairs->buchi;
    while (pairs->todo.n > 0) {
        uint32_t pair = vec_pop(&pairs->todo), place = pair / buchi->nstates, state = pair % buchi->nstates;
        uint32_t next = next_place(pairs->word, place);
        for (uint32_t e = buchi->first[state]; e < buchi->first[state + 1]; e++) {
            const BuchiEdge *edge = &buchi->edges[e];
            if (!buchi_allows(buchi, edge, pairs->word.letters[place])) continue;
            if (keeps && !keeps[next * buchi->nstates + edge->to]) continue;
            pairs->marks |= edge->marks;
            come(pairs, next, edge->to);
        }
    }
}

/* Whether some step leads from the pair to one that is `in`. */
static bool leads_into(const Pairs *pairs, uint32_t pair, const bool *in) {
    const Buchi *buchi = pairs->buchi;
    uint32_t place = pair / buchi->nstates, state = pair % buchi->nstates, next = next_place(pairs->word, place);
    for (uint32_t e = buchi->first[state]; e < buchi->first[state + 1]; e++)
        if (in[next * buchi->nstates + buchi->edges[e].to] &&
            buchi_allows(buchi, &buchi->edges[e], pairs->word.letters[place]))
            return true;
    return false;
}

/* The component of the pair sees every set. */
static bool is_accepting(Pairs *pairs, uint32_t pair, uint32_t npairs) {
    bool *inside = allocate(npairs, sizeof *inside), grows = true;
    memset(pairs->seen, 0, npairs * sizeof *pairs->seen);
    vec_push(&pairs->todo, pair);
    walk(pairs, NULL);
    bool comes_back = pairs->seen[pair]; /* by at least one step */
    inside[pair] = comes_back;
    while (grows && comes_back) { /* what was seen and can come to the pair: towards the front of the word */
        grows = false;
        for (uint32_t other = npairs; other-- > 0;) {
            if (inside[other] || !pairs->seen[other] || !leads_into(pairs, other, inside)) continue;
            inside[other] = grows = true;
        }
    }
    memset(pairs->seen, 0, npairs * sizeof *pairs->seen);
    pairs->marks = 0;
    if (comes_back) come(pairs, pair / pairs->buchi->nstates, pair % pairs->buchi->nstates);
    walk(pairs, inside);
    free(inside);
    uint32_t nsets = pairs->buchi->nsets;
    uint64_t all = nsets == 64 ? UINT64_MAX : (UINT64_C(1) << nsets) - 1;
    return comes_back && (pairs->marks & all) == all;
}

bool temporal_accepts(const Buchi *buchi, RunWord word) {
    assert(word.prefix < word.n && buchi->nstates > 0);
    uint32_t npairs = word.n * buchi->nstates;
    Pairs pairs = {.buchi = buchi, .word = word, .seen = allocate(npairs, sizeof *pairs.seen)};
    bool *reached = allocate(npairs, sizeof *reached), accepts = false;
    come(&pairs, 0, buchi->initial);
    walk(&pairs, NULL);
    memcpy(reached, pairs.seen, npairs * sizeof *reached);
    uint32_t first = word.prefix * buchi->nstates; /* every loop of pairs passes the place where the word's loop begins */
    for (uint32_t pair = first; pair < first + buchi->nstates && !accepts; pair++)
        accepts = reached[pair] && is_accepting(&pairs, pair, npairs);
    vec_fini(&pairs.todo);
    free(pairs.seen);
    free(reached);
    return accepts;
}

bool temporal_violates(const Property *property, const Buchi *wrong, RunWord word) {
    if (property->logic == LOGIC_LTL) return !temporal_holds(property, word);
    return wrong && temporal_accepts(wrong, word);
}

/* The last letter for ever, none and all atoms for ever, and loops of letters taken at random. */
bool temporal_violates_ever(const Property *property, const Buchi *wrong, const uint64_t *letters, uint32_t n) {
    enum { TRIES = 64, MOST = 4 };
    uint64_t *word = allocate(n + MOST, sizeof *word), random = 1;
    bool violates = true;
    memcpy(word, letters, n * sizeof *word);
    for (uint32_t i = 0; i < TRIES && violates; i++) {
        uint32_t more = i < 3 ? 1 : 1 + i % MOST;
        for (uint32_t k = 0; k < more; k++) {
            random = hash_combine(random, i * MOST + k);
            word[n + k] = i == 0 ? letters[n - 1] : i == 1 ? 0 : i == 2 ? UINT64_MAX : random;
        }
        violates = temporal_violates(property, wrong, (RunWord){word, n, n + more});
    }
    free(word);
    return violates;
}

/* ---- branching time: what single letters say */

typedef enum Tri { TRI_FALSE, TRI_TRUE, TRI_OPEN } Tri;

static Tri invert(Tri a) { return a == TRI_OPEN ? a : a == TRI_TRUE ? TRI_FALSE : TRI_TRUE; }
static Tri either(Tri a, Tri b) {
    if (a == TRI_TRUE || b == TRI_TRUE) return TRI_TRUE;
    return a == TRI_OPEN || b == TRI_OPEN ? TRI_OPEN : TRI_FALSE;
}

static Tri look_at(const Property *property, uint32_t part, uint64_t letter) {
    const TemporalNode *node = &property->nodes[part];
    if (node->op == TEMPORAL_TRUE || node->op == TEMPORAL_FALSE) return node->op == TEMPORAL_TRUE ? TRI_TRUE : TRI_FALSE;
    if (node->op == TEMPORAL_ATOM) return letter >> node->a & 1 ? TRI_TRUE : TRI_FALSE;
    if (node->op > TEMPORAL_IFF) return TRI_OPEN;
    Tri a = look_at(property, node->a, letter);
    if (node->op == TEMPORAL_NOT) return invert(a);
    Tri b = look_at(property, node->b, letter);
    switch (node->op) {
    case TEMPORAL_AND: return invert(either(invert(a), invert(b)));
    case TEMPORAL_OR: return either(a, b);
    case TEMPORAL_IMPLIES: return either(invert(a), b);
    default: return a == TRI_OPEN || b == TRI_OPEN ? TRI_OPEN : a == b ? TRI_TRUE : TRI_FALSE;
    }
}

bool temporal_may_be(const Property *property, uint32_t part, bool truth, uint64_t letter) {
    return part < property->nnodes && look_at(property, part, letter) != (truth ? TRI_FALSE : TRI_TRUE);
}

static bool may_be_along(const Property *property, uint32_t part, bool truth, const uint64_t *letters, uint32_t n) {
    for (uint32_t i = 0; i < n; i++)
        if (!temporal_may_be(property, part, truth, letters[i])) return false;
    return true;
}

bool temporal_may_show(const Property *property, uint32_t part, bool truth, const uint64_t *letters, uint32_t n, bool is_infinite) {
    assert(n > 0);
    if (part >= property->nnodes) return false;
    const TemporalNode *node = &property->nodes[part];
    uint64_t last = letters[n - 1];
    switch (node->op) {
    case TEMPORAL_AX:
    case TEMPORAL_EX: return truth == (node->op == TEMPORAL_EX) && n == 2 && temporal_may_be(property, node->a, truth, last);
    case TEMPORAL_AF:
    case TEMPORAL_EG:
        return truth == (node->op == TEMPORAL_EG) && is_infinite && may_be_along(property, node->a, truth, letters, n);
    case TEMPORAL_AG:
    case TEMPORAL_EF: return truth == (node->op == TEMPORAL_EF) && !is_infinite && temporal_may_be(property, node->a, truth, last);
    case TEMPORAL_EU:
        return truth && !is_infinite && may_be_along(property, node->a, true, letters, n - 1) &&
               temporal_may_be(property, node->b, true, last);
    case TEMPORAL_AU:
        return !truth && may_be_along(property, node->b, false, letters, n) &&
               (is_infinite || temporal_may_be(property, node->a, false, last));
    default: return false;
    }
}
