#include "session/reorder.h"

#include "model/support/fatal.h"
#include "model/support/intern.h"
#include "model/support/vec.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_OWED = 20, MAX_SET = 64, MAX_NODES = 4000, MAX_TRIES = 20000 /* ways of U in one step */ };

/* U's state, and what it has done ahead of T (edges of U, oldest first). */
typedef struct Config { uint32_t state, n; uint32_t owed[MAX_OWED]; } Config;

typedef struct Node { uint32_t t; uint32_t first, n; } Node; /* configs of the pool */

typedef struct Refuting {
    const Cfsm *t, *u;
    const bool *open;
    Names *seen;             /* nodes, as bytes */
    VEC(Config) pool;
    VEC(Node) nodes;
    VEC(Config) next;        /* scratch */
    VEC(char) key;           /* scratch */
    bool *later;             /* scratch: per edge of U, T may still do the same after the step at hand */
    bool *visited;           /* scratch: per state of T */
    VEC(uint32_t) stack;     /* scratch */
    uint32_t tries;
    bool is_cut;             /* of the step at hand: not all ways of U were looked at */
} Refuting;

static bool is_same(const CfsmEdge *a, const CfsmEdge *b) { return a->peer == b->peer && a->message == b->message && a->is_send == b->is_send; }
static bool is_same_queue(const CfsmEdge *a, const CfsmEdge *b) { return a->peer == b->peer && a->is_send == b->is_send; }

/* T may do `action` before what U does first. */
static bool may_pass(const CfsmEdge *action, const CfsmEdge *before) { return !is_same_queue(action, before) && (action->is_send || !before->is_send); }

static void add_config(Refuting *refuting, const Config *config) {
    for (uint32_t i = 0; i < refuting->next.n; i++) {
        const Config *other = &refuting->next.data[i];
        if (other->state == config->state && other->n == config->n && memcmp(other->owed, config->owed, sizeof *config->owed * config->n) == 0) return;
    }
    if (refuting->next.n == MAX_SET) refuting->is_cut = true;
    else vec_push(&refuting->next, *config);
}

/* What T can still do from a state on: what U has done ahead of it and T never does is lost. */
static void look_ahead(Refuting *refuting, uint32_t t) {
    const Cfsm *machine = refuting->t, *u = refuting->u;
    memset(refuting->later, 0, u->nedges);
    memset(refuting->visited, 0, machine->nstates);
    vec_clear(&refuting->stack);
    vec_push(&refuting->stack, t);
    refuting->visited[t] = true;
    while (refuting->stack.n > 0) {
        uint32_t at = vec_pop(&refuting->stack);
        if (refuting->open && refuting->open[at]) memset(refuting->later, true, u->nedges);
        for (uint32_t e = machine->first[at]; e < machine->first[at + 1]; e++) {
            for (uint32_t k = 0; k < u->nedges; k++) refuting->later[k] |= is_same(&u->edges[k], &machine->edges[e]);
            if (!refuting->visited[machine->edges[e].to]) vec_push(&refuting->stack, machine->edges[e].to);
            refuting->visited[machine->edges[e].to] = true;
        }
    }
}

static bool is_lost(const Refuting *refuting, const Config *config) {
    for (uint32_t i = 0; i < config->n; i++)
        if (!refuting->later[config->owed[i]]) return true;
    return false;
}

/* U goes on until it does the action, too. */
static void advance(Refuting *refuting, const Config *config, const CfsmEdge *action) {
    const Cfsm *u = refuting->u;
    refuting->is_cut |= ++refuting->tries > MAX_TRIES;
    for (uint32_t e = u->first[config->state]; e < u->first[config->state + 1] && !refuting->is_cut; e++) {
        const CfsmEdge *edge = &u->edges[e];
        Config next = *config;
        next.state = edge->to;
        if (is_same(edge, action)) {
            add_config(refuting, &next);
        } else if (may_pass(action, edge) && refuting->later[e]) {
            if (next.n == MAX_OWED) {
                refuting->is_cut = true;
                return;
            }
            next.owed[next.n++] = e;
            advance(refuting, &next, action);
        }
    }
}

static void match(Refuting *refuting, const Config *config, const CfsmEdge *action) {
    for (uint32_t i = 0; i < config->n; i++) {
        const CfsmEdge *owed = &refuting->u->edges[config->owed[i]];
        if (is_same(owed, action)) {
            Config next = *config;
            memmove(next.owed + i, next.owed + i + 1, sizeof *next.owed * (next.n - i - 1));
            next.n--;
            if (!is_lost(refuting, &next)) add_config(refuting, &next);
            return;
        }
        if (!may_pass(action, owed)) return;
    }
    if (!is_lost(refuting, config)) advance(refuting, config, action);
}

static void add_node(Refuting *refuting, uint32_t t) {
    vec_clear(&refuting->key);
    Node node = {t, refuting->pool.n, refuting->next.n};
    const char *bytes = (const char *)&t;
    for (size_t i = 0; i < sizeof t; i++) vec_push(&refuting->key, bytes[i]);
    for (uint32_t c = 0; c < refuting->next.n; c++) {
        const Config *config = &refuting->next.data[c];
        bytes = (const char *)config;
        size_t size = offsetof(Config, owed) + sizeof *config->owed * config->n;
        for (size_t i = 0; i < size; i++) vec_push(&refuting->key, bytes[i]);
    }
    uint32_t before = names_count(refuting->seen);
    names_add(refuting->seen, refuting->key.data, refuting->key.n);
    if (names_count(refuting->seen) == before) return;
    for (uint32_t c = 0; c < refuting->next.n; c++) vec_push(&refuting->pool, refuting->next.data[c]);
    vec_push(&refuting->nodes, node);
}

/* U may be done with all that it has done. */
static bool may_be_done(const Refuting *refuting, const Node *node) {
    for (uint32_t i = 0; i < node->n; i++) {
        const Config *config = &refuting->pool.data[node->first + i];
        if (config->n == 0 && refuting->u->is_final[config->state]) return true;
    }
    return false;
}

/* U may take this message next whatever T does, and T, which waits for one of this sender, does not know it. */
static bool is_deaf_to(const Refuting *refuting, uint32_t t, const Config *config) {
    const Cfsm *u = refuting->u, *machine = refuting->t;
    for (uint32_t e = u->first[config->state]; e < u->first[config->state + 1] && config->n == 0; e++) {
        bool listens = false, knows = false;
        for (uint32_t k = machine->first[t]; k < machine->first[t + 1] && !u->edges[e].is_send; k++) {
            listens |= is_same_queue(&machine->edges[k], &u->edges[e]);
            knows |= is_same(&machine->edges[k], &u->edges[e]);
        }
        if (listens && !knows) return true;
    }
    return false;
}

static bool is_deaf(const Refuting *refuting, const Node *node) {
    for (uint32_t i = 0; i < node->n; i++)
        if (!is_deaf_to(refuting, node->t, &refuting->pool.data[node->first + i])) return false;
    return true;
}

/* True: the run to this node is refuted by what T does next, or does not do. */
static bool look_at(Refuting *refuting, uint32_t index) {
    Node node = refuting->nodes.data[index];
    const Cfsm *t = refuting->t;
    bool sends = false, goes_on = false;
    for (uint32_t e = t->first[node.t]; e < t->first[node.t + 1]; e++) {
        const CfsmEdge *action = &t->edges[e];
        sends |= action->is_send;
        vec_clear(&refuting->next);
        refuting->is_cut = false;
        refuting->tries = 0;
        look_ahead(refuting, action->to);
        for (uint32_t i = 0; i < node.n; i++) {
            Config config = refuting->pool.data[node.first + i];
            match(refuting, &config, action);
        }
        goes_on |= refuting->is_cut || refuting->next.n > 0;
        if (refuting->is_cut) continue;
        if (refuting->next.n == 0 && action->is_send) return true;
        if (refuting->next.n > 0) add_node(refuting, action->to);
    }
    if (refuting->open && refuting->open[node.t]) return false;
    if (!goes_on && !may_be_done(refuting, &node)) return true;
    return !sends && goes_on && is_deaf(refuting, &node);
}

bool reorder_refutes(const Cfsm *t, const Cfsm *u, const bool *open) {
    Refuting refuting = {.t = t, .u = u, .open = open, .seen = names_new()};
    bool refuted = false;
    refuting.later = calloc(u->nedges + 1u, sizeof *refuting.later);
    refuting.visited = calloc(t->nstates + 1u, sizeof *refuting.visited);
    if (!refuting.later || !refuting.visited) fatal("out of memory");
    vec_push(&refuting.next, (Config){.state = u->initial});
    add_node(&refuting, t->initial);
    for (uint32_t i = 0; i < refuting.nodes.n && i < MAX_NODES && !refuted; i++) refuted = look_at(&refuting, i);
    names_free(refuting.seen);
    vec_fini(&refuting.pool);
    vec_fini(&refuting.nodes);
    vec_fini(&refuting.next);
    vec_fini(&refuting.key);
    vec_fini(&refuting.stack);
    free(refuting.later);
    free(refuting.visited);
    return refuted;
}
