/* From the checked tree to machines: the state that the lower_*.c files share. Internal to frontend/. */
#ifndef UNKNOT_FRONTEND_LOWER_H
#define UNKNOT_FRONTEND_LOWER_H

#include "frontend/ast.h"
#include "frontend/check/convert.h"
#include "model/program.h"
#include "model/support/diag.h"
#include "model/support/vec.h"

enum { LOWER_MAX_SLOTS = 65536, LOWER_MAX_CODE = 1000000, LOWER_MAX_INVARIANTS = 64, LOWER_MAX_FAULTS = 127, LOWER_MAX_DEPTH = 1000 };

#define LOWER_MAX_AREA (UINT64_C(1) << 31) /* slots times instructions of one machine: what liveness may need in bits */

/* What a list holds, in the arena. */
#define LOWER_TAKE(arena, vec) arena_copy((arena), (vec).data, sizeof *(vec).data *(vec).n)

typedef struct Cleanup Cleanup;
typedef struct Call Call;

/* ---- the whole program */
typedef struct SiteKey { const void *key; uint32_t site; } SiteKey; /* the constructor's Expr, or the Decl or Field that makes an object */

typedef struct Observed { uint32_t machine, number; } Observed; /* the spawn number, from 1, that something names */

typedef struct Combinator { /* a machine made for this list of values */
    bool is_all;
    const Type *const *values;
    uint32_t n;
    const Type *result;
    uint32_t machine;
} Combinator;

typedef struct Lower {
    Tree *tree;
    Diags *diags;
    Program *program;
    Arena *arena;                 /* the program's */
    VEC(Machine *) machines;
    VEC(const Decl *) funcs;      /* per machine: its function, NULL for init and conditions */
    VEC(uint32_t) machine_of;     /* per symbol id: machine of a function, NO_SLOT */
    VEC(uint32_t) global_of;      /* per symbol id */
    VEC(Site) sites;
    VEC(SiteKey) site_keys;
    VEC(FaultSite) faults;
    VEC(const Expr *) fault_keys; /* their spawns */
    VEC(RoleUse) roles;
    VEC(const Expr *) role_keys;  /* their spawns */
    VEC(const char *) formats;
    VEC(Invariant) invariants;
    VEC(Atom) atoms;
    VEC(Property) properties;
    VEC(Combinator) combinators;  /* machines of all and race */
    VEC(const ValueType *) types; /* per type id, NULL until asked for */
    VEC(const char *) names;      /* per Name: the program's own copy, so that equal names are equal pointers */
    VEC(Observed) observed;
    VEC(Span) moved;              /* where the use of an end that was given away was reported */
    uint64_t ncode;               /* over all machines */
    bool failed;                  /* a limit was hit and reported: emit nothing more */
} Lower;

/* ---- places: what an lvalue denotes */
typedef struct Place {
    bool is_global;
    uint32_t base;    /* first frame slot, or the global's index */
    uint32_t offset;  /* words from there, known now */
    uint32_t index;   /* slot that holds a further offset in words, or NO_SLOT */
    uint32_t words;   /* of the whole variable */
    const Type *type; /* of what lies there */
    uint8_t bits;     /* declared width, 0 for the type's own */
    bool is_atomic;
} Place;

typedef enum VarKind {
    VAR_PLACE,  /* a local, a parameter, an array parameter (the caller's place) */
    VAR_CONST   /* the loop variable of a replicated arm while its operands are evaluated */
} VarKind;
typedef struct Var {
    const Symbol *symbol;
    VarKind kind;
    Place place;
    Word value;
    uint32_t local; /* index in Builder.locals, NO_SLOT when it has no slots of its own */
    bool pinned;    /* its slots are not reused: a stored recv writes there */
} Var;

/* ---- what leaving a place in the code must do; persistent lists, innermost first */
typedef enum CleanupKind { CLEANUP_DEFER, CLEANUP_DROP /* futures */, CLEANUP_KILL /* scoped objects */, CLEANUP_SCOPE } CleanupKind;
struct Cleanup {
    Cleanup *below;
    CleanupKind kind;
    Call *call;               /* the activation it belongs to */
    const Stmt *stmt;         /* DEFER: what runs; SCOPE: the statement */
    uint32_t slot, n;         /* DROP, KILL: slots; SCOPE: its handle */
    Span span;
    Cleanup *scope;           /* the SCOPE whose own block holds this one directly (itself for a SCOPE), or NULL: its wait comes first */
    bool is_atomic;
    uint32_t chain;           /* label of the cancel chain from here on, NO_SLOT until there is one */
    uint32_t depth;           /* length of the list from here on */
};

/* ---- one activation of a function, being inlined (or the machine's own) */
typedef struct GotoLabel { /* a label of the activation, or a goto that waits for one */
    const Stmt *stmt;     /* the LABEL */
    uint32_t label;       /* code label of the goto's landing, or of the LABEL itself */
    Cleanup *cleanups;    /* at the LABEL */
    uint32_t *visible;    /* pairs of slot and words of the variables visible there */
    uint32_t nvisible;
} GotoLabel;
struct Call {
    Call *up;
    const Decl *func;
    VEC(Var) vars;            /* those in scope, innermost last */
    VEC(GotoLabel) labels;    /* those passed */
    VEC(GotoLabel) gotos;     /* forward ones, not yet landed */
    uint32_t result;          /* first slot of its result, NO_SLOT when there is none */
    uint32_t end;             /* label behind its body */
    Cleanup *base;            /* what was active before its parameters */
    uint32_t depth;
};

/* A block being lowered: where its statements are, to find out which one a goto leads into. */
typedef struct Block {
    struct Block *up;
    Call *call;
    Stmt *const *items;
    uint32_t nitems;
    Cleanup *entry;           /* active when it was entered */
    Cleanup *outer_scope;
    uint32_t nvars;
} Block;

/* What break and continue lead to. */
typedef struct Target {
    struct Target *up;
    const Stmt *stmt;
    uint32_t break_label, continue_label;
    Cleanup *cleanups;
} Target;

typedef struct CaseLabel { const Stmt *stmt; uint32_t label; } CaseLabel;
typedef struct Switch {
    struct Switch *up;
    const Stmt *stmt;
    VEC(CaseLabel) cases;
    Place value;              /* of a message */
    uint32_t nvars;           /* variables in scope at the head */
} Switch;

typedef struct FreeSlots { uint32_t slot, n; } FreeSlots;
typedef struct ArmTarget { uint32_t point, arm; } ArmTarget;

/* ---- one machine under construction */
typedef struct Builder {
    Lower *lower;
    VEC(Instr) code;             /* jumps hold labels until the machine is finished */
    VEC(Point) points;
    VEC(uint8_t) kinds;          /* per slot */
    VEC(FreeSlots) free;
    VEC(FreeSlots) temps;        /* temporaries in use, newest last */
    VEC(uint32_t) borrowed;      /* slots whose counted handles the operation at hand keeps */
    VEC(Local) locals;
    VEC(LabelRange) ranges;
    VEC(uint32_t) labels;        /* pc per label, NO_SLOT until placed */
    VEC(uint8_t) is_used;        /* per label: some jump leads there */
    bool reachable;
    bool is_atomic;              /* inside atomic { } */
    uint32_t max_arms;
    uint32_t empty_chain;        /* label of the bare CANCELLED, NO_SLOT until there is one */
    Cleanup *cleanups;
    Cleanup *scope;              /* the scope statement whose own block we are directly in, or NULL */
    uint32_t scope_handle;       /* slot of the innermost scope's handle in this function's text, NO_SLOT */
    Cleanup *returning;          /* futures of a result on its way out, dropped first when cancelled there; or NULL */
    uint32_t pending;            /* poll function: label of the place where it is pending */
    Cleanup *given;              /* poll function: its parameters alone */
    Span pending_at;             /* poll function: its `return pending;`, or its name when there are several */
    Call *call;
    Block *block;
    Target *target;
    Switch *in_switch;
    const char *object_name;     /* variable that an object made now is put into */
    bool object_scoped, object_extern;
    Span span;                   /* of the instructions emitted now */
} Builder;

/* ---- lower.c */
uint32_t lower_machine_of(Lower *lower, const Symbol *func);
/* What the engine does not know yet. */
void lower_not_yet(Lower *lower, Span span, const char *what);
/* A machine, its builder, and its END once its code is there; `parameters`: what is active at its start. */
Machine *lower_machine_new(Lower *lower, const char *name, Span span, const Decl *func);
Builder lower_builder_new(Lower *lower, Call *call, Span span);
void lower_machine_end(Builder *b, Machine *machine, Cleanup *parameters, uint32_t result);
void lower_limit(Lower *lower, Span span, const char *what);
const char *lower_name(Lower *lower, Name name);

/* ---- lower_type.c */
const ValueType *lower_type(Lower *lower, const Type *type);
const ValueType *lower_type_bits(Lower *lower, const Type *type, uint8_t bits);
uint8_t lower_itype(const Type *type, uint8_t bits);
bool lower_holds_counted(const Type *type);
/* Words from the value's start to member `field`, and to field `field` of a message's label. */
uint32_t lower_field_offset(const Type *type, uint32_t field);
uint32_t lower_label_offset(const Type *type, uint32_t label, uint32_t field);
/* Per word: 1 where an access begins when the value lies in a global (a message is one access). */
void lower_type_atomics(const Type *type, bool is_atomic, uint8_t *atomics); /* per word */
void lower_type_heads(const Type *type, uint8_t *heads);

/* ---- lower_code.c: instructions, labels, slots */
void lower_emit(Builder *b, Instr instr);
void lower_emit3(Builder *b, InstrOp op, uint8_t type, uint32_t a, uint32_t to, uint32_t c);
void lower_const(Builder *b, uint32_t slot, Word value);
void lower_op1(Builder *b, InstrOp op, uint32_t a); /* an instruction with the operand a alone */
uint32_t lower_label_new(Builder *b);
void lower_label_place(Builder *b, uint32_t label);
void lower_label_place_open(Builder *b, uint32_t label); /* jumps to it may still come */
void lower_jump(Builder *b, uint32_t label);
void lower_branch(Builder *b, uint32_t slot, uint32_t label); /* when the slot is 0 */
Span lower_at(Builder *b, Span span); /* sets the span of what is emitted; returns the one before */
uint32_t lower_slots(Builder *b, const uint8_t *kinds, uint32_t n);
void lower_slots_free(Builder *b, uint32_t slot, uint32_t n);
uint32_t lower_temp(Builder *b, const Type *type);
uint32_t lower_temp_word(Builder *b, WordKind kind);
uint32_t lower_temp_const(Builder *b, Word value);
uint32_t lower_mark(const Builder *b);
void lower_release(Builder *b, uint32_t mark);
/* The value's words to other slots: of counted handles there is one more (COPY), ends are given away (TAKE), unless the words are moved. */
void lower_copy(Builder *b, const Type *type, uint32_t to, uint32_t from, bool is_move);
void lower_drop(Builder *b, uint32_t slot, uint32_t n); /* DROP of its counted words, last first */
void lower_machine_finish(Builder *b, Machine *machine);

/* ---- lower_place.c */
Place lower_place(Builder *b, const Expr *expr);
Place lower_place_frame(const Type *type, uint32_t slot);
Place lower_place_member(Place place, const Type *type, uint32_t offset);
/* The place's words in slots that count for nothing. */
uint32_t lower_place_look(Builder *b, const Place *place);
bool lower_place_is_static(const Place *place); /* frame slots known now */
void lower_load(Builder *b, const Place *place, uint32_t slot); /* an owned copy */
/* Takes the value over; what counted handles lay there are dropped. */
/* joined: to a global, the store belongs to the access made before it. */
void lower_store(Builder *b, const Place *place, uint32_t slot, bool joined);
Var *lower_var(Builder *b, const Symbol *symbol);
uint32_t lower_var_new(Builder *b, const Symbol *symbol); /* in the current activation; returns its first slot */
void lower_var_at(Builder *b, Call *call, const Symbol *symbol, uint32_t slot);
void lower_var_pin(Builder *b, uint32_t slot);
void lower_vars_end(Builder *b, uint32_t count); /* variables beyond the first `count` of the activation end */

/* ---- lower_expr.c */
uint32_t lower_expr(Builder *b, const Expr *expr); /* a slot to read at once; may be a variable's own */
void lower_expr_into(Builder *b, const Expr *expr, uint32_t slot);
/* Converted to a type as by assignment. */
void lower_expr_to(Builder *b, const Expr *expr, const Type *type, uint8_t bits, uint32_t slot);
uint32_t lower_expr_as(Builder *b, const Expr *expr, const Type *type);
void lower_expr_discard(Builder *b, const Expr *expr);
/* The same as lower_expr, safe from what `next`, evaluated before the slot is read, may change. */
uint32_t lower_expr_before(Builder *b, const Expr *expr, const Expr *next);
/* A counted handle, but a future, that lies where others may change it. */
bool lower_expr_is_elsewhere(Builder *b, const Expr *expr);
/* A handle as it lies: the slot to read, or one with a look at it that counts for nothing. */
uint32_t lower_look(Builder *b, const Expr *expr);
/* A handle that an operation uses, and keeps as long as it takes where others could drop it: then it is one of `borrowed`, dropped when the
   fiber is cancelled meanwhile. */
uint32_t lower_borrow(Builder *b, const Expr *expr);
void lower_borrow_into(Builder *b, const Expr *expr, uint32_t slot);
void lower_borrowed_end(Builder *b, uint32_t count); /* those beyond the first `count` are dropped */
/* A value that is given away to somebody: counted handles in it are the slot's own, dropped when the fiber is cancelled meanwhile. */
uint32_t lower_given(Builder *b, const Expr *expr, const Type *type);
/* A value that may be a future: the slot, and whether it is an owned one that must be dropped after use. */
uint32_t lower_expr_hold(Builder *b, const Expr *expr, bool *owned);
bool lower_expr_is_pure(const Expr *expr);
bool lower_expr_is_place(const Expr *expr); /* a variable or a part of one */
void lower_condition(Builder *b, const Expr *expr, uint32_t label); /* jumps there when false */
void lower_convert(Builder *b, const Type *from, const Type *type, uint8_t bits, uint32_t slot, uint32_t from_slot);

/* ---- lower_ops.c: operators, assignment */
void lower_unary(Builder *b, const Expr *expr, uint32_t slot);
void lower_binary(Builder *b, const Expr *expr, uint32_t slot);
uint32_t lower_assign(Builder *b, const Expr *expr);
uint32_t lower_incdec(Builder *b, const Expr *expr, bool value_used);

/* ---- lower_call.c */
void lower_call(Builder *b, const Expr *expr, uint32_t slot); /* slot: NO_SLOT when the value is not wanted */
void lower_call_inline(Builder *b, const Expr *call, uint32_t slot);
void lower_spawn(Builder *b, const Expr *expr, uint32_t slot);
void lower_future(Builder *b, const Expr *call, uint32_t slot);
/* A send that never waits; slot: of its result, NO_SLOT: a false is an ignored close. */
void lower_send_now(Builder *b, const Expr *expr, uint32_t slot);
void lower_immediate(Builder *b, const Expr *expr, uint32_t slot);

/* An operation, or the join of a task, as a future. */
void lower_operation_future(Builder *b, const Expr *operation, uint32_t slot);

/* ---- lower_poll.c, lower_combine.c: poll functions and poll(p); all and race */
void lower_poll_body(Builder *b, const Decl *func);
void lower_poll_pending(Builder *b, Span at);
void lower_poll_ready(Builder *b); /* its result is there */
void lower_poll_once(Builder *b, const Expr *expr, uint32_t slot);
void lower_combine(Builder *b, const Expr *expr, uint32_t slot);

/* ---- lower_make.c: initial values, objects */
void lower_init(Builder *b, const Expr *init, const Type *type, uint8_t bits, uint32_t slot);
void lower_default(Builder *b, const Type *type, uint32_t slot, const void *key, Span span);
void lower_make(Builder *b, const Expr *call, uint32_t slot);
uint32_t lower_site(Builder *b, const void *key, Site site);
void lower_global(Builder *b, const Decl *decl);

/* ---- lower_wait.c: points and what is awaited */
typedef struct ArmPlan {
    Arm arm;             /* operands and slots of results */
    const Type *type;    /* of its result, NULL when it has none */
    const Type *item;    /* RECV: of the channel's elements */
    Place item_place;    /* RECV: where the item goes */
    bool has_item_place;
    Place dest;          /* where the result goes */
    bool has_dest;
    const Decl *dest_decl;
} ArmPlan;
void lower_await(Builder *b, const Expr *expr, uint32_t slot, bool is_statement);
void lower_blocking(Builder *b, const Expr *call, uint32_t slot, bool is_statement);
void lower_block_on(Builder *b, const Expr *call, uint32_t slot);
/* Evaluates an operation's operands; `guard`: a slot, where it is 0 the operands are left none. */
void lower_plan(Builder *b, const Expr *operation, uint32_t guard, ArmPlan *plan);
void lower_plan_result(Builder *b, ArmPlan *plan, bool wanted);
/* Code behind the wait: stores the item. */
void lower_plan_item(Builder *b, const ArmPlan *plan);
uint32_t lower_wait(Builder *b, PointKind kind, Span span, const ArmPlan *plans, uint32_t nplans, uint32_t fallback, bool is_biased);
uint32_t lower_cancel_chain(Builder *b);

/* ---- lower_select.c, lower_switch.c, lower_stmt.c */
void lower_select(Builder *b, const Stmt *stmt);
void lower_switch(Builder *b, const Stmt *stmt);
void lower_case(Builder *b, const Stmt *stmt);
void lower_stmt(Builder *b, const Stmt *stmt);
void lower_stmts(Builder *b, Stmt *const *items, uint32_t nitems);
void lower_stmts_block(Builder *b, const Stmt *stmt); /* a statement as a block of its own */
void lower_block_open(Builder *b, Block *block, Stmt *const *items, uint32_t nitems);
void lower_block_close(Builder *b, Block *block);
void lower_decl(Builder *b, const Decl *decl);

/* ---- lower_exit.c: cleanups and jumps that leave blocks */
Cleanup *lower_cleanup(Builder *b, CleanupKind kind, Span span);
void lower_cleanup_drop(Builder *b, const Type *type, uint32_t slot); /* when the type holds futures */
/* Runs the cleanups down to `to`; what is active afterwards is unchanged (another path may still need them). */
void lower_exit(Builder *b, Cleanup *to);
void lower_exit_cancelled(Builder *b);
void lower_scope_wait(Builder *b, const Cleanup *scope); /* until all tasks of the scope have ended */
void lower_return(Builder *b, const Stmt *stmt);
void lower_break(Builder *b, const Stmt *stmt);
void lower_goto(Builder *b, const Stmt *stmt);
void lower_goto_label(Builder *b, const Stmt *stmt);
void lower_uninit_vars(Builder *b, uint32_t from, uint32_t to); /* variables [from, to) of the activation, skipped by a jump */

/* ---- lower_moved.c */
void lower_moved(Lower *lower, const Machine *machine);

/* ---- lower_atom.c */
typedef struct TaskRef { /* f, f[2], f[*], f[?] */
    uint32_t machine;    /* NO_SLOT: never spawned */
    uint32_t number;     /* ATOM_EVERY, ATOM_SOME, or from 1 */
    bool is_bare;        /* every one, and there is one */
} TaskRef;
/* The tasks that an atom's expression names; their numbers are kept from now on. */
TaskRef lower_task_ref(Lower *lower, const Expr *task);
bool lower_atom(Builder *b, const Expr *expr, uint32_t slot); /* false: it is no atom of properties */
void lower_observed(Lower *lower); /* which spawn numbers the program's expectations and properties name */

/* ---- lower_property.c */
void lower_property(Lower *lower, const Decl *decl);

/* ---- lower_role.c */
/* Protocols as texts, the roles that spawns name, and the types that payloads may name. */
void lower_protocols(Lower *lower);
/* The slot of the number in `as P.role[i]`, NO_SLOT without one. */
uint32_t lower_role_number(Builder *b, const Expr *expr);
/* The task of `expr` (a spawn), just made, takes its role. */
void lower_take_role(Builder *b, const Expr *expr, uint32_t task, uint32_t number, uint32_t machine);

#endif
