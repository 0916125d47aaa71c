/* Runs that go on for ever: livelock, and tasks that never end. A component of the graph holds a fair run if everything
   that stays able to go on in it makes a step there. */
#include "tests/differential/plain_search.h"

#include <stdlib.h>

static const PNode *node_of(const Cycles *c, uint32_t place) { return &c->x->nodes.data[c->places.data[place].node]; }

/* ---- what could move: pairs of place and fiber, those that are one along the edges have one root */
typedef struct Units { int32_t *up; int32_t width; } Units;

static int32_t root_of(const Units *u, int32_t i) {
    while (u->up[i] != i) i = u->up[i];
    return i;
}
static int32_t pair(const Units *u, uint32_t place, int32_t fiber) { return (int32_t)place * u->width + fiber; }

typedef struct Unit { bool ends, rests, able, moves; } Unit;

static bool is_inner(const PEdge *e, const uint32_t *of) { return of[e->from] == of[e->to]; }
static void join_units(const Cycles *c, Units *u, const uint32_t *of) {
    for (int32_t i = 0; i < (int32_t)c->places.n * u->width; i++) u->up[i] = i;
    for (uint32_t i = 0; i < c->edges.n; i++) {
        const PEdge *e = &c->edges.data[i];
        const PState *s = node_of(c, e->from)->s;
        for (int32_t k = 1; is_inner(e, of) && k < s->n; k++)
            if (e->map[k] != 0) u->up[root_of(u, pair(u, e->to, e->map[k]))] = root_of(u, pair(u, e->from, k));
    }
}
static void see_units(const Cycles *c, const Units *u, const uint32_t *of, Unit *units) {
    for (uint32_t i = 0; i < c->places.n; i++) {
        const PNode *n = node_of(c, i);
        for (int32_t k = 1; k < n->s->n; k++) {
            Unit *unit = &units[root_of(u, pair(u, i, k))];
            if (n->own[k] == OWN_NONE) unit->rests = true;
            if (n->own[k] == OWN_ABLE) unit->able = true;
        }
    }
    for (uint32_t i = 0; i < c->edges.n; i++) {
        const PEdge *e = &c->edges.data[i];
        if (!is_inner(e, of)) continue;
        const PState *s = node_of(c, e->from)->s;
        for (int32_t k = 1; k < s->n; k++)
            if (e->map[k] == 0) units[root_of(u, pair(u, e->from, k))].ends = true;
        if (e->mover != 0) units[root_of(u, pair(u, e->from, e->mover))].moves = true;
    }
}
/* Of each component the units that it has, and its clock: one more that may stay able, for a tick that can always be made is made. */
typedef struct Crew { Units u; Unit *units, *clocks; } Crew;

static Crew crew_of(const Cycles *c, const uint32_t *of, uint32_t n) {
    Crew crew = {.u = {.width = 1}};
    for (uint32_t i = 0; i < c->places.n; i++)
        if (node_of(c, i)->s->n > crew.u.width) crew.u.width = node_of(c, i)->s->n;
    size_t size = (size_t)c->places.n * (size_t)crew.u.width + 1;
    crew.u.up = calloc(size, sizeof *crew.u.up);
    crew.units = calloc(size, sizeof *crew.units);
    crew.clocks = calloc(n + 1, sizeof *crew.clocks);
    join_units(c, &crew.u, of);
    see_units(c, &crew.u, of, crew.units);
    for (uint32_t i = 0; i < c->places.n; i++) {
        bool can_tick = node_of(c, i)->can_tick;
        crew.clocks[of[i]].able |= can_tick;
        crew.clocks[of[i]].rests |= !can_tick;
    }
    for (uint32_t i = 0; i < c->edges.n; i++)
        if (is_inner(&c->edges.data[i], of) && c->edges.data[i].kind == MOVE_TICK) crew.clocks[of[c->edges.data[i].from]].moves = true;
    return crew;
}
static void crew_free(Crew *crew) {
    free(crew->u.up);
    free(crew->units);
    free(crew->clocks);
}
static bool is_idle(const Unit *unit) { return unit->able && !unit->ends && !unit->moves; }

bool *plain_unfair(const Cycles *c, const uint32_t *of, uint32_t n) {
    bool *unfair = calloc(n + 1, 1);
    if (c->fairness != PLAIN_WEAK) return unfair; /* strong: plain_split has left nothing unfair */
    Crew crew = crew_of(c, of, n);
    for (uint32_t i = 0; i < c->places.n; i++) {
        unfair[of[i]] |= is_idle(&crew.clocks[of[i]]) && !crew.clocks[of[i]].rests;
        for (int32_t k = 1; k < node_of(c, i)->s->n; k++) {
            const Unit *unit = &crew.units[root_of(&crew.u, pair(&crew.u, i, k))];
            unfair[of[i]] |= is_idle(unit) && !unit->rests;
        }
    }
    crew_free(&crew);
    return unfair;
}
/* Somebody could go on here who never does in the component. */
static bool is_refused(const Cycles *c, const Crew *crew, const uint32_t *of, uint32_t place) {
    const PNode *n = node_of(c, place);
    if (n->can_tick && is_idle(&crew->clocks[of[place]])) return true;
    for (int32_t k = 1; k < n->s->n; k++)
        if (n->own[k] == OWN_ABLE && is_idle(&crew->units[root_of(&crew->u, pair(&crew->u, place, k))])) return true;
    return false;
}
/* Strong fairness: such places are met finitely often. True: some edges are gone. */
static bool drop_refused(Cycles *c, const uint32_t *of, uint32_t n) {
    if (c->fairness != PLAIN_STRONG) return false;
    Crew crew = crew_of(c, of, n);
    bool *refused = calloc(c->places.n + 1, 1);
    uint32_t kept = 0, before = c->edges.n;
    for (uint32_t i = 0; i < c->places.n; i++) refused[i] = is_refused(c, &crew, of, i);
    for (uint32_t i = 0; i < c->edges.n; i++) {
        const PEdge *e = &c->edges.data[i];
        if (!is_inner(e, of) || (!refused[e->from] && !refused[e->to])) c->edges.data[kept++] = *e;
    }
    c->edges.n = kept;
    crew_free(&crew);
    free(refused);
    return kept < before;
}

/* ---- components */
static int by_from(const void *a, const void *b) {
    const PEdge *x = a, *y = b;
    return x->from < y->from ? -1 : x->from > y->from;
}
static uint32_t split_once(Cycles *c, uint32_t *of) {
    if (c->edges.n > 0) qsort(c->edges.data, c->edges.n, sizeof *c->edges.data, by_from);
    uint32_t *first = calloc(c->places.n + 1, sizeof *first), *counts = calloc(c->places.n + 1, sizeof *counts);
    for (uint32_t i = c->edges.n; i-- > 0;) {
        first[c->edges.data[i].from] = i;
        counts[c->edges.data[i].from]++;
    }
    uint32_t n = plain_scc(c->places.n, c->edges.data, first, counts, NULL, NULL, of);
    free(first);
    free(counts);
    return n;
}
uint32_t plain_split(Cycles *c, uint32_t *of) {
    for (;;) {
        uint32_t n = split_once(c, of), kept = 0, before = c->edges.n;
        uint64_t *delivered = calloc(n + 1, sizeof *delivered);
        for (uint32_t i = 0; i < c->edges.n; i++)
            if (of[c->edges.data[i].from] == of[c->edges.data[i].to])
                delivered[of[c->edges.data[i].from]] |= c->edges.data[i].delivered;
        for (uint32_t i = 0; i < c->edges.n; i++)
            if ((c->edges.data[i].lost & ~delivered[of[c->edges.data[i].from]]) == 0)
                c->edges.data[kept++] = c->edges.data[i];
        c->edges.n = kept;
        free(delivered);
        if (kept == before && !drop_refused(c, of, n)) return n;
    }
}
/* The names of the tasks that move in the component; "": none does. */
static const char *movers(const Cycles *c, const uint32_t *of, uint32_t component) {
    const char *text = "";
    const PProgram *p = c->x->p;
    VEC(const char *) names = {0};
    for (uint32_t i = 0; i < c->edges.n; i++) {
        const PEdge *e = &c->edges.data[i];
        if (!is_inner(e, of) || of[e->from] != component || e->actor == 0) continue;
        const char *name = p->funcs.data[node_of(c, e->from)->s->at[e->actor].func].name;
        bool known = false;
        for (uint32_t k = 0; k < names.n; k++) known |= strcmp(names.data[k], name) == 0;
        if (!known) vec_push(&names, name);
    }
    for (uint32_t i = 0; i < names.n; i++)
        for (uint32_t k = i + 1; k < names.n; k++)
            if (strcmp(names.data[k], names.data[i]) < 0) {
                const char *swap = names.data[i];
                names.data[i] = names.data[k];
                names.data[k] = swap;
            }
    for (uint32_t i = 0; i < names.n; i++)
        text = arena_printf(&c->x->result->arena, "%s%s%s", text, i > 0 ? "," : "", names.data[i]);
    vec_fini(&names);
    return text;
}
static void fini(Cycles *c) {
    vec_fini(&c->places);
    vec_fini(&c->edges);
}

/* ---- livelock: the graph without the steps that pass a label `progress:` */
void plain_find_livelock(PSearch *x) {
    if (!x->p->has_progress) return;
    Cycles c = {.x = x, .fairness = x->options->fairness};
    for (uint32_t i = 0; i < x->nodes.n; i++) vec_push(&c.places, (Place){i, 0});
    for (uint32_t i = 0; i < x->edges.n; i++)
        if (!x->edges.data[i].progress) vec_push(&c.edges, x->edges.data[i]);
    uint32_t *of = calloc(c.places.n + 1, sizeof *of), n = plain_split(&c, of);
    bool *unfair = plain_unfair(&c, of, n);
    for (uint32_t i = 0; i < n; i++) {
        const char *names = movers(&c, of, i);
        if (names[0] != 0 && !unfair[i]) plain_add_finding(x->result, "livelock", "", 0, names);
    }
    free(unfair);
    free(of);
    fini(&c);
}

/* ---- termination: each state with each task that has not ended there, followed along the edges */
static bool is_followed(const PEntity *e) {
    return e->kind == ENTITY_TASK && e->status != FIBER_ENDED && !e->is_daemon;
}
/* Nobody can move but the outside, which need not. */
static bool waits_for_outside(const PNode *n) {
    if (!n->env_able || n->can_tick) return false;
    for (int32_t k = 1; k < n->s->n; k++)
        if (n->able[k]) return false;
    return true;
}
void plain_find_nontermination(PSearch *x) {
    if (!x->options->termination) return;
    Cycles c = {.x = x, .fairness = x->options->fairness};
    uint32_t **at = calloc(x->nodes.n + 1, sizeof *at);
    for (uint32_t i = 0; i < x->nodes.n; i++) {
        const PState *s = x->nodes.data[i].s;
        at[i] = calloc((size_t)s->n + 1, sizeof **at);
        for (int32_t k = 1; k < s->n; k++) {
            if (!is_followed(&s->at[k])) continue;
            vec_push(&c.places, (Place){i, k});
            at[i][k] = c.places.n;
        }
    }
    for (uint32_t i = 0; i < x->edges.n; i++) {
        PEdge e = x->edges.data[i];
        const PState *s = x->nodes.data[e.from].s;
        for (int32_t k = 1; k < s->n; k++) {
            if (at[e.from][k] == 0 || e.map[k] == 0 || at[e.to][e.map[k]] == 0) continue;
            PEdge copy = e;
            copy.from = at[e.from][k] - 1;
            copy.to = at[e.to][e.map[k]] - 1;
            vec_push(&c.edges, copy);
        }
    }
    uint32_t *of = calloc(c.places.n + 1, sizeof *of), n = plain_split(&c, of);
    bool *moves = calloc(n + 1, 1);
    for (uint32_t i = 0; i < c.edges.n; i++)
        if (of[c.edges.data[i].from] == of[c.edges.data[i].to]) moves[of[c.edges.data[i].from]] = true;
    bool found = false;
    for (uint32_t i = 0; i < c.places.n; i++) found |= waits_for_outside(node_of(&c, i));
    bool *unfair = plain_unfair(&c, of, n);
    for (uint32_t i = 0; i < n && !found; i++) found = moves[i] && !unfair[i];
    free(unfair);
    if (found) plain_add_finding(x->result, "nontermination", "", 0, "");
    for (uint32_t i = 0; i < x->nodes.n; i++) free(at[i]);
    free(at);
    free(of);
    free(moves);
    fini(&c);
}
