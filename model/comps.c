#include "model/comps.h"

#include "model/kind.h"
#include "model/support/arena.h"
#include "model/support/fatal.h"
#include "model/support/hash.h"
#include "model/support/vec.h"

#include <assert.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>

/* Everything that grows is replaced by a larger copy; the smaller one is kept until the end, so that a reader who still has it stays right
   for the ids it knows. Writers hold the lock. */
typedef struct Index { /* open addressing; an entry is (tag << 32) | (id + 1), 0 empty */
    uint32_t mask;
    _Atomic uint64_t entries[];
} Index;

typedef struct Seq {
    const Word *words;
    uint32_t n;
    uint64_t hash;
} Seq;

typedef struct SeqTable { /* sequences of words, interned; ids from 0 */
    _Atomic(Index *) index;
    _Atomic(Seq *) seqs;
    _Atomic uint32_t n;
    uint32_t cap;
} SeqTable;

typedef struct SlotTable {
    _Atomic(Index *) index; /* content -> dense id; the tag is the content itself */
    _Atomic(CompEntry *) entries;
    _Atomic uint32_t n;
    uint32_t cap;
} SlotTable;

struct Comps {
    const Program *program;
    uint32_t nfixed;
    pthread_mutex_t lock;
    Arena arena; /* words and refs */
    SeqTable contents, keys, shapes;
    _Atomic(CompInfo *) infos;
    uint32_t infos_cap;
    _Atomic(SlotTable **) slots;
    _Atomic uint32_t nslots;
    uint32_t slots_cap;
    _Atomic uint32_t widths_version;
    _Atomic uint64_t memory;
    VEC(void *) retired;
    VEC(Word) masked;   /* scratch of adding */
    VEC(CompRef) found;
    VEC(uint32_t) found_at;
};

/* ---- growth */

static void *fresh(Comps *comps, size_t bytes) {
    void *data = calloc(1, bytes);
    if (!data) fatal("out of memory");
    atomic_fetch_add(&comps->memory, bytes);
    return data;
}

/* A larger copy; the old one is retired. */
static void *enlarge(Comps *comps, void *old, size_t old_bytes, size_t bytes) {
    void *data = fresh(comps, bytes);
    if (old_bytes) memcpy(data, old, old_bytes);
    if (old) vec_push(&comps->retired, old);
    return data;
}

static Index *index_new(Comps *comps, uint32_t size) {
    assert((size & (size - 1)) == 0);
    Index *index = fresh(comps, sizeof *index + (size_t)size * sizeof index->entries[0]);
    index->mask = size - 1;
    return index;
}

static void index_put(Index *index, uint64_t hash, uint64_t entry) {
    uint32_t at = (uint32_t)hash & index->mask;
    while (atomic_load_explicit(&index->entries[at], memory_order_relaxed)) at = (at + 1) & index->mask;
    atomic_store_explicit(&index->entries[at], entry, memory_order_release);
}

static uint64_t seq_entry(const Seq *seq, uint32_t id) { return (seq->hash >> 32 << 32) | ((uint64_t)id + 1); }

/* ---- interned sequences */

#define SEQ_NONE UINT32_MAX

static uint32_t seq_find(const SeqTable *table, const Word *words, uint32_t n, uint64_t hash) {
    const Index *index = atomic_load_explicit(&table->index, memory_order_acquire);
    for (uint32_t at = (uint32_t)hash & index->mask;; at = (at + 1) & index->mask) {
        uint64_t entry = atomic_load_explicit(&index->entries[at], memory_order_acquire);
        if (!entry) return SEQ_NONE;
        if (entry >> 32 != hash >> 32) continue;
        uint32_t id = (uint32_t)entry - 1;
        const Seq *seq = &atomic_load_explicit(&table->seqs, memory_order_acquire)[id];
        if (seq->hash == hash && seq->n == n && !memcmp(seq->words, words, n * sizeof *words)) return id;
    }
}

static void seq_grow(Comps *comps, SeqTable *table) {
    uint32_t n = table->n, cap = table->cap ? table->cap * 2 : 64;
    Seq *seqs = enlarge(comps, table->seqs, n * sizeof *seqs, cap * sizeof *seqs);
    atomic_store_explicit(&table->seqs, seqs, memory_order_release);
    Index *index = index_new(comps, cap * 2);
    for (uint32_t i = 0; i < n; i++) index_put(index, seqs[i].hash, seq_entry(&seqs[i], i));
    if (table->index) vec_push(&comps->retired, table->index);
    atomic_store_explicit(&table->index, index, memory_order_release);
    table->cap = cap;
}

/* Appends without publishing: seq_publish does once what hangs on the id is ready. */
static uint32_t seq_append(Comps *comps, SeqTable *table, const Word *words, uint32_t n, uint64_t hash) {
    if (table->n == table->cap) seq_grow(comps, table);
    if (table->n == UINT32_MAX - 1) fatal("too many component contents");
    Word *kept = arena_copy(&comps->arena, words, n * sizeof *words);
    atomic_fetch_add(&comps->memory, n * sizeof *words);
    table->seqs[table->n] = (Seq){.words = kept, .n = n, .hash = hash};
    return table->n++;
}

static void seq_publish(SeqTable *table, uint32_t id) { index_put(table->index, table->seqs[id].hash, seq_entry(&table->seqs[id], id)); }

static uint32_t seq_intern(Comps *comps, SeqTable *table, const Word *words, uint32_t n) {
    uint64_t hash = hash_bytes(words, n * sizeof *words);
    uint32_t id = seq_find(table, words, n, hash);
    if (id != SEQ_NONE) return id;
    id = seq_append(comps, table, words, n, hash);
    seq_publish(table, id);
    return id;
}

/* ---- what a content says */

static bool is_movable(const Comps *comps, Word handle) { return handle > 0 && handle_slot(handle) >= comps->nfixed; }

static void collect_ref(void *context, uint32_t index, Word handle, bool ordered) {
    Comps *comps = context;
    if (!is_movable(comps, handle)) return;
    vec_push(&comps->found, (CompRef){.slot = handle_slot(handle), .ordered = ordered});
    vec_push(&comps->found_at, index);
}

/* Hash of the words with every movable handle replaced by a mark, the one at `special` by another. */
static uint64_t masked_hash(Comps *comps, const Word *words, uint32_t n, uint32_t special) {
    Word mark = slot_handle(comps->nfixed);
    vec_resize(&comps->masked, n);
    if (n) memcpy(comps->masked.data, words, n * sizeof *words);
    for (uint32_t i = 0; i < comps->found.n; i++) comps->masked.data[comps->found_at.data[i]] = mark + (i == special);
    comp_normalise(comps->program, comps->masked.data, n);
    return hash_bytes(comps->masked.data, n * sizeof *words);
}

/* Which handles stand in one element of a set: that is a relation between what they refer to, unless it is the same. */
static void note_elements(Comps *comps, CompInfo *info) {
    uint32_t n = comps->found.n;
    CompRef *refs = comps->found.data;
    for (uint32_t i = 0; i < n; i++)
        if (!refs[i].ordered) refs[i].element = comp_element(comps->program, info->words, comps->found_at.data[i]) & 0x7fffffffu;
    for (uint32_t i = 0; i < n; i++) {
        bool alone = true;
        for (uint32_t k = 0; k < n && alone; k++) alone = refs[k].slot == refs[i].slot || refs[k].element != refs[i].element;
        if (alone) refs[i].element = 0;
    }
    for (uint32_t i = 0; i < n; i++)
        if (refs[i].element) info->flags |= COMP_HAS_ELEMENTS;
}

static void fill_refs(Comps *comps, CompInfo *info) {
    vec_clear(&comps->found);
    vec_clear(&comps->found_at);
    comp_handles(comps->program, info->words, info->n, collect_ref, comps);
    uint32_t nrefs = comps->found.n;
    bool sets = false;
    for (uint32_t i = 0; i < nrefs; i++) sets |= !comps->found.data[i].ordered;
    info->colour = masked_hash(comps, info->words, info->n, UINT32_MAX);
    if (!nrefs) return;
    vec_resize(&comps->masked, nrefs);
    for (uint32_t i = 0; i < nrefs; i++) comps->masked.data[i] = (Word)comps->found.data[i].slot * 2 + comps->found.data[i].ordered;
    info->shape = seq_intern(comps, &comps->shapes, comps->masked.data, nrefs);
    for (uint32_t i = 0; i < nrefs; i++)
        comps->found.data[i].label = sets ? masked_hash(comps, info->words, info->n, i) : hash_mix(comps->found_at.data[i]);
    if (sets) note_elements(comps, info);
    info->refs = arena_copy(&comps->arena, comps->found.data, nrefs * sizeof *info->refs);
    atomic_fetch_add(&comps->memory, nrefs * sizeof *info->refs);
    info->nrefs = nrefs;
    info->flags |= COMP_HAS_REFS | (sets ? COMP_HAS_SETS : 0u);
}

/* Number, daemon, executor and the parameters that are never assigned stay what they are as long as the task lives. */
static uint32_t key_of(Comps *comps, const Word *words, bool alive) {
    const Machine *machine = comps->program->machines[words[FIBER_MACHINE]];
    Word mark = -1; /* handles that may be renamed tell nothing */
    comps->masked.n = 0;
    vec_push(&comps->masked, words[FIBER_MACHINE]);
    vec_push(&comps->masked, words[FIBER_NUMBER]);
    vec_push(&comps->masked, words[FIBER_FLAGS] & FIBER_IS_DAEMON);
    vec_push(&comps->masked, is_movable(comps, words[FIBER_EXECUTOR]) ? mark : words[FIBER_EXECUTOR]);
    for (uint32_t i = 0; alive && i < machine->key_slots_n; i++) {
        uint32_t slot = machine->key_slots[i];
        bool masked = machine->slot_kinds[slot] != WORD_DATA && is_movable(comps, words[FIBER_FRAME + slot]);
        vec_push(&comps->masked, masked ? mark : words[FIBER_FRAME + slot]);
    }
    return seq_intern(comps, &comps->keys, comps->masked.data, comps->masked.n);
}

static void describe_task(Comps *comps, CompInfo *info) {
    Word status = info->words[FIBER_STATUS];
    bool alive = status < FIBER_ENDED;
    info->flags = COMP_IS_TASK;
    if (alive) info->flags |= COMP_IS_ALIVE | COMP_IS_ROOT | COMP_IS_ACTOR;
    if (status == FIBER_UNDER_WAY || status == FIBER_BLOCKED) info->flags |= COMP_IS_UNDER_WAY;
    if (alive && info->words[FIBER_MACHINE] == MACHINE_MAIN) info->flags |= COMP_IS_MAIN;
    if (info->flags & COMP_IS_ROOT) info->key = key_of(comps, info->words, alive);
}

static CompInfo describe(Comps *comps, const Word *words, uint32_t n) {
    CompInfo info = {.words = words, .n = n};
    if (comp_kind(words) == COMP_GLOBAL) info.flags = COMP_IS_GLOBAL;
    if (comp_kind(words) == COMP_FIBER && (words[FIBER_FLAGS] & FIBER_IS_TASK)) describe_task(comps, &info);
    if (kind_is_actor(comps->program, words)) info.flags |= COMP_IS_ACTOR;
    fill_refs(comps, &info);
    return info;
}

static uint32_t add_content(Comps *comps, const Word *words, uint32_t n, uint64_t hash) {
    uint32_t id = seq_append(comps, &comps->contents, words, n, hash);
    if (id >= comps->infos_cap) {
        uint32_t cap = comps->infos_cap ? comps->infos_cap * 2 : 64;
        CompInfo *infos = enlarge(comps, comps->infos, comps->infos_cap * sizeof *infos, cap * sizeof *infos);
        atomic_store_explicit(&comps->infos, infos, memory_order_release);
        comps->infos_cap = cap;
    }
    comps->infos[id] = describe(comps, comps->contents.seqs[id].words, n);
    seq_publish(&comps->contents, id);
    return id;
}

/* ---- slots */

static void slots_reach(Comps *comps, uint32_t slot) {
    if (slot >= comps->slots_cap) {
        uint32_t cap = comps->slots_cap ? comps->slots_cap : 32;
        while (cap <= slot) cap *= 2;
        SlotTable **slots = enlarge(comps, comps->slots, comps->nslots * sizeof *slots, cap * sizeof *slots);
        atomic_store_explicit(&comps->slots, slots, memory_order_release);
        comps->slots_cap = cap;
    }
    for (uint32_t i = comps->nslots; i <= slot; i++) {
        comps->slots[i] = fresh(comps, sizeof(SlotTable));
        atomic_store_explicit(&comps->nslots, i + 1, memory_order_release);
    }
}

static uint64_t local_hash(uint32_t content) { return hash_mix(content); }

static uint32_t local_find(const SlotTable *table, uint32_t content) {
    const Index *index = atomic_load_explicit(&table->index, memory_order_acquire);
    if (!index) return SEQ_NONE;
    for (uint32_t at = (uint32_t)local_hash(content) & index->mask;; at = (at + 1) & index->mask) {
        uint64_t entry = atomic_load_explicit(&index->entries[at], memory_order_acquire);
        if (!entry) return SEQ_NONE;
        if (entry >> 32 == content) return (uint32_t)entry - 1;
    }
}

static void local_grow(Comps *comps, SlotTable *table) {
    uint32_t n = table->n, cap = table->cap ? table->cap * 2 : 8;
    CompEntry *entries = enlarge(comps, table->entries, n * sizeof *entries, cap * sizeof *entries);
    atomic_store_explicit(&table->entries, entries, memory_order_release);
    Index *index = index_new(comps, cap * 2);
    for (uint32_t i = 0; i < n; i++)
        index_put(index, local_hash(entries[i].content), ((uint64_t)entries[i].content << 32) | (i + 1));
    if (table->index) vec_push(&comps->retired, table->index);
    atomic_store_explicit(&table->index, index, memory_order_release);
    table->cap = cap;
}

static uint32_t local_add(Comps *comps, SlotTable *table, uint32_t content) {
    if (table->n == table->cap) local_grow(comps, table);
    uint32_t id = table->n;
    const CompInfo *info = comps_at(comps, content);
    table->entries[id] = (CompEntry){.content = content, .flags = info->flags, .key = info->key, .shape = info->shape, .colour = info->colour};
    atomic_store_explicit(&table->n, id + 1, memory_order_release);
    index_put(table->index, local_hash(content), ((uint64_t)content << 32) | (id + 1));
    if (id && (id & (id - 1)) == 0) atomic_fetch_add(&comps->widths_version, 1);
    return id;
}

/* ---- the interface */

Comps *comps_new(const Program *program, uint32_t nfixed) {
    Comps *comps = calloc(1, sizeof *comps);
    if (!comps) fatal("out of memory");
    comps->program = program;
    comps->nfixed = nfixed;
    pthread_mutex_init(&comps->lock, NULL);
    arena_init(&comps->arena);
    seq_grow(comps, &comps->contents);
    seq_grow(comps, &comps->keys);
    seq_grow(comps, &comps->shapes);
    seq_intern(comps, &comps->shapes, NULL, 0); /* shape 0: no movable handle */
    seq_intern(comps, &comps->keys, NULL, 0);   /* key 0: none */
    if (nfixed) slots_reach(comps, nfixed - 1);
    return comps;
}

static void free_table(SeqTable *table) {
    free(table->index);
    free(table->seqs);
}

void comps_free(Comps *comps) {
    if (!comps) return;
    for (uint32_t i = 0; i < comps->nslots; i++) {
        free(comps->slots[i]->index);
        free(comps->slots[i]->entries);
        free(comps->slots[i]);
    }
    free(comps->slots);
    free(comps->infos);
    free_table(&comps->contents);
    free_table(&comps->keys);
    free_table(&comps->shapes);
    for (uint32_t i = 0; i < comps->retired.n; i++) free(comps->retired.data[i]);
    vec_fini(&comps->retired);
    vec_fini(&comps->masked);
    vec_fini(&comps->found);
    vec_fini(&comps->found_at);
    arena_fini(&comps->arena);
    pthread_mutex_destroy(&comps->lock);
    free(comps);
}

uint32_t comps_fixed(const Comps *comps) { return comps->nfixed; }

uint32_t comps_intern(Comps *comps, const Word *words, uint32_t n) {
    uint64_t hash = hash_bytes(words, n * sizeof *words);
    uint32_t id = seq_find(&comps->contents, words, n, hash);
    if (id != SEQ_NONE) return id;
    pthread_mutex_lock(&comps->lock);
    id = seq_find(&comps->contents, words, n, hash);
    if (id == SEQ_NONE) id = add_content(comps, words, n, hash);
    pthread_mutex_unlock(&comps->lock);
    return id;
}

const CompInfo *comps_at(const Comps *comps, uint32_t content) {
    assert(content < comps->contents.n);
    return &atomic_load_explicit(&comps->infos, memory_order_acquire)[content];
}

uint32_t comps_count(const Comps *comps) { return comps->contents.n; }

int comps_compare_keys(const Comps *comps, uint32_t a, uint32_t b) {
    if (a == b) return 0;
    const Seq *seqs = atomic_load_explicit(&comps->keys.seqs, memory_order_acquire), *x = &seqs[a], *y = &seqs[b];
    for (uint32_t i = 0; i < x->n && i < y->n; i++)
        if (x->words[i] != y->words[i]) return x->words[i] < y->words[i] ? -1 : 1;
    return x->n < y->n ? -1 : x->n > y->n;
}

uint32_t comps_local(Comps *comps, uint32_t slot, uint32_t content) {
    uint32_t id = SEQ_NONE;
    if (slot < atomic_load_explicit(&comps->nslots, memory_order_acquire))
        id = local_find(atomic_load_explicit(&comps->slots, memory_order_acquire)[slot], content);
    if (id != SEQ_NONE) return id;
    pthread_mutex_lock(&comps->lock);
    slots_reach(comps, slot);
    SlotTable *table = comps->slots[slot];
    id = local_find(table, content);
    if (id == SEQ_NONE) id = local_add(comps, table, content);
    pthread_mutex_unlock(&comps->lock);
    return id;
}

const CompEntry *comps_entry(const Comps *comps, uint32_t slot, uint32_t id) {
    assert(slot < comps->nslots);
    const SlotTable *table = atomic_load_explicit(&comps->slots, memory_order_acquire)[slot];
    assert(id < table->n);
    return &atomic_load_explicit(&table->entries, memory_order_acquire)[id];
}

uint32_t comps_ids(const Comps *comps, uint32_t slot) {
    return slot < comps->nslots ? atomic_load_explicit(&comps->slots, memory_order_acquire)[slot]->n : 0;
}

uint32_t comps_width(const Comps *comps, uint32_t slot) {
    uint32_t n = comps_ids(comps, slot);
    return n <= 1 ? 0 : 32u - (uint32_t)__builtin_clz(n - 1);
}

uint32_t comps_widths_version(const Comps *comps) { return atomic_load_explicit(&comps->widths_version, memory_order_acquire); }

uint64_t comps_memory(const Comps *comps) { return comps->memory; }
