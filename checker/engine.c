#include "checker/engine.h"

#include "checker/deadlock.h"
#include "checker/endless.h"
#include "checker/finding.h"
#include "checker/lts.h"
#include "checker/properties.h"
#include "checker/races.h"
#include "checker/role_graph.h"
#include "checker/roles.h"
#include "checker/search.h"
#include "checker/yields.h"
#include "model/support/fatal.h"

#include <stdlib.h>

/* The properties come first: a hit keeps labels, and looking at properties may make a further one. */
static void analyse(Search *search, Hits *hits, PropertyResult *results) {
    finding_collect(search, hits);
    properties_check(search, hits, results);
    deadlock_total(search, hits);
    deadlock_partial(search, hits);
    if (search->labelled) yields_find(search, hits);
    endless_find(search, hits);
    races_find(search, hits);
}

/* Until somebody has looked at them, nothing is known of the properties. */
static PropertyResult *new_results(const Program *program, const EngineOptions *options) {
    PropertyResult *results = calloc(program->nproperties + 1u, sizeof *results);
    if (results == NULL) fatal("out of memory");
    for (uint32_t i = 0; i < program->nproperties; i++) {
        const Property *property = &program->properties[i];
        results[i] = (PropertyResult){.verdict = VERDICT_UNKNOWN, .why = "it was not checked",
            .fairness = property->has_fairness ? property->fairness : options->fairness};
    }
    return results;
}

/* A property without a verdict leaves the whole without one, unless something else is violated. */
static void conclude_properties(EngineResult *result, const Program *program) {
    for (uint32_t i = 0; i < program->nproperties; i++) {
        if (result->properties[i].verdict != VERDICT_UNKNOWN) continue;
        if (result->verdict == VERDICT_HOLDS) result->verdict = VERDICT_UNKNOWN;
        if (result->why == NULL) result->why = result->properties[i].why;
    }
}

static void conclude(EngineResult *result, Search *search, Hits *hits) {
    const char *witness_fault;
    result->fault = !finding_make(search, hits, &result->findings, &result->nfindings, &result->fault_text);
    if (!finding_witness(search, hits, result->properties, &witness_fault)) {
        result->fault = true;
        result->fault_text = witness_fault;
    }
    result->complete = search->complete;
    result->why = search->why;
    result->nproperties = search->program->nproperties;
    result->verdict = VERDICT_HOLDS;
    if (!search->complete) result->verdict = VERDICT_UNKNOWN;
    if (result->nfindings > 0) result->verdict = VERDICT_VIOLATED;
    conclude_properties(result, search->program);
    result->states = search->store.n;
    result->transitions = search->transitions;
    result->depth = search->depth;
    result->memory = search->memory;
    result->seconds = search_clock() - search->started;
    result->fairness = fairness_text(search->options->fairness);
    result->merged = search->options->ts.merge;
}

/* The verdicts after the search look at who moved, and at what was a fault. */
static bool needs_labels(const Program *program, const EngineOptions *options) {
    return program->has_faults || program->has_all || program->nproperties > 0 || program->nroles > 0 || endless_wanted(program, options) ||
           (program->threaded && yields_possible(program));
}

/* Explores the space as it is while it is small, and anew with merged steps when it turns out not to be
   (ENGINE_MERGE_AUTO). `chosen`: the options it was done with in the end. */
static void explore(Search *search, const Program *program, const EngineOptions *options, EngineOptions *chosen) {
    bool labelled = needs_labels(program, options);
    bool merges = options->merge != ENGINE_MERGE_NEVER && !labelled && ts_merges(program, options->ts);
    bool tries = merges && options->merge == ENGINE_MERGE_AUTO && !options->record_graph &&
                 (options->max_states == 0 || options->max_states > ENGINE_PLAIN_STATES);
    double started = search_clock();
    *chosen = *options;
    chosen->ts.merge = merges && options->merge == ENGINE_MERGE_ALWAYS;
    if (tries) chosen->max_states = ENGINE_PLAIN_STATES;
    search_init(search, program, chosen, labelled);
    search_run(search);
    if (!tries || search->store.n <= ENGINE_PLAIN_STATES) return;
    search_fini(search);
    chosen->ts.merge = true;
    chosen->max_states = options->max_states;
    search_init(search, program, chosen, false);
    search->started = started;
    search_run(search);
}

EngineResult *engine_check(const Program *program, const EngineOptions *options) {
    EngineResult *result = calloc(1, sizeof *result);
    if (result == NULL) fatal("out of memory");
    EngineOptions chosen;
    Search search;
    Hits hits = {0};
    explore(&search, program, options, &chosen);
    result->properties = new_results(program, options);
    analyse(&search, &hits, result->properties);
    RoleGraph *roles = roles_find(&search, &hits);
    conclude(result, &search, &hits);
    if (options->record_graph) result->graph = lts_record(&search, &hits);
    role_graph_free(roles);
    hits_fini(&hits);
    search_fini(&search);
    return result;
}

void engine_result_free(EngineResult *result) {
    if (result == NULL) return;
    for (uint32_t i = 0; i < result->nfindings; i++) trace_free(result->findings[i].trace);
    free(result->findings);
    for (uint32_t i = 0; i < result->nproperties; i++) {
        free(result->properties[i].vacuous);
        trace_free(result->properties[i].witness);
    }
    free(result->properties);
    lts_free(result->graph);
    free(result);
}
