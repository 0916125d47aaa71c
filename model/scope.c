#include "model/scope.h"

#include "model/records.h"

#include <assert.h>

uint32_t scope_new(World *world, uint32_t site) { return world_add(world, (Word[]){COMP_SCOPE, site}, SCOPE_TASKS); }

void scope_add(World *world, uint32_t slot, Word task) {
    uint32_t n, at = SCOPE_TASKS;
    const Word *words = world_read(world, slot, &n);
    assert(comp_kind(words) == COMP_SCOPE);
    while (at < n && words[at] < task) at++;
    world_insert(world, slot, at, 1)[at] = task;
}

void scope_remove(World *world, uint32_t slot, Word task) {
    uint32_t n;
    const Word *words = world_read(world, slot, &n);
    if (comp_kind(words) != COMP_SCOPE) return;
    for (uint32_t at = SCOPE_TASKS; at < n; at++)
        if (words[at] == task) {
            world_remove(world, slot, at, 1);
            return;
        }
}

void scope_dissolve(World *world, uint32_t slot) {
    uint32_t n;
    (void)world_read(world, slot, &n);
    for (uint32_t at = SCOPE_TASKS; at < n; at++) {
        Word task = world_read(world, slot, NULL)[at];
        world_write(world, handle_slot(task), NULL)[FIBER_SCOPE] = 0;
    }
    world_resize(world, slot, SCOPE_TASKS);
}

uint32_t scope_count(World *world, uint32_t slot) {
    uint32_t n;
    (void)world_read(world, slot, &n);
    return n - SCOPE_TASKS;
}

Word scope_task(World *world, uint32_t slot, uint32_t index) { return world_read(world, slot, NULL)[SCOPE_TASKS + index]; }

void scope_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context) {
    (void)program;
    for (uint32_t i = SCOPE_TASKS; i < n; i++) visit(context, i, words[i], false);
}

void scope_normalise(const Program *program, Word *words, uint32_t n) {
    (void)program;
    records_sort(words, (Records){SCOPE_TASKS, n - SCOPE_TASKS, 1});
}
