/* What the files that rewrite share. */
#ifndef UNKNOT_LTL_REWRITER_H
#define UNKNOT_LTL_REWRITER_H

#include "ltl/rewrite.h"
#include "model/support/vec.h"

struct Rewriter {
    Formulas *formulas;
    Bdds *bdds;
    RewriteOptions options;
    VEC(uint32_t) done;    /* formula -> its simpler form, plus 1 */
    VEC(uint32_t) boolean; /* formula -> its function, plus 1 */
    uint64_t *implied;     /* memory of rewrite_implies */
    uint32_t implied_mask, nimplied;
    uint32_t depth; /* of rules applied to results of rules */
};

#endif
