#include "checker/finding.h"

#include "checker/ctl_tell.h"
#include "checker/idle.h"
#include "checker/telling.h"
#include "checker/truths.h"
#include "checker/waitfor.h"
#include "checker/witness.h"
#include "model/channel.h"
#include "model/race.h"
#include "model/replay.h"
#include "model/roles.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

const char *finding_kind_text(FindingKind kind) {
    static const char *const texts[FINDING_KINDS] = {"deadlock", "partial-deadlock", "lost-wakeup", "assertion",
        "undefined", "misuse", "ignored-close", "never-yields", "livelock", "nontermination", "unbounded", "race",
        "violated", "violated", "nonconforming", "incompatible"};
    assert(kind < FINDING_KINDS);
    return texts[kind];
}

const char *fairness_text(Fairness fairness) {
    static const char *const texts[] = {
        [FAIRNESS_WEAK] = "weak", [FAIRNESS_NONE] = "none", [FAIRNESS_STRONG] = "strong"};
    return texts[fairness];
}

/* ---- collecting */

Hit *hits_find(Hits *hits, FindingKind kind, const StuckKey *key) {
    for (uint32_t i = 0; i < hits->n; i++)
        if (hits->data[i].kind == kind && stuck_same_key(&hits->data[i].key, key)) return &hits->data[i];
    return NULL;
}

void hits_fini(Hits *hits) {
    for (uint32_t i = 0; i < hits->n; i++) {
        vec_fini(&hits->data[i].never_move);
        vec_fini(&hits->data[i].key);
        vec_fini(&hits->data[i].loop);
        vec_fini(&hits->data[i].prefix);
        if (hits->data[i].branching != NULL) branching_answer_fini(hits->data[i].branching);
        free(hits->data[i].branching);
    }
    vec_fini(hits);
}

static FindingKind kind_of(ViolationKind kind) {
    switch (kind) {
    case VIOLATION_ASSERTION: return FINDING_ASSERTION;
    case VIOLATION_UNDEFINED: return FINDING_UNDEFINED;
    case VIOLATION_MISUSE: return FINDING_MISUSE;
    case VIOLATION_IGNORED_CLOSE: return FINDING_IGNORED_CLOSE;
    case VIOLATION_NEVER_YIELDS: return FINDING_NEVER_YIELDS;
    case VIOLATION_NONE: break;
    }
    assert(!"a violation of no kind");
    return FINDING_ASSERTION;
}

static const char *text_of(const char *text) { return text != NULL ? text : ""; }

static bool is_same_violation(const Violation *a, const Violation *b) {
    return a->kind == b->kind && a->span.file == b->span.file && a->span.begin == b->span.begin &&
           strcmp(text_of(a->detail), text_of(b->detail)) == 0;
}

static void collect_growth(const Search *search, SearchGrowth growth, Hits *hits) {
    Hit hit = {.kind = FINDING_UNBOUNDED, .state = growth.from, .task = growth.more.slot};
    uint32_t n, *path = search_path(search, growth.to, &n), at = 0;
    while (path[at] != growth.from) at++;
    for (uint32_t i = at + 1; i < n; i++) vec_push(&hit.loop, (HitStep){.state = path[i], .actor = NO_SLOT});
    free(path);
    vec_push(hits, hit);
}

void finding_collect(const Search *search, Hits *hits) {
    for (uint32_t i = 0; i < search->violations.n; i++) {
        SearchViolation found = search->violations.data[i];
        const Violation *violation = ts_violation(search->ts, found.violation);
        bool known = false;
        for (uint32_t h = 0; h < hits->n && !known; h++)
            known = hits->data[h].kind == kind_of(violation->kind) &&
                    is_same_violation(ts_violation(search->ts, hits->data[h].index), violation);
        if (!known)
            vec_push(hits, (Hit){.kind = kind_of(violation->kind), .state = found.state, .index = found.violation});
    }
    for (uint32_t i = 0; i < search->growths.n; i++) collect_growth(search, search->growths.data[i], hits);
    for (uint32_t i = 0; i < search->program->ninvariants && i < 64; i++)
        if (search->invariant_state[i] != STORE_NONE)
            vec_push(hits, (Hit){.kind = FINDING_INVARIANT, .state = search->invariant_state[i], .index = i});
}

/* ---- making */

/* One finding under way. */
typedef struct Making {
    Search *search;
    Hit *hit;
    Witness witness;
    World world; /* the last one of the run */
    uint32_t *task_slots;
    Trace *trace;
    Span span;
    const char *name;
    const char *fault;
    VEC(uint32_t) at_loop; /* infinite runs: slot of the world -> slot of hit->state, where the loop begins */
    uint32_t prefix;       /* moves before the loop, the start included */
} Making;

/* The run ends in a step that violates; else it ends in the state, or after the loop. */
static bool is_stepwise(const Hit *hit) {
    switch (hit->kind) {
    case FINDING_ASSERTION:
    case FINDING_UNDEFINED:
    case FINDING_MISUSE:
    case FINDING_IGNORED_CLOSE: return true;
    case FINDING_NEVER_YIELDS: return hit->loop.n == 0;
    default: return false;
    }
}

static bool follow_steps(Making *making, const HitStep *steps, uint32_t n) {
    bool followed = true;
    for (uint32_t i = 0; i < n && followed; i++)
        followed = witness_step(&making->witness, steps[i].state, steps[i].actor, steps[i].label);
    return followed;
}

static bool follow(Making *making) {
    Hit *hit = making->hit;
    bool followed = true;
    if (hit->prefix.n > 0) {
        followed = witness_start(&making->witness, hit->prefix.data[0].state) &&
                   follow_steps(making, hit->prefix.data + 1, hit->prefix.n - 1);
    } else if (hit->state != STORE_NONE) {
        uint32_t n, *path = search_path(making->search, hit->state, &n);
        followed = witness_follow(&making->witness, path, n);
        free(path);
    }
    making->prefix = making->witness.moves.n;
    vec_resize(&making->at_loop, making->witness.world.n);
    for (uint32_t i = 0; i < making->at_loop.n && followed && hit->state != STORE_NONE; i++)
        making->at_loop.data[i] = making->witness.canonical.data[i];
    followed = followed && follow_steps(making, hit->loop.data, hit->loop.n);
    if (followed && is_stepwise(hit))
        followed = witness_violate(
            &making->witness, ts_violation(making->search->ts, hit->index), hit->state == STORE_NONE);
    return followed;
}

static void place(Making *making, Span span) {
    Trace *trace = making->trace;
    const Sources *sources = making->search->program->sources;
    making->span = span;
    if (span.file == 0) return;
    trace->file = sources_name(sources, span.file);
    sources_place(sources, span.file, span.begin, &trace->line, &trace->column);
}

static const char *task_name(const Making *making, uint32_t slot) {
    for (uint32_t i = 0; i < making->trace->ntasks; i++)
        if (making->task_slots[i] == slot) return making->trace->tasks[i].name;
    return "a task";
}

/* The task that made the last step. */
static const char *last_task(const Making *making) {
    const Trace *trace = making->trace;
    return trace->nsteps == 0 ? "main" : trace->tasks[trace->steps[trace->nsteps - 1].task].name;
}

/* The one task that the finding is about. */
static void name_task(Making *making, uint32_t index) {
    Trace *trace = making->trace;
    if (index >= trace->ntasks) return;
    trace->stuck = ARENA_NEW(&trace->arena, uint32_t);
    *trace->stuck = index;
    trace->nstuck = 1;
}

static void tell_violation(Making *making) {
    Trace *trace = making->trace;
    const Violation *violation = ts_violation(making->search->ts, making->hit->index);
    trace->detail = arena_strdup(&trace->arena, text_of(violation->detail));
    place(making, violation->span);
    const char *more = violation->text != NULL ? violation->text : "";
    const char *task = last_task(making), *detail = trace->detail;
    switch (making->hit->kind) {
    case FINDING_ASSERTION: trace->message = arena_printf(&trace->arena, "assertion fails in %s", task); break;
    case FINDING_UNDEFINED:
        trace->message = arena_printf(&trace->arena, "undefined behaviour in %s: %s", task, detail);
        break;
    case FINDING_MISUSE: trace->message = arena_printf(&trace->arena, "misuse in %s: %s", task, detail); break;
    case FINDING_IGNORED_CLOSE:
        trace->message = arena_printf(
            &trace->arena, "%s sends on a closed channel and does not look at the result", task);
        break;
    default:
        trace->message = arena_printf(
            &trace->arena, "%s goes on for ever without reaching a point where others can run", task);
        break;
    }
    if (making->hit->kind == FINDING_NEVER_YIELDS)
        name_task(making, trace->nsteps == 0 ? 0 : trace->steps[trace->nsteps - 1].task);
    if (*more != '\0') trace->message = arena_printf(&trace->arena, "%s: %s", trace->message, more);
    making->name = trace->detail;
}

static void tell_invariant(Making *making) {
    const Invariant *invariant = &making->search->program->invariants[making->hit->index];
    making->name = invariant->name;
    making->trace->name = arena_strdup(&making->trace->arena, invariant->name);
    making->trace->message = arena_printf(&making->trace->arena, "invariant %s is violated", invariant->name);
    place(making, invariant->span);
}

/* The slot of the world that is `slot` in the state where the loop begins. */
static uint32_t concrete_slot(const Making *making, uint32_t slot) {
    for (uint32_t i = 0; i < making->at_loop.n; i++)
        if (making->at_loop.data[i] == slot) return i;
    return NO_SLOT;
}

static uint32_t task_index(const Making *making, uint32_t slot) {
    for (uint32_t i = 0; i < making->trace->ntasks; i++)
        if (making->task_slots[i] == slot) return i;
    return UINT32_MAX;
}

/* What an infinite run assumes, and who idles in it. */
static void tell_infinite(Making *making) {
    Trace *trace = making->trace;
    trace->nloop = making->hit->loop.n;
    trace->fairness = fairness_text(making->search->options->fairness);
    if (trace->nloop > 0) idle_explain(trace, &making->witness, making->prefix, making->task_slots);
}

static void tell_loop(Making *making) {
    uint32_t slot = concrete_slot(making, making->hit->task);
    Trace *trace = making->trace;
    if (slot == NO_SLOT) {
        making->fault = "a task of the finding is not in its run";
        return;
    }
    trace->message = arena_printf(
        &trace->arena, "%s goes on for ever without reaching a point where others can run", task_name(making, slot));
    name_task(making, task_index(making, slot));
    place(making, stuck_place(&making->world, slot));
    tell_infinite(making);
}

static const char *named_list(Making *making) {
    Trace *trace = making->trace;
    const char *text = "";
    for (uint32_t i = 0; i < trace->nstuck; i++) {
        const char *glue = i == 0 ? "" : i + 1 == trace->nstuck ? " and " : ", ";
        text = arena_printf(&trace->arena, "%s%s%s", text, glue, trace->tasks[trace->stuck[i]].name);
    }
    return text;
}

/* Livelock: the named tasks go on for ever; nontermination: they never end. */
static void tell_endless(Making *making) {
    Trace *trace = making->trace;
    const Slots *slots = &making->hit->never_move;
    trace->stuck = ARENA_ARRAY(&trace->arena, uint32_t, slots->n + 1);
    for (uint32_t i = 0; i < slots->n; i++) {
        uint32_t slot = concrete_slot(making, slots->data[i]), index = task_index(making, slot);
        if (index == UINT32_MAX) making->fault = "a task of the finding is not in its run";
        else trace->stuck[trace->nstuck++] = index;
    }
    if (making->fault != NULL) return;
    const char *who = trace->nstuck > 0 ? named_list(making) : "the environment", *many = trace->nstuck > 1 ? "" : "s";
    if (making->hit->kind == FINDING_LIVELOCK)
        trace->message = arena_printf(&trace->arena,
            "%s go%s on for ever, and from some moment on nobody passes a `progress:` label", who, *many ? "es" : "");
    else if (making->hit->loop.n == 0)
        trace->message = arena_printf(&trace->arena, "%s never end%s if the environment does nothing more", who, many);
    else trace->message = arena_printf(&trace->arena, "%s never end%s in a run that goes on for ever", who, many);
    if (trace->nstuck > 0) place(making, stuck_place(&making->world, making->task_slots[trace->stuck[0]]));
    tell_infinite(making);
}

/* Why a run violates the property, in a sentence. */
static void tell_property(Making *making) {
    Trace *trace = making->trace;
    const Hit *hit = making->hit;
    const Property *property = &making->search->program->properties[hit->index];
    making->name = property->name;
    trace->name = arena_strdup(&trace->arena, property->name);
    trace->formula = arena_strdup(&trace->arena, property->text);
    trace->stutters = hit->stutters;
    const char *how = hit->stutters      ? "by a run that stops, its last state for ever the same"
                      : hit->loop.n == 0 ? "by what has happened already"
                                         : "by a run that goes on for ever";
    const char *logic = property->logic == LOGIC_LTL ? "ltl" : "automaton";
    trace->message = arena_printf(&trace->arena, "%s %s is violated %s", logic, property->name, how);
    place(making, property->span);
    trace->nloop = hit->loop.n;
    Fairness fairness = property->has_fairness ? property->fairness : making->search->options->fairness;
    if (trace->nloop > 0) trace->fairness = fairness_text(fairness);
    if (trace->nloop > 0) idle_explain(trace, &making->witness, making->prefix, making->task_slots);
    truths_tell(trace, &making->witness, property);
}

/* What there is more of each time. */
static void tell_unbounded(Making *making) {
    Trace *trace = making->trace;
    const Program *program = making->search->program;
    uint32_t slot = NO_SLOT, n;
    for (uint32_t i = 0; i < making->world.n; i++)
        if (making->witness.canonical.data[i] == making->hit->task) slot = i;
    if (slot == NO_SLOT) {
        making->fault = "what grows is not in its run";
        return;
    }
    const Word *words = world_read(&making->world, slot, &n);
    bool is_task = comp_kind(words) == COMP_FIBER;
    const Machine *machine = is_task ? program->machines[words[FIBER_MACHINE]] : NULL;
    trace->object = arena_strdup(&trace->arena, is_task ? machine->name : trace_object_name(trace, slot));
    making->name = trace->object;
    trace->message = is_task
                         ? arena_printf(&trace->arena,
                               "the number of tasks grows without bound: there is one more %s each time", trace->object)
                         : arena_printf(&trace->arena, "%s grows without bound", trace->object);
    place(making, is_task ? machine->points[0].span : program->sites[words[CHANNEL_SITE]].span);
    trace->nloop = making->hit->loop.n;
}

/* The line of code, then what the claim says of other lines. */
static void tell_claim(Making *making) {
    Trace *trace = making->trace;
    Arena *arena = &trace->arena;
    const RoleClaim *claim = making->hit->claim;
    const Sources *sources = making->search->program->sources;
    making->name = arena_strdup(arena, claim->name);
    trace->name = making->name;
    trace->message = arena_strdup(arena, claim->message);
    trace->waits = ARENA_ARRAY(arena, TraceWait, claim->nnotes);
    for (uint32_t i = 0; i < claim->nnotes; i++) {
        TraceWait *wait = &trace->waits[trace->nwaits++];
        *wait = (TraceWait){.task = UINT32_MAX, .what = "", .holder = "", .holder_task = UINT32_MAX, .text = arena_strdup(arena, claim->notes[i].text)};
        telling_place(sources, arena, claim->notes[i].span, wait);
    }
    place(making, claim->span);
}

/* Both places, as lines of the report. */
static void tell_race(Making *making) {
    Trace *trace = making->trace;
    const Program *program = making->search->program;
    EvalOptions options = {
        .run_on = making->search->options->ts.run_on, .no_reset = !making->search->options->ts.reset};
    AccessLog logs[2] = {0};
    uint32_t at[2] = {0}, index[2];
    for (int i = 0; i < 2; i++) {
        uint32_t slot = concrete_slot(making, making->hit->never_move.data[i]);
        index[i] = task_index(making, slot);
        if (slot != NO_SLOT) race_accesses(&making->world, slot, &options, &logs[i]);
        race_keep(&logs[i], making->hit->index);
    }
    if (race_between(program, &logs[0], &logs[1], &at[0], &at[1]) && index[0] != UINT32_MAX && index[1] != UINT32_MAX) {
        char path[160];
        const Access *first = &logs[0].data[at[0]];
        race_path(program, first, path, sizeof path);
        making->name = program->globals[first->global].name;
        trace->object = arena_strdup(&trace->arena, making->name);
        trace->stuck = ARENA_ARRAY(&trace->arena, uint32_t, 2);
        trace->waits = ARENA_ARRAY(&trace->arena, TraceWait, 2);
        for (int i = 0; i < 2; i++) {
            const Access *access = &logs[i].data[at[i]];
            TraceWait *wait = &trace->waits[trace->nwaits++];
            const char *what = arena_printf(&trace->arena, "%s %s", access->is_write ? "write" : "read", path);
            const char *text = arena_printf(&trace->arena, "%s is about to %s", trace->tasks[index[i]].name, what);
            *wait = (TraceWait){.task = index[i], .what = what, .holder = "", .holder_task = UINT32_MAX, .text = text};
            telling_place(program->sources, &trace->arena, access->span, wait);
            trace->stuck[trace->nstuck++] = index[i];
        }
        trace->message = arena_printf(&trace->arena, "data race: %s and %s access %s at once",
            trace->tasks[index[0]].name, trace->tasks[index[1]].name, path);
        place(making, first->span);
    } else {
        making->fault = "the race is not there when the run is executed";
    }
    for (int i = 0; i < 2; i++) vec_fini(&logs[i]);
}

static bool never_moves(const Making *making, uint32_t slot) {
    const Slots *slots = &making->hit->never_move;
    for (uint32_t i = 0; i < slots->n; i++)
        if (making->witness.canonical.data[slot] == slots->data[i]) return true;
    return false;
}

/* Futures under an `all` that are stuck stand in the trace as tasks of their functions' names. */
static void name_parts(Making *making, const StuckTasks *tasks) {
    Trace *trace = making->trace;
    uint32_t n = trace->ntasks + tasks->n;
    TraceTask *named = ARENA_ARRAY(&trace->arena, TraceTask, n + 1);
    uint32_t *slots = ARENA_ARRAY(&trace->arena, uint32_t, n + 1);
    memcpy(named, trace->tasks, sizeof *named * trace->ntasks);
    memcpy(slots, making->task_slots, sizeof *slots * trace->ntasks);
    uint32_t ntasks = trace->ntasks;
    for (uint32_t i = 0; i < tasks->n; i++) {
        if (task_index(making, tasks->data[i].slot) != UINT32_MAX) continue;
        const char *function = arena_strdup(
            &trace->arena, making->search->program->machines[tasks->data[i].machine]->name);
        slots[ntasks] = tasks->data[i].slot;
        named[ntasks++] = (TraceTask){function, function, 0, true};
    }
    if (ntasks == trace->ntasks) return;
    trace->tasks = named;
    trace->ntasks = ntasks;
    making->task_slots = slots;
}

static void tell_deadlock(Making *making) {
    Slots slots = {0};
    StuckTasks tasks = {0}, all = {0};
    for (uint32_t slot = 0; slot < making->world.n; slot++)
        if (never_moves(making, slot)) vec_push(&slots, slot);
    if (slots.n != making->hit->never_move.n) making->fault = "a stuck task is not in its run";
    bool is_lost = making->hit->kind == FINDING_LOST_WAKEUP;
    stuck_tasks(&making->world, &slots, &tasks);
    for (uint32_t i = 0; i < tasks.n; i++) vec_push(&all, tasks.data[i]);
    name_parts(making, &tasks);
    stuck_select(&tasks, is_lost);
    waitfor_explain(making->trace, &making->witness, &making->world, making->task_slots, &tasks,
        (WaitForHead){is_lost                   ? "lost wakeup"
                      : making->hit->is_partial ? "partial deadlock"
                                                : "deadlock",
            making->hit->is_partial, &all});
    for (uint32_t i = 0; i < tasks.n && making->trace->nwaits > 0; i++)
        if (tasks.data[i].slot == making->task_slots[making->trace->waits[0].task]) making->span = tasks.data[i].at;
    vec_fini(&slots);
    vec_fini(&tasks);
    vec_fini(&all);
}

static void tell(Making *making) {
    making->trace->kind = finding_kind_text(making->hit->kind);
    making->trace->name = making->trace->detail = "";
    making->name = "";
    switch (making->hit->kind) {
    case FINDING_DEADLOCK:
    case FINDING_PARTIAL_DEADLOCK:
    case FINDING_LOST_WAKEUP: tell_deadlock(making); break;
    case FINDING_INVARIANT: tell_invariant(making); break;
    case FINDING_PROPERTY: tell_property(making); break;
    case FINDING_LIVELOCK:
    case FINDING_NONTERMINATION: tell_endless(making); break;
    case FINDING_RACE: tell_race(making); break;
    case FINDING_NONCONFORMING: tell_claim(making); break;
    case FINDING_UNBOUNDED: tell_unbounded(making); break;
    default:
        if (making->hit->loop.n > 0) tell_loop(making);
        else tell_violation(making);
    }
}

static bool check_replay(Making *making) {
    ReplayResult replay = replay_check(making->search->program, making->trace, making->search->options->wrong);
    if (!replay.ok) making->fault = text_of(replay.why);
    return replay.ok;
}

/* A tree of runs. */
static bool make_tree(Search *search, Hit *hit, Finding *finding, const char **fault) {
    Making making = {.search = search, .hit = hit};
    const Property *property = &search->program->properties[hit->index];
    making.trace = ctl_tell(search, property, hit->branching, hit->is_witness ? "witness" : "violated", &making.fault);
    if (making.trace != NULL) {
        place(&making, property->span);
        if (making.fault == NULL) check_replay(&making);
    }
    *finding = (Finding){.kind = hit->kind, .name = property->name, .span = making.span, .trace = making.trace};
    if (making.fault != NULL) *fault = making.fault;
    return making.trace != NULL;
}

static bool make(Search *search, Hit *hit, Finding *finding, const char **fault) {
    if (hit->branching != NULL) return make_tree(search, hit, finding, fault);
    Making making = {.search = search, .hit = hit};
    witness_init(&making.witness, search);
    world_init(&making.world, search->program);
    if (!follow(&making)) making.fault = "a step of the run that the search found was not found again";
    if (making.fault == NULL) making.trace = trace_build(&making.witness, &making.world, &making.task_slots);
    if (making.fault == NULL && making.trace == NULL) making.fault = "the run could not be executed step by step";
    if (making.fault == NULL) tell(&making);
    if (making.fault == NULL) check_replay(&making);
    *finding = (Finding){
        .kind = hit->kind, .name = making.name != NULL ? making.name : "", .span = making.span, .trace = making.trace};
    if (making.fault != NULL) *fault = making.fault;
    witness_fini(&making.witness);
    world_fini(&making.world);
    vec_fini(&making.at_loop);
    return making.trace != NULL;
}

static int compare_findings(const void *a, const void *b) {
    const Finding *x = a, *y = b;
    if (x->trace->nsteps != y->trace->nsteps) return x->trace->nsteps < y->trace->nsteps ? -1 : 1;
    if (x->span.file != y->span.file) return x->span.file < y->span.file ? -1 : 1;
    if (x->span.begin != y->span.begin) return x->span.begin < y->span.begin ? -1 : 1;
    return (int)x->kind - (int)y->kind;
}

bool finding_make(Search *search, Hits *hits, Finding **findings, uint32_t *nfindings, const char **fault) {
    *fault = NULL;
    *nfindings = 0;
    *findings = calloc(hits->n + 1, sizeof **findings);
    if (*findings == NULL) abort();
    for (uint32_t i = 0; i < hits->n; i++)
        if (!hits->data[i].is_witness && make(search, &hits->data[i], &(*findings)[*nfindings], fault)) ++*nfindings;
    qsort(*findings, *nfindings, sizeof **findings, compare_findings);
    return *fault == NULL;
}

bool finding_witness(Search *search, Hits *hits, PropertyResult *results, const char **fault) {
    *fault = NULL;
    for (uint32_t i = 0; i < hits->n; i++) {
        Finding witness;
        if (hits->data[i].is_witness && make(search, &hits->data[i], &witness, fault))
            results[hits->data[i].index].witness = witness.trace;
    }
    return *fault == NULL;
}
