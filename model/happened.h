/* What happens in one step of what the program's event atoms speak of (model/property.h): who changes an object notes it, the step's end
   tells which atoms it makes true. */
#ifndef UNKNOT_MODEL_HAPPENED_H
#define UNKNOT_MODEL_HAPPENED_H

#include "model/world.h"

typedef struct Happened Happened;
void happened_free(Happened *happened);

/* An item goes into the channel, broadcast or watch at `object`, or comes out of it (through the subscription `via`, NO_SLOT for none).
   Does nothing where nobody looks. */
void happened_item(World *world, AtomKind kind, uint32_t object, uint32_t via, const Word *item);
/* The task was told to look again, by its waker. */
void happened_wake(World *world, uint32_t task);

struct Step;
/* Before the step changes anything, of a program with event atoms. */
void happened_begin(struct Step *step);
/* The step is made: fills result.events; a step that failed has none. A limit when an atom's own operands are undefined.
   `is_killed`: the environment made it, not the actor. */
void happened_end(struct Step *step, bool is_killed);

#endif
