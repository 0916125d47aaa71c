/* Whether a language is closed under repeating letters, and dropping repeated ones: decided on automata (after Michaud
   and Duret-Lutz, SPIN'15), by looking for one word with two readings, one in the language and one not. */
#ifndef UNKNOT_LTL_STUTTER_H
#define UNKNOT_LTL_STUTTER_H

#include "ltl/automaton.h"
#include "ltl/word.h"

typedef enum StutterAnswer { STUTTER_INVARIANT, STUTTER_SENSITIVE, STUTTER_UNKNOWN } StutterAnswer;

/* `negation` accepts what `automaton` does not. When sensitive, and words are asked for (they may be NULL): one of the
   language and one not in it that differ in repetitions only. Unknown: more than `max_states` would be needed. */
StutterAnswer stutter_check(
    const Automaton *automaton, const Automaton *negation, uint32_t max_states, OwnWord *in, OwnWord *out);

#endif
