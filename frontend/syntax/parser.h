/* What the scanner, the words' classifier and the grammar share while one file is parsed. Private to the front-end. */
#ifndef UNKNOT_FRONTEND_PARSER_H
#define UNKNOT_FRONTEND_PARSER_H

#include "frontend/ast.h"
#include "frontend/syntax/positions.h"
#include "model/support/diag.h"
#include "model/support/vec.h"

/* A list that grows in the tree's arena. */
typedef struct List {
    void **items;
    uint32_t n, cap;
} List;

/* What a name stands for as far as parsing needs to know. */
typedef enum Meaning {
    MEANING_NONE,    /* not declared in this file */
    MEANING_VALUE,   /* variable, function, constant */
    MEANING_TYPEDEF,
    MEANING_MESSAGE,
    MEANING_BASIC,   /* bool, int8_t ... uint64_t */
    MEANING_HANDLE,  /* mutex, task, ... */
    MEANING_HANDLE_OF /* chan(T), future(T), ... */
} Meaning;

typedef struct Binding { /* to undo when a scope ends */
    Name name;
    Meaning before;
} Binding;

typedef struct Token {
    int kind; /* bison's; words are IDENT until they are classified */
    Name name;
    uint32_t begin, end; /* in the scanned text */
} Token;

typedef struct Bracket {
    char open;
    bool is_for;    /* the parenthesis after `for` */
    bool is_select; /* the brace of a select */
    uint32_t begin;
} Bracket;

typedef struct Named { /* a name and where it stands */
    Name name;
    Span at;
} Named;

typedef enum Letters { LETTERS_NONE, LETTERS_INVARIANT, LETTERS_LTL, LETTERS_CTL } Letters;

typedef struct Declarator {
    Name name;
    Span at;
    List dims;    /* Expr *, NULL for [] */
    List params;  /* Decl * */
    bool is_func;
    bool is_bad;  /* already reported */
    Expr *bits, *init;
    Span span;
} Declarator;

typedef enum BasicWord {
    BASIC_VOID,
    BASIC_CHAR,
    BASIC_SHORT,
    BASIC_INT,
    BASIC_LONG,
    BASIC_SIGNED,
    BASIC_UNSIGNED,
    BASIC_BOOL,
    BASIC_FLOAT,
    BASIC_WORDS
} BasicWord;

typedef struct Specs { /* what stands before a declarator */
    TypeSyntax *type;
    Span span;
    bool is_typedef, is_extern, is_static, is_scoped, is_async, is_poll, is_param;
    bool is_const, is_atomic;
    uint8_t basic[BASIC_WORDS]; /* how often each word stands there */
} Specs;

typedef struct ArmTail {
    Expr *guard;
    Decl *each;
    Expr *each_cond, *each_step;
} ArmTail;

typedef VEC(uint32_t) Offsets;

typedef struct Head { /* specifiers and their first declarator */
    Specs specs;
    Declarator declarator;
} Head;

typedef struct Declarators { /* a declaration as it grows */
    Specs specs;
    List list; /* Declarator * */
} Declarators;

typedef struct Parser {
    Tree *tree;
    Arena *arena;
    Names *names;
    Diags *diags;
    const Positions *positions; /* NULL: the text is the file itself */
    uint32_t file;
    const char *text;
    uint32_t length;
    void *scanner;
    uint32_t comment;  /* where the comment that is being scanned began */
    VEC(Token) queue; /* scanned but not yet delivered, from queue_head on */
    uint32_t queue_head;
    int prev;          /* kind delivered last, 0 at first */
    Token last;        /* delivered last: the parser's lookahead when it finds an error */
    Token before_last; /* where a missing `;` goes */
    VEC(Bracket) brackets;
    Letters letters;

    Offsets *inserted; /* tokens that a missing `;` goes before, in order */
    uint32_t next_inserted;
    bool restart;      /* `inserted` has grown: run again over the text */
    bool recovering;   /* skip brace groups until a place to go on */
    bool gave_up;      /* nested too deeply: nothing more is delivered */
    bool too_deep;     /* reported once */
    VEC(uint16_t) words;   /* by name: the index of a reserved or contextual word in token.c's table, plus one */
    Token raw;             /* scanned last */
    Token queued;          /* put into the queue last */
    VEC(uint8_t) meanings; /* by name */
    VEC(Binding) bindings;
    VEC(uint32_t) marks; /* where each scope began in `bindings` */
    const Declarator *function; /* whose body begins */
    List decls;
} Parser;

/* ---- parse.c: shared with extra.c and the tests */
Tree *parse_new_tree(Sources *sources);
/* Parses a text whose bytes come from where `positions` says, or from the tree's file itself without. */
void parse_text(Tree *tree, Diags *diags, const char *text, size_t length, const Positions *positions);
/* The declarations (Decl *) of such a text, which come after those that the tree has. */
List parse_decls(Tree *tree, Diags *diags, const char *text, size_t length, const Positions *positions);

/* ---- token.c: from raw tokens to the grammar's */
void token_init(Parser *parser);
void token_fini(Parser *parser);
Span token_span(const Parser *parser, uint32_t begin, uint32_t end);
/* An error was reported at the last token: go on behind the statement or brace group it is in. */
void token_recover(Parser *parser);
/* Is the lookahead on a later line than the token before it? */
bool token_starts_line(const Parser *parser);
/* The bracket that is open innermost, or NULL. */
const Bracket *token_bracket(const Parser *parser);

/* ---- typename.c */
void typename_init(Parser *parser);
Meaning typename_meaning(const Parser *parser, Name name);
void typename_declare(Parser *parser, Name name, Meaning meaning);
void typename_open(Parser *parser);
void typename_close(Parser *parser);
/* The basic type or handle that a predeclared name stands for. */
TypeSyntax *typename_syntax(Parser *parser, Name name, Span span);

/* ---- literal.c: decode a token's text; problems are reported */
Expr *literal_number(Parser *parser, Span span, const char *text, size_t length);
Expr *literal_float(Parser *parser, Span span);
Expr *literal_char(Parser *parser, Span span, const char *text, size_t length);
Expr *literal_string(Parser *parser, Span span, const char *text, size_t length);
Expr *literal_join(Parser *parser, List pieces, Span span);

/* ---- build_expr.c */
List list_of(Parser *parser, void *item);
void list_add(Parser *parser, List *list, void *item);
Expr *expr_new(Parser *parser, ExprKind kind, Span span, Span at);
/* Sets the depth from the children; an EXPR_ERROR when the tree gets too deep. */
Expr *expr_seal(Parser *parser, Expr *expr);
Expr *expr_name(Parser *parser, Name name, Span span);
Expr *expr_unary(Parser *parser, Op op, Expr *a, Span span, Span at);
Expr *expr_binary(Parser *parser, Op op, Expr *a, Expr *b, Span span, Span at);
Expr *expr_assign(Parser *parser, Op op, Expr *a, Expr *b, Span span, Span at);
Expr *expr_of(Parser *parser, ExprKind kind, Expr *a, Expr *b, Span span, Span at);
Expr *expr_cond(Parser *parser, Expr *a, Expr *b, Expr *c, Span span, Span at);
Expr *expr_call(Parser *parser, Expr *callee, List args, Span span);
Expr *expr_member(Parser *parser, Expr *a, Name name, Span span, Span at);
Expr *expr_incdec(Parser *parser, Op op, bool is_prefix, Expr *a, Span span, Span at);
Expr *expr_typed(Parser *parser, ExprKind kind, TypeSyntax *syntax, Expr *a, Expr *b, Span span, Span at);
Expr *expr_init(Parser *parser, List items, Span span);
Expr *expr_path(Parser *parser, Op quantifier, Expr *until, Span span, Span at);
Expr *expr_spawn(Parser *parser, Spawn spawn, Span span, Span at);
InitItem *init_item(Parser *parser, Name member, Expr *index, Expr *value, Span span);
void check_depth(Parser *parser, uint32_t depth, Span span);

/* ---- build_stmt.c */
Stmt *stmt_new(Parser *parser, StmtKind kind, Span span, Span at);
Stmt *stmt_seal(Parser *parser, Stmt *stmt);
Stmt *stmt_of(Parser *parser, StmtKind kind, Expr *expr, Stmt *body, Stmt *other, Span span, Span at);
Stmt *stmt_block(Parser *parser, StmtKind kind, List items, Span span, Span at);
Stmt *stmt_label(Parser *parser, Stmt *label, Stmt *body, Span span);
Stmt *stmt_switch(Parser *parser, Expr *expr, Stmt *body, Span span, Span at);
Stmt *stmt_select(Parser *parser, bool is_biased, List arms, Span span, Span at);
SelectArm *arm_of(Parser *parser, Expr *head, ArmTail tail, List body, Span span);
SelectArm *arm_fresh(Parser *parser, Decl *dest, Expr *operation, ArmTail tail, List body, Span span);
SelectArm *arm_default(Parser *parser, List body, Span span);
ArmTail arm_each(Parser *parser, Specs specs, Declarator declarator, Expr *cond, Expr *step, Span span);

/* ---- build_decl.c */
Specs specs_join(Specs a, Specs b, Span span);
Specs specs_of_type(TypeSyntax *type, Span span);
/* The type that counted basic words make; reported when they make none. */
TypeSyntax *specs_type(Parser *parser, const Specs *specs);
TypeSyntax *type_new(Parser *parser, TypeSyntaxKind kind, Span span);
TypeSyntax *type_handle(Parser *parser, Name handle, TypeSyntax *of, Span span);
TypeSyntax *type_of_name(Parser *parser, Name name, Span span);
TypeSyntax *type_array(Parser *parser, TypeSyntax *of, const List *dims);
Decl *decl_of(Parser *parser, const Specs *specs, const Declarator *declarator);
void decl_register(Parser *parser, const Specs *specs, const Declarator *declarator);
Decl *decl_param(Parser *parser, const Specs *specs, const Declarator *declarator, Span span);
List params_of(Parser *parser, List params);
/* The declarations of one `specs declarators ;`. */
List decls_of(Parser *parser, const Specs *specs, List declarators, Span span);
Decl *decl_func(Parser *parser, const Specs *specs, const Declarator *declarator, Stmt *body, Stmt *drop, Span span);
void declare_params(Parser *parser, const Declarator *declarator);
Decl *decl_named(Parser *parser, DeclKind kind, Name name, Span span, Span at);
void members_add(Parser *parser, List *members, const Specs *specs, List declarators);

#endif
