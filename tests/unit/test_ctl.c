/* Branching time on small random graphs against a plain reading of the definitions: sets of nodes as bits, fair runs by
   all sets of nodes that one may stay in. And the trees of runs that are shown: each step of them is one of the graph, and
   each run shows what it says. */
#include "checker/ctl_tree.h"
#include "tests/unit/handmade.h"
#include "tests/unit/unit.h"

#include <string.h>

enum { ATOMS = 2, MOST_PARTS = 24, MOST_NODES = 5 };

typedef struct Case {
    Plain plain;
    Edges edges;
    FairView view;
    CtlGraph graph;
    uint32_t letters[MOST];
    Fairness fairness;
    TemporalNode parts[MOST_PARTS];
    uint32_t nparts;
    uint32_t open; /* nodes, as bits: their steps are not known */
} Case;

/* ---- formulas */

static uint32_t add_part(Case *c, TemporalOp op, uint32_t a, uint32_t b) {
    c->parts[c->nparts] = (TemporalNode){.op = op, .a = a, .b = b};
    return c->nparts++;
}

static uint32_t random_part(Case *c, uint64_t *seed, uint32_t size) {
    static const TemporalOp unary[] = {TEMPORAL_NOT, TEMPORAL_AX, TEMPORAL_EX, TEMPORAL_AF, TEMPORAL_EF, TEMPORAL_AG,
        TEMPORAL_EG};
    static const TemporalOp binary[] = {TEMPORAL_AND, TEMPORAL_OR, TEMPORAL_IMPLIES, TEMPORAL_IFF, TEMPORAL_AU,
        TEMPORAL_EU};
    if (size <= 1) {
        uint32_t atom = handmade_pick(seed, ATOMS + 2);
        if (atom >= ATOMS && handmade_pick(seed, 3) == 0)
            return add_part(c, atom == ATOMS ? TEMPORAL_TRUE : TEMPORAL_FALSE, 0, 0);
        return add_part(c, TEMPORAL_ATOM, atom % ATOMS, 0);
    }
    if (size == 2 || handmade_pick(seed, 2) == 0) {
        uint32_t a = random_part(c, seed, size - 1);
        return add_part(c, unary[handmade_pick(seed, sizeof unary / sizeof *unary)], a, 0);
    }
    uint32_t left = 1 + handmade_pick(seed, size - 2), a = random_part(c, seed, left);
    uint32_t b = random_part(c, seed, size - 1 - left);
    return add_part(c, binary[handmade_pick(seed, sizeof binary / sizeof *binary)], a, b);
}

/* ---- the plain reading */

static bool has_step(const Plain *plain, uint32_t from, uint32_t to) {
    for (uint32_t i = 0; i < plain->nsteps; i++)
        if (plain->steps[i].from == from && plain->steps[i].to == to) return true;
    return false;
}

static uint32_t all_of(const Plain *plain) { return (1u << plain->nstates) - 1; }

/* Nodes of `inside` from which a fair run never leaves it. */
static uint32_t plain_stay(const Case *c, uint32_t inside) {
    uint32_t result = 0;
    for (uint32_t set = 1; set <= all_of(&c->plain); set++) {
        if ((set & ~inside) || !handmade_is_strong(&c->plain, set) || !handmade_is_fair(&c->plain, set, c->fairness)) continue;
        for (uint32_t s = 0; s < c->plain.nstates; s++)
            if ((inside >> s & 1) && (handmade_reach(&c->plain, inside, s) & set)) result |= 1u << s;
    }
    return result;
}

static uint32_t plain_next(const Case *c, uint32_t to) {
    uint32_t result = 0;
    for (uint32_t s = 0; s < c->plain.nstates; s++)
        for (uint32_t t = 0; t < c->plain.nstates; t++)
            if ((to >> t & 1) && has_step(&c->plain, s, t)) result |= 1u << s;
    return result & plain_stay(c, all_of(&c->plain));
}

/* From which a run that goes on fairly comes to `end` through `along`. */
static uint32_t plain_reach(const Case *c, uint32_t along, uint32_t end) {
    uint32_t result = 0, fair_end = end & plain_stay(c, all_of(&c->plain));
    for (uint32_t s = 0; s < c->plain.nstates; s++)
        for (uint32_t t = 0; t < c->plain.nstates; t++) {
            if (!(fair_end >> t & 1)) continue;
            uint32_t through = handmade_reach(&c->plain, along | 1u << t, s);
            if (s == t || ((along >> s & 1) && (through >> t & 1))) result |= 1u << s;
        }
    return result;
}

static uint32_t plain_truth(const Case *c, uint32_t part) {
    const TemporalNode *node = &c->parts[part];
    uint32_t all = all_of(&c->plain), a = 0, b = 0;
    if (node->op > TEMPORAL_ATOM) a = plain_truth(c, node->a);
    if ((node->op >= TEMPORAL_AND && node->op <= TEMPORAL_IFF) || node->op >= TEMPORAL_AU) b = plain_truth(c, node->b);
    switch (node->op) {
    case TEMPORAL_TRUE: return all;
    case TEMPORAL_FALSE: return 0;
    case TEMPORAL_ATOM:
        for (uint32_t s = 0; s < c->plain.nstates; s++) a |= (c->letters[s] >> node->a & 1) << s;
        return a;
    case TEMPORAL_NOT: return all & ~a;
    case TEMPORAL_AND: return a & b;
    case TEMPORAL_OR: return a | b;
    case TEMPORAL_IMPLIES: return (all & ~a) | b;
    case TEMPORAL_IFF: return all & ~(a ^ b);
    case TEMPORAL_EX: return plain_next(c, a & plain_stay(c, all));
    case TEMPORAL_EG: return plain_stay(c, a);
    case TEMPORAL_EF: return plain_reach(c, all, a);
    case TEMPORAL_EU: return plain_reach(c, a, b);
    case TEMPORAL_AX: return all & ~plain_next(c, all & ~a & plain_stay(c, all));
    case TEMPORAL_AF: return all & ~plain_stay(c, all & ~a);
    case TEMPORAL_AG: return all & ~plain_reach(c, all, all & ~a);
    case TEMPORAL_AU:
        return all & ~(plain_stay(c, all & ~b) | plain_reach(c, all & ~b, all & ~b & ~a));
    default: fail_msg("no operator of branching time"); return 0;
    }
}

/* ---- cases */

static void case_random(Case *c, uint64_t *seed, uint32_t number) {
    memset(c, 0, sizeof *c);
    Plain *plain = &c->plain;
    plain->nstates = 1 + handmade_pick(seed, MOST_NODES);
    plain->ntasks = 1 + handmade_pick(seed, TASKS);
    plain->nsteps = handmade_pick(seed, 2 * plain->nstates + 2);
    for (uint32_t i = 0; i < plain->nsteps; i++)
        plain->steps[i] = (Step){handmade_pick(seed, plain->nstates), handmade_pick(seed, plain->nstates),
            handmade_pick(seed, plain->ntasks), STAY, 0, NO_ARM, false, 0};
    for (uint32_t s = 0; s < plain->nstates && number % 2; s++) plain->lacks[s] = handmade_pick(seed, 1u << TASKS);
    plain->twisted = number % 5 == 0;
    c->fairness = number % 3 == 0 ? FAIRNESS_NONE : number % 3 == 1 ? FAIRNESS_WEAK : FAIRNESS_STRONG;
    for (uint32_t s = 0; s < c->plain.nstates; s++) c->letters[s] = handmade_pick(seed, 1u << ATOMS);
    random_part(c, seed, 1 + handmade_pick(seed, 9));
}

static bool is_open(const Case *c, uint32_t node) { return c->open >> node & 1; }

static void case_open(Case *c) {
    c->view = handmade_view(&c->plain);
    handmade_edges(&c->plain, &c->edges);
    FairGraph whole, *graph = &c->graph.fair;
    handmade_graph(&c->edges, &c->view, &whole);
    *graph = (FairGraph){.edges = &c->edges, .view = &c->view};
    c->graph.open = bitset_new(c->plain.nstates);
    for (uint32_t s = 0; s < c->plain.nstates; s++) {
        vec_push(&graph->nodes, whole.nodes.data[s]);
        vec_push(&graph->first, graph->steps.n);
        for (uint32_t e = whole.first.data[s]; e < whole.first.data[s + 1] && !is_open(c, s); e++)
            vec_push(&graph->steps, whole.steps.data[e]);
        vec_push(&c->graph.letters, c->letters[s]);
        if (is_open(c, s)) bitset_add(&c->graph.open, s);
    }
    vec_push(&graph->first, graph->steps.n);
    c->graph.nroots = 1;
    ctl_graph_close(&c->graph);
    fair_graph_fini(&whole);
}

static void case_close(Case *c) {
    ctl_graph_fini(&c->graph);
    edges_fini(&c->edges);
    memset(&c->graph, 0, sizeof c->graph);
}

static void random_formulas(void **state) {
    (void)state;
    uint64_t seed = 3;
    uint32_t some = 0;
    for (uint32_t number = 0; number < 20000; number++) {
        Case c;
        Ctl ctl;
        case_random(&c, &seed, number);
        case_open(&c);
        assert_true(ctl_evaluate(&ctl, &c.graph, c.parts, c.nparts, c.fairness));
        for (uint32_t part = 0; part < c.nparts; part++) {
            uint32_t truth = plain_truth(&c, part);
            for (uint32_t s = 0; s < c.plain.nstates; s++) {
                assert_int_equal(ctl_knows(&ctl, part, true, s), truth >> s & 1);
                assert_int_equal(ctl_knows(&ctl, part, false, s), !(truth >> s & 1));
            }
            some += truth != 0 && truth != all_of(&c.plain);
        }
        ctl_fini(&ctl);
        case_close(&c);
    }
    assert_true(some > 5000);
}

/* What is sure although some steps are not known is so in the whole graph, and in others that differ in those steps. */
static void partly_known(void **state) {
    (void)state;
    uint64_t seed = 5;
    uint32_t known = 0, unknown = 0;
    for (uint32_t number = 0; number < 3000; number++) {
        Case c;
        Ctl ctl;
        case_random(&c, &seed, number);
        c.open = handmade_pick(&seed, 1u << c.plain.nstates);
        case_open(&c);
        assert_true(ctl_evaluate(&ctl, &c.graph, c.parts, c.nparts, c.fairness));
        for (uint32_t other = 0; other < 4; other++) {
            for (uint32_t i = 0; i < c.plain.nsteps && other > 0; i++)
                if (is_open(&c, c.plain.steps[i].from)) c.plain.steps[i].to = handmade_pick(&seed, c.plain.nstates);
            for (uint32_t part = 0; part < c.nparts; part++) {
                uint32_t truth = plain_truth(&c, part);
                for (uint32_t s = 0; s < c.plain.nstates; s++) {
                    if (ctl_knows(&ctl, part, true, s)) assert_true(truth >> s & 1);
                    if (ctl_knows(&ctl, part, false, s)) assert_false(truth >> s & 1);
                    bool sure = ctl_knows(&ctl, part, true, s) || ctl_knows(&ctl, part, false, s);
                    known += sure, unknown += !sure;
                }
            }
        }
        ctl_fini(&ctl);
        case_close(&c);
    }
    assert_true(known > 10000 && unknown > 10000);
}

/* ---- trees */

static uint32_t node_after(const CtlBranch *branch, uint32_t steps) {
    return steps == 0 ? branch->node : branch->steps.data[steps - 1].node;
}

static void check_steps(const Case *c, const CtlBranch *branch) {
    for (uint32_t i = 0; i < branch->steps.n; i++) {
        const EdgeLabel *label = edges_label(&c->edges, branch->steps.data[i].label);
        bool found = false;
        for (uint32_t k = 0; k < c->plain.nsteps; k++)
            found |= c->plain.steps[k].from == node_after(branch, i) && c->plain.steps[k].to == branch->steps.data[i].node &&
                     handmade_slot(&c->plain, c->plain.steps[k].from, c->plain.steps[k].task) == label->actor;
        assert_true(found);
    }
    if (branch->nloop > 0)
        assert_int_equal(node_after(branch, branch->steps.n), node_after(branch, branch->steps.n - branch->nloop));
    uint32_t loop = 0;
    for (uint32_t i = branch->steps.n - branch->nloop; i < branch->steps.n; i++) loop |= 1u << branch->steps.data[i].node;
    if (branch->nloop > 0) assert_true(handmade_is_fair(&c->plain, loop, c->fairness));
}

/* What the run shows, by the plain reading. */
static void check_claim(const Case *c, const CtlBranch *branch) {
    const TemporalNode *node = &c->parts[branch->part];
    if (!branch->is_shown) return;
    uint32_t all = all_of(&c->plain), a = plain_truth(c, node->a);
    uint32_t b = node->op >= TEMPORAL_AU ? plain_truth(c, node->b) : 0;
    if (!branch->truth) a = all & ~a, b = all & ~b;
    bool is_step = node->op == TEMPORAL_AX || node->op == TEMPORAL_EX;
    bool stays = node->op == TEMPORAL_AF || node->op == TEMPORAL_EG || (node->op == TEMPORAL_AU && branch->is_infinite);
    bool binary = node->op >= TEMPORAL_AU;
    uint32_t along = stays ? (binary ? b : a) : node->op == TEMPORAL_AU ? b : node->op == TEMPORAL_EU ? a : all;
    uint32_t end = node->op == TEMPORAL_AU ? a & b : node->op == TEMPORAL_EU ? b : a;
    assert_int_equal(branch->is_infinite, stays);
    if (is_step) assert_int_equal(branch->steps.n, 1);
    for (uint32_t i = 0; i <= branch->steps.n; i++) {
        uint32_t at = node_after(branch, i);
        bool last = i == branch->steps.n;
        if (stays || (!last && !is_step)) assert_true(along >> at & 1);
        if (!stays && last) assert_true(end & plain_stay(c, all) & 1u << at); /* and a fair run goes on from there */
    }
}

static uint32_t check_tree(const Case *c, const Ctl *ctl, uint32_t node) {
    CtlTree tree;
    bool truth = ctl_knows(ctl, c->nparts - 1, true, node);
    uint32_t deep = 0;
    ctl_tree_grow(&tree, ctl, node, truth, UINT32_MAX);
    for (uint32_t i = 0; i < tree.branches.n; i++) {
        const CtlBranch *branch = &tree.branches.data[i];
        const CtlBranch *parent = i > 0 ? &tree.branches.data[branch->parent] : NULL;
        check_steps(c, branch);
        check_claim(c, branch);
        assert_true(!branch->stutters && !branch->rested);
        if (parent) assert_int_equal(branch->node, node_after(parent, branch->at));
        else assert_int_equal(branch->node, node);
        assert_int_equal(plain_truth(c, branch->part) >> branch->node & 1, branch->truth);
        for (uint32_t f = 0; f < branch->facts.n; f++) {
            const CtlFact *fact = &branch->facts.data[f];
            assert_int_equal(plain_truth(c, fact->part) >> node_after(branch, fact->at) & 1, fact->truth);
        }
        assert_true(branch->is_shown || i == 0);
        deep += i > 0 && branch->steps.n > 0;
    }
    ctl_tree_fini(&tree);
    return deep;
}

static void trees(void **state) {
    (void)state;
    uint64_t seed = 11;
    uint32_t deep = 0;
    for (uint32_t number = 0; number < 8000; number++) {
        Case c;
        Ctl ctl;
        case_random(&c, &seed, number);
        case_open(&c);
        assert_true(ctl_evaluate(&ctl, &c.graph, c.parts, c.nparts, c.fairness));
        for (uint32_t s = 0; s < c.plain.nstates; s++) deep += check_tree(&c, &ctl, s);
        ctl_fini(&ctl);
        case_close(&c);
    }
    assert_true(deep > 500);
}

int main(void) {
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(random_formulas),
        cmocka_unit_test(partly_known),
        cmocka_unit_test(trees),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
