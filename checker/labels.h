/* What is known of the steps of a labelled graph: labels by number, each kept once, and the ways in which slots move. */
#ifndef UNKNOT_CHECKER_LABELS_H
#define UNKNOT_CHECKER_LABELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What a labelled graph tells of a step. Slots are those of its source. */
enum {
    LABEL_POINT = 1,    /* the actor reached a point, or ended */
    LABEL_NOWHERE = 2,  /* cut or violating: no target (the edge leads back to its source) */
    LABEL_FAULT = 4,    /* made, or chosen, by a fault or by the environment: nothing may count on it */
    LABEL_PROGRESS = 8, /* passes a `progress:` label */
    LABEL_FREE = 16     /* made by an object that need not ever move, however fair the run */
};
enum { LABEL_STAYS = 0 /* moves: every slot stays what it is */, LABEL_NOBODY = UINT32_MAX };
typedef struct EdgeLabel {
    uint32_t actor;           /* the task */
    uint32_t fiber;           /* the task, or the future inside it whose operation or code the step begins with */
    uint32_t left;            /* the outermost fiber whose wait is over by the step, the task included; NOBODY */
    uint32_t arm;             /* of `fiber`'s point: that was tried; NOBODY */
    uint32_t moves;           /* how slots move: labels_move */
    uint32_t flags;           /* LABEL_… */
    uint64_t lost, delivered; /* as in StepResult: channels that are `lossy, fair` */
    uint64_t events;          /* likewise: event atoms */
} EdgeLabel;

typedef struct Labels {
    EdgeLabel *labels;
    uint32_t n, cap;
    uint32_t *table; /* number + 1 */
    uint32_t table_cap;
    uint32_t **moves; /* [0] is LABEL_STAYS; each begins with its length */
    uint32_t nmoves, moves_cap;
    uint32_t *moves_table;
    uint32_t moves_table_cap;
    uint64_t bytes;
} Labels;
void labels_fini(Labels *labels);
uint32_t labels_intern(Labels *labels, EdgeLabel label);
/* `to[slot]` for slots below n: LABEL_NOBODY for what is gone. */
uint32_t labels_intern_moves(Labels *labels, const uint32_t *to, uint32_t n);
/* Where what was at `slot` of the source is in the target; LABEL_NOBODY when it is gone. */
static inline uint32_t labels_move(const Labels *labels, const EdgeLabel *label, uint32_t slot) {
    const uint32_t *moves = label->moves == LABEL_STAYS ? NULL : labels->moves[label->moves];
    if (moves == NULL) return slot;
    return slot < moves[0] ? moves[slot + 1] : LABEL_NOBODY;
}

#endif
