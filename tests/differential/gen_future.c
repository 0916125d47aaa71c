/* Generated programs: poll functions, wakers, park, all and race, loops that go on for ever. */
#include "tests/differential/gen.h"

/* ---- wakers */
static void declare_wakers(Gen *g) {
    gen_put(g, "waker wk%d;\n", g->names);
    gen_add_var(g, VAR_WAKER, "wk", true);
}
static void use_wakers(Gen *g) {
    const char *w = gen_name_of(g, VAR_WAKER);
    if (gen_may_wait(g) && gen_chance(g, 35)) {
        g->waits--;
        if (gen_chance(g, 60)) gen_line(g, "%s = waker();\n", w);
        gen_line(g, "await park();\n");
    } else if (gen_chance(g, 15)) {
        gen_line(g, "%s = waker();\n", w);
    } else {
        gen_line(g, "wake(%s);\n", w);
    }
}
static bool arm_wakers(Gen *g) {
    (void)g;
    gen_line(g, "case await park()");
    return true;
}

/* ---- poll functions: one that waits for a variable, one that wakes itself, one that polls what it is given */
static void declare_polls(Gen *g) {
    int n = g->names++;
    const char *var = gen_name_of(g, VAR_INT);
    declare_wakers(g);
    const char *w = g->vars[g->nvars - 1].name;
    gen_put(g, "poll void until%d(int k) {\n    if (%s != k) return ready();\n", n, var);
    if (gen_chance(g, 80)) gen_put(g, "    %s = waker();\n", w);
    if (gen_chance(g, 15)) gen_put(g, "    wake(waker());\n");
    gen_put(g, "    return pending;\n}");
    gen_put(g, gen_chance(g, 40) ? " drop {\n    %s++;\n}\n" : "\n", var);
    gen_put(g, "poll int twice%d(int k) {\n    k++;\n    if (k > 1) return ready(k);\n", n);
    if (gen_chance(g, 80)) gen_put(g, "    wake(waker());\n");
    gen_put(g, "    return pending;\n}\n");
    gen_put(g, "poll bool first%d(future(bool) p, future(bool) q) {\n    bool v = false;\n", n);
    gen_put(g, "    if (poll(p, &v)) return ready(v);\n    if (poll(q)) return ready(true);\n    return pending;\n}\n");
    gen_add_var(g, VAR_POLL, "", true);
    snprintf(g->vars[g->nvars - 1].name, sizeof g->vars[0].name, "%d", n);
    g->vars[g->nvars - 1].is_const = true;
}
static void operation(Gen *g) {
    if (gen_has(g, VAR_SEM) && gen_chance(g, 40)) gen_put(g, "acquire(%s)", gen_name_of(g, VAR_SEM));
    else gen_put(g, "send(%s, %d)", gen_name_of(g, VAR_CHAN), gen_between(g, 0, 1));
}
static void poll_call(Gen *g) {
    const char *n = gen_name_of(g, VAR_POLL);
    if (gen_chance(g, 40)) {
        gen_put(g, "until%s(%d)", n, gen_between(g, 0, 1));
    } else if (gen_chance(g, 50)) {
        gen_put(g, "twice%s(%d)", n, gen_between(g, 0, 1));
    } else {
        gen_put(g, "first%s(", n);
        operation(g);
        gen_put(g, ", ");
        operation(g);
        gen_put(g, ")");
    }
}
static void use_polls(Gen *g) {
    if (gen_chance(g, 30)) {
        use_wakers(g);
    } else if (gen_chance(g, 20) && !g->still && g->spawns > 0) {
        g->spawns--;
        gen_line(g, "spawn ");
        poll_call(g);
        gen_put(g, ";\n");
    } else if (gen_may_wait(g)) {
        g->waits--;
        gen_line(g, "await ");
        poll_call(g);
        gen_put(g, ";\n");
    }
}
static bool arm_polls(Gen *g) {
    gen_line(g, "case await ");
    poll_call(g);
    return true;
}

/* ---- all, race */
static void declare_combined(Gen *g) {
    gen_add_var(g, VAR_COMBINED, "", true)->is_const = true;
}
static void part(Gen *g) {
    const Func *f = gen_pick_async(g, -1);
    if (gen_has(g, VAR_TASK) && gen_chance(g, 15)) {
        gen_put(g, "%s", gen_name_of(g, VAR_TASK));
    } else if (gen_has(g, VAR_FUT_BOOL) && gen_chance(g, 30)) {
        Var *v = gen_pick_var(g, VAR_FUT_BOOL);
        gen_put(g, "%s", v->name);
        v->spent = true;
    } else if (f != NULL && f->waits && gen_chance(g, 50)) {
        gen_put(g, "%s", f->name);
        gen_args(g, f);
    } else if (gen_chance(g, 30)) {
        gen_put(g, gen_chance(g, 50) ? "sleep(%d)" : "yield()", gen_between(g, 1, 2));
    } else {
        operation(g);
    }
}
static void combination(Gen *g) {
    gen_put(g, gen_chance(g, 50) ? "all(" : "race(");
    part(g);
    gen_put(g, ", ");
    part(g);
    gen_put(g, ")");
}
static void use_combined(Gen *g) {
    if (!gen_may_wait(g) || g->depth > 2) return;
    g->waits--;
    gen_line(g, "await ");
    combination(g);
    gen_put(g, ";\n");
}
static bool arm_combined(Gen *g) {
    gen_line(g, "case await ");
    combination(g);
    return true;
}

/* ---- loops that go on for ever */
static void declare_loops(Gen *g) { gen_add_var(g, VAR_LOOP, "", true)->is_const = true; }
static void use_loops(Gen *g) {
    if (!gen_may_wait(g) || g->loops > 0 || g->depth > 1) return;
    g->waits--;
    gen_open_block(g, gen_chance(g, 75) ? "for (;;)" : "while (any_bool())");
    g->loops++;
    gen_line(g, "await yield();\n");
    gen_body(g, gen_between(g, 0, 2));
    if (g->has_progress && g->labelled != g->now && gen_chance(g, 40)) {
        gen_line(g, "progress: ;\n");
        g->labelled = g->now;
    }
    g->loops--;
    gen_close_block(g);
}

const GenFamily gen_future[] = {
    {"wakers", VAR_WAKER, declare_wakers, use_wakers, arm_wakers},
    {"polls", VAR_POLL, declare_polls, use_polls, arm_polls},
    {"polls", VAR_POLL, declare_polls, use_polls, arm_polls},
    {"combined", VAR_COMBINED, declare_combined, use_combined, arm_combined},
    {"combined", VAR_COMBINED, declare_combined, use_combined, arm_combined},
    {"loops", VAR_LOOP, declare_loops, use_loops, NULL},
    {NULL, VAR_INT, NULL, NULL, NULL},
};
