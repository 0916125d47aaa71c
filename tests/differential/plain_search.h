/* The explored graph of a plain program and what is judged on it. */
#ifndef UNKNOT_TESTS_PLAIN_SEARCH_H
#define UNKNOT_TESTS_PLAIN_SEARCH_H

#include "tests/differential/plain_run.h"

typedef enum PMove { MOVE_TASK, MOVE_TICK, MOVE_EXTERN, MOVE_FAULT } PMove;
typedef struct PEdge {
    uint32_t from, to;
    int32_t actor; /* the task, 0: none */
    int32_t mover; /* the fiber of it */
    PMove kind;
    bool is_fault, progress;
    uint64_t lost, delivered; /* by fair channels */
    uint64_t events;          /* of the atoms, those that happened */
    int32_t *map;
} PEdge; /* map: entity of `from` -> entity of `to`, 0: gone */
typedef struct PNode {
    PState *s;
    bool *able;  /* per entity: the task has a step */
    bool *lacks; /* it lacks only a thread */
    uint8_t *own;  /* per entity: a fiber that has a step of its own, POwn */
    bool can_tick;
    bool violates; /* some step of it ends the run */
    bool env_able; /* time or the outside can do something */
    uint32_t first, nedges;
    uint64_t holds; /* of the atoms that are conditions */
} PNode;

typedef struct PSearch {
    const PProgram *p;
    const PlainOptions *options;
    PlainResult *result;
    Arena keep, scratch;
    PRun run;
    VEC(PNode) nodes;
    uint32_t ninitial; /* the first ones */
    VEC(PEdge) edges;
    uint32_t *table;
    uint32_t slots;
    VEC(PWords) texts; /* per node */
    int32_t waiting[64], nwaiting; /* before the step: tasks that formulas speak of and that could not surely go on */
    bool sleeps;       /* who makes it could by timers alone */
    const char *why;   /* not NULL: given up */
} PSearch;

void plain_search(PSearch *x);
bool plain_next_choices(PRun *r); /* false: all have been made */
void plain_search_fini(PSearch *x);
void plain_add_finding(PlainResult *result, const char *kind, const char *detail, uint32_t line, const char *stuck);

void plain_dump(const PSearch *x, FILE *out);

/* plain_stuck.c */
bool plain_stuck_daemon(const PSearch *x, const PState *s, int32_t task);
bool plain_in_label(const PProgram *p, const PEntity *e, Name name, int32_t func);
void plain_find_deadlocks(PSearch *x);
void plain_find_partial(PSearch *x);
/* plain_cycle.c, plain_race.c */
void plain_find_livelock(PSearch *x);
void plain_find_nontermination(PSearch *x);
void plain_find_races(PSearch *x);
/* A part of the graph with places of its own (what a place is, its user says); edges lead from place to place. */
typedef struct Place { uint32_t node; int32_t task; } Place;
typedef struct Cycles {
    PSearch *x;
    PlainFairness fairness;
    VEC(Place) places;
    VEC(PEdge) edges; /* from, to: places; the rest as in the search */
} Cycles;
/* Components without the losses of fair channels that deliver nothing there, and under strong fairness without the places where somebody
   could go on who never does there; of[place] = its component. Their number. */
uint32_t plain_split(Cycles *c, uint32_t *of);
/* Per component: no fair run stays in it. To be freed. */
bool *plain_unfair(const Cycles *c, const uint32_t *of, uint32_t n);

/* plain_happen.c: what holds of a node, and what has happened in the step that has just been made from one */
void plain_look(PSearch *x, uint32_t node);
void plain_before(PSearch *x); /* the step from x->run.s, which is not begun */
uint64_t plain_after(PSearch *x, uint32_t node, bool is_crash);
/* plain_ltl.c, plain_ctl.c */
void plain_check_formulas(PSearch *x);
/* The step by which a node where nothing but faults and the outside can move stays as it is; false: it is none. */
bool plain_stays(PSearch *x, uint32_t node, PEdge *edge);
void plain_check_ctl(PSearch *x, const char *name, const Expr *formula, PlainFairness fairness);

/* plain_fair.c */
void plain_find_spinning(PSearch *x); /* of a search that tells all tasks apart */

/* plain_scc.c: number of components; of[node] = its component. keep: nodes that count, NULL: all; skip: edges that do
   not, or NULL */
uint32_t plain_scc(uint32_t nodes, const PEdge *edges, const uint32_t *first, const uint32_t *counts, const bool *keep,
    const bool *skip, uint32_t *of);
uint32_t plain_components(const PSearch *x, const bool *keep, const bool *skip, uint32_t *of);

#endif
