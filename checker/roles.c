#include "checker/roles.h"

#include "checker/bitset.h"
#include "checker/role_graph.h"

#include <stdlib.h>
#include <string.h>

/* ---- the run that shows a claim: breadth-first over states and how much of the claimed communications was made */

/* `made`: 0 while the task has not begun, then 1 + the communications so far; of a watch, 1 + its state. */
typedef struct Place { uint32_t state, made, parent, actor; } Place;

typedef struct Showing {
    RoleWalk *walk;
    RoleClaim *claim;
    VEC(Place) places;
    uint32_t width; /* how many values `made` has */
    Bitset seen;    /* state * width + made */
    bool found;
} Showing;

static bool visit(Showing *showing, Place place) {
    uint32_t at = place.state * showing->width + place.made;
    if (bitset_has(&showing->seen, at)) return false;
    bitset_add(&showing->seen, at);
    vec_push(&showing->places, place);
    return true;
}

static bool is_end(const Showing *showing, uint32_t made, uint32_t node) {
    const RoleClaim *claim = showing->claim;
    if (claim->is_question) return node == ROLE_NODE_END && !claim->role->is_done[made - 1];
    return made == claim->nrun + 1 && (claim->ends == NULL || claim->ends[node]);
}

/* The state of the watch after the step; UINT32_MAX: it follows no further. */
static uint32_t watch(Showing *showing, const TsEdge *edge, uint32_t made) {
    const RoleWatch *role = showing->claim->role;
    for (uint32_t i = 0; i < edge->ncomms; i++) {
        uint32_t comm = role_walk_comm(showing->walk, edge, i);
        uint32_t next = comm == NO_SLOT ? NO_SLOT : role->next[(made - 1) * showing->walk->graph->ncomms + comm];
        if (next == NO_SLOT) return UINT32_MAX;
        made = next + 1;
    }
    return made;
}

/* How far the claimed run is after the step; UINT32_MAX: the step is not of it. */
static uint32_t advance(Showing *showing, const TsEdge *edge, uint32_t made) {
    const RoleClaim *claim = showing->claim;
    if (claim->is_question) return watch(showing, edge, made);
    for (uint32_t i = 0; i < edge->ncomms; i++) {
        uint32_t comm = role_walk_comm(showing->walk, edge, i);
        if (made == claim->nrun + 1 && claim->ends == NULL) return made;
        if (comm == NO_SLOT || (claim->outside != NULL && claim->outside[comm])) continue;
        if (made == claim->nrun + 1) return UINT32_MAX;
        const RoleComm *is = &showing->walk->comms.data[comm], *wanted = &showing->walk->graph->comms[claim->run[made - 1]];
        if (is->channel != wanted->channel || is->label != wanted->label || is->is_send != wanted->is_send) return UINT32_MAX;
        if (claim->is_exact && made == claim->nrun && memcmp(is->values, wanted->values, sizeof is->values) != 0) return UINT32_MAX;
        made++;
    }
    return made;
}

/* The machine's nodes between two communications of one step are in no state: the step that passes such a one shows it. */
static bool ends_between(const Showing *showing, const TsEdge *edge, uint32_t made) {
    uint32_t left = showing->claim->nrun + 1 - made;
    if (showing->claim->ends == NULL || edge->ncomms <= left) return false;
    const RoleMachine *machine = &showing->walk->graph->machines[showing->claim->machine];
    Span next = showing->walk->successors.comms[edge->comms + left].span;
    for (uint32_t i = 0; i < machine->nnodes; i++)
        if (showing->claim->ends[i] && machine->nodes[i].at.begin == next.begin && machine->nodes[i].at.file == next.file) return true;
    return false;
}

static void tell_watch(Showing *showing, uint32_t made, const RoleTask *task) {
    RoleGraph *graph = showing->walk->graph;
    RoleClaim *claim = showing->claim;
    claim->message = claim->role->texts[made - 1];
    claim->span = graph->machines[task->machine].nodes[task->node].at;
    claim->notes = ARENA_ARRAY(&graph->arena, RoleNote, 2);
    claim->notes[claim->nnotes++] = (RoleNote){claim->span, "here"};
    claim->notes[claim->nnotes++] = claim->role->notes[made - 1];
}

static bool take_step(Showing *showing, uint32_t from, uint32_t e, const RoleTask *task) {
    RoleWalk *walk = showing->walk;
    const TsEdge *edge = &walk->successors.edges[e];
    Place place = showing->places.data[from];
    bool is_own = task != NULL && place.made > 0 && edge->actor == task->slot;
    if (edge->kind != TS_EDGE) return false;
    uint32_t state, node = NO_SLOT, made = is_own ? advance(showing, edge, place.made) : place.made;
    bool is_watch = showing->claim->is_question, passes = is_own && !is_watch && ends_between(showing, edge, place.made);
    if (made == UINT32_MAX && !passes) return false;
    if (is_own) node = role_walk_target(walk, e, task, &state);
    else state = store_find_ids(&walk->search->store, walk->successors.ids + edge->offset, edge->n);
    if (state == STORE_NONE) return false;
    bool is_made = node == NO_SLOT && !is_watch && showing->claim->ends == NULL && made == showing->claim->nrun + 1;
    showing->found = is_own && (passes || is_made || (node != NO_SLOT && is_end(showing, made, node)));
    if (showing->found && is_watch) tell_watch(showing, made, task);
    if (showing->found) {
        vec_push(&showing->places, (Place){state, made, from, edge->actor});
        return true;
    }
    if (is_own && (node == NO_SLOT || node == ROLE_NODE_END)) return false; /* its run is over */
    return visit(showing, (Place){state, made, from, edge->actor}), false;
}

static void search_run_of(Showing *showing) {
    RoleWalk *walk = showing->walk;
    for (uint32_t i = 0; i < walk->search->edges.nroots; i++) visit(showing, (Place){i, 0, UINT32_MAX, NO_SLOT});
    for (uint32_t at = 0; at < showing->places.n && !showing->found; at++) {
        Place place = showing->places.data[at];
        const RoleTask *task = role_walk_task(walk, place.state, showing->claim->machine);
        if (place.made == 0 && task != NULL && walk->graph->machines[task->machine].nodes[task->node].begins) {
            Place begun = {place.state, 1, place.parent, place.actor};
            if (is_end(showing, 1, task->node)) {
                vec_push(&showing->places, begun);
                showing->found = true;
                break;
            }
            visit(showing, begun);
        }
        if (place.state >= walk->search->edges.n) continue;
        role_walk_enter(walk, place.state);
        for (uint32_t e = 0; e < walk->successors.nedges && !showing->found; e++) take_step(showing, at, e, task);
        if (at % 256 == 255 && !search_may_go_on(walk->search)) break;
    }
}

/* The steps from an initial state. */
static void add_hit(Showing *showing, Hits *hits) {
    Hit hit = {.kind = FINDING_NONCONFORMING, .claim = showing->claim};
    VEC(HitStep) back = {0};
    uint32_t at = showing->places.n - 1;
    for (; showing->places.data[at].parent != UINT32_MAX; at = showing->places.data[at].parent)
        vec_push(&back, (HitStep){.state = showing->places.data[at].state, .actor = showing->places.data[at].actor});
    hit.state = showing->places.data[at].state;
    while (back.n > 0) vec_push(&hit.loop, vec_pop(&back));
    vec_fini(&back);
    vec_push(hits, hit);
}

static void show(RoleWalk *walk, RoleClaim *claim, Hits *hits) {
    if (claim->state != UINT32_MAX) {
        vec_push(hits, (Hit){.kind = FINDING_NONCONFORMING, .claim = claim, .state = claim->state});
        return;
    }
    uint32_t width = claim->is_question ? claim->role->n + 1 : claim->nrun + 2;
    if ((uint64_t)walk->search->store.n * width > INT32_MAX) { /* too long to look for: not shown */
        claim->is_refuted = true;
        return;
    }
    Showing showing = {.walk = walk, .claim = claim, .width = width, .seen = bitset_new(walk->search->store.n * width)};
    search_run_of(&showing);
    if (showing.found) add_hit(&showing, hits);
    else claim->is_refuted = true;
    bitset_free(&showing.seen);
    vec_fini(&showing.places);
}

/* The claim may rest on ways of different runs put together: the machine is looked at once more, its nodes told apart by what the role has done. */
static void show_again(RoleWalk *walk, const RoleJudge *judge, RoleClaim *claim, Hits *hits) {
    RoleMachine *refined = role_walk_refine(walk, claim->machine, claim->role);
    if (refined == NULL || !judge->judge_again(judge->context, walk->graph, refined, claim)) return;
    claim->is_refuted = false;
    show(walk, claim, hits);
}

static const char *protocol_of(const RoleGraph *graph, const RoleClaim *claim) { return graph->program->roles[graph->machines[claim->machine].use].protocol; }

/* Some role of the same protocol is not played, as was shown before. */
static bool has_failed(const RoleGraph *graph, const RoleClaim *claims, uint32_t question) {
    for (uint32_t i = 0; i < question; i++)
        if (!claims[i].is_question && !claims[i].is_refuted && !claims[i].is_settled && strcmp(protocol_of(graph, &claims[i]), protocol_of(graph, &claims[question])) == 0)
            return true;
    return false;
}

RoleGraph *roles_find(Search *search, Hits *hits) {
    const RoleJudge *judge = search->options->roles;
    if (judge == NULL || search->program->nroles == 0 || !search->complete) return NULL;
    RoleWalk walk;
    RoleClaim *claims = NULL;
    uint32_t nclaims = 0;
    if (role_walk_make(&walk, search)) {
        judge->judge(judge->context, walk.graph, &claims, &nclaims);
        for (uint32_t i = 0; i < nclaims; i++) {
            if (claims[i].is_question && has_failed(walk.graph, claims, i)) claims[i].is_refuted = true; /* that explains it */
            else show(&walk, &claims[i], hits);
            if (claims[i].is_refuted && !claims[i].is_question && claims[i].role != NULL) show_again(&walk, judge, &claims[i], hits);
        }
        judge->settle(judge->context, claims, nclaims);
    }
    role_walk_fini(&walk);
    return walk.graph;
}
