/* The explored graph: for each state, in order of discovery, where its steps lead. A byte stream; the states that a
   source discovered follow each other, so they cost one number, and the way back to the start (who discovered whom)
   costs nothing more. */
#ifndef UNKNOT_CHECKER_EDGES_H
#define UNKNOT_CHECKER_EDGES_H

#include "checker/labels.h"

#include <stdbool.h>
#include <stdint.h>

enum {
    EDGES_SELF = 1,   /* some step leads back to the state itself */
    EDGES_LEAVES = 2, /* some step ends in a violation (or could not be followed) */
    EDGES_CUT = 4     /* some step is cut by an assume */
};
typedef struct EdgesChunk { uint8_t *bytes; uint32_t used, size; } EdgesChunk;
typedef struct Edges {
    EdgesChunk *chunks;
    uint32_t nchunks, chunks_cap;
    uint64_t *marks;      /* per group of 8 sources: chunk << 32 | offset of its first record */
    uint32_t *firsts;     /* per group: the next state to be discovered when its first source was expanded */
    uint32_t groups_cap;
    uint32_t n;           /* sources */
    uint32_t nroots, next_new;
    bool labelled;
    Labels labels;
} Edges;
enum { EDGES_GROUP = 8 };

void edges_init(Edges *edges, bool labelled);
void edges_fini(Edges *edges);
/* States [0, nroots) are initial. Before the first edges_add. */
void edges_roots(Edges *edges, uint32_t nroots);
/* The edges of the next source. Keys: target << 32 | number of the label, ascending, without repetition; unlabelled:
   only targets known before, the source itself left out (labels 0); labelled: all (with NOWHERE the target is the
   source). The source discovered `nnew` states. */
void edges_add(Edges *edges, uint8_t flags, const uint64_t *keys, uint32_t nkeys, uint32_t nnew);

/* Walks over the edges of one source. Unlabelled: distinct targets, the source itself left out (see flags). */
typedef struct EdgeIter {
    const uint8_t *at;
    uint32_t left, new_left; /* still to come: keys, then the discovered ones (unlabelled) */
    uint32_t target, next_new;
    uint32_t first_new, nnew; /* states that the source discovered */
    uint32_t label; /* number */
    uint8_t flags;
    bool labelled, is_open;
} EdgeIter;
EdgeIter edges_of(const Edges *edges, uint32_t source);
/* The iterators of a whole group (sources group * 8 …); returns how many there are. */
uint32_t edges_group(const Edges *edges, uint32_t group, EdgeIter iters[EDGES_GROUP]);
static inline uint64_t edges_number(const uint8_t **at) {
    const uint8_t *p = *at;
    uint64_t value = *p & 0x7fu;
    for (unsigned shift = 7; *p++ & 0x80; shift += 7) value |= (uint64_t)(*p & 0x7fu) << shift;
    *at = p;
    return value;
}
static inline int64_t edges_unzigzag(uint64_t value) { return (int64_t)(value >> 1) ^ -(int64_t)(value & 1); }
static inline bool edges_next(EdgeIter *iter) {
    if (iter->left > 0) {
        uint64_t number = edges_number(&iter->at);
        iter->target = iter->is_open ? iter->target + (uint32_t)number
                                     : (uint32_t)((int64_t)iter->target + edges_unzigzag(number));
        iter->is_open = true;
        iter->left--;
        if (iter->labelled) iter->label = (uint32_t)edges_number(&iter->at);
        return true;
    }
    if (iter->new_left == 0) return false;
    iter->target = iter->next_new++;
    iter->new_left--;
    return true;
}

static inline const EdgeLabel *edges_label(const Edges *edges, uint32_t label) { return &edges->labels.labels[label]; }
/* The same without the steps of faults, which only a labelled graph tells from others. */
static inline bool edges_next_sure(const Edges *edges, EdgeIter *iter) {
    while (edges_next(iter))
        if (!iter->labelled || !(edges_label(edges, iter->label)->flags & LABEL_FAULT)) return true;
    return false;
}
/* Who discovered the state; UINT32_MAX for an initial one. */
uint32_t edges_parent(const Edges *edges, uint32_t state);
uint64_t edges_memory(const Edges *edges);

#endif
