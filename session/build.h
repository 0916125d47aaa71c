/* What the grammar's actions make. Internal to session/. */
#ifndef UNKNOT_SESSION_BUILD_H
#define UNKNOT_SESSION_BUILD_H

#include "session/parser.h"

void build_begin(ProtocolParser *parser, Word name, Span at);
void build_param(ProtocolParser *parser, SyntaxParam param);
void build_end(ProtocolParser *parser, Syntax *body, Span span);
void build_deeper(ProtocolParser *parser, Span at);

Syntax *build_then(Syntax *first, Syntax *rest);
/* Any element: copied. Its roles and its jump are looked up. */
Syntax *build_element(ProtocolParser *parser, Syntax element);
void build_open(ProtocolParser *parser, Word variable); /* the loop whose body follows */
Syntax *build_rec(ProtocolParser *parser, Syntax *body, Span span);
Syntax *build_continue(ProtocolParser *parser, Word variable, Span span);
Syntax *build_block(ProtocolParser *parser, SyntaxKind kind, ArmList arms, Span span, Span at);

const SyntaxFor *build_for(ProtocolParser *parser, SyntaxFor loop);
const ProtocolExpr *build_expr(ProtocolParser *parser, ProtocolExpr expr);
ArmList build_arm(ProtocolParser *parser, ArmList list, SyntaxArm arm);
ExprList build_arg(ProtocolParser *parser, ExprList list, const ProtocolExpr *arg);
PayloadList build_payload(ProtocolParser *parser, PayloadList list, Payload payload);
LetList build_let(ProtocolParser *parser, LetList list, SyntaxLet let);
Name build_qualified(ProtocolParser *parser, Name protocol, Name role); /* "Other.buyer" */

#endif
