/* Wakes: which futures of a task are pending, and what schedules them. Private to eval.

   A task's waker schedules every `pending` poll function and `park` that it waits at. A wake that comes while its step is under way is kept
   for those at which that step ends; any other is lost. A future that was polled on the spot and could not go on wakes the task that polled
   it once it can: the task's component lists such futures (a set of handles behind its frame), each future names its task. */
#ifndef UNKNOT_MODEL_WAKE_H
#define UNKNOT_MODEL_WAKE_H

#include "model/step.h"

static inline bool wake_is_waited_for(ArmOp op) { return op == ARM_PENDING || op == ARM_PARK; }

/* wake(w) of a task's handle; whether it was of any use. */
bool wake_task(Step *step, Word task);
/* How an arm (`pending` or `park`) of the fiber, or an operation future, begins to wait in this step: ARM_QUEUED or, when a wake was kept,
   ARM_WOKEN. RUN_FAILED when there are too many. */
Run wake_arrive(Step *step, uint32_t fiber, Word *state);
/* Can such a one go on? Polled on the spot, what is pending is polled once, woken or not. */
Able wake_arm_able(const Step *step, uint32_t fiber, ArmOp op, ArmState state);

/* The future was polled on the spot by this task and waits. */
void wake_remember(Step *step, Word future);
/* It is awaited, polled anew, or gone. */
void wake_forget(World *world, uint32_t future);
/* Could futures that the task polled on the spot wake it now, and is it at a place to be woken? */
Able wake_able(World *world, const Step *step, uint32_t task);
/* They do: what the task's step begins with. */
void wake_deliver(Step *step);

/* The task's step ends: a wake that was kept has done what it could, unless the step only rests. */
void wake_end(Step *step);

/* The futures listed by an ended task no longer name it. */
void wake_list_clear(World *world, uint32_t task);

#endif
