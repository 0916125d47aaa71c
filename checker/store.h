/* The set of states seen: packed to the width each slot needs, in order of discovery (which is the queue of a
   breadth-first search), and found again through a hash table of 32-bit entries. States are compared exactly; the hash
   only says where to look.

   Ready for threads: a state never moves but in store_reshape, the table's entries are single words that only go from
   empty to full, and a full line is never changed again until the table grows. */
#ifndef UNKNOT_CHECKER_STORE_H
#define UNKNOT_CHECKER_STORE_H

#include <stdbool.h>
#include <stdint.h>

#define STORE_NONE UINT32_MAX
#define STORE_MAX_STATES 0x7ffffff0u

/* What a state can be: at least `min_slots` and at most `max_slots` ids, the one at slot k of at most widths[k] (0 to
   32) bits. */
typedef struct StoreShape {
    uint32_t min_slots, max_slots;
    const uint8_t *widths; /* max_slots of them, borrowed for the call */
} StoreShape;

/* Where slots are in a packed state: no field straddles two words, fields are in the order of slots. */
typedef struct StoreLayout {
    uint32_t min_slots, max_slots;
    uint32_t nwords, bytes;  /* of a packed state; bytes is what is kept of the words */
    uint32_t count_bits;     /* how many slots past min_slots there are: lowest bits of word 0 */
    uint32_t *first;         /* per word (and one past): its first slot */
    uint8_t *widths, *shifts;
    uint32_t *masks;
} StoreLayout;

typedef struct Store {
    StoreLayout layout;
    uint8_t **segments;      /* of 2^STORE_SEGMENT_BITS states each */
    uint32_t nsegments, segments_cap;
    uint32_t n;
    uint32_t *table;         /* lines of 16 entries: tag above, index + 1 below; 0 is empty */
    uint32_t nlines, limit;  /* the table grows when n reaches limit */
    uint32_t index_bits;
    uint32_t reshapes, rehashes;
} Store;
enum { STORE_SEGMENT_BITS = 14 };

void store_init(Store *store);
void store_fini(Store *store);
/* Makes sure that states of this shape fit; packs everything anew when they did not. Packed states made before are void
   then: true. */
bool store_reshape(Store *store, const StoreShape *shape);
/* True when a state of n slots fits as to its length. */
static inline bool store_admits(const Store *store, uint32_t n) {
    return n >= store->layout.min_slots && n <= store->layout.max_slots;
}

/* `words` has room for store->layout.nwords. */
void store_pack(const Store *store, const uint32_t *ids, uint32_t n, uint64_t *words);
uint64_t store_hash(const Store *store, const uint64_t *words);
/* Packs, and asks for the line of the table where the state would be; returns its hash. */
uint64_t store_prepare(const Store *store, const uint32_t *ids, uint32_t n, uint64_t *words);
/* Some time later: asks for the state that stands there, if any, so that comparing will not wait for memory. */
void store_prefetch(const Store *store, uint64_t hash);
/* The index of the state, added at the end when it is new. */
uint32_t store_add(Store *store, const uint64_t *words, uint64_t hash, bool *is_new);
/* STORE_NONE when it was never added. */
uint32_t store_find(const Store *store, const uint64_t *words, uint64_t hash);
uint32_t store_find_ids(const Store *store, const uint32_t *ids, uint32_t n);
/* Fills ids (room for layout.max_slots) and returns how many there are. */
uint32_t store_get(const Store *store, uint32_t index, uint32_t *ids);
uint64_t store_memory(const Store *store);

#endif
