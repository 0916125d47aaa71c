#include "roles/condition.h"

#include "checker/smt.h"

ConditionsVerdict condition_check(const GlobalAutomaton *global, Diags *diags) {
    if (!conditions_are_there(global)) return CONDITIONS_HOLD;
    Smt *smt = smt_new();
    Solver solver = smt_solver(smt);
    ConditionsVerdict verdict = conditions_check(global, &solver, diags);
    smt_free(smt);
    return verdict;
}
