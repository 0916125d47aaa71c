/* The tasks of a program together, as their walks show them (model/walk.h): every configuration of where they stand and what their channels
   hold, with the program's own capacities. */
#ifndef UNKNOT_SESSION_ENSEMBLE_H
#define UNKNOT_SESSION_ENSEMBLE_H

#include "model/walk.h"

typedef enum EnsembleVerdict { ENSEMBLE_SAFE, ENSEMBLE_UNSAFE, ENSEMBLE_UNKNOWN } EnsembleVerdict;
typedef enum EnsembleFault {
    ENSEMBLE_NONE,
    ENSEMBLE_WAITING, /* a task never goes on */
    ENSEMBLE_UNREAD   /* an item stays in a channel for ever */
} EnsembleFault;

/* A step: `task` takes `edge` (of its own edges); with a channel of capacity 0 its partner takes one too. */
typedef struct EnsembleStep { uint32_t task, edge, partner, partner_edge; } EnsembleStep; /* partner: UINT32_MAX when there is none */

typedef struct Ensemble {
    EnsembleVerdict verdict;
    const char *why;      /* UNKNOWN: in words, static */
    EnsembleFault fault;  /* UNSAFE */
    uint32_t task, object; /* WAITING: who; UNREAD: where */
    EnsembleStep *run;    /* UNSAFE: a shortest one to where it can no longer be mended; owned */
    uint32_t nrun;
    uint32_t *nodes;      /* UNSAFE: where each task stands then, UINT32_MAX: not spawned yet; owned */
    uint32_t configurations;
    bool **taken;         /* everything was explored: per task and edge, whether it is ever taken; else NULL. Owned */
    uint32_t ntaken;
} Ensemble;

typedef struct EnsembleOptions {
    uint32_t bound;              /* of channels that have none of their own, or none that is known */
    uint32_t max_configurations;
} EnsembleOptions;
#define ENSEMBLE_DEFAULTS ((EnsembleOptions){.bound = 6, .max_configurations = 500000})

Ensemble ensemble_check(const WalkProgram *walks, EnsembleOptions options);
void ensemble_fini(Ensemble *ensemble);

#endif
