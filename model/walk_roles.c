#include "model/walk_roles.h"

#include "model/support/fatal.h"

#include <stdlib.h>

enum { NODES_BEFORE = 2 }; /* start and end come before the walk's own */

static uint32_t node_of(const WalkTask *task, uint32_t node) { return task->nodes[node].has_ended ? ROLE_NODE_END : node + NODES_BEFORE; }

static bool is_item(const WalkEdge *edge) { return edge->action == WALK_SEND || edge->action == WALK_RECV; }

/* Others bring it about: that a channel ends, or a task. */
static bool is_by_others(const WalkEdge *edge) {
    return edge->action == WALK_SEND_FAILS || edge->action == WALK_RECV_OVER || edge->action == WALK_JOIN || edge->action == WALK_JOIN_ALL;
}

static uint32_t comm_of(RoleGraph *graph, const WalkEdge *edge) {
    for (uint32_t i = 0; i < graph->ncomms; i++) {
        const RoleComm *comm = &graph->comms[i];
        bool is_same = comm->channel == edge->object && comm->label == edge->label && comm->is_send == (edge->action == WALK_SEND);
        if (is_same && comm->span.file == edge->span.file && comm->span.begin == edge->span.begin && comm->span.end == edge->span.end) return i;
    }
    graph->comms[graph->ncomms] = (RoleComm){.channel = edge->object, .label = edge->label, .is_send = edge->action == WALK_SEND, .span = edge->span};
    return graph->ncomms++;
}

static void add_traffic(RoleGraph *graph, const WalkEdge *edge, uint32_t machine) {
    RoleTraffic traffic = {edge->object, edge->label, edge->action == WALK_SEND, machine};
    for (uint32_t i = 0; i < graph->ntraffic; i++) {
        const RoleTraffic *known = &graph->traffic[i];
        if (known->channel == traffic.channel && known->label == traffic.label && known->is_send == traffic.is_send && known->machine == machine) return;
    }
    graph->traffic[graph->ntraffic++] = traffic;
}

static void fill_nodes(RoleGraph *graph, RoleMachine *machine, const WalkTask *task) {
    machine->nnodes = task->nnodes + NODES_BEFORE;
    machine->nodes = ARENA_ARRAY(&graph->arena, RoleNode, machine->nnodes);
    machine->nodes[ROLE_NODE_START] = (RoleNode){.at = task->machine->span};
    machine->nodes[ROLE_NODE_END] = (RoleNode){.at = task->machine->code[task->machine->points[task->machine->npoints - 1].pc].span, .has_ended = true};
    for (uint32_t i = 0; i < task->nnodes; i++)
        machine->nodes[i + NODES_BEFORE] = (RoleNode){.at = task->nodes[i].at,
            .is_at_place = task->is_daemon && task->nodes[i].may_stay,
            .is_given_up = task->nodes[i].is_violated || task->nodes[i].is_cut};
}

static void fill_machine(RoleGraph *graph, RoleMachine *machine, const WalkTask *task) {
    *machine = (RoleMachine){.use = task->role, .number = task->has_index ? (uint32_t)task->index : 0, .task = task->machine->id, .twice = UINT32_MAX};
    fill_nodes(graph, machine, task);
    machine->steps = ARENA_ARRAY(&graph->arena, RoleStep, task->nedges + 1u);
    machine->steps[machine->nsteps++] = (RoleStep){ROLE_NODE_START, node_of(task, 0), NO_SLOT, false};
    for (uint32_t e = 0; e < task->nedges; e++) {
        const WalkEdge *edge = &task->edges[e];
        uint32_t from = node_of(task, edge->from), to = node_of(task, edge->to);
        if (is_item(edge)) machine->steps[machine->nsteps++] = (RoleStep){from, to, comm_of(graph, edge), false};
        else if (from != to) machine->steps[machine->nsteps++] = (RoleStep){from, to, NO_SLOT, is_by_others(edge)};
    }
    machine->waits = ARENA_ARRAY(&graph->arena, RoleWait, task->nwaits + 1u);
    for (uint32_t i = 0; i < task->nwaits; i++) {
        const WalkWait *wait = &task->waits[i];
        machine->waits[machine->nwaits++] = (RoleWait){node_of(task, wait->node), wait->object, wait->is_send ? wait->label : 0, wait->is_send};
    }
}

RoleGraph *walk_roles(const WalkProgram *walks) {
    RoleGraph *graph = calloc(1, sizeof *graph);
    uint32_t edges = 0;
    if (!graph) fatal("out of memory");
    arena_init(&graph->arena);
    graph->program = walks->program;
    graph->nchannels = walks->nobjects;
    graph->channels = ARENA_ARRAY(&graph->arena, RoleChannel, graph->nchannels + 1u);
    for (uint32_t i = 0; i < graph->nchannels; i++) {
        const Site *site = &walks->program->sites[walks->objects[i].site];
        graph->channels[i] = (RoleChannel){site->name, site->elem, site->is_extern};
    }
    for (uint32_t t = 0; t < walks->ntasks; t++) edges += walks->tasks[t].nedges;
    graph->comms = ARENA_ARRAY(&graph->arena, RoleComm, edges + 1u);
    graph->traffic = ARENA_ARRAY(&graph->arena, RoleTraffic, edges + 1u);
    graph->machines = ARENA_ARRAY(&graph->arena, RoleMachine, walks->ntasks + 1u);
    for (uint32_t t = 0; t < walks->ntasks; t++) {
        const WalkTask *task = &walks->tasks[t];
        uint32_t machine = task->role == NO_SLOT ? NO_SLOT : graph->nmachines;
        if (machine != NO_SLOT) fill_machine(graph, &graph->machines[graph->nmachines++], task);
        for (uint32_t e = 0; e < task->nedges; e++)
            if (is_item(&task->edges[e])) add_traffic(graph, &task->edges[e], machine);
    }
    return graph;
}
