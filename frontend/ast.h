/* The syntax tree. The parser builds it, sema resolves names and fills the fields marked [sema]; nodes live in the tree's arena. */
#ifndef UNKNOT_FRONTEND_AST_H
#define UNKNOT_FRONTEND_AST_H

#include "frontend/type.h"
#include "model/support/arena.h"
#include "model/support/intern.h"
#include "model/support/source.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct Expr Expr;
typedef struct Stmt Stmt;
typedef struct Decl Decl;
typedef struct TypeSyntax TypeSyntax;
typedef struct Symbol Symbol;

/* ---- operations: predeclared functions a program may shadow. the table is
   frontend/builtins.def. */
typedef enum Builtin {
    BUILTIN_NONE,
#define BUILTIN(name, text) BUILTIN_##name,
#include "frontend/builtins.def"
#undef BUILTIN
    BUILTIN_COUNT
} Builtin;

/* ---- symbols [sema] */
typedef enum SymbolKind { SYMBOL_VAR, SYMBOL_FUNC, SYMBOL_TYPE, SYMBOL_ENUM_CONST, SYMBOL_PARAM_CONST } SymbolKind;
struct Symbol {
    SymbolKind kind;
    Name name;
    const Type *type;
    Span span;          /* of the name in its declaration */
    Decl *decl;         /* VAR, FUNC */
    bool is_global;     /* VAR */
    bool is_param;      /* VAR: a function's parameter */
    bool is_atomic;     /* VAR declared _Atomic */
    bool is_const;      /* VAR declared const */
    bool is_scoped;     /* VAR declared scoped */
    bool restarts;      /* FUNC spawned `with restart` */
    bool is_written;    /* global VAR: some function writes it (assignment, ++, receiving destination, array passed on, constructor re-run) */
    uint8_t bits;       /* VAR: bit width of `unsigned x : 3`, 0 otherwise */
    int64_t value;      /* ENUM_CONST, PARAM_CONST */
    uint32_t id;        /* dense over all symbols of one file */
    uint32_t uses;
};

/* ---- conventions of the parser
   Literals: EXPR_INT has `type` set by the parser (int, unsigned, int64_t, uint64_t by value and suffix as in C; bool for true and
   false, which are literals unless a declaration shadows them) and `text` = its spelling. `none` is EXPR_NONE unless shadowed.
   EXPR_NAME: `name`; `pending`, `ready`, attributes as `fifo` or `lossy` and task names are plain EXPR_NAMEs.
   EXPR_CALL: every operation, constructor and attribute with arguments (`lossy(2)`, `barging(unowned)`) is a call of its EXPR_NAME;
   `at` is the callee's name. MESSAGE.label(x) is a CALL whose `a` is EXPR_MEMBER{a = EXPR_NAME MESSAGE, name = label}.
   EXPR_AWAIT: `at` is the keyword; `a` is a CALL, or any expression that yields a future or task.
   EXPR_CAST: (void)e too. EXPR_SIZEOF: `syntax` set, or `a`. EXPR_COMPOUND: `syntax`, `b` = EXPR_INIT.
   EXPR_ASSIGN: `op` OP_NONE for `=`, OP_ADD for `+=` ...; the parser takes any left side, sema checks that it is a place.
   EXPR_ERROR: something already reported; give it TYPE_ERROR and go on.
   Property atoms: EXPR_ATOM{a = task, name = label, at = label} for t@label; a task is EXPR_NAME, or EXPR_INDEX{a = EXPR_NAME, b}
   for worker[2], {b = NULL, op = OP_MUL} for worker[*], {b = NULL, op = OP_NONE} for worker[?]; the argument of done(*) is
   EXPR_INDEX{a = NULL, b = NULL, op = OP_MUL}. These forms are accepted only inside properties.
   Formulas: EXPR_UNARY with OP_X OP_F OP_G OP_AX ..., EXPR_BINARY with OP_IMPLIES OP_IFF OP_U OP_R OP_W OP_M; A[p U q] and E[p U q]
   are EXPR_BINARY with OP_AU and OP_EU. [] is OP_G, <> is OP_F. From loose to tight: <->, -> (both to the right), ?:, ||, &&,
   U R W M (to the right), the unary operators (so F x == 1 is F (x == 1)), then C's | and tighter.
   Declarations: one Decl a declarator; the declarators of one declaration share one specifier TypeSyntax (arrays wrap it), so
   `struct { int x; } a, b;` must be resolved once: TypeSyntax.resolved is there for that. A declaration without declarators is
   DECL_TYPE (`name` = tag). An unknown type name is TS_NAME too ("IDENT IDENT" is read as a declaration); sema says so.
   TS_NAME is a typedef (or an unknown name), TS_MESSAGE_NAME a message declared before. bool, intN_t, uintN_t are TS_BASIC unless shadowed.
   `_Atomic`, `const` are on the specifier; on arrays they are on the element. Decl.is_const repeats the specifier's.
   Functions: `(void)` and `()` have no params; an unnamed parameter has name 0. Prototypes may stand in blocks too.
   Statements: STMT_DECL holds all declarators of one declaration (DECL_STATIC_ASSERT, DECL_TYPE, DECL_TYPEDEF too). A label before a
   declaration has the STMT_DECL as `body` (the names belong to the enclosing block); a label before `}` has an EMPTY body.
   `for (;;)`: expr NULL. SWITCH: `items` are those of its block (or the one statement). ATOMIC, SCOPE: `items`.
   CASE: label(x, _) or NAME.label(x) or NAME.label sets `pattern`, `binds` (no type: syntax NULL), expr = NULL, has_pattern_args tells
   whether there were parentheses; `case X:` is an expression, also when X is a label (sema knows the switch's type).
   SELECT: `is_biased`, `arms`; an arm's dest_decl has no init. each: `each` is i with its init, each_cond, each_step (NULL: i++); the guard may stand
   before or after the `for`.
   Spawn: protocol/role 0 when absent, role_index for P.worker[i]; fault_count NULL when absent.
   Message labels' fields are DECL_VARs. Property names: Decl.name; formula in Decl.formula. Protocol and session: name and span only.
   `param`: DECL_PARAM with syntax and name (init when given).
   Depth of nesting of expressions, statements and types is at most AST_MAX_DEPTH: passes may recurse. */
enum { AST_MAX_DEPTH = 1000 };
/* Spawn numbers that properties and expectations can name: each is state. */
enum { TASK_NUMBER_MAX = 999 };

/* ---- expressions */
typedef enum ExprKind {
    EXPR_ERROR,
    EXPR_INT,       /* value; also characters, true, false */
    EXPR_STRING,    /* text (adjacent literals joined, escapes decoded) */
    EXPR_NAME,      /* name -> symbol | builtin | label (argument-less message value needs CALL) */
    EXPR_NONE,      /* `none` */
    EXPR_UNARY,     /* op, a */
    EXPR_BINARY,    /* op, a, b; && || too */
    EXPR_ASSIGN,    /* op (OP_NONE for =), a = place, b */
    EXPR_INCDEC,    /* op = OP_ADD or OP_SUB, is_prefix, a */
    EXPR_COND,      /* a ? b : c */
    EXPR_COMMA,     /* a, b */
    EXPR_CALL,      /* a = callee, args; [sema] symbol (function), builtin, or label (message value) */
    EXPR_INDEX,     /* a[b] */
    EXPR_MEMBER,    /* a.name; [sema] field; also MESSAGE.label(..) and Protocol.role as callee or operand */
    EXPR_CAST,      /* (syntax) a */
    EXPR_COMPOUND,  /* (syntax){ init }, b = EXPR_INIT */
    EXPR_INIT,      /* { items }, with designators */
    EXPR_SIZEOF,    /* a, or syntax; kept so that it can be refused or folded */
    EXPR_ADDRESS,   /* &a */
    EXPR_AWAIT,     /* a */
    EXPR_SPAWN,     /* spawn */
    EXPR_ATOM       /* property atoms: t@label (a, name), task[*] and task[?] as EXPR_INDEX with b == NULL and op OP_MUL / OP_NONE */
} ExprKind;

typedef enum Op {
    OP_NONE, OP_ADD, OP_SUB, OP_MUL, OP_DIV, OP_MOD, OP_SHL, OP_SHR, OP_AND, OP_OR, OP_XOR,
    OP_EQ, OP_NE, OP_LT, OP_GT, OP_LE, OP_GE, OP_LAND, OP_LOR, OP_NEG, OP_PLUS, OP_BITNOT, OP_NOT,
    /* properties only */
    OP_IMPLIES, OP_IFF, OP_X, OP_F, OP_G, OP_U, OP_R, OP_W, OP_M, OP_AX, OP_EX, OP_AF, OP_EF, OP_AG, OP_EG, OP_AU, OP_EU
} Op;

/* As it is written; "" for OP_NONE. */
const char *op_text(Op op);

typedef struct InitItem { Name member; Expr *index; Expr *value; Span span; } InitItem; /* .member = or [index] = or neither */

typedef enum FaultKind { FAULT_NONE, FAULT_CRASH, FAULT_RESTART } FaultKind;
typedef struct Spawn {
    Expr *executor; /* or NULL */
    bool is_daemon;
    Expr *call;     /* EXPR_CALL of an async function by name */
    Name protocol, role;
    Span role_at; /* P.worker[i] */
    Expr *role_index;
    FaultKind fault;
    Expr *fault_count;
} Spawn;

struct Expr {
    ExprKind kind;
    Op op;
    bool is_prefix;
    uint16_t depth; /* of the tree below, at most AST_MAX_DEPTH */
    Span span;      /* the whole expression */
    Span at;        /* the operator or the name, where a caret goes */
    Name name;
    int64_t value;
    const char *text;
    uint32_t text_length;
    Expr *a, *b, *c;
    Expr **args;
    uint32_t nargs;
    InitItem *items;
    uint32_t nitems;
    TypeSyntax *syntax;
    Spawn *spawn;
    /* [sema] */
    const Type *type;     /* after lvalue conversion; never NULL once sema has passed */
    Symbol *symbol;
    Builtin builtin;      /* BUILTIN_NONE when shadowed or not one */
    const Label *label;   /* CALL that makes a message value: its label (index in type->labels: label_index) */
    uint32_t label_index;
    uint32_t field_index; /* MEMBER; for EXPR_INIT items sema keeps items[] in source order, with member/index resolved in place_* */
    uint32_t *item_place; /* INIT: per item, the member or element index it initialises */
    bool is_const;        /* value is known: `value` holds it */
    bool makes_future;    /* CALL of an async function or operation whose value is a stored future (not awaited in place) */
    bool blocks;          /* CALL of a waiting operation without await: blocks the thread */
};

/* ---- types as written */
typedef enum TypeSyntaxKind { TS_BASIC, TS_NAME, TS_ENUM, TS_STRUCT, TS_MESSAGE_NAME, TS_HANDLE, TS_ARRAY, TS_TYPEOF } TypeSyntaxKind;
typedef struct EnumItem { Name name; Expr *value; Span span; } EnumItem;
typedef struct MemberSyntax { Name name; TypeSyntax *type; Expr *bits; Span span; } MemberSyntax;
struct TypeSyntax {
    TypeSyntaxKind kind;
    Span span;
    TypeKind basic;  /* BASIC: VOID BOOL INT; HANDLE: which */
    uint8_t bits;
    bool is_signed, is_char;
    bool is_atomic, is_const;
    Name name;       /* NAME (typedef), tag of ENUM/STRUCT */
    TypeSyntax *of;  /* HANDLE argument, ARRAY element */
    Expr *length;    /* ARRAY; NULL for [] */
    uint16_t depth;
    bool has_body;   /* ENUM, STRUCT */
    EnumItem *enums;
    uint32_t nenums;
    MemberSyntax *members;
    uint32_t nmembers;
    const Type *resolved; /* [sema] so that declarators that share it get one type */
};

/* ---- statements */
typedef enum StmtKind {
    STMT_EMPTY, STMT_EXPR, STMT_DECL, STMT_BLOCK, STMT_IF, STMT_WHILE, STMT_DO, STMT_FOR, STMT_SWITCH, STMT_CASE, STMT_DEFAULT,
    STMT_LABEL, STMT_GOTO, STMT_BREAK, STMT_CONTINUE, STMT_RETURN, STMT_SELECT, STMT_DEFER, STMT_SCOPE, STMT_ATOMIC
} StmtKind;

typedef struct SelectArm { /* one arm of a select (model/program.h has the name Arm) */
    Span span;
    bool is_default;
    Decl *dest_decl;   /* `bool ok = await …`: a fresh variable of the arm */
    Expr *dest;        /* or `ok = await …`: a place */
    Op dest_op;        /* always OP_NONE: op= is refused */
    Expr *operation;   /* what is awaited: EXPR_CALL, or a future/task expression */
    Expr *guard;       /* or NULL */
    Decl *each;        /* for (int i = lo; i < hi; i++): its variable; bounds below, or NULL */
    Expr *each_cond, *each_step;
    Stmt **body;
    uint32_t nbody;
    int64_t each_from, each_to; /* [sema] i runs over [from, to) */
} SelectArm;

struct Stmt {
    StmtKind kind;
    uint16_t depth;
    Span span;
    Span at;        /* the keyword or label name */
    Name name;      /* LABEL, GOTO */
    Expr *expr;     /* EXPR; condition of IF WHILE DO FOR SWITCH; CASE value (NULL when it is a label pattern); RETURN value */
    Decl **decls;   /* DECL; FOR's init declarations */
    uint32_t ndecls;
    Expr *init, *step;  /* FOR */
    Stmt *body, *other; /* IF then/else; loops; LABEL CASE DEFAULT: the statement that follows it (may be EMPTY); DEFER */
    Stmt **items;       /* BLOCK, SCOPE, ATOMIC, and SWITCH's block */
    uint32_t nitems;
    /* CASE label(x, y): */
    Name pattern_message; /* NAME.label, 0 otherwise */
    Name pattern;
    Decl **binds;     /* fresh variables, NULL entry for `_` */
    uint32_t nbinds;
    bool has_pattern_args;
    /* SELECT */
    bool is_biased;
    SelectArm *arms;
    uint32_t narms;
    /* [sema] */
    Stmt *target;            /* BREAK, CONTINUE: the loop, switch or select; GOTO: the LABEL statement */
    uint32_t label_index;    /* CASE of a message */
    int64_t case_value;      /* CASE of an integer */
    bool never_completes;    /* control cannot leave it at its end */
    bool is_pending;         /* RETURN in a poll function: `return pending;`. Otherwise `expr` is what it is ready with, NULL for ready() */
};

/* ---- declarations */
typedef enum DeclKind {
    DECL_VAR, DECL_FUNC, DECL_TYPEDEF, DECL_TYPE /* struct/enum only */, DECL_MESSAGE, DECL_PROPERTY, DECL_PROTOCOL, DECL_SESSION, DECL_PARAM, DECL_STATIC_ASSERT
} DeclKind;
typedef enum FuncKind { FUNC_PLAIN, FUNC_ASYNC, FUNC_POLL } FuncKind;
typedef enum PropertyKind {
    PROPERTY_INVARIANT,
    PROPERTY_LTL,
    PROPERTY_CTL,
    PROPERTY_ALLOWS, /* an automaton given beside the program: of the runs that are right */
    PROPERTY_NEVER   /* of those that are wrong */
} PropertyKind;
typedef struct LabelSyntax { Name name; Span span; Decl **fields; uint32_t nfields; } LabelSyntax;

struct Decl {
    DeclKind kind;
    Span span;
    Span at;       /* the name */
    Name name;
    TypeSyntax *syntax; /* VAR type, FUNC result, TYPEDEF, TYPE */
    bool is_scoped, is_extern, is_static, is_const;
    Expr *bits;    /* `unsigned x : 3` */
    Expr *init;
    /* FUNC */
    FuncKind func;
    Decl **params;
    uint32_t nparams;
    Stmt *body;    /* NULL: a prototype */
    Stmt *drop;    /* poll function's drop block */
    /* MESSAGE */
    LabelSyntax *labels;
    uint32_t nlabels;
    /* PROPERTY */
    PropertyKind property;
    Expr *formula; /* also STATIC_ASSERT's condition */
    Name fair;     /* `ltl p fair(weak)`: weak, 0 when nothing is said */
    Span fair_at;
    Expr **propositions; /* ALLOWS, NEVER: conditions and events, no formula */
    uint32_t npropositions;
    /* [sema] */
    Symbol *symbol;
    const Type *type;
};

typedef struct Expectation { /* one `//@ expect` line, language §11 */
    const char *kind;      /* "deadlock", "verified", …, as written */
    const char **args;     /* as written: "worker[1]", "overflow", … */
    uint32_t nargs;
    bool has_args;
    uint32_t line;         /* `at LINE`, 0 when absent */
    Span span;
} Expectation;

typedef struct Tree {
    Arena arena;
    Names *names;
    Types *types;
    Sources *sources;
    uint32_t file;         /* the main file's id in sources */
    Decl **decls;          /* in source order */
    uint32_t ndecls;
    Expectation *expectations;
    uint32_t nexpectations;
    const char **options;  /* words of all `//@ options` lines */
    uint32_t noptions;
    Span *option_spans;
    const char **settings; /* values of params, "NAME=VALUE" in order: the last one of a name counts */
    uint32_t nsettings;
    struct NumberMacro { Name name; int64_t value; } *macros; /* `#define NAME 3`; the last one of a name counts */
    uint32_t nmacros;
    bool is_discrete;      /* time passes in ticks (`--time discrete`); expect_read takes the file's word for it */
    bool is_urgent;        /* and only when no task can move */
    Decl **statics;        /* [sema] variables of blocks that live as long as the program */
    uint32_t nstatics;
    Symbol **symbols;      /* [sema] by id */
    uint32_t nsymbols;
} Tree;

/* An indented listing, for tests and --dump-ast. */
void tree_dump(const Tree *tree, FILE *out);
void tree_free(Tree *tree);

#endif
