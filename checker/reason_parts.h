/* What the reasons of the families of objects share. Internal to reason*.c. */
#ifndef UNKNOT_CHECKER_REASON_PARTS_H
#define UNKNOT_CHECKER_REASON_PARTS_H

#include "checker/reason.h"

void reason_add_helper(Reason *out, uint32_t task);
/* The task that holds the waiting fiber as a future nobody polls; NO_SLOT: it is polled, or a task itself. */
uint32_t reason_unpolled(Telling *telling, uint32_t fiber);
/* "its own future turn", "right's future turn" */
const char *reason_future_text(Telling *telling, uint32_t task, uint32_t holder, uint32_t fiber);
/* It was handed to a future of `holder` that nobody polls. */
void reason_handed(Telling *telling, uint32_t task, uint32_t holder, const HistoryTake *take, Reason *out);
/* Nobody does what would help: `verb` ("send"), `never` ("sends there"). */
void reason_nobody_does(Telling *telling, uint32_t task, const WaitInfo *wait, UseKind kind, const char *verb,
    const char *never, Reason *out);
void reason_lock(Telling *telling, uint32_t task, const WaitInfo *wait, Reason *out);
/* Readers-writer locks, conditions, notifications, barriers, waitgroups, onces; false: none of these. */
bool reason_sync(Telling *telling, uint32_t task, const WaitInfo *wait, Reason *out);

#endif
