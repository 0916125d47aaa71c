/* Properties given by options: `--ltl`, `--ctl`, and automata of `--property`, `--never`. */
#ifndef UNKNOT_TOOLS_EXTRAS_H
#define UNKNOT_TOOLS_EXTRAS_H

#include "frontend/frontend.h"
#include "ltl/automaton.h"
#include "ltl/formula.h"
#include "tools/options.h"

typedef struct Extra { /* an automaton: variable a of its labels is atom a of the property of that name */
    const char *name;
    Formulas *formulas;
    Bdds *bdds;
    Automaton *automaton; /* NULL: it could not be read */
} Extra;

typedef struct Extras {
    VEC(Extra *) automata;
} Extras;

/* Reads what the options give and adds it to the tree; what is wrong is in `diags`. Files are looked for where they are named, then beside
   the program at `path`. */
void extras_add(Extras *extras, const Options *options, const char *path, Tree *tree, Diags *diags);
void extras_fini(Extras *extras);
/* The automaton of the property of that name; NULL when it is none. */
const Automaton *extras_automaton(const Extras *extras, const char *name);

#endif
