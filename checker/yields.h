/* Never-yields in programs with several threads: a fair cycle in which a task goes on without reaching a point
   (language §4, §5). */
#ifndef UNKNOT_CHECKER_YIELDS_H
#define UNKNOT_CHECKER_YIELDS_H

#include "checker/finding.h"

/* True when some task's code has a cycle through no point: only then there is something to look for, and edges need
   their actors. */
bool yields_possible(const Program *program);
void yields_find(Search *search, Hits *hits);

#endif
