/* `unknot check --modular`: each task is held to its role by its code alone. When all roles of a protocol that can be played are taken and conform,
   the tasks together never get stuck in it, and no message of it is left (assume and guarantee); what that says nothing of is told. */
#ifndef UNKNOT_TOOLS_MODULAR_H
#define UNKNOT_TOOLS_MODULAR_H

#include "tools/job.h"

/* Sets job->result. Needs a program. */
void modular_check(Job *job);
/* What was not shown, and where. */
void modular_report(const Job *job, FILE *out);
void modular_free(Modular *modular);

#endif
