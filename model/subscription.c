#include "model/subscription.h"

#include "model/broadcast.h"
#include "model/watch.h"

#include <assert.h>

static uint32_t add(World *world, Word source) {
    return world_add(world, (Word[SUBSCRIPTION_WORDS]){COMP_SUBSCRIPTION, source, 1}, SUBSCRIPTION_WORDS);
}

uint32_t subscription_new(World *world, Word source) {
    uint32_t slot = add(world, source);
    if (world_kind(world, handle_slot(source)) == COMP_WATCH) watch_add(world, handle_slot(source), slot_handle(slot));
    else broadcast_add(world, handle_slot(source), slot_handle(slot), NO_SLOT);
    return slot;
}

uint32_t subscription_clone(World *world, uint32_t from) {
    uint32_t source = subscription_source(world, from);
    uint32_t slot = add(world, slot_handle(source));
    broadcast_add(world, source, slot_handle(slot), from);
    return slot;
}

void subscription_keep(World *world, uint32_t slot) {
    if (world_kind(world, slot) == COMP_SUBSCRIPTION) world_write(world, slot, NULL)[SUBSCRIPTION_COUNT]++;
}

void subscription_drop(World *world, uint32_t slot) {
    if (world_kind(world, slot) != COMP_SUBSCRIPTION) return;
    Word *words = world_write(world, slot, NULL);
    assert(words[SUBSCRIPTION_COUNT] > 0);
    if (--words[SUBSCRIPTION_COUNT] > 0) return;
    uint32_t source = handle_slot(words[SUBSCRIPTION_SOURCE]);
    CompKind kind = world_kind(world, source);
    if (kind == COMP_WATCH) watch_remove(world, source, slot_handle(slot));
    else if (kind == COMP_BROADCAST) broadcast_remove(world, source, slot_handle(slot));
    world_set(world, slot, (Word[]){COMP_FREE}, 1);
}

uint32_t subscription_source(World *world, uint32_t slot) {
    const Word *words = world_read(world, slot, NULL);
    return comp_kind(words) == COMP_SUBSCRIPTION ? handle_slot(words[SUBSCRIPTION_SOURCE]) : NO_SLOT;
}

void subscription_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context) {
    (void)program, (void)n;
    visit(context, SUBSCRIPTION_SOURCE, words[SUBSCRIPTION_SOURCE], true);
}
