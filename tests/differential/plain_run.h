/* One step of a plain state: operations on objects (plain_objects.c), instructions (plain_run.c), what a task can do
   next (plain_step.c). */
#ifndef UNKNOT_TESTS_PLAIN_RUN_H
#define UNKNOT_TESTS_PLAIN_RUN_H

#include "tests/differential/plain.h"
#include "tests/differential/plain_state.h"

#include <setjmp.h>

typedef enum PEnd { END_STEP, END_CUT, END_VIOLATION, END_LIMIT } PEnd;
typedef enum PStop { STOP_REST, STOP_POINT, STOP_BLOCKED, STOP_BLOCK_ON, STOP_END, STOP_DEFER } PStop;

typedef struct PChoice { int32_t taken, of; } PChoice;

typedef struct PRun {
    const PProgram *p;
    const PlainOptions *options;
    Arena *arena;
    PState *s;
    int32_t task;    /* whose step it is */
    int32_t maker;   /* the fiber that runs the initialisers, 0: none */
    bool threaded;
    int32_t still;   /* > 0: no rests */
    int32_t polling; /* > 0: in a poll on the spot */
    bool fresh;      /* the access at which the fiber rested is not done yet */
    bool dirty;      /* a handle may be gone */
    VEC(PChoice) choices;
    uint32_t next_choice;
    jmp_buf out;
    PEnd end;
    const char *kind, *detail;
    uint32_t line;
    uint64_t instructions;
    uint64_t backs, next_mark; /* backward jumps; Brent's mark */
    PWords mark;
} PRun;

static inline PEntity *plain_at(PRun *r, int32_t ref) { return &r->s->at[ref]; }
static inline PFrame *plain_top(PEntity *e) { return &e->frames[e->nframes - 1]; }

_Noreturn void plain_cut(PRun *r);
_Noreturn void plain_violate(PRun *r, const char *kind, const char *detail, uint32_t line);
_Noreturn void plain_limit(PRun *r, const char *why);
int32_t plain_choose(PRun *r, int32_t n);

/* ---- plain_objects.c */
/* The line of the statement that the fiber is at. */
uint32_t plain_line(const PRun *r, const PEntity *fiber);
PEntity *plain_object(PRun *r, int32_t ref, uint32_t line); /* alive, else the verdict dead object */
bool plain_can_fire(PRun *r, int32_t fiber, PArmOp op, const PArm *arm, uint32_t line);
void plain_fire(PRun *r, int32_t fiber, PArmOp op, PArm *arm);
void plain_place_waiter(PRun *r, int32_t fiber, int32_t k, PArmOp op);
void plain_give_up(PRun *r, int32_t fiber, int32_t k, PArmOp op);
void plain_close(PRun *r, int32_t ref, uint32_t line);
void plain_unlock(PRun *r, int32_t ref, uint32_t line);
void plain_release(PRun *r, int32_t ref, int64_t n, uint32_t line);
void plain_kill(PRun *r, int32_t ref, uint32_t line); /* a scoped object's scope has ended */
bool plain_scope_over(const PRun *r, int32_t ref);

/* ---- plain_value.c: integers */
int64_t plain_wrap(int64_t v, const Type *to);
PCell plain_conv(PRun *r, PCell x, const Type *to, uint8_t bits, uint32_t line);
int64_t plain_binary(PRun *r, Op op, int64_t x, int64_t y, const Type *in, uint32_t line);

/* ---- plain_run.c */
PStop plain_run(PRun *r, int32_t fiber);
PCell *plain_cell(PRun *r, PCell place);
PArmOp plain_arm_op(const PRun *r, const PEntity *fiber, int32_t k);
/* The wait is over by arm k: result, the other arms, the place to go on; `value` is a future's or task's. */
void plain_complete(PRun *r, int32_t fiber, int32_t k);
void plain_end_fiber(PRun *r, int32_t fiber);

/* ---- plain_step.c */
void plain_cancel(PRun *r, int32_t fiber);
void plain_drop_futures(PRun *r);
bool plain_poll(PRun *r, int32_t future); /* on the spot; true: it has finished */
/* One step of r->task from r->s, following r->choices; leaves by `end`. */
PEnd plain_step(PRun *r);
/* Whether the task has any step. */
bool plain_able(PRun *r, int32_t task, bool *lacks_thread);
PEnd plain_call(PRun *r, int32_t func, PCell *value); /* runs a function on the spot: initialisers, invariants */
int64_t plain_atom(PRun *r, const PIns *ins, const PCell *operand);

#endif
