/* The explored graph with labels, for drawing and for tests. */
#ifndef UNKNOT_CHECKER_LTS_H
#define UNKNOT_CHECKER_LTS_H

#include "checker/finding.h"
#include "model/graph.h"

/* `hits`: the states where something shows are marked as bad. */
Graph *lts_record(Search *search, const Hits *hits);
void lts_free(Graph *graph);

#endif
