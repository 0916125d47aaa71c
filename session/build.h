/* What the grammar's actions make. Internal to session/. */
#ifndef UNKNOT_SESSION_BUILD_H
#define UNKNOT_SESSION_BUILD_H

#include "session/parser.h"

void build_begin(ProtocolParser *parser, Word name, Span at);
void build_role(ProtocolParser *parser, Word name);
void build_end(ProtocolParser *parser, GlobalType *body, Span span);
void build_deeper(ProtocolParser *parser, Span at);
/* A part of the language that is not known yet. */
void build_refuse(ProtocolParser *parser, Span at, const char *what);

GlobalType *build_then(GlobalType *first, GlobalType *rest);
GlobalType *build_message(ProtocolParser *parser, Word from, Word to, Name label, Span span);
GlobalType *build_choice(ProtocolParser *parser, Word chooser, GlobalList arms, Span span);
void build_open(ProtocolParser *parser, Word variable); /* the REC whose body follows */
GlobalType *build_rec(ProtocolParser *parser, GlobalType *body, Span span);
GlobalType *build_continue(ProtocolParser *parser, Word variable, Span span);
GlobalType *build_par(ProtocolParser *parser, GlobalList arms, Span span);
GlobalType *build_do(ProtocolParser *parser, Word callee, WordList args, Span span);

GlobalList build_list(ProtocolParser *parser, GlobalList list, GlobalType *item);
WordList build_words(ProtocolParser *parser, WordList list, Word word);
Name build_label(ProtocolParser *parser, Name label, Name payloads); /* "login(uint8_t, bool)" */
Name build_payloads(ProtocolParser *parser, Name first, Name rest);

#endif
