/* From a protocol as it is written to one as it is meant: numbers get their values, families of roles their members, and loops and conditionals over
   them are unrolled. Internal to session/. */
#ifndef UNKNOT_SESSION_EXPAND_H
#define UNKNOT_SESSION_EXPAND_H

#include "session/templates.h"

typedef struct Bound { Name name; int64_t value; } Bound;

/* The protocol with `values` for its numbers, in their order. NULL: diagnosed. */
Protocol *expand_template(const Protocols *protocols, Arena *arena, const Template *template, const int64_t *values, Diags *diags);
/* The value of an expression over the first n numbers of a protocol. False: diagnosed. */
bool expand_number(const Protocols *protocols, const Template *template, const int64_t *values, uint32_t n, const ProtocolExpr *expr, int64_t *value,
                   Diags *diags);

#endif
