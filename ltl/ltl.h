/* Linear temporal logic: from formulas to small automata. Each reduction has a switch; the language never changes. */
#ifndef UNKNOT_LTL_LTL_H
#define UNKNOT_LTL_LTL_H

#include "ltl/automaton.h"
#include "ltl/formula.h"

/* X(field): a bool of LtlOptions. */
#define LTL_SWITCHES(X)                                                                                         \
    X(rules)        /* formulas are rewritten */                                                                \
    X(implications) /* with rules that need an implication */                                                   \
    X(prune)        /* useless states and sets are dropped */                                                   \
    X(skip)         /* degeneralisation passes several levels at once */                                        \
    X(reset)        /* each component starts at its own level */                                                \
    X(cache)        /* and is entered at one that is known */                                                   \
    X(orders)       /* in more than one order of the sets */                                                    \
    X(forward)      /* direct simulation */                                                                     \
    X(backward)     /* reverse simulation */                                                                    \
    X(buchi)        /* both again on the degeneralised automaton */                                             \
    X(obligations)  /* minimal weak deterministic automata */                                                   \
    X(recurrences)  /* G F of a guarantee as one */                                                             \
    X(containment)  /* states are merged where the language stays the same */

typedef struct LtlOptions {
#define LTL_FIELD(name) bool name;
    LTL_SWITCHES(LTL_FIELD)
#undef LTL_FIELD
    uint32_t max_states, max_steps; /* of the tableau */
    uint64_t max_work;              /* steps of its decision diagrams */
} LtlOptions;

/* Everything on. */
LtlOptions ltl_options_all(void);
/* Everything off. */
LtlOptions ltl_options_none(void);

typedef enum LtlKind { LTL_GENERALISED, LTL_BUCHI } LtlKind;

/* An automaton for the formula; LTL_BUCHI is state-based. NULL: the limits of the options, or 64 acceptance sets,
   were not enough. */
Automaton *ltl_translate(Formulas *formulas, Bdds *bdds, Formula f, LtlKind kind, const LtlOptions *options);

/* The same language as `automaton`, which it takes, with fewer states where the reductions that need no formula help. */
Automaton *ltl_reduce(Automaton *automaton, LtlKind kind, const LtlOptions *options);

#endif
