#include "model/replay.h"

#include "model/grow.h"
#include "model/kind.h"
#include "model/race.h"
#include "model/support/vec.h"
#include "model/temporal.h"
#include "model/ts.h"

#include <assert.h>
#include <string.h>

typedef struct Replay {
    const Program *program;
    Trace *trace;
    World world;
    EvalOptions options;
    Choices choices;
    VEC(uint32_t) tasks; /* slots of the tasks in the order they came to be: trace->tasks[i] is tasks[i] */
    uint32_t seen;       /* slots looked at */
    StepResult last;
    /* of a run with a loop */
    Ts *ts;
    TsWorker *worker;
    VEC(uint32_t) states, ids; /* canonical states from where the loop begins: the first id of each; ids */
    VEC(bool) is_fair, is_able; /* per task that is there when the loop begins */
    uint32_t nfair;
    bool loop_moved, progress;
    uint32_t amount; /* of what grows */
    /* of a run that violates a property */
    const Property *property;
    const Buchi *wrong;
    VEC(uint64_t) letters, events; /* of each state; of each step of the loop */
    bool is_branch; /* a run that begins on another */
    const char *why;
} Replay;

static bool refuse(Replay *replay, const char *why) {
    if (!replay->why) replay->why = why;
    return false;
}

static const Word *words_of(Replay *replay, uint32_t slot) {
    uint32_t n;
    return world_read(&replay->world, slot, &n);
}

static bool has_ended(Replay *replay, uint32_t slot) {
    const Word *words = words_of(replay, slot);
    return words[FIBER_STATUS] >= FIBER_ENDED;
}

static bool is_task(Replay *replay, uint32_t slot) {
    const Word *words = words_of(replay, slot);
    return comp_kind(words) == COMP_FIBER && (words[FIBER_FLAGS] & FIBER_IS_TASK);
}

/* Main is the first task; actors that are none may have come before it. */
static bool main_has_ended(Replay *replay) {
    uint32_t i = 0;
    while (!is_task(replay, replay->tasks.data[i])) i++;
    return has_ended(replay, replay->tasks.data[i]);
}

/* ---- following the steps */

static bool take_in_new_tasks(Replay *replay) {
    for (; replay->seen < replay->world.n; replay->seen++) {
        const Word *words = words_of(replay, replay->seen);
        bool task = is_task(replay, replay->seen);
        if (!task && !kind_is_actor(replay->program, words)) continue;
        uint32_t index = replay->tasks.n;
        if (index >= replay->trace->ntasks) return refuse(replay, "more tasks are spawned than the run names");
        const char *function = task ? replay->program->machines[words[FIBER_MACHINE]]->name : "";
        if (strcmp(function, replay->trace->tasks[index].function) != 0)
            return refuse(replay, "another function is spawned than the run names");
        vec_push(&replay->tasks, replay->seen);
    }
    return true;
}

static bool judge(Replay *replay, bool is_last) {
    if (replay->choices.mismatch) return refuse(replay, "a choice of the run does not exist");
    switch (replay->last.status) {
    case STEP_DONE: return take_in_new_tasks(replay);
    case STEP_VIOLATION: return is_last || refuse(replay, "a step before the last one is a violation");
    case STEP_DISABLED: return refuse(replay, "a task of the run has no step where it should make one");
    case STEP_CUT: return refuse(replay, "an assume cuts the run");
    case STEP_LIMIT: return refuse(replay, "a step of the run is too long to follow");
    }
    return refuse(replay, "a step has no outcome");
}

static bool follow_start(Replay *replay) {
    const Trace *trace = replay->trace;
    choices_set(&replay->choices, trace->start_picks, trace->nstart_picks);
    replay->last = eval_start(&replay->world, &replay->options, &replay->choices, NULL);
    return judge(replay, trace->nsteps == 0);
}

static bool follow_step(Replay *replay, const TraceStep *step, bool is_last) {
    if (step->task >= replay->tasks.n) return refuse(replay, "a task of the run makes a step before it is spawned");
    if (replay->trace->main_ends_run && main_has_ended(replay))
        return refuse(replay, "the run goes on after main's end");
    choices_set(&replay->choices, step->picks, step->npicks);
    replay->last = eval_step(&replay->world, replay->tasks.data[step->task], &replay->options, &replay->choices, NULL);
    return judge(replay, is_last);
}

/* ---- the claim */

static const char *violation_text(ViolationKind kind) {
    switch (kind) {
    case VIOLATION_ASSERTION: return "assertion";
    case VIOLATION_UNDEFINED: return "undefined";
    case VIOLATION_MISUSE: return "misuse";
    case VIOLATION_IGNORED_CLOSE: return "ignored-close";
    case VIOLATION_NEVER_YIELDS: return "never-yields";
    case VIOLATION_NONE: break;
    }
    return "";
}

static bool check_violation(Replay *replay) {
    const Trace *trace = replay->trace;
    const Violation *violation = &replay->last.violation;
    if (strcmp(violation_text(violation->kind), trace->kind) != 0)
        return refuse(replay, "the last step is another violation than the one claimed");
    if (trace->detail[0] && violation->detail && strcmp(violation->detail, trace->detail) != 0)
        return refuse(replay, "the last step is a violation of another kind than the one claimed");
    uint32_t line, column;
    sources_place(replay->program->sources, violation->span.file, violation->span.begin, &line, &column);
    if (line != trace->line || column != trace->column)
        return refuse(replay, "the violation is in another place than the one claimed");
    return true;
}

static bool is_named(const Trace *trace, uint32_t task) {
    for (uint32_t i = 0; i < trace->nstuck; i++)
        if (trace->stuck[i] == task) return true;
    for (uint32_t i = 0; i < trace->nconsequences; i++)
        if (trace->consequences[i] == task) return true;
    return false;
}

/* Every task that is named has not ended and cannot make a step. */
static bool check_named(Replay *replay) {
    const Trace *trace = replay->trace;
    if (trace->nstuck == 0) return refuse(replay, "no task is named as stuck");
    for (uint32_t i = 0; i < trace->ntasks; i++) {
        if (!is_named(trace, i) || trace->tasks[i].is_part) continue;
        if (i >= replay->tasks.n || has_ended(replay, replay->tasks.data[i]))
            return refuse(replay, "a task named as stuck has ended");
        if (eval_can_step(&replay->world, replay->tasks.data[i]))
            return refuse(replay, "a task named as stuck can make a step");
    }
    return true;
}

enum { REPLAY_WAITS = 256 };

static bool waits_to_be_woken(Replay *replay, uint32_t slot) {
    WaitInfo waits[REPLAY_WAITS];
    uint32_t n = eval_waits(&replay->world, slot, waits, REPLAY_WAITS);
    for (uint32_t i = 0; i < n; i++)
        if (waits[i].polled && waits[i].enabled && (waits[i].op == ARM_PENDING || waits[i].op == ARM_PARK)) return true;
    return n == REPLAY_WAITS;
}

static bool check_lost_wakeup(Replay *replay) {
    const Trace *trace = replay->trace;
    for (uint32_t i = 0; i < trace->nstuck; i++)
        if (!trace->tasks[trace->stuck[i]].is_part && !waits_to_be_woken(replay, replay->tasks.data[trace->stuck[i]]))
            return refuse(replay, "a task named as waiting to be woken does not");
    return true;
}

/* The object makes steps that are no faults. */
static bool environment_moves(Replay *replay, uint32_t slot) {
    const KindMoves *moves = kind_row(world_kind(&replay->world, slot))->moves;
    return moves && !moves->is_fault && eval_can_step(&replay->world, slot);
}

/* Nothing can move, and who has not ended is named; daemons may be left out, they may be at their places. */
static bool check_deadlock(Replay *replay) {
    const Trace *trace = replay->trace;
    if (trace->main_ends_run && main_has_ended(replay))
        return refuse(replay, "main has ended, which ends the run");
    for (uint32_t i = 0; i < replay->tasks.n; i++) {
        uint32_t slot = replay->tasks.data[i];
        if (!is_task(replay, slot)) {
            if (environment_moves(replay, slot)) return refuse(replay, "the environment can still move in what should be a deadlock");
            continue;
        }
        if (has_ended(replay, slot)) continue;
        if (eval_can_step(&replay->world, slot))
            return refuse(replay, "a task can still move in what should be a deadlock");
        bool is_daemon = (words_of(replay, slot)[FIBER_FLAGS] & FIBER_IS_DAEMON) != 0;
        bool is_elsewhere = replay->program->has_wakes; /* it may belong to a lost wakeup beside the deadlock */
        if (!is_daemon && !is_elsewhere && !is_named(trace, i)) return refuse(replay, "a stuck task is not named");
    }
    return true;
}

/* Only the environment of a channel could go on, and it need not. */
static bool check_rest(Replay *replay) {
    if (replay->trace->main_ends_run && main_has_ended(replay)) return true;
    for (uint32_t i = 0; i < replay->tasks.n; i++) {
        uint32_t slot = replay->tasks.data[i];
        const KindMoves *moves = is_task(replay, slot) ? NULL : kind_row(world_kind(&replay->world, slot))->moves;
        bool has_to_move = moves ? moves->is_fair && !moves->is_fault : !has_ended(replay, slot);
        if (has_to_move && eval_can_step(&replay->world, slot))
            return refuse(replay, "something goes on where the run should end");
    }
    return true;
}

static bool check_invariant(Replay *replay) {
    for (uint32_t i = 0; i < replay->program->ninvariants; i++) {
        const Invariant *invariant = &replay->program->invariants[i];
        if (strcmp(invariant->name, replay->trace->name) != 0) continue;
        Word value = 0;
        StepResult result = eval_predicate(&replay->world, invariant->machine, &value);
        if (result.status == STEP_DONE && value != 0)
            return refuse(replay, "the invariant is true at the end of the run");
        return true;
    }
    return refuse(replay, "the program has no invariant of that name");
}

static bool check_race(Replay *replay) {
    const Trace *trace = replay->trace;
    if (trace->nstuck != 2) return refuse(replay, "a race is between two tasks");
    AccessLog logs[2] = {0};
    for (int i = 0; i < 2; i++)
        if (trace->stuck[i] < replay->tasks.n)
            race_accesses(&replay->world, replay->tasks.data[trace->stuck[i]], &replay->options, &logs[i]);
    bool found = false;
    for (uint32_t global = 0; global < replay->program->nglobals && !found; global++) {
        if (strcmp(replay->program->globals[global].name, trace->object) != 0) continue;
        uint32_t a, b;
        for (int i = 0; i < 2; i++) race_keep(&logs[i], global);
        found = race_between(replay->program, &logs[0], &logs[1], &a, &b);
    }
    for (int i = 0; i < 2; i++) vec_fini(&logs[i]);
    return found || refuse(replay, "the two tasks are not about to access the variable");
}

/* ---- properties: the word of the run */

static const Property *find_property(Replay *replay, const Buchi *const *wrong) {
    const Program *program = replay->program;
    bool is_witness = strcmp(replay->trace->kind, "witness") == 0;
    if (strcmp(replay->trace->kind, "violated") != 0 && !is_witness) return NULL;
    for (uint32_t i = 0; i < program->ninvariants; i++)
        if (strcmp(program->invariants[i].name, replay->trace->name) == 0) return NULL;
    for (uint32_t i = 0; i < program->nproperties; i++) {
        if (strcmp(program->properties[i].name, replay->trace->name) != 0) continue;
        replay->wrong = wrong ? wrong[i] : NULL;
        return &program->properties[i];
    }
    return NULL;
}

static void note_letter(Replay *replay, uint64_t events) {
    if (!replay->property) return;
    uint64_t conditions = temporal_conditions(&replay->world);
    vec_push(&replay->letters, temporal_letter(replay->program->atoms, replay->property, conditions, events));
}

/* ---- properties of branching time: this run's part in the tree of runs, then those that begin on it */

static uint64_t without_events(const Replay *replay, uint64_t letter) {
    const Property *property = replay->property;
    for (uint32_t a = 0; a < property->natoms; a++)
        if (replay->program->atoms[property->atoms[a]].kind != ATOM_STATE) letter &= ~(UINT64_C(1) << a);
    return letter;
}

static bool check_facts(Replay *replay) {
    const Trace *trace = replay->trace;
    for (uint32_t i = 0; i < trace->nfacts; i++) {
        const TraceFact *fact = &trace->facts[i];
        bool rests = trace->stutters && fact->at == trace->nsteps;
        uint64_t letter = replay->letters.data[rests ? fact->at + 1 : fact->at];
        if (!temporal_may_be(replay->property, fact->part, fact->truth, letter))
            return refuse(replay, "what is said of a state is not so");
    }
    return true;
}

static bool check_branching(Replay *replay) {
    const Trace *trace = replay->trace;
    bool is_infinite = trace->nloop > 0 || (trace->stutters && !trace->is_moment);
    if (trace->rested) replay->letters.data[trace->shared] = without_events(replay, replay->letters.data[trace->shared]);
    uint64_t resting = without_events(replay, vec_last(&replay->letters));
    if (trace->stutters) vec_push(&replay->letters, resting);
    const uint64_t *letters = replay->letters.data + trace->shared;
    if (trace->is_claim &&
        !temporal_may_show(replay->property, trace->part, trace->truth, letters, replay->letters.n - trace->shared, is_infinite))
        return refuse(replay, "the run does not show what it should");
    return check_facts(replay);
}

static bool check_property(Replay *replay) {
    if (replay->property->logic == LOGIC_CTL) return check_branching(replay);
    const Trace *trace = replay->trace;
    uint32_t n = replay->letters.n;
    assert(n == trace->nsteps + 1);
    bool violates;
    if (trace->stutters) {
        uint64_t conditions = temporal_conditions(&replay->world);
        vec_push(&replay->letters, temporal_letter(replay->program->atoms, replay->property, conditions, 0));
        violates = temporal_violates(replay->property, replay->wrong, (RunWord){replay->letters.data, n, n + 1});
    } else if (trace->nloop) {
        violates = temporal_violates(replay->property, replay->wrong, (RunWord){replay->letters.data, n - trace->nloop, n});
    } else {
        violates = temporal_violates_ever(replay->property, replay->wrong, replay->letters.data, n);
    }
    return violates || refuse(replay, "the run does not violate the property");
}

/* ---- a loop of the whole run: it must lead back to the state where it began, however slots are named there, and must
   be possible once more from the world that it leads to */

static bool is_infinite(const Replay *replay) { return replay->trace->nloop > 0; }
static uint32_t loop_begin(const Replay *replay) { return replay->trace->nsteps - replay->trace->nloop; }

/* The world as a canonical state, behind those noted before. */
static void note_state(Replay *replay) {
    uint32_t at = replay->ids.n, n = replay->world.n;
    vec_push(&replay->states, at);
    vec_resize(&replay->ids, at + n);
    replay->ids.n = at + ts_encode(replay->worker, &replay->world, replay->ids.data + at, n, NULL);
}

/* States are numbered from where the loop begins; the last one noted is compared and forgotten. */
static bool is_state(Replay *replay, uint32_t number) {
    note_state(replay);
    uint32_t last = vec_pop(&replay->states), n = replay->ids.n - last, from = replay->states.data[number];
    uint32_t to = number + 1 < replay->states.n ? replay->states.data[number + 1] : last;
    bool same = n == to - from && memcmp(replay->ids.data + from, replay->ids.data + last, n * sizeof *replay->ids.data) == 0;
    replay->ids.n = last;
    return same;
}

static bool is_under_way(Replay *replay, uint32_t slot) {
    Word status = words_of(replay, slot)[FIBER_STATUS];
    return status == FIBER_UNDER_WAY || status == FIBER_BLOCKED;
}

/* Tasks that could not move here are treated fairly, unless fairness is strong, and so is the one that makes a step; one
   that lacks a thread is as long as no thread is ever free for it. */
static void note_fair(Replay *replay) {
    bool is_strong = strcmp(replay->trace->fairness, "strong") == 0;
    for (uint32_t i = 0; i < replay->nfair; i++) {
        uint32_t slot = replay->tasks.data[i];
        if (eval_can_step(&replay->world, slot)) replay->is_able.data[i] = true;
        else if (!is_strong && !eval_lacks_thread(&replay->world, slot)) replay->is_fair.data[i] = true;
    }
}

static bool begin_loop(Replay *replay) {
    const Trace *trace = replay->trace;
    bool yields = strcmp(trace->kind, "never-yields") == 0;
    if (yields && (trace->nstuck == 0 || trace->stuck[0] >= replay->tasks.n)) return refuse(replay, "the loop names no task");
    replay->nfair = replay->tasks.n;
    vec_resize(&replay->is_fair, replay->nfair);
    vec_resize(&replay->is_able, replay->nfair);
    for (uint32_t i = 0; i < replay->nfair; i++) {
        bool task = is_task(replay, replay->tasks.data[i]);
        replay->is_fair.data[i] = !task || has_ended(replay, replay->tasks.data[i]);
    }
    note_state(replay);
    note_fair(replay);
    return true;
}

static bool follow_loop_step(Replay *replay, uint32_t index) {
    const Trace *trace = replay->trace;
    uint32_t task = trace->steps[index].task;
    if (index == loop_begin(replay) && !begin_loop(replay)) return false;
    if (!follow_step(replay, &trace->steps[index], index + 1 == trace->nsteps)) return false;
    if (index < loop_begin(replay)) return true;
    if (replay->last.status != STEP_DONE) return refuse(replay, "a step of the loop has no outcome");
    vec_push(&replay->events, replay->last.events);
    if (task < replay->nfair) replay->is_fair.data[task] = true;
    note_state(replay);
    note_fair(replay);
    if (strcmp(trace->kind, "never-yields") != 0) return true;
    replay->loop_moved |= task == trace->stuck[0];
    return is_under_way(replay, replay->tasks.data[trace->stuck[0]]) || refuse(replay, "the task reaches a point in the loop");
}

/* Some step of an actor leads to the state of that number. */
static bool actor_goes_to(Replay *replay, uint32_t slot, const World *from, uint32_t number) {
    Choices choices = {0};
    bool found = false;
    do {
        world_copy(&replay->world, from);
        StepResult result = eval_step(&replay->world, slot, &replay->options, &choices, NULL);
        if (result.status == STEP_DISABLED) break;
        found = result.status == STEP_DONE && is_state(replay, number) &&
                (!replay->property || result.events == replay->events.data[number - 1]);
    } while (!found && choices_next(&choices));
    choices_fini(&choices);
    return found;
}

static bool is_actor_of(Replay *replay, World *world, uint32_t slot) {
    uint32_t n;
    const Word *words = world_read(world, slot, &n);
    return comp_kind(words) == COMP_FIBER ? (words[FIBER_FLAGS] & FIBER_IS_TASK) != 0 : kind_is_actor(replay->program, words);
}

/* Makes the steps of the loop again, from where the run stands now: each by any actor whose step is as `fits` wants it. */
typedef bool (*LoopFit)(Replay *replay, uint32_t slot, const World *from, uint32_t number);
static bool repeat_loop(Replay *replay, LoopFit fits, const char *why) {
    World from;
    world_init(&from, replay->program);
    bool follows = true;
    for (uint32_t i = 0; i < replay->trace->nloop && follows; i++) {
        world_copy(&from, &replay->world);
        bool found = false;
        for (uint32_t slot = 0; slot < from.n && !found; slot++)
            found = is_actor_of(replay, &from, slot) && fits(replay, slot, &from, i + 1);
        follows = found;
    }
    world_fini(&from);
    return follows || refuse(replay, why);
}

/* The second time round other slots may stand for the same tasks: any step will do that leads to the state it led to the
   first time. */
static bool go_round(Replay *replay) { return repeat_loop(replay, actor_goes_to, "the loop cannot be gone round once more"); }

static bool end_loop(Replay *replay) {
    const Trace *trace = replay->trace;
    if (!is_state(replay, 0)) return refuse(replay, "the loop does not end where it began");
    if (strcmp(trace->kind, "never-yields") == 0 && !replay->loop_moved) return refuse(replay, "the task makes no step in the loop");
    for (uint32_t i = 0; i < replay->nfair && strcmp(trace->fairness, "none") != 0; i++)
        if (!replay->is_fair.data[i] && replay->is_able.data[i]) return refuse(replay, "a task to which fairness owes a step makes none in the loop");
    return go_round(replay) && (is_state(replay, 0) || refuse(replay, "the loop does not end where it began the second time"));
}

/* ---- growth: the steps can be made again from the larger world, twice more */

/* Some step of the actor leads to a world that is the state of that number and more. */
static bool actor_covers(Replay *replay, uint32_t slot, const World *from, uint32_t number) {
    Choices choices = {0};
    bool found = false;
    uint32_t at = replay->states.data[number], end = number + 1 < replay->states.n ? replay->states.data[number + 1] : replay->ids.n;
    do {
        world_copy(&replay->world, from);
        StepResult result = eval_step(&replay->world, slot, &replay->options, &choices, NULL);
        if (result.status == STEP_DISABLED) break;
        found = result.status == STEP_DONE && grow_covers(replay->worker, replay->ids.data + at, end - at, &replay->world, NULL);
    } while (!found && choices_next(&choices));
    choices_fini(&choices);
    return found;
}

static bool grow_again(Replay *replay) {
    return repeat_loop(replay, actor_covers, "the steps cannot be made again from the larger state");
}

static bool check_growth(Replay *replay) {
    uint32_t end = replay->states.n > 1 ? replay->states.data[1] : replay->ids.n;
    for (int times = 0; times < 3; times++) {
        GrowMore more;
        uint32_t amount = grow_tasks(&replay->world) + grow_items(&replay->world);
        bool grows = grow_covers(replay->worker, replay->ids.data, end, &replay->world, &more) && more.any;
        if (!grows || (times > 0 && amount <= replay->amount)) return refuse(replay, "there is no more than before");
        replay->amount = amount;
        if (times < 2 && !grow_again(replay)) return false;
    }
    return true;
}

static bool never_ends(Replay *replay) {
    const Trace *trace = replay->trace;
    if (trace->nstuck == 0) return refuse(replay, "no task is named");
    for (uint32_t i = 0; i < trace->nstuck; i++)
        if (trace->stuck[i] >= replay->tasks.n || has_ended(replay, replay->tasks.data[trace->stuck[i]]))
            return refuse(replay, "a task named as one that never ends has ended");
    return true;
}

/* Nobody passes a progress label in the loop. */
static bool makes_no_progress(Replay *replay) { return !replay->progress || refuse(replay, "the loop passes a progress label"); }

static bool follow(Replay *replay) {
    const Trace *trace = replay->trace;
    if (!follow_start(replay)) return false;
    note_letter(replay, 0);
    for (uint32_t i = 0; i < trace->nsteps; i++) {
        bool ok = is_infinite(replay) ? follow_loop_step(replay, i) : follow_step(replay, &trace->steps[i], i + 1 == trace->nsteps);
        if (!ok) return false;
        note_letter(replay, replay->last.events);
        replay->progress |= is_infinite(replay) && i >= loop_begin(replay) && replay->last.progress;
    }
    return true;
}

static bool check_claim(Replay *replay) {
    const char *kind = replay->trace->kind;
    if (replay->last.status == STEP_VIOLATION) return check_violation(replay);
    if (strcmp(kind, "deadlock") == 0) return check_deadlock(replay) && check_named(replay);
    if (strcmp(kind, "partial-deadlock") == 0) return check_named(replay);
    if (strcmp(kind, "lost-wakeup") == 0) return check_named(replay) && check_lost_wakeup(replay);
    if (replay->property && is_infinite(replay)) return end_loop(replay) && check_property(replay);
    if (replay->property) return (!replay->trace->stutters || check_rest(replay)) && check_property(replay);
    if (strcmp(kind, "violated") == 0) return check_invariant(replay);
    if (strcmp(kind, "never-yields") == 0 && is_infinite(replay)) return end_loop(replay);
    if (strcmp(kind, "race") == 0) return check_race(replay);
    if (strcmp(kind, "nonconforming") == 0) return true; /* what the steps send and receive is all that it shows */
    if (strcmp(kind, "unbounded") == 0 && is_infinite(replay)) return check_growth(replay);
    if (strcmp(kind, "livelock") == 0 && is_infinite(replay)) return end_loop(replay) && makes_no_progress(replay);
    if (strcmp(kind, "nontermination") == 0)
        return is_infinite(replay) ? end_loop(replay) && never_ends(replay) : check_rest(replay) && check_named(replay);
    return refuse(replay, "the last step is no violation");
}

static ReplayResult check_run(const Program *program, Trace *trace, const Buchi *const *wrong, bool is_branch);

static ReplayResult check_branches(const Program *program, const Trace *trace) {
    ReplayResult result = {.ok = true};
    for (uint32_t i = 0; i < trace->nbranches && result.ok; i++) {
        Trace *run = trace->branches[i].run;
        if (strcmp(run->name, trace->name) != 0 || run->shared != trace->branches[i].at)
            return (ReplayResult){false, "a run is in the tree of another property, or at another place"};
        result = check_run(program, run, NULL, true);
    }
    return result;
}

/* The root of a tree of runs speaks of the whole formula, or is made of what does. */
static bool check_root(Replay *replay) {
    const Trace *trace = replay->trace;
    const Property *property = replay->property;
    if (!property || property->logic != LOGIC_CTL || replay->is_branch) return true;
    uint32_t part = property->nnodes - 1;
    bool truth = strcmp(trace->kind, "witness") == 0;
    for (; property->nodes[part].op == TEMPORAL_NOT; part = property->nodes[part].a) truth = !truth;
    if (trace->is_claim && (trace->part != part || trace->truth != truth))
        return refuse(replay, "the run does not speak of the whole property");
    if (!trace->is_claim && trace->nfacts + trace->nbranches == 0) return refuse(replay, "nothing is shown of the property");
    return true;
}

static ReplayResult check_run(const Program *program, Trace *trace, const Buchi *const *wrong, bool is_branch) {
    Replay replay = {.program = program, .trace = trace, .options = {.run_on = trace->run_on}, .is_branch = is_branch};
    replay.property = find_property(&replay, wrong);
    world_init(&replay.world, program);
    TsOptions options = TS_DEFAULTS;
    options.run_on = trace->run_on;
    if (trace->nloop) replay.ts = ts_new(program, options);
    if (trace->nloop) replay.worker = ts_worker_new(replay.ts);
    bool ok = follow(&replay) && check_claim(&replay) && check_root(&replay);
    assert(ok == !replay.why);
    vec_fini(&replay.tasks);
    vec_fini(&replay.states);
    vec_fini(&replay.ids);
    vec_fini(&replay.is_fair);
    vec_fini(&replay.is_able);
    vec_fini(&replay.letters);
    vec_fini(&replay.events);
    if (replay.ts) {
        ts_worker_free(replay.worker);
        ts_free(replay.ts);
    }
    choices_fini(&replay.choices);
    world_fini(&replay.world);
    return ok ? check_branches(program, trace) : (ReplayResult){ok, replay.why};
}

ReplayResult replay_check(const Program *program, Trace *trace, const Buchi *const *wrong) {
    return check_run(program, trace, wrong, false);
}
