/* The product of a graph and an automaton, on small random ones: against all sets of nodes; what is found is a run. */
#include "checker/product.h"
#include "model/temporal.h"
#include "tests/unit/handmade.h"
#include "tests/unit/unit.h"

#include <stdlib.h>
#include <string.h>

enum { STATES = 3, EDGES = 12, NODES = 2 * 4 * STATES, GRAPH = 4 };

/* An automaton over one condition (atom 0) and one event (atom 1). */
typedef struct Auto {
    Buchi buchi;
    BuchiEdge edges[EDGES];
    BuchiCube cubes[EDGES];
    uint32_t first[STATES + 1];
    bool sink[STATES];
} Auto;

typedef struct Case {
    Plain plain;
    Auto automaton;
    uint8_t conditions[MOST];
    bool rests[MOST];
    Fairness fairness;
} Case;

static const uint32_t both[] = {0, 1};
static const Atom atoms[] = {{.kind = ATOM_STATE, .bit = 0}, {.kind = ATOM_SENT, .bit = 0}};
static const Property property = {.logic = LOGIC_NEVER, .atoms = both, .natoms = 2};

/* ---- random automata of each strength */

static void add_edge(Auto *a, uint32_t *n, uint32_t to, uint64_t marks, BuchiCube cube) {
    a->cubes[*n] = cube;
    a->edges[*n] = (BuchiEdge){.to = to, .cube = *n, .ncubes = 1, .marks = marks};
    ++*n;
}

static BuchiCube any_cube(uint64_t *seed) {
    uint64_t care = handmade_pick(seed, 4);
    return (BuchiCube){care, handmade_pick(seed, 4) & care};
}

/* GENERAL: any edges, any marks. WEAK: each state is a component, accepting or not. GUARANTEE: the last one accepts all. */
static void make_automaton(Auto *a, BuchiStrength strength, uint64_t *seed) {
    uint32_t nstates = 1 + handmade_pick(seed, STATES), n = 0, nsets = handmade_pick(seed, 3);
    if (strength != BUCHI_GENERAL && nsets == 0) nsets = 1;
    uint64_t all = (UINT64_C(1) << nsets) - 1;
    for (uint32_t s = 0; s < nstates; s++) {
        a->first[s] = n;
        bool last = s + 1 == nstates, accepts = handmade_pick(seed, 2);
        a->sink[s] = strength == BUCHI_GUARANTEE && last;
        if (a->sink[s]) add_edge(a, &n, s, all, (BuchiCube){0, 0});
        for (uint32_t e = 0; !a->sink[s] && e < 1 + handmade_pick(seed, 3); e++) {
            uint32_t to = strength == BUCHI_GENERAL ? handmade_pick(seed, nstates) : s + handmade_pick(seed, nstates - s);
            uint64_t marks = strength == BUCHI_GENERAL ? handmade_pick(seed, 4) & all
                             : strength == BUCHI_WEAK && to == s && accepts ? all
                                                                             : 0;
            add_edge(a, &n, to, marks, any_cube(seed));
        }
    }
    a->first[nstates] = n;
    a->buchi = (Buchi){nstates, 0, nsets, a->edges, a->first, a->cubes, strength,
        strength == BUCHI_GUARANTEE ? a->sink : NULL};
}

static void make_case(Case *one, BuchiStrength strength, uint64_t *seed) {
    Plain *plain = &one->plain;
    *plain = (Plain){.nstates = 1 + handmade_pick(seed, GRAPH), .ntasks = 1 + handmade_pick(seed, 2)};
    plain->nsteps = handmade_pick(seed, 2 * plain->nstates + 2);
    for (uint32_t i = 0; i < plain->nsteps; i++) {
        uint32_t flags = handmade_pick(seed, 8);
        plain->steps[i] = (Step){handmade_pick(seed, plain->nstates), handmade_pick(seed, plain->nstates),
            handmade_pick(seed, plain->ntasks), STAY,
            flags == 0   ? LABEL_FAULT
            : flags == 1 ? LABEL_FREE
            : flags == 2 ? LABEL_NOWHERE
                         : 0,
            NO_ARM, false, handmade_pick(seed, 2)};
        if (flags == 2) plain->steps[i].to = plain->steps[i].from;
    }
    plain->twisted = handmade_pick(seed, 2);
    for (uint32_t s = 0; s < plain->nstates; s++) {
        one->conditions[s] = (uint8_t)handmade_pick(seed, 2);
        one->rests[s] = true;
        for (uint32_t i = 0; i < plain->nsteps; i++)
            one->rests[s] &= plain->steps[i].from != s || (plain->steps[i].flags & (LABEL_FAULT | LABEL_FREE)) != 0;
    }
    one->fairness = (Fairness)handmade_pick(seed, 3);
    make_automaton(&one->automaton, strength, seed);
}

/* ---- the plain product: node = (stopped, state, automaton state) */

typedef struct PlainEdge {
    uint32_t from, to, task; /* task: TASKS for nobody */
    uint64_t marks;
} PlainEdge;

typedef struct PlainProduct {
    const Case *one;
    uint32_t reached;
    PlainEdge edges[4096];
    uint32_t nedges;
} PlainProduct;

static uint32_t node_of(const Case *one, bool stopped, uint32_t state, uint32_t q) {
    return ((stopped ? one->plain.nstates : 0) + state) * one->automaton.buchi.nstates + q;
}

static void add_steps(PlainProduct *product, uint32_t from, uint32_t q, bool stops, uint32_t target, uint64_t letter, uint32_t task) {
    const Buchi *buchi = &product->one->automaton.buchi;
    for (uint32_t e = buchi->first[q]; e < buchi->first[q + 1]; e++)
        if (buchi_allows(buchi, &buchi->edges[e], letter))
            product->edges[product->nedges++] = (PlainEdge){
                from, node_of(product->one, stops, target, buchi->edges[e].to), task, buchi->edges[e].marks};
}

static void make_product(PlainProduct *product, const Case *one) {
    const Buchi *buchi = &one->automaton.buchi;
    const Plain *plain = &one->plain;
    *product = (PlainProduct){.one = one};
    for (uint32_t s = 0; s < plain->nstates; s++)
        for (uint32_t q = 0; q < buchi->nstates; q++) {
            for (uint32_t i = 0; i < plain->nsteps; i++) {
                const Step *step = &plain->steps[i];
                if (step->from != s || (step->flags & LABEL_NOWHERE)) continue;
                uint64_t letter = one->conditions[step->to] | step->events << 1;
                add_steps(product, node_of(one, false, s, q), q, false, step->to, letter,
                    step->flags & LABEL_FREE ? TASKS : step->task);
            }
            for (int stopped = 0; stopped < 2 && one->rests[s]; stopped++)
                add_steps(product, node_of(one, stopped, s, q), q, true, s, one->conditions[s], TASKS);
        }
    for (uint32_t s = 0; s < plain->nstates; s++)
        for (uint32_t e = buchi->first[0]; e < buchi->first[1]; e++)
            if (buchi_allows(buchi, &buchi->edges[e], one->conditions[s]))
                product->reached |= 1u << node_of(one, false, s, buchi->edges[e].to);
    for (uint32_t before = 0; before != product->reached;) {
        before = product->reached;
        for (uint32_t i = 0; i < product->nedges; i++)
            if (product->reached >> product->edges[i].from & 1) product->reached |= 1u << product->edges[i].to;
    }
}

static bool is_inside(uint32_t set, const PlainEdge *edge) { return (set >> edge->from & 1) && (set >> edge->to & 1); }

static bool is_connected(const PlainProduct *product, uint32_t set) {
    uint32_t first = set & (~set + 1);
    for (int back = 0; back < 2; back++) {
        uint32_t seen = first;
        bool any = false;
        for (uint32_t before = 0; before != seen;) {
            before = seen;
            for (uint32_t i = 0; i < product->nedges; i++) {
                const PlainEdge *edge = &product->edges[i];
                uint32_t from = back ? edge->to : edge->from, to = back ? edge->from : edge->to;
                any |= is_inside(set, edge);
                if (is_inside(set, edge) && (seen >> from & 1)) seen |= 1u << to;
            }
        }
        if (seen != set || !any) return false;
    }
    return true;
}

/* A run that takes exactly the edges inside for ever is fair, and accepted. */
static bool is_good(const PlainProduct *product, uint32_t set) {
    const Case *one = product->one;
    uint64_t marks = 0, all = (UINT64_C(1) << one->automaton.buchi.nsets) - 1;
    for (uint32_t i = 0; i < product->nedges; i++)
        if (is_inside(set, &product->edges[i])) marks |= product->edges[i].marks;
    if ((marks & all) != all) return false;
    for (uint32_t task = 0; task < one->plain.ntasks && one->fairness != FAIRNESS_NONE; task++) {
        bool moves = false, rests = false, able = false;
        for (uint32_t i = 0; i < product->nedges; i++)
            moves |= is_inside(set, &product->edges[i]) && product->edges[i].task == task;
        for (uint32_t node = 0; node < NODES; node++) {
            if ((set >> node & 1) == 0) continue;
            uint32_t state = node / one->automaton.buchi.nstates % one->plain.nstates;
            bool can = handmade_can_move(&one->plain, state, task);
            able |= can;
            rests |= !can;
        }
        if (able && !moves && !(one->fairness == FAIRNESS_WEAK && rests)) return false;
    }
    return true;
}

static bool expected(const Case *one) {
    static PlainProduct product;
    make_product(&product, one);
    uint32_t all = product.reached;
    for (uint32_t set = all; set != 0; set = (set - 1) & all)
        if (is_good(&product, set) && is_connected(&product, set)) return true;
    return false;
}

/* ---- shortest lassos, where fairness asks for nothing: distances by going round until nothing changes */

enum { FAR = 1000, SETS = 4 };

/* distance[set << 5 | node]: of a way from `from` that has seen these sets; of at least one step. */
static void measure(const PlainProduct *product, uint32_t from, uint32_t *distance) {
    uint64_t all = (UINT64_C(1) << product->one->automaton.buchi.nsets) - 1;
    for (uint32_t i = 0; i < SETS << 5; i++) distance[i] = FAR;
    for (bool changed = true; changed;) {
        changed = false;
        for (uint32_t i = 0; i < product->nedges; i++)
            for (uint32_t seen = 0; seen < SETS; seen++) {
                const PlainEdge *edge = &product->edges[i];
                uint32_t before = distance[seen << 5 | edge->from];
                if (seen == 0 && edge->from == from) before = 0;
                uint32_t *after = &distance[(seen | (uint32_t)(edge->marks & all)) << 5 | edge->to];
                if (before + 1 >= *after) continue;
                *after = before + 1;
                changed = true;
            }
    }
}

/* Steps of the way there and round once, the least of all accepted lassos. */
static uint32_t shortest(const PlainProduct *product) {
    const Case *one = product->one;
    const Buchi *buchi = &one->automaton.buchi;
    uint32_t all = (1u << buchi->nsets) - 1, there[32], round[SETS << 5], best = FAR;
    for (uint32_t node = 0; node < 32; node++) there[node] = FAR;
    for (uint32_t s = 0; s < one->plain.nstates; s++)
        for (uint32_t e = buchi->first[0]; e < buchi->first[1]; e++)
            if (buchi_allows(buchi, &buchi->edges[e], one->conditions[s])) there[node_of(one, false, s, buchi->edges[e].to)] = 0;
    for (uint32_t times = 0; times < 32; times++)
        for (uint32_t i = 0; i < product->nedges; i++)
            if (there[product->edges[i].from] + 1 < there[product->edges[i].to])
                there[product->edges[i].to] = there[product->edges[i].from] + 1;
    for (uint32_t node = 0; node < 32; node++) {
        if (there[node] >= FAR) continue;
        measure(product, node, round);
        uint32_t length = there[node] + round[all << 5 | node];
        if (length < best) best = length;
    }
    return best;
}

static void check_length(const Case *one, const ProductAnswer *answer) {
    static PlainProduct product;
    if (one->fairness != FAIRNESS_NONE || one->plain.twisted || answer->stutters || answer->loop.n == 0) return;
    make_product(&product, one);
    assert_int_equal(answer->prefix.n - 1 + answer->loop.n, shortest(&product));
}

/* ---- what is found */

/* Each task makes a step in the loop, or (weak) is somewhere unable to. */
static void check_fairness(const Case *one, const Kripke *kripke, const ProductAnswer *answer) {
    for (uint32_t task = 0; task < one->plain.ntasks && one->fairness != FAIRNESS_NONE; task++) {
        bool moves = false, rests = false, able = false;
        uint32_t at = vec_last(&answer->prefix).state;
        for (uint32_t i = 0; i < answer->loop.n; i++) {
            const EdgeLabel *label = edges_label(kripke->edges, answer->loop.data[i].label);
            bool can = handmade_can_move(&one->plain, at, task);
            able |= can;
            rests |= !can;
            moves |= !(label->flags & LABEL_FREE) && label->actor == handmade_slot(&one->plain, at, task);
            at = answer->loop.data[i].state;
        }
        assert_true(!able || moves || (rests && one->fairness == FAIRNESS_WEAK));
    }
}

/* The word of the answer is accepted; of a prefix alone, whatever goes on from it. */
static void check_run(const Case *one, const Kripke *kripke, const ProductAnswer *answer) {
    uint64_t letters[256];
    uint32_t n = 0;
    const ProductSteps *parts[] = {&answer->prefix, &answer->loop};
    for (int p = 0; p < 2; p++)
        for (uint32_t i = 0; i < parts[p]->n; i++) {
            ProductStep step = parts[p]->data[i];
            bool first = p == 0 && i == 0;
            uint64_t events = first ? 0 : edges_label(kripke->edges, step.label)->events;
            assert_true(n < 255);
            letters[n++] = one->conditions[step.state] | events << 1;
        }
    const Buchi *buchi = &one->automaton.buchi;
    uint32_t begin = answer->prefix.n;
    if (answer->stutters) {
        assert_int_equal(answer->loop.n, 0);
        assert_true(one->rests[vec_last(&answer->prefix).state]);
        letters[n++] = one->conditions[vec_last(&answer->prefix).state];
    }
    if (answer->stutters || answer->loop.n > 0) assert_true(temporal_accepts(buchi, (RunWord){letters, begin, n}));
    else assert_true(temporal_violates_ever(&property, buchi, letters, n));
    if (answer->loop.n > 0) assert_int_equal(vec_last(&answer->loop).state, vec_last(&answer->prefix).state);
}

/* Some state with neither a step nor a rest, or with a step that leads nowhere: then a prefix alone says nothing. */
static bool goes_on(const Case *one) {
    for (uint32_t i = 0; i < one->plain.nsteps; i++)
        if (one->plain.steps[i].flags & LABEL_NOWHERE) return false;
    return true;
}

static bool find(Case *one, bool plain) {
    Edges edges;
    FairView view = handmade_view(&one->plain);
    handmade_edges(&one->plain, &edges);
    Kripke kripke = {.edges = &edges, .nstates = edges.n, .width = 1, .conditions = one->conditions,
        .rests = bitset_new(edges.n), .complete = true, .goes_on = goes_on(one)};
    for (uint32_t s = 0; s < edges.n; s++)
        if (one->rests[s]) bitset_add(&kripke.rests, s);
    kripke.stutter = labels_intern(&edges.labels, (EdgeLabel){.actor = LABEL_NOBODY, .fiber = LABEL_NOBODY,
        .left = LABEL_NOBODY, .arm = LABEL_NOBODY, .moves = LABEL_STAYS, .flags = LABEL_FREE});
    ProductQuery query = {&kripke, &view, atoms, &property, &one->automaton.buchi, one->fairness, plain};
    ProductAnswer answer;
    product_check(&query, &answer);
    assert_true(answer.finished);
    if (answer.found) check_run(one, &kripke, &answer);
    if (answer.found) check_fairness(one, &kripke, &answer);
    if (answer.found) check_length(one, &answer);
    bool found = answer.found;
    product_answer_fini(&answer);
    bitset_free(&kripke.rests);
    edges_fini(&edges);
    return found;
}

/* Without time, or room, nothing is claimed. */
static bool has_no_time(void *context, uint64_t bytes) {
    (void)context, (void)bytes;
    return false;
}

static void out_of_time(void **state) {
    (void)state;
    uint64_t seed = 9;
    for (int round = 0; round < 20; round++) {
        Case one;
        make_case(&one, BUCHI_GENERAL, &seed);
        Edges edges;
        FairView view = handmade_view(&one.plain);
        view.may_go_on = has_no_time;
        handmade_edges(&one.plain, &edges);
        Kripke kripke = {.edges = &edges, .nstates = edges.n, .width = 1, .conditions = one.conditions,
            .rests = bitset_new(edges.n), .complete = true};
        ProductQuery query = {&kripke, &view, atoms, &property, &one.automaton.buchi, one.fairness, false};
        ProductAnswer answer;
        product_check(&query, &answer);
        assert_false(answer.found);
        assert_int_equal(answer.finished, answer.states == 0);
        product_answer_fini(&answer);
        bitset_free(&kripke.rests);
        edges_fini(&edges);
    }
}

static void against_all_sets(BuchiStrength strength, uint64_t seed) {
    uint32_t some = 0, rounds = 1500;
    for (uint32_t round = 0; round < rounds; round++) {
        Case one;
        make_case(&one, strength, &seed);
        if (one.plain.nstates * one.automaton.buchi.nstates > 9) continue; /* so many sets are not tried */
        bool found = expected(&one);
        assert_int_equal(find(&one, false), found);
        assert_int_equal(find(&one, true), found);
        some += found;
    }
    assert_true(some > rounds / 10 && some < rounds * 9 / 10);
}

static void general(void **state) {
    (void)state;
    against_all_sets(BUCHI_GENERAL, 1);
}
static void weak(void **state) {
    (void)state;
    against_all_sets(BUCHI_WEAK, 2);
}
static void guarantee(void **state) {
    (void)state;
    against_all_sets(BUCHI_GUARANTEE, 3);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(general),
        cmocka_unit_test(weak),
        cmocka_unit_test(guarantee),
        cmocka_unit_test(out_of_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
