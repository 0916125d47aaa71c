/* Immediate operations on objects, by instruction: what eval_object.c dispatches to. Private to eval. */
#ifndef UNKNOT_MODEL_OBJECT_H
#define UNKNOT_MODEL_OBJECT_H

#include "model/step.h"

/* slot: of the object, NO_SLOT for `none`. */
typedef Run Operation(Step *step, Act *act, const Instr *instr, uint32_t slot);

/* ---- eval_channel.c: channels, their ends, broadcasts and watches */
Operation object_try_send, object_try_recv, object_try_reserve, object_send, object_close, object_make_end, object_clone, object_subscribe,
    object_lagged, object_publish, object_read, object_query;

/* ---- eval_object.c */
/* NULL when nobody looks. */
Event *object_log(Step *step, const Act *act, const Instr *instr, uint32_t object, bool ok);

#endif
