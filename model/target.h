/* Targets of steps as canonical states: as little work as the source allows. One per thread. */
#ifndef UNKNOT_MODEL_TARGET_H
#define UNKNOT_MODEL_TARGET_H

#include "model/canon.h"
#include "model/expand.h"

/* What a step that makes nothing, ends no task and frees no future does to the order of slots. */
typedef enum TargetLayout {
    TARGET_FIRM,     /* nothing: every movable slot is a root, and no two have equal keys */
    TARGET_HELD,     /* nothing as long as handles to what is no root stay what they are */
    TARGET_ANCHORED, /* likewise, and handles that tell roots with equal keys apart: those of movable components and global variables */
    TARGET_FLAT,     /* roots with equal keys, and none holds a handle to another: sorted by where fixed components refer to them, and content */
    TARGET_OPEN      /* anything */
} TargetLayout;

typedef struct TargetWeight { /* how the fixed components refer to a root (flat layouts) */
    uint64_t sum;
    uint32_t place; /* of the first handle in an ordered place; NO_SLOT: none */
} TargetWeight;

typedef struct Target {
    Comps *comps;
    Canon *canon;
    bool symmetry;
    uint32_t nfixed;
    const uint32_t *state; /* the source at hand */
    uint32_t n;
    TargetLayout layout;
    VEC(const CompEntry *) entries; /* of the source */
    VEC(uint32_t) raw;     /* contents of the target before it is put in order */
    VEC(uint32_t) placed;  /* after */
    bool has_moved;        /* the target made last has slots elsewhere than its source */
    VEC(uint32_t) moves;   /* has_moved: movable slot in the source, new ones after them -> slot in the target */
    bool weighed;          /* source_weights are the source's */
    VEC(TargetWeight) source_weights, weights;
    VEC(uint64_t) written; /* colours of contents, without the weights */
    VEC(uint64_t) colours;
    VEC(uint32_t) order;   /* movable slots as they come in the target */
    VEC(uint32_t) holders; /* fixed slots that were seen to hold handles to movable ones: globals, then the others */
    VEC(bool) is_holder;
} Target;

void target_init(Target *target, Comps *comps, Canon *canon, bool symmetry);
void target_fini(Target *target);
/* Makes `state` the source. */
void target_look(Target *target, const uint32_t *state, uint32_t n);
/* Fills ids, which has room for n + outcome->nadded, and returns how many there are. */
uint32_t target_make(Target *target, const ExpandOutcome *outcome, uint32_t *ids);

#endif
