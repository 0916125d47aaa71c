#include "model/watch.h"

#include "model/happened.h"

#include <assert.h>
#include <string.h>

static const ValueType *type_of(const Program *program, const Word *words) {
    assert(comp_kind(words) == COMP_WATCH);
    return program->sites[words[WATCH_SITE]].elem;
}

static Records subscriptions_of(const Program *program, const Word *words) {
    return (Records){WATCH_BODY + type_of(program, words)->words, (uint32_t)words[WATCH_NSUBSCRIPTIONS], WATCH_SUBSCRIPTION_WORDS};
}

/* First word of the subscription's record. */
static uint32_t record_of(World *world, uint32_t slot, Word subscription) {
    const Word *words = world_read(world, slot, NULL);
    Records subscriptions = subscriptions_of(world->program, words);
    for (uint32_t i = 0; i < subscriptions.n; i++)
        if (words[records_word(subscriptions, i)] == subscription) return records_word(subscriptions, i);
    assert(!"no subscription of this watch");
    return 0;
}

uint32_t watch_new(World *world, uint32_t site, const Word *value) {
    uint32_t slot = world_add(world, (Word[WATCH_BODY]){COMP_WATCH, site}, WATCH_BODY), n = world->program->sites[site].elem->words;
    memcpy(world_resize(world, slot, WATCH_BODY + n) + WATCH_BODY, value, sizeof(Word) * n);
    return slot;
}

void watch_add(World *world, uint32_t slot, Word subscription) {
    Records subscriptions = subscriptions_of(world->program, world_read(world, slot, NULL));
    (void)records_open(world, slot, subscriptions, true, subscription, 0);
    world_write(world, slot, NULL)[WATCH_NSUBSCRIPTIONS]++;
}

void watch_remove(World *world, uint32_t slot, Word subscription) {
    uint32_t at = record_of(world, slot, subscription);
    world_write(world, slot, NULL)[WATCH_NSUBSCRIPTIONS]--;
    world_remove(world, slot, at, WATCH_SUBSCRIPTION_WORDS);
}

bool watch_publish(World *world, uint32_t slot, const Word *value) {
    if (world_read(world, slot, NULL)[WATCH_CLOSED]) return false;
    happened_item(world, ATOM_SENT, slot, NO_SLOT, value);
    Word *words = world_write(world, slot, NULL);
    memcpy(words + WATCH_BODY, value, sizeof(Word) * type_of(world->program, words)->words);
    Records subscriptions = subscriptions_of(world->program, words);
    for (uint32_t i = 0; i < subscriptions.n; i++) words[records_word(subscriptions, i) + WATCH_IS_NEW] = 1;
    return true;
}

bool watch_has_changed(World *world, uint32_t slot, Word subscription) {
    uint32_t at = record_of(world, slot, subscription);
    const Word *words = world_read(world, slot, NULL);
    return words[at + WATCH_IS_NEW] || words[WATCH_CLOSED];
}

bool watch_change(World *world, uint32_t slot, Word subscription) {
    uint32_t at = record_of(world, slot, subscription);
    if (!world_read(world, slot, NULL)[at + WATCH_IS_NEW]) return false;
    Word *words = world_write(world, slot, NULL);
    words[at + WATCH_IS_NEW] = 0;
    happened_item(world, ATOM_RECEIVED, slot, handle_slot(subscription), words + WATCH_BODY);
    return true;
}

const Word *watch_value(World *world, uint32_t slot, uint32_t *n) {
    const Word *words = world_read(world, slot, NULL);
    *n = type_of(world->program, words)->words;
    return words + WATCH_BODY;
}

bool watch_close(World *world, uint32_t slot) {
    if (world_read(world, slot, NULL)[WATCH_CLOSED]) return false;
    world_write(world, slot, NULL)[WATCH_CLOSED] = 1;
    return true;
}

void watch_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context) {
    const ValueType *type = type_of(program, words);
    Records subscriptions = subscriptions_of(program, words);
    assert(records_word(subscriptions, subscriptions.n) == n);
    (void)n;
    for (uint32_t i = 0; i < type->words; i++)
        if (type->word_kinds[i] != WORD_DATA && words[WATCH_BODY + i] > 0) visit(context, WATCH_BODY + i, words[WATCH_BODY + i], true);
    records_visit(words, subscriptions, 0, false, visit, context);
}

void watch_normalise(const Program *program, Word *words, uint32_t n) {
    (void)n;
    records_sort(words, subscriptions_of(program, words));
}
