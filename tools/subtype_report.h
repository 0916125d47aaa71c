/* What is printed of a question of subtyping: the answer, how it was found, the run that refutes, the languages that prove. */
#ifndef UNKNOT_TOOLS_SUBTYPE_REPORT_H
#define UNKNOT_TOOLS_SUBTYPE_REPORT_H

#include "session/subtype.h"

#include <stdio.h>

typedef struct SubtypeAsked { const Cfsm *t, *u; const Names *names; } SubtypeAsked;

/* `verbose`: with what may be owed where, when that is the proof. */
void subtype_report(const Subtype *result, SubtypeAsked asked, bool verbose, FILE *out);

#endif
