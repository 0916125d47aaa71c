/* Deadlock and partial deadlock of an explored graph, decided exactly (language §10). */
#ifndef UNKNOT_CHECKER_DEADLOCK_H
#define UNKNOT_CHECKER_DEADLOCK_H

#include "checker/finding.h"

/* States in which nothing can move and some task is stuck. */
void deadlock_total(Search *search, Hits *hits);
/* Components that nothing leaves, in which some task never moves. */
void deadlock_partial(Search *search, Hits *hits);

#endif
