/* A counterexample: the steps of a run, in words a person can follow, and the claim it proves. Owns its memory.
   JSON form: documented in docs/trace.md; trace_read accepts what trace_write wrote. */
#ifndef UNKNOT_MODEL_TRACE_H
#define UNKNOT_MODEL_TRACE_H

#include "model/eval.h"
#include "model/support/arena.h"

typedef struct TraceChange { const char *what, *from, *to; } TraceChange; /* "table[3]": "0" -> "1" */

typedef struct TraceStep {
    uint32_t task;        /* index in tasks[] */
    const char *file;
    uint32_t line, column;
    const char *text;     /* "lock(a)", "spawn left()", "recv(inbox) = found(3)" */
    const char **notes;   /* further events: "hands lock a to right" */
    uint32_t nnotes;
    TraceChange *changes;
    uint32_t nchanges;
    uint32_t *picks;      /* eval's choices: what replay follows */
    uint32_t npicks;
} TraceStep;

typedef struct TraceTask {
    const char *name;     /* "worker[1]" when its function is spawned more than once */
    const char *function; /* "": an object with which the environment makes steps */
    uint32_t number;      /* from 0, per function */
    bool is_part;         /* no task: a future under an `all` that counts as one; after all tasks, named by its function */
} TraceTask;

/* One edge or node of the wait-for graph (waiter -> object -> who could help). */
typedef struct TraceWait {
    uint32_t task;         /* who waits; UINT32_MAX: a line of the finding that is about no wait */
    const char *file;
    uint32_t line, column, end_column;
    const char *source;    /* the source line */
    const char *what;      /* "lock b" */
    const char *holder;    /* who holds or could have offered it: task name, or "" */
    uint32_t holder_task;  /* index, UINT32_MAX when none */
    uint32_t held_line;    /* where it was taken, 0 unknown */
    const char *text;      /* the whole sentence: "left holds a (line 11) and waits for b" */
    bool on_cycle;
} TraceWait;

/* A task that makes no step in the loop, and why fairness allows that. */
typedef struct TraceIdle {
    uint32_t task;
    const char *text; /* "c is unable to go on after step 7: recv(ch)" */
} TraceIdle;

/* Of a property of branching time: what is so after so many steps, of which no run of its own is a proof. */
typedef struct TraceFact {
    uint32_t at;
    uint32_t part;         /* node of the property's formula */
    bool truth;            /* and what it is there */
    const char *text;      /* "`x == 1` is false here" */
} TraceFact;

/* A run that begins with the first `at` steps of another, as a whole run. */
typedef struct TraceBranch {
    uint32_t at;
    const char *text;      /* "a run on which `done` is never true" */
    struct Trace *run;
} TraceBranch;

typedef struct Trace {
    Arena arena;
    const char *program;   /* path */
    const char *kind;      /* as in expectations: "deadlock", "assertion", … */
    const char *name;      /* of the property, or "" */
    const char *message;   /* the finding's head line */
    const char *file;
    uint32_t line, column;
    const char *detail;    /* of a violation: "overflow"; "" otherwise */
    const char *object;    /* of a violation: what it is about ("inbox"), "" when nothing; filled by trace_of_moves */
    TraceTask *tasks;
    uint32_t ntasks;
    TraceStep *steps;
    uint32_t nsteps;
    uint32_t nloop;        /* an infinite run: the last nloop steps are a loop that can go on for ever; never-yields:
                              stuck[0] is its task. 0: none */
    const char *fairness;  /* of an infinite run: what is assumed of the scheduler, "weak", "strong" or "none"; else "" */
    TraceIdle *idle;
    uint32_t nidle;
    const char *formula;   /* of a property that is violated, as written; else "" */
    const char *initially; /* of a property: its atoms that are true at the start, "a, b" */
    bool stutters;         /* of a property: the run stops, its last state repeated for ever */
    bool is_moment;        /* of branching time: for a moment, which is what is shown */
    TraceFact *facts;
    uint32_t nfacts;
    TraceBranch *branches; /* their runs are owned */
    uint32_t nbranches;
    uint32_t shared;       /* of a branch: steps that are those of the run it begins with */
    bool rested;           /* and after them the run rests for a moment: the events of the last one are past */
    bool is_claim;         /* of branching time: what comes after the shared steps shows that at their end this */
    uint32_t part;         /* node of the formula */
    bool truth;            /* is so */
    uint32_t *stuck;       /* tasks stuck at the end: indices; livelock: that go on for ever; nontermination: that never
                              end */
    uint32_t nstuck;
    uint32_t *consequences;
    uint32_t nconsequences;
    TraceWait *waits;
    uint32_t nwaits;
    uint32_t *start_picks; /* eval_start's choices: which initial state */
    uint32_t nstart_picks;
    bool main_ends_run, run_on, discrete, urgent; /* semantics switches the run needs */
    const char **object_names;  /* trace_of_moves: by slot of the final world */
    uint32_t nobject_names;
} Trace;

/* One step of a run as an engine knows it: a task's slot in the run's own world (slots are never renumbered there)
   and eval's choices. moves[0] is the start itself: task is ignored, the picks are eval_start's; moves[1] is the
   first step. */
typedef struct TraceMove {
    uint32_t task;
    const uint32_t *picks;
    uint32_t npicks;
} TraceMove;

/* Executes the moves from the beginning and fills program, tasks, steps, start_picks and run_on; the claim is the
   caller's to fill in. The last move may end in a violation. `final_world` (initialised by the caller) becomes the
   world after the last move, `task_slots` (may be NULL, owned by the trace) gives the slot of each of tasks[]. NULL
   when a move is not possible. */
Trace *trace_of_moves(const Program *program, const TraceMove *moves, uint32_t nmoves, bool run_on, World *final_world,
    uint32_t **task_slots);
/* How the component at this slot of the final world is named in the run: "fork[2]", "worker[1]", "a". Only for a
   trace of moves. */
const char *trace_object_name(const Trace *trace, uint32_t slot);

Trace *trace_new(void);
void trace_free(Trace *trace);
/* The text of the run as in cli.md ("    1  main   8:5    spawn left()"). */
void trace_print(const Trace *trace, FILE *out, bool colour);
void trace_dot(const Trace *trace, FILE *out);       /* the run: one node a step, clustered by task */
void trace_waits_dot(const Trace *trace, FILE *out); /* the wait-for graph, its cycle in red */
void trace_json(const Trace *trace, FILE *out);
/* NULL and a message (in buf) when the text is no trace. */
Trace *trace_read(const char *text, size_t length, char *error, size_t error_size);

#endif
