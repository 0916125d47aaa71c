#include "model/expand.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { PATIENCE = 1 << 14, MAX_CHECKS = 64 }; /* misses before a memo that serves nothing is given up */

/* ---- the world that loads from a state */

static void load(World *world, uint32_t slot) {
    Expand *expand = world->loader;
    const CompInfo *info = comps_at(expand->comps, comps_entry(expand->comps, slot, expand->state[slot])->content);
    world_set(world, slot, info->words, info->n);
    world->comps[slot].changed = false;
    if (expand->seen.data[slot] == expand->stamp) return;
    expand->seen.data[slot] = expand->stamp;
    vec_push(&expand->path, slot);
}

void expand_init(Expand *expand, const World *base, Comps *comps, Faults *faults, ExpandOptions options) {
    *expand = (Expand){.program = base->program, .comps = comps, .faults = faults, .options = options};
    memo_init(&expand->steps);
    memo_init(&expand->checks);
    world_init(&expand->world, base->program);
    world_borrow(&expand->world, base);
    expand->world.load = load;
    expand->world.loader = expand;
    memo_reach(&expand->checks, MAX_CHECKS);
    vec_resize(&expand->leaves, 1); /* leaf 0: no step */
}

void expand_fini(Expand *expand) {
    memo_fini(&expand->steps);
    memo_fini(&expand->checks);
    vec_fini(&expand->leaves);
    vec_fini(&expand->outcomes);
    vec_fini(&expand->writes);
    vec_fini(&expand->path);
    vec_fini(&expand->seen);
    expand->world.load = NULL;
    world_fini(&expand->world);
    choices_fini(&expand->choices);
}

uint64_t expand_memory(const Expand *expand) {
    return memo_memory(&expand->steps) + memo_memory(&expand->checks) + (uint64_t)expand->leaves.cap * sizeof(ExpandLeaf) +
           (uint64_t)expand->outcomes.cap * sizeof(ExpandOutcome) + (uint64_t)expand->writes.cap * sizeof(ExpandWrite);
}

/* Begins to note what is read in `state`; the root slot is known without being noted. */
static void begin(Expand *expand, const uint32_t *state, uint32_t n, uint32_t root) {
    if (expand->seen.n < n) vec_resize(&expand->seen, n);
    if (++expand->stamp == 0) {
        memset(expand->seen.data, 0, expand->seen.n * sizeof(uint32_t));
        expand->stamp = 1;
    }
    expand->state = state;
    vec_clear(&expand->path);
    if (root != NO_SLOT) expand->seen.data[root] = expand->stamp;
}

/* Nothing is loaded, and nothing left over from a step that failed. */
static void begin_world(Expand *expand, uint32_t n) {
    Word orphan;
    world_reset(&expand->world, n);
    while (world_take_orphan(&expand->world, &orphan)) {}
}

/* Counts a miss; whether remembering still pays for this root. */
static bool is_worth_it(const Expand *expand, Memo *memo, uint32_t root, uint64_t lookups) {
    return ++memo->roots.data[root].misses < PATIENCE + lookups / 4 && expand->options.memo;
}

/* ---- outcomes */

uint32_t expand_intern(Comps *comps, const Program *program, World *world, uint32_t slot) {
    uint32_t n;
    world_read(world, slot, &n);
    Comp *comp = &world->comps[slot];
    comp_normalise(program, comp->words, n);
    return comps_intern(comps, comp->words, n);
}

static void add_write(Expand *expand, ExpandOutcome *outcome, uint32_t slot, uint32_t content) {
    const CompInfo *info = comps_at(expand->comps, content);
    bool movable = slot == NO_SLOT || slot >= comps_fixed(expand->comps);
    bool ended = (info->flags & COMP_IS_TASK) && !(info->flags & COMP_IS_ALIVE);
    outcome->reorders |= slot == NO_SLOT || (movable && (ended || comp_kind(info->words) == COMP_FREE));
    outcome->has_refs |= info->nrefs > 0;
    vec_push(&expand->writes, (ExpandWrite){.slot = slot, .content = content, .shape = info->shape,
                                            .id = slot == NO_SLOT ? 0 : comps_local(expand->comps, slot, content)});
}

/* What differs between the world after the step and the state. */
static void collect_writes(Expand *expand, ExpandOutcome *outcome, uint32_t n) {
    World *world = &expand->world;
    outcome->first = expand->writes.n;
    for (uint32_t slot = 0; slot < n; slot++) {
        if (!world->comps[slot].changed) continue;
        uint32_t content = expand_intern(expand->comps, expand->program, world, slot);
        bool was_read = expand->seen.data[slot] == expand->stamp;
        if (was_read && comps_entry(expand->comps, slot, expand->state[slot])->content == content) continue;
        add_write(expand, outcome, slot, content);
    }
    outcome->nwrites = expand->writes.n - outcome->first;
    for (uint32_t slot = n; slot < world->n; slot++)
        add_write(expand, outcome, NO_SLOT, expand_intern(expand->comps, expand->program, world, slot));
    outcome->nadded = world->n - n;
}

static uint32_t fault_of(Expand *expand, const StepResult *result, uint32_t slot) {
    if (result->status == STEP_VIOLATION) return faults_add(expand->faults, &result->violation);
    Violation limit = {.span = result->at, .task = slot, .object = NO_SLOT, .text = result->limit};
    return faults_add(expand->faults, &limit);
}

static bool add_outcome(Expand *expand, const StepResult *result, uint32_t n, uint32_t slot, uint32_t choice) {
    ExpandOutcome outcome = {.status = result->status, .reached_point = result->reached_point, .choice = choice, .first = expand->writes.n};
    if (result->status == STEP_DONE) collect_writes(expand, &outcome, n);
    if (result->status == STEP_VIOLATION || result->status == STEP_LIMIT) outcome.fault = fault_of(expand, result, slot);
    vec_push(&expand->outcomes, outcome);
    return outcome.nadded > 0;
}

/* Runs every sequence of choices. Returns whether some outcome makes components (whose slots depend on the number of slots). */
static bool run_all(Expand *expand, uint32_t n, uint32_t slot) {
    bool adds = false;
    uint32_t choice = 0;
    choices_clear(&expand->choices);
    do {
        begin_world(expand, n);
        StepResult result = eval_step(&expand->world, slot, &expand->options.eval, &expand->choices, NULL);
        expand->evaluations++;
        if (result.status != STEP_DISABLED) adds |= add_outcome(expand, &result, n, slot, choice++);
    } while (choices_next(&expand->choices));
    return adds;
}

const ExpandOutcome *expand_evaluate(Expand *expand, const uint32_t *state, uint32_t n, uint32_t slot, uint32_t *count) {
    memo_reach(&expand->steps, slot + 1);
    expand->outcomes.n = expand->kept_outcomes;
    expand->writes.n = expand->kept_writes;
    begin(expand, state, n, slot);
    bool adds = run_all(expand, n, slot);
    if (adds) vec_push(&expand->path, MEMO_LENGTH);
    uint32_t first = expand->kept_outcomes;
    *count = expand->outcomes.n - first;
    if (is_worth_it(expand, &expand->steps, slot, expand->states)) {
        uint32_t leaf = *count ? expand->leaves.n : 0;
        if (leaf) vec_push(&expand->leaves, (ExpandLeaf){.first = first, .n = *count});
        memo_add(&expand->steps, slot, state[slot], expand->path.data, expand->path.n, state, n, leaf);
        expand->kept_outcomes = expand->outcomes.n;
        expand->kept_writes = expand->writes.n;
    }
    return expand->outcomes.data + first;
}

/* ---- invariants */

static bool holds(Expand *expand, const uint32_t *state, uint32_t n, uint32_t invariant) {
    uint32_t ref = memo_find(&expand->checks, invariant, 0, state, n);
    if (ref != MEMO_NONE) return ref & 1;
    begin(expand, state, n, NO_SLOT);
    vec_push(&expand->path, MEMO_LENGTH);
    begin_world(expand, n);
    Word value = 0;
    StepResult result = eval_predicate(&expand->world, expand->program->invariants[invariant].machine, &value);
    bool is_true = result.status == STEP_DONE && value != 0;
    if (is_worth_it(expand, &expand->checks, invariant, expand->checked))
        memo_add(&expand->checks, invariant, 0, expand->path.data, expand->path.n, state, n, is_true);
    return is_true;
}

uint64_t expand_check(Expand *expand, const uint32_t *state, uint32_t n) {
    uint64_t broken = 0;
    assert(expand->program->ninvariants <= MAX_CHECKS);
    expand->checked++;
    for (uint32_t i = 0; i < expand->program->ninvariants; i++)
        if (!holds(expand, state, n, i)) broken |= (uint64_t)1 << i;
    return broken;
}
