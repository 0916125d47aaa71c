#include "session/task_machine.h"

#include <stdlib.h>

void task_machine_fini(TaskMachine *machine) {
    cfsm_fini(&machine->machine);
    free(machine->edges);
    free(machine->states);
    for (uint32_t i = 0; i < machine->nnotes; i++) free((void *)(uintptr_t)machine->notes[i].text);
    free(machine->notes);
    *machine = (TaskMachine){0};
}
