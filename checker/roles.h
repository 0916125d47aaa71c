/* The machines of tasks that play roles, taken from the explored graph; and the runs that show what is claimed of them. */
#ifndef UNKNOT_CHECKER_ROLES_H
#define UNKNOT_CHECKER_ROLES_H

#include "checker/finding.h"
#include "model/roles.h"

/* Asks the judge (EngineOptions.roles) about a graph that was explored to its end; what it claims and a run shows becomes a hit.
   The claims live as long as the graph: role_graph_free, after the hits became findings. NULL: there is nothing to judge, or no verdict. */
RoleGraph *roles_find(Search *search, Hits *hits);

#endif
