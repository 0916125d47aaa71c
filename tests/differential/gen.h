/* What the files of the random generator share. */
#ifndef UNKNOT_TESTS_GEN_H
#define UNKNOT_TESTS_GEN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

/* ---- what is in scope */
typedef enum VarKind {
    VAR_INT,
    VAR_BYTE,
    VAR_BITS,
    VAR_BOOL,
    VAR_ARRAY,
    VAR_PAIR,
    VAR_MSG,
    VAR_CHAN,
    VAR_CHANS,
    VAR_CHAN_BYTE,
    VAR_CHAN_PAIR,
    VAR_CHAN_MSG,
    VAR_CHAN_CHAN,
    VAR_CHAN_TASK,
    VAR_MUTEX,
    VAR_SEM,
    VAR_TASK,
    VAR_TASK_INT,
    VAR_FUT_VOID,
    VAR_FUT_INT,
    VAR_FUT_BOOL,
    VAR_RWLOCK,
    VAR_CONDVAR,
    VAR_NOTIFY,
    VAR_BARRIER,
    VAR_WAITGROUP,
    VAR_ONCE,
    VAR_PERMITTED, /* a channel with permits */
    VAR_ONESHOT,
    VAR_BROADCAST,
    VAR_EXTERN,
    VAR_WAKER,
    VAR_POLL,     /* its name is the number of its functions */
    VAR_COMBINED, /* no variable: all and race are used */
    VAR_LOOP,     /* likewise: loops that go on for ever */
    VAR_SENDER, /* from here on: handles that one place holds at a time */
    VAR_RECEIVER,
    VAR_PERMIT,
    VAR_SUBSCRIBER,
    VAR_WATCH,
    VAR_KINDS
} VarKind;
typedef struct Var { VarKind kind; char name[16]; bool is_global, is_const, spent; } Var;

typedef struct Func {
    char name[16];
    bool is_async, returns_int;
    int nparams;
    VarKind params[3];
    bool waits, spawned, has_label;
} Func;

/* Which parts of the dialect a program leans on: weights of statements, out of 100. */
typedef struct Flavour {
    const char *name;
    int channels, locks, selects, futures, tasks, blocks, data, timers, blocking;
    bool threaded;
} Flavour;

typedef struct Gen Gen;
/* A kind of object with what can be done with it; a program has a few of them. */
typedef struct GenFamily {
    const char *name;
    VarKind kind;
    void (*declare)(Gen *g);
    void (*use)(Gen *g);
    bool (*arm)(Gen *g); /* `case await …` without its colon; false: nothing was written */
} GenFamily;
extern const GenFamily gen_sync[], gen_chan[], gen_future[]; /* the last has no name */

enum { VARS_MAX = 128, FUNCS_MAX = 8 };
struct Gen {
    FILE *out;
    uint64_t random;
    const Flavour *flavour;
    Var vars[VARS_MAX];
    int nvars;
    Func funcs[FUNCS_MAX];
    int nfuncs;
    const Func *now;
    const Func *labelled; /* the last one with a label `progress:` */
    int indent, depth, loops;
    int budget;         /* statements left in this function */
    int waits;          /* awaits left in the program */
    int spawns;         /* spawns left in the program */
    int names;
    int executors;
    bool still;         /* inside atomic or defer: nothing that waits */
    bool quiet;         /* inside an invariant */
    const GenFamily *families[3]; /* further objects that it has */
    int nfamilies;
    bool has_spurious, has_clock, has_faults, has_progress;
};

uint32_t gen_below(Gen *g, uint32_t n);
bool gen_chance(Gen *g, int percent);
int gen_between(Gen *g, int lo, int hi);
void gen_put(Gen *g, const char *format, ...) __attribute__((format(printf, 2, 3)));
void gen_line(Gen *g, const char *format, ...) __attribute__((format(printf, 2, 3)));
Var *gen_add_var(Gen *g, VarKind kind, const char *prefix, bool is_global);
bool gen_has(const Gen *g, VarKind kind);
Var *gen_pick_var(Gen *g, VarKind kind);
const char *gen_name_of(Gen *g, VarKind kind);
void gen_expr(Gen *g, int depth);
void gen_condition(Gen *g);
void gen_body(Gen *g, int n);
void gen_open_block(Gen *g, const char *head);
void gen_close_block(Gen *g);
bool gen_may_wait(const Gen *g);
void gen_place(Gen *g);
void gen_leaf(Gen *g);
const char *gen_destination(Gen *g, VarKind kind);
void gen_args(Gen *g, const Func *f);
const Func *gen_pick_async(Gen *g, int returns_int);
void gen_statement(Gen *g);
void gen_assign(Gen *g);
void gen_send_call(Gen *g, const char *op);
void gen_chan_name(Gen *g, char *text, size_t size);
void gen_arm_body(Gen *g);
void gen_arm_guard(Gen *g);
bool gen_can_call(const Gen *g, const Func *f);

/* ---- gen_ltl.c */
void gen_formulas(Gen *g);

/* ---- gen_fault.c */
void gen_spawn_fault(Gen *g, const Func *f);
const char *gen_channel_faults(Gen *g, int room);

#endif
