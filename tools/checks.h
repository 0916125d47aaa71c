/* The checks that were made of a program, one by one, with what came of each. */
#ifndef UNKNOT_TOOLS_CHECKS_H
#define UNKNOT_TOOLS_CHECKS_H

#include "tools/job.h"

typedef struct Check {
    FindingKind kind;
    const char *name;  /* of an invariant or a property, else "" */
    const char *label; /* as listed: "deadlock", "invariant" */
    const char *fairness; /* what the verdict assumes of the scheduler: "weak", "strong", "none"; "" when nothing */
    Verdict verdict;
    const char *why;      /* of a property or a role that is unknown; else NULL */
    const Trace *witness; /* runs that show why a property holds; else NULL */
    const char *vacuous;  /* of a property that holds only because this never happens; else NULL */
    const PropertyResult *property; /* what else is known of a property; else NULL */
    uint32_t number;                /* of the property */
    bool is_named;     /* the label tells the name already */
    const char *note;  /* of a role: how it is shown, or why not; "" or NULL */
} Check;

/* How many checks the job's program has. */
uint32_t checks_count(const Job *job);
Check checks_at(const Job *job, uint32_t index);
/* "holds", "conforms", … */
const char *check_verdict_text(const Check *check);
const char *verdict_text(Verdict verdict); /* "holds", "violated", "unknown" */
/* Something was left without a verdict. */
bool checks_left_open(const Job *job);
/* An atom of a property never changes, and that is not what the property claims. */
bool checks_is_idle_atom(const Job *job, uint32_t property, uint32_t atom);
/* What a finding is about, as an expectation names it: "overflow", an invariant, a channel. */
const char *finding_subject(const Finding *finding);
/* The task that a violation happened in: index in the trace's tasks, UINT32_MAX when there is none. */
uint32_t finding_actor(const Finding *finding);

#endif
