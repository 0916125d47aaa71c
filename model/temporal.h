/* The word that a run spells, and whether a property holds of it: directly from the definitions, sharing nothing with the search. */
#ifndef UNKNOT_MODEL_TEMPORAL_H
#define UNKNOT_MODEL_TEMPORAL_H

#include "model/buchi.h"
#include "model/property.h"
#include "model/world.h"

/* letters[0..prefix) once, then letters[prefix..n) for ever; bit a of a letter is atom a of the property. The loop is not empty. */
typedef struct RunWord {
    const uint64_t *letters;
    uint32_t prefix, n;
} RunWord;

/* The letter of a state with these conditions, entered by a step with these events. */
uint64_t temporal_letter(const Atom *atoms, const Property *property, uint64_t conditions, uint64_t events);
/* The program's conditions that are true in the world: bits by Atom.bit. */
uint64_t temporal_conditions(World *world);
/* The formula (LOGIC_LTL) holds of the word. */
bool temporal_holds(const Property *property, RunWord word);
/* Some run of the automaton on the word is accepted. */
bool temporal_accepts(const Buchi *buchi, RunWord word);
/* The word violates the property. `wrong`: its automaton, needed where there is no formula, else it may be NULL. */
bool temporal_violates(const Property *property, const Buchi *wrong, RunWord word);
/* Whatever follows the letters, the word violates the property: tried with many continuations. */
bool temporal_violates_ever(const Property *property, const Buchi *wrong, const uint64_t *letters, uint32_t n);
/* Of branching time: may the part of the formula have this truth at a moment with this letter? Only what speaks of no other
   moment is looked at. */
bool temporal_may_be(const Property *property, uint32_t part, bool truth, uint64_t letter);
/* May this run, from its first letter on, show that the part of the formula has this truth? Looks at
   those operands that speak of one moment; false when one of them is not as it would have to be, or no run can show it. */
bool temporal_may_show(const Property *property, uint32_t part, bool truth, const uint64_t *letters, uint32_t n, bool is_infinite);

#endif
