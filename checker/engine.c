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
    result->seconds = search_clock() - search->started;
}

EngineResult *engine_check(const Program *program, const EngineOptions *options) {
    EngineResult *result = calloc(1, sizeof *result);
    if (result == NULL) fatal("out of memory");
    Search search;
    Hits hits = {0};
    search_init(&search, program, options);
    search_run(&search, program->threaded && yields_possible(program));
    analyse(&search, &hits);
    conclude(result, &search, &hits);
    if (options->record_graph) result->graph = lts_record(&search, &hits);
    hits_fini(&hits);
    search_fini(&search);
    return result;
}

void engine_result_free(EngineResult *result) {
    if (result == NULL) return;
    for (uint32_t i = 0; i < result->nfindings; i++) trace_free(result->findings[i].trace);
    free(result->findings);
    lts_free(result->graph);
    free(result);
}
