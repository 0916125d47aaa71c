#include "tests/differential/generate.h"
#include "tests/differential/gen.h"

#include "model/support/hash.h"

#include <assert.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

/* ---- which programs */
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

uint32_t gen_below(Gen *g, uint32_t n) {
    g->random += 0x9e3779b97f4a7c15u;
    return (uint32_t)(hash_mix(g->random) % n);
}
bool gen_chance(Gen *g, int percent) { return (int)gen_below(g, 100) < percent; }
int gen_between(Gen *g, int lo, int hi) { return lo + (int)gen_below(g, (uint32_t)(hi - lo + 1)); }

void gen_put(Gen *g, const char *format, ...) {
    va_list args;
    va_start(args, format);
    vfprintf(g->out, format, args);
    va_end(args);
}
void gen_line(Gen *g, const char *format, ...) {
    va_list args;
    fprintf(g->out, "%*s", 4 * g->indent, "");
    va_start(args, format);
    vfprintf(g->out, format, args);
    va_end(args);
}

/* ---- variables */
Var *gen_add_var(Gen *g, VarKind kind, const char *prefix, bool is_global) {
    if (g->nvars == VARS_MAX) abort();
    Var *v = &g->vars[g->nvars++];
    *v = (Var){.kind = kind, .is_global = is_global};
    snprintf(v->name, sizeof v->name, "%s%d", prefix, g->names++);
    return v;
}
bool gen_has(const Gen *g, VarKind kind) {
    for (int i = 0; i < g->nvars; i++)
        if (g->vars[i].kind == kind && !g->vars[i].spent) return true;
    return false;
}
Var *gen_pick_var(Gen *g, VarKind kind) {
    int n = 0;
    Var *found = NULL;
    for (int i = 0; i < g->nvars; i++)
        if (g->vars[i].kind == kind && !g->vars[i].spent && gen_below(g, (uint32_t)++n) == 0) found = &g->vars[i];
    assert(found != NULL);
    return found;
}
const char *gen_name_of(Gen *g, VarKind kind) { return gen_pick_var(g, kind)->name; }

/* ---- expressions of type int, without waiting */

void gen_place(Gen *g) { /* of some integer type */
    static const VarKind kinds[] = {VAR_INT, VAR_INT, VAR_INT, VAR_BYTE, VAR_BITS, VAR_ARRAY, VAR_PAIR, VAR_BOOL};
    for (;;) {
        VarKind kind = kinds[gen_below(g, 8)];
        if (!gen_has(g, kind)) continue;
        const Var *v = gen_pick_var(g, kind);
        if (v->is_const) continue;
        gen_put(g, "%s", v->name);
        if (kind == VAR_ARRAY)
            gen_put(g, g->quiet || gen_chance(g, 95) ? "[%d]" : "[%d + any(0, 1)]", gen_between(g, 0, 1));
        if (kind == VAR_PAIR) gen_put(g, gen_chance(g, 50) ? ".x" : ".y");
        return;
    }
}
void gen_leaf(Gen *g) {
    uint32_t k = gen_below(g, 12);
    if (k < 4 || g->nvars == 0 || !gen_has(g, VAR_INT)) {
        gen_put(g, "%d", gen_between(g, 0, 3));
    } else if (k < 9) {
        gen_place(g);
    } else if (k == 9 && gen_has(g, VAR_CHAN)) {
        gen_put(g, gen_chance(g, 70) ? "len(%s)" : "cap(%s)", gen_name_of(g, VAR_CHAN));
    } else if (k == 10 && !g->quiet) {
        gen_put(g, "any(0, %d)", gen_between(g, 1, 2));
    } else {
        gen_put(g, "%s", gen_name_of(g, VAR_INT));
    }
}
static void call_plain(Gen *g) {
    for (int i = 0; i < g->nfuncs; i++)
        if (!g->funcs[i].is_async && g->funcs[i].returns_int && !g->quiet && g->funcs[i].params[0] == VAR_ARRAY &&
            gen_has(g, VAR_ARRAY)) {
            gen_put(g, "%s(%s)", g->funcs[i].name, gen_name_of(g, VAR_ARRAY));
            return;
        } else if (!g->funcs[i].is_async && g->funcs[i].returns_int && !g->quiet && g->funcs[i].params[0] == VAR_INT) {
            gen_put(g, "%s(", g->funcs[i].name);
            gen_leaf(g);
            gen_put(g, ")");
            return;
        }
    gen_leaf(g);
}
void gen_expr(Gen *g, int depth) {
    static const char *const ops[] = {
        "+", "-", "+", "&", "|", "^", "*", "==", "!=", "<", ">=", "&&", "||", "/", "%", "<<", ">>"};
    if (depth == 0 || gen_chance(g, 45)) {
        gen_leaf(g);
        return;
    }
    if (gen_chance(g, 8)) {
        call_plain(g);
    } else if (gen_chance(g, 8)) {
        gen_put(g, "(");
        gen_expr(g, depth - 1);
        gen_put(g, " ? ");
        gen_expr(g, depth - 1);
        gen_put(g, " : ");
        gen_expr(g, depth - 1);
        gen_put(g, ")");
    } else if (gen_chance(g, 8)) {
        static const char *const unary[] = {"!", "-", "~", "(uint8_t)", "(int8_t)"};
        gen_put(g, "%s(", unary[gen_below(g, 5)]);
        gen_expr(g, depth - 1);
        gen_put(g, ")");
    } else {
        uint32_t op = gen_below(g, gen_chance(g, 90) ? 13 : 17);
        gen_put(g, "(");
        gen_expr(g, depth - 1);
        gen_put(g, " %s ", ops[op]);
        if (op >= 15) gen_put(g, "%d", gen_between(g, 0, 3));
        else if (op >= 13 && gen_chance(g, 80)) gen_put(g, "%d", gen_between(g, 1, 3));
        else gen_expr(g, depth - 1);
        gen_put(g, ")");
    }
}
void gen_condition(Gen *g) {
    if (gen_chance(g, 25) && !g->quiet) {
        gen_put(g, "any_bool()");
        return;
    }
    static const char *const ops[] = {"==", "!=", "<", ">"};
    gen_put(g, "(");
    gen_leaf(g);
    gen_put(g, " %s ", ops[gen_below(g, 4)]);
    gen_expr(g, 1);
    gen_put(g, ")");
}

/* ---- statements */

void gen_body(Gen *g, int n) {
    int saved = g->nvars;
    g->depth++;
    for (int i = 0; i < n && g->budget > 0; i++) gen_statement(g);
    g->depth--;
    g->nvars = saved;
}
void gen_open_block(Gen *g, const char *head) {
    gen_line(g, "%s {\n", head);
    g->indent++;
}
void gen_close_block(Gen *g) {
    g->indent--;
    gen_line(g, "}\n");
}
bool gen_may_wait(const Gen *g) { return g->now->is_async && !g->still && g->waits > 0; }

static void end_argument(Gen *g, VarKind kind) {
    if (gen_has(g, kind) && gen_chance(g, 50)) gen_put(g, gen_chance(g, 50) ? "clone(%s)" : "%s", gen_name_of(g, kind));
    else gen_put(g, "%s(%s)", kind == VAR_SENDER ? "sender" : "receiver", gen_name_of(g, VAR_CHAN));
}
/* Arguments of a call, by the kinds of its parameters. */
void gen_args(Gen *g, const Func *f) {
    gen_put(g, "(");
    for (int i = 0; i < f->nparams; i++) {
        if (i > 0) gen_put(g, ", ");
        if (f->params[i] == VAR_INT) gen_expr(g, 1);
        else if (f->params[i] == VAR_SENDER || f->params[i] == VAR_RECEIVER) end_argument(g, f->params[i]);
        else if (f->params[i] == VAR_MUTEX && gen_chance(g, 6)) gen_put(g, "none");
        else gen_put(g, "%s", gen_name_of(g, f->params[i]));
    }
    gen_put(g, ")");
}
bool gen_can_call(const Gen *g, const Func *f) {
    for (int i = 0; i < f->nparams; i++)
        if (f->params[i] != VAR_INT && f->params[i] != VAR_ARRAY && f->params[i] < VAR_SENDER &&
            !gen_has(g, f->params[i]))
            return false;
    return true;
}
const Func *gen_pick_async(Gen *g, int returns_int) { /* -1: either */
    const Func *found = NULL;
    int n = 0;
    for (int i = 0; i < g->nfuncs; i++) {
        const Func *f = &g->funcs[i];
        if (!f->is_async || f == g->now || (returns_int >= 0 && f->returns_int != (returns_int != 0)) ||
            !gen_can_call(g, f))
            continue;
        if (gen_below(g, (uint32_t)++n) == 0) found = f;
    }
    return found;
}
static void declare_int(Gen *g) {
    static const struct {
        VarKind kind;
        const char *type, *prefix;
    } types[] = {{VAR_INT, "int", "i"}, {VAR_INT, "int", "i"}, {VAR_BYTE, "uint8_t", "u"}, {VAR_BITS, "unsigned", "w"},
        {VAR_BOOL, "bool", "b"}, {VAR_PAIR, "pair", "p"}, {VAR_ARRAY, "int", "a"}};
    uint32_t k = gen_below(g, 7);
    char name[16];
    snprintf(name, sizeof name, "%s%d", types[k].prefix, g->names);
    gen_line(g, "%s %s", types[k].type, name);
    if (types[k].kind == VAR_BITS) gen_put(g, " : 2");
    if (types[k].kind == VAR_ARRAY) gen_put(g, "[2]");
    if (types[k].kind == VAR_PAIR || types[k].kind == VAR_ARRAY) {
        gen_put(g, " = { ");
        gen_expr(g, 1);
        gen_put(g, ", %d };\n", gen_between(g, 0, 2));
    } else if (types[k].kind == VAR_BITS) {
        gen_put(g, " = %d;\n", gen_between(g, 0, 2));
    } else if (gen_chance(g, 96)) {
        gen_put(g, " = ");
        gen_expr(g, 1);
        gen_put(g, ";\n");
    } else {
        gen_put(g, ";\n");
    }
    gen_add_var(g, types[k].kind, types[k].prefix, false);
}
void gen_assign(Gen *g) {
    static const char *const ops[] = {"=", "=", "=", "+=", "-=", "^=", "|="};
    gen_line(g, "%s", "");
    if (gen_chance(g, 15)) {
        gen_place(g);
        gen_put(g, gen_chance(g, 50) ? "++;\n" : "--;\n");
        return;
    }
    if (gen_chance(g, 10) && gen_has(g, VAR_PAIR)) {
        const char *to = gen_name_of(g, VAR_PAIR), *from = gen_name_of(g, VAR_PAIR);
        gen_put(g, "%s = %s;\n", to, from);
        return;
    }
    gen_place(g);
    gen_put(g, " %s ", ops[gen_below(g, 7)]);
    gen_expr(g, 1);
    gen_put(g, ";\n");
}
/* An int variable of our own to receive into. */
const char *gen_destination(Gen *g, VarKind kind) {
    if (gen_has(g, kind) && gen_chance(g, 70)) {
        Var *v = gen_pick_var(g, kind);
        if (!v->is_const) return v->name;
    }
    Var *v = gen_add_var(g, kind,
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
    if (types[kind][0] == 'i') gen_put(g, "%s", text);
    else if (kind == VAR_BYTE) gen_put(g, "uint8_t %s = 0;\n", v->name);
    else if (kind == VAR_PAIR) gen_put(g, "pair %s = { 0, 0 };\n", v->name);
    else if (kind == VAR_MSG) gen_put(g, "msg %s = stop();\n", v->name);
    else if (kind == VAR_CHAN) gen_put(g, "chan(int) %s;\n", v->name);
    else gen_put(g, "task %s;\n", v->name);
    return v->name;
}
void gen_chan_name(Gen *g, char *text, size_t size) {
    if (gen_has(g, VAR_CHANS) && gen_chance(g, 25))
        snprintf(text, size, "%s[%d]", gen_name_of(g, VAR_CHANS), gen_between(g, 0, 1));
    else snprintf(text, size, "%s", gen_name_of(g, VAR_CHAN));
}
void gen_send_call(Gen *g, const char *op) {
    char ch[32];
    gen_chan_name(g, ch, sizeof ch);
    gen_put(g, "%s(%s, ", op, ch);
    gen_expr(g, 1);
    gen_put(g, ")");
}
static void send_other(Gen *g, const char *await) {
    if (gen_has(g, VAR_CHAN_PAIR) && gen_chance(g, 40)) {
        gen_line(g, "(void)%ssend(%s, (pair){ ", await, gen_name_of(g, VAR_CHAN_PAIR));
        gen_expr(g, 1);
        gen_put(g, ", %d });\n", gen_between(g, 0, 1));
    } else if (gen_has(g, VAR_CHAN_MSG) && gen_chance(g, 50)) {
        gen_line(g, "(void)%ssend(%s, ", await, gen_name_of(g, VAR_CHAN_MSG));
        if (gen_chance(g, 60)) {
            gen_put(g, "value(");
            gen_expr(g, 1);
            gen_put(g, "));\n");
        } else {
            gen_put(g, "stop());\n");
        }
    } else if (gen_has(g, VAR_CHAN_CHAN) && gen_chance(g, 60)) {
        gen_line(g, "(void)%ssend(%s, %s);\n", await, gen_name_of(g, VAR_CHAN_CHAN), gen_name_of(g, VAR_CHAN));
    } else if (gen_has(g, VAR_CHAN_TASK) && gen_has(g, VAR_TASK)) {
        gen_line(g, "(void)%ssend(%s, %s);\n", await, gen_name_of(g, VAR_CHAN_TASK), gen_name_of(g, VAR_TASK));
    } else if (gen_has(g, VAR_CHAN_BYTE)) {
        gen_line(g, "(void)%ssend(%s, ", await, gen_name_of(g, VAR_CHAN_BYTE));
        gen_expr(g, 1);
        gen_put(g, ");\n");
    }
}
static void recv_other(Gen *g, const char *await) {
    if (gen_has(g, VAR_CHAN_PAIR) && gen_chance(g, 40)) {
        const char *to = gen_destination(g, VAR_PAIR), *from = gen_name_of(g, VAR_CHAN_PAIR);
        gen_line(g, "%srecv(%s, &%s);\n", await, from, to);
    } else if (gen_has(g, VAR_CHAN_MSG) && gen_chance(g, 50)) {
        const char *to = gen_destination(g, VAR_MSG), *from = gen_name_of(g, VAR_CHAN_MSG);
        gen_line(g, "%srecv(%s, &%s);\n", await, from, to);
        gen_open_block(g, "");
        gen_line(g, "switch (%s) {\n", to);
        gen_line(g, "case value(n): %s += n; break;\n", gen_name_of(g, VAR_INT));
        if (gen_chance(g, 30) && !g->still) gen_line(g, "case stop(): return%s;\n", g->now->returns_int ? " 3" : "");
        else gen_line(g, "case stop(): break;\n");
        gen_line(g, "}\n");
        gen_close_block(g);
    } else if (gen_has(g, VAR_CHAN_CHAN) && gen_chance(g, 60)) {
        const char *to = gen_destination(g, VAR_CHAN), *from = gen_name_of(g, VAR_CHAN_CHAN);
        gen_line(g, "%srecv(%s, &%s);\n", await, from, to);
    } else if (gen_has(g, VAR_CHAN_TASK)) {
        const char *to = gen_destination(g, VAR_TASK), *from = gen_name_of(g, VAR_CHAN_TASK);
        gen_line(g, "%srecv(%s, &%s);\n", await, from, to);
    } else if (gen_has(g, VAR_CHAN_BYTE)) {
        const char *to = gen_destination(g, VAR_BYTE), *from = gen_name_of(g, VAR_CHAN_BYTE);
        gen_line(g, "%srecv(%s, &%s);\n", await, from, to);
    }
}
static void try_channel(Gen *g) {
    char ch[32];
    if (gen_chance(g, 50)) {
        gen_line(g, "if (");
        gen_send_call(g, "try_send");
    } else {
        const char *to = gen_destination(g, VAR_INT);
        gen_chan_name(g, ch, sizeof ch);
        gen_line(g, "if (try_recv(%s, &%s)", ch, to);
    }
    gen_put(g, ") {\n");
    g->indent++;
    gen_body(g, 1);
    gen_close_block(g);
}
static void channels(Gen *g) {
    char ch[32];
    bool waits = gen_may_wait(g);
    const char *await = waits ? "await " : "";
    if (!gen_has(g, VAR_CHAN)) return;
    if (!waits) {
        if (gen_chance(g, 80)) try_channel(g);
        return;
    }
    g->waits--;
    switch (gen_below(g, 12)) {
    case 0:
    case 1:
    case 2:
        gen_line(g, "(void)await ");
        gen_send_call(g, "send");
        gen_put(g, ";\n");
        return;
    case 3:
        gen_line(g, "await ");
        gen_send_call(g, "send");
        gen_put(g, ";\n");
        return;
    case 4:
    case 5:
    case 6: {
        const char *to = gen_destination(g, VAR_INT);
        gen_chan_name(g, ch, sizeof ch);
        gen_line(g, "await recv(%s, &%s);\n", ch, to);
        return;
    }
    case 7: {
        const char *to = gen_destination(g, VAR_INT);
        gen_chan_name(g, ch, sizeof ch);
        gen_line(g,
            gen_chance(g, 70) || g->loops > 0 ? "if (await recv(%s, &%s)) {\n" : "while (await recv(%s, &%s)) {\n", ch,
            to);
        g->indent++;
        g->loops++;
        gen_body(g, gen_between(g, 1, 2));
        g->loops--;
        gen_close_block(g);
        return;
    }
    case 8: try_channel(g); return;
    case 9:
        if (gen_chance(g, 60)) {
            gen_chan_name(g, ch, sizeof ch);
            gen_line(g, "close(%s);\n", ch);
        }
        return;
    case 10: send_other(g, await); return;
    default: recv_other(g, await);
    }
}
static void locks(Gen *g) {
    if (gen_has(g, VAR_SEM) && gen_chance(g, 40)) {
        const char *s = gen_name_of(g, VAR_SEM);
        if (!gen_may_wait(g)) {
            gen_line(g, "if (try_acquire(%s)) release(%s);\n", s, s);
            return;
        }
        g->waits--;
        int n = gen_between(g, 1, 2);
        if (n == 1 && gen_chance(g, 70)) gen_line(g, "await acquire(%s);\n", s);
        else gen_line(g, "await acquire(%s, %d);\n", s, n);
        bool defers = gen_chance(g, 25);
        if (defers) gen_line(g, "defer release(%s, %d);\n", s, n);
        gen_body(g, gen_between(g, 0, 2));
        if (!defers && gen_chance(g, 85)) gen_line(g, "release(%s, %d);\n", s, n);
        else if (gen_chance(g, 5)) gen_line(g, "close(%s);\n", s);
        return;
    }
    if (!gen_has(g, VAR_MUTEX)) return;
    const char *m = gen_name_of(g, VAR_MUTEX);
    if (!gen_may_wait(g) || gen_chance(g, 12)) {
        gen_line(g, "if (try_lock(%s)) {\n", m);
        g->indent++;
        gen_body(g, 1);
        gen_line(g, "unlock(%s);\n", m);
        gen_close_block(g);
        return;
    }
    g->waits--;
    if (gen_chance(g, 3)) gen_line(g, "unlock(%s);\n", m);
    gen_line(g, "await lock(%s);\n", m);
    if (gen_chance(g, 25)) {
        gen_line(g, "defer unlock(%s);\n", m);
        gen_body(g, gen_between(g, 1, 2));
        return;
    }
    int saved = g->nvars;
    gen_body(g, gen_between(g, 0, 2));
    g->nvars = saved;
    if (gen_chance(g, 93)) gen_line(g, "unlock(%s);\n", m);
}
/* A loop that goes on until somebody else ends it, if anybody does. */
static void spin(Gen *g) {
    const Var *v = gen_pick_var(g, VAR_INT);
    if (!v->is_global || g->still) return;
    gen_line(g, "while (%s %s %d) { }\n", v->name, gen_chance(g, 50) ? "==" : "!=", gen_between(g, 0, 1));
}
static void data(Gen *g) {
    if (gen_chance(g, g->flavour->threaded ? 8 : 1) && gen_has(g, VAR_INT)) {
        spin(g);
        return;
    }
    switch (gen_below(g, 10)) {
    case 0:
    case 1: declare_int(g); return;
    case 2:
        gen_line(g, gen_chance(g, 20) ? "assume(" : "assert(");
        if (gen_chance(g, 85)) gen_put(g, "1 || ");
        gen_condition(g);
        gen_put(g, ");\n");
        return;
    case 3:
        if (g->flavour->threaded && g->now->is_async && !g->still) {
            bool was = g->still;
            gen_open_block(g, "atomic");
            g->still = true;
            gen_assign(g);
            gen_assign(g);
            g->still = was;
            gen_close_block(g);
            return;
        }
        gen_assign(g);
        return;
    default: gen_assign(g);
    }
}
static void future_of_op(Gen *g) {
    char ch[32];
    Var *v;
    switch (gen_below(g, 5)) {
    case 0:
    case 1:
        if (!gen_has(g, VAR_CHAN)) return;
        gen_chan_name(g, ch, sizeof ch);
        gen_line(g, "future(bool) f%d = send(%s, %d);\n", g->names, ch, gen_between(g, 0, 2));
        break;
    case 2: {
        if (!gen_has(g, VAR_CHAN)) return;
        gen_chan_name(g, ch, sizeof ch);
        gen_line(g, "int v%d = 0;\n", g->names);
        gen_line(g, "future(bool) f%d = recv(%s, &v%d);\n", g->names, ch, g->names);
        break;
    }
    case 3:
        if (!gen_has(g, VAR_SEM)) return;
        gen_line(g, "future(bool) f%d = acquire(%s);\n", g->names, gen_name_of(g, VAR_SEM));
        break;
    default:
        if (!gen_has(g, VAR_MUTEX)) return;
        gen_line(g, "future(void) f%d = lock(%s);\n", g->names, gen_name_of(g, VAR_MUTEX));
        gen_add_var(g, VAR_FUT_VOID, "f", false);
        return;
    }
    v = gen_add_var(g, VAR_FUT_BOOL, "f", false);
    (void)v;
}
static void futures(Gen *g) {
    static const VarKind kinds[] = {VAR_FUT_INT, VAR_FUT_BOOL, VAR_FUT_VOID};
    if (g->still || !g->now->is_async) return;
    VarKind kind = kinds[gen_below(g, 3)];
    if (gen_has(g, kind) && gen_chance(g, 50) && gen_may_wait(g)) {
        Var *v = gen_pick_var(g, kind);
        g->waits--;
        v->spent = gen_chance(g, 96);
        if (kind == VAR_FUT_INT && gen_chance(g, 60))
            gen_line(g, "%s += await %s;\n", gen_name_of(g, VAR_INT), v->name);
        else gen_line(g, "await %s;\n", v->name);
        return;
    }
    if (gen_chance(g, 40)) {
        future_of_op(g);
        return;
    }
    const Func *f = gen_pick_async(g, -1);
    if (f == NULL || g->waits < 1) return;
    if (gen_chance(g, 30)) {
        g->waits--;
        if (f->returns_int) gen_line(g, "%s += await %s", gen_name_of(g, VAR_INT), f->name);
        else gen_line(g, "await %s", f->name);
        gen_args(g, f);
        gen_put(g, ";\n");
        return;
    }
    gen_line(g, "future(%s) f%d = %s", f->returns_int ? "int" : "void", g->names, f->name);
    gen_args(g, f);
    gen_put(g, ";\n");
    gen_add_var(g, f->returns_int ? VAR_FUT_INT : VAR_FUT_VOID, "f", false);
}
static void spawn_call(Gen *g, const Func *f) {
    g->funcs[f - g->funcs].spawned = true;
    gen_put(g, "spawn");
    if (g->executors > 0 && gen_chance(g, 75)) gen_put(g, "(e%d)", gen_between(g, 0, g->executors - 1));
    if (gen_chance(g, 6)) gen_put(g, " daemon");
    gen_put(g, " %s", f->name);
    gen_args(g, f);
    gen_spawn_fault(g, f);
}
static void spawn_some(Gen *g) {
    const Func *f = gen_pick_async(g, -1);
    if (f == NULL || g->spawns <= 0 || g->still) return;
    g->spawns--;
    if (gen_chance(g, 12) && g->spawns > 0 && g->loops == 0) {
        g->spawns--;
        gen_line(g, "for (int k = 0; k < 2; k++) ");
        spawn_call(g, f);
        gen_put(g, ";\n");
        return;
    }
    if (gen_chance(g, 12) && g->spawns > 0 && g->loops == 0 && !f->returns_int) {
        g->spawns--;
        gen_line(g, "task pool%d[2];\n", g->names);
        gen_line(g, "for (int k = 0; k < 2; k++) pool%d[k] = ", g->names);
        spawn_call(g, f);
        gen_put(g, ";\n");
        if (gen_chance(g, 40)) gen_line(g, "abort(pool%d[%d]);\n", g->names, gen_between(g, 0, 1));
        if (gen_may_wait(g) && gen_chance(g, 70))
            gen_line(g, "for (int k = 0; k < 2; k++) await pool%d[k];\n", g->names);
        g->names++;
        return;
    }
    if (gen_chance(g, 35)) {
        gen_line(g, "%s", "");
        spawn_call(g, f);
        gen_put(g, ";\n");
        return;
    }
    gen_line(g, "task t%d = ", g->names);
    spawn_call(g, f);
    gen_put(g, ";\n");
    gen_add_var(g, f->returns_int ? VAR_TASK_INT : VAR_TASK, "t", false);
}
static void tasks(Gen *g) {
    VarKind kind = gen_chance(g, 50) && gen_has(g, VAR_TASK_INT) ? VAR_TASK_INT : VAR_TASK;
    if (gen_has(g, kind) && gen_chance(g, 65)) {
        const char *t = gen_name_of(g, kind);
        if (gen_chance(g, 35)) {
            gen_line(g, "abort(%s);\n", t);
        } else if (gen_may_wait(g)) {
            g->waits--;
            if (kind == VAR_TASK_INT && gen_chance(g, 60)) gen_line(g, "%s = await %s;\n", gen_name_of(g, VAR_INT), t);
            else gen_line(g, "await %s;\n", t);
            if (gen_chance(g, 30))
                gen_line(g, "%s = %s(%s);\n", gen_name_of(g, VAR_INT), g->has_faults ? "crashed" : "aborted", t);
        }
        return;
    }
    spawn_some(g);
}

/* ---- select */
typedef struct ArmText {
    VarKind used;
} ArmText;
void gen_arm_body(Gen *g) {
    gen_put(g, "\n");
    g->indent++;
    gen_body(g, gen_between(g, 0, 2));
    gen_line(g, "break;\n");
    g->indent--;
}
void gen_arm_guard(Gen *g) {
    if (!gen_chance(g, 15)) return;
    gen_put(g, " if (");
    gen_condition(g);
    gen_put(g, ")");
}
static bool arm(Gen *g) {
    static const VarKind futures[] = {VAR_FUT_INT, VAR_FUT_BOOL, VAR_FUT_VOID};
    char ch[32];
    const Func *f;
    if (g->nfamilies > 0 && gen_chance(g, 35)) {
        const GenFamily *family = g->families[gen_below(g, (uint32_t)g->nfamilies)];
        if (!gen_has(g, family->kind) || family->arm == NULL || !family->arm(g)) return false;
        gen_arm_guard(g);
        gen_put(g, ":");
        gen_arm_body(g);
        return true;
    }
    switch (gen_below(g, 13)) {
    case 0:
    case 1:
    case 2:
        if (!gen_has(g, VAR_CHAN) || !gen_has(g, VAR_INT)) return false;
        gen_chan_name(g, ch, sizeof ch);
        gen_line(g, "case ");
        if (gen_chance(g, 30)) gen_put(g, "bool ok = ");
        gen_put(g, "await recv(%s, &%s)", ch, gen_name_of(g, VAR_INT));
        break;
    case 3:
    case 4:
        if (!gen_has(g, VAR_CHAN)) return false;
        gen_line(g, "case ");
        if (gen_has(g, VAR_BOOL) && gen_chance(g, 20)) gen_put(g, "%s = ", gen_name_of(g, VAR_BOOL));
        gen_put(g, "await ");
        gen_send_call(g, "send");
        break;
    case 5:
        if (!gen_has(g, VAR_MUTEX)) return false;
        gen_line(g, "case await lock(%s)", gen_name_of(g, VAR_MUTEX));
        break;
    case 6:
        if (!gen_has(g, VAR_SEM)) return false;
        gen_line(g, "case await acquire(%s)", gen_name_of(g, VAR_SEM));
        break;
    case 7: gen_line(g, "case await sleep(%d)", g->has_clock ? gen_between(g, 0, 3) : gen_between(g, 1, 2)); break;
    case 8: {
        VarKind kind = futures[gen_below(g, 3)];
        if (!gen_has(g, kind)) return false;
        const char *p = gen_name_of(g, kind);
        gen_line(g, "case ");
        if (kind == VAR_FUT_INT && gen_chance(g, 40)) gen_put(g, "int n = ");
        gen_put(g, "await %s", p);
        break;
    }
    case 9:
    case 10:
        f = gen_pick_async(g, -1);
        if (f == NULL || !f->waits) return false;
        gen_line(g, "case ");
        if (f->returns_int && gen_chance(g, 40)) gen_put(g, "int n = ");
        gen_put(g, "await %s", f->name);
        gen_args(g, f);
        break;
    case 11:
        if (!gen_has(g, VAR_TASK)) return false;
        gen_line(g, "case await %s", gen_name_of(g, VAR_TASK));
        break;
    default:
        if (!gen_has(g, VAR_CHANS) || !gen_has(g, VAR_INT)) return false;
        gen_line(g, "case await recv(%s[k], &%s) for (int k = 0; k < 2; k++)", gen_name_of(g, VAR_CHANS),
            gen_name_of(g, VAR_INT));
        gen_put(g, ":");
        gen_arm_body(g);
        return true;
    }
    gen_arm_guard(g);
    gen_put(g, ":");
    gen_arm_body(g);
    return true;
}
static void selects(Gen *g) {
    if (g->still || !g->now->is_async || g->waits < 1 || g->depth > 3) return;
    g->waits--;
    gen_open_block(g, gen_chance(g, 25) ? "biased select" : "select");
    int n = gen_between(g, 1, 3), made = 0;
    for (int i = 0; i < 12 && made < n; i++) made += arm(g);
    if (gen_chance(g, 15) || made == 0) {
        gen_line(g, "default:");
        gen_arm_body(g);
    }
    gen_close_block(g);
}

/* ---- control */
static void defers(Gen *g) {
    bool was = g->still;
    int saved = g->nvars;
    gen_open_block(g, "defer");
    g->still = true;
    gen_assign(g);
    if (gen_has(g, VAR_CHAN) && gen_chance(g, 25)) {
        gen_line(g, "(void)");
        gen_send_call(g, "try_send");
        gen_put(g, ";\n");
    }
    g->still = was;
    g->nvars = saved;
    gen_close_block(g);
}
static void scopes(Gen *g) {
    if (g->still || !g->now->is_async || g->waits < 1) return;
    g->waits--;
    gen_open_block(g, "scope");
    int saved = g->nvars;
    spawn_some(g);
    gen_body(g, gen_between(g, 0, 2));
    if (gen_chance(g, 10)) gen_line(g, "return%s;\n", g->now->returns_int ? " 1" : "");
    g->nvars = saved;
    gen_close_block(g);
}
static void switches(Gen *g) {
    gen_line(g, "switch (");
    gen_expr(g, 1);
    gen_put(g, ") {\n");
    for (int i = 0; i < 2; i++) {
        gen_line(g, i == 0 ? "case 0: {\n" : "default: {\n");
        g->indent++;
        gen_body(g, 1);
        if (gen_chance(g, 70)) gen_line(g, "break;\n");
        gen_close_block(g);
    }
    gen_line(g, "}\n");
}
static void locals(Gen *g) {
    if (gen_chance(g, 40)) {
        gen_line(g, "%schan(int) c%d = channel(%d%s);\n", gen_chance(g, 30) ? "scoped " : "", g->names,
            gen_between(g, 0, 1), gen_chance(g, 30) ? ", fifo" : "");
        gen_add_var(g, VAR_CHAN, "c", false);
    } else if (gen_chance(g, 60)) {
        gen_line(g, "mutex l%d;\n", g->names);
        gen_add_var(g, VAR_MUTEX, "l", false);
    } else {
        gen_line(g, "semaphore s%d = permits(%d);\n", g->names, gen_between(g, 0, 2));
        gen_add_var(g, VAR_SEM, "s", false);
    }
}
static void blocks(Gen *g) {
    if (g->depth > 2) return;
    switch (gen_below(g, 9)) {
    case 0:
    case 1:
        gen_line(g, "if (");
        gen_condition(g);
        gen_put(g, ") {\n");
        g->indent++;
        gen_body(g, gen_between(g, 1, 2));
        if (gen_chance(g, 12)) gen_line(g, "return%s;\n", g->now->returns_int ? " 2" : "");
        gen_close_block(g);
        if (gen_chance(g, 30)) {
            gen_open_block(g, "else");
            gen_body(g, 1);
            gen_close_block(g);
        }
        return;
    case 2:
        if (g->loops > 0) return;
        gen_line(g, "for (int j%d = 0; j%d < 2; j%d++) {\n", g->names, g->names, g->names);
        gen_add_var(g, VAR_INT, "j", false)->is_const = true;
        g->indent++;
        g->loops++;
        gen_body(g, gen_between(g, 1, 2));
        if (gen_chance(g, 15)) gen_line(g, gen_chance(g, 50) ? "break;\n" : "continue;\n");
        g->loops--;
        g->nvars--;
        gen_close_block(g);
        return;
    case 3:
        if (!g->still) defers(g);
        return;
    case 4:
    case 5: scopes(g); return;
    case 6:
        if (gen_chance(g, 50) || g->loops > 0) {
            switches(g);
            return;
        }
        gen_line(g, "int n%d = 0;\n", g->names);
        gen_add_var(g, VAR_INT, "n", false)->is_const = true;
        {
            const char *n = g->vars[g->nvars - 1].name;
            gen_open_block(g, "do");
            g->loops++;
            gen_body(g, 1);
            g->loops--;
            g->indent--;
            gen_line(g, "} while (++%s < 2);\n", n);
        }
        return;
    case 7: locals(g); return;
    default:
        gen_open_block(g, "");
        int saved = g->nvars;
        locals(g);
        gen_body(g, gen_between(g, 1, 2));
        g->nvars = saved;
        gen_close_block(g);
    }
}
static void timers(Gen *g) {
    if (!gen_may_wait(g)) return;
    g->waits--;
    Func *f = (Func *)(uintptr_t)g->now;
    if (g->depth == 1 && g->loops == 0 && !f->has_label && f->name[0] == 't' && gen_chance(g, 40)) {
        f->has_label = gen_chance(g, 80);
        gen_line(g, "%s: await yield();\n", f->has_label ? "here" : "idle");
        return;
    }
    if (g->has_clock && gen_chance(g, 6)) gen_line(g, "assert(now() < %d);\n", gen_between(g, 2, 4));
    if (gen_chance(g, g->has_clock ? 15 : 55)) gen_line(g, "await yield();\n");
    else gen_line(g, "await sleep(%d);\n", g->has_clock ? gen_between(g, 0, 2) : gen_between(g, 1, 2));
}
static void blocking(Gen *g) {
    if (g->still) return;
    const Func *f;
    switch (gen_below(g, 5)) {
    case 0:
        if (!gen_has(g, VAR_MUTEX)) return;
        {
            const char *m = gen_name_of(g, VAR_MUTEX);
            gen_line(g, "lock(%s);\n", m);
            gen_body(g, gen_between(g, 0, 1));
            gen_line(g, "unlock(%s);\n", m);
        }
        return;
    case 1:
        if (!gen_has(g, VAR_CHAN)) return;
        gen_line(g, "(void)");
        gen_send_call(g, "send");
        gen_put(g, ";\n");
        return;
    case 2:
        if (!gen_has(g, VAR_CHAN)) return;
        {
            const char *to = gen_destination(g, VAR_INT);
            gen_line(g, "recv(%s, &%s);\n", gen_name_of(g, VAR_CHAN), to);
        }
        return;
    case 3:
        if (!gen_has(g, VAR_SEM)) return;
        {
            const char *s = gen_name_of(g, VAR_SEM);
            gen_line(g, "acquire(%s);\n", s);
            gen_line(g, "release(%s);\n", s);
        }
        return;
    default:
        if (gen_has(g, VAR_TASK) && gen_chance(g, 50)) {
            gen_line(g, "block_on(%s);\n", gen_name_of(g, VAR_TASK));
            return;
        }
        f = gen_pick_async(g, -1);
        if (f == NULL || !f->waits) return;
        gen_line(g, "block_on(%s", f->name);
        gen_args(g, f);
        gen_put(g, ");\n");
    }
}
void gen_statement(Gen *g) {
    const Flavour *f = g->flavour;
    int total = f->channels + f->locks + f->selects + f->futures + f->tasks + f->blocks + f->data + f->timers +
                f->blocking;
    int k = (int)gen_below(g, (uint32_t)total);
    g->budget--;
    if (g->nfamilies > 0 && gen_chance(g, 40)) {
        const GenFamily *family = g->families[gen_below(g, (uint32_t)g->nfamilies)];
        if (gen_has(g, family->kind)) family->use(g);
        return;
    }
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
    int n = gen_between(g, 1, 2);
    for (int i = 0; i < n; i++) {
        int room = gen_between(g, 0, 2);
        const char *fifo = gen_chance(g, 25) ? ", fifo" : "";
        gen_put(g, "chan(int) c%d = channel(%d%s%s);\n", g->names, room, fifo, gen_channel_faults(g, room));
        gen_add_var(g, VAR_CHAN, "c", true);
    }
    if (gen_chance(g, 20)) {
        gen_put(g, "chan(int) cs%d[2] = channel(%d);\n", g->names, gen_between(g, 0, 1));
        gen_add_var(g, VAR_CHANS, "cs", true);
    }
    static const struct {
        VarKind kind;
        const char *type;
    } others[] = {{VAR_CHAN_PAIR, "pair"}, {VAR_CHAN_MSG, "msg"}, {VAR_CHAN_CHAN, "chan(int)"}, {VAR_CHAN_TASK, "task"},
        {VAR_CHAN_BYTE, "uint8_t"}};
    if (gen_chance(g, 40)) {
        uint32_t k = gen_below(g, 5);
        gen_put(g, "chan(%s) d%d = channel(%d);\n", others[k].type, g->names, gen_between(g, 0, 1));
        gen_add_var(g, others[k].kind, "d", true);
    }
    n = gen_between(g, 1, 2);
    for (int i = 0; i < n; i++) {
        gen_put(g, "mutex l%d%s;\n", g->names, mutexes[gen_below(g, 5)]);
        gen_add_var(g, VAR_MUTEX, "l", true);
    }
    if (gen_chance(g, 60)) {
        gen_put(g, "semaphore s%d = permits(%d);\n", g->names, gen_between(g, 0, 2));
        gen_add_var(g, VAR_SEM, "s", true);
    }
}
static void variables(Gen *g) {
    int n = gen_between(g, 1, 2);
    for (int i = 0; i < n; i++) {
        gen_put(g, "%sint g%d", g->flavour->threaded && gen_chance(g, 40) ? "_Atomic " : "", g->names);
        if (gen_chance(g, 20)) gen_put(g, " = %d", gen_between(g, 0, 2));
        gen_put(g, ";\n");
        gen_add_var(g, VAR_INT, "g", true);
    }
    if (gen_chance(g, 25)) {
        gen_put(g, "unsigned w%d : 2;\n", g->names);
        gen_add_var(g, VAR_BITS, "w", true);
    }
    if (gen_chance(g, 25)) {
        gen_put(g, "int a%d[2];\n", g->names);
        gen_add_var(g, VAR_ARRAY, "a", true);
    }
    if (gen_chance(g, 20)) {
        gen_put(g, "pair p%d;\n", g->names);
        gen_add_var(g, VAR_PAIR, "p", true);
    }
    if (gen_chance(g, 20)) {
        gen_put(g, "bool b%d;\n", g->names);
        gen_add_var(g, VAR_BOOL, "b", true);
    }
    if (!g->flavour->threaded) return;
    g->executors = gen_between(g, 1, 2);
    for (int i = 0; i < g->executors; i++) gen_put(g, "executor e%d = threads(%d);\n", i, gen_between(g, 1, 2));
}
static void plain_function(Gen *g) {
    Func *f = &g->funcs[g->nfuncs];
    *f = (Func){.returns_int = true, .nparams = 1, .params = {VAR_INT}};
    snprintf(f->name, sizeof f->name, "plain%d", g->nfuncs);
    g->now = f;
    int saved = g->nvars;
    const Var *x = gen_add_var(g, VAR_INT, "x", false);
    gen_put(g, "int %s(int %s) {\n", f->name, x->name);
    g->indent = 1;
    gen_line(g, "if (%s > 3) return 0;\n", x->name);
    if (gen_chance(g, 40)) gen_assign(g);
    gen_line(g, "return ");
    gen_expr(g, 2);
    gen_put(g, ";\n}\n");
    g->nvars = saved;
    g->nfuncs++;
}
static void array_function(Gen *g) {
    Func *f = &g->funcs[g->nfuncs];
    *f = (Func){.returns_int = true, .nparams = 1, .params = {VAR_ARRAY}};
    snprintf(f->name, sizeof f->name, "plain%d", g->nfuncs);
    g->now = f;
    int saved = g->nvars;
    const Var *x = gen_add_var(g, VAR_ARRAY, "x", false);
    gen_put(g, "int %s(int %s[2]) {\n", f->name, x->name);
    g->indent = 1;
    if (gen_chance(g, 50)) gen_line(g, "%s[%d] += %d;\n", x->name, gen_between(g, 0, 1), gen_between(g, 0, 2));
    if (gen_chance(g, 30)) gen_line(g, "if (%s[0] > 2) goto out;\n", x->name);
    else gen_line(g, "for (level v = LOW; v < HIGH; v++) if (%s[v] == 1) goto out;\n", x->name);
    gen_assign(g);
    gen_put(g, "out:\n");
    gen_line(g, "return %s[%d] & 3;\n}\n", x->name, gen_between(g, 0, 1));
    g->nvars = saved;
    g->nfuncs++;
}
static void params(Gen *g, Func *f) {
    static const struct {
        VarKind kind;
        const char *type, *prefix;
    } kinds[] = {{VAR_INT, "int", "x"}, {VAR_CHAN, "chan(int)", "c"}, {VAR_MUTEX, "mutex", "l"},
        {VAR_SENDER, "sender(int)", "e"}, {VAR_RECEIVER, "receiver(int)", "e"}};
    bool has_ends = gen_has(g, VAR_SENDER);
    gen_put(g, "async %s %s(", f->returns_int ? "int" : "void", f->name);
    f->nparams = gen_chance(g, 60) ? 0 : gen_between(g, 1, 2);
    for (int i = 0; i < f->nparams; i++) {
        uint32_t k = gen_below(g, has_ends ? 5 : 3);
        f->params[i] = kinds[k].kind;
        gen_put(g, "%s%s %s%d", i > 0 ? ", " : "", kinds[k].type, kinds[k].prefix, g->names);
        gen_add_var(g, kinds[k].kind, kinds[k].prefix, false);
    }
    gen_put(g, f->nparams == 0 ? "void) {\n" : ") {\n");
}
static void async_function(Gen *g) {
    Func *f = &g->funcs[g->nfuncs];
    *f = (Func){.is_async = true, .returns_int = gen_chance(g, 35)};
    snprintf(f->name, sizeof f->name, "task%d", g->nfuncs);
    int saved = g->nvars;
    params(g, f);
    g->now = f;
    g->indent = 1;
    int waits = g->waits;
    g->budget = gen_between(g, 3, g->flavour->threaded ? 4 : 8);
    gen_body(g, g->budget);
    if (g->waits == waits) timers(g);
    f->waits = g->waits < waits;
    if (f->returns_int) {
        gen_line(g, "return ");
        gen_expr(g, 1);
        gen_put(g, ";\n");
    }
    gen_put(g, "}\n");
    g->nvars = saved;
    g->nfuncs++;
}
/* What a variable ends up as is seen by an assertion that may fail. */
static void final_assertion(Gen *g) {
    if (!gen_chance(g, 60)) return;
    gen_line(g, "assert(");
    gen_place(g);
    gen_put(g, " != %d);\n", gen_between(g, 0, 7));
}
static void main_function(Gen *g) {
    static const Func main_func = {.name = "main", .is_async = true};
    g->now = &main_func;
    gen_put(g, "async void main(void) {\n");
    g->indent = 1;
    g->waits = g->waits < 2 ? 2 : g->waits;
    int saved = g->nvars;
    int n = gen_between(g, g->flavour->threaded ? 1 : 2, g->flavour->threaded ? 2 : 4);
    g->spawns = g->spawns < n ? n : g->spawns;
    for (int i = 0; i < n; i++) spawn_some(g);
    g->budget = gen_between(g, 2, g->flavour->threaded ? 3 : 7);
    while (g->budget > 0) gen_statement(g);
    if (gen_chance(g, 35))
        for (int i = saved; i < g->nvars; i++)
            if (g->vars[i].kind == VAR_TASK || g->vars[i].kind == VAR_TASK_INT)
                gen_line(g, "await %s;\n", g->vars[i].name);
    final_assertion(g);
    gen_put(g, "}\n");
    g->nvars = saved;
}
/* Properties of tasks: their numbers become part of the state. */
static void task_atoms(Gen *g) {
    static const char *const atoms[] = {"done", "blocked", "enabled", "aborted", "crashed"};
    static const char *const which[] = {"[0]", "[1]", "[*]", "[?]"};
    if (!gen_chance(g, 12)) return;
    for (int i = 0; i < g->nfuncs; i++) {
        const Func *f = &g->funcs[i];
        if (!f->is_async || !f->spawned) continue;
        for (int k = 0; k < 3; k++)
            gen_put(g, "invariant atom%d%d: !%s(%s%s);\n", i, k, atoms[gen_below(g, g->has_faults ? 5 : 4)], f->name,
                which[gen_below(g, 4)]);
        if (f->has_label) gen_put(g, "invariant label%d: !%s%s@here;\n", i, f->name, which[gen_below(g, 4)]);
        if (gen_chance(g, 40))
            gen_put(g, "invariant holder%d: !(holder(%s) == %s[%d]);\n", i, gen_name_of(g, VAR_MUTEX), f->name,
                gen_between(g, 0, 1));
    }
    if (gen_chance(g, 50)) gen_put(g, "invariant all: !done(*);\n");
}
static void invariants(Gen *g) {
    g->quiet = true;
    for (int i = 0; i < g->nvars; i++)
        if (g->vars[i].kind == VAR_INT && gen_chance(g, 60))
            gen_put(g, "invariant value%d: %s != %d;\n", i, g->vars[i].name, gen_between(g, 0, 7));
    if (gen_chance(g, 40)) {
        gen_put(g, "invariant low: ");
        gen_condition(g);
        gen_put(g, " || 1 < 2;\n");
    }
    if (gen_chance(g, 25)) {
        gen_put(g, "invariant maybe: ");
        gen_condition(g);
        gen_put(g, ";\n");
    }
    task_atoms(g);
    if (gen_chance(g, 20)) gen_put(g, "invariant lock: !held(%s);\n", gen_name_of(g, VAR_MUTEX));
    if (gen_chance(g, 15))
        gen_put(g, "invariant room: !full(%s) || closed(%s);\n", gen_name_of(g, VAR_CHAN), gen_name_of(g, VAR_CHAN));
}

static void families(Gen *g) {
    static const GenFamily *const groups[] = {gen_sync, gen_chan, gen_future};
    int n = gen_chance(g, 30) ? 0 : gen_between(g, 1, 2);
    for (int i = 0; i < n; i++) {
        const GenFamily *group = groups[gen_below(g, sizeof groups / sizeof *groups)];
        uint32_t size = 0;
        while (group[size].name != NULL) size++;
        const GenFamily *family = &group[gen_below(g, size)];
        bool is_threaded = g->flavour->threaded && group == gen_chan;
        bool known = group != gen_chan || family->arm != NULL ? gen_has(g, family->kind) : false;
        if (is_threaded || known) continue;
        family->declare(g);
        g->families[g->nfamilies++] = family;
    }
}
void generate(uint64_t seed, FILE *out) {
    Gen g = {.out = out, .random = hash_mix(seed + 1)};
    g.flavour = &flavours[gen_below(&g, sizeof flavours / sizeof *flavours)];
    gen_put(&g, "// seed %llu: %s\n", (unsigned long long)seed, g.flavour->name);
    if (gen_chance(&g, 6)) gen_put(&g, "//@ options --main-ends-run\n");
    if (gen_chance(&g, 6)) gen_put(&g, "//@ options --ready run-on\n");
    g.has_clock = gen_chance(&g, 20);
    g.has_faults = gen_chance(&g, 20);
    g.has_spurious = g.has_faults;
    g.has_progress = gen_chance(&g, 40);
    if (gen_chance(&g, 15)) gen_put(&g, "//@ options --require termination\n");
    if (gen_chance(&g, 8)) gen_put(&g, "//@ options --fairness none\n");
    if (g.flavour->threaded && gen_chance(&g, 40)) gen_put(&g, "//@ options --races\n");
    if (g.has_clock) gen_put(&g, "//@ options --time discrete%s\n", gen_chance(&g, 30) ? " --urgent" : "");
    gen_put(&g,
        "typedef enum { LOW, HIGH } level;\ntypedef struct { int x; uint8_t y; } pair;\nmessage msg { value(int "
        "n); stop(); };\n");
    objects(&g);
    variables(&g);
    families(&g);
    g.spawns = gen_between(&g, 1, g.flavour->threaded ? 3 : 5);
    g.waits = gen_between(&g, 5, g.flavour->threaded ? 6 : 13);
    if (gen_chance(&g, 40)) plain_function(&g);
    if (gen_chance(&g, 30)) array_function(&g);
    int n = gen_between(&g, 1, 3);
    for (int i = 0; i < n; i++) async_function(&g);
    main_function(&g);
    invariants(&g);
    gen_formulas(&g);
}
