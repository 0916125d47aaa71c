#include "tools/modular.h"

#include "checker/role_graph.h"
#include "checker/telling.h"
#include "model/support/fatal.h"
#include "model/walk_roles.h"
#include "tools/checks.h"
#include "roles/role_links.h"

#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct Left { Span span; const char *text; } Left; /* something that is not shown */

struct Modular {
    WalkProgram *walks;
    RoleGraph *graph;  /* NULL: something could not be followed at all */
    VEC(Left) left;
};

static void leave(Modular *modular, Span span, const char *text) {
    for (uint32_t i = 0; i < modular->left.n; i++)
        if (modular->left.data[i].span.begin == span.begin && modular->left.data[i].span.file == span.file && modular->left.data[i].text == text) return;
    vec_push(&modular->left, (Left){span, text});
}

/* ---- what must hold beside conformance for the tasks together never to get stuck */

/* Main makes channels, spawns all tasks, and only then waits, for tasks only. */
static bool main_only_spawns(Modular *modular) {
    const WalkTask *main = &modular->walks->tasks[0];
    bool joins = false, good = true;
    for (uint32_t e = 0; e < main->nedges; e++) {
        const WalkEdge *edge = &main->edges[e];
        bool spawns = edge->action == WALK_SPAWN, waits = edge->action == WALK_JOIN || edge->action == WALK_JOIN_ALL, one = main->first[edge->from + 1] - main->first[edge->from] == 1;
        joins |= waits; /* edges come in the order of the code: nodes are numbered as the only way through them goes */
        if (one && edge->to == edge->from + 1 && !(spawns && joins) && (spawns || waits || edge->action == WALK_SILENT)) continue;
        leave(modular, edge->span, "main does more than to spawn the tasks and to wait for them");
        good = false;
    }
    return good;
}

/* Tasks with roles wait for nothing but the protocol's messages. */
static bool waits_for_messages_only(Modular *modular, const WalkTask *task) {
    bool good = true;
    for (uint32_t e = 0; e < task->nedges; e++) {
        const WalkEdge *edge = &task->edges[e];
        const char *why = edge->action == WALK_JOIN || edge->action == WALK_JOIN_ALL ? "a task with a role waits for a task"
                          : edge->action == WALK_SPAWN                               ? "a task with a role spawns another one"
                                                                                     : NULL;
        if (why) leave(modular, edge->span, why);
        good &= why == NULL;
    }
    return good;
}

static bool no_channel_closes(Modular *modular) {
    bool good = true;
    for (uint32_t i = 0; i < modular->walks->nobjects; i++) {
        const WalkObject *object = &modular->walks->objects[i];
        const Site *site = &modular->walks->program->sites[object->site];
        if (site->kind != OBJECT_CHANNEL) continue;
        if (object->may_close) leave(modular, site->span, "a channel that may be closed");
        if (object->is_many) leave(modular, site->span, "a channel that is made again and again");
        good &= !object->may_close && !object->is_many;
    }
    return good;
}

static bool sends_to(const WalkTask *task, uint32_t object) {
    for (uint32_t e = 0; e < task->nedges; e++)
        if (task->edges[e].action == WALK_SEND && task->edges[e].object == object) return true;
    return false;
}

/* Standing at a node, the task could take what one sender sent over one channel before what it sent earlier over another. */
static bool keeps_order(Modular *modular, const WalkTask *task) {
    bool good = true;
    for (uint32_t a = 0; a < task->nwaits; a++)
        for (uint32_t b = a + 1; b < task->nwaits; b++) {
            const WalkWait *x = &task->waits[a], *y = &task->waits[b];
            if (x->node != y->node || x->is_send || y->is_send || x->object == y->object) continue;
            for (uint32_t t = 0; t < modular->walks->ntasks; t++) {
                if (!sends_to(&modular->walks->tasks[t], x->object) || !sends_to(&modular->walks->tasks[t], y->object)) continue;
                leave(modular, task->nodes[x->node].at, "two channels from one role are listened to at once: their order is not followed");
                good = false;
            }
        }
    return good;
}

/* All it sends and receives belongs to the protocol. */
static bool is_within(Modular *modular, RoleLinks *links) {
    const RoleMachine *machine = &modular->graph->machines[links->machine];
    bool good = true;
    for (uint32_t i = 0; i < machine->nsteps; i++) {
        uint32_t comm = machine->steps[i].comm;
        if (comm == NO_SLOT || links->first[comm] < links->first[comm + 1]) continue;
        leave(modular, modular->graph->comms[comm].span, "a message that is no part of the protocol");
        good = false;
    }
    return good;
}

static bool has_other_end(const RoleGraph *graph, uint32_t machine, const RoleWait *wait) {
    for (uint32_t i = 0; i < graph->ntraffic; i++)
        if (graph->traffic[i].channel == wait->channel && graph->traffic[i].machine != machine && graph->traffic[i].is_send != wait->is_send) return true;
    return false;
}

/* It is at one and the same channel that two roles have the two ends of a message. */
static bool ends_meet(Modular *modular, const RoleLinks *links) {
    const RoleGraph *graph = modular->graph;
    const RoleMachine *machine = &graph->machines[links->machine];
    bool good = true;
    for (uint32_t i = 0; i < machine->nwaits; i++) {
        if (has_other_end(graph, links->machine, &machine->waits[i])) continue;
        leave(modular, machine->nodes[machine->waits[i].node].at, "a channel that has nobody at its other end");
        good = false;
    }
    for (uint32_t a = 0; a < graph->ncomms; a++)
        for (uint32_t b = a + 1; b < graph->ncomms; b++) {
            if (links->first[a] == links->first[a + 1] || links->first[b] == links->first[b + 1] || graph->comms[a].channel == graph->comms[b].channel) continue;
            const RoleAct *x = &links->acts.data[links->first[a]], *y = &links->acts.data[links->first[b]];
            if (x->peer != y->peer || x->message != y->message || x->is_send != y->is_send) continue;
            leave(modular, graph->comms[b].span, "a message that goes over two channels: their order is not followed");
            good = false;
        }
    return good;
}

static uint32_t role_of(const Job *job, const RoleGraph *graph, uint32_t machine, const HeldProtocol **held) {
    const RoleUse *use = &graph->program->roles[graph->machines[machine].use];
    *held = program_protocols_find(job->protocols, use->protocol);
    return *held ? program_protocols_role(*held, job->protocols->names, use, graph->machines[machine].number) : UINT32_MAX;
}

static bool roles_stay_within(Job *job) {
    Modular *modular = job->modular;
    bool good = true;
    for (uint32_t m = 0; m < modular->graph->nmachines; m++) {
        const HeldProtocol *held;
        uint32_t role = role_of(job, modular->graph, m, &held);
        if (role == UINT32_MAX) return false;
        RoleLinks links;
        role_links_init(&links, modular->graph, job->protocols, m, &modular->graph->machines[m], held, role);
        good &= is_within(modular, &links);
        good &= ends_meet(modular, &links);
        good &= !links.is_ambiguous;
        role_links_fini(&links);
    }
    return good;
}

/* Each role of a protocol that somebody plays is played by one task. */
static bool roles_are_taken(Job *job) {
    Modular *modular = job->modular;
    bool good = true;
    for (uint32_t p = 0; p < job->protocols->n; p++) {
        const HeldProtocol *protocol = &job->protocols->held[p];
        for (uint32_t role = 0; protocol->is_taken && role < protocol->protocol->nroles; role++) {
            uint32_t players = 0;
            for (uint32_t m = 0; m < modular->graph->nmachines; m++) {
                const HeldProtocol *held;
                players += role_of(job, modular->graph, m, &held) == role && held == protocol;
            }
            if (players == 1) continue;
            leave(modular, protocol->protocol->roles[role].span, players ? "several tasks take this role" : "no task takes this role");
            good = false;
        }
    }
    return good;
}

static bool tasks_have_roles(Modular *modular) {
    bool good = true;
    for (uint32_t t = 1; t < modular->walks->ntasks; t++) {
        const WalkTask *task = &modular->walks->tasks[t];
        if (task->role == NO_SLOT) leave(modular, task->spawn, "a task without a role");
        if (task->is_many) leave(modular, task->spawn, "a task that is spawned again and again");
        good &= task->role != NO_SLOT && !task->is_many;
    }
    return good;
}

/* Conditions on payloads, windows of time and crashes are no part of what a machine is held to. */
static bool is_plain(Job *job) {
    bool good = true;
    for (uint32_t p = 0; p < job->protocols->n; p++) {
        const GlobalAutomaton *global = job->protocols->held[p].global;
        for (uint32_t e = 0; job->protocols->held[p].is_taken && e < global->nedges; e++) {
            const GlobalType *origin = global->edges[e].origin;
            if (!origin || (!origin->where && !origin->is_crash && !origin->window.is_given)) continue;
            leave(job->modular, origin->span, origin->is_crash ? "a crash" : origin->where ? "a condition on a payload" : "a window of time");
            good &= !origin->is_crash && !origin->window.is_given;
        }
    }
    return good;
}

static uint32_t count_arms(const GlobalAutomaton *global) {
    uint32_t n = 0;
    for (uint32_t e = 0; e < global->nedges; e++)
        for (uint32_t arm = global->edges[e].arm; arm != GLOBAL_NO_ARM; arm = global->arms[arm].outer)
            if (arm >= n) n = arm + 1;
    return n;
}

/* How many roles are in several branches of the parallel block of this branch; `acts`: [role * narms + arm]. */
static uint32_t count_joints(const GlobalAutomaton *global, const bool *acts, uint32_t narms, uint32_t arm) {
    uint32_t joints = 0;
    for (uint32_t role = 0; role < global->protocol->nroles; role++) {
        uint32_t branches = 0;
        for (uint32_t other = 0; other < narms; other++) branches += global->arms[other].block == global->arms[arm].block && acts[role * narms + other];
        joints += branches > 1;
    }
    return joints;
}

static bool has_two_joints(const GlobalAutomaton *global) {
    uint32_t narms = count_arms(global);
    bool *acts = calloc((size_t)narms * global->protocol->nroles + 1u, sizeof *acts), found = false;
    if (!acts) fatal("out of memory");
    for (uint32_t e = 0; e < global->nedges; e++)
        for (uint32_t arm = global->edges[e].arm; arm != GLOBAL_NO_ARM; arm = global->arms[arm].outer)
            acts[global->edges[e].sender * narms + arm] = acts[global->edges[e].receiver * narms + arm] = true;
    for (uint32_t arm = 0; arm < narms && !found; arm++) found = count_joints(global, acts, narms, arm) > 1;
    free(acts);
    return found;
}

/* Of branches that have one role in common, some branch can go on whichever that role stands at: there all are where the branch is. Of two roles in common
   each may stand at another branch, before a channel without room. */
static bool branches_need_no_room(Job *job) {
    bool good = true;
    for (uint32_t p = 0; p < job->protocols->n; p++) {
        const HeldProtocol *held = &job->protocols->held[p];
        if (!held->is_taken || !has_two_joints(held->global)) continue;
        leave(job->modular, held->protocol->at, "two roles of this protocol meet in several parallel branches: how much room their channels need is not followed");
        good = false;
    }
    return good;
}

/* Nobody goes on listening when the protocol may be over for it: by the policy that is no fault of the role, but such a task would be stuck. */
static bool nobody_listens_on(Job *job) {
    Conformance strict;
    Diags *unsaid = diags_new(job->sources);
    RoleClaim *claims = NULL;
    uint32_t n = 0;
    conformance_init(&strict, job->protocols, LISTENING_REJECT, unsaid);
    strict.judge.judge(&strict, job->modular->graph, &claims, &n);
    bool good = true;
    for (uint32_t i = 0; i < n; i++) {
        if (!claims[i].is_question) leave(job->modular, claims[i].span, "a task may still listen here when the protocol is over");
        good = false;
    }
    for (uint32_t i = 0; i < strict.rows.n; i++) good &= strict.rows.data[i].verdict == VERDICT_HOLDS;
    conformance_fini(&strict);
    diags_free(unsaid);
    return good;
}

static bool rows_hold(const Job *job) {
    bool any = false;
    for (uint32_t i = 0; i < job->conformance.rows.n; i++) {
        const ConformanceRow *row = &job->conformance.rows.data[i];
        if (row->verdict != VERDICT_HOLDS || strstr(row->note, "another order")) return false; /* doing things in another order needs room in channels */
        any |= row->kind == FINDING_NONCONFORMING;
    }
    return any;
}

/* ---- in every infinite run of the protocol whoever is not done acts again and again: then nobody is left behind for good */

static bool reaches(const GlobalAutomaton *global, uint32_t from, uint32_t target, uint32_t without, bool *seen, uint32_t *stack) {
    uint32_t n = 0;
    memset(seen, 0, sizeof *seen * global->nstates);
    stack[n++] = from;
    while (n) {
        uint32_t at = stack[--n];
        for (uint32_t e = global->first[at]; e < global->first[at + 1]; e++) {
            const GlobalEdge *edge = &global->edges[e];
            if (edge->sender == without || edge->receiver == without) continue;
            if (edge->to == target) return true;
            if (seen[edge->to]) continue;
            seen[edge->to] = true;
            stack[n++] = edge->to;
        }
    }
    return false;
}

static bool acts_from(const GlobalAutomaton *global, uint32_t from, uint32_t role, bool *seen, uint32_t *stack) {
    uint32_t n = 0;
    memset(seen, 0, sizeof *seen * global->nstates);
    stack[n++] = from;
    seen[from] = true;
    while (n) {
        uint32_t at = stack[--n];
        for (uint32_t e = global->first[at]; e < global->first[at + 1]; e++) {
            const GlobalEdge *edge = &global->edges[e];
            if (edge->sender == role || edge->receiver == role) return true;
            if (seen[edge->to]) continue;
            seen[edge->to] = true;
            stack[n++] = edge->to;
        }
    }
    return false;
}

static bool leaves_nobody_behind(const HeldProtocol *held) {
    const GlobalAutomaton *global = held->global;
    bool *seen = calloc(global->nstates + 1u, sizeof *seen), good = true;
    uint32_t *stack = calloc(global->nstates + 1u, sizeof *stack);
    if (!seen || !stack) fatal("out of memory");
    for (uint32_t role = 0; role < held->protocol->nroles && good; role++)
        for (uint32_t s = 0; s < global->nstates && good; s++)
            good = !reaches(global, s, s, role, seen, stack) || !acts_from(global, s, role, seen, stack);
    free(seen);
    free(stack);
    return good;
}

/* ---- verdicts */

static bool has_gap(const Modular *modular, WalkGapKind kind) {
    for (uint32_t i = 0; i < modular->walks->ngaps; i++)
        if (modular->walks->gaps[i].kind == kind) return true;
    return false;
}

static bool has_stop(const Modular *modular) {
    for (uint32_t i = 0; i < modular->walks->ngaps; i++)
        if (walk_gap_stops(modular->walks->gaps[i].kind)) return true;
    return false;
}

/* All conditions are looked at, so that all that is missing is told. */
static bool never_stuck(Job *job) {
    Modular *modular = job->modular;
    bool good = rows_hold(job) && !has_stop(modular);
    if (good) good = nobody_listens_on(job);
    good &= main_only_spawns(modular);
    good &= tasks_have_roles(modular);
    good &= roles_are_taken(job);
    good &= roles_stay_within(job);
    good &= no_channel_closes(modular);
    good &= is_plain(job);
    good &= branches_need_no_room(job);
    for (uint32_t t = 1; t < modular->walks->ntasks; t++) {
        good &= waits_for_messages_only(modular, &modular->walks->tasks[t]);
        good &= keeps_order(modular, &modular->walks->tasks[t]);
    }
    return good && !job->options.main_ends_run;
}

static bool nobody_left(Job *job) {
    for (uint32_t p = 0; p < job->protocols->n; p++) {
        if (!job->protocols->held[p].is_taken || leaves_nobody_behind(&job->protocols->held[p])) continue;
        leave(job->modular, job->protocols->held[p].protocol->at, "a run of this protocol may go on for ever without one of its roles");
        return false;
    }
    return true;
}

static bool has_unbounded_channel(const Modular *modular) {
    for (uint32_t i = 0; i < modular->walks->nobjects; i++)
        if (modular->walks->program->sites[modular->walks->objects[i].site].is_unbounded) return true;
    return false;
}

/* A task may go on for ever with timers alone. */
static bool may_idle(const WalkTask *task) {
    for (uint32_t e = 0; e < task->nedges; e++) {
        bool waits = task->nodes[task->edges[e].from].waits;
        if (waits && task->edges[e].action == WALK_SILENT) return true;
    }
    return false;
}

static uint32_t kinds_that_hold(Job *job) {
    Modular *modular = job->modular;
    uint32_t holds = 0;
    if (never_stuck(job)) {
        bool idle = has_gap(modular, WALK_GAP_SPINNING);
        for (uint32_t t = 0; t < modular->walks->ntasks; t++) idle |= may_idle(&modular->walks->tasks[t]);
        if (idle) leave(modular, (Span){0}, "a task may go on for ever without its role");
        holds |= 1u << FINDING_DEADLOCK;
        if (nobody_left(job) && !idle) holds |= 1u << FINDING_PARTIAL_DEADLOCK;
    }
    if (!has_gap(modular, WALK_GAP_ASSERTION)) holds |= 1u << FINDING_ASSERTION;
    if (!has_gap(modular, WALK_GAP_UNDEFINED)) holds |= 1u << FINDING_UNDEFINED;
    if (!has_gap(modular, WALK_GAP_MISUSE) && !has_gap(modular, WALK_GAP_LOCK)) holds |= 1u << FINDING_MISUSE;
    if (!has_gap(modular, WALK_GAP_SPINNING)) holds |= 1u << FINDING_NEVER_YIELDS;
    if (!has_gap(modular, WALK_GAP_CLOSED) && !has_gap(modular, WALK_GAP_LOCK)) holds |= 1u << FINDING_IGNORED_CLOSE;
    bool spawns_on = false;
    for (uint32_t t = 0; t < modular->walks->ntasks; t++) spawns_on |= modular->walks->tasks[t].is_many;
    if (!has_unbounded_channel(modular) && !spawns_on) holds |= 1u << FINDING_UNBOUNDED;
    return holds;
}

/* ---- a task that does not play its role */

static Finding finding_of(const Job *job, const RoleClaim *claim) {
    Trace *trace = trace_new();
    Finding finding = {.kind = FINDING_NONCONFORMING, .span = claim->span, .trace = trace};
    trace->kind = finding_kind_text(FINDING_NONCONFORMING);
    finding.name = trace->name = arena_strdup(&trace->arena, claim->name);
    trace->message = arena_strdup(&trace->arena, claim->message);
    trace->program = arena_strdup(&trace->arena, job->path);
    trace->file = sources_name(job->sources, claim->span.file);
    sources_place(job->sources, claim->span.file, claim->span.begin, &trace->line, &trace->column);
    trace->waits = ARENA_ARRAY(&trace->arena, TraceWait, claim->nnotes + 1u);
    for (uint32_t i = 0; i < claim->nnotes; i++) {
        TraceWait *wait = &trace->waits[trace->nwaits++];
        *wait = (TraceWait){.task = UINT32_MAX, .what = "", .holder = "", .holder_task = UINT32_MAX, .text = arena_strdup(&trace->arena, claim->notes[i].text)};
        telling_place(job->sources, &trace->arena, claim->notes[i].span, wait);
    }
    return finding;
}

/* What the task does where a message is late or a channel full: whether that ever happens is for the others to say. */
static bool may_miss(const WalkTask *task) {
    for (uint32_t n = 0; n < task->nnodes; n++) {
        bool misses = false, meets = false;
        for (uint32_t e = task->first[n]; e < task->first[n + 1]; e++) {
            misses |= task->edges[e].action == WALK_SILENT;
            meets |= task->edges[e].action == WALK_SEND || task->edges[e].action == WALK_RECV;
        }
        if (misses && meets) return true;
    }
    return false;
}

/* The walks show what tasks do, neither more nor less: no data is guessed, and nothing that others may do to a task is. */
static bool is_exact(const Modular *modular) {
    const WalkProgram *walks = modular->walks;
    for (uint32_t i = 0; i < walks->nobjects; i++)
        if (walks->objects[i].may_close) return false;
    for (uint32_t t = 0; t < walks->ntasks; t++)
        if (may_miss(&walks->tasks[t])) return false;
    return walks->nnotes == 0 && !has_stop(modular) && !has_gap(modular, WALK_GAP_CLOSED);
}

/* Where the code does not tell what a task does, that it does not conform is no more than possible. */
static void take_claims(Job *job, RoleClaim *claims, uint32_t n) {
    EngineResult *result = job->result;
    bool exact = is_exact(job->modular);
    for (uint32_t i = 0; i < n; i++) claims[i].is_refuted = !exact || claims[i].is_question;
    job->conformance.judge.settle(&job->conformance, claims, n);
    result->findings = calloc(n + 1u, sizeof *result->findings);
    if (!result->findings) fatal("out of memory");
    for (uint32_t i = 0; i < n; i++) {
        ConformanceRow *row = &job->conformance.rows.data[job->conformance.claimed.data[i]];
        if (claims[i].is_question && row->verdict == VERDICT_HOLDS) row->verdict = VERDICT_UNKNOWN, row->note = "others may cut it short: that is not decided task by task";
        else if (claims[i].is_question) continue;
        else if (exact) result->findings[result->nfindings++] = finding_of(job, &claims[i]);
        else row->note = arena_printf(&job->conformance.arena, "perhaps: %s", claims[i].message);
    }
    if (result->nfindings) result->verdict = VERDICT_VIOLATED;
}

/* Two tasks of one role: were they there at once, that would be no conformance. */
static void doubt_shared_roles(Job *job) {
    const RoleGraph *graph = job->modular->graph;
    for (uint32_t i = 0; i < job->conformance.rows.n; i++) {
        ConformanceRow *row = &job->conformance.rows.data[i];
        if (row->kind != FINDING_NONCONFORMING || row->verdict != VERDICT_HOLDS || row->machine >= graph->nmachines) continue;
        const HeldProtocol *held, *other;
        uint32_t role = role_of(job, graph, row->machine, &held);
        for (uint32_t m = 0; m < graph->nmachines; m++) {
            if (m == row->machine || role_of(job, graph, m, &other) != role || other != held) continue;
            row->verdict = VERDICT_UNKNOWN;
            row->note = "several tasks take the role: whether two do at once is not decided task by task";
        }
    }
}

static void judge_roles(Job *job) {
    Modular *modular = job->modular;
    RoleClaim *claims = NULL;
    uint32_t n = 0;
    modular->graph = walk_roles(modular->walks);
    job->conformance.judge.judge(&job->conformance, modular->graph, &claims, &n);
    take_claims(job, claims, n);
    doubt_shared_roles(job);
}

/* ---- */

static void open_properties(Job *job) {
    EngineResult *result = job->result;
    result->nproperties = job->program->nproperties;
    result->properties = calloc(result->nproperties + 1u, sizeof *result->properties);
    if (!result->properties) fatal("out of memory");
    for (uint32_t i = 0; i < result->nproperties; i++)
        result->properties[i] = (PropertyResult){.verdict = VERDICT_UNKNOWN, .why = "not decided task by task"};
}

static double now(void) {
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

void modular_check(Job *job) {
    double start = now();
    EngineResult *result = calloc(1, sizeof *result);
    job->modular = calloc(1, sizeof *job->modular);
    if (!result || !job->modular) fatal("out of memory");
    job->result = result;
    result->verdict = VERDICT_UNKNOWN;
    result->fairness = "";
    result->why = "not everything can be shown task by task";
    open_properties(job);
    WalkProgram *walks = job->modular->walks = walk_program(job->program, (WalkOptions){0});
    if (!walks->why && job->protocols) {
        judge_roles(job);
        result->holds = kinds_that_hold(job);
        for (uint32_t t = 0; t < walks->ntasks; t++) result->states += walks->tasks[t].nnodes;
    } else {
        result->why = walks->why ? walks->why : "the program has no protocol";
    }
    result->seconds = now() - start;
    conformance_conclude(&job->conformance, job->sources, result);
    bool open = result->nfindings > 0 || result->nproperties > 0 || job->program->ninvariants > 0 || walks->why || !job->protocols;
    for (uint32_t i = 0; i < checks_count(job); i++) open |= checks_at(job, i).verdict != VERDICT_HOLDS;
    if (open) return;
    result->complete = true;
    result->verdict = VERDICT_HOLDS;
}

static void put_place(const Job *job, Span span, FILE *out) {
    uint32_t line, column;
    sources_place(job->sources, span.file, span.begin, &line, &column);
    fprintf(out, "    %s:%u:%u: ", sources_name(job->sources, span.file), line, column);
}

void modular_report(const Job *job, FILE *out) {
    const Modular *modular = job->modular;
    const WalkProgram *walks = modular->walks;
    uint32_t n = modular->left.n + walks->ngaps + walks->nnotes;
    if (n) fprintf(out, "  each task was held to its role by its code alone; that says nothing of\n");
    for (uint32_t i = 0; i < modular->left.n; i++) {
        if (modular->left.data[i].span.file) put_place(job, modular->left.data[i].span, out);
        else fputs("    ", out);
        fprintf(out, "%s\n", modular->left.data[i].text);
    }
    for (uint32_t i = 0; i < walks->ngaps; i++) {
        put_place(job, walks->gaps[i].span, out);
        fprintf(out, "%s\n", walk_gap_text(walks->gaps[i].kind));
    }
    if (walks->nnotes) fprintf(out, "  and it follows inexactly\n");
    for (uint32_t i = 0; i < walks->nnotes; i++) {
        put_place(job, walks->notes[i].span, out);
        fprintf(out, "%s\n", walks->notes[i].text);
    }
}

void modular_free(Modular *modular) {
    if (!modular) return;
    role_graph_free(modular->graph);
    walk_free(modular->walks);
    vec_fini(&modular->left);
    free(modular);
}
