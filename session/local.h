/* Binary session types: what one of two partners does. T = end | X | rec X. T | !l. T | ?l. T | +{ !l. T, … } | &{ ?l. T, … }; in braces also
   `l: T`. A message is a label with the types of its payload, "login(uint8_t)"; a payload alone, `!(int)`, is one too. */
#ifndef UNKNOT_SESSION_LOCAL_H
#define UNKNOT_SESSION_LOCAL_H

#include "session/cfsm.h"

/* Reads a type as a machine (peer 0 is the partner). False: diagnosed; nothing is to be freed then. */
bool local_read(const Sources *sources, Span span, Names *names, Diags *diags, Cfsm *machine);
/* Sending and receiving exchanged. */
Cfsm local_dual(const Cfsm *machine);
void local_print(const Cfsm *machine, const Names *names, FILE *out);

#endif
