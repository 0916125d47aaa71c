/* Stack code of the plain explorer: what its compiler makes of a tree. */
#ifndef UNKNOT_TESTS_PLAIN_CODE_H
#define UNKNOT_TESTS_PLAIN_CODE_H

#include "frontend/ast.h"
#include "model/support/arena.h"
#include "model/support/vec.h"

/* Stack effects: before -> after; `place` is the address of a cell. */
#define PLAIN_INSTRUCTIONS(X)                                                          \
    X(PUSH)     /* -> v */                                                             \
    X(NONE)     /* -> none */                                                          \
    X(UNSET)    /* -> a unset cells */                                                 \
    X(LOCAL)    /* -> place of variable a */                                           \
    X(PARAM)    /* -> the place that array parameter a holds */                        \
    X(GLOBAL)   /* -> place of global cell a */                                        \
    X(INDEX)    /* place i -> place; length a, stride b */                             \
    X(INDEXV)   /* a*b cells, i -> b cells */                                          \
    X(OFFSET)   /* place -> place + a */                                               \
    X(PART)     /* v cells -> the b cells from a on */                                 \
    X(LOAD)     /* place -> a cells; b: one scalar, must be set */                     \
    X(MOVE)     /* place -> a cells, which are gone from there */                     \
    X(TAKEN)    /* place -> : its a cells were given away */                           \
    X(STORE)    /* place, a cells -> (b: those cells) */                               \
    X(RMW)      /* place e -> new (b = 1), old (b = 2) or nothing: op a on an atomic */ \
    X(DUP)      /* x -> x x */                                                         \
    X(TUCK)     /* place old -> old place old */                                       \
    X(POP)      /* a cells -> */                                                       \
    X(BIN)      /* x y -> x op y */                                                    \
    X(UN)       /* x -> op x */                                                        \
    X(CONV)     /* x -> (t)x; b: bits of a bit-field; a: changes nothing, x need not be set */ \
    X(SAME)     /* handles: x y -> x == y; a: != */                                    \
    X(SETALL)   /* a cells, all set */                                                     \
    X(TRUTH)    /* x -> x != 0 */                                                      \
    X(JUMP)     /* to a */                                                             \
    X(JZ)       /* x -> ; to a if 0 */                                                 \
    X(JNZ)      /* x -> ; to a if not 0 */                                             \
    X(CASE)     /* x -> x, or to a without x if it is v */                             \
    X(MATCH)    /* message -> message; to a if its tag is b */                         \
    X(BIND)     /* message of v cells: its b cells after a to variable c */            \
    X(SET)      /* variable a becomes v */                                             \
    X(CLEAR)    /* variable a (b cells) becomes unset */                               \
    X(MARK)     /* a block a is entered */                                             \
    X(DECL)     /* variable a (b cells) is in scope; c: scoped */                      \
    X(DEFER)    /* code at a runs at the end */                                        \
    X(DEFERRET) /* end of such code */                                                 \
    X(LEAVE)    /* blocks up to and with a end; b: early */                            \
    X(TRIM)     /* what the block declared after a ends */                             \
    X(SCOPE)    /* variable a is a new scope */                                        \
    X(ATOMIC)   /* an atomic block is entered */                                       \
    X(CALL)     /* args -> value: function a */                                        \
    X(RET)      /* a cells */                                                          \
    X(NORET)    /* the end without a return */                                         \
    X(FUTURE)   /* args -> future of function a */                                     \
    X(OPFUTURE) /* operands -> future of the operation of site a */                    \
    X(COMBINE)  /* futures -> one future of a futures; b: race, c: cells of its value */ \
    X(PENDING)  /* a poll function's body ends; the next begins at a */               \
    X(POLL)     /* future [place] -> bool: polled once; a: cells of its value, b: with a place of type `type` */ \
    X(WAKER)    /* -> the current task */                                              \
    X(PROGRESS) /* a label `progress:` is passed */                                   \
    X(SPAWN)    /* [executor] args -> task of function a; b: its scope's variable + 1; c: 1 daemon, 2 executor, 4 restarts; v: 1 + its place in kills */ \
    X(WAIT)     /* operands -> result: point at site a */                              \
    X(BLOCK)    /* the same, holding the thread */                                     \
    X(NEW)      /* operands -> object of kind a; b: attributes, c: cells of an item */ \
    X(TRY)      /* operands -> value: the operation of site a if it can fire now */   \
    X(DO)       /* operands -> value: immediate operation c (a Builtin); a: number of operands */ \
    X(ANY) X(ASSUME) X(ASSERT) X(UNREACHABLE)                                          \
    X(ATOM)     /* [handle] -> bool: property atom c = Builtin, function a, number b */

typedef enum PInsKind {
#define X(name) I_##name,
    PLAIN_INSTRUCTIONS(X)
#undef X
    I_COUNT
} PInsKind;

typedef struct PIns {
    PInsKind op;
    int32_t a, b, c;
    int64_t v;
    const Type *type;
    uint32_t line;
    uint32_t ordinal; /* DECL, DEFER: place in the source */
    int64_t losses;   /* NEW: of a lossy channel, -1: any number */
} PIns;

/* What an arm waits for. Up to SLEEP: operations of objects, see plain_objects.c. */
typedef enum PArmOp {
    ARM_SEND,
    ARM_RECV,
    ARM_RESERVE,
    ARM_LOCK,
    ARM_READ_LOCK,
    ARM_WRITE_LOCK,
    ARM_ACQUIRE,
    ARM_WAIT, /* condvar, mutex | waitgroup */
    ARM_NOTIFIED,
    ARM_ARRIVE,
    ARM_CHANGED,
    ARM_ENTER, /* once */
    ARM_SLEEP,
    ARM_YIELD,
    ARM_PARK,
    ARM_PENDING, /* a poll function that has not finished */
    ARM_FUTURE,
    ARM_JOIN,
    ARM_SCOPE
} PArmOp;

static inline bool plain_on_object(PArmOp op) { return op < ARM_SLEEP; }

/* Attributes of constructors, NEW's b. */
enum {
    ATTR_FIFO = 1,
    ATTR_UNBOUNDED = 2,
    ATTR_BARGING = 4,
    ATTR_UNOWNED = 8,
    ATTR_SPURIOUS = 16,
    ATTR_PHASE_FAIR = 32,
    ATTR_READERS = 64,
    ATTR_EXTERN = 128,
    ATTR_ONESHOT = 256,
    ATTR_LOSSY = 512,
    ATTR_DUPLICATING = 1024,
    ATTR_REORDERING = 2048,
    ATTR_FAIR = 4096
};

typedef struct PSiteArm {
    PArmOp op;
    int32_t cells;          /* operands: handle, value | place | count */
    bool owned;             /* a future made here */
    const Type *dest_type;  /* RECV: of its destination; NULL without one */
    uint8_t dest_bits;
    int32_t result;         /* cells of the result */
    const Type *result_type;
    bool has_guard;
    /* select: where the result goes */
    bool has_place;         /* a place operand comes before the others */
    int32_t slot;           /* or a variable, -1: none */
    const Type *into;
    uint8_t into_bits;
    int32_t body;
    uint32_t line;
} PSiteArm;

typedef struct PSite {
    PSiteArm *arms;
    int32_t narms;
    bool is_select, is_biased, has_default, has_object;
    bool is_block_on;
    bool ignores_close;
    int32_t otherwise; /* default's code */
    uint32_t line;
} PSite;

typedef struct PFunc {
    const Decl *decl; /* NULL: initialisers, an invariant */
    const char *name;
    int32_t entry;
    int32_t end;      /* one past its code */
    int32_t slots;    /* cells of its variables */
    int32_t nparams;
    int32_t *param_slot, *param_cells;
    int32_t arg_cells;
    int32_t result;   /* cells */
    bool is_main;
    bool is_poll;
    int32_t drop;     /* POLL: code of its drop block, -1: none */
    int32_t observed; /* numbers below it are state, and their tasks stay when they have ended */
    bool is_named;    /* all its tasks stay when they have ended */
} PFunc;

typedef struct PRange { int32_t from, to, func; Name name; } PRange; /* code of a labelled statement */

/* An atom of a formula, wherever it stands. */
typedef struct PAtom {
    const Expr *expr;
    Builtin event;       /* BUILTIN_NONE: a condition */
    int32_t func;        /* what yields its truth, or the channel and the item; -1: an event of tasks */
    int32_t task, number; /* the tasks' function, -1: nobody's; their number, -1: any */
} PAtom;
typedef struct PFormula { const char *name; const Decl *decl; } PFormula;

typedef struct PProgram {
    const Tree *tree;
    Arena arena;
    VEC(PIns) code;
    VEC(PSite) sites;
    VEC(PFunc) funcs;
    VEC(PRange) labels;
    VEC(int64_t) kills;    /* per spawn with a fault: how many */
    int32_t init;          /* function that runs the initialisers */
    int32_t main;
    int32_t globals;       /* cells */
    bool reads_clock;      /* now() is called */
    bool has_wakes;        /* a poll function, or park() */
    bool has_progress;     /* a label `progress:` */
    uint32_t nglobals;     /* variables with their first cells */
    int32_t *global_first;
    const Symbol **global_symbol;
    bool *atomic;          /* per global cell */
    bool *shared;          /* per global cell: written after initialisation */
    VEC(int32_t) invariants; /* functions */
    VEC(const char *) invariant_names;
    VEC(PAtom) atoms;
    VEC(PFormula) formulas;
    bool has_woken;
    const char *unsupported; /* NULL: all of it was understood */
} PProgram;

int32_t plain_cells(const Type *type);
PProgram *plain_compile(const Tree *tree);
void plain_program_free(PProgram *program);

#endif
