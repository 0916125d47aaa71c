/* Which slots of a machine are live where a fiber can rest: fills Machine.live, in_scope and key_slots. */
#ifndef UNKNOT_MODEL_LIVENESS_H
#define UNKNOT_MODEL_LIVENESS_H

#include "model/program.h"

/* Needs program->threaded and the points' pcs. */
void liveness_fill(Program *program, Machine *machine);
/* What is live before each pc, wherever it is: `words` words of slots each, in the arena. */
uint64_t *liveness_everywhere(const Program *program, const Machine *machine, Arena *arena, uint32_t *words);

#endif
