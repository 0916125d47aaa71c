/* Conditions on payloads: can each be met, is something possible in every state whatever was sent, and does each sender know whether it may (after Zhou,
   Ferreira, Hu, Neykova, Yoshida, Statically verified refinements for multiparty protocols, OOPSLA 2020; Li, Wies, Sprout, CAV 2025: that which a sender
   cannot read off what it has seen is decided for two courses that look the same to it). */
#ifndef UNKNOT_SESSION_CONDITIONS_H
#define UNKNOT_SESSION_CONDITIONS_H

#include "session/global.h"

#include "model/solver.h"

typedef enum ConditionsVerdict { CONDITIONS_HOLD, CONDITIONS_VIOLATED, CONDITIONS_UNKNOWN } ConditionsVerdict;

bool conditions_are_there(const GlobalAutomaton *global);
/* What is not so is diagnosed; unknown: DIAG_PROTOCOL_LIMIT. A protocol without conditions asks nothing. */
ConditionsVerdict conditions_check(const GlobalAutomaton *global, const Solver *solver, Diags *diags);

#endif
