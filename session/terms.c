#include "session/terms.h"

#include "model/support/fatal.h"

#include <stdlib.h>

void terms_fini(Terms *terms) { vec_fini(&terms->all); }

static uint32_t push(Terms *terms, SolverTerm term) {
    vec_push(&terms->all, term);
    return terms->all.n - 1;
}

uint32_t terms_number(Terms *terms, int64_t value) {
    return push(terms, (SolverTerm){.op = SOLVER_CONST, .value = value});
}
uint32_t terms_make(Terms *terms, SolverOp op, uint32_t a, uint32_t b) {
    return push(terms, (SolverTerm){.op = op, .a = a, .b = b});
}
uint32_t terms_not(Terms *terms, uint32_t term) { return terms_make(terms, SOLVER_NOT, term, 0); }

uint32_t terms_fresh(Terms *terms, int64_t low, int64_t high, TermList *asserted) {
    uint32_t value = push(terms, (SolverTerm){.op = SOLVER_VAR, .value = terms->nvars++});
    uint32_t lower = terms_make(terms, SOLVER_LE, terms_number(terms, low), value);
    uint32_t upper = terms_make(terms, SOLVER_LE, value, terms_number(terms, high));
    if (low > INT64_MIN) vec_push(asserted, lower);
    if (high < INT64_MAX) vec_push(asserted, upper);
    return value;
}

/* ---- expressions: what it is, and when it is that */

typedef struct Defined {
    uint32_t term, defined;
} Defined;

typedef struct Reading {
    Terms *terms;
    uint32_t scope, yes;
    const uint32_t *values;
} Reading;

static Defined read(Reading *reading, const ProtocolExpr *expr);

static SolverOp operation(ProtocolOp op) {
    switch (op) {
    case PROTOCOL_ADD: return SOLVER_ADD;
    case PROTOCOL_SUB:
    case PROTOCOL_NEGATE: return SOLVER_SUB;
    case PROTOCOL_MUL: return SOLVER_MUL;
    case PROTOCOL_DIV: return SOLVER_DIV;
    case PROTOCOL_REM: return SOLVER_REM;
    case PROTOCOL_SHL: return SOLVER_SHL;
    case PROTOCOL_SHR: return SOLVER_SHR;
    case PROTOCOL_BAND: return SOLVER_BAND;
    case PROTOCOL_BOR: return SOLVER_BOR;
    case PROTOCOL_BXOR:
    case PROTOCOL_FLIP: return SOLVER_BXOR;
    case PROTOCOL_EQ:
    case PROTOCOL_NE: return SOLVER_EQ;
    case PROTOCOL_LT:
    case PROTOCOL_GT: return SOLVER_LT;
    default: return SOLVER_LE;
    }
}

/* Where a division or a shift has a value. */
static uint32_t guard(Reading *reading, ProtocolOp op, uint32_t b, uint32_t defined) {
    Terms *terms = reading->terms;
    if (op == PROTOCOL_DIV || op == PROTOCOL_REM)
        return terms_make(
            terms, SOLVER_AND, defined, terms_not(terms, terms_make(terms, SOLVER_EQ, b, terms_number(terms, 0))));
    if (op != PROTOCOL_SHL && op != PROTOCOL_SHR) return defined;
    uint32_t above = terms_make(terms, SOLVER_LE, terms_number(terms, 0), b),
             below = terms_make(terms, SOLVER_LT, b, terms_number(terms, 64));
    return terms_make(terms, SOLVER_AND, defined, terms_make(terms, SOLVER_AND, above, below));
}

static Defined read_binary(Reading *reading, const ProtocolExpr *expr) {
    Terms *terms = reading->terms;
    Defined a = read(reading, expr->a), b = {0, reading->yes};
    if (expr->b) b = read(reading, expr->b);
    else b.term = terms_number(terms, expr->op == PROTOCOL_FLIP ? -1 : 0);
    bool swapped = expr->op == PROTOCOL_GT || expr->op == PROTOCOL_GE || expr->op == PROTOCOL_NEGATE;
    uint32_t term = terms_make(terms, operation(expr->op), swapped ? b.term : a.term, swapped ? a.term : b.term);
    if (expr->op == PROTOCOL_NE) term = terms_not(terms, term);
    return (Defined){term, guard(reading, expr->op, b.term, terms_make(terms, SOLVER_AND, a.defined, b.defined))};
}

/* The second part counts only if the first does not decide. */
static Defined read_logic(Reading *reading, const ProtocolExpr *expr) {
    Terms *terms = reading->terms;
    Defined a = read(reading, expr->a), b = read(reading, expr->b);
    uint32_t decided = expr->op == PROTOCOL_AND ? terms_not(terms, a.term) : a.term;
    uint32_t rest = terms_make(terms, SOLVER_OR, decided, b.defined);
    return (Defined){terms_make(terms, expr->op == PROTOCOL_AND ? SOLVER_AND : SOLVER_OR, a.term, b.term),
        terms_make(terms, SOLVER_AND, a.defined, rest)};
}

static Defined read_cond(Reading *reading, const ProtocolExpr *expr) {
    Terms *terms = reading->terms;
    Defined a = read(reading, expr->a), b = read(reading, expr->b), c = read(reading, expr->c);
    uint32_t term = push(terms, (SolverTerm){.op = SOLVER_COND, .a = a.term, .b = b.term, .c = c.term});
    uint32_t rest = push(terms, (SolverTerm){.op = SOLVER_COND, .a = a.term, .b = b.defined, .c = c.defined});
    return (Defined){term, terms_make(terms, SOLVER_AND, a.defined, rest)};
}

static Defined read(Reading *reading, const ProtocolExpr *expr) {
    switch (expr->op) {
    case PROTOCOL_NUMBER: return (Defined){terms_number(reading->terms, expr->value), reading->yes};
    case PROTOCOL_NAME:
        return (Defined){
            reading->values[variables_find(reading->terms->variables, reading->scope, expr->name)], reading->yes};
    case PROTOCOL_NOT: {
        Defined a = read(reading, expr->a);
        return (Defined){terms_not(reading->terms, a.term), a.defined};
    }
    case PROTOCOL_AND:
    case PROTOCOL_OR: return read_logic(reading, expr);
    case PROTOCOL_COND: return read_cond(reading, expr);
    default: return read_binary(reading, expr);
    }
}

uint32_t terms_condition(Terms *terms, const ProtocolExpr *expr, uint32_t scope, const uint32_t *values) {
    Reading reading = {terms, scope, terms_number(terms, 1), values};
    Defined result = read(&reading, expr);
    return terms_make(terms, SOLVER_AND, result.defined, result.term);
}

uint32_t terms_expression(Terms *terms, const ProtocolExpr *expr, uint32_t scope, const uint32_t *values) {
    Reading reading = {terms, scope, terms_number(terms, 1), values};
    return read(&reading, expr).term;
}

/* ---- messages */

static void bind_payload(Terms *terms, const GlobalEdge *edge, uint32_t *values, TermList *asserted) {
    for (uint32_t i = 0; i < edge->origin->npayloads; i++) {
        const Payload *payload = &edge->origin->payloads[i];
        uint32_t variable = variables_find(terms->variables, edge->scope, payload->name);
        if (variable == VARIABLES_NONE) continue;
        const PayloadType *type = variables_type(terms->variables, payload->type);
        values[variable] = terms_fresh(terms, type ? type->low : INT64_MIN, type ? type->high : INT64_MAX, asserted);
    }
}

uint32_t terms_step(Terms *terms, const GlobalEdge *edge, uint32_t *values, TermList *asserted, bool condition) {
    const GlobalType *origin = edge->origin;
    Reading reading = {terms, edge->scope, terms_number(terms, 1), values};
    uint32_t holds = reading.yes;
    bind_payload(terms, edge, values, asserted);
    if (origin->where) holds = terms_condition(terms, origin->where, edge->scope, values);
    for (uint32_t i = 0; i < origin->nlets; i++) {
        Defined value = read(&reading, origin->lets[i].value);
        holds = terms_make(terms, SOLVER_AND, holds, value.defined);
        values[variables_find(terms->variables, edge->scope, origin->lets[i].name)] = value.term;
    }
    if (condition) vec_push(asserted, holds);
    return holds;
}

/* ---- values */

static int64_t value_of(const SolverTerm *term, int64_t a, int64_t b, int64_t c) {
    uint64_t x = (uint64_t)a, y = (uint64_t)b;
    switch (term->op) {
    case SOLVER_ADD: return (int64_t)(x + y);
    case SOLVER_SUB: return (int64_t)(x - y);
    case SOLVER_MUL: return (int64_t)(x * y);
    case SOLVER_DIV: return b == 0 ? 0 : b == -1 ? (int64_t)(0 - x) : a / b;
    case SOLVER_REM: return b == 0 || b == -1 ? 0 : a % b;
    case SOLVER_SHL: return b < 0 || b > 63 ? 0 : (int64_t)(x << b);
    case SOLVER_SHR: return b < 0 || b > 63 ? 0 : a >> b;
    case SOLVER_BAND: return a & b;
    case SOLVER_BOR: return a | b;
    case SOLVER_BXOR: return a ^ b;
    case SOLVER_EQ: return a == b;
    case SOLVER_LT: return a < b;
    case SOLVER_LE: return a <= b;
    case SOLVER_NOT: return !a;
    case SOLVER_AND: return a && b;
    case SOLVER_OR: return a || b;
    case SOLVER_COND: return a ? b : c;
    case SOLVER_CONST:
    case SOLVER_VAR: break;
    }
    return term->value;
}

int64_t terms_value(const Terms *terms, uint32_t index, const int64_t *values) {
    const SolverTerm *term = &terms->all.data[index];
    if (term->op == SOLVER_CONST) return term->value;
    if (term->op == SOLVER_VAR) return values[term->value];
    int64_t a = terms_value(terms, term->a, values),
            b = term->op == SOLVER_NOT ? 0 : terms_value(terms, term->b, values);
    return value_of(term, a, b, term->op == SOLVER_COND ? terms_value(terms, term->c, values) : 0);
}

SolverAnswer terms_ask(const Terms *terms, const Solver *solver, const TermList *asserted, int64_t *values) {
    SolverQuestion question = {terms->all.data, terms->all.n, terms->nvars, asserted->data, asserted->n};
    return solver->ask(solver->self, &question, values);
}
