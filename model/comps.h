/* Interned contents of components: equal words get one content id, and each slot numbers densely the contents it was seen with.
   Readers need no lock; adding takes one. A slot is movable when it is at or past `nfixed`: canonical forms may rename it. */
#ifndef UNKNOT_MODEL_COMPS_H
#define UNKNOT_MODEL_COMPS_H

#include "model/world.h"

typedef struct Comps Comps;

enum { /* CompInfo.flags */
    COMP_IS_TASK = 1,
    COMP_IS_ALIVE = 2,     /* a task that has not ended */
    COMP_IS_ROOT = 64,     /* stays though nobody refers to it: an alive task */
    COMP_IS_UNDER_WAY = 4, /* an alive task that holds a thread */
    COMP_IS_MAIN = 8,      /* an alive task of the machine main */
    COMP_IS_GLOBAL = 128,  /* a global variable */
    COMP_IS_ACTOR = 256,   /* may make steps: an alive task, an object that moves by itself */
    COMP_HAS_REFS = 16,    /* holds a handle to a movable slot */
    COMP_HAS_SETS = 32,    /* some of those stand in a set, whose order means nothing */
    COMP_HAS_ELEMENTS = 512 /* and some in an element of it beside another: a relation between what they refer to */
};

typedef struct CompRef {
    uint32_t slot;
    bool ordered : 1;
    uint32_t element : 31; /* not 0: the element of a set in which it stands beside others that have the same number */
    uint64_t label; /* the same in every renaming: where the handle stands, for an element of a set what stands with it */
} CompRef;

typedef struct CompInfo {
    const Word *words; /* normalised; valid as long as the table */
    const CompRef *refs; /* handles to movable slots, in the order of comp_handles */
    uint64_t colour;   /* of the content with these handles masked: the same in every renaming */
    uint32_t n, nrefs;
    uint32_t flags;
    uint32_t key;      /* root: what tells it from others as long as it lives (comps_compare_keys); else 0 */
    uint32_t shape;    /* equal for contents whose sequences of movable handles are equal; 0: none */
} CompInfo;

/* What a slot's dense id stands for; the fields the hot path looks at. */
typedef struct CompEntry {
    uint32_t content, flags, key, shape;
    uint64_t colour;
} CompEntry;

Comps *comps_new(const Program *program, uint32_t nfixed);
void comps_free(Comps *comps);
uint32_t comps_fixed(const Comps *comps);

/* The content's id. `words` must be normalised (comp_normalise). */
uint32_t comps_intern(Comps *comps, const Word *words, uint32_t n);
const CompInfo *comps_at(const Comps *comps, uint32_t content);
uint32_t comps_count(const Comps *comps);
/* Negative, 0 or positive: a total order of keys that depends on their words alone. */
int comps_compare_keys(const Comps *comps, uint32_t a, uint32_t b);

/* The dense id of a content at a slot. */
uint32_t comps_local(Comps *comps, uint32_t slot, uint32_t content);
const CompEntry *comps_entry(const Comps *comps, uint32_t slot, uint32_t id);
/* How many dense ids the slot has. */
uint32_t comps_ids(const Comps *comps, uint32_t slot);
/* Bits that hold every id of the slot (0 while it has but one); the version counts how often one of these grew. */
uint32_t comps_width(const Comps *comps, uint32_t slot);
uint32_t comps_widths_version(const Comps *comps);
uint64_t comps_memory(const Comps *comps);

#endif
