#include "session/conditions.h"
#include "session/decisions.h"
#include "session/invariants.h"
#include "session/paths.h"

#include "model/support/fatal.h"

#include <stdlib.h>
#include <string.h>

typedef struct Conditions {
    const GlobalAutomaton *global;
    const Solver *solver;
    Diags *diags;
    Variables variables;
    Invariants invariants;
    Paths paths;
    bool *is_dead;   /* per edge: what is true before contradicts its condition */
    bool *may_stick; /* per state: it is not shown that something is always possible */
    ConditionsVerdict verdict;
} Conditions;

static void give_up(Conditions *conditions, Span span, const char *what) {
    diags_add(conditions->diags, DIAG_PROTOCOL_LIMIT, span, "%s could not be decided", what);
    if (conditions->verdict == CONDITIONS_HOLD) conditions->verdict = CONDITIONS_UNKNOWN;
}

static int64_t *new_model(const Terms *terms) {
    int64_t *model = calloc(terms->nvars + 1u, sizeof *model);
    if (!model) fatal("out of memory");
    return model;
}

/* ---- can something be sent? Whatever has been sent before: a model of it is tried, and what it allows is excluded, until none is left */

typedef enum Stuck { STUCK_NEVER, STUCK_SOMETIMES, STUCK_UNKNOWN } Stuck;

typedef struct Situation { /* what was sent before */
    Conditions *conditions;
    Terms *terms;
    const uint32_t *values;
    TermList asserted;
} Situation;

static bool is_payload(const GlobalEdge *edge, Name name) {
    for (uint32_t i = 0; i < edge->origin->npayloads; i++)
        if (edge->origin->payloads[i].name == name) return true;
    return false;
}

static bool mentions_payload(const GlobalEdge *edge, const ProtocolExpr *expr) {
    if (!expr) return false;
    if (expr->op == PROTOCOL_NAME) return is_payload(edge, expr->name);
    return mentions_payload(edge, expr->a) || mentions_payload(edge, expr->b) || mentions_payload(edge, expr->c);
}

/* What the condition compares a value of its payload with, and the numbers beside it: a payload that will do is often one of these. */
typedef struct Guess {
    Name name;
    const ProtocolExpr *near;
    int64_t offset;
} Guess;
typedef VEC(Guess) Guesses;

static void add_guesses(const GlobalEdge *edge, const ProtocolExpr *expr, Guesses *guesses) {
    if (!expr) return;
    bool compares = expr->op >= PROTOCOL_EQ && expr->op <= PROTOCOL_GE;
    for (uint32_t side = 0; side < 2 && compares; side++) {
        const ProtocolExpr *mine = side ? expr->b : expr->a, *near = side ? expr->a : expr->b;
        if (mine->op != PROTOCOL_NAME || !is_payload(edge, mine->name) || mentions_payload(edge, near)) continue;
        for (int64_t offset = expr->op == PROTOCOL_EQ ? 0 : -1; offset <= (expr->op == PROTOCOL_EQ ? 0 : 1); offset++)
            vec_push(guesses, (Guess){mine->name, near, offset});
    }
    add_guesses(edge, expr->a, guesses);
    add_guesses(edge, expr->b, guesses);
    add_guesses(edge, expr->c, guesses);
}

/* The round's guess for a value: the last one again when there are no more; after them, the largest and the smallest of its type. */
static uint32_t guess(
    Situation *situation, const GlobalEdge *edge, const Payload *payload, const Guesses *guesses, uint32_t round) {
    const PayloadType *type = variables_type(&situation->conditions->variables, payload->type);
    uint32_t n = 0;
    for (uint32_t i = 0; i < guesses->n; i++) {
        const Guess *one = &guesses->data[i];
        if (one->name != payload->name || n++ != round) continue;
        uint32_t near = terms_expression(situation->terms, one->near, edge->scope, situation->values);
        return terms_make(situation->terms, SOLVER_ADD, near, terms_number(situation->terms, one->offset));
    }
    return terms_number(situation->terms, (round - n) % 2 ? type->low : type->high);
}

/* Excludes all situations in which one of the guesses would do. */
static void exclude_guesses(Situation *situation, const GlobalEdge *edge) {
    const Variables *variables = &situation->conditions->variables;
    Terms *terms = situation->terms;
    Guesses guesses = {0};
    uint32_t *values = calloc(variables->all.n + 1u, sizeof *values);
    if (!values) fatal("out of memory");
    add_guesses(edge, edge->origin->where, &guesses);
    for (uint32_t round = 0; round < guesses.n + 2; round++) {
        uint32_t fits = terms_number(terms, 1);
        if (variables->all.n) memcpy(values, situation->values, sizeof *values * variables->all.n);
        for (uint32_t i = 0; i < edge->origin->npayloads; i++) {
            const Payload *payload = &edge->origin->payloads[i];
            uint32_t v = variables_find(variables, edge->scope, payload->name);
            if (v == VARIABLES_NONE) continue;
            const PayloadType *type = variables_type(variables, payload->type);
            values[v] = guess(situation, edge, payload, &guesses, round);
            fits = terms_make(
                terms, SOLVER_AND, fits, terms_make(terms, SOLVER_LE, terms_number(terms, type->low), values[v]));
            fits = terms_make(
                terms, SOLVER_AND, fits, terms_make(terms, SOLVER_LE, values[v], terms_number(terms, type->high)));
        }
        uint32_t holds = terms_condition(terms, edge->origin->where, edge->scope, values);
        uint32_t fails = terms_not(terms, terms_make(terms, SOLVER_AND, fits, holds));
        vec_push(&situation->asserted, fails);
    }
    vec_fini(&guesses);
    free(values);
}

/* With the values of the model before, is there a payload? Then the situation excludes all in which that payload would do. */
static SolverAnswer try_edge(Situation *situation, const GlobalEdge *edge, const int64_t *model) {
    Conditions *conditions = situation->conditions;
    uint32_t n = conditions->variables.all.n, *values = calloc(n + 1u, sizeof *values);
    TermList asserted = {0};
    if (!values) fatal("out of memory");
    for (uint32_t i = 0; i < n; i++)
        values[i] = terms_number(situation->terms, terms_value(situation->terms, situation->values[i], model));
    (void)terms_step(situation->terms, edge, values, &asserted, true);
    int64_t *payload = new_model(situation->terms);
    SolverAnswer answer = terms_ask(situation->terms, conditions->solver, &asserted, payload);
    for (uint32_t i = 0; i < n; i++) { /* the payload's are numbers now, all others as they were */
        bool is_sent = false;
        for (uint32_t k = 0; k < edge->origin->npayloads; k++)
            is_sent |= variables_find(&conditions->variables, edge->scope, edge->origin->payloads[k].name) == i;
        values[i] = is_sent ? terms_number(situation->terms, terms_value(situation->terms, values[i], payload))
                            : situation->values[i];
    }
    if (answer == SOLVER_SAT) {
        uint32_t allowed = terms_not(
            situation->terms, terms_condition(situation->terms, edge->origin->where, edge->scope, values));
        vec_push(&situation->asserted, allowed);
    }
    vec_fini(&asserted);
    free(payload);
    free(values);
    return answer;
}

/* One model in which no condition is met that does not speak of its own payload. */
static Stuck try_model(Situation *situation, uint32_t state, int64_t *model) {
    const GlobalAutomaton *global = situation->conditions->global;
    SolverAnswer answer = terms_ask(situation->terms, situation->conditions->solver, &situation->asserted, model);
    if (answer != SOLVER_SAT) return answer == SOLVER_UNSAT ? STUCK_NEVER : STUCK_UNKNOWN;
    for (uint32_t e = global->first[state]; e < global->first[state + 1]; e++) {
        if (!mentions_payload(&global->edges[e], global->edges[e].origin->where)) continue;
        answer = try_edge(situation, &global->edges[e], model);
        if (answer == SOLVER_SAT) return STUCK_UNKNOWN;
        if (answer == SOLVER_UNKNOWN) return STUCK_UNKNOWN;
    }
    return STUCK_SOMETIMES;
}

/* STUCK_SOMETIMES: `model` [it is made here] says when. */
static Stuck find_stuck(Situation *situation, uint32_t state, int64_t **model) {
    enum { MAX_TRIES = 20 };
    const GlobalAutomaton *global = situation->conditions->global;
    Stuck stuck = STUCK_UNKNOWN;
    for (uint32_t e = global->first[state]; e < global->first[state + 1]; e++) {
        const GlobalEdge *edge = &global->edges[e];
        if (mentions_payload(edge, edge->origin->where)) {
            exclude_guesses(situation, edge);
            continue;
        }
        uint32_t holds = terms_condition(situation->terms, edge->origin->where, edge->scope, situation->values);
        uint32_t fails = terms_not(situation->terms, holds);
        vec_push(&situation->asserted, fails);
    }
    for (uint32_t i = 0; i < MAX_TRIES && stuck == STUCK_UNKNOWN; i++) {
        uint32_t before = situation->asserted.n;
        free(*model);
        *model = new_model(situation->terms);
        stuck = try_model(situation, state, *model);
        if (stuck == STUCK_UNKNOWN && situation->asserted.n == before) break; /* nobody knows */
    }
    return stuck;
}

static bool is_guarded(const GlobalAutomaton *global, uint32_t state) {
    if (global->is_final[state] || global->first[state] == global->first[state + 1]) return false;
    for (uint32_t e = global->first[state]; e < global->first[state + 1]; e++)
        if (!global->edges[e].origin->where) return false;
    return true;
}

/* By what is true in the state alone. */
static Stuck stuck_by_invariant(Conditions *conditions, uint32_t state) {
    Terms terms = {.variables = &conditions->variables};
    uint32_t *values = calloc(conditions->variables.all.n + 1u, sizeof *values);
    int64_t *model = NULL;
    if (!values) fatal("out of memory");
    Situation situation = {conditions, &terms, values, {0}};
    invariants_state(&conditions->invariants, &terms, state, values, &situation.asserted);
    Stuck stuck = find_stuck(&situation, state, &model);
    terms_fini(&terms);
    vec_fini(&situation.asserted);
    free(values);
    free(model);
    return stuck;
}

/* "x = 0, y = 3": the values that the state's conditions speak of. */
static void values_text(const Conditions *conditions, uint32_t path, const int64_t *model, char *text, size_t size) {
    const GlobalAutomaton *global = conditions->global;
    uint32_t state = conditions->paths.all.data[path].state;
    size_t n = 0;
    text[0] = '\0';
    for (uint32_t v = 0; v < conditions->variables.all.n && n + 60 < size; v++) {
        bool is_used = false;
        uint32_t only[64] = {0};
        memset(only, 0xff, sizeof only);
        only[v / 32] &= ~(1u << (v % 32));
        for (uint32_t e = global->first[state]; e < global->first[state + 1]; e++)
            is_used |= !variables_all_in(&conditions->variables, global->edges[e].origin->where, global->edges[e].scope,
                only, &global->edges[e]);
        if (!is_used || !variables_is_bound(&conditions->variables, state, v)) continue;
        n += (size_t)snprintf(text + n, size - n, "%s%.30s = %lld", n ? ", " : " when ",
            names_text(global->names, conditions->variables.all.data[v].name),
            (long long)terms_value(&conditions->paths.terms, paths_values(&conditions->paths, path)[v], model));
    }
}

static void tell_stuck(Conditions *conditions, uint32_t path, const int64_t *model) {
    const GlobalAutomaton *global = conditions->global;
    uint32_t state = conditions->paths.all.data[path].state;
    char text[300];
    values_text(conditions, path, model, text, sizeof text);
    diags_add(
        conditions->diags, DIAG_PROTOCOL, global->edges[global->first[state]].span, "nothing can be sent here%s", text);
    paths_tell(&conditions->paths, path, model, conditions->diags);
    conditions->verdict = CONDITIONS_VIOLATED;
}

/* A course to the state after which nothing is possible. True: the state is settled. */
static bool find_stuck_path(Conditions *conditions, uint32_t state) {
    paths_explore(&conditions->paths, false);
    bool sure = paths_are_all(&conditions->paths);
    for (uint32_t p = 0; p < conditions->paths.all.n; p++) {
        if (conditions->paths.all.data[p].state != state) continue;
        Situation situation = {conditions, &conditions->paths.terms, paths_values(&conditions->paths, p), {0}};
        int64_t *model = NULL;
        paths_assert(&conditions->paths, p, &situation.asserted);
        Stuck stuck = find_stuck(&situation, state, &model);
        if (stuck == STUCK_SOMETIMES) tell_stuck(conditions, p, model);
        vec_fini(&situation.asserted);
        free(model);
        if (stuck == STUCK_SOMETIMES) return true;
        sure &= stuck == STUCK_NEVER;
    }
    return sure;
}

/* ---- conditions that are never met */

static bool contradicts(Conditions *conditions, const GlobalEdge *edge) {
    Terms terms = {.variables = &conditions->variables};
    TermList asserted = {0};
    uint32_t *values = calloc(conditions->variables.all.n + 1u, sizeof *values);
    if (!values) fatal("out of memory");
    invariants_state(&conditions->invariants, &terms, edge->from, values, &asserted);
    (void)terms_step(&terms, edge, values, &asserted, true);
    int64_t *model = new_model(&terms);
    bool is_dead = terms_ask(&terms, conditions->solver, &asserted, model) == SOLVER_UNSAT;
    free(model);
    free(values);
    terms_fini(&terms);
    vec_fini(&asserted);
    return is_dead;
}

typedef enum Met { MET_YES, MET_NEVER, MET_UNKNOWN } Met;

/* Of the element of an edge, which parallel branches multiply. */
static Met is_met(const Conditions *conditions, const GlobalEdge *edge) {
    bool all_dead = true;
    for (uint32_t e = 0; e < conditions->global->nedges; e++) {
        const GlobalEdge *other = &conditions->global->edges[e];
        if (other->origin != edge->origin || other->scope != edge->scope) continue;
        if (conditions->paths.is_met[e]) return MET_YES;
        all_dead &= conditions->is_dead[e];
    }
    return all_dead || paths_are_all(&conditions->paths) ? MET_NEVER : MET_UNKNOWN;
}

static bool is_first(const GlobalAutomaton *global, uint32_t edge) {
    for (uint32_t e = 0; e < edge; e++)
        if (global->edges[e].origin == global->edges[edge].origin &&
            global->edges[e].scope == global->edges[edge].scope)
            return false;
    return true;
}

/* What leads to the edge is never taken itself: it is told there. */
static bool is_reached(const Conditions *conditions, const GlobalEdge *edge) {
    for (uint32_t p = 0; p < conditions->paths.all.n; p++)
        if (conditions->paths.all.data[p].state == edge->from) return true;
    return !paths_are_all(&conditions->paths);
}

static void check_met(Conditions *conditions) {
    for (uint32_t e = 0; e < conditions->global->nedges; e++) {
        const GlobalEdge *edge = &conditions->global->edges[e];
        if (!edge->origin->where || !is_first(conditions->global, e) || !is_reached(conditions, edge)) continue;
        Met met = is_met(conditions, edge);
        if (met == MET_NEVER) {
            diags_add(conditions->diags, DIAG_PROTOCOL, edge->origin->where->span, "this condition is never met");
            conditions->verdict = CONDITIONS_VIOLATED;
        }
        if (met == MET_UNKNOWN) give_up(conditions, edge->origin->where->span, "whether this condition is ever met");
    }
}

static void check_stuck(Conditions *conditions) {
    for (uint32_t s = 0; s < conditions->global->nstates; s++) {
        if (!conditions->may_stick[s]) continue;
        bool all_dead = true;
        for (uint32_t e = conditions->global->first[s]; e < conditions->global->first[s + 1]; e++)
            all_dead &= is_met(conditions, &conditions->global->edges[e]) == MET_NEVER;
        if (all_dead && conditions->verdict == CONDITIONS_VIOLATED) continue; /* told of its conditions */
        if (!find_stuck_path(conditions, s))
            give_up(conditions, conditions->global->edges[conditions->global->first[s]].span,
                "whether something can always be sent here");
    }
}

/* ---- */

static void analyse(Conditions *conditions) {
    const GlobalAutomaton *global = conditions->global;
    invariants_init(&conditions->invariants, &conditions->variables, conditions->solver);
    conditions->is_dead = calloc(global->nedges + 1u, sizeof *conditions->is_dead);
    conditions->may_stick = calloc(global->nstates + 1u, sizeof *conditions->may_stick);
    if (!conditions->is_dead || !conditions->may_stick) fatal("out of memory");
    for (uint32_t e = 0; e < global->nedges; e++)
        if (global->edges[e].origin->where) conditions->is_dead[e] = contradicts(conditions, &global->edges[e]);
    for (uint32_t s = 0; s < global->nstates; s++)
        conditions->may_stick[s] = is_guarded(global, s) && stuck_by_invariant(conditions, s) != STUCK_NEVER;
    paths_init(&conditions->paths, &conditions->variables, conditions->solver);
    paths_explore(&conditions->paths, true);
    check_met(conditions);
    check_stuck(conditions);
    switch (decisions_check(global, &conditions->invariants, &conditions->paths, conditions->diags)) {
    case DECISIONS_KNOWN: break;
    case DECISIONS_UNKNOWN:
        if (conditions->verdict == CONDITIONS_HOLD) conditions->verdict = CONDITIONS_UNKNOWN;
        break;
    case DECISIONS_GUESSED: conditions->verdict = CONDITIONS_VIOLATED; break;
    }
    paths_fini(&conditions->paths);
    invariants_fini(&conditions->invariants);
    free(conditions->is_dead);
    free(conditions->may_stick);
}

bool conditions_are_there(const GlobalAutomaton *global) {
    for (uint32_t e = 0; e < global->nedges; e++)
        if (global->edges[e].origin->where || global->edges[e].origin->nlets) return true;
    return false;
}

ConditionsVerdict conditions_check(const GlobalAutomaton *global, const Solver *solver, Diags *diags) {
    Conditions conditions = {.global = global, .solver = solver, .diags = diags, .verdict = CONDITIONS_HOLD};
    uint32_t said = diags_count(diags);
    if (!conditions_are_there(global)) return CONDITIONS_HOLD;
    if (variables_init(&conditions.variables, global, diags)) analyse(&conditions);
    else
        conditions.verdict = diags_at(diags, said)->code == DIAG_PROTOCOL_LIMIT ? CONDITIONS_UNKNOWN
                                                                                : CONDITIONS_VIOLATED;
    variables_fini(&conditions.variables);
    return conditions.verdict;
}
