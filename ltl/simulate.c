#include "ltl/simulate.h"

#include "model/support/fatal.h"
#include "model/support/hash.h"

#include <assert.h>
#include <stdlib.h>

/* Variables of signatures, behind the atoms: that a mark is missing, that the state is not initial, that it has no
   mark, and one a class. All occur positively only, so that one signature implies another iff every edge of the one has
   an edge of the other that is at least as good. */
enum { NO_MARK = 64, NOT_INITIAL = NO_MARK + AUTOMATON_SETS, NOT_ACCEPTING, FIRST_CLASS };

enum { MOST_NODES = 300000 };

typedef struct Simulation {
    const Automaton *automaton;
    Bdds *bdds;
    bool backward;
    uint32_t nclasses, most_nodes;
    uint32_t *class_of;
    Bdd *signature;  /* of states */
    Bdd *class_code; /* of classes: itself and all that simulate it */
    bool *below;     /* class i is simulated by class j: below[i * nclasses + j] */
} Simulation;

static void *array(size_t count, size_t size) {
    void *data = calloc(count ? count : 1, size);
    if (!data) fatal("out of memory");
    return data;
}

/* ---- signatures */

static Bdd missing(Simulation *s, Marks marks) {
    Bdd result = BDD_TRUE;
    Marks all = automaton_all(s->automaton);
    for (Marks left = all & ~marks; left; left &= left - 1)
        result = bdd_and(s->bdds, result, bdd_literal(s->bdds, NO_MARK + (uint32_t)__builtin_ctzll(left), true));
    return result;
}

/* Backward, a state-based mark is a matter of the state, and so is being initial. */
static Bdd state_part(Simulation *s, uint32_t state) {
    Bdd part = BDD_TRUE;
    if (state != s->automaton->initial) part = bdd_literal(s->bdds, NOT_INITIAL, true);
    if (s->automaton->is_state_based && !automaton_accepts_at(s->automaton, state))
        part = bdd_and(s->bdds, part, bdd_literal(s->bdds, NOT_ACCEPTING, true));
    return part;
}

static void add_edge(Simulation *s, const Edge *e) {
    uint32_t of = s->backward ? e->to : e->from, other = s->backward ? e->from : e->to;
    Marks marks = s->backward && s->automaton->is_state_based ? automaton_all(s->automaton) : e->marks;
    Bdd code = bdd_and(s->bdds, missing(s, marks), s->class_code[s->class_of[other]]);
    s->signature[of] = bdd_or(s->bdds, s->signature[of], bdd_and(s->bdds, e->label, code));
}

static bool make_signatures(Simulation *s) {
    const Automaton *a = s->automaton;
    for (uint32_t q = 0; q < a->nstates; q++) s->signature[q] = BDD_FALSE;
    for (uint32_t i = 0; i < a->edges.n; i++) {
        add_edge(s, &a->edges.data[i]);
        if (bdds_count(s->bdds) > s->most_nodes) return false;
    }
    if (!s->backward) return true;
    /* being initial or marked counts as an edge of its own: (no edge at all is the least) */
    for (uint32_t q = 0; q < a->nstates; q++) {
        Bdd stay = bdd_literal(s->bdds, FIRST_CLASS + s->nclasses, true); /* a target that no class is */
        stay = bdd_and(s->bdds, stay, state_part(s, q));
        s->signature[q] = bdd_or(s->bdds, s->signature[q], stay);
    }
    return true;
}

/* ---- classes */

/* Numbers equal signatures equally; the number of classes. `first`: of each class, a state. */
static uint32_t number_classes(Simulation *s, uint32_t *class_of, uint32_t *first) {
    uint32_t n = s->automaton->nstates, mask = 1, count = 0;
    while (mask < n * 2) mask *= 2;
    uint32_t *slots = array(mask--, sizeof *slots);
    for (uint32_t q = 0; q < n; q++) {
        uint32_t i = (uint32_t)hash_mix(s->signature[q]) & mask;
        while (slots[i] && s->signature[first[slots[i] - 1]] != s->signature[q]) i = (i + 1) & mask;
        if (!slots[i]) {
            first[count] = q;
            slots[i] = ++count;
        }
        class_of[q] = slots[i] - 1;
    }
    free(slots);
    return count;
}

/* The order of the new classes: by signature, within the order of the old ones. */
static bool *order_classes(Simulation *s, uint32_t count, const uint32_t *first) {
    bool *below = array((size_t)count * count, sizeof *below);
    for (uint32_t i = 0; i < count; i++)
        for (uint32_t j = 0; j < count; j++) {
            uint32_t old_i = s->class_of[first[i]], old_j = s->class_of[first[j]];
            below[i * count + j] = s->below[old_i * s->nclasses + old_j] &&
                                   bdd_implies(s->bdds, s->signature[first[i]], s->signature[first[j]]);
        }
    return below;
}

static void make_codes(Simulation *s) {
    for (uint32_t i = 0; i < s->nclasses; i++) {
        Bdd code = BDD_TRUE;
        for (uint32_t j = s->nclasses; j-- > 0;)
            if (s->below[i * s->nclasses + j]) code = bdd_node(s->bdds, FIRST_CLASS + j, BDD_FALSE, code);
        s->class_code[i] = code;
    }
}

static uint32_t count_pairs(const bool *below, uint32_t n) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < n * n; i++) count += below[i];
    return count;
}

/* One round; not done: there may be something to refine still. */
typedef enum Progress { DONE, NOT_DONE, TOO_LARGE } Progress;

static Progress refine(Simulation *s) {
    uint32_t n = s->automaton->nstates;
    if (!make_signatures(s)) return TOO_LARGE;
    uint32_t *class_of = array(n, sizeof *class_of), *first = array(n, sizeof *first);
    uint32_t count = number_classes(s, class_of, first);
    bool *below = order_classes(s, count, first);
    bool changed = count != s->nclasses || count_pairs(below, count) != count_pairs(s->below, count);
    free(s->class_of);
    free(s->below);
    free(first);
    s->class_of = class_of;
    s->below = below;
    s->nclasses = count;
    make_codes(s);
    return changed ? NOT_DONE : DONE;
}

/* False when the diagrams get too large: the relation is of no use then. */
static bool simulation_init(Simulation *s, const Automaton *automaton, bool backward) {
    uint32_t n = automaton->nstates;
    *s = (Simulation){.automaton = automaton, .bdds = automaton->bdds, .backward = backward, .nclasses = 1};
    s->class_of = array(n, sizeof *s->class_of);
    s->signature = array(n, sizeof *s->signature);
    s->class_code = array(n, sizeof *s->class_code);
    s->below = array(1, sizeof *s->below);
    s->below[0] = true;
    make_codes(s);
    s->most_nodes = bdds_count(s->bdds) + MOST_NODES;
    Progress progress;
    do progress = refine(s);
    while (progress == NOT_DONE);
    return progress == DONE;
}

static void simulation_fini(Simulation *s) {
    free(s->class_of);
    free(s->signature);
    free(s->class_code);
    free(s->below);
}

/* ---- the quotient */

/* Edge f does all that edge e does, and more. */
static bool is_better(const Simulation *s, const Edge *e, const Edge *f) {
    uint32_t i = s->backward ? e->from : e->to, j = s->backward ? f->from : f->to;
    if ((e->marks & ~f->marks) != 0 || !s->below[i * s->nclasses + j]) return false;
    return i != j || e->marks != f->marks;
}

/* Of edges with the same end: takes from each label what a better edge covers. */
static void drop_covered(Simulation *s, Edge *edges, uint32_t count) {
    Bdd *kept = array(count, sizeof *kept);
    for (uint32_t i = 0; i < count; i++) {
        Bdd covered = BDD_FALSE;
        for (uint32_t j = 0; j < count; j++)
            if (i != j && is_better(s, &edges[i], &edges[j])) covered = bdd_or(s->bdds, covered, edges[j].label);
        kept[i] = covered == BDD_FALSE ? edges[i].label : bdd_and(s->bdds, edges[i].label, bdd_not(s->bdds, covered));
    }
    for (uint32_t i = 0; i < count; i++) edges[i].label = kept[i];
    free(kept);
}

static int by_target(const void *a, const void *b) {
    const Edge *e = a, *f = b;
    return (e->to > f->to) - (e->to < f->to);
}

static Automaton *quotient(Simulation *s) {
    const Automaton *a = s->automaton;
    Automaton *result = automaton_new(a->bdds, s->nclasses, a->nsets);
    result->is_state_based = a->is_state_based;
    result->initial = s->class_of[a->initial];
    for (uint32_t i = 0; i < a->edges.n; i++) {
        Edge e = a->edges.data[i];
        automaton_add_edge(result, s->class_of[e.from], e.label, e.marks, s->class_of[e.to]);
    }
    automaton_settle(result);
    Edge *edges = result->edges.data;
    uint32_t n = result->edges.n;
    if (s->backward && n > 1) qsort(edges, n, sizeof *edges, by_target);
    for (uint32_t i = 0, j; i < n; i = j) {
        for (j = i + 1; j < n && (s->backward ? edges[j].to == edges[i].to : edges[j].from == edges[i].from); j++)
            continue;
        drop_covered(s, edges + i, j - i);
    }
    uint32_t kept = 0;
    for (uint32_t i = 0; i < n; i++)
        if (edges[i].label != BDD_FALSE) edges[kept++] = edges[i];
    result->edges.n = kept;
    automaton_trim(result);
    return result;
}

static Automaton *simulate(const Automaton *automaton, bool backward) {
    Simulation s;
    bool related = simulation_init(&s, automaton, backward);
    Automaton *result = related ? quotient(&s) : automaton_copy(automaton);
    simulation_fini(&s);
    return result;
}

Automaton *simulate_forward(const Automaton *automaton) { return simulate(automaton, false); }
Automaton *simulate_backward(const Automaton *automaton) { return simulate(automaton, true); }
