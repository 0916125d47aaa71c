/* Protocols as they are written, before their parameters have values and their loops are unrolled. Internal to session/. */
#ifndef UNKNOT_SESSION_SYNTAX_H
#define UNKNOT_SESSION_SYNTAX_H

#include "session/protocol.h"

/* A role, or a member of a family of roles. */
typedef struct RoleRef { Name name; Span span; const ProtocolExpr *index; } RoleRef;

/* for (int index = first; condition; index step by) */
typedef struct SyntaxFor { Name index; Span span; const ProtocolExpr *first, *condition, *by; ProtocolOp step; } SyntaxFor;

typedef enum SyntaxKind {
    SYNTAX_MESSAGE, SYNTAX_CRASH, SYNTAX_CHOICE, SYNTAX_REC, SYNTAX_CONTINUE, SYNTAX_PAR, SYNTAX_DO, SYNTAX_FOR, SYNTAX_IF
} SyntaxKind;

typedef struct Syntax Syntax;
typedef struct SyntaxArm { const SyntaxFor *family; Syntax *body; } SyntaxArm; /* family: NULL, or one arm for each of its rounds */
typedef struct SyntaxLet { Name name; Span span; const ProtocolExpr *value; } SyntaxLet;
typedef struct SyntaxWindow { const ProtocolExpr *low, *high; Span span; } SyntaxWindow; /* low NULL: none */

/* One element of a block, and what follows it there. */
struct Syntax {
    SyntaxKind kind;
    Span span;
    Span at;
    Syntax *next;
    RoleRef from, to;       /* MESSAGE, CRASH; CHOICE: from is who chooses */
    Name label, message;    /* MESSAGE: without and with the types of its payload; CRASH: message is "crash" */
    Payload *payloads;
    uint32_t npayloads;
    const ProtocolExpr *where; /* MESSAGE: NULL when it has no condition; IF */
    SyntaxLet *lets;
    uint32_t nlets;
    SyntaxWindow window;
    SyntaxArm *arms;        /* CHOICE, PAR; REC, FOR: one, the body; IF: one or two */
    uint32_t narms;
    Name name;              /* REC, CONTINUE: the variable; DO: the protocol */
    const ProtocolExpr **args; /* DO */
    uint32_t nargs;
};

typedef struct SyntaxParam {
    Name name;
    Span span;
    bool is_role, is_unreliable;
    const ProtocolExpr *size; /* a role: of its family, NULL when it is none; a number: its default, or NULL */
} SyntaxParam;

typedef struct Template {
    Name name;
    Span span, at;
    SyntaxParam *params;
    uint32_t nparams;
    Syntax *body;
} Template;

#endif
