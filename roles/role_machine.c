#include "roles/role_machine.h"

#include "model/support/fatal.h"
#include "model/support/hash.h"

#include <stdlib.h>
#include <string.h>

static void *allocate(size_t n, size_t size) {
    void *data = calloc(n > 0 ? n : 1, size);
    if (data == NULL) fatal("out of memory");
    return data;
}

/* ---- steps */

static const RoleStep *step_at(const RoleFold *fold, uint32_t i) { return &fold->machine->steps[fold->order[i]]; }

static bool is_silent(const RoleFold *fold, const RoleStep *step) {
    return step->comm == NO_SLOT || fold->links->first[step->comm] == fold->links->first[step->comm + 1];
}

/* What goes to or comes from outside the protocol is others' doing too. */
static bool is_by_others(const RoleStep *step) { return step->by_others || step->comm != NO_SLOT; }

/* The task may take this step though nobody else does anything. Where it stands before a channel of the protocol, what others bring about is as good as
   a message: that it comes too early is their fault. */
static bool is_its_own(const RoleFold *fold, const RoleStep *step) {
    return is_silent(fold, step) && !(fold->acts[step->from] && is_by_others(step));
}

static void order_steps(RoleFold *fold) {
    const RoleMachine *machine = fold->machine;
    fold->first = allocate(machine->nnodes + 2u, sizeof *fold->first);
    fold->order = allocate(machine->nsteps, sizeof *fold->order);
    for (uint32_t i = 0; i < machine->nsteps; i++) fold->first[machine->steps[i].from + 2]++;
    for (uint32_t n = 2; n < machine->nnodes + 2; n++) fold->first[n] += fold->first[n - 1];
    for (uint32_t i = 0; i < machine->nsteps; i++) fold->order[fold->first[machine->steps[i].from + 1]++] = i;
}

static void find_acts(RoleFold *fold) {
    const RoleMachine *machine = fold->machine;
    fold->acts = allocate(machine->nnodes, sizeof *fold->acts);
    for (uint32_t i = 0; i < machine->nsteps; i++)
        if (!is_silent(fold, &machine->steps[i])) fold->acts[machine->steps[i].from] = true;
    for (uint32_t i = 0; i < machine->nwaits; i++) {
        const RoleWait *wait = &machine->waits[i];
        if (!fold->acts[wait->node]) fold->acts[wait->node] = role_links_has(fold->links, wait->channel, wait->is_send);
    }
}

/* ---- parts: strongly connected by steps of its own (Tarjan, with an explicit stack) */

typedef struct Visit { uint32_t node, next; } Visit;
typedef struct Tarjan {
    RoleFold *fold;
    uint32_t *index, *low;
    bool *on_stack;
    VEC(Visit) visits;
    VEC(uint32_t) open;
    uint32_t count;
} Tarjan;

static void open_node(Tarjan *tarjan, uint32_t node) {
    tarjan->index[node] = tarjan->low[node] = ++tarjan->count;
    tarjan->on_stack[node] = true;
    vec_push(&tarjan->open, node);
    vec_push(&tarjan->visits, (Visit){node, tarjan->fold->first[node]});
}

static void close_node(Tarjan *tarjan, uint32_t node) {
    if (tarjan->low[node] != tarjan->index[node]) return;
    for (uint32_t member = UINT32_MAX; member != node;) {
        member = vec_pop(&tarjan->open);
        tarjan->on_stack[member] = false;
        tarjan->fold->part_of[member] = tarjan->fold->n;
    }
    tarjan->fold->n++;
}

static void visit_from(Tarjan *tarjan, uint32_t root) {
    open_node(tarjan, root);
    while (tarjan->visits.n > 0) {
        Visit *visit = &vec_last(&tarjan->visits);
        uint32_t node = visit->node;
        if (visit->next == tarjan->fold->first[node + 1]) {
            close_node(tarjan, node);
            (void)vec_pop(&tarjan->visits);
            uint32_t up = tarjan->visits.n > 0 ? vec_last(&tarjan->visits).node : UINT32_MAX;
            if (up != UINT32_MAX && tarjan->low[node] < tarjan->low[up]) tarjan->low[up] = tarjan->low[node];
            continue;
        }
        const RoleStep *step = step_at(tarjan->fold, visit->next++);
        if (!is_its_own(tarjan->fold, step)) continue;
        if (tarjan->index[step->to] == 0) open_node(tarjan, step->to);
        else if (tarjan->on_stack[step->to] && tarjan->index[step->to] < tarjan->low[node]) tarjan->low[node] = tarjan->index[step->to];
    }
}

static void find_parts(RoleFold *fold) {
    uint32_t nodes = fold->machine->nnodes;
    fold->part_of = allocate(nodes, sizeof *fold->part_of);
    Tarjan tarjan = {.fold = fold, .index = allocate(nodes, sizeof *tarjan.index), .low = allocate(nodes, sizeof *tarjan.low), .on_stack = allocate(nodes, 1)};
    for (uint32_t node = 0; node < nodes; node++)
        if (tarjan.index[node] == 0) visit_from(&tarjan, node);
    free(tarjan.index);
    free(tarjan.low);
    free(tarjan.on_stack);
    vec_fini(&tarjan.visits);
    vec_fini(&tarjan.open);
}

static void list_nodes(RoleFold *fold) {
    uint32_t nodes = fold->machine->nnodes;
    fold->nodes_first = allocate(fold->n + 2u, sizeof *fold->nodes_first);
    fold->nodes = allocate(nodes, sizeof *fold->nodes);
    for (uint32_t node = 0; node < nodes; node++) fold->nodes_first[fold->part_of[node] + 2]++;
    for (uint32_t part = 2; part < fold->n + 2; part++) fold->nodes_first[part] += fold->nodes_first[part - 1];
    for (uint32_t node = 0; node < nodes; node++) fold->nodes[fold->nodes_first[fold->part_of[node] + 1]++] = node;
}

void role_fold_init(RoleFold *fold, RoleLinks *links) {
    *fold = (RoleFold){.links = links, .machine = links->own};
    order_steps(fold);
    find_acts(fold);
    find_parts(fold);
    list_nodes(fold);
    fold->is_stable = allocate(fold->n, sizeof *fold->is_stable);
    for (uint32_t part = 0; part < fold->n; part++) fold->is_stable[part] = true;
    for (uint32_t i = 0; i < fold->machine->nsteps; i++) {
        const RoleStep *step = &fold->machine->steps[i];
        if (is_its_own(fold, step) && fold->part_of[step->from] != fold->part_of[step->to]) fold->is_stable[fold->part_of[step->from]] = false;
    }
    fold->mark = allocate(fold->machine->nnodes, sizeof *fold->mark);
}

void role_fold_fini(RoleFold *fold) {
    free(fold->part_of);
    free(fold->first);
    free(fold->order);
    free(fold->acts);
    free(fold->is_stable);
    free(fold->nodes_first);
    free(fold->nodes);
    free(fold->mark);
    vec_fini(&fold->stack);
}

/* ---- going on without communications */

static void reach(RoleFold *fold, uint32_t node) {
    if (fold->mark[node] == fold->stamp) return;
    fold->mark[node] = fold->stamp;
    vec_push(&fold->stack, node);
}

/* All nodes reached from those on the stack; `own`: by steps of its own only. */
static void close_over(RoleFold *fold, bool own) {
    for (uint32_t i = 0; i < fold->stack.n; i++) {
        uint32_t node = fold->stack.data[i];
        for (uint32_t k = fold->first[node]; k < fold->first[node + 1]; k++) {
            const RoleStep *step = step_at(fold, k);
            if (own ? is_its_own(fold, step) : is_silent(fold, step)) reach(fold, step->to);
        }
    }
}

static void begin(RoleFold *fold) {
    vec_clear(&fold->stack);
    fold->stamp++;
}

static bool part_acts(const RoleFold *fold, uint32_t part) {
    for (uint32_t i = fold->nodes_first[part]; i < fold->nodes_first[part + 1]; i++)
        if (fold->acts[fold->nodes[i]]) return true;
    return false;
}

void role_fold_targets(RoleFold *fold, uint32_t node, RoleTargets *parts) {
    vec_clear(parts);
    begin(fold);
    reach(fold, node);
    close_over(fold, true);
    for (uint32_t i = 0; i < fold->stack.n; i++) {
        uint32_t part = fold->part_of[fold->stack.data[i]];
        bool known = !fold->is_stable[part] && !part_acts(fold, part);
        for (uint32_t k = 0; k < parts->n && !known; k++) known = parts->data[k] == part;
        if (!known) vec_push(parts, part);
    }
}

/* ---- the product with the projection */

typedef struct Making {
    RoleFold *fold;
    const Cfsm *projection;
    VEC(RoleState) states;
    VEC(CfsmEdge) edges;
    VEC(uint32_t) comms; /* per edge */
    VEC(Span) places;    /* per edge */
    VEC(uint8_t) finals, open;
    RoleTargets targets; /* scratch */
    VEC(uint32_t) closure; /* scratch: nodes */
    uint32_t *table, mask;
} Making;

static uint32_t state_of(Making *making, RoleState state) {
    if (making->states.n * 2 >= making->mask) {
        free(making->table);
        making->mask = making->mask ? making->mask * 2 + 1 : 255;
        making->table = allocate(making->mask + 1u, sizeof *making->table);
        for (uint32_t i = 0; i < making->states.n; i++) {
            const RoleState *known = &making->states.data[i];
            uint32_t at = (uint32_t)hash_combine(known->part, known->at) & making->mask;
            while (making->table[at]) at = (at + 1) & making->mask;
            making->table[at] = i + 1;
        }
    }
    uint32_t at = (uint32_t)hash_combine(state.part, state.at) & making->mask;
    for (; making->table[at]; at = (at + 1) & making->mask) {
        const RoleState *known = &making->states.data[making->table[at] - 1];
        if (known->part == state.part && known->at == state.at) return making->table[at] - 1;
    }
    vec_push(&making->states, state);
    making->table[at] = making->states.n;
    return making->states.n - 1;
}

static bool is_act(const CfsmEdge *edge, RoleAct act) {
    return edge->peer == act.peer && edge->message == act.message && edge->is_send == act.is_send;
}

/* Where the projection is after the act; NO_SLOT: it does not do it. */
static uint32_t projected(const Making *making, uint32_t at, RoleAct act) {
    for (uint32_t e = at == NO_SLOT ? 0 : making->projection->first[at]; at != NO_SLOT && e < making->projection->first[at + 1]; e++)
        if (is_act(&making->projection->edges[e], act)) return making->projection->edges[e].to;
    return NO_SLOT;
}

static void add_edge(Making *making, uint32_t from, RoleAct act, RoleState to, uint32_t comm, Span place) {
    uint32_t target = state_of(making, to);
    for (uint32_t i = making->edges.n; i-- > 0 && making->edges.data[i].from == from;)
        if (making->edges.data[i].to == target && is_act(&making->edges.data[i], act)) return;
    vec_push(&making->edges, (CfsmEdge){.from = from, .to = target, .peer = act.peer, .message = act.message, .is_send = act.is_send});
    vec_push(&making->comms, comm);
    vec_push(&making->places, place);
}

static bool has_edge(const Making *making, uint32_t from, RoleAct act) {
    for (uint32_t i = making->edges.n; i-- > 0 && making->edges.data[i].from == from;)
        if (is_act(&making->edges.data[i], act)) return true;
    return false;
}

static RoleAct act_of(const CfsmEdge *edge) { return (RoleAct){edge->peer, edge->message, edge->is_send}; }

/* The projection goes on for the task. */
static void go_on(Making *making, uint32_t from, const CfsmEdge *edge, Span place) {
    add_edge(making, from, act_of(edge), (RoleState){NO_SLOT, edge->to}, NO_SLOT, place);
}

/* Of the roles that it may be meant for, where nobody is at the other end, one that the protocol has here. */
static bool is_guessed_right(const Making *making, uint32_t at, uint32_t comm) {
    const RoleLinks *links = making->fold->links;
    bool right = false;
    for (uint32_t i = links->first[comm]; i < links->first[comm + 1] && links->guessed[comm]; i++)
        right |= projected(making, at, links->acts.data[i]) != NO_SLOT;
    return right;
}

static void add_step(Making *making, uint32_t from, const RoleStep *step) {
    const RoleLinks *links = making->fold->links;
    uint32_t at = making->states.data[from].at;
    bool is_guess = is_guessed_right(making, at, step->comm);
    for (uint32_t i = links->first[step->comm]; i < links->first[step->comm + 1]; i++) {
        RoleAct act = links->acts.data[i];
        uint32_t to = projected(making, at, act);
        if (is_guess && to == NO_SLOT) continue;
        role_fold_targets(making->fold, step->to, &making->targets);
        for (uint32_t k = 0; k < making->targets.n; k++)
            add_edge(making, from, act, (RoleState){making->targets.data[k], to}, step->comm, links->graph->comms[step->comm].span);
    }
}

/* What the task stands before, and the projection would do, although it never came to it. */
static void add_waits(Making *making, uint32_t from, uint32_t node) {
    const RoleMachine *machine = making->fold->machine;
    const Cfsm *projection = making->projection;
    uint32_t at = making->states.data[from].at;
    for (uint32_t i = 0; i < machine->nwaits && at != NO_SLOT; i++) {
        const RoleWait *wait = &machine->waits[i];
        if (wait->node != node) continue;
        for (uint32_t e = projection->first[at]; e < projection->first[at + 1]; e++) {
            const CfsmEdge *edge = &projection->edges[e];
            uint32_t label = wait->is_send ? wait->label : NO_SLOT;
            if (edge->is_send != wait->is_send || has_edge(making, from, act_of(edge))) continue;
            if (role_links_may_be(making->fold->links, wait->channel, label, act_of(edge))) go_on(making, from, edge, machine->nodes[node].at);
        }
    }
}

/* It stands before nothing but a send that its role does not make, and that nobody ever took: it wants to, all the same. */
static void add_attempt(Making *making, uint32_t from, uint32_t node) {
    const RoleMachine *machine = making->fold->machine;
    const RoleWait *only = NULL;
    for (uint32_t i = 0; i < machine->nwaits; i++) {
        if (machine->waits[i].node != node) continue;
        if (only) return;
        only = &machine->waits[i];
    }
    RoleAct act;
    if (!only || !only->is_send || !role_links_attempt(making->fold->links, only->channel, only->label, &act)) return;
    if (has_edge(making, from, act) || projected(making, making->states.data[from].at, act) != NO_SLOT) return;
    add_edge(making, from, act, (RoleState){making->states.data[from].part, NO_SLOT}, ROLE_ATTEMPT, machine->nodes[node].at);
}

/* Past what the projection does: it waits for messages of which some were never seen there. */
static bool waits_for_more(Making *making, uint32_t from, uint32_t node) {
    const RoleMachine *machine = making->fold->machine;
    const GlobalAutomaton *global = making->fold->links->held->global;
    uint32_t role = making->fold->links->role;
    for (uint32_t i = 0; i < machine->nwaits; i++) {
        const RoleWait *wait = &machine->waits[i];
        for (uint32_t e = 0; e < global->nedges && wait->node == node && !wait->is_send; e++) {
            RoleAct act = {global->edges[e].sender, global->edges[e].message, false};
            if (global->edges[e].receiver == role && !has_edge(making, from, act) && role_links_may_be(making->fold->links, wait->channel, NO_SLOT, act)) return true;
        }
    }
    return false;
}

/* It is not known what the task would do next: it failed, or was aborted. */
static bool is_open(const Making *making, uint32_t part) {
    const RoleFold *fold = making->fold;
    if (!fold->is_stable[part] || part_acts(fold, part)) return false;
    for (uint32_t i = fold->nodes_first[part]; i < fold->nodes_first[part + 1]; i++) {
        const RoleNode *node = &fold->machine->nodes[fold->nodes[i]];
        if (node->has_ended || !node->is_given_up || fold->first[fold->nodes[i]] != fold->first[fold->nodes[i] + 1]) return false;
    }
    return true;
}

static void add_projection(Making *making, uint32_t from, Span place) {
    uint32_t at = making->states.data[from].at;
    for (uint32_t e = making->projection->first[at]; e < making->projection->first[at + 1]; e++)
        if (!has_edge(making, from, act_of(&making->projection->edges[e]))) go_on(making, from, &making->projection->edges[e], place);
}

/* The task may be done in this state. Where it ends only when others say so, that counts where the protocol is over. */
static bool is_final(const Making *making, RoleState state, bool ends, bool at_place) {
    const RoleFold *fold = making->fold;
    bool over = state.at != NO_SLOT && making->projection->is_final[state.at];
    if (fold->part_of[ROLE_NODE_END] == state.part) return true;
    return over && (ends || at_place || is_open(making, state.part));
}

static Span place_of(const RoleFold *fold, uint32_t part) {
    uint32_t best = fold->nodes[fold->nodes_first[part]];
    for (uint32_t i = fold->nodes_first[part]; i < fold->nodes_first[part + 1]; i++)
        if (fold->acts[fold->nodes[i]]) best = fold->nodes[i];
    return fold->machine->nodes[best].at;
}

static void expand_part(Making *making, uint32_t from) {
    RoleFold *fold = making->fold;
    RoleState state = making->states.data[from];
    bool ends = false, at_place = false;
    begin(fold);
    for (uint32_t i = fold->nodes_first[state.part]; i < fold->nodes_first[state.part + 1]; i++) {
        reach(fold, fold->nodes[i]);
        at_place |= fold->machine->nodes[fold->nodes[i]].is_at_place;
    }
    close_over(fold, false);
    vec_clear(&making->closure);
    for (uint32_t i = 0; i < fold->stack.n; i++) {
        vec_push(&making->closure, fold->stack.data[i]);
        ends |= fold->machine->nodes[fold->stack.data[i]].has_ended;
    }
    for (uint32_t i = 0; i < making->closure.n; i++) {
        uint32_t node = making->closure.data[i];
        for (uint32_t k = fold->first[node]; k < fold->first[node + 1]; k++)
            if (!is_silent(fold, step_at(fold, k))) add_step(making, from, step_at(fold, k));
    }
    for (uint32_t i = 0; i < making->closure.n; i++) add_waits(making, from, making->closure.data[i]);
    for (uint32_t i = fold->nodes_first[state.part]; i < fold->nodes_first[state.part + 1] && state.at != NO_SLOT; i++) add_attempt(making, from, fold->nodes[i]);
    if (state.at != NO_SLOT && is_open(making, state.part)) add_projection(making, from, place_of(fold, state.part));
    vec_push(&making->finals, is_final(making, state, ends, at_place));
    bool open = false;
    for (uint32_t i = 0; i < making->closure.n && state.at == NO_SLOT && !open; i++) open = waits_for_more(making, from, making->closure.data[i]);
    vec_push(&making->open, open);
}

static void expand(Making *making, uint32_t from) {
    RoleState state = making->states.data[from];
    if (state.part != NO_SLOT) {
        expand_part(making, from);
        return;
    }
    add_projection(making, from, (Span){0});
    vec_push(&making->finals, making->projection->is_final[state.at]);
    vec_push(&making->open, false);
}

/* The edge of ours that the machine's is: it has put those of each source into an order of its own. */
static uint32_t edge_like(const Making *making, uint32_t from, const CfsmEdge *edge) {
    while (making->edges.data[from].to != edge->to || !is_act(&making->edges.data[from], act_of(edge))) from++;
    return from;
}

static void take_edges(const Making *making, RoleProduct *product) {
    const Cfsm *machine = &product->task.machine;
    product->comms = allocate(machine->nedges, sizeof *product->comms);
    product->task.edges = allocate(machine->nedges, sizeof *product->task.edges);
    for (uint32_t e = 0; e < machine->nedges; e++) { /* states were expanded in order, so the edges of each lie together there too */
        uint32_t ours = edge_like(making, machine->first[machine->edges[e].from], &machine->edges[e]);
        product->comms[e] = making->comms.data[ours];
        product->task.edges[e] = making->places.data[ours];
    }
}

static RoleProduct take(Making *making) {
    RoleProduct product = {0};
    uint32_t n = making->states.n;
    bool *finals = allocate(n, sizeof *finals);
    product.task.states = allocate(n, sizeof *product.task.states);
    product.open = allocate(n, sizeof *product.open);
    for (uint32_t i = 0; i < n; i++) {
        finals[i] = making->finals.data[i];
        product.open[i] = making->open.data[i];
        product.is_open |= product.open[i];
        uint32_t part = making->states.data[i].part;
        if (part != NO_SLOT) product.task.states[i] = place_of(making->fold, part);
    }
    product.task.machine = cfsm_of(n, 0, making->edges.data, making->edges.n, finals);
    free(finals);
    take_edges(making, &product);
    product.states = making->states.data;
    return product;
}

RoleProduct role_product_of(RoleFold *fold, uint32_t part) {
    const RoleLinks *links = fold->links;
    Making making = {.fold = fold, .projection = &links->held->projections[links->role].machine};
    (void)state_of(&making, (RoleState){part, making.projection->initial});
    for (uint32_t i = 0; i < making.states.n; i++) expand(&making, i);
    RoleProduct product = take(&making);
    vec_fini(&making.edges);
    vec_fini(&making.comms);
    vec_fini(&making.places);
    vec_fini(&making.finals);
    vec_fini(&making.open);
    vec_fini(&making.targets);
    vec_fini(&making.closure);
    free(making.table);
    return product;
}

void role_product_fini(RoleProduct *product) {
    task_machine_fini(&product->task);
    free(product->states);
    free(product->comms);
    free(product->open);
    *product = (RoleProduct){0};
}
