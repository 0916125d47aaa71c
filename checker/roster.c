#include "checker/roster.h"

#include "checker/scc.h"
#include "model/fiber.h"
#include "model/support/fatal.h"
#include "model/support/hash.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

enum { CLOCK_EVERY = 1 << 16 };

/* ---- tasks */

/* What tells the task from others as long as it lives: handles to objects that may be renamed do not. */
static uint64_t task_key(const Roster *roster, const Machine *machine, const Word *words, uint32_t n) {
    uint64_t key = hash_combine(1, (uint64_t)words[FIBER_MACHINE]);
    key = hash_combine(key, (uint64_t)words[FIBER_NUMBER]);
    for (uint32_t i = 0; i < machine->key_slots_n; i++) {
        uint32_t slot = machine->key_slots[i];
        if (FIBER_FRAME + slot >= n) continue;
        Word word = words[FIBER_FRAME + slot];
        bool is_movable =
            machine->slot_kinds[slot] != WORD_DATA && word != 0 && handle_slot(word) >= roster->search->fixed;
        key = hash_combine(key, is_movable ? 0 : (uint64_t)word);
    }
    return key == 0 ? 1 : key;
}

/* A future that runs inside the task's step, or that it blocks on, has places of its own. */
static bool may_spin(const Roster *roster, const Word *words) {
    if (words[FIBER_STATUS] != FIBER_UNDER_WAY && words[FIBER_STATUS] != FIBER_BLOCKED) return false;
    uint32_t machine = (uint32_t)words[FIBER_MACHINE], pc = (uint32_t)words[FIBER_PC];
    if (words[FIBER_INNER] != 0 || circles_has(roster->circles, machine, pc)) return true;
    const Point *point = machine_point_at(roster->search->program->machines[machine], pc);
    for (uint32_t i = 0; i < point->narms && words[FIBER_STATUS] == FIBER_BLOCKED; i++)
        if (point->arms[i].op == ARM_FUTURE) return true;
    return false;
}

static RosterTask look_at(Roster *roster, uint32_t slot) {
    uint32_t n;
    const Word *words = world_read(&roster->world, slot, &n);
    RosterTask task = {.is_known = true};
    if (comp_kind(words) != COMP_FIBER || (words[FIBER_FLAGS] & FIBER_IS_TASK) == 0 || fiber_is_over(words))
        return task;
    task.key = task_key(roster, fiber_machine(&roster->world, words), words, n);
    task.pc = (uint32_t)words[FIBER_PC];
    task.may_spin = may_spin(roster, words);
    return task;
}

/* The state's contents at slots and ids never seen before. */
static void learn(Roster *roster, uint32_t n) {
    Search *search = roster->search;
    ts_world(search->worker, search->ids, n, &roster->world);
    for (uint32_t slot = 0; slot + search->fixed < n; slot++) {
        RosterSlot *known = &roster->slots[slot];
        uint32_t id = search->ids[search->fixed + slot];
        if (id >= known->n) vec_resize(known, id + 1);
        if (!known->data[id].is_known) known->data[id] = look_at(roster, search->fixed + slot);
    }
}

/* ---- states */

/* Few signatures follow each other: the one before is tried first, then a small table. */
typedef struct SigTable {
    uint32_t *slots; /* index + 1 */
    uint32_t cap;
} SigTable;

static void table_insert(SigTable *table, const Roster *roster, uint32_t index) {
    uint32_t at = (uint32_t)roster->sigs.data[index].hash & (table->cap - 1);
    while (table->slots[at] != 0) at = (at + 1) & (table->cap - 1);
    table->slots[at] = index + 1;
}

static void table_grow(SigTable *table, const Roster *roster) {
    table->cap = table->cap == 0 ? 256 : table->cap * 4;
    free(table->slots);
    table->slots = calloc(table->cap, sizeof *table->slots);
    if (table->slots == NULL) fatal("out of memory");
    for (uint32_t i = 0; i < roster->sigs.n; i++) table_insert(table, roster, i);
}

static bool has_alike(Roster *roster, uint32_t n) {
    const Search *search = roster->search;
    for (uint32_t a = 0; a + search->fixed < n; a++) {
        uint64_t key = roster_task(roster, a, search->ids[search->fixed + a])->key;
        for (uint32_t b = 0; key != 0 && b < a; b++)
            if (roster_task(roster, b, search->ids[search->fixed + b])->key == key) return true;
    }
    return false;
}

static uint32_t new_sig(Roster *roster, SigTable *table, uint64_t hash, uint32_t n) {
    const Search *search = roster->search;
    RosterSig sig = {.hash = hash, .is_steady = !has_alike(roster, n)};
    for (uint32_t slot = 0; slot + search->fixed < n; slot++) {
        if (roster_task(roster, slot, search->ids[search->fixed + slot])->key == 0) continue;
        if (slot >= EDGES_ACTORS)
            sig.is_steady = false;
        else
            sig.alive |= 1ull << slot;
    }
    vec_push(&roster->sigs, sig);
    if (roster->sigs.n * 2 > table->cap)
        table_grow(table, roster);
    else
        table_insert(table, roster, roster->sigs.n - 1);
    return roster->sigs.n - 1;
}

static uint32_t sig_of(Roster *roster, SigTable *table, uint32_t n, uint32_t before) {
    const Search *search = roster->search;
    uint64_t hash = 1;
    bool known = true, spins = false;
    for (uint32_t slot = 0; slot + search->fixed < n && known; slot++) {
        uint32_t id = search->ids[search->fixed + slot];
        known = id < roster->slots[slot].n && roster->slots[slot].data[id].is_known;
        if (!known) break;
        const RosterTask *task = &roster->slots[slot].data[id];
        spins |= task->may_spin;
        if (task->key != 0) hash = (hash ^ (task->key + slot)) * 0x9e3779b97f4a7c15u, hash ^= hash >> 29;
    }
    if (!known) {
        learn(roster, n);
        return sig_of(roster, table, n, before);
    }
    uint32_t index = before;
    if (index >= roster->sigs.n || roster->sigs.data[index].hash != hash) {
        uint32_t at = table->cap == 0 ? 0 : (uint32_t)hash & (table->cap - 1);
        while (table->cap > 0 && table->slots[at] != 0 && roster->sigs.data[table->slots[at] - 1].hash != hash)
            at = (at + 1) & (table->cap - 1);
        index = table->cap > 0 && table->slots[at] != 0 ? table->slots[at] - 1 : new_sig(roster, table, hash, n);
    }
    if (spins) roster->sigs.data[index].may_spin = true;
    return index;
}

static bool sign_states(Roster *roster) {
    Search *search = roster->search;
    SigTable table = {0};
    uint32_t before = UINT32_MAX;
    bool finished = true;
    for (uint32_t state = 0; state < search->edges.n && finished; state++) {
        uint32_t n = search_state(search, state);
        before = roster->sig[state] = sig_of(roster, &table, n, before);
        if (state % CLOCK_EVERY == CLOCK_EVERY - 1) finished = search_may_go_on(search);
    }
    free(table.slots);
    return finished;
}

/* ---- signatures that can be left and come back to */

static int compare_keys(const void *a, const void *b) {
    uint64_t x, y;
    memcpy(&x, a, sizeof x);
    memcpy(&y, b, sizeof y);
    return x < y ? -1 : x > y;
}

typedef struct Changes {
    uint64_t *keys;
    uint32_t n, cap;
} Changes; /* from << 32 | to */

static void changes_sort(Changes *changes) {
    if (changes->n > 1) qsort(changes->keys, changes->n, sizeof *changes->keys, compare_keys);
    uint32_t kept = changes->n == 0 ? 0 : 1;
    for (uint32_t i = 1; i < changes->n; i++)
        if (changes->keys[i] != changes->keys[kept - 1]) changes->keys[kept++] = changes->keys[i];
    changes->n = kept;
}

static void changes_add(Changes *changes, uint64_t key) {
    if (changes->n > 0 && changes->keys[changes->n - 1] == key) return;
    if (changes->n == changes->cap) {
        changes_sort(changes);
        if (changes->n * 2 >= changes->cap) {
            changes->cap = changes->cap == 0 ? 4096 : changes->cap * 2;
            changes->keys = realloc(changes->keys, sizeof *changes->keys * changes->cap);
            if (changes->keys == NULL) fatal("out of memory");
        }
    }
    changes->keys[changes->n++] = key;
}

static Changes find_changes(const Roster *roster) {
    const Edges *edges = &roster->search->edges;
    Changes changes = {0};
    for (uint32_t group = 0; group * EDGES_GROUP < edges->n && roster->sigs.n > 1; group++) {
        EdgeIter iters[EDGES_GROUP];
        uint32_t count = edges_group(edges, group, iters);
        for (uint32_t i = 0; i < count; i++) {
            uint32_t from = roster->sig[group * EDGES_GROUP + i];
            while (edges_next(&iters[i])) {
                if (iters[i].target >= edges->n || roster->sig[iters[i].target] == from) continue;
                changes_add(&changes, (uint64_t)from << 32 | roster->sig[iters[i].target]);
            }
        }
    }
    changes_sort(&changes);
    return changes;
}

static void unsteady(void *context, const SccPart *part, const uint32_t *members, uint32_t n, bool leaves) {
    Roster *roster = context;
    (void)leaves;
    for (uint32_t i = 0; i < n && n > 1; i++) roster->sigs.data[part->states[members[i]]].is_steady = false;
}

static void find_unsteady(Roster *roster) {
    Changes changes = find_changes(roster);
    Edges edges;
    edges_init(&edges, true);
    labels_intern(&edges.labels, (EdgeLabel){0});
    Bitset all = bitset_new(roster->sigs.n);
    uint64_t *targets = malloc(sizeof *targets * (changes.n + 1u));
    if (targets == NULL) fatal("out of memory");
    for (uint32_t sig = 0, i = 0; sig < roster->sigs.n; sig++) {
        uint32_t count = 0;
        for (; i < changes.n && changes.keys[i] >> 32 == sig; i++)
            targets[count++] = changes.keys[i] << 32;
        edges_add(&edges, 0, targets, count, 0);
        bitset_add(&all, sig);
    }
    scc_each(&(SccGraph){.edges = &edges, .nodes = &all}, unsteady, roster);
    free(targets);
    free(changes.keys);
    bitset_free(&all);
    edges_fini(&edges);
}

/* ---- all of it */

bool roster_init(Roster *roster, Search *search, const Circles *circles) {
    *roster = (Roster){.search = search, .circles = circles};
    world_init(&roster->world, search->program);
    uint32_t most = search->store.layout.max_slots;
    roster->nslots = most > search->fixed ? most - search->fixed : 0;
    roster->slots = calloc(roster->nslots + 1u, sizeof *roster->slots);
    roster->sig = malloc(sizeof *roster->sig * ((size_t)search->edges.n + 1));
    if (roster->slots == NULL || roster->sig == NULL) fatal("out of memory");
    if (!sign_states(roster)) return false;
    find_unsteady(roster);
    return true;
}

void roster_fini(Roster *roster) {
    for (uint32_t slot = 0; slot < roster->nslots; slot++) vec_fini(&roster->slots[slot]);
    free(roster->slots);
    free(roster->sig);
    vec_fini(&roster->sigs);
    world_fini(&roster->world);
}

uint64_t roster_memory(const Roster *roster) {
    uint64_t bytes = 4ull * roster->search->edges.n + sizeof(RosterSig) * (uint64_t)roster->sigs.cap;
    for (uint32_t slot = 0; slot < roster->nslots; slot++)
        bytes += sizeof(RosterTask) * (uint64_t)roster->slots[slot].cap;
    return bytes;
}
