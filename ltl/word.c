#include "ltl/word.h"

#include "model/support/fatal.h"

#include <assert.h>
#include <stdlib.h>

/* truth[f][i]: f holds of the suffix from place i; NULL when not yet known. */
typedef struct Table {
    const Formulas *formulas;
    LassoWord word;
    bool **truth;
} Table;

void word_fini(OwnWord *own) { vec_fini(&own->letters); }

static uint32_t next(LassoWord word, uint32_t i) { return i + 1 < word.length ? i + 1 : word.prefix; }

/* U and W, with R and M as their mirror images: a value that spreads backwards from where `stop` is. */
static void spread(const Table *table, FormulaOp op, const bool *a, const bool *b, bool *out) {
    LassoWord word = table->word;
    bool least = op == FORMULA_UNTIL || op == FORMULA_STRONG;
    for (uint32_t i = 0; i < word.length; i++) out[i] = !least;
    for (uint32_t round = 0; round < 2; round++) { /* the second one carries values around the loop */
        for (uint32_t i = word.length; i-- > 0;) {
            bool later = out[next(word, i)];
            if (op == FORMULA_UNTIL || op == FORMULA_WEAK) out[i] = b[i] || (a[i] && later);
            else out[i] = b[i] && (a[i] || later);
        }
    }
}

static const bool *truth_of(Table *table, Formula f);

static void fill_many(Table *table, Formula f, bool *out) {
    bool conjunction = formula_op(table->formulas, f) == FORMULA_AND;
    for (uint32_t i = 0; i < table->word.length; i++) out[i] = conjunction;
    for (uint32_t k = 0; k < formula_arity(table->formulas, f); k++) {
        const bool *a = truth_of(table, formula_operand(table->formulas, f, k));
        for (uint32_t i = 0; i < table->word.length; i++) out[i] = conjunction ? out[i] && a[i] : out[i] || a[i];
    }
}

static void fill_unary(Table *table, FormulaOp op, const bool *a, bool *out) {
    uint32_t n = table->word.length;
    bool *constant = calloc(n + 1u, sizeof *constant);
    if (!constant) fatal("out of memory");
    for (uint32_t i = 0; i < n; i++) constant[i] = op == FORMULA_EVENTUALLY;
    if (op == FORMULA_EVENTUALLY) spread(table, FORMULA_UNTIL, constant, a, out);
    else if (op == FORMULA_ALWAYS) spread(table, FORMULA_RELEASE, constant, a, out);
    for (uint32_t i = 0; i < n; i++) {
        if (op == FORMULA_NOT) out[i] = !a[i];
        if (op == FORMULA_NEXT) out[i] = a[next(table->word, i)];
    }
    free(constant);
}

static void fill_binary(Table *table, FormulaOp op, const bool *a, const bool *b, bool *out) {
    uint32_t n = table->word.length;
    if (op == FORMULA_UNTIL || op == FORMULA_RELEASE || op == FORMULA_WEAK || op == FORMULA_STRONG) {
        spread(table, op, a, b, out);
        return;
    }
    for (uint32_t i = 0; i < n; i++)
        out[i] = op == FORMULA_IMPLIES ? !a[i] || b[i] : op == FORMULA_IFF ? a[i] == b[i] : a[i] != b[i];
}

static void fill(Table *table, Formula f, bool *out) {
    const Formulas *formulas = table->formulas;
    FormulaOp op = formula_op(formulas, f);
    if (op == FORMULA_CONSTANT || op == FORMULA_ATOM) {
        for (uint32_t i = 0; i < table->word.length; i++)
            out[i] = op == FORMULA_CONSTANT ? f == FORMULA_TRUE
                                            : (table->word.letters[i] >> formula_atom(formulas, f)) & 1;
    } else if (op == FORMULA_AND || op == FORMULA_OR) {
        fill_many(table, f, out);
    } else if (op <= FORMULA_ALWAYS) {
        fill_unary(table, op, truth_of(table, formula_operand(formulas, f, 0)), out);
    } else {
        const bool *a = truth_of(table, formula_operand(formulas, f, 0));
        fill_binary(table, op, a, truth_of(table, formula_operand(formulas, f, 1)), out);
    }
}

static const bool *truth_of(Table *table, Formula f) {
    if (!table->truth[f]) {
        bool *out = calloc(table->word.length, sizeof *out);
        if (!out) fatal("out of memory");
        fill(table, f, out);
        table->truth[f] = out;
    }
    return table->truth[f];
}

bool word_satisfies(const Formulas *formulas, LassoWord word, Formula f) {
    assert(word.prefix < word.length);
    Table table = {formulas, word, calloc((size_t)f + 1, sizeof *table.truth)};
    if (!table.truth) fatal("out of memory");
    bool result = truth_of(&table, f)[0];
    for (Formula g = 0; g <= f; g++) free(table.truth[g]);
    free(table.truth);
    return result;
}

static void print_letter(const Formulas *formulas, uint64_t letter, FILE *out) {
    uint32_t n = formulas_atom_count(formulas);
    if (n == 0) fputs("true", out);
    for (uint32_t a = 0; a < n; a++) {
        if (a > 0) fputs(" & ", out);
        if (!((letter >> a) & 1)) fputc('!', out);
        formula_print_atom(formulas_atom_name(formulas, a), out);
    }
}

void word_print(const Formulas *formulas, LassoWord word, FILE *out) {
    for (uint32_t i = 0; i < word.length; i++) {
        if (i == word.prefix) fputs("{ ", out);
        print_letter(formulas, word.letters[i], out);
        fputs(i + 1 == word.length ? " }" : "; ", out);
    }
}
