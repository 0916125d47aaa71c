/* Is there a run of a machine that no asynchronous supertype explains? Along each run of T the runs of U are kept that have the same actions, but for
   those that U has done and T has put off: outputs may come before inputs and before outputs to others, inputs before inputs from others (as in
   session/subtype_multi.h). A run that nothing is left for refutes T <= U; that none is found says nothing. */
#ifndef UNKNOT_SESSION_REORDER_H
#define UNKNOT_SESSION_REORDER_H

#include "session/cfsm.h"

/* True: T is certainly no subtype. U's final states are where it may be done. `open`: per state of T, it may receive more there than its edges say, and
   what it does then is not known; NULL: none. */
bool reorder_refutes(const Cfsm *t, const Cfsm *u, const bool *open);

#endif
