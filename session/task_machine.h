/* The communicating machine of a task of a program: what it sends to and receives from other roles, and where in the code. */
#ifndef UNKNOT_SESSION_TASK_MACHINE_H
#define UNKNOT_SESSION_TASK_MACHINE_H

#include "session/cfsm.h"

/* Something about the machine that is not exactly what the code does. */
typedef struct TaskMachineNote {
    Span span;
    const char *text; /* "the branch depends on data that is not followed: both ways are taken"; owned */
} TaskMachineNote;

typedef struct TaskMachine {
    Cfsm machine;      /* without silent steps, deterministic where the code is; final: the task may have ended */
    Span *edges;       /* per edge of the machine: the operation */
    Span *states;      /* per state: where the task stands; of its end, the end of its function */
    TaskMachineNote *notes;
    uint32_t nnotes;   /* 0: exact on the steps it was made from */
} TaskMachine;
void task_machine_fini(TaskMachine *machine);

#endif
