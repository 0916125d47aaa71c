#include "session/liveness.h"

#include "session/configs.h"
#include "session/rendezvous.h"

#include "model/support/fatal.h"

#include <stdlib.h>
#include <string.h>

enum { NONE = UINT32_MAX };

/* A step of one role, or of two that meet; `from`, `to`: configurations. */
typedef struct Step { uint32_t from, to, sender, receiver; Name message; } Step; /* with queues: NONE is the one that takes no part */

typedef struct Graph {
    const CfsmSystem *system;
    uint32_t n;
    VEC(Step) steps;                     /* by source */
    uint32_t *first, *into_first, *into; /* steps by source, by target */
    const Rendezvous *meetings;          /* either */
    const Configs *configs;
    bool *marked;
    VEC(uint32_t) stack;
} Graph;

static void *allocate(size_t n, size_t size) {
    void *data = calloc(n ? n : 1, size);
    if (!data) fatal("out of memory");
    return data;
}

static bool moves(const Step *step, uint32_t role) { return step->sender == role || step->receiver == role; }

static uint32_t state_of(const Graph *graph, uint32_t node, uint32_t role) {
    return graph->meetings ? rendezvous_at(graph->meetings, node, role) : configs_at(graph->configs, node)[role];
}

/* ---- the graph */

static void index_steps(Graph *graph) {
    graph->first = allocate(graph->n + 2u, sizeof *graph->first);
    graph->into_first = allocate(graph->n + 2u, sizeof *graph->into_first);
    graph->into = allocate(graph->steps.n, sizeof *graph->into);
    graph->marked = allocate(graph->n, sizeof *graph->marked);
    for (uint32_t i = 0; i < graph->steps.n; i++) {
        graph->first[graph->steps.data[i].from + 1]++;
        graph->into_first[graph->steps.data[i].to + 2]++;
    }
    for (uint32_t c = 1; c <= graph->n; c++) graph->first[c] += graph->first[c - 1];
    for (uint32_t c = 2; c < graph->n + 2; c++) graph->into_first[c] += graph->into_first[c - 1];
    for (uint32_t i = 0; i < graph->steps.n; i++) graph->into[graph->into_first[graph->steps.data[i].to + 1]++] = i;
}

static Graph graph_of_meetings(const CfsmSystem *system, const Rendezvous *meetings) {
    Graph graph = {.system = system, .n = meetings->global.nstates, .meetings = meetings};
    for (uint32_t e = 0; e < meetings->global.nedges; e++) {
        const GlobalEdge *edge = &meetings->global.edges[e];
        vec_push(&graph.steps, (Step){edge->from, edge->to, edge->sender, edge->receiver, edge->message});
    }
    index_steps(&graph);
    return graph;
}

static Graph graph_of_configs(const CfsmSystem *system, const Configs *configs) {
    Graph graph = {.system = system, .n = configs->n, .configs = configs};
    for (uint32_t i = 0; i < configs->edges.n; i++) {
        const ConfigEdge *edge = &configs->edges.data[i];
        const CfsmEdge *action = &system->machines[edge->role].edges[edge->edge];
        vec_push(&graph.steps, (Step){edge->from, edge->to, action->is_send ? edge->role : NONE, action->is_send ? NONE : edge->role, action->message});
    }
    index_steps(&graph);
    return graph;
}

static void graph_fini(Graph *graph) {
    vec_fini(&graph->steps);
    vec_fini(&graph->stack);
    free(graph->first);
    free(graph->into_first);
    free(graph->into);
    free(graph->marked);
}

/* ---- what is waited for: the role's send of a message, any reception of it, any move of it, the message at the head of a queue */

typedef enum WantKind { WANT_SEND, WANT_RECEPTION, WANT_MOVE, WANT_MESSAGE } WantKind;
typedef struct Want { WantKind kind; uint32_t role, peer; const CfsmEdge *send; } Want;

static bool is_met(const Graph *graph, uint32_t i, Want want) {
    const Step *step = &graph->steps.data[i];
    if (want.kind == WANT_MOVE) return moves(step, want.role);
    if (want.kind == WANT_RECEPTION) return step->receiver == want.role;
    if (want.kind == WANT_MESSAGE) {
        const ConfigEdge *edge = &graph->configs->edges.data[i];
        return step->receiver == want.role && graph->system->machines[edge->role].edges[edge->edge].peer == want.peer;
    }
    if (step->sender != want.role || step->message != want.send->message) return false;
    if (graph->meetings) return step->receiver == want.send->peer;
    const ConfigEdge *edge = &graph->configs->edges.data[i];
    return graph->system->machines[edge->role].edges[edge->edge].peer == want.send->peer;
}

/* A final state that receives may as well be left where it is. */
static bool is_wanted(const Graph *graph, uint32_t node, Want want) {
    if (want.kind == WANT_MESSAGE)
        return configs_length(graph->configs, configs_at(graph->configs, node), configs_queue(graph->configs, want.peer, want.role)) > 0;
    const Cfsm *machine = &graph->system->machines[want.role];
    uint32_t state = state_of(graph, node, want.role);
    if (want.kind == WANT_MOVE) return machine->first[state] < machine->first[state + 1] && !machine->is_final[state];
    for (uint32_t e = machine->first[state]; e < machine->first[state + 1]; e++) {
        const CfsmEdge *edge = &machine->edges[e];
        if (want.kind == WANT_SEND ? edge->is_send && edge->peer == want.peer && edge->message == want.send->message : !edge->is_send && !machine->is_final[state])
            return true;
    }
    return false;
}

/* ---- it can still come: backwards from where it does */

static void mark(Graph *graph, uint32_t node) {
    if (graph->marked[node]) return;
    graph->marked[node] = true;
    vec_push(&graph->stack, node);
}

static bool can_come(Graph *graph, Want want) {
    memset(graph->marked, 0, sizeof *graph->marked * graph->n);
    vec_clear(&graph->stack);
    for (uint32_t i = 0; i < graph->steps.n; i++)
        if (is_met(graph, i, want)) mark(graph, graph->steps.data[i].from);
    while (graph->stack.n) {
        uint32_t to = vec_pop(&graph->stack);
        for (uint32_t i = graph->into_first[to]; i < graph->into_first[to + 1]; i++) mark(graph, graph->steps.data[graph->into[i]].from);
    }
    for (uint32_t c = 0; c < graph->n; c++)
        if (!graph->marked[c] && is_wanted(graph, c, want)) return false;
    return true;
}

/* ---- it does come: no run without it ends, or goes round for ever (fairly) in a strongly connected component (Tarjan) */

typedef struct Frame { uint32_t node, next; } Frame;
typedef struct Components {
    const Graph *graph;
    Want want;
    bool is_fair;             /* only runs in which each role that stays able to move does */
    uint32_t *index, *low, *component, counter, ncomponents;
    VEC(uint32_t) open;
    VEC(Frame) frames;
} Components;

static bool is_inside(const Components *at, uint32_t i) {
    const Step *step = &at->graph->steps.data[i];
    return is_wanted(at->graph, step->from, at->want) && is_wanted(at->graph, step->to, at->want) && !is_met(at->graph, i, at->want);
}

/* Who brings the step about: of two that meet the sender, for it chooses. */
static bool acts(const Step *step, uint32_t role) { return step->sender == role || (step->sender == NONE && step->receiver == role); }

/* Each role acts in the component, or is unable to somewhere in it. */
static bool is_just(const Components *at, const uint32_t *nodes, uint32_t n, uint32_t component) {
    const Graph *graph = at->graph;
    for (uint32_t role = 0; role < graph->system->n; role++) {
        bool just = false;
        for (uint32_t k = 0; k < n && !just; k++) {
            bool able = false;
            for (uint32_t i = graph->first[nodes[k]]; i < graph->first[nodes[k] + 1]; i++) {
                if (!acts(&graph->steps.data[i], role)) continue;
                able = true;
                just |= is_inside(at, i) && at->component[graph->steps.data[i].to] == component;
            }
            just |= !able;
        }
        if (!just) return false;
    }
    return true;
}

static bool goes_round(const Components *at, const uint32_t *nodes, uint32_t n, uint32_t component) {
    const Graph *graph = at->graph;
    for (uint32_t k = 0; k < n; k++)
        for (uint32_t i = graph->first[nodes[k]]; i < graph->first[nodes[k] + 1]; i++)
            if (is_inside(at, i) && at->component[graph->steps.data[i].to] == component) return !at->is_fair || is_just(at, nodes, n, component);
    return false;
}

static void enter(Components *at, uint32_t node) {
    at->index[node] = at->low[node] = ++at->counter;
    vec_push(&at->open, node);
    vec_push(&at->frames, (Frame){node, at->graph->first[node]});
}

/* A component is complete: true when a run may stay in it. */
static bool leave(Components *at, uint32_t node) {
    uint32_t from = at->open.n;
    do at->component[at->open.data[--from]] = at->ncomponents;
    while (at->open.data[from] != node);
    bool bad = goes_round(at, at->open.data + from, at->open.n - from, at->ncomponents++);
    at->open.n = from;
    return bad;
}

static bool search_from(Components *at, uint32_t root) {
    const Graph *graph = at->graph;
    bool bad = false;
    enter(at, root);
    while (at->frames.n) {
        Frame *frame = &vec_last(&at->frames);
        uint32_t node = frame->node;
        if (frame->next < graph->first[node + 1]) {
            uint32_t i = frame->next++, to = graph->steps.data[i].to;
            if (!is_inside(at, i)) continue;
            if (!at->index[to]) enter(at, to);
            else if (at->component[to] == NONE && at->index[to] < at->low[node]) at->low[node] = at->index[to];
            continue;
        }
        at->frames.n--;
        if (at->frames.n && at->low[node] < at->low[vec_last(&at->frames).node]) at->low[vec_last(&at->frames).node] = at->low[node];
        if (at->low[node] == at->index[node]) bad |= leave(at, node);
    }
    return bad;
}

static bool does_come(Graph *graph, Want want, bool is_fair) {
    Components at = {.graph = graph, .want = want, .is_fair = is_fair};
    at.index = allocate(graph->n, sizeof *at.index);
    at.low = allocate(graph->n, sizeof *at.low);
    at.component = allocate(graph->n, sizeof *at.component);
    memset(at.component, 0xff, sizeof *at.component * graph->n);
    bool comes = true;
    for (uint32_t c = 0; c < graph->n && comes; c++) {
        if (!is_wanted(graph, c, want)) continue;
        comes = graph->first[c] < graph->first[c + 1] && (at.index[c] || !search_from(&at, c));
    }
    vec_fini(&at.open);
    vec_fini(&at.frames);
    free(at.index);
    free(at.low);
    free(at.component);
    return comes;
}

/* ---- the properties */

static void deny(Liveness *result, LivenessProperty property, uint32_t role) {
    if (!result->holds[property]) return;
    result->holds[property] = false;
    result->role[property] = role;
}

static void check_ends(Graph *graph, Liveness *result) {
    for (uint32_t c = 0; c < graph->n; c++) {
        if (graph->first[c] < graph->first[c + 1]) continue;
        for (uint32_t role = 0; role < graph->system->n; role++)
            if (is_wanted(graph, c, (Want){WANT_MOVE, role, NONE, NULL})) deny(result, LIVENESS_DEADLOCK_FREE, role);
    }
}

static void check_role(Graph *graph, uint32_t role, Liveness *result) {
    const Cfsm *machine = &graph->system->machines[role];
    Want move = {WANT_MOVE, role, NONE, NULL};
    if (!can_come(graph, (Want){WANT_RECEPTION, role, NONE, NULL})) deny(result, LIVENESS_LIVE, role);
    for (uint32_t e = 0; e < machine->nedges; e++)
        if (machine->edges[e].is_send && !can_come(graph, (Want){WANT_SEND, role, machine->edges[e].peer, &machine->edges[e]})) deny(result, LIVENESS_LIVE, role);
    if (!does_come(graph, move, true)) deny(result, LIVENESS_LIVE_PLUS, role);
    if (!does_come(graph, move, false)) deny(result, LIVENESS_LIVE_PLUSPLUS, role);
}

static void check_messages(Graph *graph, uint32_t role, Liveness *result) {
    for (uint32_t peer = 0; peer < graph->system->n; peer++) {
        Want message = {WANT_MESSAGE, role, peer, NULL};
        if (configs_queue(graph->configs, peer, role) == NONE) continue;
        if (!can_come(graph, message)) deny(result, LIVENESS_LIVE, role);
        if (!does_come(graph, message, true)) deny(result, LIVENESS_LIVE_PLUS, role);
        if (!does_come(graph, message, false)) deny(result, LIVENESS_LIVE_PLUSPLUS, role);
    }
}

/* Nodes in an order in which steps only go on: there is one if no run is endless. */
static bool has_cycle(const Graph *graph) {
    uint32_t *left = allocate(graph->n, sizeof *left), done = 0;
    VEC(uint32_t) ready = {0};
    for (uint32_t i = 0; i < graph->steps.n; i++) left[graph->steps.data[i].to]++;
    for (uint32_t c = 0; c < graph->n; c++)
        if (!left[c]) vec_push(&ready, c);
    while (ready.n) {
        uint32_t c = vec_pop(&ready);
        done++;
        for (uint32_t i = graph->first[c]; i < graph->first[c + 1]; i++)
            if (!--left[graph->steps.data[i].to]) vec_push(&ready, graph->steps.data[i].to);
    }
    vec_fini(&ready);
    free(left);
    return done < graph->n;
}

static void check_graph(Graph *graph, Liveness *result) {
    result->configurations = graph->n;
    for (uint32_t p = 0; p < LIVENESS_COUNT; p++) result->holds[p] = true;
    check_ends(graph, result);
    for (uint32_t role = 0; role < graph->system->n; role++) {
        check_role(graph, role, result);
        if (graph->configs) check_messages(graph, role, result);
    }
    if (!result->holds[LIVENESS_DEADLOCK_FREE]) deny(result, LIVENESS_TERMINATION, result->role[LIVENESS_DEADLOCK_FREE]);
    else if (has_cycle(graph)) deny(result, LIVENESS_TERMINATION, NONE);
}

static void check_sync(const CfsmSystem *system, uint32_t max, Liveness *result) {
    Rendezvous meetings;
    rendezvous_explore(&meetings, system, max);
    if (!meetings.complete) {
        result->why = "too many configurations";
    } else {
        Graph graph = graph_of_meetings(system, &meetings);
        check_graph(&graph, result);
        graph_fini(&graph);
    }
    rendezvous_fini(&meetings);
}

/* With queues as long as they get; nothing is known when they get longer than the bound. */
static void check_async(const CfsmSystem *system, LivenessOptions options, Liveness *result) {
    for (uint32_t k = 1; k <= options.bound; k++) {
        Configs configs;
        configs_explore(&configs, system, k, options.max_configurations);
        bool is_over = !configs.complete || !configs.blocks;
        result->why = !configs.complete ? "too many configurations" : configs.blocks ? "queues get longer than the bound" : NULL;
        if (!result->why) {
            Graph graph = graph_of_configs(system, &configs);
            check_graph(&graph, result);
            graph_fini(&graph);
        }
        configs_fini(&configs);
        if (is_over) return;
    }
}

Liveness liveness_check(const CfsmSystem *system, LivenessOptions options) {
    Liveness result = {.why = "the bound is 0"};
    for (uint32_t p = 0; p < LIVENESS_COUNT; p++) result.role[p] = NONE;
    if (options.sync) {
        result.why = NULL;
        check_sync(system, options.max_configurations, &result);
    } else {
        check_async(system, options, &result);
    }
    return result;
}

const char *liveness_name(LivenessProperty property) {
    static const char *const names[] = {
#define LIVENESS(code, name, text) name,
        LIVENESS_PROPERTIES(LIVENESS)
#undef LIVENESS
    };
    return names[property];
}

const char *liveness_text(LivenessProperty property) {
    static const char *const texts[] = {
#define LIVENESS(code, name, text) text,
        LIVENESS_PROPERTIES(LIVENESS)
#undef LIVENESS
    };
    return texts[property];
}
