#include "session/invariants.h"

#include "model/support/fatal.h"

#include <stdlib.h>
#include <string.h>

static uint32_t *set_of(const Invariants *invariants, uint32_t state) {
    return invariants->sets + (size_t)state * invariants->words;
}

/* The parts of a condition that are joined by &&. */
static void add_parts(Invariants *invariants, const ProtocolExpr *expr, uint32_t scope) {
    enum { MAX_CANDIDATES = 200 };
    if (expr->op == PROTOCOL_AND) {
        add_parts(invariants, expr->a, scope);
        add_parts(invariants, expr->b, scope);
        return;
    }
    for (uint32_t i = 0; i < invariants->all.n; i++)
        if (invariants->all.data[i].expr == expr && invariants->all.data[i].scope == scope) return;
    if (invariants->all.n < MAX_CANDIDATES) vec_push(&invariants->all, (Candidate){expr, scope});
}

/* What a let makes is often not negative. */
static void add_signs(Invariants *invariants) {
    for (uint32_t v = 0; v < invariants->variables->all.n; v++) {
        const Variable *variable = &invariants->variables->all.data[v];
        if (variable->type) continue;
        ProtocolExpr *parts = ARENA_ARRAY(&invariants->arena, ProtocolExpr, 3);
        parts[0] = (ProtocolExpr){.op = PROTOCOL_NUMBER};
        parts[1] = (ProtocolExpr){.op = PROTOCOL_NAME, .name = variable->name};
        parts[2] = (ProtocolExpr){.op = PROTOCOL_LE, .a = &parts[0], .b = &parts[1]};
        add_parts(invariants, &parts[2], variable->scope);
    }
}

/* At first all that can be true at all; nothing at the start. */
static void begin_sets(Invariants *invariants) {
    const Variables *variables = invariants->variables;
    for (uint32_t s = 0; s < variables->global->nstates; s++)
        for (uint32_t i = 0; i < invariants->all.n && s != variables->global->initial; i++) {
            const Candidate *candidate = &invariants->all.data[i];
            if (variables_all_in(variables, candidate->expr, candidate->scope,
                    variables->bound + (size_t)s * variables->words, NULL))
                set_of(invariants, s)[i / 32] |= 1u << (i % 32);
        }
}

void invariants_state(
    const Invariants *invariants, Terms *terms, uint32_t state, uint32_t *values, TermList *asserted) {
    const Variables *variables = invariants->variables;
    for (uint32_t i = 0; i < variables->all.n; i++) {
        const PayloadType *type = variables->all.data[i].type;
        values[i] = terms_fresh(terms, type ? type->low : INT64_MIN, type ? type->high : INT64_MAX, asserted);
    }
    for (uint32_t i = 0; i < invariants->all.n; i++) {
        if (!variables_has(set_of(invariants, state), i)) continue;
        uint32_t holds = terms_condition(terms, invariants->all.data[i].expr, invariants->all.data[i].scope, values);
        vec_push(asserted, holds);
    }
}

/* Those of the target's that the values contradict go; all of them when nobody knows. True: some went. */
static bool drop(Invariants *invariants, const Terms *terms, uint32_t state, const uint32_t *holds, SolverAnswer answer,
    const int64_t *values) {
    uint32_t *set = set_of(invariants, state);
    bool any = false;
    if (answer == SOLVER_UNSAT) return false;
    for (uint32_t i = 0; i < invariants->all.n; i++) {
        if (!variables_has(set, i) || (answer == SOLVER_SAT && terms_value(terms, holds[i], values))) continue;
        set[i / 32] &= ~(1u << (i % 32));
        any = true;
    }
    if (!any) memset(set, 0, sizeof *set * invariants->words);
    return true;
}

/* One question: does the message keep all of the target's true? True: it does not, and they are fewer now. */
static bool weaken(Invariants *invariants, const GlobalEdge *edge) {
    const Variables *variables = invariants->variables;
    Terms terms = {.variables = variables};
    TermList asserted = {0};
    uint32_t *values = calloc(variables->all.n + 1u, sizeof *values),
             *holds = calloc(invariants->all.n + 1u, sizeof *holds);
    if (!values || !holds) fatal("out of memory");
    invariants_state(invariants, &terms, edge->from, values, &asserted);
    (void)terms_step(&terms, edge, values, &asserted, true);
    uint32_t broken = terms_number(&terms, 0), count = 0;
    for (uint32_t i = 0; i < invariants->all.n; i++) {
        if (!variables_has(set_of(invariants, edge->to), i)) continue;
        holds[i] = terms_condition(&terms, invariants->all.data[i].expr, invariants->all.data[i].scope, values);
        broken = terms_make(&terms, SOLVER_OR, broken, terms_not(&terms, holds[i]));
        count++;
    }
    bool weaker = false;
    if (count) {
        int64_t *model = calloc(terms.nvars + 1u, sizeof *model);
        if (!model) fatal("out of memory");
        vec_push(&asserted, broken);
        SolverAnswer answer = terms_ask(&terms, invariants->solver, &asserted, model);
        weaker = drop(invariants, &terms, edge->to, holds, answer, model);
        free(model);
    }
    terms_fini(&terms);
    vec_fini(&asserted);
    free(values);
    free(holds);
    return weaker;
}

static void find(Invariants *invariants) {
    const GlobalAutomaton *global = invariants->variables->global;
    VEC(uint32_t) queue = {0};
    for (uint32_t s = global->nstates; s-- > 0;) vec_push(&queue, s);
    while (queue.n) {
        uint32_t state = vec_pop(&queue);
        for (uint32_t e = global->first[state]; e < global->first[state + 1]; e++) {
            bool weaker = false;
            while (weaken(invariants, &global->edges[e])) weaker = true;
            if (weaker) vec_push(&queue, global->edges[e].to);
        }
    }
    vec_fini(&queue);
}

void invariants_init(Invariants *invariants, const Variables *variables, const Solver *solver) {
    const GlobalAutomaton *global = variables->global;
    *invariants = (Invariants){.variables = variables, .solver = solver};
    arena_init(&invariants->arena);
    for (uint32_t e = 0; e < global->nedges; e++)
        if (global->edges[e].origin->where)
            add_parts(invariants, global->edges[e].origin->where, global->edges[e].scope);
    add_signs(invariants);
    invariants->words = invariants->all.n / 32 + 1;
    invariants->sets = calloc((size_t)global->nstates * invariants->words, sizeof *invariants->sets);
    if (!invariants->sets) fatal("out of memory");
    begin_sets(invariants);
    find(invariants);
}

void invariants_fini(Invariants *invariants) {
    arena_fini(&invariants->arena);
    vec_fini(&invariants->all);
    free(invariants->sets);
}
