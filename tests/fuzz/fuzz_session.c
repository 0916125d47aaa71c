/* Protocols, machines and session types as they may come: the first byte says which. What is read well goes through what is made of it. */
#include "session/compat.h"
#include "session/conditions.h"
#include "session/local.h"
#include "session/merge.h"
#include "session/project.h"
#include "session/subtype.h"

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

enum { MAX_ROLES = 6, MAX_STATES = 60 };

/* Knows nothing: all that needs no answer is gone through. */
static SolverAnswer ask(void *self, const SolverQuestion *question, int64_t *values) {
    (void)self;
    (void)question;
    (void)values;
    return SOLVER_UNKNOWN;
}

static void try_protocols(const Sources *sources, Span span, Names *names, Diags *diags) {
    Protocols *all = protocols_new(names);
    const Solver solver = {NULL, ask};
    protocols_define(all, names_of(names, "N"), 3);
    protocols_parse(all, sources, span, diags);
    for (uint32_t i = 0; i < all->n; i++) {
        const Protocol *protocol = all->all[i];
        GlobalAutomaton *global = protocol_check(all, protocol, diags) ? global_of(all, protocol, diags) : NULL;
        if (global && global->nstates < MAX_STATES) (void)conditions_check(global, &solver, diags);
        for (uint32_t role = 0; global && role < protocol->nroles && role < MAX_ROLES && global->nstates < MAX_STATES; role++) {
            Projection projection = project_role(global, role);
            projection_report(global, &projection, diags);
            projection_fini(&projection);
            (void)merge_role(all, protocol, role, MERGE_FULL);
        }
        global_free(global);
    }
    protocols_free(all);
}

static void try_machines(const Sources *sources, Span span, Names *names, Diags *diags) {
    CfsmSystem *system = cfsm_read(sources, span.file, names, diags);
    if (!system) return;
    Compat compat = compat_check(system, (CompatOptions){.bound = 2, .max_configurations = 2000});
    compat_fini(&compat);
    cfsm_system_free(system);
}

static void try_type(const Sources *sources, Span span, Names *names, Diags *diags) {
    Cfsm machine;
    if (!local_read(sources, span, names, diags, &machine)) return;
    Cfsm dual = local_dual(&machine);
    SubtypeOptions options = {.max_positions = 200, .max_depth = 2, .use_dual = true};
    Subtype subtype = subtype_async(&machine, &dual, options), fair = subtype_fair(&machine, &dual, options);
    subtype_fini(&fair);
    subtype_fini(&subtype);
    cfsm_fini(&dual);
    cfsm_fini(&machine);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size) {
    static void (*const tries[])(const Sources *, Span, Names *, Diags *) = {try_protocols, try_machines, try_type};
    if (size < 1 || size > 4096) return 0;
    Sources *sources = sources_new();
    Names *names = names_new();
    Diags *diags = diags_new(sources);
    uint32_t file = sources_add(sources, "text", (const char *)data + 1, size - 1);
    tries[data[0] % 3](sources, (Span){file, 0, (uint32_t)(size - 1)}, names, diags);
    diags_free(diags);
    names_free(names);
    sources_free(sources);
    return 0;
}
