/* The communicating machines of a program's tasks, from their walks (model/walk.h). A task that communicates is a role. A message of a union type
   is the message of its label; an item of another type is the message of its channel's name. Closing a channel that somebody drains tells each
   receiver `over`. What is no communication is left out. */
#ifndef UNKNOT_SESSION_EXTRACT_H
#define UNKNOT_SESSION_EXTRACT_H

#include "model/walk.h"
#include "session/cfsm.h"

typedef struct Extract {
    CfsmSystem *system;   /* minimal machines; a role without a task stands for the receiver of what nobody receives */
    uint32_t *tasks;      /* per role; UINT32_MAX: none. Owned */
    bool is_blurred;      /* some machine allows more than its task: what a task does first, or the end of a channel with owned ends */
    bool has_many_links;  /* some role sends to another over several channels: their order is not the machines' */
} Extract;

Extract extract_machines(const WalkProgram *walks, Names *names);
void extract_fini(Extract *extract);
/* "worker", or "worker_2" when there are several. */
Name extract_task_name(const WalkProgram *walks, uint32_t task, Names *names);
/* The message that an item is: "get(uint8_t)", "jobs(int)". */
Name extract_message(const WalkProgram *walks, uint32_t object, uint32_t label, Names *names);

#endif
