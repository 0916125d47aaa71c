/* Does who sends a message know whether its condition holds? What it has seen must decide it. Internal to session/. */
#ifndef UNKNOT_SESSION_DECISIONS_H
#define UNKNOT_SESSION_DECISIONS_H

#include "session/invariants.h"
#include "session/paths.h"

typedef enum Decisions { DECISIONS_KNOWN, DECISIONS_GUESSED, DECISIONS_UNKNOWN } Decisions;

/* First by names (it has sent or received all of them), then by what is true in the states that it cannot tell apart, then for courses that look
   the same to it, the values included. What is not so is diagnosed. */
Decisions decisions_check(const GlobalAutomaton *global, const Invariants *invariants, Paths *paths, Diags *diags);

#endif
