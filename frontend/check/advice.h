/* Warnings about programs that are well-formed: what most likely is not meant. Each advice_*.c holds one kind. */
#ifndef UNKNOT_FRONTEND_ADVICE_H
#define UNKNOT_FRONTEND_ADVICE_H

#include "frontend/check/sema.h"

/* All of it; the tree was checked without an error. */
void advice_give(Sema *s);

/* advice_objects.c: objects that nobody ever sends to, wakes or gives back to; arms of a select that can never fire; results that tell that a
   channel is closed and are not looked at. */
void advice_objects(Sema *s);
/* advice_locks.c: locks held across an await. Where locks are taken and given back is followed through one function, what holds on every path. */
void advice_locks(Sema *s);
/* advice_waits.c: operations without `await` in async functions. */
void advice_waits(Sema *s);

/* The variable behind `name`, `name[i]`; NULL for anything else. */
const Symbol *advice_variable(const Expr *expr);

#endif
