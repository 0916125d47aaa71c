#include "session/configs.h"

#include "model/support/fatal.h"
#include "model/support/hash.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static uint32_t *message_at(const Configs *configs, uint32_t *words, uint32_t queue, uint32_t i) {
    return words + configs->system->n + configs->nqueues + (size_t)queue * configs->k + i;
}

static void number_queues(Configs *configs) {
    uint32_t n = configs->system->n;
    configs->queue_of = malloc(sizeof(uint32_t) * ((size_t)n * n + 1));
    if (!configs->queue_of) fatal("out of memory");
    memset(configs->queue_of, 0xff, sizeof(uint32_t) * n * n);
    for (uint32_t role = 0; role < n; role++)
        for (uint32_t e = 0; e < configs->system->machines[role].nedges; e++) {
            const CfsmEdge *edge = &configs->system->machines[role].edges[e];
            uint32_t *queue = &configs->queue_of[edge->is_send ? role * n + edge->peer : edge->peer * n + role];
            if (*queue == UINT32_MAX) *queue = configs->nqueues++;
        }
}

/* ---- the table */

static void grow_table(Configs *configs) {
    uint32_t size = configs->mask ? (configs->mask + 1) * 2 : 1024;
    free(configs->table);
    configs->table = calloc(size, sizeof *configs->table);
    if (!configs->table) fatal("out of memory");
    configs->mask = size - 1;
    for (uint32_t i = 0; i < configs->n; i++) {
        uint32_t at = (uint32_t)hash_bytes(configs_at(configs, i), sizeof(uint32_t) * configs->width) & configs->mask;
        while (configs->table[at]) at = (at + 1) & configs->mask;
        configs->table[at] = i + 1;
    }
}

/* The configuration's number; a new one gets the next. */
static uint32_t add(Configs *configs, const uint32_t *words, ConfigEdge found) {
    if (configs->n * 2 >= configs->mask) grow_table(configs);
    uint32_t at = (uint32_t)hash_bytes(words, sizeof(uint32_t) * configs->width) & configs->mask;
    for (; configs->table[at]; at = (at + 1) & configs->mask)
        if (memcmp(configs_at(configs, configs->table[at] - 1), words, sizeof(uint32_t) * configs->width) == 0) return configs->table[at] - 1;
    for (uint32_t i = 0; i < configs->width; i++) vec_push(&configs->words, words[i]);
    found.to = configs->n;
    vec_push(&configs->found, found);
    configs->table[at] = ++configs->n;
    return configs->n - 1;
}

/* ---- steps */

static bool send(Configs *configs, uint32_t *words, uint32_t role, const CfsmEdge *edge) {
    uint32_t queue = configs_queue(configs, role, edge->peer), *length = &words[configs->system->n + queue];
    if (*length == configs->k) {
        configs->blocks = true;
        return false;
    }
    *message_at(configs, words, queue, (*length)++) = edge->message;
    if (*length > configs->longest) configs->longest = *length;
    return true;
}

static bool receive(Configs *configs, uint32_t *words, uint32_t role, const CfsmEdge *edge) {
    uint32_t queue = configs_queue(configs, edge->peer, role), *length = &words[configs->system->n + queue];
    uint32_t *messages = message_at(configs, words, queue, 0);
    if (!*length || messages[0] != edge->message) return false;
    memmove(messages, messages + 1, sizeof(uint32_t) * (*length - 1));
    messages[--*length] = 0;
    return true;
}

/* The machine's action: false when it cannot happen here. `next` becomes the configuration after it. */
static bool act(Configs *configs, uint32_t from, uint32_t role, uint32_t e, uint32_t *next) {
    const CfsmEdge *edge = &configs_machine(configs, role)->edges[e];
    memcpy(next, configs_at(configs, from), sizeof(uint32_t) * configs->width);
    if (!(edge->is_send ? send(configs, next, role, edge) : receive(configs, next, role, edge))) return false;
    next[role] = edge->to;
    return true;
}

static void expand(Configs *configs, uint32_t from, uint32_t *next) {
    for (uint32_t role = 0; role < configs->system->n; role++) {
        const Cfsm *machine = configs_machine(configs, role);
        uint32_t state = configs_at(configs, from)[role];
        for (uint32_t e = machine->first[state]; e < machine->first[state + 1]; e++) {
            if (!act(configs, from, role, e, next)) continue;
            ConfigEdge edge = {.from = from, .role = role, .edge = e};
            edge.to = add(configs, next, edge);
            vec_push(&configs->edges, edge);
        }
    }
}

/* Makes the initial configuration; the words it returns are scratch for another one. */
static uint32_t *start(Configs *configs, const CfsmSystem *system, uint32_t k) {
    *configs = (Configs){.system = system, .k = k, .complete = true};
    number_queues(configs);
    configs->width = system->n + configs->nqueues * (1 + k);
    uint32_t *next = calloc(configs->width + 1u, sizeof *next);
    if (!next) fatal("out of memory");
    for (uint32_t role = 0; role < system->n; role++) next[role] = system->machines[role].initial;
    (void)add(configs, next, (ConfigEdge){.from = UINT32_MAX});
    return next;
}

void configs_explore(Configs *configs, const CfsmSystem *system, uint32_t k, uint32_t max) {
    uint32_t *next = start(configs, system, k);
    for (uint32_t i = 0; i < configs->n; i++) {
        vec_push(&configs->first, configs->edges.n);
        if (configs->n > max) configs->complete = false;
        if (configs->complete) expand(configs, i, next);
    }
    vec_push(&configs->first, configs->edges.n);
    free(next);
}

/* ---- the reduced graph: nodes are a configuration and the shares that are still to be explored from it */

typedef struct Node { uint32_t config, first, n; } Node; /* words in `shares`: for each share role, how many, edges */

typedef struct Reduction {
    Configs *configs;
    VEC(Node) nodes;
    VEC(uint32_t) shares;
    uint32_t *table, mask;
    uint32_t *next;
} Reduction;

static uint64_t node_hash(const Reduction *reduction, const Node *node) {
    return hash_combine(node->config, hash_bytes(reduction->shares.data + node->first, sizeof(uint32_t) * node->n));
}

static bool is_same_node(const Reduction *reduction, const Node *a, const Node *b) {
    return a->config == b->config && a->n == b->n &&
           memcmp(reduction->shares.data + a->first, reduction->shares.data + b->first, sizeof(uint32_t) * a->n) == 0;
}

static void grow_nodes(Reduction *reduction) {
    uint32_t size = reduction->mask ? (reduction->mask + 1) * 2 : 1024;
    free(reduction->table);
    reduction->table = calloc(size, sizeof *reduction->table);
    if (!reduction->table) fatal("out of memory");
    reduction->mask = size - 1;
    for (uint32_t i = 0; i < reduction->nodes.n; i++) {
        uint32_t at = (uint32_t)node_hash(reduction, &reduction->nodes.data[i]) & reduction->mask;
        while (reduction->table[at]) at = (at + 1) & reduction->mask;
        reduction->table[at] = i + 1;
    }
}

/* The node's shares are the last words of `shares`; they are taken away again when the node is known. */
static void add_node(Reduction *reduction, Node node) {
    if (reduction->nodes.n * 2 >= reduction->mask) grow_nodes(reduction);
    uint32_t at = (uint32_t)node_hash(reduction, &node) & reduction->mask;
    for (; reduction->table[at]; at = (at + 1) & reduction->mask) {
        if (!is_same_node(reduction, &reduction->nodes.data[reduction->table[at] - 1], &node)) continue;
        reduction->shares.n = node.first;
        return;
    }
    vec_push(&reduction->nodes, node);
    reduction->table[at] = reduction->nodes.n;
}

/* What a machine can do in a configuration, as one share at the end of `shares`; none when it can do nothing, or sends where receptions are wanted. */
static void add_share(Reduction *reduction, uint32_t config, uint32_t role, bool receives) {
    Configs *configs = reduction->configs;
    const Cfsm *machine = configs_machine(configs, role);
    uint32_t state = configs_at(configs, config)[role], first = reduction->shares.n;
    bool all_receive = true;
    vec_push(&reduction->shares, role);
    vec_push(&reduction->shares, 0u);
    for (uint32_t e = machine->first[state]; e < machine->first[state + 1]; e++) {
        if (!act(configs, config, role, e, reduction->next)) continue;
        all_receive &= !machine->edges[e].is_send;
        vec_push(&reduction->shares, e);
    }
    reduction->shares.data[first + 1] = reduction->shares.n - first - 2;
    if (reduction->shares.data[first + 1] == 0 || all_receive != receives) reduction->shares.n = first;
}

static void partition(Reduction *reduction, uint32_t node) {
    uint32_t config = reduction->nodes.data[node].config, first = reduction->shares.n;
    for (uint32_t pass = 0; pass < 2; pass++)
        for (uint32_t role = 0; role < reduction->configs->system->n; role++) add_share(reduction, config, role, pass == 0);
    reduction->nodes.data[node].first = first;
    reduction->nodes.data[node].n = reduction->shares.n - first;
}

/* Explores the first share of a node; what it leads to has the others still before it. */
static void expand_node(Reduction *reduction, uint32_t number) {
    Configs *configs = reduction->configs;
    Node asked = reduction->nodes.data[number];
    if (!asked.n) partition(reduction, number);
    Node node = reduction->nodes.data[number];
    if (!node.n) return;
    uint32_t role = reduction->shares.data[node.first], count = reduction->shares.data[node.first + 1];
    for (uint32_t i = 0; i < count; i++) {
        ConfigEdge edge = {.from = node.config, .role = role, .edge = reduction->shares.data[node.first + 2 + i]};
        bool possible = act(configs, node.config, role, edge.edge, reduction->next);
        assert(possible);
        (void)possible;
        edge.to = add(configs, reduction->next, edge);
        vec_push(&configs->edges, edge);
        Node next = {edge.to, reduction->shares.n, node.n - 2 - count};
        for (uint32_t k = 0; k < next.n; k++) vec_push(&reduction->shares, reduction->shares.data[node.first + 2 + count + k]);
        add_node(reduction, next);
    }
    reduction->nodes.data[number] = asked; /* as it is found in the table */
}

static int compare_edges(const void *a, const void *b) {
    const ConfigEdge *x = a, *y = b;
    if (x->from != y->from) return x->from < y->from ? -1 : 1;
    if (x->role != y->role) return x->role < y->role ? -1 : 1;
    return x->edge < y->edge ? -1 : x->edge > y->edge;
}

/* Several nodes of one configuration may have explored the same. */
static void sort_edges(Configs *configs) {
    uint32_t kept = 0;
    if (configs->edges.n) qsort(configs->edges.data, configs->edges.n, sizeof(ConfigEdge), compare_edges);
    for (uint32_t i = 0; i < configs->edges.n; i++)
        if (!kept || compare_edges(&configs->edges.data[kept - 1], &configs->edges.data[i])) configs->edges.data[kept++] = configs->edges.data[i];
    configs->edges.n = kept;
    vec_resize(&configs->first, configs->n + 1);
    for (uint32_t i = 0, e = 0; i <= configs->n; i++) {
        while (e < kept && configs->edges.data[e].from < i) e++;
        configs->first.data[i] = e;
    }
}

void configs_reduce(Configs *configs, const CfsmSystem *system, uint32_t k, uint32_t max) {
    Reduction reduction = {.configs = configs, .next = start(configs, system, k)};
    vec_reserve(&reduction.shares, 64); /* never NULL */
    add_node(&reduction, (Node){0});
    for (uint32_t i = 0; i < reduction.nodes.n && configs->complete; i++) {
        expand_node(&reduction, i);
        configs->complete = reduction.nodes.n <= max;
    }
    sort_edges(configs);
    vec_fini(&reduction.nodes);
    vec_fini(&reduction.shares);
    free(reduction.table);
    free(reduction.next);
}

void configs_fini(Configs *configs) {
    vec_fini(&configs->words);
    vec_fini(&configs->edges);
    vec_fini(&configs->first);
    vec_fini(&configs->found);
    free(configs->queue_of);
    free(configs->table);
    *configs = (Configs){0};
}
