/* The courses of a protocol with values, up to so many: each message's payload is a value of its own, and what is asserted can be. Internal to
   session/. */
#ifndef UNKNOT_SESSION_PATHS_H
#define UNKNOT_SESSION_PATHS_H

#include "session/terms.h"

typedef struct Path {
    uint32_t state, parent, edge; /* parent, edge: UINT32_MAX at the start */
    uint32_t first_asserted, nasserted; /* its own */
    uint32_t values;              /* where its values begin, one for each variable */
} Path;

typedef struct Paths {
    const Variables *variables;
    const Solver *solver;
    Terms terms;
    VEC(Path) all;
    TermList asserted; /* of all */
    VEC(uint32_t) values;
    bool *is_met;      /* per edge: some course takes it */
    uint32_t nunmet;   /* edges with a condition that no course has taken yet */
    uint32_t next;     /* the next one to be followed */
    bool is_complete;  /* once all are followed: these are all courses, and the solver was always sure */
} Paths;

void paths_init(Paths *paths, const Variables *variables, const Solver *solver);
/* Explores them, shortest first: all, or until every condition is met on one. */
void paths_explore(Paths *paths, bool until_met);
static inline bool paths_are_all(const Paths *paths) { return paths->next == paths->all.n && paths->is_complete; }
void paths_fini(Paths *paths);
/* All that is asserted on the way to a path's end, appended. */
void paths_assert(const Paths *paths, uint32_t path, TermList *asserted);
static inline uint32_t *paths_values(const Paths *paths, uint32_t path) { return paths->values.data + paths->all.data[path].values; }
/* Notes that show the course, with the payload's values. */
void paths_tell(const Paths *paths, uint32_t path, const int64_t *model, Diags *diags);

#endif
