#include "ltl/language.h"

#include "ltl/emptiness.h"
#include "ltl/product.h"

enum { MOST_COMPLEMENT_STATES = 20000 };

Language language_of_formula(Formulas *formulas, Bdds *bdds, Formula f, const LtlOptions *options) {
    Language language = {0};
    language.automaton = ltl_translate(formulas, bdds, f, LTL_GENERALISED, options);
    if (language.automaton)
        language.complement =
            ltl_translate(formulas, bdds, formula_negated(formulas, f), LTL_GENERALISED, options);
    return language;
}

Language language_of_automaton(Automaton *automaton) {
    return (Language){automaton, complement_of(automaton, MOST_COMPLEMENT_STATES)};
}

void language_fini(Language *language) {
    automaton_free(language->automaton);
    automaton_free(language->complement);
}

static void word_of_lasso(const Automaton *automaton, const Lasso *lasso, OwnWord *word) {
    *word = (OwnWord){.prefix = lasso->prefix};
    vec_resize(&word->letters, lasso->edges.n);
    lasso_word(automaton, lasso, word->letters.data);
}

LanguageAnswer language_includes(const Language *outer, const Language *inner, OwnWord *word) {
    if (!inner->automaton || !outer->complement) return LANGUAGE_UNKNOWN;
    Automaton *between = product_of(inner->automaton, outer->complement);
    Lasso lasso;
    LanguageAnswer answer = emptiness_check(between, &lasso) ? LANGUAGE_YES : LANGUAGE_NO;
    if (answer == LANGUAGE_NO) {
        if (word) word_of_lasso(between, &lasso, word);
        lasso_fini(&lasso);
    }
    automaton_free(between);
    return answer;
}

LanguageAnswer language_equals(const Language *a, const Language *b, OwnWord *word) {
    LanguageAnswer there = language_includes(a, b, word);
    return there == LANGUAGE_YES ? language_includes(b, a, word) : there;
}

StutterAnswer language_stutters(const Language *language, uint32_t max_states, OwnWord *in, OwnWord *out) {
    if (!language->automaton || !language->complement) return STUTTER_UNKNOWN;
    return stutter_check(language->automaton, language->complement, max_states, in, out);
}
