#include "checker/yields.h"

#include "checker/circle.h"
#include "checker/crew.h"
#include "checker/lasso.h"
#include "checker/scc.h"
#include "model/fiber.h"
#include "model/support/fatal.h"
#include "model/support/hash.h"

#include <stdlib.h>
#include <string.h>

bool yields_possible(const Program *program) {
    Circles circles = circles_new(program);
    bool any = circles.any;
    circles_free(&circles);
    return any;
}

/* What a slot's content says, per id: few contents stand for many states. */
typedef struct Spinner {
    bool is_known;
    bool spins; /* a task that holds a thread at a place from which its code can come back there without a point */
    uint32_t pc;
    uint32_t turn; /* what its own data and place are, as a number; 0: a future's count too */
} Spinner;
typedef VEC(Spinner) Spinners;

/* A task that goes on for ever comes back to the same data and place, by steps of its own: only what lies on a cycle of
   these is looked at. */
typedef struct Turns {
    uint64_t *table;   /* hash of data and place; 0 is empty */
    uint32_t *numbers; /* beside it */
    uint32_t n, cap;
    VEC(uint64_t) steps; /* from << 32 | to */
    uint32_t sorted;     /* that many of them are sorted and different */
    Bitset on_cycle;
} Turns;

typedef struct Yields {
    Search *search;
    Hits *hits;
    Crew *crew;
    Circles circles;
    Spinners *spinners; /* per slot */
    uint32_t nslots;
    Turns turns;
    FairGraph graph; /* states once for each task there that may spin, which is followed */
    uint32_t *base;  /* per state, and one past: its first node */
} Yields;

/* ---- who may spin where */

/* A future that runs inside the task's step, or that it blocks on, has places of its own. */
static bool may_spin(const Yields *yields, const Word *words) {
    if (words[FIBER_STATUS] != FIBER_UNDER_WAY && words[FIBER_STATUS] != FIBER_BLOCKED) return false;
    uint32_t machine = (uint32_t)words[FIBER_MACHINE], pc = (uint32_t)words[FIBER_PC];
    if (words[FIBER_INNER] != 0 || circles_has(&yields->circles, machine, pc)) return true;
    if (words[FIBER_STATUS] != FIBER_BLOCKED) return false;
    const Point *point = machine_point_at(yields->search->program->machines[machine], pc);
    for (uint32_t i = 0; i < point->narms; i++)
        if (point->arms[i].op == ARM_FUTURE) return true;
    return false;
}

static void turns_grow(Turns *turns) {
    Turns bigger = {.cap = turns->cap == 0 ? 256 : turns->cap * 4};
    bigger.table = calloc(bigger.cap, sizeof *bigger.table);
    bigger.numbers = calloc(bigger.cap, sizeof *bigger.numbers);
    if (bigger.table == NULL || bigger.numbers == NULL) fatal("out of memory");
    for (uint32_t i = 0; i < turns->cap; i++) {
        if (turns->table[i] == 0) continue;
        uint32_t at = (uint32_t)turns->table[i] & (bigger.cap - 1);
        while (bigger.table[at] != 0) at = (at + 1) & (bigger.cap - 1);
        bigger.table[at] = turns->table[i];
        bigger.numbers[at] = turns->numbers[i];
    }
    free(turns->table);
    free(turns->numbers);
    turns->table = bigger.table;
    turns->numbers = bigger.numbers;
    turns->cap = bigger.cap;
}

/* Numbers begin with 1. */
static uint32_t turn_of(Turns *turns, uint64_t hash) {
    if (turns->n * 2 >= turns->cap) turns_grow(turns);
    hash += hash == 0;
    uint32_t at = (uint32_t)hash & (turns->cap - 1);
    for (; turns->table[at] != 0; at = (at + 1) & (turns->cap - 1))
        if (turns->table[at] == hash) return turns->numbers[at];
    turns->table[at] = hash;
    return turns->numbers[at] = ++turns->n;
}

/* Handles may be renamed, and others may request its abort: these are left out. */
static uint64_t data_of(const Yields *yields, const Word *words) {
    const Machine *machine = yields->search->program->machines[words[FIBER_MACHINE]];
    uint64_t hash = hash_combine((uint64_t)words[FIBER_MACHINE], (uint64_t)words[FIBER_PC]);
    for (uint32_t i = 0; i < machine->nslots; i++)
        if (machine->slot_kinds[i] == WORD_DATA) hash = hash_combine(hash, (uint64_t)words[FIBER_FRAME + i]);
    return hash_mix(hash);
}

/* `id`: of what stands at the slot in the state. */
static const Spinner *spinner_at(Yields *yields, uint32_t state, uint32_t slot, uint32_t id) {
    Spinners *known = &yields->spinners[slot];
    if (id >= known->n) vec_resize(known, id + 1);
    Spinner *spinner = &known->data[id];
    if (spinner->is_known) return spinner;
    const Word *words = crew_task(yields->crew, state, slot);
    *spinner = (Spinner){.is_known = true};
    if (words == NULL || !may_spin(yields, words)) return spinner;
    bool alone = words[FIBER_INNER] == 0 && words[FIBER_STATUS] == FIBER_UNDER_WAY;
    *spinner = (Spinner){
        true, true, (uint32_t)words[FIBER_PC], alone ? turn_of(&yields->turns, data_of(yields, words)) : 0};
    return spinner;
}

/* ---- cycles of a task's own steps */

static int compare_steps(const void *a, const void *b) {
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

static void sort_steps(Turns *turns) {
    uint64_t *steps = turns->steps.data;
    if (turns->steps.n > 1) qsort(steps, turns->steps.n, sizeof *steps, compare_steps);
    uint32_t kept = turns->steps.n == 0 ? 0 : 1;
    for (uint32_t i = 1; i < turns->steps.n; i++)
        if (steps[i] != steps[kept - 1]) steps[kept++] = steps[i];
    turns->steps.n = turns->sorted = kept;
}

static void add_turn(Turns *turns, uint32_t from, uint32_t to) {
    vec_push(&turns->steps, (uint64_t)from << 32 | to);
    if (turns->steps.n >= 2 * turns->sorted + (1u << 14)) sort_steps(turns);
}

/* The steps of those who spin in the state: who they are is in `from`, per slot its turn plus 1. */
static void note_turns(Yields *yields, uint32_t state, const uint32_t *from) {
    Search *search = yields->search;
    EdgeIter iter = edges_of(&search->edges, state);
    while (edges_next(&iter)) {
        const EdgeLabel *label = edges_label(&search->edges, iter.label);
        if (from[label->actor] == 0 || (label->flags & (LABEL_POINT | LABEL_NOWHERE)) != 0) continue;
        uint32_t to = labels_move(&search->edges.labels, label, label->actor);
        if (to == LABEL_NOBODY || iter.target >= search->edges.n) continue;
        (void)search_state(search, iter.target);
        const Spinner *spinner = spinner_at(yields, iter.target, to, search->ids[to]);
        if (spinner->spins) add_turn(&yields->turns, from[label->actor] - 1, spinner->turn);
    }
}

static void collect_turns(Yields *yields) {
    Search *search = yields->search;
    VEC(uint32_t) from = {0};
    vec_resize(&from, yields->nslots + 1);
    for (uint32_t state = 0; state < search->edges.n; state++) {
        uint32_t n = search_state(search, state);
        bool any = false;
        memset(from.data, 0, sizeof *from.data * from.n);
        for (uint32_t slot = search->fixed; slot < n; slot++) {
            const Spinner *spinner = spinner_at(yields, state, slot, search->ids[slot]);
            if (spinner->spins) from.data[slot] = spinner->turn + 1;
            any |= spinner->spins;
        }
        if (any) note_turns(yields, state, from.data);
    }
    vec_fini(&from);
    sort_steps(&yields->turns);
}

static void mark_turns(void *context, const SccPart *part, const uint32_t *members, uint32_t n, bool leaves) {
    Turns *turns = context;
    (void)leaves;
    bool loops = n > 1;
    for (uint32_t e = part->first[members[0]]; e < part->first[members[0] + 1]; e++)
        loops |= part->targets[e] == members[0];
    for (uint32_t i = 0; i < n && loops; i++) bitset_add(&turns->on_cycle, part->states[members[i]]);
}

static void find_cycles(Yields *yields) {
    Turns *turns = &yields->turns;
    collect_turns(yields);
    Edges edges;
    edges_init(&edges, true);
    labels_intern(&edges.labels, (EdgeLabel){0});
    Bitset all = bitset_new(turns->n + 1);
    turns->on_cycle = bitset_new(turns->n + 1);
    VEC(uint64_t) keys = {0};
    for (uint32_t turn = 0, i = 0; turn <= turns->n; turn++) {
        vec_clear(&keys);
        for (; i < turns->steps.n && turns->steps.data[i] >> 32 == turn; i++)
            vec_push(&keys, turns->steps.data[i] << 32);
        edges_add(&edges, 0, keys.data, keys.n, 0);
        bitset_add(&all, turn);
    }
    scc_each(&(SccGraph){.edges = &edges, .nodes = &all}, mark_turns, turns);
    bitset_add(&turns->on_cycle, 0);
    vec_fini(&keys);
    bitset_free(&all);
    edges_fini(&edges);
}

static void turns_fini(Turns *turns) {
    free(turns->table);
    free(turns->numbers);
    vec_fini(&turns->steps);
    bitset_free(&turns->on_cycle);
}

/* ---- the graph: a run in which the task goes on for ever stays in a component without its steps that reach a point */

static void add_nodes(Yields *yields) {
    Search *search = yields->search;
    for (uint32_t state = 0; state < search->edges.n; state++) {
        yields->base[state] = yields->graph.nodes.n;
        uint32_t n = search_state(search, state);
        for (uint32_t slot = search->fixed; slot < n; slot++) {
            const Spinner *spinner = spinner_at(yields, state, slot, search->ids[slot]);
            if (spinner->spins && bitset_has(&yields->turns.on_cycle, spinner->turn))
                vec_push(&yields->graph.nodes, (FairNode){state, slot});
        }
    }
    yields->base[search->edges.n] = yields->graph.nodes.n;
}

static uint32_t node_of(const Yields *yields, uint32_t state, uint32_t slot) {
    for (uint32_t node = yields->base[state]; node < yields->base[state + 1]; node++)
        if (yields->graph.nodes.data[node].follow == slot) return node;
    return UINT32_MAX;
}

static void add_steps(Yields *yields, FairNode node) {
    const Edges *edges = &yields->search->edges;
    EdgeIter iter = edges_of(edges, node.state);
    while (edges_next(&iter)) {
        const EdgeLabel *label = edges_label(edges, iter.label);
        bool yielding = label->actor == node.follow && (label->flags & LABEL_POINT) != 0;
        if (yielding || (label->flags & LABEL_NOWHERE) != 0 || iter.target >= edges->n) continue;
        uint32_t to = labels_move(&edges->labels, label, node.follow);
        uint32_t target = to == LABEL_NOBODY ? UINT32_MAX : node_of(yields, iter.target, to);
        if (target != UINT32_MAX) vec_push(&yields->graph.steps, (FairEdge){target, iter.label});
    }
}

static void build(Yields *yields) {
    add_nodes(yields);
    for (uint32_t node = 0; node < yields->graph.nodes.n; node++) {
        vec_push(&yields->graph.first, yields->graph.steps.n);
        add_steps(yields, yields->graph.nodes.data[node]);
    }
    vec_push(&yields->graph.first, yields->graph.steps.n);
}

/* ---- findings: one for each function and place of its loop */

/* The hit to fill in: a new one, or a known one that this run is shorter for; else NULL. */
static Hit *open_hit(Yields *yields, FairNode node, uint32_t pc) {
    StuckKey key = {0};
    const Word *words = crew_task(yields->crew, node.state, node.follow);
    vec_push(&key, hash_combine(hash_combine((uint64_t)words[FIBER_MACHINE], (uint64_t)words[FIBER_NUMBER]), pc));
    Hit *hit = hits_find(yields->hits, FINDING_NEVER_YIELDS, &key);
    if (hit == NULL) {
        vec_push(yields->hits, (Hit){.kind = FINDING_NEVER_YIELDS, .state = STORE_NONE, .key = key});
        hit = &vec_last(yields->hits);
    } else {
        vec_fini(&key);
        if (hit->state <= node.state) return NULL;
    }
    hit->state = node.state;
    hit->task = node.follow;
    vec_clear(&hit->loop);
    return hit;
}

/* The first place of the task's code in the component. */
static uint32_t first_place(const Yields *yields, const FairPart *part) {
    uint32_t first = UINT32_MAX;
    for (uint32_t i = 0; i < part->n; i++) {
        FairNode node = part->graph->nodes.data[part->members[i]];
        (void)search_state(yields->search, node.state);
        uint32_t pc = yields->spinners[node.follow].data[yields->search->ids[node.follow]].pc;
        if (pc < first) first = pc;
    }
    return first;
}

/* The task that is followed makes a step inside. */
static bool is_moved_in(
    void *context, const FairGraph *graph, const uint32_t *members, uint32_t n, const uint32_t *index) {
    (void)context;
    for (uint32_t i = 0; i < n; i++)
        for (uint32_t e = graph->first.data[members[i]]; e < graph->first.data[members[i] + 1]; e++) {
            FairEdge step = graph->steps.data[e];
            if (index[step.target] != UINT32_MAX &&
                edges_label(graph->edges, step.label)->actor == graph->nodes.data[members[i]].follow)
                return true;
        }
    return false;
}

static bool visit(void *context, const FairPart *part) {
    Yields *yields = context;
    FairNode first = part->graph->nodes.data[part->members[0]];
    if (!(fair_flags(part, 0, first.follow) & FAIR_MOVES)) return true;
    Hit *hit = open_hit(yields, first, first_place(yields, part));
    if (hit == NULL) return true;
    LassoSteps steps = {0};
    lasso_make(part, (LassoWants){0, first.follow, true}, &steps);
    for (uint32_t i = 0; i < steps.n; i++) {
        const EdgeLabel *label = edges_label(&yields->search->edges, steps.data[i].label);
        uint32_t state = part->graph->nodes.data[steps.data[i].node].state;
        vec_push(&hit->loop, (HitStep){.state = state, .actor = label->actor, .label = label});
    }
    vec_fini(&steps);
    return search_may_go_on(yields->search);
}

static void look(Yields *yields) {
    Search *search = yields->search;
    uint32_t most = search->store.layout.max_slots;
    yields->nslots = most;
    yields->spinners = calloc(most + 1u, sizeof *yields->spinners);
    yields->base = malloc(sizeof *yields->base * (search->edges.n + 1u));
    if (yields->spinners == NULL || yields->base == NULL) fatal("out of memory");
    find_cycles(yields);
    build(yields);
    uint64_t bytes = 4ull * search->edges.n + fair_graph_memory(&yields->graph);
    search_note_memory(search, bytes);
    if (search->options->memory > 0 && search->memory > search->options->memory)
        search_stop(search, "the memory limit was reached while looking for tasks that never yield", true);
    if (search_may_go_on(search))
        bytes += fair_each(&yields->graph, search->options->fairness, is_moved_in, visit, yields);
    search_note_memory(search, bytes);
    for (uint32_t slot = 0; slot < yields->nslots; slot++) vec_fini(&yields->spinners[slot]);
    turns_fini(&yields->turns);
    free(yields->spinners);
    free(yields->base);
    fair_graph_fini(&yields->graph);
}

void yields_find(Search *search, Hits *hits) {
    if (!search->program->threaded || search->hurries || search->edges.n == 0) return;
    Crew crew;
    crew_init(&crew, search);
    Yields yields = {.search = search, .hits = hits, .crew = &crew, .circles = circles_new(search->program)};
    yields.graph = (FairGraph){.edges = &search->edges, .view = &crew.view};
    if (yields.circles.any) look(&yields);
    circles_free(&yields.circles);
    crew_fini(&crew);
}
