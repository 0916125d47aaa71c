#include "model/channel.h"

#include "model/happened.h"

#include <assert.h>
#include <string.h>

/* Fields of the records of waiters. */
enum { RECEIVER_WORDS = 2, SENDER_WHAT = 2, SENDER_ITEM = 3, DONE_RESULT = 2, DONE_ITEM = 3 };
enum { WANTS_ITEM_SENT, WANTS_SLOT };      /* SENDER_WHAT */
enum { GOT_NOTHING, GOT_DONE, GOT_SLOT }; /* DONE_RESULT */

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
    assert(cap >= -1);
    Word words[CHANNEL_BODY] = {COMP_CHANNEL, site, cap};
    return world_add(world, words, CHANNEL_BODY);
}

/* ---- partners */

/* Waiters of the fiber itself are no partners; where there is no buffer, nor are those that want a slot of it. */
static bool is_partner(const Word *words, Records waiters, uint32_t index, Word self) {
    const Word *record = words + records_word(waiters, index);
    bool wants_slot = waiters.width > RECEIVER_WORDS && record[SENDER_WHAT] == WANTS_SLOT;
    return record[0] != self && (words[CHANNEL_CAP] || !wants_slot);
}

/* How many of the waiters may be chosen: of a fifo channel only the first. */
static uint32_t eligible(const Word *words, Records waiters, bool is_fifo, Word self) {
    uint32_t count = 0;
    for (uint32_t i = 0; i < waiters.n && !(is_fifo && count); i++) count += is_partner(words, waiters, i, self);
    return count;
}

static uint32_t chosen(const Word *words, Records waiters, Word self, uint32_t way) {
    for (uint32_t i = 0; i < waiters.n; i++)
        if (is_partner(words, waiters, i, self) && way-- == 0) return i;
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

static bool has_room(const Word *words) {
    return words[CHANNEL_CAP] < 0 || words[CHANNEL_NITEMS] + words[CHANNEL_KEPT] < words[CHANNEL_CAP];
}

/* Closed, and nothing can come any more. */
static bool is_drained(const Word *words) {
    if (words[CHANNEL_STATE] & CHANNEL_IS_CUT) return true;
    return channel_is_closed(words) && !words[CHANNEL_NITEMS] && !words[CHANNEL_KEPT];
}

bool channel_can_send(World *world, uint32_t slot, Word self) {
    const Word *words = world_read(world, slot, NULL);
    if (channel_is_closed(words)) return true;
    return words[CHANNEL_CAP] ? has_room(words) : receivers_for(world, slot, self) > 0;
}

bool channel_can_recv(World *world, uint32_t slot, Word self) {
    const Word *words = world_read(world, slot, NULL);
    if (words[CHANNEL_NITEMS] > 0 || is_drained(words)) return true;
    return !words[CHANNEL_CAP] && senders_for(world, slot, self) > 0;
}

bool channel_can_reserve(World *world, uint32_t slot) {
    const Word *words = world_read(world, slot, NULL);
    return channel_is_closed(words) || has_room(words);
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
    Served served = {words[at], words[at + 1], false};
    if (result == GOT_DONE) happened_item(world, ATOM_RECEIVED, slot, NO_SLOT, item);
    words[CHANNEL_NRECEIVERS]--;
    world_remove(world, slot, at, lists.receivers.width);
    complete(world, slot, served.fiber, served.arm, result, item);
    return served;
}

/* Where tasks play roles it matters which item it was that somebody sent who waited. */
static void keep_sent(World *world, uint32_t slot, uint32_t index) {
    const Program *program = world->program;
    ChannelLists lists = lists_at(world, slot);
    const Word *words = world_read(world, slot, NULL);
    const ValueType *elem = program->sites[words[CHANNEL_SITE]].elem;
    uint32_t from = records_word(lists.senders, index) + SENDER_ITEM;
    Word *kept = world_scratch(world, SCRATCH_SENT, lists.width);
    for (uint32_t i = 0; i < lists.width; i++) kept[i] = elem->word_kinds[i] == WORD_DATA ? words[from + i] : 0;
}

static void mark_sent(World *world, uint32_t slot, Served served) {
    const Word *words = world_read(world, slot, NULL);
    ChannelLists lists = channel_lists(world->program, words);
    int index = records_find(words, lists.done, served.fiber, served.arm);
    assert(index >= 0);
    uint32_t at = records_word(lists.done, (uint32_t)index) + DONE_ITEM;
    const Word *kept = world_scratch(world, SCRATCH_SENT, lists.width);
    if (lists.width) memcpy(world_write(world, slot, NULL) + at, kept, sizeof(Word) * lists.width);
}

/* Takes the sender's item (into `item`, unless NULL) and completes it. */
static Served complete_sender(World *world, uint32_t slot, uint32_t index, Word result, Word *item) {
    ChannelLists lists = lists_at(world, slot);
    uint32_t at = records_word(lists.senders, index);
    Word *words = world_write(world, slot, NULL);
    Served served = {words[at], words[at + 1], words[at + SENDER_WHAT] == WANTS_SLOT};
    if (item) memcpy(item, words + at + SENDER_ITEM, sizeof(Word) * lists.width);
    bool keeps = world->program->nroles > 0 && result == GOT_DONE;
    if (keeps) keep_sent(world, slot, index);
    words = world_write(world, slot, NULL);
    words[CHANNEL_NSENDERS]--;
    world_remove(world, slot, at, lists.senders.width);
    complete(world, slot, served.fiber, served.arm, result, NULL);
    if (keeps) mark_sent(world, slot, served);
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
    world_orphan_words(world, elem->word_kinds, words + at, elem->words);
}

/* Room goes to a waiter: its item is buffered, or a slot is kept for it. */
static Served admit(World *world, uint32_t slot, uint32_t index) {
    ChannelLists lists = lists_at(world, slot);
    const Word *words = world_read(world, slot, NULL);
    if (words[records_word(lists.senders, index) + SENDER_WHAT] == WANTS_SLOT) {
        world_write(world, slot, NULL)[CHANNEL_KEPT]++;
        return complete_sender(world, slot, index, GOT_SLOT, NULL);
    }
    Word *moved = world_scratch(world, SCRATCH_MOVED, lists.width);
    Served served = complete_sender(world, slot, index, GOT_DONE, moved);
    happened_item(world, ATOM_SENT, slot, NO_SLOT, moved);
    push_item(world, slot, moved);
    return served;
}

/* ---- operations */

/* The item goes to a receiver that waits, or into the buffer. */
static Served deliver(World *world, uint32_t slot, Word self, const Word *item, uint32_t way) {
    const Word *words = world_read(world, slot, NULL);
    ChannelLists lists = channel_lists(world->program, words);
    happened_item(world, ATOM_SENT, slot, NO_SLOT, item);
    if (eligible(words, lists.receivers, lists.is_fifo, self))
        return complete_receiver(world, slot, chosen(words, lists.receivers, self, way), GOT_DONE, item);
    push_item(world, slot, item);
    return (Served){0};
}

bool channel_send(World *world, uint32_t slot, Word self, const Word *item, uint32_t way, Served *served) {
    *served = (Served){0};
    const Word *words = world_read(world, slot, NULL);
    if (channel_is_closed(words)) return false;
    if (world->program->sites[words[CHANNEL_SITE]].is_oneshot) world_write(world, slot, NULL)[CHANNEL_STATE] |= CHANNEL_IS_USED;
    *served = deliver(world, slot, self, item, way);
    return true;
}

bool channel_recv(World *world, uint32_t slot, Word self, Word *item, uint32_t way, Served *served) {
    *served = (Served){0};
    const Word *words = world_read(world, slot, NULL);
    ChannelLists lists = channel_lists(world->program, words);
    bool helps = eligible(words, lists.senders, lists.is_fifo, self) > 0;
    uint32_t sender = helps ? chosen(words, lists.senders, self, way) : 0;
    if (!lists.items.n) {
        if (!helps) return false;
        *served = complete_sender(world, slot, sender, GOT_DONE, item);
        happened_item(world, ATOM_SENT, slot, NO_SLOT, item);
        return true;
    }
    shift_item(world, slot, item);
    if (helps) *served = admit(world, slot, sender);
    return true;
}

bool channel_reserve(World *world, uint32_t slot) {
    if (channel_is_closed(world_read(world, slot, NULL))) return false;
    world_write(world, slot, NULL)[CHANNEL_KEPT]++;
    return true;
}

void channel_give_back(World *world, uint32_t slot) {
    Word *words = world_write(world, slot, NULL);
    if (words[CHANNEL_STATE] & CHANNEL_IS_CUT) return; /* there are no slots any more */
    assert(words[CHANNEL_KEPT] > 0);
    words[CHANNEL_KEPT]--;
    channel_drain(world, slot);
}

bool channel_send_kept(World *world, uint32_t slot, const Word *item, uint32_t way, Served *served) {
    *served = (Served){0};
    if (world_read(world, slot, NULL)[CHANNEL_STATE] & CHANNEL_IS_CUT) return false;
    world_write(world, slot, NULL)[CHANNEL_KEPT]--;
    *served = deliver(world, slot, 0, item, way);
    channel_drain(world, slot);
    return true;
}

uint32_t channel_fill_ways(World *world, uint32_t slot, Word self) {
    const Word *words = world_read(world, slot, NULL);
    return words[CHANNEL_CAP] && has_room(words) && !channel_is_closed(words) ? senders_for(world, slot, self) : 0;
}

Word channel_fill_fiber(World *world, uint32_t slot, Word self, uint32_t way) {
    const Word *words = world_read(world, slot, NULL);
    Records senders = channel_lists(world->program, words).senders;
    return words[records_word(senders, chosen(words, senders, self, way))];
}

void channel_fill(World *world, uint32_t slot, Word self, uint32_t way, uint32_t receiver, Served *sender, Served *receiver_served) {
    const Word *words = world_read(world, slot, NULL);
    ChannelLists lists = channel_lists(world->program, words);
    *sender = admit(world, slot, chosen(words, lists.senders, self, way));
    *receiver_served = (Served){0};
    words = world_read(world, slot, NULL);
    if (!words[CHANNEL_NITEMS] || !receivers_for(world, slot, sender->fiber)) return;
    Word *item = world_scratch(world, SCRATCH_MOVED, lists.width);
    shift_item(world, slot, item);
    *receiver_served = deliver(world, slot, sender->fiber, item, receiver);
}

void channel_drain(World *world, uint32_t slot) {
    if (!is_drained(world_read(world, slot, NULL))) return;
    while (lists_at(world, slot).receivers.n) complete_receiver(world, slot, 0, GOT_NOTHING, NULL);
}

void channel_queue_send(World *world, uint32_t slot, Waiter who, const Word *item) {
    ChannelLists lists = lists_at(world, slot);
    uint32_t at = records_open(world, slot, lists.senders, !lists.is_fifo, who.fiber, who.arm);
    Word *words = world_write(world, slot, NULL);
    words[CHANNEL_NSENDERS]++;
    memcpy(words + at + SENDER_ITEM, item, sizeof(Word) * lists.width);
}

void channel_queue_reserve(World *world, uint32_t slot, Waiter who) {
    ChannelLists lists = lists_at(world, slot);
    uint32_t at = records_open(world, slot, lists.senders, !lists.is_fifo, who.fiber, who.arm);
    Word *words = world_write(world, slot, NULL);
    words[CHANNEL_NSENDERS]++;
    words[at + SENDER_WHAT] = WANTS_SLOT;
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

static bool is_done_with(World *world, uint32_t slot, Waiter who, Word result) {
    const Word *words = world_read(world, slot, NULL);
    Records done = channel_lists(world->program, words).done;
    int index = records_find(words, done, who.fiber, who.arm);
    return index >= 0 && words[records_word(done, (uint32_t)index) + DONE_RESULT] == result;
}

bool channel_is_handed(World *world, uint32_t slot, Waiter who) { return is_done_with(world, slot, who, GOT_DONE); }
bool channel_got_slot(World *world, uint32_t slot, Waiter who) { return is_done_with(world, slot, who, GOT_SLOT); }

static void remove_done(World *world, uint32_t slot, Records done, uint32_t index) {
    world_write(world, slot, NULL)[CHANNEL_NDONE]--;
    world_remove(world, slot, records_word(done, index), done.width);
}

const Word *channel_sent_item(World *world, uint32_t slot, Waiter who) {
    const Word *words = world_read(world, slot, NULL);
    Records done = channel_lists(world->program, words).done;
    int index = records_find(words, done, who.fiber, who.arm);
    if (index < 0 || words[records_word(done, (uint32_t)index) + DONE_RESULT] != GOT_DONE) return NULL;
    return words + records_word(done, (uint32_t)index) + DONE_ITEM;
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

bool channel_give_up(World *world, uint32_t slot, Waiter who) {
    ChannelLists lists = lists_at(world, slot);
    if (give_up_in(world, slot, lists.receivers, who, CHANNEL_NRECEIVERS, 0)) return false;
    if (give_up_in(world, slot, lists.senders, who, CHANNEL_NSENDERS, SENDER_ITEM)) return false;
    bool had_slot = channel_got_slot(world, slot, who);
    (void)give_up_in(world, slot, lists.done, who, CHANNEL_NDONE, DONE_ITEM);
    if (had_slot) channel_give_back(world, slot);
    return had_slot;
}

void channel_end(World *world, uint32_t slot) {
    world_write(world, slot, NULL)[CHANNEL_STATE] |= CHANNEL_IS_CLOSED;
    channel_drain(world, slot);
    while (lists_at(world, slot).senders.n) {
        orphan_item(world, slot, records_word(lists_at(world, slot).senders, 0) + SENDER_ITEM);
        complete_sender(world, slot, 0, GOT_NOTHING, NULL);
    }
}

bool channel_close(World *world, uint32_t slot) {
    Word *words = world_write(world, slot, NULL);
    if (words[CHANNEL_STATE] & CHANNEL_IS_SHUT) return false;
    words[CHANNEL_STATE] |= CHANNEL_IS_SHUT;
    channel_end(world, slot);
    return true;
}

void channel_cut(World *world, uint32_t slot) {
    ChannelLists lists = lists_at(world, slot);
    for (uint32_t i = 0; i < lists.items.n; i++) orphan_item(world, slot, records_word(lists.items, i));
    Word *words = world_write(world, slot, NULL);
    words[CHANNEL_STATE] |= CHANNEL_IS_CUT;
    words[CHANNEL_NITEMS] = words[CHANNEL_KEPT] = 0;
    uint32_t count = lists.items.n * lists.width;
    if (count) world_remove(world, slot, lists.items.at, count);
    channel_end(world, slot);
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
            if (v->elem->word_kinds[j] != WORD_DATA && v->words[index] > 0) v->visit(v->context, index, v->words[index], ordered);
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
