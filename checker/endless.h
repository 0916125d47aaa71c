/* Verdicts about infinite runs: livelock (a fair run in which from some moment on nobody passes a `progress:` label) and
   nontermination (a fair run in which some task but a daemon never ends). A run that stops short is a deadlock's affair,
   unless the environment could go on and need not. */
#ifndef UNKNOT_CHECKER_ENDLESS_H
#define UNKNOT_CHECKER_ENDLESS_H

#include "checker/finding.h"

/* Whether there is something to look for, so that edges need their labels. */
bool endless_wanted(const Program *program, const EngineOptions *options);
void endless_find(Search *search, Hits *hits);

#endif
