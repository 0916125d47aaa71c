/* What a program claims of its runs: LTL, CTL and automata over atoms, and the atoms themselves (language §10).

   An atom is a truth about a state, or about the step that led to it (an event). A run is read as the word of its states: letter i has the
   state atoms of state i and the events of the step into it; the first state has no events. A run that has stopped (nothing but faults
   and the environment can move) repeats its last state for ever, without events. */
#ifndef UNKNOT_MODEL_PROPERTY_H
#define UNKNOT_MODEL_PROPERTY_H

#include "model/support/source.h"

#include <stdbool.h>
#include <stdint.h>

/* Which infinite runs count: WEAK: who stays able to go on does so; STRONG: who is able again and again does so. */
typedef enum Fairness { FAIRNESS_WEAK, FAIRNESS_NONE, FAIRNESS_STRONG } Fairness;

typedef enum AtomKind {
    ATOM_STATE,    /* a condition on the state */
    ATOM_SENT,     /* an item went into the channel, or from hand to hand */
    ATOM_RECEIVED, /* an item came out of it */
    ATOM_WOKEN,    /* the task was woken: what it waits for was granted, or it was told to look again */
    ATOM_POLLED,   /* the task made the step, or began it */
    ATOM_SPAWNED   /* the task was made */
} AtomKind;

enum { PROPERTY_ATOMS = 64 /* of each: conditions, and events, in one program */, ATOM_EVERY = 0, ATOM_SOME = UINT32_MAX };

typedef struct Atom {
    AtomKind kind;
    const char *text;  /* as written, blanks normalised: its name in automata and reports */
    Span span;
    uint32_t machine;  /* code without rests, END's operand is the first word of the result. STATE: the truth; SENT, RECEIVED: the handle of
                          the channel and, with has_value, the words of the item, evaluated in the state the step leads to; else NO_SLOT */
    bool has_value;
    uint32_t of;       /* events of tasks: the machine, NO_SLOT: one that is never spawned */
    uint32_t number;   /* its spawn number from 1, or ATOM_EVERY, ATOM_SOME (for events both: of any of them) */
    uint32_t bit;      /* in the set of conditions (STATE), or in the set of events */
} Atom;

typedef enum TemporalOp {
    TEMPORAL_TRUE, TEMPORAL_FALSE,
    TEMPORAL_ATOM, /* a: index in the property's atoms */
    TEMPORAL_NOT, TEMPORAL_AND, TEMPORAL_OR, TEMPORAL_IMPLIES, TEMPORAL_IFF,
    TEMPORAL_X, TEMPORAL_F, TEMPORAL_G, TEMPORAL_U, TEMPORAL_R, TEMPORAL_W, TEMPORAL_M, /* of LTL */
    TEMPORAL_AX, TEMPORAL_EX, TEMPORAL_AF, TEMPORAL_EF, TEMPORAL_AG, TEMPORAL_EG, TEMPORAL_AU, TEMPORAL_EU /* of CTL */
} TemporalOp;

/* Operands come before what they are part of; the last node is the formula. */
typedef struct TemporalNode {
    TemporalOp op;
    uint32_t a, b; /* nodes, unless said otherwise */
    Span span;
} TemporalNode;

typedef enum PropertyLogic {
    LOGIC_LTL,
    LOGIC_CTL,
    LOGIC_ALLOWS, /* an automaton of the runs that are right: its atoms are the propositions, in the file's order; no nodes */
    LOGIC_NEVER   /* an automaton of the runs that are wrong */
} PropertyLogic;

typedef struct Property {
    const char *name;
    Span span;
    const char *text;      /* of the formula, as written */
    PropertyLogic logic;
    bool has_fairness;     /* `ltl p fair(weak): …`: else that of the run is assumed */
    Fairness fairness;
    const uint32_t *atoms; /* indices in Program.atoms */
    uint32_t natoms;       /* at most PROPERTY_ATOMS */
    const TemporalNode *nodes;
    uint32_t nnodes;
} Property;

#endif
