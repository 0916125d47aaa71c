/* Formulas of branching time on the explored graph, the textbook's way: for each subformula the places where it is true. A place is a node
   with the events of the step into it; paths are those that fair runs take. */
#include "tests/differential/plain_search.h"

#include "model/support/hash.h"

#include <stdlib.h>

enum { PLACES_MAX = 60000 };

typedef struct Ctl {
    PSearch *x;
    Cycles graph;
    VEC(uint64_t) letters; /* per place */
    uint32_t *table, slots;
    bool *fair; /* per place: a fair run begins here */
} Ctl;

/* ---- places */
static uint32_t place_of(Ctl *c, uint32_t node, uint64_t letter) {
    uint64_t key[2] = {node, letter};
    uint32_t i = (uint32_t)hash_bytes(key, sizeof key) & (c->slots - 1);
    for (; c->table[i] != 0; i = (i + 1) & (c->slots - 1)) {
        uint32_t place = c->table[i] - 1;
        if (c->graph.places.data[place].node == node && c->letters.data[place] == letter) return place;
    }
    vec_push(&c->graph.places, (Place){node, 0});
    vec_push(&c->letters, letter);
    c->table[i] = c->letters.n;
    return c->letters.n - 1;
}
static void add_edge(Ctl *c, uint32_t from, PEdge edge) {
    edge.to = place_of(c, edge.to, c->x->nodes.data[edge.to].holds | edge.events);
    edge.from = from;
    vec_push(&c->graph.edges, edge);
}
static void expand(Ctl *c, uint32_t place) {
    uint32_t node = c->graph.places.data[place].node;
    const PNode *n = &c->x->nodes.data[node];
    PEdge stays;
    for (uint32_t i = 0; i < n->nedges; i++) add_edge(c, place, c->x->edges.data[n->first + i]);
    if (plain_stays(c->x, node, &stays)) add_edge(c, place, stays);
}

/* ---- sets of places */
static bool *new_set(const Ctl *c) { return calloc(c->letters.n + 1, 1); }
/* `set` grows by what leads to it over places of `through`. */
static void lead_back(const Ctl *c, const bool *through, bool *set) {
    for (bool grows = true; grows;) {
        grows = false;
        for (uint32_t i = c->graph.edges.n; i-- > 0;) {
            const PEdge *e = &c->graph.edges.data[i];
            if (set[e->from] || !set[e->to] || !through[e->from]) continue;
            set[e->from] = grows = true;
        }
    }
}
/* Where a fair run begins that stays among the places of `through` for ever. */
static bool *always(const Ctl *c, const bool *through) {
    Cycles part = {.x = c->x, .fairness = c->graph.fairness};
    bool *set = new_set(c);
    for (uint32_t i = 0; i < c->letters.n; i++) vec_push(&part.places, c->graph.places.data[i]);
    for (uint32_t i = 0; i < c->graph.edges.n; i++)
        if (through[c->graph.edges.data[i].from] && through[c->graph.edges.data[i].to])
            vec_push(&part.edges, c->graph.edges.data[i]);
    uint32_t *of = calloc(c->letters.n + 1, sizeof *of), n = plain_split(&part, of);
    bool *unfair = plain_unfair(&part, of, n);
    for (uint32_t i = 0; i < part.edges.n; i++) {
        const PEdge *e = &part.edges.data[i];
        if (of[e->from] == of[e->to] && !unfair[of[e->from]]) set[e->from] = set[e->to] = true;
    }
    lead_back(c, through, set);
    vec_fini(&part.places);
    vec_fini(&part.edges);
    free(of);
    free(unfair);
    return set;
}
static void invert(const Ctl *c, bool *set) {
    for (uint32_t i = 0; i < c->letters.n; i++) set[i] = !set[i];
}
static bool *copy_of(const Ctl *c, const bool *set) {
    bool *copy = new_set(c);
    memcpy(copy, set, c->letters.n);
    return copy;
}
static bool *next(const Ctl *c, const bool *a) {
    bool *set = new_set(c);
    for (uint32_t i = 0; i < c->graph.edges.n; i++) {
        const PEdge *e = &c->graph.edges.data[i];
        if (a[e->to] && c->fair[e->to]) set[e->from] = true;
    }
    return set;
}
static bool *until(const Ctl *c, const bool *a, const bool *b) {
    bool *set = copy_of(c, b);
    for (uint32_t i = 0; i < c->letters.n; i++) set[i] = set[i] && c->fair[i];
    lead_back(c, a, set);
    return set;
}

/* ---- truth of a subformula, everywhere */
static bool *truths(const Ctl *c, const Expr *e);

static bool *atom(const Ctl *c, const Expr *e) {
    bool *set = new_set(c);
    const PProgram *p = c->x->p;
    for (uint32_t i = 0; i < c->letters.n; i++) {
        set[i] = e->value != 0; /* a constant */
        for (uint32_t k = 0; k < p->atoms.n; k++)
            if (p->atoms.data[k].expr == e) set[i] = c->letters.data[i] >> k & 1;
    }
    return set;
}
static bool *connected(const Ctl *c, const Expr *e, bool *a, const bool *b) {
    for (uint32_t i = 0; i < c->letters.n; i++) switch (e->op) {
        case OP_NOT: a[i] = !a[i]; break;
        case OP_LAND: a[i] = a[i] && b[i]; break;
        case OP_LOR: a[i] = a[i] || b[i]; break;
        case OP_IMPLIES: a[i] = !a[i] || b[i]; break;
        default: a[i] = a[i] == b[i];
        }
    return copy_of(c, a);
}
/* Not: at some time neither, or never b, b not having come before. */
static bool *until_on_all(const Ctl *c, bool *a, bool *b) {
    bool *neither = new_set(c);
    invert(c, b);
    for (uint32_t i = 0; i < c->letters.n; i++) neither[i] = !a[i] && b[i];
    bool *broken = until(c, b, neither), *never = always(c, b);
    for (uint32_t i = 0; i < c->letters.n; i++) broken[i] = !broken[i] && !never[i];
    free(neither);
    free(never);
    return broken;
}
static bool *pathwise(const Ctl *c, const Expr *e, bool *a, bool *b) {
    bool *all = new_set(c), *set = NULL;
    memset(all, 1, c->letters.n);
    bool negates = e->op == OP_AX || e->op == OP_AF || e->op == OP_AG;
    if (negates) invert(c, a);
    switch (e->op) {
    case OP_EX:
    case OP_AX: set = next(c, a); break;
    case OP_EF:
    case OP_AG: set = until(c, all, a); break;
    case OP_EG:
    case OP_AF: set = always(c, a); break;
    case OP_EU: set = until(c, a, b); break;
    default: set = until_on_all(c, a, b); break;
    }
    if (negates) invert(c, set);
    free(all);
    return set;
}
static bool *truths(const Ctl *c, const Expr *e) {
    bool is_unary = e->kind == EXPR_UNARY && (e->op == OP_NOT || e->op >= OP_X);
    bool is_binary = e->kind == EXPR_BINARY && (e->op == OP_LAND || e->op == OP_LOR || e->op >= OP_IMPLIES);
    if (!is_unary && !is_binary) return atom(c, e);
    bool *a = truths(c, e->a), *b = is_binary ? truths(c, e->b) : NULL;
    bool *set = e->op >= OP_X ? pathwise(c, e, a, b) : connected(c, e, a, b);
    free(a);
    free(b);
    return set;
}

/* ---- one formula */
void plain_check_ctl(PSearch *x, const char *name, const Expr *formula, PlainFairness fairness) {
    Ctl c = {.x = x, .graph = {.x = x, .fairness = fairness}, .slots = 1u << 18};
    c.table = calloc(c.slots, sizeof *c.table);
    for (uint32_t i = 0; i < x->ninitial; i++) place_of(&c, i, x->nodes.data[i].holds);
    uint32_t ninitial = c.letters.n;
    for (uint32_t i = 0; i < c.letters.n && x->why == NULL; i++) {
        expand(&c, i);
        if (c.letters.n > PLACES_MAX) x->why = "too many places of a formula";
    }
    if (x->why == NULL) {
        bool *all = new_set(&c), holds = true;
        memset(all, 1, c.letters.n);
        c.fair = always(&c, all);
        bool *set = truths(&c, formula);
        for (uint32_t i = 0; i < ninitial; i++) holds = holds && set[i];
        if (!holds) plain_add_finding(x->result, "violated", name, 0, "");
        free(all);
        free(set);
        free(c.fair);
    }
    vec_fini(&c.graph.places);
    vec_fini(&c.graph.edges);
    vec_fini(&c.letters);
    free(c.table);
}
