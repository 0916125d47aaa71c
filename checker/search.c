#include "checker/search.h"

#include "checker/growth.h"

#include "model/support/fatal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { BATCH = 16, MEASURE_EVERY = 32 /* batches */, SORT_SMALL = 32 };

double search_clock(void) {
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

/* One successor between its expansion and its look-up. */
typedef struct Pending {
    uint64_t hash;
    uint32_t label, weight;
} Pending;

typedef struct Source {
    uint32_t end; /* of its successors in pending */
    uint8_t flags;
} Source;

/* The batch under way. A step without a target goes straight to `nowhere` with the source's number in the batch. */
typedef struct Expansion {
    Search *search;
    TsSuccessors successors;
    VEC(Pending) pending;
    VEC(uint64_t) words; /* layout.nwords per pending */
    VEC(uint64_t) keys;
    VEC(uint64_t) nowhere; /* source in the batch << 32 | label */
    VEC(uint8_t) widths;
    VEC(uint8_t) seen_violation;
    Source sources[BATCH];
    uint32_t nsources;
    uint32_t version; /* of the widths that the store follows */
    uint32_t level_end;
    uint32_t heavy; /* the heaviest state yet, while it has not been looked at; else STORE_NONE */
    double reported;
} Expansion;

/* ---- limits */

void search_stop(Search *search, const char *why, bool hurries) {
    search->stopped = true;
    search->hurries |= hurries;
    if (!search->complete) return;
    search->complete = false;
    search->why = why;
}

void search_note_memory(Search *search, uint64_t bytes) {
    uint64_t held = store_memory(&search->store) + edges_memory(&search->edges) + ts_memory(search->ts) + bytes;
    if (held > search->memory) search->memory = held;
}

bool search_may_go_on(Search *search) {
    const EngineOptions *options = search->options;
    if (options->interrupt != NULL && *options->interrupt) search_stop(search, "interrupted", true);
    else if (options->timeout > 0 && search_clock() - search->started > options->timeout)
        search_stop(search, "the time limit was reached", true);
    return !search->hurries;
}

static void report(Expansion *expansion, uint32_t next) {
    Search *search = expansion->search;
    const EngineOptions *options = search->options;
    double seconds = search_clock() - search->started;
    if (options->progress == NULL || seconds < 1 || seconds - expansion->reported < 0.1) return;
    expansion->reported = seconds;
    options->progress(options->progress_context, search->store.n, search->transitions, search->store.n - next,
        search->depth, search->memory, seconds);
}

static bool within_limits(Expansion *expansion, uint32_t next, uint32_t batch) {
    Search *search = expansion->search;
    const EngineOptions *options = search->options;
    if (options->max_states > 0 && search->store.n > options->max_states)
        search_stop(search, "the limit of states was reached", false);
    if (search->store.n >= STORE_MAX_STATES - (1u << 20))
        search_stop(search, "more states than the store can number", false);
    if (batch % MEASURE_EVERY == 0) {
        search_note_memory(search, 0);
        if (options->memory > 0 && search->memory > options->memory)
            search_stop(search, "the memory limit was reached", true);
        report(expansion, next);
    }
    search_may_go_on(search);
    return !search->stopped;
}

/* ---- packing */

static void reshape(Expansion *expansion, uint32_t n) {
    Search *search = expansion->search;
    const StoreLayout *layout = &search->store.layout;
    bool is_first = search->store.n == 0 && expansion->version == 0;
    StoreShape shape = {.min_slots = n, .max_slots = n};
    if (!is_first && layout->min_slots < n) shape.min_slots = layout->min_slots;
    if (!is_first && layout->max_slots > n) shape.max_slots = layout->max_slots;
    vec_resize(&expansion->widths, shape.max_slots + 1);
    expansion->version = ts_widths_version(search->ts) + 1;
    for (uint32_t k = 0; k < shape.max_slots; k++) expansion->widths.data[k] = (uint8_t)ts_width(search->ts, k);
    shape.widths = expansion->widths.data;
    store_reshape(&search->store, &shape);
}

static void pend(Expansion *expansion, const uint32_t *ids, uint32_t n, uint32_t label) {
    const Store *store = &expansion->search->store;
    uint32_t nwords = store->layout.nwords, at = expansion->pending.n * nwords;
    if (at + nwords > expansion->words.cap) vec_reserve(&expansion->words, at + nwords);
    uint64_t *words = expansion->words.data + at;
    uint64_t hash = store_prepare(store, ids, n, words);
    uint32_t weight = growth_weight(expansion->search, ids, n);
    vec_push(&expansion->pending, (Pending){.hash = hash, .label = label, .weight = weight});
}

/* ---- edges */

static int compare_keys(const void *a, const void *b) {
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

/* Sorts and removes repetitions; returns how many are left. */
static uint32_t sort_keys(uint64_t *keys, uint32_t n) {
    if (n > SORT_SMALL) {
        qsort(keys, n, sizeof *keys, compare_keys);
    } else {
        for (uint32_t i = 1; i < n; i++) {
            uint64_t key = keys[i];
            uint32_t j = i;
            for (; j > 0 && keys[j - 1] > key; j--) keys[j] = keys[j - 1];
            keys[j] = key;
        }
    }
    uint32_t kept = n == 0 ? 0 : 1;
    for (uint32_t i = 1; i < n; i++)
        if (keys[i] != keys[kept - 1]) keys[kept++] = keys[i];
    return kept;
}

static bool leads_nowhere(const Edges *edges, uint64_t key) {
    return (edges_label(edges, (uint32_t)key)->flags & LABEL_NOWHERE) != 0;
}

static uint32_t count_targets(const Edges *edges, const uint64_t *keys, uint32_t n) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < n; i++) {
        if (leads_nowhere(edges, keys[i])) continue;
        bool again = false;
        for (uint32_t j = i; j-- > 0 && keys[j] >> 32 == keys[i] >> 32 && !again;)
            again = !leads_nowhere(edges, keys[j]);
        count += again ? 0 : 1;
    }
    return count;
}

/* Looks the successors of one source up and stores its edges. */
static void settle(Expansion *expansion, uint32_t number, uint32_t from) {
    Search *search = expansion->search;
    Store *store = &search->store;
    Source *source = &expansion->sources[number];
    uint32_t first_new = store->n, state = search->edges.n, nwords = store->layout.nwords, nfresh = 0;
    vec_clear(&expansion->keys);
    vec_reserve(&expansion->keys, source->end - from + expansion->nowhere.n);
    uint64_t *keys = expansion->keys.data;
    uint32_t nkeys = 0;
    for (uint32_t i = from; i < source->end; i++) {
        bool is_new;
        const Pending *pending = &expansion->pending.data[i];
        uint32_t target = store_add(store, expansion->words.data + (size_t)i * nwords, pending->hash, &is_new);
        nfresh += is_new ? 1 : 0;
        if (is_new && pending->weight > search->heaviest && search->growths.n == 0) {
            search->heaviest = pending->weight;
            expansion->heavy = target;
        }
        if (target == state) source->flags |= EDGES_SELF;
        if (search->labelled || (target < first_new && target != state))
            keys[nkeys++] = (uint64_t)target << 32 | pending->label;
    }
    for (uint32_t i = 0; i < expansion->nowhere.n; i++)
        if (expansion->nowhere.data[i] >> 32 == number)
            keys[nkeys++] = (uint64_t)state << 32 | (expansion->nowhere.data[i] & UINT32_MAX);
    nkeys = sort_keys(keys, nkeys);
    bool self = (source->flags & EDGES_SELF) != 0;
    search->transitions += search->labelled ? count_targets(&search->edges, keys, nkeys)
                                            : nkeys + nfresh + (self ? 1u : 0u);
    edges_add(&search->edges, source->flags, keys, nkeys, nfresh);
}

static void flush(Expansion *expansion) {
    uint32_t from = 0;
    for (uint32_t i = 0; i < expansion->pending.n; i++)
        store_prefetch(&expansion->search->store, expansion->pending.data[i].hash);
    for (uint32_t i = 0; i < expansion->nsources; i++) {
        settle(expansion, i, from);
        from = expansion->sources[i].end;
    }
    expansion->nsources = 0;
    vec_clear(&expansion->pending);
    vec_clear(&expansion->nowhere);
}

/* ---- one state */

/* The label of the e-th successor of a state of n slots. */
static uint32_t label_of(Search *search, const TsEdge *edge, uint32_t e, uint32_t n) {
    if (!search->labelled) return 0;
    Labels *labels = &search->edges.labels;
    EdgeLabel label = {.actor = edge->actor, .fiber = edge->fiber, .left = edge->left, .arm = edge->arm};
    label.lost = edge->lost;
    label.delivered = edge->delivered;
    label.events = edge->events;
    const uint32_t *moves = edge->kind == TS_EDGE ? ts_all_moves(search->worker, e) : NULL;
    if (moves != NULL) label.moves = labels_intern_moves(labels, moves, n);
    if (edge->reached_point) label.flags |= LABEL_POINT;
    if (edge->by_fault) label.flags |= LABEL_FAULT;
    if (!ts_is_fair(search->worker, search->ids, n, edge->actor)) label.flags |= LABEL_FREE;
    if (edge->progress) label.flags |= LABEL_PROGRESS;
    if (edge->kind != TS_EDGE) label.flags |= LABEL_NOWHERE;
    return labels_intern(labels, label);
}

static void note_violation(Expansion *expansion, uint32_t state, uint32_t violation) {
    if (violation >= expansion->seen_violation.n) vec_resize(&expansion->seen_violation, violation + 1);
    if (expansion->seen_violation.data[violation]) return;
    expansion->seen_violation.data[violation] = 1;
    vec_push(&expansion->search->violations, (SearchViolation){state, violation});
}

static void note_nowhere(Expansion *expansion, uint32_t state, Source *source, const TsEdge *edge, uint32_t label) {
    Search *search = expansion->search;
    switch (edge->kind) {
    case TS_EDGE: return;
    case TS_CUT: source->flags |= EDGES_CUT; break;
    case TS_VIOLATION:
        if (!edge->by_fault) source->flags |= EDGES_LEAVES;
        note_violation(expansion, state, edge->violation);
        break;
    case TS_LIMIT:
        source->flags |= EDGES_LEAVES;
        search->complete = false;
        break;
    }
    if (search->labelled && state != STORE_NONE)
        vec_push(&expansion->nowhere, (uint64_t)expansion->nsources << 32 | label);
}

static void note_halted(Search *search, uint32_t state, uint32_t n) {
    for (uint32_t slot = search->fixed; slot < n; slot++) {
        if (ts_task(search->worker, search->ids, n, slot) != TS_TASK_ALIVE) continue;
        vec_push(&search->halted, state);
        return;
    }
}

static void note_invariants(Search *search, uint32_t state, uint32_t n) {
    uint64_t violated = ts_invariants(search->worker, search->ids, n);
    for (; violated != 0; violated &= violated - 1) {
        uint32_t *first = &search->invariant_state[__builtin_ctzll(violated)];
        if (*first == STORE_NONE) *first = state;
    }
}

/* True when the layout has to change before the successors can be packed. */
static bool outgrown(const Expansion *expansion) {
    const Search *search = expansion->search;
    return expansion->version != ts_widths_version(search->ts) + 1;
}

static void pend_successors(Expansion *expansion, uint32_t state, uint32_t n, Source *source) {
    Search *search = expansion->search;
    const TsSuccessors *successors = &expansion->successors;
    for (uint32_t e = 0; e < successors->nedges; e++) {
        const TsEdge *edge = &successors->edges[e];
        uint32_t label = label_of(search, edge, e, n);
        if (edge->kind != TS_EDGE) {
            note_nowhere(expansion, state, source, edge, label);
            continue;
        }
        pend(expansion, successors->ids + edge->offset, edge->n, label);
    }
    source->end = expansion->pending.n;
}

/* Makes the store admit all successors just computed, settling what was packed before when the layout changes. */
static void admit(Expansion *expansion) {
    Search *search = expansion->search;
    const TsSuccessors *successors = &expansion->successors;
    bool version_changed = outgrown(expansion);
    for (uint32_t e = 0; e < successors->nedges; e++) {
        const TsEdge *edge = &successors->edges[e];
        if (edge->kind != TS_EDGE || (!version_changed && store_admits(&search->store, edge->n))) continue;
        flush(expansion);
        reshape(expansion, edge->n);
        version_changed = false;
    }
}

/* Nothing but a fault can happen. */
static bool halts(const TsSuccessors *successors) {
    for (uint32_t e = 0; e < successors->nedges; e++)
        if (!successors->edges[e].by_fault) return false;
    return true;
}

/* After it was found that the program grows without bound, only what is no heavier than the proof is explored. */
static bool is_too_heavy(Search *search, uint32_t n) {
    return search->growths.n > 0 && growth_weight(search, search->ids, n) > search->heaviest;
}

static void expand(Expansion *expansion, uint32_t state) {
    Search *search = expansion->search;
    uint32_t n = search_state(search, state);
    if (search->program->ninvariants > 0) note_invariants(search, state, n);
    bool too_heavy = is_too_heavy(search, n);
    expansion->successors.nedges = 0;
    if (!too_heavy) ts_successors(search->worker, search->ids, n, &expansion->successors);
    if (!too_heavy && halts(&expansion->successors)) note_halted(search, state, n);
    admit(expansion);
    Source *source = &expansion->sources[expansion->nsources];
    *source = (Source){.flags = too_heavy ? EDGES_LEAVES : 0};
    pend_successors(expansion, state, n, source);
    expansion->nsources++;
}

/* ---- the search */

static void note_limit(Search *search, const TsSuccessors *successors) {
    for (uint32_t e = 0; e < successors->nedges && search->why == NULL; e++) {
        if (successors->edges[e].kind != TS_LIMIT) continue;
        search->complete = false;
        search->why = ts_violation(search->ts, successors->edges[e].violation)->text;
    }
}

static void start(Expansion *expansion) {
    Search *search = expansion->search;
    ts_initial(search->worker, &expansion->successors);
    search->fixed = ts_fixed(search->ts);
    for (uint32_t i = 0; i < search->program->nsites; i++)
        search->weighs_items |= search->program->sites[i].is_unbounded;
    for (uint32_t e = 0; e < expansion->successors.nedges; e++) {
        const TsEdge *edge = &expansion->successors.edges[e];
        Source source = {0};
        if (edge->kind != TS_EDGE) {
            note_nowhere(expansion, STORE_NONE, &source, edge, 0);
            continue;
        }
        if (outgrown(expansion) || !store_admits(&search->store, edge->n)) reshape(expansion, edge->n);
        bool is_new;
        vec_clear(&expansion->pending);
        pend(expansion, expansion->successors.ids + edge->offset, edge->n, 0);
        store_add(&search->store, expansion->words.data, expansion->pending.data[0].hash, &is_new);
    }
    vec_clear(&expansion->pending);
    note_limit(search, &expansion->successors);
    search->misses_start = !search->complete;
    edges_roots(&search->edges, search->store.n);
    expansion->level_end = search->store.n;
}

/* A state is heavier than all before it: does the run to it show that it can grow for ever? Many records are looked at
   more seldom. */
static void look_at_heavy(Expansion *expansion) {
    Search *search = expansion->search;
    uint32_t state = expansion->heavy;
    expansion->heavy = STORE_NONE;
    search->records++;
    bool seldom = search->records > 64 && (search->records & (search->records - 1)) != 0;
    SearchGrowth growth;
    if (search->growths.n > 0 || seldom || !grow_applies(search->program) || !growth_look(search, state, &growth))
        return;
    vec_push(&search->growths, growth);
    search->complete = false;
    search->why = growth.more.is_channel ? "a channel grows without bound" : "the number of tasks grows without bound";
}

static void explore(Expansion *expansion) {
    Search *search = expansion->search;
    uint32_t next = 0;
    for (uint32_t batch = 1; next < search->store.n && within_limits(expansion, next, batch); batch++) {
        if (next == expansion->level_end) {
            expansion->level_end = search->store.n;
            search->depth++;
        }
        uint32_t end = next + BATCH < expansion->level_end ? next + BATCH : expansion->level_end;
        for (; next < end; next++) {
            expand(expansion, next);
            note_limit(search, &expansion->successors);
        }
        flush(expansion);
        if (expansion->heavy != STORE_NONE) look_at_heavy(expansion);
    }
    assert(search->edges.n == next);
}

void search_run(Search *search) {
    Expansion expansion = {.search = search, .heavy = STORE_NONE};
    edges_init(&search->edges, search->labelled);
    start(&expansion);
    explore(&expansion);
    search_note_memory(search, 0);
    ts_successors_fini(&expansion.successors);
    vec_fini(&expansion.pending);
    vec_fini(&expansion.words);
    vec_fini(&expansion.keys);
    vec_fini(&expansion.nowhere);
    vec_fini(&expansion.widths);
    vec_fini(&expansion.seen_violation);
}

/* ---- looking back */

uint32_t search_state(Search *search, uint32_t state) {
    uint32_t room = search->store.layout.max_slots;
    if (room > search->ids_cap || search->ids == NULL) {
        search->ids_cap = room + 16;
        search->ids = realloc(search->ids, sizeof *search->ids * search->ids_cap);
        if (search->ids == NULL) fatal("out of memory");
    }
    return store_get(&search->store, state, search->ids);
}

uint32_t *search_path(const Search *search, uint32_t state, uint32_t *n) {
    VEC(uint32_t) path = {0};
    for (uint32_t at = state; at != STORE_NONE; at = edges_parent(&search->edges, at)) vec_push(&path, at);
    for (uint32_t i = 0; i < path.n / 2; i++) {
        uint32_t other = path.data[path.n - 1 - i];
        path.data[path.n - 1 - i] = path.data[i];
        path.data[i] = other;
    }
    *n = path.n;
    return path.data;
}

void search_init(Search *search, const Program *program, const EngineOptions *options, bool labelled) {
    memset(search, 0, sizeof *search);
    search->program = program;
    search->options = options;
    search->complete = true;
    search->started = search_clock();
    search->labelled = labelled;
    TsOptions ts = options->ts;
    ts.labels = labelled;
    ts.comms = program->nroles > 0 && options->roles != NULL;
    search->ts = ts_new(program, ts);
    search->worker = ts_worker_new(search->ts);
    store_init(&search->store);
    for (uint32_t i = 0; i < 64; i++) search->invariant_state[i] = STORE_NONE;
}

void search_fini(Search *search) {
    ts_worker_free(search->worker);
    ts_free(search->ts);
    store_fini(&search->store);
    edges_fini(&search->edges);
    vec_fini(&search->growths);
    vec_fini(&search->halted);
    vec_fini(&search->violations);
    free(search->ids);
}
