#include "model/target.h"

#include "model/support/hash.h"

#include <assert.h>
#include <string.h>

void target_init(Target *target, Comps *comps, Canon *canon, bool symmetry) {
    *target = (Target){.comps = comps, .canon = canon, .symmetry = symmetry, .nfixed = comps_fixed(comps)};
    vec_resize(&target->is_holder, target->nfixed);
}

void target_fini(Target *target) {
    vec_fini(&target->entries);
    vec_fini(&target->raw);
    vec_fini(&target->placed);
    vec_fini(&target->moves);
    vec_fini(&target->source_weights);
    vec_fini(&target->weights);
    vec_fini(&target->colours);
    vec_fini(&target->written);
    vec_fini(&target->order);
    vec_fini(&target->holders);
    vec_fini(&target->is_holder);
}

/* ---- the source */

/* True when every element of a set in this content is a root of the source. */
static bool sets_hold_roots(const Target *target, uint32_t content) {
    const CompInfo *info = comps_at(target->comps, content);
    for (uint32_t i = 0; i < info->nrefs; i++)
        if (!info->refs[i].ordered && !(target->entries.data[info->refs[i].slot]->flags & COMP_IS_ROOT)) return false;
    return true;
}

static bool all_sets_hold_roots(const Target *target) {
    for (uint32_t i = 0; i < target->n; i++) {
        const CompEntry *entry = target->entries.data[i];
        if ((entry->flags & COMP_HAS_SETS) && !sets_hold_roots(target, entry->content)) return false;
    }
    return true;
}

static void source_contents(Target *target) {
    vec_resize(&target->raw, target->n);
    for (uint32_t i = 0; i < target->n; i++) target->raw.data[i] = target->entries.data[i]->content;
}

static TargetLayout layout_of(Target *target) {
    const CompEntry *const *entries = target->entries.data;
    bool roots = true, equal = false, inner = false;
    for (uint32_t i = 0; i < target->nfixed; i++) inner |= (entries[i]->flags & COMP_HAS_ELEMENTS) != 0;
    for (uint32_t i = target->nfixed; i < target->n; i++) {
        bool root = (entries[i]->flags & COMP_IS_ROOT) != 0;
        roots &= root;
        equal |= root && i > target->nfixed && entries[i]->key == entries[i - 1]->key;
        inner |= (entries[i]->flags & COMP_HAS_REFS) != 0;
    }
    if (!target->symmetry) return roots ? TARGET_FIRM : TARGET_HELD;
    if (!equal && roots) return TARGET_FIRM;
    if (roots && !inner) return TARGET_FLAT;
    if (!roots && !all_sets_hold_roots(target)) return TARGET_OPEN;
    if (!equal) return TARGET_HELD;
    source_contents(target);
    return canon_is_anchored(target->canon, target->raw.data, target->n) ? TARGET_ANCHORED : TARGET_OPEN;
}

void target_look(Target *target, const uint32_t *state, uint32_t n) {
    target->state = state;
    target->n = n;
    target->weighed = false;
    vec_resize(&target->entries, n);
    for (uint32_t i = 0; i < n; i++) target->entries.data[i] = comps_entry(target->comps, i, state[i]);
    target->layout = layout_of(target);
}

/* ---- targets whose slots stay where they are */

/* The handles to what is no root, in order; sets hold none. */
static bool holds_same(const Target *target, const CompInfo *a, const CompInfo *b) {
    const CompEntry *const *entries = target->entries.data;
    for (uint32_t i = 0, k = 0;; i++, k++) {
        while (i < a->nrefs && (entries[a->refs[i].slot]->flags & COMP_IS_ROOT)) i++;
        while (k < b->nrefs && (entries[b->refs[k].slot]->flags & COMP_IS_ROOT)) k++;
        if (i == a->nrefs || k == b->nrefs) return i == a->nrefs && k == b->nrefs;
        if (a->refs[i].slot != b->refs[k].slot || !b->refs[k].ordered) return false;
    }
}

static const CompEntry *written(const Target *target, const ExpandWrite *write) { return comps_entry(target->comps, write->slot, write->id); }

static bool keeps_handles(const Target *target, const ExpandOutcome *outcome) {
    const ExpandWrite *writes = outcome->writes;
    for (uint32_t i = 0; i < outcome->nwrites; i++) {
        const CompEntry *old = target->entries.data[writes[i].slot];
        const CompEntry *now = written(target, &writes[i]);
        if (old->shape == now->shape) continue;
        const CompInfo *before = comps_at(target->comps, old->content), *after = comps_at(target->comps, now->content);
        bool anchors = writes[i].slot >= target->nfixed || (now->flags & COMP_IS_GLOBAL);
        if ((anchors && target->layout == TARGET_ANCHORED) || !holds_same(target, before, after)) return false;
    }
    return true;
}

static uint32_t copy(const Target *target, const ExpandOutcome *outcome, uint32_t *ids) {
    memcpy(ids, target->state, target->n * sizeof *ids);
    for (uint32_t i = 0; i < outcome->nwrites; i++) ids[outcome->writes[i].slot] = outcome->writes[i].id;
    return target->n;
}

/* ---- the general way */

static void apply_writes(Target *target, const ExpandOutcome *outcome) {
    source_contents(target);
    vec_resize(&target->raw, target->n + outcome->nadded);
    uint32_t *raw = target->raw.data;
    for (uint32_t i = 0; i < outcome->nwrites; i++) raw[outcome->writes[i].slot] = written(target, &outcome->writes[i])->content;
    for (uint32_t i = 0; i < outcome->nadded; i++) raw[target->n + i] = outcome->added[i];
}

static uint32_t id_at(const Target *target, uint32_t slot, uint32_t content) {
    bool same = slot < target->n && target->entries.data[slot]->content == content;
    return same ? target->state[slot] : comps_local(target->comps, slot, content);
}

static uint32_t put_in_order(Target *target, const ExpandOutcome *outcome, uint32_t *ids) {
    apply_writes(target, outcome);
    vec_resize(&target->placed, target->raw.n);
    vec_resize(&target->moves, target->raw.n);
    uint32_t n = canon_order(target->canon, target->raw.data, target->raw.n, target->placed.data, target->moves.data);
    for (uint32_t i = 0; i < n; i++) ids[i] = id_at(target, i, target->placed.data[i]);
    return n;
}

/* ---- flat layouts: what canon_order comes to when roots do not refer to each other */

static void note_holder(Target *target, uint32_t slot, bool is_global) {
    if (target->is_holder.data[slot]) return;
    target->is_holder.data[slot] = true;
    vec_push(&target->holders, slot);
    uint32_t *holders = target->holders.data, k = target->holders.n - 1;
    for (; k > 0; k--) { /* globals come first, then by slot */
        bool other_global = comps_entry(target->comps, holders[k - 1], 0)->flags & COMP_IS_GLOBAL;
        if (is_global == other_global ? holders[k - 1] < slot : other_global) break;
        holders[k] = holders[k - 1];
    }
    holders[k] = slot;
}

/* Where the fixed components of `contents` hold handles to the movable slots. */
static void weigh(const Target *target, const uint32_t *contents, TargetWeight *weights) {
    uint32_t place = 0;
    for (uint32_t i = target->nfixed; i < target->n; i++) weights[i] = (TargetWeight){.place = NO_SLOT};
    for (uint32_t i = 0; i < target->holders.n; i++) {
        uint32_t slot = target->holders.data[i];
        const CompInfo *info = comps_at(target->comps, contents[slot]);
        for (uint32_t k = 0; k < info->nrefs; k++, place++) {
            TargetWeight *weight = &weights[info->refs[k].slot];
            weight->sum += hash_combine(slot, info->refs[k].label);
            if (info->refs[k].ordered && weight->place == NO_SLOT) weight->place = place;
        }
    }
}

static void weigh_source(Target *target) {
    if (target->weighed) return;
    target->weighed = true;
    for (uint32_t i = 0; i < target->nfixed; i++)
        if (target->entries.data[i]->flags & COMP_HAS_REFS)
            note_holder(target, i, target->entries.data[i]->flags & COMP_IS_GLOBAL);
    source_contents(target);
    vec_resize(&target->source_weights, target->n);
    vec_resize(&target->weights, target->n);
    vec_resize(&target->colours, target->n);
    vec_resize(&target->written, target->n);
    for (uint32_t i = target->nfixed; i < target->n; i++) target->written.data[i] = target->entries.data[i]->colour;
    vec_resize(&target->order, target->n);
    vec_resize(&target->moves, target->n);
    weigh(target, target->raw.data, target->source_weights.data);
}

static uint64_t colour_of(uint64_t colour, const TargetWeight *weight) { return weight->sum ? hash_combine(colour, weight->sum) : colour; }

/* Sorts each group of equal keys; false when everything is in order as it is. */
static bool sort_groups(Target *target, const TargetWeight *weights) {
    const CompEntry *const *entries = target->entries.data;
    uint32_t *order = target->order.data;
    const uint64_t *colours = target->colours.data;
    bool moved = false;
    for (uint32_t i = target->nfixed; i < target->n; i++) {
        uint32_t k = i;
        for (; k > target->nfixed && entries[k - 1]->key == entries[i]->key; k--) {
            uint32_t other = order[k - 1];
            if (weights[other].place < weights[i].place) break;
            if (weights[other].place == weights[i].place && colours[other] <= colours[i]) break;
            order[k] = other;
            moved = true;
        }
        order[k] = i;
    }
    return moved;
}

static void move_groups(Target *target, uint32_t *ids) {
    const uint32_t *order = target->order.data, *raw = target->raw.data;
    uint32_t *moves = target->moves.data;
    for (uint32_t i = target->nfixed; i < target->n; i++) moves[order[i]] = i;
    for (uint32_t i = 0; i < target->holders.n; i++) {
        uint32_t slot = target->holders.data[i];
        ids[slot] = id_at(target, slot, canon_rename(target->canon, raw[slot], moves));
    }
    for (uint32_t i = target->nfixed; i < target->n; i++)
        if (order[i] != i) ids[i] = id_at(target, i, raw[order[i]]);
}

/* Puts the target's contents in raw; true when handles in fixed components may have changed. */
static bool write_flat(Target *target, const ExpandOutcome *outcome) {
    bool held = false;
    for (uint32_t i = 0; i < outcome->nwrites; i++) {
        uint32_t slot = outcome->writes[i].slot;
        const CompEntry *now = written(target, &outcome->writes[i]);
        target->raw.data[slot] = now->content;
        if (slot >= target->nfixed) {
            target->written.data[slot] = now->colour;
            continue;
        }
        if (now->shape) note_holder(target, slot, now->flags & COMP_IS_GLOBAL);
        held |= now->shape || target->entries.data[slot]->shape;
    }
    return held;
}

static uint32_t make_flat(Target *target, const ExpandOutcome *outcome, uint32_t *ids) {
    const CompEntry *const *entries = target->entries.data;
    weigh_source(target);
    bool held = write_flat(target, outcome);
    const TargetWeight *weights = target->source_weights.data;
    if (held) {
        weigh(target, target->raw.data, target->weights.data);
        weights = target->weights.data;
    }
    for (uint32_t i = target->nfixed; i < target->n; i++) target->colours.data[i] = colour_of(target->written.data[i], &weights[i]);
    (void)copy(target, outcome, ids);
    target->has_moved = sort_groups(target, weights);
    if (target->has_moved) move_groups(target, ids);
    for (uint32_t i = 0; i < outcome->nwrites; i++) {
        uint32_t slot = outcome->writes[i].slot;
        target->raw.data[slot] = entries[slot]->content;
        target->written.data[slot] = entries[slot]->colour;
    }
    return target->n;
}

/* Some task is given a handle to a movable slot, or an object relates two. */
static bool makes_inner(const Target *target, const ExpandOutcome *outcome) {
    for (uint32_t i = 0; i < outcome->nwrites; i++) {
        const CompEntry *now = written(target, &outcome->writes[i]);
        if (outcome->writes[i].slot >= target->nfixed ? now->shape != 0 : (now->flags & COMP_HAS_ELEMENTS) != 0) return true;
    }
    return false;
}

uint32_t target_make(Target *target, const ExpandOutcome *outcome, uint32_t *ids) {
    bool open = outcome->reorders;
    switch (target->layout) {
    case TARGET_FIRM: break;
    case TARGET_HELD: case TARGET_ANCHORED: open = open || !keeps_handles(target, outcome); break;
    case TARGET_FLAT: open = open || (outcome->has_refs && makes_inner(target, outcome)); break;
    case TARGET_OPEN: open = true; break;
    }
    target->has_moved = open;
    if (open) {
        target->weighed = false; /* raw is used for something else */
        return put_in_order(target, outcome, ids);
    }
    return target->layout == TARGET_FLAT ? make_flat(target, outcome, ids) : copy(target, outcome, ids);
}
