/* Looks, while a search goes on, for proofs that the program grows without bound (model/grow.h): each time a state is larger
   than any before, at the run that leads to it. */
#ifndef UNKNOT_CHECKER_GROWTH_H
#define UNKNOT_CHECKER_GROWTH_H

#include "checker/search.h"

/* What a state weighs: its slots and what is in its unbounded channels. */
uint32_t growth_weight(Search *search, const uint32_t *ids, uint32_t n);
/* True when the run to the state shows that it can be repeated and grows. */
bool growth_look(Search *search, uint32_t state, SearchGrowth *hit);

#endif
