/* `--races`: states in which two threads are about to access the same variable, one of them to write it (language §10). */
#ifndef UNKNOT_CHECKER_RACES_H
#define UNKNOT_CHECKER_RACES_H

#include "checker/finding.h"

/* One finding for each variable, with the first state in which it shows. */
void races_find(Search *search, Hits *hits);

#endif
