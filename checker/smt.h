/* The decision procedure: Z3 on bit-vectors. Deterministic: it gives up after so much work, not after so much time. */
#ifndef UNKNOT_CHECKER_SMT_H
#define UNKNOT_CHECKER_SMT_H

#include "model/solver.h"

typedef struct Smt Smt;
Smt *smt_new(void);
void smt_free(Smt *smt);
/* Valid as long as the Smt. */
Solver smt_solver(Smt *smt);

#endif
