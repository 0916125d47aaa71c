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

static AtomKind kind_of(const Expr *expr) {
    if (expr->kind != EXPR_CALL) return ATOM_STATE;
    switch (expr->builtin) {
    case BUILTIN_SENT: return ATOM_SENT;
    case BUILTIN_RECEIVED: return ATOM_RECEIVED;
    case BUILTIN_WOKEN: return ATOM_WOKEN;
    case BUILTIN_POLLED: return ATOM_POLLED;
    case BUILTIN_SPAWNED: return ATOM_SPAWNED;
    default: return ATOM_STATE;
    }
}

/* The handle of the channel, and the words of the item. */
static const ValueType *operands_type(Lower *lower, const Type *item) {
    const ValueType *value = item ? lower_type(lower, item) : NULL;
    ValueType *type = ARENA_NEW(lower->arena, ValueType);
    uint8_t *kinds = ARENA_ARRAY(lower->arena, uint8_t, 1u + (value ? value->words : 0));
    *type = (ValueType){
        .kind = VALUE_STRUCT, .name = "operands", .words = 1u + (value ? value->words : 0), .word_kinds = kinds};
    kinds[0] = WORD_HANDLE;
    for (uint32_t i = 1; i < type->words; i++) kinds[i] = value->word_kinds[i - 1];
    return type;
}

static uint32_t operands(Lower *lower, const char *name, const Expr *event) {
    const Type *item = event->nargs > 1 ? event->args[0]->type->of : NULL;
    Call call = {0};
    Machine *machine = lower_machine_new(lower, name, event->span, NULL);
    machine->result = operands_type(lower, item);
    Builder b = lower_builder_new(lower, &call, event->span);
    uint32_t slot = lower_slots(&b, machine->result->word_kinds, machine->result->words), mark = lower_mark(&b);
    lower_emit(&b, (Instr){.op = INSTR_MOVE,
                       .a = slot,
                       .b = lower_look(&b, event->args[0]),
                       .c = NO_SLOT,
                       .d = NO_SLOT,
                       .imm = 1}); /* counts for nothing */
    if (item) lower_expr_to(&b, event->args[1], item, 0, slot + 1);
    lower_release(&b, mark);
    lower_machine_end(&b, machine, NULL, slot);
    return machine->id;
}

static Atom make_atom(Lower *lower, const Expr *expr, const char *text) {
    Atom atom = {.kind = kind_of(expr), .text = text, .span = expr->span, .machine = NO_SLOT, .of = NO_SLOT};
    if (atom.kind == ATOM_STATE) {
        atom.machine = predicate(lower, text, expr->span, expr);
    } else if (atom.kind == ATOM_SENT || atom.kind == ATOM_RECEIVED) {
        atom.machine = operands(lower, text, expr);
        atom.has_value = expr->nargs > 1;
    } else {
        TaskRef task = lower_task_ref(lower, expr->args[0]);
        atom.of = task.machine;
        atom.number = task.number;
    }
    return atom;
}

/* Its index in the program's atoms. */
static uint32_t atom_of(Lower *lower, const Expr *expr) {
    const char *text = formula_text(lower->tree, expr, lower->arena);
    for (uint32_t i = 0; i < lower->atoms.n; i++)
        if (strcmp(lower->atoms.data[i].text, text) == 0) return i;
    bool is_event = kind_of(expr) != ATOM_STATE;
    uint32_t bit = count_atoms(lower, is_event);
    if (bit == PROPERTY_ATOMS) {
        const char *what = is_event ? "events" : "conditions";
        lower_limit(lower, expr->span,
            arena_printf(lower->arena, "more than %d %s in the properties of one program", PROPERTY_ATOMS, what));
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

static bool has_room(Lower *lower, const Shape *shape, Span span) {
    if (shape->atoms.n < PROPERTY_ATOMS) return true;
    lower_limit(lower, span, arena_printf(lower->arena, "more than %d atoms in one property", PROPERTY_ATOMS));
    return false;
}

static uint32_t add_atom(Lower *lower, Shape *shape, const Expr *expr) {
    if (expr->is_const) return add_node(shape, expr->value ? TEMPORAL_TRUE : TEMPORAL_FALSE, 0, 0, expr->span);
    uint32_t atom = atom_of(lower, expr), index = 0;
    while (index < shape->atoms.n && shape->atoms.data[index] != atom) index++;
    if (index == shape->atoms.n) {
        if (!has_room(lower, shape, expr->span)) return 0;
        vec_push(&shape->atoms, atom);
    }
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
    property->fairness = strcmp(text, "weak") == 0   ? FAIRNESS_WEAK
                         : strcmp(text, "none") == 0 ? FAIRNESS_NONE
                                                     : FAIRNESS_STRONG;
}

static void add_propositions(Lower *lower, Shape *shape, const Decl *decl) {
    for (uint32_t i = 0; i < decl->npropositions && !lower->failed; i++)
        if (has_room(lower, shape, decl->at)) vec_push(&shape->atoms, atom_of(lower, decl->propositions[i]));
}

static PropertyLogic logic_of(PropertyKind kind) {
    switch (kind) {
    case PROPERTY_LTL: return LOGIC_LTL;
    case PROPERTY_CTL: return LOGIC_CTL;
    case PROPERTY_ALLOWS: return LOGIC_ALLOWS;
    case PROPERTY_NEVER: return LOGIC_NEVER;
    case PROPERTY_INVARIANT: break;
    }
    assert(!"an invariant has no logic");
    return LOGIC_LTL;
}

static void lower_temporal(Lower *lower, const Decl *decl) {
    Shape shape = {0};
    const char *name = lower_name(lower, decl->name);
    if (decl->formula) add_formula(lower, &shape, decl->formula);
    else add_propositions(lower, &shape, decl);
    Property property = {.name = name,
        .span = decl->at,
        .text = decl->formula ? formula_text(lower->tree, decl->formula, lower->arena) : name,
        .logic = logic_of(decl->property),
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
    else lower_temporal(lower, decl);
}
