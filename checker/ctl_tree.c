#include "checker/ctl_tree.h"

#include "checker/lasso.h"

#include <assert.h>
#include <string.h>

#define NONE UINT32_MAX

typedef struct Growth {
    CtlTree *tree;
    const Ctl *ctl;
    uint32_t stutter;
} Growth;

/* A place where something is explained: on a branch, after so many of its steps. */
typedef struct Place {
    uint32_t branch, at, node;
    bool rested;
} Place;

/* A part of the formula that is to be as `truth` says; NONE: anything will do. */
typedef struct Wish {
    uint32_t part;
    bool truth;
} Wish;

/* How a run shows what it shows. */
typedef enum Shape {
    SHAPE_NONE, /* no run does: it is so on all, or on none */
    SHAPE_STEP, /* after one step `end` is so */
    SHAPE_WAY,  /* `all` along, until both of `end` are so */
    SHAPE_STAY, /* `all` for ever */
    SHAPE_MISS  /* a way to `end` and `also`, or `all` for ever: whichever there is */
} Shape;
typedef struct Plan {
    Shape shape;
    Wish all, end, also;
} Plan;

static const TemporalNode *part_at(const Growth *growth, uint32_t part) { return &growth->ctl->nodes[part]; }

static bool is_plain(const Growth *growth, uint32_t part) {
    const TemporalNode *node = part_at(growth, part);
    if (node->op <= TEMPORAL_ATOM) return true;
    if (node->op > TEMPORAL_IFF) return false;
    return is_plain(growth, node->a) && (node->op == TEMPORAL_NOT || is_plain(growth, node->b));
}

static bool is_granted(const Growth *growth, Wish wish, uint32_t node) {
    return wish.part == NONE || ctl_knows(growth->ctl, wish.part, wish.truth, node);
}

static bool begins_fair(const Growth *growth, uint32_t node) { return bitset_has(&growth->ctl->fair.surely, node); }

static Plan plan_of(const Growth *growth, uint32_t part, bool truth) {
    const TemporalNode *node = part_at(growth, part);
    Wish any = {NONE, true}, a = {node->a, truth}, b = {node->b, truth};
    switch (node->op) {
    case TEMPORAL_AX: return truth ? (Plan){SHAPE_NONE, any, any, any} : (Plan){SHAPE_STEP, any, a, any};
    case TEMPORAL_EX: return truth ? (Plan){SHAPE_STEP, any, a, any} : (Plan){SHAPE_NONE, any, any, any};
    case TEMPORAL_AF: return truth ? (Plan){SHAPE_NONE, any, any, any} : (Plan){SHAPE_STAY, a, any, any};
    case TEMPORAL_EG: return truth ? (Plan){SHAPE_STAY, a, any, any} : (Plan){SHAPE_NONE, any, any, any};
    case TEMPORAL_AG: return truth ? (Plan){SHAPE_NONE, any, any, any} : (Plan){SHAPE_WAY, any, a, any};
    case TEMPORAL_EF: return truth ? (Plan){SHAPE_WAY, any, a, any} : (Plan){SHAPE_NONE, any, any, any};
    case TEMPORAL_EU: return truth ? (Plan){SHAPE_WAY, a, b, any} : (Plan){SHAPE_NONE, any, any, any};
    case TEMPORAL_AU: return truth ? (Plan){SHAPE_NONE, any, any, any} : (Plan){SHAPE_MISS, b, b, a};
    default: assert(!"no operator of branching time"); return (Plan){SHAPE_NONE, any, any, any};
    }
}

/* ---- searching */

/* A breadth-first search from a node; nodes in the order they were found. */
typedef struct Walk {
    uint32_t *number; /* per node: its place in `order`, NONE */
    VEC(uint32_t) order;
    VEC(uint32_t) by;  /* per place: the step that found it, and the place before */
    VEC(uint32_t) from;
} Walk;

static void walk_init(Walk *walk, uint32_t nnodes, uint32_t start) {
    *walk = (Walk){.number = malloc(sizeof *walk->number * (nnodes + 1u))};
    if (walk->number == NULL) fatal("out of memory");
    memset(walk->number, 0xff, sizeof *walk->number * nnodes);
    walk->number[start] = 0;
    vec_push(&walk->order, start);
    vec_push(&walk->by, NONE);
    vec_push(&walk->from, NONE);
}

static void walk_fini(Walk *walk) {
    free(walk->number);
    vec_fini(&walk->order);
    vec_fini(&walk->by);
    vec_fini(&walk->from);
}

static void walk_add(Walk *walk, uint32_t node, uint32_t step, uint32_t from) {
    if (walk->number[node] != NONE) return;
    walk->number[node] = walk->order.n;
    vec_push(&walk->order, node);
    vec_push(&walk->by, step);
    vec_push(&walk->from, from);
}

static void push_step(const Growth *growth, CtlBranch *branch, CtlStep step) {
    if (step.label == growth->stutter) branch->stutters = true;
    else vec_push(&branch->steps, step);
}

/* Appends the steps to a place of the walk. */
static void push_way(const Growth *growth, const Walk *walk, uint32_t place, CtlBranch *branch) {
    VEC(uint32_t) steps = {0};
    for (; walk->from.data[place] != NONE; place = walk->from.data[place]) vec_push(&steps, walk->by.data[place]);
    while (steps.n > 0) {
        FairEdge edge = growth->ctl->graph->fair.steps.data[vec_pop(&steps)];
        push_step(growth, branch, (CtlStep){edge.target, edge.label});
    }
    vec_fini(&steps);
}

/* Adds the steps of the place's node whose targets grant the wish. */
static void walk_on(const Growth *growth, Walk *walk, uint32_t place, Wish wish) {
    const FairGraph *graph = &growth->ctl->graph->fair;
    uint32_t node = walk->order.data[place];
    for (uint32_t e = graph->first.data[node]; e < graph->first.data[node + 1]; e++)
        if (is_granted(growth, wish, graph->steps.data[e].target)) walk_add(walk, graph->steps.data[e].target, e, place);
}

static bool is_end(const Growth *growth, const Plan *plan, uint32_t node) {
    return is_granted(growth, plan->end, node) && is_granted(growth, plan->also, node) && begins_fair(growth, node);
}

/* The shortest way; false: there is none. Returns where it ends. */
static bool go_to_end(const Growth *growth, const Plan *plan, CtlBranch *branch, uint32_t *end) {
    Walk walk;
    Wish any = {NONE, true};
    walk_init(&walk, growth->ctl->graph->fair.nodes.n, branch->node);
    bool found = false;
    for (uint32_t place = 0; place < walk.order.n && !found; place++) {
        *end = walk.order.data[place];
        found = is_end(growth, plan, *end);
        if (found) push_way(growth, &walk, place, branch);
        else if (is_granted(growth, plan->all, *end)) walk_on(growth, &walk, place, any);
    }
    walk_fini(&walk);
    return found;
}

/* One step; there is one. */
static uint32_t go_one_step(const Growth *growth, const Plan *plan, CtlBranch *branch) {
    const FairGraph *graph = &growth->ctl->graph->fair;
    for (uint32_t e = graph->first.data[branch->node]; e < graph->first.data[branch->node + 1]; e++) {
        FairEdge edge = graph->steps.data[e];
        if (!is_end(growth, plan, edge.target)) continue;
        push_step(growth, branch, (CtlStep){edge.target, edge.label});
        return edge.target;
    }
    assert(!"there is a step that shows it");
    return branch->node;
}

/* ---- staying for ever */

/* The nodes of a walk as a graph of their own, in its order. */
static FairGraph graph_of(const Growth *growth, const Walk *walk) {
    const FairGraph *graph = &growth->ctl->graph->fair;
    FairGraph part = {.edges = graph->edges, .view = graph->view};
    for (uint32_t place = 0; place < walk->order.n; place++) {
        uint32_t node = walk->order.data[place];
        vec_push(&part.nodes, graph->nodes.data[node]);
        vec_push(&part.first, part.steps.n);
        for (uint32_t e = graph->first.data[node]; e < graph->first.data[node + 1]; e++) {
            FairEdge edge = graph->steps.data[e];
            uint32_t to = walk->number[edge.target];
            if (to != NONE) vec_push(&part.steps, (FairEdge){to, edge.label});
        }
    }
    vec_push(&part.first, part.steps.n);
    return part;
}

typedef struct Nearest {
    uint32_t place; /* the first one of the component, NONE: none yet */
    LassoSteps loop;
} Nearest;

static bool visit(void *context, const FairPart *part) {
    Nearest *nearest = context;
    if (part->members[0] >= nearest->place) return true;
    nearest->place = part->members[0];
    lasso_make(part, (LassoWants){0, NO_SLOT, false}, &nearest->loop);
    return true;
}

/* Steps with which nothing happens are left out of a loop of others: from the same state the others go on, too. */
static void push_loop(const Growth *growth, const Walk *walk, const LassoSteps *loop, CtlBranch *branch) {
    branch->is_infinite = true;
    uint32_t before = branch->steps.n;
    for (uint32_t i = 0; i < loop->n; i++)
        if (loop->data[i].label != growth->stutter)
            vec_push(&branch->steps, (CtlStep){walk->order.data[loop->data[i].node], loop->data[i].label});
    branch->nloop = branch->steps.n - before;
    branch->stutters = branch->nloop == 0;
}

/* The way to the nearest fair component and a loop in it; false: there is none. Returns where the loop begins. */
static bool go_for_ever(const Growth *growth, const Plan *plan, CtlBranch *branch, Place *loop) {
    Walk walk;
    walk_init(&walk, growth->ctl->graph->fair.nodes.n, branch->node);
    if (is_granted(growth, plan->all, branch->node))
        for (uint32_t place = 0; place < walk.order.n; place++) walk_on(growth, &walk, place, plan->all);
    FairGraph part = graph_of(growth, &walk);
    Nearest nearest = {.place = NONE};
    fair_each(&part, growth->ctl->fairness, NULL, visit, &nearest);
    bool found = nearest.place != NONE;
    if (found) {
        push_way(growth, &walk, nearest.place, branch);
        loop->node = walk.order.data[nearest.place];
        loop->at = branch->steps.n;
        loop->rested = branch->stutters;
        push_loop(growth, &walk, &nearest.loop, branch);
    }
    vec_fini(&nearest.loop);
    fair_graph_fini(&part);
    walk_fini(&walk);
    return found;
}

/* ---- facts */

static uint64_t count_reached(const Growth *growth, uint32_t start) {
    Walk walk;
    Wish any = {NONE, true};
    walk_init(&walk, growth->ctl->graph->fair.nodes.n, start);
    for (uint32_t place = 0; place < walk.order.n; place++) walk_on(growth, &walk, place, any);
    VEC(uint32_t) states = {0};
    uint32_t most = 0;
    for (uint32_t i = 0; i < walk.order.n; i++) {
        vec_push(&states, growth->ctl->graph->fair.nodes.data[walk.order.data[i]].state);
        if (vec_last(&states) > most) most = vec_last(&states);
    }
    Bitset seen = bitset_new(most + 1);
    uint64_t count = 0;
    for (uint32_t i = 0; i < states.n; i++) {
        count += !bitset_has(&seen, states.data[i]);
        bitset_add(&seen, states.data[i]);
    }
    bitset_free(&seen);
    vec_fini(&states);
    walk_fini(&walk);
    return count;
}

/* `by_none`: it is so because no run does otherwise. */
static void add_fact(Growth *growth, Place place, uint32_t part, bool truth, bool by_none) {
    uint64_t reached = by_none ? count_reached(growth, place.node) : 0;
    vec_push(&growth->tree->branches.data[place.branch].facts, (CtlFact){place.at, part, truth, reached});
}

/* ---- explaining */

static void explain(Growth *growth, Place place, uint32_t part, bool truth);

static void explain_wish(Growth *growth, Place place, Wish wish) {
    if (wish.part != NONE) explain(growth, place, wish.part, wish.truth);
}

/* Takes the branch's own steps; what is nested is explained at their end, or where the loop begins. */
static void fill(Growth *growth, uint32_t number, const Plan *plan) {
    CtlBranch branch = growth->tree->branches.data[number];
    branch.is_shown = true;
    Place end = {.branch = number};
    bool finite = true;
    switch (plan->shape) {
    case SHAPE_STEP: end.node = go_one_step(growth, plan, &branch); break;
    case SHAPE_WAY: finite = go_to_end(growth, plan, &branch, &end.node); assert(finite); break;
    case SHAPE_STAY: finite = false; break;
    case SHAPE_MISS: finite = go_to_end(growth, plan, &branch, &end.node); break;
    case SHAPE_NONE: assert(!"no run shows it");
    }
    if (finite) {
        end.at = branch.steps.n;
        end.rested = branch.stutters;
    } else {
        bool found = go_for_ever(growth, plan, &branch, &end);
        assert(found);
        (void)found;
    }
    growth->tree->branches.data[number] = branch;
    if (finite) {
        explain_wish(growth, end, plan->end);
        explain_wish(growth, end, plan->also);
    } else if (!is_plain(growth, plan->all.part)) {
        explain_wish(growth, end, plan->all);
    }
}

static uint32_t depth_of(const Growth *growth, uint32_t branch) {
    uint32_t depth = 0;
    for (; branch != NONE; branch = growth->tree->branches.data[branch].parent) depth++;
    return depth;
}

static void explain_temporal(Growth *growth, Place place, uint32_t part, bool truth) {
    Plan plan = plan_of(growth, part, truth);
    if (plan.shape == SHAPE_NONE || depth_of(growth, place.branch) == CTL_TREE_DEPTH) {
        add_fact(growth, place, part, truth, plan.shape == SHAPE_NONE);
        return;
    }
    vec_push(&growth->tree->branches, (CtlBranch){.parent = place.branch, .at = place.at, .rested = place.rested,
                                          .node = place.node, .part = part, .truth = truth});
    fill(growth, growth->tree->branches.n - 1, &plan);
}

/* One operand is enough; one that needs no run is preferred. */
static void explain_one_of(Growth *growth, Place place, Wish a, Wish b) {
    bool first = is_granted(growth, a, place.node);
    if (first && is_granted(growth, b, place.node)) first = is_plain(growth, a.part) || !is_plain(growth, b.part);
    explain_wish(growth, place, first ? a : b);
}

static void explain(Growth *growth, Place place, uint32_t part, bool truth) {
    const TemporalNode *node = part_at(growth, part);
    assert(ctl_knows(growth->ctl, part, truth, place.node));
    if (is_plain(growth, part)) {
        add_fact(growth, place, part, truth, false);
        return;
    }
    Wish a = {node->a, truth}, b = {node->b, truth}, not_a = {node->a, !truth};
    switch (node->op) {
    case TEMPORAL_NOT: explain(growth, place, node->a, !truth); break;
    case TEMPORAL_AND:
    case TEMPORAL_OR:
        if ((node->op == TEMPORAL_AND) == truth) {
            explain_wish(growth, place, a);
            explain_wish(growth, place, b);
        } else {
            explain_one_of(growth, place, a, b);
        }
        break;
    case TEMPORAL_IMPLIES:
        if (truth) {
            explain_one_of(growth, place, not_a, b);
        } else {
            explain_wish(growth, place, not_a);
            explain_wish(growth, place, b);
        }
        break;
    case TEMPORAL_IFF:
        a.truth = ctl_knows(growth->ctl, node->a, true, place.node);
        b.truth = a.truth == truth;
        explain_wish(growth, place, a);
        explain_wish(growth, place, b);
        break;
    default: explain_temporal(growth, place, part, truth);
    }
}

/* ---- the tree */

void ctl_tree_grow(CtlTree *tree, const Ctl *ctl, uint32_t node, bool truth, uint32_t stutter) {
    *tree = (CtlTree){0};
    Growth growth = {tree, ctl, stutter};
    uint32_t part = ctl->nnodes - 1;
    for (; part_at(&growth, part)->op == TEMPORAL_NOT; part = part_at(&growth, part)->a) truth = !truth;
    vec_push(&tree->branches, (CtlBranch){.parent = NONE, .node = node, .part = part, .truth = truth});
    bool temporal = part_at(&growth, part)->op > TEMPORAL_IFF;
    Plan plan = {0};
    if (temporal) plan = plan_of(&growth, part, truth);
    if (plan.shape != SHAPE_NONE) fill(&growth, 0, &plan);
    else explain(&growth, (Place){.branch = 0, .node = node}, part, truth);
}

void ctl_tree_fini(CtlTree *tree) {
    for (uint32_t i = 0; i < tree->branches.n; i++) {
        vec_fini(&tree->branches.data[i].steps);
        vec_fini(&tree->branches.data[i].facts);
    }
    vec_fini(&tree->branches);
}
