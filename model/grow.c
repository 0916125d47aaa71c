#include "model/grow.h"

#include "model/channel.h"
#include "model/fiber.h"
#include "model/support/vec.h"

#include <string.h>

enum { ATTEMPTS = 96, MOST_TASKS = 24 /* more in one go than this are not looked for */ };

/* The urgent clock looks at all tasks; the length of a channel may be asked for. */
bool grow_applies(const Program *program) { return !(program->is_discrete && program->is_urgent); }

static bool asks_length(const Program *program) {
    for (uint32_t i = 0; i < program->nmachines; i++) {
        const Machine *machine = program->machines[i];
        for (uint32_t pc = 0; machine->is_async && pc < machine->ncode; pc++) {
            uint8_t op = machine->code[pc].op;
            if (op == INSTR_LEN || op == INSTR_FULL || op == INSTR_EMPTY) return true;
        }
    }
    return false;
}

static bool is_live_task(World *world, uint32_t slot) {
    uint32_t n;
    const Word *words = world_read(world, slot, &n);
    return comp_kind(words) == COMP_FIBER && (words[FIBER_FLAGS] & FIBER_IS_TASK) && !fiber_is_over(words);
}

uint32_t grow_tasks(World *world) {
    uint32_t count = 0;
    for (uint32_t slot = world->nfixed; slot < world->n; slot++) count += is_live_task(world, slot);
    return count;
}

/* ---- unbounded channels among the fixed slots */

static const Word *unbounded_at(World *world, uint32_t slot) {
    uint32_t n;
    const Word *words = world_read(world, slot, &n);
    return comp_kind(words) == COMP_CHANNEL && words[CHANNEL_CAP] < 0 ? words : NULL;
}

uint32_t grow_items(World *world) {
    uint32_t count = 0;
    for (uint32_t slot = 0; slot < world->nfixed; slot++) {
        const Word *words = unbounded_at(world, slot);
        if (words) count += (uint32_t)words[CHANNEL_NITEMS];
    }
    return count;
}

static bool is_alike(const Word *words, Records items) {
    for (uint32_t i = 1; i < items.n; i++)
        if (memcmp(words + records_word(items, 0), words + records_word(items, i), sizeof(Word) * items.width) != 0)
            return false;
    return true;
}

static bool keeps_items(const Program *program, const Word *from, const Word *to) {
    Records before = channel_lists(program, from).items, after = channel_lists(program, to).items;
    if (before.n == 0 && after.n == 0) return true;
    if (before.n == 0 || after.n == 0) return false;
    size_t bytes = sizeof(Word) * (size_t)before.n * before.width;
    if (before.n <= after.n && memcmp(from + before.at, to + after.at, bytes) == 0) return true;
    return is_alike(from, before) && is_alike(to, after) &&
           memcmp(from + before.at, to + after.at, sizeof(Word) * before.width) == 0;
}

bool grow_keeps_items(World *from, World *to) {
    for (uint32_t slot = 0; slot < from->nfixed; slot++) {
        const Word *before = unbounded_at(from, slot), *after = unbounded_at(to, slot);
        if (before && !keeps_items(from->program, before, after)) return false;
    }
    return true;
}

/* ---- taking away what is more */

typedef struct Covering {
    TsWorker *worker;
    const uint32_t *state;
    uint32_t n;
    World *rest;
    GrowMore more;
    uint32_t attempts;
    VEC(uint32_t) ids;
} Covering;

/* Cuts what the channel has more than in the state off its end. */
static void cut_items(Covering *covering, World *small) {
    World *rest = covering->rest;
    for (uint32_t slot = 0; slot < rest->nfixed; slot++) {
        const Word *words = unbounded_at(rest, slot), *wanted = unbounded_at(small, slot);
        if (!words || !wanted || words[CHANNEL_NITEMS] <= wanted[CHANNEL_NITEMS]) continue;
        uint32_t keep = (uint32_t)wanted[CHANNEL_NITEMS];
        Records items = channel_lists(rest->program, words).items;
        uint32_t at = records_word(items, keep), count = (items.n - keep) * items.width;
        if (count) world_remove(rest, slot, at, count);
        world_write(rest, slot, NULL)[CHANNEL_NITEMS] = (Word)keep;
        covering->more = (GrowMore){.any = true, .is_channel = true, .slot = slot};
    }
}

static bool is_state(Covering *covering) {
    uint32_t room = covering->rest->n;
    vec_resize(&covering->ids, room + 1);
    covering->attempts++;
    uint32_t n = ts_encode(covering->worker, covering->rest, covering->ids.data, room, NULL);
    return n == covering->n && memcmp(covering->ids.data, covering->state, sizeof *covering->state * n) == 0;
}

/* Alike tasks that have not gone on since they were spawned make most of what grows: the newest are tried first. */
static bool drop_tasks(Covering *covering, uint32_t count, uint32_t below) {
    if (count == 0) return is_state(covering);
    World *rest = covering->rest;
    uint32_t left = 0;
    for (uint32_t slot = rest->nfixed; slot < below; slot++) left += is_live_task(rest, slot);
    if (left < count) return false;
    for (uint32_t slot = below; slot-- > rest->nfixed && covering->attempts < ATTEMPTS;) {
        if (!is_live_task(rest, slot)) continue;
        uint32_t n;
        const Word *words = world_read(rest, slot, &n);
        VEC(Word) kept = {0};
        vec_resize(&kept, n);
        memcpy(kept.data, words, sizeof(Word) * n);
        world_set(rest, slot, (Word[]){COMP_FREE}, 1);
        bool found = drop_tasks(covering, count - 1, slot);
        if (found) covering->more = (GrowMore){.any = true, .slot = slot};
        else world_set(rest, slot, kept.data, n);
        vec_fini(&kept);
        if (found) return true;
    }
    return false;
}

/* Every task of the state is among those of the larger one, handles aside. */
static bool holds_data_of(World *large, uint32_t slot, const Word *words, uint32_t n) {
    uint32_t other_n;
    const Word *other = world_read(large, slot, &other_n);
    if (!is_live_task(large, slot) || other_n != n) return false;
    static const uint32_t fields[] = {FIBER_MACHINE, FIBER_PC, FIBER_STATUS, FIBER_FLAGS, FIBER_NUMBER};
    for (size_t i = 0; i < sizeof fields / sizeof *fields; i++)
        if (other[fields[i]] != words[fields[i]]) return false;
    const Machine *machine = fiber_machine(large, words);
    for (uint32_t i = 0; i < machine->nslots && FIBER_FRAME + i < n; i++)
        if (machine->slot_kinds[i] == WORD_DATA && other[FIBER_FRAME + i] != words[FIBER_FRAME + i]) return false;
    return true;
}

static bool has_all_tasks(World *large, World *small) {
    for (uint32_t slot = small->nfixed; slot < small->n; slot++) {
        if (!is_live_task(small, slot)) continue;
        uint32_t n, other = large->nfixed;
        const Word *words = world_read(small, slot, &n);
        while (other < large->n && !holds_data_of(large, other, words, n)) other++;
        if (other == large->n) return false;
    }
    return true;
}

bool grow_covers(TsWorker *worker, const uint32_t *state, uint32_t n, const World *large, GrowMore *more) {
    World small, rest;
    world_init(&small, large->program);
    world_init(&rest, large->program);
    ts_world(worker, state, n, &small);
    world_copy(&rest, large);
    Covering covering = {.worker = worker, .state = state, .n = n, .rest = &rest};
    bool items = grow_items(&small) < grow_items(&rest);
    bool covers = !items || !asks_length(large->program);
    if (covers && items) cut_items(&covering, &small);
    uint32_t had = grow_tasks(&small), has = grow_tasks(&rest);
    covers = covers && had <= has && has - had <= MOST_TASKS && has_all_tasks(&rest, &small) &&
             drop_tasks(&covering, has - had, rest.n);
    if (more) *more = covers ? covering.more : (GrowMore){0};
    vec_fini(&covering.ids);
    world_fini(&small);
    world_fini(&rest);
    return covers;
}
