#include "checker/crew.h"

#include "model/fiber.h"
#include "model/kind.h"
#include "model/support/fatal.h"

#include <stdlib.h>

static uint32_t slots(void *context, uint32_t state) { return crew_slots(context, state); }

static void load(Crew *crew, uint32_t state) {
    if (crew->loaded == state) return;
    uint32_t n = search_state(crew->search, state);
    ts_world(crew->search->worker, crew->search->ids, n, &crew->world);
    crew->loaded = state;
}

static bool lacks_thread(void *context, uint32_t state, uint32_t slot) {
    Crew *crew = context;
    const Program *program = crew->search->program;
    if (!program->threaded && !program->has_blocking) return false;
    load(crew, state);
    return slot < crew->world.n && eval_lacks_thread(&crew->world, slot);
}

static uint32_t chain(void *context, uint32_t state, const EdgeLabel *label, const uint32_t **fibers) {
    Crew *crew = context;
    *fibers = crew->chain;
    crew->chain[0] = label->actor;
    if (label->fiber == label->actor) return 1;
    load(crew, state);
    return eval_poll_chain(&crew->world, label->actor, label->fiber, crew->chain, CREW_CHAIN);
}

static bool may_go_on(void *context, uint64_t bytes) {
    Search *search = ((Crew *)context)->search;
    search_note_memory(search, bytes);
    if (search->options->memory == 0 || search->memory <= search->options->memory) return search_may_go_on(search);
    search_stop(search, "the memory limit was reached while looking at infinite runs", true);
    return false;
}

/* Futures may be held by globals, and objects that move by themselves be global: the first slot that may matter. */
static uint32_t first_fiber(Crew *crew) {
    if (crew->search->store.n == 0) return crew->search->fixed;
    load(crew, 0);
    for (uint32_t slot = 0; slot < crew->search->fixed; slot++) {
        CompKind kind = world_kind(&crew->world, slot);
        if (kind == COMP_FIBER || kind == COMP_OPFUTURE || kind_row(kind)->moves != NULL) return slot;
    }
    return crew->search->fixed;
}

void crew_init(Crew *crew, Search *search) {
    *crew = (Crew){.search = search, .loaded = STORE_NONE};
    world_init(&crew->world, search->program);
    crew->lengths = calloc(search->store.n + 1u, 1);
    if (crew->lengths == NULL) fatal("out of memory");
    crew->view = (FairView){crew, first_fiber(crew), slots, lacks_thread, chain, may_go_on};
}

void crew_fini(Crew *crew) {
    world_fini(&crew->world);
    free(crew->lengths);
}

uint32_t crew_slots(Crew *crew, uint32_t state) {
    uint8_t *length = &crew->lengths[state];
    if (*length > 0) return *length;
    uint32_t n = search_state(crew->search, state);
    if (n <= UINT8_MAX) *length = (uint8_t)n;
    return n;
}

const Word *crew_words(Crew *crew, uint32_t state, uint32_t slot, uint32_t *n) {
    load(crew, state);
    return world_read(&crew->world, slot, n);
}

const Word *crew_task(Crew *crew, uint32_t state, uint32_t slot) {
    uint32_t n;
    const Word *words = crew_words(crew, state, slot, &n);
    if (comp_kind(words) != COMP_FIBER || (words[FIBER_FLAGS] & FIBER_IS_TASK) == 0 || fiber_is_over(words))
        return NULL;
    return words;
}
