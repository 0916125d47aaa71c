/* The numbers that protocols of a program may use: its `param`s, and what -P gives. */
#ifndef UNKNOT_TOOLS_PROTOCOL_NUMBERS_H
#define UNKNOT_TOOLS_PROTOCOL_NUMBERS_H

#include "frontend/ast.h"
#include "session/protocol.h"

/* Defines them before protocols are read; the program need not have been checked. */
void protocol_numbers_define(Protocols *protocols, const Tree *tree);

#endif
