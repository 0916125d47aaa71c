#include "model/network.h"

#include "model/happened.h"
#include "model/op.h"

#include <string.h>

static const Site *site_of(World *world, uint32_t slot) { return &world->program->sites[world_read(world, slot, NULL)[CHANNEL_SITE]]; }

/* The environment's choice: does it happen? */
static bool happens(Step *step, uint32_t slot, NetworkFault fault, Span span) {
    if (step_pick(step, 2) == 0) return false;
    step->result.by_fault = true;
    Event *event = step_event(step, EVENT_FAULT, span, NO_SLOT, slot);
    if (event) event->op = (uint8_t)fault;
    return true;
}

/* ---- losing */

/* What fairness of the channel counts; only channels among the first slots, which are global ones, are told apart. */
static void note_fair(Step *step, uint32_t slot, bool lost) {
    if (slot >= 64 || !site_of(step->world, slot)->is_fair) return;
    *(lost ? &step->result.lost : &step->result.delivered) |= (uint64_t)1 << slot;
}

static bool loses(Step *step, uint32_t slot, Span span) {
    const Site *site = site_of(step->world, slot);
    if (!site->is_lossy) return false;
    bool may_lose = !site->losses || world_read(step->world, slot, NULL)[CHANNEL_LOSSES] < (Word)site->losses;
    bool lost = may_lose && happens(step, slot, NETWORK_LOST, span);
    note_fair(step, slot, lost);
    if (!lost) return false;
    if (site->losses) world_write(step->world, slot, NULL)[CHANNEL_LOSSES]++;
    return true;
}

static void orphan(World *world, uint32_t slot, const Word *item) {
    const ValueType *elem = site_of(world, slot)->elem;
    world_orphan_words(world, elem->word_kinds, item, elem->words);
}

static void drop_item(World *world, uint32_t slot, uint32_t index) {
    Records items = channel_lists(world->program, world_read(world, slot, NULL)).items;
    orphan(world, slot, world_read(world, slot, NULL) + records_word(items, index));
    world_write(world, slot, NULL)[CHANNEL_NITEMS]--;
    if (items.width) world_remove(world, slot, records_word(items, index), items.width);
}

void network_admitted(Step *step, uint32_t slot, Span span) {
    Word n = world_read(step->world, slot, NULL)[CHANNEL_NITEMS];
    if (n > 0 && loses(step, slot, span)) drop_item(step->world, slot, (uint32_t)n - 1);
}

/* ---- sending */

bool network_send(Step *step, uint32_t slot, Word self, const Word *item, Served *served) {
    World *world = step->world;
    *served = (Served){0};
    if (!channel_is_closed(world_read(world, slot, NULL)) && loses(step, slot, (Span){0})) {
        happened_item(world, ATOM_SENT, slot, NO_SLOT, item);
        orphan(world, slot, item);
        return true;
    }
    return channel_send(world, slot, self, item, step_pick(step, channel_send_ways(world, slot, self)), served);
}

bool network_send_kept(Step *step, uint32_t slot, const Word *item, Served *served) {
    World *world = step->world;
    *served = (Served){0};
    if (!(world_read(world, slot, NULL)[CHANNEL_STATE] & CHANNEL_IS_CUT) && loses(step, slot, (Span){0})) {
        happened_item(world, ATOM_SENT, slot, NO_SLOT, item);
        orphan(world, slot, item);
        channel_give_back(world, slot);
        return true;
    }
    return channel_send_kept(world, slot, item, step_pick(step, channel_send_ways(world, slot, 0)), served);
}

static bool duplicates(Step *step, uint32_t slot, Span span) {
    return site_of(step->world, slot)->is_duplicating && world_read(step->world, slot, NULL)[CHANNEL_CAP] != 0 &&
           happens(step, slot, NETWORK_DUPLICATED, span);
}

void network_sent(Step *step, uint32_t slot, Word self, const Word *item, Served served, Span span) {
    for (;;) {
        op_log_served(step, span, ARM_RECV, served.fiber, slot, true);
        wait_decide(step, served.fiber, (uint32_t)served.arm);
        if (!served.fiber || !duplicates(step, slot, span)) return;
        (void)channel_send(step->world, slot, self, item, step_pick(step, channel_send_ways(step->world, slot, self)), &served);
    }
}

/* ---- receiving */

/* Brings any item to the front. */
static void reorder(Step *step, uint32_t slot, Span span) {
    World *world = step->world;
    Records items = channel_lists(world->program, world_read(world, slot, NULL)).items;
    uint32_t pick = site_of(world, slot)->is_reordering && items.n > 1 ? step_pick(step, items.n) : 0;
    if (!pick) return;
    step->result.by_fault = true;
    Event *event = step_event(step, EVENT_FAULT, span, NO_SLOT, slot);
    if (event) event->op = NETWORK_REORDERED;
    Word *item = world_scratch(world, SCRATCH_MOVED, items.width), *words = world_write(world, slot, NULL);
    size_t bytes = sizeof(Word) * items.width;
    memcpy(item, words + records_word(items, pick), bytes);
    memmove(words + records_word(items, 1), words + items.at, bytes * pick);
    memcpy(words + items.at, item, bytes);
}

static bool keeps_copy(Step *step, uint32_t slot, Word *item, Span span) {
    World *world = step->world;
    if (!world_read(world, slot, NULL)[CHANNEL_NITEMS] || !duplicates(step, slot, span)) return false;
    const Word *words = world_read(world, slot, NULL);
    ChannelLists lists = channel_lists(world->program, words);
    memcpy(item, words + lists.items.at, sizeof(Word) * lists.width);
    return true;
}

static NetworkRecv recv_one(Step *step, uint32_t slot, Word self, Word *item, Served *served) {
    bool got = channel_recv(step->world, slot, self, item, step_pick(step, channel_recv_ways(step->world, slot, self)), served);
    return got ? NETWORK_GOT : NETWORK_CLOSED;
}

/* Without a buffer the item that is lost is a waiting sender's, which goes on; the receiver has nothing. */
static bool loses_on_the_way(Step *step, uint32_t slot, Word self, Span span) {
    const Word *words = world_read(step->world, slot, NULL);
    return !words[CHANNEL_CAP] && !channel_is_closed(words) && channel_can_recv(step->world, slot, self) && loses(step, slot, span);
}

NetworkRecv network_recv(Step *step, uint32_t slot, Word self, Word *item, bool may_fail, Served *served, Span span) {
    World *world = step->world;
    *served = (Served){0};
    while (may_fail && loses_on_the_way(step, slot, self, span)) {
        Word *lost = world_scratch(world, SCRATCH_MOVED, site_of(world, slot)->elem->words);
        (void)recv_one(step, slot, self, lost, served);
        orphan(world, slot, lost);
        op_log_served(step, span, ARM_SEND, served->fiber, slot, true);
        wait_decide(step, served->fiber, (uint32_t)served->arm);
        *served = (Served){0};
        if (!channel_can_recv(world, slot, self)) return NETWORK_NOTHING;
    }
    reorder(step, slot, span);
    NetworkRecv outcome = keeps_copy(step, slot, item, span) ? NETWORK_GOT : recv_one(step, slot, self, item, served);
    if (outcome == NETWORK_GOT) happened_item(world, ATOM_RECEIVED, slot, NO_SLOT, item);
    return outcome;
}

void network_received(Step *step, uint32_t slot, Word self, Served served, Span span) {
    op_log_served(step, span, served.got_slot ? ARM_RESERVE : ARM_SEND, served.fiber, slot, true);
    if (!served.fiber || served.got_slot) return;
    wait_decide(step, served.fiber, (uint32_t)served.arm);
    if (!site_of(step->world, slot)->is_lossy || !world_read(step->world, slot, NULL)[CHANNEL_CAP]) return;
    network_admitted(step, slot, span);
    op_fill(step, slot, self, span);
}
