/* Re-executes a counterexample on its own: only eval and worlds, nothing of the search (no store, no interning, no canonical form).
   A verdict whose run does not replay is an internal fault. */
#ifndef UNKNOT_MODEL_REPLAY_H
#define UNKNOT_MODEL_REPLAY_H

#include "model/buchi.h"
#include "model/trace.h"

typedef struct ReplayResult {
    bool ok;
    const char *why; /* when not ok, static or owned by trace's arena */
} ReplayResult;

/* Follows steps' tasks and picks from the initial world; checks that each step is possible, that a violation is the one claimed at the place claimed,
   that in a deadlock nothing can move and the stuck tasks are those named, that a violated invariant is false at the end; for a partial deadlock that
   the named tasks cannot step in the last state; for a property that the word of the run violates it (model/temporal.h). `wrong`: as in
   EngineOptions, for properties that are automata; may be NULL. */
ReplayResult replay_check(const Program *program, Trace *trace, const Buchi *const *wrong);

#endif
