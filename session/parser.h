/* What scanner, grammar and actions of protocols share. Internal to session/. */
#ifndef UNKNOT_SESSION_PARSER_H
#define UNKNOT_SESSION_PARSER_H

#include "session/protocol.h"

#include "model/support/vec.h"

typedef struct Word { Name name; Span span; } Word;
typedef struct GlobalList { GlobalType **items; uint32_t n, cap; } GlobalList;
typedef struct WordList { Word *items; uint32_t n, cap; } WordList;

typedef struct ProtocolParser {
    Protocols *protocols;
    const Sources *sources;
    Diags *diags;
    const char *text;
    uint32_t file, at, end; /* the next byte to scan */
    Protocol *protocol;     /* the one being read, NULL outside */
    VEC(GlobalType *) recs;     /* enclosing loops, innermost last */
    uint32_t depth;
    bool failed;            /* the protocol being read has a mistake */
} ProtocolParser;


#endif
