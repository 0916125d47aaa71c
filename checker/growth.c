#include "checker/growth.h"

#include <stdlib.h>
#include <string.h>

uint32_t growth_weight(Search *search, const uint32_t *ids, uint32_t n) {
    return search->weighs_items ? n + ts_items(search->worker, ids, n) : n;
}

typedef struct Growth {
    Search *search;
    World large, from, to;
    uint32_t *path;
    VEC(uint32_t) ids;
    uint32_t n;
} Growth;

/* What cannot be renamed is the same in both states, unbounded channels aside. */
static bool is_fixed_part_equal(Growth *growth, uint32_t state) {
    Search *search = growth->search;
    (void)search_state(search, state);
    for (uint32_t slot = 0; slot < search->fixed; slot++) {
        if (search->ids[slot] == growth->ids.data[slot]) continue;
        if (!search->weighs_items || !ts_is_unbounded(search->worker, search->ids, slot)) return false;
    }
    return true;
}

/* Along the run from one state of the path to the end. */
static bool keeps_items(Growth *growth, uint32_t at, uint32_t end) {
    Search *search = growth->search;
    if (!search->weighs_items) return true;
    for (uint32_t i = at; i < end; i++) {
        uint32_t n = search_state(search, growth->path[i]);
        ts_world(search->worker, search->ids, n, &growth->from);
        n = search_state(search, growth->path[i + 1]);
        ts_world(search->worker, search->ids, n, &growth->to);
        if (!grow_keeps_items(&growth->from, &growth->to)) return false;
    }
    return true;
}

static bool look(Growth *growth, uint32_t npath, SearchGrowth *hit) {
    Search *search = growth->search;
    uint32_t state = growth->path[npath - 1], weight = growth_weight(search, growth->ids.data, growth->n);
    for (uint32_t i = npath - 1; i-- > 0;) {
        if (!is_fixed_part_equal(growth, growth->path[i])) continue;
        uint32_t n = search_state(search, growth->path[i]);
        if (growth_weight(search, search->ids, n) >= weight) continue;
        uint32_t *small = malloc(sizeof *small * (n + 1u));
        if (small == NULL) abort();
        memcpy(small, search->ids, sizeof *small * n);
        bool found = grow_covers(search->worker, small, n, &growth->large, &hit->more) && hit->more.any;
        free(small);
        if (!found || !keeps_items(growth, i, npath - 1)) continue;
        hit->from = growth->path[i];
        hit->to = state;
        return true;
    }
    return false;
}

bool growth_look(Search *search, uint32_t state, SearchGrowth *hit) {
    Growth growth = {.search = search};
    uint32_t npath;
    world_init(&growth.large, search->program);
    world_init(&growth.from, search->program);
    world_init(&growth.to, search->program);
    growth.path = search_path(search, state, &npath);
    growth.n = search_state(search, state);
    for (uint32_t i = 0; i < growth.n; i++) vec_push(&growth.ids, search->ids[i]);
    ts_world(search->worker, growth.ids.data, growth.n, &growth.large);
    bool found = look(&growth, npath, hit);
    free(growth.path);
    vec_fini(&growth.ids);
    world_fini(&growth.large);
    world_fini(&growth.from);
    world_fini(&growth.to);
    return found;
}
