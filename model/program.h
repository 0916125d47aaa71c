/* A program as the checker sees it: machines over guarded steps, global variables, and the layout of every value.
   The front-end lowers into this; it knows no syntax tree. Built once, then read-only (threads share it). */
#ifndef UNKNOT_MODEL_PROGRAM_H
#define UNKNOT_MODEL_PROGRAM_H

#include "model/property.h"
#include "model/support/arena.h"
#include "model/support/intern.h"
#include "model/support/source.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* Every scalar is one word: integers sign- or zero-extended to 64 bits by their type, booleans 0/1,
   handles the slot of the object's component in the world plus one (0 is `none`). */
typedef int64_t Word;
/* An uninitialised word. Eval refuses (STEP_LIMIT) to compute this very value, so it is never confused with data. */
#define WORD_UNINIT ((Word)0x8badf00dfeedc0de)

typedef enum WordKind {
    WORD_DATA,
    WORD_HANDLE,
    /* Handles whose holders are counted (instr DROP): those that may be copied (COPY) … */
    WORD_FUTURE,
    WORD_WATCH, /* of a subscription to a watch */
    /* … and ends, which one place holds at a time (TAKE) */
    WORD_SENDER,
    WORD_RECEIVER, /* of a channel, or of a subscription to a broadcast */
    WORD_PERMIT    /* of the channel that keeps the slot */
} WordKind;
static inline bool word_is_counted(uint8_t kind) { return kind >= WORD_FUTURE; }
static inline bool word_is_end(uint8_t kind) { return kind >= WORD_SENDER; }
/* In the place of an end that was given away: no handle. */
#define WORD_MOVED ((Word)-1)

/* ---- types for printing and arithmetic */
typedef enum ValueKind { VALUE_BOOL, VALUE_INT, VALUE_CHAR, VALUE_ENUM, VALUE_HANDLE, VALUE_STRUCT, VALUE_ARRAY, VALUE_MESSAGE, VALUE_VOID } ValueKind;
typedef struct ValueType ValueType;
typedef struct ValueField { const char *name; const ValueType *type; } ValueField;
typedef struct ValueLabel { const char *name; const ValueField *fields; uint32_t nfields; } ValueLabel;
/* Words of a struct follow its fields; of an array its elements; of a message: the tag (label index), then each label's fields in turn. */
struct ValueType {
    ValueKind kind;
    const char *name;      /* as shown, never NULL */
    uint8_t bits;          /* INT, ENUM, CHAR: 1..64, a narrower bit-field included */
    bool is_signed;
    uint32_t words;
    const uint8_t *word_kinds; /* WordKind per word */
    const ValueType *of;   /* ARRAY */
    uint32_t length;
    const ValueField *fields;
    uint32_t nfields;
    const ValueLabel *labels;
    uint32_t nlabels;
    const char *const *enum_names;
    const Word *enum_values;
    uint32_t nenums;
};

/* Integer type of an arithmetic instruction, in instr.type: bits in the low 7 bits, signed in bit 7. */
#define ITYPE(bits, is_signed) ((uint8_t)((bits) | ((is_signed) ? 0x80u : 0u)))
static inline unsigned itype_bits(uint8_t t) { return t & 0x7fu; }
static inline bool itype_signed(uint8_t t) { return (t & 0x80u) != 0; }

/* ---- instructions. Operands a, b, c, d are frame slots unless said otherwise; imm is a constant.
   INSTR(NAME, "text"). An instruction marked S is an access to shared state: with more than one thread the
   machine rests before it (see program.threaded and semantics in model/eval.h). */
typedef enum InstrOp {
#define INSTR(name, text) INSTR_##name,
#include "model/instr.def"
#undef INSTR
    INSTR_COUNT
} InstrOp;

typedef struct Instr {
    uint8_t op;
    uint8_t type;     /* ITYPE of arithmetic and conversions */
    uint16_t flags;   /* INSTR_ATOMIC … */
    uint32_t a, b, c, d;
    Word imm;
    Span span;        /* where a diagnostic or a run points */
} Instr;
enum {
    INSTR_ATOMIC = 1, /* inside `atomic { }` but not its first shared access: the machine does not rest before it */
    INSTR_MEANT = 2,  /* SEND…: `(void)` in front: an ignored close is meant; results that are used are marked too */
    INSTR_JOINED = 4, /* the second half of one access (the write of an `_Atomic` x op= e) : no rest before it */
    INSTR_MAYBE_FIRST = 8, /* inside `atomic { }`, first on some paths only: the machine rests before it unless this very step has made
                             a shared access since the last ATOMIC_BEGIN (a step that goes on from a rest at an access makes that access) */
    INSTR_REGION = 16 /* [program_finish] an access inside `atomic { }`, the first one too */
};
#define NO_SLOT UINT32_MAX

/* ---- points: where a fiber rests at a WAIT instruction */
typedef enum ArmOp {
    ARM_SEND, ARM_RECV, ARM_RESERVE /* result: the permit */, ARM_CHANGED, ARM_LOCK, ARM_ACQUIRE, ARM_SLEEP, ARM_YIELD, ARM_JOIN, /* obj = task handle */
    ARM_FUTURE,    /* obj = future handle: poll it */
    ARM_SCOPE_END, /* obj = scope handle: all its tasks have ended */
    ARM_PENDING,   /* `return pending;` of a poll function: its body runs again once it is woken, or polled on the spot */
    ARM_PARK,      /* waits to be woken */
    ARM_READ_LOCK, ARM_WRITE_LOCK,
    ARM_WAIT,      /* obj = condvar, value = mutex */
    ARM_NOTIFIED, ARM_ARRIVE, ARM_WAIT_GROUP,
    ARM_ONCE,      /* yields whether this one is to run it */
    ARM_OPS
} ArmOp;

typedef struct Arm {
    ArmOp op;
    Span span;
    uint32_t guard;   /* slot holding 0 or 1, NO_SLOT: always enabled */
    uint32_t obj;     /* slot of the handle, NO_SLOT for SLEEP and YIELD */
    uint32_t value;   /* SEND: first slot of the value; ACQUIRE: slot of the count; SLEEP: slot of the duration; else NO_SLOT */
    uint32_t dest;    /* RECV: first frame slot the item is stored to (always a frame temporary or local; code after `target` moves it on) */
    uint32_t result;  /* slot of the operation's own result (bool), or first slot of a joined/awaited value; NO_SLOT: dropped */
    uint32_t target;  /* pc of the arm's code */
    bool owned;       /* the object is a counted handle that the wait keeps: eval drops it when the wait is over, lost or won. FUTURE: the arm's own future (made on arrival, counted): the arm's code drops it when it has won; eval drops it when
                         it has lost, and when the fiber is cancelled while it waits (all arms lose, before the cancel code runs) */
    uint32_t value_n, dest_n, result_n; /* how many words value, dest, result take (0 where there is none). RECV that yields false leaves dest alone;
                                           JOIN of an aborted task: data words uninitialised, handle words none */
    const ValueType *joined; /* JOIN of a task that may be of any function: what it must yield (integers: converted to this), NULL: it is known to */
    bool result_used; /* SEND as a statement of its own has none: a false is `ignored close` (never in an arm of a select) */
} Arm;

typedef enum PointKind { POINT_START, POINT_AWAIT, POINT_SELECT, POINT_BLOCK /* waits without await: holds its thread */, POINT_SCOPE, POINT_END } PointKind;

/* all: every arm's future must finish, each is dropped as it does, `target` is common; race: the first one wins, the others are cancelled
   even if somebody else holds them. */
typedef enum PointCombine { COMBINE_NONE, COMBINE_ALL, COMBINE_RACE } PointCombine;

typedef struct Point {
    PointKind kind;
    PointCombine combine;
    Span span;
    uint32_t pc;          /* of its WAIT instruction; START: entry pc; END: the END instruction */
    Arm *arms;
    uint32_t narms;
    uint32_t state;       /* first of `narms` consecutive frame slots that hold each arm's ArmState (model/eval.h) while waiting; all points of a
                             machine share these slots, nothing else uses them: eval sets them to 0 when the fiber leaves the point */
    bool is_biased;
    uint32_t fallback;    /* pc of the `default:` code, NO_SLOT without one (then the WAIT is no rest) */
    uint32_t cancel;      /* pc of the code that runs the active defers, drops futures and ends with CANCELLED; NO_SLOT for END */
    bool is_idle;         /* in a statement labelled `idle:` */
    bool is_progress;
    const char *label;    /* of the statement, or NULL */
    const char *const *calls; /* inlined calls around it, outermost first, for printing: "worker > handle" */
    uint32_t ncalls;
} Point;

/* A named variable of a frame, for printing and for --no-reset. */
typedef struct Local {
    const char *name;
    const ValueType *type;
    uint32_t slot;
    uint32_t from, to;  /* pcs [from, to) where it is in scope; code of cancel chains lies outside and uses liveness alone */
    Span span;
} Local;

/* t@label: the fiber rests at `pc`, in the code of the statement labelled. One label may have several places (all with one name pointer).
   point: the point whose WAIT is at pc, NO_SLOT where it is another shared access. Filled by program_finish from the ranges. */
typedef struct LabelPlace { const char *name; uint32_t point; uint32_t pc; } LabelPlace;
/* A labelled statement's code. */
typedef struct LabelRange { const char *name; uint32_t from, to; Span span; } LabelRange;

/* One async function that is spawned or made into a future, everything it calls or awaits in place inlined. */
typedef struct Machine {
    const char *name;      /* the function's */
    Span span;
    bool is_async;
    bool is_combinator;    /* all, race: nothing but one wait for its parameters (points[1]), at which it stands from the beginning */
    bool has_drop;         /* a poll function with a drop block: the code at points[0].cancel runs even if it was never polled */
    uint32_t id;
    Instr *code;
    uint32_t ncode;
    Point *points;         /* [0] is the start, the last one the end */
    uint32_t npoints;
    uint32_t nslots;       /* frame size; slots [0, nparams) are the arguments' words on entry */
    uint32_t nparams;
    uint8_t *slot_kinds;   /* WordKind per slot: fixed over the whole machine */
    const ValueType *result; /* VALUE_VOID: none; END's operand a is its first slot */
    Local *locals;
    uint32_t nlocals;
    LabelPlace *labels;
    uint32_t nlabels;
    LabelRange *ranges;
    uint32_t nranges;
    uint32_t key_slots_n;  /* [program_finish] parameters never assigned and live at every rest: they tell instances apart for good */
    uint32_t *key_slots;
    /* [program_finish] per pc: slots live before that instruction, nslots bits in 64-bit words; only pcs where a fiber can rest, else NULL */
    uint64_t **live;
    uint64_t **in_scope;   /* the same under --no-reset: live temporaries and all locals in scope */
} Machine;

typedef struct Global {
    const char *name;
    Span span;
    const ValueType *type;
    Word *init;            /* type->words; handles 0 until the init code has run */
    bool is_const;         /* never written after the init code: reading it is no access to shared state */
    const uint8_t *is_atomic; /* per word */
} Global;

typedef enum ObjectKind {
    OBJECT_CHANNEL, OBJECT_BROADCAST, OBJECT_WATCH, OBJECT_MUTEX, OBJECT_SEMAPHORE, OBJECT_EXECUTOR, OBJECT_SCOPE,
    OBJECT_RWLOCK, OBJECT_CONDVAR, OBJECT_NOTIFY, OBJECT_BARRIER, OBJECT_WAITGROUP, OBJECT_ONCE
} ObjectKind;
/* Who goes first at a readers-writer lock: a pure queue; or a waiting writer holds back new readers and after it all waiting readers go;
   or readers whenever no writer has it. */
typedef enum RwlockPolicy { RWLOCK_FIFO, RWLOCK_PHASE_FAIR, RWLOCK_PREFER_READERS } RwlockPolicy;

/* Where objects are made: one per constructor expression (or declaration that makes one). */
typedef struct Site {
    ObjectKind kind;
    const char *name;       /* variable it is first put into, "" when none */
    Span span;
    const ValueType *elem;  /* CHANNEL, BROADCAST, WATCH */
    bool is_unbounded;      /* CHANNEL: always room */
    bool is_oneshot;        /* CHANNEL: a second send is misuse */
    bool is_fifo;           /* CHANNEL */
    bool is_barging, is_unowned; /* MUTEX */
    RwlockPolicy policy;    /* RWLOCK */
    bool is_spurious;       /* CONDVAR: it may wake by itself */
    bool is_scoped;
    bool is_lossy, is_duplicating, is_reordering; /* CHANNEL */
    bool is_fair;           /* CHANNEL: of infinitely many sends it delivers infinitely many */
    uint32_t losses;        /* CHANNEL that is lossy: how many at most, 0: any number */
    bool is_extern;         /* CHANNEL: the environment may send and receive */
    uint32_t alike;         /* [program_finish] the first site whose objects behave the same: the name and place are no part of a state */
} Site;

typedef struct Invariant {
    const char *name;
    Span span;
    uint32_t machine; /* a machine of its own whose code has no rest: END's operand is the truth value */
} Invariant;

/* A spawn whose tasks the environment may kill. */
typedef struct FaultSite {
    Span span;
    uint32_t count; /* how often at most, all of them together */
    bool restarts;
} FaultSite;

/* `protocol P(…) { … }` or `session S = …;` as it stands in the source; who knows protocols reads it there. */
typedef struct ProtocolText {
    const char *name;
    bool is_session; /* a binary type: the span is that of the type alone */
    Span span;
} ProtocolText;

/* `as P.r` or `as P.r[i]` at a spawn: the role that its tasks play. */
typedef struct RoleUse {
    const char *protocol, *role;
    bool is_indexed; /* the index is the value of an expression, a word of the task (FIBER_ROLE) */
    Span span;
    uint32_t machine; /* NO_SLOT: the spawn lies in code that nobody calls */
} RoleUse;

/* A name that stands for a type everywhere in the program. */
typedef struct TypeName { const char *name; const ValueType *type; } TypeName;
/* A `param` and its value. */
typedef struct NumberName { const char *name; int64_t value; } NumberName;

typedef struct Program {
    bool is_discrete;      /* time passes in ticks, by steps of a clock */
    bool is_urgent;        /* and only when no task can move */
    bool reads_clock;      /* the program calls now() */
    Arena arena;
    Sources *sources;      /* borrowed */
    const char *path;
    Machine **machines;    /* [0] is the init code (globals' constructors in order), [1] main */
    uint32_t nmachines;
    Global *globals;
    uint32_t nglobals;
    Site *sites;
    uint32_t nsites;
    const ValueType **elems; /* types of channel elements, by Site.elem's index; all ValueTypes live in the arena */
    Invariant *invariants;
    uint32_t ninvariants;
    ProtocolText *protocols;
    uint32_t nprotocols;
    RoleUse *roles;        /* one per spawn that says `as` */
    uint32_t nroles;
    TypeName *type_names;  /* only where there are protocols: what their payloads can be */
    uint32_t ntype_names;
    NumberName *number_names; /* likewise: what they may be given for */
    uint32_t nnumber_names;
    Atom *atoms;
    uint32_t natoms;
    Property *properties;  /* in the order they are written */
    uint32_t nproperties;
    uint32_t nevents;        /* [program_finish] atoms that are events */
    bool has_woken;          /* [program_finish] some are of tasks that are woken */
    const char **task_names; /* per machine: its name when its spawn numbers are observed (`worker[2]`), else NULL */
    uint32_t *numbered;      /* per machine: how many of its first spawns keep their number; 0: none is named by number */
    uint32_t *number_base;   /* [program_finish] per machine: of the numbered tasks of all machines, which one is its first */
    uint32_t nnumbered;      /* [program_finish] how many there are of all machines */
    bool *is_watched;        /* [program_finish] per machine: some atom speaks of all or some of its tasks, those that have ended too */
    bool watches;            /* [program_finish] of any machine */
    const char **formats;    /* printf formats */
    uint32_t nformats;
    bool threaded;           /* more than one thread can exist: shared accesses interleave */
    bool has_blocking;       /* some POINT_BLOCK exists */
    FaultSite *fault_sites;
    uint32_t nfault_sites;
    bool has_faults;         /* [program_finish] some steps may be faults (StepResult.by_fault) */
    bool has_progress;       /* some statement is labelled `progress:` */
    bool has_wakes;          /* some `pending` or `park` exists */
    bool has_all;            /* some `all` exists */
} Program;

#define MACHINE_INIT 0u
#define MACHINE_MAIN 1u

/* Computes liveness, key slots and `threaded`, and checks the program's own invariants (assert). Called once by the lowering, last. */
void program_finish(Program *program);
void program_free(Program *program);
/* A readable listing for tests (--dump-program). */
void program_dump(const Program *program, FILE *out);
/* True when a fiber may rest before this pc: a WAIT, or a shared access in a threaded program. */
bool program_rests_at(const Program *program, const Machine *machine, uint32_t pc);
/* A value as text, cut at `size`: 3, 'c', PUT, found(3), {.op = GET, .key = 1}, {0, 1}; `?` when uninitialised; a handle is none or #N. */
void value_print(char *out, uint32_t size, const ValueType *type, const Word *words);

/* How many values the type has (at most UINT64_MAX), 0 when it holds handles; and the value of that number. */
uint64_t value_count(const ValueType *type);
void value_nth(const ValueType *type, uint64_t index, Word *words);

#endif
