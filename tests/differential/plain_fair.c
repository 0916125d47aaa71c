/* What is judged on cycles: never-yields on several threads. The search tells all tasks apart by their numbers. */
#include "tests/differential/plain_search.h"

#include <stdlib.h>

/* ---- never yields */
typedef struct Who { int32_t func, number; } Who;
typedef VEC(Who) Whos;

static int32_t slot_of(const PState *s, Who who) {
    for (int32_t i = 1; i < s->n; i++)
        if (s->at[i].kind == ENTITY_TASK && s->at[i].func == who.func && s->at[i].number == who.number) return i;
    return 0;
}
static bool is_going(const PState *s, Who who) {
    int32_t i = slot_of(s, who);
    return i != 0 && s->at[i].running != 0 && s->at[s->at[i].running].status == FIBER_GOING;
}
static bool same(const PState *s, int32_t task, Who who) {
    return s->at[task].func == who.func && s->at[task].number == who.number;
}

/* In the component, may the task stand still for ever in a fair run? */
static bool may_rest(const PSearch *x, const uint32_t *of, uint32_t component, Who who) {
    bool unable = false, able = false, moves = false;
    for (uint32_t i = 0; i < x->nodes.n; i++) {
        if (of[i] != component) continue;
        const PNode *n = &x->nodes.data[i];
        int32_t t = slot_of(n->s, who);
        if (t == 0 || (!n->able[t] && !n->lacks[t])) unable = true;
        else if (n->able[t]) able = true;
        for (uint32_t k = 0; k < n->nedges && t != 0; k++) {
            const PEdge *e = &x->edges.data[n->first + k];
            moves |= of[e->to] == component && e->actor == t;
        }
    }
    return moves || unable || !able;
}
static void spinning(PSearch *x, Who who, const Whos *all) {
    bool *keep = calloc(x->nodes.n + 1, 1);
    uint32_t *of = calloc(x->nodes.n + 1, sizeof *of);
    for (uint32_t i = 0; i < x->nodes.n; i++) keep[i] = is_going(x->nodes.data[i].s, who);
    uint32_t n = plain_components(x, keep, NULL, of);
    bool *moves = calloc(n + 1, 1), found = false;
    for (uint32_t i = 0; i < x->edges.n; i++) {
        const PEdge *e = &x->edges.data[i];
        if (keep[e->from] && keep[e->to] && of[e->from] == of[e->to] && same(x->nodes.data[e->from].s, e->actor, who))
            moves[of[e->from]] = true;
    }
    for (uint32_t i = 0; i < x->nodes.n; i++)
        if (!keep[i]) of[i] = UINT32_MAX;
    for (uint32_t c = 0; c < n && !found; c++) {
        found = moves[c];
        for (uint32_t k = 0; k < all->n && found; k++)
            if (all->data[k].func != who.func || all->data[k].number != who.number)
                found = may_rest(x, of, c, all->data[k]);
    }
    if (found) plain_add_finding(x->result, "never-yields", "", 0, x->p->funcs.data[who.func].name);
    free(keep);
    free(of);
    free(moves);
}
void plain_find_spinning(PSearch *x) {
    Whos all = {0};
    for (uint32_t i = 0; i < x->nodes.n; i++) {
        const PState *s = x->nodes.data[i].s;
        for (int32_t t = 1; t < s->n; t++) {
            bool known = s->at[t].kind != ENTITY_TASK;
            for (uint32_t k = 0; k < all.n && !known; k++) known = same(s, t, all.data[k]);
            if (!known) vec_push(&all, (Who){s->at[t].func, s->at[t].number});
        }
    }
    for (uint32_t i = 0; i < all.n; i++) spinning(x, all.data[i], &all);
    vec_fini(&all);
}

