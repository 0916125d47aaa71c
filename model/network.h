/* What an unreliable channel does to its items: a send may leave nothing (lossy), a receive may leave its item (duplicating) or take another than
   the first (reordering). None of these is a step of its own; a step in which one happens is a fault (StepResult.by_fault). On a reliable
   channel these are the plain operations. */
#ifndef UNKNOT_MODEL_NETWORK_H
#define UNKNOT_MODEL_NETWORK_H

#include "model/channel.h"
#include "model/step.h"

/* channel_send in one of its ways; a lost item counts as sent. */
bool network_send(Step *step, uint32_t slot, Word self, const Word *item, Served *served);
/* channel_send_kept likewise. */
bool network_send_kept(Step *step, uint32_t slot, const Word *item, Served *served);
/* Tells whom the send served (if anybody), and serves others when the item is duplicated on the way. */
void network_sent(Step *step, uint32_t slot, Word self, const Word *item, Served served, Span span);

typedef enum NetworkRecv { NETWORK_CLOSED, NETWORK_GOT, NETWORK_NOTHING /* what was on its way is lost */ } NetworkRecv;
/* channel_recv in one of its ways. NOTHING only if the caller can take it. */
NetworkRecv network_recv(Step *step, uint32_t slot, Word self, Word *item, bool may_fail, Served *served, Span span);
/* Tells which sender's item was taken or has got room, if any did, and loses it perhaps. */
void network_received(Step *step, uint32_t slot, Word self, Served served, Span span);
/* The item that has just got room may be lost, which makes room. */
void network_admitted(Step *step, uint32_t slot, Span span);

/* Any of these can happen to channels of this site. */
static inline bool network_is_unreliable(const Site *site) { return site->is_lossy || site->is_duplicating || site->is_reordering; }

#endif
