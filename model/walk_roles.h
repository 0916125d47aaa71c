/* The walks of tasks with roles in the form in which tasks are held to their roles (model/roles.h). */
#ifndef UNKNOT_MODEL_WALK_ROLES_H
#define UNKNOT_MODEL_WALK_ROLES_H

#include "model/roles.h"
#include "model/walk.h"

/* Channels are the walks' objects, in order; machines are its tasks with roles, in order. Freed as any other. */
RoleGraph *walk_roles(const WalkProgram *walks);

#endif
