/* A tree of runs (checker/ctl_tree.h) as traces that can be read and replayed: each branch a whole run from the start. */
#ifndef UNKNOT_CHECKER_CTL_TELL_H
#define UNKNOT_CHECKER_CTL_TELL_H

#include "checker/branching.h"
#include "checker/search.h"

/* `kind`: "violated" or "witness". NULL, or *fault set: a run of the search was not found again, which is a fault of
   ours. */
Trace *ctl_tell(
    Search *search, const Property *property, const BranchingAnswer *answer, const char *kind, const char **fault);

#endif
