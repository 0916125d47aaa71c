/* A language as an automaton beside one of its complement: what inclusion, equivalence and stuttering are decided
   from. */
#ifndef UNKNOT_LTL_LANGUAGE_H
#define UNKNOT_LTL_LANGUAGE_H

#include "ltl/complement.h"
#include "ltl/ltl.h"
#include "ltl/stutter.h"

/* Owned. NULL: too large. */
typedef struct Language {
    Automaton *automaton, *complement;
} Language;

Language language_of_formula(Formulas *formulas, Bdds *bdds, Formula f, const LtlOptions *options);
/* Takes the automaton. */
Language language_of_automaton(Automaton *automaton);
void language_fini(Language *language);

typedef enum LanguageAnswer { LANGUAGE_YES, LANGUAGE_NO, LANGUAGE_UNKNOWN } LanguageAnswer;

/* Every word of `inner` is one of `outer`. No: *word, which may be NULL, is one that is not. Unknown: the automaton of
   the one or the complement of the other is missing. */
LanguageAnswer language_includes(const Language *outer, const Language *inner, OwnWord *word);
/* They have the same words. No: *word is one of just one of them. */
LanguageAnswer language_equals(const Language *a, const Language *b, OwnWord *word);
/* As stutter_check. */
StutterAnswer language_stutters(const Language *language, uint32_t max_states, OwnWord *in, OwnWord *out);

#endif
