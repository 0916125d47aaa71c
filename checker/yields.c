#include "checker/yields.h"

#include "checker/circle.h"
#include "checker/lifted.h"
#include "checker/roster.h"
#include "checker/scc.h"
#include "checker/tour.h"
#include "model/support/fatal.h"
#include "model/support/hash.h"

#include <stdlib.h>
#include <string.h>

bool yields_possible(const Program *program) {
    Circles circles = circles_new(program);
    bool any = circles.any;
    circles_free(&circles);
    return any;
}

/* ---- findings: one for each function and place of its loop */

typedef struct Yields {
    Search *search;
    Hits *hits;
    Roster roster;
} Yields;

/* The hit to fill in: a new one, or a known one that this run is shorter for; else NULL. */
static Hit *open_hit(Yields *yields, uint32_t state, uint32_t slot, uint32_t pc) {
    Search *search = yields->search;
    StuckKey key = {0};
    uint32_t n = search_state(search, state), nwords;
    ts_world(search->worker, search->ids, n, &yields->roster.world);
    const Word *words = world_read(&yields->roster.world, slot, &nwords);
    vec_push(&key, hash_combine(hash_combine((uint64_t)words[FIBER_MACHINE], (uint64_t)words[FIBER_NUMBER]), pc));
    Hit *hit = hits_find(yields->hits, FINDING_NEVER_YIELDS, &key);
    if (hit == NULL) {
        vec_push(yields->hits, (Hit){.kind = FINDING_NEVER_YIELDS, .state = STORE_NONE, .key = key});
        hit = &vec_last(yields->hits);
    } else {
        vec_fini(&key);
        if (hit->state <= state) return NULL;
    }
    hit->state = state;
    hit->task = slot;
    vec_clear(&hit->loop);
    return hit;
}

/* ---- tasks that keep their slots: one graph for each slot

   A run in which t goes on for ever stays in a component of: the states in which t is under way, t's steps that reach
   no point, all steps of others. It is fair if every other task moves in the component or is somewhere unable to; all
   of a component can be visited again and again. */

typedef struct Slot {
    Yields *yields;
    uint32_t t; /* past the fixed ones */
    Bitset nodes, inside;
    uint64_t moving, enabled; /* actors of the component's own steps; actors that can move in each of its states */
} Slot;

static bool keep_step(void *context, uint32_t source, const EdgeIter *edge) {
    const Slot *slot = context;
    (void)source;
    return tour_keeps(&slot->yields->search->edges, slot->t, edge);
}

static void look_inside(Slot *slot, const SccPart *part, const uint32_t *members, uint32_t n) {
    slot->moving = 0;
    slot->enabled = UINT64_MAX;
    uint32_t own = part->component[members[0]];
    for (uint32_t i = 0; i < n; i++) {
        slot->enabled &= part->enabled[members[i]];
        for (uint32_t e = part->first[members[i]]; e < part->first[members[i] + 1]; e++)
            if (part->component[part->targets[e]] == own) slot->moving |= 1ull << edges_actor(&slot->yields->search->edges, part->labels[e]);
    }
}

/* The first state of the component, and the first place of the task's code in it. */
static uint32_t first_state(const Slot *slot, const SccPart *part, const uint32_t *members, uint32_t n, uint32_t *pc) {
    Search *search = slot->yields->search;
    uint32_t first = UINT32_MAX;
    *pc = UINT32_MAX;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t state = part->states[members[i]];
        if (state < first) first = state;
        search_state(search, state);
        uint32_t here = roster_task(&slot->yields->roster, slot->t, search->ids[search->fixed + slot->t])->pc;
        if (here < *pc) *pc = here;
    }
    return first;
}

static void found(Slot *slot, const SccPart *part, const uint32_t *members, uint32_t n) {
    Yields *yields = slot->yields;
    uint32_t pc, first = first_state(slot, part, members, n, &pc);
    Hit *hit = open_hit(yields, first, yields->search->fixed + slot->t, pc);
    if (hit == NULL) return;
    uint64_t t = 1ull << slot->t, alive = yields->roster.sigs.data[yields->roster.sig[first]].alive;
    TourGraph graph = {&yields->search->edges, &slot->inside, slot->t};
    TourSteps steps = {0};
    for (uint32_t i = 0; i < n; i++) bitset_add(&slot->inside, part->states[members[i]]);
    tour_make(&graph, first, (slot->enabled & slot->moving) | t, alive & ~slot->enabled & ~t, &steps);
    for (uint32_t i = 0; i < n; i++) bitset_remove(&slot->inside, part->states[members[i]]);
    for (uint32_t i = 0; i < steps.n; i++)
        vec_push(
            &hit->loop, (HitStep){steps.data[i].state, yields->search->fixed + edges_actor(&yields->search->edges, steps.data[i].label),
                NO_SLOT, NULL});
    vec_fini(&steps);
}

static void judge(void *context, const SccPart *part, const uint32_t *members, uint32_t n, bool leaves) {
    Slot *slot = context;
    (void)leaves;
    if (slot->yields->search->hurries) return;
    look_inside(slot, part, members, n);
    if ((slot->moving >> slot->t & 1) != 0 && (slot->enabled & ~slot->moving) == 0) found(slot, part, members, n);
}

/* Per slot, the steady states in which what stands there lies on a cycle of its own moves. */
static void collect_nodes(Yields *yields, const LocalCycles *cycles, Slot *slots, uint32_t nslots) {
    Search *search = yields->search;
    for (uint32_t state = 0; state < search->edges.n; state++) {
        const RosterSig *sig = &yields->roster.sigs.data[yields->roster.sig[state]];
        if (!sig->is_steady || !sig->may_spin) continue;
        uint32_t n = search_state(search, state) - search->fixed;
        for (uint32_t slot = 0; slot < n && slot < nslots; slot++) {
            if (!local_is_on_cycle(cycles, slot, search->ids[search->fixed + slot])) continue;
            if ((sig->alive >> slot & 1) != 0) bitset_add(&slots[slot].nodes, state);
        }
    }
}

static void find_steady(Yields *yields) {
    Search *search = yields->search;
    LocalCycles cycles;
    local_cycles(&search->local, &cycles);
    uint32_t nslots = 0;
    for (uint32_t slot = 0; slot < EDGES_ACTORS; slot++)
        if (cycles.n[slot] > 0) nslots = slot + 1;
    Slot *slots = calloc(nslots + 1u, sizeof *slots);
    if (slots == NULL) fatal("out of memory");
    for (uint32_t slot = 0; slot < nslots; slot++)
        slots[slot] = (Slot){.yields = yields, .t = slot, .nodes = bitset_new(search->store.n)};
    Bitset inside = bitset_new(search->store.n);
    if (cycles.any) collect_nodes(yields, &cycles, slots, nslots);
    for (uint32_t slot = 0; slot < nslots && cycles.any; slot++) {
        slots[slot].inside = inside;
        SccGraph graph = {
            .edges = &search->edges, .nodes = &slots[slot].nodes, .keep = keep_step, .context = &slots[slot]};
        uint64_t bytes = scc_each(&graph, judge, &slots[slot]);
        search_note_memory(
            search, bytes + roster_memory(&yields->roster) + (nslots + 1ull) * bitset_bytes(search->store.n));
    }
    for (uint32_t slot = 0; slot < nslots; slot++) bitset_free(&slots[slot].nodes);
    bitset_free(&inside);
    free(slots);
    local_cycles_fini(&cycles);
}

/* ---- all of it */

static void found_lifted(
    void *context, uint32_t state, uint32_t slot, uint32_t pc, const HitStep *loop, uint32_t nloop) {
    Hit *hit = open_hit(context, state, slot, pc);
    for (uint32_t i = 0; i < nloop && hit != NULL; i++) vec_push(&hit->loop, loop[i]);
}

void yields_find(Search *search, Hits *hits) {
    Yields yields = {.search = search, .hits = hits};
    Circles circles = circles_new(search->program);
    if (roster_init(&yields.roster, search, &circles)) {
        find_steady(&yields);
        lifted_find(search, &yields.roster, found_lifted, &yields);
    }
    roster_fini(&yields.roster);
    circles_free(&circles);
}
