/* Generated programs: owned ends, permits, oneshots, broadcasts, watches, unbounded, faulty and extern channels. */
#include "tests/differential/gen.h"

/* ---- ends: tasks own them, so they are parameters and locals */
static void declare_ends(Gen *g) {
    gen_put(g, "sender(int) kept%d;\n", g->names);
    Var *v = gen_add_var(g, VAR_SENDER, "kept", true);
    v->is_const = true;
}
static void new_end(Gen *g) {
    bool sends = gen_chance(g, 60);
    VarKind kind = sends ? VAR_SENDER : VAR_RECEIVER;
    const char *type = sends ? "sender" : "receiver";
    if (gen_has(g, kind) && gen_chance(g, 35)) {
        const char *from = gen_name_of(g, kind);
        gen_line(g, gen_chance(g, 70) ? "%s(int) e%d = clone(%s);\n" : "%s(int) e%d = %s;\n", type, g->names, from);
    } else {
        gen_line(g, "%s(int) e%d = %s(%s);\n", type, g->names, type, gen_name_of(g, VAR_CHAN));
    }
    gen_add_var(g, kind, "e", false);
}
static void give_up_end(Gen *g) {
    Var *v = gen_pick_var(g, gen_has(g, VAR_RECEIVER) && gen_chance(g, 40) ? VAR_RECEIVER : VAR_SENDER);
    gen_line(g, "drop(%s);\n", v->name);
    v->spent = gen_chance(g, 95) && !v->is_global;
}
static void use_ends(Gen *g) {
    bool waits = gen_may_wait(g);
    if (g->still) return;
    if (gen_chance(g, 35)) {
        new_end(g);
    } else if (gen_chance(g, 25)) {
        give_up_end(g);
    } else if (gen_chance(g, 12)) {
        gen_line(g, "%s = sender(%s);\n", gen_name_of(g, VAR_SENDER), gen_name_of(g, VAR_CHAN));
    } else if (gen_has(g, VAR_RECEIVER) && gen_chance(g, 50)) {
        const char *to = gen_destination(g, VAR_INT), *from = gen_name_of(g, VAR_RECEIVER);
        gen_line(g, "%s(%s, &%s);\n", waits ? "await recv" : "(void)try_recv", from, to);
        g->waits -= waits;
    } else {
        gen_line(g, "(void)%s(%s, ", waits ? "await send" : "try_send", gen_name_of(g, VAR_SENDER));
        gen_expr(g, 1);
        gen_put(g, ");\n");
        g->waits -= waits;
    }
}
static bool arm_ends(Gen *g) {
    if (gen_has(g, VAR_RECEIVER) && gen_has(g, VAR_INT) && gen_chance(g, 60))
        gen_line(g, "case await recv(%s, &%s)", gen_name_of(g, VAR_RECEIVER), gen_name_of(g, VAR_INT));
    else gen_line(g, "case await send(%s, %d)", gen_name_of(g, VAR_SENDER), gen_between(g, 0, 2));
    return true;
}

/* ---- permits */
static void declare_permits(Gen *g) {
    gen_put(g, "chan(int) c%d = channel(%d%s);\n", g->names, gen_between(g, 1, 2), gen_chance(g, 30) ? ", fifo" : "");
    Var named = *gen_add_var(g, VAR_CHAN, "c", true);
    named.kind = VAR_PERMITTED;
    *gen_add_var(g, VAR_PERMITTED, "", true) = named;
}
static void use_permits(Gen *g) {
    const char *ch = gen_name_of(g, VAR_PERMITTED);
    if (g->still) return;
    if (gen_has(g, VAR_PERMIT) && gen_chance(g, 50)) {
        Var *p = gen_pick_var(g, VAR_PERMIT);
        gen_line(g, "if (!(%s == none)) (void)send(%s, %d);\n", p->name, p->name, gen_between(g, 0, 2));
        p->spent = true;
        return;
    }
    bool waits = gen_may_wait(g) && gen_chance(g, 75);
    g->waits -= waits;
    gen_line(g, "permit(int) p%d = %s(%s);\n", g->names, waits ? "await reserve" : "try_reserve", ch);
    gen_add_var(g, VAR_PERMIT, "p", false);
}
static bool arm_permits(Gen *g) {
    gen_line(g, "case permit(int) q = await reserve(%s)", gen_name_of(g, VAR_PERMITTED));
    return true;
}

/* ---- oneshot */
static void declare_oneshot(Gen *g) {
    gen_put(g, "oneshot(int) os%d;\n", g->names);
    gen_add_var(g, VAR_ONESHOT, "os", true);
}
static void use_oneshot(Gen *g) {
    const char *o = gen_name_of(g, VAR_ONESHOT);
    bool waits = gen_may_wait(g);
    g->waits -= waits;
    if (gen_chance(g, 40)) {
        gen_line(g, "(void)%s(%s, %d);\n", waits ? "await send" : "try_send", o, gen_between(g, 0, 2));
    } else if (gen_chance(g, 10)) {
        gen_line(g, "close(%s);\n", o);
    } else {
        const char *to = gen_destination(g, VAR_INT);
        gen_line(g, "%s(%s, &%s);\n", waits ? "await recv" : "(void)try_recv", o, to);
    }
}
static bool arm_oneshot(Gen *g) {
    if (!gen_has(g, VAR_INT)) return false;
    const char *o = gen_name_of(g, VAR_ONESHOT);
    if (gen_chance(g, 30)) gen_line(g, "case await send(%s, 1)", o);
    else gen_line(g, "case await recv(%s, &%s)", o, gen_name_of(g, VAR_INT));
    return true;
}

/* ---- broadcast */
static void declare_broadcast(Gen *g) {
    gen_put(g, "broadcast(int) bc%d = channel(%d);\n", g->names, gen_between(g, 1, 2));
    gen_add_var(g, VAR_BROADCAST, "bc", true);
}
static void use_broadcast(Gen *g) {
    const char *b = gen_name_of(g, VAR_BROADCAST);
    bool waits = gen_may_wait(g);
    if (g->still) return;
    if (gen_chance(g, 30)) {
        gen_line(g, "receiver(int) r%d = subscribe(%s);\n", g->names, b);
        gen_add_var(g, VAR_SUBSCRIBER, "r", false);
    } else if (gen_has(g, VAR_SUBSCRIBER) && gen_chance(g, 65)) {
        const char *to = gen_destination(g, VAR_INT), *r = gen_name_of(g, VAR_SUBSCRIBER);
        if (gen_chance(g, 15)) gen_line(g, "%s = lagged(%s) + len(%s);\n", to, r, r);
        else gen_line(g, "%s(%s, &%s);\n", waits ? "await recv" : "(void)try_recv", r, to);
        g->waits -= waits;
    } else if (gen_chance(g, 8)) {
        gen_line(g, "close(%s);\n", b);
    } else {
        gen_line(g, "(void)%ssend(%s, %d);\n", waits && gen_chance(g, 30) ? "await " : "", b, gen_between(g, 0, 2));
    }
}
static bool arm_broadcast(Gen *g) {
    if (!gen_has(g, VAR_SUBSCRIBER) || !gen_has(g, VAR_INT)) return false;
    gen_line(g, "case await recv(%s, &%s)", gen_name_of(g, VAR_SUBSCRIBER), gen_name_of(g, VAR_INT));
    return true;
}

/* ---- watch */
static void declare_watch(Gen *g) {
    gen_put(g, "watch(int) wa%d = watched(%d);\n", g->names, gen_between(g, 0, 1));
    gen_add_var(g, VAR_WATCH, "wa", true);
}
static void use_watch(Gen *g) {
    const char *w = gen_name_of(g, VAR_WATCH);
    if (gen_chance(g, 20) && !g->still) {
        gen_line(g, "watch(int) wa%d = subscribe(%s);\n", g->names, w);
        gen_add_var(g, VAR_WATCH, "wa", false);
    } else if (gen_may_wait(g) && gen_chance(g, 45)) {
        g->waits--;
        gen_line(g, "await changed(%s);\n", w);
    } else if (gen_chance(g, 30)) {
        gen_line(g, "%s = read(%s);\n", gen_name_of(g, VAR_INT), w);
    } else if (gen_chance(g, 8)) {
        gen_line(g, "close(%s);\n", w);
    } else {
        gen_line(g, "(void)publish(%s, %d);\n", w, gen_between(g, 0, 2));
    }
}
static bool arm_watch(Gen *g) {
    gen_line(g, "case await changed(%s)", gen_name_of(g, VAR_WATCH));
    return true;
}

/* ---- unbounded, faulty, extern: channels like others */
static void declare_unbounded(Gen *g) {
    gen_put(g, "chan(int) c%d = channel(unbounded%s);\n", g->names, gen_chance(g, 30) ? ", fifo" : "");
    gen_add_var(g, VAR_CHAN, "c", true);
}
static void declare_extern(Gen *g) {
    gen_put(g, "extern chan(bool) x%d = channel(%d);\n", g->names, gen_between(g, 0, 1));
    gen_add_var(g, VAR_EXTERN, "x", true);
}
static void use_extern(Gen *g) {
    const char *ch = gen_name_of(g, VAR_EXTERN);
    bool waits = gen_may_wait(g);
    g->waits -= waits;
    if (gen_chance(g, 30)) {
        gen_line(g, "(void)%s(%s, %d);\n", waits ? "await send" : "try_send", ch, gen_between(g, 0, 1));
        return;
    }
    gen_line(g, "bool b%d = false;\n", g->names);
    const char *to = gen_add_var(g, VAR_BOOL, "b", false)->name;
    gen_line(g, "%s(%s, &%s);\n", waits ? "await recv" : "(void)try_recv", ch, to);
}
static bool arm_extern(Gen *g) {
    if (!gen_has(g, VAR_BOOL)) return false;
    gen_line(g, "case await recv(%s, &%s)", gen_name_of(g, VAR_EXTERN), gen_name_of(g, VAR_BOOL));
    return true;
}
static void use_nothing(Gen *g) { (void)g; }

const GenFamily gen_chan[] = {
    {"ends", VAR_SENDER, declare_ends, use_ends, arm_ends},
    {"permits", VAR_PERMITTED, declare_permits, use_permits, arm_permits},
    {"oneshot", VAR_ONESHOT, declare_oneshot, use_oneshot, arm_oneshot},
    {"broadcast", VAR_BROADCAST, declare_broadcast, use_broadcast, arm_broadcast},
    {"watch", VAR_WATCH, declare_watch, use_watch, arm_watch},
    {"unbounded", VAR_CHAN, declare_unbounded, use_nothing, NULL},
    {"extern", VAR_EXTERN, declare_extern, use_extern, arm_extern},
    {NULL, VAR_INT, NULL, NULL, NULL},
};
