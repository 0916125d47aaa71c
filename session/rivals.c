#include "session/rivals.h"

#include "model/support/fatal.h"
#include "model/support/hash.h"

#include <stdlib.h>
#include <string.h>

/* A place of the search: configuration, who depends on the reception (two words of bits), and of each queue how many messages, from its head on, do not. */
typedef struct Rivals {
    const Configs *configs;
    uint32_t width, n;
    VEC(uint32_t) places;
    uint32_t *table, mask;
} Rivals;

enum { PLACE_CONFIG, PLACE_ROLES, PLACE_QUEUES = PLACE_ROLES + 2, MAX_PLACES = 2000000, MAX_ROLES = 64 };

static uint32_t *place_at(const Rivals *rivals, uint32_t i) { return rivals->places.data + (size_t)i * rivals->width; }

static bool depends(const uint32_t *place, uint32_t role) { return place[PLACE_ROLES + role / 32] >> (role % 32) & 1; }
static void set_depends(uint32_t *place, uint32_t role) { place[PLACE_ROLES + role / 32] |= 1u << (role % 32); }

static void grow(Rivals *rivals) {
    uint32_t size = rivals->mask ? (rivals->mask + 1) * 2 : 1024;
    free(rivals->table);
    rivals->table = calloc(size, sizeof *rivals->table);
    if (!rivals->table) fatal("out of memory");
    rivals->mask = size - 1;
    for (uint32_t i = 0; i < rivals->n; i++) {
        uint32_t at = (uint32_t)hash_bytes(place_at(rivals, i), sizeof(uint32_t) * rivals->width) & rivals->mask;
        while (rivals->table[at]) at = (at + 1) & rivals->mask;
        rivals->table[at] = i + 1;
    }
}

static void add(Rivals *rivals, const uint32_t *place) {
    if (rivals->n * 2 >= rivals->mask) grow(rivals);
    uint32_t at = (uint32_t)hash_bytes(place, sizeof(uint32_t) * rivals->width) & rivals->mask;
    for (; rivals->table[at]; at = (at + 1) & rivals->mask)
        if (memcmp(place_at(rivals, rivals->table[at] - 1), place, sizeof(uint32_t) * rivals->width) == 0) return;
    for (uint32_t i = 0; i < rivals->width; i++) vec_push(&rivals->places, place[i]);
    rivals->table[at] = ++rivals->n;
}

/* After every way in which the reception may happen: its machine depends on it, what lies in queues does not. */
static void add_starts(Rivals *rivals, uint32_t role, uint32_t edge, uint32_t *place) {
    const Configs *configs = rivals->configs;
    for (uint32_t e = 0; e < configs->edges.n; e++) {
        const ConfigEdge *step = &configs->edges.data[e];
        if (step->role != role || step->edge != edge) continue;
        memset(place, 0, sizeof *place * rivals->width);
        place[PLACE_CONFIG] = step->to;
        set_depends(place, role);
        for (uint32_t q = 0; q < configs->nqueues; q++) place[PLACE_QUEUES + q] = configs_length(configs, configs_at(configs, step->to), q);
        add(rivals, place);
    }
}

static void follow(Rivals *rivals, uint32_t from, const ConfigEdge *step, uint32_t *place) {
    const Configs *configs = rivals->configs;
    const CfsmEdge *action = &configs_machine(configs, step->role)->edges[step->edge];
    memcpy(place, place_at(rivals, from), sizeof *place * rivals->width);
    place[PLACE_CONFIG] = step->to;
    if (action->is_send) {
        if (!depends(place, step->role)) place[PLACE_QUEUES + configs_queue(configs, step->role, action->peer)]++;
    } else {
        uint32_t *free_of_it = &place[PLACE_QUEUES + configs_queue(configs, action->peer, step->role)];
        if (*free_of_it) --*free_of_it;
        else set_depends(place, step->role);
    }
    add(rivals, place);
}

static bool is_rival(const Rivals *rivals, uint32_t from, const ConfigEdge *step, uint32_t role, const CfsmEdge *other) {
    const CfsmEdge *action = &configs_machine(rivals->configs, step->role)->edges[step->edge];
    return step->role == other->peer && action->is_send && action->peer == role && action->message == other->message &&
           !depends(place_at(rivals, from), step->role);
}

bool rivals_find(const Configs *configs, uint32_t role, uint32_t edge, uint32_t other) {
    if (configs->system->n > MAX_ROLES) return true;
    Rivals rivals = {.configs = configs, .width = PLACE_QUEUES + configs->nqueues};
    const CfsmEdge *rival = &configs_machine(configs, role)->edges[other];
    uint32_t *place = calloc(rivals.width, sizeof *place);
    bool found = false;
    if (!place) fatal("out of memory");
    add_starts(&rivals, role, edge, place);
    for (uint32_t i = 0; i < rivals.n && !found; i++) {
        uint32_t config = place_at(&rivals, i)[PLACE_CONFIG];
        for (uint32_t e = configs->first.data[config]; e < configs->first.data[config + 1] && !found; e++) {
            found = is_rival(&rivals, i, &configs->edges.data[e], role, rival) || rivals.n > MAX_PLACES;
            if (!found) follow(&rivals, i, &configs->edges.data[e], place);
        }
    }
    vec_fini(&rivals.places);
    free(rivals.table);
    free(place);
    return found;
}
