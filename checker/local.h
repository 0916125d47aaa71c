/* The steps of tasks that reach no point, seen from the task alone: from which contents of its slot to which. Only what
   lies on a cycle of these can be part of a run that goes on for ever without reaching a point. */
#ifndef UNKNOT_CHECKER_LOCAL_H
#define UNKNOT_CHECKER_LOCAL_H

#include <stdbool.h>
#include <stdint.h>

typedef struct LocalMoves {
    uint64_t *table;  /* actor (slot past the fixed ones, below 63) << 56 | from << 28 | to, plus 1; 0 is empty */
    uint32_t n, cap;
} LocalMoves;

void local_fini(LocalMoves *moves);
void local_add(LocalMoves *moves, uint32_t actor, uint32_t from, uint32_t to);

/* Per actor and id: does it lie on a cycle? */
typedef struct LocalCycles {
    uint8_t *on_cycle[64];
    uint32_t n[64];
    bool any;
} LocalCycles;
void local_cycles(const LocalMoves *moves, LocalCycles *out);
void local_cycles_fini(LocalCycles *cycles);
static inline bool local_is_on_cycle(const LocalCycles *cycles, uint32_t actor, uint32_t id) {
    return id < cycles->n[actor] && cycles->on_cycle[actor][id];
}

#endif
