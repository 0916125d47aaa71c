/* Conditions of protocols as questions to a solver. Internal to session/. */
#ifndef UNKNOT_SESSION_TERMS_H
#define UNKNOT_SESSION_TERMS_H

#include "session/variables.h"

#include "model/solver.h"

typedef struct Terms {
    const Variables *variables;
    VEC(SolverTerm) all;
    uint32_t nvars; /* of the solver: every value that is sent is one */
} Terms;

typedef VEC(uint32_t) TermList;

void terms_fini(Terms *terms);
uint32_t terms_number(Terms *terms, int64_t value);
uint32_t terms_make(Terms *terms, SolverOp op, uint32_t a, uint32_t b);
uint32_t terms_not(Terms *terms, uint32_t term);
/* A value of its own, and its bounds among the asserted. */
uint32_t terms_fresh(Terms *terms, int64_t low, int64_t high, TermList *asserted);
/* An expression whose variables have the values `values` (terms, by variable); it holds only if it is defined. */
uint32_t terms_condition(Terms *terms, const ProtocolExpr *expr, uint32_t scope, const uint32_t *values);
/* Its value, whatever that is where it is not defined. */
uint32_t terms_expression(Terms *terms, const ProtocolExpr *expr, uint32_t scope, const uint32_t *values);
/* What a message does: its payload gets values, its condition is among the asserted (`condition` false: it is not, and given back), its lets are made. */
uint32_t terms_step(Terms *terms, const GlobalEdge *edge, uint32_t *values, TermList *asserted, bool condition);
/* The value of a term, given those of the solver's variables. */
int64_t terms_value(const Terms *terms, uint32_t term, const int64_t *values);
SolverAnswer terms_ask(const Terms *terms, const Solver *solver, const TermList *asserted, int64_t *values);

#endif
