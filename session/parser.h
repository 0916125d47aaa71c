/* What scanner, grammar and actions of protocols share. Internal to session/. */
#ifndef UNKNOT_SESSION_PARSER_H
#define UNKNOT_SESSION_PARSER_H

#include "session/syntax.h"

#include "model/support/vec.h"

typedef struct Word { Name name; Span span; } Word;
typedef struct ArmList { SyntaxArm *items; uint32_t n, cap; } ArmList;
typedef struct ExprList { const ProtocolExpr **items; uint32_t n, cap; } ExprList;
typedef struct PayloadList { Payload *items; uint32_t n, cap; } PayloadList;
typedef struct LetList { SyntaxLet *items; uint32_t n, cap; } LetList;
typedef struct Label { Name name; PayloadList payloads; } Label;

typedef struct ProtocolParser {
    Protocols *protocols;
    const Sources *sources;
    Diags *diags;
    const char *text;
    uint32_t file, at, end; /* the next byte to scan */
    int prev;               /* the token before */
    Template *protocol;     /* the one being read, NULL outside */
    VEC(Word) recs;         /* enclosing loops, innermost last */
    uint32_t depth, exprs;  /* of blocks; of expressions under way */
    bool failed;            /* the protocol being read has a mistake */
} ProtocolParser;

#endif
