/* A watch: its newest value, and which subscriptions have not seen it yet. How many versions there were is not known: it cannot matter.
   Words: the fields below, then the value, then subscriptions {subscription, 1 when the value is new to it}, a set. */
#ifndef UNKNOT_MODEL_WATCH_H
#define UNKNOT_MODEL_WATCH_H

#include "model/records.h"

enum { WATCH_SITE = 1, WATCH_CLOSED, WATCH_NSUBSCRIPTIONS, WATCH_BODY };
enum { WATCH_IS_NEW = 1, WATCH_SUBSCRIPTION_WORDS };

/* Returns its slot; nobody subscribes yet. */
uint32_t watch_new(World *world, uint32_t site, const Word *value);
/* A subscription that has seen the value. */
void watch_add(World *world, uint32_t slot, Word subscription);
void watch_remove(World *world, uint32_t slot, Word subscription);
/* false: closed. */
bool watch_publish(World *world, uint32_t slot, const Word *value);
/* The value is new to it, or closed. */
bool watch_has_changed(World *world, uint32_t slot, Word subscription);
/* It has seen the value now; false: it is not new, but the watch is closed. */
bool watch_change(World *world, uint32_t slot, Word subscription);
/* Words of the value, valid until the watch grows. */
const Word *watch_value(World *world, uint32_t slot, uint32_t *n);
/* false: it was closed already. */
bool watch_close(World *world, uint32_t slot);

void watch_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context);
void watch_normalise(const Program *program, Word *words, uint32_t n);

#endif
