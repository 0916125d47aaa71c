#include "model/ts.h"

#include "model/canon.h"
#include "model/channel.h"
#include "model/comps.h"
#include "model/expand.h"
#include "model/faults.h"
#include "model/kind.h"
#include "model/merge.h"
#include "model/support/fatal.h"
#include "model/target.h"

#include <assert.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

struct Ts {
    const Program *program;
    TsOptions options;
    ExpandOptions expand;
    bool merges;       /* options.merge, and the program allows it */
    World base;        /* after the init code: const globals, fixed slots */
    uint32_t nfixed;
    uint32_t first_actor; /* no slot before it makes steps */
    Comps *comps;
    Faults *faults;
    pthread_mutex_t lock; /* of the list of workers */
    TsWorker *workers;
};

struct TsWorker {
    Ts *ts;
    TsWorker *next;
    Expand expand;
    Canon *canon;
    Target target;
    bool traced;
    VEC(uint32_t) traces;   /* moves of all edges */
    VEC(uint32_t) trace_of; /* per edge: first in `traces`, NO_SLOT without a target */
    VEC(uint32_t) contents, placed, moves; /* scratch of ts_encode */
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

/* Objects that move by themselves may be among the fixed ones. */
static uint32_t first_actor(World *base, uint32_t nfixed) {
    uint32_t slot = 0;
    while (slot < nfixed && slot < base->n && !kind_is_actor(base->program, world_read(base, slot, NULL))) slot++;
    return slot < base->n ? slot : nfixed;
}

bool ts_merges(const Program *program, TsOptions options) {
    return !options.run_on && !options.main_ends_run && merge_applies(program);
}

Ts *ts_new(const Program *program, TsOptions options) {
    Ts *ts = calloc(1, sizeof *ts);
    if (!ts) fatal("out of memory");
    ts->program = program;
    ts->options = options;
    ts->expand = (ExpandOptions){
        .eval = {.run_on = options.run_on, .no_reset = !options.reset}, .memo = options.memo, .labels = options.labels, .comms = options.comms};
    ts->merges = options.merge && ts_merges(program, options);
    pthread_mutex_init(&ts->lock, NULL);
    find_base(ts);
    ts->first_actor = first_actor(&ts->base, ts->nfixed);
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
    target_init(&worker->target, ts->comps, worker->canon, ts->options.symmetry);
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
    target_fini(&worker->target);
    vec_fini(&worker->traces);
    vec_fini(&worker->trace_of);
    vec_fini(&worker->contents);
    vec_fini(&worker->placed);
    vec_fini(&worker->moves);
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
    if (out->nedges + more > out->edges_cap) vec_reserve_((void **)&out->edges, &out->edges_cap, out->nedges + more, sizeof *out->edges);
}

static uint32_t *reserve_ids(TsSuccessors *out, uint32_t more) {
    if (out->nids + more > out->ids_cap) vec_reserve_((void **)&out->ids, &out->ids_cap, out->nids + more, sizeof *out->ids);
    return out->ids + out->nids;
}

void ts_successors_fini(TsSuccessors *out) {
    free(out->edges);
    free(out->ids);
    free(out->comms);
    *out = (TsSuccessors){0};
}

/* ---- edges */

enum { ALL_STAY = NO_SLOT - 1u };

static void keep_trace(TsWorker *worker, bool has_target) {
    const Target *target = &worker->target;
    bool moves = has_target && target->has_moved;
    vec_push(&worker->trace_of, !has_target ? NO_SLOT : moves ? worker->traces.n : ALL_STAY);
    for (uint32_t i = 0; moves && i < target->n; i++)
        vec_push(&worker->traces, i < worker->ts->nfixed ? i : target->moves.data[i]);
}

static const TsEdgeKind edge_kinds[] = {[STEP_DONE] = TS_EDGE, [STEP_CUT] = TS_CUT, [STEP_VIOLATION] = TS_VIOLATION, [STEP_LIMIT] = TS_LIMIT};

static void add_comms(const ExpandOutcome *outcome, TsSuccessors *out) {
    vec_reserve_((void **)&out->comms, &out->comms_cap, out->ncomms + outcome->ncomms, sizeof *out->comms);
    for (uint32_t i = 0; i < outcome->ncomms; i++) out->comms[out->ncomms++] = expand_comm(outcome->comms + i * EXPAND_COMM);
}

static void add_edge(TsWorker *worker, uint32_t actor, uint32_t choice, const ExpandOutcome *outcome, TsSuccessors *out) {
    TsEdge *edge = &out->edges[out->nedges++];
    *edge = (TsEdge){.kind = edge_kinds[outcome->status], .actor = actor, .choice = choice, .reached_point = outcome->reached_point,
                     .by_fault = outcome->by_fault, .offset = out->nids, .violation = outcome->fault};
    if (worker->ts->options.labels) {
        edge->fiber = outcome->fiber;
        edge->left = outcome->left;
        edge->arm = outcome->arm;
        edge->progress = outcome->progress;
        edge->lost = outcome->lost;
        edge->delivered = outcome->delivered;
        edge->events = outcome->events;
    }
    edge->status_after = outcome->status_after;
    edge->comms = out->ncomms;
    edge->ncomms = outcome->ncomms;
    if (outcome->ncomms) add_comms(outcome, out);
    if (edge->kind == TS_EDGE) {
        uint32_t *ids = reserve_ids(out, worker->target.n + outcome->nadded);
        edge->n = target_make(&worker->target, outcome, ids);
        out->nids += edge->n;
    }
    if (worker->traced || worker->ts->options.labels) keep_trace(worker, edge->kind == TS_EDGE);
}

static bool main_lives(const TsWorker *worker) {
    for (uint32_t i = worker->ts->nfixed; i < worker->target.n; i++)
        if (worker->target.entries.data[i]->flags & COMP_IS_MAIN) return true;
    return false;
}

static void add_steps(TsWorker *worker, uint32_t slot, const uint32_t *at, TsSuccessors *out) {
    uint32_t count = *at++;
    if (count) reserve_edges(out, count);
    for (uint32_t i = 0; i < count; i++) {
        ExpandOutcome outcome;
        at = expand_next(at, &worker->ts->expand, &outcome);
        add_edge(worker, slot, i, &outcome, out);
    }
}

/* The first inert step of the state as its only one; false when it has none. */
static bool merged(TsWorker *worker, const uint32_t *state, uint32_t n, TsSuccessors *out) {
    for (uint32_t slot = worker->ts->nfixed; slot < n; slot++) {
        if (!(worker->target.entries.data[slot]->flags & COMP_IS_ALIVE)) continue;
        const uint32_t *at = expand_step(&worker->expand, state, n, slot);
        if (!expand_is_inert(at)) continue;
        add_steps(worker, slot, at, out);
        return true;
    }
    return false;
}

static void successors(TsWorker *worker, const uint32_t *state, uint32_t n, TsSuccessors *out) {
    out->nedges = out->nids = out->ncomms = 0;
    vec_clear(&worker->traces);
    vec_clear(&worker->trace_of);
    target_look(&worker->target, state, n);
    if (worker->ts->options.main_ends_run && !main_lives(worker)) return;
    worker->expand.states++;
    if (worker->ts->merges && merged(worker, state, n, out)) return;
    for (uint32_t slot = worker->ts->first_actor; slot < n; slot++)
        if (worker->target.entries.data[slot]->flags & COMP_IS_ACTOR) add_steps(worker, slot, expand_step(&worker->expand, state, n, slot), out);
}

void ts_successors(TsWorker *worker, const uint32_t *state, uint32_t n, TsSuccessors *out) { successors(worker, state, n, out); }

void ts_successors_traced(TsWorker *worker, const uint32_t *state, uint32_t n, TsSuccessors *out) {
    worker->traced = true;
    successors(worker, state, n, out);
    worker->traced = false;
}

uint32_t ts_moves(const TsWorker *worker, uint32_t edge, uint32_t slot) {
    assert(edge < worker->trace_of.n && slot < worker->target.n);
    uint32_t first = worker->trace_of.data[edge];
    if (first == ALL_STAY) return slot;
    return first == NO_SLOT ? NO_SLOT : worker->traces.data[first + slot];
}

const uint32_t *ts_all_moves(const TsWorker *worker, uint32_t edge) {
    assert(edge < worker->trace_of.n && worker->trace_of.data[edge] != NO_SLOT);
    uint32_t first = worker->trace_of.data[edge];
    return first == ALL_STAY ? NULL : worker->traces.data + first;
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
    out->nedges = out->nids = out->ncomms = 0;
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
    vec_resize(&worker->contents, world->n);
    vec_resize(&worker->placed, world->n);
    vec_resize(&worker->moves, world->n);
    for (uint32_t i = 0; i < world->n; i++) worker->contents.data[i] = expand_intern(comps, worker->ts->program, world, i);
    uint32_t n = canon_order(worker->canon, worker->contents.data, world->n, worker->placed.data, worker->moves.data);
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

bool ts_is_fair(const TsWorker *worker, const uint32_t *state, uint32_t n, uint32_t slot) {
    const CompEntry *entry = entry_at(worker, state, n, slot);
    if (entry->flags & COMP_IS_TASK) return true;
    const KindMoves *moves = kind_row(comp_kind(comps_at(worker->ts->comps, entry->content)->words))->moves;
    return moves && moves->is_fair;
}

static const Word *unbounded_words(const TsWorker *worker, const uint32_t *state, uint32_t slot) {
    const Comps *comps = worker->ts->comps;
    const Word *words = comps_at(comps, comps_entry(comps, slot, state[slot])->content)->words;
    return comp_kind(words) == COMP_CHANNEL && words[CHANNEL_CAP] < 0 ? words : NULL;
}

bool ts_is_unbounded(const TsWorker *worker, const uint32_t *state, uint32_t slot) { return unbounded_words(worker, state, slot) != NULL; }

uint32_t ts_items(const TsWorker *worker, const uint32_t *state, uint32_t n) {
    uint32_t count = 0;
    for (uint32_t slot = 0; slot < worker->ts->nfixed && slot < n; slot++) {
        const Word *words = unbounded_words(worker, state, slot);
        if (words) count += (uint32_t)words[CHANNEL_NITEMS];
    }
    return count;
}

bool ts_under_way(const TsWorker *worker, const uint32_t *state, uint32_t n, uint32_t slot) {
    return (entry_at(worker, state, n, slot)->flags & COMP_IS_UNDER_WAY) != 0;
}

uint64_t ts_invariants(TsWorker *worker, const uint32_t *state, uint32_t n) { return expand_check(&worker->expand, state, n); }

uint64_t ts_conditions(TsWorker *worker, const uint32_t *state, uint32_t n) { return expand_conditions(&worker->expand, state, n); }

uint64_t ts_undefined(const TsWorker *worker) { return worker->expand.undefined; }
