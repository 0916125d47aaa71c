#include "checker/role_graph.h"

#include "checker/bitset.h"
#include "checker/stuck.h"
#include "model/channel.h"
#include "model/fiber.h"
#include "model/support/fatal.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { CLOCK_EVERY = 1 << 8 };
/* What a key is about, and what stands for handles in it. */
enum { KEY_NODE, KEY_REFINED, KEY_BETWEEN, KEY_STEP, KEY_WAIT, KEY_COMM, KEY_TRAFFIC };
enum { HANDLE_NONE, HANDLE_UNKNOWN, HANDLE_SEEN, HANDLE_FUTURE, HANDLE_CHANNEL, HANDLE_OBJECT };

/* ---- keys */

static void begin_key(RoleWalk *walk, Word about) {
    vec_clear(&walk->key);
    vec_push(&walk->key, about);
}

static void put(RoleWalk *walk, Word word) { vec_push(&walk->key, word); }

/* The number that the key was given; `fresh` when it is new. */
static uint32_t number_of_key(RoleWalk *walk, uint32_t fresh, bool *is_new) {
    const void *bytes = walk->key.data;
    Name name = names_add(walk->keys, bytes, sizeof(Word) * walk->key.n);
    *is_new = name >= walk->numbers.n;
    if (*is_new) {
        vec_resize(&walk->numbers, name + 1);
        walk->numbers.data[name] = fresh;
    }
    return walk->numbers.data[name];
}

/* ---- channels */

static uint32_t channel_at(RoleWalk *walk, uint32_t slot) {
    bool is_new;
    uint32_t channel = role_channels_at(&walk->places, walk->state, slot, &is_new);
    if (!is_new) return channel;
    const Word *words = world_read(&walk->world, slot, NULL);
    assert(comp_kind(words) == COMP_CHANNEL && channel == walk->channels.n);
    const Site *site = &walk->search->program->sites[words[CHANNEL_SITE]];
    vec_push(&walk->channels, (RoleChannel){site->name, site->elem, site->is_extern});
    return channel;
}

/* ---- what a task knows */

static void put_fiber(RoleWalk *walk, uint32_t slot);

static void put_operation(RoleWalk *walk, const Word *words);

static void put_handle(RoleWalk *walk, Word handle) {
    if (handle <= 0 || handle == WORD_UNINIT) {
        put(walk, handle == 0 ? HANDLE_NONE : HANDLE_UNKNOWN);
        return;
    }
    uint32_t slot = handle_slot(handle);
    for (uint32_t i = 0; i < walk->seen.n; i++) {
        if (walk->seen.data[i] != slot) continue;
        put(walk, HANDLE_SEEN);
        put(walk, i);
        return;
    }
    const Word *words = world_read(&walk->world, slot, NULL);
    CompKind kind = comp_kind(words);
    bool is_future = kind == COMP_OPFUTURE || (kind == COMP_FIBER && (words[FIBER_FLAGS] & FIBER_IS_TASK) == 0);
    put(walk, is_future ? HANDLE_FUTURE : kind == COMP_CHANNEL ? HANDLE_CHANNEL : HANDLE_OBJECT);
    if (kind == COMP_CHANNEL) put(walk, channel_at(walk, slot));
    else put(walk, (Word)kind);
    if (!is_future) return;
    vec_push(&walk->seen, slot);
    if (kind == COMP_OPFUTURE) put_operation(walk, words);
    else put_fiber(walk, slot);
}

static bool is_waiting(const Word *words) { return words[FIBER_STATUS] == FIBER_AT_POINT || words[FIBER_STATUS] == FIBER_BLOCKED; }

/* Whether it has its place or could fire is nothing that the task knows. */
static void put_operation(RoleWalk *walk, const Word *words) {
    Word status = words[OPFUTURE_STATUS], object = words[OPFUTURE_OBJ];
    put(walk, words[OPFUTURE_MACHINE]);
    put(walk, words[OPFUTURE_POINT]);
    put(walk, status == ARM_OFF || status == ARM_NEW ? status : ARM_QUEUED);
    put_handle(walk, object);
}

static void put_fiber(RoleWalk *walk, uint32_t slot) {
    const Word *words = world_read(&walk->world, slot, NULL);
    const Machine *machine = fiber_machine(&walk->world, words);
    uint32_t n, from = machine->nslots, to = from;
    put(walk, words[FIBER_MACHINE]);
    put(walk, words[FIBER_STATUS]);
    put(walk, words[FIBER_PC]);
    put(walk, words[FIBER_INNER] != 0);
    if (is_waiting(words) || words[FIBER_INNER] != 0) {
        const Point *point = machine_point_at(machine, (uint32_t)words[FIBER_PC]);
        from = point->state;
        to = from + point->narms;
    }
    world_read(&walk->world, slot, &n);
    for (uint32_t i = 0; i < machine->nslots && FIBER_FRAME + i < n && !fiber_is_over(words); i++) {
        Word word = words[FIBER_FRAME + i];
        if (i >= from && i < to) put(walk, word != ARM_OFF);
        else if (machine->slot_kinds[i] == WORD_DATA) put(walk, word);
        else put_handle(walk, word);
    }
}

/* ---- machines and nodes */

static uint32_t add_node(RoleParts *parts, RoleNode node) {
    vec_push(&parts->nodes, node);
    return parts->nodes.n - 1;
}

static void begin_machine(RoleWalk *walk, uint32_t use, uint32_t number, const Word *words) {
    const Machine *task = walk->search->program->machines[words[FIBER_MACHINE]];
    RoleParts parts = {.made = {.use = use, .number = number, .task = (uint32_t)words[FIBER_MACHINE], .first = walk->state, .twice = STORE_NONE}};
    uint32_t start = add_node(&parts, (RoleNode){.at = task->span});
    uint32_t end = add_node(&parts, (RoleNode){.at = task->code[task->points[task->npoints - 1].pc].span, .has_ended = true});
    assert(start == ROLE_NODE_START && end == ROLE_NODE_END);
    (void)start;
    (void)end;
    vec_push(&walk->machines, parts);
}

static uint32_t machine_of(RoleWalk *walk, const Word *words) {
    const RoleUse *uses = walk->search->program->roles;
    uint32_t use = (uint32_t)((words[FIBER_ROLE] - 1) / FIBER_ROLES), number = (uint32_t)((words[FIBER_ROLE] - 1) % FIBER_ROLES), i = 0;
    for (; i < walk->machines.n; i++) {
        const RoleMachine *made = &walk->machines.data[i].made;
        bool is_role = strcmp(uses[made->use].protocol, uses[use].protocol) == 0 && strcmp(uses[made->use].role, uses[use].role) == 0;
        if (is_role && uses[made->use].is_indexed == uses[use].is_indexed && made->number == number) return i;
    }
    begin_machine(walk, use, number, words);
    return i;
}

static uint32_t node_of(RoleWalk *walk, uint32_t machine, uint32_t slot, bool *is_new) {
    begin_key(walk, KEY_NODE);
    put(walk, machine);
    vec_clear(&walk->seen);
    put_fiber(walk, slot);
    return number_of_key(walk, walk->machines.data[machine].nodes.n, is_new);
}

static void add_step(RoleWalk *walk, uint32_t machine, RoleStep step) {
    bool is_new;
    if (step.comm == NO_SLOT && step.from == step.to) return;
    begin_key(walk, KEY_STEP);
    put(walk, machine);
    put(walk, step.from);
    put(walk, step.to);
    put(walk, step.comm);
    put(walk, step.by_others);
    (void)number_of_key(walk, 0, &is_new);
    if (is_new) vec_push(&walk->machines.data[machine].steps, step);
}

/* ---- where tasks stand before channels */

static uint32_t label_of_send(RoleWalk *walk, const WaitInfo *wait, uint32_t channel) {
    if (walk->channels.data[channel].elem->kind != VALUE_MESSAGE) return 0;
    uint32_t n;
    const Word *words = world_read(&walk->world, wait->fiber, &n);
    if (comp_kind(words) == COMP_OPFUTURE) return n > OPFUTURE_VALUE ? (uint32_t)words[OPFUTURE_VALUE] : NO_SLOT;
    const Machine *machine = fiber_machine(&walk->world, words);
    const Arm *arm = &machine_point_at(machine, (uint32_t)words[FIBER_PC])->arms[wait->arm];
    if (arm->value == NO_SLOT || wait->op != ARM_SEND) return NO_SLOT;
    for (uint32_t i = 0; i < arm->value_n; i++) /* a queued item with an end in it is no longer here */
        if (word_is_counted(machine->slot_kinds[arm->value + i]) && wait->state != ARM_READY) return NO_SLOT;
    return (uint32_t)words[FIBER_FRAME + arm->value];
}

static void add_wait(RoleWalk *walk, uint32_t machine, RoleWait wait) {
    bool is_new;
    begin_key(walk, KEY_WAIT);
    put(walk, machine);
    put(walk, wait.node);
    put(walk, wait.channel);
    put(walk, wait.label);
    put(walk, wait.is_send);
    (void)number_of_key(walk, 0, &is_new);
    if (is_new) vec_push(&walk->machines.data[machine].waits, wait);
}

static void note_waits(RoleWalk *walk, const RoleTask *task) {
    Waits waits = {0};
    stuck_waits(&walk->world, task->slot, &waits);
    for (uint32_t i = 0; i < waits.n; i++) {
        const WaitInfo *wait = &waits.data[i];
        bool is_send = wait->op == ARM_SEND || wait->op == ARM_RESERVE;
        if ((!is_send && wait->op != ARM_RECV) || !wait->enabled || !wait->polled || wait->object == NO_SLOT) continue;
        if (world_kind(&walk->world, wait->object) != COMP_CHANNEL) continue;
        uint32_t channel = channel_at(walk, wait->object), label = is_send ? label_of_send(walk, wait, channel) : 0;
        add_wait(walk, task->machine, (RoleWait){task->node, channel, label, is_send});
    }
    vec_fini(&waits);
}

static Span span_of_rest(World *world, uint32_t slot) {
    const Word *words = world_read(world, slot, NULL);
    return words[FIBER_STATUS] == FIBER_AT_START ? fiber_machine(world, words)->span : stuck_place(world, slot);
}

static void note_task(RoleWalk *walk, uint32_t slot, const Word *words) {
    bool is_new, begins = words[FIBER_STATUS] == FIBER_AT_START;
    RoleTask task = {.slot = slot, .machine = machine_of(walk, words)};
    if (role_walk_task(walk, walk->state, task.machine) != NULL && walk->machines.data[task.machine].made.twice == STORE_NONE)
        walk->machines.data[task.machine].made.twice = walk->state;
    task.node = node_of(walk, task.machine, slot, &is_new);
    RoleParts *parts = &walk->machines.data[task.machine];
    if (is_new) {
        add_node(parts, (RoleNode){.at = span_of_rest(&walk->world, slot), .begins = begins});
        if (begins) add_step(walk, task.machine, (RoleStep){ROLE_NODE_START, task.node, NO_SLOT, false});
    }
    walk->machines.data[task.machine].nodes.data[task.node].is_at_place |= stuck_at_place(&walk->world, slot);
    vec_push(&walk->tasks, task);
    if (!begins) note_waits(walk, &task);
}

static void load(RoleWalk *walk, uint32_t state) {
    Search *search = walk->search;
    uint32_t n = search_state(search, state);
    walk->state = state;
    ts_world(search->worker, search->ids, n, &walk->world);
}

static void note_state(RoleWalk *walk, uint32_t state) {
    load(walk, state);
    vec_push(&walk->first, walk->tasks.n);
    for (uint32_t slot = walk->search->fixed; slot < walk->world.n; slot++) {
        const Word *words = world_read(&walk->world, slot, NULL);
        if (comp_kind(words) == COMP_FIBER && words[FIBER_ROLE] != 0 && !fiber_is_over(words)) note_task(walk, slot, words);
    }
}

const RoleTask *role_walk_task(const RoleWalk *walk, uint32_t state, uint32_t machine) {
    uint32_t end = state + 1 < walk->first.n ? walk->first.data[state + 1] : walk->tasks.n;
    for (uint32_t i = walk->first.data[state]; i < end; i++)
        if (walk->tasks.data[i].machine == machine) return &walk->tasks.data[i];
    return NULL;
}

static const RoleTask *task_at(const RoleWalk *walk, uint32_t state, uint32_t slot) {
    uint32_t end = state + 1 < walk->first.n ? walk->first.data[state + 1] : walk->tasks.n;
    for (uint32_t i = walk->first.data[state]; i < end; i++)
        if (walk->tasks.data[i].slot == slot) return &walk->tasks.data[i];
    return NULL;
}

/* ---- steps */

void role_walk_enter(RoleWalk *walk, uint32_t state) {
    load(walk, state);
    uint32_t n = search_state(walk->search, state);
    ts_successors(walk->search->worker, walk->search->ids, n, &walk->successors);
}

uint32_t role_walk_comm(RoleWalk *walk, const TsEdge *edge, uint32_t i) {
    const Comm *comm = &walk->successors.comms[edge->comms + i];
    if (comm->channel >= walk->world.n) return NO_SLOT;
    uint32_t channel = channel_at(walk, comm->channel);
    bool is_new;
    begin_key(walk, KEY_COMM);
    put(walk, channel);
    put(walk, comm->label);
    put(walk, comm->is_send + 2 * comm->is_closed);
    put(walk, comm->span.file);
    put(walk, (Word)comm->span.begin << 32 | comm->span.end);
    for (uint32_t k = 0; k < comm->nvalues && walk->search->options->roles->tells_values; k++) put(walk, comm->values[k]);
    uint32_t number = number_of_key(walk, walk->comms.n, &is_new);
    RoleComm kept = {.channel = channel, .label = comm->label, .is_send = comm->is_send, .is_closed = comm->is_closed, .nvalues = comm->nvalues, .span = comm->span};
    memcpy(kept.values, comm->values, sizeof kept.values);
    if (is_new) vec_push(&walk->comms, kept);
    return number;
}

static void note_traffic(RoleWalk *walk, uint32_t comm, uint32_t machine) {
    const RoleComm *what = &walk->comms.data[comm];
    if (what->is_closed) return;
    RoleTraffic traffic = {what->channel, what->label, what->is_send, machine};
    bool is_new;
    begin_key(walk, KEY_TRAFFIC);
    put(walk, traffic.channel);
    put(walk, traffic.label);
    put(walk, traffic.is_send);
    put(walk, traffic.machine);
    (void)number_of_key(walk, 0, &is_new);
    if (is_new) vec_push(&walk->traffic, traffic);
}

/* The operation that the step begins with, of the state at hand; NULL: it begins with none. */
static const Arm *arm_of(RoleWalk *walk, const TsEdge *edge) {
    const Word *words = world_read(&walk->world, edge->fiber, NULL);
    if (comp_kind(words) == COMP_OPFUTURE) return opfuture_arm(&walk->world, words);
    if (edge->arm == NO_SLOT || comp_kind(words) != COMP_FIBER || !is_waiting(words)) return NULL;
    const Point *point = machine_point_at(fiber_machine(&walk->world, words), (uint32_t)words[FIBER_PC]);
    return edge->arm < point->narms ? &point->arms[edge->arm] : NULL;
}

static bool same_span(Span a, Span b) { return a.file == b.file && a.begin == b.begin && a.end == b.end; }

/* The operation is an arm of a select. */
static bool is_among_arms(const Program *program, Span span) {
    for (uint32_t m = 0; m < program->nmachines; m++)
        for (uint32_t i = 0; i < program->machines[m]->npoints; i++) {
            const Point *point = &program->machines[m]->points[i];
            for (uint32_t k = 0; k < point->narms && point->narms > 1; k++)
                if (same_span(point->arms[k].span, span)) return true;
        }
    return false;
}

/* Between two communications of one step: the same place for all steps that have come there in the same way. */
static uint32_t node_between(RoleWalk *walk, uint32_t machine, uint32_t from, uint32_t comm, uint32_t next) {
    bool is_new;
    Span at = walk->comms.data[next].span;
    begin_key(walk, KEY_BETWEEN);
    put(walk, machine);
    put(walk, from);
    put(walk, comm);
    put(walk, at.file);
    put(walk, at.begin);
    uint32_t node = number_of_key(walk, walk->machines.data[machine].nodes.n, &is_new);
    if (is_new) add_node(&walk->machines.data[machine], (RoleNode){.at = at});
    const RoleComm *what = &walk->comms.data[next];
    if (!what->is_send) add_wait(walk, machine, (RoleWait){node, what->channel, 0, false}); /* any message that is there would be taken */
    if (is_among_arms(walk->search->program, at)) add_wait(walk, machine, (RoleWait){node, NO_SLOT, 0, false});
    return node;
}

/* A step of several communications is several steps. What comes before the first one, a timer or an end of file, is a step of its own. */
static void add_chain(RoleWalk *walk, const RoleTask *task, const TsEdge *edge, const uint32_t *comms, uint32_t n, uint32_t to) {
    const Arm *arm = arm_of(walk, edge);
    bool by_others = arm != NULL && arm->op != ARM_SLEEP && arm->op != ARM_YIELD;
    uint32_t at = task->node;
    if (n == 0) {
        add_step(walk, task->machine, (RoleStep){at, to, NO_SLOT, by_others});
        return;
    }
    if (arm != NULL && !same_span(arm->span, walk->comms.data[comms[0]].span)) {
        uint32_t between = node_between(walk, task->machine, at, NO_SLOT, comms[0]);
        add_step(walk, task->machine, (RoleStep){at, between, NO_SLOT, by_others});
        at = between;
    }
    for (uint32_t i = 0; i < n; i++) {
        uint32_t next = i + 1 < n ? node_between(walk, task->machine, at, comms[i], comms[i + 1]) : to;
        add_step(walk, task->machine, (RoleStep){at, next, comms[i], false});
        at = next;
    }
}

uint32_t role_walk_target(RoleWalk *walk, uint32_t e, const RoleTask *task, uint32_t *state) {
    const TsEdge *edge = &walk->successors.edges[e];
    *state = STORE_NONE;
    if (edge->kind != TS_EDGE) return NO_SLOT;
    *state = store_find_ids(&walk->search->store, walk->successors.ids + edge->offset, edge->n);
    if (*state == STORE_NONE || edge->status_after == FIBER_CANCELLED || edge->status_after == FIBER_CRASHED) return NO_SLOT;
    if (edge->status_after == FIBER_ENDED) return ROLE_NODE_END;
    uint32_t slot = ts_moves(walk->search->worker, e, task->slot);
    const RoleTask *there = slot == NO_SLOT ? NULL : task_at(walk, *state, slot);
    bool restarts = edge->by_fault && edge->status_after == FIBER_AT_START;
    return there == NULL || restarts ? NO_SLOT : there->node;
}

static void note_step(RoleWalk *walk, uint32_t e) {
    const TsEdge *edge = &walk->successors.edges[e];
    const RoleTask *task = task_at(walk, walk->state, edge->actor);
    VEC(uint32_t) comms = {0};
    for (uint32_t i = 0; i < edge->ncomms; i++) {
        uint32_t comm = role_walk_comm(walk, edge, i);
        if (comm == NO_SLOT) walk->graph->why = "an item goes into or comes out of a channel in the step in which the channel is made";
        else vec_push(&comms, comm);
        if (comm != NO_SLOT) note_traffic(walk, comm, task != NULL ? task->machine : NO_SLOT);
    }
    if (task != NULL) {
        uint32_t state, to = role_walk_target(walk, e, task, &state);
        if (to == NO_SLOT) walk->machines.data[task->machine].nodes.data[task->node].is_given_up = true;
        else add_chain(walk, task, edge, comms.data, comms.n, to);
    }
    vec_fini(&comms);
}

/* The run may be over with main: what others would do is not known. */
static void note_halt(RoleWalk *walk) {
    uint32_t end = walk->state + 1 < walk->first.n ? walk->first.data[walk->state + 1] : walk->tasks.n;
    for (uint32_t i = walk->first.data[walk->state]; i < end; i++) {
        const RoleTask *task = &walk->tasks.data[i];
        walk->machines.data[task->machine].nodes.data[task->node].is_given_up = true;
    }
}

static void note_steps(RoleWalk *walk, uint32_t state) {
    role_walk_enter(walk, state);
    for (uint32_t e = 0; e < walk->successors.nedges; e++) note_step(walk, e);
    if (walk->successors.nedges == 0 && walk->search->options->ts.main_ends_run) note_halt(walk);
}

/* ---- the whole */

static RoleMachine take_machine(Arena *arena, RoleParts *parts) {
    RoleMachine machine = parts->made;
#define TAKE(to) (machine.n##to = parts->to.n, machine.to = arena_copy(arena, parts->to.data, sizeof *parts->to.data * parts->to.n))
    TAKE(nodes);
    TAKE(steps);
    TAKE(waits);
#undef TAKE
    return machine;
}

static void take(RoleWalk *walk) {
    RoleGraph *graph = walk->graph;
    Arena *arena = &graph->arena;
#define TAKE(to, vec) (graph->n##to = (vec).n, graph->to = arena_copy(arena, (vec).data, sizeof *(vec).data * (vec).n))
    TAKE(channels, walk->channels);
    TAKE(comms, walk->comms);
    TAKE(traffic, walk->traffic);
#undef TAKE
    graph->nmachines = walk->machines.n;
    graph->machines = ARENA_ARRAY(arena, RoleMachine, graph->nmachines + 1);
    for (uint32_t i = 0; i < graph->nmachines; i++) graph->machines[i] = take_machine(arena, &walk->machines.data[i]);
}

/* ---- a machine whose nodes know what the role has done */

/* `done`: 0 while the task has not begun, then 1 + the state of the role; past the last one: it does no such thing, and is followed no further. */
typedef struct Stand { uint32_t state, done; } Stand;

typedef struct Refining {
    RoleWalk *walk;
    const RoleWatch *role;
    uint32_t machine, refined;
    Bitset seen; /* state * (role->n + 2) + done */
    VEC(Stand) stands;
    VEC(uint32_t) origin;
} Refining;

static void stand(Refining *refining, uint32_t state, uint32_t done) {
    uint32_t at = state * (refining->role->n + 2) + done;
    if (done > refining->role->n || bitset_has(&refining->seen, at)) return;
    bitset_add(&refining->seen, at);
    vec_push(&refining->stands, (Stand){state, done});
}

static void note_origins(Refining *refining, uint32_t node) {
    while (refining->origin.n < refining->walk->machines.data[refining->refined].nodes.n) vec_push(&refining->origin, node);
}

/* The refined node, with all that is known of the first one. */
static uint32_t refined_node(Refining *refining, uint32_t node, uint32_t done) {
    RoleWalk *walk = refining->walk;
    bool is_new;
    if (node <= ROLE_NODE_END) return node;
    begin_key(walk, KEY_REFINED);
    put(walk, refining->refined);
    put(walk, node);
    put(walk, done);
    uint32_t number = number_of_key(walk, walk->machines.data[refining->refined].nodes.n, &is_new);
    if (!is_new) return number;
    const RoleMachine *first = &walk->graph->machines[refining->machine];
    RoleNode copy = first->nodes[node];
    copy.is_given_up = false;
    add_node(&walk->machines.data[refining->refined], copy);
    note_origins(refining, node);
    if (copy.begins) add_step(walk, refining->refined, (RoleStep){ROLE_NODE_START, number, NO_SLOT, false});
    for (uint32_t i = 0; i < first->nwaits; i++) {
        RoleWait wait = first->waits[i];
        if (wait.node != node) continue;
        wait.node = number;
        add_wait(walk, refining->refined, wait);
    }
    return number;
}

static uint32_t role_after(const Refining *refining, uint32_t done, uint32_t comm) {
    if (done > refining->role->n) return done;
    uint32_t next = refining->role->next[(done - 1) * refining->walk->graph->ncomms + comm];
    return next == NO_SLOT ? refining->role->n + 1 : next + 1;
}

static void refine_step(Refining *refining, Stand at, uint32_t e, const RoleTask *task) {
    RoleWalk *walk = refining->walk;
    const TsEdge *edge = &walk->successors.edges[e];
    RoleTask own = {task->slot, refining->refined, refined_node(refining, task->node, at.done)};
    VEC(uint32_t) comms = {0};
    uint32_t done = at.done, state, to = role_walk_target(walk, e, task, &state);
    for (uint32_t i = 0; i < edge->ncomms; i++) {
        uint32_t comm = role_walk_comm(walk, edge, i);
        if (comm == NO_SLOT) continue;
        vec_push(&comms, comm);
        done = role_after(refining, done, comm);
    }
    if (to == NO_SLOT) {
        walk->machines.data[refining->refined].nodes.data[own.node].is_given_up = true;
    } else {
        add_chain(walk, &own, edge, comms.data, comms.n, refined_node(refining, to, done));
        note_origins(refining, task->node);
        if (to != ROLE_NODE_END) stand(refining, state, done);
    }
    vec_fini(&comms);
}

static void refine_from(Refining *refining, Stand at) {
    RoleWalk *walk = refining->walk;
    const RoleTask *task = role_walk_task(walk, at.state, refining->machine);
    if (at.done == 0 && task != NULL && walk->graph->machines[refining->machine].nodes[task->node].begins) {
        (void)refined_node(refining, task->node, 1);
        stand(refining, at.state, 1);
    }
    if (at.state >= walk->search->edges.n) return;
    role_walk_enter(walk, at.state);
    for (uint32_t e = 0; e < walk->successors.nedges; e++) {
        const TsEdge *edge = &walk->successors.edges[e];
        if (at.done > 0 && task != NULL && edge->actor == task->slot) {
            refine_step(refining, at, e, task);
        } else if (edge->kind == TS_EDGE) {
            uint32_t state = store_find_ids(&walk->search->store, walk->successors.ids + edge->offset, edge->n);
            if (state != STORE_NONE) stand(refining, state, at.done);
        }
    }
}

RoleMachine *role_walk_refine(RoleWalk *walk, uint32_t machine, const RoleWatch *role) {
    Refining refining = {.walk = walk, .role = role, .machine = machine, .refined = walk->machines.n};
    Search *search = walk->search;
    if ((uint64_t)search->store.n * (role->n + 2) > INT32_MAX) return NULL;
    const RoleMachine *first = &walk->graph->machines[machine];
    RoleParts parts = {.made = *first};
    for (uint32_t node = 0; node <= ROLE_NODE_END; node++) {
        vec_push(&parts.nodes, first->nodes[node]);
        vec_push(&refining.origin, node);
    }
    vec_push(&walk->machines, parts);
    refining.seen = bitset_new(search->store.n * (role->n + 2));
    for (uint32_t i = 0; i < search->edges.nroots; i++) stand(&refining, i, 0);
    bool goes_on = true;
    for (uint32_t i = 0; i < refining.stands.n && goes_on; i++) {
        refine_from(&refining, refining.stands.data[i]);
        if (i % CLOCK_EVERY == CLOCK_EVERY - 1) goes_on = search_may_go_on(search);
    }
    RoleMachine *refined = ARENA_NEW(&walk->graph->arena, RoleMachine);
    *refined = take_machine(&walk->graph->arena, &walk->machines.data[refining.refined]);
    refined->origin = arena_copy(&walk->graph->arena, refining.origin.data, sizeof(uint32_t) * refining.origin.n);
    bitset_free(&refining.seen);
    vec_fini(&refining.stands);
    vec_fini(&refining.origin);
    return goes_on ? refined : NULL;
}

/* ---- all of it */

bool role_walk_make(RoleWalk *walk, Search *search) {
    *walk = (RoleWalk){.search = search, .keys = names_new(), .graph = calloc(1, sizeof *walk->graph)};
    if (walk->graph == NULL) fatal("out of memory");
    arena_init(&walk->graph->arena);
    walk->graph->program = search->program;
    vec_push(&walk->numbers, 0u); /* of the empty key */
    world_init(&walk->world, search->program);
    role_channels_init(&walk->places, search);
    bool goes_on = true;
    for (uint32_t state = 0; state < search->store.n && goes_on; state++) {
        note_state(walk, state);
        if (state % CLOCK_EVERY == CLOCK_EVERY - 1) goes_on = search_may_go_on(search);
    }
    for (uint32_t state = 0; state < search->edges.n && goes_on; state++) {
        note_steps(walk, state);
        if (state % CLOCK_EVERY == CLOCK_EVERY - 1) goes_on = search_may_go_on(search);
    }
    take(walk);
    return goes_on;
}

void role_walk_fini(RoleWalk *walk) {
    role_channels_fini(&walk->places);
    world_fini(&walk->world);
    ts_successors_fini(&walk->successors);
    names_free(walk->keys);
    for (uint32_t i = 0; i < walk->machines.n; i++) {
        vec_fini(&walk->machines.data[i].nodes);
        vec_fini(&walk->machines.data[i].steps);
        vec_fini(&walk->machines.data[i].waits);
    }
    vec_fini(&walk->machines);
    vec_fini(&walk->tasks);
    vec_fini(&walk->first);
    vec_fini(&walk->numbers);
    vec_fini(&walk->key);
    vec_fini(&walk->seen);
    vec_fini(&walk->channels);
    vec_fini(&walk->comms);
    vec_fini(&walk->traffic);
}

void role_graph_free(RoleGraph *graph) {
    if (graph == NULL) return;
    arena_fini(&graph->arena);
    free(graph);
}
