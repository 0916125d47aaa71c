/* Who is there in the states of a search: what the analysis of infinite runs (fair.h) asks about them. */
#ifndef UNKNOT_CHECKER_CREW_H
#define UNKNOT_CHECKER_CREW_H

#include "checker/fair.h"
#include "checker/search.h"

enum { CREW_CHAIN = 64 };

typedef struct Crew {
    Search *search;
    FairView view;
    World world;
    uint32_t loaded; /* the state in `world`, STORE_NONE */
    uint32_t chain[CREW_CHAIN];
    uint8_t *lengths; /* per state: slots, 0 not known or too many */
} Crew;

/* In place: crew->view refers to the crew. */
void crew_init(Crew *crew, Search *search);
void crew_fini(Crew *crew);
/* The words of a component of a state, which stays loaded. */
const Word *crew_words(Crew *crew, uint32_t state, uint32_t slot, uint32_t *n);
/* The task at the slot when there is one that has not ended, else NULL. */
const Word *crew_task(Crew *crew, uint32_t state, uint32_t slot);
uint32_t crew_slots(Crew *crew, uint32_t state);

#endif
