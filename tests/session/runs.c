#include "tests/session/runs.h"

#include "model/support/hash.h"
#include "model/support/vec.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_ROLES = 4, MAX_STEPS = 20 };

/* What each role has done, as edges' actions. */
typedef struct History { uint8_t n[MAX_ROLES], actions[MAX_ROLES][MAX_STEPS]; } History;

typedef struct Search {
    const GlobalAutomaton *global;
    uint32_t nroles, nactions;
    uint8_t *action_of;            /* per edge */
    const GlobalEdge *actions[64]; /* an edge of each */
    VEC(History) histories;
    uint32_t *table, mask;
} Search;

static void *allocate(size_t n, size_t size) {
    void *data = calloc(n ? n : 1, size);
    if (!data) abort();
    return data;
}

static bool number_actions(Search *search) {
    const GlobalAutomaton *global = search->global;
    search->action_of = allocate(global->nedges, 1);
    for (uint32_t e = 0; e < global->nedges; e++) {
        const GlobalEdge *edge = &global->edges[e];
        uint32_t a = 0;
        while (a < search->nactions && (search->actions[a]->sender != edge->sender || search->actions[a]->receiver != edge->receiver ||
                                        search->actions[a]->message != edge->message))
            a++;
        if (a == 64) return false;
        if (a == search->nactions) search->actions[search->nactions++] = edge;
        search->action_of[e] = (uint8_t)a;
    }
    return true;
}

static bool is_of(const Search *search, uint32_t action, uint32_t role) {
    return search->actions[action]->sender == role || search->actions[action]->receiver == role;
}

/* ---- what a role can do next: the states that the protocol may be in, as bits */

static uint64_t without_role(const Search *search, uint64_t states, uint32_t role) {
    for (uint64_t before = 0; before != states;) {
        before = states;
        for (uint32_t e = 0; e < search->global->nedges; e++)
            if (states >> search->global->edges[e].from & 1 && !is_of(search, search->action_of[e], role)) states |= 1ull << search->global->edges[e].to;
    }
    return states;
}

static uint64_t after_action(const Search *search, uint64_t states, uint32_t role, uint32_t action) {
    uint64_t next = 0;
    for (uint32_t e = 0; e < search->global->nedges; e++)
        if (states >> search->global->edges[e].from & 1 && search->action_of[e] == action) next |= 1ull << search->global->edges[e].to;
    return without_role(search, next, role);
}

static uint64_t states_of(const Search *search, const History *history, uint32_t role) {
    uint64_t states = without_role(search, 1ull << search->global->initial, role);
    for (uint32_t i = 0; i < history->n[role]; i++) states = after_action(search, states, role, history->actions[role][i]);
    return states;
}

/* The message at the head of the queue: the first one sent that was not received; 255: none. */
static uint32_t head_of(const Search *search, const History *history, uint32_t from, uint32_t to) {
    uint32_t taken = 0;
    for (uint32_t i = 0; i < history->n[to]; i++) taken += search->actions[history->actions[to][i]]->sender == from;
    for (uint32_t i = 0; i < history->n[from]; i++) {
        uint32_t action = history->actions[from][i];
        if (search->actions[action]->receiver == to && taken-- == 0) return action;
    }
    return 255;
}

/* ---- is there a course of the protocol in which each role does what it has done, or more? `exactly`: and no more, to its end */

typedef struct Place { uint32_t state; uint8_t at[MAX_ROLES]; } Place;

static uint32_t number_of(const Search *search, const History *history, const Place *place) {
    uint32_t number = place->state;
    for (uint32_t role = 0; role < search->nroles; role++) number = number * (history->n[role] + 1u) + place->at[role];
    return number;
}

static bool advance(const History *history, Place *place, uint32_t role, uint32_t action, bool exactly) {
    if (place->at[role] == history->n[role]) return !exactly;
    return history->actions[role][place->at[role]++] == action;
}

static bool is_explained(const Search *search, const History *history, bool exactly) {
    const GlobalAutomaton *global = search->global;
    size_t size = global->nstates;
    for (uint32_t role = 0; role < search->nroles; role++) size *= history->n[role] + 1u;
    bool *seen = allocate(size, sizeof *seen), found = false;
    VEC(Place) places = {0};
    vec_push(&places, (Place){.state = global->initial});
    seen[number_of(search, history, &places.data[0])] = true;
    for (uint32_t p = 0; p < places.n && !found; p++) {
        Place at = places.data[p];
        found = !exactly || global->is_final[at.state];
        for (uint32_t role = 0; role < search->nroles; role++) found &= at.at[role] == history->n[role];
        for (uint32_t e = global->first[at.state]; e < global->first[at.state + 1] && !found; e++) {
            Place next = at;
            next.state = global->edges[e].to;
            if (!advance(history, &next, global->edges[e].sender, search->action_of[e], exactly)) continue;
            if (!advance(history, &next, global->edges[e].receiver, search->action_of[e], exactly)) continue;
            uint32_t number = number_of(search, history, &next);
            if (seen[number]) continue;
            seen[number] = true;
            vec_push(&places, next);
        }
    }
    vec_fini(&places);
    free(seen);
    return found;
}

/* ---- all runs */

static void add(Search *search, const History *history) {
    if (search->histories.n * 2 >= search->mask) {
        free(search->table);
        search->mask = search->mask ? search->mask * 2 + 1 : 255;
        search->table = allocate(search->mask + 1u, sizeof *search->table);
        uint32_t n = search->histories.n;
        for (uint32_t i = 0; i < n; i++) {
            uint32_t at = (uint32_t)hash_bytes(&search->histories.data[i], sizeof(History)) & search->mask;
            while (search->table[at]) at = (at + 1) & search->mask;
            search->table[at] = i + 1;
        }
    }
    uint32_t at = (uint32_t)hash_bytes(history, sizeof *history) & search->mask;
    for (; search->table[at]; at = (at + 1) & search->mask)
        if (memcmp(&search->histories.data[search->table[at] - 1], history, sizeof *history) == 0) return;
    vec_push(&search->histories, *history);
    search->table[at] = search->histories.n;
}

static bool can_do(const Search *search, const History *history, uint32_t role, uint32_t action, uint64_t states) {
    const GlobalEdge *edge = search->actions[action];
    if (!is_of(search, action, role) || !after_action(search, states, role, action)) return false;
    return edge->sender == role || head_of(search, history, edge->sender, role) == action;
}

/* False: stuck. */
static bool expand(Search *search, uint32_t number) {
    bool any = false;
    for (uint32_t role = 0; role < search->nroles; role++) {
        uint64_t states = states_of(search, &search->histories.data[number], role);
        for (uint32_t action = 0; action < search->nactions; action++) {
            History next = search->histories.data[number];
            if (!can_do(search, &next, role, action, states)) continue;
            any = true;
            next.actions[role][next.n[role]++] = (uint8_t)action;
            add(search, &next);
        }
    }
    return any;
}

static uint32_t length_of(const Search *search, const History *history) {
    uint32_t n = 0;
    for (uint32_t role = 0; role < search->nroles; role++) n += history->n[role];
    return n;
}

static void tell(const Search *search, const History *history, Runs *runs) {
    size_t n = 0;
    for (uint32_t role = 0; role < search->nroles; role++) {
        n += (size_t)snprintf(runs->text + n, sizeof runs->text - n, "%s%s:", role ? "  " : "", names_text(search->global->names, search->global->protocol->roles[role].name));
        for (uint32_t i = 0; i < history->n[role] && n < sizeof runs->text - 32; i++) {
            const GlobalEdge *edge = search->actions[history->actions[role][i]];
            bool is_send = edge->sender == role;
            n += (size_t)snprintf(runs->text + n, sizeof runs->text - n, " %c%c%s", (char)('A' + (is_send ? edge->receiver : edge->sender)), is_send ? '!' : '?',
                                  names_text(search->global->names, edge->message));
        }
    }
}

Runs runs_search(const GlobalAutomaton *global, uint32_t steps, uint32_t max_histories) {
    Runs runs = {.verdict = RUNS_EXPLAINED, .is_all = true};
    Search search = {.global = global, .nroles = global->protocol->nroles};
    if (search.nroles > MAX_ROLES || global->nstates > 64 || steps > MAX_STEPS || !number_actions(&search)) {
        free(search.action_of);
        runs.verdict = RUNS_TOO_LARGE;
        return runs;
    }
    add(&search, &(History){0});
    for (uint32_t i = 0; i < search.histories.n && runs.verdict == RUNS_EXPLAINED; i++) {
        History history = search.histories.data[i];
        if (!is_explained(&search, &history, false)) runs.verdict = RUNS_UNEXPLAINED;
        else if (length_of(&search, &history) == steps || search.histories.n > max_histories) runs.is_all = false;
        else if (!expand(&search, i) && !is_explained(&search, &history, true)) runs.verdict = RUNS_STUCK;
        if (runs.verdict != RUNS_EXPLAINED) tell(&search, &history, &runs);
    }
    vec_fini(&search.histories);
    free(search.table);
    free(search.action_of);
    return runs;
}
