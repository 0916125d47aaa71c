/* Growth without bound (language §10). A state that another one leads to, and that is the same but for more tasks to which
   nothing else refers, or more items at the end of an unbounded channel: the steps between them read only what both have in
   common, so they can be repeated for ever, and each time there is more. */
#ifndef UNKNOT_MODEL_GROW_H
#define UNKNOT_MODEL_GROW_H

#include "model/ts.h"

typedef struct GrowMore {
    bool any;
    bool is_channel;
    uint32_t slot; /* of the large world: a task more, or the channel */
} GrowMore;

/* Whether `large` is the state and more: tasks, items of unbounded channels among the fixed slots. `more` may be NULL. */
bool grow_covers(TsWorker *worker, const uint32_t *state, uint32_t n, const World *large, GrowMore *more);
/* False when steps of this program may depend on how much there is: then nothing can be said. */
bool grow_applies(const Program *program);
/* The items of the unbounded channel in the two states (fixed slots) let steps between them be repeated: some are there in
   each state, and either they only become more at the end, or all are equal. `from` is the earlier one. */
bool grow_keeps_items(World *from, World *to);
/* How many items the unbounded channels among the fixed slots hold. */
uint32_t grow_items(World *world);
uint32_t grow_tasks(World *world);

#endif
