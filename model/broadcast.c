#include "model/broadcast.h"

#include "model/happened.h"

#include <assert.h>
#include <string.h>

typedef struct Lists {
    Records items, receivers;
    uint32_t width;
} Lists;

static Lists lists_of(const Program *program, const Word *words) {
    assert(comp_kind(words) == COMP_BROADCAST);
    Lists lists = {.width = program->sites[words[BROADCAST_SITE]].elem->words};
    lists.items = (Records){BROADCAST_BODY, (uint32_t)words[BROADCAST_NITEMS], lists.width};
    uint32_t at = records_word(lists.items, lists.items.n);
    lists.receivers = (Records){at, (uint32_t)words[BROADCAST_NRECEIVERS], BROADCAST_RECEIVER_WORDS};
    return lists;
}

static Lists lists_at(World *world, uint32_t slot) { return lists_of(world->program, world_read(world, slot, NULL)); }

/* First word of the receiver's record. */
static uint32_t record_of(World *world, uint32_t slot, Word subscription) {
    const Word *words = world_read(world, slot, NULL);
    Records receivers = lists_of(world->program, words).receivers;
    for (uint32_t i = 0; i < receivers.n; i++)
        if (words[records_word(receivers, i)] == subscription) return records_word(receivers, i);
    assert(!"no receiver of this broadcast");
    return 0;
}

uint32_t broadcast_new(World *world, uint32_t site, Word cap) {
    assert(cap > 0);
    return world_add(world, (Word[BROADCAST_BODY]){COMP_BROADCAST, site, cap}, BROADCAST_BODY);
}

/* ---- items */

static void drop_oldest(World *world, uint32_t slot) {
    Lists lists = lists_at(world, slot);
    world_write(world, slot, NULL)[BROADCAST_NITEMS]--;
    if (lists.width) world_remove(world, slot, lists.items.at, lists.width);
}

/* Items that every receiver has seen go. */
static void forget_seen(World *world, uint32_t slot) {
    const Word *words = world_read(world, slot, NULL);
    Lists lists = lists_of(world->program, words);
    Word most = 0;
    for (uint32_t i = 0; i < lists.receivers.n; i++) {
        Word behind = words[records_word(lists.receivers, i) + BROADCAST_BEHIND];
        if (behind > most) most = behind;
    }
    while (world_read(world, slot, NULL)[BROADCAST_NITEMS] > most) drop_oldest(world, slot);
}

static void push(World *world, uint32_t slot, const Word *item) {
    Lists lists = lists_at(world, slot);
    uint32_t at = records_word(lists.items, lists.items.n);
    Word *words = world_insert(world, slot, at, lists.width);
    memcpy(words + at, item, sizeof(Word) * lists.width);
    words[BROADCAST_NITEMS]++;
}

bool broadcast_send(World *world, uint32_t slot, const Word *item) {
    const Word *read = world_read(world, slot, NULL);
    if (read[BROADCAST_CLOSED] || !read[BROADCAST_NRECEIVERS]) return false;
    Word cap = read[BROADCAST_CAP];
    happened_item(world, ATOM_SENT, slot, NO_SLOT, item);
    if (read[BROADCAST_NITEMS] == cap) drop_oldest(world, slot);
    push(world, slot, item);
    Word *words = world_write(world, slot, NULL);
    Records receivers = lists_of(world->program, words).receivers;
    for (uint32_t i = 0; i < receivers.n; i++) {
        Word *record = words + records_word(receivers, i);
        if (record[BROADCAST_BEHIND] == cap) record[BROADCAST_LAG] |= BROADCAST_HAS_LAGGED;
        else record[BROADCAST_BEHIND]++;
    }
    return true;
}

bool broadcast_can_recv(World *world, uint32_t slot, Word subscription) {
    uint32_t at = record_of(world, slot, subscription);
    const Word *words = world_read(world, slot, NULL);
    return words[at + BROADCAST_BEHIND] > 0 || words[BROADCAST_CLOSED];
}

bool broadcast_recv(World *world, uint32_t slot, Word subscription, Word *item) {
    uint32_t at = record_of(world, slot, subscription);
    Word *words = world_write(world, slot, NULL);
    Lists lists = lists_of(world->program, words);
    if (words[at + BROADCAST_LAG] & BROADCAST_HAS_LAGGED) {
        words[at + BROADCAST_LAG] = BROADCAST_WAS_TOLD;
        return false;
    }
    words[at + BROADCAST_LAG] = 0;
    if (!words[at + BROADCAST_BEHIND]) return false;
    uint32_t index = lists.items.n - (uint32_t)words[at + BROADCAST_BEHIND];
    memcpy(item, words + records_word(lists.items, index), sizeof(Word) * lists.width);
    words[at + BROADCAST_BEHIND]--;
    happened_item(world, ATOM_RECEIVED, slot, handle_slot(subscription), item);
    forget_seen(world, slot);
    return true;
}

bool broadcast_close(World *world, uint32_t slot) {
    if (world_read(world, slot, NULL)[BROADCAST_CLOSED]) return false;
    world_write(world, slot, NULL)[BROADCAST_CLOSED] = 1;
    return true;
}

/* ---- receivers */

void broadcast_add(World *world, uint32_t slot, Word subscription, uint32_t like) {
    Word behind = 0, lag = 0;
    if (like != NO_SLOT) {
        uint32_t at = record_of(world, slot, slot_handle(like));
        behind = world_read(world, slot, NULL)[at + BROADCAST_BEHIND];
        lag = world_read(world, slot, NULL)[at + BROADCAST_LAG];
    }
    uint32_t at = records_open(world, slot, lists_at(world, slot).receivers, true, subscription, behind);
    Word *words = world_write(world, slot, NULL);
    words[at + BROADCAST_LAG] = lag;
    words[BROADCAST_NRECEIVERS]++;
}

void broadcast_remove(World *world, uint32_t slot, Word subscription) {
    uint32_t at = record_of(world, slot, subscription);
    world_write(world, slot, NULL)[BROADCAST_NRECEIVERS]--;
    world_remove(world, slot, at, BROADCAST_RECEIVER_WORDS);
    forget_seen(world, slot);
}

bool broadcast_has_lagged(World *world, uint32_t slot, Word subscription) {
    return (world_read(world, slot, NULL)[record_of(world, slot, subscription) + BROADCAST_LAG] & BROADCAST_WAS_TOLD) != 0;
}

Word broadcast_behind(World *world, uint32_t slot, Word subscription) {
    return world_read(world, slot, NULL)[record_of(world, slot, subscription) + BROADCAST_BEHIND];
}

/* ---- handles */

void broadcast_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context) {
    Lists lists = lists_of(program, words);
    const ValueType *elem = program->sites[words[BROADCAST_SITE]].elem;
    assert(records_word(lists.receivers, lists.receivers.n) == n);
    (void)n;
    for (uint32_t i = 0; i < lists.items.n; i++)
        for (uint32_t k = 0; k < elem->words; k++) {
            uint32_t index = records_word(lists.items, i) + k;
            if (elem->word_kinds[k] != WORD_DATA && words[index] > 0) visit(context, index, words[index], true);
        }
    records_visit(words, lists.receivers, 0, false, visit, context);
}

void broadcast_normalise(const Program *program, Word *words, uint32_t n) {
    (void)n;
    records_sort(words, lists_of(program, words).receivers);
}
