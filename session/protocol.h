/* Protocols as they are written (language, Protocols): roles and a global type. */
#ifndef UNKNOT_SESSION_PROTOCOL_H
#define UNKNOT_SESSION_PROTOCOL_H

#include "model/support/arena.h"
#include "model/support/diag.h"
#include "model/support/intern.h"
#include "model/support/source.h"

#include <stdbool.h>
#include <stdint.h>

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
    GlobalType **arms;      /* CHOICE, PAR; REC: one, its body. An empty block is NULL */
    uint32_t narms;
    Name name;          /* REC, CONTINUE: the variable; DO: the protocol */
    GlobalType *target;     /* CONTINUE: its REC */
    uint32_t *args;     /* DO: roles */
    uint32_t nargs;
};

typedef struct Role { Name name; Span span; } Role;

typedef struct Protocol {
    Name name;
    Span span, at;
    Role *roles;
    uint32_t nroles;
    GlobalType *body;
} Protocol;

typedef struct Protocols {
    Arena arena;
    Names *names;
    Protocol **all;  /* in source order */
    uint32_t n;
    bool owns_names;
} Protocols;

/* Nesting of blocks that the parser follows: passes may recurse. */
enum { PROTOCOL_MAX_DEPTH = 200, PROTOCOL_MAX_ROLES = 64 };

/* Protocols start empty; `names` is borrowed (NULL: its own). */
Protocols *protocols_new(Names *names);
void protocols_free(Protocols *protocols);
/* Reads the protocols in bytes [span.begin, span.end) of a source and adds them. Mistakes are diagnosed; what has one is left out. */
void protocols_parse(Protocols *protocols, const Sources *sources, Span span, Diags *diags);
/* Checks what can be said of the text alone, when all are there: calls, jumps, what follows a loop that never ends, choices. False: diagnosed. */
bool protocol_check(const Protocols *protocols, const Protocol *protocol, Diags *diags);
const Protocol *protocols_find(const Protocols *protocols, Name name);

#endif
