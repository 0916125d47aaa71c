#include "ltl/bdd.h"

#include "model/support/fatal.h"
#include "model/support/hash.h"
#include "model/support/vec.h"

#include <assert.h>
#include <stdlib.h>

typedef struct Node {
    uint32_t variable;
    Bdd low, high;
} Node;

typedef enum Operation { OP_NONE, OP_AND, OP_OR, OP_XOR, OP_IMPLIES, OP_MEETS, OP_PROJECT } Operation;

/* A remembered result; a later one with the same slot takes its place. */
typedef struct Result {
    uint32_t op;
    Bdd f, g, value;
} Result;

struct Bdds {
    VEC(Node) nodes;
    Bdd *slots; /* open addressing; 0 is free */
    uint32_t mask;
    Result *results;
    uint32_t result_mask;
    uint64_t budget; /* steps left */
};

enum { FIRST_SLOTS = 1 << 10, FIRST_RESULTS = 1 << 11, MOST_RESULTS = 1 << 20, LEAF = UINT32_MAX };

static void *zeroed(size_t count, size_t size) {
    void *data = calloc(count, size);
    if (!data) fatal("out of memory");
    return data;
}

Bdds *bdds_new(void) {
    Bdds *bdds = zeroed(1, sizeof *bdds);
    bdds->slots = zeroed(FIRST_SLOTS, sizeof *bdds->slots);
    bdds->mask = FIRST_SLOTS - 1;
    bdds->results = zeroed(FIRST_RESULTS, sizeof *bdds->results);
    bdds->result_mask = FIRST_RESULTS - 1;
    bdds->budget = BDDS_UNLIMITED;
    vec_reserve(&bdds->nodes, FIRST_SLOTS / 2);
    vec_push(&bdds->nodes, (Node){(uint32_t)LEAF, 0, 0});
    vec_push(&bdds->nodes, (Node){(uint32_t)LEAF, 1, 1});
    return bdds;
}

void bdds_free(Bdds *bdds) {
    if (!bdds) return;
    vec_fini(&bdds->nodes);
    free(bdds->slots);
    free(bdds->results);
    free(bdds);
}

uint32_t bdds_count(const Bdds *bdds) { return bdds->nodes.n; }

/* ---- nodes */

static uint32_t node_hash(uint32_t variable, Bdd low, Bdd high) {
    return (uint32_t)hash_combine(((uint64_t)low << 32) | high, variable);
}

static void grow(Bdds *bdds) {
    uint32_t count = (bdds->mask + 1) * 2;
    free(bdds->slots);
    bdds->slots = zeroed(count, sizeof *bdds->slots);
    bdds->mask = count - 1;
    for (Bdd f = 2; f < bdds->nodes.n; f++) {
        const Node *node = &bdds->nodes.data[f];
        uint32_t i = node_hash(node->variable, node->low, node->high) & bdds->mask;
        while (bdds->slots[i]) i = (i + 1) & bdds->mask;
        bdds->slots[i] = f;
    }
    if (count > MOST_RESULTS) return;
    free(bdds->results);
    bdds->results = zeroed((size_t)count * 2, sizeof *bdds->results);
    bdds->result_mask = count * 2 - 1;
}

Bdd bdd_node(Bdds *bdds, uint32_t variable, Bdd low, Bdd high) {
    if (low == high) return low;
    assert(variable < bdds->nodes.data[low].variable && variable < bdds->nodes.data[high].variable);
    for (uint32_t i = node_hash(variable, low, high);; i++) {
        Bdd f = bdds->slots[i & bdds->mask];
        if (f == 0) {
            f = bdds->nodes.n;
            vec_push(&bdds->nodes, (Node){variable, low, high});
            bdds->slots[i & bdds->mask] = f;
            if (bdds->nodes.n * 2 > bdds->mask) grow(bdds);
            return f;
        }
        const Node *node = &bdds->nodes.data[f];
        if (node->variable == variable && node->low == low && node->high == high) return f;
    }
}

uint32_t bdd_variable(const Bdds *bdds, Bdd f) { return assert(f > BDD_TRUE), bdds->nodes.data[f].variable; }
Bdd bdd_low(const Bdds *bdds, Bdd f) { return bdds->nodes.data[f].low; }
Bdd bdd_high(const Bdds *bdds, Bdd f) { return bdds->nodes.data[f].high; }

Bdd bdd_literal(Bdds *bdds, uint32_t variable, bool positive) {
    return bdd_node(bdds, variable, positive ? BDD_FALSE : BDD_TRUE, positive ? BDD_TRUE : BDD_FALSE);
}

/* ---- operations */

static Result *result_slot(Bdds *bdds, Operation op, Bdd f, Bdd g) {
    return &bdds->results[(uint32_t)hash_combine(((uint64_t)f << 32) | g, (uint64_t)op) & bdds->result_mask];
}
static bool result_find(Bdds *bdds, Operation op, Bdd f, Bdd g, Bdd *value) {
    const Result *result = result_slot(bdds, op, f, g);
    *value = result->value;
    return result->op == (uint32_t)op && result->f == f && result->g == g;
}
static Bdd result_keep(Bdds *bdds, Operation op, Bdd f, Bdd g, Bdd value) {
    *result_slot(bdds, op, f, g) = (Result){(uint32_t)op, f, g, value};
    return value;
}

/* The result where it needs no recursion. */
static bool is_simple(Operation op, Bdd f, Bdd g, Bdd *value) {
    assert(f <= g);
    switch (op) {
    case OP_AND: return *value = f == BDD_FALSE ? BDD_FALSE : g, f <= BDD_TRUE || f == g;
    case OP_OR: return *value = f == BDD_TRUE ? BDD_TRUE : g, f <= BDD_TRUE || f == g;
    default: return *value = f == g ? BDD_FALSE : g, f == BDD_FALSE || f == g;
    }
}

static Bdd cofactor(const Node *node, Bdd f, uint32_t variable, bool high) {
    if (node->variable != variable) return f;
    return high ? node->high : node->low;
}

static Bdd apply(Bdds *bdds, Operation op, Bdd f, Bdd g) {
    if (f > g) {
        Bdd swap = f;
        f = g, g = swap;
    }
    Bdd value;
    if (is_simple(op, f, g, &value) || result_find(bdds, op, f, g, &value)) return value;
    if (bdds->budget == 0) return BDD_FALSE;
    if (bdds->budget != BDDS_UNLIMITED) bdds->budget--;
    Node a = bdds->nodes.data[f], b = bdds->nodes.data[g];
    uint32_t variable = a.variable < b.variable ? a.variable : b.variable;
    Bdd low = apply(bdds, op, cofactor(&a, f, variable, false), cofactor(&b, g, variable, false));
    Bdd high = apply(bdds, op, cofactor(&a, f, variable, true), cofactor(&b, g, variable, true));
    Bdd result = bdd_node(bdds, variable, low, high);
    return bdds_gave_up(bdds) ? result : result_keep(bdds, op, f, g, result);
}

void bdds_budget(Bdds *bdds, uint64_t steps) { bdds->budget = steps; }
bool bdds_gave_up(const Bdds *bdds) { return bdds->budget == 0; }

Bdd bdd_and(Bdds *bdds, Bdd f, Bdd g) { return apply(bdds, OP_AND, f, g); }
Bdd bdd_or(Bdds *bdds, Bdd f, Bdd g) { return apply(bdds, OP_OR, f, g); }
Bdd bdd_xor(Bdds *bdds, Bdd f, Bdd g) { return apply(bdds, OP_XOR, f, g); }
Bdd bdd_not(Bdds *bdds, Bdd f) { return apply(bdds, OP_XOR, f, BDD_TRUE); }

bool bdd_implies(Bdds *bdds, Bdd f, Bdd g) {
    if (f == BDD_FALSE || g == BDD_TRUE || f == g) return true;
    if (f == BDD_TRUE || g == BDD_FALSE) return false;
    Bdd value;
    if (result_find(bdds, OP_IMPLIES, f, g, &value)) return value != 0;
    Node a = bdds->nodes.data[f], b = bdds->nodes.data[g];
    uint32_t variable = a.variable < b.variable ? a.variable : b.variable;
    bool result = bdd_implies(bdds, cofactor(&a, f, variable, false), cofactor(&b, g, variable, false)) &&
                  bdd_implies(bdds, cofactor(&a, f, variable, true), cofactor(&b, g, variable, true));
    return result_keep(bdds, OP_IMPLIES, f, g, result) != 0;
}

bool bdd_meets(Bdds *bdds, Bdd f, Bdd g) {
    if (f == BDD_FALSE || g == BDD_FALSE) return false;
    if (f == BDD_TRUE || g == BDD_TRUE || f == g) return true;
    Bdd value;
    if (result_find(bdds, OP_MEETS, f, g, &value)) return value != 0;
    Node a = bdds->nodes.data[f], b = bdds->nodes.data[g];
    uint32_t variable = a.variable < b.variable ? a.variable : b.variable;
    bool result = bdd_meets(bdds, cofactor(&a, f, variable, false), cofactor(&b, g, variable, false)) ||
                  bdd_meets(bdds, cofactor(&a, f, variable, true), cofactor(&b, g, variable, true));
    return result_keep(bdds, OP_MEETS, f, g, result) != 0;
}

Bdd bdd_project(Bdds *bdds, Bdd f, uint32_t first) {
    if (f <= BDD_TRUE) return f;
    Node node = bdds->nodes.data[f];
    if (node.variable >= first) return BDD_TRUE;
    Bdd value;
    if (result_find(bdds, OP_PROJECT, f, first, &value)) return value;
    Bdd low = bdd_project(bdds, node.low, first), high = bdd_project(bdds, node.high, first);
    return result_keep(bdds, OP_PROJECT, f, first, bdd_node(bdds, node.variable, low, high));
}

/* ---- looking inside */

bool bdd_value(const Bdds *bdds, Bdd f, uint64_t assignment) {
    while (f > BDD_TRUE) {
        const Node *node = &bdds->nodes.data[f];
        f = (assignment >> node->variable) & 1 ? node->high : node->low;
    }
    return f == BDD_TRUE;
}

uint64_t bdd_assignment(const Bdds *bdds, Bdd f) {
    assert(f != BDD_FALSE);
    uint64_t assignment = 0;
    while (f > BDD_TRUE) {
        const Node *node = &bdds->nodes.data[f];
        if (node->low == BDD_FALSE) assignment |= UINT64_C(1) << node->variable;
        f = node->low == BDD_FALSE ? node->high : node->low;
    }
    return assignment;
}

typedef VEC(Bdd) BddList;

uint64_t bdd_support(const Bdds *bdds, Bdd f) {
    BddList open = {0};
    uint8_t *seen = zeroed(bdds->nodes.n, 1);
    uint64_t support = 0;
    vec_push(&open, f);
    while (open.n > 0) {
        Bdd g = vec_pop(&open);
        if (g <= BDD_TRUE || seen[g]) continue;
        seen[g] = 1;
        const Node *node = &bdds->nodes.data[g];
        if (node->variable < 64) support |= UINT64_C(1) << node->variable;
        vec_push(&open, node->low);
        vec_push(&open, node->high);
    }
    free(seen);
    vec_fini(&open);
    return support;
}

/* ---- sums of products */

typedef struct Cover {
    Bdds *bdds;
    VEC(BddLiteral) path;
    BddVisit *visit;
    void *context;
    bool stopped;
} Cover;

static Bdd cover(Cover *c, Bdd lower, Bdd upper);

/* The cubes that hold one literal, on top of the path. */
static Bdd cover_side(Cover *c, Bdd lower, Bdd upper, uint32_t variable, bool positive) {
    if (lower == BDD_FALSE) return BDD_FALSE;
    vec_push(&c->path, (BddLiteral){variable, positive});
    Bdd result = cover(c, lower, upper);
    c->path.n--;
    return result;
}

/* Visits cubes of a function between lower and upper, and returns that function. */
static Bdd cover(Cover *c, Bdd lower, Bdd upper) {
    Bdds *bdds = c->bdds;
    if (lower == BDD_FALSE || c->stopped || bdds_gave_up(bdds)) return BDD_FALSE;
    if (upper == BDD_TRUE) {
        c->stopped = !c->visit(c->context, c->path.data, c->path.n);
        return BDD_TRUE;
    }
    Node a = bdds->nodes.data[lower], b = bdds->nodes.data[upper];
    uint32_t v = a.variable < b.variable ? a.variable : b.variable;
    Bdd lower0 = cofactor(&a, lower, v, false), lower1 = cofactor(&a, lower, v, true);
    Bdd upper0 = cofactor(&b, upper, v, false), upper1 = cofactor(&b, upper, v, true);
    Bdd only0 = bdd_and(bdds, lower0, bdd_not(bdds, upper1)), only1 = bdd_and(bdds, lower1, bdd_not(bdds, upper0));
    Bdd side0 = cover_side(c, only0, upper0, v, false);
    Bdd side1 = cover_side(c, only1, upper1, v, true);
    Bdd left = bdd_or(bdds, bdd_and(bdds, lower0, bdd_not(bdds, side0)), bdd_and(bdds, lower1, bdd_not(bdds, side1)));
    Bdd both = cover(c, left, bdd_and(bdds, upper0, upper1));
    return bdd_or(bdds, bdd_node(bdds, v, side0, side1), both);
}

void bdd_each_cube(Bdds *bdds, Bdd f, BddVisit *visit, void *context) {
    Cover c = {.bdds = bdds, .visit = visit, .context = context};
    cover(&c, f, f);
    vec_fini(&c.path);
}
