/* Which channels of different states are one: slots move from state to state, so a channel is a class of them. Channels whose ways meet in one
   state (equal up to renaming) are one too. */
#ifndef UNKNOT_CHECKER_ROLE_CHANNELS_H
#define UNKNOT_CHECKER_ROLE_CHANNELS_H

#include "checker/search.h"

typedef struct RoleChannels {
    uint32_t fixed;
    uint32_t *first;  /* per state: where its slots past the fixed ones begin in `parent` */
    uint32_t *parent; /* union-find */
    uint32_t *number; /* of what is fixed, then of what moves (roots): NO_SLOT before it is asked for */
    uint32_t n;       /* how many are numbered */
} RoleChannels;

void role_channels_init(RoleChannels *channels, Search *search);
void role_channels_fini(RoleChannels *channels);
/* The number of what is at `slot` of a state; *is_new: it was not asked for before. */
uint32_t role_channels_at(RoleChannels *channels, uint32_t state, uint32_t slot, bool *is_new);

#endif
