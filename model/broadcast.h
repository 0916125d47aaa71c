/* A broadcast: the items that some receiver has not seen, and how far each receiver is behind. Who waits for an item needs no place: each
   receiver gets every item.
   Words: the fields below, then items (oldest first), receivers {subscription, items not seen, BROADCAST_HAS_… flags}, a set. Items that
   everybody has seen are gone. */
#ifndef UNKNOT_MODEL_BROADCAST_H
#define UNKNOT_MODEL_BROADCAST_H

#include "model/records.h"

enum { BROADCAST_SITE = 1, BROADCAST_CAP, BROADCAST_CLOSED, BROADCAST_NITEMS, BROADCAST_NRECEIVERS, BROADCAST_BODY };
enum { BROADCAST_BEHIND = 1, BROADCAST_LAG, BROADCAST_RECEIVER_WORDS };
enum {
    BROADCAST_HAS_LAGGED = 1, /* it missed items and was not told yet */
    BROADCAST_WAS_TOLD = 2    /* its last receive said so */
};

uint32_t broadcast_new(World *world, uint32_t site, Word cap);
/* A receiver that has seen everything, or as much as the one of the subscription at slot `like` (NO_SLOT: none). */
void broadcast_add(World *world, uint32_t slot, Word subscription, uint32_t like);
void broadcast_remove(World *world, uint32_t slot, Word subscription);
/* false: closed, or nobody subscribes. */
bool broadcast_send(World *world, uint32_t slot, const Word *item);
/* An item that it has not seen, or a word that it missed some, or closed. */
bool broadcast_can_recv(World *world, uint32_t slot, Word subscription);
/* false: it was told that it missed items, or closed. */
bool broadcast_recv(World *world, uint32_t slot, Word subscription, Word *item);
bool broadcast_has_lagged(World *world, uint32_t slot, Word subscription);
/* How many items it has not seen. */
Word broadcast_behind(World *world, uint32_t slot, Word subscription);
/* false: it was closed already. */
bool broadcast_close(World *world, uint32_t slot);

void broadcast_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context);
void broadcast_normalise(const Program *program, Word *words, uint32_t n);

#endif
