#include "checker/store.h"

#include "model/support/fatal.h"
#include "model/support/hash.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#ifdef __SSE2__
#include <emmintrin.h>
#endif

enum { LINE = 16, SLACK_FROM = 1 << 14, BATCH = 16, HUGE_PAGE = 1 << 21, SEGMENT_STATES = 1 << STORE_SEGMENT_BITS };

static void *allocate(size_t bytes) {
    void *memory = malloc(bytes);
    if (memory == NULL) fatal("out of memory (%zu bytes)", bytes);
    return memory;
}

/* ---- layout */

static uint32_t bits_for(uint32_t value) { return value == 0 ? 0 : 32u - (uint32_t)__builtin_clz(value); }

static void layout_fini(StoreLayout *layout) {
    free(layout->first);
    free(layout->widths);
    free(layout->shifts);
    free(layout->masks);
    memset(layout, 0, sizeof *layout);
}

static void layout_place(StoreLayout *layout) {
    uint32_t word = 0, used = layout->count_bits;
    layout->first[0] = 0;
    for (uint32_t k = 0; k < layout->max_slots; k++) {
        uint32_t width = layout->widths[k];
        assert(width <= 32);
        if (used + width > 64) {
            layout->first[++word] = k;
            used = 0;
        }
        layout->shifts[k] = (uint8_t)(width == 0 ? 0 : used);
        layout->masks[k] = width == 32 ? UINT32_MAX : (1u << width) - 1u;
        used += width;
    }
    layout->nwords = word + 1;
    layout->first[word + 1] = layout->max_slots;
    layout->bytes = word * 8 + (used + 7) / 8;
    if (layout->bytes == 0) layout->bytes = 1;
}

static void layout_init(StoreLayout *layout, uint32_t min_slots, uint32_t max_slots, const uint8_t *widths) {
    *layout = (StoreLayout){.min_slots = min_slots, .max_slots = max_slots};
    layout->count_bits = bits_for(max_slots - min_slots);
    layout->first = allocate(sizeof(uint32_t) * (max_slots + 2u));
    layout->widths = allocate(max_slots + 1u);
    layout->shifts = allocate(max_slots + 1u);
    layout->masks = allocate(sizeof(uint32_t) * (max_slots + 1u));
    memcpy(layout->widths, widths, max_slots);
    layout_place(layout);
}

static void layout_pack(const StoreLayout *layout, const uint32_t *ids, uint32_t n, uint64_t *words) {
    assert(n >= layout->min_slots && n <= layout->max_slots);
    uint64_t word = n - layout->min_slots;
    uint32_t k = 0;
    for (uint32_t w = 0; w < layout->nwords; w++) {
        uint32_t end = layout->first[w + 1] < n ? layout->first[w + 1] : n;
        for (; k < end; k++) {
            assert((ids[k] & ~layout->masks[k]) == 0);
            word |= (uint64_t)ids[k] << layout->shifts[k];
        }
        words[w] = word;
        word = 0;
    }
}

static uint32_t layout_unpack(const StoreLayout *layout, const uint64_t *words, uint32_t *ids) {
    uint32_t n = layout->min_slots + (uint32_t)(words[0] & ((1ull << layout->count_bits) - 1u));
    uint32_t k = 0;
    for (uint32_t w = 0; w < layout->nwords; w++) {
        uint32_t end = layout->first[w + 1] < n ? layout->first[w + 1] : n;
        for (; k < end; k++) ids[k] = (uint32_t)(words[w] >> layout->shifts[k]) & layout->masks[k];
    }
    return n;
}

/* ---- the arena */

static inline uint8_t *address(const Store *store, uint32_t index) {
    return store->segments[index >> STORE_SEGMENT_BITS] + (size_t)(index & (SEGMENT_STATES - 1)) * store->layout.bytes;
}

static inline uint64_t load_word(const uint8_t *at) {
    uint64_t word;
    memcpy(&word, at, sizeof word);
    return word;
}

static inline uint64_t tail_mask(const StoreLayout *layout) {
    uint32_t bytes = layout->bytes - (layout->nwords - 1) * 8;
    return bytes == 8 ? UINT64_MAX : (1ull << (bytes * 8)) - 1u;
}

/* A segment has 8 bytes more than its states need, so that the last words can be read whole. */
static size_t segment_bytes(const StoreLayout *layout) { return (size_t)SEGMENT_STATES * layout->bytes + 8; }

static void load_words(const StoreLayout *layout, const uint8_t *at, uint64_t *words) {
    for (uint32_t w = 0; w < layout->nwords; w++) words[w] = load_word(at + (size_t)w * 8);
    words[layout->nwords - 1] &= tail_mask(layout);
}

static bool same(const StoreLayout *layout, const uint8_t *at, const uint64_t *words) {
    uint32_t last = layout->nwords - 1;
    for (uint32_t w = 0; w < last; w++)
        if (load_word(at + (size_t)w * 8) != words[w]) return false;
    return ((load_word(at + (size_t)last * 8) ^ words[last]) & tail_mask(layout)) == 0;
}

static void append(Store *store, const uint64_t *words) {
    if ((store->n & (SEGMENT_STATES - 1)) == 0) {
        if (store->nsegments == store->segments_cap) {
            store->segments_cap = store->segments_cap == 0 ? 16 : store->segments_cap * 2;
            store->segments = realloc(store->segments, sizeof *store->segments * store->segments_cap);
            if (store->segments == NULL) fatal("out of memory");
        }
        store->segments[store->nsegments++] = allocate(segment_bytes(&store->layout));
    }
    memcpy(address(store, store->n), words, store->layout.bytes);
    store->n++;
}

/* ---- the table */

uint64_t store_hash(const Store *store, const uint64_t *words) {
    uint64_t h = words[0] * 0x9e3779b97f4a7c15u;
    for (uint32_t w = 1; w < store->layout.nwords; w++) h = (h ^ (h >> 32) ^ words[w]) * 0xd6e8feb86659fd93u;
    return hash_mix(h);
}

static inline uint32_t home(const Store *store, uint64_t hash) {
    return (uint32_t)(((hash >> 32) * store->nlines) >> 32);
}
static inline uint32_t tag_of(const Store *store, uint64_t hash) {
    return (uint32_t)hash & (UINT32_MAX >> store->index_bits);
}

static inline void prefetch_line(const Store *store, uint64_t hash) {
    __builtin_prefetch(store->table + (size_t)home(store, hash) * LINE);
}

/* Bit i of the result: entry i has the tag; of `full`: it is not empty. */
static inline unsigned line_match(const uint32_t *line, uint32_t tag, uint32_t index_bits, unsigned *full) {
    unsigned match = 0, empty = 0;
#ifdef __SSE2__
    const __m128i want = _mm_set1_epi32((int)tag), shift = _mm_cvtsi32_si128((int)index_bits);
    for (int i = 0; i < LINE; i += 4) {
        __m128i entries = _mm_load_si128((const __m128i *)(const void *)(line + i));
        __m128i hit = _mm_cmpeq_epi32(_mm_srl_epi32(entries, shift), want);
        __m128i none = _mm_cmpeq_epi32(entries, _mm_setzero_si128());
        match |= (unsigned)_mm_movemask_ps(_mm_castsi128_ps(hit)) << i;
        empty |= (unsigned)_mm_movemask_ps(_mm_castsi128_ps(none)) << i;
    }
#else
    for (unsigned i = 0; i < LINE; i++) {
        match |= (unsigned)(line[i] >> index_bits == tag) << i;
        empty |= (unsigned)(line[i] == 0) << i;
    }
#endif
    *full = ~empty & 0xffffu;
    return match & *full;
}

uint64_t store_prepare(const Store *store, const uint32_t *ids, uint32_t n, uint64_t *words) {
    layout_pack(&store->layout, ids, n, words);
    uint64_t hash = store_hash(store, words);
    prefetch_line(store, hash);
    return hash;
}

void store_prefetch(const Store *store, uint64_t hash) {
    unsigned full;
    const uint32_t *entries = store->table + (size_t)home(store, hash) * LINE;
    unsigned match = line_match(entries, tag_of(store, hash), store->index_bits, &full);
    if (match == 0) return;
    const uint8_t *at = address(store, (entries[__builtin_ctz(match)] & ((1u << store->index_bits) - 1u)) - 1u);
    __builtin_prefetch(at);
    __builtin_prefetch(at + store->layout.bytes - 1);
}

/* The state's index, or STORE_NONE and the entry where it belongs. */
static uint32_t probe(const Store *store, const uint64_t *words, uint64_t hash, uint32_t **place) {
    uint32_t tag = tag_of(store, hash), line = home(store, hash);
    for (;; line = line + 1 == store->nlines ? 0 : line + 1) {
        uint32_t *entries = store->table + (size_t)line * LINE;
        unsigned full, match = line_match(entries, tag, store->index_bits, &full);
        for (; match != 0; match &= match - 1) {
            uint32_t index = (entries[__builtin_ctz(match)] & ((1u << store->index_bits) - 1u)) - 1u;
            if (same(&store->layout, address(store, index), words)) return index;
        }
        if (full != 0xffffu) {
            *place = entries + __builtin_ctz(~full);
            return STORE_NONE;
        }
    }
}

static void enter(Store *store, uint64_t hash, uint32_t index) {
    uint32_t line = home(store, hash);
    for (;; line = line + 1 == store->nlines ? 0 : line + 1) {
        uint32_t *entries = store->table + (size_t)line * LINE;
        for (uint32_t i = 0; i < LINE; i++) {
            if (entries[i] != 0) continue;
            entries[i] = tag_of(store, hash) << store->index_bits | (index + 1);
            return;
        }
    }
}

/* Lines are entered in batches, so that their cache misses overlap. */
static void table_fill(Store *store) {
    uint64_t hashes[BATCH];
    uint64_t *words = allocate(sizeof(uint64_t) * store->layout.nwords);
    for (uint32_t from = 0; from < store->n; from += BATCH) {
        uint32_t count = store->n - from < BATCH ? store->n - from : BATCH;
        for (uint32_t i = 0; i < count; i++) {
            load_words(&store->layout, address(store, from + i), words);
            hashes[i] = store_hash(store, words);
            prefetch_line(store, hashes[i]);
        }
        for (uint32_t i = 0; i < count; i++) enter(store, hashes[i], from + i);
    }
    free(words);
}

static uint32_t grown(uint32_t nlines) { return nlines < 4096 ? nlines * 4 : nlines + nlines / 2; }

static void table_make(Store *store, uint32_t nlines) {
    free(store->table);
    store->nlines = nlines;
    uint64_t limit = (uint64_t)nlines * LINE * 7 / 8;
    store->limit = limit < STORE_MAX_STATES ? (uint32_t)limit : STORE_MAX_STATES;
    store->index_bits = bits_for(store->limit + 1);
    assert(store->index_bits < 32);
    size_t bytes = sizeof(uint32_t) * LINE * (size_t)nlines;
    void *table = NULL; /* not aligned_alloc: C wants its size to be a multiple of the alignment */
    if (posix_memalign(&table, bytes >= HUGE_PAGE ? HUGE_PAGE : 64, bytes) != 0) table = NULL;
    store->table = table;
    if (store->table == NULL) fatal("out of memory (%zu bytes)", bytes);
#ifdef MADV_HUGEPAGE
    if (bytes >= HUGE_PAGE)
        madvise(store->table, bytes, MADV_HUGEPAGE); /* probes are scattered: fewer misses of the TLB */
#endif
    memset(store->table, 0, bytes);
    store->rehashes++;
    table_fill(store);
}

/* ---- packing anew */

/* Grown fields get a bit to spare once packing anew costs something. */
static void widen(const Store *store, const StoreShape *shape, uint32_t *min, uint32_t *max, uint8_t *widths) {
    const StoreLayout *old = &store->layout;
    uint32_t slack = store->n >= SLACK_FROM ? 1 : 0;
    *min = store->n == 0 || shape->min_slots < old->min_slots ? shape->min_slots : old->min_slots;
    *max = shape->max_slots;
    if (store->n > 0) *max = shape->max_slots > old->max_slots ? shape->max_slots : old->max_slots;
    for (uint32_t k = 0; k < *max; k++) {
        uint32_t had = k < old->max_slots ? old->widths[k] : 0, need = k < shape->max_slots ? shape->widths[k] : 0;
        uint32_t width = need > had ? need + slack : had;
        widths[k] = (uint8_t)(width > 32 ? 32 : width);
    }
}

static bool fits(const Store *store, const StoreShape *shape) {
    const StoreLayout *layout = &store->layout;
    if (layout->first == NULL || shape->min_slots < layout->min_slots || shape->max_slots > layout->max_slots)
        return false;
    for (uint32_t k = 0; k < shape->max_slots; k++)
        if (shape->widths[k] > layout->widths[k]) return false;
    return true;
}

static void repack_segment(Store *store, const StoreLayout *to, uint32_t segment, uint64_t *words, uint32_t *ids) {
    uint8_t *packed = allocate(segment_bytes(to));
    uint32_t from = segment << STORE_SEGMENT_BITS,
             end = from + SEGMENT_STATES < store->n ? from + SEGMENT_STATES : store->n;
    for (uint32_t i = from; i < end; i++) {
        load_words(&store->layout, address(store, i), words);
        uint32_t n = layout_unpack(&store->layout, words, ids);
        layout_pack(to, ids, n, words);
        memcpy(packed + (size_t)(i - from) * to->bytes, words, to->bytes);
    }
    free(store->segments[segment]);
    store->segments[segment] = packed;
}

bool store_reshape(Store *store, const StoreShape *shape) {
    if (fits(store, shape)) return false;
    uint32_t min, max, room = shape->max_slots > store->layout.max_slots ? shape->max_slots : store->layout.max_slots;
    uint8_t *widths = allocate(room + 1u);
    widen(store, shape, &min, &max, widths);
    StoreLayout to;
    layout_init(&to, min, max, widths);
    uint64_t *words = allocate(sizeof(uint64_t) * (to.nwords + store->layout.nwords));
    uint32_t *ids = allocate(sizeof(uint32_t) * (max + 1u));
    for (uint32_t s = 0; s < store->nsegments; s++) repack_segment(store, &to, s, words, ids);
    layout_fini(&store->layout);
    store->layout = to;
    store->reshapes++;
    table_make(store, store->nlines);
    free(widths);
    free(words);
    free(ids);
    return true;
}

/* ---- the rest */

void store_init(Store *store) {
    memset(store, 0, sizeof *store);
    layout_init(&store->layout, 0, 0, (const uint8_t[]){0});
    table_make(store, 4);
}

void store_fini(Store *store) {
    layout_fini(&store->layout);
    for (uint32_t s = 0; s < store->nsegments; s++) free(store->segments[s]);
    free(store->segments);
    free(store->table);
    memset(store, 0, sizeof *store);
}

void store_pack(const Store *store, const uint32_t *ids, uint32_t n, uint64_t *words) {
    layout_pack(&store->layout, ids, n, words);
}

uint32_t store_add(Store *store, const uint64_t *words, uint64_t hash, bool *is_new) {
    uint32_t *place;
    uint32_t index = probe(store, words, hash, &place);
    *is_new = index == STORE_NONE;
    if (!*is_new) return index;
    assert(store->n < STORE_MAX_STATES);
    index = store->n;
    *place = tag_of(store, hash) << store->index_bits | (index + 1);
    append(store, words);
    if (store->n >= store->limit && store->limit < STORE_MAX_STATES) table_make(store, grown(store->nlines));
    return index;
}

uint32_t store_find(const Store *store, const uint64_t *words, uint64_t hash) {
    uint32_t *place;
    return probe(store, words, hash, &place);
}

uint32_t store_find_ids(const Store *store, const uint32_t *ids, uint32_t n) {
    const StoreLayout *layout = &store->layout;
    if (!store_admits(store, n)) return STORE_NONE;
    for (uint32_t k = 0; k < n; k++)
        if ((ids[k] & ~layout->masks[k]) != 0) return STORE_NONE;
    uint64_t *words = allocate(sizeof(uint64_t) * layout->nwords);
    store_pack(store, ids, n, words);
    uint32_t index = store_find(store, words, store_hash(store, words));
    free(words);
    return index;
}

uint32_t store_get(const Store *store, uint32_t index, uint32_t *ids) {
    assert(index < store->n);
    uint64_t fixed[64];
    uint64_t *words = store->layout.nwords <= 64 ? fixed : allocate(sizeof(uint64_t) * store->layout.nwords);
    load_words(&store->layout, address(store, index), words);
    uint32_t n = layout_unpack(&store->layout, words, ids);
    if (words != fixed) free(words);
    return n;
}

uint64_t store_memory(const Store *store) {
    uint64_t states = (uint64_t)store->n * store->layout.bytes + sizeof(void *) * (uint64_t)store->segments_cap;
    return states + sizeof(uint32_t) * LINE * (uint64_t)store->nlines;
}
