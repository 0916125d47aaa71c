/* The values that conditions of a protocol speak of: which there are, where each has been sent, and who knows them. Internal to session/. */
#ifndef UNKNOT_SESSION_VARIABLES_H
#define UNKNOT_SESSION_VARIABLES_H

#include "session/global.h"

#include "model/support/vec.h"

/* What a value of a payload may be in a condition. */
typedef struct PayloadType { const char *name; int64_t low, high; bool is_truth; } PayloadType;

/* A name in its scope that a condition or a let uses. */
typedef struct Variable {
    Name name;
    uint32_t scope;
    const PayloadType *type; /* NULL: it has several, or is set by a let: it may be any integer */
    bool is_truth, is_sent;
    Span span;             /* where it is sent first */
} Variable;

typedef struct Variables {
    const GlobalAutomaton *global;
    VEC(Variable) all;
    uint32_t words;   /* of a set of variables */
    uint32_t *bound;  /* [nstates * words]: those that have a value in every course that leads here */
} Variables;

enum { VARIABLES_NONE = UINT32_MAX };

/* False: diagnosed; a name that nothing was sent for, a condition that is none, a type that cannot be compared. */
bool variables_init(Variables *variables, const GlobalAutomaton *global, Diags *diags);
void variables_fini(Variables *variables);
uint32_t variables_find(const Variables *variables, uint32_t scope, Name name);
/* NULL: a condition cannot speak of it. */
const PayloadType *variables_type(const Variables *variables, Name type);
bool variables_is_bound(const Variables *variables, uint32_t state, uint32_t variable);
/* [nstates * words]: those whose value the role has sent or received last, in every course that leads to the state. To be freed. */
uint32_t *variables_known(const Variables *variables, uint32_t role);
static inline bool variables_has(const uint32_t *set, uint32_t variable) { return set[variable / 32] >> (variable % 32) & 1; }
/* Every name in the expression is in the set, or in the payload of the message (edge NULL: of none). */
bool variables_all_in(const Variables *variables, const ProtocolExpr *expr, uint32_t scope, const uint32_t *set, const GlobalEdge *edge);

#endif
