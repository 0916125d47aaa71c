#include "tests/session/projected.h"

#include "session/project.h"

CfsmSystem *projected_system(const GlobalAutomaton *global, bool *is_whole) {
    CfsmSystem *system = cfsm_system_new(global->names, global->protocol->nroles);
    *is_whole = true;
    for (uint32_t role = 0; role < system->n; role++) {
        Projection projection = project_role(global, role);
        *is_whole &= projection.fault == PROJECT_OK;
        system->roles[role] = global->protocol->roles[role].name;
        system->machines[role] = projection.machine;
        projection.machine = (Cfsm){0};
        projection_fini(&projection);
    }
    return system;
}
