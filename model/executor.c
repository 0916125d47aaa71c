#include "model/executor.h"

#include <assert.h>

uint32_t executor_new(World *world, uint32_t site_number, Word threads) {
    return world_add(world, (Word[]){COMP_EXECUTOR, site_number, threads, 0}, EXECUTOR_WORDS);
}

bool executor_has_thread(World *world, uint32_t slot) {
    const Word *words = world_read(world, slot, NULL);
    assert(comp_kind(words) == COMP_EXECUTOR);
    return words[EXECUTOR_BUSY] < words[EXECUTOR_THREADS];
}

void executor_take(World *world, uint32_t slot) {
    Word *words = world_write(world, slot, NULL);
    assert(words[EXECUTOR_BUSY] < words[EXECUTOR_THREADS]);
    words[EXECUTOR_BUSY]++;
}

void executor_give(World *world, uint32_t slot) {
    Word *words = world_write(world, slot, NULL);
    assert(words[EXECUTOR_BUSY] > 0);
    words[EXECUTOR_BUSY]--;
}
