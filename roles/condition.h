/* The conditions of a protocol, decided by the solver. */
#ifndef UNKNOT_ROLES_CONDITION_H
#define UNKNOT_ROLES_CONDITION_H

#include "session/conditions.h"

/* What is not so is diagnosed. A protocol without conditions needs no solver. */
ConditionsVerdict condition_check(const GlobalAutomaton *global, Diags *diags);

#endif
