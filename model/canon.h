/* The canonical form of a state: garbage goes, roots (alive tasks, and those whose number is observed) stand in the order of their keys, the
   rest in the order it is reached from them. Roots with equal keys are ordered by where the unique ones and the globals hold handles to them,
   then the other fixed components, then by colour refinement of the graph of handles, ties by individualisation (looking one split
   ahead; what is left is taken in slot order, which costs states, never a verdict). */
#ifndef UNKNOT_MODEL_CANON_H
#define UNKNOT_MODEL_CANON_H

#include "model/comps.h"

typedef struct Canon Canon; /* scratch and tables of one thread */

/* Without symmetry what survives stays in the order it has. */
Canon *canon_new(Comps *comps, const Program *program, bool symmetry);
void canon_free(Canon *canon);
/* contents[slot] for n slots -> out[new slot], which has room for n; moves[slot] = new slot, or NO_SLOT when garbage. Returns the new n. */
uint32_t canon_order(Canon *canon, const uint32_t *contents, uint32_t n, uint32_t *out, uint32_t *moves);
/* For contents in canonical order: true when handles in ordered places, from unique roots, global variables and what these reach, tell all
   roots with equal keys apart. Then the order of slots depends on nothing but these handles. */
bool canon_is_anchored(Canon *canon, const uint32_t *contents, uint32_t n);
/* The content with its handles to movable slots renamed. */
uint32_t canon_rename(Canon *canon, uint32_t content, const uint32_t *moves);
uint64_t canon_memory(const Canon *canon);

#endif
