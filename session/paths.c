#include "session/paths.h"

#include "model/support/fatal.h"

#include <stdlib.h>
#include <string.h>

enum { MAX_PATHS = 1500, MAX_ROUNDS = 5, NONE = UINT32_MAX };

/* How often the course has been in the state. */
static uint32_t count_visits(const Paths *paths, uint32_t path, uint32_t state) {
    uint32_t n = 0;
    for (; path != NONE; path = paths->all.data[path].parent) n += paths->all.data[path].state == state;
    return n;
}

void paths_assert(const Paths *paths, uint32_t path, TermList *asserted) {
    for (; path != NONE; path = paths->all.data[path].parent) {
        const Path *here = &paths->all.data[path];
        for (uint32_t i = 0; i < here->nasserted; i++)
            vec_push(asserted, paths->asserted.data[here->first_asserted + i]);
    }
}

static uint32_t add_path(Paths *paths, uint32_t parent, uint32_t edge, uint32_t state) {
    uint32_t n = paths->variables->all.n, values = paths->values.n;
    vec_push(&paths->all, (Path){state, parent, edge, paths->asserted.n, 0, values});
    for (uint32_t i = 0; i < n; i++) {
        uint32_t value = parent == NONE ? terms_number(&paths->terms, 0) : paths_values(paths, parent)[i];
        vec_push(&paths->values, value);
    }
    return paths->all.n - 1;
}

static SolverAnswer can_be(Paths *paths, uint32_t path) {
    TermList asserted = {0};
    int64_t *model = calloc(paths->terms.nvars + 1u, sizeof *model);
    if (!model) fatal("out of memory");
    paths_assert(paths, path, &asserted);
    SolverAnswer answer = terms_ask(&paths->terms, paths->solver, &asserted, model);
    vec_fini(&asserted);
    free(model);
    return answer;
}

static void extend(Paths *paths, uint32_t parent, uint32_t edge) {
    const GlobalEdge *step = &paths->variables->global->edges[edge];
    if (paths->all.n >= MAX_PATHS || count_visits(paths, parent, step->to) >= MAX_ROUNDS) {
        paths->is_complete = false;
        return;
    }
    uint32_t path = add_path(paths, parent, edge, step->to);
    (void)terms_step(
        &paths->terms, step, paths_values(paths, path), &paths->asserted, step->origin->where || step->origin->nlets);
    paths->all.data[path].nasserted = paths->asserted.n - paths->all.data[path].first_asserted;
    SolverAnswer answer = step->origin->where || step->origin->nlets ? can_be(paths, path) : SOLVER_SAT;
    if (answer == SOLVER_SAT) {
        paths->nunmet -= step->origin->where && !paths->is_met[edge];
        paths->is_met[edge] = true;
        return;
    }
    if (answer == SOLVER_UNKNOWN) paths->is_complete = false;
    paths->asserted.n = paths->all.data[path].first_asserted; /* it cannot be, or nobody knows: taken back */
    paths->values.n = paths->all.data[path].values;
    (void)vec_pop(&paths->all);
}

void paths_init(Paths *paths, const Variables *variables, const Solver *solver) {
    const GlobalAutomaton *global = variables->global;
    *paths = (Paths){.variables = variables, .solver = solver, .terms = {.variables = variables}, .is_complete = true};
    paths->is_met = calloc(global->nedges + 1u, sizeof *paths->is_met);
    if (!paths->is_met) fatal("out of memory");
    for (uint32_t e = 0; e < global->nedges; e++) paths->nunmet += global->edges[e].origin->where != NULL;
    (void)add_path(paths, NONE, NONE, global->initial);
}

void paths_explore(Paths *paths, bool until_met) {
    const GlobalAutomaton *global = paths->variables->global;
    for (; paths->next < paths->all.n && !(until_met && !paths->nunmet); paths->next++) {
        uint32_t state = paths->all.data[paths->next].state;
        for (uint32_t e = global->first[state]; e < global->first[state + 1]; e++) extend(paths, paths->next, e);
    }
}

void paths_fini(Paths *paths) {
    terms_fini(&paths->terms);
    vec_fini(&paths->all);
    vec_fini(&paths->asserted);
    vec_fini(&paths->values);
    free(paths->is_met);
}

static void tell_step(const Paths *paths, uint32_t path, const int64_t *model, Diags *diags) {
    const GlobalAutomaton *global = paths->variables->global;
    const GlobalEdge *edge = &global->edges[paths->all.data[path].edge];
    const Role *roles = global->protocol->roles;
    char text[200] = "";
    size_t n = 0;
    for (uint32_t i = 0; i < edge->origin->npayloads; i++) {
        uint32_t variable = variables_find(paths->variables, edge->scope, edge->origin->payloads[i].name);
        if (variable == VARIABLES_NONE || n > sizeof text - 60) continue;
        n += (size_t)snprintf(text + n, sizeof text - n, ", %.30s = %lld",
            names_text(global->names, edge->origin->payloads[i].name),
            (long long)terms_value(&paths->terms, paths_values(paths, path)[variable], model));
        if (n >= sizeof text) n = sizeof text - 1;
    }
    diags_note(diags, edge->span, "%s -> %s: %s%s", names_text(global->names, roles[edge->sender].name),
        names_text(global->names, roles[edge->receiver].name), names_text(global->names, edge->message), text);
}

void paths_tell(const Paths *paths, uint32_t path, const int64_t *model, Diags *diags) {
    enum { SHOWN = 12 };
    VEC(uint32_t) steps = {0};
    for (; paths->all.data[path].parent != NONE; path = paths->all.data[path].parent) vec_push(&steps, path);
    for (uint32_t i = steps.n < SHOWN ? steps.n : SHOWN; i-- > 0;) tell_step(paths, steps.data[i], model, diags);
    vec_fini(&steps);
}
