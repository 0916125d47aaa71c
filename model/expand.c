#include "model/expand.h"

#include "model/kind.h"
#include "model/support/fatal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum {
    PATIENCE = 1 << 14, /* misses before a memo that serves nothing is given up */
    MAX_CHECKS = 64,
    ENOUGH = 20000000   /* instructions of all the ways that one step can go */
};

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

static void find_conditions(Expand *expand) {
    const Program *program = expand->program;
    expand->conditions = malloc((program->natoms + 1) * sizeof *expand->conditions);
    if (!expand->conditions) fatal("out of memory");
    for (uint32_t i = 0; i < program->natoms; i++) {
        const Atom *atom = &program->atoms[i];
        if (atom->kind != ATOM_STATE) continue;
        assert(atom->bit == expand->nconditions && atom->bit < PROPERTY_ATOMS);
        expand->conditions[expand->nconditions++] = atom->machine;
    }
}

void expand_init(Expand *expand, const World *base, Comps *comps, Faults *faults, ExpandOptions options) {
    *expand = (Expand){.program = base->program, .comps = comps, .faults = faults, .options = options};
    if (base->program->ninvariants > MAX_CHECKS) fatal("more than %d invariants in one program", MAX_CHECKS);
    if (options.comms) expand->options.eval.comms = &expand->comms_log;
    memo_init(&expand->steps);
    memo_init(&expand->checks);
    world_init(&expand->world, base->program);
    world_borrow(&expand->world, base);
    expand->world.load = load;
    expand->world.loader = expand;
    memo_reach(&expand->checks, MAX_CHECKS + PROPERTY_ATOMS);
    find_conditions(expand);
    vec_push(&expand->tape, 0u); /* at 0: no step */
    expand->kept = 1;
}

void expand_fini(Expand *expand) {
    memo_fini(&expand->steps);
    memo_fini(&expand->checks);
    free(expand->conditions);
    vec_fini(&expand->tape);
    vec_fini(&expand->path);
    vec_fini(&expand->seen);
    expand->world.load = NULL;
    world_fini(&expand->world);
    choices_fini(&expand->choices);
    free(expand->comms_log.data);
}

uint64_t expand_memory(const Expand *expand) {
    return memo_memory(&expand->steps) + memo_memory(&expand->checks) + (uint64_t)expand->tape.cap * sizeof(uint32_t);
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
    Orphan orphan;
    world_reset(&expand->world, n);
    while (world_take_orphan(&expand->world, &orphan)) {}
}

/* Counts a miss; whether remembering still pays for this root. */
static bool is_worth_it(const Expand *expand, Memo *memo, uint32_t root, uint64_t lookups) {
    return ++memo->roots.data[root].misses < PATIENCE + lookups / 4 && expand->options.memo;
}

/* ---- outcomes */

/* Where an object was made tells it from others only as far as the objects of that site behave differently. */
static void forget_site(const Program *program, Word *words) {
    if (kind_row(comp_kind(words))->has_site) words[KIND_SITE] = program->sites[words[KIND_SITE]].alike;
}

uint32_t expand_intern(Comps *comps, const Program *program, World *world, uint32_t slot) {
    uint32_t n;
    world_read(world, slot, &n);
    Comp *comp = &world->comps[slot];
    comp_normalise(program, comp->words, n);
    if (slot >= comps_fixed(comps)) forget_site(program, comp->words);
    return comps_intern(comps, comp->words, n);
}

/* Notes in the outcome's head what a content written to `slot` (NO_SLOT: a new one) does. */
static void note_content(const Expand *expand, uint32_t *head, uint32_t slot, uint32_t content) {
    const CompInfo *info = comps_at(expand->comps, content);
    bool movable = slot == NO_SLOT || slot >= comps_fixed(expand->comps);
    bool ended = (info->flags & COMP_IS_TASK) && !(info->flags & COMP_IS_ALIVE);
    if (slot == NO_SLOT || (movable && (ended || comp_kind(info->words) == COMP_FREE))) *head |= EXPAND_REORDERS;
    if (info->nrefs) *head |= EXPAND_REFS;
}

/* What differs between the world after the step and the state. */
static void collect_writes(Expand *expand, uint32_t *head, uint32_t n) {
    World *world = &expand->world;
    uint32_t nwrites = 0;
    for (uint32_t slot = 0; slot < n; slot++) {
        if (!world->comps[slot].changed) continue;
        uint32_t content = expand_intern(expand->comps, expand->program, world, slot);
        bool was_read = expand->seen.data[slot] == expand->stamp;
        if (was_read && comps_entry(expand->comps, slot, expand->state[slot])->content == content) continue;
        note_content(expand, head, slot, content);
        vec_push(&expand->tape, slot);
        vec_push(&expand->tape, comps_local(expand->comps, slot, content));
        nwrites++;
    }
    for (uint32_t slot = n; slot < world->n; slot++) {
        uint32_t content = expand_intern(expand->comps, expand->program, world, slot);
        note_content(expand, head, NO_SLOT, content);
        vec_push(&expand->tape, content);
    }
    *head |= nwrites << EXPAND_WRITES | (world->n - n) << EXPAND_ADDED;
}

static uint32_t fault_of(Expand *expand, const StepResult *result, uint32_t slot) {
    if (result->status == STEP_VIOLATION) return faults_add(expand->faults, &result->violation);
    Violation limit = {.span = result->at, .task = slot, .object = NO_SLOT, .text = result->limit};
    return faults_add(expand->faults, &limit);
}

static void add_labels(Expand *expand, const StepResult *result) {
    vec_push(&expand->tape, result->fiber);
    vec_push(&expand->tape, result->left);
    vec_push(&expand->tape, result->arm << 1 | (result->progress ? 1u : 0u));
    vec_push(&expand->tape, (uint32_t)result->lost);
    vec_push(&expand->tape, (uint32_t)(result->lost >> 32));
    vec_push(&expand->tape, (uint32_t)result->delivered);
    vec_push(&expand->tape, (uint32_t)(result->delivered >> 32));
    vec_push(&expand->tape, (uint32_t)result->events);
    vec_push(&expand->tape, (uint32_t)(result->events >> 32));
}

static void add_comms(Expand *expand, uint32_t slot) {
    const Word *words = world_read(&expand->world, slot, NULL);
    uint32_t status = comp_kind(words) == COMP_FIBER ? (uint32_t)words[FIBER_STATUS] : 0;
    assert(expand->comms_log.n < 1u << EXPAND_STATUS);
    vec_push(&expand->tape, status << EXPAND_STATUS | expand->comms_log.n);
    for (uint32_t i = 0; i < expand->comms_log.n; i++) {
        const Comm *comm = &expand->comms_log.data[i];
        const uint32_t packed[] = {comm->channel, comm->label << 5 | (uint32_t)comm->is_closed << 4 | (uint32_t)comm->nvalues << 1 | comm->is_send, comm->span.file, comm->span.begin, comm->span.end};
        for (uint32_t k = 0; k < sizeof packed / sizeof *packed; k++) vec_push(&expand->tape, packed[k]);
        for (uint32_t k = 0; k < COMM_VALUES; k++) {
            vec_push(&expand->tape, (uint32_t)comm->values[k]);
            vec_push(&expand->tape, (uint32_t)((uint64_t)comm->values[k] >> 32));
        }
    }
}

static void add_outcome(Expand *expand, StepResult *result, uint32_t n, uint32_t slot) {
    uint32_t changed = 0, at = expand->tape.n;
    for (uint32_t i = 0; i < n; i++) changed += expand->world.comps[i].changed;
    if (result->status == STEP_DONE && (changed > EXPAND_MANY || expand->world.n - n > EXPAND_MANY)) {
        result->status = STEP_LIMIT;
        result->limit = "a step that changes more than 4,095 objects";
    }
    uint32_t head = (uint32_t)result->status | (result->reached_point ? (uint32_t)EXPAND_REACHED : 0u) |
                    (result->inert ? (uint32_t)EXPAND_INERT : 0u) | (result->by_fault ? (uint32_t)EXPAND_FAULT : 0u);
    vec_push(&expand->tape, 0u);
    if (result->status == STEP_DONE) collect_writes(expand, &head, n);
    if (result->status == STEP_VIOLATION || result->status == STEP_LIMIT) vec_push(&expand->tape, fault_of(expand, result, slot));
    expand->tape.data[at] = head;
    if (expand->options.labels) add_labels(expand, result);
    if (expand->options.comms) add_comms(expand, slot);
}

/* Runs every sequence of choices; the tape gets their number and the outcomes. Returns whether some outcome makes components (whose slots
   depend on the number of slots). */
static bool run_all(Expand *expand, uint32_t n, uint32_t slot) {
    bool adds = false;
    uint64_t instructions = 0;
    uint32_t at = expand->tape.n;
    vec_push(&expand->tape, 0u);
    choices_clear(&expand->choices);
    do {
        begin_world(expand, n);
        expand->comms_log.n = 0;
        StepResult result = eval_step(&expand->world, slot, &expand->options.eval, &expand->choices, NULL);
        expand->evaluations++;
        if (result.status == STEP_DISABLED) continue;
        adds |= result.status == STEP_DONE && expand->world.n > n;
        add_outcome(expand, &result, n, slot);
        expand->tape.data[at]++;
        instructions += result.instructions;
        if (instructions <= ENOUGH) continue;
        StepResult limit = {.status = STEP_LIMIT, .at = result.at, .fiber = slot, .arm = NO_SLOT, .left = NO_SLOT, .limit = "a step that can go more ways than can be followed"};
        add_outcome(expand, &limit, n, slot);
        expand->tape.data[at]++;
        break;
    } while (choices_next(&expand->choices));
    return adds;
}

const uint32_t *expand_evaluate(Expand *expand, const uint32_t *state, uint32_t n, uint32_t slot) {
    memo_reach(&expand->steps, slot + 1);
    expand->tape.n = expand->kept;
    begin(expand, state, n, slot);
    bool asks_all = (slot == expand->world.clock_slot && expand->program->is_urgent) || expand->program->has_woken; /* every task */
    if (asks_all) vec_push(&expand->path, MEMO_LENGTH);
    bool adds = run_all(expand, n, slot);
    if (adds) vec_push(&expand->path, MEMO_LENGTH);
    uint32_t first = expand->kept;
    if (!is_worth_it(expand, &expand->steps, slot, expand->states) || expand->tape.n >= MEMO_LEAF) return expand->tape.data + first;
    if (!expand->tape.data[first]) first = 0;
    if (memo_add(&expand->steps, slot, state[slot], expand->path.data, expand->path.n, state, n, first) && first) expand->kept = expand->tape.n;
    return expand->tape.data + first;
}

/* ---- invariants and conditions */

typedef enum Truth { TRUTH_FALSE, TRUTH_TRUE, TRUTH_UNDEFINED } Truth;

static Truth evaluate(Expand *expand, const uint32_t *state, uint32_t n, uint32_t machine) {
    begin(expand, state, n, NO_SLOT);
    vec_push(&expand->path, MEMO_LENGTH);
    begin_world(expand, n);
    Word value = 0;
    StepResult result = eval_predicate(&expand->world, machine, &value);
    return result.status != STEP_DONE ? TRUTH_UNDEFINED : value ? TRUTH_TRUE : TRUTH_FALSE;
}

/* `root`: of its memo. */
static Truth truth_of(Expand *expand, const uint32_t *state, uint32_t n, uint32_t root, uint32_t machine) {
    uint32_t ref = memo_find(&expand->checks, root, 0, state, n);
    if (ref != MEMO_NONE) return (Truth)(ref & ~MEMO_LEAF);
    Truth truth = evaluate(expand, state, n, machine);
    if (is_worth_it(expand, &expand->checks, root, expand->checked))
        (void)memo_add(&expand->checks, root, 0, expand->path.data, expand->path.n, state, n, (uint32_t)truth);
    return truth;
}

uint64_t expand_check(Expand *expand, const uint32_t *state, uint32_t n) {
    uint64_t broken = 0;
    const Invariant *invariants = expand->program->invariants;
    expand->checked++;
    for (uint32_t i = 0; i < expand->program->ninvariants; i++)
        if (truth_of(expand, state, n, i, invariants[i].machine) != TRUTH_TRUE) broken |= (uint64_t)1 << i;
    return broken;
}

uint64_t expand_conditions(Expand *expand, const uint32_t *state, uint32_t n) {
    uint64_t holding = 0;
    expand->checked++;
    for (uint32_t i = 0; i < expand->nconditions; i++) {
        Truth truth = truth_of(expand, state, n, MAX_CHECKS + i, expand->conditions[i]);
        holding |= (uint64_t)(truth == TRUTH_TRUE) << i;
        expand->undefined |= (uint64_t)(truth == TRUTH_UNDEFINED) << i;
    }
    return holding;
}
