/* Properties: an invariant is a condition on one state; a formula's temporal operators are those of its logic, its atoms are conditions. */
#include "frontend/check/sema.h"
#include "frontend/formula.h"

#include <string.h>

static void check_name_is_free(Sema *s, const Decl *decl) {
    for (uint32_t i = 0; i < s->tree->ndecls && s->tree->decls[i] != decl; i++) {
        const Decl *other = s->tree->decls[i];
        if (other->kind != DECL_PROPERTY || other->name != decl->name || decl->name == 0) continue;
        sema_report(s, REDEFINITION, decl->at, "redefinition of the property '%s'", sema_text(s, decl->name));
        sema_note(s, other->at, "'%s' is declared here", sema_text(s, decl->name));
        return;
    }
}

static void check_fairness(Sema *s, const Decl *decl) {
    if (!decl->fair) return;
    const char *text = sema_text(s, decl->fair);
    if (decl->property == PROPERTY_INVARIANT)
        sema_report(
            s, FAIRNESS, decl->fair_at, "an invariant speaks of states: fairness, which is of runs, changes nothing");
    else if (strcmp(text, "weak") != 0 && strcmp(text, "none") != 0 && strcmp(text, "strong") != 0)
        sema_report(
            s, FAIRNESS, decl->fair_at, "'%s' is no fairness: write fair(weak), fair(none) or fair(strong)", text);
}

/* ---- operators in the wrong place */

static void note_in_ctl(Sema *s, const Expr *expr) {
    const char *op = op_text(expr->op);
    switch (expr->op) {
    case OP_U: sema_note(s, expr->at, "write A[p U q] (on all runs) or E[p U q] (on some run)"); break;
    case OP_R: sema_note(s, expr->at, "A[p R q] is !E[!p U !q], and E[p R q] is !A[!p U !q]"); break;
    case OP_W: sema_note(s, expr->at, "A[p W q] is !E[!q U !p && !q], and E[p W q] is !A[!q U !p && !q]"); break;
    case OP_M: sema_note(s, expr->at, "A[p M q] is A[q U p && q], and E[p M q] is E[q U p && q]"); break;
    default: sema_note(s, expr->at, "write A%s (on all runs) or E%s (on some run)", op, op); break;
    }
}

static void note_in_ltl(Sema *s, const Expr *expr) {
    switch (expr->op) {
    case OP_AX:
    case OP_AF:
    case OP_AG: sema_note(s, expr->at, "ltl speaks of every run: write %s", op_text(expr->op) + 1); break;
    case OP_AU: sema_note(s, expr->at, "ltl speaks of every run: write p U q"); break;
    default: sema_note(s, expr->at, "ltl speaks of every run; that there is one can be said in ctl only"); break;
    }
}

/* As it is written alone: A[..] and E[..] are told apart from other operators by their brackets. */
static const char *operator_text(const Expr *expr) {
    return expr->op == OP_AU ? "A[p U q]" : expr->op == OP_EU ? "E[p U q]" : op_text(expr->op);
}

static void refuse_operator(Sema *s, Expr *expr, FormulaPart logic) {
    sema_report(s, TEMPORAL_OPERATOR, expr->at, "'%s' is an operator of %s", operator_text(expr),
        logic == FORMULA_CTL ? "ltl" : "ctl");
    if (logic == FORMULA_CTL) note_in_ctl(s, expr);
    else note_in_ltl(s, expr);
    check_failed(s, expr);
}

void check_temporal_inside(Sema *s, Expr *expr) {
    check_quietly(s, expr->a);
    if (expr->b) check_quietly(s, expr->b);
    sema_report(s, TEMPORAL_OPERATOR, expr->at, "'%s' stands inside a condition on one state", operator_text(expr));
    if (s->in_formula) sema_note(s, expr->at, "formulas are joined by ! && || -> <-> and temporal operators only");
    else sema_note(s, expr->at, "an invariant is such a condition; `ltl` and `ctl` properties speak of time");
    check_failed(s, expr);
}

/* ---- formulas */

static void check_atomic(Sema *s, Expr *expr) {
    s->atom = expr;
    check_condition(s, expr);
    s->atom = NULL;
}

static void check_formula(Sema *s, Expr *expr, FormulaPart logic) {
    FormulaPart part = formula_part(expr);
    if (part == FORMULA_ATOM) {
        check_atomic(s, expr);
        return;
    }
    expr->type = sema_int(s);
    check_formula(s, expr->a, logic);
    if (expr->b) check_formula(s, expr->b, logic);
    if (part != FORMULA_CONNECTIVE && part != logic) refuse_operator(s, expr, logic);
}

void check_property(Sema *s, Decl *decl) {
    check_name_is_free(s, decl);
    check_fairness(s, decl);
    vec_clear(&s->reported);
    s->in_property = true;
    s->in_formula = decl->property != PROPERTY_INVARIANT;
    switch (decl->property) {
    case PROPERTY_INVARIANT: check_condition(s, decl->formula); break;
    case PROPERTY_LTL: check_formula(s, decl->formula, FORMULA_LTL); break;
    case PROPERTY_CTL: check_formula(s, decl->formula, FORMULA_CTL); break;
    case PROPERTY_ALLOWS:
    case PROPERTY_NEVER:
        for (uint32_t i = 0; i < decl->npropositions; i++) check_atomic(s, decl->propositions[i]);
        break;
    }
    s->in_property = s->in_formula = false;
}
