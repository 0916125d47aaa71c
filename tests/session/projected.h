/* The machines of all roles of a protocol. */
#ifndef UNKNOT_TESTS_SESSION_PROJECTED_H
#define UNKNOT_TESTS_SESSION_PROJECTED_H

#include "session/cfsm.h"
#include "session/global.h"

/* Those that the subset construction yields, of roles that cannot be projected too; `is_whole`: every role can. */
CfsmSystem *projected_system(const GlobalAutomaton *global, bool *is_whole);

#endif
