#include "session/compat.h"

#include "model/support/fatal.h"
#include "model/support/hash.h"
#include "model/support/vec.h"

#include <stdlib.h>
#include <string.h>

/* A step: the sender's edge meets the receiver's. */
typedef struct Meeting { uint32_t from, to, sender, receiver, send, reception; } Meeting;

typedef struct Sync {
    const CfsmSystem *system;
    VEC(uint32_t) words;   /* configurations: a state of each machine */
    VEC(Meeting) meetings; /* by source */
    uint32_t n;
    uint32_t *table, mask;
    uint32_t *first, *into; /* meetings by target */
    bool *reached;
    bool labels_match;
} Sync;

static void *allocate(size_t n, size_t size) {
    void *data = calloc(n ? n : 1, size);
    if (!data) fatal("out of memory");
    return data;
}

static uint32_t *words_at(const Sync *sync, uint32_t config) { return sync->words.data + (size_t)config * sync->system->n; }

static const CfsmEdge *edge_of(const Sync *sync, uint32_t role, uint32_t edge) { return &sync->system->machines[role].edges[edge]; }

/* ---- exploration */

static uint32_t slot_of(const Sync *sync, const uint32_t *words) {
    size_t size = sizeof *words * sync->system->n;
    uint32_t at = (uint32_t)hash_bytes(words, size) & sync->mask;
    while (sync->table[at] && memcmp(words_at(sync, sync->table[at] - 1), words, size) != 0) at = (at + 1) & sync->mask;
    return at;
}

static uint32_t add(Sync *sync, const uint32_t *words) {
    if (sync->n * 2 >= sync->mask) {
        sync->mask = sync->mask ? sync->mask * 2 + 1 : 255;
        free(sync->table);
        sync->table = allocate(sync->mask + 1u, sizeof *sync->table);
        for (uint32_t i = 0; i < sync->n; i++) sync->table[slot_of(sync, words_at(sync, i))] = i + 1;
    }
    uint32_t slot = slot_of(sync, words);
    if (sync->table[slot]) return sync->table[slot] - 1;
    for (uint32_t role = 0; role < sync->system->n; role++) vec_push(&sync->words, words[role]);
    sync->table[slot] = ++sync->n;
    return sync->n - 1;
}

/* The send edge with every reception of the peer that suits it; a peer that listens to the sender and knows no such message is noted. */
static void meet(Sync *sync, uint32_t config, uint32_t role, uint32_t e, uint32_t *next) {
    const CfsmEdge *send = edge_of(sync, role, e);
    const Cfsm *peer = &sync->system->machines[send->peer];
    uint32_t state = words_at(sync, config)[send->peer];
    bool listens = false, knows = false;
    for (uint32_t r = peer->first[state]; r < peer->first[state + 1]; r++) {
        if (peer->edges[r].is_send || peer->edges[r].peer != role) continue;
        listens = true;
        if (peer->edges[r].message != send->message) continue;
        knows = true;
        memcpy(next, words_at(sync, config), sizeof *next * sync->system->n);
        next[role] = send->to;
        next[send->peer] = peer->edges[r].to;
        uint32_t to = add(sync, next);
        vec_push(&sync->meetings, (Meeting){config, to, role, send->peer, e, r});
    }
    sync->labels_match &= !listens || knows;
}

static bool explore(Sync *sync, uint32_t max) {
    uint32_t n = sync->system->n, *next = allocate(n, sizeof *next);
    for (uint32_t role = 0; role < n; role++) next[role] = sync->system->machines[role].initial;
    (void)add(sync, next);
    for (uint32_t c = 0; c < sync->n && sync->n <= max; c++)
        for (uint32_t role = 0; role < n; role++) {
            const Cfsm *machine = &sync->system->machines[role];
            uint32_t state = words_at(sync, c)[role];
            for (uint32_t e = machine->first[state]; e < machine->first[state + 1]; e++)
                if (machine->edges[e].is_send) meet(sync, c, role, e, next);
        }
    free(next);
    return sync->n <= max;
}

/* ---- what holds of all configurations */

static bool is_deadlock_free(const Sync *sync) {
    uint32_t at = 0;
    for (uint32_t c = 0; c < sync->n; c++) {
        uint32_t first = at;
        while (at < sync->meetings.n && sync->meetings.data[at].from == c) at++;
        if (at > first) continue;
        for (uint32_t role = 0; role < sync->system->n; role++) {
            const Cfsm *machine = &sync->system->machines[role];
            uint32_t state = words_at(sync, c)[role];
            if (machine->first[state] < machine->first[state + 1]) return false;
        }
    }
    return true;
}

static void sort_by_target(Sync *sync) {
    sync->first = allocate(sync->n + 2u, sizeof *sync->first);
    sync->into = allocate(sync->meetings.n, sizeof *sync->into);
    sync->reached = allocate(sync->n, sizeof *sync->reached);
    for (uint32_t i = 0; i < sync->meetings.n; i++) sync->first[sync->meetings.data[i].to + 2]++;
    for (uint32_t c = 2; c < sync->n + 2; c++) sync->first[c] += sync->first[c - 1];
    for (uint32_t i = 0; i < sync->meetings.n; i++) sync->into[sync->first[sync->meetings.data[i].to + 1]++] = i;
}

/* What a machine stands before: a send of one message, or any of its receptions. */
typedef struct Goal { uint32_t role; const CfsmEdge *send; } Goal; /* NULL: a reception */

static bool is_goal(const Sync *sync, const Meeting *meeting, Goal goal) {
    if (!goal.send) return meeting->receiver == goal.role;
    const CfsmEdge *send = edge_of(sync, meeting->sender, meeting->send);
    return meeting->sender == goal.role && send->peer == goal.send->peer && send->message == goal.send->message;
}

static bool stands_before(const Sync *sync, uint32_t config, Goal goal) {
    const Cfsm *machine = &sync->system->machines[goal.role];
    uint32_t state = words_at(sync, config)[goal.role];
    for (uint32_t e = machine->first[state]; e < machine->first[state + 1]; e++) {
        const CfsmEdge *edge = &machine->edges[e];
        if (goal.send ? edge->is_send && edge->peer == goal.send->peer && edge->message == goal.send->message : !edge->is_send) return true;
    }
    return false;
}

static bool is_live_for(Sync *sync, Goal goal) {
    VEC(uint32_t) stack = {0};
    memset(sync->reached, 0, sizeof *sync->reached * sync->n);
    for (uint32_t i = 0; i < sync->meetings.n; i++) {
        uint32_t from = sync->meetings.data[i].from;
        if (sync->reached[from] || !is_goal(sync, &sync->meetings.data[i], goal)) continue;
        sync->reached[from] = true;
        vec_push(&stack, from);
    }
    while (stack.n) {
        uint32_t to = vec_pop(&stack);
        for (uint32_t i = sync->first[to]; i < sync->first[to + 1]; i++) {
            uint32_t from = sync->meetings.data[sync->into[i]].from;
            if (sync->reached[from]) continue;
            sync->reached[from] = true;
            vec_push(&stack, from);
        }
    }
    vec_fini(&stack);
    for (uint32_t c = 0; c < sync->n; c++)
        if (!sync->reached[c] && stands_before(sync, c, goal)) return false;
    return true;
}

static bool is_live(Sync *sync) {
    for (uint32_t role = 0; role < sync->system->n; role++) {
        const Cfsm *machine = &sync->system->machines[role];
        if (!is_live_for(sync, (Goal){role, NULL})) return false;
        for (uint32_t e = 0; e < machine->nedges; e++)
            if (machine->edges[e].is_send && !is_live_for(sync, (Goal){role, &machine->edges[e]})) return false;
    }
    return true;
}

CompatSync compat_sync(const CfsmSystem *system, CompatOptions options) {
    Sync sync = {.system = system, .labels_match = true};
    CompatSync result = {.complete = explore(&sync, options.max_configurations)};
    if (result.complete) {
        sort_by_target(&sync);
        result.labels_match = sync.labels_match;
        result.deadlock_free = is_deadlock_free(&sync);
        result.live = is_live(&sync);
    }
    result.configurations = sync.n;
    vec_fini(&sync.words);
    vec_fini(&sync.meetings);
    free(sync.table);
    free(sync.first);
    free(sync.into);
    free(sync.reached);
    return result;
}
