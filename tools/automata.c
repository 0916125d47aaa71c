#include "tools/automata.h"

#include "ltl/complement.h"
#include "ltl/components.h"
#include "ltl/ltl.h"
#include "ltl/strength.h"
#include "model/support/fatal.h"

#include <assert.h>
#include <stdlib.h>

/* ---- tables */

/* What a Buchi's tables are made of; the Buchi borrows them. */
typedef struct Tables {
    Buchi buchi; /* first: a Buchi that was made here is one of these */
    VEC(BuchiEdge) edges;
    VEC(BuchiCube) cubes;
    VEC(uint32_t) first;
    bool *sink;
} Tables;

static bool add_cube(void *context, const BddLiteral *literals, uint32_t count) {
    Tables *tables = context;
    BuchiCube cube = {0, 0};
    for (uint32_t i = 0; i < count; i++) {
        cube.care |= UINT64_C(1) << literals[i].variable;
        cube.value |= (uint64_t)literals[i].positive << literals[i].variable;
    }
    vec_push(&tables->cubes, cube);
    return true;
}

/* Marks of edges that no accepted run sees for ever do not count. */
static Marks marks_of(const Automaton *automaton, const Components *components, const Edge *edge) {
    if (!components_inside(components, edge) || !components_at(components, edge->from)->is_accepting) return 0;
    return edge->marks & automaton_all(automaton);
}

static void add_edge(Tables *tables, const Automaton *automaton, const Components *components, const Edge *edge) {
    BuchiEdge row = {.to = edge->to, .cube = tables->cubes.n, .marks = marks_of(automaton, components, edge)};
    bdd_each_cube(automaton->bdds, edge->label, add_cube, tables);
    row.ncubes = tables->cubes.n - row.cube;
    vec_push(&tables->edges, row);
}

static BuchiStrength buchi_strength(Strength strength) {
    return strength == STRENGTH_TERMINAL ? BUCHI_GUARANTEE : strength == STRENGTH_WEAK ? BUCHI_WEAK : BUCHI_GENERAL;
}

Buchi *automata_tables(const Automaton *automaton) {
    Tables *tables = calloc(1, sizeof *tables);
    if (!tables) fatal("out of memory");
    tables->sink = calloc(automaton->nstates + 1u, sizeof *tables->sink);
    if (!tables->sink) fatal("out of memory");
    Components components;
    components_init(&components, automaton);
    for (uint32_t state = 0; state < automaton->nstates; state++) {
        vec_push(&tables->first, tables->edges.n);
        for (const Edge *edge = automaton_begin(automaton, state); edge < automaton_end(automaton, state); edge++)
            add_edge(tables, automaton, &components, edge);
        tables->sink[state] = components.of[state] != UINT32_MAX && components_at(&components, state)->is_accepting;
    }
    vec_push(&tables->first, tables->edges.n);
    BuchiStrength strength = buchi_strength(strength_of(automaton));
    components_fini(&components);
    tables->buchi = (Buchi){.nstates = automaton->nstates, .initial = automaton->initial, .nsets = automaton->nsets,
        .edges = tables->edges.data, .first = tables->first.data, .cubes = tables->cubes.data, .strength = strength,
        .sink = strength == BUCHI_GUARANTEE ? tables->sink : NULL};
    return &tables->buchi;
}

void automata_free_tables(Buchi *buchi) {
    if (!buchi) return;
    Tables *tables = (Tables *)buchi;
    vec_fini(&tables->edges);
    vec_fini(&tables->cubes);
    vec_fini(&tables->first);
    free(tables->sink);
    free(tables);
}

/* ---- formulas */

static FormulaOp op_of(TemporalOp op) {
    switch (op) {
    case TEMPORAL_NOT: return FORMULA_NOT;
    case TEMPORAL_AND: return FORMULA_AND;
    case TEMPORAL_OR: return FORMULA_OR;
    case TEMPORAL_IMPLIES: return FORMULA_IMPLIES;
    case TEMPORAL_IFF: return FORMULA_IFF;
    case TEMPORAL_X: return FORMULA_NEXT;
    case TEMPORAL_F: return FORMULA_EVENTUALLY;
    case TEMPORAL_G: return FORMULA_ALWAYS;
    case TEMPORAL_U: return FORMULA_UNTIL;
    case TEMPORAL_R: return FORMULA_RELEASE;
    case TEMPORAL_W: return FORMULA_WEAK;
    case TEMPORAL_M: return FORMULA_STRONG;
    default: break;
    }
    assert(!"an operator that is none of linear time");
    return FORMULA_CONSTANT;
}

static bool is_unary(TemporalOp op) {
    return op == TEMPORAL_NOT || op == TEMPORAL_X || op == TEMPORAL_F || op == TEMPORAL_G;
}

/* Atom a of the property is atom a of the store. */
static Formula formula_of(Formulas *formulas, const Property *property) {
    VEC(Formula) made = {0};
    for (uint32_t a = 0; a < property->natoms; a++) {
        char name[16];
        int length = snprintf(name, sizeof name, "p%u", a);
        formulas_atom(formulas, name, (size_t)length);
    }
    for (uint32_t i = 0; i < property->nnodes; i++) {
        const TemporalNode *node = &property->nodes[i];
        Formula f;
        if (node->op == TEMPORAL_TRUE || node->op == TEMPORAL_FALSE)
            f = node->op == TEMPORAL_TRUE ? FORMULA_TRUE : FORMULA_FALSE;
        else if (node->op == TEMPORAL_ATOM) f = formula_of_atom(formulas, node->a);
        else f = formula_written(formulas, op_of(node->op), made.data[node->a],
                     made.data[is_unary(node->op) ? node->a : node->b]);
        vec_push(&made, f);
    }
    Formula whole = vec_last(&made);
    vec_fini(&made);
    return whole;
}

static Buchi *translate(const Property *property, const char **unmade) {
    Formulas *formulas = formulas_new();
    Bdds *bdds = bdds_new();
    LtlOptions options = ltl_options_all();
    Formula wrong = formula_negated(formulas, formula_of(formulas, property));
    Automaton *automaton = ltl_translate(formulas, bdds, wrong, LTL_GENERALISED, &options);
    Buchi *buchi = automaton ? automata_tables(automaton) : NULL;
    if (!automaton) *unmade = "its automaton would be too large";
    automaton_free(automaton);
    bdds_free(bdds);
    formulas_free(formulas);
    return buchi;
}

/* ---- automata that were given */

enum { MOST_COMPLEMENT_STATES = 1 << 14 };

static Buchi *take(const Property *property, const Extras *extras, const char **unmade) {
    const Automaton *given = extras_automaton(extras, property->name);
    assert(given);
    LtlOptions options = ltl_options_all();
    Automaton *wrong = property->logic == LOGIC_NEVER ? automaton_copy(given) : complement_of(given, MOST_COMPLEMENT_STATES);
    if (!wrong) *unmade = "the complement of its automaton would be too large: give that of the wrong runs (--never)";
    if (!wrong) return NULL;
    wrong = ltl_reduce(wrong, LTL_GENERALISED, &options);
    Buchi *buchi = automata_tables(wrong);
    automaton_free(wrong);
    return buchi;
}

/* ---- programs */

static Buchi *make(const Property *property, const Extras *extras, const char **unmade) {
    switch (property->logic) {
    case LOGIC_LTL: return translate(property, unmade);
    case LOGIC_CTL: *unmade = "branching time was not checked"; return NULL;
    case LOGIC_ALLOWS:
    case LOGIC_NEVER: return take(property, extras, unmade);
    }
    return NULL;
}

void automata_init(Automata *automata, const Program *program, const Extras *extras) {
    uint32_t n = automata->n = program->nproperties;
    automata->made = calloc(n + 1u, sizeof *automata->made);
    automata->wrong = calloc(n + 1u, sizeof *automata->wrong);
    automata->unmade = calloc(n + 1u, sizeof *automata->unmade);
    if (!automata->made || !automata->wrong || !automata->unmade) fatal("out of memory");
    for (uint32_t i = 0; i < n; i++)
        automata->wrong[i] = automata->made[i] = make(&program->properties[i], extras, &automata->unmade[i]);
}

void automata_fini(Automata *automata) {
    for (uint32_t i = 0; i < automata->n; i++) automata_free_tables(automata->made[i]);
    free(automata->made);
    free(automata->wrong);
    free(automata->unmade);
}
