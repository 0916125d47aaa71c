/* The checks of the front-end share one state; each check_*.c holds one kind of node. Internal to frontend/. */
#ifndef UNKNOT_FRONTEND_SEMA_H
#define UNKNOT_FRONTEND_SEMA_H

#include "frontend/ast.h"
#include "frontend/check/convert.h"
#include "frontend/check/scope.h"
#include "model/support/diag.h"
#include "model/support/vec.h"

/* What happens to the value of an expression. */
typedef enum Use {
    USE_VALUE,
    USE_DISCARD, /* an expression statement */
    USE_AWAIT,   /* the operand of `await` */
    USE_ARM      /* the operation of a select's arm */
} Use;

/* Where the code stands, innermost first; persistent, so that a jump compares two places. */
typedef enum RegionKind {
    REGION_LOOP,
    REGION_SWITCH,
    REGION_ARM,        /* an arm of a select */
    REGION_CASE,       /* a case with fresh variables */
    REGION_SCOPE,      /* scope { } */
    REGION_ATOMIC,     /* atomic { } */
    REGION_DEFER_BODY,
    REGION_DEFER,      /* after a `defer` */
    REGION_HANDLE      /* after the declaration of a handle */
} RegionKind;
typedef struct Region {
    RegionKind kind;
    Span span;
    Stmt *stmt; /* LOOP, SWITCH, ARM: the target of break and continue */
    struct Region *outer;
} Region;

typedef struct CallSite {
    Symbol *callee;
    Span at;
    const char *inside; /* "defer" or "atomic" when it stands in one, else NULL */
} CallSite;

typedef struct JumpPlace { /* a label or a goto */
    Stmt *stmt;
    Region *region;
} JumpPlace;

/* What is known of a function once its body is checked. */
typedef struct FuncInfo {
    Symbol *symbol;
    VEC(CallSite) calls;     /* spawns excepted */
    VEC(JumpPlace) labels;
    VEC(JumpPlace) gotos;
    Span wait_at;            /* its first operation that blocks the thread, when wait_what is not NULL */
    const char *wait_what;
    Span effect_at;          /* its first effect on what others see, when effect_what is not NULL */
    const char *effect_what;
    Span spawned_at;         /* file 0: never spawned */
    bool returns_receive;    /* a plain function that may return a stored receive */
    Span array_at;           /* where it writes to an array of its caller, file 0: nowhere */
    const struct FuncInfo
        *waits; /* [callgraph] where it waits, itself or in a plain function it calls; NULL: nowhere */
    const struct FuncInfo *affects; /* [callgraph] the same of its effects */
    uint8_t visit;                  /* [callgraph] */
} FuncInfo;

/* What joining the tasks in a variable yields: its declaration says only `task`. */
typedef struct TaskValue {
    const Type *of; /* of the first spawn stored there */
    bool is_mixed;  /* tasks of several types, or of unknown type */
    bool is_used;   /* somebody relies on `of` */
    Span at;
} TaskValue;

typedef struct ReceiveFlow { /* a future moves: from a variable (NULL: a receive) to a variable (NULL: out of the
                                function) */
    const Symbol *from, *to;
    Span at;
} ReceiveFlow;

typedef VEC(Name) NameList;

typedef struct Sema {
    Tree *tree;
    Types *types;
    Names *names;
    Diags *diags;
    Arena *arena;
    Scopes scopes;
    VEC(Symbol *) symbols;           /* by id */
    VEC(FuncInfo *) infos;           /* by symbol id, NULL for what is no function */
    VEC(TaskValue) task_values;      /* by symbol id */
    VEC(uint16_t) type_depths;       /* by type id: how deeply it is nested */
    VEC(ReceiveFlow) receives;       /* of this function */
    VEC(bool) holds_receive;         /* by symbol id */
    VEC(Decl *) statics;             /* variables of blocks that live as long as the program */
    VEC(Type *) open_structs;        /* announced by `struct x;` */
    VEC(const Type *) messages;      /* every message, in source order */
    VEC(CallSite) property_calls;
    VEC(Decl *) onces;               /* functions made for calls of call_once */
    VEC(CallSite) task_names;        /* functions that properties and expectations name as tasks */
    VEC(uint8_t) builtins;           /* by name: Builtin */
    NameList reported;               /* undeclared names already reported in this function */
    FuncInfo *func;                  /* NULL outside functions */
    Decl *func_decl;
    Region *region;
    Name typedef_name; /* of the typedef whose type is read: what it defines without a tag has this name */
    uint32_t errors_before;          /* in `diags` when the phase began */
    uint32_t func_errors;            /* in `diags` when the function began */
    uint32_t quiet;                  /* > 0: report nothing */
    uint32_t unevaluated;            /* > 0: the code can never run */
    bool in_constant;                /* a constant expression is required */
    bool in_global;                  /* a global's initialiser */
    bool in_property;
    bool in_formula;                 /* and in one that speaks of time */
    const Expr *atom;                /* the atom of it that is checked */
    bool in_task_name;               /* the other side of `holder(m) ==` */
} Sema;

#define sema_report(s, code, span, ...) \
    ((s)->quiet ? (void)0 : diags_add((s)->diags, DIAG_##code, (span), __VA_ARGS__))
#define sema_note(s, span, ...) ((s)->quiet ? (void)0 : diags_note((s)->diags, (span), __VA_ARGS__))

/* ---- sema.c */
const char *sema_text(const Sema *s, Name name);
const char *sema_type_text(Sema *s, const Type *type); /* in quotes, with the word the user wrote before a tag */
const Type *sema_error_type(Sema *s);
const Type *sema_bool(Sema *s);
const Type *sema_int(Sema *s);
const Type *sema_void(Sema *s);
Builtin sema_builtin(const Sema *s, Name name);
const char *sema_builtin_text(Builtin builtin);
Symbol *sema_new_symbol(Sema *s, SymbolKind kind, Name name, const Type *type, Span span);
/* Adds the symbol to the innermost scope, or reports that the name is taken there. */
bool sema_declare(Sema *s, ScopeSpace space, Symbol *symbol);
void sema_open(Sema *s);
/* Warns of what was never used in it. */
void sema_close(Sema *s);
Region *sema_push_region(Sema *s, RegionKind kind, Span span, Stmt *stmt);
/* The innermost region of that kind, NULL when there is none. */
Region *sema_region(const Sema *s, RegionKind kind);
FuncInfo *sema_info(Sema *s, const Symbol *symbol);
/* The enclosing function has an effect that an invariant must not have. */
void sema_effect(Sema *s, Span at, const char *what);
/* Refuses by name what this version does not know. */
void sema_not_yet(Sema *s, Span span, const char *what);

/* ---- suggest.c: "did you mean" */
typedef enum SuggestWhat { SUGGEST_VALUE, SUGGEST_CALL, SUGGEST_TYPE, SUGGEST_TASK } SuggestWhat;
const char *suggest_name(Sema *s, Name name, SuggestWhat what);
const char *suggest_tag(Sema *s, Name name);
const char *suggest_field(Sema *s, const Type *type, Name name);
const char *suggest_label(Sema *s, const Type *message, Name name);
/* "; did you mean 'x'?" or "" when `near` is NULL. */
const char *suggest_text(Sema *s, const char *near);

/* ---- check_type.c */
const Type *check_type(Sema *s, TypeSyntax *syntax);
/* A type that a variable, a member or an element (`what`) may have: complete, not void, no executor. */
const Type *check_type_of_value(Sema *s, TypeSyntax *syntax, const char *what);
/* The same for what was checked before: returns TYPE_ERROR after a report. */
const Type *check_type_usable(Sema *s, const Type *type, Span span, const char *what);
/* The element type of `T a[]`, whose length comes from elsewhere. */
const Type *check_type_open_array(Sema *s, TypeSyntax *syntax, uint32_t length);
/* The type of a declaration without a name: `struct x;` announces one. */
void check_type_announce(Sema *s, TypeSyntax *syntax);
/* False (reported) when typedefs nest a type too deeply to be walked. */
bool check_type_nesting(Sema *s, const Type *type, Span span);
bool check_type_fits_memory(Sema *s, const Type *type, Span span);
bool check_type_is_atomic(Sema *s, const TypeSyntax *syntax);
bool check_type_is_const(Sema *s, const TypeSyntax *syntax);
/* A declared bit width, 0 when there is none or it is wrong. */
uint8_t check_bits(Sema *s, Expr *bits, const Type *type);

/* ---- check_decl.c, check_message.c, check_func.c */
void check_decl_global(Sema *s, Decl *decl);
void check_decl_local(Sema *s, Decl *decl);
void check_decl_static_assert(Sema *s, Decl *decl);
void check_message(Sema *s, Decl *decl);
void check_func(Sema *s, Decl *decl);
/* The body of a function whose symbol and type are known. */
void check_func_body(Sema *s, Decl *decl);
void check_main(Sema *s);

/* ---- check_param.c */
void check_param(Sema *s, Decl *decl);
/* Reports what -P sets and no declaration asks for. */
void check_param_settings(Sema *s);

/* ---- check_init.c */
/* An initialiser of a value of that type, of the variable `root` or of a part of it (NULL: of no variable). */
void check_init(Sema *s, Expr *init, const Type *type, uint8_t bits, const Symbol *root);
/* The length that `T a[] = { … }` gets, 0 after an error. */
uint32_t check_init_length(Sema *s, Expr *init);
/* Reports what is no constant in a global's initialiser. */
void check_init_constant(Sema *s, Expr *init);

/* ---- check_expr.c */
/* Checks an expression; `expected` is the type its context wants, NULL when it wants none. Returns expr->type. */
const Type *check_expr(Sema *s, Expr *expr, const Type *expected);
const Type *check_expr_use(Sema *s, Expr *expr, const Type *expected, Use use);
/* Checks without a word, for what cannot be judged any more. */
void check_quietly(Sema *s, Expr *expr);
/* Makes the expression wrong: its type fits everywhere from now on. */
const Type *check_failed(Sema *s, Expr *expr);

/* An operand of the operator `expr`: an integer; false when it is none (reported). */
bool check_operand(Sema *s, const Expr *expr, Expr *operand);
/* The operator's spelling, for messages. */
const char *check_op_text(Op op);
/* Refuses (and returns true) what has an effect in a property or a constant; `what` is "an assignment", ... */
bool check_effect_refused(Sema *s, Expr *expr, const char *what);

/* ---- check_value.c */
/* Checks a value that is converted to `to`: reports when it cannot be, warns when a constant does not fit (into `bits`,
 * if not 0). */
void check_expr_to(Sema *s, Expr *expr, const Type *to, uint8_t bits, const char *what);
/* The conversion alone, of an expression checked before. */
void check_conversion(Sema *s, Expr *expr, const Type *to, uint8_t bits, const char *what);
/* An integer operand; false when it is none (reported). */
bool check_expr_integer(Sema *s, Expr *expr, const char *what);
bool check_is_integer(Sema *s, Expr *expr, const char *what); /* the same of an expression checked before */
/* The condition of an if, a loop, a guard or an assertion. */
void check_condition(Sema *s, Expr *expr);
/* An integer constant expression; false when it is none (reported). */
bool check_constant(Sema *s, Expr *expr, const char *what);
/* Reports a value that does not convert. */
void check_mismatch(Sema *s, const Expr *expr, const Type *to, const char *what);

/* ---- check_place.c */
/* What may be assigned to; reports and returns false for anything else. Marks the variable as written. */
bool check_place(Sema *s, Expr *expr);
/* The variable a place lies in, or NULL. */
Symbol *check_place_root(const Expr *place);
void check_assign(Sema *s, Expr *expr);
void check_incdec(Sema *s, Expr *expr);
void check_index(Sema *s, Expr *expr);
void check_member(Sema *s, Expr *expr);

/* ---- fold.c: constant folding of checked nodes */
void fold_unary(Sema *s, Expr *expr, const Type *type);
void fold_binary(Sema *s, Expr *expr, const Type *type);
void fold_cast(Expr *expr, const Expr *from, const Type *to);
void fold_set(Expr *expr, int64_t value);

/* ---- check_size.c */
void check_sizeof(Sema *s, Expr *expr);

/* ---- check_name.c */
void check_name(Sema *s, Expr *expr);
/* A type named where MESSAGE.label stands, or NULL. */
Symbol *check_name_message(Sema *s, const Expr *expr);
void check_name_undeclared(Sema *s, Expr *expr, SuggestWhat what);

/* ---- check_call.c */
void check_call(Sema *s, Expr *expr, const Type *expected, Use use);
/* The arguments of a call by name, against its parameters. */
typedef enum CallPlace {
    CALL_IN_PLACE, /* it runs here and now */
    CALL_AWAITED,  /* a future of its own, which is gone when the wait for it is over */
    CALL_STORED    /* a task, or a future that is kept */
} CallPlace;
void check_call_arguments(Sema *s, Expr *call, Symbol *callee, CallPlace place);
/* How a future stands in its context: fills type, makes_future, blocks. */
void check_call_future(Sema *s, Expr *expr, const Type *value, const Type *expected, Use use, bool is_operation);

/* ---- check_op.c, check_make.c, check_printf.c, check_atom.c */
void check_op(Sema *s, Expr *expr, Builtin builtin, const Type *expected, Use use);
void check_make(Sema *s, Expr *expr, Builtin builtin, const Type *expected);
/* The predeclared word that an argument is, or is a call of. */
Builtin check_make_word(Sema *s, const Expr *arg);
/* check_attribute.c: of a channel of such items (NULL: not known), from its second argument on. */
void check_attributes(Sema *s, Expr *channel, const Type *item);
/* sender(ch), receiver(ch), subscribe(b) */
bool check_end_is(Builtin builtin);
void check_printf(Sema *s, Expr *expr);
void check_atom(Sema *s, Expr *expr, Builtin builtin);
void check_atom_label(Sema *s, Expr *expr);
/* A task as properties name it: f, f[2], f[*], f[?]. */
void check_atom_task(Sema *s, Expr *expr);

/* ---- check_event.c */
bool check_event_is(Builtin builtin);
void check_event(Sema *s, Expr *expr);

/* ---- check_once.c */
void check_once(Sema *s, Expr *expr, const Type *expected, Use use);
/* The functions that calls of call_once made are checked, after all others. */
void check_onces(Sema *s);
/* ---- check_poll.c */
/* `pending` or `ready(...)`, not shadowed. */
bool check_poll_is_answer(const Sema *s, const Expr *expr);
void check_poll_return(Sema *s, Stmt *stmt);
void check_poll_drop(Sema *s, const Decl *decl);
/* poll(p), poll(p, &v) */
void check_poll(Sema *s, Expr *expr);

/* ---- check_combine.c: all, race */
void check_combine(Sema *s, Expr *expr, const Type *expected, Use use);

/* ---- check_await.c, check_spawn.c */
void check_await(Sema *s, Expr *expr, const Type *expected, Use use);
/* Reports when `await` (or what waits like it) may not stand here. */
bool check_await_allowed(Sema *s, Span at, const char *what);
/* What an awaited operand yields; `how` is USE_AWAIT or USE_ARM, `expected` what is wanted of it or NULL. TYPE_ERROR when it cannot be
   awaited (reported). */
const Type *check_awaited(Sema *s, Expr *operand, const Type *expected, Use how, bool is_used);
/* Reports when nothing may wait here; `what` is waited for. */
bool check_may_wait(Sema *s, Span at, const char *what);
void check_spawn(Sema *s, Expr *expr);
/* A value is stored in a place, or in a variable; if it is a task, what joins of the variable yield follows. NULL: a
 * task unknown. */
void check_task_stored(Sema *s, const Expr *place, const Expr *value);
void check_task_stored_in(Sema *s, const Symbol *root, const Expr *value);
/* What joining a task expression yields; `is_used` when the value is. Where its function is not known it must yield what is expected. */
const Type *check_task_join(Sema *s, const Expr *task, const Type *expected, bool is_used);

/* ---- check_receive.c: futures of receives stay in the function whose variable they fill */
void check_receive_stored(Sema *s, const Symbol *root, const Expr *value);
void check_receive_leaves(Sema *s, const Expr *value);
void check_receive_returned(Sema *s, const Expr *value);
/* At a function's end. */
void check_receive_resolve(Sema *s);

/* ---- check_stmt.c, check_switch.c, check_select.c, jump.c, flow.c */
void check_stmt(Sema *s, Stmt *stmt);
void check_stmts(Sema *s, Stmt **items, uint32_t nitems);
void check_switch(Sema *s, Stmt *stmt);
void check_select(Sema *s, Stmt *stmt);
void jump_break(Sema *s, Stmt *stmt);
void jump_continue(Sema *s, Stmt *stmt);
void jump_return(Sema *s, const Stmt *stmt);
void jump_label(Sema *s, Stmt *stmt);
void jump_goto(Sema *s, Stmt *stmt);
/* A case label skips from the switch's head to here. */
void jump_case(Sema *s, const Stmt *stmt, const Region *head);
/* At a function's end: finds what each goto means. */
void jump_resolve(Sema *s);
/* At a function's end: fills never_completes, warns of dead code and of a missing return. */
void flow_check(Sema *s, const Decl *decl);

/* ---- callgraph.c, check_property.c, check_expectation.c */
void callgraph_check(Sema *s);
void check_property(Sema *s, Decl *decl);
/* A temporal operator where a value is wanted. */
void check_temporal_inside(Sema *s, Expr *expr);
void check_expectations(Sema *s);

#endif
