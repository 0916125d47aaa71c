#include "checker/deadlock.h"

#include "checker/bitset.h"
#include "checker/parts.h"
#include "checker/scc.h"
#include "model/fiber.h"
#include "model/support/hash.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { WALK_LEAST = 200, WALK_MOST = 20000 };

/* ---- what both kinds share */

typedef struct Judge {
    Search *search;
    Hits *hits;
    World world;
    StuckTasks tasks;
    StuckKey key;
} Judge;

static void judge_init(Judge *judge, Search *search, Hits *hits) {
    *judge = (Judge){.search = search, .hits = hits};
    world_init(&judge->world, search->program);
}

static void judge_fini(Judge *judge) {
    world_fini(&judge->world);
    vec_fini(&judge->tasks);
    vec_fini(&judge->key);
}

static void judge_load(Judge *judge, uint32_t state) {
    Search *search = judge->search;
    uint32_t n = search_state(search, state);
    ts_world(search->worker, search->ids, n, &judge->world);
}

/* Of the tasks that never move in the world that is loaded, those of one finding: a new one, or a shorter run to a known
   one. */
static void judge_part(Judge *judge, FindingKind kind, bool is_partial, uint32_t state, const Slots *slots) {
    stuck_tasks(&judge->world, slots, &judge->tasks);
    stuck_select(&judge->tasks, kind == FINDING_LOST_WAKEUP);
    if (judge->tasks.n == 0) return;
    stuck_key(&judge->world, &judge->tasks, &judge->key);
    Hit *hit = hits_find(judge->hits, kind, &judge->key);
    if (hit != NULL && hit->state <= state) return;
    if (hit == NULL) {
        vec_push(judge->hits, (Hit){.kind = kind, .key = judge->key});
        judge->key = (StuckKey){0};
        hit = &vec_last(judge->hits);
    }
    hit->state = state;
    hit->is_partial = is_partial;
    vec_clear(&hit->never_move);
    for (uint32_t i = 0; i < slots->n; i++) vec_push(&hit->never_move, slots->data[i]);
}

/* `slots` never move again. */
static void judge_slots(Judge *judge, FindingKind kind, uint32_t state, const Slots *slots) {
    bool is_partial = kind == FINDING_PARTIAL_DEADLOCK;
    if (judge->search->program->has_wakes) judge_part(judge, FINDING_LOST_WAKEUP, is_partial, state, slots);
    judge_part(judge, kind, is_partial, state, slots);
}

/* ---- deadlock */

static bool main_is_alive(World *world) {
    for (uint32_t slot = world->nfixed; slot < world->n; slot++) {
        uint32_t n;
        const Word *words = world_read(world, slot, &n);
        bool is_task = comp_kind(words) == COMP_FIBER && (words[FIBER_FLAGS] & FIBER_IS_TASK) != 0;
        if (is_task && words[FIBER_MACHINE] == MACHINE_MAIN && !fiber_is_over(words)) return true;
    }
    return false;
}

/* Hashes of what the verdict on a halted state depends on: its tasks and futures. Many such states differ in data
   alone. */
typedef struct Seen {
    uint64_t *slots;
    uint32_t n, cap;
} Seen;

static bool seen_add(Seen *seen, uint64_t hash) {
    if (seen->n * 2 >= seen->cap) {
        Seen grown = {.cap = seen->cap == 0 ? 64 : seen->cap * 4};
        grown.slots = calloc(grown.cap, sizeof *grown.slots);
        if (grown.slots == NULL) fatal("out of memory");
        for (uint32_t i = 0; i < seen->cap; i++)
            if (seen->slots[i] != 0) seen_add(&grown, seen->slots[i]);
        free(seen->slots);
        *seen = grown;
    }
    if (hash == 0) hash = 1;
    uint32_t at = (uint32_t)(hash_mix(hash) % seen->cap);
    for (; seen->slots[at] != 0; at = at + 1 == seen->cap ? 0 : at + 1)
        if (seen->slots[at] == hash) return false;
    seen->slots[at] = hash;
    seen->n++;
    return true;
}

/* Two states with the same movable part, and the same futures among the fixed slots, have the same stuck tasks at the
   same places. */
static uint64_t movable_hash(Judge *judge, uint32_t state) {
    Search *search = judge->search;
    uint32_t n = search_state(search, state);
    uint64_t hash = n;
    for (uint32_t slot = 0; slot < n; slot++) {
        if (slot < search->fixed && judge->world.n > slot) {
            CompKind kind = world_kind(&judge->world, slot);
            if (kind != COMP_FIBER && kind != COMP_OPFUTURE && kind != COMP_SCOPE) continue;
        }
        hash = hash_combine(hash, search->ids[slot]);
    }
    return hash;
}

void deadlock_total(Search *search, Hits *hits) {
    Judge judge;
    Slots slots = {0};
    Seen seen = {0};
    judge_init(&judge, search, hits);
    for (uint32_t i = 0; i < search->halted.n; i++) {
        uint32_t state = search->halted.data[i];
        if (i > 0 && !seen_add(&seen, movable_hash(&judge, state))) continue;
        if (i % 1024 == 1023 && !search_may_go_on(search)) break;
        judge_load(&judge, state);
        if (search->options->ts.main_ends_run && !main_is_alive(&judge.world)) continue;
        stuck_alive(&judge.world, &slots);
        judge_slots(&judge, FINDING_DEADLOCK, state, &slots);
    }
    free(seen.slots);
    vec_fini(&slots);
    judge_fini(&judge);
}

/* ---- partial deadlock: a walk that shows every task moving

   With tasks followed through the renaming of slots, the states of a bottom component are still strongly connected:
   what can move from one state of it can move again and again. So it is enough that from one state each task moves in
   some run. */

typedef struct Partial {
    Judge judge;
    TsSuccessors successors;
    VEC(uint32_t) ids; /* the state under the walk */
    Slots parts, moved; /* futures under an `all` of a state; those of a step */
    VEC(uint32_t) at;  /* per task followed: its slot there, NO_SLOT when it has moved */
    uint32_t waiting;  /* how many have not moved */
    uint64_t random;
} Partial;

static void follow_alive(Partial *partial, uint32_t state) {
    Search *search = partial->judge.search;
    uint32_t n = search_state(search, state);
    vec_clear(&partial->ids);
    for (uint32_t slot = 0; slot < n; slot++) vec_push(&partial->ids, search->ids[slot]);
    vec_clear(&partial->at);
    for (uint32_t slot = search->fixed; slot < n; slot++)
        if (ts_task(search->worker, search->ids, n, slot) == TS_TASK_ALIVE &&
            !stuck_at_place(&partial->judge.world, slot))
            vec_push(&partial->at, slot);
    partial->waiting = partial->at.n;
}

static void strike_out(Partial *partial, uint32_t actor) {
    for (uint32_t i = 0; i < partial->at.n; i++) {
        if (partial->at.data[i] != actor) continue;
        partial->at.data[i] = NO_SLOT;
        partial->waiting--;
    }
}

/* One step at random; all tasks that have a step here are struck out. False: there is no way on. */
static bool walk_on(Partial *partial) {
    const TsSuccessors *successors = &partial->successors;
    uint32_t choice = UINT32_MAX, edges = 0;
    ts_successors_traced(partial->judge.search->worker, partial->ids.data, partial->ids.n, &partial->successors);
    for (uint32_t e = 0; e < successors->nedges; e++) {
        if (successors->edges[e].by_fault) continue;
        strike_out(partial, successors->edges[e].actor);
        if (successors->edges[e].kind != TS_EDGE) continue;
        partial->random = hash_mix(partial->random + 1);
        if (partial->random % ++edges == 0) choice = e;
    }
    if (choice == UINT32_MAX) return false;
    for (uint32_t i = 0; i < partial->at.n; i++) {
        if (partial->at.data[i] == NO_SLOT) continue;
        partial->at.data[i] = ts_moves(partial->judge.search->worker, choice, partial->at.data[i]);
        if (partial->at.data[i] == NO_SLOT) partial->waiting--;
    }
    const TsEdge *edge = &successors->edges[choice];
    vec_clear(&partial->ids);
    for (uint32_t i = 0; i < edge->n; i++) vec_push(&partial->ids, successors->ids[edge->offset + i]);
    return true;
}

static bool all_move(Partial *partial, uint32_t state, uint32_t nmembers) {
    uint64_t steps = WALK_LEAST + 8ull * nmembers;
    if (steps > WALK_MOST) steps = WALK_MOST;
    judge_load(&partial->judge, state);
    follow_alive(partial, state);
    for (uint64_t i = 0; i < steps && partial->waiting > 0; i++)
        if (!walk_on(partial)) break;
    return partial->waiting == 0;
}

/* ---- partial deadlock, exactly: (state, slot) pairs that are one task, by union along every step; a class none of
   whose pairs acts is a task that never moves. */

typedef struct Classes {
    uint32_t *parent; /* per pair */
    Bitset acts;      /* per pair */
    uint32_t *base;   /* per member: its first pair */
    uint32_t *members;
    uint32_t n, npairs;
} Classes;

static uint32_t class_of(Classes *classes, uint32_t pair) {
    while (classes->parent[pair] != pair) {
        classes->parent[pair] = classes->parent[classes->parent[pair]];
        pair = classes->parent[pair];
    }
    return pair;
}

static uint32_t member_of(const Classes *classes, uint32_t state) {
    uint32_t low = 0, high = classes->n;
    while (high - low > 1) {
        uint32_t middle = low + (high - low) / 2;
        if (classes->members[middle] <= state)
            low = middle;
        else
            high = middle;
    }
    assert(classes->members[low] == state);
    return low;
}

static void unite(Classes *classes, uint32_t a, uint32_t b) {
    a = class_of(classes, a);
    b = class_of(classes, b);
    if (a == b) return;
    classes->parent[b] = a;
    if (bitset_has(&classes->acts, b)) bitset_add(&classes->acts, a);
}

static bool add_part(void *context, uint32_t slot) {
    vec_push((Slots *)context, slot);
    return true;
}

/* Loads the state and finds the futures under an `all` in it. */
static void find_parts(Partial *partial, uint32_t state) {
    vec_clear(&partial->parts);
    if (!partial->judge.search->program->has_all) return;
    judge_load(&partial->judge, state);
    Slots tasks = {0};
    stuck_alive(&partial->judge.world, &tasks);
    for (uint32_t i = 0; i < tasks.n; i++) parts_walk(&partial->judge.world, tasks.data[i], add_part, &partial->parts);
    vec_fini(&tasks);
}

static void note_parts(Partial *partial, Classes *classes, uint32_t base, const TsEdge *edge) {
    if (partial->parts.n == 0) return;
    parts_moved(&partial->judge.world, edge->actor, edge->fiber, &partial->moved);
    for (uint32_t i = 0; i < partial->moved.n; i++)
        bitset_add(&classes->acts, class_of(classes, base + partial->moved.data[i] - partial->judge.search->fixed));
}

static void unite_slot(Partial *partial, Classes *classes, uint32_t edge, uint32_t base, uint32_t other, uint32_t slot) {
    uint32_t fixed = partial->judge.search->fixed, moved = ts_moves(partial->judge.search->worker, edge, slot);
    if (moved != NO_SLOT) unite(classes, base + slot - fixed, other + moved - fixed);
}

static void unite_steps(Partial *partial, Classes *classes, uint32_t member) {
    Search *search = partial->judge.search;
    uint32_t n = search_state(search, classes->members[member]), base = classes->base[member];
    const TsSuccessors *successors = &partial->successors;
    find_parts(partial, classes->members[member]);
    ts_successors_traced(search->worker, search->ids, n, &partial->successors);
    for (uint32_t e = 0; e < successors->nedges; e++) {
        const TsEdge *edge = &successors->edges[e];
        if (edge->by_fault) continue;
        note_parts(partial, classes, base, edge);
        if (edge->actor >= search->fixed) bitset_add(&classes->acts, class_of(classes, base + edge->actor - search->fixed));
        if (edge->kind != TS_EDGE) continue;
        uint32_t target = store_find_ids(&search->store, successors->ids + edge->offset, edge->n);
        assert(target != STORE_NONE);
        uint32_t other = classes->base[member_of(classes, target)];
        for (uint32_t slot = search->fixed; slot < n; slot++) {
            if (ts_task(search->worker, search->ids, n, slot) != TS_TASK_ALIVE) continue;
            unite_slot(partial, classes, e, base, other, slot);
        }
        for (uint32_t i = 0; i < partial->parts.n; i++) unite_slot(partial, classes, e, base, other, partial->parts.data[i]);
    }
}

static int compare_states(const void *a, const void *b) {
    uint32_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

static bool classes_init(Classes *classes, Search *search, uint32_t *members, uint32_t n) {
    qsort(members, n, sizeof *members, compare_states);
    *classes = (Classes){.members = members, .n = n};
    classes->base = malloc(sizeof *classes->base * n);
    if (classes->base == NULL) fatal("out of memory");
    uint64_t pairs = 0;
    for (uint32_t i = 0; i < n; i++) {
        classes->base[i] = (uint32_t)pairs;
        pairs += search_state(search, members[i]) - search->fixed;
    }
    uint64_t bytes = pairs * 4 + pairs / 8 + 8ull * n;
    search_note_memory(search, bytes);
    if (pairs >= UINT32_MAX || (search->options->memory > 0 && search->memory > search->options->memory)) {
        search_stop(search, "the memory limit was reached while looking for partial deadlocks", true);
        free(classes->base);
        return false;
    }
    classes->npairs = (uint32_t)pairs;
    classes->parent = malloc(sizeof *classes->parent * (pairs + 1));
    if (classes->parent == NULL) fatal("out of memory");
    for (uint32_t i = 0; i < classes->npairs; i++) classes->parent[i] = i;
    classes->acts = bitset_new(classes->npairs);
    return true;
}

/* Futures under `all` that never move, of tasks that do; of nested ones the outermost. */
typedef struct IdleParts {
    Classes *classes;
    Slots *out;
    World *world;
    uint32_t fixed, task;
} IdleParts;

static bool take_idle(void *context, uint32_t slot) {
    IdleParts *idle = context;
    if (bitset_has(&idle->classes->acts, class_of(idle->classes, slot - idle->fixed))) return true;
    if (!stuck_part_at_place(idle->world, idle->task, slot)) vec_push(idle->out, slot);
    return false;
}

static void take_idle_parts(Partial *partial, Classes *classes, Slots *slots) {
    Slots tasks = {0};
    IdleParts idle = {classes, slots, &partial->judge.world, partial->judge.search->fixed, 0};
    stuck_alive(&partial->judge.world, &tasks);
    for (uint32_t i = 0; i < tasks.n; i++) {
        idle.task = tasks.data[i];
        if (bitset_has(&classes->acts, class_of(classes, idle.task - idle.fixed)))
            parts_walk(&partial->judge.world, idle.task, take_idle, &idle);
    }
    vec_fini(&tasks);
}

static void judge_exactly(Partial *partial, uint32_t *members, uint32_t nmembers) {
    Search *search = partial->judge.search;
    Classes classes;
    Slots slots = {0};
    if (!classes_init(&classes, search, members, nmembers)) return;
    bool finished = true;
    for (uint32_t i = 0; i < nmembers && finished; i++) {
        unite_steps(partial, &classes, i);
        finished = i % 1024 != 1023 || search_may_go_on(search);
    }
    if (finished) {
        uint32_t n = search_state(search, members[0]);
        for (uint32_t slot = search->fixed; slot < n; slot++) {
            if (ts_task(search->worker, search->ids, n, slot) != TS_TASK_ALIVE) continue;
            if (!bitset_has(&classes.acts, class_of(&classes, slot - search->fixed))) vec_push(&slots, slot);
        }
        judge_load(&partial->judge, members[0]);
        if (search->program->has_all) take_idle_parts(partial, &classes, &slots);
        judge_slots(&partial->judge, FINDING_PARTIAL_DEADLOCK, members[0], &slots);
    }
    vec_fini(&slots);
    free(classes.base);
    free(classes.parent);
    bitset_free(&classes.acts);
}

static void judge_component(void *context, uint32_t *members, uint32_t n) {
    Partial *partial = context;
    uint32_t first = members[0];
    for (uint32_t i = 1; i < n; i++)
        if (members[i] < first) first = members[i];
    if (partial->judge.search->hurries) return;
    find_parts(partial, first); /* one that never moves is there in every state */
    if (partial->parts.n == 0 && all_move(partial, first, n)) return;
    judge_exactly(partial, members, n);
}

void deadlock_partial(Search *search, Hits *hits) {
    Partial partial = {.random = 1};
    judge_init(&partial.judge, search, hits);
    search_note_memory(search, scc_bottoms(&search->edges, search->store.n, judge_component, &partial));
    ts_successors_fini(&partial.successors);
    vec_fini(&partial.ids);
    vec_fini(&partial.at);
    vec_fini(&partial.parts);
    vec_fini(&partial.moved);
    judge_fini(&partial.judge);
}
