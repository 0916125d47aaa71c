#include "model/channel.h"

#include <assert.h>
#include <string.h>

/* Fields of the records of waiters. */
enum { RECEIVER_WORDS = 2, SENDER_ITEM = 2, DONE_RESULT = 2, DONE_ITEM = 3 };

ChannelLists channel_lists(const Program *program, const Word *words) {
    assert(comp_kind(words) == COMP_CHANNEL);
    const Site *site = &program->sites[words[CHANNEL_SITE]];
    ChannelLists lists = {.width = site->elem->words, .is_fifo = site->is_fifo};
    lists.items = (Records){CHANNEL_BODY, (uint32_t)words[CHANNEL_NITEMS], lists.width};
    lists.receivers = (Records){records_word(lists.items, lists.items.n), (uint32_t)words[CHANNEL_NRECEIVERS], RECEIVER_WORDS};
    lists.senders = (Records){records_word(lists.receivers, lists.receivers.n), (uint32_t)words[CHANNEL_NSENDERS], SENDER_ITEM + lists.width};
    lists.done = (Records){records_word(lists.senders, lists.senders.n), (uint32_t)words[CHANNEL_NDONE], DONE_ITEM + lists.width};
    return lists;
}

static ChannelLists lists_at(World *world, uint32_t slot) { return channel_lists(world->program, world_read(world, slot, NULL)); }

uint32_t channel_new(World *world, uint32_t site, Word cap) {
    assert(cap >= 0);
    Word words[CHANNEL_BODY] = {COMP_CHANNEL, site, cap};
    return world_add(world, words, CHANNEL_BODY);
}

/* ---- partners */

/* How many of the waiters may be chosen: those of other fibers, of a fifo channel only the first. */
static uint32_t eligible(const Word *words, Records waiters, bool is_fifo, Word self) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < waiters.n && !(is_fifo && count); i++) count += words[records_word(waiters, i)] != self;
    return count;
}

static uint32_t chosen(const Word *words, Records waiters, Word self, uint32_t way) {
    for (uint32_t i = 0; i < waiters.n; i++)
        if (words[records_word(waiters, i)] != self && way-- == 0) return i;
    assert(!"no such partner");
    return 0;
}

static uint32_t receivers_for(World *world, uint32_t slot, Word self) {
    const Word *words = world_read(world, slot, NULL);
    ChannelLists lists = channel_lists(world->program, words);
    return eligible(words, lists.receivers, lists.is_fifo, self);
}

static uint32_t senders_for(World *world, uint32_t slot, Word self) {
    const Word *words = world_read(world, slot, NULL);
    ChannelLists lists = channel_lists(world->program, words);
    return eligible(words, lists.senders, lists.is_fifo, self);
}

bool channel_can_send(World *world, uint32_t slot, Word self) {
    const Word *words = world_read(world, slot, NULL);
    return words[CHANNEL_CLOSED] || words[CHANNEL_NITEMS] < words[CHANNEL_CAP] || receivers_for(world, slot, self) > 0;
}

bool channel_can_recv(World *world, uint32_t slot, Word self) {
    const Word *words = world_read(world, slot, NULL);
    return words[CHANNEL_CLOSED] || words[CHANNEL_NITEMS] > 0 || senders_for(world, slot, self) > 0;
}

uint32_t channel_send_ways(World *world, uint32_t slot, Word self) {
    uint32_t partners = receivers_for(world, slot, self);
    return partners ? partners : 1;
}

uint32_t channel_recv_ways(World *world, uint32_t slot, Word self) {
    uint32_t partners = senders_for(world, slot, self);
    return partners ? partners : 1;
}

/* ---- moving records */

static void complete(World *world, uint32_t slot, Word fiber, Word arm, Word result, const Word *item) {
    ChannelLists lists = lists_at(world, slot);
    uint32_t at = records_open(world, slot, lists.done, true, fiber, arm);
    Word *words = world_write(world, slot, NULL);
    words[CHANNEL_NDONE]++;
    words[at + DONE_RESULT] = result;
    if (item) memcpy(words + at + DONE_ITEM, item, sizeof(Word) * lists.width);
}

static Served complete_receiver(World *world, uint32_t slot, uint32_t index, Word result, const Word *item) {
    ChannelLists lists = lists_at(world, slot);
    uint32_t at = records_word(lists.receivers, index);
    Word *words = world_write(world, slot, NULL);
    Served served = {words[at], words[at + 1]};
    words[CHANNEL_NRECEIVERS]--;
    world_remove(world, slot, at, lists.receivers.width);
    complete(world, slot, served.fiber, served.arm, result, item);
    return served;
}

/* Takes the sender's item (into `item`, unless NULL) and completes it. */
static Served complete_sender(World *world, uint32_t slot, uint32_t index, Word result, Word *item) {
    ChannelLists lists = lists_at(world, slot);
    uint32_t at = records_word(lists.senders, index);
    Word *words = world_write(world, slot, NULL);
    Served served = {words[at], words[at + 1]};
    if (item) memcpy(item, words + at + SENDER_ITEM, sizeof(Word) * lists.width);
    words[CHANNEL_NSENDERS]--;
    world_remove(world, slot, at, lists.senders.width);
    complete(world, slot, served.fiber, served.arm, result, NULL);
    return served;
}

static void push_item(World *world, uint32_t slot, const Word *item) {
    ChannelLists lists = lists_at(world, slot);
    uint32_t at = records_word(lists.items, lists.items.n);
    Word *words = world_insert(world, slot, at, lists.width);
    memcpy(words + at, item, sizeof(Word) * lists.width);
    words[CHANNEL_NITEMS]++;
}

static void shift_item(World *world, uint32_t slot, Word *item) {
    ChannelLists lists = lists_at(world, slot);
    Word *words = world_write(world, slot, NULL);
    memcpy(item, words + lists.items.at, sizeof(Word) * lists.width);
    words[CHANNEL_NITEMS]--;
    if (lists.width) world_remove(world, slot, lists.items.at, lists.width);
}

static void orphan_item(World *world, uint32_t slot, uint32_t at) {
    const Word *words = world_read(world, slot, NULL);
    const ValueType *elem = world->program->sites[words[CHANNEL_SITE]].elem;
    for (uint32_t i = 0; i < elem->words; i++)
        if (elem->word_kinds[i] == WORD_FUTURE) world_orphan(world, words[at + i]);
}

/* ---- operations */

bool channel_send(World *world, uint32_t slot, Word self, const Word *item, uint32_t way, Served *served) {
    *served = (Served){0};
    const Word *words = world_read(world, slot, NULL);
    if (words[CHANNEL_CLOSED]) return false;
    ChannelLists lists = channel_lists(world->program, words);
    if (eligible(words, lists.receivers, lists.is_fifo, self))
        *served = complete_receiver(world, slot, chosen(words, lists.receivers, self, way), 1, item);
    else
        push_item(world, slot, item);
    return true;
}

bool channel_recv(World *world, uint32_t slot, Word self, Word *item, uint32_t way, Served *served) {
    *served = (Served){0};
    const Word *words = world_read(world, slot, NULL);
    ChannelLists lists = channel_lists(world->program, words);
    bool helps = eligible(words, lists.senders, lists.is_fifo, self) > 0;
    uint32_t sender = helps ? chosen(words, lists.senders, self, way) : 0;
    if (!lists.items.n) {
        if (helps) *served = complete_sender(world, slot, sender, 1, item);
        return helps;
    }
    shift_item(world, slot, item);
    if (!helps) return true;
    Word *moved = world_scratch(world, SCRATCH_MOVED, lists.width);
    *served = complete_sender(world, slot, sender, 1, moved);
    push_item(world, slot, moved);
    return true;
}

void channel_queue_send(World *world, uint32_t slot, Waiter who, const Word *item) {
    ChannelLists lists = lists_at(world, slot);
    uint32_t at = records_open(world, slot, lists.senders, !lists.is_fifo, who.fiber, who.arm);
    Word *words = world_write(world, slot, NULL);
    words[CHANNEL_NSENDERS]++;
    memcpy(words + at + SENDER_ITEM, item, sizeof(Word) * lists.width);
}

void channel_queue_recv(World *world, uint32_t slot, Waiter who) {
    ChannelLists lists = lists_at(world, slot);
    records_open(world, slot, lists.receivers, !lists.is_fifo, who.fiber, who.arm);
    world_write(world, slot, NULL)[CHANNEL_NRECEIVERS]++;
}

bool channel_is_served(World *world, uint32_t slot, Waiter who) {
    const Word *words = world_read(world, slot, NULL);
    return records_find(words, channel_lists(world->program, words).done, who.fiber, who.arm) >= 0;
}

bool channel_is_handed(World *world, uint32_t slot, Waiter who) {
    const Word *words = world_read(world, slot, NULL);
    Records done = channel_lists(world->program, words).done;
    int index = records_find(words, done, who.fiber, who.arm);
    return index >= 0 && words[records_word(done, (uint32_t)index) + DONE_RESULT] != 0;
}

static void remove_done(World *world, uint32_t slot, Records done, uint32_t index) {
    world_write(world, slot, NULL)[CHANNEL_NDONE]--;
    world_remove(world, slot, records_word(done, index), done.width);
}

bool channel_collect(World *world, uint32_t slot, Waiter who, Word *item, bool is_recv) {
    const Word *words = world_read(world, slot, NULL);
    ChannelLists lists = channel_lists(world->program, words);
    int index = records_find(words, lists.done, who.fiber, who.arm);
    assert(index >= 0);
    const Word *record = words + records_word(lists.done, (uint32_t)index);
    bool result = record[DONE_RESULT] != 0;
    if (is_recv && result) memcpy(item, record + DONE_ITEM, sizeof(Word) * lists.width);
    remove_done(world, slot, lists.done, (uint32_t)index);
    return result;
}

static bool give_up_in(World *world, uint32_t slot, Records records, Waiter who, uint32_t counter, uint32_t item) {
    Word *words = world_write(world, slot, NULL);
    int index = records_find(words, records, who.fiber, who.arm);
    if (index < 0) return false;
    uint32_t at = records_word(records, (uint32_t)index);
    if (item) orphan_item(world, slot, at + item);
    words[counter]--;
    world_remove(world, slot, at, records.width);
    return true;
}

void channel_give_up(World *world, uint32_t slot, Waiter who) {
    ChannelLists lists = lists_at(world, slot);
    if (give_up_in(world, slot, lists.receivers, who, CHANNEL_NRECEIVERS, 0)) return;
    if (give_up_in(world, slot, lists.senders, who, CHANNEL_NSENDERS, SENDER_ITEM)) return;
    (void)give_up_in(world, slot, lists.done, who, CHANNEL_NDONE, DONE_ITEM);
}

bool channel_close(World *world, uint32_t slot) {
    Word *words = world_write(world, slot, NULL);
    if (words[CHANNEL_CLOSED]) return false;
    words[CHANNEL_CLOSED] = 1;
    while (lists_at(world, slot).receivers.n) complete_receiver(world, slot, 0, 0, NULL);
    while (lists_at(world, slot).senders.n) {
        orphan_item(world, slot, records_word(lists_at(world, slot).senders, 0) + SENDER_ITEM);
        complete_sender(world, slot, 0, 0, NULL);
    }
    return true;
}

bool channel_has_waiters(World *world, uint32_t slot) {
    const Word *words = world_read(world, slot, NULL);
    return words[CHANNEL_NRECEIVERS] || words[CHANNEL_NSENDERS] || words[CHANNEL_NDONE];
}

/* ---- handles */

typedef struct Visit {
    const Word *words;
    const ValueType *elem;
    HandleVisitor visit;
    void *context;
} Visit;

static void visit_items(const Visit *v, Records records, uint32_t item, bool ordered) {
    for (uint32_t i = 0; i < records.n; i++)
        for (uint32_t j = 0; j < v->elem->words; j++) {
            uint32_t index = records_word(records, i) + item + j;
            if (v->elem->word_kinds[j] != WORD_DATA && v->words[index]) v->visit(v->context, index, v->words[index], ordered);
        }
}

void channel_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context) {
    ChannelLists lists = channel_lists(program, words);
    assert(records_word(lists.done, lists.done.n) == n);
    (void)n;
    Visit v = {words, program->sites[words[CHANNEL_SITE]].elem, visit, context};
    visit_items(&v, lists.items, 0, true);
    records_visit(words, lists.receivers, 0, lists.is_fifo, visit, context);
    records_visit(words, lists.senders, 0, lists.is_fifo, visit, context);
    visit_items(&v, lists.senders, SENDER_ITEM, lists.is_fifo);
    records_visit(words, lists.done, 0, false, visit, context);
    visit_items(&v, lists.done, DONE_ITEM, false);
}

void channel_normalise(const Program *program, Word *words, uint32_t n) {
    ChannelLists lists = channel_lists(program, words);
    assert(records_word(lists.done, lists.done.n) == n);
    (void)n;
    if (!lists.is_fifo) {
        records_sort(words, lists.receivers);
        records_sort(words, lists.senders);
    }
    records_sort(words, lists.done);
}

uint32_t channel_element(const Program *program, const Word *words, uint32_t index) {
    ChannelLists lists = channel_lists(program, words);
    uint32_t sender = lists.is_fifo ? 0 : records_record_of(lists.senders, index);
    return sender ? sender : records_record_of(lists.done, index);
}
