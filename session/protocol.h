/* Protocols as they are meant (language, Protocols): roles and a global type; families of roles, loops over them and parameters have been expanded. */
#ifndef UNKNOT_SESSION_PROTOCOL_H
#define UNKNOT_SESSION_PROTOCOL_H

#include "model/support/arena.h"
#include "model/support/diag.h"
#include "model/support/intern.h"
#include "model/support/source.h"

#include <stdbool.h>
#include <stdint.h>

/* ---- conditions */

typedef enum ProtocolOp {
    PROTOCOL_NUMBER, PROTOCOL_NAME,
    PROTOCOL_MEMBER, PROTOCOL_SLICE,                     /* name[a], name[a : b]: of families */
    PROTOCOL_NEGATE, PROTOCOL_NOT, PROTOCOL_FLIP,        /* -a, !a, ~a */
    PROTOCOL_ADD, PROTOCOL_SUB, PROTOCOL_MUL, PROTOCOL_DIV, PROTOCOL_REM, PROTOCOL_SHL, PROTOCOL_SHR,
    PROTOCOL_BAND, PROTOCOL_BOR, PROTOCOL_BXOR,
    PROTOCOL_EQ, PROTOCOL_NE, PROTOCOL_LT, PROTOCOL_LE, PROTOCOL_GT, PROTOCOL_GE, PROTOCOL_AND, PROTOCOL_OR,
    PROTOCOL_COND                                        /* a ? b : c */
} ProtocolOp;

typedef struct ProtocolExpr ProtocolExpr;
struct ProtocolExpr {
    ProtocolOp op;
    Span span;
    int64_t value;  /* NUMBER */
    Name name;      /* NAME, MEMBER, SLICE; in a condition: a variable of a payload */
    const ProtocolExpr *a, *b, *c;
};

/* What a message carries: a value, or the end of another conversation (a role of another protocol). */
typedef struct Payload {
    Name type;      /* of a role: "Other.buyer" */
    Name name;      /* 0: none */
    Name protocol, role; /* 0: a value */
    Span span;
} Payload;

/* After the message, a variable has another value: let n = n - 1. */
typedef struct ProtocolLet { Name name; Span span; const ProtocolExpr *value; } ProtocolLet;

/* When a message may be sent, on the clock that starts with the protocol and again with each round of a loop. */
typedef struct ProtocolWindow { bool is_given; int64_t low, high; Span span; } ProtocolWindow;

/* ---- elements */

typedef enum GlobalKind { GLOBAL_MESSAGE, GLOBAL_CHOICE, GLOBAL_REC, GLOBAL_CONTINUE, GLOBAL_PAR, GLOBAL_DO } GlobalKind;

/* One element of a block, and what follows it there. */
typedef struct GlobalType GlobalType;
struct GlobalType {
    GlobalKind kind;
    Span span;
    Span at;            /* the name or keyword a caret goes to */
    GlobalType *next;       /* NULL: the block ends here */
    uint32_t from, to;  /* MESSAGE: roles; CHOICE: from is who chooses */
    Name message;       /* MESSAGE: the label with the types of its payload, "login(uint8_t)" */
    bool is_crash;      /* MESSAGE: no message, `to` sees that `from` has crashed */
    const Payload *payloads;
    uint32_t npayloads;
    const ProtocolExpr *where; /* MESSAGE: its condition, or NULL */
    const ProtocolLet *lets;
    uint32_t nlets;
    ProtocolWindow window;
    GlobalType **arms;      /* CHOICE, PAR; REC: one, its body. An empty block is NULL */
    uint32_t narms;
    Name name;          /* REC, CONTINUE: the variable; DO: the protocol */
    GlobalType *target;     /* CONTINUE: its REC */
    uint32_t *args;     /* DO: roles, the members of families one after the other */
    uint32_t nargs;
    const struct CallArg *groups; /* DO: as they are written: numbers, roles, families (session/templates.h) */
    uint32_t ngroups;
};

typedef struct Role {
    Name name;       /* of a member of a family with its index, "worker[2]" */
    Span span;
    Name family;     /* 0: none */
    uint32_t index;  /* in the family */
    bool is_unreliable; /* may crash */
} Role;

typedef struct Protocol {
    Name name;
    Span span, at;
    Role *roles;
    uint32_t nroles;
    GlobalType *body;
} Protocol;

/* A protocol that is left out: its number has no value, so that it can only be called. */
typedef struct ProtocolUnset { Name protocol, number; Span at; } ProtocolUnset;

typedef struct Protocols {
    Arena arena;
    Names *names;
    Protocol **all;  /* in source order */
    uint32_t n;
    ProtocolUnset *unset;
    uint32_t nunset;
    bool owns_names;
    struct Templates *templates; /* what they are made from */
} Protocols;

/* Nesting of blocks that the parser follows: passes may recurse. Elements: of a protocol whose loops have been unrolled. */
enum { PROTOCOL_MAX_DEPTH = 200, PROTOCOL_MAX_ROLES = 1024, PROTOCOL_MAX_ELEMENTS = 20000 };

/* Protocols start empty; `names` is borrowed (NULL: its own). */
Protocols *protocols_new(Names *names);
void protocols_free(Protocols *protocols);
/* Gives a name a value before protocols are read: a parameter of the program, or of a protocol. The last one counts. */
void protocols_define(Protocols *protocols, Name name, int64_t value);
/* Reads the protocols in bytes [span.begin, span.end) of a source and adds them. Mistakes are diagnosed; what has one is left out. */
void protocols_parse(Protocols *protocols, const Sources *sources, Span span, Diags *diags);
/* Checks what can be said of the text alone, when all are there: calls, jumps, what follows a loop that never ends, choices, crashes, roles that
   are handed over. False: diagnosed, the first time. */
bool protocol_check(const Protocols *protocols, const Protocol *protocol, Diags *diags);
const Protocol *protocols_find(const Protocols *protocols, Name name);
/* The role of that name, or the member of the family of that name. protocol->nroles: there is none. */
uint32_t protocol_find_role(const Protocol *protocol, Name name);
uint32_t protocol_find_member(const Protocol *protocol, Name family, uint32_t index);

#endif
