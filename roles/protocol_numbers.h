/* The numbers that protocols of a program may use: its `param`s, macros that are numbers, and what -P and -D give. The text of a protocol is read as
   it stands in its file; the preprocessor's work is not seen there. */
#ifndef UNKNOT_ROLES_PROTOCOL_NUMBERS_H
#define UNKNOT_ROLES_PROTOCOL_NUMBERS_H

#include "frontend/ast.h"
#include "session/protocol.h"

/* Defines params before protocols are read; the program need not have been checked. */
void protocol_numbers_define(Protocols *protocols, const Tree *tree);
/* Defines each name that the file gives a number once (`#define N 4`), and those of -D, which win. */
void protocol_numbers_macros(Protocols *protocols, const Sources *sources, uint32_t file, const char *const *flags, uint32_t nflags);

#endif
