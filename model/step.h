/* One step under way: what the parts of eval share. Private to the eval_*.c files and eval.c. */
#ifndef UNKNOT_MODEL_STEP_H
#define UNKNOT_MODEL_STEP_H

#include "model/eval.h"
#include "model/fiber.h"

/* How the execution of a fiber goes on or has ended. */
typedef enum Run {
    RUN_ON,       /* the next instruction */
    RUN_FAILED,   /* the step has no successor: result.status says why */
    RUN_POINT,    /* the fiber rests at a point */
    RUN_ACCESS,   /* it rests before a shared access, or a future it polls does */
    RUN_BLOCKED,  /* it blocks its thread */
    RUN_ENDED,    /* it is finished */
    RUN_CANCELLED /* its cancel code has ended */
} Run;

enum { STEP_FRESH = 64 };

typedef struct Step {
    World *world;
    const Program *program;
    const EvalOptions *options;
    Choices *choices;
    StepLog *log;      /* may be NULL */
    StepResult result;
    uint32_t task;     /* whose step it is; NO_SLOT in the init code and in predicates */
    uint64_t fuel;     /* instructions left */
    uint32_t depth;    /* of nested fibers */
    struct Act *top;   /* the innermost */
    bool may_wait;     /* an operation that fires may find that it has to wait after all */
    bool crashes;      /* what is given up now is killed: no code of it runs */
    bool rests;        /* shared accesses end the step */
    bool on_the_spot;  /* a `select` with default polls: operations that can fire do so on arrival */
    bool fresh_waits;  /* on the spot: timers and yields that are waited for began in this very poll */
    uint32_t fresh[STEP_FRESH]; /* on the spot: fibers that have become pending in this very poll */
    uint32_t nfresh;
    uint32_t unwinding; /* cancellations under way, one in the other */
    uint32_t spot_accesses; /* on the spot: to what others see, in this very poll */
    uint32_t accesses; /* to what others see, in this step, on several threads */
    uint32_t unwind_accesses; /* while something is cancelled: likewise */
    bool has_moved;    /* result.at and result.fiber are set */
    bool contact;      /* something shared was read or written, but for what StepResult.inert allows */
    bool arrived_ready; /* the last arrival was at a lone operation on an object that could fire */
} Step;

/* One fiber's code being interpreted. */
typedef struct Act {
    const Machine *machine;
    uint32_t fiber;  /* NO_SLOT in the init code and in predicates */
    Word *frame;
    uint32_t pc;     /* of the next instruction */
    bool may_access; /* the step goes on from the rest before this very instruction */
    bool accessed;   /* a shared access was made since the last ATOMIC_BEGIN, in this step */
    uint32_t result; /* END: first slot of the result */
    uint32_t jumps;  /* backward ones */
    uint32_t picks;  /* choices made before the first of them */
    struct Loop *loop;
    struct Act *up;  /* the code that this one interrupts */
} Act;

#define EVAL_FUEL 10000000u
#define EVAL_COMPS 8192u /* tasks, futures and objects of one world */
#define EVAL_DEPTH 200u
#define EVAL_ITEMS 4096 /* in a channel without bound */

/* ---- failing: each returns RUN_FAILED */
Run step_violation(Step *step, ViolationKind kind, const char *detail, Span span, uint32_t object, const char *text);
static inline Run step_undefined(Step *step, const char *detail, Span span) {
    return step_violation(step, VIOLATION_UNDEFINED, detail, span, NO_SLOT, NULL);
}
static inline Run step_misuse(Step *step, const char *detail, Span span, uint32_t object, const char *text) {
    return step_violation(step, VIOLATION_MISUSE, detail, span, object, text);
}
/* An end was used after it was given away. */
static inline Run step_moved(Step *step, Span span) { return step_misuse(step, "moved", span, NO_SLOT, "it was given away before"); }
Run step_cut(Step *step);
Run step_limit(Step *step, const char *why);
/* The handle of the task that makes the step, 0 in the init code. */
static inline Word step_task(const Step *step) { return step->task == NO_SLOT ? 0 : slot_handle(step->task); }
static inline bool step_no_reset(const Step *step) { return step->options && step->options->no_reset; }
/* Notes where the step begins, once. */
void step_moves(Step *step, uint32_t fiber, Span at);
/* Notes that the fiber's wait is over; only the step's own waits count, not those of what its code polls on the way. */
void step_leaves(Step *step, uint32_t fiber);
uint32_t step_pick(Step *step, uint32_t arity);
/* NULL when nobody looks. The pointer is valid until the next event. */
Event *step_event(Step *step, EventKind kind, Span span, uint32_t fiber, uint32_t object);
/* An item went into or came out of a channel; NULL: it did not, for the channel is closed. */
void step_comm(Step *step, Span span, uint32_t channel, bool is_send, const Word *item);
void event_values(Event *event, const Word *values, uint32_t n);

/* ---- eval_run.c: the interpreter */
/* Runs the fiber's code from pc to its next rest; `may_access`: the step begins with the shared access there. */
Run run_fiber(Step *step, uint32_t fiber, uint32_t pc, bool may_access);
/* Runs code that has no rest (init, predicates, cancel code) on a frame of its own. */
Run run_frame(Step *step, const Machine *machine, Word *frame, uint32_t *result);

/* ---- eval_data.c: moving words, globals, choices, printing */
Run data_exec(Step *step, Act *act, const Instr *instr);
/* ---- eval_arith.c */
Run arith_exec(Step *step, Act *act, const Instr *instr);
/* An integer as one of that type. */
Word arith_convert(const ValueType *type, Word value);
/* An arithmetic instruction alone; false: its behaviour is undefined. */
bool arith_compute(InstrOp op, uint8_t type, Word b, Word c, Word *result);
bool arith_is_binary(InstrOp op);
/* ---- eval_object.c: immediate operations */
Run object_exec(Step *step, Act *act, const Instr *instr);
/* ---- eval_task.c: spawning, futures, aborting */
Run task_exec(Step *step, Act *act, const Instr *instr);
/* ---- eval_atom.c: atoms of invariants */
Run atom_exec(Step *step, Act *act, const Instr *instr);

/* How sure it is that a wait can go on: ABLE_MAYBE for a timer, which may count as not fired yet. */
typedef enum Able { ABLE_NO, ABLE_MAYBE, ABLE_YES } Able;

/* ---- eval_wait.c: points */
/* The fiber reaches the WAIT at act->pc - 1. RUN_ON when it goes on at once (act->pc is set). */
Run wait_arrive(Step *step, Act *act, const Instr *instr);
/* The stores of the arm that was taken are made: the others are given up. */
Run wait_settle(Step *step, Act *act, const Instr *instr);
/* Can a fiber that rests at a point go on? */
Able wait_able(World *world, const Step *step, uint32_t fiber);
/* The fiber, at a point where wait_able says so, goes on. */
Run wait_go_on(Step *step, uint32_t fiber);
/* A fiber between points (or blocked) goes on. */
Run wait_resume(Step *step, uint32_t fiber);
/* The same questions for a fiber at any rest; ABLE_NO when it is over. */
Able fiber_able(World *world, const Step *step, uint32_t fiber);
/* Gives up what the fiber's point waits for; owned futures are dropped. `but`: the arm that won, NO_SLOT for none. */
Run wait_give_up(Step *step, uint32_t fiber, uint32_t but);
/* A partner has just handed an item to this arm of a waiting fiber, or taken one: the select takes part in nothing else. */
void wait_decide(Step *step, Word fiber, uint32_t arm);
/* Every arm of the future's point has had to wait. */
bool wait_has_waited(World *world, uint32_t future);

/* ---- eval_future.c */
Able future_able(World *world, const Step *step, Word future);
/* A wait for the future begins: if it has begun already and nobody polls it, the task does from now on. */
void future_attach(Step *step, Word future);
/* The wait is over: another task may poll the future from now on. */
void future_detach(Step *step, Word future);
/* One step of a future: its start or its going on. RUN_ENDED: its value is in `arm`'s slots of the waiting fiber's frame. */
Run future_step(Step *step, uint32_t waiting, uint32_t arm, Word future);
/* Polls on the spot: runs until finished or at something that cannot fire now (RUN_POINT). */
Run future_poll(Step *step, uint32_t waiting, uint32_t arm, Word future);
Run future_drop(Step *step, Word future, Span span);
/* It has lost a race: it is cancelled, whoever holds it. */
Run future_kill(Step *step, Word future);
void future_keep(World *world, Word future);
/* Cancels a fiber that rests at a point or its start: gives up its waits, runs its cancel code. */
Run fiber_cancel(Step *step, uint32_t fiber);

/* ---- eval_crash.c */
uint32_t crash_new_budget(World *world);
/* The environment may kill this task now. */
bool crash_is_possible(World *world, uint32_t task);
/* It kills the step's task: RUN_CANCELLED or RUN_FAILED. */
Run crash_task(Step *step);
/* A fiber goes as the killed do. */
Run crash_fiber(Step *step, uint32_t fiber);

/* ---- eval_owned.c: handles whose holders are counted */
/* One holder more, one less. */
void owned_keep(World *world, uint8_t kind, Word word);
Run owned_drop(Step *step, uint8_t kind, Word word, Span span);
/* Drops what objects lost in this operation. */
Run owned_drop_orphans(Step *step, Span span);
Run owned_exec(Step *step, Act *act, const Instr *instr);

/* ---- eval_loop.c: a step that never ends */
typedef struct Loop Loop;
/* Called at each backward jump; RUN_ON or RUN_FAILED. */
Run loop_jump(Step *step, Act *act, Span span);
void loop_free(Loop *loop);
typedef struct LoopTable LoopTable;
/* The choices go back to pick number `fresh`: where the runs were after it is done with. */
void loop_table_backtrack(LoopTable *table, uint32_t fresh);
void loop_table_free(LoopTable *table);

#endif
