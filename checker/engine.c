#include "checker/engine.h"

#include "checker/deadlock.h"
#include "checker/finding.h"
#include "checker/lts.h"
#include "checker/search.h"
#include "checker/yields.h"
#include "model/support/fatal.h"

#include <stdlib.h>

static void analyse(Search *search, Hits *hits) {
    finding_collect(search, hits);
    deadlock_total(search, hits);
    deadlock_partial(search, hits);
    if (search->labelled) yields_find(search, hits);
}

static void conclude(EngineResult *result, Search *search, Hits *hits) {
    result->fault = !finding_make(search, hits, &result->findings, &result->nfindings, &result->fault_text);
    result->complete = search->complete;
    result->why = search->why;
    result->verdict = VERDICT_HOLDS;
    if (!search->complete) result->verdict = VERDICT_UNKNOWN;
    if (result->nfindings > 0) result->verdict = VERDICT_VIOLATED;
    result->states = search->store.n;
    result->transitions = search->transitions;
    result->depth = search->depth;
    result->memory = search->memory;
    result->merged = search->options->ts.merge;
}

static void check_once(EngineResult *result, const Program *program, const EngineOptions *options) {
    Search search;
    Hits hits = {0};
    search_init(&search, program, options);
    search_run(&search, program->threaded && yields_possible(program));
    analyse(&search, &hits);
    conclude(result, &search, &hits);
    if (options->record_graph) result->graph = lts_record(&search, &hits);
    hits_fini(&hits);
    search_fini(&search);
}

/* True when the program's whole space is small: it is explored as it is. */
static bool is_small(const Program *program, const EngineOptions *options) {
    EngineOptions probe = *options;
    Search search;
    probe.max_states = ENGINE_PLAIN_STATES;
    probe.progress = NULL;
    search_init(&search, program, &probe);
    search_run(&search, false);
    bool small = !search.stopped || search.store.n <= ENGINE_PLAIN_STATES;
    search_fini(&search);
    return small;
}

static bool wants_merge(const Program *program, const EngineOptions *options) {
    if (options->merge == ENGINE_MERGE_NEVER || !ts_merges(program, options->ts)) return false;
    if (options->merge == ENGINE_MERGE_ALWAYS) return true;
    bool is_cut = options->max_states > 0 && options->max_states <= ENGINE_PLAIN_STATES;
    return !is_cut && !options->record_graph && !is_small(program, options);
}

EngineResult *engine_check(const Program *program, const EngineOptions *options) {
    EngineResult *result = calloc(1, sizeof *result);
    if (result == NULL) fatal("out of memory");
    double started = search_clock();
    EngineOptions chosen = *options;
    chosen.ts.merge = wants_merge(program, options);
    if (options->timeout > 0) chosen.timeout = options->timeout - (search_clock() - started);
    check_once(result, program, &chosen);
    result->seconds = search_clock() - started;
    return result;
}

void engine_result_free(EngineResult *result) {
    if (result == NULL) return;
    for (uint32_t i = 0; i < result->nfindings; i++) trace_free(result->findings[i].trace);
    free(result->findings);
    lts_free(result->graph);
    free(result);
}
