/* From where goals are reached in the graph of configurations. Internal to session/. */
#ifndef UNKNOT_SESSION_BACKWARDS_H
#define UNKNOT_SESSION_BACKWARDS_H

#include "session/configs.h"

typedef struct Backwards {
    const Configs *configs;
    uint32_t *first, *order; /* edges by target */
    bool *reached;           /* per configuration */
    VEC(uint32_t) stack;
} Backwards;

void backwards_init(Backwards *back, const Configs *configs);
void backwards_fini(Backwards *back);
/* A question: cleared, given its goals, then answered in `reached`. */
void backwards_clear(Backwards *back);
void backwards_goal(Backwards *back, uint32_t config);
/* From where a goal is reached without steps of `still` (UINT32_MAX: of all). */
void backwards_reach(Backwards *back, uint32_t still);

#endif
