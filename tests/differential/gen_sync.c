/* Generated programs: rwlock, condvar, notify, barrier, waitgroup, once. */
#include "tests/differential/gen.h"

/* ---- rwlock */
static void declare_rwlock(Gen *g) {
    static const char *const policies[] = {"", " = fifo()", " = phase_fair()", " = prefer_readers()"};
    for (int n = gen_between(g, 1, 2); n > 0; n--) {
        gen_put(g, "rwlock rw%d%s;\n", g->names, policies[gen_below(g, 4)]);
        gen_add_var(g, VAR_RWLOCK, "rw", true);
    }
}
static void use_rwlock(Gen *g) {
    const char *rw = gen_name_of(g, VAR_RWLOCK), *mode = gen_chance(g, 60) ? "read" : "write";
    if (!gen_may_wait(g) || gen_chance(g, 15)) {
        gen_line(g, "if (try_%s_lock(%s)) {\n", mode, rw);
        g->indent++;
        gen_body(g, 1);
        gen_line(g, "unlock(%s);\n", rw);
        gen_close_block(g);
        return;
    }
    g->waits--;
    gen_line(g, "await %s_lock(%s);\n", mode, rw);
    bool defers = gen_chance(g, 25);
    if (defers) gen_line(g, "defer unlock(%s);\n", rw);
    gen_body(g, gen_between(g, 0, 2));
    if (!defers && gen_chance(g, 92)) gen_line(g, "unlock(%s);\n", rw);
}
static bool arm_rwlock(Gen *g) {
    gen_line(g, "case await %s_lock(%s)", gen_chance(g, 50) ? "read" : "write", gen_name_of(g, VAR_RWLOCK));
    return true;
}

/* ---- condvar */
static void declare_condvar(Gen *g) {
    gen_put(g, "condvar cv%d%s;\n", g->names, g->has_spurious && gen_chance(g, 35) ? " = spurious()" : "");
    gen_add_var(g, VAR_CONDVAR, "cv", true);
}
static void use_condvar(Gen *g) {
    const char *cv = gen_name_of(g, VAR_CONDVAR), *m = gen_name_of(g, VAR_MUTEX);
    if (g->waits < 2 || !gen_may_wait(g) || gen_chance(g, 45)) {
        gen_line(g, gen_chance(g, 60) ? "signal(%s);\n" : "signal_all(%s);\n", cv);
        return;
    }
    g->waits -= 2;
    gen_line(g, "await lock(%s);\n", m);
    bool defers = gen_chance(g, 30);
    if (defers) gen_line(g, "defer unlock(%s);\n", m);
    if (gen_chance(g, 40) && g->loops == 0) {
        gen_line(g, "while (");
        gen_place(g);
        gen_put(g, " == %d) await wait(%s, %s);\n", gen_between(g, 0, 1), cv, m);
    } else {
        gen_line(g, "await wait(%s, %s);\n", cv, m);
    }
    gen_body(g, gen_between(g, 0, 1));
    if (!defers && gen_chance(g, 92)) gen_line(g, "unlock(%s);\n", m);
}
static bool arm_condvar(Gen *g) {
    if (!gen_chance(g, 50)) return false;
    gen_line(g, "case await wait(%s, %s)", gen_name_of(g, VAR_CONDVAR), gen_name_of(g, VAR_MUTEX));
    return true;
}

/* ---- notify */
static void declare_notify(Gen *g) {
    gen_put(g, "notify n%d;\n", g->names);
    gen_add_var(g, VAR_NOTIFY, "n", true);
}
static void use_notify(Gen *g) {
    const char *n = gen_name_of(g, VAR_NOTIFY);
    if (!gen_may_wait(g) || gen_chance(g, 45)) {
        gen_line(g, gen_chance(g, 65) ? "notify_one(%s);\n" : "notify_all(%s);\n", n);
    } else if (gen_chance(g, 25) && !g->still) {
        gen_line(g, "future(void) f%d = notified(%s);\n", g->names, n);
        gen_add_var(g, VAR_FUT_VOID, "f", false);
    } else {
        g->waits--;
        gen_line(g, "await notified(%s);\n", n);
    }
}
static bool arm_notify(Gen *g) {
    gen_line(g, "case await notified(%s)", gen_name_of(g, VAR_NOTIFY));
    return true;
}

/* ---- barrier */
static void declare_barrier(Gen *g) {
    gen_put(g, "barrier ba%d = parties(%d);\n", g->names, gen_chance(g, 80) ? 2 : gen_between(g, 1, 3));
    gen_add_var(g, VAR_BARRIER, "ba", true);
}
static void use_barrier(Gen *g) {
    if (!gen_may_wait(g)) return;
    g->waits--;
    gen_line(g, "await arrive(%s);\n", gen_name_of(g, VAR_BARRIER));
}
static bool arm_barrier(Gen *g) {
    gen_line(g, "case await arrive(%s)", gen_name_of(g, VAR_BARRIER));
    return true;
}

/* ---- waitgroup */
static void declare_waitgroup(Gen *g) {
    gen_put(g, "waitgroup wg%d;\n", g->names);
    gen_add_var(g, VAR_WAITGROUP, "wg", true);
}
static void use_waitgroup(Gen *g) {
    const char *wg = gen_name_of(g, VAR_WAITGROUP);
    if (gen_may_wait(g) && gen_chance(g, 30)) {
        g->waits--;
        gen_line(g, "await wait(%s);\n", wg);
    } else if (gen_chance(g, 60)) {
        gen_line(g, "add(%s, %d);\n", wg, gen_between(g, 1, 2));
        if (!g->still && gen_chance(g, 50)) gen_line(g, "defer done(%s);\n", wg);
        gen_body(g, 1);
        if (gen_chance(g, 60)) gen_line(g, "done(%s);\n", wg);
    } else if (gen_chance(g, 40)) {
        gen_line(g, "done(%s);\n", wg);
    }
}
static bool arm_waitgroup(Gen *g) {
    gen_line(g, "case await wait(%s)", gen_name_of(g, VAR_WAITGROUP));
    return true;
}

/* ---- once */
static void declare_once(Gen *g) {
    gen_put(g, "once o%d;\n", g->names);
    gen_add_var(g, VAR_ONCE, "o", true);
}
static bool call_once(Gen *g) {
    const Func *f = gen_pick_async(g, -1);
    if (f == NULL) return false;
    gen_put(g, "await call_once(%s, %s", gen_name_of(g, VAR_ONCE), f->name);
    gen_args(g, f);
    gen_put(g, ")");
    return true;
}
static void use_once(Gen *g) {
    if (!gen_may_wait(g) || gen_pick_async(g, -1) == NULL) return;
    g->waits--;
    gen_line(g, "%s", "");
    call_once(g);
    gen_put(g, ";\n");
}
static bool arm_once(Gen *g) {
    if (gen_pick_async(g, -1) == NULL) return false;
    gen_line(g, "case ");
    return call_once(g);
}

const GenFamily gen_sync[] = {
    {"rwlock", VAR_RWLOCK, declare_rwlock, use_rwlock, arm_rwlock},
    {"condvar", VAR_CONDVAR, declare_condvar, use_condvar, arm_condvar},
    {"notify", VAR_NOTIFY, declare_notify, use_notify, arm_notify},
    {"barrier", VAR_BARRIER, declare_barrier, use_barrier, arm_barrier},
    {"waitgroup", VAR_WAITGROUP, declare_waitgroup, use_waitgroup, arm_waitgroup},
    {"once", VAR_ONCE, declare_once, use_once, arm_once},
    {NULL, VAR_INT, NULL, NULL, NULL},
};
