/* A state, unpacked: the program's components as growable word vectors. Everything that executes programs (search, replay,
   reports) works on worlds; only model/ts.c knows how they are interned.

   Slots: [0, nglobals) one per non-const global, in order (const globals are read from the init run's values kept in the Ts/World base);
   then objects, tasks and futures in the order they were made. A handle is slot + 1.
   A component's words, by kind (first word = CompKind):
     GLOBAL    kind | (index of the global + 1) << 8, then the variable's words; ask comp_kind, not words[0], what a component is.
               The component of what properties remember of tasks has index + 1 = 0 and no handles
     FIBER     kind, header (FIBER_* fields below), then the frame's words (nslots), then for a task a set of handles: the futures that
               will wake it (model/wake.h); after the end the result's words
     OPFUTURE  kind, header (OPFUTURE_*), operands
     FREE      kind: a dropped future; nobody refers to it but what waits for ever
     others    see the object's file (model/channel.h, model/mutex.h, model/semaphore.h, model/executor.h, model/scope.h) */
#ifndef UNKNOT_MODEL_WORLD_H
#define UNKNOT_MODEL_WORLD_H

#include "model/program.h"

typedef enum CompKind { COMP_FREE, COMP_GLOBAL, COMP_FIBER, COMP_OPFUTURE, COMP_CHANNEL, COMP_BROADCAST, COMP_WATCH,
    COMP_SUBSCRIPTION, COMP_MUTEX, COMP_SEMAPHORE, COMP_EXECUTOR, COMP_SCOPE,
    COMP_RWLOCK, COMP_CONDVAR, COMP_NOTIFY, COMP_BARRIER, COMP_WAITGROUP, COMP_ONCE,
    COMP_CLOCK, COMP_BUDGET, COMP_DEAD /* a `scoped` object past its scope: kind, site */ } CompKind;

enum { /* fields of a FIBER: a task, or a future of an async function */
    FIBER_MACHINE = 1,
    FIBER_PC,       /* where it rests; FIBER_STATUS tells what that means */
    FIBER_STATUS,   /* FiberStatus */
    FIBER_FLAGS,    /* FIBER_IS_TASK … */
    FIBER_EXECUTOR, /* task: handle of its executor; 0 while the program has no executor components */
    FIBER_SCOPE,    /* task: handle of the scope that waits for it, or 0 */
    FIBER_NUMBER,   /* spawn number (from 1) when observed, else 0 */
    FIBER_INNER,    /* handle of the future whose step is under way (it rests before a shared access or blocks), or 0 */
    FIBER_FAULT,    /* task that may be killed: 1 + its spawn's index in program->fault_sites, else 0 */
    FIBER_ROLE,     /* task with a role: 1 + its index in program->roles * FIBER_ROLES + the role's number, else 0 */
    FIBER_COUNT,    /* future: how many handles hold it */
    FIBER_OWNER,    /* future: handle of the task that polled it first, or 0 */
    FIBER_WAKES,    /* future: handle of the task that polled it on the spot, which is woken once it can go on, or 0 */
    FIBER_FRAME     /* first word of the frame */
};
enum { FIBER_ROLES = 1 << 16 /* numbers of an indexed role */ };
typedef enum FiberStatus {
    FIBER_AT_START,  /* not started */
    FIBER_AT_POINT,  /* at the WAIT of FIBER_PC, arrived: arm states are valid, holds no thread */
    FIBER_UNDER_WAY, /* rests before the shared access at FIBER_PC (threaded programs): holds a thread */
    FIBER_BLOCKED,   /* at a POINT_BLOCK, arrived: holds its thread */
    FIBER_ENDED,     /* result follows */
    FIBER_CANCELLED, /* ended by abort, or a dropped future */
    FIBER_CRASHED    /* killed by the environment, not to come back */
} FiberStatus;
enum { FIBER_IS_TASK = 1, FIBER_IS_DAEMON = 2, FIBER_ABORT_REQUESTED = 4, FIBER_UNWINDING = 8, /* under way in its cancel code: never at rest */
       FIBER_IS_WOKEN = 16 /* task under way: a wake has come in this step */ };
/* Who waits, as objects note it: a fiber's or an operation future's handle, the arm of its point (0 for an operation future), and the
   task (handle) that polls it, which becomes the owner of what it is given. */
typedef struct Waiter { Word fiber, arm, task; } Waiter;

enum { /* fields of an OPFUTURE */
    OPFUTURE_MACHINE = 1, OPFUTURE_POINT, /* which operation: machine and point index (points[..].arms[0]) */
    OPFUTURE_STATUS, /* ArmState, model/eval.h */
    OPFUTURE_COUNT, OPFUTURE_OWNER,
    OPFUTURE_OBJ,    /* handle operand */
    OPFUTURE_WAKES,  /* as FIBER_WAKES */
    OPFUTURE_HOME,   /* RECV: handle of the fiber whose frame the item goes to, else 0 */
    OPFUTURE_VALUE   /* value operand (SEND: the words, ACQUIRE: count, SLEEP: duration), then received item (RECV) */
};

typedef struct Comp {
    Word *words;
    uint32_t n, cap;
    bool loaded;  /* words are valid */
    bool changed; /* written since load */
} Comp;

typedef struct World World;
struct World {
    const Program *program;
    Comp *comps;
    uint32_t n, cap;
    Word **const_globals;      /* per global: words of const ones (borrowed: from `base`, or from another world's), NULL entry otherwise.
                                  When the init code chooses (`any`), no global is const here */
    uint32_t *global_slot;     /* per global: its slot, NO_SLOT for const ones (borrowed likewise) */
    void *base;                /* what world_init allocated for these two; freed by world_fini */
    uint32_t nfixed;           /* slots [0, nfixed) were made by the init code and stay for good */
    uint32_t history_slot;     /* GLOBAL-kind component, what properties remember of tasks: one word per machine, how many of a numbered one were
                                  spawned, up to its program->numbered; one per machine, how tasks of a watched one have ended (WORLD_ENDED bits);
                                  one per numbered task, the bit of how it ended, 0 before. NO_SLOT when nothing is to be remembered */
    uint32_t clock_slot;       /* NO_SLOT in abstract time */
    uint32_t budget_slot;      /* how many kills are left (model/eval_crash.c); NO_SLOT where nothing crashes */
    uint32_t default_executor; /* handle, 0 when the program needs no executor components */
    /* Lazy loading with a footprint, for memoisation; NULL when every component is loaded. */
    void (*load)(World *world, uint32_t slot);
    void *loader;
    struct Happened *happened;    /* what the step under way does that properties speak of (model/happened.h); NULL where nobody looks */
    struct WorldScratch *scratch; /* buffers of eval and the objects, kept from step to step; never part of the state */
};

void world_init(World *world, const Program *program);
void world_fini(World *world);
void world_copy(World *to, const World *from); /* `to` was initialised; both without loader */
/* Words of a component, loading it first. The pointer is valid until that component grows. */
const Word *world_read(World *world, uint32_t slot, uint32_t *n);
Word *world_write(World *world, uint32_t slot, uint32_t *n);
/* Replaces the component's words. */
void world_set(World *world, uint32_t slot, const Word *words, uint32_t n);
/* A new component at the end; returns its slot. */
uint32_t world_add(World *world, const Word *words, uint32_t n);
CompKind world_kind(World *world, uint32_t slot);
static inline CompKind comp_kind(const Word *words) { return (CompKind)(words[0] & 0xff); }
/* Makes n components, none of them loaded, and forgets what was there; buffers are kept. */
void world_reset(World *world, uint32_t n);
/* Uses `from`'s slots of globals and values of const globals, fixed slots, history and default executor. `from` must outlive `world`. */
void world_borrow(World *world, const World *from);
/* Changes the component's length; new words at the end are 0. */
Word *world_resize(World *world, uint32_t slot, uint32_t n);
/* Opens a gap of `count` zero words before word `at`; takes `count` words out from `at` on. */
Word *world_insert(World *world, uint32_t slot, uint32_t at, uint32_t count);
void world_remove(World *world, uint32_t slot, uint32_t at, uint32_t count);
/* The words of a global, const or not. */
const Word *world_global(World *world, uint32_t global);

/* Counted handles whose holder vanished (with an item that is lost): who finds one notes it, eval drops it before the step ends. */
typedef struct Orphan { uint8_t kind; /* WordKind */ Word word; } Orphan;
void world_orphan(World *world, uint8_t kind, Word word);
/* The counted ones among n words of these kinds. */
void world_orphan_words(World *world, const uint8_t *kinds, const Word *words, uint32_t n);
bool world_take_orphan(World *world, Orphan *orphan); /* the first noted; false: none is left */
/* Mutexes that a cancelled wait had released: one unlock of each by the cancellation does nothing. */
void world_spare(World *world, Word mutex);
bool world_take_spared(World *world, Word mutex); /* false: there is none */
void world_forget_spared(World *world);
/* A buffer of at least n words, valid until the next call for the same purpose. */
typedef enum ScratchUse { SCRATCH_ITEM, SCRATCH_MOVED, SCRATCH_FRAME, SCRATCH_SENT, SCRATCH_USES } ScratchUse;
Word *world_scratch(World *world, ScratchUse use, uint32_t n);

/* The bit of the history that says that some task of the machine has ended with this FiberStatus. */
#define WORLD_ENDED(status) ((Word)1 << ((status) - FIBER_ENDED))
/* The word of the history that tells how a numbered task (from 1) has ended. */
static inline uint32_t world_number_word(const Program *program, uint32_t machine, uint32_t number) {
    return 1 + 2 * program->nmachines + program->number_base[machine] + number - 1;
}
static inline uint32_t handle_slot(Word handle) { return (uint32_t)(handle - 1); }
static inline Word slot_handle(uint32_t slot) { return (Word)slot + 1; }

/* Calls visit for every handle word of the component, in a fixed order: `index` is the word's position, `ordered` is false for elements
   of a set (waiters of a channel that is not fifo, tasks of a scope), whose order in `words` is by slot and means nothing. */
typedef void (*HandleVisitor)(void *context, uint32_t index, Word handle, bool ordered);
void comp_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context);
/* For a handle in a set: where the element begins that it is part of (elements may hold several handles), 0 when it is an element itself. */
uint32_t comp_element(const Program *program, const Word *words, uint32_t index);
/* Sorts the sets inside after handles were renamed. */
void comp_normalise(const Program *program, Word *words, uint32_t n);
/* The same for a GLOBAL (a row of model/kind.h). */
void world_global_handles(const Program *program, const Word *words, uint32_t n, HandleVisitor visit, void *context);

#endif
