/* Questions to a decision procedure for integers of 64 bits: are there values for the variables that make all of these terms true? Whoever asks
   includes this alone; the procedure is in checker/smt.h. */
#ifndef UNKNOT_MODEL_SOLVER_H
#define UNKNOT_MODEL_SOLVER_H

#include <stdint.h>

/* Two's complement, wrapping; comparisons are signed and yield 0 or 1; a term is true when it is not 0. */
typedef enum SolverOp {
    SOLVER_CONST, SOLVER_VAR,
    SOLVER_ADD, SOLVER_SUB, SOLVER_MUL,
    SOLVER_DIV, SOLVER_REM, /* toward 0; the divisor must not be 0 where it counts */
    SOLVER_SHL, SOLVER_SHR, /* arithmetic; by 0 to 63 where it counts */
    SOLVER_BAND, SOLVER_BOR, SOLVER_BXOR,
    SOLVER_EQ, SOLVER_LT, SOLVER_LE,
    SOLVER_NOT, SOLVER_AND, SOLVER_OR, /* of truth values */
    SOLVER_COND             /* a ? b : c */
} SolverOp;

typedef struct SolverTerm {
    SolverOp op;
    uint32_t a, b, c; /* earlier terms */
    int64_t value;    /* CONST; VAR: which variable */
} SolverTerm;

typedef struct SolverQuestion {
    const SolverTerm *terms;
    uint32_t nterms, nvars;
    const uint32_t *asserted; /* terms */
    uint32_t nasserted;
} SolverQuestion;

typedef enum SolverAnswer { SOLVER_SAT, SOLVER_UNSAT, SOLVER_UNKNOWN } SolverAnswer;

typedef struct Solver {
    void *self;
    /* SAT: `values` [nvars] gets a value for each variable. */
    SolverAnswer (*ask)(void *self, const SolverQuestion *question, int64_t *values);
} Solver;

#endif
