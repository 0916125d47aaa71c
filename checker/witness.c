#include "checker/witness.h"

#include "model/kind.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static EvalOptions eval_options(const Search *search) {
    return (EvalOptions){.run_on = search->options->ts.run_on, .no_reset = !search->options->ts.reset};
}

void witness_init(Witness *witness, Search *search) {
    *witness = (Witness){.search = search};
    world_init(&witness->world, search->program);
    world_init(&witness->trial, search->program);
}

void witness_fini(Witness *witness) {
    for (uint32_t i = 0; i < witness->moves.n; i++) {
        uint32_t *picks;
        memcpy(&picks, &witness->moves.data[i].picks, sizeof picks);
        free(picks);
    }
    vec_fini(&witness->moves);
    vec_fini(&witness->canonical);
    vec_fini(&witness->ids);
    vec_fini(&witness->words);
    world_fini(&witness->world);
    world_fini(&witness->trial);
}

static void push_move(Witness *witness, uint32_t task, const Choices *choices) {
    uint32_t *picks = NULL;
    if (choices->n > 0) {
        picks = malloc(sizeof *picks * choices->n);
        if (picks == NULL) abort();
        memcpy(picks, choices->pick, sizeof *picks * choices->n);
    }
    vec_push(&witness->moves, (TraceMove){.task = task, .picks = picks, .npicks = choices->n});
}

/* True when the world is the state; notes where its slots are in it. */
static bool is_state(Witness *witness, World *world, uint32_t state) {
    Search *search = witness->search;
    uint32_t n = search_state(search, state);
    vec_resize(&witness->ids, world->n + n + 1);
    vec_resize(&witness->canonical, world->n + 1);
    uint32_t got = ts_encode(search->worker, world, witness->ids.data, witness->ids.cap, witness->canonical.data);
    return got == n && memcmp(witness->ids.data, search->ids, sizeof *search->ids * n) == 0;
}

static bool is_violation(const StepResult *result, const Violation *wanted) {
    const Violation *got = &result->violation;
    return result->status == STEP_VIOLATION && got->kind == wanted->kind && got->span.file == wanted->span.file &&
           got->span.begin == wanted->span.begin &&
           strcmp(got->detail != NULL ? got->detail : "", wanted->detail != NULL ? wanted->detail : "") == 0;
}

/* What a step is to lead to: a state, or (violation != NULL) a violation. */
typedef struct Goal {
    uint32_t state;
    const Violation *violation;
    uint32_t actor;         /* slot of the state before; NO_SLOT: any */
    const EdgeLabel *label; /* or NULL */
    const uint32_t *at;     /* with label: slot of the world -> slot of the state before */
    uint32_t n;
} Goal;

/* The step is made by that fiber, from that wait. */
static bool is_made_so(const StepResult *result, Goal goal) {
    const EdgeLabel *label = goal.label;
    uint32_t left = result->left == NO_SLOT ? LABEL_NOBODY : goal.at[result->left];
    return goal.at[result->fiber] == label->fiber && result->arm == label->arm && left == label->left &&
           result->events == label->events;
}

/* Where the label says that the tasks and futures go; what is no task or future, or is new, stays where it was found. */
static bool carry(const Witness *witness, Goal goal, uint32_t *to) {
    bool differs = false;
    memcpy(to, witness->canonical.data, sizeof *to * witness->trial.n);
    for (uint32_t slot = 0; slot < goal.n; slot++) {
        CompKind kind = comp_kind(witness->trial.comps[slot].words);
        if (goal.at[slot] == NO_SLOT || (kind != COMP_FIBER && kind != COMP_OPFUTURE)) continue;
        to[slot] = labels_move(&witness->search->edges.labels, goal.label, goal.at[slot]);
        differs |= to[slot] != witness->canonical.data[slot];
    }
    return differs;
}

typedef struct Renaming {
    Word *words;
    const uint32_t *to;
    uint32_t n;
    bool good;
} Renaming;

static void rename_handle(void *context, uint32_t index, Word handle, bool ordered) {
    Renaming *renaming = context;
    (void)ordered;
    uint32_t slot = handle > 0 ? handle_slot(handle) : NO_SLOT;
    if (slot == NO_SLOT) return;
    renaming->good &= slot < renaming->n && renaming->to[slot] != NO_SLOT;
    if (renaming->good) renaming->words[index] = slot_handle(renaming->to[slot]);
}

/* The component, renamed, is the state's at its place there. */
static bool is_same_comp(Witness *witness, World *state, uint32_t slot, const uint32_t *to) {
    const Program *program = witness->search->program;
    uint32_t n, m;
    const Word *words = world_read(&witness->trial, slot, &n), *there = world_read(state, to[slot], &m);
    if (n != m) return false;
    vec_resize(&witness->words, n);
    memcpy(witness->words.data, words, sizeof *words * n);
    Renaming renaming = {witness->words.data, to, witness->trial.n, true};
    comp_handles(program, words, n, rename_handle, &renaming);
    if (!renaming.good) return false;
    if (slot >= state->nfixed && kind_row(comp_kind(words))->has_site)
        witness->words.data[KIND_SITE] = program->sites[witness->words.data[KIND_SITE]].alike;
    comp_normalise(program, witness->words.data, n);
    return memcmp(witness->words.data, there, sizeof *words * n) == 0;
}

/* Alike tasks and futures may have been put in another order than the label's: is the world the state in that order too? */
static bool is_carried(Witness *witness, uint32_t state, const uint32_t *to) {
    Search *search = witness->search;
    World other;
    uint32_t n = search_state(search, state);
    bool good = true;
    VEC(bool) taken = {0};
    vec_resize(&taken, n);
    world_init(&other, search->program);
    ts_world(search->worker, search->ids, n, &other);
    for (uint32_t slot = 0; slot < witness->trial.n && good; slot++) {
        if (to[slot] == NO_SLOT) continue;
        good = to[slot] < n && !taken.data[to[slot]] && is_same_comp(witness, &other, slot, to);
        if (good) taken.data[to[slot]] = true;
    }
    world_fini(&other);
    vec_fini(&taken);
    return good;
}

/* The step carries every task and future to the slot that the label says. */
static bool is_labelled(Witness *witness, const StepResult *result, Goal goal) {
    if (!is_made_so(result, goal)) return false;
    VEC(uint32_t) to = {0};
    vec_resize(&to, witness->trial.n + 1);
    bool differs = carry(witness, goal, to.data), good = !differs || is_carried(witness, goal.state, to.data);
    if (differs && good) memcpy(witness->canonical.data, to.data, sizeof *to.data * witness->trial.n);
    vec_fini(&to);
    return good;
}

static bool reaches(Witness *witness, const StepResult *result, Goal goal) {
    if (goal.violation != NULL) return is_violation(result, goal.violation);
    if (result->status != STEP_DONE || !is_state(witness, &witness->trial, goal.state)) return false;
    return goal.label == NULL || is_labelled(witness, result, goal);
}

static void adopt(Witness *witness) {
    World old = witness->world;
    witness->world = witness->trial;
    witness->trial = old;
}

static bool start_to(Witness *witness, Goal goal) {
    Choices choices = {0};
    EvalOptions options = eval_options(witness->search);
    bool found = false;
    do {
        world_fini(&witness->trial);
        world_init(&witness->trial, witness->search->program);
        StepResult result = eval_start(&witness->trial, &options, &choices, NULL);
        found = reaches(witness, &result, goal);
    } while (!found && choices_next(&choices));
    if (found) {
        push_move(witness, NO_SLOT, &choices);
        adopt(witness);
    }
    choices_fini(&choices);
    return found;
}

/* Tries every choice of one task. */
static bool task_to(Witness *witness, uint32_t task, Goal goal, Choices *choices) {
    EvalOptions options = eval_options(witness->search);
    do {
        world_copy(&witness->trial, &witness->world);
        StepResult result = eval_step(&witness->trial, task, &options, choices, NULL);
        if (result.status == STEP_DISABLED) return false;
        if (!reaches(witness, &result, goal)) continue;
        push_move(witness, task, choices);
        adopt(witness);
        return true;
    } while (choices_next(choices));
    return false;
}

/* A task that lives, or an object that moves by itself. */
static bool is_actor(World *world, uint32_t slot) {
    uint32_t n;
    const Word *words = world_read(world, slot, &n);
    if (kind_is_actor(world->program, words)) return true;
    return comp_kind(words) == COMP_FIBER && (words[FIBER_FLAGS] & FIBER_IS_TASK) != 0 &&
           words[FIBER_STATUS] < FIBER_ENDED;
}

static bool may_act(Goal goal, uint32_t slot) { return goal.actor == NO_SLOT || slot == goal.actor; }

static bool step_to(Witness *witness, Goal goal) {
    uint32_t n = witness->world.n;
    VEC(uint32_t) at = {0}; /* `canonical` changes with each trial */
    vec_resize(&at, n + 1);
    memcpy(at.data, witness->canonical.data, sizeof *at.data * n);
    goal.at = at.data;
    goal.n = n;
    bool found = false;
    for (uint32_t slot = 0; slot < n && !found; slot++) {
        if (!is_actor(&witness->world, slot) || !may_act(goal, at.data[slot])) continue;
        Choices choices = {0};
        found = task_to(witness, slot, goal, &choices);
        choices_fini(&choices);
    }
    for (uint32_t slot = 0; slot < n && !found; slot++) witness->canonical.data[slot] = at.data[slot];
    vec_fini(&at);
    return found;
}

bool witness_step(Witness *witness, uint32_t state, uint32_t actor, const EdgeLabel *label) {
    Goal goal = {.state = state, .actor = actor, .label = label};
    if (label != NULL && step_to(witness, goal)) return true;
    goal.label = NULL; /* alike tasks and futures may have been put in another order */
    return step_to(witness, goal);
}

bool witness_start(Witness *witness, uint32_t state) {
    assert(witness->moves.n == 0);
    return start_to(witness, (Goal){.state = state});
}

bool witness_follow(Witness *witness, const uint32_t *path, uint32_t npath) {
    assert(npath > 0);
    if (!witness_start(witness, path[0])) return false;
    for (uint32_t i = 1; i < npath; i++)
        if (!witness_step(witness, path[i], NO_SLOT, NULL)) return false;
    return true;
}

bool witness_violate(Witness *witness, const Violation *violation, bool at_start) {
    Goal goal = {.state = STORE_NONE, .violation = violation, .actor = NO_SLOT};
    return at_start ? start_to(witness, goal) : step_to(witness, goal);
}

Trace *trace_build(const Witness *witness, World *final_world, uint32_t **task_slots) {
    Trace *trace = trace_of_moves(witness->search->program, witness->moves.data, witness->moves.n,
        witness->search->options->ts.run_on, final_world, task_slots);
    if (trace != NULL) trace->main_ends_run = witness->search->options->ts.main_ends_run;
    return trace;
}
