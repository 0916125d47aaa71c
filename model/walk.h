/* What each task of a program may do on its own: every task's code is walked alone, with any item that somebody may send it. Constants, loop
   counters and handles are followed by value as far as they can be; a branch on anything else is taken both ways, and noted. Every run of the
   program is a run of these machines together, seen through what they do with channels and tasks (an over-approximation). */
#ifndef UNKNOT_MODEL_WALK_H
#define UNKNOT_MODEL_WALK_H

#include "model/program.h"

typedef enum WalkAction {
    WALK_SILENT,         /* code, a timer, or a wait for something that is not followed (WalkGap) */
    WALK_SEND,           /* object, label */
    WALK_SEND_FAILS,     /* the channel is closed, or has no receiver any more */
    WALK_RECV,           /* object, label */
    WALK_RECV_OVER,      /* the channel is closed and drained */
    WALK_CLOSE,          /* object */
    WALK_SPAWN,          /* object: the task */
    WALK_JOIN,           /* object: the task, which has ended */
    WALK_JOIN_ALL,       /* object: a scope, all of whose tasks have ended */
    WALK_NEW_SENDER, WALK_NEW_RECEIVER,  /* object: one owned end more */
    WALK_DROP_SENDER, WALK_DROP_RECEIVER /* object: one less */
} WalkAction;

typedef struct WalkEdge {
    uint32_t from, to; /* nodes */
    WalkAction action;
    uint32_t object;   /* in WalkProgram.objects or tasks */
    uint32_t label;    /* of a message: which one; else 0 */
    Span span;
} WalkEdge;

typedef struct WalkNode {
    uint32_t pc;
    Span at;
    bool has_ended;
    bool waits;       /* it stands there until one of its edges can be taken; else the code goes on at once, by one of them */
    bool may_stay;    /* of a daemon: it may be left here */
    bool is_violated; /* something is wrong here; what would come is not known */
    bool is_cut;      /* by an assume */
} WalkNode;

/* A channel that the task stands before, whether or not anybody is at the other end. */
typedef struct WalkWait { uint32_t node, object, label; bool is_send; } WalkWait; /* label: of a send; NO_SLOT: not known */

/* What is made of an object's site by one task at one place in one state of its variables: all objects made so are followed as one. */
typedef struct WalkObject {
    uint32_t site;
    uint32_t capacity; /* CHANNEL; UINT32_MAX: no bound, or not known */
    bool is_known;     /* the capacity */
    bool is_many;      /* it may be made again and again */
    bool may_close;    /* CHANNEL: somebody closes it, or gives up an end */
    uint32_t number;   /* among the objects of the site */
} WalkObject;

/* Not exactly what the code does. */
typedef struct WalkNote { Span span; const char *text; } WalkNote;

/* What the machines say nothing of: GAP(NAME, "text"). */
#define WALK_GAPS                                                                   \
    GAP(LOCK, "a wait that is none for a channel: a lock, a permit, a notification") \
    GAP(BLOCKING, "a wait that keeps its thread")                                   \
    GAP(ASSERTION, "an assertion about data")                                       \
    GAP(UNDEFINED, "arithmetic or an index that depends on data")                   \
    GAP(MISUSE, "a use of an object that is refused in some state")                 \
    GAP(SPINNING, "code that may go round without a wait")                          \
    GAP(CLOSED, "a send whose channel may be closed")                               \
    GAP(FAULT, "a fault of the environment")
typedef enum WalkGapKind {
#define GAP(name, text) WALK_GAP_##name,
    WALK_GAPS
#undef GAP
    WALK_GAP_KINDS
} WalkGapKind;
typedef struct WalkGap { WalkGapKind kind; Span span; } WalkGap;
const char *walk_gap_text(WalkGapKind kind);
/* A task may be stuck, busy for ever, or gone for a reason that the machines do not show. */
static inline bool walk_gap_stops(WalkGapKind kind) { return kind == WALK_GAP_LOCK || kind == WALK_GAP_BLOCKING || kind == WALK_GAP_FAULT || kind == WALK_GAP_SPINNING; }

typedef struct WalkTask {
    const Machine *machine;
    uint32_t number;  /* among the tasks of its machine */
    uint32_t parent;  /* NO_SLOT: main */
    Span spawn;
    bool is_daemon;
    bool is_many;     /* it may be spawned again and again */
    uint32_t scope;   /* object, NO_SLOT: none */
    uint32_t role;    /* in program->roles, NO_SLOT: none */
    bool has_index;   /* index is the role's number */
    Word index;
    WalkNode *nodes;  /* [0]: its start */
    uint32_t nnodes;
    WalkEdge *edges;  /* by source */
    uint32_t nedges;
    uint32_t *first;  /* [nnodes + 1] */
    WalkWait *waits;
    uint32_t nwaits;
} WalkTask;

typedef struct WalkProgram {
    const Program *program;
    Arena arena;
    WalkTask *tasks;  /* [0] is main's */
    uint32_t ntasks;
    WalkObject *objects;
    uint32_t nobjects;
    WalkNote *notes;  /* in the order of the source */
    uint32_t nnotes;
    WalkGap *gaps;    /* likewise; one a kind and place */
    uint32_t ngaps;
    const char *why;  /* something that cannot be followed at all: nothing else counts then; NULL */
    Span why_at;
} WalkProgram;

typedef struct WalkOptions {
    uint32_t max_nodes; /* of a task, before loop counters and the like are no longer followed; 0: WALK_MAX_NODES */
} WalkOptions;
enum { WALK_MAX_NODES = 2000 };

WalkProgram *walk_program(const Program *program, WalkOptions options);
void walk_free(WalkProgram *walks);
/* Leaves out edges: of each task those that do not stay. */
void walk_restrict(WalkProgram *walks, bool *const *stays);

#endif
