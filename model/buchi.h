/* A Büchi automaton over a property's atoms as engines read it: transition-based, generalised, labels as cubes. Who has formulas makes one. */
#ifndef UNKNOT_MODEL_BUCHI_H
#define UNKNOT_MODEL_BUCHI_H

#include <stdbool.h>
#include <stdint.h>

/* Holds of letters with (letter & care) == value; bit a is atom a of the property. */
typedef struct BuchiCube {
    uint64_t care, value;
} BuchiCube;

typedef struct BuchiEdge {
    uint32_t to;
    uint32_t cube, ncubes; /* any of these; none: never */
    uint64_t marks;        /* the acceptance sets it is in */
} BuchiEdge;

/* How little a search must look for: of GUARANTEE automata an accepting run is known once it comes to `sink`; in WEAK ones the edges of
   a component are all in every set, or in none together. */
typedef enum BuchiStrength { BUCHI_GUARANTEE, BUCHI_WEAK, BUCHI_GENERAL } BuchiStrength;

/* Owned by whoever made it; read-only for engines. */
typedef struct Buchi {
    uint32_t nstates, initial;
    uint32_t nsets; /* a run is accepted when it sees each of these again and again; 0: when it goes on for ever */
    const BuchiEdge *edges;
    const uint32_t *first; /* state s has the edges first[s] … first[s + 1] - 1 */
    const BuchiCube *cubes;
    BuchiStrength strength;
    const bool *sink;      /* per state, GUARANTEE: every run from here is accepted; else NULL */
} Buchi;

static inline bool buchi_allows(const Buchi *buchi, const BuchiEdge *edge, uint64_t letter) {
    for (uint32_t c = edge->cube; c < edge->cube + edge->ncubes; c++)
        if ((letter & buchi->cubes[c].care) == buchi->cubes[c].value) return true;
    return false;
}

#endif
