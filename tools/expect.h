/* Compares what checking yields with a program's `//@ expect` lines, both ways (language: Expectations). */
#ifndef UNKNOT_TOOLS_EXPECT_H
#define UNKNOT_TOOLS_EXPECT_H

#include "tools/job.h"

/* True when every expectation is met and nothing else was found. Each difference is a line on `out`, indented. */
bool expect_compare(const Job *job, FILE *out);
/* What was found, in the words of an expectation: "deadlock(left, right) at 12", "verified". */
void expect_summary(const Job *job, FILE *out);

#endif
