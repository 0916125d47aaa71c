/* Which tasks are alive in each state and at which slots. Where no two of them are alike and their set cannot change
   and come back, a task keeps its slot along every cycle, and following one means looking at one slot. */
#ifndef UNKNOT_CHECKER_ROSTER_H
#define UNKNOT_CHECKER_ROSTER_H

#include "checker/circle.h"
#include "checker/search.h"

/* What a slot's contents say, per id. */
typedef struct RosterTask {
    uint64_t key;       /* machine and key parameters; 0: no task that is alive */
    uint32_t pc;
    bool is_known;
    bool may_spin;      /* it holds a thread at a place from which its code can come back there without a point */
} RosterTask;
typedef VEC(RosterTask) RosterSlot;

typedef struct RosterSig {
    uint64_t hash;
    uint64_t alive;     /* slots past the fixed ones, the first 63 */
    bool is_steady;     /* its tasks keep their slots along every cycle */
    bool may_spin;      /* some task of some such state does */
} RosterSig;

typedef struct Roster {
    Search *search;
    const Circles *circles;
    RosterSlot *slots;  /* past the fixed ones */
    uint32_t nslots;
    uint32_t *sig;      /* per expanded state: index in sigs */
    VEC(RosterSig) sigs;
    World world;
} Roster;

/* False: stopped by a limit. */
bool roster_init(Roster *roster, Search *search, const Circles *circles);
void roster_fini(Roster *roster);
static inline const RosterTask *roster_task(const Roster *roster, uint32_t slot, uint32_t id) {
    return &roster->slots[slot].data[id];
}
uint64_t roster_memory(const Roster *roster);

#endif
