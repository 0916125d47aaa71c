/* What of a session type a partner can use that always wants to be able to end: a type is controllable when there is a partner such that, whatever the
   two have done, both can still end with nothing unread (Bravetti, Lange, Zavattaro, Fair refinement for asynchronous session types, FoSSaCS 2021,
   definition 6: some choice of one branch at each input from which, whatever is output, `end` can be reached). Internal to session/. */
#ifndef UNKNOT_SESSION_CONTROLLABLE_H
#define UNKNOT_SESSION_CONTROLLABLE_H

#include "session/cfsm.h"

/* Per state; owned by the caller. */
bool *controllable_states(const Cfsm *type);
/* Without the inputs after which it is not controllable: no such partner sends them, so that it is refined by the same types. States keep their numbers. */
Cfsm controllable_part(const Cfsm *type);

#endif
