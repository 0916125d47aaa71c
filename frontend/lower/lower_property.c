/* Invariants, and formulas over atoms: a condition is a machine of its own; atoms that read alike are one. */
#include "frontend/formula.h"
#include "frontend/lower/lower.h"

#include <assert.h>
#include <string.h>

/* ---- conditions */

/* A machine without rests that yields whether the condition is true. */
static uint32_t predicate(Lower *lower, const char *name, Span at, const Expr *condition) {
    const Type *truth = types_basic(lower->tree->types, TYPE_BOOL);
    Call call = {0};
    Machine *machine = lower_machine_new(lower, name, at, NULL);
    machine->result = lower_type(lower, truth);
    Builder b = lower_builder_new(lower, &call, condition->span);
    uint32_t slot = lower_slots(&b, machine->result->word_kinds, 1), mark = lower_mark(&b);
    uint32_t value = lower_expr(&b, condition);
    lower_emit3(&b, INSTR_CONVERT, lower_itype(truth, 0), slot, value, NO_SLOT);
    lower_release(&b, mark);
    lower_machine_end(&b, machine, NULL, slot);
    return machine->id;
}

static void lower_invariant(Lower *lower, const Decl *decl) {
    if (lower->invariants.n == LOWER_MAX_INVARIANTS) {
        lower_limit(lower, decl->at, arena_printf(lower->arena, "more than %d invariants", LOWER_MAX_INVARIANTS));
        return;
    }
    const char *name = lower_name(lower, decl->name);
    vec_push(&lower->invariants, (Invariant){name, decl->at, predicate(lower, name, decl->at, decl->formula)});
}

/* ---- atoms */

static uint32_t count_atoms(const Lower *lower, bool are_events) {
    uint32_t n = 0;
    for (uint32_t i = 0; i < lower->atoms.n; i++) n += (lower->atoms.data[i].kind != ATOM_STATE) == are_events;
    return n;
}

static Atom make_atom(Lower *lower, const Expr *expr, const char *text) {
    return (Atom){.kind = ATOM_STATE, .text = text, .span = expr->span, .machine = predicate(lower, text, expr->span, expr), .of = NO_SLOT};
}

/* Its index in the program's atoms. */
static uint32_t atom_of(Lower *lower, const Expr *expr) {
    const char *text = formula_text(lower->tree, expr, lower->arena);
    for (uint32_t i = 0; i < lower->atoms.n; i++)
        if (strcmp(lower->atoms.data[i].text, text) == 0) return i;
    uint32_t bit = count_atoms(lower, false);
    if (bit == PROPERTY_ATOMS) {
        lower_limit(lower, expr->span, arena_printf(lower->arena, "more than %d conditions in the properties of one program", PROPERTY_ATOMS));
        return 0;
    }
    Atom atom = make_atom(lower, expr, text);
    atom.bit = bit;
    vec_push(&lower->atoms, atom);
    return lower->atoms.n - 1;
}

/* ---- formulas */

typedef struct Shape { /* of one property */
    VEC(uint32_t) atoms;
    VEC(TemporalNode) nodes;
} Shape;

static uint32_t add_node(Shape *shape, TemporalOp op, uint32_t a, uint32_t b, Span span) {
    vec_push(&shape->nodes, (TemporalNode){op, a, b, span});
    return shape->nodes.n - 1;
}

static uint32_t add_atom(Lower *lower, Shape *shape, const Expr *expr) {
    if (expr->is_const) return add_node(shape, expr->value ? TEMPORAL_TRUE : TEMPORAL_FALSE, 0, 0, expr->span);
    uint32_t atom = atom_of(lower, expr), index = 0;
    while (index < shape->atoms.n && shape->atoms.data[index] != atom) index++;
    if (index == PROPERTY_ATOMS) {
        lower_limit(lower, expr->span, arena_printf(lower->arena, "more than %d atoms in one property", PROPERTY_ATOMS));
        return 0;
    }
    if (index == shape->atoms.n) vec_push(&shape->atoms, atom);
    return add_node(shape, TEMPORAL_ATOM, index, 0, expr->span);
}

static TemporalOp temporal_of(Op op) {
    switch (op) {
    case OP_NOT: return TEMPORAL_NOT;
    case OP_LAND: return TEMPORAL_AND;
    case OP_LOR: return TEMPORAL_OR;
    case OP_IMPLIES: return TEMPORAL_IMPLIES;
    case OP_IFF: return TEMPORAL_IFF;
    default: break;
    }
    static_assert(OP_EU - OP_X == TEMPORAL_EU - TEMPORAL_X, "the operators stand in one order");
    assert(op >= OP_X && op <= OP_EU);
    return (TemporalOp)(TEMPORAL_X + (op - OP_X));
}

static uint32_t add_formula(Lower *lower, Shape *shape, const Expr *expr) {
    if (lower->failed) return 0;
    if (formula_part(expr) == FORMULA_ATOM) return add_atom(lower, shape, expr);
    uint32_t a = add_formula(lower, shape, expr->a);
    uint32_t b = expr->b ? add_formula(lower, shape, expr->b) : 0;
    return add_node(shape, temporal_of(expr->op), a, b, expr->span);
}

static void set_fairness(const Lower *lower, const Decl *decl, Property *property) {
    if (!decl->fair) return;
    const char *text = names_text(lower->tree->names, decl->fair);
    property->has_fairness = true;
    property->fairness = strcmp(text, "weak") == 0 ? FAIRNESS_WEAK : strcmp(text, "none") == 0 ? FAIRNESS_NONE : FAIRNESS_STRONG;
}

static void lower_formula(Lower *lower, const Decl *decl) {
    Shape shape = {0};
    add_formula(lower, &shape, decl->formula);
    Property property = {.name = lower_name(lower, decl->name),
        .span = decl->at,
        .text = formula_text(lower->tree, decl->formula, lower->arena),
        .logic = decl->property == PROPERTY_LTL ? LOGIC_LTL : LOGIC_CTL,
        .atoms = LOWER_TAKE(lower->arena, shape.atoms),
        .natoms = shape.atoms.n,
        .nodes = LOWER_TAKE(lower->arena, shape.nodes),
        .nnodes = shape.nodes.n};
    set_fairness(lower, decl, &property);
    vec_push(&lower->properties, property);
    vec_fini(&shape.atoms);
    vec_fini(&shape.nodes);
}

void lower_property(Lower *lower, const Decl *decl) {
    if (decl->property == PROPERTY_INVARIANT) lower_invariant(lower, decl);
    else lower_formula(lower, decl);
}
