/* A subscription: what a receiver of a broadcast or a handle of a watch refers to. How far it has come is noted in the broadcast or watch, as
   long as the subscription has holders; without any it is FREE.
   Words: kind, handle of its broadcast or watch, how many handles hold it. */
#ifndef UNKNOT_MODEL_SUBSCRIPTION_H
#define UNKNOT_MODEL_SUBSCRIPTION_H

#include "model/world.h"

enum { SUBSCRIPTION_SOURCE = 1, SUBSCRIPTION_COUNT, SUBSCRIPTION_WORDS };

/* Of a broadcast from here on, or of a watch whose newest value it has seen; its count is 1. Returns its slot. */
uint32_t subscription_new(World *world, Word source);
/* The same as `from` has seen. */
uint32_t subscription_clone(World *world, uint32_t from);
void subscription_keep(World *world, uint32_t slot);
/* A handle is gone; with the last one its broadcast or watch forgets it. */
void subscription_drop(World *world, uint32_t slot);
/* Slot of its broadcast or watch; NO_SLOT when it was dropped. */
uint32_t subscription_source(World *world, uint32_t slot);
void subscription_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context);

#endif
