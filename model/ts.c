#include "model/ts.h"

#include "model/canon.h"
#include "model/comps.h"
#include "model/expand.h"
#include "model/faults.h"
#include "model/support/fatal.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct Ts {
    const Program *program;
    TsOptions options;
    ExpandOptions expand;
    World base;        /* after the init code: const globals, fixed slots */
    uint32_t nfixed;
    Comps *comps;
    Faults *faults;
    pthread_mutex_t lock; /* of the list of workers */
    TsWorker *workers;
};

/* What a step that makes nothing, ends no task and frees no future does to the order of slots. */
typedef enum Layout {
    LAYOUT_FIRM,   /* nothing: every movable slot is a root, and no two have equal keys */
    LAYOUT_HELD,   /* nothing as long as handles to what is no root stay what they are */
    LAYOUT_ANCHORED, /* likewise, and handles that tell roots with equal keys apart: those of movable components and global variables */
    LAYOUT_GROUPS, /* roots with equal keys, and no handle to any of them: sorted by content */
    LAYOUT_OPEN    /* anything */
} Layout;

struct TsWorker {
    Ts *ts;
    TsWorker *next;
    Expand expand;
    Canon *canon;
    const uint32_t *state; /* the source at hand */
    uint32_t n;
    Layout layout;
    VEC(const CompEntry *) entries; /* of the source */
    VEC(uint32_t) raw;     /* contents of a target before it is put in order */
    VEC(uint32_t) placed;  /* after */
    VEC(uint32_t) moves;   /* of the target at hand */
    VEC(uint64_t) colours;
    bool traced;
    VEC(uint32_t) traces;  /* moves of all edges */
    VEC(uint32_t) trace_of; /* per edge: first in `traces`, NO_SLOT without a target */
};

/* ---- making and freeing */

/* Runs the init code for every sequence of its choices: what it makes in each of them is fixed. */
static void find_base(Ts *ts) {
    Choices choices = {0};
    bool found = false;
    world_init(&ts->base, ts->program);
    do {
        World world;
        world_init(&world, ts->program);
        if (eval_start(&world, &ts->expand.eval, &choices, NULL).status == STEP_DONE) {
            if (!found || world.nfixed < ts->base.nfixed) world_copy(&ts->base, &world);
            found = true;
        }
        world_fini(&world);
    } while (choices_next(&choices));
    choices_fini(&choices);
    ts->nfixed = ts->base.nfixed;
}

Ts *ts_new(const Program *program, TsOptions options) {
    Ts *ts = calloc(1, sizeof *ts);
    if (!ts) fatal("out of memory");
    ts->program = program;
    ts->options = options;
    ts->expand = (ExpandOptions){.eval = {.run_on = options.run_on, .no_reset = !options.reset}, .memo = options.memo};
    pthread_mutex_init(&ts->lock, NULL);
    find_base(ts);
    ts->comps = comps_new(program, ts->nfixed);
    ts->faults = faults_new();
    return ts;
}

void ts_free(Ts *ts) {
    if (!ts) return;
    assert(!ts->workers);
    comps_free(ts->comps);
    faults_free(ts->faults);
    world_fini(&ts->base);
    pthread_mutex_destroy(&ts->lock);
    free(ts);
}

TsWorker *ts_worker_new(Ts *ts) {
    TsWorker *worker = calloc(1, sizeof *worker);
    if (!worker) fatal("out of memory");
    worker->ts = ts;
    worker->canon = canon_new(ts->comps, ts->program, ts->options.symmetry);
    expand_init(&worker->expand, &ts->base, ts->comps, ts->faults, ts->expand);
    pthread_mutex_lock(&ts->lock);
    worker->next = ts->workers;
    ts->workers = worker;
    pthread_mutex_unlock(&ts->lock);
    return worker;
}

void ts_worker_free(TsWorker *worker) {
    if (!worker) return;
    pthread_mutex_lock(&worker->ts->lock);
    TsWorker **link = &worker->ts->workers;
    while (*link != worker) link = &(*link)->next;
    *link = worker->next;
    pthread_mutex_unlock(&worker->ts->lock);
    expand_fini(&worker->expand);
    canon_free(worker->canon);
    vec_fini(&worker->entries);
    vec_fini(&worker->raw);
    vec_fini(&worker->placed);
    vec_fini(&worker->moves);
    vec_fini(&worker->colours);
    vec_fini(&worker->traces);
    vec_fini(&worker->trace_of);
    free(worker);
}

const Program *ts_program(const Ts *ts) { return ts->program; }
uint32_t ts_fixed(const Ts *ts) { return ts->nfixed; }
uint32_t ts_width(const Ts *ts, uint32_t slot) { return comps_width(ts->comps, slot); }
uint32_t ts_widths_version(const Ts *ts) { return comps_widths_version(ts->comps); }
const Violation *ts_violation(const Ts *ts, uint32_t index) { return faults_at(ts->faults, index); }
uint32_t ts_violations(const Ts *ts) { return faults_count(ts->faults); }

uint64_t ts_memory(const Ts *ts) {
    uint64_t bytes = comps_memory(ts->comps);
    for (const TsWorker *worker = ts->workers; worker; worker = worker->next)
        bytes += expand_memory(&worker->expand) + canon_memory(worker->canon);
    return bytes;
}

/* ---- buffers */

static void reserve_edges(TsSuccessors *out, uint32_t more) {
    vec_reserve_((void **)&out->edges, &out->edges_cap, out->nedges + more, sizeof *out->edges);
}

static uint32_t *reserve_ids(TsSuccessors *out, uint32_t more) {
    if (out->nids + more > out->ids_cap) vec_reserve_((void **)&out->ids, &out->ids_cap, out->nids + more, sizeof *out->ids);
    return out->ids + out->nids;
}

void ts_successors_fini(TsSuccessors *out) {
    free(out->edges);
    free(out->ids);
    *out = (TsSuccessors){0};
}

/* ---- looking at a source */

static void look_at(TsWorker *worker, const uint32_t *state, uint32_t n) {
    worker->state = state;
    worker->n = n;
    vec_resize(&worker->entries, n);
    for (uint32_t i = 0; i < n; i++) worker->entries.data[i] = comps_entry(worker->ts->comps, i, state[i]);
}

/* True when every element of a set in this content is a root of the source. */
static bool sets_hold_roots(const TsWorker *worker, uint32_t content) {
    const CompInfo *info = comps_at(worker->ts->comps, content);
    for (uint32_t i = 0; i < info->nrefs; i++)
        if (!info->refs[i].ordered && !(worker->entries.data[info->refs[i].slot]->flags & COMP_IS_ROOT)) return false;
    return true;
}

static bool is_anchored(TsWorker *worker) {
    vec_resize(&worker->raw, worker->n);
    for (uint32_t i = 0; i < worker->n; i++) worker->raw.data[i] = worker->entries.data[i]->content;
    return canon_is_anchored(worker->canon, worker->raw.data, worker->n);
}

static Layout layout_of_rest(TsWorker *worker, bool roots, bool equal) {
    bool sets = true, refs = false;
    for (uint32_t i = 0; i < worker->n; i++) {
        const CompEntry *entry = worker->entries.data[i];
        refs |= (entry->flags & COMP_HAS_REFS) != 0;
        if (!roots && (entry->flags & COMP_HAS_SETS)) sets &= sets_hold_roots(worker, entry->content);
    }
    if (equal && roots && !refs) return LAYOUT_GROUPS;
    if (!sets || (equal && !is_anchored(worker))) return LAYOUT_OPEN;
    return equal ? LAYOUT_ANCHORED : LAYOUT_HELD;
}

static Layout layout_of(TsWorker *worker) {
    const CompEntry *const *entries = worker->entries.data;
    bool roots = true, equal = false;
    for (uint32_t i = worker->ts->nfixed; i < worker->n; i++) {
        roots &= (entries[i]->flags & COMP_IS_ROOT) != 0;
        equal |= i > worker->ts->nfixed && entries[i]->key == entries[i - 1]->key && (entries[i]->flags & COMP_IS_ROOT);
    }
    if (worker->traced) return LAYOUT_OPEN;
    if (!worker->ts->options.symmetry) return roots ? LAYOUT_FIRM : LAYOUT_HELD;
    if (!equal && roots) return LAYOUT_FIRM;
    return layout_of_rest(worker, roots, equal);
}

/* ---- targets */

/* The handles to what is no root, in order; sets hold none. */
static bool holds_same(const TsWorker *worker, const CompInfo *a, const CompInfo *b) {
    const CompEntry *const *entries = worker->entries.data;
    for (uint32_t i = 0, k = 0;; i++, k++) {
        while (i < a->nrefs && (entries[a->refs[i].slot]->flags & COMP_IS_ROOT)) i++;
        while (k < b->nrefs && (entries[b->refs[k].slot]->flags & COMP_IS_ROOT)) k++;
        if (i == a->nrefs || k == b->nrefs) return i == a->nrefs && k == b->nrefs;
        if (a->refs[i].slot != b->refs[k].slot || !b->refs[k].ordered) return false;
    }
}

static bool keeps_layout(const TsWorker *worker, const ExpandOutcome *outcome) {
    if (outcome->reorders || worker->layout == LAYOUT_OPEN) return false;
    if (worker->layout == LAYOUT_FIRM) return true;
    if (worker->layout == LAYOUT_GROUPS) return !outcome->has_refs;
    const ExpandWrite *writes = worker->expand.writes.data + outcome->first;
    const Comps *comps = worker->ts->comps;
    for (uint32_t i = 0; i < outcome->nwrites; i++) {
        const CompEntry *old = worker->entries.data[writes[i].slot];
        if (old->shape == writes[i].shape) continue;
        const CompInfo *before = comps_at(comps, old->content), *after = comps_at(comps, writes[i].content);
        bool anchors = writes[i].slot >= worker->ts->nfixed || comp_kind(after->words) == COMP_GLOBAL;
        if ((anchors && worker->layout == LAYOUT_ANCHORED) || !holds_same(worker, before, after)) return false;
    }
    return true;
}

static uint32_t copy_target(TsWorker *worker, const ExpandOutcome *outcome, TsSuccessors *out) {
    uint32_t *ids = reserve_ids(out, worker->n);
    const ExpandWrite *writes = worker->expand.writes.data + outcome->first;
    memcpy(ids, worker->state, worker->n * sizeof *ids);
    for (uint32_t i = 0; i < outcome->nwrites; i++) ids[writes[i].slot] = writes[i].id;
    return worker->n;
}

static void apply_writes(TsWorker *worker, const ExpandOutcome *outcome) {
    const ExpandWrite *writes = worker->expand.writes.data + outcome->first;
    vec_resize(&worker->raw, worker->n + outcome->nadded);
    uint32_t *raw = worker->raw.data;
    for (uint32_t i = 0; i < worker->n; i++) raw[i] = worker->entries.data[i]->content;
    for (uint32_t i = 0; i < outcome->nwrites; i++) raw[writes[i].slot] = writes[i].content;
    for (uint32_t i = 0; i < outcome->nadded; i++) raw[worker->n + i] = writes[outcome->nwrites + i].content;
}

static void put_ids(TsWorker *worker, const uint32_t *contents, uint32_t n, TsSuccessors *out) {
    uint32_t *ids = reserve_ids(out, n);
    for (uint32_t i = 0; i < n; i++) {
        bool same = i < worker->n && worker->entries.data[i]->content == contents[i];
        ids[i] = same ? worker->state[i] : comps_local(worker->ts->comps, i, contents[i]);
    }
}

/* Sorts each group of equal keys by colour, as canon_order does when nobody refers to anybody. */
static uint32_t sort_target(TsWorker *worker, const ExpandOutcome *outcome, TsSuccessors *out) {
    apply_writes(worker, outcome);
    vec_resize(&worker->colours, worker->n);
    uint32_t first = worker->ts->nfixed, *raw = worker->raw.data;
    uint64_t *colours = worker->colours.data;
    const CompEntry *const *entries = worker->entries.data;
    for (uint32_t i = first; i < worker->n; i++) {
        uint32_t content = raw[i], k = i;
        uint64_t colour = comps_at(worker->ts->comps, content)->colour;
        for (; k > first && entries[k - 1]->key == entries[i]->key && colour < colours[k - 1]; k--) {
            raw[k] = raw[k - 1];
            colours[k] = colours[k - 1];
        }
        raw[k] = content;
        colours[k] = colour;
    }
    put_ids(worker, raw, worker->n, out);
    return worker->n;
}

static uint32_t order_target(TsWorker *worker, const ExpandOutcome *outcome, TsSuccessors *out) {
    apply_writes(worker, outcome);
    vec_resize(&worker->placed, worker->raw.n);
    vec_resize(&worker->moves, worker->raw.n);
    uint32_t n = canon_order(worker->canon, worker->raw.data, worker->raw.n, worker->placed.data, worker->moves.data);
    put_ids(worker, worker->placed.data, n, out);
    return n;
}

static void keep_trace(TsWorker *worker, bool has_target) {
    vec_push(&worker->trace_of, has_target ? worker->traces.n : NO_SLOT);
    for (uint32_t i = 0; has_target && i < worker->n; i++) vec_push(&worker->traces, worker->moves.data[i]);
}

static const TsEdgeKind edge_kinds[] = {[STEP_DONE] = TS_EDGE, [STEP_CUT] = TS_CUT, [STEP_VIOLATION] = TS_VIOLATION, [STEP_LIMIT] = TS_LIMIT};

static void add_edge(TsWorker *worker, uint32_t actor, const ExpandOutcome *outcome, TsSuccessors *out) {
    TsEdge *edge = &out->edges[out->nedges++];
    *edge = (TsEdge){.kind = edge_kinds[outcome->status], .actor = actor, .choice = outcome->choice, .reached_point = outcome->reached_point,
                     .offset = out->nids, .violation = outcome->fault};
    if (edge->kind == TS_EDGE) {
        if (!keeps_layout(worker, outcome)) edge->n = order_target(worker, outcome, out);
        else if (worker->layout == LAYOUT_GROUPS) edge->n = sort_target(worker, outcome, out);
        else edge->n = copy_target(worker, outcome, out);
        out->nids += edge->n;
    }
    if (worker->traced) keep_trace(worker, edge->kind == TS_EDGE);
}

static bool main_lives(const TsWorker *worker) {
    for (uint32_t i = worker->ts->nfixed; i < worker->n; i++)
        if (worker->entries.data[i]->flags & COMP_IS_MAIN) return true;
    return false;
}

static void successors(TsWorker *worker, const uint32_t *state, uint32_t n, TsSuccessors *out) {
    out->nedges = out->nids = 0;
    look_at(worker, state, n);
    if (worker->ts->options.main_ends_run && !main_lives(worker)) return;
    worker->layout = layout_of(worker);
    worker->expand.states++;
    for (uint32_t slot = worker->ts->nfixed; slot < n; slot++) {
        if (!(worker->entries.data[slot]->flags & COMP_IS_ALIVE)) continue;
        uint32_t count;
        const ExpandOutcome *outcomes = expand_step(&worker->expand, state, n, slot, &count);
        if (!count) continue;
        reserve_edges(out, count);
        for (uint32_t i = 0; i < count; i++) add_edge(worker, slot, &outcomes[i], out);
    }
}

void ts_successors(TsWorker *worker, const uint32_t *state, uint32_t n, TsSuccessors *out) { successors(worker, state, n, out); }

void ts_successors_traced(TsWorker *worker, const uint32_t *state, uint32_t n, TsSuccessors *out) {
    vec_clear(&worker->traces);
    vec_clear(&worker->trace_of);
    worker->traced = true;
    successors(worker, state, n, out);
    worker->traced = false;
}

uint32_t ts_moves(const TsWorker *worker, uint32_t edge, uint32_t slot) {
    assert(edge < worker->trace_of.n && slot < worker->n);
    uint32_t first = worker->trace_of.data[edge];
    return first == NO_SLOT ? NO_SLOT : worker->traces.data[first + slot];
}

/* ---- initial states */

static void add_initial(TsWorker *worker, World *world, const StepResult *result, uint32_t choice, TsSuccessors *out) {
    reserve_edges(out, 1);
    TsEdge *edge = &out->edges[out->nedges++];
    *edge = (TsEdge){.kind = edge_kinds[result->status], .choice = choice, .offset = out->nids, .reached_point = true};
    if (edge->kind == TS_EDGE) {
        edge->n = ts_encode(worker, world, reserve_ids(out, world->n), world->n, NULL);
        out->nids += edge->n;
    } else if (edge->kind == TS_VIOLATION) {
        edge->violation = faults_add(worker->ts->faults, &result->violation);
    } else if (edge->kind == TS_LIMIT) {
        Violation limit = {.span = result->at, .task = NO_SLOT, .object = NO_SLOT, .text = result->limit};
        edge->violation = faults_add(worker->ts->faults, &limit);
    }
}

void ts_initial(TsWorker *worker, TsSuccessors *out) {
    Choices choices = {0};
    uint32_t choice = 0;
    out->nedges = out->nids = 0;
    do {
        World world;
        world_init(&world, worker->ts->program);
        StepResult result = eval_start(&world, &worker->ts->expand.eval, &choices, NULL);
        assert(result.status != STEP_DISABLED);
        add_initial(worker, &world, &result, choice++, out);
        world_fini(&world);
    } while (choices_next(&choices));
    choices_fini(&choices);
}

/* ---- states and worlds */

void ts_world(TsWorker *worker, const uint32_t *state, uint32_t n, World *world) {
    const Comps *comps = worker->ts->comps;
    world_copy(world, &worker->ts->base);
    world_reset(world, n);
    for (uint32_t i = 0; i < n; i++) {
        const CompInfo *info = comps_at(comps, comps_entry(comps, i, state[i])->content);
        world_set(world, i, info->words, info->n);
        world->comps[i].changed = false;
    }
}

uint32_t ts_encode(TsWorker *worker, World *world, uint32_t *ids, uint32_t cap, uint32_t *moves) {
    Comps *comps = worker->ts->comps;
    vec_resize(&worker->raw, world->n);
    vec_resize(&worker->placed, world->n);
    vec_resize(&worker->moves, world->n);
    for (uint32_t i = 0; i < world->n; i++) worker->raw.data[i] = expand_intern(comps, worker->ts->program, world, i);
    uint32_t n = canon_order(worker->canon, worker->raw.data, world->n, worker->placed.data, worker->moves.data);
    for (uint32_t i = 0; i < n && i < cap; i++) ids[i] = comps_local(comps, i, worker->placed.data[i]);
    if (moves && world->n) memcpy(moves, worker->moves.data, world->n * sizeof *moves);
    return n;
}

static const CompEntry *entry_at(const TsWorker *worker, const uint32_t *state, uint32_t n, uint32_t slot) {
    assert(slot < n);
    (void)n;
    return comps_entry(worker->ts->comps, slot, state[slot]);
}

TsTaskState ts_task(const TsWorker *worker, const uint32_t *state, uint32_t n, uint32_t slot) {
    uint32_t flags = entry_at(worker, state, n, slot)->flags;
    if (!(flags & COMP_IS_TASK)) return TS_TASK_NOT_TASK;
    return flags & COMP_IS_ALIVE ? TS_TASK_ALIVE : TS_TASK_ENDED;
}

bool ts_under_way(const TsWorker *worker, const uint32_t *state, uint32_t n, uint32_t slot) {
    return (entry_at(worker, state, n, slot)->flags & COMP_IS_UNDER_WAY) != 0;
}

uint64_t ts_invariants(TsWorker *worker, const uint32_t *state, uint32_t n) { return expand_check(&worker->expand, state, n); }
