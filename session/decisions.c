#include "session/decisions.h"

#include "model/support/fatal.h"

#include <stdlib.h>
#include <string.h>

typedef struct Deciding {
    const GlobalAutomaton *global;
    const Variables *variables;
    const Invariants *invariants;
    Paths *paths;
    Diags *diags;
    uint32_t role;
    uint32_t *known;     /* [nstates * words]: by the role */
    bool *is_uniform;    /* per variable: what the role has seen says which value it is, whatever the course was */
    uint32_t *signature; /* per path: equal when the role has seen the same messages */
    uint32_t nasked;
    Decisions result;
} Deciding;

static bool is_same_action(const GlobalEdge *a, const GlobalEdge *b) {
    return a->sender == b->sender && a->receiver == b->receiver && a->message == b->message;
}
static bool is_same_element(const GlobalEdge *a, const GlobalEdge *b) {
    return a->origin == b->origin && a->scope == b->scope;
}
static bool concerns(const Deciding *deciding, const GlobalEdge *edge) {
    return edge->sender == deciding->role || edge->receiver == deciding->role;
}

/* ---- values that are told by what was seen: each message that sets them stands once in the text */

static bool sets(const Variables *variables, const GlobalEdge *edge, uint32_t variable) {
    for (uint32_t i = 0; i < edge->origin->npayloads; i++)
        if (variables_find(variables, edge->scope, edge->origin->payloads[i].name) == variable) return true;
    for (uint32_t i = 0; i < edge->origin->nlets; i++)
        if (variables_find(variables, edge->scope, edge->origin->lets[i].name) == variable) return true;
    return false;
}

static bool stands_once(const GlobalAutomaton *global, const GlobalEdge *edge) {
    for (uint32_t e = 0; e < global->nedges; e++)
        if (is_same_action(&global->edges[e], edge) && !is_same_element(&global->edges[e], edge)) return false;
    return true;
}

static void find_uniform(Deciding *deciding) {
    const GlobalAutomaton *global = deciding->global;
    for (uint32_t v = 0; v < deciding->variables->all.n; v++) {
        deciding->is_uniform[v] = true;
        for (uint32_t e = 0; e < global->nedges && deciding->is_uniform[v]; e++)
            if (sets(deciding->variables, &global->edges[e], v))
                deciding->is_uniform[v] = stands_once(global, &global->edges[e]);
    }
    for (bool is_new = true; is_new;) { /* a let is as uniform as what it is made of */
        is_new = false;
        for (uint32_t e = 0; e < global->nedges; e++)
            for (uint32_t i = 0; i < global->edges[e].origin->nlets; i++) {
                const GlobalEdge *edge = &global->edges[e];
                uint32_t set[64] = {0},
                         made = variables_find(deciding->variables, edge->scope, edge->origin->lets[i].name);
                for (uint32_t v = 0; v < deciding->variables->all.n; v++)
                    if (deciding->is_uniform[v]) set[v / 32] |= 1u << (v % 32);
                if (!deciding->is_uniform[made] ||
                    variables_all_in(deciding->variables, edge->origin->lets[i].value, edge->scope, set, NULL))
                    continue;
                deciding->is_uniform[made] = false;
                is_new = true;
            }
    }
}

/* ---- by what is true in two states */

static const uint32_t *known_at(const Deciding *deciding, uint32_t state) {
    return deciding->known + (size_t)state * deciding->variables->words;
}

/* The values that both messages carry are the same ones. */
static void same_payload(const Deciding *deciding, Terms *terms, const GlobalEdge *a, const GlobalEdge *b,
    const uint32_t *x, const uint32_t *y, TermList *asserted) {
    for (uint32_t i = 0; i < a->origin->npayloads && i < b->origin->npayloads; i++) {
        uint32_t u = variables_find(deciding->variables, a->scope, a->origin->payloads[i].name);
        uint32_t v = variables_find(deciding->variables, b->scope, b->origin->payloads[i].name);
        if (u == VARIABLES_NONE || v == VARIABLES_NONE) continue;
        uint32_t same = terms_make(terms, SOLVER_EQ, x[u], y[v]);
        vec_push(asserted, same);
    }
}

/* The condition of one holds, and not that of the other, though all that is known is the same: can that be? */
static bool may_differ(const Deciding *deciding, const GlobalEdge *a, const GlobalEdge *b) {
    uint32_t n = deciding->variables->all.n, *x = calloc(n + 1u, sizeof *x), *y = calloc(n + 1u, sizeof *y);
    Terms terms = {.variables = deciding->variables};
    TermList asserted = {0};
    if (!x || !y) fatal("out of memory");
    invariants_state(deciding->invariants, &terms, a->from, x, &asserted);
    invariants_state(deciding->invariants, &terms, b->from, y, &asserted);
    for (uint32_t v = 0; v < n; v++) {
        if (!deciding->is_uniform[v] || !variables_has(known_at(deciding, a->from), v) ||
            !variables_has(known_at(deciding, b->from), v))
            continue;
        uint32_t same = terms_make(&terms, SOLVER_EQ, x[v], y[v]);
        vec_push(&asserted, same);
    }
    (void)terms_step(&terms, a, x, &asserted, true);
    uint32_t fails = terms_not(&terms, terms_step(&terms, b, y, &asserted, false));
    same_payload(deciding, &terms, a, b, x, y, &asserted);
    vec_push(&asserted, fails);
    int64_t *model = calloc(terms.nvars + 1u, sizeof *model);
    if (!model) fatal("out of memory");
    bool differs = terms_ask(&terms, deciding->invariants->solver, &asserted, model) != SOLVER_UNSAT;
    free(model);
    free(x);
    free(y);
    terms_fini(&terms);
    vec_fini(&asserted);
    return differs;
}

static bool is_known_by_name(const Deciding *deciding, const GlobalEdge *edge) {
    uint32_t set[64];
    memcpy(set, known_at(deciding, edge->from), sizeof *set * deciding->variables->words);
    for (uint32_t v = 0; v < deciding->variables->all.n; v++)
        if (!deciding->is_uniform[v]) set[v / 32] &= ~(1u << (v % 32));
    bool known = !edge->origin->where ||
                 variables_all_in(deciding->variables, edge->origin->where, edge->scope, set, edge);
    for (uint32_t i = 0; i < edge->origin->nlets && known; i++)
        known = variables_all_in(deciding->variables, edge->origin->lets[i].value, edge->scope, set, edge);
    return known;
}

/* ---- by courses that look the same, with their values */

/* The second copy of all terms: every value is another one there. */
typedef struct Twice {
    SolverTerm *terms;
    uint32_t n, nvars;
    TermList asserted;
} Twice;

static void copy_terms(Twice *twice, const Terms *terms) {
    uint32_t n = terms->all.n;
    *twice = (Twice){.n = 2 * n, .nvars = 2 * terms->nvars};
    twice->terms = calloc((size_t)n * 2 + 1, sizeof *twice->terms);
    if (!twice->terms) fatal("out of memory");
    memcpy(twice->terms, terms->all.data, sizeof(SolverTerm) * n);
    for (uint32_t i = 0; i < n; i++) {
        SolverTerm term = terms->all.data[i];
        term.a += n;
        term.b += n;
        term.c += n;
        if (term.op == SOLVER_VAR) term.value += terms->nvars;
        if (term.op == SOLVER_CONST || term.op == SOLVER_VAR) term.a = term.b = term.c = 0;
        twice->terms[n + i] = term;
    }
}

/* The payloads that the role has seen on a path, from the last one back; VARIABLES_NONE: of no account. */
static void add_seen(const Deciding *deciding, uint32_t path, TermList *seen) {
    const Paths *paths = deciding->paths;
    for (; paths->all.data[path].parent != UINT32_MAX; path = paths->all.data[path].parent) {
        const GlobalEdge *edge = &deciding->global->edges[paths->all.data[path].edge];
        for (uint32_t i = 0; i < edge->origin->npayloads && concerns(deciding, edge); i++) {
            uint32_t v = variables_find(deciding->variables, edge->scope, edge->origin->payloads[i].name);
            const uint32_t none = VARIABLES_NONE;
            bool is_let = false; /* then the value after the message is another one */
            for (uint32_t k = 0; k < edge->origin->nlets; k++)
                is_let |= edge->origin->lets[k].name == edge->origin->payloads[i].name;
            vec_push(seen, v == VARIABLES_NONE || is_let ? none : paths_values(paths, path)[v]);
        }
    }
}

static uint32_t *values_after(Deciding *deciding, uint32_t path) {
    uint32_t n = deciding->variables->all.n, *values = calloc(n + 1u, sizeof *values);
    if (!values) fatal("out of memory");
    memcpy(values, paths_values(deciding->paths, path), sizeof *values * n);
    return values;
}

static void tell(Deciding *deciding, const GlobalEdge *edge, uint32_t path, uint32_t other, const int64_t *model) {
    const GlobalAutomaton *global = deciding->global;
    const char *role = names_text(global->names, global->protocol->roles[deciding->role].name);
    Span span = edge->origin->where ? edge->origin->where->span : edge->span;
    diags_add(deciding->diags, DIAG_PROTOCOL, span,
        "'%s' cannot know whether this holds: it does after one course and not after another, and they look the same "
        "to it",
        role);
    diags_note(deciding->diags, global->protocol->at, "it does after this one:");
    paths_tell(deciding->paths, path, model, deciding->diags);
    diags_note(deciding->diags, global->protocol->at, "it does not after this one:");
    paths_tell(deciding->paths, other, model + deciding->paths->terms.nvars, deciding->diags);
    deciding->result = DECISIONS_GUESSED;
}

/* All that is asserted of the first copy, and of the second; what the role has seen is the same. */
static void assert_both(Deciding *deciding, Twice *twice, uint32_t path, uint32_t other, uint32_t shift) {
    TermList one = {0}, two = {0};
    paths_assert(deciding->paths, path, &twice->asserted);
    paths_assert(deciding->paths, other, &two);
    for (uint32_t i = 0; i < two.n; i++) vec_push(&twice->asserted, two.data[i] + shift);
    vec_clear(&two);
    add_seen(deciding, path, &one);
    add_seen(deciding, other, &two);
    for (uint32_t i = 0; i < one.n && i < two.n; i++) {
        if (one.data[i] == VARIABLES_NONE || two.data[i] == VARIABLES_NONE) continue;
        twice->terms = realloc(twice->terms, sizeof *twice->terms * (twice->n + 2u));
        if (!twice->terms) fatal("out of memory");
        twice->terms[twice->n] = (SolverTerm){.op = SOLVER_EQ, .a = one.data[i], .b = two.data[i] + shift};
        vec_push(&twice->asserted, twice->n++);
    }
    vec_fini(&one);
    vec_fini(&two);
}

/* After `path` the message a can be sent, after `other` b cannot, and all that was seen is the same. */
static SolverAnswer differ(
    Deciding *deciding, const GlobalEdge *a, const GlobalEdge *b, uint32_t path, uint32_t other) {
    Terms *terms = &deciding->paths->terms;
    TermList here = {0}, there = {0};
    uint32_t *x = values_after(deciding, path), *y = values_after(deciding, other);
    (void)terms_step(terms, a, x, &here, true);
    uint32_t fails = terms_not(terms, terms_step(terms, b, y, &there, false)), shift = terms->all.n;
    Twice twice;
    copy_terms(&twice, terms);
    assert_both(deciding, &twice, path, other, shift);
    for (uint32_t i = 0; i < here.n; i++) vec_push(&twice.asserted, here.data[i]);
    for (uint32_t i = 0; i < there.n; i++) vec_push(&twice.asserted, there.data[i] + shift);
    vec_push(&twice.asserted, fails + shift);
    for (uint32_t i = 0; i < a->origin->npayloads && i < b->origin->npayloads; i++) {
        uint32_t u = variables_find(deciding->variables, a->scope, a->origin->payloads[i].name),
                 v = variables_find(deciding->variables, b->scope, b->origin->payloads[i].name);
        if (u == VARIABLES_NONE || v == VARIABLES_NONE) continue;
        twice.terms = realloc(twice.terms, sizeof *twice.terms * (twice.n + 2u));
        if (!twice.terms) fatal("out of memory");
        twice.terms[twice.n] = (SolverTerm){.op = SOLVER_EQ, .a = x[u], .b = y[v] + shift};
        vec_push(&twice.asserted, twice.n++);
    }
    int64_t *model = calloc(twice.nvars + 1u, sizeof *model);
    if (!model) fatal("out of memory");
    SolverQuestion question = {twice.terms, twice.n, twice.nvars, twice.asserted.data, twice.asserted.n};
    SolverAnswer answer = deciding->invariants->solver->ask(deciding->invariants->solver->self, &question, model);
    if (answer == SOLVER_SAT) tell(deciding, a, path, other, model);
    free(model);
    free(x);
    free(y);
    free(twice.terms);
    vec_fini(&twice.asserted);
    vec_fini(&here);
    vec_fini(&there);
    return answer;
}

/* Paths on which the role has seen the same messages have the same number: that of the first of them. */
static void find_signatures(Deciding *deciding) {
    const Paths *paths = deciding->paths;
    deciding->signature = calloc(paths->all.n + 1u, sizeof *deciding->signature);
    if (!deciding->signature) fatal("out of memory");
    for (uint32_t i = 1; i < paths->all.n; i++) {
        const Path *here = &paths->all.data[i];
        const GlobalEdge *edge = &deciding->global->edges[here->edge];
        deciding->signature[i] = concerns(deciding, edge) ? i : deciding->signature[here->parent];
        for (uint32_t k = 1; k < i && deciding->signature[i] == i; k++) {
            const Path *other = &paths->all.data[k];
            const GlobalEdge *step = &deciding->global->edges[other->edge];
            if (concerns(deciding, step) && is_same_action(edge, step) &&
                deciding->signature[here->parent] == deciding->signature[other->parent])
                deciding->signature[i] = deciding->signature[k];
        }
    }
}

/* Every two courses to the two messages. */
static void try_courses(Deciding *deciding, const GlobalEdge *a, const GlobalEdge *b) {
    enum { MAX_ASKED = 3000 };
    const Paths *paths = deciding->paths;
    paths_explore(deciding->paths, false);
    bool sure = paths_are_all(paths);
    if (!deciding->signature) find_signatures(deciding);
    for (uint32_t i = 0; i < paths->all.n; i++) {
        if (paths->all.data[i].state != a->from) continue;
        for (uint32_t k = 0; k < paths->all.n; k++) {
            if (paths->all.data[k].state != b->from || deciding->signature[i] != deciding->signature[k]) continue;
            SolverAnswer answer = deciding->nasked++ < MAX_ASKED ? differ(deciding, a, b, i, k) : SOLVER_UNKNOWN;
            if (answer == SOLVER_SAT) return;
            sure &= answer == SOLVER_UNSAT;
        }
    }
    if (sure) return;
    Span span = a->origin->where ? a->origin->where->span : a->span;
    const char *role = names_text(deciding->global->names, deciding->global->protocol->roles[deciding->role].name);
    diags_add(
        deciding->diags, DIAG_PROTOCOL_LIMIT, span, "whether '%s' can know that this holds could not be decided", role);
    if (deciding->result == DECISIONS_KNOWN) deciding->result = DECISIONS_UNKNOWN;
}

/* ---- states that the role cannot tell apart: reached by courses in which it sees the same messages, whatever the values */

typedef VEC(uint32_t) Pairs; /* state * nstates + state */

static void add_pair(const Deciding *deciding, Pairs *pairs, bool *seen, uint32_t a, uint32_t b) {
    uint32_t pair = a * deciding->global->nstates + b;
    if (seen[pair]) return;
    seen[pair] = true;
    vec_push(pairs, pair);
}

static void follow_pair(const Deciding *deciding, Pairs *pairs, bool *seen, uint32_t a, uint32_t b) {
    const GlobalAutomaton *global = deciding->global;
    for (uint32_t e = global->first[a]; e < global->first[a + 1]; e++) {
        const GlobalEdge *edge = &global->edges[e];
        if (!concerns(deciding, edge)) add_pair(deciding, pairs, seen, edge->to, b);
        for (uint32_t k = global->first[b]; k < global->first[b + 1] && concerns(deciding, edge); k++)
            if (is_same_action(edge, &global->edges[k])) add_pair(deciding, pairs, seen, edge->to, global->edges[k].to);
    }
    for (uint32_t k = global->first[b]; k < global->first[b + 1]; k++)
        if (!concerns(deciding, &global->edges[k])) add_pair(deciding, pairs, seen, a, global->edges[k].to);
}

static void decide_pair(Deciding *deciding, uint32_t s, uint32_t t) {
    const GlobalAutomaton *global = deciding->global;
    for (uint32_t e = global->first[s]; e < global->first[s + 1]; e++)
        for (uint32_t k = global->first[t]; k < global->first[t + 1]; k++) {
            const GlobalEdge *a = &global->edges[e], *b = &global->edges[k];
            if (a->sender != deciding->role || !is_same_action(a, b) || (!b->origin->where && !b->origin->nlets) ||
                deciding->result == DECISIONS_GUESSED)
                continue;
            if (is_same_element(a, b) && is_known_by_name(deciding, a) && is_known_by_name(deciding, b)) continue;
            if (may_differ(deciding, a, b)) try_courses(deciding, a, b);
        }
}

static void decide_role(Deciding *deciding) {
    enum { MAX_STATES = 3000 };
    const GlobalAutomaton *global = deciding->global;
    Pairs pairs = {0};
    if (global->nstates > MAX_STATES) {
        diags_add(deciding->diags, DIAG_PROTOCOL_LIMIT, global->protocol->at,
            "a protocol with conditions is decided up to %d states", MAX_STATES);
        if (deciding->result == DECISIONS_KNOWN) deciding->result = DECISIONS_UNKNOWN;
        return;
    }
    bool *seen = calloc((size_t)global->nstates * global->nstates + 1, sizeof *seen);
    if (!seen) fatal("out of memory");
    deciding->known = variables_known(deciding->variables, deciding->role);
    add_pair(deciding, &pairs, seen, global->initial, global->initial);
    for (uint32_t i = 0; i < pairs.n; i++) {
        uint32_t a = pairs.data[i] / global->nstates, b = pairs.data[i] % global->nstates;
        follow_pair(deciding, &pairs, seen, a, b);
        decide_pair(deciding, a, b);
    }
    free(seen);
    free(deciding->known);
    free(deciding->signature);
    deciding->signature = NULL;
    vec_fini(&pairs);
}

static bool sends_on_condition(const GlobalAutomaton *global, uint32_t role) {
    for (uint32_t e = 0; e < global->nedges; e++)
        if (global->edges[e].sender == role && (global->edges[e].origin->where || global->edges[e].origin->nlets))
            return true;
    return false;
}

Decisions decisions_check(const GlobalAutomaton *global, const Invariants *invariants, Paths *paths, Diags *diags) {
    Deciding deciding = {
        .global = global, .variables = invariants->variables, .invariants = invariants, .paths = paths, .diags = diags};
    deciding.is_uniform = calloc(invariants->variables->all.n + 1u, sizeof *deciding.is_uniform);
    if (!deciding.is_uniform) fatal("out of memory");
    find_uniform(&deciding);
    for (deciding.role = 0; deciding.role < global->protocol->nroles; deciding.role++)
        if (sends_on_condition(global, deciding.role)) decide_role(&deciding);
    free(deciding.is_uniform);
    return deciding.result;
}
