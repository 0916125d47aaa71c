/* A channel: its buffer, who waits to receive or to send, and whose operation was completed by a partner but has not gone on.
   Words: the fields below, then items, receivers {fiber, arm}, senders {fiber, arm, item}, completed {fiber, arm, result, item};
   receivers and senders in order of arrival when the channel is fifo, else (and the completed ones always) sets in order of (fiber, arm).
   Someone waits to receive only while nothing is buffered, to send only while there is no room. */
#ifndef UNKNOT_MODEL_CHANNEL_H
#define UNKNOT_MODEL_CHANNEL_H

#include "model/records.h"
#include "model/world.h"

enum { CHANNEL_SITE = 1, CHANNEL_CAP, CHANNEL_CLOSED, CHANNEL_NITEMS, CHANNEL_NRECEIVERS, CHANNEL_NSENDERS, CHANNEL_NDONE, CHANNEL_BODY };

/* The lists of a channel's words. `items` are records of the element's width without a waiter. */
typedef struct ChannelLists {
    Records items, receivers, senders, done;
    uint32_t width; /* words of an element */
    bool is_fifo;
} ChannelLists;
ChannelLists channel_lists(const Program *program, const Word *words);

/* Who was served by an operation: fiber is 0 when nobody was. */
typedef struct Served { Word fiber, arm; } Served;

uint32_t channel_new(World *world, uint32_t site, Word cap);
/* `self`: the fiber whose arms it cannot serve (those of one select never serve each other), 0 for none. */
bool channel_can_send(World *world, uint32_t slot, Word self);
bool channel_can_recv(World *world, uint32_t slot, Word self);
/* In how many ways the operation can fire, by whom it serves: at least 1. */
uint32_t channel_send_ways(World *world, uint32_t slot, Word self);
uint32_t channel_recv_ways(World *world, uint32_t slot, Word self);
/* The operation fires, in the way chosen; false: closed (nothing was sent; `item` is untouched). */
bool channel_send(World *world, uint32_t slot, Word self, const Word *item, uint32_t way, Served *served);
bool channel_recv(World *world, uint32_t slot, Word self, Word *item, uint32_t way, Served *served);
void channel_queue_send(World *world, uint32_t slot, Waiter who, const Word *item);
void channel_queue_recv(World *world, uint32_t slot, Waiter who);
/* True when a partner has completed what this waiter waits for. */
bool channel_is_served(World *world, uint32_t slot, Waiter who);
/* The same, and an item changed hands (as opposed to a close). */
bool channel_is_handed(World *world, uint32_t slot, Waiter who);
/* The waiter goes on: gives its result and, for a receiver, the item. */
bool channel_collect(World *world, uint32_t slot, Waiter who, Word *item, bool is_recv);
/* The waiter's place, or what was put into its hand, is gone. */
void channel_give_up(World *world, uint32_t slot, Waiter who);
/* false: it was closed already. */
bool channel_close(World *world, uint32_t slot);
bool channel_has_waiters(World *world, uint32_t slot);

void channel_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context);
void channel_normalise(const Program *program, Word *words, uint32_t n);
uint32_t channel_element(const Program *program, const Word *words, uint32_t index);

#endif
