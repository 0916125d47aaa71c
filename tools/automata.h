/* For each property of a program the automaton of the runs that violate it, as engines read it. */
#ifndef UNKNOT_TOOLS_AUTOMATA_H
#define UNKNOT_TOOLS_AUTOMATA_H

#include "ltl/automaton.h"
#include "model/buchi.h"
#include "model/program.h"
#include "tools/extras.h"

typedef struct Automata {
    Buchi **made;
    const Buchi **wrong; /* per property: the same, as EngineOptions takes them; NULL: there is none */
    const char **unmade; /* and why, static */
    uint32_t n;
} Automata;

void automata_init(Automata *automata, const Program *program, const Extras *extras);
void automata_fini(Automata *automata);
/* A settled automaton as tables; its strength is found out. */
Buchi *automata_tables(const Automaton *automaton);
void automata_free_tables(Buchi *buchi);

#endif
