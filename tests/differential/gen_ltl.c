/* Formulas of linear time over conditions and events. */
#include "tests/differential/gen.h"

static const Func *pick_task(Gen *g) {
    const Func *found[FUNCS_MAX];
    uint32_t n = 0;
    for (int i = 0; i < g->nfuncs; i++)
        if (g->funcs[i].is_async && g->funcs[i].spawned) found[n++] = &g->funcs[i];
    return n > 0 ? found[gen_below(g, n)] : NULL;
}
static void task(Gen *g, const char *const *atoms, uint32_t natoms) {
    static const char *const which[] = {"[0]", "[1]", "", "[?]", "[*]"};
    const Func *f = pick_task(g);
    if (f == NULL || gen_chance(g, 25)) gen_put(g, "%s(main)", atoms[gen_below(g, natoms)]);
    else gen_put(g, "%s(%s%s)", atoms[gen_below(g, natoms)], f->name, which[gen_below(g, 5)]);
}
static void value(Gen *g) {
    if (gen_chance(g, 60) || !gen_has(g, VAR_INT)) gen_put(g, "%d", gen_between(g, 0, 2));
    else gen_put(g, "%s", gen_name_of(g, VAR_INT));
}
static void item(Gen *g) {
    char name[32];
    const char *word = gen_chance(g, 55) ? "sent" : "received";
    if (gen_has(g, VAR_BROADCAST) && gen_chance(g, 25))
        snprintf(name, sizeof name, "%s", gen_name_of(g, VAR_BROADCAST));
    else gen_chan_name(g, name, sizeof name);
    gen_put(g, "%s(%s", word, name);
    if (gen_chance(g, 50)) {
        gen_put(g, ", ");
        value(g);
    }
    gen_put(g, ")");
}
static void atom(Gen *g) {
    static const char *const events[] = {"polled", "woken", "spawned"}, *const states[] = {
                                                                            "done", "blocked", "enabled"};
    switch (gen_below(g, 8)) {
    case 0:
    case 1:
    case 2: item(g); return;
    case 3:
    case 4: task(g, events, 3); return;
    case 5: task(g, states, 3); return;
    case 6:
        if (gen_chance(g, 50) && gen_has(g, VAR_MUTEX)) gen_put(g, "held(%s)", gen_name_of(g, VAR_MUTEX));
        else gen_put(g, "done(*)");
        return;
    default:
        if (gen_has(g, VAR_INT))
            gen_put(g, "%s %s %d", gen_name_of(g, VAR_INT), gen_chance(g, 70) ? "==" : "<", gen_between(g, 0, 3));
        else gen_put(g, "len(%s) > 0", gen_name_of(g, VAR_CHAN));
    }
}
static void formula(Gen *g, int depth, int *temporal) {
    static const char *const unary[] = {"G ", "F ", "X ", "G F ", "F G "}, *const binary[] = {"U", "W", "R", "M"};
    static const char *const connectives[] = {"&&", "||", "->", "<->"};
    uint32_t kind = depth == 0 ? 9 : gen_below(g, 8);
    if (kind < 3 && *temporal >= 1) {
        uint32_t i = gen_below(g, *temporal >= 2 ? 5 : 3);
        *temporal -= i < 3 ? 1 : 2;
        gen_put(g, "%s(", unary[i]);
        formula(g, depth - 1, temporal);
        gen_put(g, ")");
    } else if (kind < 6 && depth > 0) {
        bool is_temporal = kind == 3 && *temporal >= 1;
        *temporal -= is_temporal;
        gen_put(g, "(");
        formula(g, depth - 1, temporal);
        gen_put(g, " %s ", is_temporal ? binary[gen_below(g, 4)] : connectives[gen_below(g, 4)]);
        formula(g, depth - 1, temporal);
        gen_put(g, ")");
    } else {
        if (gen_chance(g, 25)) gen_put(g, "!");
        gen_put(g, "(");
        atom(g);
        gen_put(g, ")");
    }
}
/* Of branching time: each temporal operator says on which runs. */
static void branching(Gen *g, int depth) {
    static const char *const unary[] = {"AX ", "EX ", "AF ", "EF ", "AG ", "EG "}, *const connectives[] = {
                                                                                       "&&", "||", "->"};
    uint32_t kind = depth == 0 ? 9 : gen_below(g, 8);
    if (kind < 4) {
        gen_put(g, "%s(", unary[gen_below(g, 6)]);
        branching(g, depth - 1);
        gen_put(g, ")");
    } else if (kind == 4 || kind == 5) {
        gen_put(g, gen_chance(g, 50) ? "A[" : "E[");
        branching(g, depth - 1);
        gen_put(g, " U ");
        branching(g, depth - 1);
        gen_put(g, "]");
    } else if (kind == 6) {
        gen_put(g, "(");
        branching(g, depth - 1);
        gen_put(g, " %s ", connectives[gen_below(g, 3)]);
        branching(g, depth - 1);
        gen_put(g, ")");
    } else {
        gen_put(g, gen_chance(g, 25) ? "!(" : "(");
        atom(g);
        gen_put(g, ")");
    }
}
void gen_formulas(Gen *g) {
    static const char *const fair[] = {"", "", " fair(strong)", " fair(none)"};
    for (int i = gen_chance(g, 20) ? gen_between(g, 1, 3) : 0; i > 0; i--) {
        gen_put(g, "ctl branching%d%s: ", i, fair[gen_below(g, 4)]);
        branching(g, gen_between(g, 2, 4));
        gen_put(g, ";\n");
    }
    if (!gen_chance(g, 35)) return;
    int n = gen_between(g, 1, 3);
    for (int i = 0; i < n; i++) {
        int temporal = 4;
        gen_put(g, "ltl formula%d%s: %s", i, fair[gen_below(g, 4)], gen_chance(g, 50) ? "G (" : "F (");
        temporal--;
        formula(g, gen_between(g, 1, 3), &temporal);
        gen_put(g, ");\n");
    }
}
