#include "session/races.h"

#include "model/support/fatal.h"
#include "model/support/hash.h"

#include <stdlib.h>
#include <string.h>

/* A place of the search: configuration, who depends on the reception (two words of bits), and of each queue how many messages, from its head on, do not. */
typedef struct Races {
    const Configs *configs;
    uint32_t width, n;
    VEC(uint32_t) places;
    uint32_t *table, mask;
} Races;

enum { PLACE_CONFIG, PLACE_ROLES, PLACE_QUEUES = PLACE_ROLES + 2, MAX_PLACES = 2000000, MAX_ROLES = 64 };

static uint32_t *place_at(const Races *races, uint32_t i) { return races->places.data + (size_t)i * races->width; }

static bool depends(const uint32_t *place, uint32_t role) { return place[PLACE_ROLES + role / 32] >> (role % 32) & 1; }
static void set_depends(uint32_t *place, uint32_t role) { place[PLACE_ROLES + role / 32] |= 1u << (role % 32); }

static void grow(Races *races) {
    uint32_t size = races->mask ? (races->mask + 1) * 2 : 1024;
    free(races->table);
    races->table = calloc(size, sizeof *races->table);
    if (!races->table) fatal("out of memory");
    races->mask = size - 1;
    for (uint32_t i = 0; i < races->n; i++) {
        uint32_t at = (uint32_t)hash_bytes(place_at(races, i), sizeof(uint32_t) * races->width) & races->mask;
        while (races->table[at]) at = (at + 1) & races->mask;
        races->table[at] = i + 1;
    }
}

static void add(Races *races, const uint32_t *place) {
    if (races->n * 2 >= races->mask) grow(races);
    uint32_t at = (uint32_t)hash_bytes(place, sizeof(uint32_t) * races->width) & races->mask;
    for (; races->table[at]; at = (at + 1) & races->mask)
        if (memcmp(place_at(races, races->table[at] - 1), place, sizeof(uint32_t) * races->width) == 0) return;
    for (uint32_t i = 0; i < races->width; i++) vec_push(&races->places, place[i]);
    races->table[at] = ++races->n;
}

/* After every way in which the reception may happen: its machine depends on it, what lies in queues does not. */
static void add_starts(Races *races, uint32_t role, uint32_t edge, uint32_t *place) {
    const Configs *configs = races->configs;
    for (uint32_t e = 0; e < configs->edges.n; e++) {
        const ConfigEdge *step = &configs->edges.data[e];
        if (step->role != role || step->edge != edge) continue;
        memset(place, 0, sizeof *place * races->width);
        place[PLACE_CONFIG] = step->to;
        set_depends(place, role);
        for (uint32_t q = 0; q < configs->nqueues; q++) place[PLACE_QUEUES + q] = configs_length(configs, configs_at(configs, step->to), q);
        add(races, place);
    }
}

static void follow(Races *races, uint32_t from, const ConfigEdge *step, uint32_t *place) {
    const Configs *configs = races->configs;
    const CfsmEdge *action = &configs_machine(configs, step->role)->edges[step->edge];
    memcpy(place, place_at(races, from), sizeof *place * races->width);
    place[PLACE_CONFIG] = step->to;
    if (action->is_send) {
        if (!depends(place, step->role)) place[PLACE_QUEUES + configs_queue(configs, step->role, action->peer)]++;
    } else {
        uint32_t *free_of_it = &place[PLACE_QUEUES + configs_queue(configs, action->peer, step->role)];
        if (*free_of_it) --*free_of_it;
        else set_depends(place, step->role);
    }
    add(races, place);
}

static bool is_rival(const Races *races, uint32_t from, const ConfigEdge *step, uint32_t role, const CfsmEdge *other) {
    const CfsmEdge *action = &configs_machine(races->configs, step->role)->edges[step->edge];
    return step->role == other->peer && action->is_send && action->peer == role && action->message == other->message &&
           !depends(place_at(races, from), step->role);
}

bool races_find(const Configs *configs, uint32_t role, uint32_t edge, uint32_t other) {
    if (configs->system->n > MAX_ROLES) return true;
    Races races = {.configs = configs, .width = PLACE_QUEUES + configs->nqueues};
    const CfsmEdge *rival = &configs_machine(configs, role)->edges[other];
    uint32_t *place = calloc(races.width, sizeof *place);
    bool found = false;
    if (!place) fatal("out of memory");
    add_starts(&races, role, edge, place);
    for (uint32_t i = 0; i < races.n && !found; i++) {
        uint32_t config = place_at(&races, i)[PLACE_CONFIG];
        for (uint32_t e = configs->first.data[config]; e < configs->first.data[config + 1] && !found; e++) {
            found = is_rival(&races, i, &configs->edges.data[e], role, rival) || races.n > MAX_PLACES;
            if (!found) follow(&races, i, &configs->edges.data[e], place);
        }
    }
    vec_fini(&races.places);
    free(races.table);
    free(place);
    return found;
}
