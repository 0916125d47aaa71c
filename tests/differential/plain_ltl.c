/* Formulas on the explored graph, the textbook's way: places are a node, the events of the step into it, and a guess of which
   temporal subformulas are true there; edges keep the guesses consistent; a component counts if what is promised in it is
   kept. A formula is violated if a fair component can be reached from an initial place where it is false. */
#include "tests/differential/plain_search.h"

#include "model/support/hash.h"

#include <stdlib.h>

enum { SUBFORMULAS_MAX = 6, PLACES_MAX = 60000 };

typedef struct Guess {
    uint64_t letter;
    uint32_t truths;
} Guess; /* per place; truths: of the subformulas, in order */
typedef struct Ltl {
    PSearch *x;
    const Expr *subs[SUBFORMULAS_MAX];
    uint32_t nsubs;
    Cycles cycles;
    VEC(Guess) guesses;
    uint32_t *table, slots;
} Ltl;

static bool is_temporal(const Expr *e) {
    return (e->kind == EXPR_UNARY || e->kind == EXPR_BINARY) && e->op >= OP_X && e->op <= OP_M;
}
static bool is_connective(const Expr *e) {
    if (e->kind == EXPR_UNARY) return e->op == OP_NOT;
    return e->kind == EXPR_BINARY && (e->op == OP_LAND || e->op == OP_LOR || e->op == OP_IMPLIES || e->op == OP_IFF);
}
static bool find_subs(Ltl *l, const Expr *e) {
    if (!is_temporal(e) && !is_connective(e)) return true;
    if (!find_subs(l, e->a) || (e->b != NULL && !find_subs(l, e->b))) return false;
    if (!is_temporal(e)) return true;
    if (l->nsubs == SUBFORMULAS_MAX) return false;
    l->subs[l->nsubs++] = e;
    return true;
}

/* ---- truth at a place */
static bool truth(const Ltl *l, Guess g, const Expr *e) {
    for (uint32_t i = 0; i < l->nsubs; i++)
        if (l->subs[i] == e) return g.truths >> i & 1;
    if (is_connective(e)) {
        bool a = truth(l, g, e->a), b = e->b != NULL && truth(l, g, e->b);
        switch (e->op) {
        case OP_NOT: return !a;
        case OP_LAND: return a && b;
        case OP_LOR: return a || b;
        case OP_IMPLIES: return !a || b;
        default: return a == b;
        }
    }
    for (uint32_t i = 0; i < l->x->p->atoms.n; i++)
        if (l->x->p->atoms.data[i].expr == e) return g.letter >> i & 1;
    return e->value != 0; /* a constant */
}
static bool follows(const Ltl *l, Guess p, Guess q) {
    for (uint32_t i = 0; i < l->nsubs; i++) {
        const Expr *e = l->subs[i];
        bool now = p.truths >> i & 1, next = q.truths >> i & 1, a = truth(l, p, e->a),
             b = e->b != NULL && truth(l, p, e->b), should = false;
        switch (e->op) {
        case OP_X: should = truth(l, q, e->a); break;
        case OP_F: should = a || next; break;
        case OP_G: should = a && next; break;
        case OP_U:
        case OP_W: should = b || (a && next); break;
        default: should = b && (a || next); break; /* R, M */
        }
        if (now != should) return false;
    }
    return true;
}
/* Is the guess right for good if it is met again and again? */
static bool is_kept(const Ltl *l, Guess g, uint32_t i) {
    const Expr *e = l->subs[i];
    bool now = g.truths >> i & 1, a = truth(l, g, e->a), b = e->b != NULL && truth(l, g, e->b);
    switch (e->op) {
    case OP_F: return !now || a;
    case OP_U: return !now || b;
    case OP_M: return !now || (a && b);
    case OP_G: return now || !a;
    case OP_W: return now || (!a && !b);
    case OP_R: return now || !b;
    default: return true; /* X */
    }
}

/* ---- places */
static uint32_t *slot_of(Ltl *l, uint32_t node, Guess g) {
    uint64_t key[3] = {node, g.letter, g.truths};
    for (uint32_t i = (uint32_t)hash_bytes(key, sizeof key) & (l->slots - 1);; i = (i + 1) & (l->slots - 1)) {
        uint32_t place = l->table[i];
        if (place == 0) return &l->table[i];
        const Guess *other = &l->guesses.data[place - 1];
        if (l->cycles.places.data[place - 1].node == node && other->letter == g.letter && other->truths == g.truths)
            return &l->table[i];
    }
}
static uint32_t place_of(Ltl *l, uint32_t node, Guess g) {
    uint32_t *slot = slot_of(l, node, g);
    if (*slot != 0) return *slot - 1;
    vec_push(&l->cycles.places, (Place){node, 0});
    vec_push(&l->guesses, g);
    *slot = l->guesses.n;
    return l->guesses.n - 1;
}
static void add_edges(Ltl *l, uint32_t from, PEdge edge) {
    Guess p = l->guesses.data[from];
    Guess q = {.letter = l->x->nodes.data[edge.to].holds | edge.events};
    uint32_t node = edge.to;
    for (q.truths = 0; q.truths < 1u << l->nsubs; q.truths++) {
        if (!follows(l, p, q)) continue;
        edge.from = from;
        edge.to = place_of(l, node, q);
        vec_push(&l->cycles.edges, edge);
    }
}
bool plain_stays(PSearch *x, uint32_t node, PEdge *edge) {
    const PNode *n = &x->nodes.data[node];
    for (int32_t k = 1; k < n->s->n; k++)
        if (n->able[k]) return false;
    if (n->can_tick) return false;
    *edge = (PEdge){.from = node, .to = node, .kind = MOVE_EXTERN};
    edge->map = arena_alloc(&x->keep, (size_t)(n->s->n + 1) * sizeof(int32_t));
    for (int32_t k = 0; k < n->s->n; k++) edge->map[k] = k;
    return true;
}
static void expand(Ltl *l, uint32_t place) {
    PSearch *x = l->x;
    uint32_t node = l->cycles.places.data[place].node;
    const PNode *n = &x->nodes.data[node];
    for (uint32_t i = 0; i < n->nedges; i++) add_edges(l, place, x->edges.data[n->first + i]);
    PEdge stays;
    if (plain_stays(x, node, &stays)) add_edges(l, place, stays);
}

/* ---- components */
static bool keeps_all(const Ltl *l, const uint32_t *of, uint32_t component) {
    for (uint32_t i = 0; i < l->nsubs; i++) {
        bool kept = false;
        for (uint32_t k = 0; k < l->guesses.n && !kept; k++)
            kept = of[k] == component && is_kept(l, l->guesses.data[k], i);
        if (!kept) return false;
    }
    return true;
}
static bool has_run(Ltl *l) {
    uint32_t *of = calloc(l->guesses.n + 1, sizeof *of), n = plain_split(&l->cycles, of);
    bool *moves = calloc(n + 1, 1), found = false;
    for (uint32_t i = 0; i < l->cycles.edges.n; i++)
        if (of[l->cycles.edges.data[i].from] == of[l->cycles.edges.data[i].to])
            moves[of[l->cycles.edges.data[i].from]] = true;
    bool *unfair = plain_unfair(&l->cycles, of, n);
    for (uint32_t i = 0; i < n && !found; i++) found = moves[i] && !unfair[i] && keeps_all(l, of, i);
    free(unfair);
    free(of);
    free(moves);
    return found;
}

/* ---- one formula */
static PlainFairness fairness_of(PSearch *x, const Decl *d) {
    if (d->fair == 0) return x->options->fairness;
    const char *word = names_text(x->p->tree->names, d->fair);
    return strcmp(word, "strong") == 0 ? PLAIN_STRONG : strcmp(word, "none") == 0 ? PLAIN_NONE : PLAIN_WEAK;
}
static void check(PSearch *x, const PFormula *formula) {
    Ltl l = {.x = x, .cycles = {.x = x, .fairness = fairness_of(x, formula->decl)}, .slots = 4 * PLACES_MAX};
    while (l.slots & (l.slots - 1)) l.slots &= l.slots - 1;
    l.table = calloc(l.slots, sizeof *l.table);
    if (!find_subs(&l, formula->decl->formula)) x->why = "a formula of many temporal operators";
    for (uint32_t i = 0; i < x->ninitial && x->why == NULL; i++) {
        Guess g = {.letter = x->nodes.data[i].holds};
        for (g.truths = 0; g.truths < 1u << l.nsubs; g.truths++)
            if (!truth(&l, g, formula->decl->formula)) place_of(&l, i, g);
    }
    for (uint32_t i = 0; i < l.guesses.n && x->why == NULL; i++) {
        expand(&l, i);
        if (l.guesses.n > PLACES_MAX) x->why = "too many places of a formula";
    }
    if (x->why == NULL && has_run(&l)) plain_add_finding(x->result, "violated", formula->name, 0, "");
    vec_fini(&l.cycles.places);
    vec_fini(&l.cycles.edges);
    vec_fini(&l.guesses);
    free(l.table);
}
void plain_check_formulas(PSearch *x) {
    for (uint32_t i = 0; i < x->p->formulas.n && x->why == NULL; i++) {
        const PFormula *formula = &x->p->formulas.data[i];
        if (formula->decl->property == PROPERTY_LTL) check(x, formula);
        else plain_check_ctl(x, formula->name, formula->decl->formula, fairness_of(x, formula->decl));
    }
}
