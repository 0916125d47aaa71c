#include "tests/differential/generate.h"

#include "model/support/hash.h"

#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

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
static const Flavour flavours[] = {
    {"channels", 55, 5, 15, 5, 10, 5, 15, 3, 0, false},
    {"locks", 5, 55, 10, 5, 15, 10, 10, 3, 0, false},
    {"select", 20, 10, 45, 15, 10, 5, 10, 10, 0, false},
    {"futures", 15, 15, 20, 45, 8, 8, 8, 6, 0, false},
    {"cancel", 12, 18, 12, 10, 35, 25, 6, 8, 0, false},
    {"data", 20, 5, 5, 5, 10, 10, 60, 3, 0, false},
    {"mixed", 20, 15, 15, 15, 15, 15, 15, 8, 3, false},
    {"threads", 12, 14, 8, 5, 10, 8, 26, 3, 6, true},
    {"blocking", 20, 20, 8, 8, 12, 5, 8, 4, 30, true},
};

enum { VARS_MAX = 128, FUNCS_MAX = 8 };
typedef struct Gen {
    FILE *out;
    uint64_t random;
    const Flavour *flavour;
    Var vars[VARS_MAX];
    int nvars;
    Func funcs[FUNCS_MAX];
    int nfuncs;
    const Func *now;
    int indent, depth, loops;
    int budget;         /* statements left in this function */
    int waits;          /* awaits left in the program */
    int spawns;         /* spawns left in the program */
    int names;
    int executors;
    bool still;         /* inside atomic or defer: nothing that waits */
    bool quiet;         /* inside an invariant */
} Gen;

static uint32_t below(Gen *g, uint32_t n) {
    g->random += 0x9e3779b97f4a7c15u;
    return (uint32_t)(hash_mix(g->random) % n);
}
static bool chance(Gen *g, int percent) { return (int)below(g, 100) < percent; }
static int between(Gen *g, int lo, int hi) { return lo + (int)below(g, (uint32_t)(hi - lo + 1)); }

static void put(Gen *g, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void put(Gen *g, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vfprintf(g->out, format, args);
    va_end(args);
}
static void line(Gen *g, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void line(Gen *g, const char *format, ...) {
    va_list args;
    fprintf(g->out, "%*s", 4 * g->indent, "");
    va_start(args, format);
    vfprintf(g->out, format, args);
    va_end(args);
}

/* ---- variables */
static Var *add_var(Gen *g, VarKind kind, const char *prefix, bool is_global) {
    if (g->nvars == VARS_MAX) abort();
    Var *v = &g->vars[g->nvars++];
    *v = (Var){.kind = kind, .is_global = is_global};
    snprintf(v->name, sizeof v->name, "%s%d", prefix, g->names++);
    return v;
}
static bool has(const Gen *g, VarKind kind) {
    for (int i = 0; i < g->nvars; i++)
        if (g->vars[i].kind == kind && !g->vars[i].spent) return true;
    return false;
}
static Var *pick_var(Gen *g, VarKind kind) {
    int n = 0;
    Var *found = NULL;
    for (int i = 0; i < g->nvars; i++)
        if (g->vars[i].kind == kind && !g->vars[i].spent && below(g, (uint32_t)++n) == 0) found = &g->vars[i];
    assert(found != NULL);
    return found;
}
static const char *name_of(Gen *g, VarKind kind) { return pick_var(g, kind)->name; }

/* ---- expressions of type int, without waiting */
static void expr(Gen *g, int depth);

static void place(Gen *g) { /* of some integer type */
    static const VarKind kinds[] = {VAR_INT, VAR_INT, VAR_INT, VAR_BYTE, VAR_BITS, VAR_ARRAY, VAR_PAIR, VAR_BOOL};
    for (;;) {
        VarKind kind = kinds[below(g, 8)];
        if (!has(g, kind)) continue;
        const Var *v = pick_var(g, kind);
        if (v->is_const) continue;
        put(g, "%s", v->name);
        if (kind == VAR_ARRAY) put(g, chance(g, 95) ? "[%d]" : "[%d + any(0, 1)]", between(g, 0, 1));
        if (kind == VAR_PAIR) put(g, chance(g, 50) ? ".x" : ".y");
        return;
    }
}
static void leaf(Gen *g) {
    uint32_t k = below(g, 12);
    if (k < 4 || g->nvars == 0 || !has(g, VAR_INT)) {
        put(g, "%d", between(g, 0, 3));
    } else if (k < 9) {
        place(g);
    } else if (k == 9 && has(g, VAR_CHAN)) {
        put(g, chance(g, 70) ? "len(%s)" : "cap(%s)", name_of(g, VAR_CHAN));
    } else if (k == 10 && !g->quiet) {
        put(g, "any(0, %d)", between(g, 1, 2));
    } else {
        put(g, "%s", name_of(g, VAR_INT));
    }
}
static void call_plain(Gen *g) {
    for (int i = 0; i < g->nfuncs; i++)
        if (!g->funcs[i].is_async && g->funcs[i].returns_int && !g->quiet && g->funcs[i].params[0] == VAR_ARRAY &&
            has(g, VAR_ARRAY)) {
            put(g, "%s(%s)", g->funcs[i].name, name_of(g, VAR_ARRAY));
            return;
        } else if (!g->funcs[i].is_async && g->funcs[i].returns_int && !g->quiet && g->funcs[i].params[0] == VAR_INT) {
            put(g, "%s(", g->funcs[i].name);
            leaf(g);
            put(g, ")");
            return;
        }
    leaf(g);
}
static void expr(Gen *g, int depth) {
    static const char *const ops[] = {
        "+", "-", "+", "&", "|", "^", "*", "==", "!=", "<", ">=", "&&", "||", "/", "%", "<<", ">>"};
    if (depth == 0 || chance(g, 45)) {
        leaf(g);
        return;
    }
    if (chance(g, 8)) {
        call_plain(g);
    } else if (chance(g, 8)) {
        put(g, "(");
        expr(g, depth - 1);
        put(g, " ? ");
        expr(g, depth - 1);
        put(g, " : ");
        expr(g, depth - 1);
        put(g, ")");
    } else if (chance(g, 8)) {
        static const char *const unary[] = {"!", "-", "~", "(uint8_t)", "(int8_t)"};
        put(g, "%s(", unary[below(g, 5)]);
        expr(g, depth - 1);
        put(g, ")");
    } else {
        uint32_t op = below(g, chance(g, 90) ? 13 : 17);
        put(g, "(");
        expr(g, depth - 1);
        put(g, " %s ", ops[op]);
        if (op >= 15) put(g, "%d", between(g, 0, 3));
        else if (op >= 13 && chance(g, 80)) put(g, "%d", between(g, 1, 3));
        else expr(g, depth - 1);
        put(g, ")");
    }
}
static void condition(Gen *g) {
    if (chance(g, 25) && !g->quiet) {
        put(g, "any_bool()");
        return;
    }
    static const char *const ops[] = {"==", "!=", "<", ">"};
    put(g, "(");
    leaf(g);
    put(g, " %s ", ops[below(g, 4)]);
    expr(g, 1);
    put(g, ")");
}

/* ---- statements */
static void statement(Gen *g);

static void body(Gen *g, int n) {
    int saved = g->nvars;
    g->depth++;
    for (int i = 0; i < n && g->budget > 0; i++) statement(g);
    g->depth--;
    g->nvars = saved;
}
static void open_block(Gen *g, const char *head) {
    line(g, "%s {\n", head);
    g->indent++;
}
static void close_block(Gen *g) {
    g->indent--;
    line(g, "}\n");
}
static bool may_wait(Gen *g) { return g->now->is_async && !g->still && g->waits > 0; }

/* Arguments of a call, by the kinds of its parameters. */
static void args(Gen *g, const Func *f) {
    put(g, "(");
    for (int i = 0; i < f->nparams; i++) {
        if (i > 0) put(g, ", ");
        if (f->params[i] == VAR_INT) expr(g, 1);
        else if (f->params[i] == VAR_MUTEX && chance(g, 6)) put(g, "none");
        else put(g, "%s", name_of(g, f->params[i]));
    }
    put(g, ")");
}
static bool can_call(const Gen *g, const Func *f) {
    for (int i = 0; i < f->nparams; i++)
        if (f->params[i] != VAR_INT && f->params[i] != VAR_ARRAY && !has(g, f->params[i])) return false;
    return true;
}
static const Func *pick_async(Gen *g, int returns_int) { /* -1: either */
    const Func *found = NULL;
    int n = 0;
    for (int i = 0; i < g->nfuncs; i++) {
        const Func *f = &g->funcs[i];
        if (!f->is_async || f == g->now || (returns_int >= 0 && f->returns_int != (returns_int != 0)) ||
            !can_call(g, f))
            continue;
        if (below(g, (uint32_t)++n) == 0) found = f;
    }
    return found;
}
static void declare_int(Gen *g) {
    static const struct { VarKind kind; const char *type, *prefix;
    } types[] = {{VAR_INT, "int", "i"}, {VAR_INT, "int", "i"}, {VAR_BYTE, "uint8_t", "u"}, {VAR_BITS, "unsigned", "w"},
        {VAR_BOOL, "bool", "b"}, {VAR_PAIR, "pair", "p"}, {VAR_ARRAY, "int", "a"}};
    uint32_t k = below(g, 7);
    char name[16];
    snprintf(name, sizeof name, "%s%d", types[k].prefix, g->names);
    line(g, "%s %s", types[k].type, name);
    if (types[k].kind == VAR_BITS) put(g, " : 2");
    if (types[k].kind == VAR_ARRAY) put(g, "[2]");
    if (types[k].kind == VAR_PAIR || types[k].kind == VAR_ARRAY) {
        put(g, " = { ");
        expr(g, 1);
        put(g, ", %d };\n", between(g, 0, 2));
    } else if (types[k].kind == VAR_BITS) {
        put(g, " = %d;\n", between(g, 0, 2));
    } else if (chance(g, 96)) {
        put(g, " = ");
        expr(g, 1);
        put(g, ";\n");
    } else {
        put(g, ";\n");
    }
    add_var(g, types[k].kind, types[k].prefix, false);
}
static void assign(Gen *g) {
    static const char *const ops[] = {"=", "=", "=", "+=", "-=", "^=", "|="};
    line(g, "%s", "");
    if (chance(g, 15)) {
        place(g);
        put(g, chance(g, 50) ? "++;\n" : "--;\n");
        return;
    }
    if (chance(g, 10) && has(g, VAR_PAIR)) {
        const char *to = name_of(g, VAR_PAIR), *from = name_of(g, VAR_PAIR);
        put(g, "%s = %s;\n", to, from);
        return;
    }
    place(g);
    put(g, " %s ", ops[below(g, 7)]);
    expr(g, 1);
    put(g, ";\n");
}
/* An int variable of our own to receive into. */
static const char *destination(Gen *g, VarKind kind) {
    if (has(g, kind) && chance(g, 70)) {
        Var *v = pick_var(g, kind);
        if (!v->is_const) return v->name;
    }
    Var *v = add_var(g, kind,
        kind == VAR_PAIR   ? "p"
        : kind == VAR_BYTE ? "u"
        : kind == VAR_MSG  ? "m"
        : kind == VAR_CHAN ? "c"
        : kind == VAR_TASK ? "t"
                           : "i",
        false);
    static const char *const types[VAR_KINDS] = {[VAR_INT] = "int %s = 0;\n",
        [VAR_BYTE] = "uint8_t %s = 0;\n",
        [VAR_PAIR] = "pair %s = { 0, 0 };\n",
        [VAR_MSG] = "msg %s = stop();\n",
        [VAR_CHAN] = "chan(int) %s;\n",
        [VAR_TASK] = "task %s;\n"};
    fprintf(g->out, "%*s", 4 * g->indent, "");
    char text[64];
    snprintf(
        text, sizeof text, types[kind][0] == 'i' ? "int %.16s = 0;\n" : "%s", types[kind][0] == 'i' ? v->name : "");
    if (types[kind][0] == 'i') put(g, "%s", text);
    else if (kind == VAR_BYTE) put(g, "uint8_t %s = 0;\n", v->name);
    else if (kind == VAR_PAIR) put(g, "pair %s = { 0, 0 };\n", v->name);
    else if (kind == VAR_MSG) put(g, "msg %s = stop();\n", v->name);
    else if (kind == VAR_CHAN) put(g, "chan(int) %s;\n", v->name);
    else put(g, "task %s;\n", v->name);
    return v->name;
}
static void chan_name(Gen *g, char *text, size_t size) {
    if (has(g, VAR_CHANS) && chance(g, 25)) snprintf(text, size, "%s[%d]", name_of(g, VAR_CHANS), between(g, 0, 1));
    else snprintf(text, size, "%s", name_of(g, VAR_CHAN));
}
static void send_call(Gen *g, const char *op) {
    char ch[32];
    chan_name(g, ch, sizeof ch);
    put(g, "%s(%s, ", op, ch);
    expr(g, 1);
    put(g, ")");
}
static void send_other(Gen *g, const char *await) {
    if (has(g, VAR_CHAN_PAIR) && chance(g, 40)) {
        line(g, "(void)%ssend(%s, (pair){ ", await, name_of(g, VAR_CHAN_PAIR));
        expr(g, 1);
        put(g, ", %d });\n", between(g, 0, 1));
    } else if (has(g, VAR_CHAN_MSG) && chance(g, 50)) {
        line(g, "(void)%ssend(%s, ", await, name_of(g, VAR_CHAN_MSG));
        if (chance(g, 60)) {
            put(g, "value(");
            expr(g, 1);
            put(g, "));\n");
        } else {
            put(g, "stop());\n");
        }
    } else if (has(g, VAR_CHAN_CHAN) && chance(g, 60)) {
        line(g, "(void)%ssend(%s, %s);\n", await, name_of(g, VAR_CHAN_CHAN), name_of(g, VAR_CHAN));
    } else if (has(g, VAR_CHAN_TASK) && has(g, VAR_TASK)) {
        line(g, "(void)%ssend(%s, %s);\n", await, name_of(g, VAR_CHAN_TASK), name_of(g, VAR_TASK));
    } else if (has(g, VAR_CHAN_BYTE)) {
        line(g, "(void)%ssend(%s, ", await, name_of(g, VAR_CHAN_BYTE));
        expr(g, 1);
        put(g, ");\n");
    }
}
static void recv_other(Gen *g, const char *await) {
    if (has(g, VAR_CHAN_PAIR) && chance(g, 40)) {
        const char *to = destination(g, VAR_PAIR), *from = name_of(g, VAR_CHAN_PAIR);
        line(g, "%srecv(%s, &%s);\n", await, from, to);
    } else if (has(g, VAR_CHAN_MSG) && chance(g, 50)) {
        const char *to = destination(g, VAR_MSG), *from = name_of(g, VAR_CHAN_MSG);
        line(g, "%srecv(%s, &%s);\n", await, from, to);
        open_block(g, "");
        line(g, "switch (%s) {\n", to);
        line(g, "case value(n): %s += n; break;\n", name_of(g, VAR_INT));
        if (chance(g, 30) && !g->still) line(g, "case stop(): return%s;\n", g->now->returns_int ? " 3" : "");
        else line(g, "case stop(): break;\n");
        line(g, "}\n");
        close_block(g);
    } else if (has(g, VAR_CHAN_CHAN) && chance(g, 60)) {
        const char *to = destination(g, VAR_CHAN), *from = name_of(g, VAR_CHAN_CHAN);
        line(g, "%srecv(%s, &%s);\n", await, from, to);
    } else if (has(g, VAR_CHAN_TASK)) {
        const char *to = destination(g, VAR_TASK), *from = name_of(g, VAR_CHAN_TASK);
        line(g, "%srecv(%s, &%s);\n", await, from, to);
    } else if (has(g, VAR_CHAN_BYTE)) {
        const char *to = destination(g, VAR_BYTE), *from = name_of(g, VAR_CHAN_BYTE);
        line(g, "%srecv(%s, &%s);\n", await, from, to);
    }
}
static void try_channel(Gen *g) {
    char ch[32];
    if (chance(g, 50)) {
        line(g, "if (");
        send_call(g, "try_send");
    } else {
        const char *to = destination(g, VAR_INT);
        chan_name(g, ch, sizeof ch);
        line(g, "if (try_recv(%s, &%s)", ch, to);
    }
    put(g, ") {\n");
    g->indent++;
    body(g, 1);
    close_block(g);
}
static void channels(Gen *g) {
    char ch[32];
    bool waits = may_wait(g);
    const char *await = waits ? "await " : "";
    if (!has(g, VAR_CHAN)) return;
    if (!waits) {
        if (chance(g, 80)) try_channel(g);
        return;
    }
    g->waits--;
    switch (below(g, 12)) {
    case 0: case 1: case 2:
        line(g, "(void)await ");
        send_call(g, "send");
        put(g, ";\n");
        return;
    case 3:
        line(g, "await ");
        send_call(g, "send");
        put(g, ";\n");
        return;
    case 4: case 5: case 6: {
        const char *to = destination(g, VAR_INT);
        chan_name(g, ch, sizeof ch);
        line(g, "await recv(%s, &%s);\n", ch, to);
        return;
    }
    case 7: {
        const char *to = destination(g, VAR_INT);
        chan_name(g, ch, sizeof ch);
        line(g, chance(g, 70) || g->loops > 0 ? "if (await recv(%s, &%s)) {\n" : "while (await recv(%s, &%s)) {\n", ch,
            to);
        g->indent++;
        g->loops++;
        body(g, between(g, 1, 2));
        g->loops--;
        close_block(g);
        return;
    }
    case 8: try_channel(g); return;
    case 9:
        if (chance(g, 60)) {
            chan_name(g, ch, sizeof ch);
            line(g, "close(%s);\n", ch);
        }
        return;
    case 10: send_other(g, await); return;
    default: recv_other(g, await);
    }
}
static void locks(Gen *g) {
    if (has(g, VAR_SEM) && chance(g, 40)) {
        const char *s = name_of(g, VAR_SEM);
        if (!may_wait(g)) {
            line(g, "if (try_acquire(%s)) release(%s);\n", s, s);
            return;
        }
        g->waits--;
        int n = between(g, 1, 2);
        if (n == 1 && chance(g, 70)) line(g, "await acquire(%s);\n", s);
        else line(g, "await acquire(%s, %d);\n", s, n);
        bool defers = chance(g, 25);
        if (defers) line(g, "defer release(%s, %d);\n", s, n);
        body(g, between(g, 0, 2));
        if (!defers && chance(g, 85)) line(g, "release(%s, %d);\n", s, n);
        else if (chance(g, 5)) line(g, "close(%s);\n", s);
        return;
    }
    if (!has(g, VAR_MUTEX)) return;
    const char *m = name_of(g, VAR_MUTEX);
    if (!may_wait(g) || chance(g, 12)) {
        line(g, "if (try_lock(%s)) {\n", m);
        g->indent++;
        body(g, 1);
        line(g, "unlock(%s);\n", m);
        close_block(g);
        return;
    }
    g->waits--;
    if (chance(g, 3)) line(g, "unlock(%s);\n", m);
    line(g, "await lock(%s);\n", m);
    if (chance(g, 25)) {
        line(g, "defer unlock(%s);\n", m);
        body(g, between(g, 1, 2));
        return;
    }
    int saved = g->nvars;
    body(g, between(g, 0, 2));
    g->nvars = saved;
    if (chance(g, 93)) line(g, "unlock(%s);\n", m);
}
/* A loop that goes on until somebody else ends it, if anybody does. */
static void spin(Gen *g) {
    const Var *v = pick_var(g, VAR_INT);
    if (!v->is_global || g->still) return;
    line(g, "while (%s %s %d) { }\n", v->name, chance(g, 50) ? "==" : "!=", between(g, 0, 1));
}
static void data(Gen *g) {
    if (chance(g, g->flavour->threaded ? 8 : 1) && has(g, VAR_INT)) {
        spin(g);
        return;
    }
    switch (below(g, 10)) {
    case 0: case 1: declare_int(g); return;
    case 2:
        line(g, chance(g, 20) ? "assume(" : "assert(");
        if (chance(g, 85)) put(g, "1 || ");
        condition(g);
        put(g, ");\n");
        return;
    case 3:
        if (g->flavour->threaded && g->now->is_async && !g->still) {
            bool was = g->still;
            open_block(g, "atomic");
            g->still = true;
            assign(g);
            assign(g);
            g->still = was;
            close_block(g);
            return;
        }
        assign(g);
        return;
    default: assign(g);
    }
}
static void future_of_op(Gen *g) {
    char ch[32];
    Var *v;
    switch (below(g, 5)) {
    case 0: case 1:
        if (!has(g, VAR_CHAN)) return;
        chan_name(g, ch, sizeof ch);
        line(g, "future(bool) f%d = send(%s, %d);\n", g->names, ch, between(g, 0, 2));
        break;
    case 2: {
        if (!has(g, VAR_CHAN)) return;
        chan_name(g, ch, sizeof ch);
        line(g, "int v%d = 0;\n", g->names);
        line(g, "future(bool) f%d = recv(%s, &v%d);\n", g->names, ch, g->names);
        break;
    }
    case 3:
        if (!has(g, VAR_SEM)) return;
        line(g, "future(bool) f%d = acquire(%s);\n", g->names, name_of(g, VAR_SEM));
        break;
    default:
        if (!has(g, VAR_MUTEX)) return;
        line(g, "future(void) f%d = lock(%s);\n", g->names, name_of(g, VAR_MUTEX));
        add_var(g, VAR_FUT_VOID, "f", false);
        return;
    }
    v = add_var(g, VAR_FUT_BOOL, "f", false);
    (void)v;
}
static void futures(Gen *g) {
    static const VarKind kinds[] = {VAR_FUT_INT, VAR_FUT_BOOL, VAR_FUT_VOID};
    if (g->still || !g->now->is_async) return;
    VarKind kind = kinds[below(g, 3)];
    if (has(g, kind) && chance(g, 50) && may_wait(g)) {
        Var *v = pick_var(g, kind);
        g->waits--;
        v->spent = chance(g, 96);
        if (kind == VAR_FUT_INT && chance(g, 60)) line(g, "%s += await %s;\n", name_of(g, VAR_INT), v->name);
        else line(g, "await %s;\n", v->name);
        return;
    }
    if (chance(g, 40)) {
        future_of_op(g);
        return;
    }
    const Func *f = pick_async(g, -1);
    if (f == NULL || g->waits < 1) return;
    if (chance(g, 30)) {
        g->waits--;
        if (f->returns_int) line(g, "%s += await %s", name_of(g, VAR_INT), f->name);
        else line(g, "await %s", f->name);
        args(g, f);
        put(g, ";\n");
        return;
    }
    line(g, "future(%s) f%d = %s", f->returns_int ? "int" : "void", g->names, f->name);
    args(g, f);
    put(g, ";\n");
    add_var(g, f->returns_int ? VAR_FUT_INT : VAR_FUT_VOID, "f", false);
}
static void spawn_call(Gen *g, const Func *f) {
    g->funcs[f - g->funcs].spawned = true;
    put(g, "spawn");
    if (g->executors > 0 && chance(g, 75)) put(g, "(e%d)", between(g, 0, g->executors - 1));
    if (chance(g, 6)) put(g, " daemon");
    put(g, " %s", f->name);
    args(g, f);
}
static void spawn_some(Gen *g) {
    const Func *f = pick_async(g, -1);
    if (f == NULL || g->spawns <= 0 || g->still) return;
    g->spawns--;
    if (chance(g, 12) && g->spawns > 0 && g->loops == 0) {
        g->spawns--;
        line(g, "for (int k = 0; k < 2; k++) ");
        spawn_call(g, f);
        put(g, ";\n");
        return;
    }
    if (chance(g, 12) && g->spawns > 0 && g->loops == 0 && !f->returns_int) {
        g->spawns--;
        line(g, "task pool%d[2];\n", g->names);
        line(g, "for (int k = 0; k < 2; k++) pool%d[k] = ", g->names);
        spawn_call(g, f);
        put(g, ";\n");
        if (chance(g, 40)) line(g, "abort(pool%d[%d]);\n", g->names, between(g, 0, 1));
        if (may_wait(g) && chance(g, 70)) line(g, "for (int k = 0; k < 2; k++) await pool%d[k];\n", g->names);
        g->names++;
        return;
    }
    if (chance(g, 35)) {
        line(g, "%s", "");
        spawn_call(g, f);
        put(g, ";\n");
        return;
    }
    line(g, "task t%d = ", g->names);
    spawn_call(g, f);
    put(g, ";\n");
    add_var(g, f->returns_int ? VAR_TASK_INT : VAR_TASK, "t", false);
}
static void tasks(Gen *g) {
    VarKind kind = chance(g, 50) && has(g, VAR_TASK_INT) ? VAR_TASK_INT : VAR_TASK;
    if (has(g, kind) && chance(g, 65)) {
        const char *t = name_of(g, kind);
        if (chance(g, 35)) {
            line(g, "abort(%s);\n", t);
        } else if (may_wait(g)) {
            g->waits--;
            if (kind == VAR_TASK_INT && chance(g, 60)) line(g, "%s = await %s;\n", name_of(g, VAR_INT), t);
            else line(g, "await %s;\n", t);
            if (chance(g, 30)) line(g, "%s = aborted(%s);\n", name_of(g, VAR_INT), t);
        }
        return;
    }
    spawn_some(g);
}

/* ---- select */
typedef struct ArmText { VarKind used; } ArmText;
static void arm_body(Gen *g) {
    put(g, "\n");
    g->indent++;
    body(g, between(g, 0, 2));
    line(g, "break;\n");
    g->indent--;
}
static void arm_guard(Gen *g) {
    if (!chance(g, 15)) return;
    put(g, " if (");
    condition(g);
    put(g, ")");
}
static bool arm(Gen *g) {
    static const VarKind futures[] = {VAR_FUT_INT, VAR_FUT_BOOL, VAR_FUT_VOID};
    char ch[32];
    const Func *f;
    switch (below(g, 13)) {
    case 0: case 1: case 2:
        if (!has(g, VAR_CHAN) || !has(g, VAR_INT)) return false;
        chan_name(g, ch, sizeof ch);
        line(g, "case ");
        if (chance(g, 30)) put(g, "bool ok = ");
        put(g, "await recv(%s, &%s)", ch, name_of(g, VAR_INT));
        break;
    case 3: case 4:
        if (!has(g, VAR_CHAN)) return false;
        line(g, "case ");
        if (has(g, VAR_BOOL) && chance(g, 20)) put(g, "%s = ", name_of(g, VAR_BOOL));
        put(g, "await ");
        send_call(g, "send");
        break;
    case 5:
        if (!has(g, VAR_MUTEX)) return false;
        line(g, "case await lock(%s)", name_of(g, VAR_MUTEX));
        break;
    case 6:
        if (!has(g, VAR_SEM)) return false;
        line(g, "case await acquire(%s)", name_of(g, VAR_SEM));
        break;
    case 7: line(g, "case await sleep(%d)", between(g, 1, 2)); break;
    case 8: {
        VarKind kind = futures[below(g, 3)];
        if (!has(g, kind)) return false;
        const char *p = name_of(g, kind);
        line(g, "case ");
        if (kind == VAR_FUT_INT && chance(g, 40)) put(g, "int n = ");
        put(g, "await %s", p);
        break;
    }
    case 9: case 10:
        f = pick_async(g, -1);
        if (f == NULL || !f->waits) return false;
        line(g, "case ");
        if (f->returns_int && chance(g, 40)) put(g, "int n = ");
        put(g, "await %s", f->name);
        args(g, f);
        break;
    case 11:
        if (!has(g, VAR_TASK)) return false;
        line(g, "case await %s", name_of(g, VAR_TASK));
        break;
    default:
        if (!has(g, VAR_CHANS) || !has(g, VAR_INT)) return false;
        line(g, "case await recv(%s[k], &%s) for (int k = 0; k < 2; k++)", name_of(g, VAR_CHANS), name_of(g, VAR_INT));
        put(g, ":");
        arm_body(g);
        return true;
    }
    arm_guard(g);
    put(g, ":");
    arm_body(g);
    return true;
}
static void selects(Gen *g) {
    if (g->still || !g->now->is_async || g->waits < 1 || g->depth > 3) return;
    g->waits--;
    open_block(g, chance(g, 25) ? "biased select" : "select");
    int n = between(g, 1, 3), made = 0;
    for (int i = 0; i < 12 && made < n; i++) made += arm(g);
    if (chance(g, 15) || made == 0) {
        line(g, "default:");
        arm_body(g);
    }
    close_block(g);
}

/* ---- control */
static void defers(Gen *g) {
    bool was = g->still;
    int saved = g->nvars;
    open_block(g, "defer");
    g->still = true;
    assign(g);
    if (has(g, VAR_CHAN) && chance(g, 25)) {
        line(g, "(void)");
        send_call(g, "try_send");
        put(g, ";\n");
    }
    g->still = was;
    g->nvars = saved;
    close_block(g);
}
static void scopes(Gen *g) {
    if (g->still || !g->now->is_async || g->waits < 1) return;
    g->waits--;
    open_block(g, "scope");
    int saved = g->nvars;
    spawn_some(g);
    body(g, between(g, 0, 2));
    if (chance(g, 10)) line(g, "return%s;\n", g->now->returns_int ? " 1" : "");
    g->nvars = saved;
    close_block(g);
}
static void switches(Gen *g) {
    line(g, "switch (");
    expr(g, 1);
    put(g, ") {\n");
    for (int i = 0; i < 2; i++) {
        line(g, i == 0 ? "case 0: {\n" : "default: {\n");
        g->indent++;
        body(g, 1);
        if (chance(g, 70)) line(g, "break;\n");
        close_block(g);
    }
    line(g, "}\n");
}
static void locals(Gen *g) {
    if (chance(g, 40)) {
        line(g, "%schan(int) c%d = channel(%d%s);\n", chance(g, 30) ? "scoped " : "", g->names, between(g, 0, 1),
            chance(g, 30) ? ", fifo" : "");
        add_var(g, VAR_CHAN, "c", false);
    } else if (chance(g, 60)) {
        line(g, "mutex l%d;\n", g->names);
        add_var(g, VAR_MUTEX, "l", false);
    } else {
        line(g, "semaphore s%d = permits(%d);\n", g->names, between(g, 0, 2));
        add_var(g, VAR_SEM, "s", false);
    }
}
static void blocks(Gen *g) {
    if (g->depth > 2) return;
    switch (below(g, 9)) {
    case 0: case 1:
        line(g, "if (");
        condition(g);
        put(g, ") {\n");
        g->indent++;
        body(g, between(g, 1, 2));
        if (chance(g, 12)) line(g, "return%s;\n", g->now->returns_int ? " 2" : "");
        close_block(g);
        if (chance(g, 30)) {
            open_block(g, "else");
            body(g, 1);
            close_block(g);
        }
        return;
    case 2:
        if (g->loops > 0) return;
        line(g, "for (int j%d = 0; j%d < 2; j%d++) {\n", g->names, g->names, g->names);
        add_var(g, VAR_INT, "j", false)->is_const = true;
        g->indent++;
        g->loops++;
        body(g, between(g, 1, 2));
        if (chance(g, 15)) line(g, chance(g, 50) ? "break;\n" : "continue;\n");
        g->loops--;
        g->nvars--;
        close_block(g);
        return;
    case 3:
        if (!g->still) defers(g);
        return;
    case 4: case 5: scopes(g); return;
    case 6:
        if (chance(g, 50) || g->loops > 0) {
            switches(g);
            return;
        }
        line(g, "int n%d = 0;\n", g->names);
        add_var(g, VAR_INT, "n", false)->is_const = true;
        {
            const char *n = g->vars[g->nvars - 1].name;
            open_block(g, "do");
            g->loops++;
            body(g, 1);
            g->loops--;
            g->indent--;
            line(g, "} while (++%s < 2);\n", n);
        }
        return;
    case 7: locals(g); return;
    default:
        open_block(g, "");
        int saved = g->nvars;
        locals(g);
        body(g, between(g, 1, 2));
        g->nvars = saved;
        close_block(g);
    }
}
static void timers(Gen *g) {
    if (!may_wait(g)) return;
    g->waits--;
    Func *f = (Func *)(uintptr_t)g->now;
    if (g->depth == 1 && g->loops == 0 && !f->has_label && f->name[0] == 't' && chance(g, 40)) {
        f->has_label = true;
        line(g, "%s: await yield();\n", chance(g, 20) ? "idle" : "here");
        return;
    }
    if (chance(g, 55)) line(g, "await yield();\n");
    else line(g, "await sleep(%d);\n", between(g, 1, 2));
}
static void blocking(Gen *g) {
    if (g->still) return;
    const Func *f;
    switch (below(g, 5)) {
    case 0:
        if (!has(g, VAR_MUTEX)) return;
        {
            const char *m = name_of(g, VAR_MUTEX);
            line(g, "lock(%s);\n", m);
            body(g, between(g, 0, 1));
            line(g, "unlock(%s);\n", m);
        }
        return;
    case 1:
        if (!has(g, VAR_CHAN)) return;
        line(g, "(void)");
        send_call(g, "send");
        put(g, ";\n");
        return;
    case 2:
        if (!has(g, VAR_CHAN)) return;
        {
            const char *to = destination(g, VAR_INT);
            line(g, "recv(%s, &%s);\n", name_of(g, VAR_CHAN), to);
        }
        return;
    case 3:
        if (!has(g, VAR_SEM)) return;
        {
            const char *s = name_of(g, VAR_SEM);
            line(g, "acquire(%s);\n", s);
            line(g, "release(%s);\n", s);
        }
        return;
    default:
        if (has(g, VAR_TASK) && chance(g, 50)) {
            line(g, "block_on(%s);\n", name_of(g, VAR_TASK));
            return;
        }
        f = pick_async(g, -1);
        if (f == NULL || !f->waits) return;
        line(g, "block_on(%s", f->name);
        args(g, f);
        put(g, ");\n");
    }
}
static void statement(Gen *g) {
    const Flavour *f = g->flavour;
    int total = f->channels + f->locks + f->selects + f->futures + f->tasks + f->blocks + f->data + f->timers +
                f->blocking;
    int k = (int)below(g, (uint32_t)total);
    g->budget--;
    if ((k -= f->channels) < 0) channels(g);
    else if ((k -= f->locks) < 0) locks(g);
    else if ((k -= f->selects) < 0) selects(g);
    else if ((k -= f->futures) < 0) futures(g);
    else if ((k -= f->tasks) < 0) tasks(g);
    else if ((k -= f->blocks) < 0) blocks(g);
    else if ((k -= f->data) < 0) data(g);
    else if ((k -= f->timers) < 0) timers(g);
    else blocking(g);
}

/* ---- declarations */
static void objects(Gen *g) {
    static const char *const mutexes[] = {"", "", " = barging()", " = unowned()", " = barging(unowned)"};
    int n = between(g, 1, 2);
    for (int i = 0; i < n; i++) {
        put(g, "chan(int) c%d = channel(%d%s);\n", g->names, between(g, 0, 2), chance(g, 25) ? ", fifo" : "");
        add_var(g, VAR_CHAN, "c", true);
    }
    if (chance(g, 20)) {
        put(g, "chan(int) cs%d[2] = channel(%d);\n", g->names, between(g, 0, 1));
        add_var(g, VAR_CHANS, "cs", true);
    }
    static const struct { VarKind kind; const char *type;
    } others[] = {{VAR_CHAN_PAIR, "pair"}, {VAR_CHAN_MSG, "msg"}, {VAR_CHAN_CHAN, "chan(int)"}, {VAR_CHAN_TASK, "task"},
        {VAR_CHAN_BYTE, "uint8_t"}};
    if (chance(g, 40)) {
        uint32_t k = below(g, 5);
        put(g, "chan(%s) d%d = channel(%d);\n", others[k].type, g->names, between(g, 0, 1));
        add_var(g, others[k].kind, "d", true);
    }
    n = between(g, 1, 2);
    for (int i = 0; i < n; i++) {
        put(g, "mutex l%d%s;\n", g->names, mutexes[below(g, 5)]);
        add_var(g, VAR_MUTEX, "l", true);
    }
    if (chance(g, 60)) {
        put(g, "semaphore s%d = permits(%d);\n", g->names, between(g, 0, 2));
        add_var(g, VAR_SEM, "s", true);
    }
}
static void variables(Gen *g) {
    int n = between(g, 1, 2);
    for (int i = 0; i < n; i++) {
        put(g, "%sint g%d", g->flavour->threaded && chance(g, 40) ? "_Atomic " : "", g->names);
        if (chance(g, 20)) put(g, " = %d", between(g, 0, 2));
        put(g, ";\n");
        add_var(g, VAR_INT, "g", true);
    }
    if (chance(g, 25)) {
        put(g, "unsigned w%d : 2;\n", g->names);
        add_var(g, VAR_BITS, "w", true);
    }
    if (chance(g, 25)) {
        put(g, "int a%d[2];\n", g->names);
        add_var(g, VAR_ARRAY, "a", true);
    }
    if (chance(g, 20)) {
        put(g, "pair p%d;\n", g->names);
        add_var(g, VAR_PAIR, "p", true);
    }
    if (chance(g, 20)) {
        put(g, "bool b%d;\n", g->names);
        add_var(g, VAR_BOOL, "b", true);
    }
    if (!g->flavour->threaded) return;
    g->executors = between(g, 1, 2);
    for (int i = 0; i < g->executors; i++) put(g, "executor e%d = threads(%d);\n", i, between(g, 1, 2));
}
static void plain_function(Gen *g) {
    Func *f = &g->funcs[g->nfuncs];
    *f = (Func){.returns_int = true, .nparams = 1, .params = {VAR_INT}};
    snprintf(f->name, sizeof f->name, "plain%d", g->nfuncs);
    g->now = f;
    int saved = g->nvars;
    const Var *x = add_var(g, VAR_INT, "x", false);
    put(g, "int %s(int %s) {\n", f->name, x->name);
    g->indent = 1;
    line(g, "if (%s > 3) return 0;\n", x->name);
    if (chance(g, 40)) assign(g);
    line(g, "return ");
    expr(g, 2);
    put(g, ";\n}\n");
    g->nvars = saved;
    g->nfuncs++;
}
static void array_function(Gen *g) {
    Func *f = &g->funcs[g->nfuncs];
    *f = (Func){.returns_int = true, .nparams = 1, .params = {VAR_ARRAY}};
    snprintf(f->name, sizeof f->name, "plain%d", g->nfuncs);
    g->now = f;
    int saved = g->nvars;
    const Var *x = add_var(g, VAR_ARRAY, "x", false);
    put(g, "int %s(int %s[2]) {\n", f->name, x->name);
    g->indent = 1;
    if (chance(g, 50)) line(g, "%s[%d] += %d;\n", x->name, between(g, 0, 1), between(g, 0, 2));
    if (chance(g, 30)) line(g, "if (%s[0] > 2) goto out;\n", x->name);
    else line(g, "for (level v = LOW; v < HIGH; v++) if (%s[v] == 1) goto out;\n", x->name);
    assign(g);
    put(g, "out:\n");
    line(g, "return %s[%d] & 3;\n}\n", x->name, between(g, 0, 1));
    g->nvars = saved;
    g->nfuncs++;
}
static void params(Gen *g, Func *f) {
    static const struct {
        VarKind kind;
        const char *type, *prefix;
    } kinds[] = {{VAR_INT, "int", "x"}, {VAR_CHAN, "chan(int)", "c"}, {VAR_MUTEX, "mutex", "l"}};
    put(g, "async %s %s(", f->returns_int ? "int" : "void", f->name);
    f->nparams = chance(g, 60) ? 0 : between(g, 1, 2);
    for (int i = 0; i < f->nparams; i++) {
        uint32_t k = below(g, 3);
        f->params[i] = kinds[k].kind;
        put(g, "%s%s %s%d", i > 0 ? ", " : "", kinds[k].type, kinds[k].prefix, g->names);
        add_var(g, kinds[k].kind, kinds[k].prefix, false);
    }
    put(g, f->nparams == 0 ? "void) {\n" : ") {\n");
}
static void async_function(Gen *g) {
    Func *f = &g->funcs[g->nfuncs];
    *f = (Func){.is_async = true, .returns_int = chance(g, 35)};
    snprintf(f->name, sizeof f->name, "task%d", g->nfuncs);
    int saved = g->nvars;
    params(g, f);
    g->now = f;
    g->indent = 1;
    int waits = g->waits;
    g->budget = between(g, 3, g->flavour->threaded ? 4 : 8);
    body(g, g->budget);
    if (g->waits == waits) timers(g);
    f->waits = g->waits < waits;
    if (f->returns_int) {
        line(g, "return ");
        expr(g, 1);
        put(g, ";\n");
    }
    put(g, "}\n");
    g->nvars = saved;
    g->nfuncs++;
}
/* What a variable ends up as is seen by an assertion that may fail. */
static void final_assertion(Gen *g) {
    if (!chance(g, 60)) return;
    line(g, "assert(");
    place(g);
    put(g, " != %d);\n", between(g, 0, 7));
}
static void main_function(Gen *g) {
    static const Func main_func = {.name = "main", .is_async = true};
    g->now = &main_func;
    put(g, "async void main(void) {\n");
    g->indent = 1;
    g->waits = g->waits < 2 ? 2 : g->waits;
    int saved = g->nvars;
    int n = between(g, g->flavour->threaded ? 1 : 2, g->flavour->threaded ? 2 : 4);
    g->spawns = g->spawns < n ? n : g->spawns;
    for (int i = 0; i < n; i++) spawn_some(g);
    g->budget = between(g, 2, g->flavour->threaded ? 3 : 7);
    while (g->budget > 0) statement(g);
    if (chance(g, 35))
        for (int i = saved; i < g->nvars; i++)
            if (g->vars[i].kind == VAR_TASK || g->vars[i].kind == VAR_TASK_INT) line(g, "await %s;\n", g->vars[i].name);
    final_assertion(g);
    put(g, "}\n");
    g->nvars = saved;
}
/* Properties of tasks: their numbers become part of the state. */
static void task_atoms(Gen *g) {
    static const char *const atoms[] = {"done", "blocked", "enabled", "aborted"};
    static const char *const which[] = {"[0]", "[1]"};
    if (!chance(g, 12)) return;
    for (int i = 0; i < g->nfuncs; i++) {
        const Func *f = &g->funcs[i];
        if (!f->is_async || !f->spawned) continue;
        for (int k = 0; k < 3; k++)
            put(g, "invariant atom%d%d: !%s(%s%s);\n", i, k, atoms[below(g, 4)], f->name, which[below(g, 2)]);
        if (f->has_label) put(g, "invariant label%d: !%s%s@here;\n", i, f->name, which[below(g, 2)]);
        if (chance(g, 40))
            put(g, "invariant holder%d: !(holder(%s) == %s[%d]);\n", i, name_of(g, VAR_MUTEX), f->name,
                between(g, 0, 1));
    }
    if (chance(g, 50)) put(g, "invariant all: !done(*);\n");
}
static void invariants(Gen *g) {
    g->quiet = true;
    for (int i = 0; i < g->nvars; i++)
        if (g->vars[i].kind == VAR_INT && chance(g, 60))
            put(g, "invariant value%d: %s != %d;\n", i, g->vars[i].name, between(g, 0, 7));
    if (chance(g, 40)) {
        put(g, "invariant low: ");
        condition(g);
        put(g, " || 1 < 2;\n");
    }
    if (chance(g, 25)) {
        put(g, "invariant maybe: ");
        condition(g);
        put(g, ";\n");
    }
    task_atoms(g);
    if (chance(g, 20)) put(g, "invariant lock: !held(%s);\n", name_of(g, VAR_MUTEX));
    if (chance(g, 15)) put(g, "invariant room: !full(%s) || closed(%s);\n", name_of(g, VAR_CHAN), name_of(g, VAR_CHAN));
}

void generate(uint64_t seed, FILE *out) {
    Gen g = {.out = out, .random = hash_mix(seed + 1)};
    g.flavour = &flavours[below(&g, sizeof flavours / sizeof *flavours)];
    put(&g, "// seed %llu: %s\n", (unsigned long long)seed, g.flavour->name);
    if (chance(&g, 6)) put(&g, "//@ options --main-ends-run\n");
    if (chance(&g, 6)) put(&g, "//@ options --ready run-on\n");
    put(&g, "typedef enum { LOW, HIGH } level;\ntypedef struct { int x; uint8_t y; } pair;\nmessage msg { value(int "
            "n); stop(); };\n");
    objects(&g);
    variables(&g);
    g.spawns = between(&g, 1, g.flavour->threaded ? 3 : 5);
    g.waits = between(&g, 5, g.flavour->threaded ? 6 : 13);
    if (chance(&g, 40)) plain_function(&g);
    if (chance(&g, 30)) array_function(&g);
    int n = between(&g, 1, 3);
    for (int i = 0; i < n; i++) async_function(&g);
    main_function(&g);
    invariants(&g);
}
