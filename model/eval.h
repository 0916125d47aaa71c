/* The step machine: executes one step of one task in a world. Pure but for the world, the choices and the log it is given. */
#ifndef UNKNOT_MODEL_EVAL_H
#define UNKNOT_MODEL_EVAL_H

#include "model/world.h"

/* How an arm stands while its fiber waits. */
typedef enum ArmState {
    ARM_OFF,     /* guard false, `none`, or finished */
    ARM_READY,   /* could fire on arrival: has no place, holds nothing; never had to wait */
    ARM_QUEUED,  /* has its place in the object's queue, or waits (timer running, join) */
    ARM_NEW,     /* an arm on a future, whose own component tells how it stands; of an operation future: not polled yet */
    ARM_WOKEN    /* `pending`, `park`: it was woken */
} ArmState;

/* Nondeterminism inside a step, enumerated by re-execution: eval asks choices_pick(arity); the first run always gets 0,
   choices_next moves to the next untried sequence. Zero-initialise; free with choices_fini. */
typedef struct Choices {
    uint32_t *pick;
    uint32_t *arity;
    uint32_t n, cap, pos;
    uint32_t fresh;          /* picks before this one are those of the run before: what they led to is known */
    struct LoopTable *loops; /* where loops of this step's runs have been, so that no place is explored twice */
    bool mismatch; /* a given pick was not among the possibilities (a replay gone astray); the last possibility was taken */
} Choices;
uint32_t choices_pick(Choices *choices, uint32_t arity); /* arity >= 1; arity 1 is not recorded */
bool choices_next(Choices *choices);                     /* false when all sequences were run */
void choices_rewind(Choices *choices);                   /* to run the same sequence again (replay) */
void choices_set(Choices *choices, const uint32_t *picks, uint32_t n); /* to follow these; past them, and where none was recorded, 0 is taken */
void choices_clear(Choices *choices);                    /* to begin with the first sequence of another step */
void choices_fini(Choices *choices);

typedef enum ViolationKind { /* named as in the expectations, language §11 */
    VIOLATION_NONE, VIOLATION_ASSERTION, VIOLATION_UNDEFINED, VIOLATION_MISUSE, VIOLATION_IGNORED_CLOSE, VIOLATION_NEVER_YIELDS
} ViolationKind;
/* detail: for UNDEFINED "overflow" "division" "shift" "bounds" "narrowing" "uninitialised" "dead-object" "return";
   MISUSE "unlock" "close" "poll" "future" …; IGNORED_CLOSE: the channel's slot in `object`. Static strings. */
typedef struct Violation {
    ViolationKind kind;
    const char *detail;
    Span span;
    uint32_t task;      /* slot */
    uint32_t object;    /* slot or NO_SLOT */
    const char *text;   /* one more sentence for the user, static, may be NULL */
} Violation;

typedef enum StepStatus {
    STEP_DISABLED,  /* the task has no step (no choice was asked for, nothing changed) */
    STEP_DONE,      /* the world is the successor */
    STEP_CUT,       /* an assume cut the run: no successor, but the task counts as able to move */
    STEP_VIOLATION, /* `violation` says which; no successor */
    STEP_LIMIT      /* too long to follow (more than 10^7 instructions without a repeated configuration), or WORD_UNINIT computed: no verdict */
} StepStatus;

typedef struct StepResult {
    StepStatus status;
    Violation violation;
    const char *limit;    /* STEP_LIMIT: why */
    uint64_t instructions; /* executed in this step */
    bool inert;           /* STEP_DONE without choices: the task touched nothing that others can tell, and rests READY at a lone operation (model/merge.h) */
    bool by_fault;        /* the environment's doing: a loss, a crash, a spurious wake-up (language, Faults) */
    bool reached_point;   /* the task ended its step at a point (as opposed to resting before a shared access) */
    Span at;              /* where the step began, for runs */
    uint32_t fiber;       /* slot of the fiber that moved (the task, or a future it polls) */
    uint32_t arm;         /* of its point: the operation that was tried; NO_SLOT when it did not go on from a point */
    uint32_t left;        /* slot of the outermost fiber whose wait was over by that, or that started; NO_SLOT: none */
    bool progress;        /* it came to a statement labelled `progress:` */
    uint64_t lost, delivered; /* bit i: the `lossy, fair` channel at slot i lost an item that was sent, or did not */
    uint64_t events;      /* of the program's event atoms, those that happened: bits by Atom.bit */
} StepResult;

/* What happened in a step, for runs; NULL where nobody looks. Texts are made by trace, from the world. */
typedef enum EventKind {
    EVENT_START, EVENT_FIRE /* an operation of an arm fired */, EVENT_OP /* immediate operation */, EVENT_SPAWN, EVENT_WRITE /* global word */,
    EVENT_HAND /* a partner's operation was completed: fiber = partner */, EVENT_QUEUE /* took its place */, EVENT_CANCEL, EVENT_END, EVENT_PRINT, EVENT_ANY,
    EVENT_FAULT /* of a channel: op is a NetworkFault */, EVENT_CRASH /* a task is killed; ok: to start anew */, EVENT_TICK /* time passes: the ticks so far, when somebody asks */
} EventKind;
typedef enum NetworkFault { NETWORK_LOST, NETWORK_DUPLICATED, NETWORK_REORDERED } NetworkFault;
typedef struct Event {
    EventKind kind;
    Span span;
    uint32_t fiber;     /* slot */
    uint32_t object;    /* slot, global index for WRITE, or NO_SLOT */
    uint8_t op;         /* ArmOp for FIRE/HAND/QUEUE, InstrOp for OP */
    bool ok;            /* result of the operation */
    uint32_t word;      /* WRITE: index of the word */
    Word values[4];     /* leading words of the value sent/received/written/printed/chosen; old value in [1] for WRITE */
    uint32_t nvalues;
} Event;
typedef struct StepLog { Event *events; uint32_t n, cap; } StepLog;
void steplog_clear(StepLog *log);
void steplog_fini(StepLog *log);

/* Every reading and writing of a word of a global variable that a step makes, for the check for data races. */
typedef struct Access {
    uint32_t global, word;
    Span span;
    bool is_write;
    bool in_region; /* inside `atomic { }` */
} Access;
typedef struct AccessLog { Access *data; uint32_t n, cap; } AccessLog;

/* The items that a step sends into and receives from channels, in order (a send that waited: in the step in which its task goes on). */
enum { COMM_VALUES = 4 };
typedef struct Comm {
    uint32_t channel; /* slot */
    uint32_t label;   /* of a message: which one; else 0 */
    bool is_send;
    bool is_closed;   /* nothing was sent or received, for the channel is closed; the label is 0 */
    uint8_t nvalues;
    Word values[COMM_VALUES]; /* the leading words of the item, of a message of the label's fields; handles are 0 */
    Span span;
} Comm;
typedef struct CommLog { Comm *data; uint32_t n, cap; } CommLog;

typedef struct EvalOptions {
    bool run_on;   /* --ready run-on */
    bool no_reset; /* --no-reset: locals in scope keep their values when they are dead */
    AccessLog *accesses; /* added to; NULL: nobody looks */
    CommLog *comms;      /* likewise */
} EvalOptions;

/* Makes the initial world: runs the init code, then spawns main. Violations are possible (a bad initialiser). */
StepResult eval_start(World *world, const EvalOptions *options, Choices *choices, StepLog *log);
/* One step of the actor at slot `task` (a FIBER that is a task, or an object that moves by itself, model/kind.h), following and extending
   `choices`. */
StepResult eval_step(World *world, uint32_t task, const EvalOptions *options, Choices *choices, StepLog *log);
/* Evaluates a machine without rests (an invariant) and gives its result word. */
StepResult eval_predicate(World *world, uint32_t machine, Word *value);
/* The same of one with several words, valid until the next evaluation. */
StepResult eval_operands(World *world, uint32_t machine, const Word **words);
/* True when eval_step can do something else than let the environment kill the task; changes nothing. */
bool eval_can_step(World *world, uint32_t task);

/* The task could make a step if its executor had a free thread; changes nothing. */
bool eval_lacks_thread(World *world, uint32_t task);
/* The fibers from the task down to `fiber`, each polled by the one before, both ends included; returns how many, at most max; when the
   task does not poll the fiber, `fiber` alone. */
uint32_t eval_poll_chain(World *world, uint32_t task, uint32_t fiber, uint32_t *out, uint32_t max);

/* For reports: what a resting fiber waits for, arm by arm, inner futures included. */
typedef struct WaitInfo {
    uint32_t fiber;     /* the fiber that holds the wait (task or future) */
    uint32_t arm;       /* index in its point, 0 for operation futures */
    ArmOp op;
    ArmState state;
    uint32_t object;    /* slot: channel, mutex, semaphore, task joined, scope; NO_SLOT when none */
    bool is_none;       /* waits on `none` */
    bool enabled;
    bool polled;        /* false: a future that has a place but that nobody polls now */
    Span span;
} WaitInfo;
/* Fills up to `max`, returns how many there are. */
uint32_t eval_waits(World *world, uint32_t task, WaitInfo *out, uint32_t max);

#endif
