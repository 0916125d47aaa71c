/* The verdicts on the properties of a program: LTL and automata by products, CTL by its fixpoints. */
#ifndef UNKNOT_CHECKER_PROPERTIES_H
#define UNKNOT_CHECKER_PROPERTIES_H

#include "checker/finding.h"

/* Whether there is one to look at. */
bool properties_wanted(const Program *program);
/* Fills results[p] for each property p; what is violated gets a hit. */
void properties_check(Search *search, Hits *hits, PropertyResult *results);

#endif
