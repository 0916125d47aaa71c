/* A protocol as one role sees it: the messages among others are silent steps. Internal to session/. */
#ifndef UNKNOT_SESSION_ERASED_H
#define UNKNOT_SESSION_ERASED_H

#include "session/global.h"

#include "model/support/vec.h"

/* For each action of the role, the states from which it comes next in some course; made when it is asked for. */
typedef struct ErasedAction { const GlobalEdge *edge; bool *reaches; } ErasedAction;

typedef struct Erased {
    const GlobalAutomaton *global;
    uint32_t role;
    uint32_t *into_first, *into; /* edges by target */
    uint32_t *mark, stamp;       /* per state */
    uint32_t *latest;            /* per state that is marked: of the search at hand */
    VEC(uint32_t) stack;         /* what the search at hand has found, in order */
    VEC(ErasedAction) actions;
    bool is_parallel;            /* what the role does in one parallel branch is not ordered against another: no queue of its own is used in two */
    bool gave_up;                /* a search was cut off, and answered as if it had found what it looked for */
} Erased;

void erased_init(Erased *erased, const GlobalAutomaton *global, uint32_t role);
void erased_fini(Erased *erased);

static inline bool erased_concerns(const Erased *erased, const GlobalEdge *edge) { return edge->sender == erased->role || edge->receiver == erased->role; }
static inline bool erased_is_same(const GlobalEdge *a, const GlobalEdge *b) {
    return a->sender == b->sender && a->receiver == b->receiver && a->message == b->message;
}

/* A search for what is reached without the role: begins, is given states, and closed; `stack` holds them all. */
void erased_begin(Erased *erased);
void erased_visit(Erased *erased, uint32_t state);
void erased_close(Erased *erased);

/* May the role's action (NULL: any) come next for it from `state`? */
bool erased_reaches(Erased *erased, uint32_t state, const GlobalEdge *action);
/* From the state where `reception` is an edge: is there a course in which its sender begins with it and the role with `action`? Then the role may
   act while the message is on its way. */
bool erased_may_precede(Erased *erased, const GlobalEdge *action, const GlobalEdge *reception);
/* May `message` be the next one from `sender` though the role does nothing after (or, when it is the role's own send, not even) the step `after`?
   Who hears from the role, or from somebody who must, waits too. `but_parallel`: not one of another parallel branch than `after`, which the role may
   as well take first. */
bool erased_is_available(Erased *erased, const GlobalEdge *after, uint32_t sender, Name message, bool but_parallel);

/* The edges whose message may be the first in the queue from `sender` while the role, at one of the states, does nothing. */
typedef struct ErasedHeads { VEC(uint32_t) edges; } ErasedHeads;
ErasedHeads erased_heads(Erased *erased, const uint32_t *states, uint32_t n, uint32_t sender);

#endif
