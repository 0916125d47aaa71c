/* `unknot session infer FILE`: the machines of a program's tasks, whether they get along, and the protocol that they follow. */
#ifndef UNKNOT_TOOLS_SESSION_INFER_H
#define UNKNOT_TOOLS_SESSION_INFER_H

#include "tools/job.h"

#include <stdio.h>

/* The exit code. The job's program was read without a mistake. */
int session_infer(const Job *job, FILE *out);

#endif
