#include "checker/races.h"

#include "checker/bitset.h"
#include "model/race.h"

#include <stdlib.h>

enum { CLOCK_EVERY = 1 << 10 };

typedef struct Races {
    Search *search;
    Hits *hits;
    World world;
    EvalOptions options;
    Bitset known;        /* globals */
    VEC(uint32_t) tasks; /* under way */
    VEC(AccessLog) logs; /* of each */
} Races;

static void note(Races *races, uint32_t state, uint32_t a, uint32_t b, uint32_t global) {
    if (bitset_has(&races->known, global)) return;
    bitset_add(&races->known, global);
    Hit hit = {.kind = FINDING_RACE, .state = state, .index = global};
    vec_push(&hit.never_move, races->tasks.data[a]);
    vec_push(&hit.never_move, races->tasks.data[b]);
    vec_push(races->hits, hit);
}

/* Every pair of accesses: a pair may race for several variables. */
static void compare(Races *races, uint32_t state, uint32_t a, uint32_t b) {
    const AccessLog *log = &races->logs.data[a], *other = &races->logs.data[b];
    for (uint32_t i = 0; i < log->n; i++)
        for (uint32_t k = 0; k < other->n; k++) {
            AccessLog one = {&log->data[i], 1, 1}, two = {&other->data[k], 1, 1};
            uint32_t at_one, at_two;
            if (race_between(races->search->program, &one, &two, &at_one, &at_two))
                note(races, state, a, b, log->data[i].global);
        }
}

static void look(Races *races, uint32_t state) {
    Search *search = races->search;
    uint32_t n = search_state(search, state);
    vec_clear(&races->tasks);
    for (uint32_t slot = search->fixed; slot < n; slot++)
        if (ts_task(search->worker, search->ids, n, slot) == TS_TASK_ALIVE &&
            ts_under_way(search->worker, search->ids, n, slot))
            vec_push(&races->tasks, slot);
    if (races->tasks.n < 2) return;
    ts_world(search->worker, search->ids, n, &races->world);
    if (races->logs.n < races->tasks.n) vec_resize(&races->logs, races->tasks.n);
    for (uint32_t i = 0; i < races->tasks.n; i++)
        race_accesses(&races->world, races->tasks.data[i], &races->options, &races->logs.data[i]);
    for (uint32_t a = 0; a < races->tasks.n; a++)
        for (uint32_t b = 0; b < a; b++) compare(races, state, b, a);
}

void races_find(Search *search, Hits *hits) {
    if (!search->options->races || !search->program->threaded || search->hurries) return;
    Races races = {.search = search, .hits = hits};
    races.options = (EvalOptions){.run_on = search->options->ts.run_on, .no_reset = !search->options->ts.reset};
    races.known = bitset_new(search->program->nglobals);
    world_init(&races.world, search->program);
    for (uint32_t state = 0; state < search->store.n; state++) {
        look(&races, state);
        if (state % CLOCK_EVERY == CLOCK_EVERY - 1 && !search_may_go_on(search)) break;
    }
    for (uint32_t i = 0; i < races.logs.n; i++) vec_fini(&races.logs.data[i]);
    vec_fini(&races.logs);
    vec_fini(&races.tasks);
    world_fini(&races.world);
    bitset_free(&races.known);
}
