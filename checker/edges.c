#include "checker/edges.h"

#include "model/support/fatal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

/* A record: length of the rest (0: go on in the next chunk), nnew, nkeys << 3 | flags, then per key: target (first:
   zigzag distance from the source; then distance from the one before) and, when labelled, the label's number. All
   numbers in 7-bit groups, low ones first. */

enum { CHUNK = 1 << 20, NUMBER = 5, KEY = 2 * NUMBER + 1 };

static void *reallocate(void *memory, size_t bytes) {
    memory = realloc(memory, bytes);
    if (memory == NULL) fatal("out of memory (%zu bytes)", bytes);
    return memory;
}

static inline uint8_t *put(uint8_t *at, uint64_t value) {
    for (; value >= 0x80; value >>= 7) *at++ = (uint8_t)(value | 0x80);
    *at++ = (uint8_t)value;
    return at;
}

static inline uint64_t zigzag(int64_t value) { return ((uint64_t)value << 1) ^ (uint64_t)(value >> 63); }
void edges_init(Edges *edges, bool labelled) { *edges = (Edges){.labelled = labelled}; }

void edges_fini(Edges *edges) {
    for (uint32_t c = 0; c < edges->nchunks; c++) free(edges->chunks[c].bytes);
    free(edges->chunks);
    free(edges->marks);
    free(edges->firsts);
    labels_fini(&edges->labels);
    memset(edges, 0, sizeof *edges);
}

void edges_roots(Edges *edges, uint32_t nroots) {
    assert(edges->n == 0);
    edges->nroots = edges->next_new = nroots;
}

/* Room for a record of at most `bytes` in one chunk, and for the mark that leads to the next chunk. */
static EdgesChunk *room(Edges *edges, size_t bytes) {
    EdgesChunk *last = edges->nchunks > 0 ? &edges->chunks[edges->nchunks - 1] : NULL;
    if (last != NULL && last->used + bytes + 1 <= last->size) return last;
    if (last != NULL) last->bytes[last->used++] = 0;
    if (edges->nchunks == edges->chunks_cap) {
        edges->chunks_cap = edges->chunks_cap == 0 ? 8 : edges->chunks_cap * 2;
        edges->chunks = reallocate(edges->chunks, sizeof *edges->chunks * edges->chunks_cap);
    }
    size_t size = bytes + 1 > CHUNK ? bytes + 1 : CHUNK;
    assert(size <= UINT32_MAX);
    last = &edges->chunks[edges->nchunks++];
    *last = (EdgesChunk){.bytes = reallocate(NULL, size), .size = (uint32_t)size};
    return last;
}

static void mark_group(Edges *edges, const EdgesChunk *chunk) {
    uint32_t group = edges->n / EDGES_GROUP;
    if (group == edges->groups_cap) {
        edges->groups_cap = edges->groups_cap == 0 ? 1024 : edges->groups_cap + edges->groups_cap / 2;
        edges->marks = reallocate(edges->marks, sizeof *edges->marks * edges->groups_cap);
        edges->firsts = reallocate(edges->firsts, sizeof *edges->firsts * edges->groups_cap);
    }
    edges->marks[group] = (uint64_t)(edges->nchunks - 1) << 32 | chunk->used;
    edges->firsts[group] = edges->next_new;
}

static uint8_t *put_keys(const Edges *edges, uint8_t *at, const uint64_t *keys, uint32_t nkeys) {
    uint64_t before = 0;
    for (uint32_t i = 0; i < nkeys; i++) {
        uint64_t target = keys[i] >> 32;
        assert(i == 0 || keys[i] > keys[i - 1]);
        at = put(at, i == 0 ? zigzag((int64_t)target - (int64_t)edges->n) : target - before);
        if (edges->labelled) at = put(at, (uint32_t)keys[i]);
        before = target;
    }
    return at;
}

void edges_add(Edges *edges, uint8_t flags, const uint64_t *keys, uint32_t nkeys, uint32_t nnew) {
    EdgesChunk *chunk = room(edges, (size_t)nkeys * KEY + 3 * NUMBER);
    if (edges->n % EDGES_GROUP == 0) mark_group(edges, chunk);
    /* Most records are shorter than 128 bytes: written in place behind one byte for their length, moved when they are
       not. */
    uint8_t *start = chunk->bytes + chunk->used, *body = start + 1;
    uint8_t *end = put(body, nnew);
    end = put(end, (uint64_t)nkeys << 3 | flags);
    end = put_keys(edges, end, keys, nkeys);
    size_t length = (size_t)(end - body);
    if (length < 0x80) {
        *start = (uint8_t)length;
    } else {
        uint8_t number[NUMBER];
        size_t extra = (size_t)(put(number, length) - number);
        memmove(start + extra, body, length);
        memcpy(start, number, extra);
        end = start + extra + length;
    }
    chunk->used = (uint32_t)(end - chunk->bytes);
    assert(chunk->used < chunk->size);
    edges->next_new += nnew;
    edges->n++;
}

/* Steps over the mark at the end of a chunk. */
static inline const uint8_t *record(const Edges *edges, const uint8_t *at, uint32_t *chunk) {
    if (*at != 0) return at;
    return edges->chunks[++*chunk].bytes;
}

static inline EdgeIter open_record(const Edges *edges, const uint8_t **at, uint32_t source, uint32_t first_new) {
    uint32_t length = (uint32_t)edges_number(at);
    const uint8_t *end = *at + length;
    EdgeIter iter = {.target = source, .first_new = first_new, .next_new = first_new, .labelled = edges->labelled};
    iter.nnew = (uint32_t)edges_number(at);
    uint64_t head = edges_number(at);
    iter.left = (uint32_t)(head >> 3);
    iter.flags = (uint8_t)(head & 7);
    iter.new_left = edges->labelled ? 0 : iter.nnew;
    iter.at = *at;
    *at = end;
    return iter;
}

EdgeIter edges_of(const Edges *edges, uint32_t source) {
    assert(source < edges->n);
    uint32_t group = source / EDGES_GROUP, chunk = (uint32_t)(edges->marks[group] >> 32),
             first_new = edges->firsts[group];
    const uint8_t *at = edges->chunks[chunk].bytes + (uint32_t)edges->marks[group];
    for (uint32_t skip = source % EDGES_GROUP; skip > 0; skip--) {
        at = record(edges, at, &chunk);
        uint32_t length = (uint32_t)edges_number(&at);
        const uint8_t *end = at + length;
        first_new += (uint32_t)edges_number(&at);
        at = end;
    }
    at = record(edges, at, &chunk);
    return open_record(edges, &at, source, first_new);
}

uint32_t edges_group(const Edges *edges, uint32_t group, EdgeIter iters[EDGES_GROUP]) {
    uint32_t from = group * EDGES_GROUP, count = edges->n - from < EDGES_GROUP ? edges->n - from : EDGES_GROUP;
    uint32_t chunk = (uint32_t)(edges->marks[group] >> 32), first_new = edges->firsts[group];
    const uint8_t *at = edges->chunks[chunk].bytes + (uint32_t)edges->marks[group];
    for (uint32_t i = 0; i < count; i++) {
        at = record(edges, at, &chunk);
        iters[i] = open_record(edges, &at, from + i, first_new);
        first_new += iters[i].nnew;
    }
    return count;
}

uint32_t edges_parent(const Edges *edges, uint32_t state) {
    if (state < edges->nroots) return UINT32_MAX;
    uint32_t low = 0, high = (edges->n + EDGES_GROUP - 1) / EDGES_GROUP;
    while (high - low > 1) { /* firsts[low] <= state */
        uint32_t middle = low + (high - low) / 2;
        if (edges->firsts[middle] <= state)
            low = middle;
        else
            high = middle;
    }
    EdgeIter iters[EDGES_GROUP];
    uint32_t count = edges_group(edges, low, iters);
    for (uint32_t i = 0; i < count; i++)
        if (state - iters[i].first_new < iters[i].nnew) return low * EDGES_GROUP + i;
    assert(!"a state without a discoverer");
    return UINT32_MAX;
}

uint64_t edges_memory(const Edges *edges) {
    uint64_t bytes = (uint64_t)edges->groups_cap * (sizeof *edges->marks + sizeof *edges->firsts);
    bytes += edges->labels.bytes;
    for (uint32_t c = 0; c < edges->nchunks; c++)
        bytes += c + 1 == edges->nchunks ? edges->chunks[c].used : edges->chunks[c].size;
    return bytes;
}
