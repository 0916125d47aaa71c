#include "checker/smt.h"

#include "model/support/fatal.h"

#include <stdlib.h>
#include <z3.h>

enum { WIDTH = 64, WORK = 20000000 };

struct Smt {
    Z3_context context;
    Z3_solver solver;
    Z3_sort sort;
};

/* A question under way: each term is translated once, as a truth value or as bits, whichever is asked for. */
typedef struct Translation {
    Smt *smt;
    const SolverQuestion *question;
    Z3_ast *bits, *truth;
} Translation;

/* What goes wrong shows as an answer that is unknown. */
static void ignore_error(Z3_context context, Z3_error_code code) {
    (void)context;
    (void)code;
}

Smt *smt_new(void) {
    Smt *smt = calloc(1, sizeof *smt);
    if (!smt) fatal("out of memory");
    Z3_config config = Z3_mk_config();
    smt->context = Z3_mk_context(config);
    Z3_del_config(config);
    Z3_set_error_handler(smt->context, ignore_error);
    smt->solver = Z3_mk_solver_for_logic(smt->context, Z3_mk_string_symbol(smt->context, "QF_BV"));
    Z3_solver_inc_ref(smt->context, smt->solver);
    Z3_params params = Z3_mk_params(smt->context);
    Z3_params_inc_ref(smt->context, params);
    Z3_params_set_uint(smt->context, params, Z3_mk_string_symbol(smt->context, "rlimit"), WORK);
    Z3_solver_set_params(smt->context, smt->solver, params);
    Z3_params_dec_ref(smt->context, params);
    smt->sort = Z3_mk_bv_sort(smt->context, WIDTH);
    return smt;
}

void smt_free(Smt *smt) {
    if (!smt) return;
    Z3_solver_dec_ref(smt->context, smt->solver);
    Z3_del_context(smt->context);
    free(smt);
}

/* ---- terms */

static Z3_ast bits_of(Translation *translation, uint32_t term);

static Z3_ast number(const Translation *translation, int64_t value) {
    return Z3_mk_int64(translation->smt->context, value, translation->smt->sort);
}

static Z3_ast make_truth(Translation *translation, uint32_t term);

static Z3_ast truth_of(Translation *translation, uint32_t term) {
    if (!translation->truth[term]) translation->truth[term] = make_truth(translation, term);
    return translation->truth[term];
}

static Z3_ast make_truth(Translation *translation, uint32_t index) {
    const SolverTerm *term = &translation->question->terms[index];
    Z3_context context = translation->smt->context;
    switch (term->op) {
    case SOLVER_EQ: return Z3_mk_eq(context, bits_of(translation, term->a), bits_of(translation, term->b));
    case SOLVER_LT: return Z3_mk_bvslt(context, bits_of(translation, term->a), bits_of(translation, term->b));
    case SOLVER_LE: return Z3_mk_bvsle(context, bits_of(translation, term->a), bits_of(translation, term->b));
    case SOLVER_NOT: return Z3_mk_not(context, truth_of(translation, term->a));
    case SOLVER_AND:
    case SOLVER_OR: {
        Z3_ast both[] = {truth_of(translation, term->a), truth_of(translation, term->b)};
        return term->op == SOLVER_AND ? Z3_mk_and(context, 2, both) : Z3_mk_or(context, 2, both);
    }
    case SOLVER_COND:
        return Z3_mk_ite(
            context, truth_of(translation, term->a), truth_of(translation, term->b), truth_of(translation, term->c));
    default: return Z3_mk_not(context, Z3_mk_eq(context, bits_of(translation, index), number(translation, 0)));
    }
}

static Z3_ast make_binary(Translation *translation, const SolverTerm *term) {
    Z3_context context = translation->smt->context;
    Z3_ast a = bits_of(translation, term->a), b = bits_of(translation, term->b);
    switch (term->op) {
    case SOLVER_ADD: return Z3_mk_bvadd(context, a, b);
    case SOLVER_SUB: return Z3_mk_bvsub(context, a, b);
    case SOLVER_MUL: return Z3_mk_bvmul(context, a, b);
    case SOLVER_DIV: return Z3_mk_bvsdiv(context, a, b);
    case SOLVER_REM: return Z3_mk_bvsrem(context, a, b);
    case SOLVER_SHL: return Z3_mk_bvshl(context, a, b);
    case SOLVER_SHR: return Z3_mk_bvashr(context, a, b);
    case SOLVER_BAND: return Z3_mk_bvand(context, a, b);
    case SOLVER_BOR: return Z3_mk_bvor(context, a, b);
    default: return Z3_mk_bvxor(context, a, b);
    }
}

static Z3_ast variable(const Translation *translation, int64_t index) {
    Z3_context context = translation->smt->context;
    return Z3_mk_const(context, Z3_mk_int_symbol(context, (int)index), translation->smt->sort);
}

static Z3_ast make_bits(Translation *translation, uint32_t index) {
    const SolverTerm *term = &translation->question->terms[index];
    switch (term->op) {
    case SOLVER_CONST: return number(translation, term->value);
    case SOLVER_VAR: return variable(translation, term->value);
    case SOLVER_EQ:
    case SOLVER_LT:
    case SOLVER_LE:
    case SOLVER_NOT:
    case SOLVER_AND:
    case SOLVER_OR:
        return Z3_mk_ite(
            translation->smt->context, truth_of(translation, index), number(translation, 1), number(translation, 0));
    case SOLVER_COND:
        return Z3_mk_ite(translation->smt->context, truth_of(translation, term->a), bits_of(translation, term->b),
            bits_of(translation, term->c));
    default: return make_binary(translation, term);
    }
}

static Z3_ast bits_of(Translation *translation, uint32_t term) {
    if (!translation->bits[term]) translation->bits[term] = make_bits(translation, term);
    return translation->bits[term];
}

/* ---- questions */

static void read_values(Smt *smt, const Translation *translation, int64_t *values) {
    Z3_model model = Z3_solver_get_model(smt->context, smt->solver);
    if (!model) return;
    Z3_model_inc_ref(smt->context, model);
    for (uint32_t i = 0; i < translation->question->nvars; i++) {
        Z3_ast value;
        uint64_t number_;
        values[i] = 0;
        if (!Z3_model_eval(smt->context, model, variable(translation, i), true, &value)) continue;
        if (Z3_get_numeral_uint64(smt->context, value, &number_)) values[i] = (int64_t)number_;
    }
    Z3_model_dec_ref(smt->context, model);
}

static SolverAnswer ask(void *self, const SolverQuestion *question, int64_t *values) {
    Smt *smt = self;
    Translation translation = {.smt = smt, .question = question};
    translation.bits = calloc(question->nterms + 1u, sizeof *translation.bits);
    translation.truth = calloc(question->nterms + 1u, sizeof *translation.truth);
    if (!translation.bits || !translation.truth) fatal("out of memory");
    Z3_solver_push(smt->context, smt->solver);
    for (uint32_t i = 0; i < question->nasserted; i++)
        Z3_solver_assert(smt->context, smt->solver, truth_of(&translation, question->asserted[i]));
    Z3_lbool result = Z3_solver_check(smt->context, smt->solver);
    if (result == Z3_L_TRUE) read_values(smt, &translation, values);
    Z3_solver_pop(smt->context, smt->solver, 1);
    free(translation.bits);
    free(translation.truth);
    return result == Z3_L_TRUE ? SOLVER_SAT : result == Z3_L_FALSE ? SOLVER_UNSAT : SOLVER_UNKNOWN;
}

Solver smt_solver(Smt *smt) { return (Solver){smt, ask}; }
