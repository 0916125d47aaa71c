/* What the kinds of components have in common: one row each. */
#ifndef UNKNOT_MODEL_KIND_H
#define UNKNOT_MODEL_KIND_H

#include "model/world.h"

struct Step;

/* An object with which the environment makes steps: an actor beside the tasks (an `extern` channel, a clock, a condition variable that
   may wake by itself). */
typedef struct KindMoves {
    /* Whether this very object is an actor; the same from its making on. */
    bool (*is_actor)(const Program *program, const Word *words);
    bool (*can_move)(World *world, uint32_t slot);
    /* One step, where can_move; how it goes is chosen by step_pick, step_moves and the log are told. RUN_POINT or RUN_FAILED (model/step.h). */
    int (*move)(struct Step *step, uint32_t slot);
    bool is_fault; /* its steps are faults: nothing may count on them */
    bool is_fair;  /* under fairness it moves when it stays able to (a clock); else it need not ever move */
} KindMoves;

typedef struct KindRow {
    const char *name; /* of an object, as shown; NULL for what is none */
    bool has_site;    /* an object made at a site, whose number is word KIND_SITE */
    /* Each may be NULL: no handles inside, no sets, no elements of several handles, nobody waits on it. */
    void (*handles)(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context);
    void (*normalise)(const Program *program, Word *words, uint32_t n);
    uint32_t (*element)(const Program *program, const Word *words, uint32_t index);
    bool (*has_waiters)(World *world, uint32_t slot); /* somebody waits, or was served and has not gone on */
    const KindMoves *moves; /* NULL: nothing of this kind ever moves by itself */
} KindRow;
enum { KIND_SITE = 1 };

const KindRow *kind_row(CompKind kind);
/* The component is an object that makes steps of its own. */
static inline bool kind_is_actor(const Program *program, const Word *words) {
    const KindMoves *moves = kind_row(comp_kind(words))->moves;
    return moves && moves->is_actor(program, words);
}

#endif
