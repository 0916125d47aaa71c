/* What the parts of the Promela writer share. Private to promela*.c. */
#ifndef UNKNOT_MODEL_PROMELA_PARTS_H
#define UNKNOT_MODEL_PROMELA_PARTS_H

#include "model/promela.h"
#include "model/world.h"

typedef struct Promela {
    const Program *program;
    FILE *out; /* NULL: only looks for what cannot be said */
    World world; /* after the initialisers */
    uint32_t max_tasks, arms, width, room;
    uint32_t *global_base;      /* per global: its first word in g */
    uint32_t nwords;
    uint32_t *number_base;
    PromelaRefusal refusal;
    const Machine *machine;     /* under way */
    const char *frame;          /* "f": of a task; "p": of a condition */
    char prefix[32];            /* of labels */
} Promela;

void promela_refuse(Promela *promela, Span span, const char *text);

/* promela_code.c: the instructions from `entry` on, up to rests, as statements; ends at the label PREFIX_rest. */
void promela_code(Promela *promela, uint32_t entry);
/* promela_wait.c: arriving at a point, and for each arm of a task that rests there a guarded branch. */
void promela_arrive(Promela *promela, const Instr *instr);
void promela_branches(Promela *promela, const Point *point);

void promela_text(Promela *promela, const char *format, ...) __attribute__((format(printf, 2, 3)));

#endif
