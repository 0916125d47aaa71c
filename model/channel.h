/* A channel: its buffer, the slots that permits keep, its ends, who waits to receive, to send or for a slot, and whose operation was completed
   by a partner but has not gone on.
   Words: the fields below, then items, receivers {fiber, arm}, senders {fiber, arm, what, item}, completed {fiber, arm, result, item};
   receivers and senders in order of arrival when the channel is fifo, else (and the completed ones always) sets in order of (fiber, arm).
   Someone waits to receive only while nothing is buffered, to send or for a slot only while there is no room. */
#ifndef UNKNOT_MODEL_CHANNEL_H
#define UNKNOT_MODEL_CHANNEL_H

#include "model/records.h"
#include "model/world.h"

enum { CHANNEL_SITE = 1, CHANNEL_CAP /* -1: unbounded */, CHANNEL_STATE /* CHANNEL_IS_… */, CHANNEL_KEPT /* slots, by permits */,
    CHANNEL_TX, CHANNEL_RX /* sender and receiver ends that exist */, CHANNEL_NITEMS, CHANNEL_NRECEIVERS, CHANNEL_NSENDERS, CHANNEL_NDONE,
    CHANNEL_LOSSES /* so far, where they are counted */, CHANNEL_BODY };

enum {
    CHANNEL_IS_CLOSED = 1, /* by whom ever */
    CHANNEL_IS_SHUT = 2,   /* by close() */
    CHANNEL_IS_CUT = 4,    /* its last receiver is gone: what is sent is dropped, permits too */
    CHANNEL_IS_USED = 8    /* a oneshot that was sent to */
};

/* The lists of a channel's words. `items` are records of the element's width without a waiter. */
typedef struct ChannelLists {
    Records items, receivers, senders, done;
    uint32_t width; /* words of an element */
    bool is_fifo;
} ChannelLists;
ChannelLists channel_lists(const Program *program, const Word *words);

/* Who was served by an operation: fiber is 0 when nobody was. */
typedef struct Served { Word fiber, arm; bool got_slot; /* it waited in `reserve` */ } Served;

uint32_t channel_new(World *world, uint32_t site, Word cap);
/* `self`: the fiber whose arms it cannot serve (those of one select never serve each other), 0 for none. */
bool channel_can_send(World *world, uint32_t slot, Word self);
bool channel_can_recv(World *world, uint32_t slot, Word self);
bool channel_can_reserve(World *world, uint32_t slot);
/* In how many ways the operation can fire, by whom it serves: at least 1. */
uint32_t channel_send_ways(World *world, uint32_t slot, Word self);
uint32_t channel_recv_ways(World *world, uint32_t slot, Word self);
/* The operation fires, in the way chosen; false: closed (nothing was sent; `item` is untouched). */
bool channel_send(World *world, uint32_t slot, Word self, const Word *item, uint32_t way, Served *served);
bool channel_recv(World *world, uint32_t slot, Word self, Word *item, uint32_t way, Served *served);
void channel_queue_send(World *world, uint32_t slot, Waiter who, const Word *item);
void channel_queue_recv(World *world, uint32_t slot, Waiter who);
void channel_queue_reserve(World *world, uint32_t slot, Waiter who);
/* Keeps a slot; false: closed. */
bool channel_reserve(World *world, uint32_t slot);
/* The item takes the slot that was kept for it, to one of the receivers waiting if there are some (channel_send_ways with self 0); false:
   the last receiver is gone. Then channel_fill. */
bool channel_send_kept(World *world, uint32_t slot, const Word *item, uint32_t way, Served *served);
/* The slot is given back. Then channel_fill. */
void channel_give_back(World *world, uint32_t slot);
/* How many of those that wait for room may get some: 0 when there is none, or nobody waits. */
uint32_t channel_fill_ways(World *world, uint32_t slot, Word self);
/* The fiber that would. */
Word channel_fill_fiber(World *world, uint32_t slot, Word self, uint32_t way);
/* It does: what it sends goes to the `receiver`-th of the receivers waiting, its own arms apart, if there are some. */
void channel_fill(World *world, uint32_t slot, Word self, uint32_t way, uint32_t receiver, Served *sender, Served *receiver_served);
/* Nobody waits to receive any more when nothing can come. */
void channel_drain(World *world, uint32_t slot);
/* True when a partner has completed what this waiter waits for. */
bool channel_is_served(World *world, uint32_t slot, Waiter who);
/* The same, and an item changed hands (as opposed to a close). */
bool channel_is_handed(World *world, uint32_t slot, Waiter who);
/* The waiter was given a slot. */
bool channel_got_slot(World *world, uint32_t slot, Waiter who);
/* The item that the waiter, who has been served, sent (handles are 0): kept in programs with roles. NULL: it was not sent. */
const Word *channel_sent_item(World *world, uint32_t slot, Waiter who);
/* The waiter goes on: gives its result and, for a receiver, the item. */
bool channel_collect(World *world, uint32_t slot, Waiter who, Word *item, bool is_recv);
/* The waiter's place, or what was put into its hand, is gone; true: it was given a slot, which is free again (channel_fill). */
bool channel_give_up(World *world, uint32_t slot, Waiter who);
/* false: it was closed so already. What waits is completed with false. */
bool channel_close(World *world, uint32_t slot);
/* Its last sender is gone. */
void channel_end(World *world, uint32_t slot);
/* Its last receiver is gone: what is queued is dropped. */
void channel_cut(World *world, uint32_t slot);
static inline bool channel_is_closed(const Word *words) { return (words[CHANNEL_STATE] & CHANNEL_IS_CLOSED) != 0; }
bool channel_has_waiters(World *world, uint32_t slot);

void channel_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context);
void channel_normalise(const Program *program, Word *words, uint32_t n);
uint32_t channel_element(const Program *program, const Word *words, uint32_t index);

#endif
