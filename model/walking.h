/* The walk under way: what is known so far of objects, tasks, items and global variables. Internal to model/walk*.c. */
#ifndef UNKNOT_MODEL_WALKING_H
#define UNKNOT_MODEL_WALKING_H

#include "model/walk.h"

#include "model/support/vec.h"

/* Handles as known words. */
static inline Word handle_of_object(uint32_t object) { return (Word)object + 1; }
static inline Word handle_of_task(uint32_t task) { return ((Word)1 << 40) + task; }
static inline bool handle_is_task(Word word) { return word >= (Word)1 << 40; }
static inline bool handle_is_object(Word word) { return word > 0 && word < (Word)1 << 40; }

/* The variables of a task: a word each, and whether it is known. */
typedef struct Frame { Word *words; bool *known; } Frame;

/* Words that may stand in one place. */
typedef struct Values { VEC(Word) words; bool any; /* or anything */ } Values;

/* The items that are sent into an object with a label; per word of the item what handles come there. */
typedef struct Item { uint32_t object, label; Values *words; uint32_t n; } Item;

/* Who made an object or spawned a task: where, with which variables. */
typedef struct Maker { uint32_t task, pc; Word *words; bool *known; uint32_t n; } Maker;

typedef struct Walking {
    WalkProgram *out;
    const Program *program;
    uint32_t max_nodes;
    Arena arena;              /* of this attempt */
    VEC(WalkTask) tasks;
    VEC(Frame) arguments;     /* per task */
    VEC(Maker) task_makers;
    VEC(WalkObject) objects;
    VEC(Maker) object_makers;
    VEC(Item) items;
    Values **globals;         /* per global: per word that is a handle what may be there */
    Frame *constants;         /* per global: its words, where it is never written after the start */
    VEC(WalkNote) notes;
    VEC(WalkGap) gaps;
    bool **dropped;           /* per machine and slot: no longer followed */
    bool learned;             /* more became known: what was walked before is walked again */
    bool again;               /* something was dropped: everything is */
} Walking;

void walking_refuse(Walking *walking, Span at, const char *why);
void walking_note(Walking *walking, Span at, const char *text);
void walking_gap(Walking *walking, WalkGapKind kind, Span at);

/* ---- walk_known.c */
uint32_t known_object(Walking *walking, Maker maker, uint32_t site, Span at);
uint32_t known_task(Walking *walking, Maker maker, WalkTask like, Frame arguments);
/* Something is sent: its words, `elem` says what they are. */
void known_send(Walking *walking, uint32_t object, uint32_t label, const ValueType *elem, Frame item);
/* The n-th of the items sent into the object, NULL: no more. */
const Item *known_item(const Walking *walking, uint32_t object, uint32_t n);
void known_add(Walking *walking, Values *values, Word word, bool known);
void known_globals(Walking *walking);

/* ---- walk_task.c: the nodes and edges of one task */
void walk_task(Walking *walking, uint32_t task);

#endif
